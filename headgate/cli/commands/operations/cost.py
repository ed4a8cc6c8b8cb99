from collections.abc import Iterable, Mapping
from typing import Any

import click
from rich.console import Group, RenderableType

from headgate.cli import command_deployment, options
from headgate.cli.rendering import screens


@click.command(epilog=options.example("headgate cost --days 7"))
@click.option(
    "--days", type=click.IntRange(1, 90), default=30, show_default=True, help="Number of days before now."
)
@options.as_json
@options.deployment
def cost(days: int) -> None:
    """Show the cost of files and runs, with a forecast for 10 and 1,000 times the data.

    Computed from AWS's list prices and recorded facts: times and sizes of files, DPU-seconds of jobs.
    Requests are estimated from the number of files. The bill may differ by free tiers, discounts and taxes.
    On an emulator: the cost of the same work on AWS.
    """
    from headgate.api.deployed_lake import DeployedLake
    from headgate.api.operations.costs import of_days

    deployed = command_deployment.activate()
    fact = of_days(DeployedLake(deployed.environment), days).model_dump(mode="json")
    options.show(fact, lambda: _screen(fact))


def _screen(fact: Mapping[str, Any]) -> RenderableType:
    prices = fact["prices"]
    tables = [
        _sums(f"Last {fact['days']} days by service: {fact['total_usd']} USD", "service", fact["by_service"]),
        _sums("Files by dataset", "dataset", fact["by_dataset"]),
        _sums("Runs by job", "job", fact["by_job"]),
        _runs(fact["runs"]),
        _forecast(fact["forecast"]),
    ]
    source = f"List prices of {prices['region']}, recorded on {prices['recorded_on']}."
    note = f"{source} Storage is that of one month. docs/operate/cost.md explains."
    return Group(*tables, note)


def _sums(title: str, name: str, sums: Mapping[str, str]) -> RenderableType:
    made = screens.screen_table(name, "USD", title=title, numbers=["USD"])
    for part, usd in sums.items():
        made.add_row(part, usd)
    return made


def _runs(runs: Iterable[Mapping[str, Any]]) -> RenderableType:
    numbers = ("jobs", "USD")
    made = screens.screen_table("started, UTC", *numbers, "run", title="Newest runs", numbers=numbers)
    for run in runs:
        made.add_row(screens.shown_time(run["started_at"]), str(run["jobs"]), run["usd"], run["run"])
    return made


def _forecast(forecast: Iterable[Mapping[str, Any]]) -> RenderableType:
    names = ("times the data", "USD")
    made = screens.screen_table(*names, title="With more data in as many runs", numbers=names)
    for line in forecast:
        made.add_row(f"{line['times']:,}", line["usd"])
    return made
