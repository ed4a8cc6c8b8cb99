"""Ratios of money, as exact decimals."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Iterable

SMALLEST_UNIT = Decimal("0.0001")


def rounded(values: Iterable[float]) -> npt.NDArray[np.object_]:
    """Each amount rounded to the ten-thousandth; None for one that is not known."""
    exact = [Decimal(repr(float(value))).quantize(SMALLEST_UNIT, ROUND_HALF_EVEN) if np.isfinite(value) else None for value in values]
    return np.array(exact, dtype=object)
