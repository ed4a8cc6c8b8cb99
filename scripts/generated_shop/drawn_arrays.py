"""Array types that the parts of the shop exchange, and their conversions from numpy to Arrow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

DAY_S = 86_400
NEVER = int(np.iinfo(np.int64).min)  # an unknown or future time


def day_number(day: date) -> int:
    """Return days from 1970-01-01 to `day`."""
    return int(np.datetime64(day, "D").astype(np.int64))


def timestamps(seconds: Ints) -> pa.Array:
    """Return UTC seconds since 1970 as `timestamp[us]`; NEVER becomes null."""
    return pa.array(seconds, mask=seconds == NEVER).cast(pa.timestamp("s")).cast(pa.timestamp("us"))


def money(units: Ints, precision: int, scale: int, *, valid: Bools | None = None) -> pa.Array:
    """Return `units` of 10**-scale as `decimal128(precision, scale)`, exactly.

    The integers are the storage of the decimals.
    """
    words = np.stack([units, units >> 63], axis=1).astype("<i8")
    exact = pa.Array.from_buffers(
        pa.decimal128(precision, scale), len(units), [None, pa.py_buffer(words.tobytes())]
    )
    return exact if valid is None else pc.if_else(pa.array(valid), exact, pa.scalar(None, exact.type))


def texts_at(values: Sequence[str] | pa.Array, index: Ints, *, valid: Bools | None = None) -> pa.Array:
    """Return `values[index]` as text; null if `known` is false."""
    texts = values if isinstance(values, pa.Array) else pa.array(values, pa.string())
    return texts.take(pa.array(index, mask=None if valid is None else ~valid))


def padded_text(numbers: Ints, *, width: int = 0) -> pa.Array:
    """Return integers as decimal text, padded on the left with zeros to `width`."""
    text = pa.array(numbers).cast(pa.string())
    return pc.utf8_lpad(text, width, "0") if width else text


def joined_texts(*parts: pa.Array | str, separator: str = "") -> pa.Array:
    """Return the texts of each row joined by `separator`; null when a part is null."""
    return pc.binary_join_element_wise(*parts, separator)


def nullable(values: Any, valid: Bools) -> pa.Array:  # noqa: ANN401 any numpy array: its type decides the Arrow type
    """Return the values, with null for unknown ones."""
    return pa.array(values, mask=~valid)
