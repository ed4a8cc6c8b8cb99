"""Splice arriving rows into sorted parts: only rows with arriving keys are ranked and audited again.

The other rows of the parts are already sorted, the newest of their keys, and audited by the same rules. So a
few rows scattered over a dataset take little more time than writing its parts.
"""

from __future__ import annotations

from bisect import bisect_left
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from headgate.contracts.identity import merge_key
from headgate.contracts.model import Contract, Kind
from headgate.contracts.types import arrow_schema
from headgate.errors import AuditError
from headgate.merge.part_boundaries import BEGINS_PART
from headgate.snapshots.parts import row_expression
from headgate.values.key_order import ascends
from headgate.values.parquet_tables import table_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from headgate.merge.merge_files import Memory

MAX_BYTES = 128_000_000
"""Of the Parquet files of the parts and the arriving rows, which must fit into memory."""
_KEYS, _PLACE, _ARRIVING = "keys", "_headgate_place", "arriving_keys"


class Spliced(NamedTuple):
    """The rows of some parts after a merge, sorted by key.

    Attributes:
        rows: all rows, with the column BEGINS_PART.
        changed: the rows with arriving keys, without the column.
    """

    rows: pa.Table
    changed: pa.Table


def can_be_spliced(contract: Contract, files: Sequence[Path]) -> bool:
    """Return whether Arrow sorts the keys like DuckDB, and the files fit into memory."""
    key = [contract.column(name) for name in merge_key(contract)]
    has_order = all(column.required and column.type.kind is not Kind.DOUBLE for column in key)
    return has_order and sum(file.stat().st_size for file in files) <= MAX_BYTES


def splice(
    contract: Contract,
    base: Sequence[Path],
    arriving: Sequence[Path],
    memory: Memory,
    newest: Callable[[Sequence[Path]], Iterator[pa.RecordBatch]],
) -> Spliced:
    """Merge arriving rows into the parts of their key range, which has no deletions.

    Args:
        base: the parts in order, without duplicate keys.
        newest: returns the newest row of each key in some files, as `newest_rows` does.
    """
    key, parts = list(merge_key(contract)), [table_of(file) for file in base]
    rows = pa.concat_tables(parts)
    edges = np.cumsum([0, *(part.num_rows for part in parts[:-1])])
    begins, arrived = edges[edges < rows.num_rows], _places_of(rows.select(key), arriving, memory)
    places = np.union1d(begins, arrived)
    touched = base[0].with_name("touched.parquet")
    pq.write_table(rows.take(pa.array(places)), touched)
    schema = arrow_schema(contract).append(pa.field(BEGINS_PART, pa.bool_()))
    changed = _table_of(newest([touched, *arriving]), schema)
    touched.unlink()
    is_kept = np.ones(rows.num_rows, dtype=np.bool_)
    is_kept[places] = False
    before, after = _unchanged_rows(rows.select(key), changed.select(key), np.setdiff1d(begins, arrived))
    first = np.zeros(before, dtype=np.bool_)
    first[begins[:after]] = changed[BEGINS_PART][:after].to_numpy()
    later = rows.slice(before).filter(pa.array(is_kept[before:]))
    sorted_later = _sorted(
        [_flagged(later, np.zeros(later.num_rows, dtype=np.bool_), schema), changed.slice(after)], key
    )
    ordered = pa.concat_tables([_flagged(rows.slice(0, before), first, schema), sorted_later])
    if not ascends(ordered.select(key)):
        raise AuditError(f"{contract.id}: a key is duplicated after the merge. Report this error.")
    return Spliced(ordered, changed.drop_columns([BEGINS_PART]))


def _unchanged_rows(keyed: pa.Table, changed: pa.Table, untouched: npt.NDArray[np.int64]) -> tuple[int, int]:
    """Return how many rows of the parts precede the first arriving key, and how many rows of `changed`.

    Arriving keys often follow almost all keys of the parts, so few rows need sorting.

    Args:
        keyed: the keys of the parts.
        changed: the keys of the first row of each part and of arriving rows.
        untouched: the positions in `keyed` of first rows without an arriving row of the same key.
    """
    after = 0
    while after < min(changed.num_rows, len(untouched)):
        if _key_at(changed, after) != _key_at(keyed, int(untouched[after])):
            break
        after += 1
    if after == changed.num_rows:
        return keyed.num_rows, after
    first = _key_at(changed, after)
    return bisect_left(range(keyed.num_rows), first, key=partial(_key_at, keyed)), after


def _key_at(keyed: pa.Table, place: int) -> tuple[object, ...]:
    return tuple(column[place].as_py() for column in keyed.columns)


def _sorted(tables: Sequence[pa.Table], key: Sequence[str]) -> pa.Table:
    """Return the rows of two sorted tables in the order of the key."""
    filled = [table for table in tables if table.num_rows]
    if len(filled) < len(tables):
        return filled[0] if filled else tables[0]
    rows = pa.concat_tables(filled)
    return rows.take(pc.sort_indices(rows.select(key), sort_keys=[(name, "ascending") for name in key]))


def _flagged(rows: pa.Table, begins: npt.NDArray[np.bool_], schema: pa.Schema) -> pa.Table:
    """Return the rows with the column BEGINS_PART."""
    return _table_of(iter(rows.append_column(BEGINS_PART, pa.array(begins)).to_batches()), schema)


def _table_of(batches: Iterator[pa.RecordBatch], schema: pa.Schema) -> pa.Table:
    tables = [pa.Table.from_batches([batch]).select(schema.names).cast(schema) for batch in batches]
    return pa.concat_tables(tables) if tables else schema.empty_table()


def _places_of(keys: pa.Table, arriving: Sequence[Path], memory: Memory) -> npt.NDArray[np.int64]:
    row = row_expression(keys.column_names)
    placed = keys.append_column(_PLACE, pa.array(np.arange(keys.num_rows)))
    with memory.connect() as connection:
        connection.register(_KEYS, placed)
        connection.read_parquet([str(file) for file in arriving]).create_view(_ARRIVING)
        arrived = f"(SELECT {row} AS k FROM {_ARRIVING})"  # noqa: S608 names of columns, quoted
        touched = f"SELECT {_PLACE} FROM {_KEYS} SEMI JOIN {arrived} ON {row} = k"  # noqa: S608 as above
        return np.asarray(connection.sql(touched).to_arrow_table()[_PLACE].to_numpy())
