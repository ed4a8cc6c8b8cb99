r"""Cast texts to typed values exactly.

Each type has one exact grammar; a text outside it is a misfit and is never changed to fit. The text of a cast
value is always the original text: `007`, ` 12 `, `12.0` and `1e3` are not integers, `12.345` is not a
DECIMAL(12,2), and `13/01/2023` is not a date. Only trailing zeros of a decimal and of a fraction of a second
may differ.

Source: ISO 8601 for dates and times, in the extended form of RFC 3339; a blank may replace `T`, the seconds
may be left out, and an offset may be without its colon or after a blank.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headgate.contracts.model import TIMES, ColumnType, Kind
from headgate.contracts.types import arrow_type
from headgate.values import fast_parsing as plain
from headgate.values.cells import (
    NO_ROWS,
    Flags,
    Rows,
    blank_to_null,
    bool_array,
    flags,
    is_digit,
    literal,
    matches,
    null_where,
    numbers,
    text_array,
    text_bytes,
)

_INTEGER = r"0|-?[1-9]\d{0,18}"
_YEAR = r"(?:[1-9]\d{3}|0[1-9]\d{2}|00[1-9]\d|000[1-9])"
_DATE = _YEAR + (
    r"-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)|02-(?:0[1-9]"
    r"|[12]\d))"
)
_TIME = r"(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,6}0*)?)?"
ZONE = r" ?(?:Z|[+-](?:0\d|1[0-4]):?[0-5]\d)"
_DOUBLE = r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d{1,3})?"
_BOOLEANS = {"true": True, "t": True, "1": True, "false": False, "f": False, "0": False}
_MAX_DECIMAL_DIGITS = 38
_YEAR_DIGITS = 4
# IEEE 754: every decimal of 15 significant digits is equal after conversion to a double and back.
_DOUBLE_DIGITS = 15


@dataclass(frozen=True)
class Cast:
    """A column's values; null if the text is null or one of the `misfits`."""

    values: pa.Array
    misfits: Rows


def cast(text: pa.Array, column_type: ColumnType) -> Cast:
    """Return the column in its contract's type, with the rows whose text is not a value of that type."""
    if column_type.kind is Kind.STRING:
        return Cast(text, NO_ROWS)
    given = blank_to_null(text)
    values = _values(given, column_type)
    return Cast(values, misfits_of(given, values))


def misfits_of(given: pa.Array, values: pa.Array) -> Rows:
    """Return the rows that have a text and no value."""
    if values.null_count == given.null_count:
        return NO_ROWS
    return np.flatnonzero(flags(given.is_valid()) & flags(values.is_null()))


def _values(given: pa.Array, column_type: ColumnType) -> pa.Array:
    """Cast plain texts at once, and all others by the grammar of the type."""
    parsed = _parse_plain(given, column_type)
    if parsed is None:
        return _CASTS[column_type.kind](given, column_type)
    kind = arrow_type(column_type)
    values = (
        plain.as_decimals(parsed, kind)
        if column_type.kind is Kind.DECIMAL
        else plain.as_integers(parsed, kind)
    )
    others = flags(given.is_valid()) & ~parsed.is_plain
    if others.any():
        others[others] = _may_match_grammar(given.filter(bool_array(others)), column_type.kind)
    if not others.any():
        return values
    chosen = bool_array(others)
    return pc.replace_with_mask(values, chosen, _CASTS[column_type.kind](given.filter(chosen), column_type))


def _may_match_grammar(given: pa.Array, kind: Kind) -> Flags:
    """Return False if a character shows that the grammar rejects the text.

    This avoids the grammar's pattern, which Arrow compiles at each call.

    Args:
        given: neither null nor empty.
    """
    data, starts = text_bytes(given)
    if kind not in TIMES:
        return is_digit(data[starts[1:] - 1])
    is_dash: Flags = np.diff(starts) > _YEAR_DIGITS
    is_dash[is_dash] = data[starts[:-1][is_dash] + _YEAR_DIGITS] == ord("-")
    return is_dash


def _parse_plain(given: pa.Array, column_type: ColumnType) -> plain.Parsed | None:
    if column_type.kind in {Kind.SMALLINT, Kind.INTEGER, Kind.BIGINT}:
        parsed, limit = plain.integers(given), 2 ** (arrow_type(column_type).bit_width - 1)
        return plain.Parsed(
            parsed.values, parsed.is_plain & (parsed.values >= -limit) & (parsed.values < limit)
        )
    if column_type.kind is Kind.DECIMAL:
        return plain.decimals(given, column_type.precision or 0, column_type.scale or 0)
    return (
        {Kind.DATE: plain.days, Kind.TIMESTAMP: plain.instants}[column_type.kind](given)
        if column_type.kind in TIMES
        else None
    )


def _null_unless_matching(text: pa.Array, pattern: str) -> pa.Array:
    """Return `text` with null for every text outside the grammar."""
    fits = matches(text, pattern)
    return null_where(~flags(fits), text) if pc.any(pc.invert(fits)).as_py() else text


def _integers(text: pa.Array, column_type: ColumnType) -> pa.Array:
    spelled, target = _null_unless_matching(text, _INTEGER), arrow_type(column_type)
    try:
        return pc.cast(spelled, target)
    except pa.ArrowInvalid:
        return pc.cast(_null_beyond_bits(spelled, target.bit_width), target)


def _null_beyond_bits(text: pa.Array, bits: int) -> pa.Array:
    wide, limit = pc.cast(text, pa.decimal128(19, 0)), 2 ** (bits - 1)
    inside = pc.and_(
        pc.greater_equal(wide, literal(f"-{limit}", wide.type)), pc.less(wide, literal(f"{limit}", wide.type))
    )
    return null_where(~flags(inside), text)


def _decimals(text: pa.Array, column_type: ColumnType) -> pa.Array:
    precision, scale = column_type.precision or 0, column_type.scale or 0
    whole = rf"(?:0|[1-9]\d{{0,{precision - scale - 1}}})" if precision > scale else "0"
    zeros = rf"0{{0,{_MAX_DECIMAL_DIGITS - precision}}}"  # Arrow parses only the digits of a decimal128
    fraction = rf"\.\d{{1,{scale}}}{zeros}" if scale else rf"\.0{zeros}"
    return pc.cast(_null_unless_matching(text, rf"-?{whole}(?:{fraction})?"), arrow_type(column_type))


def _on_real_days(text: pa.Array) -> pa.Array:
    """Return the dates with null for 29 February outside leap years; the grammar checks other days."""
    leap_days = flags(pc.equal(pc.utf8_slice_codeunits(text, 5, 10), literal("02-29")))
    if not leap_days.any():
        return text
    years = numbers(pc.cast(pc.utf8_slice_codeunits(text, 0, 4), pa.int64()))
    is_leap = (years % 4 == 0) & ((years % 100 != 0) | (years % 400 == 0))
    return null_where(leap_days & ~is_leap, text)


def _timestamps(text: pa.Array, column_type: ColumnType) -> pa.Array:
    """Return naive UTC: a time with a zone is converted to UTC; a time without one is already UTC."""
    spelled = _on_real_days(_null_unless_matching(text, f"{_DATE}[ T]{_TIME}(?:{ZONE})?"))
    exact = spelled
    if pc.any(pc.match_substring_regex(spelled, r"\.\d{7}")).as_py():  # Arrow reads at most six digits
        exact = pc.replace_substring_regex(spelled, r"(\.\d{6})0+", r"\1")
    zoned, target = pc.match_substring_regex(exact, f"{ZONE}$"), arrow_type(column_type)
    if not pc.any(zoned).as_py():
        return pc.cast(exact, target)
    exact = pc.replace_substring_regex(exact, " ([Z+-])", r"\1")  # Arrow reads no blank before an offset
    has_zone = flags(zoned)
    utc = pc.cast(pc.cast(null_where(~has_zone, exact), pa.timestamp("us", "UTC")), target)
    moved = pc.coalesce(utc, pc.cast(null_where(has_zone, exact), target))
    # A zone can move a time out of the years 1 to 9999.
    first, last = literal("0001-01-01", target), literal("9999-12-31 23:59:59.999999", target)
    inside = pc.and_(pc.greater_equal(moved, first), pc.less_equal(moved, last))
    return null_where(~flags(inside), moved)


def _booleans(text: pa.Array, _: ColumnType) -> pa.Array:
    words = pc.index_in(pc.utf8_lower(text), text_array(_BOOLEANS))
    return bool_array(np.array(list(_BOOLEANS.values()))).take(words)


def _doubles(text: pa.Array, column_type: ColumnType) -> pa.Array:
    spelled = _null_unless_matching(text, _DOUBLE)
    is_long = pc.greater(pc.utf8_length(spelled), literal(str(_DOUBLE_DIGITS), pa.int32()))
    doubtful = flags(pc.or_(is_long, pc.match_substring_regex(spelled, "[eE]")))
    lossy = np.zeros(len(text), bool)
    for row in np.flatnonzero(doubtful):
        lossy[row] = not _survives_a_double(spelled[int(row)].as_py())
    return pc.cast(null_where(lossy, spelled), arrow_type(column_type))


def _survives_a_double(text: str) -> bool:
    """Return whether a double represents the number exactly, or its shortest text is the number."""
    number, double = Decimal(text), float(text)
    return abs(double) != float("inf") and number in (Decimal(double), Decimal(repr(double)))


_CASTS: dict[Kind, Callable[[pa.Array, ColumnType], pa.Array]] = {
    Kind.BOOLEAN: _booleans,
    Kind.SMALLINT: _integers,
    Kind.INTEGER: _integers,
    Kind.BIGINT: _integers,
    Kind.DOUBLE: _doubles,
    Kind.DECIMAL: _decimals,
    Kind.DATE: lambda text, kind: pc.cast(
        _on_real_days(_null_unless_matching(text, _DATE)), arrow_type(kind)
    ),
    Kind.TIMESTAMP: _timestamps,
}
