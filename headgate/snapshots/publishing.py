"""Write, audit, publish: a reader sees the old version of a table or the new one, never neither and never
half.

A version lies below its own prefix and nothing reads it until the table is moved there in one conditional
update.
Its id is a function of what it was built from, so building it again writes the same objects to the same
place.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from headgate.contracts.arrow import arrow_schema
from headgate.contracts.glue_columns import glue_columns
from headgate.errors import AuditError
from headgate.lake import keys
from headgate.lake.ports import ROWS, ObjectRef
from headgate.snapshots.iceberg import METADATA_LOCATION, NO_ICEBERG, show_in_hint

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
    from pathlib import Path

    from headgate.contracts.model import Contract
    from headgate.lake.ports import Catalog, ObjectStore, TableVersion
    from headgate.snapshots.iceberg import IcebergTables

ROW_GROUP_ROWS = 262_144
PARQUET_TYPE = "application/vnd.apache.parquet"  # Source: IANA, Media Types
_PARQUET = {"compression": "zstd", "store_schema": False}


@dataclass(frozen=True)
class Published:
    """A published table and its place. `changed` is False when the table pointed there already."""

    table: str
    location: str
    rows: int
    size_bytes: int
    changed: bool


@dataclass(frozen=True)
class Staged:
    """A version of a table that is audited and written, and that nobody reads yet.

    `current` is where the table pointed before; the move is refused when it points elsewhere by then.
    """

    contract: Contract
    location: str
    rows: int
    size_bytes: int
    current: TableVersion
    parameters: dict[str, str]

    @property
    def facts(self) -> dict[str, str]:
        """Return the facts that the catalog keeps with the version."""
        return {
            ROWS: str(self.rows),
            "headgate.contract": f"{self.contract.id}@{self.contract.version}",
            **self.parameters,
        }


def notify_nobody(_: TableVersion) -> None:
    """Notify nobody of a table's new version."""


@dataclass(frozen=True)
class Publisher:
    """Publishes tables of one database into one bucket.

    Args:
        audit: raises AuditError to stop a publish.
        notify: called with each table that shows another version than before, as the catalog shows it now.
        iceberg: keeps the Iceberg metadata of the tables; without it they are tables of Hive only.
    """

    objects: ObjectStore
    catalog: Catalog
    database: str
    bucket: str
    audit: Callable[[Contract, pa.Table | pa.RecordBatchReader], None]
    notify: Callable[[TableVersion], None] = notify_nobody
    iceberg: IcebergTables | None = None

    def publish(
        self, contract: Contract, rows: pa.Table, prefix: str, *, parameters: dict[str, str] | None = None
    ) -> Published:
        """Write `rows` below `prefix` and publish them as the whole table of `contract`, or change nothing.

        Args:
            rows: by `contract`, in their final order; columns are cast to its exact types, never rounded.

        Raises:
            AuditError: the rows do not hold their contract; the table still shows what it showed before.
            ConflictError: another publisher moved the table first.
        """
        return self.move(self.stage(contract, rows, prefix, parameters=parameters))

    def stage(
        self, contract: Contract, rows: pa.Table, prefix: str, *, parameters: dict[str, str] | None = None
    ) -> Staged:
        """Audit `rows` and write them below `prefix`; the table shows the same rows as before.

        Raises as `publish` does.
        """
        current = self.catalog.current(self.database, contract.dataset)
        exact = conform(contract, rows)
        self.audit(contract, exact)
        body = parquet_bytes(exact)
        self.objects.write(ObjectRef(self.bucket, keys.part(prefix)), body, content_type=PARQUET_TYPE)
        return Staged(contract, self._location(prefix), exact.num_rows, len(body), current, parameters or {})

    def stage_file(self, contract: Contract, path: Path, prefix: str, *, current: TableVersion) -> Staged:
        """Stage rows in a local Parquet file that need not fit into memory, as `stage`.

        Args:
            path: a file with exactly the contract's columns and types, as `write_parquet` leaves it.
            current: where the table pointed when the inputs were chosen; a later publish by another is then a
                conflict.
        """
        rows = self.write_part(contract, path, keys.part(prefix))
        return self.staged(contract, prefix, rows, path.stat().st_size, current)

    def write_part(self, contract: Contract, path: Path, key: str) -> int:
        """Audit the rows in a local Parquet file and write them to the object `key`; return their number.

        Raises as `publish` does.
        """
        with pq.ParquetFile(path) as file:
            schema = arrow_schema(contract)
            if file.schema_arrow.names != schema.names or file.schema_arrow.types != schema.types:
                raise AuditError(f"{contract.id}: the file's columns are not the contract's")
            self.audit(contract, pa.RecordBatchReader.from_batches(file.schema_arrow, file.iter_batches()))
            rows = int(file.metadata.num_rows)
        self.objects.upload(path, ObjectRef(self.bucket, key), content_type=PARQUET_TYPE)
        return rows

    def staged(
        self, contract: Contract, prefix: str, rows: int, size_bytes: int, current: TableVersion
    ) -> Staged:
        """Return a version whose audited parts lie below `prefix`."""
        return Staged(contract, self._location(prefix), rows, size_bytes, current, {})

    def move(self, staged: Staged) -> Published:
        """Show the staged rows in the table; unchanged when it did already.

        ConflictError when another moved it first.
        """
        contract = staged.contract
        changed = staged.current.location.rstrip("/") != staged.location.rstrip("/")
        if changed:
            facts = {**staged.facts, **self._iceberg_facts(staged)}
            self.catalog.move(staged.current, staged.location, glue_columns(contract), facts)
            if self.iceberg:
                show_in_hint(self.objects, self.bucket, contract.dataset, facts)
            self.notify(
                replace(
                    staged.current,
                    location=staged.location,
                    parameters={**staged.current.parameters, **facts},
                )
            )
        return Published(contract.dataset, staged.location, staged.rows, staged.size_bytes, changed)

    def _iceberg_facts(self, staged: Staged) -> Mapping[str, str]:
        """Return the parameters that name the version's Iceberg metadata, which are written now."""
        if self.iceberg:
            return self.iceberg.commit(staged.contract, staged.current, staged.location)
        return NO_ICEBERG if staged.current.parameters.get(METADATA_LOCATION) else {}

    def settle(self, contract: Contract, expired: Collection[str] = ()) -> None:
        """Make the Iceberg metadata of a table agree with what it shows, before versions are deleted.

        A table is one of Hive only again where nobody keeps its metadata any more.
        """
        if self.iceberg:
            self.iceberg.settle(self.catalog, self.database, contract, expired)
            return
        current = self.catalog.current(self.database, contract.dataset)
        if current.parameters.get(METADATA_LOCATION):
            self.catalog.move(current, current.location, (), NO_ICEBERG)

    def _location(self, prefix: str) -> str:
        return f"s3://{self.bucket}/{prefix}"


def conform(contract: Contract, rows: pa.Table) -> pa.Table:
    """Return `rows` with the contract's columns, order and exact types.

    Raises:
        AuditError: a column is missing or unknown, or a value does not fit its type exactly.
    """
    schema = arrow_schema(contract)
    if set(rows.column_names) != set(schema.names):
        missing, unknown = (
            set(schema.names) - set(rows.column_names),
            set(rows.column_names) - set(schema.names),
        )
        raise AuditError(
            f"{contract.id}: columns missing {sorted(missing)}, not in the contract {sorted(unknown)}"
        )
    return pa.table([_exact(contract, rows[field.name], field) for field in schema], schema=schema)


def _exact(contract: Contract, values: pa.ChunkedArray, field: pa.Field) -> pa.ChunkedArray:
    try:
        return values.cast(field.type)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, ValueError) as error:
        # Arrow's own message quotes the value.
        raise AuditError(
            f"{contract.id}: column {field.name} does not fit {field.type}: {type(error).__name__}"
        ) from None


def parquet_bytes(rows: pa.Table) -> bytes:
    """Return the rows as zstd Parquet; equal rows give equal bytes."""
    out = io.BytesIO()
    pq.write_table(rows.replace_schema_metadata(None), out, row_group_size=ROW_GROUP_ROWS, **_PARQUET)
    return out.getvalue()


def write_parquet(path: Path, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> None:
    """Write the batches' rows to the file; equal rows give equal bytes however they were batched.

    One row group is in memory at a time.
    """
    with pq.ParquetWriter(path, schema, **_PARQUET) as writer:
        for group in _row_groups(schema, batches):
            writer.write_table(group, row_group_size=ROW_GROUP_ROWS)


def _row_groups(schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    rows = schema.empty_table()
    for batch in chain(batches, (None,)):
        if batch is not None:
            rows = pa.concat_tables([rows, pa.Table.from_batches([batch]).cast(schema)])
        while rows.num_rows >= ROW_GROUP_ROWS or (batch is None and rows.num_rows):
            # Pages follow the chunks they are written from, so bytes are equal only from one chunk.
            yield rows.slice(0, ROW_GROUP_ROWS).combine_chunks()
            rows = rows.slice(ROW_GROUP_ROWS)
