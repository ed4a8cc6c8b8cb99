"""How good forecasts are, by the measures of the M4 competition.

Source:
    Makridakis, Spiliotis & Assimakopoulos (2020), "The M4 Competition: 100,000 time series and 61 forecasting
    methods", and the organisers' own R code (Benchmarks and Evaluation.R).
"""

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

SEASONALITY_Z = 1.645  # 90 % two-sided
MIN_CYCLES = 3  # of history before a series can be called seasonal


def owa(smape_: float, mase_: float, naive2_smape: float, naive2_mase: float) -> float:
    """Return the overall weighted average: 1 is as good as Naive2, less is better.

    NaN where Naive2 makes no error at all.
    """
    if not (naive2_smape > 0 and naive2_mase > 0):
        return float("nan")
    return 0.5 * (smape_ / naive2_smape + mase_ / naive2_mase)


def naive2(history: Array, horizon: int, season: int = 1) -> Array:
    """Return the last value repeated; of a seasonal series without its season, which is added afterwards."""
    if not _is_seasonal(history, season):
        return np.full(horizon, history[-1] if history.size else 0.0)
    indices = _multiplicative_indices(history, season)
    last = history[-1] / indices[(history.size - 1) % season]
    return np.asarray(last * indices[(history.size + np.arange(horizon)) % season], dtype=float)


def _is_seasonal(history: Array, season: int) -> bool:
    if season <= 1 or history.size < MIN_CYCLES * season or history.min() <= 0 or np.ptp(history) == 0:
        return False
    centred = history - history.mean()
    correlations = np.array(
        [centred[lag:] @ centred[: centred.size - lag] for lag in range(1, season + 1)]
    ) / (centred @ centred)
    limit = SEASONALITY_Z * np.sqrt((1 + 2 * (correlations[:-1] ** 2).sum()) / history.size)
    return bool(abs(correlations[-1]) > limit)


def _multiplicative_indices(history: Array, season: int) -> Array:
    weights = np.r_[0.5, np.ones(season - 1), 0.5] / season if season % 2 == 0 else np.ones(season) / season
    trend = np.convolve(history, weights, "valid")
    offset = season // 2
    ratios = history[offset : offset + trend.size] / trend
    positions = (np.arange(ratios.size) + offset) % season
    indices = np.bincount(positions, ratios, season) / np.bincount(positions, minlength=season)
    return np.asarray(indices / indices.mean(), dtype=float)
