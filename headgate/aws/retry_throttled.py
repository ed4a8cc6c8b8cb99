"""Retry work that a service or another worker throttles for a short time."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, TypeVar

from headgate.errors import ThrottledError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Result = TypeVar("Result")
log = logging.getLogger(__name__)

# Most files pass the gate in less. If a worker holds a file for longer, the queue delivers its message again
# after minutes.
PAUSES_S = (0.25, 0.5, 1.0, 2.0, 4.0)


def retry_throttled(
    work: Callable[[], Result],
    *,
    pauses_s: Sequence[float] = PAUSES_S,
    sleep: Callable[[float], None] = time.sleep,
) -> Result:
    """Return the result of `work`; after a ThrottledError it is retried, once per pause.

    The last ThrottledError is raised.
    """
    for pause_s in pauses_s:
        try:
            return work()
        except ThrottledError as busy:
            log.info("waiting", extra={"pause_s": pause_s, "cause": str(busy)})
            sleep(pause_s)
    return work()
