"""From what models compute in floats to exact money."""

from collections.abc import Iterable
from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

_LARGE = 1e9
_NEAR_MIDDLE = 1e-6  # of a unit; a float below `_LARGE` and its shortest text differ by less
_DIGITS = 19  # of a whole number of 64 bits
PENCE, HUNDREDTHS_OF_PENCE = 2, 4  # decimal places of an estimate, and of a sum or ratio of prices


def amounts(values: Iterable[float], places: int = PENCE) -> npt.NDArray[np.object_]:
    """Return each value as a `Decimal` of that many places, rounded half to even from its shortest text.

    None for one that is not known.
    """
    unit = Decimal(1).scaleb(-places)
    # Prices come again and again: one object for each different one, not for each of millions of rows.
    different, places_of = np.unique(np.fromiter(values, dtype=np.float64) + 0.0, return_inverse=True)
    exact = [
        Decimal(repr(float(value))).quantize(unit, ROUND_HALF_EVEN) if np.isfinite(value) else None
        for value in different
    ]
    return np.array([*exact, None], dtype=object)[places_of]


def amounts_in_arrow(values: npt.NDArray[np.float64], places: int = PENCE) -> pd.arrays.ArrowExtensionArray:
    """Return `amounts` without a Python object for each value."""
    scaled = values * 10.0**places
    # Beside the middle between two units, a value and its shortest text are rounded to the same unit.
    with np.errstate(invalid="ignore"):  # infinity is not clear either
        is_clear = (np.abs(scaled) < _LARGE) & (np.abs(scaled - np.floor(scaled) - 0.5) > _NEAR_MIDDLE)
    units, is_null = (
        np.rint(np.where(is_clear, scaled, 0.0)).astype(np.int64),
        np.zeros(len(values), dtype=np.bool_),
    )
    unclear = np.flatnonzero(~is_clear)
    for place, rounded in zip(unclear.tolist(), amounts(values[unclear], places), strict=True):
        units[place], is_null[place] = int((rounded or Decimal(0)).scaleb(places)), rounded is None
    whole = pa.array(units, pa.int64(), mask=is_null).cast(pa.decimal128(_DIGITS, 0))
    exact = pa.Array.from_buffers(pa.decimal128(_DIGITS, places), len(whole), whole.buffers())
    return pd.arrays.ArrowExtensionArray(exact)
