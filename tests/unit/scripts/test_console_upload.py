"""The bundle goes to its bucket: the page last, unchanged files not at all, old assets only after a month."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from scripts.deployment.console_upload import upload

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.unit

POLICY = "connect-src 'self' https://abc123.execute-api.eu-central-1.amazonaws.com"


class Bucket:
    """The part of S3's client that the upload calls."""

    def __init__(self) -> None:
        self.objects: dict[str, dict[str, Any]] = {}
        self.sent: list[str] = []

    def get_paginator(self, _: str) -> Bucket:
        return self

    def paginate(self, **_: str) -> list[dict[str, Any]]:
        return [{"Contents": [{"Key": key, **entry} for key, entry in self.objects.items()]}]

    def put_object(self, *, Key: str, Body: bytes, **headers: str) -> None:  # noqa: N803 boto3's own
        etag = f'"{hashlib.md5(Body, usedforsecurity=False).hexdigest()}"'
        self.objects[Key] = {
            "Body": Body,
            "ETag": etag,
            "LastModified": datetime.now(UTC),
            "headers": headers,
        }
        self.sent.append(Key)

    def delete_object(self, *, Key: str, **_: str) -> None:  # noqa: N803 boto3's own
        del self.objects[Key]


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """A page with one asset and an icon."""
    for name in ("index.html", "headgate.svg", "assets/index-1.js", ".inputs"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(f"<head></head>{name}")
    return tmp_path


def test_the_page_is_sent_last_and_always_asked_for_again(bundle: Path) -> None:
    bucket = Bucket()
    assert upload(bucket, "console", bundle, POLICY) == 3  # type: ignore[arg-type]  # a twin of the client
    assert bucket.sent[-1] == "index.html"
    assert ".inputs" not in bucket.sent
    assert bucket.objects["index.html"]["headers"]["CacheControl"] == "no-cache"
    assert "immutable" in bucket.objects["assets/index-1.js"]["headers"]["CacheControl"]
    assert bucket.objects["assets/index-1.js"]["headers"]["ContentType"] == "text/javascript"


def test_an_unchanged_bundle_is_not_sent_again(bundle: Path) -> None:
    bucket = Bucket()
    upload(bucket, "console", bundle, POLICY)  # type: ignore[arg-type]  # as above
    assert upload(bucket, "console", bundle, POLICY) == 0  # type: ignore[arg-type]  # as above


def test_replaced_assets_are_kept_for_a_month(bundle: Path) -> None:
    bucket = Bucket()
    now = datetime.now(UTC)
    bucket.objects["assets/index-0.js"] = {"ETag": '"x"', "LastModified": now - timedelta(days=3)}
    bucket.objects["assets/index-00.js"] = {"ETag": '"x"', "LastModified": now - timedelta(days=31)}
    bucket.objects["config.json"] = {"ETag": '"x"', "LastModified": now - timedelta(days=400)}
    upload(bucket, "console", bundle, POLICY)  # type: ignore[arg-type]  # as above
    assert "assets/index-0.js" in bucket.objects
    assert "assets/index-00.js" not in bucket.objects
    assert "config.json" in bucket.objects


def test_the_page_names_its_api_before_it_loads_anything(bundle: Path) -> None:
    bucket = Bucket()
    upload(bucket, "console", bundle, POLICY)  # type: ignore[arg-type]  # as above
    meta = f'<meta http-equiv="Content-Security-Policy" content="{POLICY.replace(chr(39), "&#x27;")}" />'
    assert bucket.objects["index.html"]["Body"].decode().startswith(f"<head>{meta}")
    assert bucket.objects["assets/index-1.js"]["Body"] == (bundle / "assets/index-1.js").read_bytes()


def test_a_page_without_a_head_is_not_uploaded(bundle: Path) -> None:
    (bundle / "index.html").write_text("<body></body>")
    bucket = Bucket()
    with pytest.raises(ValueError, match="one <head> element"):
        upload(bucket, "console", bundle, POLICY)  # type: ignore[arg-type]  # as above
    assert "index.html" not in bucket.sent
