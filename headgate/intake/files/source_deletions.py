"""What a run of the export tells of rows that are no more: into curated, for the merge.

Where a contract wants deletions told, curated holds beside a dataset's increments
- for each run that saw rows go: their keys, and the moment of the source by which they had gone;
- for each increment: marks of the moments at which the source still held its rows, also where the same bytes came again, which
  the ledger lets through once only.
A row is there when its source held it after it last deleted its key. See ADR 0022.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from headgate.contracts.deletions import tells_deletions
from headgate.errors import AuditError
from headgate.formats.parquet.read_parquet import exact_texts
from headgate.lake import keys
from headgate.lake.parquet import table_of
from headgate.lake.ports import ObjectRef
from headgate.lake.publishing import parquet_bytes
from headgate.values.cast_declared import cast_column

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headgate.contracts.model import Contract
    from headgate.lake.keys import ExportKey
    from headgate.lake.ports import FileRecord, ObjectStore


@dataclass(frozen=True)
class Sightings:
    """Tells the merge when a source held rows, and when it no longer did.

    Args:
        contracts: source contracts by dataset; those that do not want deletions told are left alone.
    """

    objects: ObjectStore
    contracts: Mapping[str, Contract]
    curated_bucket: str

    def of_run(self, bucket: str, manifest_key: ExportKey, manifest: bytes) -> None:
        """What the run of this manifest saw lies in curated; told twice, it is the same. Nothing of a run that names no moment.

        Raises:
            AuditError: the deleted keys are not those that the manifest certifies.
        """
        moment = moment_of(manifest)
        contract = self.contracts.get(manifest_key.dataset)
        if moment is None or contract is None or not tells_deletions(contract):
            return
        told: dict[str, Any] = json.loads(manifest)
        for file in told["files"]:
            self._mark(contract.dataset, file["sha256"], moment)
        if told.get("deleted_sha256"):
            self._delete(contract, ObjectRef(bucket, replace(manifest_key, name=keys.RUN_DELETIONS).path()), told["deleted_sha256"], moment)

    def of_file(self, record: FileRecord) -> None:
        """The rows of a file that no run names are taken to be there from when it was received."""
        contract = self.contracts.get(record.dataset)
        if record.content_sha256 and record.received_at and contract is not None and tells_deletions(contract):
            self._mark(record.dataset, record.content_sha256, datetime.fromisoformat(record.received_at))

    def _mark(self, dataset: str, content_sha256: str, moment: datetime) -> None:
        self.objects.write(ObjectRef(self.curated_bucket, keys.sighting_key(dataset, content_sha256, moment)), b"")

    def _delete(self, contract: Contract, ref: ObjectRef, sha256: str, moment: datetime) -> None:
        body = self.objects.read(ref)
        if hashlib.sha256(body).hexdigest() != sha256:
            raise AuditError(f"{ref.key}: its bytes are not those that the manifest certifies")
        target = ObjectRef(self.curated_bucket, keys.deletions_key(contract.dataset, moment))
        self.objects.write(target, parquet_bytes(deleted_keys(contract, table_of(body))))


def moment_of(manifest: bytes) -> datetime | None:
    """The moment of the source that a run shows, naive UTC; None where its manifest names none."""
    moment = json.loads(manifest).get("moment")
    return datetime.fromisoformat(moment["taken_at"]) if isinstance(moment, dict) else None


def deleted_keys(contract: Contract, told: pa.Table) -> pa.Table:
    """The keys in the contract's types. One that does not fit them is left out: no row with it was ever let in."""
    columns = [contract.column(name) for name in contract.key]
    return pa.table(
        [cast_column(column, exact_texts(told.column(column.name), column)).values for column in columns], list(contract.key)
    ).drop_null()
