"""A list in JSON is kept as JSON text where the contract says so, left out where it says so, and refused
otherwise.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.aws.in_memory_ports import MemoryObjects
from headgate.contracts import odcs_reader
from headgate.contracts.difference import Breaks, differences
from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.contracts.odcs_writer import to_odcs
from headgate.drafts.draft_contract import draft_from_sample
from headgate.errors import ContractError, UnreadableFileError
from headgate.formats.json.json_text import json_text
from headgate.formats.json.read_json import read_json, read_json_lines
from headgate.formats.read_table import sample_table
from headgate.formats.typed_cells import TypedText
from headgate.intake.rows.check_rows import CheckedRows, check_bytes
from headgate.lake.ports import MaskingKey
from headgate.matching.mappings import Decided, Mappings

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.unit

ORDERS = (
    b'[{"id": 1, "ship": {"city": "Ulm"}, "items": [{"sku": "A", "price": 1.10}, {"sku": "B", "price": '
    b"12345678901234567890.5}]},\n"
    b' {"id": 2, "ship": null, "items": []},\n'
    b' {"id": 3, "ship": {"city": "Bonn"}, "items": null}]\n'
)
LINES = b"".join(
    json.dumps({"id": at, "ship": {"city": "Ulm"}, "items": [at, {"b": 1, "a": None}]}).encode() + b"\n"
    for at in range(3)
)
FLAT = (Column("id", ColumnType(Kind.BIGINT)), Column("ship_city", ColumnType(Kind.STRING)))


def orders(new_columns: str = "ask", *columns: Column) -> Contract:
    return Contract(
        "c.orders",
        "orders",
        "source",
        "1",
        (*FLAT, *columns),
        properties={"headgate.newColumns": new_columns},
    )


def gated(body: bytes, contract: Contract) -> CheckedRows:
    return check_bytes(
        body,
        contract,
        MaskingKey("k", b"s" * 32),
        object_key="orders/a.json",
        received_at=datetime(2026, 1, 1),
    )


def gated_as_in_the_lake(body: bytes, contract: Contract) -> CheckedRows:
    decided = Mappings(MemoryObjects(), "", {"orders": contract}, sample_table).decide(
        "orders/a.json", "orders", body
    )
    assert isinstance(decided, Decided)
    return gated(body, decided.contract)


def test_a_draft_keeps_a_list_as_json_text_and_says_how_to_query_it() -> None:
    drafted = draft_from_sample(ORDERS, "orders")
    items = drafted.contract.column("items")
    assert (items.nested, items.type, items.mask) == ("array", ColumnType(Kind.STRING), None)
    assert any(
        finding.column == "items" and "json_extract" in finding.message for finding in drafted.findings
    )
    accepted = gated(ORDERS, drafted.contract).accepted
    assert accepted.column("ship_city").to_pylist() == ["Ulm", None, "Bonn"]
    assert accepted.column("items").to_pylist() == [
        '[{"price":1.10,"sku":"A"},{"price":12345678901234567890.5,"sku":"B"}]',
        "[]",
        None,
    ]


def test_json_lines_keep_lists_too() -> None:
    accepted = gated(LINES, draft_from_sample(LINES, "orders").contract).accepted
    assert accepted.column("items").to_pylist()[2] == '[2,{"a":null,"b":1}]'


def test_a_name_with_objects_in_some_rows_and_texts_in_others_is_drafted() -> None:
    body = b'[{"id": 1, "note": {"text": "x"}}, {"id": 2, "note": "y"}]'
    accepted = gated(body, draft_from_sample(body, "notes").contract).accepted
    assert accepted.column("note").to_pylist() == ['{"text":"x"}', "y"]


def test_card_data_inside_a_list_is_masked() -> None:
    body = (
        b'[{"id": 1, "items": ["4111\\n1111 1111 1111", {"cvv": "123"}]}, {"id": 2, "items": '
        b"[4111111111111111]}]"
    )
    accepted = gated(body, draft_from_sample(body, "orders").contract).accepted
    assert accepted.column("items").to_pylist() == ['["[PAN ****1111]",{"cvv":"[CVV]"}]', "[[PAN ****1111]]"]


def test_a_list_that_the_contract_does_not_declare_is_refused_with_both_remedies() -> None:
    with pytest.raises(UnreadableFileError, match=r"logicalType: array.*newColumns: ignore") as refused:
        gated(ORDERS, orders())
    assert (refused.value.rule, refused.value.column) == ("type", "items")


def test_a_list_in_a_column_of_plain_text_is_refused() -> None:
    with pytest.raises(UnreadableFileError, match=r"column items.*logicalType: array"):
        gated(ORDERS, orders("ignore", Column("items", ColumnType(Kind.STRING))))


def test_a_list_is_left_out_where_new_columns_are_ignored() -> None:
    found = gated_as_in_the_lake(ORDERS, orders("ignore"))
    assert found.accepted.column("ship_city").to_pylist() == ["Ulm", None, "Bonn"]
    assert (found.accepted.num_rows, dict(found.counts.new_columns)) == (3, {"items": 2})


def test_a_list_in_a_new_column_is_kept_as_text() -> None:
    found = gated_as_in_the_lake(LINES, orders("keep_as_text"))
    assert json.loads(found.accepted.column("new_columns").to_pylist()[0]) == {
        "items": '[0,{"a":null,"b":1}]'
    }
    assert found.accepted.column("ship_city").to_pylist() == ["Ulm"] * 3


def test_a_contract_states_json_text_as_a_logical_type() -> None:
    contract = draft_from_sample(ORDERS, "orders").contract
    document = to_odcs(contract)
    assert document["schema"][0]["properties"][-1]["logicalType"] == "array"
    assert odcs_reader.parse(document, "source") == contract
    document["schema"][0]["properties"][-1]["physicalType"] = "BIGINT"
    with pytest.raises(ContractError, match="items: logicalType array is kept as JSON text"):
        odcs_reader.parse(document, "source")


def test_no_longer_keeping_lists_breaks_those_who_send_them() -> None:
    old, new = (
        orders("ask", Column("items", ColumnType(Kind.STRING), nested=nested)) for nested in ("array", "")
    )
    assert [change.breaks for change in differences(old, new)] == [Breaks.SENDERS]
    assert [change.breaks for change in differences(new, old)] == [Breaks.NOBODY]


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(st.characters(min_codepoint=32, exclude_categories=("Cs",)), max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", max_size=2), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.lists(VALUES, max_size=3))
def test_the_text_of_a_list_is_json_with_the_same_values(values: list[object]) -> None:
    body = json.dumps([{"id": 1, "items": values}]).encode()
    columns = (
        Column("id", ColumnType(Kind.BIGINT)),
        Column("items", ColumnType(Kind.STRING), nested="array"),
    )
    batch = next(iter(read_json(body, Contract("c", "orders", "source", "1", columns)).batches()))
    assert json.loads(batch.cells["items"][0].as_py()) == values


def test_what_json_has_no_number_for_is_quoted() -> None:
    assert json_text([TypedText("NaN"), TypedText("1e400")]) == '["NaN",1e400]'


def test_large_files_on_disk_keep_lists_too(tmp_path: Path) -> None:
    path = tmp_path / "orders.jsonl"
    path.write_bytes(LINES)
    source = read_json_lines(
        path, draft_from_sample(LINES, "orders").contract, tmp_path / "spool", block_bytes=70
    )
    assert source is not None
    assert [text for batch in source.batches() for text in batch.cells["items"].to_pylist()][
        2
    ] == '[2,{"a":null,"b":1}]'
