"""One snapshot of a MySQL server, shared by many connections, and the locks against parallel runs.

Every worker opens `START TRANSACTION WITH CONSISTENT SNAPSHOT` while nothing can be committed to the exported
tables, so that all workers see the same rows. Writers are blocked, only while the snapshots are opened, by
the first of these methods that the account may use and that the server grants within a few seconds:

1. `global_lock`: FLUSH TABLES WITH READ LOCK (RELOAD; not granted on RDS and Aurora).
2. `table_locks`: LOCK TABLES … READ on the exported tables (LOCK TABLES). A table lock waits for open
  transactions that wrote to the table, so no transaction is seen in part.
3. `agreed_position`: no lock. MariaDB reports the binlog position of each snapshot; snapshots are opened
  again until all positions are equal and no transaction wrote in the meantime (needs the binlog and SELECT
  only; InnoDB tables only).
4. `one_connection`: one snapshot on one connection, which reads all slices in turn.

A snapshot does not isolate tables without transactions (MyISAM, Aria), so a lock on them is held until all
rows are read.
"""

from __future__ import annotations

import hashlib
import time
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from headgate.errors import HeadgateError, NotFoundError, NotPermittedError, ServiceError, ThrottledError
from headgate.export.mysql.mysql_types import quoted
from headgate.export.server.held_locks import WAIT_S, hold_locks
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
    opening = _Opening(holder, join, tables, workers, keeps_locks=bool(unheld))
    refusals, busy = [], False
    for method in methods:
        if unheld and method in {SnapshotMethod.AGREED_POSITION, SnapshotMethod.ONE_CONNECTION}:
            refusals.append(f"{method}: tables without transactions need a lock: {', '.join(unheld)}")
            continue
        try:
            return opening.by(method)
        except (NotPermittedError, NotFoundError, ThrottledError, _NotAgreedError) as error:
            refusals.append(f"{method}: {error}")
            busy = busy or isinstance(error, ThrottledError)
    if busy:
        raise TableLockedError("the tables could not be locked for a snapshot. " + "; ".join(refusals))
    raise NotPermittedError("no consistent snapshot could be opened. " + "; ".join(refusals))


class _NotAgreedError(ServiceError):
    """The source was written to between the snapshots, or reports no positions."""


@dataclass(frozen=True)
class _Opening:
    """A snapshot to be opened; `keeps_locks` until all rows are read."""

    holder: MySqlSession
    join: Callable[[], MySqlSession]
    tables: Sequence[SourceTable]
    workers: int
    keeps_locks: bool

    def by(self, method: SnapshotMethod) -> Snapshot:
        """Open the snapshot; raise an error if the method is not permitted or the server is busy."""
        if method is SnapshotMethod.AGREED_POSITION:
            return self._by_agreement()
        if method is SnapshotMethod.ONE_CONNECTION:
            session = _begin_snapshot(self.join())
            return Snapshot((session,), method, _snapshot_position(session), "", _server_time(self.holder))
        names = ", ".join(f"{quoted(table.name)} READ" for table in self.tables)
        is_global = method is SnapshotMethod.GLOBAL_LOCK
        self.holder.do("FLUSH TABLES WITH READ LOCK" if is_global else f"LOCK TABLES {names}")
        return self._under_lock(method)

    def _under_lock(self, method: SnapshotMethod) -> Snapshot:
        try:
            sessions = tuple(_begin_snapshot(self.join()) for _ in range(self.workers))
        except HeadgateError:
            self.holder.do("UNLOCK TABLES")  # another method is tried next, and writers must not wait for it
            raise
        position, gtid = _log_position(self.holder), _gtid(self.holder)
        taken_at = _server_time(self.holder)
        if not self.keeps_locks:
            self.holder.do("UNLOCK TABLES")
        return Snapshot(sessions, method, position or _snapshot_position(sessions[0]), gtid, taken_at)

    def _by_agreement(self) -> Snapshot:
        """Return snapshots at one binlog position, between which no transaction wrote or committed.

        Equal positions alone are no proof: commits of an unlogged session, to an ignored schema, or on a
        replica that logs no updates do not move the position.
        """
        if others := sorted(table.name for table in self.tables if table.engine.lower() != "innodb"):
            raise _NotAgreedError(f"the server counts transactions of InnoDB only: {', '.join(others)}")
        sessions = tuple(self.join() for _ in range(self.workers))
        for _ in range(_AGREEMENT_ATTEMPTS):
            before = _transactions(self.holder)
            time.sleep(_COMMITTING_S)
            positions = {_snapshot_position(_begin_snapshot(session)) for session in sessions}
            if "" in positions or not before:
                raise _NotAgreedError(
                    "the server reports no position of a snapshot, or does not count its transactions"
                )
            if len(positions) == 1 and _transactions(self.holder) == before:
                taken_at = _server_time(self.holder)
                return Snapshot(sessions, SnapshotMethod.AGREED_POSITION, positions.pop(), "", taken_at)
        raise _NotAgreedError(f"the source wrote between the snapshots {_AGREEMENT_ATTEMPTS} times")


def _transactions(session: MySqlSession) -> str:
    """Return a counter that grows with every first write and commit of InnoDB; empty if not reported.

    Source: MariaDB, trx_sys_t::get_max_trx_id: transactions and commits are numbered by one counter.
    """
    status = session.rows("SHOW GLOBAL STATUS LIKE 'Innodb_max_trx_id'")
    return str(status[0][1]) if status else ""


def _begin_snapshot(session: MySqlSession) -> MySqlSession:
    session.do(_BEGIN_READ_ONLY)
    return session


def _snapshot_position(session: MySqlSession) -> str:
    """Return the binlog position of this session's snapshot, which only MariaDB and Percona report."""
    status = dict(session.rows("SHOW SESSION STATUS LIKE 'binlog_snapshot_%'"))
    named = {str(name).lower(): value for name, value in status.items()}
    file, offset = named.get("binlog_snapshot_file", ""), named.get("binlog_snapshot_position", "")
    return f"{file}:{offset}" if file else ""


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


@contextmanager
def lock_mysql_tables(
    connect: Callable[[], MySqlSession], tables: Sequence[str]
) -> Iterator[Callable[[], None]]:
    """Hold a named lock for each of the tables for the block, as `hold_locks` does."""
    session = connect()
    names = {table: _lock_name(session.database, table) for table in sorted(tables)}

    def take(name: str) -> object:
        return session.value(f"SELECT GET_LOCK('{name}', {WAIT_S})")

    def holds_all() -> bool:
        return all(
            session.value(f"SELECT IS_USED_LOCK('{name}') = CONNECTION_ID()") for name in names.values()
        )

    with hold_locks(session, names, take, holds_all) as check:
        yield check


def _lock_name(database: str, table: str) -> str:
    """Return a lock name within MySQL's limit of 64 characters."""
    return "headgate:" + hashlib.sha256(f"{database}\0{table}".encode()).hexdigest()[:32]
