"""Files of earlier runs that a run continues from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from headgate.aws.in_memory_ports import MemoryObjects
from headgate.engines import local
from headgate.facts.fact_store import FactStore
from headgate.facts.kept_files import first_stored
from headgate.facts.part_tables import PartTables

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.unit

BUCKET, KIND = "prod", "counts"


@pytest.fixture
def objects(tmp_path: Path) -> MemoryObjects:
    """Return a store with files of two addresses, each of which has its address as content."""
    store = FactStore(MemoryObjects(), BUCKET)
    for address in ("monday-1", "monday-2"):
        path = tmp_path / address
        path.write_text(address)
        store.upload(KIND, address, path)
    assert isinstance(store.objects, MemoryObjects)
    return store.objects


def stored(
    objects: MemoryObjects,
    folder: Path,
    *candidates: list[str],
    is_checked: bool = False,
    is_full: bool = False,
) -> tuple[int, list[str]] | None:
    store = FactStore(objects, BUCKET, is_full=is_full)
    with local.connected() as backend:
        tables = PartTables({}, {}, store, backend, folder, is_checked)
        place = first_stored(tables, KIND, candidates)
    return place and (place[0], [path.read_text() for path in place[1]])


def test_the_first_candidate_with_all_files_is_downloaded(objects: MemoryObjects, tmp_path: Path) -> None:
    monday = ["monday-1", "monday-2"]
    assert stored(objects, tmp_path, ["tuesday-1", "monday-2"], monday, monday[:1]) == (1, monday)


def test_without_a_complete_candidate_nothing_is_continued(objects: MemoryObjects, tmp_path: Path) -> None:
    assert stored(objects, tmp_path, ["monday-1", "tuesday-2"]) is None
    assert first_stored({}, KIND, [["monday-1"]]) is None


def test_runs_that_compare_stored_files_and_full_runs_continue_nothing(
    objects: MemoryObjects, tmp_path: Path
) -> None:
    assert stored(objects, tmp_path, ["monday-1"], is_checked=True) is None
    assert stored(objects, tmp_path, ["monday-1"], is_full=True) is None
