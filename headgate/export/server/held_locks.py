"""Two runs never export the same table at once, wherever they run: the source itself holds the lock."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from headgate.errors import ConflictError
from headgate.export.server.source import SourceLostError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from headgate.export.server.source import Session

WAIT_S = 5  # a killed run's idle connection is noticed at once; this is for a slow network
Lock = TypeVar("Lock")


@contextmanager
def hold_locks(
    session: Session, locks: Mapping[str, Lock], take: Callable[[Lock], object], holds_all: Callable[[], bool]
) -> Iterator[Callable[[], None]]:
    """Take a lock of the server's for each table in the block; all are released with the session at its end.

    Args:
        locks: by table, in one order in every run, so that two runs cannot wait for each other.
        take: waits up to `WAIT_S` seconds for a lock; false when another session holds it.
        holds_all: asks the server whether the session has all locks.

    Yields:
        A check that the locks are still held; it raises SourceLostError when they are not.

    Raises:
        ConflictError: another run holds one of the tables.
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
