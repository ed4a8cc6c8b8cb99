"""Pushed SQL on a deployed lake: in use within seconds, never mixed within a run, and undone by
one command.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.lakes import PEOPLE, ROOT, deployed
from tests.e2e.test_shop_roles import run_as
from tests.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.e2e.lakes import Lake

pytestmark = pytest.mark.e2e

NAME = "e2e-push"
TABLE = "weather_of_airports"
REFUSED = 1


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake project with one SQL model and its test."""
    return shutil.copytree(ROOT / "examples" / "airports", tmp_path_factory.mktemp("project") / "lake")


@pytest.fixture(scope="module")
def lake(folder: Path) -> Iterator[Lake]:
    """The deployed project, after its files were sent and a run."""
    with deployed(NAME, "quiet_s=3600", "redelivery_s=10", PEOPLE, project=folder) as lake:
        lake.headgate("upload", str(folder / "data"))
        lake.headgate("run")
        yield lake


def edit(folder: Path, old: str, new: str) -> None:
    """Write the example's SQL with one part replaced."""
    original = (ROOT / "examples" / "airports" / "models" / f"{TABLE}.sql").read_text(encoding="utf-8")
    assert old in original
    (folder / "models" / f"{TABLE}.sql").write_text(original.replace(old, new, 1), encoding="utf-8")


def shown(lake: Lake) -> tuple[set[str], str]:
    """The names in the table, and the version of the SQL that the catalog says it was built with."""
    names = {row["name"] for row in lake.query("select distinct name from airports_prod.weather_of_airports")}
    table = lake.client("glue").get_table(DatabaseName="airports_prod", Name=TABLE)["Table"]
    return names, table["Parameters"]["headgate.definitions"]


def push(lake: Lake, folder: Path, name: str) -> str:
    """Push an edit that names each airport so; return the version."""
    edit(folder, "a.name,", f"'{name}' as name,")
    pushed = lake.headgate("push", "--yes")
    assert (pushed["pushed"], pushed["changed"]) == (True, [TABLE])
    return str(pushed["version"])


def test_an_edit_is_in_use_at_once_and_the_next_run_builds_with_it(lake: Lake, folder: Path) -> None:
    assert shown(lake)[1] == ""
    version = push(lake, folder, "First")
    assert lake.headgate("push", "--list")["current"]["version"] == version
    lake.headgate("run")
    assert shown(lake) == ({"First"}, version)


def test_a_run_that_has_merged_ends_with_the_version_that_it_began_with(lake: Lake, folder: Path) -> None:
    before = push(lake, folder, "Second")
    ended = newest_run(lake)
    command = [sys.executable, "-m", "headgate.cli.main", "run", "--deployment", NAME, "--json"]
    run = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    eventually(lambda: newest_run(lake) != ended or None, 120, every_s=0.1)
    eventually(lambda: "Start quality_gate" in states_of_newest_run(lake) or None, 120, every_s=0.1)
    after = push(lake, folder, "Third")
    assert "Published own-models" not in states_of_newest_run(lake)
    assert run.wait(300) == 0
    assert shown(lake) == ({"Second"}, before)
    lake.headgate("run")
    assert shown(lake) == ({"Third"}, after)


def test_the_next_daily_check_starts_a_run_after_a_push(lake: Lake, folder: Path) -> None:
    """The name of a run ends with what it builds with, and the check compares it."""
    push(lake, folder, "Fourth")
    body = json.dumps({"due": "daily", "at": "2026-01-05T03:00:00"})
    lake.client("sqs").send_message(QueueUrl=lake.outputs["curated_queue_url"], MessageBody=body)
    eventually(lambda: shown(lake)[0] == {"Fourth"} or None, 180)


def test_a_version_can_be_used_again_and_so_can_that_of_the_deployment(lake: Lake) -> None:
    versions = [version["version"] for version in lake.headgate("push", "--list")["versions"]]
    assert len(versions) == 4
    lake.headgate("push", "--back", versions[-1], "--yes")
    lake.headgate("run")
    assert shown(lake) == ({"First"}, versions[-1])
    assert lake.headgate("tables", "versions", TABLE)[0]["definitions"] == versions[-1]
    lake.headgate("push", "--back", "deployed", "--yes")
    lake.headgate("run")
    names, version = shown(lake)
    assert version == ""
    assert "First" not in names


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("contracts/source/weather.yaml", "required: true", "required: false"),
        ("headgate.toml", "domains = []", 'domains = []\ncurrency = "USD"'),
        (
            "models/weather_of_airports.sql",
            "from weather as w",
            "from weather as w join planes as p on p.tailnum = w.origin",
        ),
    ],
)
def test_an_edit_that_needs_a_deployment_changes_nothing(
    lake: Lake, folder: Path, file: str, old: str, new: str
) -> None:
    path, before = folder / file, lake.headgate("push", "--list")["current"]
    original = path.read_text(encoding="utf-8")
    assert old in original
    try:
        path.write_text(original.replace(old, new, 1), encoding="utf-8")
        answer = lake.headgate("push", "--yes", expect=REFUSED)
    finally:
        path.write_text(original, encoding="utf-8")
    assert (answer["pushed"], [refusal["file"] for refusal in answer["refused"]]) == (False, [file])
    assert lake.headgate("push", "--list")["current"] == before


def test_sql_whose_test_fails_is_not_pushed(lake: Lake, folder: Path) -> None:
    edit(folder, "count(*) as hours", "count(*) + 1 as hours")
    answer = lake.headgate("push", "--yes", expect=REFUSED)
    assert (answer["pushed"], answer["failed_tests"]) == (False, [TABLE])


def test_an_operator_pushes_with_the_rights_of_the_role_and_an_analyst_cannot(
    lake: Lake, folder: Path
) -> None:
    edit(folder, "a.name,", "'Sixth' as name,")
    denied = run_as(lake, "analyst", "push", "--yes")
    assert (denied.returncode, "AccessDenied" in denied.stderr) == (1, True)
    done = run_as(lake, "operator", "push", "--yes")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["pushed"]
    (newest, *_) = lake.headgate("push", "--list")["versions"]
    assert newest["in_use"]
    assert f"{lake.environment['HEADGATE_WORKGROUP']}-operator" in newest["pushed_by"]


def newest_run(lake: Lake) -> str:
    """The name by which Step Functions knows the newest run."""
    listed = lake.client("stepfunctions").list_executions(
        stateMachineArn=lake.environment["HEADGATE_STATE_MACHINE_ARN"]
    )["executions"]
    return str(listed[0]["executionArn"])


def states_of_newest_run(lake: Lake) -> set[str]:
    """The states that the newest run has entered."""
    client = lake.client("stepfunctions")
    events: list[dict[str, Any]] = client.get_execution_history(
        executionArn=newest_run(lake), maxResults=1000
    )["events"]
    return {
        event["stateEnteredEventDetails"]["name"] for event in events if "stateEnteredEventDetails" in event
    }
