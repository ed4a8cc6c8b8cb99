"""Two levels of groups from one tree, with the numbers of groups that are reproducible and well separated.

The tree merges the two nearest groups until one is left, so its cuts are nested.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.cluster.hierarchy import fcluster, ward
from sklearn.metrics import adjusted_rand_score, pairwise_distances, silhouette_score
from sklearn.preprocessing import normalize

Array = npt.NDArray[np.float64]
Groups = npt.NDArray[np.int64]

SEED = 20_101_209
MAX_INTENTS = 120  # what a person can look through
MAX_SUB_INTENTS = 360
_COUNTS = 14  # between two counts next to each other lies a factor of 1.5 or less
_MIN_SIZE = 4  # texts per group on average: half of the texts must still find a group twice
_PAIRS = 3  # of halves
_SAMPLE = 2_000  # silhouettes cost the square of the texts
_NEAR_BEST = 0.9  # of the best score: a finer cut that is little better splits what belongs together


@dataclass(frozen=True)
class Cut:
    """A cut of the tree: group per point, agreement of halves (1: equal), separation (-1 to 1)."""

    groups: Groups
    stability: float
    silhouette: float

    @property
    def count(self) -> int:
        """Number of groups."""
        return int(self.groups.max()) + 1

    @property
    def score(self) -> float:
        """High only where the groups are both reproducible and apart."""
        return max(self.stability, 0.0) * self.silhouette


def counts(points: int) -> list[int]:
    """Return numbers of groups worth trying for so many points: log-spaced, from 2 on."""
    most = int(np.clip(points // _MIN_SIZE, 2, MAX_SUB_INTENTS))
    return sorted({round(count) for count in np.geomspace(2, most, _COUNTS)})


def levels(drawn: Array, points: Array) -> tuple[Cut, Cut]:
    """Return the intents and the sub-intents of the points. Each sub-intent lies in one intent.

    Args:
        drawn: what the tree is built of.
        points: the same points before they were drawn together, in the same order; silhouettes are theirs.
    """
    cuts = _tried(drawn, points)
    coarse = [cut for cut in cuts if cut.count <= MAX_INTENTS]
    best = max(cut.score for cut in coarse)
    intents = next(cut for cut in coarse if cut.score >= best - (1 - _NEAR_BEST) * abs(best))
    finer = [cut for cut in cuts if cut.count > intents.count]
    return intents, max(finer, key=lambda cut: cut.score, default=intents)


def cut_at(tree: Array, count: int) -> Groups:
    """Return the groups of a tree's cut, numbered from 0; fewer than `count` where points are equal."""
    return np.asarray(np.unique(fcluster(tree, count, "maxclust"), return_inverse=True)[1], dtype=np.int64)


def cohesion(points: Array, groups: Groups) -> Array:
    """Return how alike the texts of each group are: the mean cosine of two of them; 1 for a text alone.

    Shape (groups,).
    """
    sizes = np.bincount(groups).astype(np.float64)
    sums = np.zeros((len(sizes), points.shape[1]))
    np.add.at(sums, groups, points)
    pairs = sizes * (sizes - 1)
    alike: Array = np.divide((sums**2).sum(axis=1) - sizes, pairs, out=np.ones(len(sizes)), where=pairs > 0)
    return alike


def nearest(points: Array, members: Array, groups: Groups) -> Groups:
    """Return each point's nearest group, by the middle of its known points."""
    centres = normalize(pd.DataFrame(members).groupby(groups).mean().to_numpy())
    return np.asarray((points @ centres.T).argmax(axis=1), dtype=np.int64)


def _tried(drawn: Array, points: Array) -> Sequence[Cut]:
    """Return a cut for each number of groups that the tree can be cut into, the coarsest first."""
    tree, halves = ward(drawn), _halves(drawn)
    sample = np.random.default_rng(SEED).permutation(len(points))[:_SAMPLE]
    distances = pairwise_distances(points[sample])
    np.fill_diagonal(distances, 0.0)
    cuts: dict[int, Cut] = {}
    for count in counts(len(drawn)):
        groups = cut_at(tree, count)
        cut = Cut(groups, _stability(drawn, halves, count), _apart(distances, groups[sample]))
        cuts.setdefault(cut.count, cut)
    return list(cuts.values())


def _halves(drawn: Array) -> list[tuple[tuple[Array, Array], ...]]:
    """Return pairs of random halves of the points, each with its own tree."""
    rng, cut = np.random.default_rng(SEED), len(drawn) // 2
    orders = [rng.permutation(len(drawn)) for _ in range(_PAIRS)]
    return [
        tuple((drawn[half], ward(drawn[half])) for half in (order[:cut], order[cut:])) for order in orders
    ]


def _stability(drawn: Array, halves: Sequence[tuple[tuple[Array, Array], ...]], count: int) -> float:
    """Return the mean agreement of the groups that pairs of random halves lead to, on all points.

    Source: Ben-Hur, Elisseeff & Guyon (2002), A Stability Based Method for Discovering Structure in Clustered
    Data.
    """
    pairs = [[nearest(drawn, half, cut_at(tree, count)) for half, tree in pair] for pair in halves]
    return float(np.mean([adjusted_rand_score(first, other) for first, other in pairs]))


def _apart(distances: Array, groups: Groups) -> float:
    several = 1 < len(np.unique(groups)) < len(groups)
    return float(silhouette_score(distances, groups, metric="precomputed")) if several else -1.0
