"""The sources of a table: the datasets of a snapshot, and the raw files of their rows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from headgate.errors import NotFoundError
from headgate.lake import keys
from headgate.lake.ports import FileRecord, ObjectRef, ObjectStore
from headgate.snapshots.snapshot import DatasetSnapshot, LakeSnapshot, MergedIncrements


@dataclass(frozen=True)
class TableSources:
    """The sources of a table.

    Attributes:
        system: the system that built it; empty for a dataset.
        snapshot_id, as_of: id and day of the lake's snapshot that it was built from.
        datasets: the datasets that it was built from, by name; a dataset may have no rows.
        files: their raw files, by key and time of arrival.
    """

    table: str
    system: str
    snapshot_id: str
    as_of: date
    datasets: tuple[DatasetSnapshot, ...]
    files: tuple[FileRecord, ...]


def sources_of_table(
    objects: ObjectStore,
    curated_bucket: str,
    lake: LakeSnapshot,
    records: Iterable[FileRecord],
    *,
    table: str,
    system: str,
    reads: Iterable[str],
) -> TableSources:
    """Return the sources of a table.

    Args:
        lake: the snapshot that the table was built from.
        records: all file records.
        reads: the datasets that its system reads; for a dataset, the dataset itself.
    """
    datasets = tuple(lake.datasets[name] for name in sorted(set(reads)) if name in lake.datasets)
    increments = {
        increment for dataset in datasets for increment in increments_of(objects, curated_bucket, dataset)
    }
    files = sorted(
        (record for record in records if record.curated_key in increments),
        key=lambda source: (source.key, source.received_at, source.file_id),
    )
    return TableSources(table, system, lake.snapshot_id, lake.as_of, datasets, tuple(files))


def increments_of(objects: ObjectStore, curated_bucket: str, dataset: DatasetSnapshot) -> tuple[str, ...]:
    """Return the keys of a dataset's increments, without the marks after a blank."""
    return merged_increments(objects, curated_bucket, dataset.dataset, dataset.snapshot_id)


def merged_increments(
    objects: ObjectStore, curated_bucket: str, dataset: str, snapshot_id: str
) -> tuple[str, ...]:
    """Return the keys of the increments of a dataset's snapshot; empty if its list was deleted."""
    key = keys.merged_increments_key(dataset, snapshot_id)
    try:
        text = objects.read(ObjectRef(curated_bucket, key)).decode()
    except NotFoundError:  # the lists of old snapshots are deleted
        return ()
    return tuple(increment.partition(" ")[0] for increment in MergedIncrements.from_json(text).increments)
