"""Throttled work is retried, and nothing else is."""

from __future__ import annotations

import pytest

from headgate.aws.retry_throttled import retry_throttled
from headgate.errors import ConflictError, ThrottledError

pytestmark = pytest.mark.unit


def busy_for(times: int, slept: list[float]) -> str:
    if len(slept) < times:
        raise ThrottledError("held by another worker")
    return "done"


def test_work_that_asks_for_patience_is_tried_again_after_each_pause() -> None:
    slept: list[float] = []
    assert retry_throttled(lambda: busy_for(2, slept), pauses_s=(1, 2, 4), sleep=slept.append) == "done"
    assert slept == [1, 2]


def test_after_the_last_retry_the_error_is_raised() -> None:
    slept: list[float] = []
    with pytest.raises(ThrottledError):
        retry_throttled(lambda: busy_for(9, slept), pauses_s=(1, 2), sleep=slept.append)
    assert slept == [1, 2]


def test_other_errors_are_not_waited_for() -> None:
    slept: list[float] = []

    def work() -> None:
        raise ConflictError("taken over")

    with pytest.raises(ConflictError):
        retry_throttled(work, sleep=slept.append)
    assert slept == []
