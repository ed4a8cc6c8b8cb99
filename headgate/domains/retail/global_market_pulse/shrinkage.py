"""Empirical Bayes: shrink ratios of small numbers to the usual ratio.

Every function takes counts and expectations, and returns ratios between the two.
"""

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

WEAKEST, STRONGEST = 1.0, 1e6  # bounds of a prior's weight, in observations


def share_weight(counts: Array, totals: Array, usual: Array, inside: Array | float = 0.0) -> float:
    """Return how many observations the usual share is worth, by how much shares differ beyond chance.

    Args:
        inside: each group's part of the observations that its usual share was taken from. A group that makes
            up most of them is near to its usual share by that alone, and would be taken for proof that groups
            do not differ.

    Source:
        Kleinman (1973), "Proportions with extraneous variance: single and independent samples" (moment
        estimator).
    """
    observed = totals > 0
    if observed.sum() <= 1:
        return STRONGEST
    count, total, share = counts[observed], totals[observed], usual[observed]
    apart = 1 - np.broadcast_to(inside, totals.shape)[observed]
    chance = float((share * (1 - share) * apart).sum())
    spread = float((total * (count / total - share) ** 2).sum())
    excess = (spread - chance) / float((share * (1 - share) * (total - 1) * apart).sum() or 1.0)
    return _weight(1 / excess - 1 if excess > 0 else STRONGEST)


def shrunk_share(counts: Array, totals: Array, usual: Array, weight: float) -> Array:
    """Return shares of the totals, each drawn to the usual one as if that had been seen `weight` times."""
    return np.asarray((counts + weight * usual) / (totals + weight), dtype=float)


def rate_weight(counts: Array, expected: Array) -> float:
    """Return how many expected events the usual rate is worth.

    Source:
        Marshall (1991), "Mapping disease and mortality rates using empirical Bayes estimators".
    """
    observed = expected > 0
    if observed.sum() <= 1:
        return STRONGEST
    count, expect = counts[observed], expected[observed]
    mean = float(count.sum() / expect.sum())
    variance = float((expect * (count / expect - mean) ** 2).sum() / expect.sum()) - mean / float(
        expect.mean()
    )
    return _weight(mean / variance if variance > 0 else STRONGEST)


def shrunk_rate(counts: Array, expected: Array, weight: float) -> Array:
    """Return events over expected events, each drawn to 1 as if `weight` more had been expected and seen."""
    return np.asarray((counts + weight) / (expected + weight), dtype=float)


def _weight(weight: float) -> float:
    return float(np.clip(weight, WEAKEST, STRONGEST))
