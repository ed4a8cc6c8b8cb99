"""`headgate restore` on S3's own versions and delete markers."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from headgate.cli.commands.operations.restore import restore
from tests.conftest import unique

if TYPE_CHECKING:
    from tests.conftest import Emulator

pytestmark = pytest.mark.integration


@pytest.fixture
def bucket(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> str:
    """A versioned bucket that every zone of the environment names."""
    name = unique("curated")
    client = emulator.client("s3")
    client.create_bucket(Bucket=name)
    client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    zones = {f"HEADGATE_{zone}_BUCKET": name for zone in ("RAW", "CURATED", "QUARANTINE", "ARTIFACTS")}
    for variable, value in {**emulator.environment, **zones, "HEADGATE_PROD_BUCKETS": "{}"}.items():
        monkeypatch.setenv(variable, value)
    return name


def restored(*words: str) -> dict[str, object]:
    done = CliRunner().invoke(restore, ["curated", *words, "--json"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return dict(json.loads(done.stdout))


def test_deleted_objects_are_there_again_in_their_last_version(emulator: Emulator, bucket: str) -> None:
    s3 = emulator.client("s3")
    since = f"{datetime.now(UTC):%Y-%m-%dT%H:%M}"
    for body in (b"first", b"second"):
        s3.put_object(Bucket=bucket, Key="orders/a.csv", Body=body)
    s3.delete_object(Bucket=bucket, Key="orders/a.csv")
    assert restored("--since", "2100-01-01") == {"bucket": bucket, "undeleted": 0}
    assert restored("--since", since) == {"bucket": bucket, "undeleted": 1}
    assert s3.get_object(Bucket=bucket, Key="orders/a.csv")["Body"].read() == b"second"


def test_a_bucket_is_filled_from_its_copy_with_what_is_stated_of_the_objects(
    emulator: Emulator, bucket: str
) -> None:
    s3, copy = emulator.client("s3"), unique("copy")
    s3.create_bucket(Bucket=copy)
    s3.put_object(Bucket=copy, Key="orders/a.csv", Body=b"copied", Metadata={"sender": "ana"})
    assert restored("--from", copy) == {"bucket": bucket, "copied": 1}
    item = s3.get_object(Bucket=bucket, Key="orders/a.csv")
    assert (item["Body"].read(), item["Metadata"]) == (b"copied", {"sender": "ana"})
    assert restored("--from", copy) == {"bucket": bucket, "copied": 0}
