"""How well the emulator stands in for AWS: by category, how many cases agree. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.experiments.intervals import wilson
from benchmarks.experiments.results import CATEGORIES

if TYPE_CHECKING:
    from benchmarks.experiments.results import Case, Category, Results

NOT_MEASURED = "not measured"


@dataclass(frozen=True)
class Fidelity:
    """One category of the comparison.

    Attributes:
        false_passes: cases that pass on the emulator and fail on AWS: what a test on the emulator would miss.
        compared, on_emulator: cases that ran on both, and that ran on the emulator.
        agreed: cases with the same outcome on both.
    """

    category: Category
    false_passes: tuple[str, ...]
    compared: int
    on_emulator: int
    agreed: int

    @property
    def coverage(self) -> str:
        """The share of the emulator's cases that also ran on AWS."""
        return f"{self.compared} of {self.on_emulator}"

    @property
    def agreement(self) -> str:
        """The share of agreeing cases with its Wilson interval; `not measured` without a run on AWS."""
        if not self.compared:
            return NOT_MEASURED
        low, high = wilson(self.agreed, self.compared)
        return f"{self.agreed / self.compared:.0%} ({low:.0%} to {high:.0%})"


def fidelity(emulator: Results, aws: Results | None) -> list[Fidelity]:
    """Return the vector by category, in the order of `CATEGORIES`."""
    there = {(case.experiment, case.name): case for case in aws.cases} if aws else {}
    return [
        _of(category, [case for case in emulator.cases if case.category == category], there)
        for category in CATEGORIES
    ]


def _of(category: Category, cases: list[Case], there: dict[tuple[str, str], Case]) -> Fidelity:
    pairs = [
        (case, there[case.experiment, case.name]) for case in cases if (case.experiment, case.name) in there
    ]
    false = tuple(here.name for here, real in pairs if here.passed and not real.passed)
    return Fidelity(
        category, false, len(pairs), len(cases), sum(here.outcome == real.outcome for here, real in pairs)
    )
