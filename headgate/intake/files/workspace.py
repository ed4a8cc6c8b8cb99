"""A local folder for one file's way through the gate."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_PREFIX = "headgate-file-"


@contextmanager
def workspace(parent: Path | None = None) -> Iterator[Path]:
    """Return an empty folder below `parent`, or below the system's own place for such; it is gone afterwards.

    Folders of workers that were killed go first. Lambda keeps a worker's disk when it resets one that ran out
    of time or memory.
    Source: AWS Lambda developer guide, "Failures during the invoke phase".
    """
    root = parent or Path(tempfile.gettempdir())
    _remove_left_over(root)
    with tempfile.TemporaryDirectory(prefix=_PREFIX, dir=root) as name:
        lock = _lock(Path(name))
        try:
            yield Path(name)
        finally:
            if lock is not None:
                os.close(lock)


def _remove_left_over(root: Path) -> None:
    """Remove folders that no process has locked.

    One that is made at this very moment is held before anything lies in it, so losing it is no matter.
    """
    for folder in root.glob(f"{_PREFIX}*"):
        lock = _lock(folder) if _holds_something(folder) else None
        if lock is not None:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(lock)


def _holds_something(folder: Path) -> bool:
    with suppress(OSError):  # it may be gone by now
        return any(folder.iterdir())
    return False


def _lock(folder: Path) -> int | None:
    """Return a hold on the folder that ends with the process; None when another has it, or it is gone."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
        else:
            return descriptor
    return None
