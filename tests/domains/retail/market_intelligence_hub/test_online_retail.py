from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from headgate.analytics.periods import whole_periods
from headgate.domains.retail import market_intelligence_hub
from headgate.domains.retail.market_intelligence_hub.accuracy import owa
from headgate.domains.retail.market_intelligence_hub.calendar import events_of
from headgate.domains.retail.market_intelligence_hub.features import DailySales, sales_by_period
from headgate.domains.retail.market_intelligence_hub.forecast_accuracy import (
    COVERAGES,
    MEASURES,
    backtest_scores,
)
from headgate.domains.retail.market_intelligence_hub.forecast_plan import Plan
from headgate.domains.retail.market_intelligence_hub.hierarchy_forecast import forecast_hierarchy
from headgate.quality.contract_audit import audit
from headgate.systems.rows_in_file import rows_by_contract

if TYPE_CHECKING:
    from collections.abc import Mapping

    import ibis
    import pandas as pd

    from headgate.contracts.registry import Registry

pytestmark = pytest.mark.system

AS_OF = date(2010, 12, 9)


@pytest.fixture(scope="module")
def built(online_retail: Mapping[str, ibis.Table]) -> dict[str, pd.DataFrame]:
    return market_intelligence_hub.build(online_retail, AS_OF)


@pytest.fixture(scope="module")
def backtested(online_retail: Mapping[str, ibis.Table]) -> pd.DataFrame:
    """The measures of the forecasts at all past origins, by whichever method, as means by series."""
    plan = Plan()
    daily = DailySales(online_retail, AS_OF)
    span = whole_periods(daily.days, "ordered_at", AS_OF, plan.grain)
    forecast = forecast_hierarchy(sales_by_period(daily, span, plan), events_of(online_retail), span, plan)
    means = backtest_scores(forecast).groupby("number")[[*MEASURES, *COVERAGES]].mean()
    return means.set_axis(forecast.series["series_id"].loc[means.index])


def test_every_table_of_the_real_shop_holds_its_contract(
    built: dict[str, pd.DataFrame], registry: Registry
) -> None:
    for name, frame in built.items():
        audit(
            registry.prod[name],
            rows_by_contract(registry.prod[name], frame.assign(as_of=AS_OF, snapshot_id="0123456789abcdef")),
        )


def test_the_real_shop_is_forecast_better_than_by_naive2(backtested: pd.DataFrame) -> None:
    """Over all series as the M4 competition does it: errors are averaged first, because ratios of nearly
    empty series have no bound.
    """
    total, means = backtested.loc["total"], backtested.mean()
    assert owa(total["smape"], total["mase"], total["smape_naive2"], total["mase_naive2"]) < 0.9
    assert (means["mase"] / means["mase_naive2"] + means["smape"] / means["smape_naive2"]) / 2 < 1


def test_intervals_hold_about_as_many_real_weeks_as_they_say(backtested: pd.DataFrame) -> None:
    assert backtested["coverage_80"].mean() == pytest.approx(0.80, abs=0.03)
    assert backtested["coverage_95"].mean() == pytest.approx(0.95, abs=0.03)


def test_last_year_has_no_figures_for_a_shop_with_one_year(built: dict[str, pd.DataFrame]) -> None:
    """No origin knew a year, so that last year is neither tested nor published."""
    accuracy = built["forecast_accuracy"]
    assert "last_year" not in set(accuracy["model"])
    assert accuracy["smape_last_year"].isna().all()


def test_the_christmas_closure_is_reported(built: dict[str, pd.DataFrame]) -> None:
    total = built["sales_anomalies"].query("series_id == 'total'").set_index("period_on")
    closed = total.loc[date(2009, 12, 28)]
    assert (closed["actual"], closed["reason"]) == (Decimal(0), "no_sales")


def test_of_fifty_two_whole_weeks_that_rise_into_autumn_no_trend_is_known(
    built: dict[str, pd.DataFrame],
) -> None:
    total = built["sales_trends"].set_index("series_id").loc["total"]
    assert (total["periods"], total["direction"]) == (52, "unknown")
    assert built["sales_forecast"]["period_on"].min() == date(2010, 12, 6)


def test_sales_fall_after_christmas_and_closed_weeks_are_expected_again(
    built: dict[str, pd.DataFrame],
) -> None:
    """The peak of autumn is no level: the same thirteen weeks of last year sold 1.86 million."""
    ahead = built["sales_forecast"].query("series_id == 'total'").sort_values("horizon")
    mean, high = (ahead[name].astype(float).to_numpy() for name in ("mean", "upper_80"))
    assert 1_300_000 < mean.sum() < 2_300_000
    assert mean[4:].max() < 200_000 < mean[:2].min()
    assert mean[3] < 20_000 < high[3]  # 27 December: closed a year ago, which may move by a day
