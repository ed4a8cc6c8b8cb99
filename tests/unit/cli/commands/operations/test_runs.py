"""`headgate runs` and `headgate status` name what a run left out."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from rich.console import Console

from headgate.api import deployed_lake
from headgate.api.operations.health import health_of
from headgate.aws.stepfunctions import PipelineRun
from headgate.cli import deployment
from headgate.cli.commands.operations import status
from headgate.cli.deployment import Deployment
from headgate.cli.main import cli
from headgate.lake import keys
from headgate.lake.lineage_log import LineageLog
from headgate.lake.openlineage import MERGE, JobRun, LakeNames
from headgate.lake.pipeline_starts import Execution
from headgate.lake.ports import ObjectRef
from headgate.lake.snapshots import LakeSnapshot
from headgate.project import project
from tests.unit.api.lakes import BEGAN, MemoryLake, MemoryRuns

if TYPE_CHECKING:
    from collections.abc import Mapping

pytestmark = pytest.mark.unit

WHY = "headgate.curated.payments: payment_id: unique broken by 1 rows"
CAUSE = "retail-copilot: FAILED (run jr_1): AuditError: search_intents: rows lack a value\nin column label"


def after(minutes: float) -> datetime:
    return BEGAN + timedelta(minutes=minutes)


@dataclass
class EndedRuns(MemoryRuns):
    """Runs that have ended, newest first."""

    ended: list[Execution] = field(default_factory=list)
    causes: Mapping[str, str] = field(default_factory=dict)

    def newest(self, limit: int = 100) -> list[Execution]:
        return self.ended[:limit]

    def describe(self, arn: str) -> PipelineRun:
        one = next(run for run in self.ended if run.name == arn.removeprefix("arn:"))
        cause, names = self.causes.get(one.name, ""), ["See who runs", "Start merge_curated", "Start quality_gate"]
        names += ["Build the systems", "Gather the reports"] if cause else []  # this history has the systems as one state
        return PipelineRun(arn, one.status, cause=cause, entered_at=dict.fromkeys(names, one.started_at), ended_at=one.ended_at)


@pytest.fixture
def lake() -> MemoryLake:
    """A run without problems, one in which a dataset was not merged while the next run was pending, and one in which a system failed."""
    ended = [
        Execution("system-failed", "FAILED", after(61), after(75)),
        Execution("not-merged", "SUCCEEDED", after(60), after(70)),
        Execution("good", "SUCCEEDED", after(0), after(10)),
    ]
    made = MemoryLake(runs=EndedRuns(ended=ended, causes={"system-failed": CAUSE}))
    _merge(made, after(2), {})
    _merge(made, after(62), {"payments": WHY})
    return made


def _merge(lake: MemoryLake, at: datetime, failed: Mapping[str, str]) -> None:
    """Write the events of a merge, and its snapshot."""
    lake.moment = at
    names = LakeNames("eu-west-1", "curated", "ecommerce_curated")
    run = JobRun(names, MERGE, f"8f9a3a6e-5a3f-5f8e-9d6d-0f3c3e1f8a{at.minute:02d}")
    with LineageLog(lake.objects, "artifacts", run, lambda *_: {}, lake.now, str) as events:
        for dataset, cause in failed.items():
            events.fail(names.curated_database, dataset, cause)
    snapshot = LakeSnapshot("s", date(2026, 1, 2), {}, failed)
    lake.objects.write(ObjectRef("curated", keys.lake_snapshot_key(keys.CURRENT)), snapshot.to_json().encode())


@pytest.fixture
def command(lake: MemoryLake, monkeypatch: pytest.MonkeyPatch) -> Any:  # noqa: ANN401 a function of any arguments
    """Run a command on the lake, and return what it prints."""
    systems = json.dumps(dict.fromkeys(lake.systems, "bucket"))
    monkeypatch.setattr(deployment, "activate", lambda _: Deployment("x", {"HEADGATE_PROD_BUCKETS": systems}, {}))
    monkeypatch.setattr(deployed_lake, "DeployedLake", lambda _: lake)

    def run(*arguments: str) -> str:
        ran = CliRunner().invoke(cli, arguments, catch_exceptions=False, env={"COLUMNS": "200"})
        assert ran.exit_code == 0  # a list of runs is not itself a failure
        return ran.output

    return run


def test_runs_name_datasets_that_were_not_merged_and_systems_that_failed(command: Any) -> None:  # noqa: ANN401 as above
    failed, not_merged, good = json.loads(command("runs", "--json"))
    assert (good["has_problems"], good["datasets_not_merged"], good["failed_stages"]) == (False, {}, {})
    assert (not_merged["status"], not_merged["has_problems"], not_merged["datasets_not_merged"]) == ("SUCCEEDED", True, {"payments": WHY})
    assert failed["datasets_not_merged"] == {}, "a merge of the run before it"
    assert failed["failed_stages"] == {"retail-copilot": CAUSE.partition(": ")[2]}
    lines = {cells[1].strip(): cells for line in command("runs").splitlines() if len(cells := line.split("│")) > 1}
    assert [lines["not-merged"][place].strip() for place in (2, 5)] == ["succeeded with problems", "not merged: payments"]
    assert [lines["system-failed"][place].strip() for place in (2, 5)] == ["failed", "failed: retail-copilot"]
    assert [lines["good"][place].strip() for place in (2, 5)] == ["succeeded", ""]


def test_a_run_shows_what_it_left_out(command: Any) -> None:  # noqa: ANN401 as above
    shown = command("runs", "show", "not-merged")
    assert "curated_to_prod succeeded with problems" in shown
    assert f"Not merged: payments keeps its previous table. {WHY}" in shown
    assert json.loads(command("runs", "show", "not-merged", "--json"))["datasets_not_merged"] == {"payments": WHY}
    stages = json.loads(command("runs", "show", "system-failed", "--json"))["stages"]
    assert [one["name"] for one in stages if one["state"] == "failed"] == ["retail-copilot"]


def test_a_limit_does_not_give_a_run_the_problems_of_the_run_before_it(command: Any) -> None:  # noqa: ANN401 as above
    (failed,) = json.loads(command("runs", "--limit", "1", "--json"))
    assert (failed["run"], failed["datasets_not_merged"]) == ("system-failed", {})


def test_a_run_that_timed_out_names_its_stage(lake: MemoryLake, command: Any) -> None:  # noqa: ANN401 as above
    lake.runs.ended = [Execution("slow", "TIMED_OUT", after(61), after(75))]  # type: ignore[attr-defined]  # an EndedRuns
    (slow,) = json.loads(command("runs", "--json"))
    assert slow["failed_stages"] == {"quality gate": "The run ended as timed_out in this stage."}


def test_a_lake_is_degraded_while_a_dataset_is_not_merged(lake: MemoryLake) -> None:
    lake.runs.ended = lake.runs.ended[1:]  # type: ignore[attr-defined]  # an EndedRuns
    (check,) = [one for one in health_of(lake).checks if one.name == "run"]
    assert (check.state, "payments" in check.message) == ("degraded", True)
    found = status.status_of(lake, {}, [], 7)
    assert (found.healthy, found.datasets_not_merged, found.failed_stages) == (False, {"payments": WHY}, {})
    assert (found.last_run["state"], found.last_run["has_problems"]) == ("succeeded", True)
    assert status.next_commands(found) == ["headgate runs show not-merged"]
    assert "succeeded with problems" in _shown(found)
    assert WHY in _shown(found)


def test_status_names_the_systems_of_a_failed_run(lake: MemoryLake) -> None:
    found = status.status_of(lake, {}, [], 7)
    assert (found.state, list(found.failed_stages)) == ("failed", ["retail-copilot"])
    assert "AuditError: search_intents" in _shown(found)


def test_a_lake_is_healthy_again_after_all_was_merged(lake: MemoryLake) -> None:
    _merge(lake, after(82), {})
    lake.runs.ended.insert(0, Execution("fixed", "SUCCEEDED", after(80), after(90)))  # type: ignore[attr-defined]  # an EndedRuns
    found = status.status_of(lake, {}, [], 7)
    assert (found.healthy, found.datasets_not_merged, found.failed_stages) == (True, {}, {})
    assert next(one.message for one in found.checks if one.name == "run") == "Run fixed succeeded."


def _shown(found: status.Status) -> str:
    console = Console(file=io.StringIO(), width=200)
    console.print(status._screen(found, 7))
    return console.file.getvalue()  # type: ignore[attr-defined,no-any-return]  # a StringIO


@pytest.mark.parametrize(
    ("environment", "reported"),
    [
        ({"HEADGATE_PROD_BUCKETS": '{"retail-copilot": "bucket"}'}, "There is no system nope. Systems: retail-copilot."),
        ({}, f"There is no system nope. Systems: {', '.join(project().systems)}."),
        ({"HEADGATE_PROD_BUCKETS": "{}"}, "There is no system nope: this lake builds no systems. Leave out --only"),
    ],
    ids=["deployed", "nothing is deployed", "a lake without systems"],
)
def test_an_unknown_system_is_reported_with_those_that_exist(
    environment: dict[str, str], reported: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deployment, "activate", lambda _: Deployment("x", environment, {}))
    ran = CliRunner().invoke(cli, ["run", "--only", "nope"], env={"COLUMNS": "400"})
    assert ran.exit_code == 2
    assert project().systems
    assert reported in ran.output
