from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.aws.sdk_errors import translated

if TYPE_CHECKING:
    from mypy_boto3_glue import GlueClient


def start_unless_running(client: GlueClient, name: str) -> bool:
    """Start a run unless one is running; return whether one was started."""
    with translated(f"start {name}"):
        try:
            client.start_job_run(JobName=name)
        except client.exceptions.ConcurrentRunsExceededException:
            return False
    return True
