"""`headgate run`: curated to prod, watched."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from headgate import wiring
from headgate.cli import deployment, options, screens
from headgate.cli.progress import PlainLines

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from headgate.aws.stepfunctions import PipelineRun

_SUCCEEDED = "SUCCEEDED"


@click.command(epilog=options.example("headgate run --as-of 2010-12-09"))
@click.option("--as-of", type=click.DateTime(formats=["%Y-%m-%d"]), help="The day to look from; default: the last day that the data knows.")
@click.option(
    "--timeout-s", type=click.IntRange(min=1), default=3600, show_default=True, help="How long to watch; the run continues after that."
)
@options.as_json
@options.deployment
def run(as_of: datetime | None, timeout_s: int, as_json: bool, deployment_name: str | None) -> None:
    """Merge curated data, check it, build the systems' tables and publish them."""
    found = deployment.activate(deployment_name)
    ended = watched_run(found, as_of=as_of.date().isoformat() if as_of else "", timeout_s=timeout_s, console=options.progress_console())
    fact = {"run": ended.arn, "status": ended.status, "error": ended.error, "cause": ended.cause, "output": dict(ended.output)}
    options.show(as_json=as_json, value=lambda: fact, screen=lambda: _table(ended))
    options.finish(complete=ended.status == _SUCCEEDED)


def watched_run(found: deployment.Deployment, *, as_of: str, timeout_s: float, console: Console) -> PipelineRun:
    """The run, finished; its steps are shown as they come and go."""
    pipeline = wiring.pipeline(found.environment)
    arn = pipeline.start(f"cli-{datetime.now(UTC):%Y%m%dT%H%M%S%f}", {"as_of": as_of} if as_of else {})
    with Progress(SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=console) as progress:
        whole = progress.add_task("curated_to_prod")
        plain = PlainLines(console)

        def looked(now: PipelineRun) -> None:
            told = f"curated_to_prod: {'; '.join(now.under_way) or now.status.lower()}"
            progress.update(whole, description=told)
            plain.say(told)

        return pipeline.wait(arn, looked, timeout_s=timeout_s)


def _table(ended: PipelineRun) -> Table:
    table = screens.table("system", "state", "cause", title=f"curated_to_prod {ended.status.lower()}")
    systems = ended.output.get("systems", [])
    for system in systems if isinstance(systems, list) else []:
        table.add_row(str(system.get("system")), str(system.get("state")), str(system.get("cause", "")))
    if ended.cause:
        table.add_row("", ended.error, ended.cause)
    return table
