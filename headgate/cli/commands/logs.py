"""`headgate logs`: what the functions and jobs wrote."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from headgate import wiring
from headgate.cli import deployment, options

if TYPE_CHECKING:
    from headgate.aws.logs import LogLine, Logs


@click.command(epilog=options.example("headgate logs --minutes 5 --contains error"))
@click.option("--minutes", type=click.IntRange(min=1), default=15, show_default=True, help="How far back to read.")
@click.option("--contains", default="", help="Only lines that hold this text.")
@options.as_json
@options.deployment
def logs(minutes: int, contains: str, as_json: bool, deployment_name: str | None) -> None:
    """Print recent log lines of functions and jobs, oldest first."""
    found = deployment.activate(deployment_name)
    written = wiring.logs()
    since = datetime.now(UTC) - timedelta(minutes=minutes)
    lines = [line for line in _lines(log_groups(found), written, since) if contains in line.text]
    if as_json:
        options.show(as_json=True, value=lambda: [vars(line) for line in lines], screen=str)
        return
    if not lines:
        click.echo("headgate: No log line matches. --minutes reads further back.", err=True)
    for line in lines:
        click.echo(f"{line.written_at:%H:%M:%S} {line.group.rsplit('/', 1)[-1]}: {line.text}")


def log_groups(found: deployment.Deployment) -> list[str]:
    """The log groups of the deployment.

    Raises:
        click.ClickException: deployment.json is older than this output.
    """
    stated = found.outputs.get("log_groups")
    return [str(group) for group in stated] if isinstance(stated, list) else [found.output("log_groups")]


def _lines(groups: list[str], logs: Logs, since: datetime) -> list[LogLine]:
    return sorted((line for group in groups for line in logs.lines(group, since=since)), key=lambda line: line.written_at)
