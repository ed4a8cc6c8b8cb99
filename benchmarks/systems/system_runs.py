"""Build systems in processes of their own, as the jobs do, and watch what they take."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

SYSTEMS = ("market-intelligence-hub", "demand-insights-engine", "compliance-guardian", "retail-copilot", "global-market-pulse")
AT_ONCE = 2  # as many as there are cores
ROOT = Path(__file__).resolve().parents[2]
_WATCH_S = 0.1
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Built:
    """What a system's run took, the most memory that it held, and a digest of each table's bytes."""

    system: str
    seconds: float
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
    command = [sys.executable, "-m", "benchmarks.systems.system_run", system, folder, engine]
    environment = {**os.environ, "OMP_WAIT_POLICY": "PASSIVE"}
    began = time.monotonic()
    reported = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment, cwd=ROOT).stdout
    built = Built(system, time.monotonic() - began, **json.loads(reported.splitlines()[-1]))
    print(f"  {system:24} {engine:7} {built.seconds:7.1f} s {built.cpu_s:7.1f} CPU s {built.peak_mb:7.0f} MB", flush=True)
    return built


def _below(pid: int) -> list[int]:
    """Every process that descends from one, itself left out."""
    parents: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:  # it ended meanwhile
            continue
        parents.setdefault(int(fields[1]), []).append(int(path.parent.name))
    found, waiting = [], [pid]
    while waiting:
        children = parents.get(waiting.pop(), [])
        found += children
        waiting += children
    return found


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE
    except OSError:  # it ended meanwhile
        return 0
