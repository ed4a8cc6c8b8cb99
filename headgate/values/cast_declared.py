"""Convert texts in a declared source format to typed values, exactly.

Numbers, words and null spellings are first rewritten in the plain form, which `cast` reads. Dates are read
from their fields. A text that does not match the declared format completely is a misfit.
"""

import re
from dataclasses import replace
from functools import lru_cache
from typing import cast

import pyarrow as pa
import pyarrow.compute as pc

from headgate.contracts.format_property import FRACTION_DIGITS
from headgate.contracts.model import NUMBERS, Column, ColumnType, Kind
from headgate.contracts.source_format import EITHER, SourceFormat
from headgate.contracts.types import arrow_type
from headgate.values.cast import Cast, misfits_of
from headgate.values.cast import cast as cast_plain
from headgate.values.cast_declared_times import cast_times
from headgate.values.cells import NO_ROWS, blank_to_null, flags, matches, null_where, text_array
from headgate.values.durations import plain_durations

# A blank between thousands, or between a number and its sign, including U+00A0 and U+202F of spreadsheets.
_BLANKS = " \u00a0\u202f"
_GROUP_BLANK = f"[{_BLANKS}]"
# Negative numbers by the format's `minus`. A currency or unit may precede or follow the number, inside or
# outside of parentheses.
NEGATIVES = {
    "trailing": r"^([^-()]*[0-9][^-()0-9]*)-([^-()0-9]*)()$",
    "parentheses": r"^([^-()0-9]*)\(([^-()]*[0-9][^-()]*)\)([^-()0-9]*)$",
}


def without_nulls(column: Column, text: pa.Array) -> pa.Array:
    """Return the texts with null for each declared null spelling."""
    declared = column.format
    if declared is None or not declared.nulls:
        return text
    compared = trimmed(text) if declared.trim else text
    is_null = flags(pc.is_in(compared, text_array(declared.nulls))) & flags(text.is_valid())
    return null_where(is_null, text) if is_null.any() else text


def trimmed(text: pa.Array) -> pa.Array:
    """Return the texts without blanks (Unicode) at both ends."""
    return pc.utf8_trim_whitespace(text)


def cast_column(column: Column, text: pa.Array) -> Cast:
    """Return the column's typed values, read in its declared format.

    Args:
        text: with null spellings already null.
    """
    declared = column.format
    if declared is None:
        return cast_plain(text, column.type)
    shown = trimmed(text) if declared.trim else text
    if column.type.kind is Kind.STRING:
        cases = {"upper": pc.utf8_upper, "lower": pc.utf8_lower}
        return Cast(cases[declared.case](shown) if declared.case else shown, NO_ROWS)
    given = blank_to_null(shown)
    values = _values(given, column.type, declared)
    return Cast(values, misfits_of(given, values))


def _values(given: pa.Array, column_type: ColumnType, declared: SourceFormat) -> pa.Array:
    if declared.patterns or declared.epoch:
        return cast_times(given, column_type, declared)
    if column_type.kind in NUMBERS and not declared.is_plain_number:
        return _numbers(given, column_type, declared)
    if column_type.kind is Kind.BOOLEAN and declared.true_words:
        return cast_plain(_plain_words(given, declared), column_type).values
    if column_type.kind is Kind.TIMESTAMP and declared.timezone:
        return cast_times(given, column_type, declared)
    return cast_plain(given, column_type).values


def _plain_words(given: pa.Array, declared: SourceFormat) -> pa.Array:
    """Return `true` or `false` for the declared words, compared without case, and null for all others."""
    words = [word.casefold() for word in (*declared.true_words, *declared.false_words)]
    plain = ["true"] * len(declared.true_words) + ["false"] * len(declared.false_words)
    at = pc.index_in(pc.utf8_lower(given), text_array(words))
    return text_array(plain).take(at)


def _numbers(given: pa.Array, column_type: ColumnType, declared: SourceFormat) -> pa.Array:
    plain = plain_numbers(given, declared)
    if declared.percent != "fraction":
        return cast_plain(plain, column_type).values
    # 19.5 with two decimal places less is the integer 195, which is 0.195 with all places.
    scale, precision = cast("int", column_type.scale), cast("int", column_type.precision)
    read = cast_plain(
        plain, ColumnType(Kind.DECIMAL, precision=precision, scale=scale - FRACTION_DIGITS)
    ).values
    return pa.Array.from_buffers(arrow_type(column_type), len(read), read.buffers(), offset=read.offset)


def plain_numbers(given: pa.Array, declared: SourceFormat) -> pa.Array:
    """Return each number in plain form; null if it does not match the declared format."""
    if declared.duration:
        return plain_durations(given, declared.duration)
    if declared.decimal == EITHER:
        points, commas, *with_blanks = (
            plain_numbers(given, replace(declared, decimal=decimal, thousands=thousands))
            for decimal, thousands in (".,", ",.", ". ", ", ")
        )
        has_blank = pc.match_substring_regex(given, rf"[0-9]{_GROUP_BLANK}[0-9]")
        return pc.if_else(has_blank, _in_one_meaning(*with_blanks), _in_one_meaning(points, commas))
    given = minus_in_front(given, declared.minus)
    is_number = flags(matches(given, _number_pattern(declared)))
    plain = null_where(~is_number & flags(given.is_valid()), given) if not is_number.all() else given
    for sign in ("%",) if declared.percent else (*declared.currency, *declared.units):
        plain = pc.replace_substring(plain, sign, "")
    if declared.thousands == " " or declared.percent or declared.currency or declared.units:
        plain = pc.replace_substring(plain, " ", "")
        if not pc.all(pc.string_is_ascii(plain)).as_py():
            plain = pc.replace_substring_regex(plain, _GROUP_BLANK, "")
    if declared.thousands not in {"", " "}:
        plain = pc.replace_substring(plain, declared.thousands, "")
    return pc.replace_substring(plain, ",", ".") if declared.decimal == "," else plain


def _in_one_meaning(first: pa.Array, second: pa.Array) -> pa.Array:
    """Return the number that one of two formats reads, or both; null if they read different ones."""
    differs = flags(pc.not_equal(first, second))
    return pc.coalesce(null_where(differs, first), null_where(differs, second))


def minus_in_front(texts: pa.Array, minus: str) -> pa.Array:
    """Return the texts with `-5` for `5-` or `(5)`.

    A text with two minus signs is unchanged, and is not a number.
    """
    return pc.replace_substring_regex(texts, NEGATIVES[minus], r"-\1\2\3") if minus else texts


@lru_cache(maxsize=256)
def _number_pattern(declared: SourceFormat) -> str:
    """Return the grammar (RE2) of a number with its sign.

    A sign precedes or follows the number, once.
    """
    group = _GROUP_BLANK if declared.thousands == " " else re.escape(declared.thousands)
    whole = (
        rf"(?:0|[1-9][0-9]*|[1-9][0-9]{{0,2}}(?:{group}[0-9]{{3}})+)"
        if declared.thousands
        else r"(?:0|[1-9][0-9]*)"
    )
    number = rf"{whole}(?:{re.escape(declared.decimal)}[0-9]+)?"
    if declared.percent:
        return rf"-?{number}{_GROUP_BLANK}?%"
    signs = "|".join(
        re.escape(sign) for sign in sorted((*declared.currency, *declared.units), key=len, reverse=True)
    )
    if not signs:
        return rf"-?{number}"
    return (
        rf"-?(?:(?:{signs}){_GROUP_BLANK}?)?{number}|(?:{signs}){_GROUP_BLANK}?-{number}"
        rf"|-?{number}{_GROUP_BLANK}?(?:{signs})"
    )
