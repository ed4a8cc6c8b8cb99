"""Seasons of a series that changes its level.

A decomposition by moving averages, such as MSTL's, takes a step for a part of the season and smears it over
all years. Here seasons and steps are estimated by one regression, so that neither is taken for the other.
"""

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

HARMONICS = 6  # of each season; all there are of a week and of twelve months
MAX_PLACES = 500  # where a step may be; a long series is looked at every few periods
PENALTY = 2.0  # times log(n) for a step's place and its height, as in BIC
# Of a step's own variance, that is left of it beside all that is known; below it it is nothing of its own.
SMALLEST = 1e-6


def steady_seasons(values: Array, seasons: tuple[int, ...], least: int) -> Array:
    """Return the seasonal part of a series that may change its level; shape (periods,), about zero.

    Args:
        values: shape (periods,), oldest first.
        seasons: their lengths, discernible in the series.
        least: periods that a level lasts at least.

    Source:
        Hyndman & Athanasopoulos (2021), "Forecasting: Principles and Practice", 3rd ed., 7.4 (Fourier terms
        for seasons); steps enter by forward selection: Chen, Billings & Luo (1989), "Orthogonal least squares
        methods and their application to non-linear system identification".
    """
    size = values.size
    waves = _waves(size, seasons)
    places = np.arange(least, size - least + 1, max(1, -(-size // MAX_PLACES)))
    steps = (np.arange(size)[:, None] >= places).astype(np.float64)
    chosen = steps[:, _selected(values, np.column_stack([np.ones(size), waves]), steps, size // (2 * least))]
    design = np.column_stack([waves, np.ones(size), chosen])
    weights = np.linalg.lstsq(design, values, rcond=None)[0]
    return np.asarray(waves @ weights[: waves.shape[1]], dtype=np.float64)


def _waves(size: int, seasons: tuple[int, ...]) -> Array:
    """Return the cosines and sines, less those sines that are zero in every period."""
    turns = 2 * np.pi * np.arange(size)
    pairs = [(season, number) for season in seasons for number in range(1, min(season // 2, HARMONICS) + 1)]
    cosines = [np.cos(turns * number / season) for season, number in pairs]
    sines = [np.sin(turns * number / season) for season, number in pairs if 2 * number < season]
    return np.column_stack([*cosines, *sines])


def _selected(values: Array, given: Array, steps: Array, most: int) -> list[int]:
    """Return the steps that explain more than chance, the strongest first."""
    basis, _ = np.linalg.qr(given)
    rest, free = values - basis @ (basis.T @ values), steps - basis @ (basis.T @ steps)
    chosen: list[int] = []
    while len(chosen) < most:
        own = (free**2).sum(axis=0)
        gain = np.divide(
            (free.T @ rest) ** 2, own, out=np.zeros_like(own), where=own > SMALLEST * values.size
        )
        best, whole = int(np.argmax(gain)), float(rest @ rest)
        if not gain[best] > whole * (
            1 - values.size ** (-PENALTY / values.size)
        ):  # n log(RSS before / after) is beyond the penalty
            break
        chosen.append(best)
        direction = free[:, best] / np.sqrt(own[best])
        rest, free = rest - direction * (direction @ rest), free - np.outer(direction, direction @ free)
    return chosen
