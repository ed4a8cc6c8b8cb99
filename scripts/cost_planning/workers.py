"""The workers of Glue jobs, and the limits of jobs."""

from __future__ import annotations

from typing import NamedTuple

from headgate.costs.computed_price import WORKER_DPUS

MERGE_JOB, QUALITY_JOB = "merge_curated", "quality_gate"
SYSTEMS_JOB = "build_systems"  # terraform/analytics.tf: builds several systems side by side
VCPUS_PER_DPU = 4  # Source: AWS Glue pricing, "a DPU provides 4 vCPU and 16 GB of memory"
# Assumed: a vCPU is a hyperthread, and two of them do the work of one core that measured. Not measured on
# AWS.
VCPUS_PER_CORE = 2
LEAST_WORKERS = 2  # a Spark job has a driver and an executor
OWN_MEMORY_GB = 2  # the operating system and Spark's driver, whose heap stays small while Spark has no work
JOB_TIMEOUT_MINUTES = 60  # terraform/platform.tf
SYSTEMS_TIMEOUT_MINUTES = 180  # terraform/platform.tf
LONGEST_MINUTES = (
    10_080  # Source: AWS Glue API, "Jobs must have timeout values less than 7 days or 10080 minutes"
)
# headgate.wiring.system_jobs: a lake whose whole run could take longer has a job for each stage.
ONE_JOB_S = 150 * 60
SYSTEM_TOGETHER_S = (
    59 * 60
)  # the job of several systems stops a system then: the credentials of its role are valid for an hour


class GlueWorker(NamedTuple):
    """One worker of a Glue job."""

    dpus: int
    disk_gb: int
    memory_gb: int

    @property
    def cores(self) -> int:
        """Cores that do the work of a core that measured."""
        return self.dpus * VCPUS_PER_DPU // VCPUS_PER_CORE


# Source: AWS Glue developer guide, "AWS Glue worker types": the free part of the disk in GB, and memory in GB
# of one worker.
WORKERS = {
    "G.1X": GlueWorker(WORKER_DPUS["G.1X"], 44, 16),
    "G.2X": GlueWorker(WORKER_DPUS["G.2X"], 78, 32),
    "G.4X": GlueWorker(WORKER_DPUS["G.4X"], 230, 64),
    "G.8X": GlueWorker(WORKER_DPUS["G.8X"], 485, 128),
}
FLEX_WORKERS = {
    "G.1X",
    "G.2X",
}  # Source: AWS Glue developer guide, "Configuring job properties", execution class


def smallest_worker(current: str, memory_gb: float, disk_gb: float) -> str | None:
    """Return the smallest worker type, from the stated one on, with enough memory and disk, or None."""
    own = WORKERS[current]
    larger = (name for name, worker in WORKERS.items() if worker.dpus >= own.dpus)
    return next(
        (
            name
            for name in larger
            if memory_gb <= WORKERS[name].memory_gb and disk_gb <= WORKERS[name].disk_gb
        ),
        None,
    )
