"""Minutes from a file's arrival in raw until its rows are in SQL, without a run. The last line is JSON.

    make bench-fresh-rows [FILES=20] [EVERY_S=15]

A lake is deployed on an emulator of its own with `fresh_rows_mb = 64`. One run merges its first file; while
it builds its systems, FILES small files arrive, one every EVERY_S seconds, and SQL is asked for their rows.
`minutes_fresh_p95` is the 95th percentile of the files; `unique` says that no answer had a key twice.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from benchmarks.deployed.deployed_lake import ROOT, deployed, payments
from headgate.client.lake import connect
from headgate.wiring import operations
from scripts.emulator import emulator

if TYPE_CHECKING:
    from benchmarks.deployed.deployed_lake import Lake as RawLake
    from headgate.client.lake import Lake

NAME = "fresh-rows"
FOLDER = ROOT / ".headgate" / NAME
VARIABLES = ("fresh_rows_mb=64", "quiet_s=3600")
ROWS, LONGEST_S, ASK_S = 50, 300, 1.0
COUNTS = "select count(*) as rows_shown, count(distinct payment_id) as keys from payments"


@dataclass
class Watched:
    """When rows arrived and when SQL showed them, by the number of rows with them."""

    sent_s: dict[int, float] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)
    unique: bool = True

    def look(self, lake: Lake) -> None:
        """Ask SQL once, and note the files whose rows are shown."""
        answer = lake.sql(COUNTS).iloc[0]
        now = time.monotonic()
        self.unique &= bool(answer["rows_shown"] == answer["keys"])
        for rows in [rows for rows in self.sent_s if rows <= answer["rows_shown"]]:
            self.seconds.append(now - self.sent_s.pop(rows))


def main() -> None:
    """Deploy, measure, stop and print."""
    files, every_s = int(os.environ.get("FILES") or 20), float(os.environ.get("EVERY_S") or 15)
    variables = [part for variable in VARIABLES for part in ("--var", variable)]
    command = [sys.executable, "scripts/deploy.py", "apply", "emulator", "--name", NAME, "--own", "--yes"]
    try:
        subprocess.run([*command, *variables], cwd=ROOT, check=True)
        watched = _watched(deployed(NAME), files, every_s)
    finally:
        emulator.stop(FOLDER)
    seconds = sorted(watched.seconds) + [float(LONGEST_S)] * len(watched.sent_s)
    p95 = seconds[min(len(seconds) - 1, int(0.95 * len(seconds)))]
    print("seconds:", *(round(took) for took in seconds))
    print(json.dumps({"minutes_fresh_p95": round(p95 / 60, 2), "unique": watched.unique, "files": files}))


def _watched(raw: RawLake, files: int, every_s: float) -> Watched:
    raw.settled(raw.put("payments/0.csv", payments(ROWS, 0)), LONGEST_S)
    operations.pipeline(os.environ).start("first", {})
    lake, watched = connect(NAME), Watched({ROWS: time.monotonic()})
    while watched.sent_s:
        watched.look(lake)
        time.sleep(ASK_S)
    watched.seconds.clear()
    for number in range(1, files + 1):
        watched.sent_s[(number + 1) * ROWS] = time.monotonic()
        raw.put(f"payments/{number}.csv", payments(ROWS, number))
        until = time.monotonic() + every_s
        while time.monotonic() < until:
            watched.look(lake)
            time.sleep(ASK_S)
    until = time.monotonic() + LONGEST_S
    while watched.sent_s and time.monotonic() < until:
        watched.look(lake)
        time.sleep(ASK_S)
    return watched


if __name__ == "__main__":
    main()
