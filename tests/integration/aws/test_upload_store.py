"""Uploads in parts to S3: interrupted, continued, completed, aborted, copied; the content is that of the sender."""

from __future__ import annotations

import hashlib
import random
import urllib.request
from typing import TYPE_CHECKING

import pytest
from botocore.config import Config

from headgate.aws.s3 import S3Objects
from headgate.aws.uploads import S3Uploads
from headgate.errors import NotFoundError
from headgate.lake.ports import ObjectRef

if TYPE_CHECKING:
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
    store, objects, ref = upload_store(lake), S3Objects(client), ObjectRef(lake.bucket("raw"), "uploads/x/content")
    body = random.Random(7).randbytes(3 * PART_BYTES + 1)  # noqa: S311 a seeded file
    parts = {number + 1: body[first : first + PART_BYTES] for number, first in enumerate(range(0, len(body), PART_BYTES))}
    store_id = store.begin(ref)
    for number in (3, 1):
        put(store.part_url(ref, store_id, number, 60), parts[number])
    sent = {part.number: part.size_bytes for part in store.parts(ref, store_id)}
    assert sent == {1: PART_BYTES, 3: PART_BYTES}
    for number in parts.keys() - sent:
        put(store.part_url(ref, store_id, number, 60), parts[number])
    store.complete(ref, store_id, store.parts(ref, store_id))
    copied = store.copy(ref, ObjectRef(ref.bucket, "orders/copied.csv"))
    assert hashlib.sha256(objects.read(copied)).digest() == hashlib.sha256(body).digest()
    assert copied.version_id
    with pytest.raises(NotFoundError):
        store.parts(ref, store_id)
    with urllib.request.urlopen(store.download_url(copied, "orders.csv", 60), timeout=60) as answer:  # noqa: S310 as above
        assert len(answer.read()) == len(body)


def test_an_old_version_is_copied_onto_its_own_key(lake: Lake) -> None:
    client = lake.emulator.client("s3")
    store, objects, ref = upload_store(lake), S3Objects(client), ObjectRef(lake.bucket("raw"), "orders/again.csv")
    objects.write(ref, b"first")
    first = objects.info(ref).ref
    objects.write(ref, b"second")
    assert objects.read(store.copy(first, ref)) == b"first"


def test_an_aborted_upload_is_forgotten_and_aborting_twice_is_fine(lake: Lake) -> None:
    store, ref = upload_store(lake), ObjectRef(lake.bucket("raw"), "uploads/y/content")
    store_id = store.begin(ref)
    store.abort(ref, store_id)
    store.abort(ref, store_id)
    with pytest.raises(NotFoundError):
        store.parts(ref, store_id)
