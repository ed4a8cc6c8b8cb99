"""From the models' floats to money."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


def pounds(values: npt.NDArray[np.float64]) -> pd.Series[float]:
    """The values as `Decimal` with two places, rounded half to even; a column of objects."""
    rounded = pc.round(pa.array(values), 2, round_mode="half_to_even")
    return pd.Series(rounded.cast(pa.decimal128(18, 2)).to_pandas(), dtype=object)
