"""Export fitted scikit-learn models as arrays, with which `headgate.scoring` scores in numpy alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from scipy.interpolate import BSpline, PPoly

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Arrays = Mapping[str, npt.NDArray[Any]]

TOLERANCE = 1e-9
CHECKED_ROWS = 1_000


def trees(boosted: Any) -> Arrays:  # noqa: ANN401 scikit-learn ships no types
    """Return a fitted two-class `HistGradientBoostingClassifier` without categories as a scorer's trees."""
    fitted_trees = [stage[0].nodes for stage in boosted._predictors]  # noqa: SLF001 scikit-learn provides no other access to the nodes
    starts = np.cumsum([0, *(len(nodes) for nodes in fitted_trees[:-1])])
    places = [start + np.arange(len(nodes)) for start, nodes in zip(starts, fitted_trees, strict=True)]
    nodes, own = np.concatenate(fitted_trees), np.concatenate(places)
    start_of = np.concatenate(
        [np.full(len(tree), start) for start, tree in zip(starts, fitted_trees, strict=True)]
    )
    leaf = nodes["is_leaf"].astype(np.bool_)
    return {
        "roots": starts.astype(np.int64),
        "feature": nodes["feature_idx"].astype(np.int64),
        "threshold": nodes["num_threshold"].astype(np.float64),
        "left": np.where(leaf, own, start_of + nodes["left"]).astype(np.int64),
        "right": np.where(leaf, own, start_of + nodes["right"]).astype(np.int64),
        "missing_left": nodes["missing_go_to_left"].astype(np.bool_),
        "value": nodes["value"].astype(np.float64),
        "baseline": np.asarray(boosted._baseline_prediction, dtype=np.float64).ravel(),  # noqa: SLF001 as above
        "depth": np.array([max(int(tree["depth"].max()) for tree in fitted_trees)]),
    }


def exported_splines(chain: Any, columns: int) -> Arrays:  # noqa: ANN401 as above
    """Return a fitted chain of ranks, splines and logistic regression as `scoring.splines.Splines`."""
    (_, smooth, _), *_ = chain[0].transformers_
    ranks, bent, regression = smooth[0], smooth[1], chain[-1]
    weights = np.split(regression.coef_[0], columns)
    polynomials = [_polynomial(spline, own) for spline, own in zip(bent.bsplines_, weights, strict=True)]
    return {
        "quantiles": ranks.quantiles_.astype(np.float64),
        "references": ranks.references_.astype(np.float64),
        "breaks": np.array([breaks for breaks, _ in polynomials]),
        "polynomials": np.array([powers for _, powers in polynomials]),
        "intercept": np.asarray(regression.intercept_, dtype=np.float64),
    }


def exported_products(chain: Any) -> Arrays:  # noqa: ANN401 as above
    """Return a fitted chain of logarithms, scale, products, scale and logistic regression for a scorer."""
    (_, steps, _), *_ = chain[0].transformers_
    scaler, terms, term_scaler = steps[1], steps[2], steps[3]
    # Scaling the terms is also linear, so the weights and the intercept include it.
    weights = chain[-1].coef_[0] / term_scaler.scale_
    powers = terms.powers_
    single = powers.sum(axis=1) == 1
    pairs = powers[~single] > 0
    return {
        "mean": scaler.mean_.astype(np.float64),
        "scale": scaler.scale_.astype(np.float64),
        "weights": weights[single],
        "first": pairs.argmax(axis=1).astype(np.int64),
        "second": (powers.shape[1] - 1 - pairs[:, ::-1].argmax(axis=1)).astype(np.int64),
        "product_weights": weights[~single],
        "intercept": np.asarray(chain[-1].intercept_ - weights @ term_scaler.mean_, dtype=np.float64),
    }


def scaled(chain: Any, step: Any = None) -> Arrays:  # noqa: ANN401 as above
    """Return a fitted `StandardScaler` and linear model as `scoring.splines.Scaled`; `step`: the scaler."""
    scaler, linear = step or chain[0], chain[-1]
    return {
        "mean": scaler.mean_.astype(np.float64),
        "scale": scaler.scale_.astype(np.float64),
        "weights": np.ravel(linear.coef_).astype(np.float64),
        "intercept": np.atleast_1d(np.asarray(linear.intercept_, dtype=np.float64)),
    }


def is_equal(exported: npt.NDArray[np.float64], batch: npt.NDArray[np.float64]) -> bool:
    """Return whether exported and batch results are equal, to 1e-9 relative or absolute."""
    return bool(np.all(np.abs(exported - batch) <= TOLERANCE * np.maximum(1.0, np.abs(batch))))


def _polynomial(
    spline: Any,  # noqa: ANN401 as above
    weights: npt.NDArray[np.float64],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return the breaks and powers of one column's weighted splines, between the outer knots."""
    knots, degree = spline.t, spline.k
    inside: Sequence[int] = range(degree, len(knots) - degree - 1)
    breaks = knots[degree : len(knots) - degree]
    if breaks[0] == breaks[-1]:  # a constant column: all knots are equal, and the splines have one value
        powers = np.zeros((degree + 1, len(inside)))
        powers[-1] = weights @ spline(breaks[0])
        return breaks, powers
    return breaks, PPoly.from_spline(BSpline(knots, weights, degree)).c[:, list(inside)]
