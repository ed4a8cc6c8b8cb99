"""Record in curated, for the merge, which rows the source deleted.

If a contract declares deletions or complete loads, curated has these objects beside the increments:
- for each run with deletions: the deleted keys, and the time of the source by which they were deleted;
- for each complete load (`headgate.load: full`): its time and its number of files;
- for each increment: marks of the times at which the source still had its rows, also for equal bytes that
  arrived again, which the ledger accepts only once.
A row exists if its source had it after the last deletion of its key. See ADR 13.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pyarrow as pa

from headgate.contracts.followed_deletions import follows_deletions, is_full
from headgate.contracts.model import Contract
from headgate.errors import AuditError
from headgate.formats.parquet.read_parquet import exact_texts
from headgate.lake import keys
from headgate.lake.keys import ExportKey
from headgate.lake.ports import FileRecord, ObjectRef, ObjectStore
from headgate.snapshots.publishing import parquet_bytes
from headgate.values.cast_declared import cast_column
from headgate.values.parquet_tables import has_utc_times, table_of, with_utc_times

_FULL = "full"  # the mode of a run that read all rows


@dataclass(frozen=True)
class Sightings:
    """Records for the merge when a source had rows, and when it no longer had them.

    Args:
        contracts: source contracts by dataset; a dataset is ignored unless its contract declares deletions.
    """

    objects: ObjectStore
    contracts: Mapping[str, Contract]
    curated_bucket: str

    def of_run(self, bucket: str, manifest_key: ExportKey, manifest: bytes) -> None:
        """Record in curated which rows the run of this manifest read and which keys were deleted.

        A second call changes nothing. A run whose manifest names no time is ignored.

        Raises:
            AuditError: the deleted keys differ from those that the manifest certifies.
        """
        moment = moment_of(manifest)
        contract = self.contracts.get(manifest_key.dataset)
        if moment is None or contract is None or not _is_marked(contract):
            return
        run: dict[str, Any] = json.loads(manifest)
        contents = {file["sha256"] for file in run["files"]}
        for content in contents:
            self._mark(contract.dataset, content, moment)
        if is_full(contract) and contents and run.get("mode", _FULL) == _FULL:
            self._mark_load(contract.dataset, moment, len(contents))
        if follows_deletions(contract) and run.get("deleted_sha256"):
            self._delete(
                contract,
                ObjectRef(bucket, replace(manifest_key, name=keys.RUN_DELETIONS).path()),
                run["deleted_sha256"],
                moment,
            )

    def of_file(self, record: FileRecord) -> None:
        """Record that the source had the rows of a file without a run when the file was received."""
        contract = self.contracts.get(record.dataset)
        if record.content_sha256 and record.received_at and contract is not None and _is_marked(contract):
            moment = datetime.fromisoformat(record.received_at)
            self._mark(record.dataset, record.content_sha256, moment)
            if is_full(contract) and not keys.has_corrected_rows(record.key):
                self._mark_load(record.dataset, moment, 1)

    def _mark(self, dataset: str, content_sha256: str, moment: datetime) -> None:
        self.objects.write(
            ObjectRef(self.curated_bucket, keys.sighting_key(dataset, content_sha256, moment)), b""
        )

    def _mark_load(self, dataset: str, moment: datetime, files: int) -> None:
        self.objects.write(ObjectRef(self.curated_bucket, keys.load_key(dataset, moment, files)), b"")

    def _delete(self, contract: Contract, ref: ObjectRef, sha256: str, moment: datetime) -> None:
        body = self.objects.read(ref)
        if hashlib.sha256(body).hexdigest() != sha256:
            raise AuditError(f"{ref.key}: its bytes are not those that the manifest certifies")
        target = ObjectRef(self.curated_bucket, keys.deletions_key(contract.dataset, moment))
        self.objects.write(target, parquet_bytes(deleted_keys(contract, table_of(body))))


def _is_marked(contract: Contract) -> bool:
    return follows_deletions(contract) or is_full(contract)


def moment_of(manifest: bytes) -> datetime | None:
    """Return the time of the source that a run read, naive UTC; None if its manifest names none."""
    moment = json.loads(manifest).get("moment")
    return datetime.fromisoformat(moment["taken_at"]) if isinstance(moment, dict) else None


def deleted_keys(contract: Contract, listed: pa.Table) -> pa.Table:
    """Return the keys in the contract's types.

    Keys that do not fit are dropped, because no row with such a key was ever accepted.
    """
    if has_utc_times(listed.schema.metadata):
        listed = with_utc_times(listed, contract.key)
    columns = [contract.column(name) for name in contract.key]
    return pa.table(
        [cast_column(column, exact_texts(listed.column(column.name), column)).values for column in columns],
        list(contract.key),
    ).drop_null()
