"""Two runs never export the same table at once, wherever they run: the source itself holds the lock."""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from typing import TYPE_CHECKING

from headgate.errors import ConflictError
from headgate.export.server.session import SourceLostError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from headgate.export.server.session import Session

# A killed run's idle connection is noticed at once; this is for a network that is slow to tell.
WAIT_S = 5


@contextmanager
def lock_tables(connect: Callable[[], Session], tables: Sequence[str]) -> Iterator[Callable[[], None]]:
    """Nobody else exports these tables from this database within the block, by a server lock that dies with its connection.

    Yields:
        A check that the lock is still held; it raises SourceLostError when it is not.

    Raises:
        ConflictError: another run holds one of the tables.
    """
    session = connect()
    # In one order, so that two runs cannot wait for each other.
    names = {table: _lock_name(session.database, table) for table in sorted(tables)}

    def check() -> None:
        held = "IS_USED_LOCK('{}') = CONNECTION_ID()"
        if not all(session.value(f"SELECT {held.format(name)}") for name in names.values()):
            raise SourceLostError("the lock of this run was lost")

    try:
        for table, name in names.items():
            if not session.value(f"SELECT GET_LOCK('{name}', {WAIT_S})"):
                raise ConflictError(f"another run is exporting {table}; wait for it, or end it")
        yield check
    finally:
        session.close()


def _lock_name(database: str, table: str) -> str:
    """A name for the pair within MySQL's limit of 64 characters."""
    return "headgate:" + hashlib.sha256(f"{database}\0{table}".encode()).hexdigest()[:32]
