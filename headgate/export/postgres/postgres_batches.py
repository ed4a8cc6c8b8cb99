"""Convert ADBC's batches to the types of an export, exactly or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from headgate.export.server.source import UnrepresentableValueError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from headgate.export.planning.mapping import ExportColumn

# Days since 1970 of 0001-01-01 and 9999-12-31, between which readers of Parquet agree on dates.
_FIRST_DAY, _LAST_DAY = -719_162, 2_932_896
_DAY_US = 86_400_000_000


class PostgresBatches:
    """Rows of one query; PostgreSQL accepts no invalid dates."""

    def __init__(self, batches: Iterator[pa.RecordBatch], columns: Sequence[ExportColumn]) -> None:
        self._batches, self._columns = batches, columns
        self._schema = pa.schema([column.field for column in columns])
        self.impossible_dates: Mapping[str, int] = {}

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        for batch in self._batches:
            arrays = [
                as_exported(values, column)
                for values, column in zip(batch.columns, self._columns, strict=True)
            ]
            yield pa.RecordBatch.from_arrays(arrays, schema=self._schema)


def as_exported(values: pa.Array, column: ExportColumn) -> pa.Array:
    """Return the driver's values in the column's type.

    Raises:
        UnrepresentableValueError: the type cannot represent a value; the message contains no values.
    """
    if isinstance(values, pa.ExtensionArray):
        values = values.storage
    if pa.types.is_date(column.type):
        _require_calendar(values.view(pa.int32()), column, _FIRST_DAY, _LAST_DAY)
    elif pa.types.is_timestamp(column.type):
        numbers = values.view(pa.int64())
        _require_calendar(numbers, column, _FIRST_DAY * _DAY_US, (_LAST_DAY + 1) * _DAY_US - 1)
        return numbers.view(column.type)
    elif pa.types.is_decimal(column.type) and pa.types.is_string(values.type):
        return _decimals(values, column)
    return values if values.type == column.type else values.cast(column.type)


def _decimals(texts: pa.Array, column: ExportColumn) -> pa.Array:
    try:
        return texts.cast(column.type)
    except pa.ArrowInvalid:
        raise UnrepresentableValueError(
            f"column {column.name} ({column.declared}) has a number that {column.type} cannot represent: "
            f"NaN, Infinity, or more digits. Export a view or --sql that replaces it, as in "
            f"NULLIF({column.name}, 'NaN'), or declare the column as text in its contract"
        ) from None


def _require_calendar(values: pa.Array, column: ExportColumn, first: int, last: int) -> None:
    ends: dict[str, Any] = pc.min_max(values).as_py()
    if ends["min"] is None or (ends["min"] >= first and ends["max"] <= last):
        return
    raise UnrepresentableValueError(
        f"column {column.name} ({column.declared}) has a date outside the years 1 to 9999: infinity, BC, "
        f"or later. Export a view or --sql that replaces it, as in NULLIF({column.name}, 'infinity'), "
        "or one that reads it as text"
    )
