"""How much each group of a case's features moves its score away from that of a typical case."""

from collections.abc import Callable, Sequence
from itertools import product
from math import comb

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
_AT_ONCE = 256  # cases, each of which is scored once for every combination of groups
_DECIMALS = 9  # to which exported and fitted models agree, so that both put groups in one order


def shapley_values(
    strength: Callable[[Array], Array], points: Array, typical: Array, groups: Sequence[Sequence[int]]
) -> Array:
    """Return the contribution of each group, shape (cases, groups).

    They sum to the strength of the case less that of the typical one.

    Args:
        strength: scores cases of shape (cases, features).
        typical: the features of a typical case, shape (features,).
        groups: the places of the features of each group; every feature that `strength` looks at is in one.

    Source:
        Lundberg & Lee (2017), A Unified Approach to Interpreting Model Predictions, eq. 4 (Shapley values),
        of groups instead of features and with a single typical case, so that all combinations can be scored.
    """
    own = np.array(list(product((False, True), repeat=len(groups))))
    weights = _weights(own)
    is_own = np.zeros((len(own), points.shape[1]), dtype=np.bool_)
    for group, places in enumerate(groups):
        is_own[:, list(places)] = own[:, group, None]
    parts = [np.empty((0, len(groups)))]
    for start in range(0, len(points), _AT_ONCE):
        some = points[start : start + _AT_ONCE, None, :]
        mixed = np.where(is_own, some, typical).reshape(-1, points.shape[1])
        scored = strength(mixed).reshape(len(some), len(own))
        parts.append((scored[:, None, :] * weights).sum(axis=2))
    return np.asarray(np.round(np.concatenate(parts), _DECIMALS), dtype=np.float64)


def _weights(own: npt.NDArray[np.bool_]) -> Array:
    """Return the weight of the score of each combination in the contribution of each group.

    Args:
        own: whether a group has the values of the case, shape (combinations, groups).
    """
    count = own.shape[1]
    others = own.sum(axis=1)[:, None] - own
    by_others = np.array([1 / (count * comb(count - 1, number)) for number in range(count)])
    return np.asarray(np.where(own, 1, -1) * by_others[others]).T
