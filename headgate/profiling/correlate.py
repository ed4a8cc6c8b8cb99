"""How numeric columns move together."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from headgate.profiling.arrays import as_places, filled, is_valid, measured, numbers, spread
from headgate.profiling.describe import number_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

ROWS = 100_000
_FEWEST = 3
_DECIMALS = 6


def correlations(columns: Mapping[str, pa.Array]) -> list[dict[str, str]]:
    """Pearson's r of each pair of columns over the rows that hold both, on an even sample of at most 100,000 rows.

    Pairs in which one column does not vary are left out.
    """
    held = {name: _floats(values) for name, values in columns.items()}
    found = []
    for left, right in combinations(sorted(held), 2):
        r = _pearson(held[left], held[right])
        if r is not None:
            found.append({"left": left, "right": right, "r": number_text(round(r, _DECIMALS))})
    return found


def _floats(values: pa.Array) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    some = measured(values.take(as_places(spread(len(values), ROWS))))
    floats = numbers(filled(some, "0")).astype(np.float64)
    return np.where(is_valid(some), floats, np.nan)


def _pearson(left: np.ndarray[tuple[int], np.dtype[np.float64]], right: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float | None:
    both = np.isfinite(left) & np.isfinite(right)
    if both.sum() < _FEWEST:
        return None
    with np.errstate(over="ignore", invalid="ignore"):
        x, y = left[both] - left[both].mean(), right[both] - right[both].mean()
        norm = float(np.sqrt(x @ x) * np.sqrt(y @ y))
        return float(np.clip((x @ y) / norm, -1, 1)) if 0 < norm < np.inf else None
