"""At most one run works, at most one is pending, and none starts without a reason."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.operations.backlog import MIDNIGHT, Day, trickle
from headgate.runs.start_or_postpone import (
    Burst,
    Due,
    Execution,
    Postpone,
    Skip,
    Start,
    StartedBy,
    StartRules,
    Trigger,
    parse_due,
)

pytestmark = pytest.mark.unit

NOW = datetime(2026, 5, 1, 12, 0)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
RULES = StartRules("abcd1234", HOUR, MINUTE)
NO_INTERVAL = StartRules("abcd1234", timedelta(0), MINUTE)
NEW_DATA, DAILY = Due(Trigger.NEW_DATA, NOW), Due(Trigger.DAILY, NOW)


def run(status: str, ago: timedelta, deployment: str = "abcd1234") -> Execution:
    return Execution(f"before-{deployment}", status, NOW - ago)


def test_new_data_start_a_run_that_is_named_by_time_cause_and_deployment() -> None:
    assert RULES.decide(NEW_DATA, [], NOW) == Start("20260501T120000Z-new-data-abcd1234")


@pytest.mark.parametrize(("due", "started_by"), [(NEW_DATA, StartedBy.NEW_DATA), (DAILY, StartedBy.SCHEDULE)])
def test_the_name_of_a_run_records_what_started_it(due: Due, started_by: StartedBy) -> None:
    assert Execution(RULES.run_name(due), "SUCCEEDED", NOW).started_by is started_by


@pytest.mark.parametrize(
    ("name", "started_by"),
    [
        ("cli-20260102T030405000000", StartedBy.PERSON),
        ("api-0123456789abcdef0123456789abcdef", StartedBy.PERSON),
        ("7f6f4f7e-0000-0000-0000-000000000000", StartedBy.PERSON),
        ("20260501T120000Z-abcd1234", StartedBy.UNKNOWN),
    ],
)
def test_a_run_that_nothing_made_due_was_started_by_a_person(name: str, started_by: StartedBy) -> None:
    """AWS's own console names a run by a UUID. A run of an older deployment has no cause in its name."""
    assert StartedBy.of(name) is started_by


def test_a_message_that_arrives_twice_starts_one_run() -> None:
    before = Execution(RULES.run_name(NEW_DATA), "SUCCEEDED", NOW)
    assert isinstance(RULES.decide(NEW_DATA, [before], NOW + 2 * HOUR), Skip)


@pytest.mark.parametrize("status", ["RUNNING", "PENDING_REDRIVE"])
def test_while_a_run_works_the_next_stays_pending(status: str) -> None:
    assert NO_INTERVAL.decide(NEW_DATA, [run(status, 2 * HOUR)], NOW) == Postpone(NOW + MINUTE)


@pytest.mark.parametrize("status", ["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"])
def test_the_least_time_lies_between_two_starts(status: str) -> None:
    assert RULES.decide(NEW_DATA, [run(status, 20 * MINUTE)], NOW) == Postpone(NOW + 40 * MINUTE)
    assert isinstance(RULES.decide(NEW_DATA, [run(status, HOUR)], NOW), Start)


def test_after_a_long_run_the_next_one_starts_later() -> None:
    rules = StartRules("abcd1234", HOUR, MINUTE, most_share=0.1)
    took_30_minutes = Execution("before", "SUCCEEDED", NOW - HOUR, NOW - 30 * MINUTE)
    assert rules.decide(NEW_DATA, [took_30_minutes], NOW) == Postpone(NOW + 4 * HOUR)
    took_a_minute = Execution("before", "SUCCEEDED", NOW - HOUR, NOW - 59 * MINUTE)
    assert isinstance(rules.decide(NEW_DATA, [took_a_minute], NOW), Start)


def test_a_long_run_makes_new_data_wait_three_days_at_most() -> None:
    rules = StartRules("abcd1234", HOUR, MINUTE, most_share=0.1, longest_wait=72 * HOUR)
    took_20_hours = Execution("before", "SUCCEEDED", NOW - 22 * HOUR, NOW - 2 * HOUR)
    assert rules.decide(NEW_DATA, [took_20_hours], NOW) == Postpone(NOW + 50 * HOUR)
    took_80_hours = Execution("before", "SUCCEEDED", NOW - 82 * HOUR, NOW - 2 * HOUR)
    assert isinstance(rules.decide(NEW_DATA, [took_80_hours], NOW), Start)


def test_the_daily_check_starts_nothing_when_nothing_is_new() -> None:
    assert RULES.decide(DAILY, [run("SUCCEEDED", 20 * HOUR)], NOW) == Skip("nothing is new")
    assert RULES.decide(DAILY, [], NOW) == Skip("nothing is new")


def test_the_daily_check_leaves_the_work_to_a_run_under_way() -> None:
    assert RULES.decide(DAILY, [run("RUNNING", HOUR)], NOW) == Skip("a run is under way")


@pytest.mark.parametrize(
    "newest", [run("FAILED", 20 * HOUR), run("SUCCEEDED", 20 * HOUR, deployment="0000aaaa")]
)
def test_the_daily_check_repeats_a_failed_run_and_builds_again_after_a_deployment(newest: Execution) -> None:
    assert isinstance(RULES.decide(DAILY, [newest, run("SUCCEEDED", 40 * HOUR)], NOW), Start)


def test_a_due_message_is_read_as_it_was_written() -> None:
    assert parse_due(NEW_DATA.message(), NOW + HOUR) == NEW_DATA
    assert parse_due('{"due": "daily", "at": "2026-05-01T12:00:00Z"}', NOW + HOUR) == DAILY
    assert parse_due('{"due": "daily", "at": ""}', NOW) == DAILY


@pytest.mark.parametrize("body", ["hello", '{"Records": []}', "[1]"])
def test_a_message_of_another_kind_is_not_due(body: str) -> None:
    assert parse_due(body, NOW) is None


@pytest.mark.parametrize("body", ['{"due": "often"}', '{"due": "daily", "at": "noon"}'])
def test_a_due_message_with_a_wrong_value_is_an_error(body: str) -> None:
    with pytest.raises(ValueError, match=r"often|noon"):
        parse_due(body, NOW)


def test_a_burst_survives_the_schedule_that_keeps_it() -> None:
    burst = Burst.begin(NOW, MINUTE).pushed(NOW + 30 * timedelta(seconds=1), MINUTE, HOUR)
    assert Burst.parse(burst.description, burst.expression) == burst


def test_a_file_every_two_minutes_and_runs_of_fifteen_leave_no_backlog() -> None:
    day = Day(15 * MINUTE, NO_INTERVAL)
    day.play(trickle(2 * MINUTE, hours=24))
    assert (day.pending_max, day.running_max) == (1, 1)
    assert len(day.executions) == day.finished <= 24 * 4 + 2
    assert day.published == 720


def test_the_interval_limits_the_runs_of_a_day() -> None:
    day = Day(15 * MINUTE, RULES)
    day.play(trickle(2 * MINUTE, hours=24))
    assert day.finished <= 25
    assert day.published == 720


def test_a_day_without_files_has_no_run() -> None:
    day = Day(15 * MINUTE, RULES)
    day.play([MIDNIGHT], checks=[MIDNIGHT + step * 24 * HOUR for step in range(1, 8)])
    assert len(day.executions) == 1


@given(
    gaps_s=st.lists(st.integers(0, 7200), min_size=1, max_size=60),
    run_s=st.integers(1, 20_000),
    interval_s=st.sampled_from([0, 600, 3600]),
)
def test_whatever_arrives_every_file_is_published_and_one_start_is_pending(
    gaps_s: list[int], run_s: int, interval_s: int
) -> None:
    day = Day(timedelta(seconds=run_s), StartRules("any", timedelta(seconds=interval_s), MINUTE))
    arrivals = [MIDNIGHT + timedelta(seconds=sum(gaps_s[:end])) for end in range(1, len(gaps_s) + 1)]
    day.play(arrivals)
    assert day.published == len(arrivals)
    assert day.pending_max <= 1
    assert day.running_max <= 1
