"""Merge local Parquet files with DuckDB, in bounded memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import duckdb
import ibis
import pyarrow as pa
import pyarrow.parquet as pq

from headgate.contracts.arrow import arrow_schema
from headgate.contracts.curated import LINEAGE
from headgate.errors import AuditError, ContractError
from headgate.lake.publishing import write_parquet
from headgate.merge.deletions import DELETED_BY, HELD_AFTER, INCREMENT, still_there
from headgate.merge.newest import newest_by

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from headgate.contracts.model import Contract

_ROWS, _DELETED, _HELD, _LAST_HELD = "increments", "deleted", "held", "last_held"
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


def merge_files(
    contract: Contract,
    files: Sequence[Path],
    out: Path,
    memory: Memory,
    deletions: Deletions | None = None,
    *,
    held_at: Mapping[str, str] | None = None,
) -> int:
    """The number of rows in `files`; the newest of every key lie in the file `out`, in the order of the key, but for deleted ones.

    Args:
        held_at: content hash → when an object last came to hold it; the latest of rows that order columns leave tied is the newest.

    Raises:
        AuditError: a file holds values that do not fit the contract.
    """
    if not contract.key:
        raise ContractError(f"{contract.id}: rows without a primary key cannot be merged")
    received = sum(_fitted(contract, file, arrow_schema(contract)) for file in files)
    write_parquet(out, arrow_schema(contract), _merged(contract, files, memory, deletions or Deletions(), held_at or {}))
    return received


def _merged(
    contract: Contract, files: Sequence[Path], memory: Memory, deletions: Deletions, held_at: Mapping[str, str]
) -> Iterator[pa.RecordBatch]:
    if not files:
        return
    config = {"memory_limit": memory.limit, "temp_directory": str(memory.spill)}
    rows = ibis.table(ibis.Schema.from_pyarrow(arrow_schema(contract)), name=_ROWS)
    tables = _deletion_tables(contract, deletions) if deletions.files else {}
    there = still_there(rows, _named(tables, _DELETED), _named(tables, _HELD), contract.key) if tables else rows
    tables[_LAST_HELD] = pa.table([pa.array(list(told), pa.string()) for told in (held_at, held_at.values())], [_CONTENT, _AT])
    newest = _newest(contract, there, _named(tables, _LAST_HELD))
    with duckdb.connect(config=config) as connection:
        connection.read_parquet([str(file) for file in files]).create_view(_ROWS)
        for name, table in tables.items():
            connection.register(name, table)
        yield from connection.sql(ibis.to_sql(newest.order_by(*contract.key), dialect="duckdb")).to_arrow_reader()


def _newest(contract: Contract, rows: ibis.Table, last_held: ibis.Table) -> ibis.Table:
    """Of what order columns leave tied that which an object came to hold last: corrected files often keep their rows' times of change."""
    dated = rows.left_join(last_held, rows["_content_sha256"] == last_held[_CONTENT]).drop(_CONTENT)
    return newest_by(dated, contract.key, contract.order_by, [_AT, *(column.name for column in LINEAGE)]).drop(_AT)


def _named(tables: Mapping[str, pa.Table], name: str) -> ibis.Table:
    return ibis.table(ibis.Schema.from_pyarrow(tables[name].schema), name=name)


def _deletion_tables(contract: Contract, deletions: Deletions) -> dict[str, pa.Table]:
    """What `still_there` takes of deletions, by name."""
    schema = pa.schema([arrow_schema(contract).field(name) for name in contract.key])
    gone = []
    for moment, file in deletions.files.items():
        rows = _fitted(contract, file, schema)
        gone.append(pq.read_table(file).append_column(DELETED_BY, pa.repeat(moment, rows)))
    held = [pa.array(list(values), pa.string()) for values in (deletions.held_after.keys(), deletions.held_after.values())]
    return {_DELETED: pa.concat_tables(gone), _HELD: pa.table(held, [INCREMENT, HELD_AFTER])}


def _fitted(contract: Contract, file: Path, schema: pa.Schema) -> int:
    """The file's number of rows; written anew where an older version of the contract gave it other columns or types."""
    with pq.ParquetFile(file) as parquet:
        found = parquet.schema_arrow
        if found.names == schema.names and found.types == schema.types:
            return int(parquet.metadata.num_rows)
    table = pq.read_table(file)
    for wanted in schema:
        if wanted.name not in table.column_names:
            table = table.append_column(wanted.name, pa.nulls(table.num_rows, wanted.type))
    try:
        # Arrow refuses to lose a digit; DuckDB's own cast would round.
        pq.write_table(table.select(schema.names).cast(schema), file)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, ValueError) as error:
        # Arrow's own text quotes the value.
        raise AuditError(f"{contract.id}: an increment does not fit contract version {contract.version}: {type(error).__name__}") from None
    return int(table.num_rows)
