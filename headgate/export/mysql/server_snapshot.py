"""One snapshot of a MySQL server, shared by many connections.

Every worker opens `START TRANSACTION WITH CONSISTENT SNAPSHOT` while nothing can be committed to the exported
tables, so that all workers see the same rows. Writers are blocked, only while the snapshots are opened, by
the first of these methods that the account may use and that the server grants within a few seconds:

1. `global_lock`: FLUSH TABLES WITH READ LOCK (RELOAD; not granted on RDS and Aurora).
2. `table_locks`: LOCK TABLES … READ on the exported tables (LOCK TABLES). A table lock waits for open
  transactions that wrote to the table, so no transaction is seen in part.
3. `agreed_position`: no lock. MariaDB reports the binlog position of each snapshot; snapshots are opened
again
  until all positions are equal and no transaction wrote in the meantime (needs the binlog and SELECT only;
  InnoDB tables only).
4. `one_connection`: one snapshot on one connection, which reads all slices in turn.

A snapshot does not isolate tables without transactions (MyISAM, Aria), so a lock on them is held until all
rows are read.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING

from headgate.errors import HeadgateError, NotFoundError, NotPermittedError, ServiceError, ThrottledError
from headgate.export.mysql.mysql_types import quoted
from headgate.export.server.source import Snapshot, TableLockedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from headgate.export.mysql.mysql_session import MySqlSession
    from headgate.export.server.source_tables import SourceTable

_AGREEMENT_ATTEMPTS = 20
# A commit gets its number a few instructions before its rows become visible; after this time they are
# visible.
_COMMITTING_S = 0.002
_BEGIN = "START TRANSACTION WITH CONSISTENT SNAPSHOT"
_BEGIN_READ_ONLY = f"{_BEGIN}, READ ONLY"


class SnapshotMethod(StrEnum):
    """The method by which the connections share one snapshot."""

    GLOBAL_LOCK = "global_lock"
    TABLE_LOCKS = "table_locks"
    AGREED_POSITION = "agreed_position"
    ONE_CONNECTION = "one_connection"


@contextmanager
def open_mysql_snapshot(
    connect: Callable[[], MySqlSession],
    tables: Sequence[SourceTable],
    workers: int,
    methods: Sequence[SnapshotMethod] = tuple(SnapshotMethod),
) -> Iterator[Snapshot]:
    """Open a snapshot by the first method that the account may use; close all sessions after the block.

    Raises:
        NotPermittedError: no method is permitted, or a table without transactions cannot be locked.
        TableLockedError: another session holds a lock that the permitted methods need.
    """
    holder = connect()
    opened: list[MySqlSession] = [holder]

    def join() -> MySqlSession:
        opened.append(connect())
        return opened[-1]

    try:
        yield _first_allowed(holder, join, tables, workers, methods)
    finally:
        for session in opened:
            session.close()


def _first_allowed(
    holder: MySqlSession,
    join: Callable[[], MySqlSession],
    tables: Sequence[SourceTable],
    workers: int,
    methods: Sequence[SnapshotMethod],
) -> Snapshot:
    unheld = sorted(table.name for table in tables if not table.transactional)
    refusals, busy = [], False
    for method in methods:
        if unheld and method in {SnapshotMethod.AGREED_POSITION, SnapshotMethod.ONE_CONNECTION}:
            refusals.append(f"{method}: tables without transactions need a lock: {', '.join(unheld)}")
            continue
        try:
            return _OPEN[method](holder, join, tables, workers, bool(unheld))
        except (NotPermittedError, NotFoundError, ThrottledError, _NotAgreedError) as error:
            refusals.append(f"{method}: {error}")
            busy = busy or isinstance(error, ThrottledError)
    if busy:
        raise TableLockedError("the tables could not be locked for a snapshot. " + "; ".join(refusals))
    raise NotPermittedError("no consistent snapshot could be opened. " + "; ".join(refusals))


class _NotAgreedError(ServiceError):
    """The source was written to between the snapshots, or reports no positions."""


def _by_global_lock(
    holder: MySqlSession,
    join: Callable[[], MySqlSession],
    tables: Sequence[SourceTable],
    workers: int,
    keep: bool,
) -> Snapshot:
    del tables
    holder.do("FLUSH TABLES WITH READ LOCK")
    return _open_under_lock(holder, join, workers, keep, SnapshotMethod.GLOBAL_LOCK)


def _by_table_locks(
    holder: MySqlSession,
    join: Callable[[], MySqlSession],
    tables: Sequence[SourceTable],
    workers: int,
    keep: bool,
) -> Snapshot:
    holder.do("LOCK TABLES " + ", ".join(f"{quoted(table.name)} READ" for table in tables))
    return _open_under_lock(holder, join, workers, keep, SnapshotMethod.TABLE_LOCKS)


def _open_under_lock(
    holder: MySqlSession, join: Callable[[], MySqlSession], workers: int, keep: bool, method: SnapshotMethod
) -> Snapshot:
    try:
        sessions = tuple(_begin_snapshot(join()) for _ in range(workers))
    except HeadgateError:
        holder.do("UNLOCK TABLES")  # another method is tried next, and writers must not wait for it
        raise
    position, gtid = binlog_position(holder)
    taken_at = _server_time(holder)
    if not keep:
        holder.do("UNLOCK TABLES")
    return Snapshot(sessions, method, position or _snapshot_position(sessions[0]), gtid, taken_at)


def _by_agreement(
    holder: MySqlSession,
    join: Callable[[], MySqlSession],
    tables: Sequence[SourceTable],
    workers: int,
    keep: bool,
) -> Snapshot:
    """Return snapshots at one binlog position, between which no transaction wrote or committed.

    Equal positions alone are no proof: commits of an unlogged session, to an ignored schema, or on a replica
    that logs no updates do not move the position.
    """
    del keep
    if others := sorted(table.name for table in tables if table.engine.lower() != "innodb"):
        raise _NotAgreedError(f"the server counts transactions of InnoDB only: {', '.join(others)}")
    sessions = tuple(join() for _ in range(workers))
    for _ in range(_AGREEMENT_ATTEMPTS):
        before = _transactions(holder)
        time.sleep(_COMMITTING_S)
        positions = {_snapshot_position(_begin_snapshot(session)) for session in sessions}
        if "" in positions or not before:
            raise _NotAgreedError(
                "the server reports no position of a snapshot, or does not count its transactions"
            )
        if len(positions) == 1 and _transactions(holder) == before:
            return Snapshot(
                sessions, SnapshotMethod.AGREED_POSITION, positions.pop(), "", _server_time(holder)
            )
    raise _NotAgreedError(f"the source wrote between the snapshots {_AGREEMENT_ATTEMPTS} times")


def _transactions(session: MySqlSession) -> str:
    """Return a counter that grows with every first write and commit of InnoDB; empty if not reported.

    Source: MariaDB, trx_sys_t::get_max_trx_id: transactions and commits are numbered by one counter.
    """
    status = session.rows("SHOW GLOBAL STATUS LIKE 'Innodb_max_trx_id'")
    return str(status[0][1]) if status else ""


def _by_one_connection(
    holder: MySqlSession,
    join: Callable[[], MySqlSession],
    tables: Sequence[SourceTable],
    workers: int,
    keep: bool,
) -> Snapshot:
    del tables, workers, keep
    session = _begin_snapshot(join())
    return Snapshot(
        (session,), SnapshotMethod.ONE_CONNECTION, _snapshot_position(session), "", _server_time(holder)
    )


_OPEN = {
    SnapshotMethod.GLOBAL_LOCK: _by_global_lock,
    SnapshotMethod.TABLE_LOCKS: _by_table_locks,
    SnapshotMethod.AGREED_POSITION: _by_agreement,
    SnapshotMethod.ONE_CONNECTION: _by_one_connection,
}


def _begin_snapshot(session: MySqlSession) -> MySqlSession:
    session.do(_BEGIN_READ_ONLY)
    return session


def _snapshot_position(session: MySqlSession) -> str:
    """Return the binlog position of this session's snapshot, which only MariaDB and Percona report."""
    status = dict(session.rows("SHOW SESSION STATUS LIKE 'binlog_snapshot_%'"))
    named = {str(name).lower(): value for name, value in status.items()}
    file, offset = named.get("binlog_snapshot_file", ""), named.get("binlog_snapshot_position", "")
    return f"{file}:{offset}" if file else ""


def binlog_position(session: MySqlSession) -> tuple[str, str]:
    """Return the current binlog position and GTID set; empty if not available to the account."""
    return _log_position(session), _gtid(session)


def _log_position(session: MySqlSession) -> str:
    for statement in ("SHOW BINARY LOG STATUS", "SHOW MASTER STATUS"):
        try:
            positions = session.rows(statement)
        except HeadgateError:
            continue
        return f"{positions[0][0]}:{positions[0][1]}" if positions else ""
    return ""


def _gtid(session: MySqlSession) -> str:
    for variable in ("@@global.gtid_executed", "@@global.gtid_binlog_pos"):
        try:
            return str(session.value(f"SELECT {variable}") or "").replace("\n", "")
        except HeadgateError:
            continue
    return ""


def _server_time(session: MySqlSession) -> str:
    return str(session.value("SELECT DATE_FORMAT(UTC_TIMESTAMP(6), '%Y-%m-%dT%H:%i:%s.%f')"))
