"""AWS's errors become Headgate's, and nothing that was sent gets into their text."""

from __future__ import annotations

import traceback
from typing import Any

import pytest
from boto3.exceptions import S3UploadFailedError
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError, ParamValidationError

from headgate.aws.sdk_errors import CONFLICT, NOT_FOUND, NOT_PERMITTED, THROTTLED, translated
from headgate.errors import ConflictError, NotFoundError, NotPermittedError, ServiceError, ThrottledError

pytestmark = pytest.mark.unit

PAN = "4111111111111111"  # a test number that payment gateways publish


def refused(code: str, message: str = "", **more: Any) -> ClientError:  # noqa: ANN401 parts of an AWS response
    return ClientError({"Error": {"Code": code, "Message": message}, **more}, "PutItem")


def reported(error: Exception) -> ServiceError:
    with pytest.raises(ServiceError) as caught, translated("record orders/a.csv"):
        raise error
    return caught.value


@pytest.mark.parametrize(
    ("codes", "kind"),
    [
        (NOT_FOUND, NotFoundError),
        (NOT_PERMITTED, NotPermittedError),
        (CONFLICT, ConflictError),
        (THROTTLED, ThrottledError),
    ],
)
def test_every_code_of_a_table_has_its_kind(codes: frozenset[str], kind: type[ServiceError]) -> None:
    assert {type(reported(refused(code))) for code in codes} == {kind}


def test_no_code_stands_in_two_tables() -> None:
    tables = (NOT_FOUND, NOT_PERMITTED, CONFLICT, THROTTLED)
    assert sum(map(len, tables)) == len(frozenset().union(*tables))


def test_an_unknown_code_is_a_service_error_that_names_action_code_and_operation() -> None:
    error = reported(refused("InternalServerError"))
    assert type(error) is ServiceError
    assert str(error) == "record orders/a.csv: InternalServerError on PutItem"


def test_a_refused_permission_is_reported_in_awss_own_words() -> None:
    message = (
        "User: arn:aws:sts::0:assumed-role/gate is not authorized to perform: s3:PutObject on resource: "
        "arn:aws:s3:::curated"
    )
    assert message in str(reported(refused("AccessDenied", message)))


@pytest.mark.parametrize(
    "code", ["ValidationException", "ThrottlingException", "ConditionalCheckFailedException", "NoSuchKey"]
)
def test_awss_text_is_left_out_elsewhere_because_it_may_repeat_what_was_sent(code: str) -> None:
    assert PAN not in str(reported(refused(code, f"invalid value {PAN}")))


def test_a_wrong_parameter_is_not_repeated_in_text_or_traceback() -> None:
    error = reported(ParamValidationError(report=f"invalid value {PAN}"))
    assert PAN not in "".join(traceback.format_exception(error))
    assert str(error).endswith("ParamValidationError")


def test_an_unreachable_endpoint_is_a_service_error() -> None:
    assert str(reported(EndpointConnectionError(endpoint_url="http://x"))) == (
        "record orders/a.csv: AWS could not be reached (EndpointConnectionError). Check the network, "
        "and AWS_ENDPOINT_URL if it is set."
    )


def test_missing_credentials_are_not_permitted() -> None:
    assert isinstance(reported(NoCredentialsError()), NotPermittedError)


def test_a_cancelled_transaction_is_reported_by_its_reason() -> None:
    reasons = [{"Code": "None"}, {"Code": "ThrottlingError"}]
    assert isinstance(
        reported(refused("TransactionCanceledException", CancellationReasons=reasons)), ThrottledError
    )


def test_a_failed_transfer_is_reported_by_the_refusal_it_met() -> None:
    def upload() -> None:
        try:
            raise refused("AccessDenied", "not authorized")
        except ClientError as error:
            raise S3UploadFailedError(f"Failed to upload {PAN}: {error}")  # noqa: B904 boto3 raises it so

    with pytest.raises(NotPermittedError) as caught, translated("upload s3://raw/orders/a.csv"):
        upload()
    assert PAN not in str(caught.value)


def test_errors_of_our_own_pass_unchanged() -> None:
    with pytest.raises(ZeroDivisionError), translated("anything"):
        raise ZeroDivisionError
