"""A column that a file has and its contract does not: counted in the record, and its values treated as the
contract states.
"""

from __future__ import annotations

import datetime as dt
import gzip
import io
import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headgate.aws.in_memory_ports import MemoryLedger, MemoryObjects
from headgate.contracts.curated import curated_contract
from headgate.contracts.model import Column, ColumnType, Contract, Kind, Mask, Rule
from headgate.contracts.new_column_policy import left_out_names
from headgate.errors import ContractError
from headgate.formats.read_table import sample_table
from headgate.intake.files.gate import GatePorts, GateRules
from headgate.intake.files.process_file import FileProcessor
from headgate.intake.files.replay_file import Replayer
from headgate.intake.quarantine.list_quarantine import replayable
from headgate.intake.rows.check_rows import check_bytes
from headgate.lake.ports import FileRecord, MaskingKey, ObjectRef
from headgate.matching.mappings import Mappings
from headgate.quality.contract_audit import audit

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.unit

LANDED = dt.datetime(2024, 1, 2, 3, 4, 5)
VISA = "4111111111111111"
TEXT = ColumnType(Kind.STRING)
FILE = b'id,item,Filiale\n1,bell,Nord\n2,lock,\n3,pump,S\xc3\xbcd "1"\n'


def contract(policy: str = "", version: str = "1", *columns: Column) -> Contract:
    return Contract(
        id="headgate.source.sales",
        dataset="sales",
        zone="source",
        version=version,
        key=("id",),
        columns=(
            Column("id", ColumnType(Kind.BIGINT), required=True, rules=(Rule("required"),)),
            Column("item", TEXT),
            *columns,
        ),
        properties={"headgate.newColumns": policy} if policy else {},
    )


@dataclass
class Lake:
    """A lake in memory that maps headers, as the deployed one does."""

    objects: MemoryObjects = field(default_factory=lambda: MemoryObjects(clock=lambda: LANDED))
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    alerts: list[FileRecord] = field(default_factory=list)

    def gate(self, by: Contract) -> tuple[GatePorts, GateRules]:
        contracts = {by.dataset: by}
        mappings = Mappings(self.objects, "artifacts", contracts, sample_table)
        ports = GatePorts(self.objects, self.ledger, "curated", "quarantine", lambda: LANDED, 300)
        return ports, GateRules(contracts, lambda: MaskingKey("k1", b"0" * 32), mappings)

    def sent(self, by: Contract, body: bytes = FILE, key: str = "sales/july.csv") -> FileRecord:
        self.objects.write(ObjectRef("raw", key), body)
        return FileProcessor(*self.gate(by), alert=self.alerts.append).process(
            self.objects.info(ObjectRef("raw", key)).ref
        )

    def rows(self, bucket: str = "curated") -> list[dict[str, Any]]:
        bodies = [body for key, body in self.objects.contents(bucket).items() if key.endswith(".parquet")]
        return [row for body in bodies for row in pq.read_table(io.BytesIO(body)).to_pylist()]


def test_a_contract_that_states_nothing_keeps_the_file_pending() -> None:
    record = Lake().sent(contract())
    assert (record.state, record.accepted, record.error["rule"]) == ("needs_mapping", 0, "needs_mapping")


def test_kept_as_text_the_rows_are_accepted_and_the_values_are_json() -> None:
    lake = Lake()
    record = lake.sent(contract("keep_as_text"))
    assert (record.state, record.accepted, record.new_columns, record.mapping) == (
        "done",
        3,
        {"Filiale": 2},
        {},
    )
    kept = [row["new_columns"] for row in lake.rows()]
    assert [text and json.loads(text) for text in kept] == [{"Filiale": "Nord"}, None, {"Filiale": 'Süd "1"'}]
    assert lake.alerts == [record]


def test_kept_rows_hold_the_curated_contract_and_so_do_rows_of_files_without_new_columns() -> None:
    lake, by = Lake(), contract("keep_as_text")
    lake.sent(by)
    lake.sent(by, b"id,item\n4,tube\n", "sales/june.csv")
    curated = curated_contract(by)
    assert "new_columns" in curated.names
    for body in lake.objects.contents("curated").values():
        table = pq.read_table(io.BytesIO(body))
        assert table.column_names == list(curated.names)
        audit(curated, table)
    assert [row["new_columns"] for row in lake.rows() if row["id"] == 4] == [None]


def test_ignored_the_rows_are_accepted_without_it_and_the_record_counts_its_values() -> None:
    lake = Lake()
    record = lake.sent(contract("ignore"))
    assert (record.state, record.accepted, record.new_columns) == ("done", 3, {"Filiale": 2})
    assert set(lake.rows()[0]) == {"id", "item", "_content_sha256", "_source_row"}


def test_quarantined_only_rows_with_a_value_are_refused() -> None:
    lake = Lake()
    record = lake.sent(contract("quarantine"))
    assert (record.state, record.accepted, record.reasons, record.new_columns) == (
        "done",
        1,
        {"new_column": 2},
        {"Filiale": 2},
    )
    refused = lake.rows("quarantine")
    assert [(row["column_name"], json.loads(row["record"])["Filiale"]) for row in refused] == [
        ("Filiale", "Nord"),
        ("Filiale", 'Süd "1"'),
    ]


def test_stopped_the_file_is_rejected_and_the_alert_names_the_column() -> None:
    lake = Lake()
    record = lake.sent(contract("stop"))
    assert (record.state, record.accepted, record.error["rule"], record.error["column"]) == (
        "rejected",
        0,
        "new_column",
        "Filiale",
    )
    assert lake.alerts == [record]


@pytest.mark.parametrize("policy", ["", "keep_as_text", "ignore", "quarantine", "stop"])
def test_a_replay_fills_the_column_that_the_contract_has_by_now(policy: str) -> None:
    lake, grown = Lake(), contract(policy, "2", Column("filiale", TEXT))
    record = lake.sent(contract(policy))
    assert replayable(lake.ledger.records(), {"sales": contract(policy)}) == []
    assert [one.file_id for one in replayable(lake.ledger.records(), {"sales": grown}, dataset="sales")] == [
        record.file_id
    ]
    assert Replayer(*lake.gate(grown)).replay(record.file_id).outcome == "replayed"
    after = lake.ledger.get(record.file_id)
    assert (after.state, after.accepted, after.new_columns) == ("done", 3, {})
    assert [row["filiale"] for row in lake.rows()] == ["Nord", None, 'Süd "1"']
    assert [row.get("new_columns") for row in lake.rows()] == [None, None, None]
    assert lake.rows("quarantine") == []


def test_only_files_without_an_accepted_row_are_pending_for_a_deployment() -> None:
    lake, grown = Lake(), contract("keep_as_text", "2", Column("filiale", TEXT))
    lake.sent(contract("keep_as_text"))
    waits = lake.sent(contract(), FILE.replace(b"1,bell", b"9,bell"), "sales/other.csv")
    assert [one.file_id for one in replayable(lake.ledger.records(), {"sales": grown}, pending=True)] == [
        waits.file_id
    ]


def test_a_card_number_in_a_new_column_is_masked_everywhere() -> None:
    body = f"id,item,remark\n1,bell,paid with {VISA}\nx,lock,{VISA}\n".encode()
    for policy in ("keep_as_text", "ignore", "quarantine"):
        lake = Lake()
        lake.sent(contract(policy), body)
        stored = [*lake.rows(), *lake.rows("quarantine"), *lake.ledger.records()]
        assert len(stored) > 1
        assert VISA not in str(stored)


@pytest.mark.parametrize("name", ["cvv", "Card Number", "ssn", "Passport", "pin"])
def test_a_new_column_that_is_named_for_sensitive_data_is_never_kept(name: str) -> None:
    record = Lake().sent(contract("keep_as_text"), f"id,item,{name}\n1,bell,917\n".encode())
    assert (record.state, record.accepted, record.new_columns) == ("needs_mapping", 0, {})


@pytest.mark.parametrize("name", ["cvv", "Card Number", "ssn", "Filiale"])
def test_a_column_that_the_contract_leaves_out_is_in_no_row_and_is_no_new_column(name: str) -> None:
    lake, by = Lake(), replace(contract(), properties={"headgate.leftOut": [name.lower()]})
    record = lake.sent(by, f"item,id,{name}\nbell,1,917\n".encode())
    assert (record.state, record.accepted, record.new_columns) == ("done", 1, {})
    assert json.loads(record.mapping["left_out"]) == [name]
    assert "917" not in str([*lake.rows(), *lake.rows("quarantine"), record])


def test_other_columns_beside_one_that_is_left_out_follow_the_policy_for_new_columns() -> None:
    body = b"id,item,cvv,Filiale\n1,bell,917,Nord\n"
    states = {}
    for policy in ("", "keep_as_text", "ignore", "stop"):
        by = contract(policy)
        by = replace(by, properties={**by.properties, "headgate.leftOut": ["cvv"]})
        record = Lake().sent(by, body)
        states[policy] = (str(record.state), record.new_columns)
    assert states == {
        "": ("needs_mapping", {}),
        "keep_as_text": ("done", {"Filiale": 1}),
        "ignore": ("done", {"Filiale": 1}),
        "stop": ("rejected", {}),
    }


@pytest.mark.parametrize("names", ["cvv", [1], [""], ["Item"]])
def test_columns_that_are_left_out_are_a_list_of_names_of_no_column(names: object) -> None:
    with pytest.raises(ContractError, match=r"headgate\.leftOut"):
        left_out_names(replace(contract(), properties={"headgate.leftOut": names}))


def test_a_phone_number_in_a_new_column_is_not_taken_for_a_card() -> None:
    lake = Lake()
    lake.sent(contract("keep_as_text"), b"id,item,telefon\n1,bell,5018 0000 0009\n")
    assert json.loads(lake.rows()[0]["new_columns"]) == {"telefon": "5018 0000 0009"}


def test_a_column_that_may_be_a_field_under_another_name_is_still_asked_about() -> None:
    required = contract(
        "keep_as_text", "1", Column("price", ColumnType(Kind.DECIMAL, precision=9, scale=2), required=True)
    )
    assert Lake().sent(required, b"id,item,Filiale\n1,bell,Nord\n").state in {"needs_mapping", "rejected"}


def test_a_column_under_another_name_is_mapped_and_the_rest_is_new() -> None:
    lake = Lake()
    by = replace(
        contract("keep_as_text"),
        columns=(*contract().columns, Column("sold_at", ColumnType(Kind.DATE), required=True)),
    )
    record = lake.sent(by, b"ID;Item;Sold At;Filiale\n1;bell;2024-05-01;Nord\n")
    assert (record.state, record.new_columns) == ("done", {"Filiale": 1})
    assert json.loads(record.mapping["columns"]) == {"Sold At": "sold_at"}
    assert lake.rows()[0]["sold_at"] == dt.date(2024, 5, 1)


def test_a_name_that_may_be_a_value_or_is_taken_becomes_the_columns_number() -> None:
    lake = Lake()
    record = lake.sent(contract("keep_as_text"), f"id,item,{VISA},new_columns\n1,bell,a,b\n".encode())
    assert record.new_columns == {"column_3": 1, "column_4": 1}
    assert json.loads(lake.rows()[0]["new_columns"]) == {"column_3": "a", "column_4": "b"}


def parquet(rows: list[dict[str, Any]]) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), sink)
    return sink.getvalue()


ROWS = [{"id": 1, "item": "bell", "count": 3}, {"id": 2, "item": "lock", "count": None}]
FORMATS: dict[str, Callable[[], bytes]] = {
    "csv": lambda: b"id,item,count\n1,bell,3\n2,lock,\n",
    "csv.gz": lambda: gzip.compress(b"id,item,count\n1,bell,3\n2,lock,\n"),
    "json": lambda: json.dumps(ROWS).encode(),
    "jsonl": lambda: "".join(f"{json.dumps(row)}\n" for row in ROWS).encode(),
    "parquet": lambda: parquet(ROWS),
}


@pytest.mark.parametrize("form", FORMATS)
def test_new_columns_of_every_format_are_kept(form: str) -> None:
    lake = Lake()
    record = lake.sent(contract("keep_as_text"), FORMATS[form](), f"sales/july.{form}")
    assert (record.state, record.new_columns) == ("done", {"count": 1})
    assert [row["new_columns"] for row in lake.rows()] == ['{"count": "3"}', None]


def test_whole_rows_that_differ_in_a_kept_column_only_are_both_kept() -> None:
    keyless = replace(
        contract("keep_as_text"),
        key=(),
        properties={"headgate.newColumns": "keep_as_text", "headgate.identity": "whole_row"},
    )
    lake = Lake()
    record = lake.sent(keyless, b"id,item,Filiale\n1,bell,Nord\n1,bell,Ost\n1,bell,Ost\n")
    assert (record.accepted, record.duplicates) == (2, 1)


def test_a_policy_that_does_not_exist_and_a_name_that_is_taken_are_refused() -> None:
    with pytest.raises(ContractError, match="keep_as_text"):
        curated_contract(contract("keep"))
    with pytest.raises(ContractError, match="Rename the column new_columns"):
        curated_contract(contract("keep_as_text", "1", Column("new_columns", TEXT)))


VALUES = st.text(
    st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters='",;|\t'), max_size=8
).filter(lambda text: text == text.strip() and not any(sign.isdigit() for sign in text))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(VALUES, VALUES), min_size=1, max_size=6))
def test_kept_texts_are_the_values_of_the_file(values: list[tuple[str, str]]) -> None:
    """Read back as JSON, each row has exactly its own values."""
    rows = [
        {"id": at, "item": "x", "one": one or None, "two": two or None}
        for at, (one, two) in enumerate(values)
    ]
    lake = Lake()
    record = lake.sent(
        contract("keep_as_text"), "".join(f"{json.dumps(row)}\n" for row in rows).encode(), "sales/a.jsonl"
    )
    assert record.accepted == len(rows)
    kept = {row["id"]: json.loads(row["new_columns"] or "{}") for row in lake.rows()}
    assert kept == {row["id"]: {name: row[name] for name in ("one", "two") if row[name]} for row in rows}


def test_masks_of_declared_columns_stay_as_they_are_beside_new_ones() -> None:
    by = contract("keep_as_text", "1", Column("card", TEXT, mask=Mask.PAN))
    lake = Lake()
    lake.sent(by, f"id,item,card,Filiale\n1,bell,{VISA},Nord\n".encode())
    assert (lake.rows()[0]["card_last4"], lake.rows()[0]["new_columns"]) == ("1111", '{"Filiale": "Nord"}')


def test_without_mappings_the_gate_rejects_an_unknown_column_as_before() -> None:
    with pytest.raises(Exception, match="no such column"):
        check_bytes(FILE, contract("keep_as_text"), MaskingKey("", b""), object_key="a", received_at=LANDED)
