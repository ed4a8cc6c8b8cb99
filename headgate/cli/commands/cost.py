"""`headgate cost`: what files and runs cost at AWS's list prices, and what ten and a thousand times the data would."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import click
from rich.console import Group

from headgate import wiring
from headgate.cli import deployment, options
from headgate.cli.commands.pipeline import now
from headgate.cli.rendering import screens
from headgate.costs.billing import by_part, by_service, priced, rounded, total_usd
from headgate.costs.prices import Prices
from headgate.costs.recorded import JobRun, of_files, of_runs
from headgate.costs.workload import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from decimal import Decimal

    from rich.console import RenderableType

    from headgate.lake.pipeline_starts import Execution
    from headgate.lake.ports import FileRecord

GROWTHS = (1, 10, 1000)
SHOWN_RUNS = 10


@click.command(epilog=options.example("headgate cost --days 7"))
@click.option("--days", type=click.IntRange(1, 90), default=30, show_default=True, help="How far back to add up files and runs.")
@options.as_json
@options.deployment
def cost(days: int, as_json: bool, deployment_name: str | None) -> None:
    """Show what files and runs cost, by service, dataset and run, and a forecast for 10 and 1,000 times the data.

    Uses AWS's list prices and what the lake has recorded: times and sizes of files, DPU-seconds of jobs. Requests are estimated from the
    number of files. The bill may differ by free tiers, discounts and taxes. On an emulator: what the same work would cost on AWS.
    """
    found = deployment.activate(deployment_name)
    since = now() - timedelta(days=days)
    records = [one for one in wiring.ledger(found.environment).records() if one.received_at >= since.isoformat()]
    runs = [run for job, name in job_names(found).items() for run in wiring.job_runs().ended(job, name, since=since)]
    executions = wiring.pipeline(found.environment).newest(SHOWN_RUNS)
    fact = costs_of(records, runs, executions, Prices.load())
    options.show(as_json=as_json, value=lambda: {"days": days, **fact}, screen=lambda: _screen(fact, days, Prices.load()))


def job_names(found: deployment.Deployment) -> Mapping[str, str]:
    """The names of the deployment's Glue jobs, by what the lake calls them.

    Raises:
        click.ClickException: deployment.json is older than this output.
    """
    stated = found.outputs.get("jobs")
    if not isinstance(stated, dict):
        raise click.ClickException(f"Deployment {found.name} has no output jobs. Deploy again, so that deployment.json is complete.")
    return stated


def costs_of(records: Sequence[FileRecord], runs: Sequence[JobRun], executions: Iterable[Execution], prices: Prices) -> dict[str, object]:
    """Return the cost of recorded files and runs in US dollars."""
    settings = Settings()
    used = {
        growth: [
            *(one.times(growth) for one in of_files(records, settings.gate_memory_mb)),
            *of_runs(runs, growth, settings.job_start_s),
        ]
        for growth in GROWTHS
    }
    files = priced(of_files(records, settings.gate_memory_mb), prices)
    jobs = priced(of_runs(runs), prices)
    return {
        "prices": {"region": prices.region, "recorded_on": prices.recorded_on.isoformat()},
        "files": len(records),
        "job_runs": len(runs),
        "total_usd": _text(total_usd([*files, *jobs])),
        "by_service": _texts(by_service([*files, *jobs])),
        "by_dataset": _texts(by_part(files)),
        "by_job": _texts(by_part(jobs)),
        "runs": [_of_execution(one, runs, prices) for one in executions],
        "forecast": [{"times": growth, "usd": _text(total_usd(priced(used[growth], prices)))} for growth in GROWTHS],
    }


def _of_execution(execution: Execution, runs: Iterable[JobRun], prices: Prices) -> dict[str, object]:
    """One run of the pipeline: the jobs that started while it ran."""
    own = [
        one for one in runs if one.started_at >= execution.started_at and (not execution.ended_at or one.started_at <= execution.ended_at)
    ]
    usd = priced(of_runs(own), prices)
    return {"run": execution.name, "started_at": execution.started_at.isoformat(), "jobs": len(own), "usd": _text(total_usd(usd))}


def _screen(fact: Mapping[str, object], days: int, prices: Prices) -> RenderableType:
    tables = [
        _sums(f"Last {days} days by service: {fact['total_usd']} USD", "service", fact["by_service"]),
        _sums("Files by dataset", "dataset", fact["by_dataset"]),
        _sums("Runs by job", "job", fact["by_job"]),
        _rows("Newest runs", ("run", "started_at", "jobs", "usd"), fact["runs"]),
        _rows("With more data in as many runs", ("times", "usd"), fact["forecast"]),
    ]
    note = f"List prices of {prices.region}, recorded on {prices.recorded_on}. Storage is that of one month. docs/cost.md explains."
    return Group(*tables, note)


def _sums(title: str, name: str, sums: object) -> RenderableType:
    made = screens.table(name, "USD", title=title)
    for part, usd in sums.items() if isinstance(sums, dict) else ():
        made.add_row(part, usd)
    return made


def _rows(title: str, names: Sequence[str], rows: object) -> RenderableType:
    made = screens.table(*names, title=title)
    for row in rows if isinstance(rows, list) else ():
        made.add_row(*(str(row[name]) for name in names))
    return made


def _texts(sums: Mapping[str, Decimal]) -> dict[str, str]:
    return {name: f"{usd:.4f}" for name, usd in sums.items()}


def _text(usd: Decimal) -> str:
    return str(rounded(usd))
