"""Wait a little where waiting is enough."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, TypeVar

from headgate.errors import ThrottledError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Result = TypeVar("Result")
log = logging.getLogger(__name__)

# Most files are through the gate in less; whoever holds one for longer is waited for by the queue, whose patience is minutes.
PAUSES_S = (0.25, 0.5, 1.0, 2.0, 4.0)


def patiently(work: Callable[[], Result], *, pauses_s: Sequence[float] = PAUSES_S, sleep: Callable[[float], None] = time.sleep) -> Result:
    """What `work` gives, tried again after each pause for as long as it asks for patience; the last ThrottledError is raised."""
    for pause_s in pauses_s:
        try:
            return work()
        except ThrottledError as busy:
            log.info("waiting", extra={"pause_s": pause_s, "cause": str(busy)})
            sleep(pause_s)
    return work()
