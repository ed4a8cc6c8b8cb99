"""Online Retail II through all five systems, two at a time, each built, audited and published.

The last line is JSON.

    make bench-systems [DATA=online_retail_II.csv]

DATA is a CSV in the layout of UCI Online Retail II, packed or not. Going through the gate and the merge is
done once, kept below `.headgate/bench` and not counted. Starting processes and loading libraries is counted.
`peak_mb` is what all processes hold together at the worst moment.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

from benchmarks.systems.merged_shop import online_retail
from benchmarks.systems.system_runs import build_all, watched
from scripts.online_retail.uci import find_source


def main() -> None:
    """Measure and print."""
    given = os.environ.get("DATA")
    source = Path(given) if given else find_source()
    if source is None:
        raise SystemExit(
            "Online Retail II is not here: set DATA to its CSV, or HEADGATE_DATA to the folder that holds it"
        )
    folder = online_retail(source)
    began = time.monotonic()
    with watched() as watch:
        built = build_all(folder, "duckdb")
    seconds = round(time.monotonic() - began, 1)
    print(
        json.dumps(
            {
                "seconds": seconds,
                "peak_mb": watch.peak_mb,
                "cpu_s": round(sum(build.cpu_s for build in built), 1),
            }
        )
    )


if __name__ == "__main__":
    main()
