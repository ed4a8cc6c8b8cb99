"""Blocks of hours: seasons of a day and a week, and moments instead of days."""

from __future__ import annotations

from datetime import datetime, timedelta

import ibis
import numpy as np
import pandas as pd
import pytest

from headgate.analytics.build_block import block_rows
from headgate.analytics.forecast_block import LAST_DAY, MEAN_WEEK
from headgate.analytics.periods import HOUR
from headgate.contracts.analytics_blocks import (
    BLOCK_MEASURE,
    BLOCK_TIME,
    Block,
    block_of,
    with_derived_columns,
)
from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.contracts.registry import own_model
from headgate.errors import ContractError
from headgate.quality.contract_audit import audit
from headgate.systems.rows_in_file import rows_by_contract

pytestmark = pytest.mark.system

FIRST = datetime(2025, 1, 6)  # a Monday
WEEK = np.repeat([1.0, 1.0, 1.0, 1.0, 1.0, 0.5, 0.4], 24) * np.tile(
    60 + 40 * np.sin(np.arange(24) * 2 * np.pi / 24), 7
)


def hourly(values: np.ndarray, first: datetime = FIRST) -> pd.DataFrame:
    moments = pd.date_range(first, periods=len(values), freq="h")
    return pd.DataFrame({BLOCK_TIME: moments, BLOCK_MEASURE: values})


def rows(kind: str, of: pd.DataFrame, horizon: int = 0) -> pd.DataFrame:
    """The rows of a block, which its derived contract accepts."""
    columns = (
        Column("at", ColumnType(Kind.TIMESTAMP), required=True),
        Column("bikes", ColumnType(Kind.DOUBLE)),
    )
    counts = Contract("bikes.curated.counts", "counts", "curated", "1.0.0", columns, key=("at",))
    options = {
        "of": "counts",
        "measure": "bikes",
        "time": "at",
        "grain": "hour",
        **({"horizon": horizon} if horizon else {}),
    }
    stated = Contract(
        "bikes.prod.made", "made", "prod", "1.0.0", (), properties={f"headgate.{kind}": options}
    )
    contract = own_model(with_derived_columns({"made": stated}, {"counts": counts})["made"])
    block, as_of = block_of(contract), of[BLOCK_TIME].max().date()
    assert block
    made = block_rows(block, ibis.memtable(of), as_of)
    audit(contract, rows_by_contract(contract, made.assign(as_of=as_of, snapshot_id="0123456789abcdef")))
    return made


def test_hours_are_forecast_from_the_last_one_on_by_their_place_in_the_week() -> None:
    """Without a horizon two days.

    The naive rule is the same hour of the last week, and the published one is never further off.
    """
    noise = np.random.default_rng(1).normal(0, 3, WEEK.size * 4)
    made = rows("forecast", hourly(np.tile(WEEK, 4) + noise))
    assert made.period_at.tolist() == [FIRST + timedelta(weeks=4, hours=step) for step in range(48)]
    assert made.naive.tolist() == (np.tile(WEEK, 4) + noise)[-168:][:48].tolist()
    assert (made.past_error <= made.past_error_naive).all()
    assert (made.lower_80 < made["mean"]).all()
    assert np.abs(made["mean"] - WEEK[:48]).max() < 25
    assert (
        made.upper_80 - made.lower_80
    ).median() < 60  # no season of a year widens the intervals of two days


def test_a_profile_of_the_week_is_nearer_than_one_noisy_week() -> None:
    """Working days and weekends differ in shape, and one week alone is noise."""
    weekend = np.r_[np.zeros(5), 1.0, 1.0].repeat(24)
    week = np.where(
        weekend > 0,
        30 + 20 * np.sin(np.arange(168) / 24 * 2 * np.pi),
        60 + 50 * np.cos(np.arange(168) / 12 * 2 * np.pi),
    )
    made = rows("forecast", hourly(np.tile(week, 12) + np.random.default_rng(5).normal(0, 10, 168 * 12)))
    assert set(made.model) == {MEAN_WEEK}
    assert made.past_error[0] < 0.85 * made.past_error_naive[0]


def test_the_last_day_is_a_naive_rule_of_hours() -> None:
    """A level that changes from day to day is not last week's."""
    days = np.repeat(np.random.default_rng(2).normal(0, 1, 70).cumsum() * 20 + 500, 24)
    assert set(rows("forecast", hourly(days), horizon=6).model) & {LAST_DAY, "last_value"}


def test_a_series_ends_at_its_last_hour_and_begins_with_a_complete_one() -> None:
    """The hours of the last day that are still to come are not zero."""
    values = np.full(24 * 10 + 14, 5.0)
    made = rows(
        "anomalies",
        pd.concat(
            [
                hourly(values),
                pd.DataFrame({BLOCK_TIME: [FIRST - timedelta(minutes=20)], BLOCK_MEASURE: [1.0]}),
            ]
        ),
    )
    assert (made.period_at.min(), made.period_at.max()) == (FIRST, FIRST + timedelta(days=10, hours=13))
    assert (made.actual == 5).all()


def test_an_unusual_hour_is_compared_with_the_same_hour_of_the_week() -> None:
    values = np.tile(WEEK, 30) + np.random.default_rng(3).normal(0, 2, WEEK.size * 30)
    place = 20 * 168 + 6 * 24 + 18
    values[place] = WEEK[12]  # usual at noon of a Monday, and not on a Sunday evening
    made = rows("anomalies", hourly(values))
    highest = made.loc[made.score.idxmax()]
    assert (highest.period_at, highest.direction) == (FIRST + timedelta(hours=place), "above")
    assert abs(highest.expected - WEEK[6 * 24 + 18]) < 5


def test_the_trend_of_hours_is_measured_by_day() -> None:
    """A day's ups and downs are no trend, and a new level begins with its day."""
    rising = rows("trend", hourly(np.tile(WEEK, 62) + 0.01 * np.arange(168 * 62)))
    assert (rising.direction[0], rising.periods[0]) == ("rising", 168 * 62)
    assert rising.slope_per_period[0] == pytest.approx(0.01, rel=0.05)
    noise = np.random.default_rng(4).normal(0, 2, 168 * 30)
    stepped = rows("trend", hourly(np.tile(WEEK, 30) + np.repeat([0.0, 30.0], 168 * 15) + noise))
    assert stepped.changes[0] == 1
    assert abs(stepped.change_at[0] - (FIRST + timedelta(weeks=15))) <= timedelta(days=1)
    assert rows("trend", hourly(WEEK))["status"].tolist() == ["too_little_history"]


def test_a_date_has_no_hours() -> None:
    days = Contract(
        "b.curated.days",
        "days",
        "curated",
        "1",
        (Column("day", ColumnType(Kind.DATE)), Column("n", ColumnType(Kind.BIGINT))),
    )
    options = {"of": "days", "measure": "n", "time": "day", "grain": "hour"}
    contract = Contract("b.prod.made", "made", "prod", "1", (), properties={"headgate.forecast": options})
    with pytest.raises(ContractError, match="time is day, a date without hours"):
        with_derived_columns({"made": contract}, {"days": days})


def test_hours_name_moments() -> None:
    assert Block("forecast", "days", "n", "at", grain="hour").grain == HOUR.name
    assert HOUR.shifted(datetime(2025, 3, 30, 23), 2) == datetime(2025, 3, 31, 1)
    assert HOUR.start_of(datetime(2025, 3, 30, 23, 59)) == datetime(2025, 3, 30, 23)
