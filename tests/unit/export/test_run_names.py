"""A run's name contains its day, so that a run that continues after midnight stays in the same folder."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.export.run_names import day_of, named_by_time

pytestmark = pytest.mark.unit

OTHER_DAY = date(1999, 1, 1)


@given(st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(9000, 1, 1), timezones=st.just(UTC)))
def test_a_name_contains_its_day(at: datetime) -> None:
    assert day_of(named_by_time(at), OTHER_DAY) == at.date()


def test_a_name_is_in_utc() -> None:
    assert (
        named_by_time(datetime(2026, 1, 2, 1, 0, tzinfo=timezone(timedelta(hours=2)))) == "20260101T230000Z"
    )


@pytest.mark.parametrize("run", ["nightly", "", "20261399T000000Z", "20260102"])
def test_other_names_lie_under_the_day_that_is_given(run: str) -> None:
    assert day_of(run, OTHER_DAY) == OTHER_DAY
