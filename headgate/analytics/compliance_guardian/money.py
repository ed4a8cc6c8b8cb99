"""From whole pence to money."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc


def pounds(pence: pd.Series[int]) -> pd.Series[float]:
    """The sums as `Decimal` with two places, exactly: a float holds whole pence up to 90 trillion pounds."""
    rounded = pc.round(pa.array(pence.to_numpy() / 100), 2)
    return pd.Series(rounded.cast(pa.decimal128(18, 2)).to_numpy(zero_copy_only=False), index=pence.index, dtype=object)
