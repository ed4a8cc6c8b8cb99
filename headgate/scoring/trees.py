"""Boosted trees as arrays of nodes."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
_AT_ONCE = 4_096  # rows at a time; each has a position in every tree


@dataclass(frozen=True)
class Trees:
    """Trees whose leaves are summed. The children of a node follow it; a leaf is its own child.

    Attributes:
        roots: shape (trees,), the index of each tree's first node.
        feature, threshold, left, right, missing_left, value: shape (nodes,). A row goes left if its feature
            is at most the threshold.
        baseline: added to the sum, shape (1,).
        depth: the longest path to a leaf, shape (1,).
    """

    roots: npt.NDArray[np.int64]
    feature: npt.NDArray[np.int64]
    threshold: Array
    left: npt.NDArray[np.int64]
    right: npt.NDArray[np.int64]
    missing_left: npt.NDArray[np.bool_]
    value: Array
    baseline: Array
    depth: npt.NDArray[np.int64]

    def log_odds(self, points: Array) -> Array:
        """Return the sum over all trees of each row, shape (rows,).

        Args:
            points: shape (rows, features); NaN where a value is missing.
        """
        parts = [
            self._summed_leaves(points[start : start + _AT_ONCE]) for start in range(0, len(points), _AT_ONCE)
        ]
        return np.concatenate([np.empty(0), *parts])

    def _summed_leaves(self, points: Array) -> Array:
        rows = np.arange(len(points))[:, None]
        at = np.broadcast_to(self.roots, (len(points), len(self.roots)))
        for _ in range(int(self.depth[0])):
            seen = points[rows, self.feature[at]]
            goes_left = np.where(np.isnan(seen), self.missing_left[at], seen <= self.threshold[at])
            at = np.where(goes_left, self.left[at], self.right[at])
        return np.asarray(self.baseline[0] + self.value[at].sum(axis=1), dtype=np.float64)
