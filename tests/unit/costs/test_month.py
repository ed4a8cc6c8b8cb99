"""The cost of a month of a workload."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from headgate.costs.computed_price import STANDARD, total_usd
from headgate.costs.measured import Line, Measured
from headgate.costs.price_list import Prices
from headgate.snapshots.delete_old_versions import KEPT_VERSIONS
from scripts.cost_planning.cheapest import cheapest
from scripts.cost_planning.cost_settings import DAY_S, CostSettings
from scripts.cost_planning.month import monthly
from scripts.cost_planning.planned_runs import PlannedRuns, fitted
from scripts.cost_planning.workload import LARGE, SMALL, TINY, TRICKLE, TRICKLE_HOURLY
from tests.unit.costs.test_jobs import BY_STAGE, MEASURED, SEPARATE, SETTINGS, measured

if TYPE_CHECKING:
    from scripts.cost_planning.workload import Workload

pytestmark = pytest.mark.unit

PRICES = Prices.load()
JOBS = ("merge", "quality gate", "systems")


def usd(workload: Workload, settings: CostSettings = SETTINGS, of: Measured = MEASURED) -> Decimal:
    """Dollars of a month."""
    return total_usd(monthly(PlannedRuns(workload, settings, of), PRICES))


def test_more_data_more_history_and_dearer_workers_cost_more() -> None:
    assert usd(LARGE) > usd(SMALL)
    assert usd(replace(SMALL, held_days=365)) > usd(SMALL)
    assert usd(SMALL, replace(SETTINGS, job_execution_class=STANDARD)) > usd(SMALL)


def test_only_kept_snapshots_are_stored_however_many_runs_a_day_there_are() -> None:
    hourly, rare = (
        PlannedRuns(TRICKLE, replace(SETTINGS, run_interval_s=interval_s), MEASURED)
        for interval_s in (3_600, 86_400)
    )
    stored = [
        next(float(cost.usd) for cost in monthly(runs, PRICES) if cost.part == "snapshots")
        for runs in (hourly, rare)
    ]
    assert hourly.per_day >= KEPT_VERSIONS > rare.per_day
    assert stored[0] / stored[1] == pytest.approx((KEPT_VERSIONS + 1) / KEPT_VERSIONS)


def test_the_merge_and_the_gate_are_billed_for_what_a_day_changes_and_the_systems_for_what_is_held() -> None:
    month, year = (
        monthly(PlannedRuns(replace(SMALL, held_days=days), BY_STAGE, MEASURED), PRICES) for days in (30, 365)
    )
    parts = {
        part: [
            cost.usd
            for costs in (month, year)
            for cost in costs
            if cost.part == part and cost.service == "glue"
        ]
        for part in JOBS
    }
    assert parts["merge"][0] == parts["merge"][1]
    assert parts["quality gate"][0] == parts["quality gate"][1]
    assert parts["systems"][0] < parts["systems"][1]


def test_minimal_monitoring_costs_no_dashboard_and_few_alarms() -> None:
    minimal = replace(SETTINGS, monitoring="minimal")
    assert usd(SMALL) - usd(SMALL, minimal) == Decimal("4.60")


def with_day_seconds(of: Measured, share: float) -> Measured:
    """Measurements whose systems take a share of a full run after one more day."""
    systems = {
        name: replace(use, day_seconds=Line(share * use.seconds.fixed, share * use.seconds.per_gb))
        for name, use in of.systems.items()
    }
    return replace(of, systems=systems)


def test_a_run_after_a_day_costs_its_measured_time_and_never_more_than_a_full_run() -> None:
    assert usd(SMALL, of=with_day_seconds(MEASURED, 0.25)) < usd(SMALL)
    assert usd(SMALL, of=with_day_seconds(MEASURED, 3)) == usd(SMALL)


def test_the_cheapest_settings_keep_tables_as_new_as_the_workload_asks() -> None:
    runs = cheapest(TRICKLE_HOURLY, SETTINGS, MEASURED, PRICES)
    assert DAY_S / runs.per_day + runs.run_s <= 3601
    assert runs.limits() == ()
    slow = measured(s=9000)
    assert any("hours old" in limit for limit in cheapest(TRICKLE_HOURLY, SETTINGS, slow, PRICES).limits())


def test_the_cheapest_settings_of_a_tiny_lake_cost_six_dollars_at_most() -> None:
    costs = monthly(cheapest(TINY, CostSettings(), Measured.load(), PRICES), PRICES)
    assert total_usd(costs) <= 6
    assert total_usd([cost for cost in costs if cost.part == "gate"]) <= Decimal("1.03")


def test_larger_workers_cost_more() -> None:
    hungry = measured(memory_mb_per_gb=4000)
    assert usd(SMALL, fitted(SMALL, SEPARATE, hungry).settings, hungry) > usd(SMALL, SEPARATE, hungry)


def test_one_job_for_small_systems_costs_less() -> None:
    assert usd(SMALL) < usd(SMALL, SEPARATE)


def test_the_kept_measurements_are_within_what_a_small_shop_accepts() -> None:
    kept = Measured.load()
    small, trickle = (
        total_usd(monthly(fitted(workload, CostSettings(), kept), PRICES)) for workload in (SMALL, TRICKLE)
    )
    assert small <= 60
    assert trickle <= 120
