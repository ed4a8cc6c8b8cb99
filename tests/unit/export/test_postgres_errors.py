"""Errors of the PostgreSQL driver: which begin a new attempt, which say that the account was refused."""

from __future__ import annotations

import adbc_driver_manager
import pyarrow as pa
import pytest
from adbc_driver_manager import AdbcStatusCode

from headgate.errors import HeadgateError, NotPermittedError, ServiceError
from headgate.export.postgres.postgres_session import postgres_errors
from headgate.export.server.source import SourceLostError

pytestmark = pytest.mark.unit


def raised(error: Exception, doing: str = "select") -> HeadgateError:
    with pytest.raises(HeadgateError) as caught, postgres_errors(doing):
        raise error
    return caught.value


def of_driver(kind: type[adbc_driver_manager.Error], text: str = "") -> adbc_driver_manager.Error:
    return kind(text, status_code=AdbcStatusCode.UNKNOWN)


def test_an_error_of_arrow_is_no_lost_connection_and_shows_no_value() -> None:
    error = raised(pa.ArrowInvalid("cannot read s3cret"))
    assert type(error) is ServiceError
    assert str(error) == "the source failed select"
    assert error.__cause__ is None


def test_only_an_operational_error_without_a_code_is_a_lost_connection() -> None:
    assert isinstance(raised(of_driver(adbc_driver_manager.OperationalError)), SourceLostError)
    other = raised(of_driver(adbc_driver_manager.InternalError, "s3cret"))
    assert type(other) is ServiceError
    assert str(other) == "the driver failed select (InternalError)"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ('FATAL:  no pg_hba.conf entry for host "10.0.0.1", user "a", SSL encryption', "refused connect"),
        ('FATAL:  certificate authentication failed for user "a"', "refused connect"),
        ("SSL error: certificate verify failed", "no TLS"),
    ],
)
def test_a_refusal_that_mentions_ssl_is_a_refusal(text: str, rule: str) -> None:
    error = raised(of_driver(adbc_driver_manager.OperationalError, text), "connect to db:5432")
    assert isinstance(error, NotPermittedError)
    assert rule in str(error)
