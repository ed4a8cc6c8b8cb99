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
    def reference(self) -> pd.Series[float]:
        """The typical transaction, by feature."""
        ...

    def strength(self, points: pd.DataFrame) -> Array:
        """Shape (transactions,): log-odds, or strangeness."""
        ...

    def scores(self, points: pd.DataFrame) -> Array:
        """Shape (transactions,), 0 to 1."""
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
        return np.asarray(expit(self.strength(points)))

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
        strength = self.strength(points)
        return np.searchsorted(np.sort(strength), strength, side="right") / len(strength)


def is_enough(labels: pd.Series[bool]) -> bool:
    """The labels carry a supervised model."""
    return len(labels) >= MIN_TRANSACTIONS and MIN_FRAUDS <= int(labels.sum()) <= len(labels) - MIN_FRAUDS


def boosting(
    points: pd.DataFrame,
    labels: pd.Series[bool],
    columns: Sequence[str] = ALL,
    among: npt.NDArray[np.intp] | None = None,
    recipe: str = FIRST,
) -> Boosting:
    """A model of the labelled transactions: of every fraud, and of a sample of the honest ones where there are very many.

    Args:
        among: the places of the labelled ones in `points`; all of them, unless given.
        recipe: one of `RECIPES`.
    """
    fraud = labels.to_numpy(dtype=np.bool_)
    kept = _thinned(fraud)
    points, honest_share = points.iloc[kept if among is None else among[kept]], float((~fraud[kept]).sum() / (~fraud).sum())
    classifier = HistGradientBoostingClassifier(
        learning_rate=0.05,
        **RECIPES[recipe],
        l2_regularization=10.0,
        max_features=0.5,
        early_stopping=False,
        random_state=SEED,
    )
    columns = [name for name in columns if points[name].notna().any()]  # the classifier takes no column without a value
    fitted = classifier.fit(_matrix(points, columns), fraud[kept])
    return Boosting(fitted, columns, points[list(columns)].median(), honest_share, recipe)


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


def _thinned(fraud: npt.NDArray[np.bool_]) -> npt.NDArray[np.intp]:
    """Places of the transactions to learn from, in order."""
    honest, defrauded = np.flatnonzero(~fraud), np.flatnonzero(fraud)
    drawn = np.random.default_rng(SEED).permutation(honest)[:MAX_HONEST]
    return np.sort(np.concatenate([drawn, defrauded]))


def _in_batches(score: Callable[[pd.DataFrame], Array], points: pd.DataFrame) -> Array:
    """The score of each transaction, which depends on no other: the features of all as one matrix would be in memory twice."""
    starts = range(0, max(1, len(points)), _BATCH_ROWS)
    return np.concatenate([np.asarray(score(points.iloc[start : start + _BATCH_ROWS]), dtype=np.float64) for start in starts])


def _matrix(points: pd.DataFrame, columns: Sequence[str]) -> Array:
    return points[list(columns)].to_numpy(dtype=np.float64, na_value=np.nan)
