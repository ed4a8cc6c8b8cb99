"""Measure the ranking quality of scores, with both figures from one sort.

scikit-learn's versions spend ten times as long checking their arguments, which is too slow for one call per
day of history.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt


class Ranking(NamedTuple):
    """Area under the ROC curve, and average precision."""

    auc: float
    average_precision: float


def ranked(truth: npt.NDArray[np.bool_], score: npt.NDArray[np.float64]) -> Ranking:
    """Return both figures of scores, shape (cases,), of true and untrue cases.

    NaN if there are no true or no untrue cases.

    Source:
        Hanley & McNeil (1982), The Meaning and Use of the Area under a ROC Curve: the share of pairs of a
        true and an untrue case in which the true one has the higher score, equal scores counting half.
        Average precision as scikit-learn defines it.
    """
    order = np.argsort(-score, kind="stable")
    # The last position of each run of equal scores.
    last = np.flatnonzero(np.append(np.diff(score[order]) != 0, [True] * bool(len(score))))
    hits, above = np.cumsum(truth[order])[last], last + 1
    true, untrue = int(truth.sum()), int(len(truth) - truth.sum())
    if not (true and untrue):
        return Ranking(np.nan, np.nan)
    new = np.diff(hits, prepend=0)
    missed = np.diff(above - hits, prepend=0)
    return Ranking(
        float((missed * (2 * hits - new)).sum() / (2 * true * untrue)),
        float((new * hits / above).sum() / true),
    )
