"""Runs are started once per name, watched to their end, and say why they failed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from headgate.aws.stepfunctions import Pipeline, PipelineRun
from headgate.errors import NotFoundError, ServiceError
from tests.conftest import unique

if TYPE_CHECKING:
    from tests.conftest import Emulator

pytestmark = pytest.mark.integration

SUCCEEDING = {
    "StartAt": "Merge",
    "States": {"Merge": {"Type": "Pass", "Next": "Publish"}, "Publish": {"Type": "Pass", "End": True}},
}
FAILING = {
    "StartAt": "Gate",
    "States": {"Gate": {"Type": "Fail", "Error": "GateError", "Cause": "orders: order_id is not unique"}},
}
WAITING = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 600, "End": True}}}


def pipeline(emulator: Emulator, definition: dict[str, object]) -> Pipeline:
    client = emulator.client("stepfunctions")
    made = client.create_state_machine(
        name=unique("machine"), definition=json.dumps(definition), roleArn=emulator.role("states")
    )
    return Pipeline(client, made["stateMachineArn"], sleep=lambda _: None)


def ended(runs: Pipeline, payload: dict[str, str] | None = None) -> tuple[PipelineRun, list[PipelineRun]]:
    looks: list[PipelineRun] = []
    patient = Pipeline(runs.client, runs.state_machine_arn)
    return patient.wait(runs.start(unique("run"), payload), looks.append, timeout_s=30), looks


def test_a_run_that_succeeded_reports_its_states_and_output(emulator: Emulator) -> None:
    run, looks = ended(pipeline(emulator, SUCCEEDING), {"as_of": "2011-12-09"})
    assert (run.status, run.finished, run.output) == ("SUCCEEDED", True, {"as_of": "2011-12-09"})
    assert run.entered == run.left == ("Merge", "Publish")
    assert run.under_way == ()
    assert looks[-1] == run


@pytest.mark.parametrize(
    ("payload", "only"),
    [({"only": "retail-copilot"}, "retail-copilot"), ({"as_of": "2011-12-09"}, ""), (None, "")],
)
def test_a_run_states_the_one_system_that_it_was_asked_to_build(
    emulator: Emulator, payload: dict[str, str] | None, only: str
) -> None:
    assert ended(pipeline(emulator, SUCCEEDING), payload)[0].only == only


def test_a_run_that_failed_reports_error_and_cause(emulator: Emulator) -> None:
    run, _ = ended(pipeline(emulator, FAILING))
    assert (run.status, run.error, run.cause) == ("FAILED", "GateError", "orders: order_id is not unique")


def test_a_name_starts_once(emulator: Emulator) -> None:
    runs, name = pipeline(emulator, WAITING), unique("nightly")
    first = runs.start(name)
    assert runs.start(name, {"as_of": "2011-12-09"}) == first
    runs.client.stop_execution(executionArn=first)


def test_waiting_ends_and_says_where_the_run_is(emulator: Emulator) -> None:
    runs = pipeline(emulator, WAITING)
    arn = runs.start(unique("run"))
    with pytest.raises(ServiceError, match=r"still runs after 0\.2 s, in Wait"):
        Pipeline(runs.client, runs.state_machine_arn).wait(arn, lambda _: None, timeout_s=0.2)
    runs.client.stop_execution(executionArn=arn)


def test_an_unknown_run_is_not_found(emulator: Emulator) -> None:
    runs = pipeline(emulator, SUCCEEDING)
    with pytest.raises(NotFoundError):
        runs.describe(f"{runs.state_machine_arn.replace(':stateMachine:', ':execution:')}:never")


@pytest.mark.unit
def test_a_state_tried_again_is_under_way_until_it_is_left_as_often() -> None:
    run = PipelineRun("arn", "RUNNING", entered=("Merge", "Gate", "Gate"), left=("Merge", "Gate"))
    assert run.under_way == ("Gate",)
