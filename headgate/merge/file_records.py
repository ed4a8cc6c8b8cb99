"""Publish the ledger as a table, so that SQL can count files, reasons and quality scores."""

import hashlib
from collections.abc import Iterable
from datetime import datetime

import pyarrow as pa

from headgate.contracts.model import Contract
from headgate.contracts.types import arrow_schema
from headgate.lake import keys
from headgate.lake.ports import FileRecord
from headgate.snapshots.delete_old_versions import delete_old_versions
from headgate.snapshots.publishing import Published, Publisher, parquet_bytes

_VERSION_CHARACTERS = 16


def publish_file_records(
    publisher: Publisher, contract: Contract, records: Iterable[FileRecord]
) -> Published:
    """Write the ledger's current records to the table, if any record changed."""
    rows = file_records(contract, records)
    version = hashlib.sha256(parquet_bytes(rows)).hexdigest()[:_VERSION_CHARACTERS]
    published = publisher.publish(contract, rows, keys.snapshot_prefix(contract.dataset, version))
    folder = f"{keys.SNAPSHOTS}/{contract.dataset}/"
    delete_old_versions(publisher.objects, publisher.bucket, folder, named={version}, keep=1)
    return published


def file_records(contract: Contract, records: Iterable[FileRecord]) -> pa.Table:
    """Return the rows of the table, in the order in which the files were received."""
    ordered = sorted(records, key=lambda record: (record.received_at, record.file_id))
    return pa.Table.from_pylist([_row(record) for record in ordered], schema=arrow_schema(contract))


def _row(record: FileRecord) -> dict[str, object]:
    score = record.profile.get("score", "")
    return {
        "file_id": record.file_id,
        "object_key": record.key,
        "dataset": record.dataset or None,
        "state": record.state.value,
        "received_at": _moment(record.received_at),
        "finished_at": _moment(record.finished_at),
        "size_bytes": record.size_bytes,
        "rows_received": record.received,
        "rows_accepted": record.accepted,
        "rows_quarantined": record.quarantined,
        "rows_duplicate": record.duplicates,
        "rule": record.error.get("rule"),
        "error": record.error.get("message"),
        "quality_score": float(score) if score else None,
        "drift": record.profile.get("drift") or None,
        "contract": record.contract or None,
        "closed_by": record.closed_by or None,
        "sent_by": record.sent_by or None,
        "undone_by": record.error.get("reverted_by"),
    }


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text).replace(tzinfo=None) if text else None
