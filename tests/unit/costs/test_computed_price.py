"""AWS's bill for work, and its price."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from headgate.aws.glue.job_runs import GlueRuns
from headgate.costs.computed_price import FLEX, by_part, by_service, function, glue_job, priced, total_usd
from headgate.costs.price_list import Prices
from headgate.costs.recorded import EndedJobRun, gate_s, of_files, of_job_for_large_files, of_runs
from headgate.costs.report import cost_report
from headgate.lake.ports import FileRecord
from headgate.lake.states import FileState
from scripts.cost_planning.month import athena_query, crawler

pytestmark = pytest.mark.unit

PRICES = Prices.load()


def test_every_price_is_dated_positive_and_has_a_page() -> None:
    assert PRICES.recorded_on.year >= 2026
    assert all(usd > 0 for usd in PRICES.usd.values())
    assert {meter.partition(".")[0] for meter in PRICES.usd} == set(PRICES.sources)
    assert all(page.startswith("https://aws.amazon.com/") for page in PRICES.sources.values())


def test_the_glue_example_of_aws_costs_what_aws_says() -> None:
    """Source: AWS Glue pricing, "ETL job: 15 minutes with 6 DPU": 6 * 0.25 h * $0.44 = $0.66."""
    assert total_usd(priced([glue_job("job", 900, 6)], PRICES)) == Decimal("0.66")


def test_a_short_job_is_billed_a_minute_and_a_short_crawl_ten() -> None:
    assert glue_job("job", 5, 2).quantity == glue_job("job", 60, 2).quantity == 2 / 60
    assert crawler("crawl", 30).quantity == pytest.approx(2 / 6)
    assert athena_query("query", 1).quantity == pytest.approx(0.00001)


def test_spare_capacity_has_a_price_of_its_own() -> None:
    standard, flex = (
        total_usd(priced([glue_job("job", 3600, 100, kind)], PRICES)) for kind in ("STANDARD", FLEX)
    )
    assert (standard, flex) == (Decimal("44.00"), Decimal("29.00"))


def test_a_function_costs_memory_times_time_and_a_request() -> None:
    """Source: AWS Lambda pricing: 1 GB-second $0.0000166667, one million requests $0.20."""
    costs = priced(function("gate", 1, 1024, 1_000_000), PRICES)
    assert total_usd(costs) == Decimal("16.87")


def test_costs_are_summed_by_part_and_by_service_largest_first() -> None:
    costs = priced(
        [*function("gate", 10, 1024, 1000), glue_job("merge", 3600, 2), glue_job("merge", 3600, 2)], PRICES
    )
    assert by_part(costs) == {"merge": Decimal("1.76"), "gate": Decimal("0.1668670")}
    assert list(by_service(costs)) == ["glue", "lambda"]


def file_of_worker(worker: dict[str, str]) -> FileRecord:
    return FileRecord(
        "1",
        "raw",
        "orders/a.csv",
        "",
        "orders",
        FileState.DONE,
        finished_at="2026-01-02T00:10:00",
        stage_times={"trigger": "2026-01-02T00:00:00.000"},
        worker=worker,
    )


def test_recorded_files_cost_by_dataset_what_their_times_say() -> None:
    record = replace(file_of_worker({}), size_bytes=10**9, finished_at="2026-01-02T00:00:10")
    used = {one.meter: one for one in of_files([record])}
    assert used["lambda.gb_second"].quantity == pytest.approx(10 * 3008 / 1024)
    assert used["s3.gb_month"].quantity == 1
    assert {one.part for one in used.values()} == {"orders"}


def test_a_file_costs_the_memory_that_its_function_had() -> None:
    used = {use.meter: use for use in of_files([file_of_worker({"memory_mb": "1024"})])}
    assert used["lambda.gb_second"].quantity == 600


def test_files_of_functions_with_different_memory_are_added() -> None:
    records = [file_of_worker({"memory_mb": "1024"}), file_of_worker({"memory_mb": "2048"})]
    assert sum(use.quantity for use in of_files(records) if use.meter == "lambda.gb_second") == 1800


def test_the_time_of_a_file_in_the_job_for_large_files_is_priced_once_and_as_the_jobs() -> None:
    record = file_of_worker({"memory_mb": "11264", "dpus": "4"})
    run = EndedJobRun("curate_large", datetime(2026, 1, 2), seconds=645, dpus=4)
    report = cost_report([record], [run], [], PRICES)
    assert report["by_service"]["glue"] == f"{Decimal('0.44') * 645 * 4 / 3600:.4f}"  # type: ignore[index]
    assert report["by_service"]["lambda"] == "0.0000"  # type: ignore[index]
    assert [use.quantity for use in of_job_for_large_files(record)] == [600 * 4 / 3600]
    assert list(of_job_for_large_files(file_of_worker({"memory_mb": "3008"}))) == []


class Runs:
    """Glue's answer about the runs of one job, which states workers instead of a capacity."""

    def get_paginator(self, _: str) -> Runs:
        return self

    def paginate(self, **_: str) -> list[dict[str, object]]:
        moment = datetime(2026, 1, 2, tzinfo=UTC)
        run = {"StartedOn": moment, "CompletedOn": moment, "ExecutionTime": 90}
        return [{"JobRuns": [run | {"NumberOfWorkers": 2, "WorkerType": "G.2X"}, run | {"MaxCapacity": 6.0}]}]


def test_a_run_without_a_capacity_has_the_dpus_of_its_workers() -> None:
    runs = GlueRuns(Runs()).ended("merge", "lake-merge", since=datetime(2026, 1, 1))  # type: ignore[arg-type]
    assert [run.dpus for run in runs] == [4, 6]


def test_a_file_of_less_than_a_second_has_the_time_of_its_stages() -> None:
    times = {
        "trigger": "2026-01-02T00:00:05.436",
        "validation": "2026-01-02T00:00:05.592",
        "database": "2026-01-02T00:00:05.677",
    }
    record = FileRecord(
        "1",
        "raw",
        "a.csv",
        "",
        "orders",
        FileState.DONE,
        finished_at="2026-01-02T00:00:05",
        stage_times=times,
    )
    assert gate_s(record) == pytest.approx(0.241)


def test_the_time_until_a_file_is_reverted_is_no_work_of_the_gate() -> None:
    times = {"trigger": "2026-01-02T00:00:05.000", "database": "2026-01-02T00:00:06.500"}
    record = FileRecord(
        "1",
        "raw",
        "a.csv",
        "",
        "orders",
        FileState.REVERTED,
        finished_at="2026-01-02T00:07:00",
        stage_times=times,
    )
    assert gate_s(record) == 1.5


def test_a_job_that_scaled_is_billed_by_its_dpu_seconds() -> None:
    run = EndedJobRun("merge", datetime(2026, 1, 2), seconds=100, dpus=10, dpu_s=200)
    assert next(of_runs([run])).quantity == 200 / 3600


def test_ten_times_the_data_does_not_start_a_job_ten_times() -> None:
    run = EndedJobRun("merge", datetime(2026, 1, 2), seconds=100, dpus=2)
    assert run.used(10, start_s=40).quantity == (40 + 600) * 2 / 3600
