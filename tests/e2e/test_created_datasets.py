"""A person creates a dataset from a file: its rows are in SQL after the next run, and deployments keep it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from headgate.aws.s3 import S3Objects
from headgate.lake.definitions import DefinitionVersions
from tests.e2e.api import signed_in
from tests.e2e.lakes import AIRPORTS, AIRPORTS_VARIABLES, DEPLOY, ROOT, deploy, options_of
from tests.e2e.test_shop_api import uploaded

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.api import Api
    from tests.e2e.lakes import Lake

pytestmark = pytest.mark.e2e

DATASET, PERSONAL, NOT_PULLED = "filialbesuche", "kunden_mail", "suppliers"
VISITS = "Filiale;Tag;Besucher;Umsatz\n" + "".join(
    f"F{n % 5};{1 + n // 5:02}.03.2026;{200 - n};{n},50\n" for n in range(45)
)
COUNTED = "select count(*) as n, cast(sum(umsatz) as varchar) as sold from airports_curated.filialbesuche"
EXPECTED = [{"n": 45, "sold": "1012.50"}]


@pytest.fixture(scope="module")
def folder(airports: Path) -> Path:
    """The lake project as it was deployed: it knows nothing of the datasets that are created here."""
    return shutil.copytree(ROOT / "examples" / "airports", airports, dirs_exist_ok=True)


@pytest.fixture(scope="module")
def lake(airports_lake: Lake, folder: Path) -> Lake:
    """The deployed project, without what tests of other files pushed."""
    assert folder
    if airports_lake.headgate("push", "--list")["current"]["version"] != "deployed":
        airports_lake.headgate("push", "--back", "deployed", "--yes")
    return airports_lake


@pytest.fixture(scope="module")
def buyer(lake: Lake) -> Api:
    """Somebody who uploads files."""
    return signed_in(lake, "uploader")


def check_of(caller: Api, path: str) -> Any:  # noqa: ANN401 whatever JSON the API answers
    """The gate's check of an upload, once it has ended."""
    return caller.until(f"{path}/dry-run", lambda check: check["state"] != "checking")


def plan(folder: Path) -> str:
    """The changes that a deployment of the project would make."""
    command = [
        *(sys.executable, DEPLOY, "plan", "emulator"),
        *("--name", AIRPORTS, "--own"),
        *options_of(AIRPORTS_VARIABLES),
    ]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "HEADGATE_PROJECT": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return done.stdout


def test_a_buyer_creates_a_dataset_and_its_rows_are_in_sql_after_the_next_run(lake: Lake, buyer: Api) -> None:
    _, path = uploaded(buyer, f"{DATASET}.csv", VISITS.encode())
    buyer.call("POST", f"{path}/dry-run")
    draft = check_of(buyer, path)["draft"]
    assert (draft["dataset"], draft["rows"], draft["needs_deployment"]) == (DATASET, 45, [])
    assert not any("--" in note["message"] or "headgate" in note["message"] for note in draft["notes"])
    document = {"document": draft["document"]}
    stored = buyer.call("PUT", f"/v1/contract-drafts/{DATASET}", document)
    assert (stored.status, stored.json["is_in_use"], stored.json["by"]) == (200, True, "uploader@example.com")
    assert buyer.call("GET", f"/v1/contracts/source/{DATASET}").status == 200
    assert buyer.call("PUT", f"{path}/edits", {"dataset": DATASET}).status == 200
    checked = check_of(buyer, path)
    assert (checked["outcome"], checked["accepted"], checked["quarantined"]) == ("done", 45, 0)
    file_id = buyer.call("POST", f"{path}/commit").json["file_id"]
    record = buyer.until(f"/v1/files/{file_id}", lambda file: file["state"] == "done")
    assert (record["dataset"], record["accepted"]) == (DATASET, 45)
    assert record["definitions"].startswith("deployed+")
    lake.headgate("run")
    assert lake.query(COUNTED) == EXPECTED


def test_a_removed_dataset_leaves_sql_with_the_next_run_and_can_come_back(lake: Lake, buyer: Api) -> None:
    path = f"/v1/datasets/{DATASET}/removal"
    effects = buyer.call("GET", path).json
    assert (effects["files"], effects["accepted"], effects["may_remove"]) == (1, 45, True)
    assert effects["table"] == f"airports_curated.{DATASET}"
    assert signed_in(lake, "viewer").call("POST", path).status == 403
    removal = buyer.call("POST", path)
    assert (removal.status, removal.json.get("left")) == (200, 0), removal.json
    assert buyer.call("GET", f"/v1/contracts/source/{DATASET}").status == 404
    lake.headgate("run")
    tables = lake.client("glue").get_tables(DatabaseName="airports_curated")["TableList"]
    assert DATASET not in {table["Name"] for table in tables}
    (removed,) = lake.headgate("datasets", "list")
    assert (removed["state"], removed["removed_by"]) == ("removed", "uploader@example.com")
    assert lake.headgate("datasets", "restore", DATASET)["done"] == 1
    lake.headgate("run")
    assert lake.query(COUNTED) == EXPECTED


def test_a_dataset_with_data_about_a_person_waits_for_a_deployment(buyer: Api) -> None:
    rows = "".join(f"{n};ann{n}@example.com\n" for n in range(1, 31))
    _, path = uploaded(buyer, f"{PERSONAL}.csv", f"Nr;E-Mail\n{rows}".encode())
    buyer.call("POST", f"{path}/dry-run")
    draft = check_of(buyer, path)["draft"]
    assert draft["dataset"] == PERSONAL
    assert draft["needs_deployment"]
    stored = buyer.call("PUT", f"/v1/contract-drafts/{draft['dataset']}", {"document": draft["document"]})
    assert (stored.status, stored.json["is_in_use"]) == (200, False)
    assert buyer.call("GET", f"/v1/contracts/source/{draft['dataset']}").status == 404


def test_a_viewer_cannot_create_a_dataset(lake: Lake) -> None:
    viewer = signed_in(lake, "viewer")
    assert viewer.call("PUT", "/v1/contract-drafts/anything", {"document": {}}).status == 403


@pytest.fixture(scope="module")
def not_pulled(lake: Lake, folder: Path, buyer: Api) -> str:
    """Another dataset that a person created, which the project will not know."""
    document = {"document": yaml.safe_load(contract(folder, NOT_PULLED, "supplier"))}
    assert buyer.call("PUT", f"/v1/contract-drafts/{NOT_PULLED}", document).json["is_in_use"]
    key = f"{NOT_PULLED}/all.csv"
    assert lake.record_of(key, lake.put(key, b"supplier,amount\nA,1\nB,2\nC,3\n"))["accepted"] == 3
    return NOT_PULLED


def test_a_pushed_contract_of_a_new_dataset_needs_no_deployment(
    lake: Lake, folder: Path, not_pulled: str
) -> None:
    path = folder / "contracts" / "source" / "runways.yaml"
    path.write_text(contract(folder, "runways", "faa"), encoding="utf-8")
    pushed = lake.headgate("push", "--yes")
    assert (pushed["pushed"], pushed["changed"]) == (True, ["contracts/source/runways.yaml"])
    body = b"faa,amount\nEWR,3\nJFK,4\n"
    sent = lake.record_of("runways/all.csv", lake.put("runways/all.csv", body))
    assert sent["accepted"] == 2
    lake.headgate("run")
    assert amount_of(lake, "runways") == 7
    assert amount_of(lake, not_pulled) == 6
    assert lake.query(COUNTED) == EXPECTED


def amount_of(lake: Lake, dataset: str) -> int:
    """The sum of a dataset's amounts in SQL."""
    (row,) = lake.query(f"select sum(amount) as n from airports_curated.{dataset}")  # noqa: S608 own names
    return int(row["n"])


def contract(folder: Path, dataset: str, key: str) -> str:
    """A contract of two columns: a key, and an amount."""
    document = yaml.safe_load((folder / "contracts" / "source" / "weather.yaml").read_text(encoding="utf-8"))
    columns = [
        {"name": key, "logicalType": "string", "physicalType": "VARCHAR(3)", "description": "Key"},
        {"name": "amount", "logicalType": "integer", "physicalType": "BIGINT", "description": "Amount"},
    ]
    primary = {"primaryKey": True, "primaryKeyPosition": 1, "required": True}
    table = {"name": dataset, "description": "Amounts", "properties": [columns[0] | primary, columns[1]]}
    kept = {name: document[name] for name in ("apiVersion", "kind", "version", "status")}
    return str(
        yaml.safe_dump({**kept, "id": f"airports.source.{dataset}", "name": dataset, "schema": [table]})
    )


def test_a_deployment_takes_over_pulled_contracts_and_keeps_the_datasets_that_it_does_not_know(
    lake: Lake, folder: Path, buyer: Api, not_pulled: str
) -> None:
    pulled = lake.headgate("push", "--pull", "--yes")
    contracts = folder / "contracts" / "source"
    paths = {name: contracts / f"{name}.yaml" for name in (DATASET, PERSONAL, not_pulled)}
    assert set(pulled["files"]) == {path.relative_to(folder).as_posix() for path in paths.values()}
    assert all(path.is_file() for path in paths.values())
    paths[PERSONAL].unlink()
    paths[not_pulled].unlink()
    printed = deploy(AIRPORTS, *AIRPORTS_VARIABLES, project=folder)
    assert f"of people are in no file of the project: {PERSONAL}, {not_pulled}" in printed
    assert lake.headgate("push", "--list")["current"]["version"] == "deployed"
    assert created_files(lake) == [f"contracts/source/{not_pulled}.yaml"]
    drafts = buyer.call("GET", "/v1/contract-drafts").json["drafts"]
    assert sorted(draft["dataset"] for draft in drafts) == [PERSONAL, not_pulled]
    for dataset in (DATASET, not_pulled):
        assert buyer.call("GET", f"/v1/contracts/source/{dataset}").status == 200
    lake.headgate("run")
    assert lake.query(COUNTED) == EXPECTED
    assert (amount_of(lake, "runways"), amount_of(lake, not_pulled)) == (7, 6)
    assert "Nothing would change." in plan(folder)


def created_files(lake: Lake) -> list[str]:
    """The contracts in use that people created and that no deployment has."""
    bucket = lake.environment["HEADGATE_ARTIFACTS_BUCKET"]
    deployment = lake.headgate("push", "--list")["current"]["deployment"]
    versions = DefinitionVersions(S3Objects(lake.client("s3")), bucket, deployment)
    return [*versions.created(versions.pointer()[0].created).files]
