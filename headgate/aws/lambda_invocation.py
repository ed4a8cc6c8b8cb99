"""The function's invocation: the time that is left, and whether its message was delivered before."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


@dataclass
class Deadline:
    """The end of the invocation that is under way; a function has one at a time."""

    context: LambdaContext | None = None
    receives: int = 1

    def left_s(self) -> float:
        """Return seconds until Lambda stops the invocation; without end outside of one."""
        return self.context.get_remaining_time_in_millis() / 1000 if self.context else math.inf

    def is_redelivery(self) -> bool:
        """Return whether SQS has delivered the current message before."""
        return self.receives > 1
