"""Objects of a bucket are lost, and the commands of docs/operate/runbook.md bring them back."""

from __future__ import annotations

import hashlib
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.e2e.lakes import ROOT, deployed, headgate
from tests.own_data_page import commands_in, run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.e2e.lakes import Lake

pytestmark = pytest.mark.e2e

NAME = "e2e-recovery"
PAGE = (ROOT / "docs" / "operate" / "runbook.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake project with the shop's datasets and without its systems, which take minutes."""
    folder = tmp_path_factory.mktemp("project")
    contracts = ROOT / "headgate" / "domains" / "retail" / "contracts" / "source"
    shutil.copytree(contracts, folder / "contracts" / "source")
    (folder / "headgate.toml").write_text('name = "recovery"\ndomains = []\n', encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def lake(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lake]:
    """A lake with a small shop, rejected rows among it."""
    shop = str(tmp_path_factory.mktemp("shop"))
    headgate("sample", shop, "--orders", "200", "--customers", "40", "--defect-rate", "0.02")
    with deployed(NAME, "quiet_s=3600", "redelivery_s=10", project=project) as lake:
        lake.headgate("upload", shop)
        yield lake


def commands(title: str, since: str = "") -> list[str]:
    """Return the commands of a section of the page for the lake of this test."""
    (section,) = re.findall(rf"^### {re.escape(title)}\n(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL)
    return [
        command.replace("2026-11-25T08:00", since).replace("shop", NAME) for command in commands_in(section)
    ]


def follow(command: str, project: Path) -> None:
    """Run a command of the page for the project; the test fails when it fails."""
    done = run(f"HEADGATE_PROJECT={project} {command}", Path.home())
    assert done.exit_code == 0, done.stderr[-4000:] + done.stdout[-4000:]


def contents(lake: Lake, variable: str, prefix: str) -> dict[str, str]:
    """Return the hashes of objects by key."""
    s3, bucket = lake.client("s3"), lake.environment[variable]
    return {
        key: hashlib.sha256(s3.get_object(Bucket=bucket, Key=key)["Body"].read()).hexdigest()
        for key in lake.objects(variable, prefix)
    }


def delete_all(lake: Lake, variable: str, *, with_versions: bool) -> None:
    """Delete the objects of a bucket, for good if their versions go, too."""
    s3, bucket = lake.client("s3"), lake.environment[variable]
    for key in lake.objects(variable):
        s3.delete_object(Bucket=bucket, Key=key)
    if with_versions:
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
            for version in (*page.get("Versions", ()), *page.get("DeleteMarkers", ())):
                s3.delete_object(Bucket=bucket, Key=version["Key"], VersionId=version["VersionId"])


@pytest.mark.parametrize("variable", ["HEADGATE_CURATED_BUCKET", "HEADGATE_QUARANTINE_BUCKET"])
def test_deleted_objects_of_a_bucket_are_taken_back(lake: Lake, project: Path, variable: str) -> None:
    before, began = contents(lake, variable, ""), datetime.now(UTC).replace(microsecond=0)
    assert before
    delete_all(lake, variable, with_versions=False)
    assert contents(lake, variable, "") == {}
    undeleting, _ = commands("Objects of a bucket", f"{began:%Y-%m-%dT%H:%M:%S}")
    zone = variable.split("_")[1].lower()
    follow(undeleting.replace("curated", zone), project)
    assert contents(lake, variable, "") == before


def test_a_bucket_is_filled_from_its_copy(lake: Lake, project: Path) -> None:
    """The copy is what the replication of the other account has."""
    before, s3 = contents(lake, "HEADGATE_CURATED_BUCKET", ""), lake.client("s3")
    bucket, copy = lake.environment["HEADGATE_CURATED_BUCKET"], f"{NAME}-curated-copy"
    s3.create_bucket(Bucket=copy)
    for key in before:
        s3.copy_object(Bucket=copy, Key=key, CopySource={"Bucket": bucket, "Key": key})
    delete_all(lake, "HEADGATE_CURATED_BUCKET", with_versions=True)
    _, copying = commands("Objects of a bucket")
    follow(copying, project)
    assert contents(lake, "HEADGATE_CURATED_BUCKET", "") == before
