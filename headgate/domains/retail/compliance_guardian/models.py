"""The two models of fraud: gradient boosting where enough labels are known, an isolation forest where they are not."""

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
MAX_HONEST = 50_000  # more honest transactions teach little; the share that is left out is put back into the odds
# Settings of the boosting by recipe; the first is in charge until another wins a contest.
RECIPES: Mapping[str, Mapping[str, int]] = {
    "boosting_8_leaves": {"max_leaf_nodes": 8, "max_iter": 120},
    "boosting_24_leaves": {"max_leaf_nodes": 24, "max_iter": 60},
}
FIRST = next(iter(RECIPES))
UNKNOWN, HONEST, FRAUD = -1, 0, 1
"""What is known of a transaction's truth."""
_INT32 = 2**31
_CERTAIN = 1e-6
_UNKNOWN = -1.0  # the forest takes no nulls
_NAIVE_RULE = "amount_to_usual"
_FOREST_WEIGHT = 2.0  # beside the naive rule, which has 1; see docs/adr/0030-fraud-features.md
_BATCH_ROWS = 100_000  # scored at once


class FraudModel(Protocol):
    """A fitted model. `strength` grows with suspicion; reasons are given in its unit."""

    @property
    def name(self) -> str:
        """What the tables call it."""
        ...

    @property
    def columns(self) -> Sequence[str]:
        """The features that it looks at."""
        ...

    @property
    def reference(self) -> pd.Series[float]:
        """The typical transaction, by feature."""
        ...

    def strength(self, points: pd.DataFrame) -> Array:
        """Shape (transactions,): log-odds, or strangeness."""
        ...

    def scores(self, points: pd.DataFrame) -> Array:
        """Shape (transactions,), 0 to 1."""
        ...

    def scores_of(self, strength: Array) -> Array:
        """The scores of transactions that are scored together, from the strength of each."""
        ...


@dataclass(frozen=True)
class Boosting:
    """Gradient boosting over `columns`; scores are probabilities. `reference` is the typical transaction.

    `honest_share` is the share of the honest transactions that it learnt from.
    """

    classifier: Any
    columns: Sequence[str]
    reference: pd.Series[float]
    honest_share: float = 1.0
    recipe: str = FIRST
    name: str = "gradient_boosting"

    def strength(self, points: pd.DataFrame) -> Array:
        """Log-odds of fraud.

        Source: Dal Pozzolo, Caelen, Johnson & Bontempi (2015), Calibrating Probability with Undersampling, eq. 4.
        """
        sampled = _in_batches(lambda some: self.classifier.predict_proba(_matrix(some, self.columns))[:, 1], points)
        return np.asarray(logit(np.clip(sampled, _CERTAIN, 1 - _CERTAIN)) + np.log(self.honest_share))

    def scores(self, points: pd.DataFrame) -> Array:
        """Probability of fraud."""
        return self.scores_of(self.strength(points))

    def scores_of(self, strength: Array) -> Array:
        """Probability of fraud, from log-odds."""
        return np.asarray(expit(strength))

    def state(self) -> dict[str, Any]:
        """What the model consists of, as it is stored."""
        return {**vars(self), "columns": list(self.columns), "reference": model_file.series_state(self.reference)}

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Boosting:
        """The model of a state."""
        return cls(**{**state, "reference": model_file.series_of(state["reference"])})


@dataclass(frozen=True)
class Isolation:
    """Isolation forest beside the naive rule; scores are ranks of strangeness among the transactions scored together.

    Attributes:
        seen: strangeness by the forest, and amounts against the usual ones, of the transactions that it learnt from; ascending.
    """

    forest: Any
    columns: Sequence[str]
    reference: pd.Series[float]
    seen: tuple[Array, Array]
    name: str = "isolation_forest"

    def strength(self, points: pd.DataFrame) -> Array:
        """How rare a transaction is by the forest and by the naive rule together.

        Source: Fisher (1925), Statistical Methods for Research Workers, section 21.1: the sum of the logarithms of probabilities.
        """
        isolated, unusual = map(_rarity, self.seen, _strangeness(self.forest, points, self.columns))
        return _FOREST_WEIGHT * isolated + unusual

    def scores(self, points: pd.DataFrame) -> Array:
        """Share of the transactions that are no stranger."""
        return self.scores_of(self.strength(points))

    def scores_of(self, strength: Array) -> Array:
        """Share of the transactions that are no stranger, from their strangeness."""
        return np.searchsorted(np.sort(strength), strength, side="right") / len(strength)


def is_enough(labels: npt.NDArray[np.int8]) -> bool:
    """The labels, FRAUD, HONEST or UNKNOWN by place, carry a supervised model."""
    honest, frauds = (int((labels == kind).sum()) for kind in (HONEST, FRAUD))
    return honest + frauds >= MIN_TRANSACTIONS and min(honest, frauds) >= MIN_FRAUDS


def boosting(points: pd.DataFrame, labels: pd.Series[bool], columns: Sequence[str] = ALL, recipe: str = FIRST) -> Boosting:
    """A model of the labelled transactions: of every fraud, and of a sample of the honest ones where there are very many.

    Args:
        recipe: one of `RECIPES`.
    """
    fraud = labels.to_numpy(dtype=np.bool_)
    kept = sample(np.where(fraud, FRAUD, HONEST).astype(np.int8))
    return boosting_of_sample(points.iloc[kept], fraud[kept], int((~fraud).sum()), columns, recipe)


def boosting_of_sample(
    points: pd.DataFrame, fraud: npt.NDArray[np.bool_], honest: int, columns: Sequence[str] = ALL, recipe: str = FIRST
) -> Boosting:
    """As `boosting`, for the transactions of a `sample`.

    Args:
        honest: how many honest transactions the sample was drawn from.
    """
    classifier = HistGradientBoostingClassifier(
        learning_rate=0.05,
        **RECIPES[recipe],
        l2_regularization=10.0,
        max_features=0.5,
        early_stopping=False,
        random_state=SEED,
    )
    columns = [name for name in columns if points[name].notna().any()]  # the classifier takes no column without a value
    fitted = classifier.fit(_matrix(points, columns), fraud)
    return Boosting(fitted, columns, points[list(columns)].median(), float((~fraud).sum() / honest), recipe)


def isolation(points: pd.DataFrame, columns: Sequence[str] = UNLABELLED) -> Isolation:
    """A forest over the transactions as they are; it needs no label."""
    points = points.tail(MAX_HONEST)
    forest = IsolationForest(n_estimators=100, random_state=SEED)
    fitted = forest.fit(np.nan_to_num(_matrix(points, columns), nan=_UNKNOWN))
    isolated, unusual = _strangeness(fitted, points, columns)
    return Isolation(fitted, columns, points[list(columns)].median(), (np.sort(isolated), np.sort(unusual)))


def _strangeness(forest: Any, points: pd.DataFrame, columns: Sequence[str]) -> tuple[Array, Array]:  # noqa: ANN401 scikit-learn ships no types
    """By the forest, and by the naive rule, to which an amount of a customer without a past is a usual one."""
    isolated = -_in_batches(lambda some: forest.score_samples(np.nan_to_num(_matrix(some, columns), nan=_UNKNOWN)), points)
    return isolated, np.nan_to_num(_matrix(points, [_NAIVE_RULE])[:, 0], nan=1.0)


def _rarity(seen: Array, values: Array) -> Array:
    """Minus the logarithm of the share of the transactions seen that are as strange, the one in question counted among them."""
    as_strange = len(seen) - np.searchsorted(seen, values, side="left")
    return np.asarray(-np.log((as_strange + 1) / (len(seen) + 1)), dtype=np.float64)


def sample(labels: npt.NDArray[np.int8]) -> npt.NDArray[np.int64]:
    """Places of the labelled transactions to learn from, in order.

    Args:
        labels: FRAUD, HONEST or UNKNOWN, by place.
    """
    honest = int((labels == HONEST).sum())
    drawn = np.arange(honest, dtype=np.int32 if honest < _INT32 else np.int64)  # four bytes for each of millions
    np.random.default_rng(SEED).shuffle(drawn)
    drawn = drawn[:MAX_HONEST].copy()
    return np.sort(np.concatenate([np.flatnonzero(labels == HONEST)[drawn], np.flatnonzero(labels == FRAUD)]))


def _in_batches(score: Callable[[pd.DataFrame], Array], points: pd.DataFrame) -> Array:
    """The score of each transaction, which depends on no other: the features of all as one matrix would be in memory twice."""
    starts = range(0, max(1, len(points)), _BATCH_ROWS)
    return np.concatenate([np.asarray(score(points.iloc[start : start + _BATCH_ROWS]), dtype=np.float64) for start in starts])


def _matrix(points: pd.DataFrame, columns: Sequence[str]) -> Array:
    return points[list(columns)].to_numpy(dtype=np.float64, na_value=np.nan)
