"""How long the function's invocation may still go on."""

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

    def left_s(self) -> float:
        """Seconds until Lambda stops the invocation; without end outside of one."""
        return self.context.get_remaining_time_in_millis() / 1000 if self.context else math.inf
