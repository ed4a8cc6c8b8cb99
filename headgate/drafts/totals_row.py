"""Whether the last row of a sample is a line of totals, as reports of merchandise systems have it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pyarrow.compute as pc

from headgate.contracts.model import Kind
from headgate.values.accepted_texts import null_where_absent
from headgate.values.cast_declared import cast_column
from headgate.values.cells import blank_to_null

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pyarrow as pa

    from headgate.contracts.model import Column

_EXACT = {Kind.SMALLINT, Kind.INTEGER, Kind.BIGINT, Kind.DECIMAL}
# A formula without a stored value, as libraries write it; files have the English names. Source: ECMA-376, part 1, 18.17.7.
_SUM_FORMULA = re.compile(r"=(?:SUM|SUBTOTAL)\(")
_FEWEST_ROWS = 3  # above the last: a sum of two numbers occurs by chance


def totals_of(columns: Iterable[Column], cells: Mapping[str, pa.Array]) -> list[str]:
    """Return the columns whose last value is the exact sum of all values above it, and not zero, or the formula of a sum."""
    return [column.name for column in columns if column.type.kind in _EXACT and _is_sum(column, cells[column.name])]


def last_row_is_refused(columns: Iterable[Column], cells: Mapping[str, pa.Array]) -> bool:
    """Whether a value of the last row does not have its column's type, or is missing where the column requires one."""
    return any(_is_refused(column, null_where_absent(column, cells[column.name].slice(len(cells[column.name]) - 1))) for column in columns)


def _is_refused(column: Column, last: pa.Array) -> bool:
    given = blank_to_null(last).drop_null()
    return column.required if not len(given) else bool(len(cast_column(column, given).misfits))


def _is_sum(column: Column, text: pa.Array) -> bool:
    values = cast_column(column, null_where_absent(column, text)).values
    if len(values) <= _FEWEST_ROWS:
        return False
    if not values[-1].is_valid:
        return _SUM_FORMULA.match(text[-1].as_py() or "") is not None
    last = values[-1].as_py()
    return bool(last) and pc.sum(values.slice(0, len(values) - 1)).as_py() == last
