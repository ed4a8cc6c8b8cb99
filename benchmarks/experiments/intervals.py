"""Intervals of confidence at 95 percent. Pure."""

from __future__ import annotations

import math
import statistics
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

Z = 1.959963984540054  # of the normal distribution, two-sided 95 percent
CONFIDENCE = 0.95


def median_interval(values: Sequence[float]) -> tuple[float, float, float]:
    """Return the median with an interval of order statistics.

    With fewer than six values the interval is their range.

    Source:
        Conover (1999), Practical Nonparametric Statistics, section 3.2: ranks from the binomial distribution
        with p = 1/2.
    """
    ordered = sorted(values)
    count, below = len(ordered), 0.0
    rank = 0
    for candidate in range(count // 2):
        below += math.comb(count, candidate) / 2**count
        if 1 - 2 * below < CONFIDENCE:
            break
        rank = candidate + 1
    low, high = (ordered[rank - 1], ordered[count - rank]) if rank else (ordered[0], ordered[-1])
    return statistics.median(ordered), low, high


def wilson(successes: int, trials: int) -> tuple[float, float]:
    """Return the interval of a share; (0, 1) without trials.

    Source:
        Wilson (1927), Probable Inference, the Law of Succession, and Statistical Inference, JASA 22, 209-212.
    """
    if not trials:
        return 0.0, 1.0
    share, weight = successes / trials, Z * Z / trials
    centre = (share + weight / 2) / (1 + weight)
    half = Z * math.sqrt(share * (1 - share) / trials + weight / (4 * trials)) / (1 + weight)
    return max(0.0, centre - half), min(1.0, centre + half)
