"""AWS errors as Headgate errors, whose messages have no content of requests or records."""

from collections.abc import Iterator
from contextlib import contextmanager

from boto3.exceptions import Boto3Error
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,  # noqa: A004 botocore's own
    HTTPClientError,
    NoCredentialsError,
)

from headgate.errors import ConflictError, NotFoundError, NotPermittedError, ServiceError, ThrottledError

# Errors of HeadObject have only a status; 405 is a delete marker that was requested by version.
NOT_FOUND = frozenset(
    {
        "404",
        "405",
        "EntityNotFoundException",
        "ExecutionDoesNotExist",
        "MethodNotAllowed",
        "NoSuchBucket",
        "NoSuchKey",
        "NoSuchUpload",
        "NoSuchVersion",
        "NotFound",
        "NotFoundException",
        "ResourceNotFoundException",
        "StateMachineDoesNotExist",
        "UserNotFoundException",
    }
)
NOT_PERMITTED = frozenset(
    {
        "403",
        "AccessDenied",
        "AccessDeniedException",
        "AuthorizationError",
        "ExpiredToken",
        "ExpiredTokenException",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "KMS.AccessDeniedException",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)
CONFLICT = frozenset(
    {
        "409",
        "412",
        "ConcurrentModificationException",
        "ConditionalCheckFailed",
        "ConditionalCheckFailedException",
        "ConditionalRequestConflict",
        "ConflictException",
        "ExecutionAlreadyExists",
        "FilterPolicyLimitExceeded",  # a topic's limit of subscriptions
        "OperationAborted",
        "PreconditionFailed",
        "SubscriptionLimitExceeded",
        "TransactionCanceledException",
        "TransactionConflict",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)
# Source: the throttling codes that botocore's standard retry mode knows (botocore.retries.standard), and S3's
# two.
THROTTLED = frozenset(
    {
        "503",
        "BandwidthLimitExceeded",
        "EC2ThrottledException",
        "KMS.ThrottlingException",
        "LimitExceededException",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceeded",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "ServiceUnavailable",
        "SlowDown",
        "Throttling",
        "ThrottledException",
        "ThrottlingError",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
_KINDS: tuple[tuple[frozenset[str], type[ServiceError]], ...] = (
    (NOT_FOUND, NotFoundError),
    (NOT_PERMITTED, NotPermittedError),
    (CONFLICT, ConflictError),
    (THROTTLED, ThrottledError),
)


@contextmanager
def translated(doing: str) -> Iterator[None]:
    """Raise boto3's errors in the block as errors of `headgate.errors`.

    The original error is removed (`from None`), because its text may repeat the request, and tracebacks are
    logged.

    Args:
        doing: the action, for the message: `read s3://bucket/key`.
    """
    try:
        yield
    except ClientError as error:
        raise service_error(doing, error) from None
    except NoCredentialsError:
        raise NotPermittedError(f"{doing}: no AWS credentials were found") from None
    except (BotoCoreError, Boto3Error) as error:
        # boto3 transfers have the ClientError in `__context__` only.
        met = error.__context__
        raise (
            service_error(doing, met) if isinstance(met, ClientError) else _unreachable(doing, error)
        ) from None


def service_error(doing: str, error: ClientError) -> ServiceError:
    """Return the Headgate error for AWS's code, with the action and the operation."""
    code = _code(error)
    kind = next((kind for codes, kind in _KINDS if code in codes), ServiceError)
    return kind(f"{doing}: {code} on {error.operation_name}{_permission(kind, error)}")


def _code(error: ClientError) -> str:
    """Return AWS's code, or the first cancellation reason of a transaction."""
    reasons = [reason.get("Code", "None") for reason in error.response.get("CancellationReasons", [])]
    code = next((reason for reason in reasons if reason != "None"), "")
    return code or str(error.response.get("Error", {}).get("Code", "Unknown"))


def _permission(kind: type[ServiceError], error: ClientError) -> str:
    """Return AWS's message of a denial, which has role, action and resource."""
    text = error.response.get("Error", {}).get("Message", "")
    return f" ({text})" if kind is NotPermittedError and text else ""


def _unreachable(doing: str, error: Exception) -> ServiceError:
    if isinstance(error, HTTPClientError | ConnectionError):
        return ServiceError(
            f"{doing}: AWS could not be reached ({type(error).__name__}). Check the network, and "
            "AWS_ENDPOINT_URL if it is set."
        )
    return ServiceError(f"{doing}: {type(error).__name__}")
