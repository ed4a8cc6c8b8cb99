"""Verdicts of model cards: one set of thresholds, and a word for each way a figure can be off."""

from __future__ import annotations

from typing import Any

import pytest

from headgate.systems.card_tests import (
    Alike,
    CardTest,
    CardWords,
    Figure,
    calibration_sentence,
    verdict,
    with_verdicts,
)

pytestmark = pytest.mark.unit


def figure(metric: str, value: float | None, baseline: float | None, **more: Any) -> Figure:  # noqa: ANN401
    row: dict[str, Any] = {"baseline_model": "rule", "period": "fit", "rows": 9} | more
    return Figure("own", metric, value, baseline, **row)


@pytest.mark.parametrize(
    ("metric", "value", "baseline", "words"),
    [
        ("value_mae", 378.0, 384.8, "no clear difference"),
        ("log_loss", 0.9, 1.0, "better"),
        ("log_loss", 1.1, 1.0, "worse"),
        ("auc", 0.8, 0.7, "better"),
        ("auc", 0.7, 0.0, "better"),
        ("coverage_80", 0.744, 0.8, "too narrow"),
        ("interval_coverage_largest", 0.92, 0.8, "too wide"),
        ("interval_coverage", 0.808, 0.8, "as promised"),
        ("groups", 5.0, 4.0, ""),
        ("auc", None, 0.7, ""),
        ("auc", 0.7, None, ""),
    ],
)
def test_a_figure_is_better_only_beyond_a_twentieth(
    metric: str, value: float | None, baseline: float | None, words: str
) -> None:
    assert verdict(figure(metric, value, baseline)) == words


def test_a_card_declares_other_bounds_with_a_word_of_its_own() -> None:
    alike = Alike.of({"low": "6/7", "high": "7/6", "words": "as good"})
    assert verdict(figure("smape", 24.5, 25.5), alike=alike) == "as good"
    assert verdict(figure("smape", 24.5, 34.7), alike=alike) == "better"
    assert verdict(figure("coverage_80", 0.744, 0.8), alike=alike) == "too narrow"


def test_a_total_is_judged_by_what_came_and_a_weak_figure_is_no_success() -> None:
    total = CardTest("total_ratio", "Total", better="near", target=1.0)
    assert verdict(figure("total_ratio", 1.23, 1.18), total) == "too high"
    assert verdict(figure("total_ratio", 0.98, 0.98), total) == "as expected"
    weak = CardTest("silhouette", "Apart", least=0.25, words={"weak": "nearly none"})
    assert verdict(figure("silhouette", 0.07, 0.0), weak) == "nearly none"
    assert verdict(figure("silhouette", 0.4, 0.0), weak) == "better"


def test_declared_tests_come_first_and_are_judged_by_the_newest_period() -> None:
    mean = figure("auc", 0.8, 0.7, period="2026-01-01/2026-03-31", note="mean of 3 periods")
    newest = figure("auc", 0.7, 0.7, period="2026-03-01/2026-03-31", note="newest of 3 periods")
    moments = figure("moments", 2.0, None)
    test = CardTest("auc", "Ranked right", note="{moments} windows, {others} others")
    first, *others = with_verdicts([moments, mean, newest], CardWords([test]))
    assert (first.title, first.value, first.verdict, first.is_main) == (
        "Ranked right",
        0.7,
        "no clear difference",
        True,
    )
    assert first.note == "newest of 3 periods; 2 windows, no others"
    assert [each.is_main for each in others] == [False, False]


def test_a_test_of_another_model_or_of_a_challenger_judges_nothing() -> None:
    test = CardTest("auc", "Ranked right", model="published")
    assert not any(each.is_main for each in with_verdicts([figure("auc", 0.8, 0.7)], CardWords([test])))
    challenger = figure("auc", 0.8, 0.7, note="challenger: other")
    assert not any(
        each.is_main for each in with_verdicts([challenger], CardWords([CardTest("auc", "Ranked right")]))
    )


def test_figures_of_days_and_of_other_recipes_are_named_after_the_declared_one() -> None:
    card = CardWords([CardTest("error", "Error of a visit", unit="score")], names={"one_line": "a line"})
    metrics = ("error", "daily_error", "error_one_line", "error_other")
    shown = with_verdicts([figure(metric, 1.0, 1.0, note="challenger: one_line") for metric in metrics], card)
    assert [(each.title, each.unit, each.note) for each in shown] == [
        ("Error of a visit", "score", "challenger"),
        ("Error of a visit, day by day", "score", "challenger"),
        ("Error of a visit: a line", "score", "challenger"),
        ("", "", "challenger"),
    ]


@pytest.mark.parametrize(("value", "note"), [(1.01, "it has a season"), (0.99, "")])
def test_the_reason_stands_beside_a_figure_that_the_rule_has_better(value: float, note: str) -> None:
    test = CardTest("loss", "Loss", if_behind="it has a season")
    (only,) = with_verdicts([figure("loss", value, 1.0)], CardWords([test]))
    assert (only.verdict, only.note) == ("no clear difference", note)


@pytest.mark.parametrize(("value", "note"), [(1.227, ""), (1.30, "the rule is nearer")])
def test_a_rule_is_called_nearer_to_a_target_only_beyond_the_bounds_of_the_card(
    value: float, note: str
) -> None:
    test = CardTest("ratio", "Ratio", better="near", target=1.0, if_behind="the rule is nearer")
    (only,) = with_verdicts([figure("ratio", value, 1.18)], CardWords([test]))
    assert (only.verdict, only.note) == ("too high", note)


@pytest.mark.parametrize(
    ("value", "words"), [(0.2258, "not as presumed"), (-0.2, "not as presumed"), (0.04, "as expected")]
)
def test_a_figure_that_should_be_about_0_is_weak_beyond_a_bound(value: float, words: str) -> None:
    test = CardTest("together", "Together", better="near", most=0.1, words={"weak": "not as presumed"})
    assert verdict(figure("together", value, 0.0), test) == words


@pytest.mark.parametrize(
    ("bins", "sentence"),
    [
        ([], ""),
        (
            [(0.1, 0.12), (0.9, 0.9)],
            "Probabilities and the shares that came are at most 2.0 points apart.",
        ),
        ([(0.8, 0.74), (0.95, 0.77)], "Probabilities are too high: where 95 % was expected, 77 % came."),
        (
            [(0.3, 0.43), (0.6, 0.6), (0.82, 0.73)],
            (
                "Low probabilities are too low, and high ones too high: where 30 % was expected, 43 % "
                "came; where 82 % was expected, 73 % came."
            ),
        ),
    ],
)
def test_calibration_is_one_sentence(bins: list[tuple[float, float]], sentence: str) -> None:
    assert calibration_sentence(bins) == sentence
