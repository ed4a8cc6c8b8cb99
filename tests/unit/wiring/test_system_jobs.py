"""Systems that one job builds side by side: they share its machine, and each is marked on its own."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from headgate.aws import sts
from headgate.aws.glue import child_process
from headgate.costs.measured import Measured
from headgate.errors import ServiceError, SettingsError
from headgate.snapshots.snapshot import DatasetSnapshot, LakeSnapshot
from headgate.systems import side_by_side
from headgate.systems.side_by_side import Ended, Machine
from headgate.wiring import stores, system_jobs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from headgate.lake.ports import ObjectRef

pytestmark = pytest.mark.unit


class Marks:
    """An object store that keeps keys; one key cannot be written."""

    def __init__(self, refused: str) -> None:
        self.refused, self.written = refused, list[str]()

    def write(self, ref: ObjectRef, _: bytes) -> None:
        if ref.key.endswith(self.refused):
            raise ServiceError(f"write {ref.key}")
        self.written.append(ref.key)


SIDE_BY_SIDE = {
    "HEADGATE_ARTIFACTS_BUCKET": "artifacts",
    "HEADGATE_SYSTEM_ROLES": '{"retail-copilot": "arn:aws:iam::123456789012:role/one"}',
    "HEADGATE_SYSTEM_ARGUMENTS": '{"retail-copilot": {"system": "retail-copilot"}}',
}
LAKE = LakeSnapshot("0123456789abcdef", date(2026, 1, 2), {})


def ended_side_by_side(
    monkeypatch: pytest.MonkeyPatch, machine: Machine, causes: dict[str, str], marks: Marks
) -> tuple[dict[str, str], list[str]]:
    """How systems ended whose processes end at once, and in which order they started."""
    started: list[str] = []

    def build(systems: Sequence[str], *_: object) -> Iterator[Ended]:
        started.extend(systems)
        yield from (Ended(system, causes[system]) for system in systems)

    monkeypatch.setattr(side_by_side, "build_side_by_side", build)
    monkeypatch.setattr(side_by_side, "this_machine", lambda: machine)
    monkeypatch.setattr(stores, "objects", lambda: marks)
    found = system_jobs.build_side_by_side(SIDE_BY_SIDE, list(causes), LAKE, Path("job.py"), Path())
    return {one.system: one.cause for one in found}, started


def test_a_system_that_was_built_is_marked_and_a_failure_or_a_lost_mark_stops_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    marks, machine = Marks(refused="global-market-pulse"), Machine(4, 16 * 10**9, 10**9)
    causes = {
        "retail-copilot": "AuditError: no rows",
        "global-market-pulse": "",
        "demand-insights-engine": "",
        "own-models": "",
    }
    ended, started = ended_side_by_side(monkeypatch, machine, causes, marks)
    assert started[0] == max(causes, key=lambda system: Measured.load().seconds_of(system, held_gb=0))
    assert sorted(marks.written) == [
        "runs/unchanged/built/demand-insights-engine",
        "runs/unchanged/built/own-models",
    ]
    assert ended["retail-copilot"] == "AuditError: no rows"
    assert ended["global-market-pulse"].startswith("It is built, but not marked as built")
    assert (ended["demand-insights-engine"], ended["own-models"]) == ("", "")


def test_systems_that_are_built_at_the_same_time_share_the_memory_of_the_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    environments: dict[str, Mapping[str, str]] = {}

    class Processes:
        def __init__(self, _: object) -> None: ...

        def start(self, _: Path, environment: Mapping[str, str], *_rest: object) -> None:
            environments[environment["system"]] = environment

    def build(systems: Sequence[str], start: Callable[[str], object], *_: object) -> Iterator[Ended]:
        for system in systems:
            start(system)
            yield Ended(system, "")

    monkeypatch.setattr(child_process, "ChildProcesses", Processes)
    monkeypatch.setattr(sts, "credentials_of", lambda *_: None)
    monkeypatch.setattr(side_by_side, "build_side_by_side", build)
    monkeypatch.setattr(side_by_side, "this_machine", lambda: Machine(2, 14 * 10**9, 10**12))
    monkeypatch.setattr(stores, "objects", lambda: Marks("none"))
    systems = ["global-market-pulse", "retail-copilot"]
    roles, arguments = (
        dict.fromkeys(systems, "arn:aws:iam::123456789012:role/one"),
        {system: {"system": system} for system in systems},
    )
    environment = {
        **SIDE_BY_SIDE,
        "HEADGATE_SYSTEM_ROLES": json.dumps(roles),
        "HEADGATE_SYSTEM_ARGUMENTS": json.dumps(arguments),
    }
    assert {
        one.system
        for one in system_jobs.build_side_by_side(environment, systems, LAKE, Path("job.py"), Path())
    } == {*systems}
    assert {system: one["HEADGATE_TABLE_MEMORY_MB"] for system, one in environments.items()} == dict.fromkeys(
        systems, "3500"
    )


def test_no_system_starts_on_a_machine_that_holds_none(monkeypatch: pytest.MonkeyPatch) -> None:
    assert ended_side_by_side(
        monkeypatch, Machine(4, 10**8, 10**9), {"retail-copilot": ""}, Marks("none")
    ) == ({}, [])


def lake_of(size_gb: float) -> LakeSnapshot:
    orders = DatasetSnapshot("orders", "0123456789abcdef", "s3://curated/orders", 1, int(size_gb * 10**9))
    return replace(LAKE, datasets={"orders": orders})


@pytest.mark.parametrize(
    ("lake", "machine"),
    [
        pytest.param(lake_of(5), Machine(4, 2 * 10**9, 10**12), id="too little memory"),
        pytest.param(lake_of(5), Machine(4, 10**12, 10**9), id="too little disk"),
        pytest.param(lake_of(30), Machine(64, 10**12, 10**12), id="a system of hours"),
        pytest.param(lake_of(16), Machine(1, 10**12, 10**12), id="too long one after the other"),
    ],
)
def test_a_lake_that_is_too_large_for_one_job_is_refused_before_anything_is_done(
    monkeypatch: pytest.MonkeyPatch, lake: LakeSnapshot, machine: Machine
) -> None:
    monkeypatch.setattr(side_by_side, "this_machine", lambda: machine)
    systems = list(Measured.load().systems)
    with pytest.raises(
        SettingsError, match=r"GB is too large for a run in one job .* run_in_one_job = false"
    ):
        system_jobs.run_stages({}, ["merge_curated"], systems, lake, Path())


@pytest.mark.parametrize("lake", [None, lake_of(1)])
def test_a_small_lake_and_a_new_one_are_not_refused(
    monkeypatch: pytest.MonkeyPatch, lake: LakeSnapshot | None
) -> None:
    monkeypatch.setattr(side_by_side, "this_machine", lambda: Machine(4, 16 * 10**9, 10**11))
    system_jobs._refuse_too_large(list(Measured.load().systems), lake)
