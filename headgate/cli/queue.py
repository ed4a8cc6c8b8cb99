"""`headgate queue`: files that wait, and files that failed too often."""

from __future__ import annotations

import click
from rich.table import Table

from headgate import wiring
from headgate.cli import deployment, options

QUEUES = {"raw_events": "raw_queue_url", "raw_events_dead_letter": "raw_dead_letter_queue_url", "curated_changes": "curated_queue_url"}


@click.group()
def queue() -> None:
    """Look at the queues and send failed messages round again."""


@queue.command(epilog=options.example("headgate queue status"))
@options.as_json
@options.deployment
def status(as_json: bool, deployment_name: str | None) -> None:
    """Show how many messages wait in each queue."""
    found = deployment.activate(deployment_name)
    depths = {name: wiring.queues().depth(found.output(output)) for name, output in QUEUES.items()}
    options.show(
        as_json=as_json,
        value=lambda: {name: vars(depth) for name, depth in depths.items()},
        screen=lambda: _table({name: (depth.waiting, depth.in_flight) for name, depth in depths.items()}),
    )


@queue.command(epilog=options.example("headgate queue redrive --yes"))
@click.option("--yes", is_flag=True, help="Do not ask.")
@options.as_json
@options.deployment
def redrive(yes: bool, as_json: bool, deployment_name: str | None) -> None:
    """Send every message of the dead-letter queue through the gate again.

    Mend the cause first: a message that fails again comes back. Files that were let in already are not let in twice.
    """
    found = deployment.activate(deployment_name)
    url = found.output("raw_dead_letter_queue_url")
    waiting = wiring.queues().depth(url).waiting
    if waiting and not yes:
        click.confirm(f"Send {waiting} messages through the gate again?", abort=True, err=True)
    moved = wiring.queues().redrive(url, found.output("raw_queue_url")) if waiting else 0
    options.show(as_json=as_json, value=lambda: {"redriven": moved}, screen=lambda: f"{moved} messages went back to the gate.")


def _table(depths: dict[str, tuple[int, int]]) -> Table:
    table = Table("queue", "waiting", "in flight")
    for name, (waiting, in_flight) in depths.items():
        table.add_row(name, str(waiting), str(in_flight))
    return table
