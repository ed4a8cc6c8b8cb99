"""What three workloads cost a month on AWS: measured usage by the price file. The last line is JSON.

    make bench-cost [LINES=100000]

The gate, the merge and the five systems run here over generated shops of LINES and four times as many order lines; their processor
time and bytes feed the model of `headgate.costs.workload`, which docs/cost.md describes with its assumptions. `--keep` writes what was
measured to headgate/costs/measured.toml, which `make plan-aws` and `headgate cost` use.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq
from pyarrow import csv

from benchmarks.merged_shop import KEY, LANDED, LINES_PER_ORDER
from benchmarks.system_runs import build_all
from headgate.contracts.registry import Registry
from headgate.costs.billing import GB, rounded, total_usd
from headgate.costs.prices import Prices
from headgate.costs.workload import LARGE, SMALL, TRICKLE, Measured, Settings, monthly, runs_per_day, unfit
from headgate.domains.retail.sample.part_files import iter_objects
from headgate.domains.retail.sample.shop import ShopSpec, generate
from headgate.intake.rows.check_rows import ACCEPTED, gate_file
from headgate.lake.keys import ExportKey
from headgate.merge.merge_files import Memory, merge_files

MEASURED = Path(__file__).resolve().parents[1] / "headgate" / "costs" / "measured.toml"
# Runs over 100 GB a day take longer than their share of the time allows; what they cost is shown without that limit.
SCENARIOS = {"small_usd": (SMALL, Settings()), "trickle_usd": (TRICKLE, Settings()), "large_usd": (LARGE, Settings(run_share=1))}


def main() -> None:
    """Measure and print."""
    lines = int(os.environ.get("LINES") or 100_000)
    few, many = (_measure(size) for size in (lines, 4 * lines))
    measured = _fitted(few, many)
    if "--keep" in sys.argv:
        _keep(measured)
    prices = Prices.load()
    usd = {}
    for name, (workload, settings) in SCENARIOS.items():
        costs = monthly(workload, settings, measured, prices)
        usd[name] = float(total_usd(costs))
        print(f"{name}: {workload.described}; {runs_per_day(workload, settings, measured):.1f} runs a day")
        for cost in costs:
            if rounded(cost.usd):
                print(f"  {cost.part:34} {cost.service:14} {rounded(cost.usd):>10}")
        for limit in unfit(workload, settings, measured):
            print(f"  limit: {limit}")
    large_limits = unfit(LARGE, Settings(), measured)
    print(json.dumps({**usd, "large_fits": not large_limits, "prices_of": prices.recorded_on.isoformat()}))


def _measure(lines: int) -> dict[str, float]:
    """Processor seconds and bytes of one generated shop through the gate, the merge and the systems."""
    orders = lines // LINES_PER_ORDER
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        generate(ShopSpec(customers=orders // 5, orders=orders), scratch / "raw")
        raw_bytes, gate_s, passed = _gate(scratch)
        curated_bytes = sum(path.stat().st_size for paths in passed.values() for path in paths)
        began = time.process_time()
        (scratch / "merged").mkdir()
        for dataset, contract in Registry.load().curated.items():
            merge_files(contract, passed[dataset], scratch / "merged" / f"{dataset}.parquet", Memory(scratch / "spill"))
        merge_s = time.process_time() - began
        merged_bytes = sum(path.stat().st_size for path in (scratch / "merged").glob("*.parquet"))
        systems_s = sum(one.cpu_s for one in build_all(scratch / "merged", "duckdb", at_once=1))
    figures = {"raw_bytes": raw_bytes, "gate_s": gate_s, "merge_s": merge_s, "systems_s": systems_s}
    found = {**figures, "curated_bytes": curated_bytes, "merged_bytes": merged_bytes}
    print(f"{lines:,} order lines: {json.dumps({name: round(value, 1) for name, value in found.items()})}", flush=True)
    return found


def _gate(scratch: Path) -> tuple[int, float, dict[str, list[Path]]]:
    contracts = Registry.load().source
    passed: dict[str, list[Path]] = {name: [] for name in contracts}
    raw_bytes, seconds = 0, 0.0
    for number, (stated, original) in enumerate(iter_objects(scratch / "raw")):
        folder = scratch / "passed" / str(number)
        folder.mkdir(parents=True)
        key, path = stated.replace(".parquet", ".csv"), scratch / "part.csv"
        csv.write_csv(pq.read_table(original), path)
        contract = contracts[ExportKey.parse(stated).dataset]
        raw_bytes += path.stat().st_size
        began = time.process_time()
        counts = gate_file(path, contract, KEY, object_key=key, received_at=LANDED, folder=folder)
        seconds += time.process_time() - began
        if counts.accepted:
            passed[contract.dataset].append(folder / ACCEPTED)
    return raw_bytes, seconds, passed


def _fitted(few: dict[str, float], many: dict[str, float]) -> Measured:
    """Two sizes give the merge and the systems their slope, and the part that does not grow with the data."""
    merge_s, merge_s_per_gb = _line(few, many, "merge_s")
    systems_s, systems_s_per_gb = _line(few, many, "systems_s")
    return Measured(
        measured_on=datetime.now(UTC).date(),
        gate_s_per_gb=many["gate_s"] / many["raw_bytes"] * GB,
        curated_share=many["curated_bytes"] / many["raw_bytes"],
        merge_s=merge_s,
        merge_s_per_gb=merge_s_per_gb,
        systems_s=systems_s,
        systems_s_per_gb=systems_s_per_gb,
    )


def _line(few: dict[str, float], many: dict[str, float], name: str) -> tuple[float, float]:
    """Seconds without data, and seconds per GB of the snapshot."""
    slope = max(0.0, (many[name] - few[name]) / (many["merged_bytes"] - few["merged_bytes"]))
    return max(0.0, few[name] - slope * few["merged_bytes"]), slope * GB


def _keep(measured: Measured) -> None:
    text = "# What `make bench-cost` measured: processor seconds and bytes. headgate.costs.workload.Measured has the units.\n"
    text += f"measured_on = {measured.measured_on.isoformat()}\n"
    for name in ("gate_s_per_gb", "curated_share", "merge_s", "merge_s_per_gb", "systems_s", "systems_s_per_gb"):
        text += f"{name} = {getattr(measured, name):.4g}\n"
    MEASURED.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
