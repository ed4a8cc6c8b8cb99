from __future__ import annotations

from itertools import combinations, islice
from typing import TYPE_CHECKING, Any

import numpy as np

from headgate.profiling.arrays import as_numpy, evenly_spaced, fill_nulls, measurable
from headgate.profiling.describe import significant_digits
from headgate.profiling.values_apart import numbers_together
from headgate.values.cells import flags, int_array

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa

Floats = np.ndarray[Any, np.dtype[np.float64]]

ROWS = 100_000
# This many columns have 19,900 pairs, which take two seconds and two megabytes of profile.
MAX_COLUMNS = 200
_MIN_ROWS = 3
_DECIMALS = 6
_ROWS_AT_ONCE = 1 << 13
# If sums over the rows of a pair leave less than this share of a column's variance, they have lost too many
# digits, and the pair is computed from its own rows.
_MIN_VARIANCE = 1e-6


def correlations(columns: Mapping[str, pa.Array]) -> list[dict[str, str]]:
    """Return Pearson's r of each pair of the first 200 columns, over the rows with both values.

    At most 100,000 evenly spaced rows are used. Values apart from all others are left out, because a mistyped
    one hides what the others show. Pairs with a constant column are omitted.
    """
    floats = {name: _floats(values) for name, values in islice(columns.items(), MAX_COLUMNS)}
    varying = {name: values for name, values in sorted(floats.items()) if _varies(values)}
    names = list(varying)
    table = _pairwise(list(varying.values())) if names else np.empty((0, 0))
    pairs = []
    for left, right in combinations(range(len(names)), 2):
        r = float(table[left, right])
        coefficient = r if np.isfinite(r) else _pearson(varying[names[left]], varying[names[right]])
        if coefficient is not None:
            pairs.append(
                {
                    "left": names[left],
                    "right": names[right],
                    "r": significant_digits(round(coefficient, _DECIMALS)),
                }
            )
    return pairs


def _floats(values: pa.Array) -> Floats:
    sample = measurable(values.take(int_array(evenly_spaced(len(values), ROWS))))
    floats = as_numpy(fill_nulls(sample, "0")).astype(np.float64)
    present = np.where(flags(sample.is_valid()), floats, np.nan)
    low, high = numbers_together(np.sort(present[np.isfinite(present)]))
    is_apart = (present < (-np.inf if low is None else low)) | (present > (np.inf if high is None else high))
    return np.where(is_apart, np.nan, present)


def _varies(column: Floats) -> bool:
    finite = column[np.isfinite(column)]
    return len(finite) >= _MIN_ROWS and bool(finite.min() < finite.max())


def _pairwise(columns: Sequence[Floats]) -> Floats:
    """Return Pearson's r of every pair at once from sums of products; nan if these lose too many digits."""
    size = len(columns)
    count, total, squares, products = (np.zeros((size, size)) for _ in range(4))
    with np.errstate(all="ignore"):  # rows with both values may be missing, and squares may overflow: nan
        finite_values = (column[np.isfinite(column)] for column in columns)
        scales = [(float(finite.mean()), float(finite.std())) for finite in finite_values]
        for start in range(0, max(map(len, columns)), _ROWS_AT_ONCE):
            stop = start + _ROWS_AT_ONCE
            block = np.stack(
                [
                    (column[start:stop] - centre) / scale
                    for column, (centre, scale) in zip(columns, scales, strict=True)
                ]
            )
            finite = np.isfinite(block)
            values, is_present = np.where(finite, block, 0.0), finite.astype(np.float64)
            count += is_present @ is_present.T
            total += values @ is_present.T
            squares += np.square(values) @ is_present.T
            products += values @ values.T
        variance = (squares - np.square(total) / count) / count
        table = (products - total * total.T / count) / count / np.sqrt(variance * variance.T)
    is_reported = (count >= _MIN_ROWS) & (variance > _MIN_VARIANCE) & (variance.T > _MIN_VARIANCE)
    return np.where(is_reported, np.clip(table, -1, 1), np.nan)


def _pearson(left: Floats, right: Floats) -> float | None:
    both = np.isfinite(left) & np.isfinite(right)
    if both.sum() < _MIN_ROWS:
        return None
    with np.errstate(over="ignore", invalid="ignore"):
        x, y = left[both] - left[both].mean(), right[both] - right[both].mean()
        norm = float(np.sqrt(x @ x) * np.sqrt(y @ y))
        return float(np.clip((x @ y) / norm, -1, 1)) if 0 < norm < np.inf else None
