"""Which texts a column would take, one by one: its type holds them, and none of its rules is broken that does more than warn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from headgate.contracts.model import Kind, Level, Mask
from headgate.values.cast import cast
from headgate.values.cells import blank_to_null
from headgate.values.rules import column_breaches

if TYPE_CHECKING:
    import pyarrow as pa

    from headgate.contracts.model import Column
    from headgate.values.cells import Flags


def given(column: Column, text: pa.Array) -> pa.Array:
    """The column's texts; null where they say nothing, which an empty text does in a column that is no plain text."""
    is_text = column.mask in {None, Mask.FREE_TEXT} and column.type.kind is Kind.STRING
    return text if is_text else blank_to_null(text)


def fits(column: Column, text: pa.Array) -> Flags:
    """For each text whether the column would take it; null is what the file says nothing for."""
    said = given(column, text)
    fitted = cast(said, column.type)
    taken = np.ones(len(text), bool)
    taken[fitted.misfits] = False
    for breach in column_breaches(column, fitted.values, said):
        if breach.level is not Level.WARN:
            taken[breach.rows] = False
    return taken
