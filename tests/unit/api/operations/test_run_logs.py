"""The page of a run shows what its jobs wrote, to operators, and says why where there is nothing."""

from __future__ import annotations

import json
from datetime import UTC, timedelta

import pytest

from headgate.api.operations.run_logs import MAX_LINES
from headgate.aws.logs import LogLine
from tests.unit.api.lakes import BEGAN, Caller, MemoryLake

pytestmark = pytest.mark.unit


@pytest.fixture
def operator() -> Caller:
    caller = Caller(MemoryLake(), ("operator",))
    caller.lake.runs.start("nightly")
    return caller


def written(lake: MemoryLake, *texts: str) -> None:
    """Have the job of the run write lines, one a second."""
    lake.job_logs.written["jr_1"] = [
        LogLine("/aws-glue/lake/output", (BEGAN + timedelta(seconds=at)).replace(tzinfo=UTC), text)
        for at, text in enumerate(texts)
    ]


def test_lines_have_their_job_level_and_facts(operator: Caller) -> None:
    line = {"level": "WARNING", "message": "stage not recorded", "logger": "headgate", "cause": "no room"}
    written(operator.lake, "Traceback", json.dumps(line))
    answer = operator.call("GET", "/v1/runs/nightly/logs").json
    assert [(each["job"], each["level"], each["text"]) for each in answer["lines"]] == [
        ("merge_curated", "", "Traceback"),
        ("merge_curated", "warning", "stage not recorded, cause: no room"),
    ]
    assert answer["reason"] == ""
    assert answer["lines"][1]["written_at"] == (BEGAN + timedelta(seconds=1)).isoformat()


def test_a_card_number_that_a_library_wrote_is_redacted(operator: Caller) -> None:
    written(operator.lake, "could not parse 4111111111111111")
    (line,) = operator.call("GET", "/v1/runs/nightly/logs").json["lines"]
    assert line["text"] == "could not parse [PAN ****1111]"


def test_the_last_lines_are_shown_and_a_long_line_is_cut(operator: Caller) -> None:
    written(operator.lake, *(f"line {number}" for number in range(900)), "x" * 5000)
    lines = operator.call("GET", "/v1/runs/nightly/logs?limit=3").json["lines"]
    assert [line["text"][:8] for line in lines] == ["line 898", "line 899", "xxxxxxxx"]
    assert len(lines[-1]["text"]) == 2000
    assert operator.call("GET", f"/v1/runs/nightly/logs?limit={MAX_LINES + 1}").status == 422


def test_a_run_without_lines_says_why(operator: Caller) -> None:
    def reason(query: str = "") -> str:
        return str(operator.call("GET", f"/v1/runs/nightly/logs{query}").json["reason"])

    too_early = "No line has arrived yet: the lines of a job may arrive some minutes after its end."
    assert reason() == too_early
    operator.lake.moment = BEGAN + timedelta(hours=1)
    assert reason() == "The jobs of this run wrote no log lines."
    assert reason("?job=quality_gate") == "The job quality_gate of this run has not ended yet."
    operator.lake.moment = BEGAN + timedelta(days=91)
    assert reason() == "The log lines of this run were deleted: logs are kept for 90 days."
    operator.lake.ended_jobs = ()
    assert reason() == "No job of this run has ended yet."


def test_only_operators_read_logs(operator: Caller) -> None:
    assert operator.call("GET", "/v1/runs/nothing/logs").status == 404
    for group in ("viewer", "uploader"):
        assert Caller(operator.lake, (group,)).call("GET", "/v1/runs/nightly/logs").status == 403
