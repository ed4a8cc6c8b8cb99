"""The whole gate against hand-written DuckDB SQL that does less, on one file, in turns.

The last line is JSON.

    make bench-gate [DATA=orders.csv] [ROUNDS=5]

Each side is a process of its own, reads the same CSV and writes zstd Parquet; imports are not counted on
either side. The reference is `gate_duckdb.py` of the folder that HEADGATE_BENCH names (`../shared/bench`
otherwise); without DATA, its `make_orders.py` makes 1,000,000 rows. For memory the gate then lets ten times
that file in, with other order ids each time.

`ratio` is the gate's median time over the reference's, `ratio_profile` the same with the file's profile made
and kept, as the Lambda does it; `ratio_best` compares the best rounds. `peak_mb` and `peak_mb_10m` are the
gate's greatest resident memory for the file and for ten of it, `peak_mb_profile` with the profile; `cpu_s` is
processor time, and `mb_per_s` the file's size by wall time.
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
from typing import IO, TYPE_CHECKING

from headgate.aws.in_memory_ports import MemoryObjects
from headgate.contracts import odcs_reader
from headgate.intake.rows.check_rows import ACCEPTED, QUARANTINE, check_file
from headgate.lake.ports import FileRecord, MaskingKey
from headgate.profiling.kept_profiles import Profiles

if TYPE_CHECKING:
    from headgate.contracts.model import Contract
    from headgate.intake.rows.check_rows import Counts

ROOT = Path(__file__).resolve().parents[2]
BENCH = Path(os.environ.get("HEADGATE_BENCH", ROOT.parent / "shared" / "bench"))
CONTRACT = Path(__file__).with_name("gate_orders.yaml")
ROWS, TIMES = 1_000_000, 10
KEY = MaskingKey("bench", bytes(range(32)))
LANDED = datetime(2024, 1, 1)
_BLOCK_BYTES = 1 << 24


@dataclass(frozen=True)
class Run:
    """One pass over the file; `cpu_s` is of the whole process, imports too."""

    seconds: float
    peak_mb: int
    cpu_s: float


def gate(source: Path, out: Path, *, profiled: bool) -> None:
    """Let the file through the gate, in this process; prints what it took."""
    contract = odcs_reader.load(CONTRACT)
    start = time.perf_counter()
    size_bytes = source.stat().st_size
    counts = check_file(
        source,
        contract,
        KEY,
        object_key="bench/orders.csv",
        received_at=LANDED,
        folder=out,
        limit_bytes=size_bytes,
    )
    if profiled:
        profile(contract, counts, out)
    seconds, used = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF)
    print(
        f"{seconds:.2f} s, {counts.accepted} rows kept, {counts.quarantined} refused, "
        f"{counts.duplicates} duplicates, "
        f"{used.ru_maxrss // 1024} MB{', profiled' if profiled else ''}"
    )


def profile(contract: Contract, counts: Counts, out: Path) -> None:
    """Make and store the profile of a written file, as `headgate.intake.files.process_file` does."""
    record = FileRecord(
        file_id="bench", bucket="raw", key="bench/orders.csv", version_id="1", dataset=contract.dataset,
        state="done",
        content_sha256=counts.content_sha256, received=counts.received, received_at=LANDED.isoformat(),
    )  # fmt: skip
    reported = Profiles(MemoryObjects(), "artifacts").of(record, contract, out / ACCEPTED, out / QUARANTINE)
    if "failed" in reported:
        raise SystemExit(f"the profile failed with {reported['failed']}")


def run(*command: str | Path) -> Run:
    """Run a program, and return the figures that it prints and its processor time."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    reported = subprocess.run(
        [sys.executable, *command], check=True, capture_output=True, text=True
    ).stdout.strip()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"  {Path(command[0]).name:16} {reported}, {cpu_s:.1f} CPU s", flush=True)
    seconds, peak_mb = re.search(r"([\d.]+) s", reported), re.search(r"(\d+) MB", reported)
    if not seconds or not peak_mb:
        raise SystemExit(f"{command[0]} did not say how long it took")
    return Run(float(seconds[1]), int(peak_mb[1]), cpu_s)


def alternated(source: Path, folder: Path, rounds: int) -> dict[str, list[Run]]:
    """Run the reference, the gate, and the gate with a profile in turns, under the same load."""
    sides: dict[str, tuple[str | Path, ...]] = {
        "reference": (BENCH / "gate_duckdb.py", source, folder / "duckdb.parquet"),
        "gate": (Path(__file__), "--gate", source, "--out", folder),
        "profile": (Path(__file__), "--gate", source, "--out", folder, "--profile"),
    }
    runs: dict[str, list[Run]] = {side: [] for side in sides}
    for _ in range(rounds):
        for side, command in sides.items():
            runs[side].append(run(*command))
    return runs


def orders(rows: int, folder: Path) -> Path:
    """A file of that many synthetic orders."""
    path = folder / f"orders-{rows}.csv"
    subprocess.run([sys.executable, BENCH / "make_orders.py", str(rows), path], check=True)
    return path


def repeated(source: Path, folder: Path, times: int) -> Path:
    """The file so many times behind itself.

    Each time its orders, which begin its lines, have other numbers.
    """
    path = folder / f"{times}-times.csv"
    with path.open("wb") as out:
        for copy in range(times):
            with source.open("rb") as file:
                header = file.readline()
                out.write(b"" if copy else header)
                _copy(file, out, b"%d000000" % copy if copy else b"")
    return path


def _copy(file: IO[bytes], out: IO[bytes], before: bytes) -> None:
    """The lines that are left, each with those bytes before it."""
    begins = before
    while block := file.read(_BLOCK_BYTES):
        out.write(begins + block[:-1].replace(b"\n", b"\n" + before) + block[-1:])
        begins = before if block.endswith(b"\n") else b""


def median_ratio(ours: list[Run], theirs: list[Run]) -> float:
    """The middle of our times over the middle of theirs."""
    return round(
        statistics.median(run.seconds for run in ours) / statistics.median(run.seconds for run in theirs), 3
    )


def best(runs: list[Run]) -> float:
    """The shortest time."""
    return min(run.seconds for run in runs)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", nargs="?", type=Path, default=os.environ.get("DATA") or None)
    parser.add_argument("--rounds", type=int, default=int(os.environ.get("ROUNDS") or 5))
    parser.add_argument("--gate", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--profile", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.gate:
        return gate(given.gate, given.out, profiled=given.profile)
    with tempfile.TemporaryDirectory(prefix="headgate-bench-") as name:
        folder = Path(name)
        source = Path(given.data) if given.data else orders(ROWS, folder)
        runs = alternated(source, folder, given.rounds)
        many = repeated(source, folder, TIMES)
        mb, mb_10m = source.stat().st_size / 1e6, many.stat().st_size / 1e6
        ten = run(Path(__file__), "--gate", many, "--out", folder)
    ours, theirs, profiled = runs["gate"], runs["reference"], runs["profile"]
    result = {
        "ratio": median_ratio(ours, theirs),
        "ratio_profile": median_ratio(profiled, theirs),
        "peak_mb": max(run.peak_mb for run in ours),
        "peak_mb_10m": ten.peak_mb,
        "ratio_best": round(best(ours) / best(theirs), 3),
        "peak_mb_profile": max(run.peak_mb for run in profiled),
        "cpu_s": round(statistics.median(run.cpu_s for run in ours), 2),
        "cpu_s_reference": round(statistics.median(run.cpu_s for run in theirs), 2),
        "mb_per_s": round(mb / statistics.median(run.seconds for run in ours), 1),
        "mb_per_s_10m": round(mb_10m / ten.seconds, 1),
    }
    print(json.dumps(result))
    return None


if __name__ == "__main__":
    main()
