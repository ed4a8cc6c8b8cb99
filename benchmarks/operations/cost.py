"""Monthly cost of four workloads on AWS: measured usage by the price file. The last line is JSON.

    make bench-cost [LINES=500000] [COPIES=4] [KEEP=1] [DAY=1]

The gate, the merge and the quality gate run here over generated shops of LINES order lines and a quarter of
them, the five systems over the larger shop and over COPIES copies of it; a copy has other keys. A run after
one more day and a run after another hour of it, with the facts of the run before, are measured over months of
LINES order lines and of COPIES times as many. The processor time, memory and disk feed the model of
`scripts.cost_planning.workload`, which docs/operate/cost.md describes with its assumptions. `--keep` writes
the measurements to headgate/costs/measured.toml and measured.toml of the retail domain, which
`make plan-aws` and `headgate cost` use; `--kept` uses them and measures nothing, `--day` uses them and
measures the runs after a day and an hour.

Each workload has its cheapest settings (`scripts.cost_planning.cheapest`). `tiny_gate_usd` is the part of the
gate in `tiny_usd`, `trickle_usd` has tables at most an hour old, `large_usd` a run a day.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pyarrow import csv

from benchmarks.operations.day_use import day_use
from benchmarks.systems.copied_shop import copy_shop
from benchmarks.systems.merged_shop import KEY, LANDED, LINES_PER_ORDER, merge_shop
from benchmarks.systems.system_runs import SYSTEMS, build_all
from headgate.contracts.registry import Registry
from headgate.costs.computed_price import GB, rounded, total_usd
from headgate.costs.measured import Line, Measured, MeasuredSystem
from headgate.costs.price_list import Prices
from headgate.intake.rows.check_rows import ACCEPTED, check_file
from headgate.lake.keys import ExportKey
from headgate.quality.validation import ValidationRun
from headgate.values.parquet_tables import table_of
from scripts.cost_planning.cheapest import changed, cheapest
from scripts.cost_planning.cost_settings import DAY_S, CostSettings
from scripts.cost_planning.measured_text import text_of
from scripts.cost_planning.month import monthly
from scripts.cost_planning.workload import LARGE, SMALL, TINY, TRICKLE_HOURLY
from scripts.generated_shop.shop import ShopSpec, generate
from scripts.generated_shop.written_parts import iter_objects

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.costs.computed_price import Cost
    from scripts.cost_planning.planned_runs import PlannedRuns

FIGURES = ("seconds", "memory_mb", "disk_mb")
# Parts of an estimate that a file costs before any run.
GATE_PARTS = ("gate", "start_pipeline", "file records")
MEASURED = Path(__file__).resolve().parents[2] / "headgate" / "costs" / "measured.toml"
MEASURED_SYSTEMS = MEASURED.parents[1] / "domains" / "retail" / "measured.toml"
WORKLOADS = {
    "tiny": TINY,
    "small": SMALL,
    "trickle": TRICKLE_HOURLY,
    "large": replace(LARGE, tables_age_s=2 * DAY_S),  # a run a day that ends before the next one
}


def main() -> None:
    """Measure and print."""
    lines, copies = int(os.environ.get("LINES") or 500_000), int(os.environ.get("COPIES") or 4)
    measured = _measured_use(lines, copies)
    if "--keep" in sys.argv:
        common, _, systems = text_of(measured).partition("\n[")
        MEASURED.write_text(common, encoding="utf-8")
        MEASURED_SYSTEMS.write_text(f"[{systems}", encoding="utf-8")
    prices = Prices.load()
    shown: dict[str, object] = {}
    for name, workload in WORKLOADS.items():
        runs = cheapest(workload, CostSettings(), measured, prices)
        costs = monthly(runs, prices)
        _print_month(name, runs, costs)
        shown[f"{name}_usd"], shown[f"{name}_fits"] = float(total_usd(costs)), not runs.limits()
        shown[f"{name}_runs_a_day"] = round(runs.per_day, 1)
        if name == "tiny":
            shown["tiny_gate_usd"] = float(total_usd([cost for cost in costs if cost.part in GATE_PARTS]))
    print(json.dumps({**shown, "prices_of": prices.recorded_on.isoformat()}))


def _print_month(name: str, runs: PlannedRuns, costs: Sequence[Cost]) -> None:
    print(
        f"{name}: {runs.workload.described}; {runs.per_day:.2f} runs a day "
        f"of {runs.run_s / 60:,.1f} minutes; "
        f"settings {json.dumps(changed(CostSettings(), runs.settings))}"
    )
    for cost in costs:
        if rounded(cost.usd):
            print(f"  {cost.part:34} {cost.service:14} {rounded(cost.usd):>10}")
    for limit in runs.limits():
        print(f"  limit: {limit}")


def _measured_use(lines: int, copies: int) -> Measured:
    if "--kept" in sys.argv:
        return Measured.load()
    if "--day" not in sys.argv:
        return _measure(lines, copies)
    kept, further = Measured.load(), _further_runs(lines, copies)
    systems = {name: replace(use, **further[name]) for name, use in kept.systems.items()}
    return replace(kept, systems=systems)


def _measure(lines: int, copies: int) -> Measured:
    """Two sizes give each part its slope, and what does not grow with the data."""
    with tempfile.TemporaryDirectory() as name:
        few, many = (_merged_shop(size, Path(name, str(size))) for size in (lines // 4, lines))
        few_systems = _systems(Path(name, str(lines), "merged"))
        copy_shop(Path(name, str(lines), "merged"), Path(name, "copies"), copies)
        many_systems = _systems(Path(name, "copies"))
    further = _further_runs(lines, copies)
    # A copy is as large as the shop itself, as the merge would write it; the copies' own files are less
    # compact.
    sizes = (many["merged_bytes"], copies * many["merged_bytes"])
    return Measured(
        measured_on=datetime.now(UTC).date(),
        gate_s_per_gb=many["gate_s"] / many["raw_bytes"] * GB,
        curated_share=many["curated_bytes"] / many["raw_bytes"],
        merge_s=_line((few["merged_bytes"], many["merged_bytes"]), (few["merge_s"], many["merge_s"])),
        checks_s=_line((few["merged_bytes"], many["merged_bytes"]), (few["checks_s"], many["checks_s"])),
        systems={
            system: MeasuredSystem(
                *(
                    _line(sizes, (few_systems[f"{system}_{figure}"], many_systems[f"{system}_{figure}"]))
                    for figure in FIGURES
                ),
                **further[system],
            )
            for system in SYSTEMS
        },
    )


def _further_runs(lines: int, copies: int) -> dict[str, dict[str, Line]]:
    """Return `day_seconds` and `hour_seconds` of each system, from months of two sizes."""
    few, many = (day_use(size) for size in (lines, copies * lines))
    for month in (few, many):
        day_s, hour_s = sum(month.day_seconds.values()), sum(month.hour_seconds.values())
        print(f"all systems after one more day {day_s:.1f} s, after another hour of it {hour_s:.1f} s")
        for size_bytes, merge_s in month.merges:
            print(f"  merge {merge_s:.2f} s, new parts of {size_bytes / 1e6:.2f} MB", flush=True)
    sizes = few.snapshot_bytes, many.snapshot_bytes
    return {
        system: {
            "day_seconds": _line(sizes, (few.day_seconds[system], many.day_seconds[system])),
            "hour_seconds": _line(sizes, (few.hour_seconds[system], many.hour_seconds[system])),
        }
        for system in SYSTEMS
    }


def _merged_shop(lines: int, folder: Path) -> dict[str, float]:
    """Processor seconds and bytes of one generated shop through the gate, the merge and the quality gate.

    It is in `merged` afterwards.
    """
    orders = lines // LINES_PER_ORDER
    generate(ShopSpec(customers=orders // 5, orders=orders), folder / "raw")
    raw_bytes, gate_s, passed = _gate(folder)
    curated_bytes = sum(path.stat().st_size for paths in passed.values() for path in paths)
    began = time.process_time()
    merge_shop(passed, folder / "merged")
    merge_s = time.process_time() - began
    figures = {"raw_bytes": raw_bytes, "gate_s": gate_s, "curated_bytes": curated_bytes, "merge_s": merge_s}
    merged_bytes = sum(path.stat().st_size for path in (folder / "merged").glob("*.parquet"))
    return _shown(
        f"{lines:,} order lines",
        {**figures, "checks_s": _checks_s(folder / "merged"), "merged_bytes": merged_bytes},
    )


def _systems(merged: Path) -> dict[str, float]:
    """Return the measured use of each system over the merged files of a folder."""
    took = {
        build.system: (build.cpu_s, build.peak_mb, build.disk_mb)
        for build in build_all(merged, "duckdb", at_once=1)
    }
    figures = {
        f"{system}_{name}": value
        for system, values in took.items()
        for name, value in zip(FIGURES, values, strict=True)
    }
    return _shown("systems", figures)


def _shown(of: str, figures: dict[str, float]) -> dict[str, float]:
    print(f"{of}: {json.dumps({name: round(value, 1) for name, value in figures.items()})}", flush=True)
    return figures


def _checks_s(merged: Path) -> float:
    """Processor seconds of the quality gate's suites."""
    began = time.process_time()
    run = ValidationRun(LANDED.date())
    for dataset, contract in Registry.load().curated.items():
        run.check_files(contract, [merged / f"{dataset}.parquet"])
    return time.process_time() - began


def _gate(scratch: Path) -> tuple[int, float, dict[str, list[Path]]]:
    contracts = Registry.load().source
    passed: dict[str, list[Path]] = {name: [] for name in contracts}
    raw_bytes, seconds = 0, 0.0
    for number, (object_key, original) in enumerate(iter_objects(scratch / "raw")):
        folder = scratch / "passed" / str(number)
        folder.mkdir(parents=True)
        key, path = object_key.replace(".parquet", ".csv"), scratch / "part.csv"
        csv.write_csv(table_of(original), path)
        contract = contracts[ExportKey.parse(object_key).dataset]
        raw_bytes += path.stat().st_size
        began = time.process_time()
        counts = check_file(path, contract, KEY, object_key=key, received_at=LANDED, folder=folder)
        seconds += time.process_time() - began
        if counts.accepted:
            passed[contract.dataset].append(folder / ACCEPTED)
    return raw_bytes, seconds, passed


def _line(sizes: tuple[float, float], values: tuple[float, float]) -> Line:
    """Return the use without data, and per GB of the snapshot."""
    slope = max(0.0, (values[1] - values[0]) / (sizes[1] - sizes[0]))
    return Line(max(0.0, values[0] - slope * sizes[0]), slope * GB)


if __name__ == "__main__":
    main()
