"""The workers of Glue jobs, and the limits of jobs."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

SYSTEMS_JOB = "build_systems"  # terraform/analytics.tf: builds several systems side by side
VCPUS_PER_DPU = 4  # Source: AWS Glue pricing, "a DPU provides 4 vCPU and 16 GB of memory"
# Assumed: a vCPU is a hyperthread, and two of them do the work of one core that measured. Not measured on AWS.
VCPUS_PER_CORE = 2
LEAST_WORKERS = 2  # a Spark job has a driver and an executor
JOB_TIMEOUT_MINUTES = 60  # terraform/platform.tf
SYSTEMS_TIMEOUT_MINUTES = 180  # terraform/platform.tf


class GlueWorker(NamedTuple):
    """One worker of a Glue job."""

    dpus: int
    disk_gb: int
    memory_gb: int

    @property
    def cores(self) -> int:
        """Cores that do the work of a core that measured."""
        return self.dpus * VCPUS_PER_DPU // VCPUS_PER_CORE


# Source: AWS Glue developer guide, "AWS Glue worker types": DPUs, the free part of the disk in GB, and memory in GB of one worker.
WORKERS = {"G.1X": GlueWorker(1, 44, 16), "G.2X": GlueWorker(2, 78, 32), "G.4X": GlueWorker(4, 230, 64), "G.8X": GlueWorker(8, 485, 128)}
FLEX_WORKERS = {"G.1X", "G.2X"}  # Source: AWS Glue developer guide, "Configuring job properties", execution class


def fit_together(needs: Iterable[float], free: float) -> int:
    """Return how many of those that need so much fit into what is free at the same time, whichever they are."""
    largest_first = sorted(needs, reverse=True)
    return sum(together <= free for together in accumulate(largest_first))
