"""Columns of texts in the gate: Arrow for columns, numpy for their bytes, row numbers for faults.

Arrow and numpy exchange buffers here, and literals are created here, because `pa.array`, `pa.scalar` and
`to_numpy` import pandas if it is installed, which adds a second to a cold start.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

Flags = np.ndarray[Any, np.dtype[np.bool_]]
Rows = np.ndarray[Any, np.dtype[np.int64]]

NO_ROWS: Rows = np.empty(0, np.int64)


def text_array(texts: Iterable[str | None]) -> pa.Array:
    """Return the texts as an Arrow array."""
    builder = pa.lib.StringBuilder()
    builder.append_values(texts)
    return builder.finish()


def bool_array(claims: Flags) -> pa.Array:
    """Return the flags as an Arrow array."""
    return pa.Array.from_buffers(pa.bool_(), len(claims), [None, bits_of(claims)])


def bits_of(claims: Flags) -> pa.Buffer:
    """Return the flags in Arrow's form, eight per byte, as in a validity buffer."""
    return pa.py_buffer(np.packbits(claims, bitorder="little"))


@lru_cache(maxsize=1024)
def literal(text: str, kind: pa.DataType | None = None) -> pa.Scalar:
    """Return a scalar from its text; a string unless another type is given."""
    texts = text_array([text])
    return (texts if kind is None else pc.cast(texts, kind))[0]


def repeated(text: str, count: int) -> pa.Array:
    """Return one text for many rows, stored once."""
    return pa.DictionaryArray.from_arrays(pa.repeat(literal("0", pa.int32()), count), text_array([text]))


def int_array(numbers: Rows, *, nulls: Flags | None = None) -> pa.Array:
    """Return the numbers as a 64-bit Arrow array, null where `nulls` is true."""
    valid = None if nulls is None else bits_of(~nulls)
    return pa.Array.from_buffers(
        pa.int64(), len(numbers), [valid, pa.py_buffer(np.ascontiguousarray(numbers, np.int64))]
    )


def rows_where(claim: pa.Array) -> Rows:
    """Return the rows in which a boolean column is true; null is not true."""
    return np.flatnonzero(flags(claim))


def flags(claim: pa.Array) -> Flags:
    """Return a boolean column as a numpy array; null is false."""
    valid, values = claim.buffers()
    bits = _unpacked(values, claim.offset, len(claim))
    return bits & _unpacked(valid, claim.offset, len(claim)) if claim.null_count else bits


def _unpacked(bits: pa.Buffer | None, offset: int, count: int) -> Flags:
    if not bits or not count:
        return np.zeros(count, bool)
    return np.unpackbits(np.frombuffer(bits, np.uint8), count=offset + count, bitorder="little")[
        offset:
    ].view(bool)


def numbers(values: pa.Array) -> Rows:
    """Return a column of integers without nulls as a numpy array."""
    wide = pc.cast(values, pa.int64())
    return np.frombuffer(wide.buffers()[1], np.int64, len(wide), wide.offset * 8) if len(wide) else NO_ROWS


def marked(rows: Rows, count: int) -> Flags:
    """Return `count` flags, true for `rows`."""
    claims = np.zeros(count, bool)
    claims[rows] = True
    return claims


def null_where(claims: Flags, values: pa.Array) -> pa.Array:
    """Return `values` with null where `claims` is true.

    This does not use `if_else`: Arrow before 21 reads wrong bytes for a slice of texts and a single text, and
    functions run with 20 on AWS.
    """
    return pc.replace_with_mask(values, bool_array(claims), pa.nulls(1, values.type)[0])


def rewritten_where(claims: pa.Array, text: pa.Array, rewrite: Callable[[pa.Array], pa.Array]) -> pa.Array:
    """Return `text` with the texts rewritten for which the claim is true; null is not true."""
    if not pc.any(claims).as_py():
        return text
    is_claimed = bool_array(flags(claims))
    return pc.replace_with_mask(text, is_claimed, rewrite(text.filter(is_claimed)))


def joined(*parts: pa.Array | str) -> pa.Array:
    """Return the concatenated parts of each row; null if a part is null."""
    return pc.binary_join_element_wise(
        *(literal(part) if isinstance(part, str) else part for part in parts), literal("")
    )


def blank_to_null(text: pa.Array) -> pa.Array:
    """Return `text` with null for every empty text."""
    blank = pc.equal(text, literal(""))
    return null_where(flags(blank), text) if pc.any(blank).as_py() else text


def matches(text: pa.Array, pattern: str) -> pa.Array:
    """Return whether each text matches the whole pattern (RE2); null for null."""
    return pc.match_substring_regex(text, f"^(?:{pattern})$")


def text_bytes(text: pa.Array) -> tuple[np.ndarray[Any, np.dtype[np.uint8]], Rows]:
    """Return the UTF-8 of all texts in one array, with the start of each and the end of the last."""
    _, offsets, data = text.buffers()
    starts = (
        np.frombuffer(offsets, np.int32, len(text) + 1, text.offset * 4)
        if len(text)
        else np.zeros(1, np.int32)
    )
    octets = np.frombuffer(data, np.uint8) if data is not None and data.size else np.empty(0, np.uint8)
    return octets[starts[0] : starts[-1]], (starts - starts[0]).astype(np.int64)


def is_digit(data: np.ndarray[Any, np.dtype[np.uint8]]) -> Flags:
    """Return whether each byte is an ASCII digit."""
    digit: Flags = (data - ord("0")) < 10  # noqa: PLR2004 bytes wrap, so only digits are below ten
    return digit


def by_unique(text: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Return each different text once, and for each row the index of its text; null for null."""
    encoded = text.dictionary_encode()
    return encoded.dictionary, encoded.indices


def distinct_counts(text: pa.Array) -> tuple[pa.Array, Rows]:
    """Return each different text once, with its number of rows; there are no nulls in `text`."""
    unique, own = by_unique(text)
    return unique, np.bincount(numbers(own), minlength=len(unique))


def in_one_piece(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Return the column as one array; an Arrow dictionary stays a dictionary.

    Arrow's `combine_chunks` copies even a single chunk.
    """
    if isinstance(column, pa.Array):
        return column
    if not column.num_chunks:
        return pa.nulls(0, column.type)
    if column.num_chunks == 1:
        return column.chunk(0)
    return (column.unify_dictionaries() if pa.types.is_dictionary(column.type) else column).combine_chunks()


def decoded_type(stored: pa.DataType) -> pa.DataType:
    """Return the type of the values, without that of a dictionary around them."""
    return stored.value_type if pa.types.is_dictionary(stored) else stored


def decoded(values: pa.Array) -> pa.Array:
    """Return the values without a dictionary."""
    return values.dictionary_decode() if pa.types.is_dictionary(values.type) else values


def compacted(encoded: pa.DictionaryArray) -> pa.DictionaryArray:
    """Return the same values with a dictionary of only these, each once, in the order of their first rows.

    The result reveals nothing about the arrays from which it was cut.
    """
    used = encoded.indices.dictionary_encode()
    different = encoded.dictionary.take(used.dictionary).dictionary_encode()
    return pa.DictionaryArray.from_arrays(different.indices.take(used.indices), different.dictionary)
