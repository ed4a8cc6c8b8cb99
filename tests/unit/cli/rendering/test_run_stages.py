"""`headgate run` says what it waits for, and which systems are built, running and pending."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from headgate.aws.stepfunctions import PipelineRun
from headgate.cli.commands.operations.pipeline import _history, _next_step, _table, waiting_for
from headgate.runs.run_stages import Stage, in_words, stages
from headgate.runs.stage_records import StageRecord, StageWork
from headgate.runs.start_or_postpone import Execution

pytestmark = pytest.mark.unit

BEGAN = datetime(2026, 1, 2, 3, 0)
SYSTEMS = ("retail-copilot", "global-market-pulse", "compliance-guardian")


def after(seconds: int) -> datetime:
    return BEGAN + timedelta(seconds=seconds)


BUILDING = PipelineRun(
    "arn:execution:own",
    "RUNNING",
    entered_at={
        "See who runs": after(0),
        "Start merge_curated": after(5),
        "Start quality_gate": after(26),
        "Build the systems": after(40),
        "Start build_retail_copilot": after(41),
        "Published retail-copilot": after(50),
        "Report retail-copilot": after(51),
        "Start build_global_market_pulse": after(41),
        "Start build_compliance_guardian": after(41),
        "Report compliance-guardian": after(45),
    },
)


def test_each_stage_has_its_state_and_its_time() -> None:
    assert stages(BUILDING, SYSTEMS, after(71)) == [
        Stage("queue", "done", 5),
        Stage("merge", "done", 21),
        Stage("quality gate", "done", 14),
        Stage("retail-copilot", "done", 9),
        Stage("global-market-pulse", "running", 30),
        Stage("compliance-guardian", "failed", 4),
    ]


def test_the_stage_in_which_a_run_failed_lasts_until_the_run_ended() -> None:
    failed = replace(
        BUILDING,
        status="FAILED",
        entered_at={"See who runs": after(0), "Start merge_curated": after(5)},
        ended_at=after(50),
    )
    assert stages(failed, (), after(100_000))[:2] == [Stage("queue", "done", 5), Stage("merge", "failed", 45)]


def test_one_line_says_what_runs_what_is_done_and_what_is_pending() -> None:
    assert in_words(stages(BUILDING, SYSTEMS, after(71))) == "global-market-pulse 30 s; 3 done, 1 failed"
    merging = PipelineRun(
        "arn", "RUNNING", entered_at={"See who runs": after(0), "Start merge_curated": after(5)}
    )
    assert in_words(stages(merging, SYSTEMS, after(15))) == "merge 10 s; 4 pending"


def test_a_system_that_was_not_asked_for_is_left() -> None:
    left = replace(BUILDING, entered_at={**BUILDING.entered_at, "Leave global-market-pulse": after(41)})
    assert Stage("global-market-pulse", "left") in stages(left, SYSTEMS, after(71))


def test_a_run_for_one_system_leaves_the_others_also_where_its_history_has_the_systems_as_one_state() -> None:
    known = {"Start quality_gate": after(26), "Build the systems": after(40), "Gather the reports": after(60)}
    one_system = replace(BUILDING, entered_at=known, only="retail-copilot")
    assert {stage.name: stage.state for stage in stages(one_system, SYSTEMS, after(71))[3:]} == {
        "retail-copilot": "done",
        "global-market-pulse": "left",
        "compliance-guardian": "left",
    }


def test_a_third_run_says_which_pending_run_does_its_work() -> None:
    third = PipelineRun(
        "arn:execution:third",
        "SUCCEEDED",
        entered_at={"See who runs": after(0), "Left to the pending run": after(2)},
        output={"left_to": "arn:aws:states:eu-west-1:000000000000:execution:curated_to_prod:cli-second"},
    )
    found = stages(third, SYSTEMS, after(3))
    assert {one.state for one in found} == {"left"}
    assert "cli-second" in list(_table(third, found).columns[-1].cells)[-1]
    assert "the pending run cli-second" in _next_step(third, SYSTEMS, "bikes_curated")


def test_the_next_step_after_a_run_shows_tables_that_exist() -> None:
    ended = PipelineRun("arn", "SUCCEEDED")
    assert "`headgate report`" in _next_step(ended, SYSTEMS, "bikes_curated")
    assert '`headgate query "show tables in bikes_curated"`' in _next_step(ended, (), "bikes_curated")


def test_a_history_that_has_the_systems_as_one_state_shows_their_common_time() -> None:
    known = {
        name: at
        for name, at in BUILDING.entered_at.items()
        if name in {"Start quality_gate", "Build the systems"}
    }
    building = replace(BUILDING, entered_at=known)
    assert stages(building, SYSTEMS, after(71))[3:] == [Stage(system, "running", 31) for system in SYSTEMS]
    built = replace(building, entered_at={**known, "Gather the reports": after(60)})
    assert stages(built, SYSTEMS, after(71))[3:] == [Stage(system, "done", 20) for system in SYSTEMS]


class Runs:
    """The newest runs, newest first, as the service lists them."""

    def newest(self) -> list[Execution]:
        return [
            Execution("own", "RUNNING", after(60)),
            Execution("other", "RUNNING", BEGAN),
            Execution("old", "SUCCEEDED", after(-600), after(-540)),
        ]


def test_the_run_before_this_one_is_named() -> None:
    runs: Any = Runs()
    assert waiting_for(runs, "arn:execution:own") == "pending behind run other, running since 03:00:00 UTC; "
    assert waiting_for(runs, "arn:execution:other") == ""


def test_history_has_durations() -> None:
    assert [one.seconds for one in Runs().newest()] == [None, None, 60]
    assert _history([], {}, {}) == "There was no run yet. `headgate run` starts one."


def test_the_report_of_a_system_stands_beside_its_time() -> None:
    ended = replace(
        BUILDING,
        status="FAILED",
        output={"systems": [{"system": "compliance-guardian", "state": "failed", "cause": "no rows"}]},
    )
    table = _table(ended, stages(ended, SYSTEMS, after(71)))
    cells = [list(column.cells) for column in table.columns]
    assert cells[0][-1] == "compliance-guardian"
    assert [column[-1] for column in cells] == ["compliance-guardian", "failed", "4", *[""] * 4, "no rows"]


def test_a_system_whose_datasets_did_not_change_is_unchanged() -> None:
    skipped = PipelineRun(
        "arn", "RUNNING", entered_at={**BUILDING.entered_at, "Keep global-market-pulse": after(41)}
    )
    found = stages(skipped, SYSTEMS, after(71))
    assert Stage("global-market-pulse", "unchanged") in found
    assert in_words(found) == "3 done, 1 unchanged, 1 failed"


def test_systems_of_one_job_run_as_long_as_it_does_and_one_that_failed_there_begins_again() -> None:
    known = {"Start quality_gate": after(26), "Start build_systems": after(40)}
    building = replace(BUILDING, entered_at=known)
    assert stages(building, SYSTEMS, after(71))[2:] == [
        Stage("quality gate", "done", 14),
        *(Stage(one, "running", 31) for one in SYSTEMS),
    ]
    later = {
        **known,
        "Build the systems": after(80),
        "Published retail-copilot": after(81),
        "Keep global-market-pulse": after(81),
        "Start build_compliance_guardian": after(81),
    }
    assert stages(replace(building, entered_at=later), SYSTEMS, after(91))[2:] == [
        Stage("quality gate", "done", 14),
        Stage("retail-copilot", "done", 41),
        Stage("global-market-pulse", "unchanged"),
        Stage("compliance-guardian", "running", 10),
    ]


def test_a_history_without_states_of_systems_shows_their_common_time_after_one_job_too() -> None:
    known = {
        "Start quality_gate": after(26),
        "Start build_systems": after(40),
        "Build the systems": after(55),
        "Gather the reports": after(60),
    }
    built = replace(BUILDING, entered_at=known, status="SUCCEEDED", ended_at=after(61))
    assert stages(built, SYSTEMS, after(71))[3:] == [Stage(system, "done", 20) for system in SYSTEMS]


def test_stages_of_a_run_in_one_job_have_the_times_that_they_recorded() -> None:
    entered = {"See who runs": after(0), "Start run_in_one_job": after(5)}
    records = {
        "merge_curated": StageRecord(after(15), after(30)),
        "quality_gate": StageRecord(after(31)),
    }
    running = PipelineRun("arn", "RUNNING", entered_at=entered)
    assert stages(running, SYSTEMS[:1], after(40), records) == [
        Stage("queue", "done", 5),
        Stage("merge", "done", 15),
        Stage("quality gate", "running", 9),
        Stage(SYSTEMS[0], "pending"),
    ]
    built = {"See what is built": after(90), "Build the systems": after(91), "Gather the reports": after(92)}
    ended = replace(running, status="SUCCEEDED", entered_at={**entered, **built}, ended_at=after(93))
    records |= {
        "quality_gate": StageRecord(after(31), after(41)),
        SYSTEMS[0]: StageRecord(after(42), after(62)),
    }
    assert stages(ended, SYSTEMS[:2], after(99), records)[2:] == [
        Stage("quality gate", "done", 10),
        Stage(SYSTEMS[0], "done", 20),
        Stage(SYSTEMS[1], "unchanged"),
    ]
    assert [stage.state for stage in stages(ended, SYSTEMS[:1], after(99))] == ["done"] * 4


def test_stages_of_a_run_in_one_job_do_not_begin_before_its_computer_is_ready() -> None:
    running = PipelineRun(
        "arn", "RUNNING", entered_at={"See who runs": after(0), "Start run_in_one_job": after(1)}
    )
    assert stages(running, SYSTEMS[:1], after(15), {}) == [
        Stage("queue", "done", 1),
        Stage("merge", "pending"),
        Stage("quality gate", "pending"),
        Stage(SYSTEMS[0], "pending"),
    ]


def test_a_run_whose_one_job_failed_shows_the_jobs_of_its_stages() -> None:
    again = {
        "See who runs": after(0),
        "Start run_in_one_job": after(5),
        "Start merge_curated": after(60),
        "Start quality_gate": after(80),
    }
    running = PipelineRun("arn", "RUNNING", entered_at=again)
    records = {"merge_curated": StageRecord(after(15), after(30), has_failed=True)}
    assert stages(running, (), after(85), records) == [
        Stage("queue", "done", 5),
        Stage("merge", "done", 20),
        Stage("quality gate", "running", 5),
    ]


def test_a_stopped_run_ends_its_stages_though_its_job_continues() -> None:
    entered = {"See who runs": after(0), "Start run_in_one_job": after(5)}
    stopped = PipelineRun("arn", "ABORTED", entered_at=entered, ended_at=after(32))
    records = {
        "merge_curated": StageRecord(after(15), after(44)),
        "quality_gate": StageRecord(after(45), after(50)),
        SYSTEMS[0]: StageRecord(after(56)),
    }
    left = [Stage("quality gate", "pending"), Stage(SYSTEMS[0], "pending")]
    assert stages(stopped, SYSTEMS[:1], after(99), records) == [
        Stage("queue", "done", 5),
        Stage("merge", "failed", 17),
        *left,
    ]
    records["merge_curated"] = StageRecord(after(38), after(44))  # its computer was started at the stop
    assert stages(stopped, SYSTEMS[:1], after(99), records) == [
        Stage("queue", "done", 5),
        Stage("merge", "failed", 27),
        *left,
    ]


def test_rows_that_a_job_wrote_after_the_stop_of_its_run_are_shown() -> None:
    entered = {"See who runs": after(0), "Start run_in_one_job": after(5)}
    stopped = PipelineRun("arn", "ABORTED", entered_at=entered, ended_at=after(32))
    work = StageWork(147, 147, 0, 0)
    records = {"merge_curated": StageRecord(after(38), after(44), work=work)}
    assert [stage.work for stage in stages(stopped, (), after(99), records)] == [None, work, None]
