"""Two runs never export the same table at once, wherever they run: the source itself holds the lock."""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from typing import TYPE_CHECKING

from headgate.errors import ConflictError
from headgate.export.server.source import SourceLostError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from headgate.export.mysql.mysql_session import MySqlSession

# A killed run's idle connection is noticed at once; this is for a slow network.
WAIT_S = 5


@contextmanager
def lock_mysql_tables(
    connect: Callable[[], MySqlSession], tables: Sequence[str]
) -> Iterator[Callable[[], None]]:
    """Hold a server lock on these tables of this database for the block; it is released with its connection.

    Yields:
        A check that the lock is still held; it raises SourceLostError when it is not.

    Raises:
        ConflictError: another run holds one of the tables.
    """
    session = connect()
    # In one order, so that two runs cannot wait for each other.
    names = {table: _lock_name(session.database, table) for table in sorted(tables)}

    def check() -> None:
        owns_lock = "IS_USED_LOCK('{}') = CONNECTION_ID()"
        if not all(session.value(f"SELECT {owns_lock.format(name)}") for name in names.values()):
            raise SourceLostError("this run lost its lock on the tables")

    try:
        for table, name in names.items():
            if not session.value(f"SELECT GET_LOCK('{name}', {WAIT_S})"):
                raise ConflictError(
                    f"another run is exporting {table}. Wait until it ends, or stop it, and start the "
                    "export again"
                )
        yield check
    finally:
        session.close()


def _lock_name(database: str, table: str) -> str:
    """Return a name for the pair within MySQL's limit of 64 characters."""
    return "headgate:" + hashlib.sha256(f"{database}\0{table}".encode()).hexdigest()[:32]
