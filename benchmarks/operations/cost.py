"""What three workloads cost a month on AWS: measured usage by the price file. The last line is JSON.

    make bench-cost [LINES=500000]

The gate, the merge and the five systems run here over generated shops of LINES and four times as many order lines; their processor
time and bytes feed the model of `headgate.costs.workload`, which docs/operate/cost.md describes with its assumptions. `--keep` writes
what was measured to headgate/costs/measured.toml, which `make plan-aws` and `headgate cost` use.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path

from pyarrow import csv

from benchmarks.systems.merged_shop import KEY, LANDED, LINES_PER_ORDER, merge_shop
from benchmarks.systems.system_runs import SYSTEMS, build_all
from headgate.contracts.registry import Registry
from headgate.costs.billing import GB, rounded, total_usd
from headgate.costs.prices import Prices
from headgate.costs.workload import DAY_S, LARGE, SMALL, TRICKLE, Measured, Settings, monthly, runs_per_day, unfit, with_workers_that_fit
from headgate.domains.retail.sample.part_files import iter_objects
from headgate.domains.retail.sample.shop import ShopSpec, generate
from headgate.intake.rows.check_rows import ACCEPTED, check_file
from headgate.lake.keys import ExportKey
from headgate.lake.parquet import table_of
from headgate.quality.validation import ValidationRun

MEASURED = Path(__file__).resolve().parents[2] / "headgate" / "costs" / "measured.toml"
# Runs over 100 GB a day take longer than their share of the time allows; what they cost is shown without that limit.
UNLIMITED = Settings(run_share=1)
SCENARIOS = {
    "small_usd": (SMALL, Settings()),
    "trickle_usd": (TRICKLE, Settings()),
    "large_usd": (LARGE, UNLIMITED),
    "large_three_days_usd": (LARGE, replace(UNLIMITED, run_interval_s=3 * DAY_S)),
    "large_weekly_usd": (LARGE, replace(UNLIMITED, run_interval_s=7 * DAY_S)),
}


def main() -> None:
    """Measure and print."""
    lines = int(os.environ.get("LINES") or 500_000)
    few, many = (_measure(size) for size in (lines, 4 * lines))
    measured = _fitted(few, many)
    if "--keep" in sys.argv:
        _keep(measured)
    prices = Prices.load()
    usd = {}
    for name, (workload, stated) in SCENARIOS.items():
        settings = with_workers_that_fit(workload, stated, measured)
        costs = monthly(workload, settings, measured, prices)
        usd[name] = float(total_usd(costs))
        print(f"{name}: {workload.described}; {runs_per_day(workload, settings, measured):.1f} runs a day")
        for cost in costs:
            if rounded(cost.usd):
                print(f"  {cost.part:34} {cost.service:14} {rounded(cost.usd):>10}")
        for job, worker_type in settings.job_worker_types.items():
            print(f"  {job} on {worker_type} workers")
        print(f"  {'one job builds several systems' if settings.systems_in_one_job else 'a job for each system'}")
        for limit in unfit(workload, settings, measured):
            print(f"  limit: {limit}")
    fits = {
        name.replace("_usd", "_fits"): not unfit(one, with_workers_that_fit(one, Settings(), measured), measured)
        for name, (one, _) in SCENARIOS.items()
    }
    print(json.dumps({**usd, **fits, "prices_of": prices.recorded_on.isoformat()}))


def _measure(lines: int) -> dict[str, float]:
    """Processor seconds and bytes of one generated shop through the gate, the merge and the systems."""
    orders = lines // LINES_PER_ORDER
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        generate(ShopSpec(customers=orders // 5, orders=orders), scratch / "raw")
        raw_bytes, gate_s, passed = _gate(scratch)
        curated_bytes = sum(path.stat().st_size for paths in passed.values() for path in paths)
        began = time.process_time()
        merge_shop(passed, scratch / "merged")
        merge_s = time.process_time() - began
        checks_s = _checks_s(scratch / "merged")
        merged_bytes = sum(path.stat().st_size for path in (scratch / "merged").glob("*.parquet"))
        built = build_all(scratch / "merged", "duckdb", at_once=1)
    figures = {"raw_bytes": raw_bytes, "gate_s": gate_s, "merge_s": merge_s, "checks_s": checks_s}
    figures["systems_s"] = sum(one.cpu_s for one in built)
    figures["longest_s"] = max(one.cpu_s for one in built)
    for one in built:
        figures |= {f"{one.system}_s": one.cpu_s, f"{one.system}_peak_mb": one.peak_mb}
    found = {**figures, "curated_bytes": curated_bytes, "merged_bytes": merged_bytes}
    print(f"{lines:,} order lines: {json.dumps({name: round(value, 1) for name, value in found.items()})}", flush=True)
    return found


def _checks_s(merged: Path) -> float:
    """Processor seconds of the quality gate's suites."""
    began = time.process_time()
    run = ValidationRun("cost", LANDED.date())
    for dataset, contract in Registry.load().curated.items():
        run.check_files(contract, [merged / f"{dataset}.parquet"])
    return time.process_time() - began


def _gate(scratch: Path) -> tuple[int, float, dict[str, list[Path]]]:
    contracts = Registry.load().source
    passed: dict[str, list[Path]] = {name: [] for name in contracts}
    raw_bytes, seconds = 0, 0.0
    for number, (stated, original) in enumerate(iter_objects(scratch / "raw")):
        folder = scratch / "passed" / str(number)
        folder.mkdir(parents=True)
        key, path = stated.replace(".parquet", ".csv"), scratch / "part.csv"
        csv.write_csv(table_of(original), path)
        contract = contracts[ExportKey.parse(stated).dataset]
        raw_bytes += path.stat().st_size
        began = time.process_time()
        counts = check_file(path, contract, KEY, object_key=key, received_at=LANDED, folder=folder)
        seconds += time.process_time() - began
        if counts.accepted:
            passed[contract.dataset].append(folder / ACCEPTED)
    return raw_bytes, seconds, passed


def _fitted(few: dict[str, float], many: dict[str, float]) -> Measured:
    """Two sizes give the merge and the systems their slope, and the part that does not grow with the data."""
    merge_s, merge_s_per_gb = _line(few, many, "merge_s")
    checks_s, checks_s_per_gb = _line(few, many, "checks_s")
    systems_s, systems_s_per_gb = _line(few, many, "systems_s")
    largest = max(SYSTEMS, key=lambda system: many[f"{system}_peak_mb"])  # one system: peaks of two systems make no line
    memory_mb, memory_mb_per_gb = _line(few, many, f"{largest}_peak_mb")
    return Measured(
        measured_on=datetime.now(UTC).date(),
        gate_s_per_gb=many["gate_s"] / many["raw_bytes"] * GB,
        curated_share=many["curated_bytes"] / many["raw_bytes"],
        merge_s=merge_s,
        merge_s_per_gb=merge_s_per_gb,
        checks_s=checks_s,
        checks_s_per_gb=checks_s_per_gb,
        systems_s=systems_s,
        systems_s_per_gb=systems_s_per_gb,
        longest_share=max(one["longest_s"] / one["systems_s"] for one in (few, many)),
        largest_system=largest,
        largest_share=max(one[f"{largest}_s"] / one["systems_s"] for one in (few, many)),
        memory_mb=memory_mb,
        memory_mb_per_gb=memory_mb_per_gb,
    )


def _line(few: dict[str, float], many: dict[str, float], name: str) -> tuple[float, float]:
    """What is used without data, and per GB of the snapshot."""
    slope = max(0.0, (many[name] - few[name]) / (many["merged_bytes"] - few["merged_bytes"]))
    return max(0.0, few[name] - slope * few["merged_bytes"]), slope * GB


def _keep(measured: Measured) -> None:
    text = "# What `make bench-cost` measured: processor seconds and bytes. headgate.costs.workload.Measured has the units.\n"
    text += f"measured_on = {measured.measured_on.isoformat()}\n"
    for name in (one.name for one in fields(Measured) if one.name != "measured_on"):
        value = getattr(measured, name)
        text += f'{name} = "{value}"\n' if isinstance(value, str) else f"{name} = {value:.4g}\n"
    MEASURED.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
