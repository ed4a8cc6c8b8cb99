"""The audit names every rule that an output breaks, and nothing else stops a publish."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from headgate.contracts.model import Column, ColumnType, Comparison, Contract, Kind, Level, Rule
from headgate.contracts.types import arrow_schema
from headgate.errors import AuditError
from headgate.quality.contract_audit import audit, broken_rules

pytestmark = pytest.mark.unit

MONEY = ColumnType(Kind.DECIMAL, precision=12, scale=2)
CONTRACT = Contract(
    id="headgate.prod.lines",
    dataset="lines",
    zone="prod",
    version="1.0.0",
    key=("line_id",),
    columns=(
        Column(
            "line_id", ColumnType(Kind.BIGINT), required=True, rules=(Rule("required"), Rule("minimum", 1))
        ),
        Column("price", MONEY, rules=(Rule("exclusive_minimum", 0), Rule("maximum", 99.99))),
        Column("share", ColumnType(Kind.DOUBLE), rules=(Rule("minimum", 0), Rule("exclusive_maximum", 1))),
        Column(
            "code",
            ColumnType(Kind.STRING, length=4),
            rules=(Rule("max_length", 4), Rule("min_length", 2), Rule("pattern", "^[A-Z]+$")),
        ),
        Column("state", ColumnType(Kind.STRING), rules=(Rule("valid_values", ("open", "NA")),)),
        Column("on", ColumnType(Kind.DATE), rules=(Rule("minimum", "2020-01-01"),)),
        Column("at", ColumnType(Kind.TIMESTAMP), rules=(Rule("maximum", "2030-01-01T00:00:00"),)),
        Column("left", MONEY),
        Column("right", ColumnType(Kind.INTEGER)),
    ),
    comparisons=(
        Comparison("left_not_above_right", "left", "<=", "right"),
        Comparison("right_is_not_zero", "right", "!=", value=0),
    ),
)
GOOD: dict[str, Any] = {
    "line_id": 1,
    "price": Decimal("99.99"),
    "share": 0.0,
    "code": "ABÄ"[:2],
    "state": "NA",
    "on": date(2020, 1, 1),
    "at": datetime(2030, 1, 1),
    "left": Decimal("2.00"),
    "right": 2,
}
NULLS = {name: None for name in GOOD if name != "line_id"}


def rows(*given: dict[str, Any]) -> pa.Table:
    return pa.Table.from_pylist([GOOD | changes for changes in given], arrow_schema(CONTRACT))


def test_rows_on_every_bound_pass() -> None:
    audit(CONTRACT, rows({}, {"line_id": 2}))


def test_no_rows_pass() -> None:
    audit(CONTRACT, arrow_schema(CONTRACT).empty_table())


def test_nulls_satisfy_every_rule_but_required() -> None:
    audit(CONTRACT, rows(NULLS))


@pytest.mark.parametrize(
    ("changes", "place", "rule"),
    [
        ({"line_id": None}, "line_id", "required"),
        ({"line_id": 0}, "line_id", "minimum"),
        ({"price": Decimal("0.00")}, "price", "exclusive_minimum"),
        ({"price": Decimal("100.00")}, "price", "maximum"),
        ({"share": -0.1}, "share", "minimum"),
        ({"share": 1.0}, "share", "exclusive_maximum"),
        ({"share": float("nan")}, "share", "finite"),
        ({"share": float("-inf")}, "share", "finite"),
        ({"code": "A"}, "code", "min_length"),
        ({"code": "ABCDE"}, "code", "max_length"),
        ({"code": "AB\n"}, "code", "pattern"),
        ({"state": "closed"}, "state", "valid_values"),
        ({"on": date(2019, 12, 31)}, "on", "minimum"),
        ({"at": datetime(2030, 1, 1, 0, 0, 1)}, "at", "maximum"),
        ({"left": Decimal("2.01")}, "left", "left_not_above_right"),
        ({"right": 0, "left": None}, "right", "right_is_not_zero"),
    ],
)
def test_a_broken_rule_is_named_with_its_column_and_count(
    changes: dict[str, Any], place: str, rule: str
) -> None:
    found = broken_rules(CONTRACT, rows(changes))
    assert found[place, rule] == 1
    with pytest.raises(AuditError, match=f"{place}: {rule} broken by 1 rows"):
        audit(CONTRACT, rows(changes))


def test_a_doubled_key_is_found_across_batches() -> None:
    batches = pa.RecordBatchReader.from_batches(
        arrow_schema(CONTRACT), [batch for _ in range(3) for batch in rows({}).to_batches()]
    )
    with pytest.raises(AuditError, match="line_id: unique broken by 2 rows"):
        audit(CONTRACT, batches)


def test_a_null_is_never_a_valid_value_by_accident() -> None:
    assert not broken_rules(CONTRACT, rows({"state": None}))


def test_rules_that_only_warn_do_not_stop_a_publish() -> None:
    lenient = replace(
        CONTRACT,
        columns=tuple(
            replace(column, rules=tuple(replace(rule, level=Level.WARN) for rule in column.rules))
            for column in CONTRACT.columns
        ),
        comparisons=tuple(replace(rule, level=Level.WARN) for rule in CONTRACT.comparisons),
    )
    audit(lenient, rows({"price": Decimal("100.00"), "code": "A", "right": 0}))


def test_the_message_shows_no_value() -> None:
    with pytest.raises(AuditError) as raised:
        audit(CONTRACT, rows({"state": "4111111111111111"}))
    assert "4111" not in str(raised.value)
