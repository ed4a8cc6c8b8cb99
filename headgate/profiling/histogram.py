"""Bins of equal width for numbers, with one bin at each end for the values that are far off."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from headgate.profiling.arrays import Values

MAX_BINS = 10


def plain_step(least: float) -> float:
    """Return the smallest of 1, 2 and 5 times a power of ten that is at least `least`.

    >>> plain_step(0.03), plain_step(7), plain_step(200)
    (0.05, 10.0, 200.0)
    """
    power = math.floor(math.log10(least))
    candidates = (float(f"{digit}e{power}") for digit in (1, 2, 5, 10))
    return next(step for step in candidates if step >= least * (1 - 1e-9))


def equal_bins(ordered: Values, low: float, high: float, least_width: float) -> tuple[list[float], list[int]]:
    """Return the edges of equal bins, and the number of values below, in each bin, and above.

    The bins cover the values between two bounds. Their edges are multiples of a plain step. Both lists are
    empty if no bins of finite width are possible.

    Args:
        ordered: finite values, ascending.
        least_width: 1 for whole numbers, else 0.
    """
    within = ordered[(ordered >= low) & (ordered <= high)]
    if not len(within):
        return [], []
    start, end = float(within[0]), float(within[-1])
    least = max((end - start) / MAX_BINS, least_width)
    if not (math.isfinite(least) and least > np.finfo(float).tiny and start < end):
        return [], []
    width = plain_step(least)
    first, last = (math.floor(bound / width + 1e-9) for bound in (start, end))
    places = np.clip(np.floor(ordered / width + 1e-9), first - 1, last + 1) - (first - 1)
    counts = np.bincount(places.astype(np.int64), minlength=last - first + 3)
    return [number * width for number in range(first, last + 2)], counts.tolist()
