"""One more day of a shop of thirty days: kept facts against a full run. The last line is JSON.

    make bench-increment [LINES=16000000] [PART_ROWS=262144] [SYSTEMS=a,b] [STEPS=day,late,reverted,erased]

Steps follow each other on one lake, after the thirty days: `day`, the files of one more day; `late`, rows
of the three days before it, 1 percent of the lines of a day; `reverted`, the files of the day leave the
lake; `erased`, one customer is erased. Libraries are loaded once for all systems, as a run does. After each
step every system is built twice: with the facts that earlier steps kept, and fully. `cpu_share` is the
share of the processor seconds of the first step, merge included. `equal` says that all tables of all steps
have the same rows, without the stamps `as_of` and `snapshot_id`, which name the run that wrote a part.
Runs that compare stored files with new ones, over one in ten snapshots, are not measured.
`minutes_fresh_p95` is the answer of `make bench-fresh-rows`, which deploys a lake to an emulator; FRESH=0
leaves it out.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from benchmarks.systems.lake_folder import CURATED, LakeFolder, split_last_day
from benchmarks.systems.merged_shop import CUSTOMERS_PER_ORDER, LINES_PER_ORDER, kept_shop
from benchmarks.systems.system_runs import ROOT, SYSTEMS
from headgate.aws.glue import shared_imports
from headgate.lake import keys
from headgate.lake.ports import ObjectRef
from headgate.systems import system_registry
from headgate.wiring.system_jobs import LIBRARIES_OF_SYSTEMS
from scripts.generated_shop.shop import ShopSpec

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    Days = Mapping[str, tuple[pa.Table, pa.Table]]

DAYS = 31
LATE_SHARE = 0.01


def main() -> None:
    """Measure and print."""
    orders = int(os.environ.get("LINES") or 16_000_000) // LINES_PER_ORDER
    shop = kept_shop(
        ShopSpec(customers=int(orders * CUSTOMERS_PER_ORDER), orders=orders, days=DAYS), f"month-{orders}"
    )
    systems = (os.environ.get("SYSTEMS") or ",".join(SYSTEMS)).split(",")
    steps = (os.environ.get("STEPS") or "day,late,reverted,erased").split(",")
    with tempfile.TemporaryDirectory(dir=shop.parent) as name:
        lake = LakeFolder(Path(name), int(os.environ.get("PART_ROWS") or 262_144))
        measured = _measured(lake, split_last_day(shop), systems, steps)
    day = measured.get("day") or next(iter(measured.values()))
    result = {
        "cpu_share": round(day["kept_s"] / day["full_s"], 3),
        "equal": all(step["equal"] for step in measured.values()),
        "minutes_fresh_p95": _minutes_fresh() if os.environ.get("FRESH") != "0" else None,
        "peak_mb": round(max(step["peak_mb"] for step in measured.values())),
        "reused_share": round(day["reused"] / max(1, day["reused"] + day["computed"]), 3),
    }
    print(json.dumps(result))


def _measured(
    lake: LakeFolder, days: Days, systems: list[str], steps: list[str]
) -> dict[str, dict[str, Any]]:
    for dataset, (before, _) in days.items():
        deliver_pieces(lake, dataset, before)
    _, merge_s = lake.merge()
    _, first = run_systems(systems, lake.root)
    _say("thirty days", merge_s, 0.0, first)
    measured = {}
    for step in steps:
        _ACTIONS[step](lake, days)
        _, step_merge_s = lake.merge()
        kept_start_s, kept = run_systems(systems, lake.root)
        full_start_s, full = run_systems(systems, lake.root, "--full")
        _say(f"{step}, kept facts", step_merge_s, kept_start_s, kept)
        _say(f"{step}, full", merge_s, full_start_s, full)
        differ = [
            f"{system} {table}"
            for system, ours, whole in zip(systems, kept, full, strict=True)
            for table in whole["tables"]
            if ours["tables"][table] != whole["tables"][table]
        ]
        print(f"  differ: {', '.join(differ) or 'none'}", flush=True)
        measured[step] = {
            "kept_s": step_merge_s + kept_start_s + sum(run["cpu_s"] for run in kept),
            "full_s": merge_s + full_start_s + sum(run["cpu_s"] for run in full),
            "equal": not differ,
            "peak_mb": max(run["peak_mb"] for run in kept),
            **{name: sum(run[name] for run in kept) for name in ("reused", "computed")},
        }
    return measured


def run_systems(systems: Sequence[str], root: Path, *arguments: str) -> tuple[float, list[dict[str, Any]]]:
    """Return the processor seconds of loading libraries, which a run does once, and each system's figures."""
    command = [sys.executable, "-m", "benchmarks.systems.increment_run", str(root), *systems, *arguments]
    libraries = [*LIBRARIES_OF_SYSTEMS, *system_registry.modules().values()]
    environment = {
        **os.environ,
        "OMP_WAIT_POLICY": "PASSIVE",
        shared_imports.VARIABLE: " ".join(libraries),
    }
    ended = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT, env=environment)
    started, *built = [json.loads(line) for line in ended.stdout.splitlines()]
    for system, figures in zip(systems, built, strict=True):
        print(
            f"    {system:24} {figures['cpu_s']:7.1f} CPU s, {figures['audit_s']:5.1f} of them audit "
            f"{figures['peak_mb']:6.0f} MB {figures['reused']:5} parts reused "
            f"{figures['computed']:5} computed",
            flush=True,
        )
    return started["cpu_s"], built


def _minutes_fresh() -> float | None:
    """Return the minutes until rows are in SQL without a run; None if a row was shown twice."""
    command = [sys.executable, "-m", "benchmarks.deployed.fresh_rows"]
    ended = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
    figures: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    return float(figures["minutes_fresh_p95"]) if figures["unique"] else None


def _say(what: str, merge_s: float, start_s: float, runs: list[dict[str, Any]]) -> None:
    print(
        f"  {what:24} merge {merge_s:6.1f} CPU s, libraries {start_s:4.1f} CPU s, "
        f"systems {sum(run['cpu_s'] for run in runs):7.1f} CPU s",
        flush=True,
    )


def deliver_pieces(lake: LakeFolder, dataset: str, rows: pa.Table) -> None:
    """Deliver rows in two files: one person's rows are in the first."""
    half = rows.num_rows // 2
    lake.deliver(dataset, f"{dataset}-first", rows.slice(0, half))
    lake.deliver(dataset, f"{dataset}-second", rows.slice(half))


def deliver_new(lake: LakeFolder, name: str, new: Mapping[str, pa.Table]) -> None:
    """Deliver a file with the new rows of each dataset that has some."""
    for dataset, rows in new.items():
        if rows.num_rows:
            lake.deliver(dataset, f"{dataset}-{name}", rows)


def _day(lake: LakeFolder, days: Days) -> None:
    """Deliver the files of the last day."""
    deliver_new(lake, "day", {dataset: new for dataset, (_, new) in days.items()})


def _late(lake: LakeFolder, days: Days) -> None:
    """Lines of the three days before come again with another quantity."""
    before, new = days["order_items"]
    some = before.slice(before.num_rows - 3 * new.num_rows)
    count = max(1, int(new.num_rows * LATE_SHARE))
    late = some.take(pa.array(range(0, some.num_rows, max(1, some.num_rows // count))))
    quantity = pc.multiply(late["quantity"], pa.scalar(2, late["quantity"].type))
    updated = pa.array([pc.max(new["updated_at"]).as_py()] * late.num_rows)
    late = late.set_column(late.schema.get_field_index("quantity"), late.schema.field("quantity"), quantity)
    at = late.schema.field("updated_at")
    lake.deliver(
        "order_items",
        "late",
        late.set_column(late.schema.get_field_index("updated_at"), at, updated.cast(at.type)),
    )


def _reverted(lake: LakeFolder, days: Days) -> None:
    for dataset in days:
        lake.objects.delete(ObjectRef(CURATED, keys.increment_key(dataset, f"{dataset}-day")))


def _erased(lake: LakeFolder, days: Days) -> None:
    """The increments of one customer are written again without the customer, as an erasure does."""
    person = days["orders"][0]["customer_id"].drop_null()[0]
    own = (
        days["orders"][0]
        .filter(pc.equal(days["orders"][0]["customer_id"], person))["order_id"]
        .combine_chunks()
    )
    for dataset, (before, _) in days.items():
        column, values = (
            ("order_id", own)
            if dataset in {"order_items", "orders"}
            else ("customer_id", pa.array([person.as_py()]))
        )
        if column not in before.column_names:
            continue
        half = before.slice(0, before.num_rows // 2)
        is_own = pc.is_in(half[column], values.cast(half[column].type))
        lake.deliver(dataset, f"{dataset}-first", half.filter(pc.invert(is_own)))
        lake.objects.write(ObjectRef(CURATED, keys.edition_key(dataset, f"{dataset}-first", "0e")), b"")


_ACTIONS: Mapping[str, Callable[[LakeFolder, Days], None]] = {
    "day": _day,
    "late": _late,
    "reverted": _reverted,
    "erased": _erased,
}


if __name__ == "__main__":
    main()
