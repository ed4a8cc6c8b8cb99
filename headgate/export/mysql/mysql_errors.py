import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import pymysql  # type: ignore[import-untyped]  # PyMySQL ships no types

from headgate.errors import HeadgateError, NotFoundError, NotPermittedError, ServiceError, ThrottledError
from headgate.export.server.source import LOCK_WAIT_S, SourceLostError, errors_with_table

# Error numbers, the same in MariaDB and MySQL. Source: https://mariadb.com/kb/en/mariadb-error-codes/
_DENIED = {1044, 1045, 1142, 1143, 1227, 1370, 1698}
_ABSENT = {1049, 1054, 1146}
_BUSY = {1205}  # lock wait timeout
_CROWDED = {1203, 1226}  # the account's limit of connections, or of statements per hour
# Connection lost, shutdown, killed, deadlock, too many connections; 1412: table altered after the snapshot.
_TEMPORARY = {0, 1040, 1053, *range(1077, 1081), 1152, *range(1158, 1162), 1213, 1317, 1412, 1927}
_TEMPORARY |= {2003, 2006, 2013, 2055}


class CrowdedError(ServiceError):
    """The account has reached its limit of connections, or of statements per hour."""


@contextmanager
def server_errors(doing: str) -> Iterator[None]:
    """Raise the driver's errors in the block as Headgate errors, without values of rows."""
    try:
        yield
    except HeadgateError:
        raise
    except pymysql.MySQLError as error:
        if isinstance(getattr(error, "original_exception", None), ssl.SSLError):
            raise NotPermittedError(f"no TLS with the source: {_why(error.original_exception)}") from error
        number = error.args[0] if error.args and isinstance(error.args[0], int) else -1
        raise _error_of(number, doing, error) from error
    except (OSError, EOFError) as error:
        raise SourceLostError(
            f"the connection to the source broke during {doing}: {type(error).__name__}"
        ) from error


mysql_errors_of_table = partial(errors_with_table, lock_error="1205", sessions="SHOW PROCESSLIST")


def _why(error: ssl.SSLError) -> str:
    """Return the reason of a TLS error, which contains no secret."""
    return (
        error.verify_message
        if isinstance(error, ssl.SSLCertVerificationError)
        else str(error.reason or type(error).__name__)
    )


def _error_of(number: int, doing: str, error: Exception) -> ServiceError:
    # Only the server's messages about names and permissions are repeated: others may quote a value.
    if number in _TEMPORARY or isinstance(error, pymysql.err.InterfaceError):
        return SourceLostError(f"the source was lost during {doing} (error {number})")
    if number in _BUSY:
        return ThrottledError(
            f"the source was busy for longer than {LOCK_WAIT_S} s during {doing} (error {number})"
        )
    if number in _DENIED:
        return NotPermittedError(f"the source refused {doing}: {error.args[1]} (error {number})")
    if number in _ABSENT:
        return NotFoundError(f"the source rejected a name in {doing}: {error.args[1]} (error {number})")
    if number in _CROWDED:
        return CrowdedError(
            f"the source refused {doing}: {error.args[1]} (error {number}). Use fewer --workers, or raise "
            "the account's limit"
        )
    return ServiceError(f"the source failed {doing} (error {number})")
