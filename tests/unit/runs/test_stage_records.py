"""Jobs record the stages of a run, and a run shows them: each system of one job with a time of its own."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING

import pytest

from headgate.aws.in_memory_ports import MemoryObjects
from headgate.aws.stepfunctions import PipelineRun
from headgate.errors import NotPermittedError
from headgate.runs.run_stages import Stage, in_words, stages
from headgate.runs.stage_records import MergedDataset, StageLog, StageRecord, StageWork, stage_records

if TYPE_CHECKING:
    from headgate.lake.ports import ObjectRef

pytestmark = pytest.mark.unit

BEGAN = datetime(2026, 1, 2, 3, 0)
MERGED = {"things": MergedDataset(arrived=4, rows_before=6, rows=7)}
WORK = StageWork(rows_read=10, rows_changed=4, parts_reused=3, parts_rebuilt=1, datasets=MERGED)
SYSTEMS = ("copilot", "pulse", "guardian")


def after(seconds: float) -> datetime:
    return BEGAN + timedelta(seconds=seconds)


def stage_log(objects: MemoryObjects, run: str = "cli-1", job: str = "copilot") -> StageLog:
    minutes = count()
    return StageLog(objects, "artifacts", run, job, lambda: after(60 * next(minutes)))


def test_a_stage_has_its_times_and_the_sum_of_its_work() -> None:
    objects = MemoryObjects()
    with stage_log(objects) as log:
        assert stage_records(objects, "artifacts", "cli-1") == {"copilot": StageRecord(after(0))}
        log.count(WORK)
        log.count(WORK)
    record = StageRecord(after(0), after(60), work=StageWork(20, 8, 6, 2, MERGED))
    assert stage_records(objects, "artifacts", "cli-1") == {"copilot": record}
    assert stage_records(objects, "artifacts", "cli-") == {}, "of another run"


def test_a_stage_that_failed_says_so_and_its_error_is_raised() -> None:
    objects = MemoryObjects()
    with pytest.raises(ValueError, match="broken"), stage_log(objects):
        raise ValueError("broken")
    assert stage_records(objects, "artifacts", "cli-1")["copilot"].has_failed


def test_a_job_that_somebody_starts_alone_records_nothing() -> None:
    objects = MemoryObjects()
    with stage_log(objects, run=""):
        pass
    assert not list(objects.list("artifacts", ""))


class ReadOnly(MemoryObjects):
    def write(self, ref: ObjectRef, body: bytes, *, content_type: str = "") -> None:  # noqa: ARG002 the port's
        raise NotPermittedError("write")


def test_a_record_that_cannot_be_written_is_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING), stage_log(ReadOnly()):
        pass
    assert {line.message for line in caplog.records} == {"stage not recorded"}


TOGETHER = PipelineRun(
    "arn:cli-1",
    "RUNNING",
    entered_at={
        "See who runs": after(0),
        "Start merge_curated": after(5),
        "Start quality_gate": after(26),
        "Start build_systems": after(40),
    },
)
RECORDS = {
    "merge_curated": StageRecord(after(8), after(20), work=WORK),
    "copilot": StageRecord(after(42), after(50), work=WORK),
    "pulse": StageRecord(after(50)),
}


def test_systems_of_one_job_have_times_of_their_own_and_one_without_room_is_pending() -> None:
    shown = stages(TOGETHER, SYSTEMS, after(71), RECORDS)
    assert shown[3:] == [
        Stage("copilot", "done", 8),
        Stage("pulse", "running", 21),
        Stage("guardian", "pending"),
    ]
    assert [stage.began_at for stage in shown[3:]] == [after(42), after(50), None]
    assert in_words(shown) == "pulse 21 s; 3 done, 1 pending"


def test_a_stage_shows_the_rows_and_parts_that_its_job_recorded() -> None:
    shown = {stage.name: stage.facts() for stage in stages(TOGETHER, SYSTEMS, after(71), RECORDS)}
    assert shown["merge"] == {
        "name": "merge",
        "state": "done",
        "began_at": after(5).isoformat(),
        "seconds": 21,
        "rows_read": 10,
        "rows_changed": 4,
        "parts_reused": 3,
        "parts_rebuilt": 1,
        "datasets": [{"dataset": "things", "arrived": 4, "rows_before": 6, "rows": 7}],
    }
    assert shown["pulse"]["rows_read"] is None, "it works"
    assert shown["queue"]["parts_reused"] is None, "no job"


def test_after_the_job_of_several_a_system_without_a_record_was_kept() -> None:
    entered = {**TOGETHER.entered_at, "Build the systems": after(80), "Gather the reports": after(90)}
    ended = PipelineRun("arn:cli-1", "SUCCEEDED", entered_at=entered, ended_at=after(91))
    records = {**RECORDS, "pulse": StageRecord(after(50), after(60), has_failed=True)}
    assert stages(ended, SYSTEMS, after(100), records)[3:] == [
        Stage("copilot", "done", 8),
        Stage("pulse", "failed", 10),
        Stage("guardian", "unchanged"),
    ]


def test_a_system_with_a_job_of_its_own_lasts_as_long_as_the_state_machine_waits_for_it() -> None:
    own = {"Start build_guardian": after(80), "Published guardian": after(95)}
    alone = PipelineRun("arn:cli-1", "RUNNING", entered_at={**TOGETHER.entered_at, **own})
    records = {**RECORDS, "guardian": StageRecord(after(85), after(93), work=WORK)}
    guardian = stages(alone, SYSTEMS, after(99), records)[-1]
    assert (guardian, guardian.work) == (Stage("guardian", "done", 15), WORK)
