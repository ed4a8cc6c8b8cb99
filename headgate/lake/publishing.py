"""Write, audit, publish: a reader sees the old version of a table or the new one, never neither and never half.

A version lies below its own prefix and nothing reads it until the table is moved there in one conditional update.
Its id is a function of what it was built from, so building it again writes the same objects to the same place.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from headgate.contracts.arrow import arrow_schema
from headgate.contracts.catalog import glue_columns
from headgate.errors import AuditError
from headgate.lake import keys
from headgate.lake.ports import ObjectRef

if TYPE_CHECKING:
    from collections.abc import Callable

    from headgate.contracts.model import Contract
    from headgate.lake.ports import Catalog, ObjectStore

KEPT_VERSIONS = 5


@dataclass(frozen=True)
class Published:
    """What was published, and where. `changed` is False when the table pointed there already."""

    table: str
    location: str
    rows: int
    size_bytes: int
    changed: bool


@dataclass(frozen=True)
class Publisher:
    """Publishes tables of one database into one bucket; `audit` raises AuditError to stop a publish."""

    objects: ObjectStore
    catalog: Catalog
    database: str
    bucket: str
    audit: Callable[[Contract, pa.Table], None]

    def publish(self, contract: Contract, rows: pa.Table, prefix: str, *, parameters: dict[str, str] | None = None) -> Published:
        """The table of `contract` shows exactly `rows`, which lie below `prefix`, or nothing has changed.

        Args:
            rows: by `contract`, in their final order; columns are cast to its exact types, never rounded.

        Raises:
            AuditError: the rows do not hold their contract; the table still shows what it showed before.
            ConflictError: another publisher moved the table first.
        """
        exact = conform(contract, rows)
        self.audit(contract, exact)
        body = parquet_bytes(exact)
        current = self.catalog.current(self.database, contract.dataset)
        location = f"s3://{self.bucket}/{prefix}"
        self.objects.write(ObjectRef(self.bucket, keys.part(prefix)), body, content_type="application/vnd.apache.parquet")
        changed = current.location.rstrip("/") != location.rstrip("/")
        if changed:
            facts = {"headgate.rows": str(exact.num_rows), "headgate.contract": f"{contract.id}@{contract.version}", **(parameters or {})}
            self.catalog.move(current, location, glue_columns(contract), facts)
        return Published(contract.dataset, location, exact.num_rows, len(body), changed)


def conform(contract: Contract, rows: pa.Table) -> pa.Table:
    """`rows` with the contract's columns, order and exact types.

    Raises:
        AuditError: a column is missing or unknown, or a value does not fit its type exactly.
    """
    schema = arrow_schema(contract)
    if set(rows.column_names) != set(schema.names):
        missing, unknown = set(schema.names) - set(rows.column_names), set(rows.column_names) - set(schema.names)
        raise AuditError(f"{contract.id}: columns missing {sorted(missing)}, not in the contract {sorted(unknown)}")
    try:
        return rows.select(schema.names).cast(schema)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, ValueError) as error:
        raise AuditError(f"{contract.id}: a column does not fit its type: {type(error).__name__}") from error


def parquet_bytes(rows: pa.Table) -> bytes:
    """The rows as zstd Parquet; equal rows give equal bytes."""
    out = io.BytesIO()
    pq.write_table(rows.replace_schema_metadata(None), out, compression="zstd", row_group_size=262_144, store_schema=False)
    return out.getvalue()
