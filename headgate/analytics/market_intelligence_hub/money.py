"""Estimates in money, as exact decimals."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Iterable

PENNY = Decimal("0.01")


def pence(values: Iterable[float]) -> npt.NDArray[np.object_]:
    """Each estimate rounded to the penny; None for one that is not known."""
    exact = [Decimal(repr(float(value))).quantize(PENNY, ROUND_HALF_EVEN) if np.isfinite(value) else None for value in values]
    return np.array(exact, dtype=object)
