"""A reader sees the old version of a table or the new one; equal rows give equal bytes."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headgate.aws.in_memory_ports import MemoryCatalog, MemoryObjects
from headgate.contracts.model import Column, ColumnType, Contract, Kind, Rule
from headgate.contracts.types import arrow_schema, glue_columns
from headgate.errors import AuditError, ConflictError, NotFoundError
from headgate.lake.ports import ObjectRef, TableVersion
from headgate.quality.contract_audit import audit
from headgate.snapshots import publishing
from headgate.snapshots.publishing import Publisher, conform, parquet_bytes, write_parquet

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.unit

LINES = Contract(
    id="headgate.prod.lines",
    dataset="lines",
    zone="prod",
    version="1.0.0",
    key=("line_id",),
    columns=(
        Column("line_id", ColumnType(Kind.INTEGER), required=True),
        Column("price", ColumnType(Kind.DECIMAL, precision=12, scale=2), rules=(Rule("minimum", 0),)),
    ),
)


@pytest.fixture
def publisher() -> Publisher:
    catalog = MemoryCatalog()
    catalog.create("shop", "lines", "s3://prod/tables/lines/none/")
    return Publisher(MemoryObjects(), catalog, "shop", "prod", audit)


def test_only_a_table_that_shows_another_version_is_notified_and_as_the_catalog_shows_it(
    publisher: Publisher,
) -> None:
    notified: list[TableVersion] = []
    publisher = replace(publisher, notify=notified.append)
    publisher.publish(LINES, lines("1.00"), "tables/lines/v1/", parameters={"headgate.as_of": "2024-01-01"})
    publisher.publish(LINES, lines("1.00"), "tables/lines/v1/")
    current = publisher.catalog.current("shop", "lines")
    assert [(notice.table, notice.location, notice.parameters) for notice in notified] == [
        ("lines", current.location, current.parameters)
    ]
    assert current.parameters["headgate.rows"] == "1"


def test_a_table_that_fails_its_audit_or_was_moved_by_another_is_not_notified(publisher: Publisher) -> None:
    notified: list[TableVersion] = []
    publisher = replace(publisher, notify=notified.append)
    with pytest.raises(AuditError):
        publisher.publish(LINES, lines("-1.00"), "tables/lines/v1/")
    staged = publisher.stage(LINES, lines("1.00"), "tables/lines/v1/")
    replace(publisher, notify=lambda _: None).publish(LINES, lines("2.00"), "tables/lines/v2/")
    with pytest.raises(ConflictError):
        publisher.move(staged)
    assert notified == []


def lines(*prices: str) -> pa.Table:
    return pa.table(
        {"price": [Decimal(price) for price in prices], "line_id": pa.array(range(len(prices)), pa.int64())}
    )


def shown(publisher: Publisher) -> list[dict[str, Any]]:
    location = publisher.catalog.current("shop", "lines").location
    body = publisher.objects.read(
        ObjectRef("prod", location.removeprefix("s3://prod/") + "part-00000.parquet")
    )
    return list(pq.read_table(pa.BufferReader(body)).to_pylist())


def catalog_of(publisher: Publisher) -> MemoryCatalog:
    assert isinstance(publisher.catalog, MemoryCatalog)
    return publisher.catalog


def test_the_table_shows_the_rows_with_exact_columns_and_facts(publisher: Publisher) -> None:
    published = publisher.publish(
        LINES, lines("1.10", "2.20"), "tables/lines/1/", parameters={"headgate.snapshot": "s"}
    )
    assert shown(publisher) == [
        {"line_id": 0, "price": Decimal("1.10")},
        {"line_id": 1, "price": Decimal("2.20")},
    ]
    assert (published.rows, published.changed, published.location) == (2, True, "s3://prod/tables/lines/1/")
    assert catalog_of(publisher).columns("shop", "lines") == glue_columns(LINES)
    facts = {"headgate.rows": "2", "headgate.contract": "headgate.prod.lines@1.0.0", "headgate.snapshot": "s"}
    assert publisher.catalog.current("shop", "lines").parameters == facts


def test_a_failed_audit_writes_nothing_and_moves_nothing(publisher: Publisher) -> None:
    with pytest.raises(AuditError, match="price: minimum"):
        publisher.publish(LINES, lines("-1.00"), "tables/lines/1/")
    assert publisher.catalog.current("shop", "lines").location == "s3://prod/tables/lines/none/"
    with pytest.raises(NotFoundError):
        publisher.objects.read(ObjectRef("prod", "tables/lines/1/part-00000.parquet"))


def test_publishing_the_same_again_changes_nothing(publisher: Publisher) -> None:
    publisher.publish(LINES, lines("1.00"), "tables/lines/1/")
    before = publisher.catalog.current("shop", "lines")
    assert not publisher.publish(LINES, lines("1.00"), "tables/lines/1/").changed
    assert publisher.catalog.current("shop", "lines") == before


def test_what_is_staged_is_not_shown_until_it_moves(publisher: Publisher) -> None:
    publisher.publish(LINES, lines("1.00"), "tables/lines/1/")
    staged = publisher.stage(LINES, lines("2.00"), "tables/lines/2/")
    assert shown(publisher) == [{"line_id": 0, "price": Decimal("1.00")}]
    publisher.move(staged)
    assert shown(publisher) == [{"line_id": 0, "price": Decimal("2.00")}]


def test_a_publisher_that_was_overtaken_conflicts(publisher: Publisher) -> None:
    staged = publisher.stage(LINES, lines("1.00"), "tables/lines/1/")
    publisher.publish(LINES, lines("2.00"), "tables/lines/2/")
    with pytest.raises(ConflictError):
        publisher.move(staged)
    assert shown(publisher) == [{"line_id": 0, "price": Decimal("2.00")}]


def test_a_table_that_does_not_exist_is_an_error(publisher: Publisher) -> None:
    catalogless = Publisher(publisher.objects, MemoryCatalog(), "shop", "prod", audit)
    with pytest.raises(NotFoundError, match=r"shop\.lines"):
        catalogless.publish(LINES, lines("1.00"), "tables/lines/1/")


def test_a_file_is_published_as_rows_are(publisher: Publisher, tmp_path: Path) -> None:
    path = tmp_path / "lines.parquet"
    write_parquet(path, arrow_schema(LINES), conform(LINES, lines("1.00", "2.00")).to_batches())
    staged = publisher.stage_file(
        LINES, path, "tables/lines/1/", current=publisher.catalog.current("shop", "lines")
    )
    assert publisher.move(staged).rows == 2
    assert [row["price"] for row in shown(publisher)] == [Decimal("1.00"), Decimal("2.00")]


def test_a_file_that_fails_its_audit_is_not_uploaded(publisher: Publisher, tmp_path: Path) -> None:
    path = tmp_path / "lines.parquet"
    write_parquet(path, arrow_schema(LINES), conform(LINES, lines("-1.00")).to_batches())
    with pytest.raises(AuditError, match="price: minimum"):
        publisher.stage_file(
            LINES, path, "tables/lines/1/", current=publisher.catalog.current("shop", "lines")
        )
    with pytest.raises(NotFoundError):
        publisher.objects.read(ObjectRef("prod", "tables/lines/1/part-00000.parquet"))


def test_a_file_with_other_columns_is_refused(publisher: Publisher, tmp_path: Path) -> None:
    pq.write_table(lines("1.00"), tmp_path / "lines.parquet")
    with pytest.raises(AuditError, match="the file's columns are not the contract's"):
        publisher.stage_file(
            LINES, tmp_path / "lines.parquet", "x/", current=publisher.catalog.current("shop", "lines")
        )


@pytest.mark.parametrize(
    ("rows", "reported"),
    [
        (pa.table({"line_id": [1]}), "columns missing \\['price'\\]"),
        (lines("1.00").append_column("extra", pa.array([1])), "not in the contract \\['extra'\\]"),
        (pa.table({"line_id": [1], "price": [Decimal("1.234")]}), "column price does not fit"),
        (pa.table({"line_id": [2**40], "price": [Decimal("1.00")]}), "column line_id does not fit"),
        (pa.table({"line_id": [1.5], "price": [Decimal("1.00")]}), "column line_id does not fit"),
    ],
)
def test_rows_that_do_not_fit_are_refused_by_column_and_without_values(rows: pa.Table, reported: str) -> None:
    with pytest.raises(AuditError, match=reported) as raised:
        conform(LINES, rows)
    assert "1.234" not in str(raised.value)


def test_a_missing_value_in_a_required_column_is_named_by_the_audit(publisher: Publisher) -> None:
    rows = pa.table({"line_id": pa.array([None], pa.int32()), "price": [Decimal("1.00")]})
    with pytest.raises(AuditError, match="line_id: required broken by 1 rows"):
        publisher.publish(LINES, rows, "tables/lines/1/")


ROWS = st.lists(st.integers(0, 99), max_size=60)


@settings(max_examples=25, deadline=None)
@given(numbers=ROWS, cut=st.integers(1, 7))
def test_equal_rows_give_equal_bytes_however_they_are_cut(
    numbers: list[int], cut: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    schema = pa.schema([pa.field("n", pa.int32()), pa.field("s", pa.string())])
    rows = pa.table({"n": numbers, "s": [f"é{number}" for number in numbers]}, schema=schema)
    whole, cut_up = (tmp_path_factory.mktemp("bytes") / name for name in ("whole", "cut"))
    write_parquet(whole, schema, rows.to_batches())
    write_parquet(cut_up, schema, rows.to_batches(max_chunksize=cut))
    assert whole.read_bytes() == cut_up.read_bytes()
    assert parquet_bytes(rows) == parquet_bytes(
        pa.concat_tables([rows.slice(0, cut), rows.slice(cut)]).combine_chunks()
    )
    assert pq.read_table(cut_up).to_pylist() == rows.to_pylist()


def test_row_groups_are_of_one_size_whatever_the_batches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing, "ROW_GROUP_ROWS", 10)
    rows = pa.table({"n": pa.array(range(25), pa.int32())})
    write_parquet(tmp_path / "n", rows.schema, rows.to_batches(max_chunksize=7))
    metadata = pq.read_metadata(tmp_path / "n")
    assert [metadata.row_group(number).num_rows for number in range(metadata.num_row_groups)] == [10, 10, 5]
