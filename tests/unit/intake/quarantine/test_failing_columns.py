"""A refused row reports every failing column, and the suggested contract accepts what an edit can accept."""

from __future__ import annotations

from datetime import datetime

import pytest

from headgate.contracts.model import Column, ColumnType, Contract, Kind, Mask, Rule
from headgate.intake.quarantine.failing_columns import failing_columns, suggested
from headgate.intake.rows.check_rows import CheckedRows, check_bytes
from headgate.lake.ports import MaskingKey

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
