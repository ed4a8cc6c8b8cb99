"""A row belongs to exactly one range of parts: from the first key of a part up to, and without, the first key
of the next range.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.contracts.types import arrow_schema
from headgate.merge.merge_files import KeyRange, fit_files, newest_rows
from headgate.merge.part_boundaries import changed_spans
from headgate.snapshots.parts import Part, SnapshotParts
from headgate.snapshots.publishing import parquet_bytes
from tests.duckdb_memory import MEMORY
from tests.unit.merge.test_merge_lake import LINEAGE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

pytestmark = pytest.mark.unit

Key = tuple[Any, ...]
KINDS = {"shop": Kind.BIGINT, "line": Kind.BIGINT, "code": Kind.STRING}


def contract_of(names: Sequence[str]) -> Contract:
    return Contract(
        id="headgate.curated.lines",
        dataset="lines",
        zone="curated",
        version="1.0.0",
        key=tuple(names),
        order_by=("updated_at",),
        columns=(
            *(Column(name, ColumnType(KINDS[name]), required=True) for name in names),
            Column("updated_at", ColumnType(Kind.TIMESTAMP)),
            *LINEAGE,
        ),
    )


class Parts:
    """Parts of a snapshot by their first and last keys, and rows that arrive."""

    def __init__(self, folder: Path, names: Sequence[str], *ranges: tuple[Key, Key]) -> None:
        self.folder, self.names, self.contract = folder, tuple(names), contract_of(names)
        self.memory = MEMORY
        key = pa.schema([arrow_schema(self.contract).field(name) for name in names])
        made = [Part(2, 1, "0", *(dict(zip(names, end, strict=True)) for end in ends)) for ends in ranges]
        self.record = SnapshotParts(key, "rules", tuple(made))
        assert self.record.are_in_order()

    def arrive(self, keys: Sequence[Key]) -> Path:
        """A file with a row for each key; of equal keys a later one is newer."""
        rows = [
            {
                **dict(zip(self.names, key, strict=True)),
                "updated_at": datetime(2026, 1, 1) + timedelta(days=number),
                "_content_sha256": "aa",
                "_source_row": number,
            }
            for number, key in enumerate(keys, 1)
        ]
        path = self.folder / "arriving.parquet"
        path.write_bytes(parquet_bytes(pa.Table.from_pylist(rows, arrow_schema(self.contract))))
        return path

    def changed(self, *keys: Key) -> list[int]:
        """The parts that arriving keys change."""
        with self.memory.connect() as connection:
            spans = changed_spans(self.record.edges(), self.names, [self.arrive(keys)], [], connection)
        return [number for span in spans for number in span]

    def merged(self, parts: range, *keys: Key) -> list[tuple[Key, int]]:
        """The rows that a merge of some parts takes of those that arrive: their keys and source rows, in
        order.
        """
        fitted = fit_files(self.contract, [self.arrive(keys)])
        batches = newest_rows(fitted, self.memory, within=KeyRange(self.record.edges(), parts))
        return [
            (tuple(row[name] for name in self.names), row["_source_row"])
            for batch in batches
            for row in batch.to_pylist()
        ]

    def assert_each_row_is_in_the_range_of_the_part_that_it_changes(self, *keys: Key) -> None:
        every = range(len(self.record.parts))
        found = {
            number: [key for key, _ in self.merged(range(number, number + 1), *keys)] for number in every
        }
        assert [key for number in every for key in found[number]] == [
            key for key, _ in self.merged(every, *keys)
        ]
        for key in keys:
            assert [number for number in every if key in found[number]] == self.changed(key), key


@pytest.fixture
def numbers(tmp_path: Path) -> Parts:
    return Parts(tmp_path, ["shop", "line"], ((1, 5), (2, 3)), ((2, 7), (2, 7)), ((3, 0), (9, 9)))


# Where no row lies between the last key of a part and the first of the next, a new row belongs to the earlier
# part, unless it begins one.
@pytest.mark.parametrize(
    ("key", "part"),
    [
        ((0, 99), 0),  # before the first row of all
        ((1, 5), 0),
        ((2, 3), 0),  # the last key of the part
        ((2, 4), 0),
        ((2, 6), 0),  # the greatest key before the next part
        ((2, 7), 1),  # the first key of the next part, which is also its last
        ((2, 8), 1),
        ((2, 10**12), 1),
        ((3, -1), 1),
        ((3, 0), 2),
        ((9, 9), 2),
        ((10, 0), 2),  # behind the last row of all
    ],
)
def test_a_key_at_the_end_of_a_part_belongs_to_it_and_the_first_key_of_the_next_part_to_the_next(
    numbers: Parts, key: Key, part: int
) -> None:
    assert numbers.changed(key) == [part]
    assert [number for number in range(3) if numbers.merged(range(number, number + 1), key)] == [part]


def test_a_range_of_several_parts_ends_before_the_first_key_of_the_part_behind_it(numbers: Parts) -> None:
    keys = [(2, 6), (2, 7), (2, 8), (3, -1), (3, 0)]
    assert [key for key, _ in numbers.merged(range(2), *keys)] == keys[:-1]
    assert [key for key, _ in numbers.merged(range(1, 3), *keys)] == keys[1:]
    assert [key for key, _ in numbers.merged(range(3), *keys)] == keys


def test_all_versions_of_a_key_at_an_end_meet_in_one_range_and_the_newest_is_taken(numbers: Parts) -> None:
    keys = [(2, 7), (2, 6), (3, 0), (2, 7), (2, 6), (3, 0), (2, 7)]
    assert numbers.merged(range(1), *keys) == [((2, 6), 5)]
    assert numbers.merged(range(1, 2), *keys) == [((2, 7), 7)]
    assert numbers.merged(range(2, 3), *keys) == [((3, 0), 6)]


def test_ranges_of_composite_keys_without_nulls_divide_all_rows(numbers: Parts) -> None:
    numbers.assert_each_row_is_in_the_range_of_the_part_that_it_changes(
        *[(shop, line) for shop in range(11) for line in (-1, 0, 3, 4, 5, 6, 7, 8, 9, 10)]
    )


# In the order of their bytes: digits, upper case, lower case, then letters with marks and other scripts.
TEXTS = ["", " ", "1", "10", "2", "A", "Z", "Z ", "Za", "a", "a\x00", "aa", "z", "Ä", "ä", "中", "😀"]


def test_texts_are_compared_by_their_bytes_at_the_ends_of_ranges(tmp_path: Path) -> None:
    assert sorted(TEXTS, key=str.encode) == TEXTS
    parts = Parts(tmp_path, ["code"], (("1",), ("Z",)), (("a",), ("a",)), (("z",), ("Ä",)))
    keys = [(text,) for text in TEXTS]
    taken = [[key for (key,), _ in parts.merged(range(number, number + 1), *keys)] for number in range(3)]
    assert taken == [TEXTS[:9], ["a", "a\x00", "aa"], TEXTS[12:]]
    parts.assert_each_row_is_in_the_range_of_the_part_that_it_changes(*keys)


@pytest.mark.parametrize(("low", "high"), list(pairwise(TEXTS)))
def test_of_two_neighbouring_texts_the_greater_begins_a_part_and_the_lesser_ends_the_one_before(
    tmp_path: Path, low: str, high: str
) -> None:
    parts = Parts(tmp_path, ["code", "shop"], ((low, 1), (low, 1)), ((high, 1), (high, 1)))
    keys = [(low, 1), (low, 2), (high, 0), (high, 1), (high, 2)]
    assert [key for key, _ in parts.merged(range(1), *keys)] == keys[:3]
    assert [key for key, _ in parts.merged(range(1, 2), *keys)] == keys[3:]
    parts.assert_each_row_is_in_the_range_of_the_part_that_it_changes(*keys)
