"""Pushed definitions on a deployed lake: in use within seconds, never mixed, undone by one command."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from headgate.aws.s3 import S3Objects
from headgate.errors import ConflictError
from headgate.lake.definitions import DefinitionVersions
from headgate.lake.states import FileState
from tests.e2e.api import machine
from tests.e2e.lakes import ROOT
from tests.e2e.test_shop_roles import run_as
from tests.waiting import eventually

if TYPE_CHECKING:
    from pathlib import Path

    from headgate.lake.ports import FileRecord
    from tests.e2e.api import Api
    from tests.e2e.lakes import Lake

pytestmark = pytest.mark.e2e

TABLE = "weather_of_airports"
REFUSED = 1


@pytest.fixture(scope="module")
def folder(airports: Path) -> Path:
    """A lake project with one SQL model and its test."""
    return airports


@pytest.fixture(scope="module")
def lake(airports_lake: Lake) -> Lake:
    """The deployed project, after its files were sent and a run."""
    return airports_lake


@pytest.fixture(scope="module")
def api(lake: Lake) -> Api:
    """The API as a machine calls it."""
    return machine(lake)


def edit(folder: Path, old: str, new: str) -> None:
    """Write the example's SQL with one part replaced."""
    edit_file(folder, f"models/{TABLE}.sql", old, new)


def edit_file(folder: Path, name: str, old: str, new: str) -> None:
    """Write a file of the example with one part replaced."""
    original = (ROOT / "examples" / "airports" / name).read_text(encoding="utf-8")
    assert old in original
    (folder / name).write_text(original.replace(old, new, 1), encoding="utf-8")


def shown(lake: Lake) -> tuple[set[str], str]:
    """The names in the table, and the version of the SQL that the catalog says it was built with."""
    names = {row["name"] for row in lake.query("select distinct name from airports_prod.weather_of_airports")}
    table = lake.client("glue").get_table(DatabaseName="airports_prod", Name=TABLE)["Table"]
    return names, table["Parameters"]["headgate.definitions"]


def push(lake: Lake, folder: Path, name: str) -> str:
    """Push an edit that names each airport so; return the version."""
    edit(folder, "a.name,", f"'{name}' as name,")
    pushed = lake.headgate("push", "--yes")
    assert (pushed["pushed"], pushed["changed"]) == (True, [f"models/{TABLE}.sql"])
    return str(pushed["version"])


def version_in_use(lake: Lake) -> str:
    """The version of the definitions that a run builds with that starts now."""
    return str(lake.headgate("push", "--list")["current"]["version"])


def test_an_edit_is_in_use_at_once(lake: Lake, folder: Path) -> None:
    """The tests below run the pipeline with it."""
    assert shown(lake)[1] == ""
    version = push(lake, folder, "First")
    assert version_in_use(lake) == version


def test_a_version_can_be_used_again_and_a_run_ends_with_the_version_that_it_began_with(
    lake: Lake, folder: Path
) -> None:
    first = version_in_use(lake)
    push(lake, folder, "Second")
    lake.headgate("push", "--back", first, "--yes")
    ended = newest_run(lake)
    command = [sys.executable, "-m", "headgate.cli.main", "run", "--deployment", lake.name, "--json"]
    run = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    eventually(lambda: newest_run(lake) != ended or None, 120, every_s=0.1)
    eventually(lambda: "Start quality_gate" in states_of_newest_run(lake) or None, 120, every_s=0.1)
    push(lake, folder, "Third")
    assert "Published own-models" not in states_of_newest_run(lake)
    assert run.wait(300) == 0
    assert shown(lake) == ({"First"}, first)
    assert lake.headgate("tables", "versions", TABLE)[0]["definitions"] == first


def test_the_next_daily_check_starts_a_run_after_a_push(lake: Lake) -> None:
    """The name of a run ends with what it builds with, and the check compares it."""
    pushed, before = version_in_use(lake), newest_run(lake)
    body = json.dumps({"due": "daily", "at": "2026-01-05T03:00:00"})
    lake.client("sqs").send_message(QueueUrl=lake.outputs["curated_queue_url"], MessageBody=body)
    eventually(lambda: newest_run(lake) != before or None, 120)
    eventually(lambda: status_of_newest_run(lake) != "RUNNING" or None, 180)  # a query takes a second
    eventually(lambda: shown(lake) == ({"Third"}, pushed) or None, 180)


def test_the_version_of_the_deployment_can_be_used_again(lake: Lake) -> None:
    assert len(lake.headgate("push", "--list")["versions"]) == 3
    lake.headgate("push", "--back", "deployed", "--yes")
    lake.headgate("run")
    names, version = shown(lake)
    assert version == ""
    assert not names & {"First", "Second", "Third"}


CONTRACT = "contracts/source/weather.yaml"
COLD = "physicalType: DECIMAL(10,2)\n    logicalTypeOptions: {maximum: 0}\n"
HEADER, HOUR = (
    "origin,year,month,day,hour,temp,dewp,humid,wind_dir,wind_speed,wind_gust,precip,pressure,visib,time_hour",
    "EWR,2013,2,1,{hour},39.02,26.06,59.37,270,10.3,NA,0,1012,10,2013-02-01T{hour:02}:00:00Z",
)
LARGE_BYTES = 16 << 20  # smaller files are not measured


def weather(hours: int, least_bytes: int = 0) -> bytes:
    """Return a file of warm hours, with blank lines up to a size."""
    lines = [HEADER, *(HOUR.format(hour=hour) for hour in range(hours))]
    text = "\n".join(lines) + "\n"
    return (text + "\n" * max(0, least_bytes - len(text))).encode()


def push_cold(lake: Lake, folder: Path) -> str:
    """Push a rule by which every warm hour is refused, and the example's own SQL; return the version."""
    edit(folder, "", "")
    edit_file(folder, CONTRACT, "physicalType: DECIMAL(10,2)\n", COLD)
    try:
        pushed = lake.headgate("push", "--yes")
    finally:
        edit_file(folder, CONTRACT, "", "")
    assert (pushed["pushed"], pushed["changed"]) == (True, [CONTRACT])
    assert pushed["effects"] == ["weather.temp: maximum 0 is new (quarantine); breaks senders"]
    return str(pushed["version"])


def test_a_pushed_dashboard_is_shown_at_once_and_so_is_the_one_before(
    lake: Lake, folder: Path, api: Api
) -> None:
    def titles() -> list[str]:
        return [board["title"] for board in api.call("GET", "/machine/v1/dashboards").json["dashboards"]]

    edit(folder, "", "")
    edit_file(folder, "dashboards/weather.yaml", "Weather of the airports", "Weather of 2013")
    try:
        pushed = lake.headgate("push", "--yes")
    finally:
        edit_file(folder, "dashboards/weather.yaml", "", "")
    assert (pushed["changed"], pushed["before"]) == (["dashboards/weather.yaml"], "deployed")
    assert titles() == ["Weather of 2013"]
    lake.headgate("push", "--back", "deployed", "--yes")
    assert titles() == ["Weather of the airports"]


def test_a_pushed_rule_judges_the_next_file_and_the_api_shows_it(lake: Lake, folder: Path, api: Api) -> None:
    assert api.call("GET", "/machine/v1/contracts").json["definitions"] == "deployed"
    version = push_cold(lake, folder)
    sent = lake.record_of("weather/cold.csv", lake.put("weather/cold.csv", weather(3)))
    shown = lake.headgate("files", "show", sent["file_id"])
    assert (shown["accepted"], shown["quarantined"], shown["definitions"]) == (0, 3, version)
    assert api.call("GET", "/machine/v1/contracts").json["definitions"] == version
    columns = api.call("GET", "/machine/v1/contracts/source/weather").json["column_list"]
    assert {column["name"]: column["rules"] for column in columns}["temp"] == ["≤ 0"]


def test_a_replay_has_the_version_that_is_in_use_when_it_begins(lake: Lake) -> None:
    lake.headgate("push", "--back", "deployed", "--yes")
    (replayed,) = lake.headgate("quarantine", "replay", "--dataset", "weather")
    assert (replayed["outcome"], replayed["accepted"], replayed["left"]) == ("replayed", 3, 3)
    assert lake.headgate("files", "show", replayed["file_id"])["definitions"] == ""


def test_a_large_file_is_checked_by_the_version_that_its_claim_chose(lake: Lake, folder: Path) -> None:
    version = push_cold(lake, folder)
    shrink_memory_of_gate(lake)
    key = "weather/large.csv"
    lake.put(key, weather(5, LARGE_BYTES))
    ledger = lake.ledger()

    def record() -> FileRecord | None:
        return next((record for record in ledger.records() if record.key == key), None)

    handed_over = eventually(record, 120, every_s=0.05)
    assert (handed_over.state, handed_over.definitions) == (FileState.HANDED_OVER, version)
    use_deployed(lake)
    assert ledger.get(handed_over.file_id).state is FileState.HANDED_OVER
    assert lake.headgate("push", "--list")["current"]["version"] == "deployed"
    eventually(lambda: ledger.get(handed_over.file_id).state is FileState.DONE or None, 180)
    done = ledger.get(handed_over.file_id)
    assert (done.accepted, done.quarantined, done.definitions) == (0, 5, version)


def test_of_two_people_who_push_at_once_one_has_a_conflict(lake: Lake) -> None:
    versions = definitions_of(lake)
    _, etag = versions.pointer()
    (known, *_) = versions.pushed()
    versions.move(known.version, etag, "ann", "2026-05-01T10:00:00")
    with pytest.raises(ConflictError, match="Somebody else pushed"):
        versions.move("deployed", etag, "ben", "2026-05-01T10:00:01")
    use_deployed(lake)


def shrink_memory_of_gate(lake: Lake) -> None:
    """Let the function believe that it has too little memory for any file that it measures."""
    client = lake.client("lambda")
    name = lake.outputs["functions"]["raw_to_curated"]["name"]
    variables = client.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    client.update_function_configuration(
        FunctionName=name, Environment={"Variables": {**variables, "HEADGATE_MEMORY_MB": "1"}}
    )


def definitions_of(lake: Lake) -> DefinitionVersions:
    """Return the versions that were pushed to the lake."""
    bucket = lake.environment["HEADGATE_ARTIFACTS_BUCKET"]
    deployment = lake.headgate("push", "--list")["current"]["deployment"]
    return DefinitionVersions(S3Objects(lake.client("s3")), bucket, deployment)


def use_deployed(lake: Lake) -> None:
    """Move the pointer as `headgate push --back deployed` does, within milliseconds."""
    pointer = {"Bucket": lake.environment["HEADGATE_ARTIFACTS_BUCKET"], "Key": "definitions/current.json"}
    client = lake.client("s3")
    push = json.loads(client.get_object(**pointer)["Body"].read()) | {"version": "deployed"}
    metadata = {"deployment": push["deployment"], "version": "deployed"}
    client.put_object(**pointer, Body=json.dumps(push).encode(), Metadata=metadata)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("contracts/source/weather.yaml", "physicalType: DECIMAL(10,2)", "physicalType: TEXT"),
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


def status_of_newest_run(lake: Lake) -> str:
    """The status that Step Functions gives the newest run."""
    execution = lake.client("stepfunctions").describe_execution(executionArn=newest_run(lake))
    return str(execution["status"])


def states_of_newest_run(lake: Lake) -> set[str]:
    """The states that the newest run has entered."""
    client = lake.client("stepfunctions")
    events: list[dict[str, Any]] = client.get_execution_history(
        executionArn=newest_run(lake), maxResults=1000
    )["events"]
    return {
        event["stateEnteredEventDetails"]["name"] for event in events if "stateEnteredEventDetails" in event
    }
