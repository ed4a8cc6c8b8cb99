"""Runs are accepted as a whole: whatever the order and number of events, nothing before the manifest,
everything after it.
"""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.aws.in_memory_ports import MemoryObjects
from headgate.errors import UnreadableFileError
from headgate.intake.files.export_runs import ExportRuns, names_of
from headgate.intake.files.source_deletions import Sightings
from headgate.lake.keys import RUN_MANIFEST, ExportKey
from headgate.lake.ports import FileRecord, ObjectRef
from headgate.lake.raw_objects import file_id_of, is_data
from headgate.lake.states import FileState

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from headgate.contracts.model import Contract
    from headgate.lake.ports import ObjectInfo

pytestmark = pytest.mark.unit

RAW = "raw"
PARTS = ("part-00000.parquet", "part-00001.parquet", "part-00002.parquet")


def key(name: str, run: str = "r1") -> str:
    return ExportKey("orders", date(2026, 1, 2), run, name).path()


def manifest(*names: str) -> bytes:
    return json.dumps({"files": [{"name": name, "size_bytes": 1} for name in names]}).encode()


@dataclass
class Raw:
    """Raw, its queue, and what was let through the gate, by key and version."""

    objects: MemoryObjects = field(default_factory=MemoryObjects)
    queue: deque[ObjectRef] = field(default_factory=deque)
    accepted: list[ObjectRef] = field(default_factory=list)
    contracts: Mapping[str, Contract] = field(default_factory=dict)

    @property
    def runs(self) -> ExportRuns:
        """Return the runs under test."""
        return ExportRuns(
            self.objects, self.process, self.queue.extend, Sightings(self.objects, self.contracts, "curated")
        )

    def process(self, ref: ObjectRef, look_up: Callable[[], ObjectInfo] | None) -> FileRecord:
        """The gate's answer to one object, which it reads."""
        if not is_data(ref.key):
            return FileRecord(
                file_id_of(ref), ref.bucket, ref.key, ref.version_id, "orders", FileState.IGNORED
            )
        self.accepted.append((look_up() if look_up else self.objects.info(ref)).ref)
        return FileRecord(file_id_of(ref), ref.bucket, ref.key, ref.version_id, "orders", FileState.DONE)

    def put(self, name: str, body: bytes = b"rows") -> ObjectRef:
        """The event of a new object."""
        self.objects.write(ObjectRef(RAW, key(name)), body)
        return self.objects.info(ObjectRef(RAW, key(name))).ref

    def work_off(self, events: Sequence[ObjectRef]) -> None:
        """Every event has been received, and every message that this sent."""
        self.queue.extend(events)
        while self.queue:
            self.runs.receive(self.queue.popleft())

    @property
    def names(self) -> set[str]:
        """Names of the accepted files."""
        return {ref.key.rpartition("/")[2] for ref in self.accepted}


def test_a_part_without_its_manifest_waits() -> None:
    raw = Raw()
    assert raw.runs.receive(raw.put(PARTS[0])).state == FileState.WAITING
    assert not raw.accepted


def test_a_manifest_lets_all_its_parts_in() -> None:
    raw = Raw()
    raw.work_off([raw.put(name) for name in PARTS])
    raw.work_off([raw.put(RUN_MANIFEST, manifest(*PARTS))])
    assert raw.names == set(PARTS)


@given(st.data())
def test_no_order_or_repetition_of_events_loses_a_part(data: st.DataObject) -> None:
    """Events may come before, between and after: S3 keeps the order of nothing but the objects themselves."""
    raw = Raw()
    parts = [raw.put(name) for name in PARTS]
    early = data.draw(st.lists(st.sampled_from(parts)))
    raw.work_off(early)
    assert not raw.accepted
    late = [event for event in parts if event not in early]
    repeated = data.draw(st.lists(st.sampled_from(parts)))
    complete = raw.put(RUN_MANIFEST, manifest(*PARTS))
    raw.work_off(data.draw(st.permutations([*late, *repeated, complete, complete])))
    assert raw.names == set(PARTS)
    assert {ref.version_id for ref in raw.accepted} == {ref.version_id for ref in parts}


def test_a_part_that_the_manifest_does_not_name_stays_out() -> None:
    """An attempt that was cut otherwise may have left it."""
    raw = Raw()
    raw.work_off(
        [raw.put(PARTS[0]), raw.put(PARTS[1]), raw.put(RUN_MANIFEST, manifest(PARTS[0])), raw.put(PARTS[2])]
    )
    assert raw.names == {PARTS[0]}


def test_an_older_version_of_a_part_is_never_accepted() -> None:
    raw = Raw()
    older, newer = raw.put(PARTS[0], b"old"), raw.put(PARTS[0], b"new")
    raw.work_off([raw.put(RUN_MANIFEST, manifest(PARTS[0])), older])
    assert {ref.version_id for ref in raw.accepted} == {newer.version_id}


def test_another_runs_manifest_accepts_nothing() -> None:
    raw = Raw()
    raw.objects.write(ObjectRef(RAW, key(RUN_MANIFEST, "r2")), manifest(PARTS[0]))
    assert raw.runs.receive(raw.put(PARTS[0])).state == FileState.WAITING


@pytest.mark.parametrize(
    "name", ["orders/2026-01-02.csv", "orders/dt=2026-01-02/part.parquet", "orders/run=r1/part.csv"]
)
def test_files_outside_runs_enter_at_once(name: str) -> None:
    raw = Raw()
    raw.objects.write(ObjectRef(RAW, name), b"rows")
    assert raw.runs.receive(ObjectRef(RAW, name)).state == FileState.DONE


def test_a_manifest_itself_is_no_data_and_names_of_notes_are_not_sent() -> None:
    raw = Raw()
    reported = raw.runs.receive(raw.put(RUN_MANIFEST, manifest("_deleted.parquet", RUN_MANIFEST)))
    assert reported.state == FileState.IGNORED
    assert not raw.queue


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'{"files": [1]}', b'{"files": [{"size": 1}]}', b"\xff"])
def test_a_manifest_that_names_nothing_is_an_error(body: bytes) -> None:
    with pytest.raises(UnreadableFileError):
        names_of(body)
