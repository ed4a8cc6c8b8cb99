"""The handbook's protocol, day by day: who is known to be defrauded is left out, and nobody is known sooner
than the delay allows.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from headgate.domains.retail.compliance_guardian import model_quality as quality

pytestmark = pytest.mark.unit

DAYS = pd.date_range("2024-03-01", periods=40)


def _rows(frauds: dict[int, list[int]], customers: int = 3, score: float = 0.9) -> pd.DataFrame:
    """One transaction of every customer at noon of every day.

    `frauds` are the days of each customer, and score highest.
    """
    rows = pd.DataFrame(
        [(day, customer) for day in range(len(DAYS)) for customer in range(customers)],
        columns=["number", "customer_id"],
    )
    fraud = [
        day in frauds.get(customer, []) for day, customer in zip(rows.number, rows.customer_id, strict=True)
    ]
    return rows.assign(
        transacted_at=DAYS[rows.number] + pd.Timedelta(hours=12),
        is_fraud=pd.array(fraud, dtype="boolean"),
        score=np.where(fraud, score, 0.1),
        amount_to_usual=1.0,
        amount_gbp=20.0,
        decision=np.where(fraud, "review", "approve"),
        model="gradient_boosting",
    )


def _left_out(rows: pd.DataFrame, blocked: pd.Timedelta | None) -> list[int]:
    """The days on which customer 0 is left out."""
    kept = quality.without_defrauded(rows, rows[rows.is_fraud.astype(bool)], blocked)
    return sorted(set(range(len(DAYS))) - set(kept.number[kept.customer_id == 0]))


def test_a_defrauded_customer_is_left_out_once_the_delay_is_over_and_no_sooner() -> None:
    """Source: Fraud Detection Handbook, chapter 4.4: known on a day are the frauds up to the day before the
    delay.
    """
    assert _left_out(_rows({0: [5]}), None) == list(range(13, 40))


def test_a_card_that_was_blocked_long_ago_is_in_use_again() -> None:
    assert _left_out(_rows({0: [5]}), pd.Timedelta(days=14)) == list(range(13, 28))
    assert _left_out(_rows({0: [5, 10]}), pd.Timedelta(days=14)) == list(range(13, 33))


def test_other_customers_stay() -> None:
    rows = _rows({0: [5]})
    kept = quality.without_defrauded(rows, rows[rows.is_fraud.astype(bool)])
    assert (kept.customer_id != 0).sum() == 80
    pd.testing.assert_frame_equal(kept, rows.loc[kept.index])


def _by_day(rows: pd.DataFrame) -> pd.DataFrame:
    measures = quality.daily([rows.iloc[:60], rows.iloc[60:]])
    return pd.DataFrame(
        [(measure.metric, measure.period[:10], measure.value, measure.rows_used) for measure in measures],
        columns=["metric", "day", "value", "rows"],
    )


def test_each_day_is_measured_by_itself() -> None:
    found = _by_day(_rows({0: [5], 1: [20]}))
    precision = found[found.metric == "daily_card_precision_100"].set_index("day").value
    assert precision.to_dict() == {"2024-03-06": 0.01, "2024-03-21": 0.01}
    assert found[found.metric == "daily_auc"].value.dropna().tolist() == [1.0, 1.0]


def test_a_day_without_known_fraud_says_so() -> None:
    found = _by_day(_rows({0: [5]})).set_index("day")
    assert len(found.loc[["2024-03-02"]]) == 1
    assert np.isnan(found.loc["2024-03-02", "value"])
    assert (found.loc["2024-03-02", "rows"], found.loc["2024-03-20", "rows"]) == (3, 2)


def test_a_customer_whom_the_score_has_found_is_not_found_again() -> None:
    found = _by_day(_rows({0: [5, 6], 1: [6]}))
    precision = found[found.metric == "daily_card_precision_100"].set_index("day").value
    assert precision.to_dict() == {"2024-03-06": 0.01, "2024-03-07": 0.01}


def test_how_many_days_come_at_a_time_changes_no_figure() -> None:
    """A fraud of one part leaves its customer out in later parts, and is forgotten only when it leaves nobody
    out any more.
    """
    rows = _rows({0: [2, 5, 30], 1: [0, 9, 20], 2: [12]})
    singly = quality.daily(days for _, days in rows.groupby(rows.number))
    assert singly == quality.daily([rows]) == quality.daily([rows.iloc[:60], rows.iloc[60:]])


def test_transactions_whose_truth_nobody_knows_count_for_nothing() -> None:
    rows = _rows({0: [5]})
    rows.loc[rows.number > 30, "is_fraud"] = pd.NA
    assert _by_day(rows).day.max() == "2024-03-31"
    assert quality.daily([rows.assign(is_fraud=pd.array([pd.NA] * len(rows), dtype="boolean"))]) == []
