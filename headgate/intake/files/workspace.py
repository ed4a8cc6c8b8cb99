"""A local folder for processing one file."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_PREFIX = "headgate-file-"


@contextmanager
def workspace(parent: Path | None = None) -> Iterator[Path]:
    """Provide an empty folder below `parent`, or the system's temporary folder, and delete it afterwards.

    Folders of killed workers are deleted first: Lambda keeps the disk of a worker that it resets because it
    ran out of time or memory. Source: AWS Lambda developer guide, "Failures during the invoke phase".
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

    Empty folders are left alone: a worker locks its new folder before it writes to it.
    """
    for folder in root.glob(f"{_PREFIX}*"):
        lock = _lock(folder) if _has_content(folder) else None
        if lock is not None:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(lock)


def _has_content(folder: Path) -> bool:
    with suppress(OSError):  # another process may have removed it
        return any(folder.iterdir())
    return False


def _lock(folder: Path) -> int | None:
    """Lock the folder until the process ends; return None if another process has locked or removed it."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
        else:
            return descriptor
    return None
