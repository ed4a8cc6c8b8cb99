"""Download the wheels of a lock and pack them into an archive once, for Lambda layers and Glue jobs."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.packages import build as archives

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_DOWNLOAD = (
    "-m",
    "pip",
    "download",
    "--quiet",
    "--disable-pip-version-check",
    "--no-deps",
    "--only-binary=:all:",
    "--require-hashes",
)


class WheelsError(Exception):
    """The wheels could not be downloaded, or one does not have its locked hash.

    The message says why, in one line.
    """


def build_once(path: Path, recipe: str, packed: Callable[[Path], bytes]) -> Path | None:
    """Write the archive and its recipe; return None if the recipe has not changed.

    Args:
        recipe: everything that decides the archive's bytes: the lock, and the files to pack from its wheels.
        packed: returns the archive; it gets an empty folder.
    """
    mark = path.with_name(f"{path.name.partition('.')[0]}.made-from")
    if path.is_file() and mark.is_file() and mark.read_text(encoding="utf-8") == recipe:
        return None
    with tempfile.TemporaryDirectory() as workspace:
        archives.write(path, packed(Path(workspace)))
    archives.write(mark, recipe.encode())
    return path


def download_wheels(
    lock: str, folder: Path, target: Sequence[str], *, cache: Path | None = None
) -> list[Path]:
    """Download the wheels of a lock, each with its locked hash, to the folder and return their paths.

    Args:
        target: pip's options for the platform.
        cache: a folder with wheels of earlier downloads.

    Raises:
        WheelsError: a wheel could not be downloaded, or has another hash.
    """
    wanted = folder / "wheels.lock"
    wanted.write_text(lock, encoding="utf-8")
    cached = ("--find-links", str(cache)) if cache else ()
    command = (sys.executable, *_DOWNLOAD, *target, *cached, "-r", str(wanted), "-d", str(folder))
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["pip gave no reason"])[-1]
        raise WheelsError(f"The wheels could not be downloaded: {reason}")
    return sorted(folder.glob("*.whl"))
