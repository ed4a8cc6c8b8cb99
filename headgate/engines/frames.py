"""Convert an engine's Arrow answer to pandas, exactly and by the same rules for all engines."""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pat

from headgate.errors import AuditError

_EXACT_IN_FLOAT = 2**53
_MAX_SHARED = 2**20  # maximum number of a column's texts to share


def frame_of(table: pa.Table) -> pd.DataFrame:
    """Return the rows in pandas, with types that depend only on the Arrow types and on nulls.

    Decimals and texts are objects with None; dates and timestamps are `datetime64` with NaT; integers with
    nulls are floats, or pandas' `Int64` if one of them has more digits than a float.
    """
    return frame_of_batches(table.schema, table.to_batches())


def frame_of_batches(schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> pd.DataFrame:
    """Return `frame_of` the batches; each one is released before the next one is read."""
    pieces: list[list[Any]] = [[] for _ in schema]
    texts: list[dict[str, str]] = [{} for _ in schema]
    for batch in chain(
        schema.empty_table().to_batches() or [pa.RecordBatch.from_pylist([], schema)], batches
    ):
        for kept, seen, column in zip(pieces, texts, batch.columns, strict=True):
            kept.append(_shared(column, seen) if pat.is_string(column.type) else _copied(column))
    joined = {name: _joined(pieces.pop(0)) for name in schema.names}
    return pd.DataFrame(joined, copy=False)  # each column already has its own memory


def exact(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """Return the table's columns in the schema of its expression.

    Instants become naive UTC; a cast that would change a value is an error.
    """
    for field in schema:
        if {pat.is_floating(field.type), pat.is_floating(table[field.name].type)} == {
            True,
            False,
        } and not pat.is_null(table[field.name].type):
            raise AuditError(
                f"{field.name}: an engine computed {table[field.name].type} for {field.type}; cast "
                "before dividing"
            )
    try:
        return table.select(schema.names).cast(schema)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, ValueError, KeyError):
        raise AuditError(f"{_misfit(table, schema)}. Correct what computes it, or its contract.") from None


def _misfit(table: pa.Table, schema: pa.Schema) -> str:
    """Return which column does not fit a schema, and why, without a value."""
    for field in schema:
        column = table[field.name]
        if not field.nullable and column.null_count:
            return f"{field.name} is required and has {column.null_count:,} nulls"
        try:
            column.cast(field.type)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            return f"{field.name} has {column.type} values that do not fit {field.type}"
    return f"the columns {', '.join(table.column_names)} are not {', '.join(schema.names)}"


def by_rows(table: pa.Table, first: Sequence[str]) -> pa.Table:
    """Return the rows ordered by the columns `first` and then by all others, independent of the engine."""
    names = [*first, *sorted(set(table.column_names) - set(first))]
    return table.take(pc.sort_indices(table, sort_keys=[(name, "ascending") for name in names]))


def _shared(column: pa.Array, seen: dict[str, str]) -> np.ndarray:
    """Return texts with one object for equal ones: millions of transactions have few different cards."""
    texts = column.to_pandas()
    shared = seen.setdefault if len(seen) < _MAX_SHARED else seen.get
    return np.fromiter((shared(text, text) for text in texts), dtype=object, count=len(texts))


def _copied(column: pa.Array) -> Any:  # noqa: ANN401 Arrow or pandas, whatever the column holds
    """Return the values in separate memory: a batch stays in memory while any of its columns is used."""
    if pat.is_integer(column.type) or pat.is_boolean(column.type):
        # Nulls in later batches decide the type of these.
        return pa.concat_arrays([column, column.slice(0, 0)])
    if pat.is_date(column.type):
        return column.cast(pa.timestamp("s")).to_pandas().to_numpy(copy=True)
    if pat.is_timestamp(column.type):
        return column.cast(pa.timestamp("ns")).to_pandas().to_numpy(copy=True)
    return column.to_pandas().to_numpy(copy=True)


def _joined(pieces: list[Any]) -> Any:  # noqa: ANN401 as above
    if isinstance(pieces[0], np.ndarray):
        return np.concatenate(pieces)
    column = pa.chunked_array(pieces)
    if pat.is_integer(column.type) and column.null_count and _has_many_digits(column):
        return column.to_pandas(types_mapper={column.type: pd.Int64Dtype()}.get)
    return column.to_pandas().to_numpy(copy=True)


def _has_many_digits(column: pa.ChunkedArray) -> bool:
    extremes = pc.min_max(column.cast(pa.int64())).as_py()
    return any(value is not None and abs(value) > _EXACT_IN_FLOAT for value in extremes.values())
