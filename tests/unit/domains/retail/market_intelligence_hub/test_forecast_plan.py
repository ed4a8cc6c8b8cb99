from __future__ import annotations

from datetime import date

import pytest

from headgate.domains.retail.market_intelligence_hub.forecast_plan import DAY, GRAINS, MONTH, WEEK, Plan
from headgate.errors import SettingsError

pytestmark = pytest.mark.unit


def test_nothing_stated_is_a_quarter_of_weeks_by_region_and_category() -> None:
    assert Plan.of({}) == Plan.of({"forecast_grain": "", "forecast_horizon": "", "forecast_by": ""}) == Plan()
    assert (Plan().grain, Plan().horizon, Plan().by) == (WEEK, 13, ("region_id", "category"))


@pytest.mark.parametrize("grain", GRAINS.values(), ids=lambda grain: grain.name)
def test_a_grain_brings_its_own_horizon_unless_one_is_stated(grain: object) -> None:
    name = str(getattr(grain, "name", ""))
    assert Plan.of({"forecast_grain": name}).horizon == GRAINS[name].horizon
    assert Plan.of({"forecast_grain": name, "forecast_horizon": "5"}).horizon == 5


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
    assert (DAY.shifted(date(2010, 2, 28), 1), WEEK.shifted(date(2010, 1, 10), -1), MONTH.shifted(date(2010, 1, 31), 1)) == (
        date(2010, 3, 1),
        date(2009, 12, 28),
        date(2010, 2, 1),
    )
    assert MONTH.starts(date(2009, 12, 5), date(2010, 2, 1)).date.tolist() == [date(2009, 12, 1), date(2010, 1, 1), date(2010, 2, 1)]
    assert WEEK.starts(date(2010, 1, 11), date(2010, 1, 4)).empty
