"""Snapshots that tables get between two runs: one record for each dataset, which names the replaced ones."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from headgate.errors import NotFoundError
from headgate.lake import keys
from headgate.lake.ports import ObjectRef, ObjectStore, TableVersion
from headgate.snapshots.read_snapshots import newest_snapshot
from headgate.snapshots.snapshot import DatasetSnapshot

# Longer than a query of Athena (30 minutes) and a run's merge that may use the snapshot (an hour, unless
# `job_timeouts` differs).
KEPT = timedelta(hours=3)


@dataclass(frozen=True)
class FreshSnapshot:
    """The newest snapshot of a dataset that was published between runs.

    Attributes:
        replaced: ids of earlier snapshots that still exist, with the times of their replacement, ISO 8601.
    """

    snapshot: DatasetSnapshot
    replaced: tuple[tuple[str, str], ...] = ()

    @classmethod
    def read(cls, objects: ObjectStore, bucket: str, dataset: str) -> FreshSnapshot | None:
        """Return the record of the dataset's snapshot between runs, or None."""
        try:
            text = objects.read(ObjectRef(bucket, keys.fresh_snapshot_key(dataset)))
        except NotFoundError:
            return None
        record = json.loads(text)
        replaced = tuple((snapshot_id, at) for snapshot_id, at in record["replaced"])
        return cls(DatasetSnapshot(**record["snapshot"]), replaced)

    def write(self, objects: ObjectStore, bucket: str) -> None:
        """Store the record."""
        text = json.dumps(asdict(self), sort_keys=True, indent=1)
        ref = ObjectRef(bucket, keys.fresh_snapshot_key(self.snapshot.dataset))
        objects.write(ref, text.encode(), content_type="application/json")

    def is_shown_by(self, table: TableVersion) -> bool:
        """Return whether a table shows this snapshot."""
        return table.shows(self.snapshot.location)

    def replaced_by(self, snapshot: DatasetSnapshot, now: datetime) -> FreshSnapshot:
        """Return the record after another snapshot was published."""
        if snapshot.snapshot_id == self.snapshot.snapshot_id:
            return self
        others = tuple(item for item in self.replaced if item[0] != snapshot.snapshot_id)
        return FreshSnapshot(snapshot, (*others, (self.snapshot.snapshot_id, now.isoformat())))

    def without_old(
        self, objects: ObjectStore, bucket: str, named: Collection[str], now: datetime
    ) -> FreshSnapshot:
        """Delete snapshots that were replaced long ago, and return the record of the others.

        Args:
            named: ids in manifests of runs; later runs delete their snapshots.
            now: naive UTC.
        """
        for snapshot_id in self.old(named, now):
            _delete(objects, bucket, self.snapshot.dataset, snapshot_id)
        kept = tuple(item for item in self.replaced if not _is_old(item, now))
        return replace(self, replaced=kept)

    def old(self, named: Collection[str], now: datetime) -> list[str]:
        """Return the ids of the snapshots that `without_old` deletes."""
        return [item[0] for item in self.replaced if _is_old(item, now) and item[0] not in named]


def newest_of_dataset(objects: ObjectStore, bucket: str, dataset: str) -> DatasetSnapshot | None:
    """Return the snapshot that a dataset's table shows: of the newest run, or of a later refresh.

    A refresh that ended while a run was merging counts as earlier. None before the first run.
    """
    lake = newest_snapshot(objects, bucket)
    of_run = lake.datasets.get(dataset) if lake else None
    fresh = FreshSnapshot.read(objects, bucket, dataset)
    if of_run is None or fresh is None or fresh.snapshot.snapshot_id == of_run.snapshot_id:
        return of_run
    times = [
        objects.info(ObjectRef(bucket, key)).modified_at
        for key in (keys.fresh_snapshot_key(dataset), keys.lake_snapshot_key(keys.CURRENT))
    ]
    return fresh.snapshot if times[0] > times[1] else of_run


def _is_old(replaced: tuple[str, str], now: datetime) -> bool:
    return now - datetime.fromisoformat(replaced[1]) > KEPT


def _delete(objects: ObjectStore, bucket: str, dataset: str, snapshot_id: str) -> None:
    for item in list(objects.list(bucket, keys.snapshot_prefix(dataset, snapshot_id))):
        objects.delete(ObjectRef(bucket, item.ref.key))
    objects.delete(ObjectRef(bucket, keys.merged_increments_key(dataset, snapshot_id)))
    objects.delete(ObjectRef(bucket, keys.snapshot_parts_key(dataset, snapshot_id)))
