"""Score the quality of a file's data: five parts between 0 and 1, and their mean.

Source:
    ISO/IEC 25012:2008 and DAMA UK (2013), "The six primary dimensions for data quality assessment", for the
    dimensions; Pipino, Lee & Wang (2002), "Data quality assessment", CACM 45(4), for the simple ratio (one
    less the share of what is undesired) and the average; Ballou et al. (1998), "Modeling information
    manufacturing systems", for timeliness.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime

DECIMALS = 4
# Data that are half a year old are half as timely; a contract can state another age in
# `headgate.volatilityDays`.
VOLATILITY_DAYS = 365.0
_DAY_S = 86_400


@dataclass(frozen=True)
class Score:
    """The parts of a file's quality; None if unknown.

    Attributes:
        completeness: share of the required cells that have a value.
        validity: share of the rows in which every value has its column's type and satisfies its rules.
        uniqueness: share of the rows that are not another version of a row of the same file.
        consistency: share of the rows that satisfy the rules between columns.
        timeliness: freshness of the newest event when the file arrived: 1 less its age divided by the age
            at which such data are stale.
    """

    completeness: float | None = None
    validity: float | None = None
    uniqueness: float | None = None
    consistency: float | None = None
    timeliness: float | None = None

    @classmethod
    def of_texts(cls, texts: Mapping[str, str]) -> Score:
        """Return the parts from the texts of a file's record."""
        return cls(**{field.name: float(texts[field.name]) for field in fields(cls) if texts.get(field.name)})

    @property
    def of_content(self) -> Score:
        """The parts that do not depend on the file's time, because files of history are old on purpose."""
        return replace(self, timeliness=None)

    @property
    def lowest(self) -> str:
        """The name of the lowest known part; empty if none is known."""
        parts = {name: part for name, part in self.parts.items() if part is not None}
        return min(parts, key=lambda name: parts[name], default="")

    @property
    def total(self) -> float | None:
        """The mean of the known parts; None if none is known."""
        parts = [part for part in self.parts.values() if part is not None]
        return sum(parts) / len(parts) if parts else None

    @property
    def parts(self) -> dict[str, float | None]:
        """Every part by its name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def as_texts(self) -> dict[str, str]:
        """Return the score and its parts with four decimals; unknown parts are omitted."""
        parts = {"score": self.total, **self.parts}
        return {name: f"{part:.{DECIMALS}f}" for name, part in parts.items() if part is not None}


def ratio(undesired: int, every: int) -> float | None:
    """Return one less the share of undesired cells; None if there are no cells."""
    return max(0.0, 1.0 - undesired / every) if every else None


def timeliness(
    newest: datetime | None, received_at: datetime, volatility_days: float = VOLATILITY_DAYS
) -> float | None:
    """Return max(0, 1 - age / volatility); an event after the file's arrival has age 0."""
    if newest is None:
        return None
    age_days = max(0.0, (received_at - newest).total_seconds() / _DAY_S)
    return max(0.0, 1.0 - age_days / volatility_days)
