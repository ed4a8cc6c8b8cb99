"""What a month of a workload costs."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from headgate.costs.billing import STANDARD, total_usd
from headgate.costs.prices import Prices
from headgate.costs.workload import (
    LARGE,
    SMALL,
    TRICKLE,
    Measured,
    Settings,
    changed_gb,
    held_gb,
    monthly,
    runs_per_day,
    unfit,
    with_fitting_workers,
)

pytestmark = pytest.mark.unit

PRICES, SETTINGS = Prices.load(), Settings()
JOBS = ("merge", "quality gate", "systems")
MEASURED = Measured(
    date(2026, 1, 2),
    gate_s_per_gb=60,
    curated_share=0.2,
    merge_s=2,
    merge_s_per_gb=20,
    checks_s=5,
    checks_s_per_gb=20,
    systems_s=50,
    systems_s_per_gb=20,
    longest_share=0.4,
    largest_system="compliance-guardian",
    largest_share=0.3,
    memory_mb=500,
    memory_mb_per_gb=1000,
)


def test_a_nightly_export_is_one_run_a_day() -> None:
    assert runs_per_day(SMALL, SETTINGS, MEASURED) == 1


def test_files_that_trickle_in_start_a_run_an_hour_at_most() -> None:
    quick = replace(MEASURED, merge_s=0, merge_s_per_gb=0, systems_s=0, systems_s_per_gb=0)
    assert runs_per_day(TRICKLE, replace(SETTINGS, job_start_s=10), quick) == 24


def test_long_runs_start_less_often() -> None:
    slow = replace(MEASURED, systems_s_per_gb=10_000)
    assert runs_per_day(TRICKLE, SETTINGS, slow) < 1
    assert runs_per_day(TRICKLE, replace(SETTINGS, run_share=1), slow) > runs_per_day(TRICKLE, SETTINGS, slow)


def test_more_data_more_history_and_dearer_workers_cost_more() -> None:
    small = total_usd(monthly(SMALL, SETTINGS, MEASURED, PRICES))
    assert total_usd(monthly(LARGE, SETTINGS, MEASURED, PRICES)) > small
    assert total_usd(monthly(replace(SMALL, held_days=365), SETTINGS, MEASURED, PRICES)) > small
    assert total_usd(monthly(SMALL, replace(SETTINGS, job_execution_class=STANDARD), MEASURED, PRICES)) > small


def test_old_versions_of_snapshots_cost_what_they_hold() -> None:
    long = total_usd(monthly(TRICKLE, replace(SETTINGS, snapshot_version_days=30), MEASURED, PRICES))
    assert long > total_usd(monthly(TRICKLE, SETTINGS, MEASURED, PRICES))


def test_large_workers_are_not_billed_as_spare_capacity() -> None:
    billed = replace(SETTINGS, job_worker_types={"merge_curated": "G.4X"}).runs_of("merge", "merge_curated", 3600, 1)
    assert (billed.meter, billed.quantity) == ("glue.dpu_hour", 8)
    assert SETTINGS.runs_of("merge", "merge_curated", 3600, 1).meter == "glue.flex_dpu_hour"


def test_the_merge_and_the_gate_are_billed_for_what_a_day_changes_and_the_systems_for_what_is_held() -> None:
    month, year = (monthly(replace(SMALL, held_days=days), SETTINGS, MEASURED, PRICES) for days in (30, 365))
    parts = {part: [cost.usd for costs in (month, year) for cost in costs if cost.part == part and cost.service == "glue"] for part in JOBS}
    assert parts["merge"][0] == parts["merge"][1]
    assert parts["quality gate"][0] == parts["quality gate"][1]
    assert parts["systems"][0] < parts["systems"][1]


def test_never_more_than_all_is_changed() -> None:
    few = replace(SMALL, gb_per_day=0.001)
    assert changed_gb(few, MEASURED) == held_gb(few, MEASURED)
    assert held_gb(few, MEASURED) < changed_gb(SMALL, MEASURED) < held_gb(SMALL, MEASURED)


def test_a_merge_that_exceeds_the_disk_of_its_worker_gets_the_smallest_that_holds_it() -> None:
    fitting = with_fitting_workers(LARGE, SETTINGS, MEASURED)
    assert fitting.job_worker_types["merge_curated"] == "G.4X"
    assert not any("GB of disk" in limit for limit in unfit(LARGE, fitting, MEASURED))


def test_a_workload_that_does_not_fit_is_named() -> None:
    assert unfit(SMALL, SETTINGS, MEASURED) == ()
    assert any("GB of disk" in limit for limit in unfit(LARGE, SETTINGS, MEASURED))


def test_a_system_that_exceeds_the_memory_of_its_worker_gets_the_smallest_that_holds_it() -> None:
    hungry = replace(MEASURED, memory_mb_per_gb=4000)  # 6 GB of Parquet in the snapshot
    assert any("GB of memory" in limit for limit in unfit(SMALL, SETTINGS, hungry))
    fitting = with_fitting_workers(SMALL, SETTINGS, hungry)
    assert fitting.job_worker_types == {"build_compliance_guardian": "G.2X"}
    assert unfit(SMALL, fitting, hungry) == ()
    assert total_usd(monthly(SMALL, fitting, hungry, PRICES)) > total_usd(monthly(SMALL, SETTINGS, hungry, PRICES))


def test_a_system_that_no_worker_holds_is_named() -> None:
    hungry = replace(MEASURED, memory_mb_per_gb=40_000)
    assert with_fitting_workers(SMALL, SETTINGS, hungry) == SETTINGS
    assert any("GB of memory" in limit for limit in unfit(SMALL, SETTINGS, hungry))


def test_a_system_that_fits_keeps_its_worker() -> None:
    assert with_fitting_workers(SMALL, SETTINGS, MEASURED) == SETTINGS


def test_a_job_that_exceeds_its_timeout_is_named() -> None:
    slow = replace(MEASURED, systems_s_per_gb=2000)  # 6 GB of Parquet in the snapshot, of which the longest system takes 0.4
    assert any("stopped after 60" in limit for limit in unfit(SMALL, SETTINGS, slow))
