"""A refused row reports every failing column, and the suggested contract accepts what an edit can accept."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, datetime

import pyarrow.parquet as pq
import pytest

from headgate.aws.in_memory_ports import MemoryObjects
from headgate.contracts.model import Column, ColumnType, Contract, Kind, Mask, Rule
from headgate.contracts.source_format import SourceFormat
from headgate.intake.quarantine.failing_columns import (
    FailingColumn,
    failing_columns,
    with_changed_column,
    with_suggestions,
)
from headgate.intake.quarantine.list_quarantine import quarantined_rows
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
        Column(
            "state",
            ColumnType(Kind.STRING),
            required=True,
            rules=(Rule("required"), Rule("valid_values", ("on", "off"))),
        ),
        Column("note", ColumnType(Kind.STRING)),
    ),
    key=("id",),
)
BODY = f"id,count,state,note\na,1,on,x\nb,99,broken,x\nc,many,,x\nd,5,off,paid with {PAN}\n,1,on,x\n".encode()


def gated(contract: Contract, body: bytes = BODY) -> CheckedRows:
    return check_bytes(
        body,
        contract,
        MaskingKey("k", b"s" * 32),
        object_key="things/a.csv",
        received_at=datetime(2026, 1, 1),
    )


def test_every_failing_column_of_a_row_is_listed_not_only_the_first() -> None:
    found = {
        (one.column, one.rule): (one.rows, one.examples)
        for one in failing_columns(gated(CONTRACT).quarantine_rows, CONTRACT)
    }
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
    edited = with_suggestions(CONTRACT, failing)
    assert (edited.version, edited.column("note").mask) == ("1.3.0", Mask.FREE_TEXT)
    again = gated(edited)
    assert (again.counts.accepted, dict(again.counts.reasons)) == (4, {"required": 1})
    (left,) = failing_columns(again.quarantine_rows, edited)
    assert (left.column, left.edit) == ("id", "none: correct the data at their source")


def test_a_contract_that_nothing_fails_stays_as_it_is() -> None:
    good = gated(CONTRACT, b"id,count,state,note\na,1,on,x\n")
    assert with_suggestions(CONTRACT, failing_columns(good.quarantine_rows, CONTRACT)) is CONTRACT


MISSING = b"id,count,state,note\na,-,on,x\nb,n/a,on,x\nc,3,on,x\n"


def test_words_for_a_missing_value_are_proposed_as_null_spellings() -> None:
    (found,) = failing_columns(gated(CONTRACT, MISSING).quarantine_rows, CONTRACT)
    assert (found.column, found.rule, found.nulls) == ("count", "type", ("-", "n/a"))
    edited = with_suggestions(CONTRACT, [found])
    assert gated(edited, MISSING).accepted.column("count").to_pylist() == [None, None, 3]


def test_words_for_a_missing_value_beside_another_text_keep_the_column_as_text() -> None:
    body = MISSING.replace(b"c,3", b"c,three")
    (found,) = failing_columns(gated(CONTRACT, body).quarantine_rows, CONTRACT)
    assert "keep it as text" in found.edit
    assert gated(with_suggestions(CONTRACT, [found]), body).accepted.column("count").to_pylist() == [
        "-",
        "n/a",
        "three",
    ]


def test_rows_are_shown_for_every_rule_that_they_break_not_only_the_first() -> None:
    objects, stored = MemoryObjects(), ObjectRef("quarantine", "things/a.parquet")
    body = b"id,count,state,note\na,99,broken,x\nb,1,broken,x\nc,99,on,x\n"
    content = io.BytesIO()
    pq.write_table(gated(CONTRACT, body).quarantine_rows, content)
    objects.write(stored, content.getvalue(), content_type="application/octet-stream")
    record = FileRecord("a", "raw", "things/a.csv", "1", "things", FileState.DONE, quarantine_key=stored.key)
    shown = {
        rule: quarantined_rows(objects, stored.bucket, record, rule=rule).column("source_row").to_pylist()
        for rule in ("maximum", "valid_values")
    }
    assert shown == {"maximum": [1, 3], "valid_values": [1, 2]}


SALES = replace(
    CONTRACT,
    columns=(
        Column("id", ColumnType(Kind.STRING), required=True, rules=(Rule("required"),)),
        Column("amount", ColumnType(Kind.DECIMAL, precision=12, scale=2), rules=(Rule("minimum", 0),)),
        Column("pieces", ColumnType(Kind.INTEGER)),
        Column("day", ColumnType(Kind.DATE), format=SourceFormat(patterns=("MM/dd/yyyy",))),
    ),
)


def listed(body: str, contract: Contract = SALES) -> list[FailingColumn]:
    """Return the failing columns of a file, where an edit counts only if all of the file fits it."""
    checked = gated(contract, body.encode())

    def accepts(edited: Column) -> bool:
        again = gated(with_changed_column(contract, edited), body.encode())
        return not any(
            one.rule == "type" and one.column == edited.name
            for one in failing_columns(again.quarantine_rows, contract)
        )

    return failing_columns(
        checked.quarantine_rows, contract, received=checked.counts.received, accepts=accepts
    )


def test_german_decimals_are_a_format_and_text_is_the_last_remedy() -> None:
    body = 'id,amount\na,"1.299,00"\nb,"2,50"\nc,"0,99"\nd,7\n'
    (found,) = listed(body)
    assert found.edit == 'amount: read it as 1.234,5 (headgate.format: {"decimal": ",", "thousands": "."})'
    assert found.other_edits == ("amount: keep it as text (logicalType: string)",)
    accepted = gated(with_suggestions(SALES, [found]), body.encode()).accepted
    assert [str(value) for value in accepted.column("amount").to_pylist()] == [
        "1299.00",
        "2.50",
        "0.99",
        "7.00",
    ]


def test_the_other_order_of_day_and_month_replaces_the_pattern_and_says_that_accepted_dates_change() -> None:
    body = "id,day\na,31/12/2026\nb,03/04/2026\nc,25/01/2026\n"
    (found,) = listed(body)
    assert (
        "read it as dd/MM/yyyy (logicalTypeOptions.format: dd/MM/yyyy; instead of MM/dd/yyyy: accepted "
        "values are read" in found.edit
    )
    days = gated(with_suggestions(SALES, [found]), body.encode()).accepted.column("day").to_pylist()
    assert days == [date(2026, 12, 31), date(2026, 4, 3), date(2026, 1, 25)]


def test_another_pattern_beside_the_contracts_own_is_added() -> None:
    contract = with_changed_column(
        SALES, replace(SALES.column("day"), format=SourceFormat(patterns=("dd.MM.yyyy",)))
    )
    (found,) = listed("id,day\na,31.12.2026\nb,30/11/2026\n", contract)
    assert found.edited
    assert found.edited.format
    assert found.edited.format.patterns[0] == "dd.MM.yyyy"
    assert len(found.edited.format.patterns) == 2


def test_numbers_with_fractions_in_a_column_of_whole_numbers_get_a_wider_type() -> None:
    (found,) = listed("id,pieces\na,1\nb,2.5\nc,3\n")
    assert found.edit.startswith("pieces: read it as 1234.5 (physicalType: DECIMAL(")
    assert found.other_edits


def test_a_number_that_two_formats_read_differently_is_left_to_a_person() -> None:
    (found,) = listed("id,pieces\na,1.299\nb,2.400\n")
    assert "decide how it is written" in found.edit
    assert found.edited is None


def test_a_format_that_would_refuse_accepted_values_is_not_advised() -> None:
    (found,) = listed('id,amount\na,"1.299,00"\nb,2.50\nc,3.75\n')
    assert found.edit == "amount: keep it as text (logicalType: string)"


def test_one_impossible_value_among_ten_is_wrong_and_not_the_contract() -> None:
    (listed_column,) = listed("id,pieces\n" + "".join(f"{row},{row}\n" for row in range(9)) + "x,3 boxes\n")
    assert "correct the refused values at their source (1 of 10 rows)" in listed_column.edit


def test_a_few_bad_values_among_many_are_corrected_at_their_source_and_the_column_keeps_its_type() -> None:
    body = "id,pieces\n" + "".join(f"{row},{row}\n" for row in range(99)) + "x,see note\n"
    (found,) = listed(body)
    assert "correct the refused values at their source (1 of 100 rows)" in found.edit
    assert found.other_edits == ("pieces: keep it as text (logicalType: string)",)
    assert with_suggestions(SALES, [found]) is SALES
