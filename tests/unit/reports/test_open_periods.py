"""The newest period of an answer that the data do not fill."""

from __future__ import annotations

from datetime import date

import pytest

from headgate.reports.open_periods import open_period, open_period_words, time_column

pytestmark = pytest.mark.unit

MONTHS = ["2026-01-01T00:00:00", "2026-02-01T00:00:00"]
WEEKS = ["2026-01-05", "2026-01-12", "2026-01-26"]


@pytest.mark.parametrize(
    ("cells", "as_of", "begin"),
    [
        (MONTHS, date(2026, 2, 9), date(2026, 2, 1)),
        (MONTHS[::-1], date(2026, 2, 9), date(2026, 2, 1)),
        (["2025-12", "2026-01"], date(2026, 1, 30), date(2026, 1, 1)),
        (["2025-07-01", "2025-10-01"], date(2025, 12, 30), date(2025, 10, 1)),
        (["2024-01-01", "2025-01-01"], date(2025, 12, 30), date(2025, 1, 1)),
        (WEEKS, date(2026, 1, 31), date(2026, 1, 26)),
    ],
)
def test_months_quarters_years_and_weeks_are_open_until_their_last_day(
    cells: list[str], as_of: date, begin: date
) -> None:
    assert open_period(cells, as_of) == begin


@pytest.mark.parametrize(
    ("cells", "as_of"),
    [
        (MONTHS, date(2026, 2, 28)),
        (MONTHS, date(2026, 1, 31)),
        (WEEKS, date(2026, 2, 1)),
        (MONTHS[:1], date(2026, 1, 9)),
        ([*MONTHS, "all"], date(2026, 2, 9)),
        ([*MONTHS, None], date(2026, 2, 9)),
        (["2026-01-01", "2026-03-01"], date(2026, 3, 2)),
        (["2026-01-05", "2026-01-06"], date(2026, 1, 6)),
        (["2026-02-30", "2026-03-30"], date(2026, 3, 30)),
        ([], date(2026, 2, 9)),
    ],
)
def test_days_full_periods_and_other_cells_are_never_open(cells: list[str | None], as_of: date) -> None:
    assert open_period(cells, as_of) is None


def test_the_note_needs_a_day_of_the_data() -> None:
    records = [{"sold": 1, "month": month} for month in MONTHS]
    assert time_column(records) == "month"
    assert time_column([{"sold": 1}]) == ""
    assert open_period_words([row["month"] for row in records], None) == ""
    assert open_period_words([row.get("absent") for row in records], date(2026, 2, 9)) == ""
