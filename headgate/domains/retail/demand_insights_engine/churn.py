"""The chance that a customer leaves: a calibrated ensemble, its reasons, and where an offer pays."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import brentq
from scipy.special import expit, logit
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import HistGradientBoostingClassifier, VotingClassifier
from sklearn.model_selection import StratifiedKFold

from headgate.domains.retail.demand_insights_engine import replaced_columns
from headgate.domains.retail.demand_insights_engine.learnt_customers import sum_of
from headgate.domains.retail.margin import MARGIN_SHARE
from headgate.learning import model_file, preprocessing
from headgate.learning.calibration import bins_of
from headgate.learning.feature_drift import DriftWatch
from headgate.learning.linear_model import RowwiseLogisticRegression
from headgate.learning.sampling import drawn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from headgate.engines.stored_rows import StoredRows

    Recipe = Callable[[Sequence[str], Sequence[str]], Any]  # names of numbers and of codes → a classifier

Array = npt.NDArray[np.float64]
Labels = npt.NDArray[np.bool_]

SEED = 20_101_209
MIN_CUSTOMERS = 100
MIN_OF_EACH_KIND = 20  # customers who left, and customers who stayed
MAX_LEARNT_FROM = 50_000  # more customers teach little
_FOLDS = 3  # that calibrate: one number is learnt from them
_AT_ONCE = 16_384  # customers scored together: what the steps make of them stays in a core's cache
_CERTAIN = 1e-4  # no probability is nearer to 0 or 1
_MAX_SHIFT = 20.0  # of log-odds; beyond it every probability is 0 or 1

# The stated costs of a win-back offer. A person reached who would have left comes back once with this chance.
OFFER_COST_GBP = 1.0
OFFER_SUCCESS = 0.10
NO_OFFER = 1.0  # threshold when no probability earned anything
EVERYBODY = 0.0  # threshold of the naive rule, an offer to each customer


@dataclass(frozen=True)
class ChurnModel:
    """A fitted classifier over `columns`.

    Attributes:
        recipe: one of `RECIPES`.
        reference: the typical customer who stays, for the drivers of a prediction.
        watch: the distributions of the columns in the training data.
        shift: added to the log-odds of leaving, so that the expected number of buyers agrees with the shop's
            last year.
    """

    recipe: str
    classifier: Any
    columns: Sequence[str]
    reference: pd.Series[float]
    watch: DriftWatch
    shift: float = 0.0

    def probability(self, customers: pd.DataFrame) -> Array:
        """Return probability that each customer leaves, never 0 or 1."""
        return self.after_shift(self.unshifted([customers]))

    def probability_of(self, customers: StoredRows) -> Array:
        """Return `probability` of customers on disk."""
        return self.after_shift(self.unshifted(customers.parts(self.columns)))

    def unshifted(self, customers: Iterable[pd.DataFrame]) -> Array:
        """Return `probability` before the shift, of customers that come some at a time."""
        return np.concatenate([np.empty(0), *self.unshifted_parts(customers)])

    def unshifted_parts(self, customers: Iterable[pd.DataFrame]) -> Iterator[Array]:
        """Yield `unshifted`, some at a time."""
        points = (
            some.iloc[start : start + _AT_ONCE]
            for some in customers
            for start in range(0, len(some), _AT_ONCE)
        )
        return (_uncertain(self.classifier.predict_proba(part[list(self.columns)])[:, 1]) for part in points)

    def after_shift(self, unshifted: Array) -> Array:
        """Return the probabilities that `unshifted` became by the shift."""
        return moved(unshifted, self.shift)

    def shifted(self, by: float) -> ChurnModel:
        """Return the model with other log-odds for everybody."""
        return replace(self, shift=by)

    def state(self) -> dict[str, Any]:
        """Return the parts of the model, as they are stored."""
        return {
            **vars(self),
            "columns": list(self.columns),
            "reference": model_file.series_state(self.reference),
        }

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> ChurnModel:
        """Return the model of a state."""
        return cls(
            **{
                **state,
                "columns": tuple(state["columns"]),
                "reference": model_file.series_of_state(state["reference"]),
            }
        )


def is_enough(left: Labels) -> bool:
    """Return whether the labels carry a model."""
    return len(left) >= MIN_CUSTOMERS and MIN_OF_EACH_KIND <= left.sum() <= len(left) - MIN_OF_EACH_KIND


def classifier(numeric: Sequence[str], categorical: Sequence[str] = ()) -> Any:  # noqa: ANN401 scikit-learn ships no types
    """Return the mean of splines, products and small boosted trees, calibrated on folds not fitted on."""
    members = {"splines": _splines, "trees": _trees, "products": _products}
    together = VotingClassifier(
        [(name, member(numeric, categorical)) for name, member in members.items()], voting="soft"
    )
    return _calibrated(together)


def splines(numeric: Sequence[str], categorical: Sequence[str] = ()) -> Any:  # noqa: ANN401 as above
    """Return the logistic regression alone, calibrated: simpler, and fitted in a fraction of the time."""
    return _calibrated(_splines(numeric, categorical))


def boosting(numeric: Sequence[str], categorical: Sequence[str] = ()) -> Any:  # noqa: ANN401 as above
    """Return calibrated boosted trees with scikit-learn's defaults, for interactions."""
    columns = preprocessing.columns(numeric, "passthrough", categorical, preprocessing.number_categories())
    return _calibrated(
        preprocessing.chain(columns, HistGradientBoostingClassifier(early_stopping=False, random_state=SEED))
    )


def silence_rule(numeric: Sequence[str], categorical: Sequence[str] = ()) -> Any:  # noqa: ANN401 as above
    """Return the naive rule: long silence stays silence. A logistic curve gives it probabilities."""
    del numeric, categorical
    return preprocessing.chain(
        preprocessing.columns(["silence"], preprocessing.scale(preprocessing.Scale.STANDARD, seed=SEED)),
        RowwiseLogisticRegression(),
    )


# The first is in charge until another wins a contest; the naive rule is published where it does best.
NAIVE = "silence_rule"
RECIPES: Mapping[str, Recipe] = {
    "calibrated_ensemble": classifier,
    "calibrated_splines": splines,
    "calibrated_boosting": boosting,
    NAIVE: silence_rule,
}
FIRST = next(iter(RECIPES))


def _calibrated(model: Any) -> Any:  # noqa: ANN401 as above
    folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=SEED)
    return CalibratedClassifierCV(model, method="temperature", cv=folds, ensemble=False)


def _products(numeric: Sequence[str], categorical: Sequence[str]) -> Any:  # noqa: ANN401 as above
    """Return products of logarithms: a long silence means more after many purchases."""
    standard = preprocessing.scale(preprocessing.Scale.STANDARD, seed=SEED)
    again = preprocessing.scale(preprocessing.Scale.STANDARD, seed=SEED)
    terms = preprocessing.chain(preprocessing.logarithms(), standard, preprocessing.column_products(), again)
    columns = preprocessing.columns(numeric, terms, categorical, preprocessing.encode())
    return preprocessing.chain(columns, RowwiseLogisticRegression(C=0.02, max_iter=2_000))


def _splines(numeric: Sequence[str], categorical: Sequence[str]) -> Any:  # noqa: ANN401 as above
    smooth = preprocessing.chain(
        preprocessing.scale(preprocessing.Scale.RANK, seed=SEED), preprocessing.bend()
    )
    columns = preprocessing.columns(numeric, smooth, categorical, preprocessing.encode())
    return preprocessing.chain(columns, RowwiseLogisticRegression(C=0.3, max_iter=2_000))


def _trees(numeric: Sequence[str], categorical: Sequence[str]) -> Any:  # noqa: ANN401 scikit-learn ships no types
    columns = preprocessing.columns(numeric, "passthrough", categorical, preprocessing.number_categories())
    boosted = HistGradientBoostingClassifier(
        learning_rate=0.05,
        max_iter=200,
        max_leaf_nodes=4,
        min_samples_leaf=40,
        l2_regularization=5.0,
        max_features=0.2,
        early_stopping=False,
        random_state=SEED,
    )
    return preprocessing.chain(columns, boosted)


@dataclass(frozen=True)
class TrainingSet:
    """The customers that recipes learn from.

    Attributes:
        points, left: `MAX_LEARNT_FROM` of the customers, or all where they are not more.
        reference: the median of the customers who stayed: against all customers, few would have a driver in a
            shop where most leave.
        watch: how the columns are distributed, of all customers.
    """

    points: pd.DataFrame
    left: Labels
    reference: pd.Series[float]
    watch: DriftWatch


def training_set(points: pd.DataFrame, left: Labels) -> TrainingSet:
    """Return the training set of customers who left or stayed; all their columns are numbers."""
    learnt = drawn(len(points), MAX_LEARNT_FROM, SEED)
    # Column by column: a frame's median copies all of it.
    reference = pd.Series({name: points[name].to_numpy()[~left].astype(np.float64) for name in points}).map(
        np.median
    )
    return TrainingSet(points.iloc[learnt], left[learnt], reference, DriftWatch().fit(points))


def fit(some: TrainingSet, recipe: str = FIRST) -> ChurnModel:
    """Return a model of who left."""
    columns = tuple(some.points.columns)
    return ChurnModel(
        recipe, RECIPES[recipe](columns, ()).fit(some.points, some.left), columns, some.reference, some.watch
    )


def _uncertain(probability: Array) -> Array:
    """Return the probabilities, never 0 or 1."""
    return np.asarray(np.clip(probability, _CERTAIN, 1 - _CERTAIN), dtype=np.float64)


def moved(probability: Array, by: float) -> Array:
    """Return the probabilities with `by` added to their log-odds, never 0 or 1."""
    return np.asarray(np.clip(expit(logit(probability) + by), _CERTAIN, 1 - _CERTAIN), dtype=np.float64)


def shift_to(probability: Callable[[], Iterable[Array]], count: int, buyers: float) -> float:
    """Return the shift of everybody's log-odds of leaving at which `buyers` customers are expected to buy.

    Args:
        probability: gives the probabilities of `count` customers, some at a time, as often as it is called.
    """
    wanted = float(np.clip(buyers, _CERTAIN * count, (1 - _CERTAIN) * count))

    def bought(by: float) -> float:
        return sum_of(1 - expit(logit(part) + by) for part in probability())

    return float(brentq(lambda by: bought(by) - wanted, -_MAX_SHIFT, _MAX_SHIFT))


def contributions(model: ChurnModel, customers: pd.DataFrame, probability: Array) -> Array:
    """Return each column's log-odds against its typical value, shape (customers, columns)."""
    points, whole = customers[list(model.columns)], logit(probability)
    raised = np.empty(points.shape)
    for start in range(0, len(points), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        for place, without in enumerate(
            replaced_columns.probabilities(model.classifier, points.iloc[part], model.reference)
        ):
            raised[part, place] = whole[part] - logit(model.after_shift(_uncertain(without)))
    return raised


def earned(left: Labels, purchase_value: Array, margin: float = MARGIN_SHARE) -> Array:
    """Return the earnings of an offer to each customer at the stated costs and margin, GBP."""
    return left * OFFER_SUCCESS * margin * purchase_value - OFFER_COST_GBP


def best_threshold(probability: Array, gains: Array) -> tuple[float, float]:
    """Return the probability from which on offers earned most, and what they earned.

    Returns `NO_OFFER` and 0 if none earned anything.
    """
    order = np.argsort(-probability, kind="stable")
    ranked, total = probability[order], np.cumsum(gains[order])
    last_of_equals = np.append(ranked[1:] != ranked[:-1], True)[: len(ranked)]
    total = np.where(last_of_equals, total, -np.inf)
    if not len(total) or total.max() <= 0:
        return NO_OFFER, 0.0
    best = int(total.argmax())
    return float(ranked[best]), float(total[best])


def threshold_or_everybody(best: float, earned_gbp: float, earned_all_gbp: float) -> float:
    """Return the published threshold: `best`, or `EVERYBODY` if offers to all earned at least as much.

    Args:
        earned_gbp, earned_all_gbp: on these days, by a threshold that earlier days had chosen, and with
            offers to everybody.
    """
    return EVERYBODY if earned_all_gbp > 0 and earned_all_gbp >= earned_gbp else best


def earned_later(probability_before: Array, gains_before: Array, probability: Array, gains: Array) -> float:
    """Return the earnings of offers above the threshold of earlier days.

    The same days would flatter a threshold that they chose.
    """
    threshold, _ = best_threshold(probability_before, gains_before)
    return float(gains[probability >= threshold].sum())


def calibration_error(left: Labels, probability: Array) -> float:
    """Return expected calibration error over bins of equally many customers.

    Source: Naeini, Cooper & Hauskrecht (2015), Obtaining Well Calibrated Probabilities Using Bayesian
    Binning.
    """
    gaps = [abs(each.observed - each.expected) * each.rows for each in bins_of(left, probability)]
    return sum(gaps) / len(left) if gaps else np.nan
