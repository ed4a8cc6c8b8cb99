"""Steps that convert columns to numbers for models.

Each is a scikit-learn transformer, so it is fitted and stored with its model. No step uses labels, and every
step is deterministic.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.compose import make_column_transformer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    OneHotEncoder,
    OrdinalEncoder,
    PolynomialFeatures,
    QuantileTransformer,
    SplineTransformer,
    StandardScaler,
)

from headgate.scoring.splines import ranks_among

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

_RANKS = 100
UNSEEN = -1  # the code of a category that was absent when the step was fitted


class Scale(StrEnum):
    """The common scale of a column."""

    STANDARD = "standard"  # mean 0, standard deviation 1
    RANK = "rank"  # share of the fitted values that are smaller, 0 to 1: only the order matters


class _Ranks(QuantileTransformer):  # type: ignore[misc] # scikit-learn ships no types
    """Ranks without the base class's warning for few rows, and without its NaN for nearly equal values."""

    def fit(self, points: Any, labels: object = None) -> Self:  # noqa: ANN401 as scikit-learn's
        self.n_quantiles = min(_RANKS, len(points))
        return super().fit(points, labels)  # type: ignore[no-any-return] # as above

    def transform(self, points: Any) -> npt.NDArray[np.float64]:  # noqa: ANN401 as above
        """Return the rank of each value in its column, as in the exported model."""
        array = np.asarray(points, dtype=np.float64)
        ranked = [
            ranks_among(values, fitted, self.references_)
            for values, fitted in zip(array.T, self.quantiles_.T, strict=True)
        ]
        return np.column_stack(ranked)


def scale(how: Scale, *, seed: int) -> Any:  # noqa: ANN401 as above
    """Return a step that scales columns; constant columns become 0.

    Args:
        seed: for the sample from which the ranks of very long columns are estimated.
    """
    return _Ranks(n_quantiles=_RANKS, random_state=seed) if how is Scale.RANK else StandardScaler()


def bend() -> Any:  # noqa: ANN401 as above
    """Return a step that makes cubic splines of each column, so that a linear model can fit curves."""
    return SplineTransformer(n_knots=10)


def logarithms() -> Any:  # noqa: ANN401 as above
    """Return a step with the inverse hyperbolic sine: a logarithm for both signs that keeps 0."""
    return FunctionTransformer(np.arcsinh)


def column_products() -> Any:  # noqa: ANN401 as above
    """Return a step that adds squares and pairwise products, so that columns may interact."""
    return PolynomialFeatures(2, include_bias=False)


def encode() -> Any:  # noqa: ANN401 as above
    """Return a step with one column of 0 and 1 per category; unseen categories are 0 everywhere."""
    return OneHotEncoder(handle_unknown="ignore", sparse_output=False)


def number_categories() -> Any:  # noqa: ANN401 as above
    """Return a step with one integer per category, for trees: alphabetical, with missing values last.

    Unseen categories are `UNSEEN`.
    """
    return OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=UNSEEN)


def columns(
    numeric: Sequence[str],
    numbers: Any,  # noqa: ANN401 as above
    categorical: Sequence[str] = (),
    categories: Any = "drop",  # noqa: ANN401 as above
) -> Any:  # noqa: ANN401 as above
    """Return a step that applies `numbers` to numeric columns and `categories` to categorical ones.

    Other columns are ignored.
    """
    return make_column_transformer((numbers, list(numeric)), (categories, list(categorical)))


def chain(*steps: Any) -> Any:  # noqa: ANN401 as above
    """Return a step that applies steps one after the other."""
    return make_pipeline(*steps)
