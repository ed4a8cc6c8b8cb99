"""A customer is late after nine of ten gaps after which like customers bought again."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import ibis
import numpy as np
import pandas as pd
import pytest

from headgate.domains.retail.demand_insights_engine.features import observed
from headgate.domains.retail.demand_insights_engine.late_gaps import LateGaps, late_gaps, late_trial
from headgate.domains.retail.demand_insights_engine.origins import CustomerOrigin
from headgate.engines.frames import frame_of
from headgate.engines.stored_rows import store_frames

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.unit

FIRST_ON = date(2024, 1, 1)
AS_OF = date(2024, 12, 31)


def purchase_days(gaps: list[list[int]]) -> ibis.Table:
    """Return the purchase days of customers who began on the first day and bought again after these gaps."""
    rows = [
        (customer, FIRST_ON + timedelta(days=int(day)))
        for customer, own in enumerate(gaps, 1)
        for day in np.cumsum([0, *own])
    ]
    frame = pd.DataFrame(rows, columns=["customer_id", "purchased_on"]).assign(revenue=1.0, products=1)
    return ibis.memtable(frame)


def history(*rows: tuple[int, int, int]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["frequency", "recency_days", "silent_days"])


def test_the_limit_of_a_rhythm_is_that_of_nine_of_ten_gaps_over_the_mean_gap_before() -> None:
    """40 customers buy every ten days; every tenth of their third gaps is three times as long."""
    gaps = late_gaps(purchase_days([[10, 10, 30 if number % 10 == 0 else 10] for number in range(40)]), AS_OF)
    assert gaps.times == pytest.approx(1.0, abs=0.21)
    assert gaps.first_days == 10
    assert gaps.after_days(history((3, 60, 0), (1, 40, 0), (0, 0, 0))).round().tolist() == [
        pytest.approx(20 * gaps.times, abs=0.5),
        10,
        10,
    ]


def test_too_few_gaps_leave_the_ninety_days_of_the_definition_of_leaving() -> None:
    gaps = late_gaps(purchase_days([[10, 10, 10]] * 5), AS_OF)
    assert gaps == LateGaps(None, None)
    assert gaps.after_days(history((3, 30, 0), (1, 10, 0))).tolist() == [90.0, 90.0]


def test_who_bought_once_is_never_late() -> None:
    limits = LateGaps(2.0, 50.0)
    assert limits.are_late(history((0, 0, 300), (1, 40, 60), (1, 40, 50), (4, 40, 21))).tolist() == [
        False,
        True,
        False,
        True,
    ]


def origin_of(days: ibis.Table, after: date, until: date, folder: Path) -> CustomerOrigin:
    """Return the customers of a past day with what they did until another day."""
    path = folder / "customers.parquet"
    customers = store_frames([frame_of(observed(days, after, until).to_pyarrow())], path)
    return CustomerOrigin(after, until, customers, buyers=40, revenue=1.0, scale=1.0)


def test_the_trial_learns_from_gaps_before_its_day_only(tmp_path: Path) -> None:
    """Half of the customers stop after the first months; those are late, and none comes back."""
    keep = [[20] * 17 for _ in range(40)]
    stop = [[20] * 5 for _ in range(40)]
    days = purchase_days([*keep, *stop])
    origin = origin_of(days, date(2024, 10, 2), AS_OF, tmp_path)
    trial = late_trial(days, [origin], [np.array([0.1] * 40 + [0.9] * 40)])
    assert trial is not None
    assert (trial.late_left, trial.other_left, trial.late) == (1.0, 0.0, 40)
    assert trial.period == "2024-10-03/2024-12-31"
    assert trial.late_expected == pytest.approx(0.9), "of the late ones, whom the model had not seen"


def test_without_a_past_origin_there_is_no_trial() -> None:
    assert late_trial(purchase_days([[10, 10]] * 40), []) is None
