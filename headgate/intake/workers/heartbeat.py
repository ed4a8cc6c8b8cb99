"""Report at intervals that a worker is alive, so that leases are short and a dead worker is replaced soon."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

from headgate.errors import HeadgateError

log = logging.getLogger(__name__)

# Beats in one lease: three may fail before another worker takes over.
BEATS_PER_LEASE = 4


@contextmanager
def heartbeat(beat: Callable[[], None], lease_s: float, *, at_once: bool = False) -> Iterator[None]:
    """Call `beat` four times a lease, in a thread, while the block runs.

    No call is running after the block has ended. A failed beat is logged, and the next one follows.

    Args:
        at_once: also call it when the block begins, in parallel to its work.
    """
    ended = Event()

    def run() -> None:
        pause_s = 0.0 if at_once else lease_s / BEATS_PER_LEASE
        while not ended.wait(pause_s):
            pause_s = lease_s / BEATS_PER_LEASE
            try:
                beat()
            except HeadgateError as error:
                log.warning("heartbeat failed", extra={"cause": str(error)})

    thread = Thread(target=run, name="heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
