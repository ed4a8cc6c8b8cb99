"""From putting a 1,000-row file into raw to its record being `done`, on a deployed lake.

The last line is JSON.

    make bench-latency [FILES=100]

The first file finds the function cold: `cold_ms`. The others come one after the other.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time

from benchmarks.deployed.deployed_lake import Lake, deployed, payments

ROWS, TIMEOUT_S = 1_000, 120


def milliseconds(lake: Lake, number: int, run: str) -> float:
    """How long one file takes."""
    body = payments(ROWS, number)
    start = time.perf_counter()
    record = lake.settled(lake.put(f"payments/bench-{run}-{number}.csv", body), TIMEOUT_S)
    taken = 1000 * (time.perf_counter() - start)
    if record is None or record.state != "done" or record.received != ROWS:
        raise SystemExit(f"file {number} became {record.state if record else 'nothing'} in {TIMEOUT_S} s")
    return taken


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--name", default="bench")
    parser.add_argument("--files", type=int, default=int(os.environ.get("FILES") or 100))
    given = parser.parse_args()
    # Every run sends other contents: the same ones would be skipped as duplicates.
    lake, began = deployed(given.name), 1_000 * (int(time.time()) % 1_000_000)
    cold = milliseconds(lake, began, f"{began}")
    warm = [milliseconds(lake, began + number, f"{began}") for number in range(1, given.files + 1)]
    result = {
        "warm_p50_ms": round(statistics.median(warm), 1),
        "warm_p99_ms": round(statistics.quantiles(warm, n=100, method="inclusive")[98], 1),
        "cold_ms": round(cold, 1),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
