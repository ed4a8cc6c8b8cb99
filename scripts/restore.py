"""Restore the objects of a bucket: take deletions back, or copy what is missing from a replica.

docs/operate/runbook.md says what else can be lost, and how to get it back.

Examples:
    python scripts/restore.py curated --name shop --since 2026-11-25T08:00
    python scripts/restore.py raw --name shop --from shop-raw-copy

The command can be repeated. It prints one JSON document.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(
    0, str(Path(__file__).resolve().parents[1])
)  # the scripts are run by path and know each other as `scripts`

import boto3
from botocore.exceptions import ClientError

from headgate.aws.s3 import S3Objects
from headgate.cli import command_deployment
from headgate.errors import HeadgateError
from headgate.settings import SystemNamesSettings

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parents[1]


class RestoreError(Exception):
    """The deployment has no such bucket. The message names those that it has."""


def undelete(s3: Any, bucket: str, since: datetime) -> dict[str, object]:  # noqa: ANN401 boto3 makes a class per service at run time
    """Take back the deletions of objects since then: the version below a delete marker is current again.

    Markers that lifecycle rules or a replaced snapshot left before `since` stay.
    """
    restored = 0
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        for marker in page.get("DeleteMarkers", ()):
            if marker["IsLatest"] and marker["LastModified"] >= since:
                s3.delete_object(Bucket=bucket, Key=marker["Key"], VersionId=marker["VersionId"])
                restored += 1
    return {"bucket": bucket, "undeleted": restored}


def copy_missing(s3: Any, source: str, bucket: str) -> dict[str, object]:  # noqa: ANN401 boto3 makes a class per service at run time
    """Copy the objects of a replica that the bucket does not have; they get new version ids."""
    objects = S3Objects(s3)
    there, copied = ({item.ref.key for item in objects.list(of, "")} for of in (bucket, source))
    missing = sorted(copied - there)
    for key in missing:
        s3.copy({"Bucket": source, "Key": key}, bucket, key)
    return {"bucket": bucket, "copied": len(missing)}


def bucket_of(env: Mapping[str, str], zone: str) -> str:
    """Return the bucket of a zone, or of a system.

    Raises:
        RestoreError: the deployment has no such bucket; the message names those that it has.
    """
    zones = {
        name: env[f"HEADGATE_{name.upper()}_BUCKET"] for name in ("raw", "curated", "quarantine", "artifacts")
    }
    buckets = {**zones, **SystemNamesSettings.from_env(env).prod_buckets}
    if zone not in buckets:
        raise RestoreError(f"There is no bucket {zone}. Buckets: {', '.join(sorted(buckets))}.")
    return buckets[zone]


def _time(text: str) -> datetime:
    when = datetime.fromisoformat(text)
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("bucket", help="raw, curated, quarantine, artifacts or a system")
    how = parser.add_mutually_exclusive_group(required=True)
    how.add_argument("--since", type=_time, help="take back deletions since then, UTC")
    how.add_argument("--from", dest="source", help="copy what is missing from this replica")
    parser.add_argument("--name", help="the deployment below .headgate/; the newest without it")
    return parser.parse_args()


def main() -> int:
    """Run the command line."""
    asked = _asked()
    os.chdir(ROOT)
    try:
        bucket = bucket_of(command_deployment.activate(asked.name).environment, asked.bucket)
        s3 = boto3.client("s3")
        done = undelete(s3, bucket, asked.since) if asked.since else copy_missing(s3, asked.source, bucket)
    except (RestoreError, HeadgateError, ClientError) as error:
        print(error, file=sys.stderr)
        return 1
    print(json.dumps(done))
    return 0


if __name__ == "__main__":
    sys.exit(main())
