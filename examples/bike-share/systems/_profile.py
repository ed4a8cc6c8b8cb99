"""The demand of an hour: a profile of the week at the level of the last days.

The batch and the API compute it here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Array = npt.NDArray[np.float64]

WEEKS, DECAY, LEVEL_DAYS = 13, 0.8, 7
QUANTILES = (0.025, 0.1, 0.9, 0.975)


@dataclass(frozen=True)
class Profile:
    """A forecast for any hour.

    `week` has the rentals by weekday (Monday is 0) and hour; `errors` are quantiles of past errors.
    """

    week: Array
    errors: Array

    def at(self, weekday: int, hour: int) -> tuple[float, list[float]]:
        """Return the expected rentals of an hour, and the bounds at QUANTILES."""
        mean = float(self.week[weekday, hour])
        return mean, [float(max(0.0, mean + error * scale(mean))) for error in self.errors]


def scale(mean: float | Array) -> float | Array:
    """Return the unit of errors: the standard deviation of a count grows with the root of its mean."""
    return np.sqrt(mean + 1)


def week_ahead(days: Array, weekdays: npt.NDArray[np.int64]) -> Array:
    """Return the rentals by weekday and hour after `days`; the last days set the level.

    Args:
        days: shape (days, 24), at least a week.
        weekdays: of each day.
    """
    past, kinds = days[-7 * WEEKS :], weekdays[-7 * WEEKS :]
    weights = DECAY ** (np.arange(len(past))[::-1] // 7)
    of_day = [(past[kinds == kind], weights[kinds == kind]) for kind in range(7)]
    week = np.array([np.average(rentals, axis=0, weights=weight) for rentals, weight in of_day])
    expected = week[kinds[-LEVEL_DAYS:]].sum()
    return week * (past[-LEVEL_DAYS:].sum() / expected if expected else 1.0)
