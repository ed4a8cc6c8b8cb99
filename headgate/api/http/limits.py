"""A limit of requests by caller and minute, so that one program in a loop does not use up what all callers
share.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Protocol

from headgate.api.http.problems import ProblemError
from headgate.errors import ServiceError

if TYPE_CHECKING:
    from datetime import datetime

log = logging.getLogger(__name__)

_MINUTE_S = 60


class RequestCounts(Protocol):
    """Requests of each caller by minute."""

    def add(self, caller: str, minute: int) -> int:
        """Count a request of the caller in a minute since 1970, and return how many there are in it."""
        ...


@dataclass(frozen=True)
class CallerLimit:
    """The limit of a deployment; `per_minute` is for each caller."""

    counts: RequestCounts
    per_minute: int

    def check(self, caller: str, now: datetime) -> None:
        """Count a request.

        If the count cannot be kept, the request is answered: a lake that nobody can read is worse than one
        without this limit.

        Args:
            now: naive UTC.

        Raises:
            ProblemError: 429, the caller has sent too many in this minute.
        """
        minute, second = divmod(int(now.replace(tzinfo=UTC).timestamp()), _MINUTE_S)
        try:
            count = self.counts.add(hashlib.sha256(caller.encode()).hexdigest()[:32], minute)
        except ServiceError as error:
            log.warning("requests are not counted", extra={"error": type(error).__name__})
            return
        if count > self.per_minute:
            detail = (
                f"More than {self.per_minute:,} requests in a minute. Wait for the seconds in "
                "Retry-After, then repeat the request."
            )
            raise ProblemError(
                429, "too-many-requests", detail, headers={"Retry-After": str(_MINUTE_S - second)}
            )
