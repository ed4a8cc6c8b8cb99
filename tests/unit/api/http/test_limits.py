"""One caller cannot use up what all callers share."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

import pytest

from headgate.api.http.limits import CallerLimit
from headgate.errors import ServiceError
from tests.unit.api.lakes import BEGAN, Caller, MemoryLake

pytestmark = pytest.mark.unit


@dataclass
class MemoryCounts:
    """Counts in memory."""

    counted: Counter[tuple[str, int]] = field(default_factory=Counter)

    def add(self, caller: str, minute: int) -> int:
        self.counted[caller, minute] += 1
        return self.counted[caller, minute]


class NoCounts:
    """A table that does not answer."""

    def add(self, caller: str, minute: int) -> int:
        raise ServiceError(f"{caller} {minute}")


def test_more_requests_than_the_limit_are_a_429_that_says_when_to_repeat() -> None:
    caller = Caller(MemoryLake(caller_limit=CallerLimit(MemoryCounts(), 2)))
    answers = [caller.call("GET", "/v1/me") for _ in range(3)]
    assert [answer.status for answer in answers] == [200, 200, 429]
    assert 1 <= int(answers[2].headers["Retry-After"]) <= 60
    assert answers[2].json["type"] == "urn:headgate:problem:too-many-requests"


def test_the_next_minute_begins_a_new_count() -> None:
    lake = MemoryLake(caller_limit=CallerLimit(MemoryCounts(), 1))
    caller = Caller(lake)
    assert [caller.call("GET", "/v1/me").status for _ in range(2)] == [200, 429]
    lake.moment = datetime(BEGAN.year, BEGAN.month, BEGAN.day, BEGAN.hour, BEGAN.minute + 1)
    assert caller.call("GET", "/v1/me").status == 200


def test_callers_are_counted_apart_and_without_their_names() -> None:
    counts = MemoryCounts()
    limit = CallerLimit(counts, 1)
    limit.check("ana", BEGAN)
    limit.check("bob", BEGAN)
    assert len(counts.counted) == 2
    assert not any("ana" in caller for caller, _ in counts.counted)


def test_a_request_without_a_token_is_not_counted() -> None:
    counts = MemoryCounts()
    assert Caller(MemoryLake(caller_limit=CallerLimit(counts, 1)), None).call("GET", "/v1/me").status == 401
    assert not counts.counted


def test_a_request_is_answered_when_it_cannot_be_counted() -> None:
    caller = Caller(MemoryLake(caller_limit=CallerLimit(NoCounts(), 1)))
    assert [caller.call("GET", "/v1/me").status for _ in range(2)] == [200, 200]
