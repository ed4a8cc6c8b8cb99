"""`headgate run` reports what an analyst would otherwise only find in the tables."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from headgate.aws.stepfunctions import PipelineRun
from headgate.cli import command_deployment
from headgate.cli.command_deployment import Deployment
from headgate.cli.commands.operations import pipeline
from headgate.cli.main import cli
from headgate.query.catalog_queries import Databases
from headgate.snapshots.reference_counts import CheckedReference

if TYPE_CHECKING:
    from collections.abc import Sequence

pytestmark = pytest.mark.unit

LOST = CheckedReference(
    "order_items.order_id", "orders.order_id", "one", "two", rows=1263, keys=105, first_keys=("7",)
)
COMPLETE = CheckedReference("orders.region_id", "regions.region_id", "one", "two", rows=0, keys=0)


def _run(
    monkeypatch: pytest.MonkeyPatch,
    checked: Sequence[CheckedReference],
    *options: str,
    states: Sequence[str] = (),
) -> str:
    """Run the command on a lake whose run succeeded, and return what it prints."""
    monkeypatch.setattr(
        command_deployment, "activate", lambda: Deployment("x", {"HEADGATE_PROD_BUCKETS": "{}"}, {})
    )
    entered = {state: datetime(2026, 1, 2, 3, minute) for minute, state in enumerate(states)}
    ended = PipelineRun("arn:run", "SUCCEEDED", (), entered_at=entered, ended_at=datetime(2026, 1, 2, 4))
    monkeypatch.setattr(pipeline, "watched_run", lambda *_, **__: ended)
    monkeypatch.setattr(pipeline.operations, "stage_records", lambda *_: {})
    monkeypatch.setattr(pipeline.snapshots, "datasets_not_merged", lambda _: {})
    monkeypatch.setattr(pipeline.snapshots, "checked_references", lambda _: tuple(checked))
    monkeypatch.setattr(pipeline.stores, "databases", lambda _: Databases("curated", "prod"))
    ran = CliRunner().invoke(cli, ["run", *options], catch_exceptions=False, env={"COLUMNS": "200"})
    assert ran.exit_code == 0
    return ran.output


def test_rows_that_point_to_rejected_rows_are_named_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    printed = _run(monkeypatch, [COMPLETE, LOST])
    assert (
        "Without parent: 1,263 rows of order_items point to 105 rows of orders that are not in the lake"
        in printed
    )
    assert "headgate quarantine list" in printed
    assert "regions" not in printed


def test_a_lake_in_which_every_parent_is_there_reports_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Without parent" not in _run(monkeypatch, [COMPLETE])


def test_machines_read_the_rows_without_parent_by_reference(monkeypatch: pytest.MonkeyPatch) -> None:
    document = json.loads(_run(monkeypatch, [COMPLETE, LOST], "--json"))
    assert document["rows_without_parent"] == {"order_items.order_id -> orders.order_id": 1263}


BY_STAGE_AGAIN = ("See who runs", "Start run_in_one_job", "Start merge_curated", "Start quality_gate")


def test_a_run_whose_one_job_failed_says_so_and_where_the_reason_is(monkeypatch: pytest.MonkeyPatch) -> None:
    printed = _run(monkeypatch, [], states=BY_STAGE_AGAIN)
    assert "The one job of the run failed, so each stage ran in a job of its own" in printed
    assert "headgate logs --minutes 60 --level error" in printed
    assert json.loads(_run(monkeypatch, [], "--json", states=BY_STAGE_AGAIN))["one_job_failed"] is True


@pytest.mark.parametrize("skipped", ["Start run_in_one_job", "Start merge_curated"])
def test_a_run_in_one_job_or_with_a_job_for_each_stage_reports_no_failed_job(
    monkeypatch: pytest.MonkeyPatch, skipped: str
) -> None:
    states = [state for state in BY_STAGE_AGAIN if state != skipped]
    assert "The one job" not in _run(monkeypatch, [], states=states)
