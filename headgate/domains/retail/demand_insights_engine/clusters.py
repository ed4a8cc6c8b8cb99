"""Groups of customers that the data itself shows: k-means with as many clusters as come out the same on every half."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, pairwise_distances_argmin, silhouette_score

from headgate.learning.sampling import drawn

if TYPE_CHECKING:
    from collections.abc import Sequence

Array = npt.NDArray[np.float64]

SEED = 20_101_209
CLUSTER_COUNTS = range(3, 8)  # two clusters say no more than good and bad
MIN_CUSTOMERS = 50
MAX_LEARNT_FROM = 50_000  # customers that shape the clusters; the rest join the nearest
STABLE = 0.8  # mean adjusted Rand index from which a partition counts as reproducible
_HALVES = 4
_SAMPLE = 2_000  # silhouettes cost the square of the customers
_MARKED = 0.5  # standard deviations from the mean that are worth a word


@dataclass(frozen=True)
class Clusters:
    """Cluster per customer, 0 the one with the highest spend, and names per cluster, with how good the partition is.

    Attributes:
        centres: the middle of each cluster, shape (clusters, 3); None where there is one for all customers.
    """

    labels: npt.NDArray[np.int64]
    names: Sequence[str]
    stability: float
    silhouette: float
    centres: Array | None = None

    def nearest(self, points: Array) -> npt.NDArray[np.int64]:
        """The cluster that each of some other customers joins."""
        if self.centres is None:
            return np.zeros(len(points), dtype=np.int64)
        return np.asarray(pairwise_distances_argmin(points, self.centres), dtype=np.int64)


def best_partition(points: Array) -> Clusters:
    """The partition with the best silhouette among the reproducible ones; the most reproducible where none is.

    Args:
        points: shape (customers, 3): recency, frequency, spend; each with mean 0 and spread 1.
    """
    if not _are_many(points):
        return Clusters(np.zeros(len(points), dtype=np.int64), ["all customers"], np.nan, np.nan)
    shaping = points[drawn(len(points), MAX_LEARNT_FROM, SEED)]
    best = _best([_partition(shaping, count) for count in CLUSTER_COUNTS])
    best = replace(best, centres=pd.DataFrame(shaping).groupby(best.labels).mean().to_numpy())
    return best if len(shaping) == len(points) else replace(best, labels=best.nearest(points))


def _are_many(points: Array) -> bool:
    """At least `MIN_CUSTOMERS` differ. A small part of them shows it nearly always; sorting all of them takes long."""
    return any(len(np.unique(some, axis=0)) >= MIN_CUSTOMERS for some in (points[: 20 * MIN_CUSTOMERS], points))


def _best(tried: Sequence[Clusters]) -> Clusters:
    stable = [partition for partition in tried if partition.stability >= STABLE]
    if stable:
        return max(stable, key=lambda partition: partition.silhouette)
    return max(tried, key=lambda partition: partition.stability)


def _partition(points: Array, count: int) -> Clusters:
    labels = _by_spend(points, _fit(points, count, SEED).labels_)
    sample = np.random.default_rng(SEED).permutation(len(points))[:_SAMPLE]
    silhouette = silhouette_score(points[sample], labels[sample]) if len(np.unique(labels[sample])) > 1 else np.nan
    return Clusters(labels, _names(points, labels), _stability(points, count), float(silhouette))


def _fit(points: Array, count: int, seed: int) -> KMeans:
    return KMeans(count, n_init=3, random_state=seed).fit(points)


def _stability(points: Array, count: int) -> float:
    """Mean agreement of the partitions that pairs of random halves lead to, on all points.

    Source: Ben-Hur, Elisseeff & Guyon (2002), A Stability Based Method for Discovering Structure in Clustered Data.
    """
    rng = np.random.default_rng(SEED)
    orders = [rng.permutation(len(points)) for _ in range(_HALVES)]
    cut = len(points) // 2
    pairs = [[_fit(points[half], count, SEED).predict(points) for half in (order[:cut], order[cut:])] for order in orders]
    return float(np.mean([adjusted_rand_score(first, other) for first, other in pairs]))


def _by_spend(points: Array, labels: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:
    spend = pd.Series(points[:, 2]).groupby(labels).mean()
    return np.asarray(spend.rank(ascending=False).astype(np.int64).to_numpy()[labels] - 1)


def _names(points: Array, labels: npt.NDArray[np.int64]) -> list[str]:
    centres = pd.DataFrame(points).groupby(labels).mean().to_numpy()
    plain = pd.Series([_name(centre) for centre in centres])
    twins = plain.groupby(plain).cumcount()
    return list(plain.where(twins == 0, plain + " (" + (twins + 1).astype(str) + ")"))


def _name(centre: Array) -> str:
    words = (("long silent", "recent"), ("frequent", "rare"), ("high spend", "low spend"))
    marked = [pair[0] if value > 0 else pair[1] for pair, value in zip(words, centre, strict=True) if abs(value) > _MARKED]
    return ", ".join(marked) or "typical"
