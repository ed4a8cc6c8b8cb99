"""Read a snapshot of the lake: its manifest, and its datasets as local files."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path

from headgate.errors import NotFoundError
from headgate.lake import keys
from headgate.lake.ports import ObjectRef, ObjectStore
from headgate.snapshots import reference_counts
from headgate.snapshots.parts import SnapshotParts
from headgate.snapshots.reference_counts import CheckedReference
from headgate.snapshots.snapshot import DatasetSnapshot, LakeSnapshot

_DOWNLOADS = 8


def newest_snapshot(objects: ObjectStore, curated_bucket: str) -> LakeSnapshot | None:
    """Return the newest snapshot; None before the first merge."""
    try:
        return lake_snapshot(objects, curated_bucket)
    except NotFoundError:
        return None


def lake_snapshot(objects: ObjectStore, curated_bucket: str, snapshot_id: str = keys.CURRENT) -> LakeSnapshot:
    """Return the snapshot with this id, by default the newest one.

    Raises:
        NotFoundError: the snapshot does not exist, or nothing has been merged yet.
    """
    try:
        text = objects.read(ObjectRef(curated_bucket, keys.lake_snapshot_key(snapshot_id))).decode()
    except NotFoundError as error:
        if snapshot_id == keys.CURRENT:
            raise NotFoundError(
                "The lake has no snapshot yet. `headgate run` merges the accepted files into the first one."
            ) from error
        raise NotFoundError(
            f"The lake has no snapshot {snapshot_id}. Use `{keys.CURRENT}` for the newest one, or an id "
            "that `headgate lineage` shows."
        ) from error
    return LakeSnapshot.from_json(text)


def checked_references(
    objects: ObjectStore, curated_bucket: str, snapshot_id: str
) -> tuple[CheckedReference, ...]:
    """Return the counts of rows without their parent in a snapshot; empty if they were not counted."""
    try:
        text = objects.read(ObjectRef(curated_bucket, keys.checked_references_key(snapshot_id))).decode()
    except NotFoundError:
        return ()
    return reference_counts.from_json(text)


def part_refs(objects: ObjectStore, curated_bucket: str, snapshot: DatasetSnapshot) -> list[ObjectRef]:
    """Return the parts of a dataset's snapshot in the order of the key; raise NotFoundError without any."""
    parts = [
        item.ref
        for item in objects.list(curated_bucket, snapshot.location)
        if item.ref.key.endswith(keys.PARQUET)
    ]
    if not parts:
        raise NotFoundError(f"no object below s3://{curated_bucket}/{snapshot.location}")
    return parts


def snapshot_parts(
    objects: ObjectStore, curated_bucket: str, snapshot: DatasetSnapshot
) -> SnapshotParts | None:
    """Return the record of a snapshot's parts; None if an older version of Headgate wrote the snapshot."""
    key = keys.snapshot_parts_key(snapshot.dataset, snapshot.snapshot_id)
    try:
        return SnapshotParts.from_parquet(objects.read(ObjectRef(curated_bucket, key)))
    except NotFoundError:
        return None


def fetch(
    objects: ObjectStore, curated_bucket: str, lake: LakeSnapshot, datasets: Iterable[str], folder: Path
) -> dict[str, tuple[Path, ...]]:
    """Download each dataset's parts as Parquet files below `folder`, and return them in the order of the key.

    Raises:
        NotFoundError: the snapshot lacks a dataset.
    """
    snapshots = known_datasets(lake, datasets)
    refs = {dataset: part_refs(objects, curated_bucket, snapshot) for dataset, snapshot in snapshots.items()}
    paths = {
        dataset: tuple(folder / dataset / ref.key.rpartition("/")[2] for ref in parts)
        for dataset, parts in refs.items()
    }
    for dataset in snapshots:
        (folder / dataset).mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(_DOWNLOADS) as pool:
        list(
            pool.map(
                objects.download, chain.from_iterable(refs.values()), chain.from_iterable(paths.values())
            )
        )
    return paths


def known_datasets(lake: LakeSnapshot, datasets: Iterable[str]) -> dict[str, DatasetSnapshot]:
    """Return the snapshot of each dataset; raise NotFoundError if the lake's snapshot lacks one."""
    wanted = list(datasets)
    missing = sorted(set(wanted) - set(lake.datasets))
    if missing:
        raise NotFoundError(f"lake snapshot {lake.snapshot_id} has no dataset {', '.join(missing)}")
    return {dataset: lake.datasets[dataset] for dataset in wanted}
