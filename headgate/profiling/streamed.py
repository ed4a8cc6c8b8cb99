"""Describe a column that does not fit into memory: exactly if one pass allows it, else from a sample.

| exact                                                        | from a sample of about 524,288 rows                    |
|--------------------------------------------------------------|--------------------------------------------------------|
| rows, missing, min, max, mean, standard deviation, lengths   | median, quantiles, outliers, most frequent, patterns,  |
| of texts, distinct below 16,384                              | bins, histogram                                        |

From 16,384, distinct is an estimate with a relative standard error of 0.8 %; see `distinct`.

Source:
    Chan, Golub & LeVeque (1983), Algorithms for Computing the Sample Variance, eq. 2.1, for combined moments
    of parts.
"""  # noqa: E501 a table

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headgate.profiling.arrays import Values, as_numpy, measurable
from headgate.profiling.describe import ColumnStatistics, describe_values, moment_facts, significant_digits
from headgate.profiling.distinct import Distinct
from headgate.values.cells import decoded, decoded_type

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headgate.profiling.column_reader import Columns

DISTINCT_ERROR = "0.8 %"
MIN_SAMPLED = 100  # gives the count of all rows within a tenth (standard error of a Poisson count)


@dataclass(frozen=True)
class RunningMoments:
    """Count, mean, sum of squared deviations, minimum and maximum of values."""

    count: int = 0
    mean: float = 0.0
    squares: float = 0.0
    low: Any = None
    high: Any = None

    @property
    def deviation(self) -> float:
        """The sample's standard deviation (n - 1)."""
        return float(np.sqrt(self.squares / (self.count - 1))) if self.count > 1 else 0.0

    def with_values(self, values: Values) -> RunningMoments:
        """Return the moments with these values added, without values that are not finite."""
        finite = values[np.isfinite(values)] if values.dtype == np.float64 else values
        if not len(finite):
            return self
        floats = finite.astype(np.float64)
        mean = float(floats.mean())
        part = RunningMoments(
            len(finite), mean, float(np.square(floats - mean).sum()), finite.min().item(), finite.max().item()
        )
        return self.together(part) if self.count else part

    def together(self, other: RunningMoments) -> RunningMoments:
        """Return the moments of both."""
        count, distance = self.count + other.count, other.mean - self.mean
        mean = self.mean + distance * other.count / count
        squares = self.squares + other.squares + distance * distance * self.count * other.count / count
        return RunningMoments(count, mean, squares, min(self.low, other.low), max(self.high, other.high))


@dataclass(frozen=True)
class Streamed:
    """The counts of one pass over a column.

    `moments` are of its measured values, or of the lengths of its texts.
    """

    present: int = 0
    missing: int = 0
    distinct: Distinct = field(default_factory=Distinct)
    moments: RunningMoments = field(default_factory=RunningMoments)

    def with_batch(self, batch: pa.Array) -> Streamed:
        """Return the figures with this batch added."""
        present_count = len(batch) - batch.null_count
        moments = self.moments.with_values(_measures(batch))
        return Streamed(
            self.present + present_count,
            self.missing + batch.null_count,
            self.distinct.with_values(batch),
            moments,
        )


def describe_many(columns: Columns, name: str) -> tuple[ColumnStatistics, int]:
    """Return the description of a column of many rows, and the number of missing values."""
    moments, kind = Streamed(), pa.null()
    for batch in columns.batches(name):
        moments, kind = moments.with_batch(batch), decoded_type(batch.type)
    sample = columns.sample(name)
    part = describe_values(sample)
    factor = moments.present / max(1, len(sample) - sample.null_count)
    methods = {
        "distinct": "exact" if moments.distinct.is_exact else f"standard error {DISTINCT_ERROR}",
        "sampled_rows": str(len(sample)),
    }
    return replace(
        part,
        distinct=moments.distinct.count,
        facts=_facts(part, moments.moments, kind, factor),
        top=tuple((text, round(count * factor)) for text, count in part.top if count >= MIN_SAMPLED),
        estimated=methods,
    ), moments.missing


def _facts(
    part: ColumnStatistics, moments: RunningMoments, kind: pa.DataType, factor: float
) -> dict[str, object]:
    """Return the sample's facts, with those of all rows where known; none if the column is hidden."""
    if not part.facts or not moments.count:
        return dict(part.facts)
    if "length" in part.facts:
        length = {"min": moments.low, "max": moments.high, "mean": significant_digits(moments.mean)}
        return {**part.facts, "length": length}
    of_all = moment_facts(kind, moments.low, moments.high, moments.mean, moments.deviation)
    return scaled_outliers(part.facts, factor) | of_all


def scaled_outliers(facts: Mapping[str, object], factor: float) -> dict[str, object]:
    """Return a sample's facts with the numbers of outliers multiplied, to estimate those of all rows."""
    outliers = facts.get("outliers")
    if not isinstance(outliers, dict):
        return dict(facts)
    scaled = {
        name: round(count * factor) if isinstance(count, int) else count for name, count in outliers.items()
    }
    return {**facts, "outliers": scaled}


def _measures(batch: pa.Array) -> Values:
    kind = decoded_type(batch.type)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_boolean(kind):
        texts = pc.cast(decoded(batch), pa.string())
        return as_numpy(pc.cast(pc.utf8_length(texts).drop_null(), pa.int64()))
    if pa.types.is_primitive(kind) or pa.types.is_decimal(kind):
        return as_numpy(measurable(batch).drop_null())
    return np.empty(0, np.int64)
