from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from headgate.cli import command_deployment, options
from headgate.cli.rendering.progress import spinner
from headgate.errors import NotFoundError
from headgate.export.server.login import source_url
from headgate.runs.start_or_postpone import SUCCEEDED
from headgate.wiring import exports

if TYPE_CHECKING:
    from rich.console import Console

    from headgate.aws.stepfunctions import Pipeline, PipelineRun

SOURCE = click.option(
    "--source", default="", metavar="NAME", help="Name of a further database; default: the main one."
)
RUN_NAME = click.option(
    "--run",
    "run_name",
    default="",
    metavar="NAME",
    help="Name of the run; the same name continues it. Default: the time.",
)


@click.command(
    epilog=options.example(
        "MYSQL_URL_CRM=mysql://reader:secret@db:3306/crm headgate export login --source crm"
    )
)
@SOURCE
@options.as_json
@options.deployment
def login(source: str) -> None:
    """Store the login of scheduled exports, replacing an earlier one.

    The login is MYSQL_URL or POSTGRES_URL (with --source NAME: MYSQL_URL_NAME or POSTGRES_URL_NAME), else the
    command prompts for it.
    """
    command_deployment.activate()
    url = source_url(os.environ, source) or click.prompt(
        "mysql:// or postgresql://user:password@host:port/database", hide_input=True
    )
    try:
        secret = exports.store_database_login(os.environ, source, url)
    except NotFoundError:
        raise click.ClickException(
            f"The deployment has no secret for the source {source}. Add [export_sources.{source}] to "
            "headgate.toml and deploy first."
        ) from None
    options.show({"source": source, "secret": secret}, lambda: f"Stored the login in {secret}.")
    if not options.wants_json():
        asked = f" --source {source}" if source else ""
        schedule = "the next deployment enables its schedule (docs/use/export.md)"
        click.echo(f"Next: `headgate export start{asked}` runs it once; {schedule}.")


@click.command(epilog=options.example("headgate export start --source crm --tables account,contact"))
@SOURCE
@click.option(
    "--tables", default="", metavar="A,B", help="Tables or views of the server; default: all with a contract."
)
@click.option("--full", is_flag=True, help="Read all rows, not only those changed since the last run.")
@click.option(
    "--mask-at-source",
    "mask",
    is_flag=True,
    help="Mask sensitive columns while reading, even if the deployment does not.",
)
@RUN_NAME
@options.watch_timeout
@options.as_json
@options.deployment
def start(source: str, timeout_s: int, **asked: str | bool) -> None:
    """Run the deployed export once in its Glue job, even if the schedule is disabled.

    Exits with 3 if the run failed.
    """
    deployed = command_deployment.activate()
    due_at = datetime.now(UTC)
    choices = {"tables": asked["tables"], "run": asked["run_name"], "mask_at_source": asked["mask"]}
    choices["incremental"] = not asked["full"]
    payload = {name: value for name, value in choices.items() if value}
    payload["scheduled_at"] = f"{due_at:%Y-%m-%dT%H:%M:%SZ}"
    pipeline = exports.export_pipeline(deployed.environment, source)
    arn = pipeline.start(f"cli-{due_at:%Y%m%dT%H%M%S%f}", payload)
    ended = _watched(pipeline, arn, timeout_s, options.progress_console())
    fact = {"run": arn, "status": ended.status, "error": ended.error, "cause": ended.cause}
    options.show(fact, lambda: _outcome(ended))
    options.finish(complete=ended.status == SUCCEEDED)


def _watched(pipeline: Pipeline, arn: str, timeout_s: float, console: Console) -> PipelineRun:
    with spinner(console, "export") as show:
        return pipeline.wait(arn, lambda run: show(f"export: {run.status.lower()}"), timeout_s=timeout_s)


def _outcome(ended: PipelineRun) -> str:
    if ended.status == SUCCEEDED:
        return "The export succeeded. Next: `headgate export runs` lists its tables."
    return f"The export {ended.status.lower()}: {ended.cause or ended.error}"
