"""Post lineage events in parallel to a job, so that a slow or unavailable server does not delay it."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING

from headgate.errors import HeadgateError

if TYPE_CHECKING:
    from collections.abc import Callable

    from headgate.lineage.openlineage import Event
    from headgate.lineage.receiver import LineageReceiver

log = logging.getLogger(__name__)

TIMEOUT_S = 3.0  # of each wait for the server
PATIENCE_S = 5.0  # after the job's own work


@dataclass
class LineageSender:
    """Sends events in order, in a thread that ends with the process.

    All events are objects in the artifacts bucket. Unsent events are logged as one warning, and `headgate
    lineage --openlineage --send URL --day DAY` sends them later.

    Args:
        receiver: creates the server's client; called in the thread, because the key comes over the network.
        patience_s: maximum wait for unsent events at the end of a run.
    """

    receiver: Callable[[], LineageReceiver]
    patience_s: float = PATIENCE_S
    _events: SimpleQueue[Event | None] = field(default_factory=SimpleQueue, repr=False)
    _pending: int = 0
    _sent: int = 0
    _cause: str = ""
    _thread: Thread | None = None

    def send(self, event: Event) -> None:
        """Queue the event for sending."""
        self._pending += 1
        self._events.put(event)
        if not self._thread:
            self._thread = Thread(target=self._work, name="lineage", daemon=True)
            self._thread.start()

    def finish(self) -> None:
        """Wait until all events are sent, at most `patience_s`; warn about unsent events."""
        if not self._thread:
            return
        self._events.put(None)
        self._thread.join(self.patience_s)
        unsent = self._pending - self._sent
        if unsent:
            cause = self._cause or f"The server did not answer within {self.patience_s:g} seconds."
            log.warning("lineage events not sent", extra={"events": unsent, "cause": cause})

    def _work(self) -> None:
        try:
            receiver = self.receiver()
        except Exception as error:  # noqa: BLE001 no fault of a setting or a secret may stop the run
            self._note(error)
            return
        while (event := self._events.get()) is not None:
            try:
                answer = receiver.send(event)
            except Exception as error:  # noqa: BLE001 as above
                self._note(error)
                continue
            if answer.error:
                self._cause = self._cause or f"{receiver.address} refused an event: {answer.error}"
            else:
                self._sent += 1

    def _note(self, error: Exception) -> None:
        """Keep the first cause; the text of a foreign error may contain the key and is not kept."""
        self._cause = self._cause or (
            str(error) if isinstance(error, HeadgateError) else type(error).__name__
        )
