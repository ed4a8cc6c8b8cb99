"""One connection to the source server: how it is opened, what its session promises, how its errors become
ours.
"""

from __future__ import annotations

import socket
import ssl
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

import pymysql  # type: ignore[import-untyped]  # PyMySQL ships no types; what comes out of it is annotated here

from headgate.errors import HeadgateError, NotFoundError, NotPermittedError, ServiceError, ThrottledError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# Numbers of the server's and client's errors: https://mariadb.com/kb/en/mariadb-error-codes/ (the same on
# MySQL).
_DENIED = {1044, 1045, 1142, 1143, 1227, 1370, 1698}
_ABSENT = {1049, 1054, 1146}
_BUSY = {1205}  # waited too long for a lock
_CROWDED = {1203, 1226}  # more connections, or more work in an hour, than the account may have
# Gone away, lost, shut down, killed, deadlock, too many connections; 1412: the table changed under the
# snapshot.
_PASSING = {
    0,
    1040,
    1053,
    1077,
    1078,
    1079,
    1080,
    1152,
    1158,
    1159,
    1160,
    1161,
    1213,
    1317,
    1412,
    1927,
    2003,
    2006,
    2013,
    2055,
}

# While a lock on the whole server waits for a long query, everybody else waits for it: it gives up soon.
LOCK_WAIT_S = 5

# What every session promises, so that a value has one text form whatever the server's defaults are.
_PROMISES = (
    "SET NAMES utf8mb4",
    "SET SESSION time_zone = '+00:00'",
    "SET SESSION sql_mode = ''",
    "SET SESSION sql_big_selects = 1",  # a server with max_join_size would answer error 1104 to a large table
    "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
    "SET SESSION net_write_timeout = 3600",
    f"SET SESSION lock_wait_timeout = {LOCK_WAIT_S}",
    # A slice may take long; comments that only MariaDB and only MySQL read switch off the limit that each
    # has.
    (
        "SET SESSION wait_timeout = 28800 /*M!100101 , max_statement_time = 0 */ /*!50708 , "
        "max_execution_time = 0 */"
    ),
)


_PEM = "-----BEGIN"


class SourceLostError(ServiceError):
    """The server or the connection went away, or changed under the snapshot.

    A new attempt can go on from what is finished.
    """


class TableLockedError(SourceLostError):
    """Another session holds a lock on a table, as ALTER TABLE does.

    A new attempt can succeed when that session has ended.
    """


@dataclass(frozen=True)
class Login:
    """How to reach the source. Its text never shows the password.

    Attributes:
        tls_ca: the certificate authority to trust, as the path of a PEM file or as PEM itself; empty for the
            system's own.
        tls_name: the name that the server's certificate must be valid for; empty for `host`. A tunnel's end
            is another host.
        tls: False only for a server on this machine or a private network that ends TLS elsewhere.
    """

    host: str
    port: int
    username: str
    password: str = field(repr=False)
    database: str
    tls: bool = True
    tls_ca: str = ""
    tls_name: str = ""

    @classmethod
    def from_secret(cls, secret: Mapping[str, Any], *, tls: bool = True, tls_ca: str = "") -> Login:
        """Return the login that the secret's JSON states: host, port, username, password, dbname."""
        return cls(
            secret["host"],
            int(secret["port"]),
            secret["username"],
            secret["password"],
            secret["dbname"],
            tls=tls,
            tls_ca=tls_ca,
        )


class Session:
    """An open connection that speaks UTC and utf8mb4. Use it from one thread at a time."""

    def __init__(self, login: Login) -> None:
        with server_errors(f"connect to {login.host}:{login.port}"):
            self.connection: Any = pymysql.connect(
                host=login.host,
                port=login.port,
                user=login.username,
                password=login.password,
                database=login.database,
                charset="utf8mb4",
                connect_timeout=10,
                read_timeout=3600,
                ssl=_tls(login.tls_ca, login.tls_name) if login.tls else None,
                ssl_disabled=not login.tls,
            )
        self.database = login.database
        for promise in _PROMISES:
            self.do(promise)

    def do(self, statement: str) -> None:
        """Execute the statement."""
        self.rows(statement)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Return every row of a small result, as Python values."""
        with server_errors(query.split(" ", 1)[0].lower()), self.connection.cursor() as cursor:
            cursor.execute(query)
            return list(cursor.fetchall())

    def estimate(self, query: str) -> int:
        """Estimate how many rows the server would look at for a query on one table."""
        with server_errors("explain"), self.connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN {query}")
            names = [column[0].lower() for column in cursor.description]
            return int(dict(zip(names, cursor.fetchone(), strict=True))["rows"] or 0)

    def value(self, query: str) -> Any:  # noqa: ANN401 whatever the server answers
        """Return the first value of the first row, None when there is no row."""
        rows = self.rows(query)
        return rows[0][0] if rows else None

    def close(self) -> None:
        """Close the connection, whatever state it is in, with its transaction and locks.

        A thread that waits on it wakes.
        """
        with suppress(OSError, AttributeError):
            self.connection._sock.shutdown(socket.SHUT_RDWR)  # noqa: SLF001 closing alone does not wake a blocked read
        self.connection._force_close()  # noqa: SLF001 close() would wait for the rest of an unread result


@cache
def _tls(authority: str, server_name: str) -> ssl.SSLContext:
    """Return the TLS settings, cached for all connections: to read the system's authorities takes 25 ms of
    processor time.
    """
    context = _NamedContext(ssl.PROTOCOL_TLS_CLIENT)
    context.server_name = server_name
    if authority.startswith(_PEM):
        context.load_verify_locations(cadata=authority)
    elif authority:
        context.load_verify_locations(cafile=authority)
    else:
        context.load_default_certs()
    return context


class _NamedContext(ssl.SSLContext):
    """Checks the server's certificate against a name other than the host that PyMySQL connects to."""

    server_name = ""

    def wrap_socket(self, *given: Any, **named: Any) -> ssl.SSLSocket:  # noqa: ANN401 what ssl.SSLContext takes
        return super().wrap_socket(
            *given, **{**named, "server_hostname": self.server_name or named.get("server_hostname")}
        )


@contextmanager
def server_errors(doing: str) -> Iterator[None]:
    """Raise errors of the driver in the block as Headgate's own, without any row's value."""
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


@contextmanager
def errors_of_table(table: str) -> Iterator[None]:
    """Raise errors of the server in the block with the table's name.

    A lock that was not granted leaves it as one to retry.
    """
    try:
        yield
    except ThrottledError as error:
        raise TableLockedError(
            f"table {table}: another session held its lock for longer than {LOCK_WAIT_S} s, as ALTER "
            "TABLE does (error 1205). "
            "Wait for that session (SHOW PROCESSLIST lists it) or end it; `headgate export run "
            "--resume` then continues the run"
        ) from error
    except ServiceError as error:
        raise type(error)(f"table {table}: {error}") from error


def _why(error: ssl.SSLError) -> str:
    """Return the reason that TLS gives of a certificate, which is no secret."""
    return (
        error.verify_message
        if isinstance(error, ssl.SSLCertVerificationError)
        else str(error.reason or type(error).__name__)
    )


def _error_of(number: int, doing: str, error: Exception) -> ServiceError:
    # Only the server's own messages about names and rights are repeated: others may quote a value.
    if number in _PASSING or isinstance(error, pymysql.err.InterfaceError):
        return SourceLostError(f"the source was lost during {doing} (error {number})")
    if number in _BUSY:
        return ThrottledError(
            f"the source was busy for longer than {LOCK_WAIT_S} s during {doing} (error {number})"
        )
    if number in _DENIED:
        return NotPermittedError(f"the source refused {doing}: {error.args[1]} (error {number})")
    if number in _ABSENT:
        return NotFoundError(f"the source lacks what {doing} names: {error.args[1]} (error {number})")
    if number in _CROWDED:
        return ServiceError(
            f"the source refused {doing}: {error.args[1]} (error {number}). Remedy: fewer workers, or "
            "more connections for the account"
        )
    return ServiceError(f"the source failed {doing} (error {number})")


def quoted(name: str) -> str:
    """Return an identifier, quoted for MySQL."""
    return "`" + name.replace("`", "``") + "`"
