"""A Glue job with one run at a time is started, or its run is under way."""

from __future__ import annotations

import boto3
import pytest
from botocore.stub import Stubber

from headgate.aws.glue.job_runs import start_unless_running
from headgate.errors import ServiceError

pytestmark = pytest.mark.unit

JOB = {"JobName": "lake-refresh_tables"}


@pytest.mark.parametrize(
    ("error", "is_started"), [("", True), ("ConcurrentRunsExceededException", False)], ids=["idle", "running"]
)
def test_a_run_is_started_unless_one_is_under_way(error: str, *, is_started: bool) -> None:
    client = boto3.client("glue", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")  # noqa: S106 stubbed
    with Stubber(client) as stub:
        if error:
            stub.add_client_error("start_job_run", error, expected_params=JOB)
        else:
            stub.add_response("start_job_run", {"JobRunId": "jr_1"}, JOB)
        assert start_unless_running(client, JOB["JobName"]) is is_started


def test_another_error_is_ours() -> None:
    client = boto3.client("glue", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")  # noqa: S106 stubbed
    stub = Stubber(client)
    stub.add_client_error("start_job_run", "EntityNotFoundException")
    stub.activate()
    with pytest.raises(ServiceError):
        start_unless_running(client, JOB["JobName"])
