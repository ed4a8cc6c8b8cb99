"""Find the cheapest settings that process a workload and keep its tables as fresh as it requires."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING

from headgate.costs.computed_price import total_usd
from scripts.cost_planning.cost_settings import DAY_S, CostSettings
from scripts.cost_planning.month import monthly
from scripts.cost_planning.planned_runs import fitted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from headgate.costs.measured import Measured
    from headgate.costs.price_list import Prices
    from scripts.cost_planning.planned_runs import PlannedRuns
    from scripts.cost_planning.workload import Workload


def cheapest(workload: Workload, own: CostSettings, measured: Measured, prices: Prices) -> PlannedRuns:
    """Return the cheapest runs among those within all limits; the first ones if none fits.

    Monitoring is minimal, and runs are as rare as the workload allows. Other settings keep their values.
    """
    possible = list(_possible(workload, replace(own, monitoring="minimal"), measured))
    fitting = (runs for runs in possible if not runs.limits())
    return min(fitting, key=lambda runs: total_usd(monthly(runs, prices)), default=possible[0])


def changed(own: CostSettings, other: CostSettings) -> Mapping[str, object]:
    """Return the settings of `other` that differ from `own`, by their names in Terraform."""
    names = [field.name for field in fields(CostSettings)]
    return {name: getattr(other, name) for name in names if getattr(other, name) != getattr(own, name)}


def _possible(workload: Workload, settings: CostSettings, measured: Measured) -> Iterator[PlannedRuns]:
    """Yield runs with one job for the systems and with one job per system, as rare as the workload allows.

    A run may begin when its own end still keeps the tables fresh enough, also that of a day's first run.
    """
    for in_one_job in (True, False):
        own = replace(settings, systems_in_one_job=in_one_job)
        if workload.tables_age_s is None:
            yield fitted(workload, replace(own, run_interval_s=DAY_S), measured)
            continue
        runs = fitted(workload, replace(own, run_share=1, run_interval_s=0), measured)
        for _ in range(2):  # a run that starts less often has more data, so it takes longer
            interval_s = max(0, int(workload.tables_age_s - runs.first_run_s))
            runs = fitted(workload, replace(own, run_share=1, run_interval_s=interval_s), measured)
        yield runs
