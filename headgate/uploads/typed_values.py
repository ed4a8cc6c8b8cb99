"""Values that a person types: percentages with their sign or without it, amounts with their unit, and days
without leading zeros.

Cells of a file keep the sign that their format requires, because a bare 0.19 may be 19 %. A person sees the
values of the column: beside `13%`, 14 is 14 % and 0.14 is 0.14 %; beside 0.13, 0.14 is a share and `14%` is
the same share.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from headgate.contracts.currency import PERCENT, SHARES, SPELLINGS
from headgate.contracts.format_property import FRACTION_DIGITS
from headgate.contracts.model import NUMBERS, TIMES, Column
from headgate.contracts.source_format import EITHER, PLAIN, SourceFormat
from headgate.values.cast_declared import cast_column, without_nulls
from headgate.values.cells import rewritten_where
from headgate.values.declared_spelling import in_declared_format

if TYPE_CHECKING:
    from collections.abc import Mapping

# A day or month of one digit, before a separator and behind one.
_FIRST, _LATER = (r"^(\d)([./-])", r"0\1\2"), (r"([./-])(\d)($|\D)", r"\10\2\3")


def as_file_writes(text: pa.Array, column: Column, declared: SourceFormat | None) -> pa.Array:
    """Return typed texts as the file writes percentages, amounts and days; others are unchanged.

    Args:
        declared: the format of the file in this column.
    """
    if column.mask is not None:
        return text
    if column.type.kind in TIMES:
        return _with_zeros(text, replace(column, format=declared or PLAIN))
    if column.type.kind not in NUMBERS:
        return text
    written = declared or PLAIN
    as_written = replace(column, format=written)
    if written.duration or written.percent:
        return in_declared_format(as_written, text) if written.duration else _with_sign(text, as_written)
    meaning = percent_meaning(column)
    is_of_parts = column.unit == PERCENT or meaning == "fraction"
    if is_of_parts:
        return _without_sign(text, as_written, meaning)
    return _without_unit(text, as_written) if column.unit else text


def percent_meaning(column: Column) -> str:
    """Return what a percent sign means: hundredths in a field whose unit is a share, else points."""
    is_share = column.unit in SHARES and (column.type.scale or 0) >= FRACTION_DIGITS
    return "fraction" if is_share else "points"


def changed_as_file_writes(
    own: Mapping[str, pa.Array],
    changed: Mapping[str, pa.Array],
    columns: Mapping[str, pa.Array],
    fields: Mapping[str, tuple[Column, SourceFormat | None]],
) -> dict[str, pa.Array]:
    """Return the columns whose cells a person changed, with these cells as the file writes them.

    Args:
        own: the cells of the file.
        changed: the cells after the edits.
        columns: these cells as they are written so far.
        fields: field and its format in the file, by column.
    """
    texts = {}
    for name in own.keys() & changed.keys() & fields.keys():
        if not own[name].equals(changed[name]):
            typed = pc.fill_null(pc.not_equal(pc.fill_null(own[name], ""), changed[name]), fill_value=False)
            field, declared = fields[name]
            rewrite = partial(as_file_writes, column=field, declared=declared)
            texts[name] = rewritten_where(typed, columns[name], rewrite)
    return texts


def _with_zeros(text: pa.Array, column: Column) -> pa.Array:
    """Return times with two digits for days and months, if only such a text is a time of the column."""
    padded = text
    for pattern, digits in (_FIRST, _LATER, _LATER):  # month and day share a separator
        padded = pc.replace_substring_regex(padded, pattern=pattern, replacement=digits)
    is_time = pc.is_valid(cast_column(column, without_nulls(column, text)).values)
    is_padded_time = pc.is_valid(cast_column(column, without_nulls(column, padded)).values)
    return pc.if_else(pc.and_not(is_padded_time, is_time), padded, text)


def _with_sign(text: pa.Array, column: Column) -> pa.Array:
    signed = pc.binary_join_element_wise(without_nulls(column, text), "%", "")
    is_number = pc.is_valid(cast_column(column, signed).values)
    return pc.if_else(is_number, signed, text)


def _without_sign(text: pa.Array, column: Column, meaning: str) -> pa.Array:
    written = column.format or PLAIN
    signed = replace(column, format=replace(written, percent=meaning))
    values = cast_column(signed, without_nulls(column, text)).values
    return pc.coalesce(in_declared_format(column, pc.cast(values, pa.string())), text)


def _without_unit(text: pa.Array, column: Column) -> pa.Array:
    """Return amounts with the unit of the column, as in `1.234,56 kg`, without it.

    A number that the format of the column does not read counts if no other format reads another number.
    """
    written = column.format or PLAIN
    signs = SPELLINGS.get(column.unit, (column.unit,))
    with_unit = replace(written, currency=(*written.currency, *signs), trim=True)
    of_any = replace(with_unit, decimal=EITHER, thousands="")
    given = without_nulls(column, text)
    own, *others = (cast_column(replace(column, format=each), given) for each in (written, with_unit, of_any))
    if own.values.null_count == text.null_count:
        return text
    values = pc.coalesce(*(each.values for each in others))
    named = pc.if_else(pc.is_valid(own.values), None, pc.cast(values, pa.string()))
    return pc.coalesce(in_declared_format(column, named), text)
