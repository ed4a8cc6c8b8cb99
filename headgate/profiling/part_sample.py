"""Profile a snapshot that is too large to be read: a proportional sample of rows, and exact figures of footers.

| exact, from the footers of all parts | from the sample                                                |
|--------------------------------------|----------------------------------------------------------------|
| rows, missing, min, max              | mean, deviation, median, quantiles, bins, patterns, correlations |
| different values of the whole key    | other different values (a lower bound), frequent values, outliers |

A part is a row group. Every row has the same probability of being sampled, however the rows are divided into
parts. Where only some parts are read, and parts lie in the order of time, figures that change with time are less
exact than those of as many independent rows.

A column whose footers lack figures has estimated bounds or missing values, which `estimated` names.

Source:
    Cochran (1977), Sampling Techniques, ch. 9A: the parts that contain evenly spaced rows are drawn with
    probability proportional to size, and each draw takes the same number of rows.
"""  # noqa: E501 a table

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from headgate.profiling.arrays import as_numpy, measurable, splitmix64
from headgate.profiling.describe import moment_facts
from headgate.profiling.streamed import MIN_SAMPLED, scaled_outliers
from headgate.values.cells import int_array

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow.parquet as pq

    from headgate.profiling.profile import Profile, ProfiledColumn


def rows_to_draw(part_rows: Sequence[int], sampled: int, most_parts: int) -> dict[int, int]:
    """Return how many rows to draw from which part, by the part's position.

    Of at most `most_parts` parts each gives rows in proportion to its size.
    """
    total = sum(part_rows)
    if total <= sampled:
        return {at: rows for at, rows in enumerate(part_rows) if rows}
    ends = np.cumsum(part_rows)
    if len(part_rows) <= most_parts:
        until = np.round(ends * (sampled / total)).astype(int)
        shares = np.diff(np.concatenate(([0], until))).tolist()
        return {at: rows for at, rows in enumerate(shares) if rows}
    middles = (np.arange(most_parts) + 0.5) * (total / most_parts)
    draws = Counter(np.searchsorted(ends, middles, "right").tolist())
    share = sampled // most_parts
    return {at: min(part_rows[at], times * share) for at, times in sorted(draws.items())}


def rows_of_part(rows: pa.Table, many: int, seed: int = 0) -> pa.Table:
    """Return pseudorandom rows in their order, always the same ones."""
    if many >= rows.num_rows:
        return rows
    order = splitmix64(np.arange(rows.num_rows, dtype=np.uint64) + np.uint64(seed << 32))
    return rows.take(int_array(np.sort(np.argpartition(order, many)[:many])))


@dataclass(frozen=True)
class Bounds:
    """The figures of one column in footers; `low` is None if a footer lacks them or no value is present."""

    missing: int = 0
    low: Any = None
    high: Any = None


def bounds_of(footers: Sequence[pq.FileMetaData]) -> dict[str, Bounds]:
    """Return the missing values and the bounds of each column; a column without these figures is absent.

    All rows of a part that is older than a column lack it.
    """
    columns: dict[str, list[pq.Statistics | None]] = {}
    rows: Counter[str] = Counter()
    for group in (footer.row_group(at) for footer in footers for at in range(footer.num_row_groups)):
        for at in range(group.num_columns):
            chunk = group.column(at)
            columns.setdefault(chunk.path_in_schema, []).append(chunk.statistics)
            rows[chunk.path_in_schema] += group.num_rows
    total = sum(footer.num_rows for footer in footers)
    return {
        name: _bounds([figures for figures in of_groups if figures], total - rows[name])
        for name, of_groups in columns.items()
        if all(figures and figures.has_null_count for figures in of_groups)
    }


def _bounds(of_groups: Sequence[pq.Statistics], lacking: int) -> Bounds:
    missing = lacking + sum(figures.null_count for figures in of_groups)
    filled = [figures for figures in of_groups if figures.num_values]
    if not filled or not all(figures.has_min_max for figures in filled):
        return Bounds(missing)
    return Bounds(missing, min(figures.min for figures in filled), max(figures.max for figures in filled))


@dataclass(frozen=True)
class AllRows:
    """The exact figures of all rows of a dataset.

    Attributes:
        key: the columns that identify a row.
    """

    rows: int
    bounds: Mapping[str, Bounds]
    schema: pa.Schema
    key: tuple[str, ...]


def of_all_rows(sample: Profile, every: AllRows) -> Profile:
    """Return the profile of a sample with the exact figures of all rows, and its counts for all rows."""
    columns = tuple(_of_all_rows(column, sample.rows, every) for column in sample.columns)
    return replace(sample, rows=every.rows, columns=columns)


def _of_all_rows(column: ProfiledColumn, sampled: int, every: AllRows) -> ProfiledColumn:
    factor, is_key = every.rows / sampled, every.key == (column.name,)
    is_new = column.name not in every.schema.names
    bounds = Bounds(every.rows) if is_new else every.bounds.get(column.name)
    of_sample = column.description
    exact_bounds = _bounds_of_all_rows(column, every)
    description = replace(
        of_sample,
        distinct=every.rows if is_key else of_sample.distinct,
        facts=scaled_outliers(of_sample.facts, factor) | exact_bounds,
        top=tuple((text, round(count * factor)) for text, count in of_sample.top if count >= MIN_SAMPLED),
        estimated={
            "distinct": "exact" if is_key else "at least",
            "mean": "of the sample",
            **({} if bounds else {"missing": "of the sample"}),
            **({} if exact_bounds or "min" not in of_sample.facts else {"range": "of the sample"}),
            "sampled_rows": str(sampled),
        },
    )
    missing = column.missing
    if missing is not None:
        missing = bounds.missing if bounds else round(missing * factor)
    return replace(column, rows=every.rows, missing=missing, description=description)


def _bounds_of_all_rows(column: ProfiledColumn, every: AllRows) -> dict[str, object]:
    """Return the exact bounds; none if the column has none or its values are hidden."""
    bounds = every.bounds.get(column.name)
    if bounds is None or bounds.low is None or "min" not in column.description.facts:
        return {}
    kind = every.schema.field(column.name).type
    low, high = as_numpy(measurable(pa.array([bounds.low, bounds.high], kind))).tolist()
    if not (np.isfinite(low) and np.isfinite(high)):
        return {}
    texts = moment_facts(kind, low, high, 0.0, 0.0)
    return {"min": texts["min"], "max": texts["max"]}
