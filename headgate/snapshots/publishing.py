"""Write, audit, publish: a reader sees either the old or the new version of a table, complete.

A version has its own prefix, and nobody reads it until one conditional update moves the table to it. Its id
is a function of its inputs, so a second build writes the same objects under the same keys.
"""

import io
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from headgate.contracts.model import Contract
from headgate.contracts.types import arrow_schema, glue_columns
from headgate.errors import AuditError
from headgate.lake import keys
from headgate.lake.ports import ROWS, Catalog, ObjectRef, ObjectStore, TableVersion
from headgate.snapshots.iceberg import METADATA_LOCATION, NO_ICEBERG, IcebergTables, show_in_hint

ROW_GROUP_ROWS = 262_144
PARQUET_TYPE = "application/vnd.apache.parquet"  # Source: IANA, Media Types
_PARQUET = {"compression": "zstd", "store_schema": False}


@dataclass(frozen=True)
class Published:
    """A published table and its location. `changed` is False if the table pointed there already."""

    table: str
    location: str
    rows: int
    size_bytes: int
    changed: bool


@dataclass(frozen=True)
class Staged:
    """A version of a table that is audited and written, but not yet visible.

    `current` is the version to which the table pointed; the move is refused if the table has moved since.
    """

    contract: Contract
    location: str
    rows: int
    size_bytes: int
    current: TableVersion
    parameters: dict[str, str]

    @property
    def facts(self) -> dict[str, str]:
        """Return the parameters that the catalog stores with the version."""
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
        notify: called with each table that has moved to another version, in its new state.
        iceberg: maintains the Iceberg metadata of the tables; without it they are only Hive tables.
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
        """Write `rows` below `prefix` and publish them as the complete table, or change nothing.

        Args:
            rows: rows under `contract` in their final order; columns are cast to its exact types, never
                rounded.

        Raises:
            AuditError: the rows break their contract; the table still shows its previous rows.
            ConflictError: another publisher moved the table first.
        """
        return self.move(self.stage(contract, rows, prefix, parameters=parameters))

    def stage(
        self, contract: Contract, rows: pa.Table, prefix: str, *, parameters: dict[str, str] | None = None
    ) -> Staged:
        """Audit `rows` and write them below `prefix`; the table is unchanged.

        Raises errors like `publish`.
        """
        current = self.catalog.current(self.database, contract.dataset)
        exact = conform(contract, rows)
        self.audit(contract, exact)
        body = parquet_bytes(exact)
        self.objects.write(ObjectRef(self.bucket, keys.part(prefix)), body, content_type=PARQUET_TYPE)
        return Staged(contract, self._location(prefix), exact.num_rows, len(body), current, parameters or {})

    def stage_file(self, contract: Contract, path: Path, prefix: str, *, current: TableVersion) -> Staged:
        """Stage the rows of a local Parquet file that need not fit into memory, like `stage`.

        Args:
            path: a file with exactly the contract's columns and types, as written by `write_parquet`.
            current: the table's version when the inputs were chosen; a later publish by another is then a
                conflict.
        """
        rows = self.write_part(contract, path, keys.part(prefix))
        return self.staged(contract, prefix, rows, path.stat().st_size, current)

    def write_part(self, contract: Contract, path: Path, key: str, *, is_audited: bool = False) -> int:
        """Audit the rows of a local Parquet file and write them to the object `key`; return their number.

        Raises errors like `publish`.

        Args:
            is_audited: each row was audited before by the same rules.
        """
        with pq.ParquetFile(path) as file:
            schema = arrow_schema(contract)
            if file.schema_arrow.names != schema.names or file.schema_arrow.types != schema.types:
                raise AuditError(f"{contract.id}: the file's columns are not the contract's")
            if not is_audited:
                self.audit(
                    contract, pa.RecordBatchReader.from_batches(file.schema_arrow, file.iter_batches())
                )
            rows = int(file.metadata.num_rows)
        self.objects.upload(path, ObjectRef(self.bucket, key), content_type=PARQUET_TYPE)
        return rows

    def delete_further_parts(self, prefix: str, count: int) -> None:
        """Delete all objects below the prefix but the first parts: readers read every file there."""
        names = {keys.part(prefix, number) for number in range(count)}
        for item in list(self.objects.list(self.bucket, prefix)):
            if item.ref.key not in names:
                self.objects.delete(ObjectRef(self.bucket, item.ref.key))

    def staged(
        self, contract: Contract, prefix: str, rows: int, size_bytes: int, current: TableVersion
    ) -> Staged:
        """Return a version whose audited parts are below `prefix`."""
        return Staged(contract, self._location(prefix), rows, size_bytes, current, {})

    def move(self, staged: Staged) -> Published:
        """Move the table to the staged rows, unless it shows them already.

        Raises:
            ConflictError: another publisher moved it first.
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
        """Write the version's Iceberg metadata, and return the parameters that name them."""
        if self.iceberg:
            return self.iceberg.commit(staged.contract, staged.current, staged.location)
        return NO_ICEBERG if staged.current.parameters.get(METADATA_LOCATION) else {}

    def settle(self, contract: Contract, expired: Collection[str] = ()) -> None:
        """Repair the Iceberg metadata of a table, before versions are deleted.

        Without `iceberg` the table becomes a plain Hive table again.
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
    """Return `rows` with the contract's columns, order and exact types."""
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
            # Pages follow the chunks of the table, so equal bytes require a single chunk.
            yield rows.slice(0, ROW_GROUP_ROWS).combine_chunks()
            rows = rows.slice(ROW_GROUP_ROWS)
