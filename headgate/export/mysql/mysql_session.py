from __future__ import annotations

import socket
import ssl
import time
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, Any

import pymysql  # type: ignore[import-untyped]  # PyMySQL ships no types

from headgate.export.mysql.decode import Decoder
from headgate.export.mysql.mysql_errors import CrowdedError, server_errors
from headgate.export.mysql.wire import ResultStream
from headgate.export.server.source import LOCK_WAIT_S

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pyarrow as pa

    from headgate.export.planning.mapping import ExportColumn
    from headgate.export.server.login import Login

# Settings that give each value one text form, independently of the server's defaults.
_SETTINGS = (
    "SET NAMES utf8mb4",
    "SET SESSION time_zone = '+00:00'",
    "SET SESSION sql_mode = ''",
    "SET SESSION sql_big_selects = 1",  # a server with max_join_size raises error 1104 for a large table
    "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
    "SET SESSION net_write_timeout = 3600",
    f"SET SESSION lock_wait_timeout = {LOCK_WAIT_S}",
    # A slice may take long, so both servers' time limits are switched off, each in a comment that it alone
    # reads.
    (
        "SET SESSION wait_timeout = 28800 /*M!100101 , max_statement_time = 0 */ /*!50708 , "
        "max_execution_time = 0 */"
    ),
)

# A server counts a closed connection until its thread has ended.
_CONNECT_PAUSES_S = (0.1, 0.2, 0.4, 0.8)

_PEM = "-----BEGIN"


class MySqlSession:
    """An open connection in UTC and utf8mb4, for one thread at a time."""

    def __init__(self, login: Login) -> None:
        self.connection = _connect(login)
        self.database = login.database
        for setting in _SETTINGS:
            self.do(setting)

    def do(self, statement: str) -> None:
        self.rows(statement)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with server_errors(query.split(" ", 1)[0].lower()), self.connection.cursor() as cursor:
            cursor.execute(query)
            return list(cursor.fetchall())

    def estimate(self, query: str) -> int:
        """Return the server's estimate of the rows that a query on one table reads."""
        with server_errors("explain"), self.connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN {query}")
            names = [column[0].lower() for column in cursor.description]
            return int(dict(zip(names, cursor.fetchone(), strict=True))["rows"] or 0)

    def value(self, query: str) -> Any:  # noqa: ANN401 whatever the server answers
        rows = self.rows(query)
        return rows[0][0] if rows else None

    def batches(self, query: str, columns: Sequence[ExportColumn]) -> MySqlBatches:
        """Return the rows of the query, in batches."""
        return MySqlBatches(self, query, columns)

    def close(self) -> None:
        """Close the connection in any state, with its transaction and locks; wake a thread that reads."""
        with suppress(OSError, AttributeError):
            self.connection._sock.shutdown(socket.SHUT_RDWR)  # noqa: SLF001 closing alone does not wake a blocked read
        self.connection._force_close()  # noqa: SLF001 close() would wait for the rest of an unread result


class MySqlBatches:
    """Rows of one query, decoded from the binary protocol."""

    def __init__(self, session: MySqlSession, query: str, columns: Sequence[ExportColumn]) -> None:
        self._stream = ResultStream(session.connection, query)
        self._decoder = Decoder(columns, self._stream.columns)

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        return map(self._decoder.batch, self._stream)

    @property
    def impossible_dates(self) -> Mapping[str, int]:
        """The number of invalid dates per column that have become null."""
        return self._decoder.impossible_dates


def _connect(login: Login) -> Any:  # noqa: ANN401 a connection of PyMySQL, which has no types
    """Return an open connection; raise CrowdedError if the account is at its limit for 1.5 s."""
    for pause_s in _CONNECT_PAUSES_S:
        with suppress(CrowdedError):
            return _connect_once(login)
        time.sleep(pause_s)
    return _connect_once(login)


def _connect_once(login: Login) -> Any:  # noqa: ANN401 a connection of PyMySQL, which has no types
    with server_errors(f"connect to {login.host}:{login.port}"):
        return pymysql.connect(
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


@cache
def _tls(authority: str, server_name: str) -> ssl.SSLContext:
    """Return the TLS settings, cached because loading the system's authorities takes 25 ms."""
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
    """A TLS context that checks the server's certificate against `server_name` instead of the host."""

    server_name = ""

    def wrap_socket(self, *given: Any, **named: Any) -> ssl.SSLSocket:  # noqa: ANN401 what ssl.SSLContext takes
        return super().wrap_socket(
            *given, **{**named, "server_hostname": self.server_name or named.get("server_hostname")}
        )
