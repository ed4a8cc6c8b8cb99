"""Cells that a file stores as numbers or truth values, and their texts in a column's declared source format."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

import numpy as np

from headgate.contracts.model import Kind
from headgate.values.cells import bool_array, rewritten_where, text_array
from headgate.values.declared_spelling import in_declared_format

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from headgate.contracts.model import Column


@final
class TypedText(str):
    """The text of a cell that the file stores as a number or a truth value, in the plain spelling."""

    __slots__ = ()


class MidnightText(str):
    """The day of a cell that the file stores as a moment: the file does not show whether midnight or the whole day is meant."""

    __slots__ = ()


def typed_flags(cells: Sequence[object]) -> pa.Array:
    """Return for each cell whether the file stores it as a number or a truth value."""
    return bool_array(np.array([type(cell) is TypedText for cell in cells], bool))


def column_texts(column: Column, cells: Sequence[str | None]) -> pa.Array:
    """Return the cells as texts; typed cells are spelled in the column's source format, and midnights of timestamps with their time."""
    if column.type.kind is Kind.TIMESTAMP:
        cells = [f"{cell} 00:00:00" if isinstance(cell, MidnightText) else cell for cell in cells]
    text = text_array(cells)
    return respelled(column, text, typed_flags(cells)) if column.format else text


def respelled(column: Column, text: pa.Array, is_typed: pa.Array) -> pa.Array:
    """Return the texts with those of typed cells spelled in the column's source format."""
    if column.format is None:
        return text
    return rewritten_where(is_typed, text, lambda some: in_declared_format(column, some))
