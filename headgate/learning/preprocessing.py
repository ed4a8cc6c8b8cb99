"""Steps that turn columns into numbers a model can take. Each is a scikit-learn transformer, so it is fitted and saved with its model.

Nothing here looks at labels, and every step is deterministic: the same frame gives the same numbers.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.compose import make_column_transformer
from sklearn.decomposition import PCA
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    OneHotEncoder,
    OrdinalEncoder,
    PolynomialFeatures,
    QuantileTransformer,
    RobustScaler,
    SplineTransformer,
    StandardScaler,
)

from headgate.scoring.splines import ranks_among

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

_RANKS = 100
UNSEEN = -1  # the code of a category that was not there when the step was fitted


class Scale(StrEnum):
    """How a column is brought to a common scale."""

    STANDARD = "standard"  # mean 0, standard deviation 1
    ROBUST = "robust"  # median 0, interquartile range 1: outliers do not set the scale
    RANK = "rank"  # share of the fitted values that are smaller, 0 to 1: only the order matters


class _Ranks(QuantileTransformer):  # type: ignore[misc] # scikit-learn ships no types
    """As its base, which warns where there are fewer rows than ranks, and gives NaN where two values differ by less than 1e-308."""

    def fit(self, points: Any, labels: object = None) -> Self:  # noqa: ANN401 as scikit-learn's
        self.n_quantiles = min(_RANKS, len(points))
        return super().fit(points, labels)  # type: ignore[no-any-return] # as above

    def transform(self, points: Any) -> npt.NDArray[np.float64]:  # noqa: ANN401 as above
        """Return the rank of each value in its column; the exported model ranks in the same way."""
        array = np.asarray(points, dtype=np.float64)
        ranked = [ranks_among(values, fitted, self.references_) for values, fitted in zip(array.T, self.quantiles_.T, strict=True)]
        return np.column_stack(ranked)


def impute(*, with_missing_flag: bool = True) -> Any:  # noqa: ANN401 scikit-learn ships no types
    """Missing numbers become the column's median; a further column says where, unless `with_missing_flag` is False.

    A column without any value becomes 0 rather than vanish, so that a model's width does not depend on its data.
    """
    return SimpleImputer(strategy="median", add_indicator=with_missing_flag, keep_empty_features=True)


def scale(how: Scale, *, seed: int) -> Any:  # noqa: ANN401 as above
    """Columns on one scale; constant columns become 0.

    Args:
        seed: for the sample from which the ranks of very long columns are estimated.
    """
    if how is Scale.RANK:
        return _Ranks(n_quantiles=_RANKS, random_state=seed)
    return StandardScaler() if how is Scale.STANDARD else RobustScaler()


def bend(knots: int = 10) -> Any:  # noqa: ANN401 as above
    """Each column as cubic splines, so that a linear model may bend with it."""
    return SplineTransformer(n_knots=knots)


def logs() -> Any:  # noqa: ANN401 as above
    """The inverse hyperbolic sine of each column: the logarithm of large numbers of either sign, and 0 stays 0."""
    return FunctionTransformer(np.arcsinh)


def products() -> Any:  # noqa: ANN401 as above
    """The columns, their squares and the product of each two, so that the weight of a column may depend on another."""
    return PolynomialFeatures(2, include_bias=False)


def encode(*, rare_below: float | None = None) -> Any:  # noqa: ANN401 as above
    """One column of 0 and 1 per category; unseen ones are 0 everywhere, or among the rare where some were rare.

    Args:
        rare_below: categories of a smaller share of the rows are put together.
    """
    unknown = "infrequent_if_exist" if rare_below else "ignore"
    return OneHotEncoder(handle_unknown=unknown, min_frequency=rare_below, sparse_output=False)


def number_categories() -> Any:  # noqa: ANN401 as above
    """One whole number per category, for trees, in alphabetical order, missing ones last; `UNSEEN` for what was not there."""
    return OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=UNSEEN)


def reduce(*, kept_variance: float, seed: int) -> Any:  # noqa: ANN401 as above
    """The fewest principal components that keep at least this share of the variance."""
    return PCA(n_components=kept_variance, svd_solver="full", random_state=seed)


def columns(numeric: Sequence[str], numbers: Any, categorical: Sequence[str] = (), categories: Any = "drop") -> Any:  # noqa: ANN401 as above
    """`numbers` for the numeric columns and `categories` for the categorical ones, side by side; other columns are not looked at."""
    return make_column_transformer((numbers, list(numeric)), (categories, list(categorical)))


def chain(*steps: Any) -> Any:  # noqa: ANN401 as above
    """One step after the other."""
    return make_pipeline(*steps)
