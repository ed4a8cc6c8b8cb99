"""boto3 clients, each created at its first use in a process.

Endpoint, region and credentials come from the environment.
"""

from __future__ import annotations

import os
from functools import cache, partial, wraps
from typing import TYPE_CHECKING, Any, TypeVar

import boto3
from botocore.config import Config
from botocore.exceptions import NoRegionError

from headgate.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mypy_boto3_athena import AthenaClient
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_glue import GlueClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_scheduler import EventBridgeSchedulerClient
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_stepfunctions import SFNClient

    from headgate.aws.cognito import UserPools
    from headgate.aws.sts import Sts


def addressing(environment: Mapping[str, str]) -> Config:
    """Return the addressing style of S3 URLs: virtual-hosted on AWS, path style for other endpoints.

    The console's content security policy allows only `<bucket>.s3.<region>.amazonaws.com`. boto3's `auto`,
    and its default in us-east-1, presign URLs of the global host, which S3 redirects in newer regions; that
    breaks the signature.
    """
    has_endpoint = any(environment.get(name) for name in ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"))
    # Few machines resolve `bucket.localhost`.
    return Config(
        s3={
            "addressing_style": "path" if has_endpoint else "virtual",
            "us_east_1_regional_endpoint": "regional",
        }
    )


# Five retries with full jitter outlast usual throttling by S3 and DynamoDB; after that SQS redelivers the
# message.
CONFIG = Config(
    retries={"mode": "standard", "max_attempts": 5},
    connect_timeout=5,
    read_timeout=60,
    max_pool_connections=16,
)

# Parts that a commit copies in parallel (`headgate.aws.multipart_uploads`), each over its own connection.
PARALLEL_COPIES = 64

Client = TypeVar("Client")


def once(make: Callable[[], Client]) -> Callable[[], Client]:
    """Cache the client of the first call."""

    @cache
    @wraps(make)
    def cached() -> Client:
        # boto3 reads only AWS_DEFAULT_REGION; other AWS tools prefer AWS_REGION.
        if region := os.environ.get("AWS_REGION"):
            os.environ["AWS_DEFAULT_REGION"] = region
        try:
            return make()
        except NoRegionError:
            raise SettingsError(
                "No AWS region is set. Set AWS_REGION, for example AWS_REGION=eu-central-1, or run `aws "
                "configure set region <region>`."
            ) from None

    return cached


@once
def s3() -> S3Client:
    """Return the S3 client. Presigned URLs use signature version 4, which KMS-encrypted objects need."""
    config = Config(signature_version="s3v4", max_pool_connections=PARALLEL_COPIES)
    return boto3.client("s3", config=CONFIG.merge(config).merge(addressing(os.environ)))


def _client(service: str) -> Callable[[], Any]:
    return once(partial(boto3.client, service, config=CONFIG))


athena: Callable[[], AthenaClient] = _client("athena")
cloudwatch: Callable[[], CloudWatchClient] = _client("cloudwatch")
cognito: Callable[[], UserPools] = _client("cognito-idp")
dynamodb: Callable[[], DynamoDBClient] = _client("dynamodb")
functions: Callable[[], LambdaClient] = _client("lambda")
glue: Callable[[], GlueClient] = _client("glue")
logs: Callable[[], CloudWatchLogsClient] = _client("logs")
scheduler: Callable[[], EventBridgeSchedulerClient] = _client("scheduler")
secretsmanager: Callable[[], SecretsManagerClient] = _client("secretsmanager")
sns: Callable[[], SNSClient] = _client("sns")
sqs: Callable[[], SQSClient] = _client("sqs")
stepfunctions: Callable[[], SFNClient] = _client("stepfunctions")
sts: Callable[[], Sts] = _client("sts")
