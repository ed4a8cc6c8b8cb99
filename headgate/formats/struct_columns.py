"""Columns of the fields of Arrow structs, under the names that objects of JSON get (`customer_city`).

`headgate.formats.json.nested_names` says which structs become columns: those that a contract splits, and all
of a draft. Lists and maps stay nested.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from headgate.formats.csv.read_csv import MAX_COLUMNS
from headgate.matching.header_names import folded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.formats.json.nested_names import Expands

_MAX_LEVELS = 16


@dataclass(frozen=True)
class StoredColumn:
    """A column of the file, or a field of a struct.

    Attributes:
        name: the joined names of the structs and the field.
        path: these names.
    """

    name: str
    path: tuple[str, ...]
    type: pa.DataType

    def is_inside(self, paths: Sequence[str]) -> bool:
        """Return whether one of the paths, joined by points, is this column or in its lists and objects."""
        own = ".".join(self.path)
        return any(path == own or path.startswith(f"{own}.") for path in paths)


def stored_columns(schema: pa.Schema, expands: Expands) -> tuple[StoredColumn, ...]:
    """Return the columns of a table whose structs are unfolded.

    A struct stays one column if a field would have the name of another column, or there would be too many.
    """
    columns = [StoredColumn(field.name, (field.name,), field.type) for field in schema]
    unfolded = _unfolded(columns, expands, 0)
    return tuple(unfolded if len(unfolded) <= MAX_COLUMNS else columns)


def with_struct_columns(table: pa.Table, expands: Expands) -> pa.Table:
    """Return the table with the columns that `stored_columns` names; a field of a null struct is null."""
    columns = stored_columns(table.schema, expands)
    if all(len(column.path) == 1 for column in columns):
        return table
    return pa.table(
        [_values(table, column.path) for column in columns], names=[column.name for column in columns]
    )


def schema_of(columns: Sequence[StoredColumn]) -> pa.Schema:
    """Return the schema of the unfolded columns."""
    return pa.schema([(column.name, column.type) for column in columns])


def is_empty_group(stored: pa.DataType) -> bool:
    """Return whether a struct has no field that stores a value; Arrow may leave it out of its tables."""
    return pa.types.is_struct(stored) and all(is_empty_group(field.type) for field in stored)


def _unfolded(columns: Sequence[StoredColumn], expands: Expands, level: int) -> list[StoredColumn]:
    taken = {folded(column.name) for column in columns}
    unfolded: list[StoredColumn] = []
    for column in columns:
        parts = _fields(column, expands, level)
        names = {folded(part.name) for part in parts}
        if names and taken.isdisjoint(names):
            taken |= names
            unfolded += parts
        else:
            unfolded.append(column)
    return unfolded


def _fields(column: StoredColumn, expands: Expands, level: int) -> list[StoredColumn]:
    """Return the columns of a struct; none if it stays one column."""
    if not pa.types.is_struct(column.type) or level == _MAX_LEVELS or not expands(column.name, {}):
        return []
    fields = [field for field in column.type if not is_empty_group(field.type)]
    if len({folded(field.name) for field in fields}) < len(fields):
        return []
    parts = [
        StoredColumn(f"{column.name}_{field.name}", (*column.path, field.name), field.type)
        for field in fields
    ]
    return _unfolded(parts, expands, level + 1)


def _values(table: pa.Table, path: Sequence[str]) -> pa.ChunkedArray:
    values = table.column(path[0])
    for name in path[1:]:
        values = pc.struct_field(values, [values.type.get_field_index(name)])
    return values
