"""Build systems in processes of their own, as the jobs do, and watch what they take."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.systems.system_run import PUBLISHED

if TYPE_CHECKING:
    from collections.abc import Iterator

SYSTEMS = (
    "market-intelligence-hub",
    "demand-insights-engine",
    "compliance-guardian",
    "retail-copilot",
    "global-market-pulse",
)
AT_ONCE = 2  # as many as there are cores
ROOT = Path(__file__).resolve().parents[2]
_WATCH_S = 0.1
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Built:
    """The time of a system's run, the most memory and disk that it held, and a digest of each table's bytes.

    Attributes:
        disk_mb: of files that the system made for itself, without its input and its tables.
    """

    system: str
    seconds: float
    disk_mb: float
    cpu_s: float
    peak_mb: float
    tables: dict[str, str]


@dataclass
class Watch:
    """The most memory that a process and all below it held at one moment, shared pages counted for each."""

    peak_mb: int = 0
    _ended: threading.Event = field(default_factory=threading.Event)

    def look(self) -> None:
        """Look until the end."""
        while not self._ended.wait(_WATCH_S):
            self.peak_mb = max(self.peak_mb, sum(_resident(pid) for pid in _below(os.getpid())) // 2**20)

    def end(self) -> None:
        """Look no more."""
        self._ended.set()


@contextmanager
def watched() -> Iterator[Watch]:
    """Memory of the processes that are started in the block."""
    watch = Watch()
    looking = threading.Thread(target=watch.look)
    looking.start()
    try:
        yield watch
    finally:
        watch.end()
        looking.join()


def build_all(folder: Path, engine: str, at_once: int = AT_ONCE) -> list[Built]:
    """Every system over the merged files of a folder, so many at once, those that take longest first."""
    with ThreadPoolExecutor(at_once) as pool:
        return list(pool.map(lambda system: _in_process(system, folder, engine), SYSTEMS))


def _in_process(system: str, folder: Path, engine: str) -> Built:
    command = [sys.executable, "-m", "benchmarks.systems.system_run", system, str(folder), engine]
    disk_bytes, began = 0, time.monotonic()
    with tempfile.TemporaryDirectory() as scratch:
        environment = {**os.environ, "OMP_WAIT_POLICY": "PASSIVE", "TMPDIR": scratch}
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, env=environment, cwd=ROOT
        ) as process:
            while process.poll() is None:
                disk_bytes = max(disk_bytes, _on_disk(Path(scratch)))
                time.sleep(_WATCH_S)
            reported = process.communicate()[0]
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, command)
    built = Built(system, time.monotonic() - began, disk_bytes / 1e6, **json.loads(reported.splitlines()[-1]))
    figures = (
        f"{built.seconds:7.1f} s {built.cpu_s:7.1f} CPU s {built.peak_mb:7.0f} MB {built.disk_mb:7.0f} "
        "MB of disk"
    )
    print(f"  {system:24} {engine:7} {figures}", flush=True)
    return built


def _on_disk(folder: Path) -> int:
    """The bytes of all files that are there now; published tables lie in S3, so they do not count."""
    size_bytes = 0
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(PUBLISHED)]
        for name in names:
            try:
                size_bytes += Path(parent, name).stat().st_size
            except FileNotFoundError:  # it was removed meanwhile
                continue
    return size_bytes


def _below(pid: int) -> list[int]:
    """Every process that descends from one, itself left out."""
    parents: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:  # it ended meanwhile
            continue
        parents.setdefault(int(fields[1]), []).append(int(path.parent.name))
    processes, waiting = [], [pid]
    while waiting:
        children = parents.get(waiting.pop(), [])
        processes += children
        waiting += children
    return processes


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE
    except OSError:  # it ended meanwhile
        return 0
