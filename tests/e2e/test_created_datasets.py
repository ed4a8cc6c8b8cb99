"""A person creates a dataset from a file: its rows are in SQL after the next run, and deployments keep it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.e2e.api import signed_in
from tests.e2e.lakes import DEPLOY, PEOPLE, ROOT, deploy, deployed
from tests.e2e.test_shop_api import uploaded

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.e2e.api import Api
    from tests.e2e.lakes import Lake

pytestmark = pytest.mark.e2e

NAME = "e2e-created"
OPTIONS = ("quiet_s=3600", "redelivery_s=10", PEOPLE)
DATASET = "filialbesuche"
VISITS = "Filiale;Tag;Besucher;Umsatz\n" + "".join(
    f"F{n % 5};{1 + n // 5:02}.03.2026;{200 - n};{n},50\n" for n in range(45)
)
COUNTED = "select count(*) as n, cast(sum(umsatz) as varchar) as sold from airports_curated.filialbesuche"
EXPECTED = [{"n": 45, "sold": "1012.50"}]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake project that knows nothing of the dataset."""
    return shutil.copytree(ROOT / "examples" / "airports", tmp_path_factory.mktemp("project") / "lake")


@pytest.fixture(scope="module")
def lake(folder: Path) -> Iterator[Lake]:
    """The deployed project, after its files were sent and a run."""
    with deployed(NAME, *OPTIONS, project=folder) as lake:
        lake.headgate("upload", str(folder / "data"))
        lake.headgate("run")
        yield lake


@pytest.fixture(scope="module")
def buyer(lake: Lake) -> Api:
    """Somebody who uploads files."""
    return signed_in(lake, "uploader")


def check_of(caller: Api, path: str) -> Any:  # noqa: ANN401 whatever JSON the API answers
    """The gate's check of an upload, once it has ended."""
    return caller.until(f"{path}/dry-run", lambda check: check["state"] != "checking")


def plan(folder: Path) -> str:
    """The changes that a deployment of the project would make."""
    options = [option for variable in OPTIONS for option in ("--var", variable)]
    command = [sys.executable, DEPLOY, "plan", "emulator", "--name", NAME, "--own", *options]
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


def test_a_dataset_with_data_about_a_person_waits_for_a_deployment(buyer: Api) -> None:
    rows = "".join(f"{n};ann{n}@example.com\n" for n in range(1, 31))
    _, path = uploaded(buyer, "kunden_mail.csv", f"Nr;E-Mail\n{rows}".encode())
    buyer.call("POST", f"{path}/dry-run")
    draft = check_of(buyer, path)["draft"]
    assert draft["needs_deployment"]
    stored = buyer.call("PUT", f"/v1/contract-drafts/{draft['dataset']}", {"document": draft["document"]})
    assert (stored.status, stored.json["is_in_use"]) == (200, False)
    assert buyer.call("GET", f"/v1/contracts/source/{draft['dataset']}").status == 404


def test_a_viewer_cannot_create_a_dataset(lake: Lake) -> None:
    viewer = signed_in(lake, "viewer")
    assert viewer.call("PUT", "/v1/contract-drafts/anything", {"document": {}}).status == 403


def test_a_pushed_contract_of_a_new_dataset_needs_no_deployment(lake: Lake, folder: Path) -> None:
    (folder / "contracts" / "source" / "runways.yaml").write_text(runways(folder), encoding="utf-8")
    pushed = lake.headgate("push", "--yes")
    assert (pushed["pushed"], pushed["changed"]) == (True, ["contracts/source/runways.yaml"])
    body = b"faa,runways\nEWR,3\nJFK,4\n"
    sent = lake.record_of("runways/all.csv", lake.put("runways/all.csv", body))
    assert sent["accepted"] == 2
    lake.headgate("run")
    assert lake.query("select sum(runways) as n from airports_curated.runways") == [{"n": 7}]
    assert lake.query(COUNTED) == EXPECTED


def runways(folder: Path) -> str:
    """A contract of two columns."""
    document = yaml.safe_load((folder / "contracts" / "source" / "weather.yaml").read_text(encoding="utf-8"))
    columns = [
        {"name": "faa", "logicalType": "string", "physicalType": "VARCHAR(3)", "description": "Airport"},
        {"name": "runways", "logicalType": "integer", "physicalType": "BIGINT", "description": "Runways"},
    ]
    key = {"primaryKey": True, "primaryKeyPosition": 1, "required": True}
    table = {"name": "runways", "description": "Runways", "properties": [columns[0] | key, columns[1]]}
    kept = {name: document[name] for name in ("apiVersion", "kind", "version", "status")}
    return str(
        yaml.safe_dump({**kept, "id": "airports.source.runways", "name": "runways", "schema": [table]})
    )


def test_the_next_deployment_has_no_conflict_and_keeps_what_it_does_not_know(
    lake: Lake, folder: Path, buyer: Api
) -> None:
    printed = deploy(NAME, *OPTIONS, project=folder)
    assert f"of people are in no file of the project: {DATASET}, kunden_mail" in printed
    assert lake.headgate("push", "--list")["current"]["version"] == "deployed"
    assert buyer.call("GET", f"/v1/contracts/source/{DATASET}").status == 200
    lake.headgate("run")
    assert lake.query(COUNTED) == EXPECTED
    assert lake.query("select sum(runways) as n from airports_curated.runways") == [{"n": 7}]
    assert "Nothing would change." in plan(folder)


def test_a_pulled_contract_is_the_project_s_from_the_next_deployment_on(
    lake: Lake, folder: Path, buyer: Api
) -> None:
    pulled = lake.headgate("push", "--pull", "--yes")
    assert f"contracts/source/{DATASET}.yaml" in pulled["files"]
    assert (folder / "contracts" / "source" / f"{DATASET}.yaml").is_file()
    printed = deploy(NAME, *OPTIONS, project=folder)
    assert "in no file of the project" not in printed
    assert buyer.call("GET", "/v1/contract-drafts").json["drafts"] == []
    pointer = {"Bucket": lake.environment["HEADGATE_ARTIFACTS_BUCKET"], "Key": "definitions/current.json"}
    current = json.loads(lake.client("s3").get_object(**pointer)["Body"].read())
    assert current["created"] == ""
    lake.headgate("run")
    assert lake.query(COUNTED) == EXPECTED
    assert "Nothing would change." in plan(folder)
