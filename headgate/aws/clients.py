"""boto3 clients, each made once per process and only when somebody asks for it.

Endpoint, region and credentials come from the environment, which boto3 reads itself.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_athena import AthenaClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_glue import GlueClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_scheduler import EventBridgeSchedulerClient
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_stepfunctions import SFNClient

# Five attempts with full jitter outlast S3's and DynamoDB's ordinary throttling; what is longer belongs to SQS's retry.
CONFIG = Config(
    retries={"mode": "standard", "max_attempts": 5},
    connect_timeout=5,
    read_timeout=60,
    max_pool_connections=16,
    s3={"addressing_style": "path"},  # `bucket.localhost` resolves on few machines; AWS takes both styles
)


@cache
def s3() -> S3Client:
    """The S3 client."""
    return boto3.client("s3", config=CONFIG)


@cache
def dynamodb() -> DynamoDBClient:
    """The DynamoDB client."""
    return boto3.client("dynamodb", config=CONFIG)


@cache
def secretsmanager() -> SecretsManagerClient:
    """The Secrets Manager client."""
    return boto3.client("secretsmanager", config=CONFIG)


@cache
def sns() -> SNSClient:
    """The SNS client."""
    return boto3.client("sns", config=CONFIG)


@cache
def glue() -> GlueClient:
    """The Glue client."""
    return boto3.client("glue", config=CONFIG)


@cache
def athena() -> AthenaClient:
    """The Athena client."""
    return boto3.client("athena", config=CONFIG)


@cache
def stepfunctions() -> SFNClient:
    """The Step Functions client."""
    return boto3.client("stepfunctions", config=CONFIG)


@cache
def scheduler() -> EventBridgeSchedulerClient:
    """The EventBridge Scheduler client."""
    return boto3.client("scheduler", config=CONFIG)


@cache
def sqs() -> SQSClient:
    """The SQS client."""
    return boto3.client("sqs", config=CONFIG)


@cache
def logs() -> CloudWatchLogsClient:
    """The CloudWatch Logs client."""
    return boto3.client("logs", config=CONFIG)
