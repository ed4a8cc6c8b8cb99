"""Correct probabilities by what a test found of cases with similar ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit
from sklearn.isotonic import isotonic_regression

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.learning.calibration import Bin

Array = npt.NDArray[np.float64]

CLEAR_GAP = 0.05
"""A smaller difference of a bin's share and its mean probability decides nothing, as on a model card."""
PRIOR_CASES = 100
"""Cases that a bin's mean probability counts as, beside its share.

A model's probabilities are off by about a twentieth, and the share of n cases by at most half of 1/√n.
"""
_CERTAIN = 1e-4  # no probability is nearer to 0 or 1


def recalibrated(probability: Array, tested: Sequence[Bin]) -> Array:
    """Return probabilities moved by how far off similar ones were in the test; never 0 or 1.

    A bin counts by its difference less that of all cases: how many come true of all cases ahead is another
    question, which past cases answer worse than the model. The order of the cases remains, though some may
    become equal. Between two bins the log-odds move by a mean of theirs, beyond the outermost bin by as
    much as in it.

    Args:
        tested: of past cases of the same model, lowest probabilities first; empty for no correction.
    """
    if not tested:
        return probability
    given, came, rows = (
        np.array([getattr(part, name) for part in tested]) for name in ("expected", "observed", "rows")
    )
    gap = came - given
    gap -= np.average(gap, weights=rows)
    shrunk = given + np.where(np.abs(gap) > CLEAR_GAP, gap, 0.0) * rows / (rows + PRIOR_CASES)
    shares = isotonic_regression(shrunk, sample_weight=rows)
    at, to, now = (logit(np.clip(part, _CERTAIN, 1 - _CERTAIN)) for part in (given, shares, probability))
    return np.asarray(np.clip(expit(now + np.interp(now, at, to - at)), _CERTAIN, 1 - _CERTAIN))
