"""Numbers and times in their plainest spelling, read over the bytes of a whole column at once: most of most
files.

A value found here is final. All other texts are left to the grammars of `cast`, which return the same values
more slowly.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headgate.values.cells import NO_ROWS, Flags, Rows, flags, is_digit, marked, null_where, text_bytes

if TYPE_CHECKING:
    from collections.abc import Sequence

Octets = np.ndarray[Any, np.dtype[np.uint8]]

_ZERO, _MINUS, _POINT, _HYPHEN, _COLON = 0x30, 0x2D, 0x2E, 0x2D, 0x3A
# As many digits always fit 64 bits.
MOST_DIGITS = 18
_DATE, _TIMESTAMP = 10, 19
_LAST_YEAR = 9999
_DAY_S, _MICROS = 86_400, 1_000_000
_MICRO_DIGITS = 6


@dataclass(frozen=True)
class Parsed:
    """For each row whether its spelling is plain, and then its value.

    What stands in other rows means nothing.
    """

    values: Rows
    sure: Flags


def are_digits(text: pa.Array, fewest: int, most: int) -> Flags:
    """Return whether each text is so many ASCII digits and nothing else; false for null."""
    data, starts = text_bytes(text)
    size = np.diff(starts)
    plain = (size >= fewest) & (size <= most)
    if not plain.any():
        return plain
    plain[_rows_at(np.flatnonzero(~is_digit(data)), starts)] = False
    return plain & flags(text.is_valid()) if text.null_count else plain


def have_shape(text: pa.Array, shape: str) -> Flags:
    """Return whether each text is of that shape, in which a 9 means any ASCII digit and every other sign
    itself.

    False for null.
    """
    at, signs = _of_width(text, len(shape))
    fits = np.ones(signs.shape[1], bool)
    for place, sign in enumerate(shape):
        fits &= is_digit(signs[place]) if sign == "9" else signs[place] == ord(sign)
    return _placed(len(text), at, NO_ROWS if at is None else np.zeros(len(at), np.int64), fits).sure & flags(
        text.is_valid()
    )


def integers(text: pa.Array) -> Parsed:
    """Parse at most 18 digits without zeros in front, perhaps behind a minus."""
    data, starts = text_bytes(text)
    sure, first = _signed_digits(data, starts, np.flatnonzero(~is_digit(data)))
    size = starts[1:] - first
    begins = _byte_at(data, first)
    sure &= (size <= MOST_DIGITS) & ((begins != _ZERO) | ((size == 1) & (first == starts[:-1])))
    return Parsed(_numbers(text, sure), sure)


def decimals(text: pa.Array, precision: int, scale: int) -> Parsed:
    """Parse at most 18 digits, a point among them that has digits on both sides.

    The value is in units of the last of `scale` places.
    """
    data, starts = text_bytes(text)
    other = np.flatnonzero(~is_digit(data))
    points = other[data[other] == _POINT]
    sure, first = _signed_digits(data, starts, other[data[other] != _POINT])
    rows = _rows_at(points, starts)
    point = starts[1:].copy()  # where the fraction begins, or would
    point[rows] = points
    sure[rows[1:][rows[1:] == rows[:-1]]] = False  # two points
    whole, fraction = point - first, np.maximum(starts[1:] - point - 1, 0)
    has_point = marked(rows, len(text))
    sure &= (
        (whole >= 1)
        & (whole <= min(precision - scale, MOST_DIGITS - scale))
        & (fraction <= scale)
        & (has_point <= (fraction > 0))
    )
    sure &= (_byte_at(data, first) != _ZERO) | (whole == 1)
    return Parsed(
        _numbers(_without(text, data, starts, points), sure) * 10 ** (scale - np.where(sure, fraction, 0)),
        sure,
    )


def days(text: pa.Array) -> Parsed:
    """Parse `2024-01-31` as days since 1970."""
    at, signs = _of_width(text, _DATE)
    since, real = _days(signs)
    return _placed(len(text), at, since, real)


def instants(text: pa.Array) -> Parsed:
    """Parse `2024-01-31 23:59:59`, or with a T, as microseconds since 1970."""
    at, signs = _of_width(text, _TIMESTAMP)
    since, real = _days(signs)
    hour, minute, second = (_number(signs, place, 2) for place in (11, 14, 17))
    real &= _are_digits(signs, (11, 12, 14, 15, 17, 18)) & (signs[13] == _COLON) & (signs[16] == _COLON)
    real &= ((signs[10] == ord(" ")) | (signs[10] == ord("T"))) & (hour < 24) & (minute < 60) & (second < 60)  # noqa: PLR2004 of a day
    return _placed(len(text), at, (since * _DAY_S + hour * 3600 + minute * 60 + second) * _MICROS, real)


@dataclass(frozen=True)
class Layout:
    """Where the parts of a date pattern of fixed width stand.

    Attributes:
        fields: name, first byte and number of digits of each field.
        literals: place and byte of each literal sign.
    """

    width: int
    fields: tuple[tuple[str, int, int], ...]
    literals: tuple[tuple[int, int], ...]
    has_time: bool


def fixed_times(text: pa.Array, layout: Layout, year_from: int) -> Parsed:
    """Return days since 1970, or microseconds since 1970 where the layout has a time."""
    at, signs = _of_width(text, layout.width)
    values = {name: _number(signs, start, digits) for name, start, digits in layout.fields}
    year = values["year"] if "year" in values else full_years(values["short_year"], year_from)
    since, real = days_of(year, values["month"], values["day"])
    real &= _are_digits(
        signs, [place for _, start, digits in layout.fields for place in range(start, start + digits)]
    )
    for place, sign in layout.literals:
        real &= signs[place] == sign
    if layout.has_time:
        zero = np.zeros(len(since), np.int64)
        digits = next((digits for name, _, digits in layout.fields if name == "fraction"), 0)
        fraction = values.get("fraction", zero) * 10 ** (_MICRO_DIGITS - digits)
        micros, is_time = micros_of(values["hour"], values["minute"], values.get("second", zero), fraction)
        since, real = since * _DAY_S * _MICROS + micros, real & is_time
    return _placed(len(text), at, since, real)


def full_years(short: Rows, year_from: int) -> Rows:
    """Return the years with these last two digits among the hundred years from `year_from` on."""
    years: Rows = year_from + (short - year_from) % 100
    return years


def micros_of(hour: Rows, minute: Rows, second: Rows, fraction: Rows) -> tuple[Rows, Flags]:
    """Return the microseconds since midnight, and whether each is a time of day."""
    real = (hour < 24) & (minute < 60) & (second < 60)  # noqa: PLR2004 of a day
    return (hour * 3600 + minute * 60 + second) * _MICROS + fraction, real


def as_decimals(parsed: Parsed, kind: pa.DataType) -> pa.Array:
    """Return the values that were read as decimals of that type; all others are null."""
    words = np.empty((len(parsed.values), 2), np.int64)
    words[:, 0], words[:, 1] = parsed.values, parsed.values >> 63
    return pa.Array.from_buffers(kind, len(words), [_bits(parsed.sure), pa.py_buffer(words)])


def as_integers(parsed: Parsed, kind: pa.DataType) -> pa.Array:
    """Return the values that were read as integers, days or instants of that type; all others are null."""
    narrow = parsed.values.astype(f"i{kind.bit_width // 8}", copy=False)
    return pa.Array.from_buffers(
        kind, len(narrow), [_bits(parsed.sure), pa.py_buffer(np.ascontiguousarray(narrow))]
    )


def _bits(sure: Flags) -> pa.Buffer | None:
    return None if sure.all() else pa.py_buffer(np.packbits(sure, bitorder="little"))


def _rows_at(places: Rows, starts: Rows) -> Rows:
    return np.searchsorted(starts, places, "right") - 1 if len(places) else NO_ROWS


def _byte_at(data: Octets, places: Rows) -> Octets:
    return data[np.minimum(places, len(data) - 1)] if len(data) else np.zeros(len(places), np.uint8)


def _signed_digits(data: Octets, starts: Rows, other: Rows) -> tuple[Flags, Rows]:
    """Return a mask of texts of digits with an optional minus, and where their digits begin."""
    sure, first = starts[1:] > starts[:-1], starts[:-1]
    if len(other):
        rows = _rows_at(other, starts)
        is_minus = (data[other] == _MINUS) & (other == starts[rows])
        sure[rows[~is_minus]] = False
        first = first.copy()
        first[rows[is_minus]] += 1
    sure &= first < starts[1:]
    return sure, first


def _numbers(text: pa.Array, sure: Flags) -> Rows:
    """Return Arrow's reading of texts that are nothing but digits and a minus; zero for all others."""
    wide = pc.cast(text if sure.all() else null_where(~sure, text), pa.int64())
    numbers = np.frombuffer(wide.buffers()[1], np.int64, len(wide), wide.offset * 8) if len(wide) else NO_ROWS
    return numbers if sure.all() else np.where(sure, numbers, 0)


def _without(text: pa.Array, data: Octets, starts: Rows, places: Rows) -> pa.Array:
    """Return the texts without the bytes at those places."""
    if not len(places):
        return text
    left = np.delete(data, places)
    shifted = (starts - np.searchsorted(places, starts)).astype(np.int32)
    return pa.Array.from_buffers(pa.string(), len(text), [None, pa.py_buffer(shifted), pa.py_buffer(left)])


def _of_width(text: pa.Array, width: int) -> tuple[Rows | None, Octets]:
    """Return the rows of that many bytes, None for all of them; and their bytes, a line for each place."""
    data, starts = text_bytes(text)
    fits = np.diff(starts) == width
    if fits.all():
        return None, np.ascontiguousarray(data.reshape(-1, width).T)
    at = np.flatnonzero(fits)
    return at, np.ascontiguousarray(data[starts[at] + np.arange(width)[:, None]]) if len(at) else np.empty(
        (width, 0), np.uint8
    )


def _days(signs: Octets) -> tuple[Rows, Flags]:
    """Return days since 1970 of dates in the first ten places, and whether each is a real day."""
    since, real = days_of(_number(signs, 0, 4), _number(signs, 5, 2), _number(signs, 8, 2))
    real &= _are_digits(signs, (0, 1, 2, 3, 5, 6, 8, 9)) & (signs[4] == _HYPHEN) & (signs[7] == _HYPHEN)
    return since, real


def days_of(year: Rows, month: Rows, day: Rows) -> tuple[Rows, Flags]:
    """Return the days since 1970, and whether each is a day of the calendar in the years 1 to 9999."""
    real = (year >= 1) & (year <= _LAST_YEAR) & (month >= 1) & (month <= 12) & (day >= 1)  # noqa: PLR2004 months
    place = np.where(real, year * 12 + month - 13, 0)
    first = _first_days()
    begins = first[place]
    real &= day <= first[place + 1] - begins
    return begins + day - 1, real


@lru_cache(maxsize=1)
def _first_days() -> Rows:
    """Return days since 1970 of every month's first day, from year 1 to the end of year 9999."""
    months = np.arange(-1969 * 12, (_LAST_YEAR - 1969) * 12 + 1)
    first: Rows = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    return first


def _are_digits(signs: Octets, places: Sequence[int]) -> Flags:
    all_digits = np.ones(signs.shape[1], bool)
    for place in places:
        all_digits &= is_digit(signs[place])
    return all_digits


def _number(signs: Octets, start: int, places: int) -> Rows:
    number = np.zeros(signs.shape[1], np.int64)
    for place in range(start, start + places):
        number = number * 10 + (signs[place] - _ZERO)
    return number


def _placed(count: int, at: Rows | None, values: Rows, sure: Flags) -> Parsed:
    if at is None:
        return Parsed(values, sure)
    every, is_sure = np.zeros(count, np.int64), np.zeros(count, bool)
    every[at], is_sure[at] = values, sure
    return Parsed(every, is_sure)
