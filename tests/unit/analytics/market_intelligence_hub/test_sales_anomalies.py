from __future__ import annotations

from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from headgate.analytics.market_intelligence_hub.plan import WEEK
from headgate.analytics.market_intelligence_hub.sales_anomalies import COLUMNS, REASONS, sales_anomalies

pytestmark = pytest.mark.unit

WEEKS = 40
ODD = 20


def _weekly(**odd: float) -> pd.DataFrame:
    """Forty weeks of about 1,000 from 20 orders of 50; week 20 is as given."""
    noise = np.random.default_rng(9).integers(-40, 41, WEEKS)
    weekly = pd.DataFrame({"period_on": pd.date_range("2009-01-05", periods=WEEKS, freq="W-MON"), "revenue": 1000 + noise, "orders": 20})
    weekly = weekly.assign(
        series_id="total", level="total", region_id="(all)", category="(all)", largest_order=50, largest_return=0, promoted=0
    )
    for name, value in odd.items():
        weekly.loc[ODD, name] = value
    for name in ("revenue", "largest_order", "largest_return", "promoted"):
        weekly[name] = [Decimal(int(value)) for value in weekly[name]]
    return weekly


@pytest.mark.parametrize(
    ("odd", "reason"),
    [
        ({"revenue": 3000, "largest_order": 2100, "orders": 21}, "one_large_order"),
        ({"revenue": 3000, "promoted": 2500, "orders": 60}, "promotion"),
        ({"revenue": 3000, "orders": 60}, "more_orders"),
        ({"revenue": 3000, "largest_order": 200, "orders": 20}, "larger_orders"),
        ({"revenue": -900, "largest_return": -1900}, "large_return"),
        ({"revenue": 0, "orders": 0}, "no_sales"),
        ({"revenue": 200, "orders": 4}, "fewer_orders"),
        ({"revenue": 200, "orders": 20}, "smaller_orders"),
    ],
)
def test_an_odd_week_is_found_with_its_reason(odd: dict[str, float], reason: str) -> None:
    found = sales_anomalies(_weekly(**odd), WEEK)
    assert found["period_on"].tolist() == [date(2009, 5, 25)]
    assert found["reason"].tolist() == [reason]
    assert found["explanation"].tolist() == [REASONS[reason]]
    assert found["actual"].tolist() == [Decimal(odd["revenue"])]
    assert found["direction"].tolist() == ["above" if odd["revenue"] > 1000 else "below"]


def test_ordinary_weeks_are_not_reported() -> None:
    assert sales_anomalies(_weekly(), WEEK).empty


def test_the_score_is_the_deviation_over_the_usual_one_of_that_side() -> None:
    weekly = _weekly(revenue=3000)
    found = sales_anomalies(weekly, WEEK).iloc[0]
    revenue = weekly["revenue"].astype(float)
    around = revenue.rolling(13, center=True, min_periods=1).median()
    above = (revenue - around)[revenue >= around]
    assert found["score"] == pytest.approx((3000 - around[ODD]) / max(1.4826 * above.median(), 0.05 * around.median()))


def test_short_histories_and_no_rows_report_nothing() -> None:
    assert sales_anomalies(_weekly(revenue=3000).iloc[ODD - 10 : ODD + 10], WEEK).empty
    assert sales_anomalies(_weekly().iloc[:0], WEEK).columns.tolist() == COLUMNS


def test_a_series_that_sells_now_and_then_has_no_unusual_weeks() -> None:
    weekly = _weekly()
    sparse = weekly.assign(orders=np.where(np.arange(WEEKS) % 3, 0, 20))
    sparse["revenue"] = sparse["revenue"].where(sparse["orders"] > 0, Decimal(0))
    assert sales_anomalies(sparse, WEEK).empty
