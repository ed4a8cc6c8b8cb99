from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from headgate.api.http.access import Group
from headgate.api.http.routing import Routes
from headgate.api.http.url_parameters import Caller, IdempotencyKey, Lake
from headgate.api.operations import run_logs, runs
from headgate.api.shapes.runs import RunAsked, RunDetail, RunLogs, Runs, RunStarted

routes = Routes("Runs")
RunName = Annotated[str, Path(pattern="^[A-Za-z0-9_.-]{1,80}$", description="Name of a run.")]


@routes.get("/v1/runs", Group.VIEWER, cached=True)
def list_runs(lake: Lake, limit: Annotated[int, Query(ge=1, le=100)] = 20) -> Runs:
    """The newest runs with their problems, newest first."""
    return runs.newest(lake, limit)


@routes.get("/v1/runs/<name>", Group.VIEWER, problems=[404], cached=True)
def get_run(lake: Lake, name: RunName) -> RunDetail:
    """One run with its stages, and its problems with reasons and remedies."""
    return runs.detail(lake, name)


@routes.get("/v1/runs/<name>/logs", Group.OPERATOR, problems=[404])
def get_run_logs(
    lake: Lake,
    name: RunName,
    job: Annotated[str, Query(max_length=100, description="Only lines of this job.")] = "",
    limit: Annotated[int, Query(ge=1, le=run_logs.MAX_LINES)] = 200,
) -> RunLogs:
    """The last log lines of a run's ended jobs, without card and social security numbers."""
    return run_logs.last_lines(lake, name, job, limit)


@routes.post("/v1/runs", Group.OPERATOR, status=202, problems=[404])
def start_run(lake: Lake, caller: Caller, body: RunAsked, idempotency_key: IdempotencyKey = "") -> RunStarted:
    """Start a run: merge curated data, check it, build the systems' tables and publish them."""
    return runs.start(lake, caller.name, body, idempotency_key)
