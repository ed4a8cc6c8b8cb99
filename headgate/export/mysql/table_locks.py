"""MySQL's named locks on the tables of a run."""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from typing import TYPE_CHECKING

from headgate.export.server.held_locks import WAIT_S, hold_locks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from headgate.export.mysql.mysql_session import MySqlSession


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
