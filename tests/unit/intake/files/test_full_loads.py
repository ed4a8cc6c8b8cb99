"""The gate marks each load of a dataset whose loads are complete, and no other file."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from headgate.aws.in_memory_ports import MemoryObjects
from headgate.intake.files.source_deletions import Sightings
from headgate.lake import keys
from headgate.lake.keys import RUN_MANIFEST, ExportKey
from headgate.lake.ports import FileRecord
from headgate.lake.states import FileState
from tests.unit.merge.test_merge_lake import ORDERS

pytestmark = pytest.mark.unit

FULL = replace(ORDERS, properties={**ORDERS.properties, "headgate.load": "full"})
RUN = {"moment": {"taken_at": "2026-01-02T03:04:05"}, "files": [{"name": "a", "sha256": "aa"}]}


def loads_of(objects: MemoryObjects) -> list[tuple[str, int]]:
    return [load for key in objects.contents("curated") if (load := keys.load_of(key))]


def sighted(manifest: dict[str, Any], *, full: bool = True) -> list[tuple[str, int]]:
    objects = MemoryObjects()
    sightings = Sightings(objects, {"orders": FULL if full else ORDERS}, "curated")
    key = ExportKey("orders", date(2026, 1, 2), "r1", RUN_MANIFEST)
    sightings.of_run("raw", key, json.dumps(manifest).encode())
    return loads_of(objects)


def received(key: str) -> list[tuple[str, int]]:
    objects = MemoryObjects()
    record = FileRecord("f1", "raw", key, "1", "orders", FileState.DONE)
    named = replace(record, content_sha256="aa", received_at="2026-01-02T03:04:05")
    Sightings(objects, {"orders": FULL}, "curated").of_file(named)
    return loads_of(objects)


def test_a_run_is_a_load_of_its_different_files() -> None:
    twice = [{"name": "a", "sha256": "aa"}, {"name": "b", "sha256": "bb"}, {"name": "c", "sha256": "bb"}]
    assert sighted({**RUN, "files": twice}) == [("20260102T030405.000000Z", 2)]
    assert sighted({**RUN, "mode": "full"}) == [("20260102T030405.000000Z", 1)]


@pytest.mark.parametrize("other", [{"mode": "incremental"}, {"files": []}])
def test_an_incremental_run_and_one_without_files_are_no_load(other: dict[str, Any]) -> None:
    assert sighted({**RUN, **other}) == []


def test_a_dataset_that_is_not_declared_full_has_no_loads() -> None:
    assert sighted(RUN, full=False) == []


def test_a_file_is_a_load_and_corrected_rows_are_none() -> None:
    assert received("orders/january.csv") == [("20260102T030405.000000Z", 1)]
    corrected = keys.corrected_rows_key("orders", "f" * 32, "e" * 16)
    assert received(corrected) == []
