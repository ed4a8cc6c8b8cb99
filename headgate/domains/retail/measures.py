"""How good a model is, one figure a row: the common form of the quality tables."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields

import pandas as pd


@dataclass(frozen=True)
class Measure:
    """A figure of a model in a period; `baseline` is the figure of the rule that it must beat."""

    model: str
    metric: str
    period: str
    value: float | None
    baseline: float | None = None
    baseline_model: str | None = None
    rows_used: int = 0
    note: str | None = None


def measures_table(measures: Iterable[Measure]) -> pd.DataFrame:
    """Return one row per measure, in the order of model, metric and period."""
    frame = pd.DataFrame(
        [asdict(measure) for measure in measures], columns=[field.name for field in fields(Measure)]
    )
    typed = frame.astype({"value": "float64", "baseline": "float64", "rows_used": "int64"})
    return typed.sort_values(["model", "metric", "period"], ignore_index=True)
