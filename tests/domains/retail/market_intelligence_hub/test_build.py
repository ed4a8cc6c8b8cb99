from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from headgate.domains.retail import market_intelligence_hub
from headgate.domains.retail.market_intelligence_hub.forecast_plan import Plan
from headgate.quality.contract_audit import audit
from headgate.systems.rows_in_file import rows_by_contract

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import ibis
    import pyarrow as pa

    from headgate.contracts.registry import Registry

    Line = tuple[str, str, datetime, str, int, str, str]
    Shop = Callable[[Sequence[Line]], dict[str, ibis.Table]]
    Calendar = Callable[..., ibis.Table]
    Built = dict[str, pd.DataFrame]

pytestmark = pytest.mark.system

SYSTEM = "market-intelligence-hub"
AS_OF = date(2010, 2, 28)
PLAN = Plan(top_regions=2, top_categories=2, horizon=8, windows=3)


@pytest.fixture(scope="module")
def built(shop: Shop, seeded_lines: list[Line]) -> Built:
    return market_intelligence_hub.planned(shop(seeded_lines), AS_OF, PLAN)


@pytest.fixture(scope="module")
def small_shop(shop: Shop, seeded_lines: list[Line]) -> dict[str, ibis.Table]:
    return shop([line for line in seeded_lines if line[3] in {"Home", "Garden"}])


def _published(registry: Registry, name: str, frame: pd.DataFrame) -> pa.Table:
    """The rows as the runner hands them to the publisher."""
    return rows_by_contract(registry.prod[name], frame.assign(as_of=AS_OF, snapshot_id="0123456789abcdef"))


def test_every_table_holds_its_contract(built: Built, registry: Registry) -> None:
    assert set(built) == set(registry.tables_of(SYSTEM))
    for name, frame in built.items():
        rows = _published(registry, name, frame)
        audit(registry.prod[name], rows)
        assert rows.num_rows > 0, name


def test_no_sales_give_empty_tables_with_their_columns(shop: Shop, registry: Registry) -> None:
    tables = shop([("1", "GB", datetime(2009, 1, 5), "Home", 1, "1.00", "completed")])
    for name, frame in market_intelligence_hub.build(
        {key: rows.limit(0) for key, rows in tables.items()}, AS_OF
    ).items():
        assert _published(registry, name, frame).num_rows == 0


def test_a_shop_of_one_order_is_forecast_without_a_word(shop: Shop, registry: Registry) -> None:
    built = market_intelligence_hub.build(
        shop([("1", "GB", datetime(2010, 2, 22), "Home", 1, "1.00", "completed")]), AS_OF
    )
    for name, frame in built.items():
        audit(registry.prod[name], _published(registry, name, frame))
    assert len(built["sales_forecast"]) == 4 * 13


def test_the_same_inputs_give_the_same_tables(shop: Shop, seeded_lines: list[Line], built: Built) -> None:
    again = market_intelligence_hub.planned(shop(seeded_lines[::-1]), AS_OF, PLAN)
    for name, frame in built.items():
        pd.testing.assert_frame_equal(frame, again[name])


def test_forecasts_add_up_over_the_hierarchy_to_the_penny(built: Built) -> None:
    sums = built["sales_forecast"].groupby(["level", "period_on"])["mean"].sum()
    for level in ("region", "category", "region_category"):
        assert sums[level].tolist() == sums["total"].tolist()


@pytest.mark.parametrize(
    ("options", "days", "levels"),
    [
        ({"forecast_grain": "day", "forecast_horizon": "9"}, (date(2010, 3, 1), date(2010, 3, 9)), 4),
        ({"forecast_grain": "month", "forecast_horizon": "3"}, (date(2010, 3, 1), date(2010, 5, 1)), 4),
        ({"forecast_by": "region", "forecast_horizon": "2"}, (date(2010, 3, 1), date(2010, 3, 8)), 2),
        ({"forecast_by": "none", "forecast_horizon": "1"}, (date(2010, 3, 1), date(2010, 3, 1)), 1),
    ],
)
def test_grain_horizon_and_dimensions_are_as_stated(
    small_shop: dict[str, ibis.Table],
    registry: Registry,
    options: dict[str, str],
    days: tuple[date, date],
    levels: int,
) -> None:
    built = market_intelligence_hub.build(small_shop, AS_OF, options)
    for name, frame in built.items():
        audit(registry.prod[name], _published(registry, name, frame))
    found = built["sales_forecast"]
    assert (found["period_on"].min(), found["period_on"].max()) == days
    assert found["level"].nunique() == levels
    assert (
        len({tuple(sums) for _, sums in found.groupby(["level", "period_on"])["mean"].sum().groupby("level")})
        == 1
    )
    accuracy = built["forecast_accuracy"]
    assert accuracy["smape"].isna().tolist() == (accuracy["windows"] == 0).tolist()


def test_without_a_year_of_history_the_season_is_in_doubt_and_the_table_says_so(
    shop: Shop, seeded_lines: list[Line]
) -> None:
    """In the first year of Online Retail, intervals learnt from nine quiet months covered 15 % of the weekly
    totals of autumn.
    """
    end = date(2009, 10, 4)
    forty_weeks = [line for line in seeded_lines if line[2].date() <= end]
    found = market_intelligence_hub.build(
        shop(forty_weeks), end, {"forecast_by": "none", "forecast_horizon": "4"}
    )["sales_forecast"]
    assert found["history_too_short"].all()
    mean, low, high = (found[name].astype(float) for name in ("mean", "lower_80", "upper_80"))
    assert (low <= mean * 0.61).all()
    assert (high >= mean * 1.66).all()


def test_the_weeks_ahead_follow_the_last_whole_week(built: Built) -> None:
    weeks = built["sales_forecast"].query("series_id == 'total'")["period_on"].tolist()
    assert weeks[0] == date(2010, 3, 1)
    assert len(weeks) == PLAN.horizon


def test_the_closed_week_and_the_huge_order_are_reported(built: Built) -> None:
    total = built["sales_anomalies"].query("series_id == 'total'").set_index("period_on")["reason"].to_dict()
    assert total[date(2009, 8, 3)] == "no_sales"
    assert total[date(2009, 8, 10)] == "one_large_order"


def test_accuracy_states_windows_and_plausible_coverage(built: Built) -> None:
    """60 weeks, of which all three origins had enough for the published method."""
    accuracy = built["forecast_accuracy"].set_index("series_id")
    assert accuracy.loc["total", ["model", "windows"]].tolist() == ["level_and_season", 3]
    assert accuracy["coverage_80"].mean() == pytest.approx(0.8, abs=0.15)
    assert accuracy["coverage_95"].mean() == pytest.approx(0.95, abs=0.1)


def test_a_promotion_in_the_calendar_raises_the_weeks_it_is_planned_for(
    shop: Shop, calendar: Calendar
) -> None:
    rng = np.random.default_rng(31)
    mondays = [datetime(2009, 1, 5) + pd.Timedelta(weeks=week) for week in range(56)]
    promoted = {week for week in range(56) if week % 6 == 5}
    lines: list[Line] = [
        (
            f"{week}-{n}",
            "GB",
            monday + pd.Timedelta(hours=n),
            "Home",
            int(rng.integers(90, 111)) * (2 if week in promoted else 1),
            "1.00",
            "completed",
        )
        for week, monday in enumerate(mondays)
        for n in range(4)
    ]
    tables = shop([line for line in lines if int(line[0].split("-")[0]) < 52])
    weeks = [
        ("promotion", "GB", None, mondays[week].date(), (mondays[week] + pd.Timedelta(days=6)).date())
        for week in sorted(promoted)
    ]
    plan = Plan(horizon=4, windows=2)
    without_calendar = market_intelligence_hub.planned(tables, date(2010, 1, 3), plan)["sales_forecast"]
    with_calendar = market_intelligence_hub.planned(
        tables | {"calendar": calendar(*weeks)}, date(2010, 1, 3), plan
    )["sales_forecast"]
    sold = pd.Series(
        {week: sum(line[4] for line in lines if line[0].startswith(f"{week}-")) for week in range(52, 56)}
    )
    errors = [
        np.abs(found.query("level == 'total'")["mean"].astype(float).to_numpy() - sold.to_numpy()).mean()
        for found in (without_calendar, with_calendar)
    ]
    assert promoted & {52, 53, 54, 55}
    assert errors[1] < 0.5 * errors[0]
