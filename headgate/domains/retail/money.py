"""From what models compute in floats to exact money."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Iterable

PENCE, HUNDREDTHS_OF_PENCE = 2, 4  # decimal places of an estimate, and of a sum or ratio of prices


def amounts(values: Iterable[float], places: int = PENCE) -> npt.NDArray[np.object_]:
    """Each value as a `Decimal` of that many places, rounded half to even from its shortest text; None for one that is not known."""
    unit = Decimal(1).scaleb(-places)
    # Prices come again and again: one object for each different one, not for each of millions of rows.
    different, places_of = np.unique(np.fromiter(values, dtype=np.float64) + 0.0, return_inverse=True)
    exact = [Decimal(repr(float(value))).quantize(unit, ROUND_HALF_EVEN) if np.isfinite(value) else None for value in different]
    return np.array([*exact, None], dtype=object)[places_of]
