"""One connection to a PostgreSQL server: its settings and errors.

ADBC reads results by COPY in the binary format, directly into Arrow.
"""

from __future__ import annotations

import socket
import ssl
import threading
from contextlib import contextmanager, suppress
from functools import partial
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import adbc_driver_manager
import pyarrow as pa
from adbc_driver_postgresql import StatementOptions, dbapi  # type: ignore[import-untyped]  # it ships no types

from headgate.errors import HeadgateError, NotFoundError, NotPermittedError, ServiceError, ThrottledError
from headgate.export.postgres.postgres_batches import PostgresBatches
from headgate.export.server.source import LOCK_WAIT_S, SourceLostError, errors_with_table
from headgate.export.server.sql_dialect import SqlDialect

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from headgate.export.planning.mapping import ExportColumn
    from headgate.export.server.login import Login

# Error classes and codes. Source: https://www.postgresql.org/docs/current/errcodes-appendix.html
_LOST = ("08", "25P03", "40001", "40P01", "53300", "55000", "57014", "57P")
_DENIED = ("28", "42501")
_ABSENT = ("3D000", "3F000", "42P01", "42703")
_BUSY = ("55P03",)

_CANCEL_EVERY_S = 0.1

# Settings that give each value one text form, independently of the server's defaults.
_SETTINGS = {
    "TimeZone": "UTC",
    "DateStyle": "ISO, YMD",
    "IntervalStyle": "iso_8601",
    "bytea_output": "hex",
    "extra_float_digits": "1",
    "standard_conforming_strings": "on",
    "statement_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
    "lock_timeout": f"{LOCK_WAIT_S}s",
}


class PostgresSession:
    """An open connection in UTC and UTF-8, for one thread at a time."""

    def __init__(self, login: Login) -> None:
        self.database = login.database
        self._lock = threading.Lock()
        self._cursor: Any = None
        self._closed = False
        with postgres_errors(f"connect to {login.host}:{login.port}"), _authority(login) as ca:
            self._connection = dbapi.connect(_uri(login, ca), autocommit=True)
        sql = SqlDialect.POSTGRES
        settings = _SETTINGS | ({"search_path": sql.quoted(login.schema)} if login.schema else {})
        calls = (f"set_config('{name}', {sql.string(value)}, false)" for name, value in settings.items())
        self.do(f"SELECT {', '.join(calls)}")

    def do(self, statement: str) -> None:
        with self._executed(statement):
            pass

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with self._executed(query) as cursor:
            return list(cursor.fetchall())

    def value(self, query: str) -> Any:  # noqa: ANN401 whatever the server answers
        rows = self.rows(query)
        return rows[0][0] if rows else None

    def result_columns(self, query: str) -> list[tuple[str, str, str]]:
        """Return name, type and type modifier of a query's columns without executing it."""
        with self._opened("describe") as cursor:
            schema = cursor.adbc_execute_schema(query)
        return [
            (
                field.name,
                (field.metadata or {}).get(b"POSTGRESQL:type", b"").decode(),
                (field.metadata or {}).get(b"POSTGRESQL:typmod", b"-1").decode(),
            )
            for field in schema
        ]

    def batches(self, query: str, columns: Sequence[ExportColumn]) -> PostgresBatches:
        """Return the rows of the query, in batches."""
        return PostgresBatches(self._arrow(query), columns)

    def _arrow(self, query: str) -> Iterator[pa.RecordBatch]:
        """Yield the driver's batches; another thread may close the connection between them."""
        with self._asking("select"):
            self._cursor = self._connection.cursor()
            self._cursor.execute(query)
            # fetch_record_batch() returns a wrapped reader, whose errors have no SQLSTATE.
            reader = self._cursor._results.reader  # noqa: SLF001
        while True:
            with self._asking("select"):
                try:
                    batch = reader.read_next_batch()
                except StopIteration:
                    self._cursor.close()
                    self._cursor = None
                    return
            yield batch

    @contextmanager
    def _executed(self, query: str) -> Iterator[Any]:
        with self._opened(query.split(maxsplit=1)[0].lower()) as cursor:
            # COPY does not accept statements such as EXPLAIN.
            cursor.adbc_statement.set_options(**{StatementOptions.USE_COPY.value: "false"})
            cursor.execute(query)
            yield cursor

    @contextmanager
    def _opened(self, doing: str) -> Iterator[Any]:
        """Lock the connection for the block, and yield a cursor that `close` cancels."""
        with self._asking(doing):
            self._cursor = self._connection.cursor()
            try:
                yield self._cursor
            finally:
                self._cursor.close()
                self._cursor = None

    @contextmanager
    def _asking(self, doing: str) -> Iterator[None]:
        """Lock the connection for the block; raise SourceLostError if it is closed."""
        with self._lock, postgres_errors(doing):
            if self._closed:
                raise SourceLostError(f"the connection to the source was closed before {doing}")
            yield

    def close(self) -> None:
        """Close the connection with its transaction and locks, from any thread.

        A statement in another thread is cancelled first.
        """
        self._closed = True
        while not self._lock.acquire(timeout=_CANCEL_EVERY_S):
            with suppress(
                adbc_driver_manager.Error, AttributeError, ValueError
            ):  # the statement may have ended
                self._cursor.adbc_cancel()
        with suppress(adbc_driver_manager.Error):  # the server may be gone
            if self._cursor is not None:
                self._cursor.close()
                self._cursor = None
            self._connection.close()
        self._lock.release()


def _uri(login: Login, ca: str) -> str:
    """Return libpq's connection URI.

    Through a tunnel `hostaddr` is the address to connect to, and `host` the name in the certificate.

    Source: https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
    """
    options = {
        "sslmode": "verify-full" if login.tls else "disable",
        "connect_timeout": "10",
        "client_encoding": "UTF8",
        "application_name": "headgate export",
        "keepalives_idle": "60",
    }
    if login.tls:
        options["sslrootcert"] = ca
    if login.tls and login.tls_name:
        address = socket.gethostbyname(login.host)
        options |= {"host": login.tls_name, "hostaddr": address}
    host = f"[{login.host}]" if ":" in login.host else quote(login.host, safe="")
    account = f"{quote(login.username, safe='')}:{quote(login.password, safe='')}"
    where = f"{host}:{login.port}/{quote(login.database, safe='')}"
    return f"postgresql://{account}@{where}?{urlencode(options, quote_via=quote)}"


@contextmanager
def _authority(login: Login) -> Iterator[str]:
    """Yield the path of a PEM file with the trusted authority, because libpq accepts only files."""
    if not login.tls_ca.startswith("-----BEGIN"):
        paths = ssl.get_default_verify_paths()
        yield login.tls_ca or paths.cafile or paths.openssl_cafile
        return
    with NamedTemporaryFile("w", suffix=".pem", encoding="ascii") as file:
        file.write(login.tls_ca)
        file.flush()
        yield file.name


@contextmanager
def postgres_errors(doing: str) -> Iterator[None]:
    """Raise the driver's errors in the block as Headgate errors, without values of rows."""
    try:
        yield
    except HeadgateError:
        raise
    except adbc_driver_manager.Error as error:
        raise _error_of(error, doing) from error
    except pa.ArrowException:  # its text may quote a value
        raise ServiceError(f"the source failed {doing}") from None
    except OSError as error:
        raise SourceLostError(
            f"the connection to the source broke during {doing}: {type(error).__name__}"
        ) from error


def _error_of(error: adbc_driver_manager.Error, doing: str) -> HeadgateError:
    state, message = error.sqlstate or "", str(error)
    if not state:
        return _driver_error(error, doing)
    # Only the server's messages about names and permissions are repeated: others may quote a value.
    if state.startswith(_LOST):
        return SourceLostError(f"the source was lost during {doing} (error {state})")
    if state.startswith(_BUSY):
        return ThrottledError(
            f"the source was busy for longer than {LOCK_WAIT_S} s during {doing} (error {state})"
        )
    if state.startswith(_DENIED):
        return NotPermittedError(f"the source refused {doing}: {_reason(message)} (error {state})")
    if state.startswith(_ABSENT):
        return NotFoundError(f"the source rejected a name in {doing}: {_reason(message)} (error {state})")
    return ServiceError(f"the source failed {doing} (error {state})")


def _driver_error(error: adbc_driver_manager.Error, doing: str) -> HeadgateError:
    """Return the error for a driver error without SQLSTATE."""
    if doing.startswith("connect"):
        return _connect_error(doing, str(error))
    if isinstance(error, adbc_driver_manager.OperationalError):
        return SourceLostError(f"the source was lost during {doing} (error none)")
    return ServiceError(f"the driver failed {doing} ({type(error).__name__})")


def _connect_error(doing: str, message: str) -> HeadgateError:
    """Return the error for a failed connection, which libpq reports as text only."""
    reason = _reason(message)
    # A refusal can mention SSL: "no pg_hba.conf entry for host …, SSL encryption".
    if "authentication failed" in reason or "pg_hba.conf" in reason or "permission denied" in reason:
        return NotPermittedError(f"the source refused {doing}: {reason}")
    if "SSL" in reason or "certificate" in reason:
        return NotPermittedError(f"no TLS with the source: {reason}")
    if "does not exist" in reason:
        return NotFoundError(f"the source rejected a name in {doing}: {reason}")
    return SourceLostError(f"the source did not answer {doing}: {reason}")


def _reason(message: str) -> str:
    """Return the server's reason from the driver's message, without the query."""
    text = message.partition("\n")[0]
    return text.rpartition("ERROR:")[2].rpartition("FATAL:")[2].strip()


postgres_errors_of_table = partial(errors_with_table, lock_error="55P03", sessions="pg_stat_activity")
