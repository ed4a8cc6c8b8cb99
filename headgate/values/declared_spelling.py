"""Write the values of typed cells in a declared source format: the inverse of `cast_declared`.

Readers use it for Parquet columns and for Excel and JSON cells with numbers or booleans, so that one declared
format fits every file format. Dates need no conversion: ISO 8601 is accepted in addition to declared
patterns.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pyarrow.compute as pc

from headgate.contracts.model import NUMBERS, Column, Kind
from headgate.contracts.source_format import EITHER
from headgate.values.cells import by_unique, rewritten_where, text_array

if TYPE_CHECKING:
    import pyarrow as pa

    from headgate.contracts.source_format import SourceFormat

# With three decimals a number may be one of thousands, and with a zero behind them it is not.
_TWO_MEANINGS = r"^(-?[1-9][0-9]{0,2}\.[0-9]{3})$"
_PLAIN_NUMBER = r"^-?[0-9]+(?:\.[0-9]+)?$"
_SECONDS = r"^(-?)([0-9]+(?:\.[0-9]+)?)$"


def in_declared_format(column: Column, plain: pa.Array, *, are_values: bool = False) -> pa.Array:
    """Return plain texts of typed cells in the column's declared format.

    A text that is not a plain value is unchanged. So is a bare number if `percent: points` is declared: a
    workbook contains 0.19 for 19 %, so the meaning is unclear and the gate refuses it.

    Args:
        are_values: the numbers are values of the column: 19 is 19 % if `percent: points` is declared.
    """
    declared = column.format
    if declared is None or column.mask is not None:
        return plain
    if column.type.kind is Kind.BOOLEAN and declared.true_words:
        return _words(plain, declared)
    is_unclear = declared.percent == "points" and not are_values
    if column.type.kind not in NUMBERS or declared.is_plain_number or is_unclear:
        return plain
    if declared.duration:
        return pc.replace_substring_regex(plain, _SECONDS, r"\1PT\2S")
    if declared.decimal == EITHER:
        plain = pc.replace_substring_regex(plain, _TWO_MEANINGS, r"\10")
        declared = replace(declared, decimal=".")
    is_number = pc.match_substring_regex(plain, _PLAIN_NUMBER)
    if declared.percent:
        return rewritten_where(is_number, plain, lambda some: _percentages(some, declared))
    return rewritten_where(is_number, plain, lambda some: pc.replace_substring(some, ".", declared.decimal))


def _percentages(numbers: pa.Array, declared: SourceFormat) -> pa.Array:
    points = 100 if declared.percent == "fraction" else 1
    unique, at = by_unique(numbers)
    texts = [f"{(Decimal(text) * points).normalize():f}%" for text in unique.to_pylist()]
    return text_array(text.replace(".", declared.decimal) for text in texts).take(at)


def _words(plain: pa.Array, declared: SourceFormat) -> pa.Array:
    words = text_array([declared.true_words[0], declared.false_words[0]])
    at = pc.index_in(pc.utf8_lower(plain), text_array(["true", "false"]))
    return pc.coalesce(words.take(at), plain)
