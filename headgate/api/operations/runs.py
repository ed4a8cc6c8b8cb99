"""Runs of `curated_to_prod`."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from typing import TYPE_CHECKING

from headgate.api.http.problems import invalid, is_day, not_found
from headgate.api.operations.run_problems import RunOmissions, problems_of, problems_of_one
from headgate.api.shapes.runs import (
    RunAsked,
    RunDetail,
    RunJob,
    Runs,
    RunStage,
    RunStarted,
    RunState,
    RunSummary,
)
from headgate.costs.price_list import Prices
from headgate.costs.report import jobs_of, usd_of
from headgate.errors import NotFoundError
from headgate.runs.run_stages import stages
from headgate.runs.stage_records import stage_records
from headgate.runs.start_or_postpone import Execution, StartedBy

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from headgate.api.lake_ports import LakePorts
    from headgate.aws.stepfunctions import PipelineRun
    from headgate.costs.recorded import EndedJobRun

GB_OF_A_DPU = 16  # Source: AWS Glue pricing, "a DPU provides 4 vCPU and 16 GB of memory"
_MAX_ACTORS_READ = 8
_OF_PEOPLE = ("api-", "cli-")  # names of runs that record who started them
_STATES: dict[str, RunState] = {
    "RUNNING": "running",
    "PENDING_REDRIVE": "pending",
    "SUCCEEDED": "succeeded",
    "FAILED": "failed",
    "TIMED_OUT": "timed_out",
    "ABORTED": "aborted",
}


def newest(lake: LakePorts, limit: int) -> Runs:
    """Return the newest runs with their problems, newest first."""
    runs = lake.runs.newest(limit)
    problems, costs, actors = problems_of(lake, runs), costs_of(lake, runs), _actors(lake, runs)
    return Runs(
        runs=tuple(
            _summary(run, problems[run.name], costs[run.name], actors.get(run.name, "")) for run in runs
        )
    )


def _actors(lake: LakePorts, runs: Sequence[Execution]) -> Mapping[str, str]:
    """Return who started each run of a person, by name.

    The list of runs has no inputs, so each run is read once; a few in a request, the newest first.
    """
    actors = lake.known_runs.actors
    unread = [run.name for run in runs if run.name.startswith(_OF_PEOPLE) and run.name not in actors]
    for name in unread[:_MAX_ACTORS_READ]:
        with suppress(NotFoundError):
            actors[name] = lake.runs.describe(lake.runs.arn_of(name)).actor
    return actors


def costs_of(lake: LakePorts, runs: Sequence[Execution]) -> dict[str, str]:
    """Return the cost of each run in US dollars, by name; empty if none of its jobs has ended."""
    if not runs:
        return {}
    ended, prices = lake.job_runs(since=min(run.started_at for run in runs)), Prices.load()
    return {run.name: _usd(jobs_of(run, ended), prices) for run in runs}


def _usd(jobs: Sequence[EndedJobRun], prices: Prices) -> str:
    return f"{usd_of(jobs, prices):.4f}" if jobs else ""


def _summary(run: Execution, problems: RunOmissions, usd: str, actor: str) -> RunSummary:
    return RunSummary(
        usd=usd,
        name=run.name,
        state=_STATES[run.status],
        started_by=run.started_by.value,
        actor=actor,
        started_at=run.started_at.isoformat(),
        seconds=run.seconds,
        **problems.facts(),
    )


def detail(lake: LakePorts, name: str) -> RunDetail:
    """Return one run with its stages and problems."""
    run, prices = _described(lake, name), Prices.load()
    records = stage_records(lake.objects, lake.bucket("artifacts"), name)
    run_stages = tuple(RunStage(**stage.facts()) for stage in stages(run, lake.systems, lake.now(), records))
    problems, jobs = problems_of_one(lake, name, run), _job_runs(lake, name, run)
    return RunDetail(
        usd=_usd(jobs, prices),
        name=name,
        **problems.facts(),
        remedies=problems.remedies,
        state=_STATES[run.status],
        started_by=StartedBy.of(name).value,
        started_at=run.started_at.isoformat() if run.started_at else "",
        seconds=run.seconds,
        actor=run.actor,
        stages=run_stages,
        jobs=tuple(_job(job, prices) for job in jobs),
        error=run.error,
        cause=run.cause,
        output=dict(run.output),
        left_to=run.left_to,
    )


def _described(lake: LakePorts, name: str) -> PipelineRun:
    try:
        return lake.runs.describe(lake.runs.arn_of(name))
    except NotFoundError:
        raise not_found("There is no run of that name. GET /v1/runs lists the newest runs.") from None


def job_runs(lake: LakePorts, name: str) -> list[EndedJobRun]:
    """Return the runs of Glue jobs that started during a run and have ended, by start."""
    return _job_runs(lake, name, _described(lake, name))


def _job_runs(lake: LakePorts, name: str, run: PipelineRun) -> list[EndedJobRun]:
    if not run.entered_at:
        return []
    began_at, ended_at = min(run.entered_at.values()), run.ended_at
    return jobs_of(Execution(name, run.status, began_at, ended_at), lake.job_runs(since=began_at))


def _job(run: EndedJobRun, prices: Prices) -> RunJob:
    return RunJob(
        job=run.job,
        started_at=run.started_at.isoformat(),
        seconds=run.seconds,
        dpus=run.dpus,
        dpu_seconds=run.dpu_s or run.dpus * run.seconds,
        memory_gb=run.dpus * GB_OF_A_DPU,
        usd=f"{usd_of([run], prices):.4f}",
    )


def start(lake: LakePorts, caller: str, asked: RunAsked, key: str) -> RunStarted:
    """Start a run; the same caller and Idempotency-Key start it once, because a run's name is its lock."""
    if asked.only and asked.only not in lake.systems:
        rule = "must be omitted, because this lake builds no system"
        if lake.systems:
            rule = f"must be one of {', '.join(lake.systems)}"
        raise invalid("body.only", "unknown_system", f"`only` {rule}.")
    if asked.as_of and not is_day(asked.as_of):
        detail = "`as_of` is not a date. Send a date such as 2024-02-29, or omit it."
        raise invalid("body.as_of", "not_a_day", detail)
    name = f"api-{lake.now():%Y%m%dT%H%M%S%f}"
    if key:
        name = f"api-{hashlib.sha256(f'{caller} {key}'.encode()).hexdigest()[:32]}"
    full = "true" if asked.full else ""
    payload = {"as_of": asked.as_of, "only": asked.only, "actor": caller, "full": full}
    lake.runs.start(name, {option: text for option, text in payload.items() if text})
    return RunStarted(name=name)
