"""A refused row reports every failing column, and the suggested contract accepts what an edit can accept."""

from __future__ import annotations

import io
from datetime import datetime

import pyarrow.parquet as pq
import pytest

from headgate.aws.in_memory_ports import MemoryObjects
from headgate.contracts.model import Column, ColumnType, Contract, Kind, Mask, Rule
from headgate.intake.quarantine.failing_columns import failing_columns, suggested
from headgate.intake.quarantine.list_quarantine import rows_of
from headgate.intake.rows.check_rows import CheckedRows, check_bytes
from headgate.lake.ports import FileRecord, MaskingKey, ObjectRef
from headgate.lake.states import FileState

pytestmark = pytest.mark.unit

PAN = "4111111111111111"  # a test number that payment gateways publish
CONTRACT = Contract(
    id="test.things",
    dataset="things",
    zone="source",
    version="1.2.3",
    columns=(
        Column("id", ColumnType(Kind.STRING), required=True, rules=(Rule("required"),)),
        Column("count", ColumnType(Kind.INTEGER), rules=(Rule("maximum", 10),)),
        Column("state", ColumnType(Kind.STRING), required=True, rules=(Rule("required"), Rule("valid_values", ("on", "off")))),
        Column("note", ColumnType(Kind.STRING)),
    ),
    key=("id",),
)
BODY = f"id,count,state,note\na,1,on,x\nb,99,broken,x\nc,many,,x\nd,5,off,paid with {PAN}\n,1,on,x\n".encode()


def gated(contract: Contract, body: bytes = BODY) -> CheckedRows:
    return check_bytes(body, contract, MaskingKey("k", b"s" * 32), object_key="things/a.csv", received_at=datetime(2026, 1, 1))


def test_every_failing_column_of_a_row_is_listed_not_only_the_first() -> None:
    found = {(one.column, one.rule): (one.rows, one.examples) for one in failing_columns(gated(CONTRACT).quarantine_rows, CONTRACT)}
    assert found[("count", "maximum")] == (1, ("99",))
    assert found[("state", "valid_values")][0] == 1
    assert found[("count", "type")][0] == 1
    assert found[("state", "required")] == (1, ())
    assert found[("note", "undeclared_card_number")][0] == 1
    assert found[("id", "required")][0] == 1


def test_no_example_holds_a_card_number() -> None:
    assert PAN not in str(failing_columns(gated(CONTRACT).quarantine_rows, CONTRACT))


def test_the_suggested_contract_accepts_all_rows_but_those_without_a_key() -> None:
    failing = failing_columns(gated(CONTRACT).quarantine_rows, CONTRACT)
    edited = suggested(CONTRACT, failing)
    assert (edited.version, edited.column("note").mask) == ("1.3.0", Mask.FREE_TEXT)
    again = gated(edited)
    assert (again.counts.accepted, dict(again.counts.reasons)) == (4, {"required": 1})
    (left,) = failing_columns(again.quarantine_rows, edited)
    assert (left.column, left.edit) == ("id", "none: correct the data at their source")


def test_a_contract_that_nothing_fails_stays_as_it_is() -> None:
    good = gated(CONTRACT, b"id,count,state,note\na,1,on,x\n")
    assert suggested(CONTRACT, failing_columns(good.quarantine_rows, CONTRACT)) is CONTRACT


MISSING = b"id,count,state,note\na,-,on,x\nb,n/a,on,x\nc,3,on,x\n"


def test_words_for_a_missing_value_are_proposed_as_null_spellings() -> None:
    (found,) = failing_columns(gated(CONTRACT, MISSING).quarantine_rows, CONTRACT)
    assert (found.column, found.rule, found.nulls) == ("count", "type", ("-", "n/a"))
    edited = suggested(CONTRACT, [found])
    assert gated(edited, MISSING).accepted.column("count").to_pylist() == [None, None, 3]


def test_words_for_a_missing_value_beside_another_text_keep_the_column_as_text() -> None:
    body = MISSING.replace(b"c,3", b"c,three")
    (found,) = failing_columns(gated(CONTRACT, body).quarantine_rows, CONTRACT)
    assert "keep it as text" in found.edit
    assert gated(suggested(CONTRACT, [found]), body).accepted.column("count").to_pylist() == ["-", "n/a", "three"]


def test_rows_are_shown_for_every_rule_that_they_break_not_only_the_first() -> None:
    objects, stored = MemoryObjects(), ObjectRef("quarantine", "things/a.parquet")
    body = b"id,count,state,note\na,99,broken,x\nb,1,broken,x\nc,99,on,x\n"
    content = io.BytesIO()
    pq.write_table(gated(CONTRACT, body).quarantine_rows, content)
    objects.write(stored, content.getvalue(), content_type="application/octet-stream")
    record = FileRecord("a", "raw", "things/a.csv", "1", "things", FileState.DONE, quarantine_key=stored.key)
    shown = {
        rule: rows_of(objects, stored.bucket, record, rule=rule).column("source_row").to_pylist() for rule in ("maximum", "valid_values")
    }
    assert shown == {"maximum": [1, 3], "valid_values": [1, 2]}
