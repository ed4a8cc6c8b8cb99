"""Start the runs of Glue jobs, and list those that ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from headgate.aws.sdk_errors import translated
from headgate.costs.computed_price import STANDARD, WORKER_DPUS
from headgate.costs.recorded import EndedJobRun
from headgate.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_glue import GlueClient
    from mypy_boto3_glue.type_defs import JobRunTypeDef


def start_unless_running(client: GlueClient, name: str) -> bool:
    """Start a run unless one is running; return whether one was started."""
    with translated(f"start {name}"):
        try:
            client.start_job_run(JobName=name)
        except client.exceptions.ConcurrentRunsExceededException:
            return False
    return True


@dataclass(frozen=True)
class GlueRuns:
    """The runs of Glue jobs."""

    client: GlueClient

    def ended(self, job: str, name: str, *, since: datetime) -> Iterator[EndedJobRun]:
        """Yield the ended runs of a job that started since a time (naive UTC); none for an unknown job.

        Args:
            job: the lake's name of the job.
            name: the job's name in Glue.
        """
        pages = self.client.get_paginator("get_job_runs").paginate(JobName=name)
        try:
            with translated(f"list runs of {name}"):
                ended = [
                    _job_run(job, run) for page in pages for run in page["JobRuns"] if run.get("CompletedOn")
                ]
        except NotFoundError:
            return
        yield from (run for run in ended if run.started_at >= since)


def _job_run(job: str, run: JobRunTypeDef) -> EndedJobRun:
    return EndedJobRun(
        job=job,
        started_at=run["StartedOn"].astimezone(UTC).replace(tzinfo=None),
        seconds=float(run.get("ExecutionTime", 0)),
        dpus=_dpus(run),
        dpu_s=float(run.get("DPUSeconds", 0)),
        execution_class=str(run.get("ExecutionClass", STANDARD)),
        run_id=run.get("Id", ""),
    )


def _dpus(run: JobRunTypeDef) -> float:
    """Return the maximum DPUs of a run, from its capacity or its workers."""
    if "MaxCapacity" in run:
        return float(run["MaxCapacity"])
    return run.get("NumberOfWorkers", 0) * WORKER_DPUS.get(str(run.get("WorkerType", "")), 0)
