"""The conditions of a statement end its periods, as the end of the data does."""

from __future__ import annotations

from datetime import date

import pytest

from headgate.query.statement_bounds import last_day_of_periods

pytestmark = pytest.mark.unit

BY_WEEK = "select date_trunc('week', o.ordered_at) as week, count(*) as n from orders o where {} group by 1"


@pytest.mark.parametrize(
    ("condition", "day"),
    [
        ("ordered_at >= date '2026-01-08' and (o.ordered_at < date '2026-03-05' and n = 'or')", 4),
        ("cast(ordered_at as date) <= cast('2026-03-04' as date)", 4),
        ("ordered_at between date '2026-01-01' and timestamp '2026-03-04 00:00:00'", 4),
        ("ordered_at < :until\n-- :until date = 2026-03-05\n", 4),
        ("ordered_at < date '2026-03-05' and ordered_at < date '2026-03-03'", 2),
        ("ordered_at < date '2026-03-05' or n = 1", None),
        ("paid_at < date '2026-03-05'", None),
        ("ordered_at < current_date", None),
        ("ordered_at >= date '2026-01-08'", None),
    ],
)
def test_the_earliest_condition_on_the_grouped_moments_ends_the_periods(
    condition: str, day: int | None
) -> None:
    assert last_day_of_periods(BY_WEEK.format(condition)) == (date(2026, 3, day) if day else None)


def test_a_statement_of_several_selects_and_a_text_that_is_none_have_no_last_day() -> None:
    several = f"{BY_WEEK} union {BY_WEEK}".replace("{}", "ordered_at < date '2026-03-05'")
    assert last_day_of_periods(several) is None
    assert last_day_of_periods("no statement") is None
