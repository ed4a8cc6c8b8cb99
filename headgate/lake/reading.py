"""Read a snapshot of the lake: its manifest, and its datasets as local files."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from headgate.errors import NotFoundError
from headgate.lake import keys, references
from headgate.lake.ports import ObjectRef
from headgate.lake.snapshots import LakeSnapshot

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from headgate.lake.ports import ObjectStore
    from headgate.lake.references import CheckedReference
    from headgate.lake.snapshots import DatasetSnapshot

_DOWNLOADS = 8


def lake_snapshot(objects: ObjectStore, curated_bucket: str, snapshot_id: str = keys.CURRENT) -> LakeSnapshot:
    """The snapshot of that id, or the newest one. NotFoundError when nothing was merged yet."""
    return LakeSnapshot.from_json(objects.read(ObjectRef(curated_bucket, keys.lake_snapshot_key(snapshot_id))).decode())


def checked_references(objects: ObjectStore, curated_bucket: str, snapshot_id: str) -> tuple[CheckedReference, ...]:
    """What the snapshot of that id knows of rows whose parent is not there; nothing when it was merged before anybody looked."""
    try:
        text = objects.read(ObjectRef(curated_bucket, keys.checked_references_key(snapshot_id))).decode()
    except NotFoundError:
        return ()
    return references.from_json(text)


def fetch(objects: ObjectStore, curated_bucket: str, lake: LakeSnapshot, datasets: Iterable[str], folder: Path) -> dict[str, Path]:
    """Each dataset's rows as a Parquet file below `folder`. NotFoundError when the snapshot lacks a dataset."""
    known = known_datasets(lake, datasets)
    paths = {dataset: folder / f"{dataset}.parquet" for dataset in known}
    refs = [ObjectRef(curated_bucket, keys.part(snapshot.location)) for snapshot in known.values()]
    with ThreadPoolExecutor(_DOWNLOADS) as pool:
        list(pool.map(objects.download, refs, paths.values()))
    return paths


def known_datasets(lake: LakeSnapshot, datasets: Iterable[str]) -> dict[str, DatasetSnapshot]:
    """The snapshot of each dataset. NotFoundError when the lake's snapshot lacks one."""
    wanted = list(datasets)
    missing = sorted(set(wanted) - set(lake.datasets))
    if missing:
        raise NotFoundError(f"lake snapshot {lake.snapshot_id} has no dataset {', '.join(missing)}")
    return {dataset: lake.datasets[dataset] for dataset in wanted}
