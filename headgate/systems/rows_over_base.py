"""A table of rows that a system computed once, for a day, and rows of later runs that replace some of them or
are new.

All rows are written in each run. Rows that the table shows already are not audited again.
"""

from __future__ import annotations

import functools
import json
from bisect import bisect_right
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headgate.contracts.rules_fingerprint import rules_fingerprint
from headgate.contracts.types import arrow_schema
from headgate.engines.stored_rows import StoredRows
from headgate.lake import keys
from headgate.snapshots.publishing import Publisher, Staged, write_parquet
from headgate.systems.rows_in_file import OwnFolder, require_unstamped, stamped, unstamped_schema

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd

    from headgate.contracts.model import Contract

BASE = "headgate.base"
AUDIT_EDITION = 1
"""Raise it when the audit refuses more than before under the same contract: all rows are audited again."""


@dataclass(frozen=True)
class RowsOverBase:
    """Rows of two Parquet files, each in the order of the contract's key.

    Attributes:
        base: rows that several runs have; the file may have further columns.
        address: a hash of everything that the rows of `base` follow from.
        changed: rows that replace those of `base` with the same key, or are new.
        gone: the keys of rows of `base` that are left out; None for none.
    """

    contract: Contract
    base: Path
    address: str
    changed: Path
    _folder: OwnFolder = field(repr=False)
    gone: pa.Table | None = None

    def changed_batches(self) -> Iterator[pa.RecordBatch]:
        """Yield the rows of `changed`."""
        for table in self._tables(self.changed):
            yield from table.to_batches()

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yield the rows of both files in the order of the key."""
        changed = _RowsAhead(self._tables(self.changed), self.contract.key)
        for rows in map(self._without_gone, self._tables(self.base)):
            if not rows.num_rows:
                continue
            replacing = changed.until(_key_at(rows.select(list(self.contract.key)), rows.num_rows - 1))
            yield from _merged([*replacing, rows], self.contract.key).to_batches()
        for table in changed.rest():
            yield from table.to_batches()

    def frame(self) -> pd.DataFrame:
        """Return all rows in memory."""
        schema = unstamped_schema(self.contract)
        rows: pd.DataFrame = pa.Table.from_batches(self.batches(), schema).to_pandas()
        return rows

    def _without_gone(self, rows: pa.Table) -> pa.Table:
        if self.gone is None or not self.gone.num_rows:
            return rows
        columns = (pc.is_in(rows[name], self.gone[name].combine_chunks()) for name in self.contract.key)
        places = np.flatnonzero(functools.reduce(pc.and_, columns).to_numpy())
        keyed = rows.select(list(self.contract.key))
        left_out = {_key_at(self.gone, place) for place in range(self.gone.num_rows)}
        is_kept = np.ones(rows.num_rows, dtype=np.bool_)
        is_kept[[place for place in places.tolist() if _key_at(keyed, place) in left_out]] = False
        return rows.filter(pa.array(is_kept))

    def _tables(self, path: Path) -> Iterator[pa.Table]:
        stored, schema = StoredRows([path]), unstamped_schema(self.contract)
        own = [name for name in stored.columns if name in schema.names]
        require_unstamped(self.contract, stored.schema(own))
        return (table.cast(schema) for table in stored.tables(0, len(stored), own) if table.num_rows)


@dataclass
class _RowsAhead:
    """Rows in the order of their key, of which some at a time are taken from the front."""

    tables: Iterator[pa.Table]
    key: Sequence[str]
    _first: pa.Table | None = None

    def until(self, last: tuple[object, ...]) -> Iterator[pa.Table]:
        """Yield the rows up to a key, which are not yielded again."""
        while (rows := self._first or next(self.tables, None)) is not None:
            keyed = rows.select(list(self.key))
            end = bisect_right(range(rows.num_rows), last, key=functools.partial(_key_at, keyed))
            self._first = rows.slice(end) if end < rows.num_rows else None
            yield rows.slice(0, end)
            if self._first is not None:
                return

    def rest(self) -> Iterator[pa.Table]:
        """Yield all other rows."""
        if self._first is not None:
            yield self._first
        yield from self.tables


def _key_at(keyed: pa.Table, place: int) -> tuple[object, ...]:
    return tuple(column[place].as_py() for column in keyed.columns)


def _merged(tables: Sequence[pa.Table], key: Sequence[str]) -> pa.Table:
    """Return the rows in the order of the key; of rows with the same key, that of the first table."""
    rows = pa.concat_tables(tables).combine_chunks()
    if rows.num_rows == tables[-1].num_rows:
        return rows
    order = pc.sort_indices(rows, sort_keys=[(name, "ascending") for name in key])  # a stable sort
    ordered = rows.take(order)
    is_repeated = functools.reduce(pc.and_, (pc.equal(ordered[name][1:], ordered[name][:-1]) for name in key))
    is_first = pa.chunked_array([pa.array([True]), *pc.invert(is_repeated).chunks])
    return ordered.filter(is_first)


def stage_over_base(
    publisher: Publisher,
    made: RowsOverBase,
    prefix: str,
    stamps: Mapping[str, object],
    *,
    is_full: bool = False,
) -> Staged:
    """Write all rows; audit those of `changed`, and those of `base` unless the table shows them.

    Raises:
        AuditError: rows violate their contract; the table still shows its previous rows.
    """
    contract, schema = made.contract, arrow_schema(made.contract)
    current = publisher.catalog.current(publisher.database, contract.dataset)
    base = {"address": made.address, "made_for": rules_fingerprint(contract, AUDIT_EDITION)}
    shown = json.loads(current.parameters.get(BASE) or "{}")
    is_shown = not is_full and shown == {**base, "version": keys.version_of(current.location)}
    with TemporaryDirectory(prefix="headgate-rows-") as folder:
        path = Path(folder, keys.part("", 0))
        write_parquet(path, schema, stamped(made.batches(), schema, stamps))
        if is_shown:
            changed = stamped(made.changed_batches(), schema, stamps)
            publisher.audit(contract, pa.RecordBatchReader.from_batches(schema, changed))
        rows = publisher.write_part(contract, path, keys.part(prefix), is_audited=is_shown)
        staged = publisher.staged(contract, prefix, rows, path.stat().st_size, current)
    return replace(staged, parameters={BASE: json.dumps({**base, "version": keys.version_of(prefix)})})
