"""What a month of a workload costs."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from headgate.costs.billing import STANDARD, total_usd
from headgate.costs.prices import Prices
from headgate.costs.workload import LARGE, SMALL, TRICKLE, Measured, Settings, monthly, runs_per_day, unfit

pytestmark = pytest.mark.unit

PRICES, SETTINGS = Prices.load(), Settings()
MEASURED = Measured(date(2026, 1, 2), gate_s_per_gb=60, curated_share=0.2, merge_s=2, merge_s_per_gb=20, systems_s=50, systems_s_per_gb=20)


def test_a_nightly_export_is_one_run_a_day() -> None:
    assert runs_per_day(SMALL, SETTINGS, MEASURED) == 1


def test_files_that_trickle_in_start_a_run_an_hour_at_most() -> None:
    quick = replace(MEASURED, merge_s=0, merge_s_per_gb=0, systems_s=0, systems_s_per_gb=0)
    assert runs_per_day(TRICKLE, replace(SETTINGS, job_start_s=10), quick) == 24


def test_long_runs_start_less_often() -> None:
    slow = replace(MEASURED, merge_s_per_gb=2000)
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
    assert replace(SETTINGS, job_worker_type="G.4X").billed_class == STANDARD


def test_a_workload_that_does_not_fit_is_named() -> None:
    assert unfit(SMALL, SETTINGS, MEASURED) == ()
    assert any("GB of disk" in limit for limit in unfit(LARGE, SETTINGS, MEASURED))
