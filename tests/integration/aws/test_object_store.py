"""One set of rules for every ObjectStore: the twin in memory and S3 must not differ."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from headgate.aws.in_memory_ports import MemoryObjects
from headgate.aws.s3 import S3Objects
from headgate.errors import ConflictError, NotFoundError, ServiceError
from headgate.lake.ports import ObjectRef, ObjectStore, SnapshotObjects
from tests.conftest import unique

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Emulator

BUCKET = unique("objects")


def s3_objects(emulator: Emulator) -> S3Objects:
    client = emulator.client("s3")
    client.create_bucket(Bucket=BUCKET)
    client.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    return S3Objects(client)


@pytest.fixture(
    params=[pytest.param("memory", marks=pytest.mark.unit), pytest.param("s3", marks=pytest.mark.integration)]
)
def objects(request: pytest.FixtureRequest) -> SnapshotObjects:
    if request.param == "memory":
        return MemoryObjects()
    return s3_objects(request.getfixturevalue("emulator"))


@pytest.fixture
def ref() -> ObjectRef:
    return ObjectRef(BUCKET, f"{unique('folder')}/orders/part 1+ü.csv")


def test_what_is_written_is_read(objects: ObjectStore, ref: ObjectRef) -> None:
    objects.write(ref, b"id\n1\n", content_type="text/csv")
    assert objects.read(ref) == b"id\n1\n"


def test_an_absent_object_is_not_found(objects: ObjectStore, ref: ObjectRef) -> None:
    with pytest.raises(NotFoundError):
        objects.read(ref)
    with pytest.raises(NotFoundError):
        objects.info(ref)


def test_an_absent_object_cannot_be_downloaded(objects: ObjectStore, ref: ObjectRef, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        objects.download(ref, tmp_path / "never")


def test_info_reports_size_version_and_naive_utc_time(objects: ObjectStore, ref: ObjectRef) -> None:
    objects.write(ref, b"12345")
    info = objects.info(ref)
    assert (info.ref.key, info.size_bytes, info.modified_at.tzinfo) == (ref.key, 5, None)
    assert info.ref.version_id


def test_a_version_is_still_read_after_it_was_overwritten(objects: ObjectStore, ref: ObjectRef) -> None:
    objects.write(ref, b"first")
    first = objects.info(ref).ref
    objects.write(ref, b"second")
    assert (objects.read(first), objects.read(ref)) == (b"first", b"second")
    assert objects.info(first).size_bytes == 5


def test_a_version_downloads_as_that_version(objects: ObjectStore, ref: ObjectRef, tmp_path: Path) -> None:
    objects.write(ref, b"first")
    first = objects.info(ref).ref
    objects.write(ref, b"second")
    objects.download(first, tmp_path / "first")
    assert (tmp_path / "first").read_bytes() == b"first"


def test_an_uploaded_file_is_downloaded_unchanged(
    objects: ObjectStore, ref: ObjectRef, tmp_path: Path
) -> None:
    source, copy = tmp_path / "source", tmp_path / "copy"
    source.write_bytes(bytes(range(256)) * 64)
    objects.upload(source, ref)
    objects.download(ref, copy)
    assert copy.read_bytes() == source.read_bytes()


def test_a_listing_is_by_key_and_holds_only_the_prefix(objects: ObjectStore) -> None:
    folder = unique("listing")
    for name in ("b", "a/2", "a/1"):
        objects.write(ObjectRef(BUCKET, f"{folder}/{name}"), name.encode())
    objects.write(ObjectRef(BUCKET, f"{folder}x/other"), b"")
    listed = list(objects.list(BUCKET, f"{folder}/"))
    assert [info.ref.key for info in listed] == [f"{folder}/{name}" for name in ("a/1", "a/2", "b")]
    assert [info.size_bytes for info in listed] == [3, 3, 1]


def test_a_listing_goes_past_a_page(objects: ObjectStore) -> None:
    folder = unique("many")
    for number in range(1005):
        objects.write(ObjectRef(BUCKET, f"{folder}/{number:04d}"), b"")
    assert sum(1 for _ in objects.list(BUCKET, folder)) == 1005


def test_an_empty_prefix_lists_nothing(objects: ObjectStore) -> None:
    assert list(objects.list(BUCKET, unique("nothing"))) == []


def test_a_deleted_object_is_gone_and_deleting_again_is_fine(objects: ObjectStore, ref: ObjectRef) -> None:
    objects.write(ref, b"x")
    objects.delete(ref)
    objects.delete(ref)
    with pytest.raises(NotFoundError):
        objects.read(ref)
    assert list(objects.list(BUCKET, ref.key)) == []


def test_deleting_the_newest_version_shows_the_one_before(objects: ObjectStore, ref: ObjectRef) -> None:
    objects.write(ref, b"first")
    objects.write(ref, b"second")
    objects.delete(objects.info(ref).ref)
    assert objects.read(ref) == b"first"


@pytest.mark.integration
def test_a_bucket_that_does_not_exist_is_not_found(emulator: Emulator) -> None:
    with pytest.raises(NotFoundError):
        S3Objects(emulator.client("s3")).read(ObjectRef(unique("absent"), "key"))


def test_a_large_version_downloads_as_it_is_and_its_head_is_its_first_bytes(
    objects: ObjectStore, ref: ObjectRef, tmp_path: Path
) -> None:
    large = bytes(range(256)) * 70_000
    objects.write(ref, large)
    info = objects.info(ref)
    objects.write(ref, b"another")
    objects.download(info.ref, tmp_path / "large", info.size_bytes)
    assert (tmp_path / "large").read_bytes() == large
    assert objects.head(info.ref, 1000) == large[:1000]


def test_a_download_of_another_size_than_was_looked_up_is_no_download(
    objects: ObjectStore, ref: ObjectRef, tmp_path: Path
) -> None:
    objects.write(ref, b"12345")
    with pytest.raises(ServiceError):
        objects.download(ref, tmp_path / "cut", 4)


def test_a_small_and_a_large_file_are_uploaded_whole(
    objects: ObjectStore, ref: ObjectRef, tmp_path: Path
) -> None:
    for body in (b"12345", bytes(range(256)) * 70_000):
        (tmp_path / "up").write_bytes(body)
        objects.upload(tmp_path / "up", ref, content_type="text/csv")
        assert objects.read(ref) == body


def test_a_copy_holds_the_same_bytes_under_another_key(objects: SnapshotObjects, ref: ObjectRef) -> None:
    objects.write(ref, b"rows")
    target = replace(ref, key=f"{ref.key} copied ü")
    objects.copy(ref, target)
    assert objects.read(target) == objects.read(ref) == b"rows"


def test_nothing_is_copied_from_an_absent_object(objects: SnapshotObjects, ref: ObjectRef) -> None:
    with pytest.raises(NotFoundError):
        objects.copy(ref, replace(ref, key=f"{ref.key}-copied"))


def test_a_column_of_a_parquet_object_is_read_without_the_others(
    objects: SnapshotObjects, ref: ObjectRef
) -> None:
    body = io.BytesIO()
    pq.write_table(pa.table({"id": [1, 2], "text": ["a" * 9_000, "b" * 9_000]}), body)
    objects.write(ref, body.getvalue())
    with objects.open(ref) as opened, pq.ParquetFile(opened) as file:
        assert file.read(["id"], use_threads=False).to_pydict() == {"id": [1, 2]}


def test_an_open_object_reads_from_the_place_that_was_sought(
    objects: SnapshotObjects, ref: ObjectRef
) -> None:
    objects.write(ref, b"0123456789")
    with objects.open(ref) as opened:
        assert opened.seek(-3, io.SEEK_END) == 7
        assert (opened.read(2), opened.read(9), opened.read(1), opened.tell()) == (b"78", b"9", b"", 10)
        opened.seek(4)
        assert opened.read() == b"456789"


def test_an_open_object_gives_no_byte_of_a_later_content(objects: SnapshotObjects, ref: ObjectRef) -> None:
    objects.write(ref, b"0123456789")
    with objects.open(ref) as opened:
        assert opened.read(2) == b"01"
        objects.write(ref, b"abcdefghij")
        try:
            assert opened.read() == b"23456789"
        except ConflictError:
            return


def test_an_absent_object_cannot_be_opened(objects: SnapshotObjects, ref: ObjectRef) -> None:
    with pytest.raises(NotFoundError):
        objects.open(ref)
