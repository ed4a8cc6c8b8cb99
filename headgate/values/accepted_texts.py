"""Find the texts that a column accepts: they fit its type and break no rule except rules that only warn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from headgate.contracts.model import Column, Kind, Level, Mask
from headgate.values.cast_declared import cast_column, trimmed, without_nulls
from headgate.values.cells import Flags, blank_to_null
from headgate.values.rules import column_breaches

if TYPE_CHECKING:
    import pyarrow as pa


def null_where_absent(column: Column, text: pa.Array) -> pa.Array:
    """Return the column's texts with null for missing values.

    Missing are declared null spellings and, in a typed column, empty texts.
    """
    given = without_nulls(column, text)
    if column.mask in {None, Mask.FREE_TEXT} and column.type.kind is Kind.STRING:
        return given
    return blank_to_null(trimmed(given) if column.format and column.format.trim else given)


def texts_for_quarantine(column: Column, text: pa.Array, given: pa.Array) -> pa.Array:
    """Return the original texts for quarantine, with null if the column treats an empty text as missing."""
    if column.format is None:
        return given
    return text if column.type.kind is Kind.STRING else blank_to_null(text)


def is_accepted(column: Column, text: pa.Array) -> Flags:
    """Return for each text whether the column accepts it. A null is a missing value."""
    given = null_where_absent(column, text)
    fitted = cast_column(column, given)
    is_taken = np.ones(len(text), bool)
    is_taken[fitted.misfits] = False
    for breach in column_breaches(column, fitted.values, given):
        if breach.level is not Level.WARN:
            is_taken[breach.rows] = False
    return is_taken
