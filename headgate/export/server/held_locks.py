"""Locks of the source server, which prevent two runs from exporting the same table at once."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar

from headgate.errors import ConflictError
from headgate.export.server.source import Session, SourceLostError

WAIT_S = 5  # the server notices a killed run at once; this is for a slow network
Lock = TypeVar("Lock")


@contextmanager
def hold_locks(
    session: Session, locks: Mapping[str, Lock], take: Callable[[Lock], object], holds_all: Callable[[], bool]
) -> Iterator[Callable[[], None]]:
    """Hold a server lock for each table in the block, and close the session after it.

    Args:
        locks: by table, in the same order in all runs, which prevents deadlocks.
        take: waits at most `WAIT_S` seconds for a lock; false if another session holds it.
        holds_all: asks the server whether the session still has all locks.

    Yields:
        A check that raises SourceLostError if a lock was lost.
    """

    def check() -> None:
        if not holds_all():
            raise SourceLostError("this run lost its lock on the tables")

    try:
        for table, lock in locks.items():
            if not take(lock):
                raise ConflictError(
                    f"another run is exporting {table}. Wait until it ends, or stop it, and start the "
                    "export again"
                )
        yield check
    finally:
        session.close()
