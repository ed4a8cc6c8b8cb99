"""Estimate the monthly cost of a deployment to AWS from its settings, before a person confirms it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from headgate.costs.computed_price import by_service, rounded, total_usd
from headgate.costs.measured import Measured
from headgate.costs.price_list import Prices
from scripts.cost_planning.cheapest import changed, cheapest
from scripts.cost_planning.cost_settings import CostSettings
from scripts.cost_planning.month import monthly
from scripts.cost_planning.planned_runs import fitted
from scripts.cost_planning.workload import LARGE, SMALL, TINY, TRICKLE, Workload

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

WORKLOADS = (TINY, SMALL, TRICKLE, LARGE)
SHOWN_SERVICES = 4
ENDPOINT_SERVICES = 6  # interface endpoints of terraform/endpoints.tf; that of S3 is free
_PARSERS: Mapping[str, Callable[[str], object]] = {
    "run_interval_s": int,
    "run_share": float,
    "run_share_wait_s": int,
    "gate_memory_mb": int,
    "raw_expiry_days": int,
    "job_worker_type": str,
    "job_worker_types": json.loads,
    "job_timeouts": json.loads,
    "job_execution_class": str,
    "systems_in_one_job": json.loads,
    "run_in_one_job": json.loads,
    "monitoring": str,
}


def settings_of(variables: Mapping[str, str]) -> CostSettings:
    """Return the cost settings from Terraform variables of the command line."""
    given: dict[str, Any] = {
        name: parse(variables[name]) for name, parse in _PARSERS.items() if _given(variables, name)
    }
    settings = replace(CostSettings(), **given)
    if _given(variables, "systems"):
        settings = replace(settings, systems=tuple(json.loads(variables["systems"])))
    if _given(variables, "endpoint_network"):
        settings = replace(
            settings,
            endpoints=ENDPOINT_SERVICES * len(json.loads(variables["endpoint_network"])["subnet_ids"]),
        )
    return settings


def _given(variables: Mapping[str, str], name: str) -> bool:
    return variables.get(name, "") not in {"", "null"}


def _changed(own: CostSettings, fitting: CostSettings) -> dict[str, object]:
    """Return the settings that a workload needs or that make it cheaper, by their names in Terraform."""
    names = ("job_worker_types", "job_timeouts", "systems_in_one_job", "run_in_one_job")
    return {name: getattr(fitting, name) for name in names if getattr(fitting, name) != getattr(own, name)}


def stated_workload(environment: Mapping[str, str]) -> Workload | None:
    """Return the workload that a person stated, or None.

    Raises:
        ValueError: a value is not a number.
    """
    gb_per_day, files = environment.get("GB_PER_DAY"), environment.get("FILES_PER_DAY")
    if not (gb_per_day and files):
        return None
    age_h = environment.get("TABLES_AGE_H")
    age = f", with tables at most {float(age_h):g} hours old" if age_h else ""
    return Workload(
        f"{float(gb_per_day):g} GB of CSV in {int(files):,} files a day{age}",
        float(gb_per_day),
        int(files),
        int(files),
        tables_age_s=int(3600 * float(age_h)) if age_h else None,
    )


def _cheapest_text(workload: Workload, own: CostSettings, measured: Measured, prices: Prices) -> str:
    runs = cheapest(workload, own, measured, prices)
    if limit := runs.limits_in_short():
        return f"   no fit  with any settings: {limit}"
    names = " ".join(f"{name}={json.dumps(value)}" for name, value in changed(own, runs.settings).items())
    usd = total_usd(monthly(runs, prices))
    return f"  {usd:>8}    cheapest: {names or 'these settings'} ({runs.per_day:.1f} runs a day)"


def text(variables: Mapping[str, str], only: Workload | None = None) -> str:
    """Return the estimate: a line per workload, and a line with its cheapest settings.

    A line has the largest services, the needs and the exceeded limits of the workload.

    Args:
        only: a workload instead of the typical ones.
    """
    own, measured, prices = settings_of(variables), Measured.load(), Prices.load()
    source = (
        f"list prices of {prices.region}, recorded on {prices.recorded_on}; docs/operate/cost.md explains"
    )
    lines = [f"Estimated cost in US dollars a month ({source}):"]
    for workload in (only,) if only else WORKLOADS:
        runs = fitted(workload, own, measured)
        if limit := runs.limits_in_short():
            lines.append(f"   no fit  {workload.described}, {workload.held_days} days kept: {limit}")
            lines.append(_cheapest_text(workload, own, measured, prices))
            continue
        costs = monthly(runs, prices)
        largest = list(by_service(costs).items())[:SHOWN_SERVICES]
        parts = [f"{service} {rounded(usd)}" for service, usd in largest]
        needs = [f"needs {name}={json.dumps(value)}" for name, value in _changed(own, runs.settings).items()]
        facts = "; ".join([f"{runs.per_day:.1f} runs a day", ", ".join(parts), *needs])
        lines.append(
            f"  {total_usd(costs):>8}  {workload.described}, {workload.held_days} days kept ({facts})"
        )
        lines.append(_cheapest_text(workload, own, measured, prices))
    return "\n".join(lines)
