"""ORC: typed columns become the texts that Parquet gives; damaged files are named."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal

import pyarrow as pa
import pyarrow.orc
import pytest

from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.errors import UnreadableFileError
from headgate.formats.batches import all_rows
from headgate.formats.format_list import format_of
from headgate.formats.format_name import FormatName
from headgate.formats.read_file import read_file
from headgate.formats.read_orc import read_orc
from tests.unit.formats.test_format_list import CONTRACT, orc

pytestmark = pytest.mark.unit


def written(table: pa.Table, **options: object) -> bytes:
    file = io.BytesIO()
    pyarrow.orc.write_table(table, file, **options)
    return file.getvalue()


def test_typed_columns_are_their_exact_texts() -> None:
    table = pa.table(
        {
            "id": pa.array([9_007_199_254_740_993]),
            "price": pa.array([Decimal("13.50")]),
            "day": pa.array([dt.date(2026, 1, 31)]),
            "at": pa.array([dt.datetime(2026, 1, 31, 10, 5, 7)], pa.timestamp("ns")),
            "is_new": pa.array([True]),
            "name": pa.array([None], pa.string()),
        }
    )
    kinds = {
        "id": ColumnType(Kind.BIGINT),
        "price": ColumnType(Kind.DECIMAL, precision=10, scale=2),
        "day": ColumnType(Kind.DATE),
        "at": ColumnType(Kind.TIMESTAMP),
        "is_new": ColumnType(Kind.BOOLEAN),
        "name": ColumnType(Kind.STRING),
    }
    columns = tuple(Column(name, kind) for name, kind in kinds.items())
    received = read_file(
        written(table, compression="zlib"), Contract("headgate.source.a", "a", "source", "1.0.0", columns)
    )
    row = {name: cells.to_pylist()[0] for name, cells in received.cells.items()}
    assert row.pop("at").startswith("2026-01-31 10:05:07")
    assert row == {
        "id": "9007199254740993",
        "price": "13.50",
        "day": "2026-01-31",
        "is_new": "true",
        "name": None,
    }
    assert received.written_as["format"] == "orc"


@pytest.mark.parametrize("compression", ["uncompressed", "zlib", "snappy", "lz4", "zstd"])
def test_every_compression_is_read_a_stripe_at_a_time(compression: str) -> None:
    ids = pa.array(range(200_000))
    names = pa.array([f"name {number}" for number in range(200_000)])
    content = written(pa.table({"id": ids, "name": names}), compression=compression, stripe_size=1 << 16)
    source = read_orc(content, CONTRACT)
    assert len(list(source.batches())) > 1
    assert all_rows(source).cells["id"].to_pylist()[-1] == "199999"


def test_a_cut_file_is_damaged() -> None:
    with pytest.raises(UnreadableFileError) as refused:
        read_file(orc()[:-5], CONTRACT)
    assert refused.value.rule == "corrupt_orc"


def test_a_time_that_arrow_cannot_hold_is_named() -> None:
    """Hive ends what is still valid on 9999-12-31."""
    ends = pa.array([dt.datetime(9999, 12, 31)], pa.timestamp("us"))
    contract = Contract(
        "headgate.source.a", "a", "source", "1.0.0", (Column("valid_to", ColumnType(Kind.TIMESTAMP)),)
    )
    with pytest.raises(UnreadableFileError, match="after 2262") as refused:
        read_file(written(pa.table({"valid_to": ends})), contract)
    assert refused.value.rule == "corrupt_orc"


def test_a_text_that_begins_like_orc_is_csv() -> None:
    assert format_of(b"ORCHARD,TREES\nNorth,12\n").name == FormatName.CSV


def test_a_column_of_one_value_that_is_larger_than_all_tables_is_refused() -> None:
    table = pa.table({f"c{number}": pa.nulls(40_000_000, pa.int8()) for number in range(2)})
    columns = tuple(Column(name, ColumnType(Kind.BIGINT)) for name in table.column_names)
    with pytest.raises(UnreadableFileError) as refused:
        read_file(
            written(table, compression="zlib"), Contract("headgate.source.a", "a", "source", "1.0.0", columns)
        )
    assert refused.value.rule == "too_large"
