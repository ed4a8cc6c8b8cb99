"""`headgate runs` and `headgate status` name what a run left out."""

from __future__ import annotations

import io
import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from rich.console import Console

from headgate.api import deployed_lake
from headgate.api.operations.health import health_of
from headgate.api.operations.run_problems import MAX_RUNS
from headgate.api.operations.runs import newest
from headgate.cli import command_deployment
from headgate.cli.command_deployment import Deployment
from headgate.cli.commands.operations import status
from headgate.cli.main import cli
from headgate.project import project
from headgate.runs.start_or_postpone import Execution
from tests.unit.api.ended_runs import CAUSE, WHY, LakeWithEndedRuns, after, lake_with_problems, write_merge

pytestmark = pytest.mark.unit


@pytest.fixture
def lake() -> LakeWithEndedRuns:
    return lake_with_problems()


@pytest.fixture
def command(lake: LakeWithEndedRuns, monkeypatch: pytest.MonkeyPatch) -> Any:  # noqa: ANN401 a function of any arguments
    """Run a command on the lake, and return what it prints."""
    systems = json.dumps(dict.fromkeys(lake.systems, "bucket"))
    monkeypatch.setattr(
        command_deployment, "activate", lambda: Deployment("x", {"HEADGATE_PROD_BUCKETS": systems}, {})
    )
    monkeypatch.setattr(deployed_lake, "DeployedLake", lambda _: lake)

    def run(*arguments: str) -> str:
        ran = CliRunner().invoke(cli, arguments, catch_exceptions=False, env={"COLUMNS": "200"})
        assert ran.exit_code == 0  # a list of runs is not itself a failure
        return ran.output

    return run


def test_runs_name_datasets_that_were_not_merged_and_systems_that_failed(command: Any) -> None:  # noqa: ANN401 as above
    failed, not_merged, good = json.loads(command("runs", "--json"))
    assert (good["has_problems"], good["datasets_not_merged"], good["failed_stages"]) == (False, {}, {})
    assert (not_merged["status"], not_merged["has_problems"], not_merged["datasets_not_merged"]) == (
        "succeeded",
        True,
        {"payments": WHY},
    )
    assert all(datetime.fromisoformat(run["started_at"]).tzinfo for run in (failed, not_merged, good))
    assert failed["datasets_not_merged"] == {}, "a merge of the run before it"
    assert failed["failed_stages"] == {"retail-copilot": CAUSE.partition(": ")[2]}
    lines = {
        cells[7].strip(): cells for line in command("runs").splitlines() if len(cells := line.split("│")) > 1
    }
    assert [lines["not-merged"][place].strip() for place in (3, 6)] == [
        "succeeded with problems",
        "not merged: payments",
    ]
    assert [lines["system-failed"][place].strip() for place in (3, 6)] == ["failed", "failed: retail-copilot"]
    assert [lines["good"][place].strip() for place in (3, 6)] == ["succeeded", ""]


def test_a_run_shows_what_it_left_out(command: Any) -> None:  # noqa: ANN401 as above
    shown = command("runs", "show", "not-merged")
    assert "curated_to_prod succeeded with problems" in shown
    assert f"Not merged: payments keeps its previous table. {WHY}" in shown
    assert json.loads(command("runs", "show", "not-merged", "--json"))["datasets_not_merged"] == {
        "payments": WHY
    }
    failed = json.loads(command("runs", "show", "system-failed", "--json"))
    assert [stage["name"] for stage in failed["stages"] if stage["state"] == "failed"] == ["retail-copilot"]
    assert list(failed["remedies"]) == ["failed_stages"]
    assert f"Remedy: {failed['remedies']['failed_stages']}" in command("runs", "show", "system-failed")
    assert "Remedy" not in command("runs", "show", "good")


def test_runs_show_what_started_them(lake: LakeWithEndedRuns, command: Any) -> None:  # noqa: ANN401 as above
    lake.runs.ended = [
        Execution(name, "SUCCEEDED", after(start), after(start + 5))
        for name, start in (
            ("20260501T030000Z-schedule-abcd1234", 80),
            ("20260501T013000Z-new-data-abcd1234", 70),
            ("cli-1", 60),
        )
    ]
    assert [one["started_by"] for one in json.loads(command("runs", "--json"))] == [
        "schedule",
        "new_data",
        "person",
    ]
    shown = [line.split("│") for line in command("runs").splitlines() if line.count("│") > 2]
    assert [cells[2].strip() for cells in shown] == ["schedule", "new data", "terminal"]
    assert [run.started_by for run in newest(lake, 20).runs] == ["schedule", "new_data", "person"]
    assert json.loads(command("runs", "show", "cli-1", "--json"))["started_by"] == "person"


def test_a_limit_does_not_give_a_run_the_problems_of_the_run_before_it(command: Any) -> None:  # noqa: ANN401 as above
    (failed,) = json.loads(command("runs", "--limit", "1", "--json"))
    assert (failed["run"], failed["datasets_not_merged"]) == ("system-failed", {})


def test_a_run_that_timed_out_names_its_stage(lake: LakeWithEndedRuns, command: Any) -> None:  # noqa: ANN401 as above
    lake.runs.ended = [Execution("slow", "TIMED_OUT", after(61), after(75))]
    (slow,) = json.loads(command("runs", "--json"))
    assert slow["failed_stages"] == {"quality gate": "The run ended as timed_out in this stage."}


def test_a_lake_is_degraded_while_a_dataset_is_not_merged(lake: LakeWithEndedRuns) -> None:
    lake.runs.ended = lake.runs.ended[1:]
    (check,) = [check for check in health_of(lake).checks if check.name == "run"]
    assert (check.state, "payments" in check.message) == ("degraded", True)
    found = status.status_of(lake, {}, [], 7)
    assert (found.healthy, found.datasets_not_merged, found.failed_stages) == (False, {"payments": WHY}, {})
    assert (found.last_run["state"], found.last_run["has_problems"]) == ("succeeded", True)
    assert status.next_commands(found) == ["headgate runs show not-merged"]
    assert "succeeded with problems" in _shown(found)
    assert WHY in _shown(found)


def test_status_names_the_systems_of_a_failed_run(lake: LakeWithEndedRuns) -> None:
    found = status.status_of(lake, {}, [], 7)
    assert (found.state, list(found.failed_stages)) == ("failed", ["retail-copilot"])
    assert "AuditError: search_intents" in _shown(found)


def test_a_lake_is_healthy_again_after_all_was_merged(lake: LakeWithEndedRuns) -> None:
    write_merge(lake, after(82), {})
    lake.runs.add("fixed", (80, 90))
    found = status.status_of(lake, {}, [], 7)
    assert (found.healthy, found.datasets_not_merged, found.failed_stages) == (True, {}, {})
    assert next(check.message for check in found.checks if check.name == "run") == "Run fixed succeeded."


def test_a_later_run_for_one_system_does_not_hide_the_failure_of_another(lake: LakeWithEndedRuns) -> None:
    lake.runs.add("other-system", (80, 90), only="global-market-pulse")
    found = status.status_of(lake, {}, [], 7)
    assert (found.state, found.last_run["state"], found.last_run["has_problems"]) == (
        "failed",
        "succeeded",
        False,
    )
    assert found.failed_stages == {"retail-copilot": CAUSE.partition(": ")[2]}
    assert status.next_commands(found) == ["headgate runs show system-failed"]
    message = next(check.message for check in found.checks if check.name == "run")
    assert (
        "Run other-system succeeded, but it did not repeat stages that failed before: retail-copilot in run "
        "system-failed." in message
    )


def test_a_later_run_for_the_system_that_failed_solves_its_failure(lake: LakeWithEndedRuns) -> None:
    write_merge(lake, after(82), {})
    lake.runs.add("same-system", (80, 90), only="retail-copilot")
    found = status.status_of(lake, {}, [], 7)
    assert (found.healthy, found.failed_stages, found.runs_with_problems) == (True, {}, ())


def test_a_run_that_failed_in_its_merge_hides_no_earlier_problem(lake: LakeWithEndedRuns) -> None:
    lake.runs.ended = lake.runs.ended[1:]
    lake.runs.add(
        "merge-failed", (80, 90), cause="merge_curated: FAILED (run jr_2): ServiceError: S3 did not answer"
    )
    found = status.status_of(lake, {}, [], 7)
    assert found.failed_stages == {"merge": "FAILED (run jr_2): ServiceError: S3 did not answer"}
    assert found.datasets_not_merged == {"payments": WHY}
    assert status.next_commands(found) == ["headgate runs show merge-failed", "headgate runs show not-merged"]


def test_a_run_that_left_its_work_to_a_pending_run_hides_no_failure(lake: LakeWithEndedRuns) -> None:
    lake.runs.add("third", (76, 77), is_left=True)
    assert list(status.status_of(lake, {}, [], 7).failed_stages) == ["retail-copilot"]


def test_a_run_under_way_hides_no_failure(lake: LakeWithEndedRuns) -> None:
    lake.runs.ended.insert(0, Execution("working", "RUNNING", after(80)))
    found = status.status_of(lake, {}, [], 7)
    assert (found.last_run["state"], found.last_run["has_problems"]) == ("running", False)
    assert list(found.failed_stages) == ["retail-copilot"]


def test_status_reads_only_the_newest_run_where_that_one_did_everything(lake: LakeWithEndedRuns) -> None:
    lake.runs.add("fixed", (80, 90))
    status.status_of(lake, {}, [], 7)
    assert lake.runs.asked == ["fixed"]


def test_status_reads_a_limited_number_of_runs(lake: LakeWithEndedRuns) -> None:
    for number in range(2 * MAX_RUNS):
        lake.runs.add(f"one-{number}", (100 + number, 100.5 + number), only="global-market-pulse")
    assert status.status_of(lake, {}, [], 7).failed_stages == {}, "so far back nobody looks"
    assert len(lake.runs.asked) == MAX_RUNS


def test_a_run_is_read_once_until_it_is_redriven(lake: LakeWithEndedRuns) -> None:
    for _ in range(2):
        assert list(status.status_of(lake, {}, [], 7).failed_stages) == ["retail-copilot"]
    assert lake.runs.asked.count("system-failed") == 1
    failed = lake.runs.ended[0]
    lake.runs.ended[0] = Execution(
        failed.name, "SUCCEEDED", failed.started_at, after(75) + timedelta(minutes=5)
    )
    del lake.runs.causes[failed.name]
    assert status.status_of(lake, {}, [], 7).failed_stages == {}


def _shown(found: status.Status) -> str:
    console = Console(file=io.StringIO(), width=200)
    console.print(status._screen(found, 7))
    return console.file.getvalue()  # type: ignore[attr-defined,no-any-return]  # a StringIO


@pytest.mark.parametrize(
    ("environment", "reported"),
    [
        (
            {"HEADGATE_PROD_BUCKETS": '{"retail-copilot": "bucket"}'},
            "There is no system nope. Systems: retail-copilot.",
        ),
        ({}, f"There is no system nope. Systems: {', '.join(project().systems)}."),
        (
            {"HEADGATE_PROD_BUCKETS": "{}"},
            "There is no system nope, because this lake builds none. Remove --only",
        ),
    ],
    ids=["deployed", "nothing is deployed", "a lake without systems"],
)
def test_an_unknown_system_is_reported_with_those_that_exist(
    environment: dict[str, str], reported: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command_deployment, "activate", lambda: Deployment("x", environment, {}))
    ran = CliRunner().invoke(cli, ["run", "--only", "nope"], env={"COLUMNS": "400"})
    assert ran.exit_code == 1
    assert project().systems
    assert reported in ran.output
