"""Parse plain numbers and times, the most frequent ones, from the bytes of a whole column at once.

A value parsed here is final. All other texts are left to the grammars of `cast`, which return the same values
more slowly.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa

from headgate.values.cells import (
    NO_ROWS,
    Flags,
    Rows,
    bits_of,
    flags,
    is_digit,
    marked,
    null_where,
    numbers,
    text_bytes,
)

Octets = np.ndarray[Any, np.dtype[np.uint8]]

_ZERO, _MINUS, _POINT, _HYPHEN, _COLON = 0x30, 0x2D, 0x2E, 0x2D, 0x3A
# This many digits always fit into 64 bits.
MAX_DIGITS = 18
_DATE, _TIMESTAMP = 10, 19
_LAST_YEAR = 9999
_DAY_S, _MICROS = 86_400, 1_000_000
_MICRO_DIGITS = 6


@dataclass(frozen=True)
class Parsed:
    """For each row, whether its text is plain, and its value.

    Values of other rows are undefined.
    """

    values: Rows
    is_plain: Flags


def are_digits(text: pa.Array, fewest: int, most: int) -> Flags:
    """Return whether each text consists of `fewest` to `most` ASCII digits; false for null."""
    data, starts = text_bytes(text)
    size = np.diff(starts)
    plain = (size >= fewest) & (size <= most)
    if not plain.any():
        return plain
    plain[_rows_at(np.flatnonzero(~is_digit(data)), starts)] = False
    return plain & flags(text.is_valid()) if text.null_count else plain


def have_shape(text: pa.Array, shape: str) -> Flags:
    """Return whether each text has the shape, in which 9 is any ASCII digit and other characters are literal.

    False for null.
    """
    at, characters = _of_width(text, len(shape))
    fits = np.ones(characters.shape[1], bool)
    for place, character in enumerate(shape):
        fits &= is_digit(characters[place]) if character == "9" else characters[place] == ord(character)
    return _spread_to_rows(
        len(text), at, NO_ROWS if at is None else np.zeros(len(at), np.int64), fits
    ).is_plain & flags(text.is_valid())


def integers(text: pa.Array) -> Parsed:
    """Parse at most 18 digits without leading zeros, optionally after a minus."""
    data, starts = text_bytes(text)
    is_plain, first = _signed_digits(data, starts, np.flatnonzero(~is_digit(data)))
    size = starts[1:] - first
    begins = _byte_at(data, first)
    is_plain &= (size <= MAX_DIGITS) & ((begins != _ZERO) | ((size == 1) & (first == starts[:-1])))
    return Parsed(_numbers(text, is_plain), is_plain)


def decimals(text: pa.Array, precision: int, scale: int) -> Parsed:
    """Parse at most 18 digits with an optional point between digits.

    The value is in units of the last of `scale` places.
    """
    data, starts = text_bytes(text)
    other = np.flatnonzero(~is_digit(data))
    points = other[data[other] == _POINT]
    is_plain, first = _signed_digits(data, starts, other[data[other] != _POINT])
    rows = _rows_at(points, starts)
    point = starts[1:].copy()  # start of the fraction, or end of the text
    point[rows] = points
    is_plain[rows[1:][rows[1:] == rows[:-1]]] = False  # two points
    whole, fraction = point - first, np.maximum(starts[1:] - point - 1, 0)
    has_point = marked(rows, len(text))
    is_plain &= (
        (whole >= 1)
        & (whole <= min(precision - scale, MAX_DIGITS - scale))
        & (fraction <= scale)
        & (has_point <= (fraction > 0))
    )
    is_plain &= (_byte_at(data, first) != _ZERO) | (whole == 1)
    return Parsed(
        _numbers(_without(text, data, starts, points), is_plain)
        * 10 ** (scale - np.where(is_plain, fraction, 0)),
        is_plain,
    )


def days(text: pa.Array) -> Parsed:
    """Parse `2024-01-31` as days since 1970."""
    at, characters = _of_width(text, _DATE)
    since, is_valid = _days(characters)
    return _spread_to_rows(len(text), at, since, is_valid)


def instants(text: pa.Array) -> Parsed:
    """Parse `2024-01-31 23:59:59`, also with a T, as microseconds since 1970."""
    at, characters = _of_width(text, _TIMESTAMP)
    since, is_valid = _days(characters)
    hour, minute, second = (_number(characters, place, 2) for place in (11, 14, 17))
    is_valid &= (
        _are_digits(characters, (11, 12, 14, 15, 17, 18))
        & (characters[13] == _COLON)
        & (characters[16] == _COLON)
    )
    is_valid &= (characters[10] == ord(" ")) | (characters[10] == ord("T"))
    is_valid &= (hour < 24) & (minute < 60) & (second < 60)  # noqa: PLR2004 limits of a day
    return _spread_to_rows(
        len(text), at, (since * _DAY_S + hour * 3600 + minute * 60 + second) * _MICROS, is_valid
    )


@dataclass(frozen=True)
class Layout:
    """The positions of the parts of a date pattern of fixed width.

    Attributes:
        fields: name, first byte and number of digits of each field.
        literals: position and byte of each literal character.
    """

    width: int
    fields: tuple[tuple[str, int, int], ...]
    literals: tuple[tuple[int, int], ...]
    has_time: bool


def fixed_times(text: pa.Array, layout: Layout, year_from: int) -> Parsed:
    """Return days since 1970, or microseconds since 1970 if the layout has a time."""
    at, characters = _of_width(text, layout.width)
    values = {name: _number(characters, start, digits) for name, start, digits in layout.fields}
    year = values["year"] if "year" in values else full_years(values["short_year"], year_from)
    since, is_valid = days_of(year, values["month"], values["day"])
    is_valid &= _are_digits(
        characters, [place for _, start, digits in layout.fields for place in range(start, start + digits)]
    )
    for place, character in layout.literals:
        is_valid &= characters[place] == character
    if layout.has_time:
        zero = np.zeros(len(since), np.int64)
        digits = next((digits for name, _, digits in layout.fields if name == "fraction"), 0)
        fraction = values.get("fraction", zero) * 10 ** (_MICRO_DIGITS - digits)
        micros, is_time = micros_of(values["hour"], values["minute"], values.get("second", zero), fraction)
        since, is_valid = since * _DAY_S * _MICROS + micros, is_valid & is_time
    return _spread_to_rows(len(text), at, since, is_valid)


def full_years(short: Rows, year_from: int) -> Rows:
    """Return the years with these last two digits among the hundred years from `year_from` on."""
    years: Rows = year_from + (short - year_from) % 100
    return years


def micros_of(hour: Rows, minute: Rows, second: Rows, fraction: Rows) -> tuple[Rows, Flags]:
    """Return the microseconds since midnight, and whether each is a time of day."""
    is_valid = (hour < 24) & (minute < 60) & (second < 60)  # noqa: PLR2004 limits of a day
    return (hour * 3600 + minute * 60 + second) * _MICROS + fraction, is_valid


def as_decimals(parsed: Parsed, kind: pa.DataType) -> pa.Array:
    """Return the plain values as decimals of that type, and null for all others."""
    words = np.empty((len(parsed.values), 2), np.int64)
    words[:, 0], words[:, 1] = parsed.values, parsed.values >> 63
    return pa.Array.from_buffers(kind, len(words), [_bits(parsed.is_plain), pa.py_buffer(words)])


def as_integers(parsed: Parsed, kind: pa.DataType) -> pa.Array:
    """Return the plain values as integers, days or instants of that type, and null for all others."""
    narrow = parsed.values.astype(f"i{kind.bit_width // 8}", copy=False)
    return pa.Array.from_buffers(
        kind, len(narrow), [_bits(parsed.is_plain), pa.py_buffer(np.ascontiguousarray(narrow))]
    )


def _bits(is_plain: Flags) -> pa.Buffer | None:
    return None if is_plain.all() else bits_of(is_plain)


def _rows_at(places: Rows, starts: Rows) -> Rows:
    return np.searchsorted(starts, places, "right") - 1 if len(places) else NO_ROWS


def _byte_at(data: Octets, places: Rows) -> Octets:
    return data[np.minimum(places, len(data) - 1)] if len(data) else np.zeros(len(places), np.uint8)


def _signed_digits(data: Octets, starts: Rows, other: Rows) -> tuple[Flags, Rows]:
    """Return which texts are digits with an optional leading minus, and the position of their first digit."""
    is_plain, first = starts[1:] > starts[:-1], starts[:-1]
    if len(other):
        rows = _rows_at(other, starts)
        is_minus = (data[other] == _MINUS) & (other == starts[rows])
        is_plain[rows[~is_minus]] = False
        first = first.copy()
        first[rows[is_minus]] += 1
    is_plain &= first < starts[1:]
    return is_plain, first


def _numbers(text: pa.Array, is_plain: Flags) -> Rows:
    """Return the integers of texts that consist of digits and a minus; zero for all others."""
    if is_plain.all():
        return numbers(text)
    return np.where(is_plain, numbers(null_where(~is_plain, text)), 0)


def _without(text: pa.Array, data: Octets, starts: Rows, places: Rows) -> pa.Array:
    """Return the texts without the bytes at these positions."""
    if not len(places):
        return text
    left = np.delete(data, places)
    shifted = (starts - np.searchsorted(places, starts)).astype(np.int32)
    return pa.Array.from_buffers(pa.string(), len(text), [None, pa.py_buffer(shifted), pa.py_buffer(left)])


def _of_width(text: pa.Array, width: int) -> tuple[Rows | None, Octets]:
    """Return the rows of texts with `width` bytes (None for all rows), and one row of bytes per position."""
    data, starts = text_bytes(text)
    fits = np.diff(starts) == width
    if fits.all():
        return None, np.ascontiguousarray(data.reshape(-1, width).T)
    at = np.flatnonzero(fits)
    return at, np.ascontiguousarray(data[starts[at] + np.arange(width)[:, None]]) if len(at) else np.empty(
        (width, 0), np.uint8
    )


def _days(characters: Octets) -> tuple[Rows, Flags]:
    """Return days since 1970 of the dates in the first ten bytes, and whether each date exists."""
    since, is_valid = days_of(_number(characters, 0, 4), _number(characters, 5, 2), _number(characters, 8, 2))
    is_valid &= (
        _are_digits(characters, (0, 1, 2, 3, 5, 6, 8, 9))
        & (characters[4] == _HYPHEN)
        & (characters[7] == _HYPHEN)
    )
    return since, is_valid


def days_of(year: Rows, month: Rows, day: Rows) -> tuple[Rows, Flags]:
    """Return days since 1970, and whether each date exists in the years 1 to 9999."""
    is_valid = (year >= 1) & (year <= _LAST_YEAR) & (month >= 1) & (month <= 12) & (day >= 1)  # noqa: PLR2004 months
    place = np.where(is_valid, year * 12 + month - 13, 0)
    first = _first_days()
    begins = first[place]
    is_valid &= day <= first[place + 1] - begins
    return begins + day - 1, is_valid


@lru_cache(maxsize=1)
def _first_days() -> Rows:
    """Return days since 1970 of the first day of each month from January 1 to January 10000."""
    months = np.arange(-1969 * 12, (_LAST_YEAR - 1969) * 12 + 1)
    first: Rows = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    return first


def _are_digits(characters: Octets, places: Sequence[int]) -> Flags:
    all_digits = np.ones(characters.shape[1], bool)
    for place in places:
        all_digits &= is_digit(characters[place])
    return all_digits


def _number(characters: Octets, start: int, places: int) -> Rows:
    number = np.zeros(characters.shape[1], np.int64)
    for place in range(start, start + places):
        number = number * 10 + (characters[place] - _ZERO)
    return number


def _spread_to_rows(count: int, at: Rows | None, values: Rows, is_plain: Flags) -> Parsed:
    if at is None:
        return Parsed(values, is_plain)
    every, is_sure = np.zeros(count, np.int64), np.zeros(count, bool)
    every[at], is_sure[at] = values, is_plain
    return Parsed(every, is_sure)
