"""A table in parts: parts whose rows did not change are copied, and neither written nor audited again."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pytest

from headgate.aws.in_memory_ports import MemoryCatalog, MemoryObjects
from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.errors import AuditError
from headgate.lake import keys
from headgate.lake.ports import ObjectRef
from headgate.snapshots.publishing import Publisher
from headgate.systems import table_parts
from headgate.systems.rows_by_range import RowsByRange
from headgate.systems.rows_in_file import RowsInFile, unstamped_rows, unstamped_schema, write_to_file
from headgate.systems.table_parts import stage_in_parts
from headgate.values.parquet_tables import table_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    Scores = Iterable[tuple[int, float | None]]

pytestmark = pytest.mark.unit

PROD = "prod"
SCORES = Contract(
    id="headgate.prod.scores",
    dataset="scores",
    zone="prod",
    version="1.0.0",
    key=("number",),
    columns=(
        Column("number", ColumnType(Kind.BIGINT), required=True),
        Column("reason", ColumnType(Kind.STRING)),
        Column("score", ColumnType(Kind.DOUBLE)),
        Column("as_of", ColumnType(Kind.DATE), required=True),
        Column("snapshot_id", ColumnType(Kind.STRING), required=True),
    ),
    system="scores",
)


@dataclass
class Prod:
    """A bucket and a catalog, and the numbers that the audit looked at since it was last asked."""

    objects: MemoryObjects = field(default_factory=MemoryObjects)
    catalog: MemoryCatalog = field(default_factory=MemoryCatalog)
    audited: list[int] = field(default_factory=list)
    contract: Contract = SCORES

    def __post_init__(self) -> None:
        self.catalog.create(PROD, "scores", f"s3://{PROD}/tables/scores/none/")

    def publish(
        self,
        rows: Scores | RowsByRange,
        day: int,
        **given: Any,  # noqa: ANN401 as `stage_in_parts`
    ) -> list[dict[str, Any]]:
        """Publish scores by number as of a day; return the rows of all parts, in the parts' order."""
        prefix = keys.table_prefix("scores", f"v{day}")
        stamps = {"as_of": date(2024, 1, day), "snapshot_id": f"s{day}"}
        publisher = Publisher(self.objects, self.catalog, PROD, PROD, self._audit)
        self.audited = []
        own = rows if isinstance(rows, RowsByRange) else made(rows)
        publisher.move(stage_in_parts(publisher, self.contract, own, prefix, stamps, **given))
        items = sorted(item.ref.key for item in self.objects.list(PROD, prefix))
        bodies = (self.objects.read(ObjectRef(PROD, key)) for key in items)
        return [row for body in bodies for row in table_of(body).to_pylist()]

    def _audit(self, _: Contract, rows: pa.Table | pa.RecordBatchReader) -> None:
        table = rows if isinstance(rows, pa.Table) else rows.read_all()
        self.audited += table["number"].to_pylist()
        if None in table["score"].to_pylist():
            raise AuditError("a score is missing")


def made(rows: Scores) -> RowsInFile:
    frame = pd.DataFrame([(number, "x" * (number % 3), score) for number, score in rows])
    frame.columns = pd.Index(["number", "reason", "score"])
    return replace(write_to_file(SCORES, [frame]), keeps_parts=True)


@pytest.fixture
def prod(monkeypatch: pytest.MonkeyPatch) -> Prod:
    monkeypatch.setattr(table_parts, "PART_ROWS", 3)
    return Prod()


ROWS = {number: number / 8 for number in range(1, 41)}


def days_of(rows: list[dict[str, Any]]) -> dict[int, int]:
    return {row["number"]: row["as_of"].day for row in rows}


def test_the_parts_are_the_rows_in_order_and_all_are_audited_once(prod: Prod) -> None:
    rows = prod.publish(ROWS.items(), 1)
    assert {row["number"]: row["score"] for row in rows} == ROWS
    assert [row["number"] for row in rows] == prod.audited == sorted(ROWS)
    assert len(list(prod.objects.list(PROD, keys.table_prefix("scores", "v1")))) > 5


def test_a_changed_row_writes_its_part_and_the_others_keep_their_day(prod: Prod) -> None:
    prod.publish(ROWS.items(), 1)
    rows = prod.publish({**ROWS, 20: 0.5}.items(), 2)
    days = days_of(rows)
    assert {row["number"]: row["score"] for row in rows} == {**ROWS, 20: 0.5}
    assert sorted(number for number, day in days.items() if day == 2) == prod.audited
    assert 20 in prod.audited
    assert len(prod.audited) < len(ROWS) // 2
    assert {row["snapshot_id"] for row in rows if row["as_of"].day == 1} == {"s1"}


def test_rows_that_are_new_or_gone_write_the_parts_that_they_are_in(prod: Prod) -> None:
    prod.publish(ROWS.items(), 1)
    days = days_of(prod.publish({**ROWS, 41: 1.0, 42: 2.0}.items(), 2))
    assert set(days) == {*ROWS, 41, 42}
    assert min(number for number, day in days.items() if day == 2) > 20
    days = days_of(prod.publish([(number, score) for number, score in ROWS.items() if number != 3], 3))
    assert 3 not in days
    assert {number for number, day in days.items() if day == 3} <= {*range(1, 20), *range(30, 41)}


def test_nothing_is_audited_where_nothing_changed(prod: Prod) -> None:
    prod.publish(ROWS.items(), 1)
    assert set(days_of(prod.publish(ROWS.items(), 2)).values()) == {1}
    assert prod.audited == []


def test_a_full_run_and_another_contract_write_all_parts(prod: Prod) -> None:
    prod.publish(ROWS.items(), 1)
    assert set(days_of(prod.publish(ROWS.items(), 2, is_full=True)).values()) == {2}
    stricter = replace(SCORES.columns[1], required=True)
    prod.contract = replace(SCORES, columns=(SCORES.columns[0], stricter, *SCORES.columns[2:]))
    assert set(days_of(prod.publish(ROWS.items(), 3)).values()) == {3}
    assert prod.audited == sorted(ROWS)


def test_a_record_of_another_version_than_the_shown_one_is_not_used(prod: Prod) -> None:
    """A rollback shows a version whose parts may be others."""
    prod.publish(ROWS.items(), 1)
    first = prod.catalog.current(PROD, "scores")
    prod.publish({**ROWS, 1: 0.0}.items(), 2)
    prod.catalog.move(prod.catalog.current(PROD, "scores"), first.location, (), {})
    assert set(days_of(prod.publish(ROWS.items(), 3)).values()) == {3}


def test_parts_that_are_gone_are_written_again(prod: Prod) -> None:
    prod.publish(ROWS.items(), 1)
    prod.objects.delete(ObjectRef(PROD, keys.part(keys.table_prefix("scores", "v1"), 2)))
    days = days_of(prod.publish(ROWS.items(), 2))
    assert set(days) == set(ROWS)
    assert sorted(number for number, day in days.items() if day == 2) == prod.audited
    assert 0 < len(prod.audited) < len(ROWS)


def test_nothing_is_written_where_the_audit_refuses_a_changed_part(prod: Prod) -> None:
    prod.publish(ROWS.items(), 1)
    with pytest.raises(AuditError, match="a score is missing"):
        prod.publish({**ROWS, 20: None}.items(), 2)
    assert not list(prod.objects.list(PROD, keys.table_prefix("scores", "v2")))
    assert prod.catalog.current(PROD, "scores").location.rstrip("/").endswith("v1")


def test_parts_that_are_not_in_the_order_of_the_key_are_refused(prod: Prod) -> None:
    with pytest.raises(AuditError, match="not in the order of its key"):
        prod.publish([*ROWS.items(), (7, 1.0)], 1)


def test_parts_that_an_earlier_attempt_left_are_deleted(prod: Prod) -> None:
    left = ObjectRef(PROD, keys.part(keys.table_prefix("scores", "v1"), 99))
    prod.objects.write(left, b"")
    assert len(prod.publish(ROWS.items(), 1)) == len(ROWS)


def test_a_table_without_rows_is_one_part(prod: Prod) -> None:
    empty = pd.DataFrame({"number": pd.array([], "Int64"), "reason": pd.array([], "string"), "score": []})
    publisher = Publisher(prod.objects, prod.catalog, PROD, PROD, lambda *_: None)
    prefix = keys.table_prefix("scores", "v1")
    stamps = {"as_of": date(2024, 1, 1), "snapshot_id": "s1"}
    staged = stage_in_parts(publisher, SCORES, write_to_file(SCORES, [empty]), prefix, stamps)
    assert (staged.rows, [item.ref.key for item in prod.objects.list(PROD, prefix)]) == (
        0,
        [keys.part(prefix)],
    )


def ranges(rows: Mapping[str, Scores], read: list[int]) -> RowsByRange:
    """Return scores in ranges by address; `read` gets the places of the ranges that are read."""
    tables = [
        unstamped_rows(
            SCORES, pd.DataFrame([(*row, "x") for row in own], columns=["number", "score", "reason"])
        )
        for own in rows.values()
    ]

    def batches(place: int) -> Iterator[pa.RecordBatch]:
        read.append(place)
        yield from tables[place].to_batches()

    count = sum(table.num_rows for table in tables)
    return RowsByRange(unstamped_schema(SCORES), [*rows], count, batches)


def test_ranges_with_a_known_address_are_neither_read_nor_audited(prod: Prod) -> None:
    read: list[int] = []
    first = ranges({"a": [(1, 0.1), (2, 0.2)], "b": [(3, 0.3)]}, read)
    assert days_of(prod.publish(first, 1)) == {1: 1, 2: 1, 3: 1}
    assert (read, prod.audited) == ([0, 1], [1, 2, 3])
    read.clear()
    second = ranges({"a": [(1, 0.1), (2, 0.2)], "c": [(3, 0.4)], "d": [(4, 0.5)]}, read)
    assert days_of(prod.publish(second, 2)) == {1: 1, 2: 1, 3: 2, 4: 2}
    assert (read, prod.audited) == ([1, 2], [3, 4])
    assert prod.catalog.current(PROD, "scores").parameters["headgate.rows"] == "4"


def test_a_full_run_reads_all_ranges(prod: Prod) -> None:
    read: list[int] = []
    for day in (1, 2):
        prod.publish(ranges({"a": [(1, 0.1)], "b": [(3, 0.3)]}, read), day, is_full=True)
    assert read == [0, 1, 0, 1]


def test_ranges_of_other_columns_than_the_contracts_are_refused(prod: Prod) -> None:
    rows = ranges({"a": [(1, 0.1)]}, [])
    with pytest.raises(AuditError, match="columns"):
        prod.publish(replace(rows, schema=pa.schema([("number", pa.int64())])), 1)


def test_ranges_are_all_rows_as_a_frame() -> None:
    frame = ranges({"a": [(1, 0.1), (2, 0.2)], "b": [(3, 0.3)]}, []).frame()
    assert frame.number.tolist() == [1, 2, 3]
