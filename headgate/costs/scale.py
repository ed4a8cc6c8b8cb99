"""Throughput and cost against files and GB a day: `python -m headgate.costs.scale` prints the table of docs/operate/scale.md. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.costs.billing import rounded, total_usd
from headgate.costs.prices import Prices
from headgate.costs.workload import Measured, Settings, Workload, monthly, run_s, runs_per_day, unfit, with_workers_that_fit

if TYPE_CHECKING:
    from collections.abc import Iterator

HEADER = ("GB of CSV a day", "files a day", "arrival", "US dollars a month", "minutes of a run", "runs a day", "what does not fit")
# GB of CSV a day, files a day, and separate arrivals a day.
SIZES = ((0.1, 10, 1), (0.1, 1_000, 1_000), (1, 10, 1), (1, 720, 720), (1, 10_000, 1_000), (3, 100, 1), (10, 200, 1), (100, 200, 1))


def scale_table(measured: Measured, prices: Prices) -> Iterator[str]:
    """Yield the lines of a Markdown table: the default settings, 30 days kept, larger workers where a system needs them."""
    yield f"| {' | '.join(HEADER)} |"
    yield "|" + "---|" * len(HEADER)
    for gb_per_day, files, arrivals in SIZES:
        workload = Workload("", gb_per_day, files, arrivals)
        settings = with_workers_that_fit(workload, Settings(), measured)
        exceeded = unfit(workload, settings, measured)
        larger = [f"needs {worker} for {job}" for job, worker in settings.job_worker_types.items()]
        apart = [] if settings.systems_in_one_job or exceeded else ["cheaper with a job for each system"]
        limits = "; ".join([*larger, *apart, *exceeded]) or "all fits"
        usd = "none" if exceeded else f"{rounded(total_usd(monthly(workload, settings, measured, prices))):,.0f}"
        minutes = f"{run_s(workload, settings, measured) / 60:,.0f}"
        arrival = "nightly" if arrivals == 1 else "all day"
        runs = "none" if exceeded else f"{runs_per_day(workload, settings, measured):.1f}"
        yield f"| {' | '.join((f'{gb_per_day:g}', f'{files:,}', arrival, usd, minutes, runs, limits))} |"


if __name__ == "__main__":
    print("\n".join(scale_table(Measured.load(), Prices.load())))  # noqa: T201 its answer
