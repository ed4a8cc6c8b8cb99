"""Avro: every codec and type, exactly; damaged and growing files are named."""

from __future__ import annotations

import datetime as dt
import io
import uuid
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import fastavro
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.errors import HeaderError, UnreadableFileError
from headgate.formats.avro.read_avro import avro_schema, read_avro
from headgate.formats.batches import all_rows
from headgate.formats.read_file import read_file
from headgate.formats.read_table import read_table
from tests.examples import examples
from tests.unit.formats.test_format_list import CONTRACT, avro

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.unit


PEOPLE = avro()
WITHOUT_BLOCKS = PEOPLE.index(PEOPLE[-16:]) + 16  # up to the first marker, which ends the header
REQUIRED = tuple(replace(column, required=True) for column in CONTRACT.columns)


def written(fields: dict[str, Any], *records: dict[str, Any], codec: str = "null") -> bytes:
    schema = {
        "type": "record",
        "name": "Row",
        "fields": [{"name": name, "type": kind} for name, kind in fields.items()],
    }
    file = io.BytesIO()
    fastavro.writer(file, schema, records, codec=codec)
    return file.getvalue()


def contract(**kinds: ColumnType) -> Contract:
    columns = tuple(Column(name, kind) for name, kind in kinds.items())
    return Contract("headgate.source.rows", "rows", "source", "1.0.0", columns)


def texts(content: bytes, **kinds: ColumnType) -> dict[str, list[str | None]]:
    cells = read_file(content, contract(**kinds)).cells
    return {name: column.to_pylist() for name, column in cells.items()}


@pytest.mark.parametrize("codec", ["null", "deflate", "bzip2", "xz"])
def test_every_codec_is_read(codec: str) -> None:
    content = written({"id": "long"}, *({"id": number} for number in range(9_000)), codec=codec)
    assert texts(content, id=ColumnType(Kind.BIGINT))["id"] == [str(number) for number in range(9_000)]


def test_logical_types_are_their_exact_texts() -> None:
    decimal = {"type": "bytes", "logicalType": "decimal", "precision": 20, "scale": 2}
    moment = dt.datetime(2026, 1, 31, 10, 5, 7, 250_000, tzinfo=dt.UTC)
    key = uuid.UUID("8f14e45f-ceea-467f-a95d-1b2c3d4e5f60")
    content = written(
        {
            "price": decimal,
            "day": {"type": "int", "logicalType": "date"},
            "at": {"type": "long", "logicalType": "timestamp-micros"},
            "key": {"type": "string", "logicalType": "uuid"},
            "kind": {"type": "enum", "name": "Kind", "symbols": ["NEW", "OLD"]},
        },
        {
            "price": Decimal("123456789012345678.90"),
            "day": dt.date(2026, 1, 31),
            "at": moment,
            "key": key,
            "kind": "OLD",
        },
    )
    read = texts(
        content,
        price=ColumnType(Kind.DECIMAL, precision=20, scale=2),
        day=ColumnType(Kind.DATE),
        at=ColumnType(Kind.TIMESTAMP),
        key=ColumnType(Kind.STRING),
        kind=ColumnType(Kind.STRING),
    )
    assert read == {
        "price": ["123456789012345678.90"],
        "day": ["2026-01-31"],
        "at": ["2026-01-31 10:05:07.250000"],
        "key": [str(key)],
        "kind": ["OLD"],
    }


def test_a_union_of_several_types_is_text_and_a_null_is_null() -> None:
    content = written({"code": ["null", "string", "long"]}, {"code": "007"}, {"code": 7}, {"code": None})
    assert texts(content, code=ColumnType(Kind.STRING))["code"] == ["007", "7", None]


def test_lists_maps_and_records_are_columns_of_nested_values() -> None:
    inner = {"type": "record", "name": "Place", "fields": [{"name": "city", "type": "string"}]}
    content = written(
        {
            "tags": {"type": "array", "items": "string"},
            "place": inner,
            "sizes": {"type": "map", "values": "int"},
        },
        {"tags": ["a"], "place": {"city": "Ulm"}, "sizes": {"x": 1}},
    )
    assert [str(field.type) for field in avro_schema(content)] == [
        "list<item: string>",
        "struct<city: string>",
        "map<string, int32>",
    ]
    kept = tuple(
        Column(name, ColumnType(Kind.STRING), nested=kind)
        for name, kind in {"tags": "array", "place": "object", "sizes": "object"}.items()
    )
    cells = read_file(content, Contract("headgate.source.rows", "rows", "source", "1.0.0", kept)).cells
    assert [column.to_pylist()[0] for column in cells.values()] == ['["a"]', '{"city":"Ulm"}', '{"x":1}']


def test_a_missing_column_is_an_error_of_the_header() -> None:
    with pytest.raises(HeaderError, match="id"):
        read_file(written({"name": "string"}, {"name": "Ada"}), replace(CONTRACT, columns=REQUIRED))


def test_a_file_without_rows_has_its_columns(tmp_path: Path) -> None:
    content = written({"id": "long", "name": "string"})
    assert read_file(content, CONTRACT).rows == 0
    (tmp_path / "people.avro").write_bytes(content)
    assert read_table(tmp_path / "people.avro").names == ("id", "name")


def test_a_file_on_disk_is_read_a_block_at_a_time(tmp_path: Path) -> None:
    rows = [{"id": number, "name": "x" * 100} for number in range(2_000)]
    path = tmp_path / "people.avro"
    path.write_bytes(written({"id": "long", "name": "string"}, *rows))
    source = read_avro(path, CONTRACT)
    assert len(list(source.batches())) > 1
    assert all_rows(source).source_rows.tolist() == list(range(1, 2_001))


@given(st.integers(5, len(PEOPLE) - 1).filter(lambda length: length != WITHOUT_BLOCKS))
@examples(25)
def test_a_cut_file_of_one_block_is_damaged(length: int) -> None:
    with pytest.raises(UnreadableFileError) as refused:
        read_file(PEOPLE[:length], CONTRACT)
    assert refused.value.rule == "corrupt_avro"


def test_a_changed_marker_behind_a_block_is_seen() -> None:
    content = bytearray(avro())
    content[-3] ^= 0xFF
    with pytest.raises(UnreadableFileError, match="damaged") as refused:
        read_file(bytes(content), CONTRACT)
    assert refused.value.rule == "corrupt_avro"


def test_a_block_that_grows_beyond_all_tables_is_refused() -> None:
    content = written({"name": "string"}, {"name": "x" * (200 << 20)}, codec="deflate")
    with pytest.raises(UnreadableFileError, match="once unpacked") as refused:
        read_file(content, contract(name=ColumnType(Kind.STRING)))
    assert refused.value.rule == "too_large"


def test_rows_without_bytes_are_counted_before_they_are_held() -> None:
    empty = written({"nothing": "null"}, {"nothing": None})
    many = io.BytesIO()
    fastavro.schemaless_writer(many, {"type": "long"}, 1 << 40)
    sync = empty[-16:]
    header = empty[: empty.index(sync) + 16]
    with pytest.raises(UnreadableFileError) as refused:
        read_file(header + many.getvalue() + b"\0" + sync, contract(nothing=ColumnType(Kind.STRING)))
    assert refused.value.rule == "too_large"


@pytest.mark.parametrize("schema", ["long", {"type": "array", "items": "long"}], ids=["number", "list"])
def test_a_file_of_values_without_names_is_no_table(schema: Any) -> None:  # noqa: ANN401 a schema of Avro
    file = io.BytesIO()
    fastavro.writer(file, schema, [[1]] if isinstance(schema, dict) else [1])
    with pytest.raises(UnreadableFileError) as refused:
        read_file(file.getvalue(), CONTRACT)
    assert refused.value.rule == "not_a_table"


def test_a_type_that_contains_itself_is_no_column() -> None:
    node = {
        "type": "record",
        "name": "Node",
        "fields": [{"name": "next", "type": ["null", "Node"]}],
    }
    with pytest.raises(UnreadableFileError, match="contains itself") as refused:
        read_file(written({"node": node}, {"node": {"next": None}}), CONTRACT)
    assert refused.value.rule == "type"
