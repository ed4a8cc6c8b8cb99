"""The current invocation of a function: its remaining time, and whether its message is redelivered."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


@dataclass
class Deadline:
    """The end of the current invocation; a function has one at a time."""

    context: LambdaContext | None = None
    receives: int = 1

    def left_s(self) -> float:
        """Return the seconds until Lambda stops the invocation; infinite outside of one."""
        return self.context.get_remaining_time_in_millis() / 1000 if self.context else math.inf

    def is_redelivery(self) -> bool:
        """Return whether SQS has delivered the current message before."""
        return self.receives > 1
