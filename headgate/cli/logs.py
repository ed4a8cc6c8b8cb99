"""`headgate logs`: what the functions and jobs wrote."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from headgate import wiring
from headgate.cli import deployment, options

if TYPE_CHECKING:
    from headgate.aws.logs import LogLine, Logs

PREFIXES = ("/aws/lambda/headgate", "/aws-glue", "/aws/vendedlogs/states/headgate")


@click.command(epilog=options.example("headgate logs --minutes 5 --contains error"))
@click.option("--minutes", type=click.IntRange(min=1), default=15, show_default=True, help="How far back to read.")
@click.option("--contains", default="", help="Only lines that hold this text.")
@options.as_json
@options.deployment
def logs(minutes: int, contains: str, as_json: bool, deployment_name: str | None) -> None:
    """Print recent log lines of functions and jobs, oldest first."""
    deployment.activate(deployment_name)
    since = datetime.now(UTC) - timedelta(minutes=minutes)
    found = [line for line in _lines(wiring.logs(), since) if contains in line.text]
    if as_json:
        options.show(as_json=True, value=lambda: [vars(line) for line in found], screen=str)
        return
    if not found:
        click.echo("headgate: no such line; --minutes reads further back.", err=True)
    for line in found:
        click.echo(f"{line.written_at:%H:%M:%S} {line.group.rsplit('/', 1)[-1]}: {line.text}")


def _lines(logs: Logs, since: datetime) -> list[LogLine]:
    groups = [group for prefix in PREFIXES for group in logs.groups(prefix)]
    return sorted((line for group in groups for line in logs.lines(group, since=since)), key=lambda line: line.written_at)
