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


def test_the_newest_most_frequent_and_richest_are_champions_and_the_opposite_lost() -> None:
    best_to_worst = customers((1, 50, "900"), (10, 20, "500"), (50, 9, "200"), (200, 3, "90"), (400, 1, "10"))
    scored = rfm.named(rfm.scored(best_to_worst))
    assert scored.rfm.tolist() == ["555", "444", "333", "222", "111"]
    assert scored.segment.tolist() == ["champions", "loyal", "need attention", "hibernating", "lost"]


def test_a_fresh_customer_with_one_purchase_is_new_not_lost() -> None:
    scored = rfm.named(rfm.scored(customers((0, 1, "5"), (90, 3, "50"), (90, 3, "50"), (90, 3, "50"), (90, 3, "50"))))
    assert scored.segment.iloc[0] == "new"


def test_a_big_spender_who_fell_silent_cannot_be_lost_lightly() -> None:
    scored = rfm.named(rfm.scored(customers((500, 80, "9000"), (5, 1, "5"), (5, 1, "5"), (5, 1, "5"), (5, 1, "5"))))
    assert scored.segment.iloc[0] == "cannot lose"


def test_one_customer_alone_is_scored_without_an_error() -> None:
    assert len(rfm.named(rfm.scored(customers((3, 1, "10"))))) == 1


@given(st.lists(st.integers(0, 40), min_size=1, max_size=80))
def test_equal_values_share_a_fifth_and_greater_ones_never_score_less(values: list[int]) -> None:
    scores = rfm.fifth(pd.Series(values, dtype=float))
    assert scores.between(1, 5).all()
    assert scores.groupby(values).nunique().eq(1).all()
    assert (np.diff(scores.to_numpy()[np.argsort(values, kind="stable")]) >= 0).all()
