"""Build several systems on one machine, each in its own process, as many at once as fit into memory."""

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Protocol

from headgate.errors import HeadgateError

_LOOK_S = 0.5
_KIB = 1024


@dataclass(frozen=True)
class Machine:
    """The processors and memory that are free for all processes together."""

    processors: int
    memory_bytes: int
    disk_bytes: int


@dataclass(frozen=True)
class Ended:
    """A system whose build has ended; `cause` says why it failed, and is empty if it succeeded."""

    system: str
    cause: str


class Process(Protocol):
    """The process that builds one system."""

    def cause(self) -> str | None:
        """Return None while it works; then why it failed, empty if it succeeded."""

    def stop(self) -> None:
        """End it."""


def fit_together(needs: Iterable[float], free: float) -> int:
    """Return how many of the processes fit into the free resources at the same time, in any combination."""
    largest_first = sorted(needs, reverse=True)
    return sum(together <= free for together in accumulate(largest_first))


def build_side_by_side(
    systems: Sequence[str],
    start: Callable[[str], Process],
    at_once: int,
    timeout_s: float,
    *,
    sleep: Callable[[float], None] = time.sleep,
    monotonic_s: Callable[[], float] = time.monotonic,
) -> Iterator[Ended]:
    """Start the systems in order, and yield each when its build has ended; a failure does not stop others.

    Args:
        at_once: the largest number of parallel processes, at least one.
        timeout_s: a process that takes longer is stopped.
    """
    waiting = list(systems)[::-1]
    running: dict[str, tuple[Process, float]] = {}
    try:
        while waiting or running:
            while waiting and len(running) < at_once:
                system = waiting.pop()
                try:
                    running[system] = start(system), monotonic_s()
                except HeadgateError as error:
                    yield Ended(system, f"{type(error).__name__}: {error}")
            for system, (process, began_s) in list(running.items()):
                cause = _cause(process, monotonic_s() - began_s, timeout_s)
                if cause is not None:
                    del running[system]
                    yield Ended(system, cause)
            if running:
                sleep(_LOOK_S)
    finally:
        for process, _ in running.values():
            process.stop()


def _cause(process: Process, seconds: float, timeout_s: float) -> str | None:
    cause = process.cause()
    if cause is None and seconds > timeout_s:
        process.stop()
        return f"It was stopped after {timeout_s / 60:g} minutes."
    return cause


def this_machine() -> Machine:
    """Return the free resources of this machine."""
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return Machine(processors, free_memory_bytes(), shutil.disk_usage(tempfile.gettempdir()).free)


def free_memory_bytes(proc: Path = Path("/proc"), cgroup: Path = Path("/sys/fs/cgroup")) -> int:
    """Return the free memory of the machine, or of the container if it has less."""
    limits = []
    with suppress(OSError):
        facts = dict(
            line.split(":", 1)
            for line in (proc / "meminfo").read_text(encoding="ascii").splitlines()
            if ":" in line
        )
        limits.append(int(facts["MemAvailable"].split()[0]) * _KIB)
    with suppress(OSError, ValueError):  # `max` is no number: the container has no limit
        limits.append(int((cgroup / "memory.max").read_text()) - int((cgroup / "memory.current").read_text()))
    return min(limits, default=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2)
