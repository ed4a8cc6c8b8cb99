"""Merge local Parquet files with DuckDB, in bounded memory."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import duckdb
import ibis
import pyarrow as pa
import pyarrow.parquet as pq

from headgate.contracts.arrow import arrow_schema
from headgate.contracts.curated import LINEAGE
from headgate.contracts.identity import merge_key
from headgate.errors import AuditError
from headgate.lake.parquet import table_of
from headgate.lake.publishing import write_parquet
from headgate.merge.deletions import DELETED_BY, HELD_AFTER, INCREMENT, still_there
from headgate.merge.newest_per_key import newest_by

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from headgate.contracts.model import Contract

_ROWS, _DELETED, _HELD, _LAST_HELD = "increments", "deleted", "held", "last_held"
_LINEAGE = tuple(column.name for column in LINEAGE)
_CONTENT, _AT = "_last_held_content", "_last_held_at"


@dataclass(frozen=True)
class Memory:
    """What DuckDB may use: memory up to `limit`, then the disk at `spill`."""

    spill: Path
    limit: str = "2GB"


@dataclass(frozen=True)
class Deletions:
    """Files of deleted keys, by the moment by which they had gone; and after which of these moments each increment was held again."""

    files: Mapping[str, Path] = field(default_factory=dict)
    held_after: Mapping[str, str] = field(default_factory=dict)  # content hash → moment


@dataclass(frozen=True)
class Merged:
    """What a merge read: the number of `rows`, and the nulls of each column that an older contract version lacked."""

    rows: int
    missing_values: Mapping[str, int]


@dataclass(frozen=True)
class _Fitted:
    rows: int
    lacking: tuple[str, ...] = ()


def merge_files(
    contract: Contract,
    files: Sequence[Path],
    out: Path,
    memory: Memory,
    deletions: Deletions | None = None,
    *,
    held_at: Mapping[str, str] | None = None,
    lacking: Collection[str] = (),
) -> Merged:
    """Write the newest row of every key, without deleted ones, to the file `out`, in the order of the key.

    A contract without a key keeps every row, or every different row (`headgate.contracts.identity`).
    A column that a file of an older contract version lacks is null there; `missing_values` counts these nulls.

    Args:
        held_at: content hash → when an object last came to hold it; of rows that tie in the order columns the latest is the newest.
        lacking: columns that rows of `files` are known to lack already.

    Raises:
        AuditError: a file holds values that do not fit the contract.
    """
    fitted = [_fit(contract, file) for file in files]
    absent = {*lacking, *(name for one in fitted for name in one.lacking)}
    loose = contract.without_required(absent)
    try:
        write_parquet(out, arrow_schema(loose), _merged(loose, files, memory, deletions or Deletions(), held_at or {}))
    except ValueError:
        required = [column.name for column in loose.columns if column.required]
        nulls = [name for name in required if any(_nulls(file, [name])[name] for file in files)]
        raise AuditError(_unfit(contract, nulls, "have no value in this required column")) from None
    return Merged(sum(one.rows for one in fitted), _nulls(out, [name for name in contract.names if name in absent]))


def _nulls(file: Path, columns: Sequence[str]) -> dict[str, int]:
    if not columns:
        return {}
    table = table_of(file, list(columns))
    return {name: table.column(name).null_count for name in columns}


def _merged(
    contract: Contract, files: Sequence[Path], memory: Memory, deletions: Deletions, held_at: Mapping[str, str]
) -> Iterator[pa.RecordBatch]:
    if not files:
        return
    config = {"memory_limit": memory.limit, "temp_directory": str(memory.spill)}
    rows = ibis.table(ibis.Schema.from_pyarrow(arrow_schema(contract)), name=_ROWS)
    tables = _deletion_tables(contract, deletions) if deletions.files else {}
    there = still_there(rows, _named(tables, _DELETED), _named(tables, _HELD), contract.key) if tables else rows
    tables[_LAST_HELD] = pa.table([pa.array(list(part), pa.string()) for part in (held_at, held_at.values())], [_CONTENT, _AT])
    key = merge_key(contract)
    newest = _newest(contract, key, there, _named(tables, _LAST_HELD))
    with duckdb.connect(config=config) as connection:
        connection.read_parquet([str(file) for file in files]).create_view(_ROWS)
        for name, table in tables.items():
            connection.register(name, table)
        yield from connection.sql(ibis.to_sql(newest.order_by(*key), dialect="duckdb")).to_arrow_reader()


def _newest(contract: Contract, key: Sequence[str], rows: ibis.Table, last_held: ibis.Table) -> ibis.Table:
    """Of what order columns leave tied that which an object came to hold last: corrected files often keep their rows' times of change."""
    dated = rows.left_join(last_held, rows["_content_sha256"] == last_held[_CONTENT]).drop(_CONTENT)
    return newest_by(dated, key, contract.order_by, [_AT, *(name for name in _LINEAGE if name not in key)]).drop(_AT)


def _named(tables: Mapping[str, pa.Table], name: str) -> ibis.Table:
    return ibis.table(ibis.Schema.from_pyarrow(tables[name].schema), name=name)


def _deletion_tables(contract: Contract, deletions: Deletions) -> dict[str, pa.Table]:
    """What `still_there` takes of deletions, by name."""
    key = [column for column in contract.columns if column.name in contract.key]
    keys_only = replace(contract, columns=tuple(key), order_by=(), comparisons=())
    gone = []
    for moment, file in deletions.files.items():
        rows = _fit(keys_only, file).rows
        gone.append(table_of(file).append_column(DELETED_BY, pa.repeat(moment, rows)))
    held = [pa.array(list(values), pa.string()) for values in (deletions.held_after.keys(), deletions.held_after.values())]
    return {_DELETED: pa.concat_tables(gone), _HELD: pa.table(held, [INCREMENT, HELD_AFTER])}


def _fit(contract: Contract, file: Path) -> _Fitted:
    """Rewrite the file where an older version of the contract gave it other columns or types.

    Raises:
        AuditError: a key column is missing, or a value does not fit the column's type; names the columns, never a value.
    """
    schema = arrow_schema(contract)
    with pq.ParquetFile(file) as parquet:
        found, rows = parquet.schema_arrow, int(parquet.metadata.num_rows)
    if found.names == schema.names and found.types == schema.types:
        return _Fitted(rows)
    lacking = tuple(name for name in schema.names if name not in found.names)
    if missing := [name for name in contract.key if name in lacking]:
        raise AuditError(_unfit(contract, missing, "lack this column of the key"))
    table = table_of(file)
    columns = [table.column(one.name) if one.name in table.column_names else pa.nulls(rows, one.type) for one in schema]
    nullable = pa.schema([one.with_nullable(one.nullable or one.name in lacking) for one in schema])
    exact = [_cast_exactly(column, one.type) for one, column in zip(schema, columns, strict=True)]
    if misfits := [name for name, column in zip(schema.names, exact, strict=True) if column is None]:
        raise AuditError(_unfit(contract, misfits, "hold values that do not fit this column's type"))
    pq.write_table(pa.table(exact, schema=nullable), file)
    return _Fitted(rows, lacking)


def _cast_exactly(column: pa.Array | pa.ChunkedArray, to: pa.DataType) -> pa.Array | pa.ChunkedArray | None:
    """Return the column in another type, or None when a value does not fit. Arrow refuses to lose a digit; DuckDB would round."""
    try:
        return column.cast(to)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):  # Arrow's own text quotes the value
        return None


def _unfit(contract: Contract, columns: Sequence[str], why: str) -> str:
    return (
        f"{contract.id}: increments of an older contract version do not fit version {contract.version}: rows {why}: {', '.join(columns)}. "
        f"Replay the files of {contract.dataset} from raw, or restore the older contract."
    )
