"""A message that a worker holds: hidden for a short time only, again and again, for as long as the worker
lives.

Lambda asks for a visibility timeout of the queue that is at least the function's timeout, so a message of a
killed worker would stay hidden for as long. The worker therefore shortens it at once and extends it by
heartbeats. Source: Amazon SQS developer guide, "Changing the visibility timeout for a message".
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

# The message comes again when the ledger's lease has ended, whichever of the two was extended last.
_HIDDEN_PER_LEASE = 4 / 3
_LONGEST_PAUSE_S = 1800


@dataclass(frozen=True)
class HiddenMessage:
    """One received message.

    `lease_s` is the lease of a claim in the ledger, which heartbeats extend in the same rhythm.
    """

    queues: Queues
    url: str
    receipt_handle: str
    lease_s: int

    @property
    def hidden_s(self) -> int:
        """How long the message is hidden after each heartbeat."""
        return round(self.lease_s * _HIDDEN_PER_LEASE)

    @contextmanager
    def keep_hidden(self, receives: int) -> Iterator[None]:
        """Keep the message hidden while the block runs; a failed attempt is repeated later each time.

        Args:
            receives: how often the message was received, this time included.
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
