from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import logit
from sklearn.metrics import roc_auc_score

from headgate.domains.retail.demand_insights_engine import churn
from headgate.learning.champion_challenger import decide_contest, log_loss

pytestmark = pytest.mark.system

COLUMNS = ("silence", "spend")


def drawn(count: int, seed: int) -> tuple[pd.DataFrame, np.ndarray]:
    rng = np.random.default_rng(seed)
    points = pd.DataFrame({"silence": rng.exponential(50, count), "spend": rng.gamma(2, 30, count)})
    odds = np.exp(0.04 * points.silence - 2)
    return points, (rng.random(count) < odds / (1 + odds)).to_numpy()


@cache
def learnt(count: int) -> churn.ChurnModel:
    """The model of so many drawn customers; tests that only ask it share one fit."""
    return churn.fit(churn.training_set(*drawn(count, 1)))


def test_probabilities_rank_and_mean_what_they_say() -> None:
    unseen, truth = drawn(3_000, 2)
    probability = learnt(3_000).probability(unseen)
    assert roc_auc_score(truth, probability) > 0.72
    assert churn.calibration_error(truth, probability) < 0.04


def test_boosting_finds_an_interaction_that_splines_cannot_and_wins_the_contest() -> None:
    """Who leaves is decided by silence and spend together: one of both high, never both or none."""
    rng = np.random.default_rng(6)
    points = pd.DataFrame(rng.uniform(0, 1, (1_200, 2)), columns=list(COLUMNS))
    left = (((points.silence > 0.5) != (points.spend > 0.5)) ^ (rng.random(1_200) < 0.1)).to_numpy()
    fitted = {
        name: churn.fit(churn.training_set(points[:900], left[:900]), name)
        for name in ("calibrated_splines", "calibrated_boosting")
    }
    given = {name: model.probability(points[900:]) for name, model in fitted.items()}
    assert (
        decide_contest(
            "calibrated_splines", {name: log_loss(left[900:], one) for name, one in given.items()}
        ).winner
        == "calibrated_boosting"
    )
    assert churn.calibration_error(left[900:], given["calibrated_boosting"]) < 0.1


def test_silence_that_means_more_after_many_purchases_is_found_by_products_and_not_by_splines() -> None:
    """Ninety days of silence say little of a customer who bought twice, and much of one who bought every
    week.
    """
    rng = np.random.default_rng(8)
    points = pd.DataFrame(
        {"silence": rng.exponential(60, 2_400), "purchases": rng.geometric(0.2, 2_400)}
    ).astype(float)
    expected = 1.5 * (np.log1p(points.silence) - 3.7) * (np.log1p(points.purchases) - 1.5)
    left = (rng.random(2_400) < 1 / (1 + np.exp(-expected))).to_numpy()
    learnt_from = churn.training_set(points[:1_600], left[:1_600])
    found = {
        name: churn.fit(learnt_from, name).probability(points[1_600:])
        for name in ("calibrated_ensemble", "calibrated_splines")
    }
    ranked = {name: roc_auc_score(left[1_600:], probability) for name, probability in found.items()}
    assert ranked["calibrated_ensemble"] > ranked["calibrated_splines"] + 0.02


def test_a_part_of_very_many_customers_teaches_what_all_of_them_do(monkeypatch: pytest.MonkeyPatch) -> None:
    points, left = drawn(3_000, 1)
    unseen, truth = drawn(3_000, 2)
    monkeypatch.setattr(churn, "MAX_LEARNT_FROM", 1_000)
    model = churn.fit(churn.training_set(points, left))
    assert model.classifier.n_features_in_ == len(COLUMNS)
    assert roc_auc_score(truth, model.probability(unseen)) > 0.72


def test_customers_scored_in_parts_have_the_probabilities_of_all_scored_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    points, _ = drawn(500, 1)
    model = learnt(500)
    together = model.probability(points)
    monkeypatch.setattr(churn, "_AT_ONCE", 7)
    assert model.probability(points).tolist() == pytest.approx(together.tolist(), rel=1e-12)
    assert model.probability(points.head(0)).tolist() == []


def test_shuffled_labels_teach_nothing() -> None:
    """Were a label to leak into the signals, this would be well above one half."""
    points, left = drawn(2_000, 1)
    unseen, truth = drawn(2_000, 2)
    shuffled = np.random.default_rng(3).permutation(left)
    assert roc_auc_score(
        truth, churn.fit(churn.training_set(points, shuffled)).probability(unseen)
    ) == pytest.approx(0.5, abs=0.2)
    unseen_noise = np.random.default_rng(4).permutation(truth)
    assert roc_auc_score(unseen_noise, learnt(2_000).probability(unseen)) == pytest.approx(0.5, abs=0.04)


def test_the_signal_that_made_a_customer_leave_is_the_driver() -> None:
    model = learnt(2_000)
    silent = pd.DataFrame({"silence": [200.0], "spend": [60.0]})
    (raised,) = churn.contributions(model, silent, model.probability(silent))
    assert COLUMNS[raised.argmax()] == "silence"


def test_a_typical_customer_has_no_driver() -> None:
    model = learnt(500)
    typical = model.reference.to_frame().T
    assert churn.contributions(model, typical, model.probability(typical)) == pytest.approx(np.zeros((1, 2)))


@pytest.mark.parametrize("recipe", churn.RECIPES)
def test_contributions_are_those_of_a_model_that_is_asked_about_every_replaced_column(recipe: str) -> None:
    points, left = drawn(400, 1)
    wide = points.assign(products=np.random.default_rng(7).integers(1, 9, 400).astype(float))
    model = churn.fit(churn.training_set(wide, left), recipe).shifted(0.2)
    probability = model.probability(wide)
    expected = [
        logit(probability) - logit(model.probability(wide.assign(**{name: model.reference[name]})))
        for name in wide.columns
    ]
    assert churn.contributions(model, wide, probability).T.tolist() == np.array(expected).tolist()


def test_the_threshold_is_where_offers_earned_most() -> None:
    probability = np.array([0.9, 0.8, 0.7, 0.2])
    assert churn.best_threshold(probability, np.array([5.0, -1.0, 3.0, -4.0])) == (0.7, 7.0)


def test_an_offer_to_everybody_is_published_where_it_earned_at_least_as_much_on_days_that_chose_neither() -> (
    None
):
    assert churn.threshold_or_everybody(0.3, 48_280.0, 48_360.0) == churn.EVERYBODY
    assert churn.threshold_or_everybody(0.3, 50.0, 50.0) == churn.EVERYBODY
    assert churn.threshold_or_everybody(0.3, 60.0, 50.0) == 0.3


def test_an_offer_to_everybody_that_lost_money_is_not_published() -> None:
    assert churn.threshold_or_everybody(churn.NO_OFFER, -9.0, -5.0) == churn.NO_OFFER


def test_no_offer_is_made_where_none_would_have_earned() -> None:
    assert churn.best_threshold(np.array([0.9, 0.1]), np.array([-1.0, -1.0])) == (churn.NO_OFFER, 0.0)
    assert churn.best_threshold(np.array([]), np.array([])) == (churn.NO_OFFER, 0.0)


def test_what_offers_earn_is_measured_with_a_threshold_of_earlier_days() -> None:
    """From 0.7 on, offers would have earned 4; the earlier days chose 0.9."""
    before = np.array([0.9, 0.7]), np.array([2.0, -1.0])
    assert churn.earned_later(*before, np.array([0.95, 0.75]), np.array([1.0, 3.0])) == 1.0


@given(
    st.lists(st.tuples(st.sampled_from([0.1, 0.4, 0.6, 0.9]), st.integers(-5, 5)), min_size=1, max_size=40)
)
def test_no_other_threshold_would_have_earned_more(rows: list[tuple[float, int]]) -> None:
    probability, gains = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    threshold, most = churn.best_threshold(probability, gains)
    assert most == max(0.0, *(gains[probability >= tried].sum() for tried in probability))
    assert gains[probability >= threshold].sum() == most or threshold == churn.NO_OFFER


def test_calibration_error_of_perfect_and_of_worst_probabilities() -> None:
    truth = np.array([True, False] * 50)
    assert churn.calibration_error(truth, np.full(100, 0.5)) == pytest.approx(0.0)
    assert churn.calibration_error(truth, (~truth).astype(float)) == pytest.approx(1.0)


def test_few_customers_of_a_kind_carry_no_model() -> None:
    assert not churn.is_enough(np.array([True] * 19 + [False] * 200))
    assert not churn.is_enough(np.array([True, False] * 40))
    assert churn.is_enough(np.array([True, False] * 60))
