"""The columns by which a file is read in its own names, before anybody has chosen its contract.

A typed format such as Parquet states how each column is stored. The readers write exact texts for a column's
type (`headgate.formats.parquet.read_parquet`), so each column gets the type that its stored one always
converts to.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pyarrow as pa

from headgate.contracts.model import Column, ColumnType, Kind
from headgate.errors import UnreadableFileError
from headgate.values.cells import decoded_type

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from headgate.formats.batches import Source

_MISFIT = "type"  # rule of a column whose stored values have no exact text

_TEXTS = {pa.string(), pa.large_string(), pa.string_view()}


def own_columns(stored: Sequence[pa.DataType], *, with_lists: bool) -> tuple[Column, ...]:
    """Return a column for each stored type, called by its position.

    Args:
        with_lists: whether texts, too, may be lists: those in JSON records are their JSON texts.
    """
    kinds = map(decoded_type, stored)
    return tuple(
        Column(str(place), _type_of(kind), nested="array" if with_lists or pa.types.is_nested(kind) else "")
        for place, kind in enumerate(kinds)
    )


def always_have_texts(stored: Iterable[pa.DataType]) -> bool:
    """Return whether each value of the columns has a text; bytes and lists of them may have none."""
    return all(_always_has_text(decoded_type(kind)) for kind in stored)


def readable_source(
    columns: Sequence[Column], opened: Callable[[Sequence[Column]], Source]
) -> tuple[Source, frozenset[int]]:
    """Return the rows of a file, and the positions of columns that are empty for want of a text.

    All rows are read to learn which columns these are, and again from the start after a batch with such
    columns.

    Args:
        columns: as `own_columns` returns them.
        opened: opens the file with the columns.
    """
    unreadable: set[int] = set()
    while True:
        own = [replace(each, left_out=place in unreadable) for place, each in enumerate(columns)]
        try:
            source = opened(own)
            for _ in source.batches():
                pass
        except UnreadableFileError as error:
            named = error.columns or (error.column,)
            misfits = {int(name) for name in named if name.isdecimal()} - unreadable
            if error.rule != _MISFIT or not misfits:
                raise
            unreadable |= misfits
        else:
            return source, frozenset(unreadable)


def _type_of(stored: pa.DataType) -> ColumnType:
    """Return the type by which a reader writes the exact texts of a stored column."""
    if pa.types.is_boolean(stored):
        return ColumnType(Kind.BOOLEAN)
    if pa.types.is_timestamp(stored):
        return ColumnType(Kind.TIMESTAMP)
    if pa.types.is_floating(stored) or pa.types.is_decimal(stored):
        return ColumnType(Kind.DECIMAL, precision=38, scale=9)
    return ColumnType(Kind.STRING)


def _always_has_text(stored: pa.DataType) -> bool:
    types = pa.types
    is_number = types.is_integer(stored) or types.is_floating(stored) or types.is_decimal(stored)
    is_time = types.is_date(stored) or types.is_time(stored) or types.is_timestamp(stored)
    return is_number or is_time or types.is_boolean(stored) or types.is_null(stored) or stored in _TEXTS
