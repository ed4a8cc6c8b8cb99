"""Rows of a file are compared with files that no run has merged: within limits, and never with guesses."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

from headgate.aws.in_memory_ports import MemoryCatalog, MemoryObjects
from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.contracts.types import arrow_schema
from headgate.lake import keys
from headgate.lake.ports import ObjectRef
from headgate.merge.merge_lake import Merging
from headgate.quality.contract_audit import audit
from headgate.snapshots.publishing import parquet_bytes
from headgate.uploads import replaced_rows, unmerged_rows
from headgate.uploads.keys_of_file import KeysOfFile
from headgate.values.parquet_tables import table_of
from tests.duckdb_memory import MEMORY

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from headgate.uploads.replaced_rows import ComparisonWithLake

pytestmark = pytest.mark.unit

BUCKET = "curated"
TAKEN = datetime(2026, 1, 1)
READINGS = Contract(
    id="headgate.curated.readings",
    dataset="readings",
    zone="curated",
    version="1.0.0",
    key=("site", "number"),
    order_by=("taken_at",),
    columns=(
        Column("site", ColumnType(Kind.STRING), required=True),
        Column("number", ColumnType(Kind.BIGINT), required=True),
        Column("value", ColumnType(Kind.DECIMAL, precision=12, scale=2)),
        Column("taken_at", ColumnType(Kind.TIMESTAMP)),
        Column("_content_sha256", ColumnType(Kind.STRING, length=64), required=True),
        Column("_source_row", ColumnType(Kind.BIGINT), required=True),
    ),
)
SCHEMA = arrow_schema(READINGS)
WITH_TEXTS = SCHEMA.set(2, pa.field("value", pa.string()))
WITH_WHOLE_NUMBERS = SCHEMA.set(2, pa.field("value", pa.int32()))


def reading(number: int, value: str | int | None = "1.00", days: int = 0, site: str = "A") -> dict[str, Any]:
    return {"site": site, "number": number, "value": value, "taken_at": TAKEN + timedelta(days=days)}


def rows_of(name: str, readings: Iterable[dict[str, Any]], schema: pa.Schema = SCHEMA) -> pa.Table:
    exact = pa.types.is_decimal(schema.field("value").type)
    rows = [
        {**row, "_content_sha256": name, "_source_row": at}
        | ({"value": Decimal(row["value"])} if exact and row["value"] is not None else {})
        for at, row in enumerate(readings, 1)
    ]
    return pa.Table.from_pylist(rows, schema)


@dataclass
class TickingClock:
    now: datetime = datetime(2026, 1, 2)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@dataclass
class ReadingObjects(MemoryObjects):
    """Remembers which increments were downloaded."""

    downloaded: list[str] = field(default_factory=list)

    def download(self, ref: ObjectRef, path: Path, size_bytes: int | None = None) -> None:
        if keys.parse_increment_key(ref.key):
            self.downloaded.append(ref.key)
        super().download(ref, path, size_bytes)


@dataclass
class Lake:
    """A curated bucket with increments of one dataset."""

    folder: Path
    objects: ReadingObjects = field(default_factory=lambda: ReadingObjects(clock=TickingClock()))
    catalog: MemoryCatalog = field(default_factory=MemoryCatalog)

    def deliver(self, name: str, *readings: dict[str, Any], schema: pa.Schema = SCHEMA) -> int:
        body = parquet_bytes(rows_of(name, readings, schema))
        self.objects.write(ObjectRef(BUCKET, keys.increment_key("readings", name)), body)
        return len(body)

    def replay(self, name: str, *readings: dict[str, Any]) -> None:
        """The increment is written again, then marked."""
        self.deliver(name, *readings)
        self.objects.write(ObjectRef(BUCKET, keys.edition_key("readings", name, "ab12")), b"")

    def merge(self) -> None:
        ports = (self.objects, self.catalog, {"readings": READINGS}, BUCKET, "curated", self.folder, audit)
        Merging(*ports, memory=MEMORY).merge()

    def compare(self, *readings: dict[str, Any]) -> ComparisonWithLake:
        accepted = self.folder / "accepted.parquet"
        accepted.write_bytes(parquet_bytes(rows_of("arriving", readings)))
        compared = replaced_rows.replaced_rows(self.objects, BUCKET, READINGS, accepted)
        assert compared is not None
        return compared


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path)


def counts(compared: ComparisonWithLake) -> dict[str, int]:
    named = {name: getattr(compared, name) for name in ("replaced", "older", "equal", "not_compared")}
    return {name: count for name, count in named.items() if count}


def test_rows_that_no_read_file_has_are_not_compared_beyond_the_limit_of_bytes(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An older file that was not read may have them, so they are neither new nor those of the snapshot."""
    lake.deliver("merged", reading(1), reading(2))
    lake.merge()
    lake.deliver("left-out", reading(1, "5.00"))
    newest_bytes = lake.deliver("newest", reading(3))
    arriving = (reading(1, "5.00"), reading(2, "7.00"), reading(3, "4.00"), reading(9))
    assert counts(lake.compare(*arriving)) == {"replaced": 2, "equal": 1}
    monkeypatch.setattr(unmerged_rows, "MAX_BYTES", newest_bytes)
    assert counts(lake.compare(*arriving)) == {"replaced": 1, "not_compared": 3}
    monkeypatch.setattr(unmerged_rows, "MAX_BYTES", newest_bytes - 1)
    assert counts(lake.compare(*arriving)) == {"not_compared": 4}


def test_a_check_reads_a_limited_number_of_files(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        lake.deliver(f"file-{number}", reading(number))
    monkeypatch.setattr(unmerged_rows, "MAX_FILES", 3)
    assert counts(lake.compare(*(reading(number) for number in range(5)))) == {"equal": 3, "not_compared": 2}
    assert lake.objects.downloaded == [
        keys.increment_key("readings", f"file-{number}") for number in (4, 3, 2)
    ]


def test_a_large_file_is_not_compared_if_only_unmerged_files_have_rows(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replaced_rows, "MAX_BYTES", 1)
    assert counts(lake.compare(reading(1))) == {}
    lake.deliver("first", reading(1))
    assert counts(lake.compare(reading(1), reading(2))) == {"not_compared": 2}


def test_only_rows_with_keys_of_the_file_stay_in_memory(tmp_path: Path) -> None:
    stored = rows_of("stored", [reading(number) for number in range(200_000)])
    path = tmp_path / "stored.parquet"
    path.write_bytes(parquet_bytes(stored))
    complete_bytes, stored = stored.nbytes, None
    of_file = KeysOfFile.of(rows_of("arriving", [reading(7), reading(150_000)]), READINGS.key)
    before = pa.total_allocated_bytes()
    kept = of_file.read(path)
    assert kept is not None
    assert kept["number"].to_pylist() == [7, 150_000]
    assert pa.total_allocated_bytes() - before < complete_bytes / 1_000


def test_a_key_of_two_columns_is_compared_as_a_pair(lake: Lake) -> None:
    lake.deliver("first", reading(1, site="A"), reading(2, site="B"), reading(2, "3.00", site="A"))
    arriving = (reading(1, site="B"), reading(2, "4.00", site="A"))
    compared = lake.compare(*arriving)
    assert counts(compared) == {"replaced": 1}
    assert compared.examples[0]["changes"] == {"value": ("3", "4")}


def test_a_replayed_file_has_its_current_rows(lake: Lake) -> None:
    """A replay under another contract changes values and accepts or refuses other rows."""
    lake.deliver("replayed", reading(1), reading(2))
    lake.merge()
    lake.replay("replayed", reading(1, "8.00"), reading(3))
    compared = lake.compare(reading(1, "8.00"), reading(2), reading(3, "5.00"))
    assert counts(compared) == {"equal": 1, "replaced": 1}
    assert dict(compared.contents) == {"replayed": 2}
    lake.merge()
    assert lake.compare(reading(1, "8.00"), reading(2), reading(3, "5.00")) == compared


def test_a_replay_makes_a_file_no_newer_than_its_correction(lake: Lake) -> None:
    """Corrected files often keep the times of their rows."""
    lake.deliver("wrong", reading(1, "8.00", days=0), reading(2))
    lake.deliver("correction", reading(1, "9.00", days=1))
    lake.merge()
    lake.replay("wrong", reading(1, "8.00", days=1), reading(2))
    compared = lake.compare(reading(1, "9.00", days=1), reading(2))
    assert counts(compared) == {"equal": 2}


def test_a_row_of_the_table_that_is_newer_than_an_unmerged_one_remains_the_row_of_the_lake(
    lake: Lake,
) -> None:
    lake.deliver("merged", reading(1, "2.00", days=5))
    lake.merge()
    lake.deliver("late", reading(1, "1.00", days=1))
    assert counts(lake.compare(reading(1, "3.00", days=3))) == {"older": 1}
    assert counts(lake.compare(reading(1, "3.00", days=6))) == {"replaced": 1}


@pytest.mark.parametrize("last", [WITH_TEXTS, WITH_WHOLE_NUMBERS])
def test_rows_of_another_contract_version_are_compared_in_the_types_of_the_file(
    lake: Lake, last: pa.Schema
) -> None:
    """As in the merge; the file that came last decides no types."""
    lake.deliver("current", reading(1, "1.00"), reading(2, "2.00"))
    lake.deliver("other", reading(3, "3" if last is WITH_TEXTS else 3), schema=last)
    arriving = (reading(1, "1.00"), reading(2, "2.50"), reading(3, "3.00"))
    assert counts(lake.compare(*arriving)) == {"equal": 2, "replaced": 1}


@pytest.mark.parametrize(
    "other",
    [rows_of("other", [reading(3, "n/a")], WITH_TEXTS), rows_of("other", [reading(3)]).drop_columns("site")],
    ids=["a value does not fit", "a column of the key is missing"],
)
def test_rows_are_not_compared_if_a_file_cannot_be_read_in_their_types(lake: Lake, other: pa.Table) -> None:
    lake.deliver("current", reading(1))
    lake.objects.write(ObjectRef(BUCKET, keys.increment_key("readings", "other")), parquet_bytes(other))
    assert counts(lake.compare(reading(1), reading(3))) == {"equal": 1, "not_compared": 1}


def test_a_column_that_an_older_contract_lacks_is_empty_in_its_rows(lake: Lake) -> None:
    """As in the merge."""
    older = rows_of("older", [reading(1), reading(2)]).drop_columns("value")
    lake.objects.write(ObjectRef(BUCKET, keys.increment_key("readings", "older")), parquet_bytes(older))
    compared = lake.compare(reading(1, "2.00"), reading(2, None))
    assert counts(compared) == {"replaced": 1, "equal": 1}
    assert compared.examples[0]["changes"] == {"value": ("", "2")}


def test_rows_of_a_part_with_values_that_fit_no_type_of_the_file_are_not_compared(lake: Lake) -> None:
    lake.deliver("merged", reading(1), reading(2))
    lake.merge()
    (part,) = [
        item.ref
        for item in lake.objects.list(BUCKET, keys.SNAPSHOTS)
        if item.ref.key.endswith("part-00000.parquet")
    ]
    rows = table_of(lake.objects.read(part))
    texts = rows.set_column(rows.column_names.index("value"), "value", pa.array(["n/a", "n/a"]))
    lake.objects.write(part, parquet_bytes(texts))
    assert counts(lake.compare(reading(1), reading(9))) == {"not_compared": 1}
