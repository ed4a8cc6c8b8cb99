from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.domains.retail.demand_insights_engine import rfm

pytestmark = pytest.mark.unit


def customers(*rows: tuple[int, int, str]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["silent_days", "purchases", "revenue"])
    return frame.assign(revenue=frame.revenue.map(Decimal))


def scores_of(some: pd.DataFrame) -> pd.DataFrame:
    return rfm.named(rfm.scored(some, rfm.fifths_of(lambda names: [some[list(names)]])))


def test_the_newest_most_frequent_and_richest_are_champions_and_the_opposite_lost() -> None:
    best_to_worst = customers((1, 50, "900"), (10, 20, "500"), (50, 9, "200"), (200, 3, "90"), (400, 1, "10"))
    scored = scores_of(best_to_worst)
    assert scored.rfm.tolist() == ["555", "444", "333", "222", "111"]
    assert scored.segment.tolist() == ["champions", "loyal", "need attention", "hibernating", "lost"]


def test_a_fresh_customer_with_one_purchase_is_new_not_lost() -> None:
    scored = scores_of(customers((0, 1, "5"), (90, 3, "50"), (90, 3, "50"), (90, 3, "50"), (90, 3, "50")))
    assert scored.segment.iloc[0] == "new"


def test_a_big_spender_who_fell_silent_cannot_be_lost_lightly() -> None:
    scored = scores_of(customers((500, 80, "9000"), (5, 1, "5"), (5, 1, "5"), (5, 1, "5"), (5, 1, "5")))
    assert scored.segment.iloc[0] == "cannot lose"


@pytest.mark.parametrize(
    ("recency", "band", "late", "within", "after", "segment"),
    [
        (5, "high", False, True, False, "champions"),
        (5, "high", False, False, False, "champions"),
        (2, "medium", False, True, False, "champions"),
        (5, "high", False, False, True, "cannot lose"),
        (5, "medium", True, False, True, "cannot lose"),
        (5, "medium", True, True, False, "cannot lose"),
        (1, "low", False, False, True, "champions"),
    ],
    ids=[
        "bought within the usual gap",
        "no rhythm, not late",
        "silent for less than the usual gap",
        "high risk after the usual gap",
        "late",
        "late after 90 days, because too few gaps have ended, and silent for less than the usual gap",
        "low risk",
    ],
)
def test_risk_moves_a_segment_only_of_customers_whose_silence_is_unusual(
    recency: int, band: str, *, late: bool, within: bool, after: bool, segment: str
) -> None:
    scores = pd.DataFrame({"recency_score": [recency], "frequency_score": [5], "monetary_score": [5]})
    flags = (np.array([flag]) for flag in (late, within, after))
    assert rfm.named(scores, rfm.Risk(np.array([band]), *flags)).segment.tolist() == [segment]


def test_one_customer_alone_is_scored_without_an_error() -> None:
    assert len(scores_of(customers((3, 1, "10")))) == 1


@given(st.lists(st.integers(0, 40), min_size=1, max_size=80))
def test_equal_values_share_a_fifth_and_greater_ones_never_score_less(values: list[int]) -> None:
    given_values = np.array(values, dtype=np.float64)
    scores = pd.Series(rfm.Fifths.of_parts([given_values]).of(given_values))
    assert scores.between(1, 5).all()
    assert scores.groupby(values).nunique().eq(1).all()
    assert (np.diff(scores.to_numpy()[np.argsort(values, kind="stable")]) >= 0).all()


@given(st.lists(st.integers(-40, 40), min_size=1, max_size=80), st.integers(1, 20))
def test_fifths_are_those_of_mean_ranks_however_many_values_come_at_a_time(
    values: list[int], at_once: int
) -> None:
    given_values = np.array(values, dtype=np.float64) / 8
    parts = [given_values[start : start + at_once] for start in range(0, len(given_values), at_once)]
    expected = np.ceil(pd.Series(given_values).rank(pct=True) * rfm.FIFTHS)
    assert rfm.Fifths.of_parts(parts).of(given_values).tolist() == expected.tolist()
