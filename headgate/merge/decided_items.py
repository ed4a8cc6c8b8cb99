"""Closed items of label queues as a dataset of the snapshot, which systems read like other datasets.

docs/adr/0143-decisions-as-labels.md has the reasons.
"""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple, dataclass
from datetime import timedelta
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from headgate.contracts.types import arrow_schema
from headgate.lake import keys
from headgate.lake.ports import ObjectRef, ObjectStore
from headgate.lake.queue_actions import LEAVE_AS_IT_IS, CommonAction
from headgate.snapshots.parts import Part, SnapshotParts
from headgate.snapshots.publishing import Publisher, parquet_bytes
from headgate.snapshots.read_snapshots import snapshot_parts
from headgate.snapshots.snapshot import DatasetSnapshot, MergedIncrements
from headgate.values.parquet_tables import table_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from headgate.contracts.model import Contract
    from headgate.domains.domain import LabelQueue

Row = dict[str, Any]

TABLE = keys.DECIDED_ITEMS
_READ = ("decision_id", "queue", "item_id", "action", "decided_at")
_READERS = 16
# A decision is written within a minute of its time, so older decisions were read by the previous run.
_WRITTEN_WITHIN = timedelta(hours=1)
_VERSION_CHARACTERS = 16


@dataclass(frozen=True)
class DecidedItems:
    """The publication of the items that decisions of label queues closed."""

    contract: Contract
    queues: Sequence[LabelQueue]

    def publish(self, publisher: Publisher, before: DatasetSnapshot | None) -> DatasetSnapshot | None:
        """Publish all closed items; return their snapshot, or None if there are no decisions.

        Equal decisions give an equal snapshot. `before` is the newest run's snapshot, whose decisions are
        reused.
        """
        objects, bucket = publisher.objects, publisher.bucket
        listed = self._listed(objects, bucket)
        if not listed:
            return None
        rows = self._closed(objects, bucket, listed, before)
        table = pa.Table.from_pylist(rows, arrow_schema(self.contract))
        body = parquet_bytes(table)
        sha256 = hashlib.sha256(body).hexdigest()
        snapshot_id = sha256[:_VERSION_CHARACTERS]
        prefix = keys.snapshot_prefix(TABLE, snapshot_id)
        if not (before and before.snapshot_id == snapshot_id):
            increments = MergedIncrements(snapshot_id, f"{self.contract.id}@{self.contract.version}", ())
            merged_key = keys.merged_increments_key(TABLE, snapshot_id)
            objects.write(ObjectRef(bucket, merged_key), increments.to_json().encode())
            record = self._record(table, len(body), sha256).to_parquet()
            objects.write(ObjectRef(bucket, keys.snapshot_parts_key(TABLE, snapshot_id)), record)
        if not publisher.catalog.current(publisher.database, TABLE).shows(prefix):
            publisher.publish(self.contract, table, prefix)
        return DatasetSnapshot(TABLE, snapshot_id, prefix, len(rows), len(body), rows_in=len(rows))

    def _listed(self, objects: ObjectStore, bucket: str) -> dict[str, ObjectRef]:
        """Return the objects of all decisions of the queues, by decision id."""
        return {
            PurePosixPath(item.ref.key).stem.rpartition("-")[2]: item.ref
            for queue in self.queues
            for item in objects.list(bucket, keys.decisions_prefix(queue.queue))
        }

    def _closed(
        self,
        objects: ObjectStore,
        bucket: str,
        listed: Mapping[str, ObjectRef],
        before: DatasetSnapshot | None,
    ) -> list[Row]:
        """Return the rows of closed items, sorted by key; read only new decisions."""
        kept = self._kept(objects, bucket, before)
        if any(row["decision_id"] not in listed for row in kept):
            kept = []  # a decision was deleted, so an older decision of its item applies again
        newest_at = max((row["decided_at"] for row in kept), default=None)
        read = {row["decision_id"] for row in kept}
        new = [
            ref
            for decision_id, ref in listed.items()
            if decision_id not in read
            and (newest_at is None or keys.decided_at(ref.key) >= newest_at - _WRITTEN_WITHIN)
        ]
        with ThreadPoolExecutor(_READERS) as readers:
            decisions = [*kept, *readers.map(lambda ref: _decision(objects, ref), new)]
        by_queue = {queue.queue: queue for queue in self.queues}
        return [_row(by_queue[decision["queue"]], decision) for decision in closing(decisions)]

    def _kept(self, objects: ObjectStore, bucket: str, before: DatasetSnapshot | None) -> list[Row]:
        """Return the decisions in the previous snapshot, if it has the same contract and queues."""
        record = snapshot_parts(objects, bucket, before) if before else None
        if not before or not record or record.made_for != self._made_for:
            return []
        rows = table_of(objects.read(ObjectRef(bucket, keys.part(before.location)))).select(_READ)
        return [dict(row) for row in rows.to_pylist()]

    @property
    def _made_for(self) -> str:
        """Return the contract and the queues, which determine the rows."""
        rules = sorted(map(repr, map(astuple, self.queues)))
        return "\n".join([f"{self.contract.id}@{self.contract.version}", *rules])

    def _record(self, table: pa.Table, size_bytes: int, sha256: str) -> SnapshotParts:
        key = table.select(list(self.contract.key))
        edges = [key.slice(place, 1).to_pylist()[0] for place in (0, table.num_rows - 1) if table.num_rows]
        first, last = edges or ({}, {})
        nulls = {name: count for name in table.column_names if (count := table[name].null_count)}
        part = Part(table.num_rows, size_bytes, sha256, first, last, nulls=nulls)
        return SnapshotParts(key.schema.remove_metadata(), self._made_for, (part,))


def closing(decisions: Iterable[Row]) -> list[Row]:
    """Return the decision that closed each item, sorted by queue and item.

    The newest decision that closes or reopens an item applies; open items are left out.
    """
    newest: dict[tuple[str, str], Row] = {}
    for decision in sorted(decisions, key=lambda row: (row["decided_at"], row["decision_id"])):
        if decision["action"] not in LEAVE_AS_IT_IS:
            newest[decision["queue"], decision["item_id"]] = decision
    return [newest[item] for item in sorted(newest) if newest[item]["action"] != CommonAction.REOPEN]


def _row(queue: LabelQueue, decision: Row) -> Row:
    return {**decision, "dataset": queue.dataset, "label": queue.label_of(decision["action"])}


def _decision(objects: ObjectStore, ref: ObjectRef) -> Row:
    (row,) = table_of(objects.read(ref)).select(_READ).to_pylist()
    return dict(row)
