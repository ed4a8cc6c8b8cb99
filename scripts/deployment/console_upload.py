"""Upload the built console to its bucket, in an order that never serves a page with missing parts."""

from __future__ import annotations

import hashlib
import mimetypes
from datetime import UTC, datetime, timedelta
from html import escape
from typing import TYPE_CHECKING

from scripts.console import MARK

if TYPE_CHECKING:
    from pathlib import Path

    from mypy_boto3_s3 import S3Client

PAGE = "index.html"
ASSETS = "assets/"  # their names hold a digest of their content, so they never change
# A tab that was open before a deployment still loads parts of its own bundle.
KEEP_REPLACED = timedelta(days=30)
FOREVER, ASK_FIRST = "public, max-age=31536000, immutable", "no-cache"


def upload(client: S3Client, bucket: str, bundle: Path, page_policy: str) -> int:
    """Upload the bundle to the bucket, and return how many files were sent.

    Replaced assets are deleted after 30 days.

    Args:
        page_policy: content security policy of the page. It names this deployment's API, which CloudFront's
            header cannot: the API is created after the distribution, because it accepts the distribution's
            origin.
    """
    stored = {
        entry["Key"]: entry
        for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket)
        for entry in page.get("Contents", [])
    }
    wanted = {
        path.relative_to(bundle).as_posix(): path
        for path in bundle.rglob("*")
        if path.is_file() and path.name != MARK
    }
    sent = 0
    for key in sorted(
        wanted, key=lambda page_or_asset: (page_or_asset == PAGE, page_or_asset)
    ):  # the page goes last: it names the others
        body = with_policy(wanted[key].read_bytes(), page_policy) if key == PAGE else wanted[key].read_bytes()
        if (
            key in stored
            and stored[key]["ETag"].strip('"') == hashlib.md5(body, usedforsecurity=False).hexdigest()
        ):
            continue
        client.put_object(
            Bucket=bucket,
            Key=key,
            Body=body,
            ContentType=_kind(key),
            CacheControl=FOREVER if key.startswith(ASSETS) else ASK_FIRST,
        )
        sent += 1
    _delete_old(
        client,
        bucket,
        {
            key: entry["LastModified"]
            for key, entry in stored.items()
            if key.startswith(ASSETS) and key not in wanted
        },
    )
    return sent


def with_policy(page: bytes, policy: str) -> bytes:
    """Return the page with the policy as the first element of its head, so that it applies to all others."""
    head, element = (
        b"<head>",
        f'<meta http-equiv="Content-Security-Policy" content="{escape(policy)}" />'.encode(),
    )
    if page.count(head) != 1:
        raise ValueError(
            "The console's page must have one <head> element, where its content security policy is "
            "written. Build it again."
        )
    return page.replace(head, head + element)


def _kind(key: str) -> str:
    return (
        {".js": "text/javascript", ".wasm": "application/wasm"}.get(key[key.rfind(".") :])
        or mimetypes.guess_type(key)[0]
        or "application/octet-stream"
    )


def _delete_old(client: S3Client, bucket: str, replaced: dict[str, datetime]) -> None:
    before = datetime.now(UTC) - KEEP_REPLACED
    for key in (key for key, modified_at in replaced.items() if modified_at < before):
        client.delete_object(Bucket=bucket, Key=key)
