"""The settings of a deployment that affect its cost."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from headgate.costs.computed_price import FLEX, STANDARD, Used, glue_job
from headgate.costs.recorded import GATE_MEMORY_MB, JOB_START_S
from scripts.cost_planning.workers import (
    FLEX_WORKERS,
    JOB_TIMEOUT_MINUTES,
    LEAST_WORKERS,
    SYSTEMS_JOB,
    SYSTEMS_TIMEOUT_MINUTES,
    WORKERS,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

DAY_S = 86_400
ALARMS = {"full": 20, "minimal": 4}  # terraform/observability.tf, without an export
DASHBOARDS = {"full": 1, "minimal": 0}


@dataclass(frozen=True)
class CostSettings:
    """The settings of a deployment that affect its cost, named like Terraform's variables if one exists.

    Attributes:
        run_share: maximum share of the time that runs may take, 0..1; a long run delays the next one.
        run_share_wait_s: the longest time between two starts that `run_share` may cause.
        job_worker_types: worker types by job, such as build_own_models; other jobs have `job_worker_type`.
        job_timeouts: minutes after which a job is stopped, by job.
        systems: None for all measured systems.
        systems_in_one_job: whether one job builds the systems in parallel, except those in
            `job_worker_types`.
        run_in_one_job: whether the job of several systems does the complete run of a small lake.
        job_start_s: billed seconds before a job's own work begins: Spark's start and the installation of its
            wheels. Assumed.
        endpoints: interface endpoints times availability zones.
    """

    run_interval_s: int = 3600
    run_share: float = 0.04
    run_share_wait_s: int = 7 * DAY_S
    job_worker_type: str = "G.1X"
    job_worker_types: Mapping[str, str] = field(default_factory=dict)
    job_timeouts: Mapping[str, int] = field(default_factory=dict)
    job_execution_class: str = FLEX
    gate_memory_mb: int = GATE_MEMORY_MB
    raw_expiry_days: int = 90
    systems: tuple[str, ...] | None = None
    systems_in_one_job: bool = True
    run_in_one_job: bool = True
    endpoints: int = 0
    monitoring: str = "full"
    functions: int = 4
    job_start_s: float = JOB_START_S

    def worker_type_of(self, job: str) -> str:
        """Return the worker type of a job."""
        return self.job_worker_types.get(job, self.job_worker_type)

    def timeout_minutes_of(self, job: str) -> int:
        """Return the minutes after which a job is stopped."""
        return self.job_timeouts.get(
            job, SYSTEMS_TIMEOUT_MINUTES if job == SYSTEMS_JOB else JOB_TIMEOUT_MINUTES
        )

    def runs_of(self, part: str, job: str, seconds: float, runs: float) -> Used:
        """Return the DPU-hours of job runs without Spark, at the job's worker type and execution class."""
        worker_type = self.worker_type_of(job)
        has_flex = self.job_execution_class == FLEX and worker_type in FLEX_WORKERS
        return glue_job(
            part, seconds, LEAST_WORKERS * WORKERS[worker_type].dpus, FLEX if has_flex else STANDARD, runs
        )
