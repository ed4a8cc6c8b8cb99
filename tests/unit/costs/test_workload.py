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
    JobRuns,
    Measured,
    Settings,
    changed_gb,
    held_gb,
    monthly,
    run_s,
    runs_per_day,
    system_jobs,
    systems_at_once,
    unfit,
    with_workers_that_fit,
)

pytestmark = pytest.mark.unit

PRICES, SETTINGS = Prices.load(), Settings()
SEPARATE = Settings(systems_in_one_job=False)
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
    fitting = with_workers_that_fit(LARGE, SETTINGS, MEASURED)
    assert fitting.job_worker_types["merge_curated"] == "G.4X"
    assert not any("GB of disk" in limit for limit in unfit(LARGE, fitting, MEASURED))


def test_a_workload_that_does_not_fit_is_named() -> None:
    assert unfit(SMALL, SETTINGS, MEASURED) == ()
    assert any("GB of disk" in limit for limit in unfit(LARGE, SETTINGS, MEASURED))


def test_a_system_that_exceeds_the_memory_of_its_worker_gets_the_smallest_that_holds_it() -> None:
    hungry = replace(MEASURED, memory_mb_per_gb=4000)  # 6 GB of Parquet in the snapshot
    assert any("GB of memory" in limit for limit in unfit(SMALL, SEPARATE, hungry))
    fitting = with_workers_that_fit(SMALL, SEPARATE, hungry)
    assert fitting.job_worker_types == {"build_compliance_guardian": "G.2X"}
    assert unfit(SMALL, fitting, hungry) == ()
    assert total_usd(monthly(SMALL, fitting, hungry, PRICES)) > total_usd(monthly(SMALL, SEPARATE, hungry, PRICES))


def test_the_job_of_several_systems_gets_the_smallest_worker_that_holds_the_largest() -> None:
    hungry = replace(MEASURED, memory_mb_per_gb=2400)
    fitting = with_workers_that_fit(SMALL, SETTINGS, hungry)
    assert fitting.job_worker_types == {"build_systems": "G.2X"}
    assert unfit(SMALL, fitting, hungry) == ()
    assert systems_at_once(SMALL, fitting, hungry) == 2


def test_one_job_takes_as_long_as_its_longest_system_and_at_least_as_long_as_its_cores_need_for_all() -> None:
    (group,) = system_jobs(SMALL, SETTINGS, MEASURED)
    all_s = MEASURED.systems_of(held_gb(SMALL, MEASURED))
    assert group == (JobRuns("build_systems", all_s / 2),)  # four vCPU of two cores
    (larger,) = system_jobs(SMALL, replace(SETTINGS, job_worker_types={"build_systems": "G.2X"}), MEASURED)
    assert larger == (JobRuns("build_systems", 0.4 * all_s),)


def test_fewer_systems_at_once_take_longer() -> None:
    hungry = replace(MEASURED, memory_mb_per_gb=2000)  # 12.5 GB for each of 6 GB of Parquet
    assert systems_at_once(SMALL, SETTINGS, hungry) == 1
    assert system_jobs(SMALL, SETTINGS, hungry) == ((JobRuns("build_systems", MEASURED.systems_of(held_gb(SMALL, MEASURED))),),)


def test_systems_that_do_not_fit_into_one_job_have_a_job_each_after_it() -> None:
    hungry = replace(MEASURED, memory_mb_per_gb=4000)
    first, *later = system_jobs(SMALL, SETTINGS, hungry)
    assert first == (JobRuns("build_systems", 0),)
    assert later == [*system_jobs(SMALL, SEPARATE, hungry)]


def test_a_system_that_has_a_worker_type_of_its_own_has_its_own_job() -> None:
    all_s = MEASURED.systems_of(held_gb(SMALL, MEASURED))
    together, own = system_jobs(SMALL, replace(SETTINGS, job_worker_types={"build_compliance_guardian": "G.2X"}), MEASURED)
    assert together == (JobRuns("build_systems", 0.4 * all_s),)
    assert own == (JobRuns("build_compliance_guardian", 0.3 * all_s),)


def test_one_system_has_its_own_job() -> None:
    ((only,),) = system_jobs(SMALL, replace(SETTINGS, systems=1), MEASURED)
    assert only == JobRuns("build_compliance_guardian", MEASURED.systems_of(held_gb(SMALL, MEASURED)))


def test_one_job_for_small_systems_costs_less_and_does_not_make_a_run_shorter() -> None:
    one, each = (total_usd(monthly(SMALL, settings, MEASURED, PRICES)) for settings in (SETTINGS, SEPARATE))
    assert one < each
    assert run_s(SMALL, SETTINGS, MEASURED) > run_s(SMALL, SEPARATE, MEASURED)


def test_the_cheaper_way_is_taken_unless_a_job_for_each_system_is_stated() -> None:
    hungry = replace(MEASURED, memory_mb_per_gb=4000, systems_s_per_gb=500)
    fitting = with_workers_that_fit(SMALL, SETTINGS, hungry)
    assert not fitting.systems_in_one_job
    assert fitting.job_worker_types == {"build_compliance_guardian": "G.2X"}
    assert not with_workers_that_fit(SMALL, SEPARATE, MEASURED).systems_in_one_job


def test_a_run_lasts_until_its_longest_system_is_built() -> None:
    slow = replace(MEASURED, longest_share=1)
    assert run_s(SMALL, SEPARATE, slow) - run_s(SMALL, SEPARATE, MEASURED) == pytest.approx(0.6 * MEASURED.systems_of(6))


def test_a_system_that_no_worker_holds_is_named() -> None:
    hungry = replace(MEASURED, memory_mb_per_gb=40_000)
    assert with_workers_that_fit(SMALL, SETTINGS, hungry) == SETTINGS
    assert any("GB of memory" in limit for limit in unfit(SMALL, SETTINGS, hungry))


def test_a_system_that_fits_keeps_its_worker() -> None:
    assert with_workers_that_fit(SMALL, SETTINGS, MEASURED) == SETTINGS


def test_a_job_that_exceeds_its_timeout_is_named() -> None:
    slow = replace(MEASURED, systems_s_per_gb=2000)  # 6 GB of Parquet in the snapshot, of which the longest system takes 0.4
    assert any("stopped after 60" in limit for limit in unfit(SMALL, SETTINGS, slow))
