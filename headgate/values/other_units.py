"""Find numbers with another unit than their column, such as `12 g` among kilograms."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from headgate.contracts.currency import PERCENT, SHARES, SPELLINGS
from headgate.contracts.model import NUMBERS, Column
from headgate.values.cells import Rows, by_unique, int_array, numbers
from headgate.values.inferred_numbers import signs_of_numbers

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa


def rows_by_other_unit(column: Column, text: pa.Array, rows: Rows) -> tuple[Mapping[str, Rows], Rows]:
    """Return the rows of numbers with a unit that the column does not have, by that unit, and the other rows.

    Args:
        rows: those whose texts are no value of the column.
    """
    is_duration = column.format is not None and column.format.duration
    if column.type.kind not in NUMBERS or is_duration or not len(rows):
        return {}, rows
    unique, own = by_unique(text.take(int_array(rows)))
    of_column = {"", *signs_of_column(column)}
    others = [sign if sign not in of_column else "" for sign in signs_of_numbers(unique)]
    sign_of = np.array(others, dtype=object)[numbers(own)]
    by_sign = {sign: rows[sign_of == sign] for sign in sorted(set(others) - {""})}
    return by_sign, rows[sign_of == ""]


def signs_of_column(column: Column) -> tuple[str, ...]:
    """Return the spellings of the column's unit, the declared ones first; none without a unit."""
    declared = column.format
    signs = (*declared.currency, *declared.units, *(("%",) if declared.percent else ())) if declared else ()
    if column.unit in {*SHARES, PERCENT}:
        return (*signs, "%") if "%" not in signs else signs
    return (*signs, *([column.unit] if column.unit else ()), *SPELLINGS.get(column.unit, ()))
