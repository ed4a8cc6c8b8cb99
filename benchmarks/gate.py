"""The whole gate against hand-written DuckDB SQL that does less, on one file, in turns. The last line is JSON.

    make bench-gate [DATA=orders.csv] [ROUNDS=5] [ROWS10M=1]

Each side is a process of its own, reads the same CSV and writes zstd Parquet; imports are not counted on either side. The reference is
`gate_duckdb.py` of the folder that HEADGATE_BENCH names (`../shared/bench` otherwise); without DATA, its `make_orders.py` makes
1,000,000 rows. `ratio` is the gate's median time over the reference's; `peak_mb` the gate's greatest resident memory.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from headgate.contracts import odcs
from headgate.intake.gate import let_in
from headgate.lake.ports import MaskingKey

ROOT = Path(__file__).resolve().parents[1]
BENCH = Path(os.environ.get("HEADGATE_BENCH", ROOT.parent / "shared" / "bench"))
CONTRACT = Path(__file__).with_name("gate_orders.yaml")
ROWS, MANY_ROWS = 1_000_000, 10_000_000
KEY = MaskingKey("bench", bytes(range(32)))
LANDED = datetime(2024, 1, 1)


@dataclass(frozen=True)
class Run:
    """One pass over the file."""

    seconds: float
    peak_mb: int


def gate(source: Path, out: Path) -> None:
    """Let the file through the gate, in this process; prints what it took."""
    contract = odcs.load(CONTRACT)
    start = time.perf_counter()
    outcome = let_in(source, contract, KEY, object_key="bench/orders.csv", received_at=LANDED, folder=out)
    seconds = time.perf_counter() - start
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    cpu = resource.getrusage(resource.RUSAGE_SELF)
    print(
        f"{seconds:.2f} s, {outcome.accepted} rows kept, {outcome.quarantined} refused, {outcome.duplicates} duplicates, "
        f"{peak_mb} MB, {cpu.ru_utime + cpu.ru_stime:.2f} CPU s"
    )


def run(*command: str | Path) -> Run:
    """What a program says it took, in the form that both sides print."""
    told = subprocess.run([sys.executable, *command], check=True, capture_output=True, text=True).stdout.strip()
    print(f"  {Path(command[0]).name:16} {told}")
    seconds, peak_mb = re.search(r"([\d.]+) s", told), re.search(r"(\d+) MB", told)
    if not seconds or not peak_mb:
        raise SystemExit(f"{command[0]} did not say how long it took")
    return Run(float(seconds[1]), int(peak_mb[1]))


def alternated(source: Path, folder: Path, rounds: int) -> tuple[list[Run], list[Run]]:
    """The gate's runs and the reference's, in turns, so that a busy machine is busy for both."""
    ours, theirs = [], []
    for _ in range(rounds):
        theirs.append(run(BENCH / "gate_duckdb.py", source, folder / "duckdb.parquet"))
        ours.append(run(Path(__file__), "--gate", source, "--out", folder))
    return ours, theirs


def orders(rows: int, folder: Path) -> Path:
    """A file of that many synthetic orders."""
    path = folder / f"orders-{rows}.csv"
    subprocess.run([sys.executable, BENCH / "make_orders.py", str(rows), path], check=True)
    return path


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="?", type=Path, default=os.environ.get("DATA") or None)
    parser.add_argument("--rounds", type=int, default=int(os.environ.get("ROUNDS") or 5))
    parser.add_argument("--gate", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.gate:
        return gate(given.gate, given.out)
    with tempfile.TemporaryDirectory(prefix="headgate-bench-") as name:
        folder = Path(name)
        ours, theirs = alternated(given.data or orders(ROWS, folder), folder, given.rounds)
        many = run(Path(__file__), "--gate", orders(MANY_ROWS, folder), "--out", folder) if os.environ.get("ROWS10M") == "1" else None
    result = {
        "ratio": round(statistics.median(run.seconds for run in ours) / statistics.median(run.seconds for run in theirs), 3),
        "ratio_profile": None,
        "peak_mb": max(run.peak_mb for run in ours),
        "peak_mb_10m": many.peak_mb if many else None,
    }
    print(json.dumps(result))
    return None


if __name__ == "__main__":
    main()
