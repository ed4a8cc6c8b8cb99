"""The two fraud models: gradient boosting with enough known labels, else an isolation forest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit
from sklearn.ensemble import HistGradientBoostingClassifier, IsolationForest

from headgate.domains.retail.compliance_guardian.features import ALL, UNLABELLED
from headgate.learning import model_file

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pandas as pd

Array = npt.NDArray[np.float64]

SEED = 20_180_401
MIN_FRAUDS = 30
MIN_TRANSACTIONS = 1_000
MAX_HONEST = (
    50_000  # more honest transactions teach little; the share that is left out is put back into the odds
)
MAX_FRAUDS = 50_000  # as many; see docs/adr/0093-fraud-features-on-disk.md
MAX_SHUFFLED = 5_000_000  # numbers that a sample is drawn from by shuffling all of them
# Settings of the boosting by recipe; the first is in charge until another wins a contest.
RECIPES: Mapping[str, Mapping[str, int]] = {
    "boosting_8_leaves": {"max_leaf_nodes": 8, "max_iter": 120},
    "boosting_24_leaves": {"max_leaf_nodes": 24, "max_iter": 60},
}
FIRST = next(iter(RECIPES))
BOOSTING = "gradient_boosting"
TREES = 100  # of the isolation forest
UNKNOWN, HONEST, FRAUD = -1, 0, 1
"""What is known of a transaction's truth."""
_CERTAIN = 1e-6
_UNKNOWN = -1.0  # the forest takes no nulls
_NAIVE_RULE = "amount_to_usual"
EXPECTED_FRAUD_SHARE = 0.005
"""Share of transactions that are expected to be fraud before labels say more."""
_EXPECTED_ROWS = 1_000  # labels that count as much as the expected share
# Of the frauds, the share t ** 0.3 is among the share t of the strangest transactions; see
# docs/adr/0030-fraud-features.md.
_CONCENTRATION = 0.3
_FOREST_WEIGHT = 2.0  # beside the naive rule, which has 1; see docs/adr/0030-fraud-features.md
_BATCH_ROWS = 100_000  # scored at once
_SEARCHED_ROWS = 1_000_000  # whose places are in memory at once


class FraudModel(Protocol):
    """A fitted model. `strength` grows with suspicion; reasons are given in its unit."""

    @property
    def name(self) -> str:
        """The model's name in the tables."""

    @property
    def columns(self) -> Sequence[str]:
        """The features that it looks at."""

    @property
    def reference(self) -> pd.Series[float]:
        """The typical transaction, by feature."""

    def strength(self, points: pd.DataFrame) -> Array:
        """Return log-odds, or strangeness; shape (transactions,)."""

    def scores(self, points: pd.DataFrame) -> Array:
        """Return the scores, 0 to 1; shape (transactions,)."""

    def scores_of(self, strength: Array) -> Array:
        """Return the scores of transactions that are scored together, from the strength of each."""


@dataclass(frozen=True)
class Boosting:
    """Gradient boosting over `columns`; scores are probabilities. `reference` is the typical transaction.

    `honest_share` is that of `honest_share` for the sample that it learnt from.
    """

    classifier: Any
    columns: Sequence[str]
    reference: pd.Series[float]
    honest_share: float = 1.0
    recipe: str = FIRST
    name: str = BOOSTING

    def strength(self, points: pd.DataFrame) -> Array:
        """Return the log-odds of fraud.

        Source: Dal Pozzolo, Caelen, Johnson & Bontempi (2015), Calibrating Probability with Undersampling,
        eq. 4.
        """
        sampled = _in_batches(
            lambda some: self.classifier.predict_proba(_matrix(some, self.columns))[:, 1], points
        )
        return np.asarray(logit(np.clip(sampled, _CERTAIN, 1 - _CERTAIN)) + np.log(self.honest_share))

    def scores(self, points: pd.DataFrame) -> Array:
        """Return the probability of fraud."""
        return self.scores_of(self.strength(points))

    def scores_of(self, strength: Array) -> Array:
        """Return the probability of fraud, from log-odds."""
        return np.asarray(expit(strength))

    def state(self) -> dict[str, Any]:
        """Return the parts of the model, as they are stored."""
        return {
            **vars(self),
            "columns": list(self.columns),
            "reference": model_file.series_state(self.reference),
        }

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Boosting:
        """Return the model of a state."""
        return cls(**{**state, "reference": model_file.series_of_state(state["reference"])})


@dataclass(frozen=True)
class Isolation:
    """Isolation forest combined with the naive rule.

    The scores are probabilities: the expected share of fraud, distributed by the ranks of the anomaly among
    the transactions that are scored together.

    Attributes:
        fraud_share: the expected share of fraud.
        seen: the training transactions' anomaly by the forest, and their amounts relative to usual ones;
            ascending.
    """

    forest: Any
    columns: Sequence[str]
    reference: pd.Series[float]
    seen: tuple[Array, Array]
    fraud_share: float = EXPECTED_FRAUD_SHARE
    name: str = "isolation_forest"

    def strength(self, points: pd.DataFrame) -> Array:
        """Return how rare a transaction is by the forest and by the naive rule together.

        Source: Fisher (1925), Statistical Methods for Research Workers, section 21.1: the sum of the
        logarithms of probabilities.
        """
        isolated, unusual = map(_rarity, self.seen, _strangeness(self.forest, points, self.columns))
        return _FOREST_WEIGHT * isolated + unusual

    def scores(self, points: pd.DataFrame) -> Array:
        """Return the probability of fraud by rank."""
        return self.scores_of(self.strength(points))

    def scores_of(self, strength: Array) -> Array:
        """Return the probability of fraud by rank, from strangeness; equally strange ones have the same."""
        ordered = np.sort(strength)
        stranger, as_strange = (
            1 - np.searchsorted(ordered, strength, side=side) / len(strength) for side in ("right", "left")
        )
        fraud_part = as_strange**_CONCENTRATION - stranger**_CONCENTRATION  # share of the frauds
        return np.asarray(expit(logit(self.fraud_share) + np.log(fraud_part / (as_strange - stranger))))


def expected_fraud_share(honest: int, frauds: int) -> float:
    """Return the share of fraud to expect with few labels: the declared one, shrunk towards theirs."""
    return (frauds + EXPECTED_FRAUD_SHARE * _EXPECTED_ROWS) / (honest + frauds + _EXPECTED_ROWS)


def is_enough(labels: npt.NDArray[np.int8]) -> bool:
    """Return whether the labels, FRAUD, HONEST or UNKNOWN by place, carry a supervised model."""
    return are_enough(*(int((labels == kind).sum()) for kind in (HONEST, FRAUD)))


def are_enough(honest: int, frauds: int) -> bool:
    """Return whether so many labels carry a supervised model."""
    return honest + frauds >= MIN_TRANSACTIONS and min(honest, frauds) >= MIN_FRAUDS


def boosting(
    points: pd.DataFrame, labels: pd.Series[bool], columns: Sequence[str] = ALL, recipe: str = FIRST
) -> Boosting:
    """Return a model of the labelled transactions; of a sample of them where there are very many."""
    fraud = labels.to_numpy(dtype=np.bool_)
    kinds = np.where(fraud, FRAUD, HONEST).astype(np.int8)
    kept = sample(kinds)
    return boosting_of_sample(points.iloc[kept], fraud[kept], honest_share(kinds, kept), columns, recipe)


def boosting_of_sample(
    points: pd.DataFrame,
    fraud: npt.NDArray[np.bool_],
    honest_share: float,
    columns: Sequence[str] = ALL,
    recipe: str = FIRST,
) -> Boosting:
    """Fit `boosting` to the transactions of a `sample`."""
    classifier = HistGradientBoostingClassifier(
        learning_rate=0.05,
        **RECIPES[recipe],
        l2_regularization=10.0,
        max_features=0.5,
        early_stopping=False,
        random_state=SEED,
    )
    columns = [
        name for name in columns if points[name].notna().any()
    ]  # the classifier takes no column without a value
    fitted = classifier.fit(_matrix(points, columns), fraud)
    return Boosting(fitted, columns, typical(points[list(columns)]), honest_share, recipe)


def typical(points: pd.DataFrame) -> pd.Series[float]:
    """Return the median of each feature; not known where most transactions do not have it."""
    return points.median().where(points.notna().mean() >= 0.5)  # noqa: PLR2004 half of them


def isolation(points: pd.DataFrame, fraud_share: float = EXPECTED_FRAUD_SHARE) -> Isolation:
    """Return a forest over the transactions as they are; it needs no label."""
    points = points.tail(MAX_HONEST)
    forest = IsolationForest(n_estimators=TREES, random_state=SEED)
    fitted = forest.fit(np.nan_to_num(_matrix(points, UNLABELLED), nan=_UNKNOWN))
    isolated, unusual = _strangeness(fitted, points, UNLABELLED)
    seen = np.sort(isolated), np.sort(unusual)
    return Isolation(fitted, UNLABELLED, typical(points[list(UNLABELLED)]), seen, fraud_share)


def _strangeness(forest: Any, points: pd.DataFrame, columns: Sequence[str]) -> tuple[Array, Array]:  # noqa: ANN401 scikit-learn ships no types
    """Return how strange transactions are, by the forest and by the naive rule, where no past is usual."""
    isolated = -_in_batches(
        lambda some: forest.score_samples(np.nan_to_num(_matrix(some, columns), nan=_UNKNOWN)), points
    )
    return isolated, np.nan_to_num(_matrix(points, [_NAIVE_RULE])[:, 0], nan=1.0)


def _rarity(seen: Array, values: Array) -> Array:
    """Return minus the log share of the seen transactions that are as strange, this one included."""
    as_strange = len(seen) - np.searchsorted(seen, values, side="left")
    return np.asarray(-np.log((as_strange + 1) / (len(seen) + 1)), dtype=np.float64)


def sample(labels: npt.NDArray[np.int8]) -> npt.NDArray[np.int64]:
    """Return places of the labelled transactions to learn from, in order.

    Args:
        labels: FRAUD, HONEST or UNKNOWN, by place.
    """
    counts = {kind: int(np.count_nonzero(labels == kind)) for kind in (HONEST, FRAUD)}
    mosts = {HONEST: MAX_HONEST, FRAUD: MAX_FRAUDS}
    return np.sort(
        np.concatenate([_places(labels, kind, _drawn(counts[kind], most)) for kind, most in mosts.items()])
    )


def honest_share(labels: npt.NDArray[np.int8], places: npt.NDArray[np.int64]) -> float:
    """Return the sampled share of the honest transactions over the sampled share of the frauds.

    Args:
        labels: as for `sample`, with both honest transactions and frauds.
    """
    drawn = labels[places]
    honest, frauds = (
        np.count_nonzero(drawn == kind) / np.count_nonzero(labels == kind) for kind in (HONEST, FRAUD)
    )
    return honest / frauds


def _drawn(count: int, most: int) -> npt.NDArray[np.int64]:
    """Draw at most so many of the numbers below `count`, in order, each as likely as any other."""
    if count <= most:
        return np.arange(count)
    rng = np.random.default_rng(SEED)
    if count > MAX_SHUFFLED:
        return np.sort(
            rng.choice(count, most, replace=False, shuffle=False)
        )  # Floyd's way: nothing for each of `count`
    shuffled = np.arange(count, dtype=np.int32)
    rng.shuffle(shuffled)
    return np.sort(shuffled[:most].astype(np.int64))


def _places(labels: npt.NDArray[np.int8], kind: int, numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return where the labels of a kind with these numbers are; the first of a kind has number 0."""
    places, before = [np.empty(0, dtype=np.int64)], 0
    for start in range(0, len(labels), _SEARCHED_ROWS):
        own = np.flatnonzero(labels[start : start + _SEARCHED_ROWS] == kind)
        first, after = np.searchsorted(numbers, [before, before + len(own)])
        places.append(start + own[numbers[first:after] - before])
        before += len(own)
    return np.concatenate(places)


def _in_batches(score: Callable[[pd.DataFrame], Array], points: pd.DataFrame) -> Array:
    """Return each transaction's score; computed in parts, because all features at once fill the memory."""
    starts = range(0, max(1, len(points)), _BATCH_ROWS)
    return np.concatenate(
        [np.asarray(score(points.iloc[start : start + _BATCH_ROWS]), dtype=np.float64) for start in starts]
    )


def _matrix(points: pd.DataFrame, columns: Sequence[str]) -> Array:
    return points[list(columns)].to_numpy(dtype=np.float64, na_value=np.nan)
