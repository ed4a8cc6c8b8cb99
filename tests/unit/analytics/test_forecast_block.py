"""The rows of a declared forecast."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import ibis
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headgate.analytics.build_block import block_rows
from headgate.analytics.forecast_block import COLUMNS
from headgate.analytics.periods import GRAINS
from headgate.contracts import analytics_blocks as declared
from headgate.contracts.analytics_blocks import BLOCK_MEASURE, BLOCK_TIME, Block

if TYPE_CHECKING:
    from collections.abc import Sequence

pytestmark = pytest.mark.system

FIRST = date(2025, 1, 6)  # a Monday


def rows_of(values: Sequence[float], name: str = "a", first: date = FIRST) -> pd.DataFrame:
    days = [pd.Timestamp(first) + timedelta(days=number) for number in range(len(values))]
    return pd.DataFrame({"name": name, BLOCK_TIME: days, BLOCK_MEASURE: np.asarray(values, dtype=float)})


def forecast(
    rows: pd.DataFrame, *, by: tuple[str, ...] = ("name",), grain: str = "day", horizon: int = 7
) -> pd.DataFrame:
    block = Block("forecast", "counts", "bikes", "day", by, grain, horizon)
    return block_rows(block, ibis.memtable(rows), rows[BLOCK_TIME].max().date())


def weekly(weeks: int, noise: float = 0.0, seed: int = 1) -> np.ndarray:
    shape = np.tile([100, 110, 120, 115, 130, 60, 40], weeks)
    return np.asarray(shape + noise * np.random.default_rng(seed).normal(size=shape.size))


def test_a_series_is_forecast_ahead_with_intervals_around_the_mean() -> None:
    made = forecast(rows_of(weekly(20, noise=5)))
    assert list(made.columns) == ["name", *COLUMNS]
    assert made.period_on.tolist() == [FIRST + timedelta(days=140 + step) for step in range(7)]
    assert (made.lower_95 <= made.lower_80).all()
    assert (made.lower_80 < made["mean"]).all()
    assert (made["mean"] < made.upper_80).all()
    assert (made.upper_80 <= made.upper_95).all()
    assert set(made.status) == {"tested"}
    assert abs(made["mean"].iloc[0] - 100) < 15


def test_a_series_without_noise_has_no_interval_of_zero_width() -> None:
    """No past error shows that the next one is zero."""
    made = forecast(rows_of(np.full(60, 50.0)))
    assert (made.upper_80 - made.lower_80 > 0.05 * 50).all()


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(["weekly", "walk", "seldom"]))
def test_the_published_method_never_loses_to_the_naive_rule_at_earlier_origins(seed: int, kind: str) -> None:
    random = np.random.default_rng(seed)
    walk = 200 + random.normal(size=70).cumsum()
    values = {
        "weekly": weekly(10, noise=20, seed=seed),
        "walk": walk,
        "seldom": (random.random(70) < 0.2) * 9.0,
    }[kind]
    made = forecast(rows_of([1.0, *values]))
    assert (made.past_error <= made.past_error_naive + 1e-9).all()
    assert ((made.upper_80 > made.lower_80) | (values[-60:].max() == 0)).all()


def test_a_series_with_too_little_history_has_a_row_that_says_so() -> None:
    made = forecast(pd.concat([rows_of(weekly(6)), rows_of([3, 4, 5], "b", FIRST + timedelta(days=39))]))
    (row,) = made[made.name == "b"].to_dict("records")
    assert (row["status"], row["step"], row["history_periods"], row["past_windows"]) == (
        "too_little_history",
        1,
        3,
        0,
    )
    assert pd.isna(row["mean"])
    assert row["model"] is None
    assert len(made[made.name == "a"]) == 7


def test_a_table_without_rows_has_no_series() -> None:
    assert forecast(rows_of(weekly(2)), by=()).status.tolist() != []
    empty = ibis.memtable(rows_of([1.0]).iloc[:0].astype({"name": "str", BLOCK_TIME: "datetime64[us]"}))
    assert block_rows(Block("forecast", "counts", "bikes", "day", ("name",)), empty, FIRST).empty


def test_incomplete_periods_are_not_compared() -> None:
    """A week that began before the first row, and one that has not ended, would read as a fall."""
    made = forecast(
        rows_of(np.full(7 * 30 + 5, 10.0), first=FIRST + timedelta(days=2)), grain="week", horizon=2
    )
    assert made.history_periods.unique().tolist() == [30]
    assert made["mean"].round(6).tolist() == [70.0, 70.0]
    assert made.period_on.iloc[0] == FIRST + timedelta(days=7 * 31)


def test_series_beyond_the_largest_have_a_row_that_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("headgate.analytics.series.MAX_SERIES", 1)
    made = forecast(pd.concat([rows_of(weekly(6)), rows_of(weekly(6) / 2, "b")]))
    assert made[made.name == "b"].status.tolist() == ["too_many_series"]
    assert "too_many_series" not in set(made[made.name == "a"].status)


def test_contracts_and_engine_know_the_same_periods() -> None:
    assert tuple(GRAINS) == declared.GRAINS
