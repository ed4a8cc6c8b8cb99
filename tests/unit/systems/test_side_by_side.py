"""Several systems are built side by side, as many as fit; what happens to one stops no other."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from headgate.errors import NotPermittedError
from headgate.systems.side_by_side import Ended, build_side_by_side, free_memory_bytes, this_machine

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.unit

GB = 10**9
SYSTEMS = ("a", "b", "c", "d", "e")


@dataclass
class Clock:
    """A clock that moves when somebody sleeps."""

    now_s: float = 0

    def sleep(self, seconds: float) -> None:
        self.now_s += seconds

    def read(self) -> float:
        return self.now_s


@dataclass
class FakeProcess:
    """A process that ends at a time."""

    clock: Clock
    ends_at_s: float
    ends_with: str = ""
    stopped: bool = False

    def cause(self) -> str | None:
        return None if self.clock.now_s < self.ends_at_s else self.ends_with

    def stop(self) -> None:
        self.stopped = True


@dataclass
class Worker:
    """Starts processes, and remembers how many of them worked at the same time."""

    seconds: dict[str, float] = field(default_factory=dict)
    causes: dict[str, str] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    clock: Clock = field(default_factory=Clock)
    started: dict[str, FakeProcess] = field(default_factory=dict)
    most: int = 0

    def start(self, system: str) -> FakeProcess:
        if system in self.refused:
            raise NotPermittedError("assume the role")
        process = FakeProcess(
            self.clock, self.clock.now_s + self.seconds.get(system, 1), self.causes.get(system, "")
        )
        self.started[system] = process
        self.most = max(self.most, sum(one.cause() is None for one in self.started.values()))
        return process

    def build(self, at_once: int = 2, timeout_s: float = 60) -> dict[str, str]:
        found = build_side_by_side(
            SYSTEMS, self.start, at_once, timeout_s, sleep=self.clock.sleep, monotonic_s=self.clock.read
        )
        return {one.system: one.cause for one in found}


def test_all_systems_are_built_and_never_more_at_once_than_fit() -> None:
    worker = Worker(seconds={"a": 9, "b": 2})
    assert worker.build(at_once=2) == dict.fromkeys(SYSTEMS, "")
    assert worker.most == 2


def test_systems_start_in_the_stated_order() -> None:
    worker = Worker()
    worker.build(at_once=1)
    assert list(worker.started) == list(SYSTEMS)


def test_a_system_starts_as_soon_as_another_has_ended() -> None:
    worker = Worker(seconds={"a": 10, "b": 1, "c": 1, "d": 1, "e": 1})
    worker.build(at_once=2)
    assert worker.clock.now_s == 10


def test_one_system_that_fails_does_not_stop_the_others() -> None:
    assert Worker(causes={"b": "AuditError: no rows"}).build() == {
        **dict.fromkeys(SYSTEMS, ""),
        "b": "AuditError: no rows",
    }


def test_a_system_whose_process_cannot_start_does_not_stop_the_others() -> None:
    assert Worker(refused={"a"}).build() == {
        **dict.fromkeys(SYSTEMS, ""),
        "a": "NotPermittedError: assume the role",
    }


def test_a_system_that_takes_too_long_is_ended() -> None:
    worker = Worker(seconds={"c": 1000})
    assert worker.build(timeout_s=120) == {
        **dict.fromkeys(SYSTEMS, ""),
        "c": "It was stopped after 2 minutes.",
    }
    assert [system for system, process in worker.started.items() if process.stopped] == ["c"]


def test_nothing_works_on_when_nobody_waits_for_it() -> None:
    worker = Worker(seconds={"b": 100})
    found = build_side_by_side(
        SYSTEMS, worker.start, 2, 60, sleep=worker.clock.sleep, monotonic_s=worker.clock.read
    )
    assert next(found) == Ended("a", "")
    found.close()  # type: ignore[attr-defined]  # an iterator in the signature, a generator in fact
    assert worker.started["b"].stopped


def test_free_memory_is_that_of_the_container_where_it_has_less_than_the_machine(tmp_path: Path) -> None:
    (tmp_path / "meminfo").write_text("MemTotal: 16000000 kB\nMemAvailable: 8000000 kB\n")
    assert free_memory_bytes(tmp_path, tmp_path) == 8_192_000_000
    (tmp_path / "memory.current").write_text("1000000000\n")
    (tmp_path / "memory.max").write_text("max\n")
    assert free_memory_bytes(tmp_path, tmp_path) == 8_192_000_000
    (tmp_path / "memory.max").write_text("5000000000\n")
    assert free_memory_bytes(tmp_path, tmp_path) == 4_000_000_000


def test_a_machine_that_states_nothing_counts_half_of_its_memory(tmp_path: Path) -> None:
    assert free_memory_bytes(tmp_path, tmp_path) > 0


def test_this_machine_has_processors_memory_and_disk() -> None:
    machine = this_machine()
    assert machine.processors >= 1
    assert machine.memory_bytes > 0
    assert machine.disk_bytes > 0
