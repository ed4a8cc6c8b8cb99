"""Retry work after a short throttling by a service or another worker."""

import logging
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from headgate.errors import ThrottledError

Result = TypeVar("Result")
log = logging.getLogger(__name__)

# Most files pass the gate in less time. If another worker processes a file for longer, the queue redelivers
# its message minutes later.
PAUSES_S = (0.25, 0.5, 1.0, 2.0, 4.0)


def retry_throttled(
    work: Callable[[], Result],
    *,
    pauses_s: Sequence[float] = PAUSES_S,
    sleep: Callable[[float], None] = time.sleep,
) -> Result:
    """Return the result of `work`, retried after a ThrottledError, once per pause; raise the last one."""
    for pause_s in pauses_s:
        try:
            return work()
        except ThrottledError as busy:
            log.info("waiting", extra={"pause_s": pause_s, "cause": str(busy)})
            sleep(pause_s)
    return work()
