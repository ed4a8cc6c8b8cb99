"""The text of every version of every object in a lake's buckets, also inside archives and Parquet."""

from __future__ import annotations

import gzip
import io
import zipfile
from typing import TYPE_CHECKING

import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.e2e.lakes import Lake

GZIP, PARQUET, ZIP = b"\x1f\x8b", b"PAR1", b"PK\x03\x04"


def every_version(lake: Lake) -> dict[str, str]:
    """Return the texts by bucket, key and version. Versions that a marker hides are among them."""
    s3 = lake.client("s3")
    found = {}
    for bucket in (one["Name"] for one in s3.list_buckets()["Buckets"]):
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
            for one in page.get("Versions", []):
                body = s3.get_object(Bucket=bucket, Key=one["Key"], VersionId=one["VersionId"])["Body"].read()
                found[f"{bucket}/{one['Key']}?{one['VersionId']}"] = "\n".join([one["Key"], *texts_of(body)])
    return found


def texts_of(body: bytes) -> Iterator[str]:
    """Yield what bytes say: as they are, decompressed, and column by column."""
    yield body.decode("latin-1")
    if body.startswith(GZIP):
        yield from texts_of(gzip.decompress(body))
    if body.startswith(ZIP):
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            for name in archive.namelist():
                yield name
                yield from texts_of(archive.read(name))
    if body.startswith(PARQUET):
        table = pq.read_table(io.BytesIO(body))
        yield "\n".join(str(value) for column in table.columns for value in column.to_pylist())
