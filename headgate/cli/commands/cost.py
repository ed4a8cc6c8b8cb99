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
from headgate.costs.prices import Prices
from headgate.costs.report import cost_report

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import RenderableType

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
    fact = cost_report(records, runs, executions, Prices.load())
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
