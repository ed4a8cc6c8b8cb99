"""Versions of a table that nobody needs are deleted for good, in memory and in a versioned bucket of S3."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING

import pytest

from headgate.aws.in_memory_ports import MemoryObjects
from headgate.aws.s3 import S3Objects
from headgate.errors import ServiceError
from headgate.lake import keys
from headgate.lake.ports import ObjectRef
from headgate.snapshots.delete_old_versions import delete_old_versions, delete_versions, old_versions
from tests.conftest import unique

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from headgate.lake.ports import ObjectInfo, VersionedObjects
    from tests.conftest import Emulator

BUCKET = unique("deleted-versions")
PARTS = 3


@dataclass(frozen=True)
class Table:
    """Versions v0, v1, … of a table in a folder of its own."""

    objects: VersionedObjects
    folder: str

    def write(self, *names: str) -> None:
        for name in names:
            for part in range(PARTS):
                self.objects.write(self.part(name, part), f"{name} {part}".encode())

    def part(self, name: str, number: int = 0) -> ObjectRef:
        return ObjectRef(BUCKET, keys.part(f"{self.folder}{name}/", number))

    def delete_all_but(self, *named: str) -> list[str]:
        return delete_old_versions(self.objects, BUCKET, self.folder, named=named, keep=0)

    def shown(self) -> dict[str, int]:
        """The number of current objects of each version."""
        return self._counted(item.ref for item in self.objects.list(BUCKET, self.folder))

    def stored(self) -> dict[str, int]:
        """The number of all stored objects, old ones and delete markers included."""
        return self._counted(item.ref for item in self.objects.versions(BUCKET, self.folder))

    def _counted(self, refs: Iterator[ObjectRef]) -> dict[str, int]:
        names = [ref.key.removeprefix(self.folder).partition("/")[0] for ref in refs]
        return {name: names.count(name) for name in sorted(names)}


def _ticking() -> Callable[[], datetime]:
    """Return a clock that is a second later at each call."""
    seconds = count()
    return lambda: datetime(2024, 1, 1) + timedelta(seconds=next(seconds))


@pytest.fixture(
    params=[pytest.param("memory", marks=pytest.mark.unit), pytest.param("s3", marks=pytest.mark.integration)]
)
def table(request: pytest.FixtureRequest) -> Table:
    if request.param == "memory":
        return Table(MemoryObjects(clock=_ticking()), f"{unique('snapshots')}/")
    emulator: Emulator = request.getfixturevalue("emulator")
    client = emulator.client("s3")
    client.create_bucket(Bucket=BUCKET)
    client.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    return Table(S3Objects(client), f"{unique('snapshots')}/")


def test_an_unneeded_version_leaves_no_object_and_no_marker(table: Table) -> None:
    table.write("v0", "v1")
    assert table.delete_all_but("v1") == ["v0"]
    assert table.stored() == {"v1": PARTS}


def test_an_object_that_is_deleted_by_its_key_alone_stays_stored(table: Table) -> None:
    """The other tests would see a deletion that leaves a marker."""
    table.write("v0")
    table.objects.delete(table.part("v0"))
    assert table.shown() == {"v0": PARTS - 1}
    assert table.stored() == {"v0": PARTS + 1}


def test_the_snapshot_of_a_reader_stays_readable(table: Table) -> None:
    table.write("v0", "v1", "v2")
    table.delete_all_but("v0", "v2")
    assert table.stored() == {"v0": PARTS, "v2": PARTS}
    assert table.objects.read(table.part("v0", 1)) == b"v0 1"


def test_an_object_that_a_person_deleted_can_still_be_restored(table: Table) -> None:
    table.write("v0", "v1")
    deleted = table.objects.info(table.part("v0")).ref
    table.objects.delete(table.part("v0"))
    table.delete_all_but("v1")
    assert table.shown() == {"v1": PARTS}
    assert table.stored() == {"v0": 2, "v1": PARTS}  # the object and its marker
    assert table.objects.read(deleted) == b"v0 0"


def test_an_object_that_was_written_twice_is_gone_after_the_second_deletion(table: Table) -> None:
    table.write("v0", "v0", "v1")
    table.delete_all_but("v1")
    assert table.shown() == {"v0": PARTS, "v1": PARTS}
    table.delete_all_but("v1")
    assert table.stored() == {"v1": PARTS}


def test_an_object_that_is_written_again_after_the_listing_stays(table: Table) -> None:
    table.write("v0")
    (listed,) = old_versions(table.objects, BUCKET, table.folder, named=(), keep=0)
    first = table.objects.info(table.part("v0")).ref
    time.sleep(1.1)  # S3 reports the time of an object in whole seconds
    table.objects.write(table.part("v0"), b"needed again")
    delete_versions(table.objects, [listed])
    assert table.objects.read(table.part("v0")) == b"needed again"
    assert table.objects.read(first) == b"v0 0"


def test_a_version_that_another_run_deletes_at_the_same_time_is_no_error(table: Table) -> None:
    table.write("v0", "v1")
    listed = old_versions(table.objects, BUCKET, table.folder, named={"v1"}, keep=0)
    delete_versions(table.objects, listed)
    delete_versions(table.objects, listed)
    assert table.stored() == {"v1": PARTS}


def test_an_interrupted_deletion_is_completed_by_the_next_one(table: Table) -> None:
    table.write("v0", "v1", "v2")
    with pytest.raises(ServiceError):
        delete_old_versions(_Interrupted(table), BUCKET, table.folder, named={"v2"}, keep=0)  # type: ignore[arg-type]  # it has the calls that a deletion makes
    left = table.shown()
    assert left["v2"] == PARTS
    assert 0 < left["v0"] + left["v1"] < 2 * PARTS
    table.delete_all_but("v2")
    assert table.stored() == {"v2": PARTS}


@dataclass(frozen=True)
class _Interrupted:
    """A store that fails at the second part of each version."""

    table: Table

    def list(self, bucket: str, prefix: str) -> Iterator[ObjectInfo]:
        return self.table.objects.list(bucket, prefix)

    def info(self, ref: ObjectRef) -> ObjectInfo:
        return self.table.objects.info(ref)

    def delete(self, ref: ObjectRef) -> None:
        if ref.key in {self.table.part(name, 1).key for name in ("v0", "v1")}:
            raise ServiceError("The store does not answer.")
        self.table.objects.delete(ref)
