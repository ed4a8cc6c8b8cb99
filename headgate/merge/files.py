"""Merge local Parquet files with DuckDB, in bounded memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb
import ibis
import pyarrow as pa
import pyarrow.parquet as pq

from headgate.contracts.arrow import arrow_schema
from headgate.contracts.curated import LINEAGE
from headgate.errors import AuditError, ContractError
from headgate.lake.publishing import write_parquet
from headgate.merge.newest import newest_by

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from headgate.contracts.model import Contract

_ROWS = "increments"


@dataclass(frozen=True)
class Memory:
    """What DuckDB may use: memory up to `limit`, then the disk at `spill`."""

    spill: Path
    limit: str = "2GB"


def merge_files(contract: Contract, files: Sequence[Path], out: Path, memory: Memory) -> int:
    """The number of rows in `files`; the newest of every key lie in the file `out`, in the order of the key.

    Raises:
        AuditError: a file holds values that do not fit the contract.
    """
    if not contract.key:
        raise ContractError(f"{contract.id}: rows without a primary key cannot be merged")
    received = sum(_fitted(contract, file) for file in files)
    write_parquet(out, arrow_schema(contract), _merged(contract, files, memory))
    return received


def _merged(contract: Contract, files: Sequence[Path], memory: Memory) -> Iterator[pa.RecordBatch]:
    if not files:
        return
    config = {"memory_limit": memory.limit, "temp_directory": str(memory.spill)}
    rows = ibis.table(ibis.Schema.from_pyarrow(arrow_schema(contract)), name=_ROWS)
    newest = newest_by(rows, contract.key, contract.order_by, [column.name for column in LINEAGE])
    with duckdb.connect(config=config) as connection:
        connection.read_parquet([str(file) for file in files]).create_view(_ROWS)
        yield from connection.sql(ibis.to_sql(newest.order_by(*contract.key), dialect="duckdb")).to_arrow_reader()


def _fitted(contract: Contract, file: Path) -> int:
    """The file's number of rows; written anew where an older version of the contract gave it other columns or types."""
    schema = arrow_schema(contract)
    with pq.ParquetFile(file) as parquet:
        found = parquet.schema_arrow
        if found.names == schema.names and found.types == schema.types:
            return int(parquet.metadata.num_rows)
    table = pq.read_table(file)
    for field in schema:
        if field.name not in table.column_names:
            table = table.append_column(field.name, pa.nulls(table.num_rows, field.type))
    try:
        # Arrow refuses to lose a digit; DuckDB's own cast would round.
        pq.write_table(table.select(schema.names).cast(schema), file)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, ValueError) as error:
        # Arrow's own text quotes the value.
        raise AuditError(f"{contract.id}: an increment does not fit contract version {contract.version}: {type(error).__name__}") from None
    return int(table.num_rows)
