"""Structs of Parquet, ORC and Arrow files become columns as objects of JSON do, by the same rule."""

from __future__ import annotations

import datetime as dt
import io
import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.feather
import pyarrow.orc
import pyarrow.parquet as pq
import pytest

from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.contracts.new_column_policy import LEFT_OUT
from headgate.drafts.draft_contract import draft_from_sample
from headgate.errors import UnreadableFileError
from headgate.formats.json.nested_names import every_object, never
from headgate.formats.read_file import read_file
from headgate.formats.read_table import read_table, sample_table
from headgate.formats.struct_columns import stored_columns, with_struct_columns

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.unit

RECORDS = [
    {
        "id": f"O-{number}",
        "customer": {"city": "Ulm", "geo": {"lat": 48.5}} if number else None,
        "tags": ["new"],
    }
    for number in range(4)
]
TEXT = ColumnType(Kind.STRING)


def written(write: Callable[[pa.Table, io.BytesIO], object]) -> bytes:
    sink = io.BytesIO()
    write(pa.Table.from_pylist(RECORDS), sink)
    return sink.getvalue()


FILES = {
    "json": json.dumps(RECORDS).encode(),
    "parquet": written(pq.write_table),
    "orc": written(pyarrow.orc.write_table),
    "feather": written(pyarrow.feather.write_feather),
}


def contract_of(*columns: Column) -> Contract:
    return Contract("shop.source.orders", "orders", "source", "1.0.0", columns)


@pytest.mark.parametrize("form", FILES)
def test_a_draft_has_a_column_for_each_field_of_a_struct(form: str) -> None:
    contract = draft_from_sample(FILES[form], "orders").contract
    assert {column.name: column.nested for column in contract.columns} == {
        "id": "",
        "customer_city": "",
        "customer_geo_lat": "",
        "tags": "array",
    }
    cells = read_file(FILES[form], contract).cells
    assert cells["customer_geo_lat"].to_pylist() == [None, "48.5", "48.5", "48.5"]


@pytest.mark.parametrize("form", FILES)
def test_a_struct_that_a_contract_keeps_stays_one_column(form: str) -> None:
    kept = contract_of(
        Column("id", TEXT), Column("customer", TEXT, nested="object"), Column("tags", TEXT, nested="array")
    )
    cells = read_file(FILES[form], kept).cells
    assert cells["customer"].to_pylist()[1] == '{"city":"Ulm","geo":{"lat":48.5}}'
    part = contract_of(
        Column("id", TEXT),
        Column("customer_city", TEXT),
        Column("customer_geo", TEXT, nested="object"),
        Column("tags", TEXT, nested="array"),
    )
    assert read_file(FILES[form], part).cells["customer_geo"].to_pylist()[1] == '{"lat":48.5}'


@pytest.mark.parametrize("form", FILES)
def test_names_that_a_contract_leaves_out_are_found_again_as_a_struct_and_as_its_fields(form: str) -> None:
    columns = (Column("id", TEXT), Column("customer_age", TEXT), Column("tags", TEXT, nested="array"))
    whole = replace(contract_of(*columns), properties={LEFT_OUT: ["customer"]})
    assert "customer" in read_table(FILES[form], whole).names
    fields = replace(contract_of(columns[0]), properties={LEFT_OUT: ["customer_city", "customer_geo_lat"]})
    assert {"customer_city", "customer_geo_lat"} < {*read_table(FILES[form], fields).names}


@pytest.mark.parametrize("form", FILES)
def test_a_table_without_a_contract_has_the_fields_and_a_sample_the_struct(form: str) -> None:
    assert {*read_table(FILES[form]).names} == {"id", "customer_city", "customer_geo_lat", "tags"}
    sample = sample_table(FILES[form])
    assert sample
    assert {*sample.names} == {"id", "customer", "tags"}


def test_a_field_with_the_name_of_another_column_keeps_its_struct() -> None:
    table = pa.table({"Customer_City": ["Ulm"], "customer": [{"city": "Graz"}], "at": [{"x": 1, "X": 2}]})
    names = ["Customer_City", "customer", "at"]
    assert [column.name for column in stored_columns(table.schema, every_object)] == names
    assert with_struct_columns(table, every_object) is table
    assert with_struct_columns(table, never) is table


def test_a_struct_of_more_fields_than_a_table_may_have_stays_one_column() -> None:
    wide = pa.schema([("x", pa.struct([(str(place), pa.int8()) for place in range(5_000)]))])
    assert [column.name for column in stored_columns(wide, every_object)] == ["x"]


def test_old_timestamps_in_a_struct_are_refused_and_its_other_fields_are_read() -> None:
    sink = io.BytesIO()
    moment = pa.struct([("at", pa.timestamp("ns")), ("by", pa.string())])
    values = pa.array([{"at": dt.datetime(2026, 1, 1), "by": "Ada"}], moment)
    pq.write_table(pa.table({"change": values}), sink, use_deprecated_int96_timestamps=True)
    by = Column("change_by", TEXT)
    at = Column("change_at", ColumnType(Kind.TIMESTAMP))
    with pytest.raises(UnreadableFileError, match="INT96"):
        read_file(sink.getvalue(), contract_of(by, at))
    left_out = Column("change_at", TEXT, left_out=True)
    assert read_file(sink.getvalue(), contract_of(by, left_out)).cells["change_by"].to_pylist() == ["Ada"]
