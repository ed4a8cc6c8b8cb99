"""Delete old versions of a table that no manifest or pointer names.

A version that a reader may still read stays.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from headgate.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from headgate.lake.ports import ObjectInfo, ObjectStore

KEPT_VERSIONS = 5
_REQUESTS = 8


@dataclass(frozen=True)
class Version:
    """The objects of one version of a table, and when the last of them was written."""

    name: str
    objects: tuple[ObjectInfo, ...]

    @property
    def written_at(self) -> datetime:
        """When its last object was written, UTC."""
        return max(item.modified_at for item in self.objects)


def versions(objects: ObjectStore, bucket: str, folder: str) -> list[Version]:
    """Return the versions directly below `folder` (which ends in a slash), newest first."""
    by_name: dict[str, list[ObjectInfo]] = {}
    for item in objects.list(bucket, folder):
        name, separator, _ = item.ref.key.removeprefix(folder).partition("/")
        if separator:
            by_name.setdefault(name, []).append(item)
    listed = [Version(name, tuple(items)) for name, items in by_name.items()]
    return sorted(listed, key=lambda version: (version.written_at, version.name), reverse=True)


def old_versions(
    objects: ObjectStore,
    bucket: str,
    folder: str,
    *,
    named: Collection[str],
    keep: int = KEPT_VERSIONS,
    before: datetime | None = None,
) -> list[Version]:
    """Return the versions below `folder` that nobody needs.

    Needed are the newest `keep` versions, the `named` ones, and those not older than `before`.
    """
    return [
        version
        for version in versions(objects, bucket, folder)[keep:]
        if version.name not in named and (before is None or version.written_at < before)
    ]


def delete_versions(objects: ObjectStore, unneeded: Iterable[Version]) -> None:
    """Delete all objects of versions for good: a bucket keeps no old version of them.

    If an object was written twice, its older version becomes current, and the next run deletes it. An object
    that was written again since it was listed stays: a newer snapshot may need it.
    """
    listed = [item for version in unneeded for item in version.objects]
    with ThreadPoolExecutor(_REQUESTS) as pool:
        list(pool.map(partial(_delete_for_good, objects), listed))


def _delete_for_good(objects: ObjectStore, listed: ObjectInfo) -> None:
    with suppress(NotFoundError):  # another run was faster
        current = objects.info(listed.ref)
        if _in_seconds(current.modified_at) == _in_seconds(listed.modified_at):
            objects.delete(current.ref)


def _in_seconds(at: datetime) -> datetime:
    """Return a time in whole seconds, because only a listing may have milliseconds."""
    return at.replace(microsecond=0)


def delete_old_versions(
    objects: ObjectStore,
    bucket: str,
    folder: str,
    *,
    named: Collection[str],
    keep: int = KEPT_VERSIONS,
) -> list[str]:
    """Delete the versions that `old_versions` returns, and return their names."""
    unneeded = old_versions(objects, bucket, folder, named=named, keep=keep)
    delete_versions(objects, unneeded)
    return [version.name for version in unneeded]
