"""Results of an experiment: measures with their repetitions, and cases with an expected and an observed
outcome.
"""

from __future__ import annotations

import json
import os
import platform
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from benchmarks.experiments.intervals import median_interval
from headgate import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping

Category = Literal["control", "data", "events", "errors", "limits", "IAM"]
CATEGORIES: tuple[Category, ...] = ("control", "data", "events", "errors", "limits", "IAM")


@dataclass(frozen=True)
class Measure:
    """One quantity, measured several times.

    Attributes:
        at: the value of the axis of a series, for example a file's size in bytes; None for a single quantity.
        headline: what the original requirements state; empty where they state nothing.
    """

    experiment: str
    name: str
    unit: str
    values: tuple[float, ...]
    at: float | None = None
    headline: str = ""

    @property
    def median(self) -> float:
        """The median."""
        return median_interval(self.values)[0]

    @property
    def interval(self) -> tuple[float, float]:
        """The interval of the median at 95 percent."""
        return median_interval(self.values)[1:]


@dataclass(frozen=True)
class Case:
    """One thing that must happen: compared between targets by its outcome.

    Attributes:
        reason: why the outcome is what it is, where the outcome alone does not show it.
    """

    experiment: str
    category: Category
    name: str
    expected: str
    outcome: str
    reason: str = ""

    @property
    def passed(self) -> bool:
        """Whether what must happen happened."""
        return self.expected == self.outcome


@dataclass
class Results:
    """One run of the experiments on one target."""

    target: str
    began_at: str
    environment: Mapping[str, object]
    seconds: float = 0
    measures: list[Measure] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    not_run: dict[str, str] = field(default_factory=dict)

    def add(self, result: Measure | Case) -> None:
        """Keep a finding."""
        (self.measures if isinstance(result, Measure) else self.cases).append(result)  # type: ignore[arg-type]  # the list fits the type

    def to_json(self) -> str:
        """Its text, with medians and intervals beside the values."""
        document = asdict(self)
        for fields, measure in zip(document["measures"], self.measures, strict=True):
            fields |= {"median": measure.median, "low": measure.interval[0], "high": measure.interval[1]}
        for fields, case in zip(document["cases"], self.cases, strict=True):
            fields["passed"] = case.passed
        return json.dumps(document, indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Results:
        """The results that a text states."""
        read = json.loads(text)
        measures = [
            Measure(
                fields["experiment"],
                fields["name"],
                fields["unit"],
                tuple(fields["values"]),
                fields["at"],
                fields["headline"],
            )
            for fields in read["measures"]
        ]
        cases = [Case(**_without(fields, {"passed"})) for fields in read["cases"]]
        return cls(
            read["target"],
            read["began_at"],
            read["environment"],
            read["seconds"],
            measures,
            cases,
            read["not_run"],
        )


def _without(fields: Mapping[str, Any], names: set[str]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in names}


def environment() -> dict[str, object]:
    """Return what the figures depend on: versions, processor and load of this machine."""
    return {
        "headgate": __version__,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count() or 0,
        "load": [round(load, 2) for load in os.getloadavg()],
        "region": os.environ.get("AWS_REGION", ""),
    }
