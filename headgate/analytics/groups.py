"""Segments of customers: k-means with a number of clusters that is reproducible on random halves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, pairwise_distances_argmin, silhouette_score

from headgate.analytics.exact_sums import ExactSums
from headgate.learning.sampling import drawn

if TYPE_CHECKING:
    from collections.abc import Sequence

    import ibis

Array = npt.NDArray[np.float64]
Words: TypeAlias = "Sequence[tuple[str, str]]"

SEED = 20_101_209
CLUSTER_COUNTS = range(3, 8)  # two clusters say no more than good and bad
MIN_MEMBERS = 50
MAX_LEARNT_FROM = 50_000  # members that shape the clusters; the rest join the nearest
STABLE = 0.8  # mean adjusted Rand index from which a partition counts as reproducible
_HALVES = 4
_SAMPLE = 2_000  # silhouettes cost the square of the members
_MARKED = 0.5  # standard deviations from the mean that are worth a word


@dataclass(frozen=True)
class Clusters:
    """The cluster of each member, 0 for the highest last value, the names of clusters, and their quality.

    Attributes:
        centres: the middle of each cluster, shape (clusters, columns); None where there is one for all
            members.
    """

    labels: npt.NDArray[np.int64]
    names: Sequence[str]
    stability: float
    silhouette: float
    centres: Array | None = None

    def nearest(self, points: Array) -> npt.NDArray[np.int64]:
        """Return the cluster that each of some other members joins."""
        if self.centres is None:
            return np.zeros(len(points), dtype=np.int64)
        return np.asarray(pairwise_distances_argmin(points, self.centres), dtype=np.int64)


def segment_rows(rows: ibis.Table, by: Sequence[str], measures: Sequence[str]) -> pd.DataFrame:
    """Return one row per member with its segment; the status says why a member has none.

    Args:
        rows: the columns `by`, which name a member, and the measures, which are summed.
    """
    exact = ExactSums.of(rows, measures)
    summed = rows.group_by([*by]).agg(**{name: exact.sum(rows[name]) for name in measures}).to_pandas()
    members: pd.DataFrame = summed.sort_values([*by], ignore_index=True)
    values = members[[*measures]].to_numpy(dtype=np.float64)
    complete = np.isfinite(values).all(axis=1)
    if not are_many(values[complete]):
        status = np.where(complete, "too_few_members", "missing_value")
        return members.assign(
            segment=None, segment_name=None, stability=np.nan, silhouette=np.nan, status=status
        )
    typical = Typical.of(values[complete])
    groups = best_partition(
        typical.scaled(values[complete]), [(f"high {name}", f"low {name}") for name in measures], "all"
    )
    number = pd.Series(np.nan, index=members.index)
    number[complete] = groups.labels
    names = dict(enumerate(groups.names))
    return members.assign(
        segment=number.astype("Int32"),
        segment_name=number.map(names).astype(object).where(complete, None),
        stability=np.where(complete, groups.stability, np.nan),
        silhouette=np.where(complete, groups.silhouette, np.nan),
        status=np.where(complete, "grouped", "missing_value"),
    )


def best_partition(points: Array, words: Words, everyone: str) -> Clusters:
    """Return the reproducible partition with the best silhouette, else the most reproducible one.

    Args:
        points: shape (members, columns), each column with mean 0 and spread 1.
        words: by column, the words for values far above and far below the mean, of which names consist.
        everyone: the name of the only cluster where there are too few members for several.
    """
    if not are_many(points):
        return Clusters(np.zeros(len(points), dtype=np.int64), [everyone], np.nan, np.nan)
    shaping = points[drawn(len(points), MAX_LEARNT_FROM, SEED)]
    best = _best([_partition(shaping, count, words) for count in CLUSTER_COUNTS])
    best = replace(best, centres=pd.DataFrame(shaping).groupby(best.labels).mean().to_numpy())
    return best if len(shaping) == len(points) else replace(best, labels=best.nearest(points))


def are_many(points: Array) -> bool:
    """Return whether at least `MIN_MEMBERS` differ.

    A small part of them shows it nearly always; sorting all of them takes long.
    """
    return any(len(np.unique(some, axis=0)) >= MIN_MEMBERS for some in (points[: 20 * MIN_MEMBERS], points))


def _best(tried: Sequence[Clusters]) -> Clusters:
    stable = [partition for partition in tried if partition.stability >= STABLE]
    if stable:
        return max(stable, key=lambda partition: partition.silhouette)
    return max(tried, key=lambda partition: partition.stability)


def _partition(points: Array, count: int, words: Words) -> Clusters:
    labels = _by_last(points, _fit(points, count, SEED).labels_)
    sample = np.random.default_rng(SEED).permutation(len(points))[:_SAMPLE]
    silhouette = (
        silhouette_score(points[sample], labels[sample]) if len(np.unique(labels[sample])) > 1 else np.nan
    )
    return Clusters(labels, _names(points, labels, words), _stability(points, count), float(silhouette))


def _fit(points: Array, count: int, seed: int) -> KMeans:
    return KMeans(count, n_init=3, random_state=seed).fit(points)


def _stability(points: Array, count: int) -> float:
    """Return the mean agreement of the partitions that pairs of random halves lead to, on all points.

    Source: Ben-Hur, Elisseeff & Guyon (2002), A Stability Based Method for Discovering Structure in Clustered
    Data.
    """
    rng = np.random.default_rng(SEED)
    orders = [rng.permutation(len(points)) for _ in range(_HALVES)]
    cut = len(points) // 2
    pairs = [
        [_fit(points[half], count, SEED).predict(points) for half in (order[:cut], order[cut:])]
        for order in orders
    ]
    return float(np.mean([adjusted_rand_score(first, other) for first, other in pairs]))


def _by_last(points: Array, labels: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:
    last = pd.Series(points[:, -1]).groupby(labels).mean()
    return np.asarray(last.rank(ascending=False).astype(np.int64).to_numpy()[labels] - 1)


def _names(points: Array, labels: npt.NDArray[np.int64], words: Words) -> list[str]:
    centres = pd.DataFrame(points).groupby(labels).mean().to_numpy()
    plain = pd.Series([_name(centre, words) for centre in centres])
    twins = plain.groupby(plain).cumcount()
    return list(plain.where(twins == 0, plain + " (" + (twins + 1).astype(str) + ")"))


def _name(centre: Array, words: Words) -> str:
    marked = [
        pair[0] if value > 0 else pair[1]
        for pair, value in zip(words, centre, strict=True)
        if abs(value) > _MARKED
    ]
    return ", ".join(marked) or "typical"


@dataclass(frozen=True)
class Typical:
    """Brings logarithms of sizes, column by column, to mean 0 and spread 1.

    A column without spread becomes 0.
    """

    mean: Array
    spread: Array

    @classmethod
    def of(cls, values: Array) -> Typical:
        """Return the means and spreads of values; shape (members, columns)."""
        logs = _logs(values)
        spread = logs.std(axis=0)
        return cls(logs.mean(axis=0), np.where(spread > 0, spread, 1.0))

    def scaled(self, values: Array) -> Array:
        """Return the values brought to these."""
        return np.asarray((_logs(values) - self.mean) / self.spread)


def _logs(values: Array) -> Array:
    """Return logarithms of sizes that keep the sign: a value of 0 is 0."""
    return np.asarray(np.sign(values) * np.log1p(np.abs(values)), dtype=np.float64)
