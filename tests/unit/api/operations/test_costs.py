"""Costs are those of the recorded files and jobs, at list prices."""

from __future__ import annotations

from decimal import Decimal

import pytest

from headgate.costs.price_list import Prices
from tests.unit.api.lakes import PAYMENTS, Caller, MemoryLake

pytestmark = pytest.mark.unit


def test_costs_add_up_files_and_jobs() -> None:
    lake = MemoryLake()
    lake.receive("payments/today.csv", PAYMENTS)
    answer = Caller(lake, ("viewer",)).call("GET", "/v1/costs?days=7").json
    assert (answer["days"], answer["files"], answer["job_runs"]) == (7, 1, 1)
    assert list(answer["by_dataset"]) == ["payments"]
    assert Decimal(answer["by_job"]["merge_curated"]) == (
        Decimal("0.05") * Prices.load().usd["glue.dpu_hour"]
    ).quantize(Decimal("0.0001"))
    assert [one["times"] for one in answer["forecast"]] == [1, 10, 1000]
    assert Caller(lake).call("GET", "/v1/costs?days=0").status == 422


def test_a_run_shows_the_jobs_that_ended_with_their_use() -> None:
    caller = Caller(MemoryLake())
    caller.lake.runs.start("nightly")
    (job,) = caller.call("GET", "/v1/runs/nightly").json["jobs"]
    assert (job["job"], job["seconds"], job["dpu_seconds"], job["memory_gb"]) == (
        "merge_curated",
        90.0,
        180.0,
        32.0,
    )
    assert Decimal(job["usd"]) > 0


def test_a_file_shows_what_the_gate_took() -> None:
    lake = MemoryLake()
    record = lake.receive("payments/today.csv", PAYMENTS)
    work = Caller(lake).call("GET", f"/v1/files/{record.file_id}").json["work"]
    assert work["rows_per_s"] == pytest.approx(record.received / work["seconds"])
    assert Decimal(work["usd"]) > 0
