"""The API names what a run left out, also where the run succeeded."""

from __future__ import annotations

import pytest

from headgate.lake import keys
from headgate.lake.ports import ObjectRef
from headgate.runs.stage_records import StageRecord
from headgate.runs.start_or_postpone import Execution
from tests.unit.api.ended_runs import CAUSE, WHY, after, lake_with_problems, write_merge
from tests.unit.api.lakes import Caller

pytestmark = pytest.mark.unit

NOTHING = {"has_problems": False, "datasets_not_merged": {}, "failed_stages": {}}
NOT_MERGED = {"has_problems": True, "datasets_not_merged": {"payments": WHY}, "failed_stages": {}}
SYSTEM_FAILED = {
    "has_problems": True,
    "datasets_not_merged": {},
    "failed_stages": {"retail-copilot": CAUSE.partition(": ")[2]},
}


@pytest.fixture
def caller() -> Caller:
    return Caller(lake_with_problems())


def test_the_list_of_runs_names_what_each_left_out(caller: Caller) -> None:
    runs_by_name = {run["name"]: run for run in caller.call("GET", "/v1/runs").json["runs"]}
    assert {name: {part: one[part] for part in NOTHING} for name, one in runs_by_name.items()} == {
        "system-failed": SYSTEM_FAILED,
        "not-merged": NOT_MERGED,
        "good": NOTHING,
    }
    assert runs_by_name["not-merged"]["state"] == "succeeded"


@pytest.mark.parametrize(
    ("name", "left_out"), [("system-failed", SYSTEM_FAILED), ("not-merged", NOT_MERGED), ("good", NOTHING)]
)
def test_a_run_names_what_it_left_out_and_what_to_do(
    caller: Caller, name: str, left_out: dict[str, object]
) -> None:
    answer = caller.call("GET", f"/v1/runs/{name}").json
    assert {part: answer[part] for part in NOTHING} == left_out
    assert answer["remedies"].keys() == {
        part for part in ("datasets_not_merged", "failed_stages") if left_out[part]
    }


def test_a_run_under_way_left_out_nothing_yet(caller: Caller) -> None:
    write_merge(caller.lake, after(82), {"payments": WHY})
    caller.lake.runs.ended.insert(0, Execution("working", "RUNNING", after(80)))  # type: ignore[attr-defined]  # EndedRuns
    newest, *_ = caller.call("GET", "/v1/runs").json["runs"]
    assert (newest["state"], {part: newest[part] for part in NOTHING}) == ("running", NOTHING)
    caller.lake.runs.ended[0] = Execution("working", "SUCCEEDED", after(80), after(90))  # type: ignore[attr-defined]  # as above
    newest, *_ = caller.call("GET", "/v1/runs").json["runs"]
    assert {part: newest[part] for part in NOTHING} == NOT_MERGED


def test_what_an_ended_run_left_out_is_read_once(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    """The console asks every few seconds; an answer must not cost a request for each run."""
    listed: list[str] = []
    list_objects = caller.lake.objects.list
    monkeypatch.setattr(
        caller.lake.objects,
        "list",
        lambda bucket, prefix: listed.append(prefix) or list_objects(bucket, prefix),
    )
    answers = [caller.call("GET", "/v1/runs").text for _ in range(3)]
    assert len(set(answers)) == 1
    assert caller.lake.runs.asked == ["system-failed"]  # type: ignore[attr-defined]  # EndedRuns
    assert listed == ["openlineage/dt=2026-01-02/merge_curated/", "runs/stages/system-failed/"]


def test_a_run_that_was_stopped_names_the_stages_of_its_page_as_the_list_does() -> None:
    """The job continues after the stop, and ends the merge that the run was stopped in."""
    lake = lake_with_problems()
    lake.runs.ended.insert(0, Execution("stopped", "ABORTED", after(80), after(81)))
    lake.runs.in_one_job.add("stopped")
    for job, began, ended in (("merge_curated", 80.5, 82.0), ("retail-copilot", 82.5, 83.0)):
        ref = ObjectRef("artifacts", keys.stage_record_key("stopped", job))
        lake.objects.write(ref, StageRecord(after(began), after(ended)).to_json().encode())
    caller = Caller(lake)
    answer = caller.call("GET", "/v1/runs/stopped").json
    times = {stage["name"]: (stage["state"], stage["seconds"]) for stage in answer["stages"]}
    assert times["merge"] == ("failed", 30)
    assert times["retail-copilot"] == ("pending", None)
    assert [*answer["failed_stages"]] == ["merge"]
    assert caller.call("GET", "/v1/runs").json["runs"][0]["failed_stages"] == answer["failed_stages"]
