"""Verdicts on the figures of a model card, by thresholds that the card declares.

Between the bounds of `ALIKE` a figure and that of its rule differ by chance: neither is better. A card may
declare other bounds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from headgate.learning.calibration import Bin

HIGHER, LOWER, NEAR = "higher", "lower", "near"
BETTER, WORSE, BELOW, WITHIN, ABOVE, WEAK = "better", "worse", "below", "within", "above", "weak"
_WORDS = {
    BETTER: "better",
    WORSE: "worse",
    BELOW: "too low",
    WITHIN: "as expected",
    ABOVE: "too high",
    WEAK: "weak",
}
_COVERAGE = {BELOW: "too narrow", WITHIN: "as promised", ABOVE: "too wide"}
# Figures of statistics, which have the same direction for every model.
_DIRECTIONS = (
    (re.compile(r"(^|_)coverage(_|$)"), NEAR),
    (re.compile(r"(^|_)(mae|mape|smape|loss|cost|brier|ece|calibration_error)(_|$)"), LOWER),
    (
        re.compile(
            r"(^|_)(auc|average_precision|precision_\d+|rank_correlation|earned|silhouette|stability)(_|$)"
        ),
        HIGHER,
    ),
)
_IS_CHALLENGER = "challenger"
_PUBLISHED = re.compile(r"^published: \w+$")  # the card names the method elsewhere
_RECIPE = re.compile(r"^challenger: \w+$")  # its title names the recipe
_BELOW_1 = "below 1 is better"


@dataclass(frozen=True)
class Figure:
    """One figure at past origins.

    `baseline` is the same figure for `baseline_model`; `period` is an ISO 8601 interval or `fit`. `title` and
    `unit` are those of the card's declared test, which `is_main` marks.
    """

    model: str
    metric: str
    value: float | None
    baseline: float | None
    baseline_model: str
    period: str
    rows: int
    note: str = ""
    title: str = ""
    unit: str = ""
    verdict: str = ""
    is_main: bool = False


@dataclass(frozen=True)
class Alike:
    """A figure over that of its rule, between which bounds they are alike, and the word for it."""

    low: float = 19 / 20
    high: float = 21 / 20
    words: str = "no clear difference"

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Alike:
        """Return the bounds of a card, where they are texts such as 6/7."""
        bounds = {name: float(Fraction(document[name])) for name in ("low", "high") if name in document}
        return cls(**bounds, words=document.get("words", cls.words))

    def position(self, value: float, other: float) -> int:
        """Return whether a value lies below (-1), between (0) or above (1) the bounds about another one."""
        low, high = sorted((other * self.low, other * self.high))
        return (value > high) - (value < low)


ALIKE = Alike()


@dataclass(frozen=True)
class CardTest:
    """A test that judges the published method, as its card declares it.

    Attributes:
        model, rule: of which model, against which rule; empty for any.
        better: `higher`, `lower`, or `near` for a figure that should be as the rule's, or as `target`.
        least: a lower figure is weak, whatever the rule has.
        most: a figure further from 0 is weak, and a nearer one is as expected, whatever the rule has.
        words: the verdicts `better`, `worse`, `below`, `within`, `above` and `weak` in other words.
        note: its meaning and which values are good, of a figure that was measured.
        if_behind: why the method is published although the rule has the better figure.
    """

    metric: str
    title: str
    model: str = ""
    rule: str = ""
    better: str = ""
    unit: str = ""
    target: float | None = None
    least: float | None = None
    most: float | None = None
    words: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    if_behind: str = ""

    def is_of(self, figure: Figure) -> bool:
        """Return whether a figure is one of this test."""
        return (
            figure.metric == self.metric
            and self.model in {"", figure.model}
            and self.rule in {"", figure.baseline_model}
            and not figure.note.startswith(_IS_CHALLENGER)
        )


def direction(figure: Figure) -> str:
    """Return which values of a figure are better, by its name; empty if neither is."""
    if _BELOW_1 in figure.note:
        return LOWER
    return next((way for pattern, way in _DIRECTIONS if pattern.search(figure.metric)), "")


def verdict(figure: Figure, test: CardTest | None = None, alike: Alike = ALIKE) -> str:
    """Return the verdict on a figure in words; empty where there is nothing to compare it with."""
    way = (test and test.better) or direction(figure)
    target = test.target if test and test.target is not None else figure.baseline
    words = _WORDS | (_COVERAGE if "coverage" in figure.metric else {}) | dict(test.words if test else {})
    if figure.value is None or target is None or not way:
        return ""
    if test and test.most is not None:
        return words[WEAK if abs(figure.value) > test.most else WITHIN]
    if test and test.least is not None and figure.value < test.least:
        return words[WEAK]
    if way == NEAR:
        bounds = alike if test and test.target is None and "coverage" not in figure.metric else ALIKE
        return words[(WITHIN, ABOVE, BELOW)[bounds.position(figure.value, target)]]
    place = alike.position(figure.value, target)
    if place == 0:
        return alike.words
    return words[BETTER if (place > 0) == (way == HIGHER) else WORSE]


@dataclass(frozen=True)
class CardWords:
    """The words of a card: its tests, titles of other figures, and names of models, methods and rules."""

    tests: Sequence[CardTest] = ()
    alike: Alike = ALIKE
    titles: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)

    def title(self, figure: Figure, metric: str) -> tuple[str, CardTest | None]:
        """Return the title of a figure that no test declares, and the test of the same figure.

        It may be the figure of one day, as in `daily_error`, or of another recipe, as in `error_linear`.
        """
        if metric.startswith("daily_"):
            title, test = self.title(figure, metric.removeprefix("daily_"))
            return (f"{title}, day by day" if title else ""), test
        test = next(
            (test for test in self.tests if test.metric == metric and test.model in {"", figure.model}), None
        )
        if title := self.titles.get(metric) or (test.title if test else ""):
            return title, test
        for name in self.names:
            if metric.endswith(f"_{name}"):
                title, test = self.title(figure, metric.removesuffix(f"_{name}"))
                return (f"{title}: {self.names[name]}" if title else ""), test
        return "", None


def with_verdicts(figures: Iterable[Figure], card: CardWords) -> tuple[Figure, ...]:
    """Return the figures with their verdicts: those of the declared tests first, in their order.

    A test of several periods is judged by the newest one.
    """
    tests, alike = card.tests, card.alike
    given = list(figures)
    numbers = {figure.metric: f"{figure.value:g}" for figure in given if figure.value is not None}
    chosen: dict[int, CardTest] = {}
    for test in tests:
        of_test = [place for place, figure in enumerate(given) if test.is_of(figure)]
        if of_test:
            chosen[max(of_test, key=lambda place: _newest(given[place]))] = test
    main = [_of_test(given[place], test, alike, numbers) for place, test in chosen.items()]
    others = [_other(figure, card) for place, figure in enumerate(given) if place not in chosen]
    return (*main, *others)


def _other(figure: Figure, card: CardWords) -> Figure:
    title, test = card.title(figure, figure.metric)
    return replace(
        figure,
        title=title,
        unit=test.unit if test else "",
        verdict=verdict(figure, test, card.alike),
        note=_RECIPE.sub(_IS_CHALLENGER, figure.note),
    )


def _newest(figure: Figure) -> tuple[bool, str, str]:
    begin, _, end = figure.period.partition("/")
    return figure.value is not None, end, begin


def _of_test(figure: Figure, test: CardTest, alike: Alike, numbers: Mapping[str, str]) -> Figure:
    reason = test.if_behind if _is_behind(figure, test, alike) else ""
    own_note = re.sub(r"\{(\w+)\}", lambda name: numbers.get(name[1], "no"), test.note)
    measured = own_note if figure.value is not None else ""
    return replace(
        figure,
        title=test.title,
        unit=test.unit,
        verdict=verdict(figure, test, alike),
        is_main=True,
        note="; ".join(filter(None, [_PUBLISHED.sub("", figure.note), measured, reason])),
    )


def _is_behind(figure: Figure, test: CardTest, alike: Alike) -> bool:
    """Return whether the rule has the better figure, be it by chance; clearly, if both have a target."""
    value, other = figure.value, figure.baseline
    way = test.better or direction(figure)
    if value is None or other is None or not way:
        return False
    if way == NEAR:
        target = test.target
        return (
            target is not None
            and abs(value - target) > abs(other - target)
            and alike.position(value, other) != 0
        )
    return value < other if way == HIGHER else value > other


def tested_cases_sentence(bins: Sequence[Bin], tested_on: str) -> str:
    """Return the test of the shares and its days, with the expected and the observed share of all its cases.

    Verdicts on shares of other days may contradict it, so it says of which days each is.
    """
    cases = sum(share.rows for share in bins)
    if not cases:
        return ""
    expected = sum(share.rows * share.expected for share in bins) / cases
    observed = sum(share.rows * share.observed for share in bins) / cases
    first, _, last = tested_on.partition("/")
    days = f" on the days from {_day_words(first)} to {_day_words(last)}" if last else ""
    return (
        f"That is of the test that compared the recipes{days}: in its {cases:,} cases {100 * expected:.1f} % "
        f"was expected and {100 * observed:.1f} % came. The verdicts of the other tests are of the days "
        "beside them, on which the shares can be off to the other side."
    )


def _day_words(day: str) -> str:
    return f"{date.fromisoformat(day):%-d %b %Y}"


def calibration_sentence(bins: Sequence[tuple[float, float]]) -> str:
    """Return how far expected and observed shares differ, and in which direction."""
    if not bins:
        return ""
    bound = 1 - ALIKE.low
    under = max(bins, key=lambda share: share[1] - share[0])
    over = max(bins, key=lambda share: share[0] - share[1])
    far = [share for share, gap in ((under, 1), (over, -1)) if gap * (share[1] - share[0]) > bound]
    if not far:
        most = max(abs(observed - expected) for expected, observed in bins)
        return f"Probabilities and the shares that came are at most {100 * most:.1f} points apart."
    parts = "; ".join(
        f"where {100 * expected:.0f} % was expected, {100 * observed:.0f} % came"
        for expected, observed in sorted(far)
    )
    if len(far) == 1:
        return f"Probabilities are too {'low' if far == [under] else 'high'}: {parts}."
    first, last = ("low", "high") if under[0] < over[0] else ("high", "low")
    return f"Low probabilities are too {first}, and high ones too {last}: {parts}."
