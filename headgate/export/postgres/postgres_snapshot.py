"""One snapshot of a PostgreSQL server, shared by many connections, and the locks against parallel runs.

The first connection begins a transaction, locks the tables against ALTER TABLE and TRUNCATE, from which a
snapshot does not isolate, and exports its snapshot; the other connections import it.

Source: https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-SNAPSHOT-SYNCHRONIZATION
"""

from __future__ import annotations

import hashlib
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from headgate.export.postgres.postgres_session import PostgresSession, postgres_errors_of_table
from headgate.export.server.held_locks import WAIT_S, hold_locks
from headgate.export.server.source import Snapshot
from headgate.export.server.sql_dialect import SqlDialect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from headgate.export.server.source_tables import SourceTable

METHOD = "exported_snapshot"
_PAUSE_S = 0.25
_BEGIN = "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"
_LOCKABLE = {"table", "partitioned", "view"}
_MOMENT = """
select pg_export_snapshot(), case when pg_is_in_recovery() then pg_last_wal_replay_lsn() else pg_current_wal_lsn() end::text,
       to_char(clock_timestamp(), 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""  # noqa: E501 a file's text


@contextmanager
def open_postgres_snapshot(
    connect: Callable[[], PostgresSession], tables: Sequence[SourceTable], workers: int
) -> Iterator[Snapshot]:
    """Open sessions that share one exported snapshot; close all sessions after the block.

    Raises:
        NotPermittedError: the account may not read a table.
        TableLockedError: another session holds a table's lock.
    """
    opened: list[PostgresSession] = []

    def join() -> PostgresSession:
        opened.append(connect())
        return opened[-1]

    try:
        holder = join()
        lockable = [table for table in tables if _may_lock(holder, table)]
        holder.do(_BEGIN)
        for table in lockable:
            _lock_columns(holder, table)
        name, position, taken_at = holder.rows(_MOMENT)[0]
        for _ in range(workers - 1):
            session = join()
            session.do(_BEGIN)
            session.do(f"SET TRANSACTION SNAPSHOT {SqlDialect.POSTGRES.string(name)}")
        yield Snapshot(tuple(opened), METHOD, position or "", "", taken_at)
    finally:
        for session in opened:
            session.close()


def _may_lock(session: PostgresSession, table: SourceTable) -> bool:
    """Return whether the account may lock the table, which needs SELECT on all columns."""
    sql = SqlDialect.POSTGRES
    name = sql.string(sql.quoted(table.name))
    return table.engine in _LOCKABLE and bool(session.value(f"SELECT has_table_privilege({name}, 'SELECT')"))


def _lock_columns(session: PostgresSession, table: SourceTable) -> None:
    with postgres_errors_of_table(table.name):
        session.do(f"LOCK TABLE {SqlDialect.POSTGRES.quoted(table.name)} IN ACCESS SHARE MODE")


@contextmanager
def lock_postgres_tables(
    connect: Callable[[], PostgresSession], tables: Sequence[str]
) -> Iterator[Callable[[], None]]:
    """Hold an advisory lock for each of the tables for the block, as `hold_locks` does."""
    session = connect()
    schema = session.value("SELECT coalesce(current_schema()::text, '')")
    numbers = {table: _lock_number(session.database, schema, table) for table in sorted(tables)}

    def take(number: int) -> bool:
        until = time.monotonic() + WAIT_S
        while not (is_taken := bool(session.value(f"SELECT pg_try_advisory_lock({number})"))):
            if time.monotonic() > until:
                break
            time.sleep(_PAUSE_S)
        return is_taken

    def holds_all() -> bool:
        count = session.value(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid() AND granted"
        )
        return int(count) >= len(numbers)

    with hold_locks(session, numbers, take, holds_all) as check:
        yield check


def _lock_number(*names: str) -> int:
    """Return the number of an advisory lock (signed 64 bits) from a database, a schema and a table."""
    digest = hashlib.sha256("\0".join(["headgate", *names]).encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)
