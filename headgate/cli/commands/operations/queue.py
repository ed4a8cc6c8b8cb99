from __future__ import annotations

from typing import TYPE_CHECKING

import click

from headgate.cli import command_deployment, options
from headgate.cli.rendering import screens
from headgate.wiring import operations

if TYPE_CHECKING:
    from rich.table import Table

    from headgate.aws.sqs import Depth

QUEUES = {"raw_events": "raw", "curated_changes": "curated"}  # name → prefix of its Terraform outputs
DEAD_LETTERS = "_dead_letter"


@click.group()
def queue() -> None:
    """Show the queues."""


@queue.command(epilog=options.example("headgate queue status"))
@options.as_json
@options.deployment
def status() -> None:
    """Show the number of pending messages of each queue, and of messages in flight."""
    deployed = command_deployment.activate()
    depths = queue_depths(deployed)
    options.show(
        {name: vars(depth) for name, depth in depths.items()},
        lambda: _table({name: (depth.waiting, depth.in_flight) for name, depth in depths.items()}),
    )


def queue_depths(deployed: command_deployment.Deployment) -> dict[str, Depth]:
    """Return the depth of each queue by name; dead-letter queues end in `DEAD_LETTERS`."""
    urls = {
        name + of: deployed.output(f"{output}{of}_queue_url")
        for name, output in QUEUES.items()
        for of in ("", DEAD_LETTERS)
    }
    return {name: operations.queues().depth(url) for name, url in urls.items()}


def _table(depths: dict[str, tuple[int, int]]) -> Table:
    table = screens.screen_table("queue", "waiting", "in flight", numbers=["waiting", "in flight"])
    for name, (waiting, in_flight) in depths.items():
        table.add_row(name, str(waiting), str(in_flight))
    return table
