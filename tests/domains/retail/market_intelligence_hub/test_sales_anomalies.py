from __future__ import annotations

from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from headgate.analytics.periods import WEEK
from headgate.domains.retail.market_intelligence_hub.calendar import COLUMNS as CALENDAR
from headgate.domains.retail.market_intelligence_hub.sales_anomalies import COLUMNS, REASONS, sales_anomalies

pytestmark = pytest.mark.unit

NO_EVENTS = pd.DataFrame(columns=CALENDAR)
WEEKS = 40
ODD = 20


def _weekly(region: str = "(all)", **odd: float) -> pd.DataFrame:
    """Forty weeks of about 1,000 from 20 orders of 50, of all or of one region; week 20 is as given."""
    noise = np.random.default_rng(9).integers(-40, 41, WEEKS)
    weekly = pd.DataFrame(
        {
            "period_on": pd.date_range("2009-01-05", periods=WEEKS, freq="W-MON"),
            "revenue": 1000 + noise,
            "orders": 20,
        }
    )
    name, level = ("total", "total") if region == "(all)" else (f"region={region}", "region")
    weekly = weekly.assign(
        series_id=name,
        level=level,
        region_id=region,
        category="(all)",
        largest_order=50,
        largest_return=0,
        promoted=0,
        largest_order_id=[f"O{week}" for week in range(WEEKS)],
        largest_return_id=[f"R{week}" for week in range(WEEKS)],
        largest_order_region="AU",
        largest_return_region="FR",
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
        ({"revenue": -600, "largest_return": -700}, "returns"),
        ({"revenue": -600, "largest_return": -700, "orders": 4}, "returns"),
        ({"revenue": 0, "orders": 0}, "no_sales"),
        ({"revenue": 200, "orders": 4}, "fewer_orders"),
        ({"revenue": 200, "orders": 20}, "smaller_orders"),
    ],
)
def test_an_odd_week_is_found_with_its_reason(odd: dict[str, float], reason: str) -> None:
    found = sales_anomalies(_weekly(**odd), NO_EVENTS, WEEK)
    assert found["period_on"].tolist() == [date(2009, 5, 25)]
    assert found["reason"].tolist() == [reason]
    assert found["explanation"].tolist() == [REASONS[reason]]
    assert found["actual"].tolist() == [Decimal(odd["revenue"])]
    assert found["direction"].tolist() == ["above" if odd["revenue"] > 1000 else "below"]


def test_a_rise_is_listed_once_and_its_parts_fold_into_the_largest_series_whatever_their_reasons() -> None:
    odd = {"revenue": 3000, "largest_order": 2100, "orders": 21}
    other = {"revenue": 3000, "orders": 60}
    weekly = pd.concat([_weekly("FR", **odd), _weekly("GB", **other), _weekly(**odd)], ignore_index=True)
    anomalies = sales_anomalies(weekly, NO_EVENTS, WEEK).set_index("series_id")
    assert anomalies["reason"].nunique() == 2
    assert anomalies["folds_into"].to_dict() == {"region=FR": "total", "region=GB": "total", "total": None}


def test_a_part_that_falls_while_the_whole_rises_is_listed_itself() -> None:
    fall = {"revenue": 100, "orders": 3}
    rise = {"revenue": 3000, "orders": 60}
    weekly = pd.concat([_weekly("FR", **fall), _weekly(**rise)], ignore_index=True)
    found = sales_anomalies(weekly, NO_EVENTS, WEEK).set_index("series_id")["folds_into"]
    assert found.to_dict() == {"region=FR": None, "total": None}


@pytest.mark.parametrize(
    ("odd", "order_id"),
    [
        ({"revenue": 3000, "largest_order": 2100, "orders": 21}, f"O{ODD}"),
        ({"revenue": -900, "largest_return": -1900}, f"R{ODD}"),
        ({"revenue": -600, "largest_return": -700}, f"R{ODD}"),
        ({"revenue": 3000, "largest_order": 200, "orders": 60}, None),
    ],
)
def test_the_order_that_is_the_reason_is_named_and_no_other(
    odd: dict[str, float], order_id: str | None
) -> None:
    assert sales_anomalies(_weekly(**odd), NO_EVENTS, WEEK)["order_id"].tolist() == [order_id]


def test_ordinary_weeks_are_not_reported() -> None:
    assert sales_anomalies(_weekly(), NO_EVENTS, WEEK).empty


def test_the_score_is_the_deviation_over_the_usual_one_of_that_side() -> None:
    weekly = _weekly(revenue=3000)
    found = sales_anomalies(weekly, NO_EVENTS, WEEK).iloc[0]
    revenue = weekly["revenue"].astype(float)
    around = revenue.rolling(13, center=True, min_periods=1).median()
    above = (revenue - around)[revenue >= around]
    assert found["score"] == pytest.approx(
        (3000 - around[ODD]) / max(1.4826 * above.median(), 0.05 * around.median())
    )


def test_short_histories_and_no_rows_report_nothing() -> None:
    assert sales_anomalies(_weekly(revenue=3000).iloc[ODD - 10 : ODD + 10], NO_EVENTS, WEEK).empty
    assert sales_anomalies(_weekly().iloc[:0], NO_EVENTS, WEEK).columns.tolist() == COLUMNS


def test_a_series_that_sells_now_and_then_has_no_unusual_weeks() -> None:
    weekly = _weekly()
    sparse = weekly.assign(orders=np.where(np.arange(WEEKS) % 3, 0, 20))
    sparse["revenue"] = sparse["revenue"].where(sparse["orders"] > 0, Decimal(0))
    assert sales_anomalies(sparse, NO_EVENTS, WEEK).empty


def _event(kind: str, name: str, first: str, last: str, region: str | None = None) -> pd.DataFrame:
    """A calendar of one event; the odd week is that of 25 to 31 May."""
    days = pd.to_datetime(first), pd.to_datetime(last)
    return pd.DataFrame([(kind, name, region, None, *days)], columns=CALENDAR)


GOOD, CLOSED = {"revenue": 3000, "orders": 60}, {"revenue": 0, "orders": 0}


@pytest.mark.parametrize(
    ("odd", "kind", "days"),
    [
        (GOOD, "holiday", ("2009-05-25", "2009-05-25")),
        (GOOD, "promotion", ("2009-05-31", "2009-06-20")),
        (CLOSED, "closure", ("2009-05-01", "2009-05-25")),
        (CLOSED, "holiday", ("2009-05-27", "2009-05-27")),
    ],
)
def test_the_event_that_lies_on_an_odd_week_is_named_as_its_reason(
    odd: dict[str, float], kind: str, days: tuple[str, str]
) -> None:
    found = sales_anomalies(_weekly(**odd), _event(kind, "Spring Bank Holiday", *days), WEEK).iloc[0]
    assert (found["reason"], found["event_name"]) == (kind, "Spring Bank Holiday")
    assert found["explanation"] == "In the calendar: Spring Bank Holiday"


@pytest.mark.parametrize(
    "calendar",
    [
        _event("holiday", "the week before", "2009-05-18", "2009-05-24"),
        _event("holiday", "the week after", "2009-06-01", "2009-06-07"),
        _event("closure", "closed, and sold well all the same", "2009-05-25", "2009-05-25"),
    ],
)
def test_an_event_of_another_week_or_with_another_effect_is_no_reason(calendar: pd.DataFrame) -> None:
    found = sales_anomalies(_weekly(**GOOD), calendar, WEEK).iloc[0]
    assert (found["reason"], found["event_name"], found["explanation"]) == (
        "more_orders",
        None,
        REASONS["more_orders"],
    )


def test_what_is_measured_goes_before_what_is_in_the_calendar() -> None:
    weekly = _weekly(revenue=3000, largest_order=2100, orders=21)
    found = sales_anomalies(weekly, _event("holiday", "Whitsun", "2009-05-25", "2009-05-25"), WEEK).iloc[0]
    assert (found["reason"], found["event_name"]) == ("one_large_order", None)


def test_an_event_of_one_region_explains_the_whole_only_where_that_region_makes_most_of_it() -> None:
    whole, calendar = (
        _weekly(**GOOD),
        _event("holiday", "Bastille Day", "2009-05-25", "2009-05-25", region="FR"),
    )
    for french, reason in (
        ({"revenue": 2800, "orders": 50}, "holiday"),
        ({"revenue": 1300, "orders": 25}, "more_orders"),
    ):
        found = sales_anomalies(
            pd.concat([whole, _weekly("FR", **french)], ignore_index=True), calendar, WEEK
        )
        assert found.set_index("series_id").loc["total", "reason"] == reason


def test_an_event_of_one_region_is_nothing_to_another() -> None:
    calendar = _event("holiday", "Bastille Day", "2009-05-25", "2009-05-25", region="FR")
    found = sales_anomalies(_weekly("GB", **GOOD), calendar, WEEK)
    assert found["reason"].tolist() == ["more_orders"]


def test_of_two_events_the_one_whose_part_moved_most_is_named() -> None:
    french = _weekly("FR", revenue=2800, orders=50)
    both = pd.concat(
        [
            _event("holiday", "A", "2009-05-25", "2009-05-25", region="FR"),
            _event("holiday", "B", "2009-05-25", "2009-05-25"),
        ]
    )
    found = sales_anomalies(pd.concat([_weekly(**GOOD), french], ignore_index=True), both, WEEK).set_index(
        "series_id"
    )
    assert found["event_name"].to_dict() == {"total": "B", "region=FR": "A"}
