"""Uploads in parts to S3: interrupted, continued, completed, aborted, copied.

The content is that of the sender.
"""

from __future__ import annotations

import hashlib
import random
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING

import pytest
from botocore.config import Config

from headgate.api.shapes.uploads import MAX_UPLOAD_BYTES
from headgate.aws.in_memory_ports import MemoryObjects
from headgate.aws.multipart_uploads import COPY_S, S3Uploads
from headgate.aws.s3 import S3Objects
from headgate.errors import ConflictError, NotFoundError
from headgate.lake.ports import ObjectRef
from tests.in_memory_ports import MemoryUploads

if TYPE_CHECKING:
    from headgate.uploads.upload_store import UploadStore
    from tests.integration.conftest import Lake

pytestmark = pytest.mark.integration
PART_BYTES = 5 << 20  # the least that S3 takes for a part that is not the last


def upload_store(lake: Lake) -> S3Uploads:
    """A store whose URLs are signed as the deployed one's."""
    return S3Uploads(lake.emulator.client("s3", config=Config(signature_version="s3v4")))


def put(url: str, body: bytes) -> None:
    with urllib.request.urlopen(urllib.request.Request(url, body, method="PUT"), timeout=60) as answer:  # noqa: S310 the emulator's own URL
        assert answer.status == 200


def test_an_interrupted_upload_has_the_same_hash_when_it_is_continued(lake: Lake) -> None:
    client = lake.emulator.client("s3")
    store, objects, ref = (
        upload_store(lake),
        S3Objects(client),
        ObjectRef(lake.bucket("raw"), "uploads/x/content"),
    )
    body = random.Random(7).randbytes(3 * PART_BYTES + 1)  # noqa: S311 a seeded file
    parts = {
        number + 1: body[first : first + PART_BYTES]
        for number, first in enumerate(range(0, len(body), PART_BYTES))
    }
    store_id = store.begin(ref)
    for number in (3, 1):
        put(store.part_url(ref, store_id, number, 60), parts[number])
    sent = {part.number: part.size_bytes for part in store.parts(ref, store_id)}
    assert sent == {1: PART_BYTES, 3: PART_BYTES}
    for number in parts.keys() - sent:
        put(store.part_url(ref, store_id, number, 60), parts[number])
    store.complete(ref, store_id, store.parts(ref, store_id))
    copied = store.copy(ref, ObjectRef(ref.bucket, "orders/copied.csv"), "zoë@example.com")
    assert copied is not None
    assert (objects.info(copied).sender, objects.info(ref).sender) == ("zoë@example.com", "")
    assert hashlib.sha256(objects.read(copied)).digest() == hashlib.sha256(body).digest()
    assert copied.version_id
    with pytest.raises(NotFoundError):
        store.parts(ref, store_id)
    with urllib.request.urlopen(store.download_url(copied, "orders.csv", 60), timeout=60) as answer:  # noqa: S310 as above
        assert len(answer.read()) == len(body)


def test_an_old_version_is_copied_onto_its_own_key_and_a_body_is_put_with_its_sender(lake: Lake) -> None:
    client = lake.emulator.client("s3")
    store, objects, ref = (
        upload_store(lake),
        S3Objects(client),
        ObjectRef(lake.bucket("raw"), "orders/again.csv"),
    )
    objects.write(ref, b"first")
    first = objects.info(ref).ref
    objects.write(ref, b"second")
    copied = store.copy(first, ref)
    assert copied is not None
    assert objects.read(copied) == b"first"
    store.put(ref, b"corrected", "zoë@example.com")
    assert (objects.read(ref), objects.info(ref).sender) == (b"corrected", "zoë@example.com")


def test_a_large_copy_continues_in_the_next_call_and_keeps_its_sender(lake: Lake) -> None:
    """The emulator's object is small: the first call has no time, the second one copies its only part and
    has no time to end the copy, the third one ends it, and the fourth one repeats it, as after a lost answer.
    """
    seconds = iter([0.0, COPY_S, 0.0, 0.0, COPY_S, 0.0, 0.0, 0.0])
    objects, raw = S3Objects(lake.emulator.client("s3")), lake.bucket("raw")
    store = S3Uploads(lake.emulator.client("s3"), lambda: next(seconds))
    source, target = ObjectRef(raw, "uploads/large/content"), ObjectRef(raw, "orders/large.csv")
    objects.write(source, b"id\n1\n")
    copy_id = store.begin_copy(source, target, MAX_UPLOAD_BYTES, "zoë@example.com")
    for _ in range(2):
        assert store.copy(source, target, "", copy_id) is None
    assert store.copied(source, target) is None
    copied = store.copy(source, target, "", copy_id)
    assert copied is not None
    assert copied.version_id
    assert (objects.read(copied), objects.info(copied).sender) == (b"id\n1\n", "zoë@example.com")
    with pytest.raises(NotFoundError):
        store.parts(target, copy_id)
    assert store.copy(source, target, "", copy_id) == store.copied(source, target) == copied
    objects.write(target, b"id\n2\n")
    assert store.copied(source, target) is None


def test_an_aborted_upload_is_forgotten_and_aborting_twice_is_fine(lake: Lake) -> None:
    store, ref = upload_store(lake), ObjectRef(lake.bucket("raw"), "uploads/y/content")
    store_id = store.begin(ref)
    store.abort(ref, store_id)
    store.abort(ref, store_id)
    with pytest.raises(NotFoundError):
        store.parts(ref, store_id)


@pytest.fixture(params=["memory", "s3"])
def replacing(request: pytest.FixtureRequest) -> UploadStore:
    """The store and its twin."""
    return (
        MemoryUploads(MemoryObjects())
        if request.param == "memory"
        else upload_store(request.getfixturevalue("lake"))
    )


def test_an_object_is_replaced_only_as_long_as_it_is_the_one_that_was_read(
    replacing: UploadStore, lake: Lake
) -> None:
    ref = ObjectRef(lake.bucket("raw"), "uploads/z/upload.json")
    first = replacing.replace(ref, b"first", "")
    assert replacing.read_with_etag(ref) == (b"first", first)
    second = replacing.replace(ref, b"second", first)
    for etag in ("", first):
        with pytest.raises(ConflictError):
            replacing.replace(ref, b"third", etag)
    assert replacing.read_with_etag(ref) == (b"second", second)
    with pytest.raises(NotFoundError):
        replacing.read_with_etag(ObjectRef(ref.bucket, "uploads/none/upload.json"))
    with pytest.raises(ConflictError):
        replacing.replace(ObjectRef(ref.bucket, "uploads/none/upload.json"), b"", second)


def test_of_many_replacements_at_the_same_moment_one_wins(replacing: UploadStore, lake: Lake) -> None:
    for turn in range(5):
        ref = ObjectRef(lake.bucket("raw"), f"uploads/{turn}/race.json")
        etag, barrier = replacing.replace(ref, b"before", ""), Barrier(8)

        def write(
            number: int, ref: ObjectRef = ref, etag: str = etag, barrier: Barrier = barrier
        ) -> bytes | None:
            barrier.wait()
            try:
                replacing.replace(ref, b"%d" % number, etag)
            except ConflictError:
                return None
            return b"%d" % number

        with ThreadPoolExecutor(8) as threads:
            winners = [body for body in threads.map(write, range(8)) if body is not None]
        assert winners == [replacing.read_with_etag(ref)[0]]
