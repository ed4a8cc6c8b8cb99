"""A generated shop of ten million order lines through all five systems, and the same tables from Spark.

The last line is JSON.

    make bench-scale [LINES=10000000] [SPARK_LINES=1000000] [AT_ONCE=2] [DATA=folder]

DATA is a folder with a merged Parquet file for each dataset; both sizes are then its own. Without it the shop
is generated, passes the gate and the merge once, is kept below `.headgate/bench` and not counted.
`seconds_10m` and `peak_mb` are of DuckDB over LINES; `spark_equal` says that every table of every system over
SPARK_LINES has the same bytes from DuckDB and from a Spark on this machine.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pyarrow.parquet as pq

from benchmarks.systems.merged_shop import generated
from benchmarks.systems.system_runs import AT_ONCE, Built, build_all, watched


def main() -> None:
    """Measure and print."""
    given = os.environ.get("DATA")
    large, small = (
        Path(given or generated(int(os.environ.get(name) or lines)))
        for name, lines in (("LINES", 10**7), ("SPARK_LINES", 10**6))
    )
    began = time.monotonic()
    with watched() as watch:
        built = build_all(large, "duckdb", int(os.environ.get("AT_ONCE") or AT_ONCE))
    seconds = round(time.monotonic() - began, 1)
    equal = same_tables(
        built if small == large else build_all(small, "duckdb"), build_all(small, "spark", at_once=1)
    )
    result = {
        "lines": lines_of(large),
        "seconds_10m": seconds,
        "peak_mb": watch.peak_mb,
        "cpu_s": round(sum(build.cpu_s for build in built), 1),
        "spark_equal": equal,
        "spark_lines": lines_of(small),
    }
    print(json.dumps(result))


def same_tables(first: list[Built], second: list[Built]) -> bool:
    """Whether both made the same bytes of every table; names those that differ."""
    pairs = [
        (left.system, table, left.tables[table] == right.tables[table])
        for left, right in zip(first, second, strict=True)
        for table in left.tables
    ]
    for system, table, equal in pairs:
        if not equal:
            print(f"  {system}: {table} differs")
    return all(equal for _, _, equal in pairs)


def lines_of(folder: Path) -> int:
    """How many order lines a shop has."""
    return int(pq.read_metadata(folder / "order_items.parquet").num_rows)


if __name__ == "__main__":
    main()
