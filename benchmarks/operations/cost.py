"""Monthly cost of three workloads on AWS: measured usage by the price file. The last line is JSON.

    make bench-cost [LINES=500000] [COPIES=4] [KEEP=1]

The gate, the merge and the quality gate run here over generated shops of LINES order lines and a quarter of
them, the five systems over the larger shop and over COPIES copies of it; a copy has other keys. Their
processor time, memory and disk feed the model of `scripts.cost_planning.workload`, which docs/operate/cost.md
describes with its assumptions. `--keep` writes what was measured to headgate/costs/measured.toml and
measured.toml of the retail domain, which `make plan-aws` and `headgate cost` use.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from pyarrow import csv

from benchmarks.systems.copied_shop import copy_shop
from benchmarks.systems.merged_shop import KEY, LANDED, LINES_PER_ORDER, merge_shop
from benchmarks.systems.system_runs import SYSTEMS, build_all
from headgate.contracts.registry import Registry
from headgate.costs.billing import GB, rounded, total_usd
from headgate.costs.measured import Line, Measured, MeasuredSystem
from headgate.costs.prices import Prices
from headgate.domains.retail.sample.shop import ShopSpec, generate
from headgate.domains.retail.sample.written_parts import iter_objects
from headgate.intake.rows.check_rows import ACCEPTED, check_file
from headgate.lake.keys import ExportKey
from headgate.quality.validation import ValidationRun
from headgate.values.parquet_tables import table_of
from scripts.cost_planning.cost_settings import DAY_S, CostSettings
from scripts.cost_planning.measured_text import text_of
from scripts.cost_planning.month import monthly
from scripts.cost_planning.planned_runs import fitted
from scripts.cost_planning.workload import LARGE, SMALL, TRICKLE

FIGURES = ("seconds", "memory_mb", "disk_mb")
MEASURED = Path(__file__).resolve().parents[2] / "headgate" / "costs" / "measured.toml"
MEASURED_SYSTEMS = MEASURED.parents[1] / "domains" / "retail" / "measured.toml"
SCENARIOS = {
    "small_usd": (SMALL, CostSettings()),
    "trickle_usd": (TRICKLE, CostSettings()),
    "large_usd": (LARGE, CostSettings()),
    "large_three_days_usd": (LARGE, CostSettings(run_share_wait_s=3 * DAY_S)),
    "large_without_pauses_usd": (LARGE, CostSettings(run_share=1)),
}


def main() -> None:
    """Measure and print."""
    lines, copies = int(os.environ.get("LINES") or 500_000), int(os.environ.get("COPIES") or 4)
    measured = _measure(lines, copies)
    if "--keep" in sys.argv:
        common, _, systems = text_of(measured).partition("\n[")
        MEASURED.write_text(common, encoding="utf-8")
        MEASURED_SYSTEMS.write_text(f"[{systems}", encoding="utf-8")
    prices = Prices.load()
    usd, fits = {}, {}
    for name, (workload, usage) in SCENARIOS.items():
        runs = fitted(workload, usage, measured)
        costs = monthly(runs, prices)
        usd[name], fits[name.replace("_usd", "_fits")] = float(total_usd(costs)), not runs.limits()
        print(f"{name}: {workload.described}; {runs.per_day:.2f} runs a day of {runs.run_s / 3600:.1f} hours")
        for cost in costs:
            if rounded(cost.usd):
                print(f"  {cost.part:34} {cost.service:14} {rounded(cost.usd):>10}")
        for job, worker_type in runs.settings.job_worker_types.items():
            print(f"  {job} on {worker_type} workers")
        for job, minutes in runs.settings.job_timeouts.items():
            print(f"  {job} may take {minutes:,} minutes")
        print(f"  {'one job builds several systems' if runs.together else 'a job for each system'}")
        for limit in runs.limits():
            print(f"  limit: {limit}")
    print(json.dumps({**usd, **fits, "prices_of": prices.recorded_on.isoformat()}))


def _measure(lines: int, copies: int) -> Measured:
    """Two sizes give each part its slope, and what does not grow with the data."""
    with tempfile.TemporaryDirectory() as name:
        few, many = (_merged_shop(size, Path(name, str(size))) for size in (lines // 4, lines))
        few_systems = _systems(Path(name, str(lines), "merged"))
        copy_shop(Path(name, str(lines), "merged"), Path(name, "copies"), copies)
        many_systems = _systems(Path(name, "copies"))
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
                )
            )
            for system in SYSTEMS
        },
    )


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
    run = ValidationRun("cost", LANDED.date())
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
