"""Objects of a bucket or the ledger are lost, and the commands of docs/operate/runbook.md bring them back."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from scripts.emulator import emulator
from tests.e2e.lakes import ROOT, Lake, deploy, deployed, sample_shop
from tests.own_data_page import commands_in, run

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.e2e, pytest.mark.weekly]

NAME, OTHER, REGION = "e2e-recovery", "e2e-elsewhere", "eu-west-1"
FILES_TABLE = "HEADGATE_FILES_TABLE"
REPLICATED = {"raw": "_masked/", "curated": "", "quarantine": "", "artifacts": ""}  # by zone, as in backup.tf
VARIABLES = ("quiet_s=3600", "redelivery_s=10")
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
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small shop, rejected rows among it."""
    folder = tmp_path_factory.mktemp("shop")
    sample_shop(str(folder), "--orders", "200", "--customers", "40", "--defect-rate", "0.02")
    return folder


@pytest.fixture(scope="module")
def lake(project: Path, shop: Path) -> Iterator[Lake]:
    """A lake with the shop."""
    with deployed(NAME, *VARIABLES, project=project) as lake:
        lake.headgate("upload", str(shop))
        yield lake


def commands(title: str, since: str = "") -> list[str]:
    """Return the commands of a section of the page for the lake of this test."""
    (section,) = re.findall(rf"^### {re.escape(title)}\n(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL)
    return [
        command.replace("2026-11-25T08:00", since).replace("shop", NAME) for command in commands_in(section)
    ]


def deployment_of(name: str) -> Lake:
    """Return a lake as its last deployment left it."""
    document = json.loads((ROOT / ".headgate" / name / "deployment.json").read_text(encoding="utf-8"))
    return Lake(name, document["environment"], document["outputs"])


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


def tables(lake: Lake) -> dict[str, list[str]]:
    """Return the rows of some tables, in any order."""
    database = lake.environment["HEADGATE_CURATED_DATABASE"]
    return {
        name: sorted(map(str, lake.query(f"select * from {database}.{name}")))  # noqa: S608 names of this lake
        for name in ("orders", "payments", "products")
    }


def without_notes(objects: dict[str, str]) -> dict[str, str]:
    """Return the objects without the notes by which a merge sees that a replay has written an increment."""
    return {key: digest for key, digest in objects.items() if ".edition-" not in key}


def test_curated_and_quarantine_are_written_again_from_raw(lake: Lake, project: Path) -> None:
    """Increments and rejected rows have equal bytes, those of masked originals too, and tables equal rows."""
    lake.headgate("run")
    rows = tables(lake)
    increments = contents(lake, "HEADGATE_CURATED_BUCKET", "increments/")
    quarantine = contents(lake, "HEADGATE_QUARANTINE_BUCKET", "")
    assert increments
    assert quarantine
    assert all(rows.values())
    for variable in ("HEADGATE_CURATED_BUCKET", "HEADGATE_QUARANTINE_BUCKET"):
        delete_all(lake, variable, with_versions=True)
    rebuilding, running = commands("Curated and quarantine from raw")
    follow(rebuilding, project)
    again = contents(lake, "HEADGATE_CURATED_BUCKET", "increments/")
    assert without_notes(again) == without_notes(increments)
    assert contents(lake, "HEADGATE_QUARANTINE_BUCKET", "") == quarantine
    follow(running, project)
    assert tables(lake) == rows


def restore_ledger(lake: Lake, restored: str, late: tuple[str, ...]) -> None:
    """Lose the ledger; its restored table is of a moment before the files of some datasets came."""
    dynamodb, lost = lake.client("dynamodb"), lake.environment[FILES_TABLE]
    dynamodb.restore_table_to_point_in_time(
        SourceTableName=lost, TargetTableName=restored, UseLatestRestorableTime=True
    )
    pages = dynamodb.get_paginator("scan").paginate(TableName=restored)
    for item in [item for page in pages for item in page["Items"]]:
        if any(re.search(rf'"(content#)?{dataset}[/#"]', json.dumps(item)) for dataset in late):
            dynamodb.delete_item(TableName=restored, Key={"file_id": item["file_id"]})
    dynamodb.delete_table(TableName=lost)


def test_a_lost_ledger_is_restored_under_another_name_and_files_continue(
    lake: Lake, project: Path, shop: Path
) -> None:
    """A file whose record was lost is processed again by an event. The masked original of another one has no
    event: the same file, sent again, gets a record, and no row is in the lake twice.
    """
    before = {record["key"]: record for record in lake.records()}
    increments = without_notes(contents(lake, "HEADGATE_CURATED_BUCKET", "increments/"))
    orders, products = (
        next(record for key, record in before.items() if re.match(f"{dataset}/.*part", key))
        for dataset in ("orders", "products")
    )
    assert (orders["original"]["form"], products["original"]) == ("masked", {})
    restored = lake.environment[FILES_TABLE] + "-restored"
    restore_ledger(lake, restored, ("orders", "products"))
    deploy(NAME, *VARIABLES, f"files_table={restored}", project=project)
    lake = deployment_of(NAME)
    assert lake.environment[FILES_TABLE] == restored
    lost = before.keys() - {record["key"] for record in lake.records()}
    assert {orders["key"], products["key"]} <= lost < before.keys()

    (processing,) = commands("Restore the ledger")
    follow(processing, project)
    again = lake.record_of(products["key"], products["version_id"])
    assert (again["state"], again["accepted"]) == ("done", products["accepted"])
    assert orders["key"] not in {record["key"] for record in lake.records()}

    sent = lake.put(orders["key"], (shop / orders["key"]).read_bytes())
    again = lake.record_of(orders["key"], sent)
    assert (again["state"], again["accepted"]) == ("done", orders["accepted"])
    copied = lake.put("payments/copy.csv.gz", next((shop / "payments").rglob("part*")).read_bytes())
    assert lake.record_of("payments/copy.csv.gz", copied)["state"] == "skipped_duplicate"
    assert without_notes(contents(lake, "HEADGATE_CURATED_BUCKET", "increments/")) == increments


class OtherAccount:
    """Another account in another region, an emulator of its own, with what S3 and AWS Backup copied there."""

    def __init__(self) -> None:
        command = [sys.executable, "scripts/emulator/emulator.py", "start", "--name", OTHER]
        subprocess.run(command, cwd=ROOT, check=True)
        running = emulator.running(ROOT / ".headgate" / OTHER)
        assert running
        self.url = running.url

    def client(self, service: str) -> Any:  # noqa: ANN401 boto3 makes a class per service at run time
        """Return a client of the account in its region."""
        credentials = {"aws_access_key_id": emulator.ACCOUNT, "aws_secret_access_key": "test"}
        return boto3.client(  # type: ignore[call-overload]  # the service is a variable
            service, endpoint_url=self.url, region_name=REGION, **credentials
        )

    def replicate(self, lake: Lake, zone: str, prefix: str) -> None:
        """Copy the objects as the lake's replication rules do (terraform/backup.tf)."""
        source, target, copy = lake.client("s3"), self.client("s3"), f"{NAME}-{zone}-copy"
        target.create_bucket(Bucket=copy, CreateBucketConfiguration={"LocationConstraint": REGION})
        variable = f"HEADGATE_{zone.upper()}_BUCKET"
        for key in lake.objects(variable, prefix):
            item = source.get_object(Bucket=lake.environment[variable], Key=key)
            target.put_object(Bucket=copy, Key=key, Body=item["Body"].read(), Metadata=item["Metadata"])

    def restore_ledger(self, lake: Lake, table: str) -> None:
        """Restore the lake's ledger from its backup in this account."""
        source, target, name = lake.client("dynamodb"), self.client("dynamodb"), lake.environment[FILES_TABLE]
        described = source.describe_table(TableName=name)["Table"]
        target.create_table(
            TableName=table,
            BillingMode="PAY_PER_REQUEST",
            GlobalSecondaryIndexes=[
                {part: index[part] for part in ("IndexName", "KeySchema", "Projection")}
                for index in described["GlobalSecondaryIndexes"]
            ],
            **{part: described[part] for part in ("KeySchema", "AttributeDefinitions")},
        )
        for page in source.get_paginator("scan").paginate(TableName=name):
            for item in page["Items"]:
                target.put_item(TableName=table, Item=item)


def test_a_lake_whose_account_and_region_are_lost_is_there_again_in_others(
    lake: Lake, project: Path, shop: Path
) -> None:
    """The last test of this file: the lake of the others is gone after it."""
    lost = deployment_of(lake.name)
    lost.headgate("run")
    rows, records = tables(lost), {record["key"]: record["state"] for record in lost.records()}
    other = OtherAccount()
    try:
        for zone, prefix in REPLICATED.items():
            other.replicate(lost, zone, prefix)
        other.restore_ledger(lost, f"{NAME}-files-restored")
        emulator.stop(ROOT / ".headgate" / NAME)

        deploying, *following = (
            command.replace(f"{NAME}-again", OTHER)
            for command in commands("The account or its region is lost")
        )
        stated = re.findall(r"--var (\S+)", deploying)
        assert stated == [f"region={REGION}", f"files_table={NAME}-files-restored"]
        deploy(OTHER, *VARIABLES, *stated, project=project)
        for command in following:
            follow(command, project)
        again = deployment_of(OTHER)
        assert again.environment["AWS_REGION"] == REGION
        assert tables(again) == rows
        assert {record["key"]: record["state"] for record in again.records()} == records
        sent = again.put("payments/copy-again.csv.gz", next((shop / "payments").rglob("part*")).read_bytes())
        assert again.record_of("payments/copy-again.csv.gz", sent)["state"] == "skipped_duplicate"
    finally:
        emulator.stop(ROOT / ".headgate" / OTHER)
