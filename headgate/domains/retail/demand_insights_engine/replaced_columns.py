"""A classifier that is asked about the same customers again and again, each time with another column replaced
by one value.

A tree that does not split by the column, and the splines of all other columns, answer as they did before.
scikit-learn's own code adds and calibrates the answers, so they are the classifier's to the last bit.
"""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import HistGradientBoostingClassifier, VotingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import SplineTransformer

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

Array = npt.NDArray[np.float64]


def probabilities(classifier: Any, points: pd.DataFrame, values: pd.Series[float]) -> Iterator[Array]:  # noqa: ANN401 scikit-learn ships no types
    """Yield the classifier's probabilities of some customers with each column replaced in turn."""
    asked = _Asked(points, values)
    remembering = _remembering(classifier, asked)
    for place, name in enumerate(points.columns):
        asked.place = place
        yield np.asarray(
            remembering.predict_proba(points.assign(**{name: values[name]}))[:, 1], dtype=np.float64
        )


class _Asked:
    """The customers, and the place of the column that is replaced in the current question."""

    def __init__(self, points: pd.DataFrame, values: pd.Series[float]) -> None:
        self.points, self.typical, self.place = points, values.to_frame().T[list(points.columns)], 0


def _remembering(model: Any, asked: _Asked) -> Any:  # noqa: ANN401 as above
    """Return a copy of a fitted model that remembers what the replaced column does not change."""
    remembering = copy(model)
    if isinstance(model, CalibratedClassifierCV):
        remembering.calibrated_classifiers_ = [
            copy(classifier) for classifier in model.calibrated_classifiers_
        ]
        for classifier in remembering.calibrated_classifiers_:
            classifier.estimator = _remembering(classifier.estimator, asked)
    elif isinstance(model, VotingClassifier):
        remembering.estimators_ = [_remembering(estimator, asked) for estimator in model.estimators_]
    elif isinstance(model, Pipeline) and isinstance(model[-1], HistGradientBoostingClassifier):
        remembering.steps = [*model.steps[:-1], (model.steps[-1][0], _boosted(model[-1], asked))]
    elif isinstance(model, Pipeline) and _bends_every_column(model, asked):
        remembering.steps = [(model.steps[0][0], _Bent(model[0], asked)), *model.steps[1:]]
    return remembering


def _bends_every_column(model: Any, asked: _Asked) -> bool:  # noqa: ANN401 as above
    """Return whether the first step bends each column alone; products of columns are computed later."""
    _, step, columns = model[0].transformers_[0]
    is_bent = isinstance(step, Pipeline) and isinstance(step[-1], SplineTransformer)
    return (
        is_bent and isinstance(model[-1], LogisticRegression) and list(columns) == list(asked.points.columns)
    )


def _boosted(model: Any, asked: _Asked) -> Any:  # noqa: ANN401 as above
    boosted = copy(model)
    boosted._predictors = [[_Tree(tree, asked) for tree in stage] for stage in model._predictors]  # noqa: SLF001 there is no other access
    return boosted


class _Tree:
    """A tree that is asked only where it splits by the replaced column, or has not answered yet."""

    def __init__(self, tree: Any, asked: _Asked) -> None:  # noqa: ANN401 as above
        self._tree, self._asked, self._known = tree, asked, None
        nodes = tree.nodes
        self._splits_by = set(nodes["feature_idx"][nodes["is_leaf"] == 0].tolist())

    def predict(self, *given: Any, **options: Any) -> Any:  # noqa: ANN401 as above
        """Return the values of the customers' leaves."""
        if self._asked.place in self._splits_by:
            return self._tree.predict(*given, **options)
        if self._known is None:
            self._known = self._tree.predict(*given, **options)
        return self._known


class _Bent:
    """The first step of a chain: all columns are bent once, a replaced one at its one value."""

    def __init__(self, step: Any, asked: _Asked) -> None:  # noqa: ANN401 as above
        self._asked, self._bent, self._typical = (
            asked,
            step.transform(asked.points),
            step.transform(asked.typical),
        )

    def transform(self, _: object) -> Array:
        """Return the bent columns, as the step gives them."""
        width = self._bent.shape[1] // len(self._asked.points.columns)
        own = slice(self._asked.place * width, (self._asked.place + 1) * width)
        bent = self._bent.copy()
        bent[:, own] = self._typical[0, own]
        return np.asarray(bent, dtype=np.float64)
