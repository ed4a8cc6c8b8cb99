"""A deployment's buckets are emptied before Terraform takes them down, whatever the keys in them
look like.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from scripts import deploy
from tests.conftest import unique

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Emulator

pytestmark = pytest.mark.integration

KEYS = [
    "orders/pct%20+&=#?.csv",
    "orders/a b.csv",
    "orders/é\u00a0𝄞.csv",
    "orders/%2F..//x",
    "orders/'<quoted>\"",
    "plain.csv",
    "folder/",
]


def target(emulator: Emulator) -> deploy.Target:
    environment = dict(emulator.environment)
    return deploy.Target("emulator", environment["AWS_REGION"], "000000000000", environment, environment)


def state_of(folder: Path, **buckets: bool) -> Path:
    instances = [
        {"attributes": {"bucket": name, "force_destroy": may_go}} for name, may_go in buckets.items()
    ]
    state = folder / "terraform.tfstate"
    state.write_text(
        json.dumps(
            {
                "resources": [
                    {"type": "aws_s3_bucket", "instances": instances},
                    {"type": "aws_sqs_queue", "instances": []},
                ]
            }
        )
    )
    return state


def bucket(emulator: Emulator) -> str:
    s3, name = emulator.client("s3"), unique("doomed")
    s3.create_bucket(Bucket=name)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    for key in KEYS:
        s3.put_object(Bucket=name, Key=key, Body=b"1")
        s3.put_object(Bucket=name, Key=key, Body=b"2")
    s3.delete_object(Bucket=name, Key=KEYS[0])
    s3.create_multipart_upload(Bucket=name, Key=KEYS[0])
    return name


def held(emulator: Emulator, name: str) -> int:
    page = emulator.client("s3").list_object_versions(Bucket=name)
    return len(page.get("Versions", [])) + len(page.get("DeleteMarkers", []))


def test_no_version_and_no_upload_is_left_whatever_its_key(emulator: Emulator, tmp_path: Path) -> None:
    name = bucket(emulator)
    deploy.empty_buckets(target(emulator), state_of(tmp_path, **{name: True}))
    assert held(emulator, name) == 0
    emulator.client("s3").delete_bucket(Bucket=name)


def test_a_protected_bucket_keeps_everything_and_one_that_is_gone_is_no_error(
    emulator: Emulator, tmp_path: Path
) -> None:
    name = bucket(emulator)
    deploy.empty_buckets(target(emulator), state_of(tmp_path, **{name: False, unique("gone"): True}))
    assert held(emulator, name) == 2 * len(KEYS) + 1
