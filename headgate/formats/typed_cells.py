"""Write cells that a file stores as numbers or booleans as texts in a column's source format."""

from __future__ import annotations

import re
from decimal import Context, Decimal
from typing import TYPE_CHECKING, final

import numpy as np
import pyarrow.compute as pc

from headgate.contracts.currency import PERCENT
from headgate.contracts.model import NUMBERS, Column, Kind
from headgate.values.cells import bool_array, rewritten_where, text_array
from headgate.values.declared_spelling import in_declared_format

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa


_EXACT_KINDS = {Kind.SMALLINT, Kind.INTEGER, Kind.BIGINT, Kind.DECIMAL}
_PLAIN_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_DAY_WITH_TIME = r"^\d{4}-\d\d-\d\d \d\d:"
_PERCENT_DECIMALS = 8
_SHOWN = Context(prec=15)  # Excel shows no more digits
_MAX_DIGITS_BEFORE_NOISE = 13  # of 15: at least two zeros precede the rounding error of floats


@final
class TypedText(str):
    """The plain text of a cell that the file stores as a number or a boolean."""

    __slots__ = ()


@final
class PercentText(str):
    """A number cell as a workbook shows it in percent: `30%`, of which it stores 0.3."""

    __slots__ = ()


class MidnightText(str):
    """The date of a cell that the file stores as a timestamp at midnight.

    The file does not show whether midnight or the whole day is meant.
    """

    __slots__ = ()


def percent_text(number: str) -> str:
    """Return a stored number as percent, at most 8 decimals; one without all of its digits stays a number.

    A quotient that the workbook computed has more decimals, which no format of numbers has.

    >>> percent_text("0.3"), percent_text("0.07"), percent_text("1E+20"), percent_text("0.15963511972633979")
    ('30%', '7%', '1E+20', '15.96351197%')
    """
    if not _PLAIN_NUMBER.fullmatch(number):
        return TypedText(number)
    points = round(Decimal(without_float_noise(number)) * 100, _PERCENT_DECIMALS)
    return PercentText(f"{points.normalize():f}%")


def typed_flags(cells: Sequence[object]) -> pa.Array:
    """Return for each cell whether the file stores it as a number or a boolean."""
    return bool_array(np.array([type(cell) is TypedText for cell in cells], bool))


def column_texts(column: Column, cells: Sequence[str | None]) -> pa.Array:
    """Return the cells as texts.

    Typed cells are written in the column's source format, timestamps at midnight with their time, and numbers
    of exact types without floating-point noise. Cells in percent have their sign in a column of texts and
    where the format requires it, and are numbers in the column's unit elsewhere.
    """
    if column.type.kind in NUMBERS:
        cells = [_percent_in(column, cell) if type(cell) is PercentText else cell for cell in cells]
    if column.type.kind is Kind.TIMESTAMP:
        cells = [f"{cell} 00:00:00" if isinstance(cell, MidnightText) else cell for cell in cells]
    if column.type.kind in _EXACT_KINDS:
        cells = [without_float_noise(cell) if type(cell) is TypedText else cell for cell in cells]
    text = text_array(cells)
    return respelled(column, text, typed_flags(cells)) if column.format else text


def _percent_in(column: Column, cell: str) -> str:
    """Return a cell in percent as a text file has it in the column: `30%`, 30 in the unit percent, or 0.3."""
    if column.format and column.format.percent:
        return cell.replace(".", column.format.decimal) if column.format.decimal == "," else cell
    points = cell.removesuffix("%")
    return TypedText(points if column.unit == PERCENT else f"{Decimal(points) / 100:f}")


def without_float_noise(text: str) -> str:
    """Return a number as Excel shows it if its last digits are a floating-point rounding error.

    >>> without_float_noise("0.30000000000000004"), without_float_noise("121.67771234567891")
    ('0.3', '121.67771234567891')
    """
    if _digits(text) <= _SHOWN.prec or "E" in text:
        return text
    shown = f"{_SHOWN.plus(Decimal(text)).normalize():f}"
    return TypedText(shown) if _digits(shown) <= _MAX_DIGITS_BEFORE_NOISE else text


def _digits(number: str) -> int:
    return len(number.lstrip("-0.").replace(".", ""))


def respelled(column: Column, text: pa.Array, is_typed: pa.Array) -> pa.Array:
    """Return the texts, with typed cells written in the column's source format."""
    if column.format is None:
        return text
    return rewritten_where(is_typed, text, lambda some: in_declared_format(column, some))


def has_times_of_day(text: pa.Array) -> bool:
    """Return whether cells of a workbook's column are days with a time; midnight is a day alone."""
    return bool(pc.any(pc.match_substring_regex(text, _DAY_WITH_TIME)).as_py())
