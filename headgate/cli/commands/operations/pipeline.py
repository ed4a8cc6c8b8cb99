from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from headgate.cli import command_deployment, options
from headgate.cli.rendering import screens
from headgate.cli.rendering.progress import spinner
from headgate.errors import NotFoundError
from headgate.plain_names import did_you_mean
from headgate.project import deployed_systems
from headgate.runs import run_stages
from headgate.runs.start_or_postpone import RUNNING, SUCCEEDED, Execution, StartedBy
from headgate.wiring import operations, snapshots, stores
from headgate.wiring.clock import utc_now

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import Console
    from rich.table import Table

    from headgate.api.operations.run_problems import RunOmissions
    from headgate.aws.stepfunctions import Pipeline, PipelineRun
    from headgate.runs.run_stages import Stage
    from headgate.snapshots.reference_counts import CheckedReference


@click.command(epilog=options.example("headgate run --only own-models"))
@click.option(
    "--as-of",
    type=click.DateTime(formats=["%Y-%m-%d"]),
    help="Day of the tables; default: the last day of the data.",
)
@click.option("--only", default="", metavar="SYSTEM", help="Build only this system, after merge and checks.")
@click.option("--full", is_flag=True, help="Compute unchanged facts and tables again, too.")
@options.watch_timeout
@options.as_json
@options.deployment
def run(as_of: datetime | None, only: str, timeout_s: int, *, full: bool) -> None:
    """Merge curated data, check it, build the systems' tables and publish them.

    Shows the run that it waits for, and the progress of each stage. If one run is working and another one is
    pending, the command names the pending run, which does the work, and exits with 0. Exits with 3 if the run
    or a system failed, or a dataset could not be merged and keeps its previous table.
    """
    deployed = command_deployment.activate()
    systems = systems_of(deployed)
    if only and only not in systems:
        raise click.ClickException(_no_system(only, systems))
    day = as_of.date().isoformat() if as_of else ""
    ended = watched_run(
        deployed,
        {"as_of": day, "only": only, "full": "true" if full else ""},
        timeout_s=timeout_s,
        console=options.progress_console(),
    )
    records = operations.stage_records(deployed.environment, ended.name)
    stages = run_stages.stages(ended, systems, utc_now(), records)
    not_merged = dict(snapshots.datasets_not_merged(deployed.environment))
    lost = [lack for lack in snapshots.checked_references(deployed.environment) if lack.rows]
    fact = {
        "run": ended.arn,
        "status": ended.status.lower(),
        "error": ended.error,
        "cause": ended.cause,
        "output": dict(ended.output),
        "stages": [stage.facts() for stage in stages],
        "one_job_failed": run_stages.one_job_failed(ended),
        "datasets_not_merged": not_merged,
        "failed_stages": run_stages.causes(ended.cause, systems),
        "left_to": ended.left_to,
        "rows_without_parent": {f"{lack.column} -> {lack.references}": lack.rows for lack in lost},
    }
    options.show(fact, lambda: _table(ended, stages, has_problems=bool(not_merged)))
    if not options.wants_json():
        _show_failure_of_one_job(ended)
        _show_not_merged(not_merged)
        _show_rows_without_parent(lost)
        click.echo(_next_step(ended, systems, stores.databases(deployed.environment).curated))
    options.finish(complete=ended.status == SUCCEEDED and not not_merged)


@click.group(invoke_without_command=True, epilog=options.example("headgate runs --limit 5"))
@click.option("--limit", type=click.IntRange(1, 100), default=20, show_default=True, help="Number of runs.")
@options.as_json
@options.deployment
@click.pass_context
def runs(context: click.Context, limit: int) -> None:
    """List the newest runs with start, trigger, state, duration, cost and problems.

    A run that could not merge a dataset succeeds with problems, and publishes the others.
    """
    if context.invoked_subcommand:
        return
    from headgate.api.deployed_lake import DeployedLake
    from headgate.api.operations.run_problems import problems_of
    from headgate.api.operations.runs import costs_of

    lake = DeployedLake(command_deployment.activate().environment)
    newest = lake.runs.newest(limit)
    problems, costs = problems_of(lake, newest), costs_of(lake, newest)
    facts = [_fact(run, problems[run.name]) | {"usd": costs[run.name]} for run in newest]
    options.show(facts, lambda: _history(newest, problems, costs))


@runs.command(epilog=options.example("headgate runs show cli-20260102T030405000000"))
@click.argument("name")
@options.as_json
@options.deployment
def show(name: str) -> None:
    """Show one run: its stages with times, and its problems with reasons and remedies."""
    from headgate.api.deployed_lake import DeployedLake
    from headgate.api.operations.run_problems import problems_of_one
    from headgate.runs.stage_records import stage_records

    deployed = command_deployment.activate()
    lake = DeployedLake(deployed.environment)
    try:
        described = lake.runs.describe(lake.runs.arn_of(name))
    except NotFoundError:
        raise click.ClickException(
            f"There is no run {screens.safe_name(name)}. `headgate runs` lists the newest runs."
        ) from None
    records = stage_records(lake.objects, lake.bucket("artifacts"), name)
    stages = run_stages.stages(described, systems_of(deployed), utc_now(), records)
    problems = problems_of_one(lake, name, described)
    ended = {
        "run": name,
        "status": described.status.lower(),
        "started_by": StartedBy.of(name),
        "cause": described.cause,
        "stages": [stage.facts() for stage in stages],
        "one_job_failed": run_stages.one_job_failed(described),
    }
    fact = {**ended, **problems.facts(), "remedies": problems.remedies}
    options.show(fact, lambda: _table(described, stages, has_problems=problems.exist))
    if not options.wants_json():
        _show_failure_of_one_job(described)
        _show_not_merged(problems.datasets_not_merged)
        for table, why in sorted(problems.implausible_tables.items()):
            click.echo(f"Implausible: {table}. {why}")
        for remedy in problems.remedies.values():
            click.echo(f"Remedy: {remedy}")


def systems_of(deployed: command_deployment.Deployment) -> tuple[str, ...]:
    """Return the deployed systems; if the environment names none, those of the lake project."""
    return deployed_systems(deployed.environment)


def _no_system(name: str, systems: Sequence[str]) -> str:
    if not systems:
        return f"There is no system {name}, because this lake builds none. Remove --only to merge and check."
    return f"There is no system {name}.{did_you_mean(name, systems)} Systems: {', '.join(systems)}."


def watched_run(
    deployed: command_deployment.Deployment, asked: Mapping[str, str], *, timeout_s: float, console: Console
) -> PipelineRun:
    """Start a run, show its stages as they start and end, and return the finished run.

    Args:
        asked: the input of the state machine; empty texts are left out.
    """
    pipeline, systems = operations.pipeline(deployed.environment), systems_of(deployed)
    payload = {name: text for name, text in asked.items() if text}
    arn = pipeline.start(f"cli-{datetime.now(UTC):%Y%m%dT%H%M%S%f}", payload)
    with spinner(console, "curated_to_prod") as show:

        def show_stages(described: PipelineRun) -> None:
            # Stages that share a job have their times in records, the others in the state machine.
            has_records = not run_stages.SHARED_JOBS.isdisjoint(described.entered_at)
            records = operations.stage_records(deployed.environment, described.name) if has_records else {}
            stages = run_stages.stages(described, systems, utc_now(), records)
            waits = stages[0].state == "running" and not described.finished
            before = waiting_for(pipeline, arn) if waits else ""
            show(f"curated_to_prod: {before}{run_stages.in_words(stages)}")

        return pipeline.wait(arn, show_stages, timeout_s=timeout_s)


def waiting_for(pipeline: Pipeline, arn: str) -> str:
    """Describe the run before this one; empty if there is none."""
    own = arn.rpartition(":")[2]
    newest = pipeline.newest()
    started = next((run.started_at for run in newest if run.name == own), None)
    before = [run for run in newest if run.status in RUNNING and started and run.started_at < started]
    if not before:
        return ""
    return f"pending behind run {before[-1].name}, running since {before[-1].started_at:%H:%M:%S} UTC; "


def run_state(status: str, *, has_problems: bool) -> str:
    """Return the state of a run in words, such as `succeeded with problems`."""
    state = status.lower()
    return f"{state} with problems" if has_problems and status.upper() == SUCCEEDED else state


def _show_failure_of_one_job(run: PipelineRun) -> None:
    if run_stages.one_job_failed(run):
        click.echo(
            "The one job of the run failed, so each stage ran in a job of its own, which costs several times "
            "as much. `headgate logs --minutes 60 --level error` shows the reason."
        )


def _show_not_merged(not_merged: Mapping[str, str]) -> None:
    for dataset, why in sorted(not_merged.items()):
        click.echo(f"Not merged: {dataset} keeps its previous table. {why}")


def _show_rows_without_parent(lost: Sequence[CheckedReference]) -> None:
    for lack in lost:
        dataset, parents = lack.column.partition(".")[0], lack.references.partition(".")[0]
        click.echo(
            f"Without parent: {lack.rows:,} rows of {dataset} point to {lack.keys:,} rows of {parents} that "
            "are not in the lake (yet). They may be rejected: `headgate quarantine list` counts rejected "
            "rows, `headgate report` counts such references."
        )


def _table(ended: PipelineRun, stages: Sequence[Stage], *, has_problems: bool = False) -> Table:
    title = f"curated_to_prod {run_state(ended.status, has_problems=has_problems)}"
    numbers = ("seconds", "rows read", "rows written", "parts reused", "parts rebuilt")
    table = screens.screen_table("stage", "state", *numbers, "cause", title=title, numbers=numbers)
    systems = ended.output.get("systems", [])
    reported = {str(report.get("system")): report for report in systems} if isinstance(systems, list) else {}
    for stage in stages:
        report = reported.pop(stage.name, {})
        state = str(report.get("state", stage.state))
        seconds = "" if stage.seconds is None else f"{stage.seconds:.0f}"
        table.add_row(stage.name, state, seconds, *_work(stage), str(report.get("cause", "")))
    blank = [""] * len(numbers)
    for name, report in reported.items():
        table.add_row(name, str(report.get("state")), *blank, str(report.get("cause", "")))
    if pending := ended.left_to:
        table.add_row("", "left", *blank, f"left to the pending run {pending}")
    if ended.cause:
        table.add_row("", ended.error, *blank, ended.cause)
    return table


def _work(stage: Stage) -> list[str]:
    facts = stage.facts()
    amounts = [facts[name] for name in ("rows_read", "rows_changed", "parts_reused", "parts_rebuilt")]
    return ["" if amount is None else f"{amount:,}" for amount in amounts]


def _next_step(ended: PipelineRun, systems: Sequence[str], curated: str) -> str:
    """Return the next command; a lake without systems has its tables in curated."""
    if pending := ended.left_to:
        return (
            f"This run did nothing, because the pending run {pending} does the same work. "
            f"Next: `headgate runs show {pending}` shows its state."
        )
    if ended.status == SUCCEEDED and not systems:
        return f'Next: `headgate query "show tables in {curated}"` lists the tables.'
    if ended.status == SUCCEEDED:
        return "Next: `headgate report` shows the tables; `headgate questions` lists questions to ask them."
    return (
        "Next: `headgate logs --minutes 60 --level error` shows errors; docs/operate/runbook.md has remedies."
    )


def _fact(execution: Execution, problems: RunOmissions) -> dict[str, object]:
    fact = {
        "run": execution.name,
        "status": execution.status.lower(),
        "started_by": execution.started_by,
        "started_at": screens.utc_time(execution.started_at),
        "seconds": execution.seconds,
    }
    return fact | problems.facts()


_PLACES = {"cli": "terminal", "api": "console"}


def _starter(execution: Execution) -> str:
    """Return the trigger of a run; for a person, the place."""
    place = _PLACES.get(execution.name.partition("-")[0], "person")
    return place if execution.started_by is StartedBy.PERSON else execution.started_by.replace("_", " ")


def _history(
    newest: Sequence[Execution], problems: Mapping[str, RunOmissions], costs: Mapping[str, str]
) -> Table | str:
    if not newest:
        return "There was no run yet. `headgate run` starts one."
    table = screens.screen_table(
        "started, UTC", "by", "state", "seconds", "USD", "problems", "run", numbers=["seconds", "USD"]
    )
    for run in newest:
        state = run_state(run.status, has_problems=problems[run.name].exist)
        seconds = "" if run.seconds is None else f"{run.seconds:.0f}"
        start = f"{run.started_at:%Y-%m-%d %H:%M:%S}"
        facts = costs[run.name], problems[run.name].summary(), run.name
        table.add_row(start, _starter(run), state, seconds, *facts)
    return table
