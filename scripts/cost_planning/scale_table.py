"""Throughput and cost against files and GB a day: the table of docs/operate/scale.md.

python scripts/cost_planning/scale_table.py
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(
    0, str(Path(__file__).resolve().parents[2])
)  # the scripts are run by path and know each other as `scripts`

from headgate.costs.computed_price import rounded, total_usd
from headgate.costs.measured import Measured
from headgate.costs.price_list import Prices
from scripts.cost_planning.cost_settings import CostSettings
from scripts.cost_planning.month import monthly
from scripts.cost_planning.planned_runs import fitted
from scripts.cost_planning.workload import Workload

if TYPE_CHECKING:
    from collections.abc import Iterator

HEADER = (
    "GB of CSV a day",
    "files a day",
    "arrival",
    "US dollars a month",
    "minutes of a run",
    "runs a day",
    "what does not fit",
)
# GB of CSV a day, files a day, and separate arrivals a day.
SIZES = (
    (0.1, 10, 1),
    (0.1, 1_000, 1_000),
    (1, 10, 1),
    (1, 720, 720),
    (1, 10_000, 1_000),
    (3, 100, 1),
    (10, 200, 1),
    (100, 200, 1),
)


def scale_table(measured: Measured, prices: Prices) -> Iterator[str]:
    """Yield the lines of a Markdown table: default settings, 30 days, larger workers where needed."""
    yield f"| {' | '.join(HEADER)} |"
    yield "|" + "---|" * len(HEADER)
    for gb_per_day, files, arrivals in SIZES:
        runs = fitted(Workload("", gb_per_day, files, arrivals), CostSettings(), measured)
        exceeded = runs.limits_in_short()
        larger = (
            []
            if exceeded
            else [f"needs {worker} for {job}" for job, worker in runs.settings.job_worker_types.items()]
        )
        longer = (
            []
            if exceeded
            else [
                f"needs {minutes:,} minutes for {job}" for job, minutes in runs.settings.job_timeouts.items()
            ]
        )
        apart = [] if runs.settings.systems_in_one_job or exceeded else ["cheaper with a job for each system"]
        limits = "; ".join([*larger, *longer, *apart]) or exceeded or "all fits"
        usd = "none" if exceeded else f"{rounded(total_usd(monthly(runs, prices))):,.0f}"
        arrival = "nightly" if arrivals == 1 else "all day"
        per_day = "none" if exceeded else f"{runs.per_day:.1f}"
        cells = (f"{gb_per_day:g}", f"{files:,}", arrival, usd, f"{runs.run_s / 60:,.0f}", per_day, limits)
        yield f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    print("\n".join(scale_table(Measured.load(), Prices.load())))
