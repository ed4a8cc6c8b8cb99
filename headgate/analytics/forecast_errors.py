"""Errors of forecasts by the measures of the M4 competition.

Source:
    Makridakis, Spiliotis & Assimakopoulos (2020), "The M4 Competition: 100,000 time series and 61 forecasting
    methods", and the organisers' own R code (Benchmarks and Evaluation.R).
"""

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def smape(actual: Array, mean: Array) -> float:
    """Return the symmetric mean absolute percentage error, 0..200; NaN if a value is NaN.

    A step where both values are zero has no error.
    """
    return float(smape_of_rows(actual, mean))


def smape_of_rows(actual: Array, mean: Array) -> Array:
    """Return `smape` over the last dimension, of series by steps."""
    size = np.abs(actual) + np.abs(mean)
    errors = np.divide(200.0 * np.abs(actual - mean), size, out=np.zeros_like(size), where=size != 0)
    return np.asarray(errors.mean(axis=-1), dtype=np.float64)


def naive_scale(history: Array, season: int = 1) -> float:
    """Return the mean absolute error of the (seasonal) naive method inside the history.

    NaN when the history is shorter than a season.
    """
    if history.size <= season:
        return float("nan")
    return float(np.abs(history[season:] - history[:-season]).mean())


def mase(actual: Array, mean: Array, history: Array, season: int = 1) -> float:
    """Return the mean absolute scaled error; NaN for a constant history, which has no scale."""
    scale = naive_scale(history, season)
    return float(np.abs(actual - mean).mean() / scale) if scale > 0 else float("nan")
