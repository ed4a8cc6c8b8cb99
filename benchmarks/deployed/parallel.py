"""Files of 200 kB from 16 uploaders into a deployed lake: how many a minute are accepted, and whether one is
lost. The last line is JSON.

    make bench-parallel [FILES=200]

The clock runs from the first put to the last record. `lost` counts files without a record that counts all
their rows.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

from benchmarks.deployed.deployed_lake import Lake, deployed, payments

if TYPE_CHECKING:
    from headgate.lake.ports import ObjectRef

UPLOADERS, ROWS, TIMEOUT_S = 16, 1_450, 300


def sent(lake: Lake, run: int, number: int) -> ObjectRef:
    """The file lies in raw."""
    return lake.put(f"payments/parallel-{run}-{number}.csv", payments(ROWS, run + number))


def is_accepted(lake: Lake, ref: ObjectRef) -> bool:
    """Whether the file's record counts all its rows in the end."""
    record = lake.settled(ref, TIMEOUT_S, every_s=0.05)
    return record is not None and record.state == "done" and record.received == record.accepted == ROWS


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--name", default="bench")
    parser.add_argument("--files", type=int, default=int(os.environ.get("FILES") or 200))
    given = parser.parse_args()
    lake, run = (
        deployed(given.name),
        1_000 * (int(time.time()) % 1_000_000),
    )  # other contents than those of any run before
    start = time.perf_counter()
    with ThreadPoolExecutor(UPLOADERS) as uploaders:
        refs = list(uploaders.map(partial(sent, lake, run), range(given.files)))
        let_in = [is_accepted(lake, ref) for ref in refs]
    minutes = (time.perf_counter() - start) / 60
    print(f"{len(payments(ROWS, run)) // 1000} kB a file, {sum(let_in)} of {given.files} accepted")
    print(json.dumps({"files_per_min": round(sum(let_in) / minutes), "lost": given.files - sum(let_in)}))


if __name__ == "__main__":
    main()
