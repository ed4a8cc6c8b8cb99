"""Keep a message hidden while its worker lives, by short visibility timeouts.

Lambda requires a queue's visibility timeout to be at least the function's timeout, so the message of a killed
worker would stay hidden that long. So the worker shortens the timeout and extends it by heartbeats. Source:
Amazon SQS developer guide, "Changing the visibility timeout for a message".
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from headgate.errors import HeadgateError
from headgate.intake.workers.heartbeat import heartbeat

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headgate.aws.sqs import Queues

# The message reappears after the ledger's lease has ended, even if the lease was extended last.
_HIDDEN_PER_LEASE = 4 / 3
_LONGEST_PAUSE_S = 1800


@dataclass(frozen=True)
class HiddenMessage:
    """A received message; heartbeats also extend the `lease_s` of a claim in the ledger."""

    queues: Queues
    url: str
    receipt_handle: str
    lease_s: int

    @property
    def hidden_s(self) -> int:
        """The seconds that the message stays hidden after a heartbeat."""
        return round(self.lease_s * _HIDDEN_PER_LEASE)

    @contextmanager
    def keep_hidden(self, receives: int) -> Iterator[None]:
        """Keep the message hidden during the block; each failed attempt delays the next one more.

        Args:
            receives: number of receives of the message, with this one.
        """
        try:
            with heartbeat(lambda: self._hide(self.hidden_s), self.lease_s, at_once=True):
                yield
        except Exception:
            with suppress(HeadgateError):
                self._hide(min(_LONGEST_PAUSE_S, self.hidden_s * 2 ** (receives - 1)))
            raise

    def _hide(self, seconds: int) -> None:
        self.queues.hide(self.url, self.receipt_handle, seconds)
