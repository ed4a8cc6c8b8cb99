import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.domains.retail.compliance_guardian import decisions, model_quality
from headgate.errors import SettingsError

pytestmark = pytest.mark.unit


def test_the_cheapest_action_by_hand() -> None:
    """Approve 0.01 · 50 = 0.5; review 3; block (1 - 0.99)(0.3 · 50 + 5) = 0.2."""
    assert decisions.cheapest(np.array([0.01, 0.5, 0.99]), np.full(3, 50.0)).tolist() == [
        "approve",
        "review",
        "block",
    ]


def test_small_amounts_are_not_worth_a_review() -> None:
    assert decisions.cheapest(np.array([0.5]), np.array([4.0])).tolist() == ["approve"]


def test_a_team_with_room_reviews_whatever_saves_more_than_its_cost() -> None:
    assert (
        decisions.review_price_of([(np.full(100, 0.5), np.full(100, 50.0))], days=1)
        == decisions.REVIEW_COST_GBP
    )


def test_a_team_without_room_reviews_what_saves_most() -> None:
    """By hand: 103 transactions of 20 to 122 pounds, of which a review saves a quarter.

    There is room for all but the three least.
    """
    amount, probability = np.arange(20.0, 123.0), np.full(103, 0.25)
    price = decisions.review_price_of([(probability, amount)], days=1)
    assert price == pytest.approx(0.25 * 22)
    assert amount[decisions.cheapest(probability, amount, price) == "approve"].tolist() == [20, 21, 22]


@given(
    st.lists(st.tuples(st.floats(0, 1), st.floats(0.01, 10_000)), min_size=1, max_size=60),
    st.sampled_from([0.02, 0.1, 0.5]),
)
def test_at_the_price_of_a_day_no_more_of_it_are_reviewed_than_the_team_can(
    day: list[tuple[float, float]], days: float
) -> None:
    probability, amount = np.array(day).T
    price = decisions.review_price_of([(probability, amount)], days)
    assert price >= decisions.REVIEW_COST_GBP
    decided = decisions.cheapest(probability, amount, price)
    assert (decided == "review").sum() <= decisions.REVIEWS_A_DAY * days


@given(
    st.lists(st.tuples(st.floats(0, 1), st.floats(0.01, 10_000)), max_size=60),
    st.integers(1, 7),
    st.sampled_from([0.02, 0.1]),
)
def test_the_price_of_a_day_that_comes_in_parts_is_that_of_the_day(
    day: list[tuple[float, float]], size: int, days: float
) -> None:
    probability, amount = np.array(day).reshape(-1, 2).T
    parts = [
        (probability[start : start + size], amount[start : start + size])
        for start in range(0, len(day), size)
    ]
    assert decisions.review_price_of(parts, days) == decisions.review_price_of([(probability, amount)], days)


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0.01, 10_000))
def test_more_suspicion_never_leads_to_a_milder_action(one: float, other: float, amount: float) -> None:
    strictness = decisions.ACTIONS.tolist().index
    mild, strict = decisions.cheapest(np.array(sorted((one, other))), np.full(2, amount))
    assert strictness(mild) <= strictness(strict)


def test_what_no_label_taught_is_reviewed_instead_of_blocked() -> None:
    actions = decisions.cheapest(np.array([0.001, 0.99]), np.full(2, 50.0), may_block=False)
    assert actions.tolist() == ["approve", "review"]


def test_as_many_are_reviewed_as_the_stated_team_can() -> None:
    """Without blocking a review saves the expected loss: the five dearest of 100 alike are reviewed."""
    amount, probability = np.arange(101.0, 201.0), np.full(100, 0.5)
    price = decisions.review_price_of(
        [(probability, amount)], 1, decisions.Terms(reviews_a_day=5), may_block=False
    )
    decided = decisions.cheapest(probability, amount, price, may_block=False)
    assert amount[decided == "review"].tolist() == [196, 197, 198, 199, 200]


def test_the_team_is_a_stated_number() -> None:
    assert decisions.reviews_a_day({}) == decisions.reviews_a_day({"reviews_a_day": ""}) == 100
    assert decisions.reviews_a_day({"reviews_a_day": "7"}) == 7


@pytest.mark.parametrize("text", ["-1", "2.5", "many", "1000000", "²"])
def test_a_team_that_is_no_whole_number_is_an_error(text: str) -> None:
    with pytest.raises(SettingsError, match="reviews_a_day must be a whole number"):
        decisions.reviews_a_day({"reviews_a_day": text})


def test_cost_by_hand() -> None:
    actions = np.array(["approve", "approve", "review", "block", "block"], dtype=object)
    fraud = np.array([True, False, True, True, False])
    assert decisions.cost(actions, fraud, np.full(5, 10.0)) == pytest.approx(10 + 0 + 3 + 0 + (3 + 5))


def test_card_precision_counts_customers_not_transactions_and_each_once() -> None:
    """By hand: day 1 looks at customers 1 and 2 and finds 1.

    Day 2, without customer 1, at 2 and 3 and finds 3.
    """
    rows = pd.DataFrame(
        {
            "transacted_at": pd.to_datetime(["2024-01-01"] * 3 + ["2024-01-02"] * 3),
            "customer_id": [1, 1, 2, 1, 2, 3],
            "is_fraud": [True, True, False, True, False, True],
        }
    )
    assert model_quality.card_precision(rows, np.array([0.9, 0.8, 0.7, 0.9, 0.8, 0.7]), cards=2) == 0.5
