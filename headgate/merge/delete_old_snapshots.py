from collections.abc import Callable, Collection, Mapping, Sequence

from headgate.lake import keys
from headgate.lake.ports import ObjectInfo, ObjectRef, ObjectStore
from headgate.snapshots.delete_old_versions import KEPT_VERSIONS, delete_versions, old_versions
from headgate.snapshots.read_snapshots import lake_snapshot
from headgate.snapshots.snapshot import LakeSnapshot


def delete_old_snapshots(
    objects: ObjectStore,
    bucket: str,
    lake: LakeSnapshot,
    shown: Mapping[str, str],
    settle: Callable[[str, Collection[str]], None],
) -> None:
    """Delete snapshots to which neither `lake` nor one of the kept manifests refers.

    Kept are the newest manifests, and the last one of the day before if all newest manifests are of one day.
    Snapshots newer than these manifests stay, because a merge may be writing them.

    Args:
        shown: the location of each dataset's table.
        settle: called for each dataset with the ids of the snapshots to delete.
    """
    dated = _manifests(objects, bucket)
    newest = dated[-KEPT_VERSIONS:]
    kept = [*_of_the_day_before(dated), *newest]
    old = [item for item in dated if item not in kept]
    if not old:
        for dataset in shown:
            settle(dataset, ())
        return
    named = [lake, *(lake_snapshot(objects, bucket, _id_of(item)) for item in kept)]
    for item in old:
        if _id_of(item) != lake.snapshot_id:
            objects.delete(ObjectRef(bucket, item.ref.key))
            objects.delete(ObjectRef(bucket, keys.checked_references_key(_id_of(item))))
    for dataset, location in shown.items():
        ids = {snapshot.datasets[dataset].snapshot_id for snapshot in named if dataset in snapshot.datasets}
        ids.add(keys.version_of(location))
        expired = old_versions(
            objects, bucket, f"{keys.SNAPSHOTS}/{dataset}/", named=ids, keep=0, before=newest[0].modified_at
        )
        settle(dataset, [version.name for version in expired])
        for version in expired:  # before the parts, which the run after an interrupted one still lists
            objects.delete(ObjectRef(bucket, keys.merged_increments_key(dataset, version.name)))
            objects.delete(ObjectRef(bucket, keys.snapshot_parts_key(dataset, version.name)))
        delete_versions(objects, expired)


def _of_the_day_before(dated: Sequence[ObjectInfo]) -> list[ObjectInfo]:
    """Return the last manifest of an earlier day than the newest one, if the newest ones are of one day."""
    newest = dated[-KEPT_VERSIONS:]
    if not newest or newest[0].modified_at.date() < newest[-1].modified_at.date():
        return []
    earlier = dated[:-KEPT_VERSIONS]
    return [item for item in earlier if item.modified_at.date() < newest[-1].modified_at.date()][-1:]


def named_snapshots(objects: ObjectStore, bucket: str, dataset: str) -> set[str]:
    """Return the ids of a dataset's snapshots in the manifests of runs."""
    lakes = [lake_snapshot(objects, bucket, _id_of(item)) for item in _manifests(objects, bucket)]
    return {lake.datasets[dataset].snapshot_id for lake in lakes if dataset in lake.datasets}


def _manifests(objects: ObjectStore, bucket: str) -> list[ObjectInfo]:
    """Return all manifests except the pointer, oldest first."""
    listed = [item for item in objects.list(bucket, keys.LAKE_MANIFESTS) if "/" not in _id_of(item)]
    return sorted(
        (item for item in listed if _id_of(item) != keys.CURRENT),
        key=lambda item: (item.modified_at, item.ref.key),
    )


def _id_of(manifest: ObjectInfo) -> str:
    return manifest.ref.key.removeprefix(keys.LAKE_MANIFESTS).removesuffix(".json")
