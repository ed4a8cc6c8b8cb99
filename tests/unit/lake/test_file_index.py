"""Records are read page by page, and no page after the last one that is wanted."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import pytest

from headgate.lake.file_index import FileFilter, FileListPage, newest_first, received_since
from headgate.lake.ports import FileRecord

pytestmark = pytest.mark.unit


def record(day: int) -> FileRecord:
    return FileRecord(
        str(day),
        "raw",
        f"payments/{day}.csv",
        "v1",
        "payments",
        "done",
        received_at=f"2026-01-{day:02}T00:00:00",
    )


@dataclass
class Pages:
    """Two records per page, from day 6 to day 1; the second page is empty, as after a filter."""

    read: list[str] = field(default_factory=list)

    def newest(self, limit: int, *, after: str = "", where: FileFilter) -> FileListPage:
        del limit, where
        self.read.append(after)
        pages = {"": ((6, 5), "b"), "b": ((), "c"), "c": ((4, 3), "d"), "d": ((2, 1), "")}
        days, following = pages[after]
        return FileListPage(tuple(map(record, days)), following)

    def accepted_with(self, content_sha256: str, datasets: object) -> str:
        raise NotImplementedError


def test_all_pages_are_read_to_the_end() -> None:
    assert [one.file_id for one in newest_first(Pages(), FileFilter(), 2)] == ["6", "5", "4", "3", "2", "1"]


@pytest.mark.parametrize("name", ["", "fuhrpark", "FUHR", "Straße", "STRASSE", "s/Fuhrpark"])
def test_a_part_of_a_name_is_compared_without_case(name: str) -> None:
    assert FileFilter(name=name).fits_name("uploads/Fuhrpark_Straße.csv")
    assert not FileFilter(name="fuhrwerk").fits_name("uploads/Fuhrpark_Straße.csv")


def test_pages_of_older_files_are_not_read() -> None:
    index = Pages()
    assert [one.file_id for one in received_since(index, datetime(2026, 1, 4))] == ["6", "5", "4"]
    assert index.read == ["", "b", "c"]
