"""Restore the objects of a bucket: take deletions back, or copy what is missing from a replica.

After a restore of the ledger, process the files of raw that have no record.

docs/operate/runbook.md says what else can be lost, and how to get it back.

Examples:
    python scripts/restore.py curated --name shop --since 2026-11-25T08:00
    python scripts/restore.py raw --name shop --from shop-raw-copy
    python scripts/restore.py files --name shop

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

from headgate.aws.events import notification
from headgate.aws.s3 import S3Objects
from headgate.cli import command_deployment
from headgate.errors import HeadgateError
from headgate.lake import keys
from headgate.lake.ports import ObjectRef
from headgate.settings import SystemNamesSettings
from headgate.wiring import operations, stores

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from headgate.cli.command_deployment import Deployment

ROOT = Path(__file__).resolve().parents[1]
FILES = "files"


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


def process_without_record(deployed: Deployment) -> dict[str, object]:
    """Send the event of every version in raw that the ledger has no record of, oldest first.

    A masked form has no event: its original is gone, and its rows are in the lake. It is counted.
    """
    env = deployed.environment
    recorded = {record.file_id for record in stores.ledger(env).records()}
    missing, masked = unrecorded(list(_versions(boto3.client("s3"), env["HEADGATE_RAW_BUCKET"])), recorded)
    operations.queues().send(deployed.output("raw_queue_url"), [notification(ref) for ref in missing])
    return {"sent": len(missing), "masked_without_record": masked}


def unrecorded(versions: list[ObjectRef], recorded: set[str]) -> tuple[list[ObjectRef], int]:
    """Return the versions that have no record, and the number of masked originals that have none."""
    forms = {ref: file_id for ref in versions if (file_id := keys.masked_original_of(ref.key))}
    missing = [
        ref
        for ref in versions
        if ref not in forms and keys.file_id(ref.bucket, ref.key, ref.version_id) not in recorded
    ]
    return missing, len(set(forms.values()) - recorded)


def _versions(s3: Any, bucket: str) -> Iterator[ObjectRef]:  # noqa: ANN401 boto3 makes a class per service at run time
    pages = s3.get_paginator("list_object_versions").paginate(Bucket=bucket)
    listed = [version for page in pages for version in page.get("Versions", ())]
    for version in sorted(listed, key=lambda version: version["LastModified"]):
        yield ObjectRef(bucket, version["Key"], version["VersionId"])


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
    parser.add_argument(
        "bucket", help=f"raw, curated, quarantine, artifacts or a system; {FILES}: files without a record"
    )
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--since", type=_time, help="take back deletions since then, UTC")
    how.add_argument("--from", dest="source", help="copy what is missing from this replica")
    parser.add_argument("--name", help="the deployment below .headgate/; the newest without it")
    asked = parser.parse_args()
    if (asked.bucket == FILES) == bool(asked.since or asked.source):
        parser.error(f"a bucket needs one of --since and --from, and {FILES} takes neither")
    return asked


def _restore(deployed: Deployment, asked: argparse.Namespace) -> dict[str, object]:
    if asked.bucket == FILES:
        return process_without_record(deployed)
    s3, bucket = boto3.client("s3"), bucket_of(deployed.environment, asked.bucket)
    return undelete(s3, bucket, asked.since) if asked.since else copy_missing(s3, asked.source, bucket)


def main() -> int:
    """Run the command line."""
    asked = _asked()
    os.chdir(ROOT)
    try:
        done = _restore(command_deployment.activate(asked.name), asked)
    except (RestoreError, HeadgateError, ClientError) as error:
        print(error, file=sys.stderr)
        return 1
    print(json.dumps(done))
    return 0


if __name__ == "__main__":
    sys.exit(main())
