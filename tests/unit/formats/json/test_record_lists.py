"""The list of records is found inside JSON of nested objects."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from headgate.contracts.file_form import check_file_form, stated_beside
from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.errors import ContractError, UnreadableFileError
from headgate.formats.json.json_records import lists_of_records, read_records
from headgate.formats.json.nested_names import every_object
from headgate.formats.json.record_lists import RecordPlace
from headgate.formats.read_table import unknown_table

pytestmark = pytest.mark.unit

ORDERS = [
    {"number": "B1", "customer": {"city": "Ulm"}, "lines": [{"sku": "a"}, {"sku": "b"}]},
    {"number": "B2", "customer": {"city": "Graz"}, "lines": [{"sku": "c"}]},
]
EXPORT = json.dumps({"export": {"date": "2026-11-02", "orders": ORDERS}}).encode()


def test_the_records_of_the_only_list_are_read_at_any_depth() -> None:
    read = read_records(EXPORT)
    assert read.columns["number"].to_pylist() == ["B1", "B2"]
    assert read.starts.tolist() == [EXPORT.index(b'{"number": "B1"'), EXPORT.index(b'{"number": "B2"')]


def test_objects_in_the_records_become_columns_of_joined_names() -> None:
    assert set(unknown_table(EXPORT).names) == {"number", "customer_city", "lines"}


def test_lists_in_the_records_are_parts_of_their_own() -> None:
    lists = lists_of_records(EXPORT)
    assert [(each.name, each.records, each.is_inner) for each in lists] == [
        ("export.orders", 2, False),
        ("export.orders.lines", 3, True),
    ]


def test_a_record_of_an_inner_list_has_the_values_of_the_record_around_it() -> None:
    place = RecordPlace("export.orders.lines")
    read = read_records(EXPORT, expands=every_object, place=place)
    assert {name: column.to_pylist() for name, column in read.columns.items()} == {
        "orders_number": ["B1", "B1", "B2"],
        "orders_customer_city": ["Ulm", "Ulm", "Graz"],
        "lines_position": ["1", "2", "1"],
        "sku": ["a", "b", "c"],
    }


def test_a_contract_reads_the_position_only_as_a_field_of_its_own() -> None:
    columns = tuple(Column(name, ColumnType(Kind.STRING)) for name in ("orders_number", "sku"))
    own = {"headgate.records": "export.orders.lines"}
    contract = Contract("", "", "source", "0", columns, properties=own)
    assert "lines_position" not in read_records(EXPORT, place=RecordPlace.by(contract)).columns
    numbered = replace(contract, columns=(*columns, Column("lines_position", ColumnType(Kind.BIGINT))))
    read = read_records(EXPORT, place=RecordPlace.by(numbered))
    assert read.columns["lines_position"].to_pylist() == ["1", "2", "1"]


def test_a_records_own_place_is_kept_and_no_column_of_it_is_lost() -> None:
    text = b'[{"id": 1, "lines": [{"lines_position": "B", "shelf_position": "7"}]}]'
    contract = Contract("", "", "source", "0", (Column("parent_id", ColumnType(Kind.STRING)),))
    place = replace(RecordPlace.by(contract), list_name="lines")
    read = read_records(text, place=place)
    assert {name: column.to_pylist() for name, column in read.columns.items()} == {
        "parent_id": ["1"],
        "lines_position": ["B"],
        "shelf_position": ["7"],
    }


def test_an_inner_list_of_json_lines_is_read_too() -> None:
    lines = b"\n".join(json.dumps(order).encode() for order in ORDERS)
    read = read_records(lines, place=RecordPlace("lines"))
    assert read.columns["parent_number"].to_pylist() == ["B1", "B1", "B2"]


def test_several_lists_are_named_and_one_is_stated() -> None:
    text = b'{"data": {"orders": [{"id": 1}], "refunds": [{"id": 2}, {"id": 3}]}}'
    with pytest.raises(UnreadableFileError, match=r"holds 2 arrays of records: data\.orders, data\.refunds"):
        read_records(text)
    contract = Contract("", "", "source", "0", (), properties={"headgate.records": "data.refunds"})
    assert read_records(text, place=RecordPlace.by(contract)).columns["id"].to_pylist() == ["2", "3"]


PORT = b"""{"port": "Skagvik", "made": {"by": "log 4", "generated": 7, "calls": [
  {"id": 1, "cargo": [{"kind": "salt"}]}, {"id": 2, "Port": "Bremvik", "cargo": []}]}}"""


@pytest.mark.parametrize("list_name", ["", "made.calls"])
def test_stated_values_beside_a_list_are_values_of_each_record_that_has_no_own(list_name: str) -> None:
    columns = tuple(Column(name, ColumnType(Kind.STRING)) for name in ("id", "port", "generated"))
    own = {"headgate.besideRecords": ["port", "Generated"], "headgate.records": list_name}
    contract = Contract("", "", "source", "0", columns, properties=own)
    read = read_records(PORT, place=RecordPlace.by(contract))
    texts = {name: column.to_pylist() for name, column in read.columns.items() if name != "cargo"}
    assert texts == {
        "id": ["1", "2"],
        "Port": ["Skagvik", "Bremvik"],
        "generated": ["7", "7"],
    }
    assert "by" not in read.columns


def test_values_beside_a_list_are_read_only_as_stated_and_named_for_a_person() -> None:
    (calls, cargo) = lists_of_records(PORT)
    assert calls.values == cargo.values == ("port", "by", "generated")
    assert [*read_records(PORT).columns] == ["id", "cargo", "Port"]


@pytest.mark.parametrize("value", ["port", [], ["port", ""], [1]])
def test_values_beside_a_list_are_stated_by_their_names(value: object) -> None:
    contract = Contract("", "", "source", "0", (), properties={"headgate.besideRecords": value})
    if value == []:
        assert stated_beside(contract) == ()
    else:
        with pytest.raises(ContractError, match="state the names of the values"):
            check_file_form(contract)


def test_a_list_that_the_file_does_not_have_is_an_error_with_those_that_it_has() -> None:
    with pytest.raises(UnreadableFileError, match=r"no list of records export\.returns") as error:
        read_records(EXPORT, place=RecordPlace("export.returns"))
    assert "export.orders" in error.value.remedy


def test_a_record_of_a_contract_is_not_left_for_a_list_in_it() -> None:
    record = b'{"id": "7", "customer": {"addresses": [{"city": "Ulm"}, {"city": "Graz"}]}}'
    contract = Contract("", "", "source", "0", (Column("id", ColumnType(Kind.STRING)),))
    assert read_records(record, place=RecordPlace.by(contract)).columns["id"].to_pylist() == ["7"]
    assert read_records(record).columns["city"].to_pylist() == ["Ulm", "Graz"]


def test_an_object_whose_names_are_values_has_no_parts() -> None:
    assert lists_of_records(b'{"4711000012": [{"a": 1}]}') == ()


def test_values_around_a_list_that_no_record_has_are_named() -> None:
    """The list of tags was in no column of the findings, without a word."""
    inspections = [
        {"id": 1, "findings": [{"code": "R9"}], "tags": [], "photos": [{"url": "a"}]},
        {"id": 2, "findings": [{"code": "R8"}], "tags": ["river", "salt"], "photos": []},
    ]
    lists = lists_of_records(json.dumps({"exported": "2026-11-01", "inspections": inspections}).encode())
    assert {each.name: each.beside for each in lists} == {
        "inspections": ("exported",),
        "inspections.findings": ("exported", "tags"),
        "inspections.photos": ("exported", "tags"),
    }


def test_lists_and_objects_around_the_outermost_list_are_named_unless_they_have_records() -> None:
    export = {
        "tags": ["river", "salt"],
        "station": {"name": "Ulm", "place": {"lat": 48.4}},
        "notes": [],
        "links": {},
        "pages": {"errors": [{"code": 1}]},
        "readings": [{"id": 1}],
    }
    beside = {each.name: each.beside for each in lists_of_records(json.dumps(export).encode())}
    assert beside == {"readings": ("tags", "station"), "pages.errors": ("tags", "station")}
