"""A limit of requests per caller and minute."""

import hashlib
import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from headgate.api.http.problems import ProblemError
from headgate.errors import ServiceError

log = logging.getLogger(__name__)

_MINUTE_S = 60


class RequestCounts(Protocol):
    """The number of requests by caller and minute."""

    def add(self, caller: str, minute: int) -> int:
        """Count a request in a minute since 1970, and return the caller's requests in that minute."""


@dataclass(frozen=True)
class CallerLimit:
    """The limit of requests of each caller."""

    counts: RequestCounts
    per_minute: int

    def check(self, caller: str, now: datetime) -> None:
        """Count a request at `now`, naive UTC; if the counter fails, accept the request.

        Raises:
            ProblemError: 429, the caller has sent too many requests in this minute.
        """
        minute, second = divmod(int(now.replace(tzinfo=UTC).timestamp()), _MINUTE_S)
        try:
            count = self.counts.add(hashlib.sha256(caller.encode()).hexdigest()[:32], minute)
        except ServiceError as error:
            log.warning("requests are not counted", extra={"error": type(error).__name__})
            return
        if count > self.per_minute:
            detail = (
                f"You sent more than {self.per_minute:,} requests in a minute. Wait for the seconds in "
                "Retry-After, then repeat the request."
            )
            raise ProblemError(
                429, "too-many-requests", detail, headers={"Retry-After": str(_MINUTE_S - second)}
            )
