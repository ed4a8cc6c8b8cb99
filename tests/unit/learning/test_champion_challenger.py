"""The champion stands unless a challenger is better beyond doubt."""

from __future__ import annotations

import numpy as np
import pytest

from headgate.learning.champion_challenger import MIN_CASES, decide_contest, log_loss

pytestmark = pytest.mark.unit

RNG = np.random.default_rng(3)
LOSS = RNG.uniform(0.2, 1.0, 1_000)


def test_a_challenger_that_is_better_beyond_doubt_wins() -> None:
    decision = decide_contest("old", {"old": LOSS, "new": LOSS - RNG.uniform(0, 0.1, 1_000)})
    assert (decision.champion, decision.winner) == ("old", "new")


def test_a_challenger_that_is_better_by_chance_does_not() -> None:
    noise = RNG.normal(0, 0.3, 1_000)
    better = LOSS + noise - noise.mean() - 0.001
    assert better.mean() < LOSS.mean()
    assert decide_contest("old", {"old": LOSS, "new": better}).winner == "old"


def test_an_equal_challenger_does_not_replace_the_champion() -> None:
    assert decide_contest("old", {"new": LOSS, "old": LOSS}).winner == "old"


def test_few_cases_decide_nothing() -> None:
    few = LOSS[: MIN_CASES - 1]
    assert (
        decide_contest("old", {"old": few, "new": few / 2 - RNG.uniform(0, 0.01, len(few))}).winner == "old"
    )


def test_the_best_of_several_able_challengers_wins() -> None:
    steps = RNG.uniform(0, 0.1, 1_000)
    assert (
        decide_contest("old", {"old": LOSS, "good": LOSS - steps, "best": LOSS - 2 * steps}).winner == "best"
    )


def test_a_champion_whose_recipe_is_gone_is_followed_by_the_first() -> None:
    assert decide_contest("retired", {"first": LOSS, "second": LOSS}).champion == "first"


def test_without_a_case_the_champion_stands() -> None:
    assert decide_contest("old", {"old": np.empty(0), "new": np.empty(0)}).winner == "old"


def test_recipes_tried_on_different_cases_cannot_be_compared() -> None:
    with pytest.raises(ValueError, match="same cases"):
        decide_contest("old", {"old": LOSS, "new": LOSS[1:]})


def test_log_loss_is_low_for_what_was_thought_likely_and_finite_for_what_was_ruled_out() -> None:
    loss = log_loss(np.array([True, False, True]), np.array([0.9, 0.1, 0.0]))
    assert loss[:2] == pytest.approx([0.1054, 0.1054], abs=1e-4)
    assert np.isfinite(loss[2])


def test_the_naive_rule_wins_whenever_nothing_beats_it() -> None:
    decision = decide_contest("old", {"old": LOSS, "rule": LOSS - 0.0001}, naive="rule")
    assert decision.winner == "rule"
    assert decide_contest("old", {"old": LOSS - 0.0001, "rule": LOSS}, naive="rule").winner == "old"


def test_a_challenger_that_beats_the_naive_rule_replaces_a_champion_that_does_not() -> None:
    assert (
        decide_contest("old", {"old": LOSS, "rule": LOSS - 0.001, "new": LOSS - 0.002}, naive="rule").winner
        == "new"
    )


def test_the_naive_rule_does_not_defend_the_title() -> None:
    decision = decide_contest("rule", {"old": LOSS - 0.0001, "rule": LOSS}, naive="rule")
    assert (decision.champion, decision.winner) == ("old", "old")
