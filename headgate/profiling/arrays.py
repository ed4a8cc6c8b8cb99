"""Convert columns for profiling: texts to counts, and ordered values to numpy arrays.

Arrow and numpy exchange buffers here, because `pa.array` and `to_numpy` import pandas if it is installed,
which adds a second to a cold start.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headgate.values.cells import bits_of, flags, literal, text_array

Values = np.ndarray[Any, np.dtype[Any]]
Hashes = np.ndarray[Any, np.dtype[np.uint64]]

# A decimal of 18 digits fits into 64 bits, and so does its unscaled value.
_DIGITS_IN_64_BITS = 18
# Source: Steele, Lea & Flood (2014), Fast Splittable Pseudorandom Number Generators: splitmix64.
_GOLDEN, _MIXER, _SECOND = (
    np.uint64(word) for word in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB)
)


@dataclass(frozen=True)
class Counted:
    """The different texts of a column with their number of rows; nulls are not counted."""

    unique: pa.Array
    counts: Values


def counted(column: pa.Array) -> Counted:
    """Return the column's different texts with their counts, in order of first appearance."""
    encoded = column if isinstance(column, pa.DictionaryArray | pa.NullArray) else column.dictionary_encode()
    if not pa.types.is_dictionary(encoded.type):  # a column without a type
        return Counted(text_array([]), np.empty(0, np.int64))
    at = encoded.indices.drop_null()
    counts = np.bincount(as_numpy(pc.cast(at, pa.int64())), minlength=len(encoded.dictionary))
    return Counted(encoded.dictionary, counts)


def different_rows(columns: Sequence[pa.Array]) -> int:
    """Return how many different rows the columns have together, by a 64-bit hash of each row's texts."""
    return len(np.unique(_row_hashes(columns)))


def repeated_rows(columns: Sequence[pa.Array]) -> list[tuple[int, int]]:
    """Return the position of each row that repeats an earlier one, with that of the first equal row."""
    hashes = _row_hashes(columns)
    _, first, group = np.unique(hashes, return_index=True, return_inverse=True)
    first_equal = first[group]
    return [
        (int(place), int(first_equal[place]))
        for place in np.flatnonzero(first_equal != np.arange(len(hashes)))
    ]


def _row_hashes(columns: Sequence[pa.Array]) -> np.ndarray[Any, np.dtype[np.uint64]]:
    row = np.zeros(len(columns[0]) if columns else 0, np.uint64)
    for column in columns:
        encoded = column if isinstance(column, pa.DictionaryArray) else column.dictionary_encode()
        own = as_numpy(fill_nulls(pc.cast(encoded.indices, pa.int64()), "-1")).astype(np.uint64)
        row = (row ^ own) * _MIXER
        row ^= row >> np.uint64(29)
    return row


def as_numpy(values: pa.Array) -> Values:
    """Return the values of an int64 or float64 column without nulls as a numpy array, without a copy."""
    kind = np.float64 if pa.types.is_floating(values.type) else np.int64
    return (
        np.frombuffer(values.buffers()[1], kind, len(values), values.offset * 8)
        if len(values)
        else np.empty(0, kind)
    )


def measurable(values: pa.Array) -> pa.Array:
    """Return numbers, days or instants as exact 64-bit integers if possible, else as doubles.

    Decimals become their unscaled value.
    """
    kind = values.type
    if pa.types.is_decimal128(kind) and kind.precision <= _DIGITS_IN_64_BITS:
        low = np.frombuffer(values.buffers()[1], np.int64, 2 * len(values), values.offset * 16)[::2]
        return pa.Array.from_buffers(
            pa.int64(),
            len(values),
            [bits_of(flags(values.is_valid())), pa.py_buffer(np.ascontiguousarray(low))],
        )
    if pa.types.is_date(kind):
        return pc.cast(pc.cast(pc.cast(values, pa.date32()), pa.int32()), pa.int64())
    if pa.types.is_timestamp(kind):
        return pc.cast(pc.cast(values, pa.timestamp("us"), safe=False), pa.int64())
    if pa.types.is_signed_integer(kind) or (pa.types.is_unsigned_integer(kind) and kind.bit_width < 64):  # noqa: PLR2004 bits
        return pc.cast(values, pa.int64())
    return pc.cast(values, pa.float64(), safe=False)


def fill_nulls(values: pa.Array, text: str) -> pa.Array:
    """Return the values with nulls replaced by one value, which is given as text."""
    return pc.coalesce(values, literal(text, values.type))


def evenly_spaced(count: int, at_most: int) -> Values:
    """Return at most `at_most` of `count` row numbers, evenly spaced and always the same."""
    return np.arange(count) if count <= at_most else np.linspace(0, count - 1, at_most).astype(np.int64)


def splitmix64(words: Hashes) -> Hashes:
    """Return a hash of each 64-bit word; different words have different hashes."""
    with np.errstate(over="ignore"):  # arithmetic is modulo 2^64
        shuffled = words + _GOLDEN
        shuffled = (shuffled ^ (shuffled >> np.uint64(30))) * _MIXER
        shuffled = (shuffled ^ (shuffled >> np.uint64(27))) * _SECOND
        return shuffled ^ (shuffled >> np.uint64(31))
