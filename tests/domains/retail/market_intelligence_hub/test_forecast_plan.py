from __future__ import annotations

from datetime import date

import pytest

from headgate.analytics.periods import DAY, MONTH, WEEK, Grain
from headgate.domains.retail.market_intelligence_hub.forecast_plan import Plan
from headgate.errors import SettingsError

pytestmark = pytest.mark.unit


def test_nothing_stated_is_a_quarter_of_weeks_by_region_and_category() -> None:
    assert Plan.of({}) == Plan.of({"forecast_grain": "", "forecast_horizon": "", "forecast_by": ""}) == Plan()
    assert (Plan().grain, Plan().horizon, Plan().by) == (WEEK, 13, ("region_id", "category"))


@pytest.mark.parametrize("grain", [DAY, WEEK, MONTH], ids=lambda grain: grain.name)
def test_a_grain_brings_its_own_horizon_unless_one_is_stated(grain: Grain) -> None:
    assert Plan.of({"forecast_grain": grain.name}).horizon == grain.horizon
    assert Plan.of({"forecast_grain": grain.name, "forecast_horizon": "5"}).horizon == 5


def test_sales_have_no_hours() -> None:
    """The engine knows hours; the hub's calendar and closures are of days."""
    with pytest.raises(SettingsError, match="day, week, month"):
        Plan.of({"forecast_grain": "hour"})


@pytest.mark.parametrize(
    ("stated", "levels"),
    [
        ("none", ("total",)),
        ("region", ("total", "region")),
        ("category", ("total", "category")),
        ("category,region", ("total", "region", "category", "region_category")),
    ],
)
def test_the_hierarchy_has_the_levels_of_its_dimensions(stated: str, levels: tuple[str, ...]) -> None:
    assert Plan.of({"forecast_by": stated}).levels == levels


@pytest.mark.parametrize(
    "options",
    [
        {"forecast_grain": "hour"},
        {"forecast_by": "region,region"},
        {"forecast_by": "customer"},
        {"forecast_horizon": "0"},
        {"forecast_horizon": "-1"},
        {"forecast_horizon": "1e2"},
        {"forecast_horizon": "401"},
        {"forecast_horizon": "²"},
    ],
)
def test_an_option_that_is_not_understood_is_named(options: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match=next(iter(options))):
        Plan.of(options)


def test_weeks_begin_on_monday_and_months_on_the_first() -> None:
    assert WEEK.start_of(date(2010, 1, 10)) == date(2010, 1, 4)
    assert MONTH.start_of(date(2010, 1, 31)) == date(2010, 1, 1)
    assert (
        DAY.shifted(date(2010, 2, 28), 1),
        WEEK.shifted(date(2010, 1, 10), -1),
        MONTH.shifted(date(2010, 1, 31), 1),
    ) == (
        date(2010, 3, 1),
        date(2009, 12, 28),
        date(2010, 2, 1),
    )
    assert MONTH.starts(date(2009, 12, 5), date(2010, 2, 1)).date.tolist() == [
        date(2009, 12, 1),
        date(2010, 1, 1),
        date(2010, 2, 1),
    ]
    assert WEEK.starts(date(2010, 1, 11), date(2010, 1, 4)).empty


def test_weekly_origins_cover_one_year_without_overlap() -> None:
    assert WEEK.cuts(13, 4, 100) == (13, 26, 39, 52)


def test_a_short_history_has_the_newest_origins_only() -> None:
    assert WEEK.cuts(13, 4, 30) == (13, 26)
    assert DAY.cuts(28, 4, 300) == (28, 56, 84, 112)


@pytest.mark.parametrize(
    ("grain", "cuts"), [(DAY, (28, 56, 84, 365)), (MONTH, (12, 15, 18, 21))], ids=["day", "month"]
)
def test_one_origin_lies_in_the_season_of_the_coming_window(grain: Grain, cuts: tuple[int, ...]) -> None:
    assert grain.cuts(grain.horizon, 4, 1_000) == cuts
    assert grain.season_cut(grain.horizon) in cuts


def test_a_horizon_beyond_a_year_has_its_season_two_years_back() -> None:
    assert WEEK.cuts(60, 4, 200) == (60, 73, 86, 104)
