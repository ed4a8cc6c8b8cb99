import datetime as dt
from decimal import Decimal

import pyarrow as pa
import pytest

from headgate.contracts.model import Column, ColumnType, Comparison, Kind, Level, Rule
from headgate.errors import ContractError
from headgate.values.rules import column_breaches, comparison_breach

pytestmark = pytest.mark.unit

MONEY = pa.decimal128(12, 2)


def broken(rule: Rule, values: pa.Array) -> list[int]:
    """The rows of a column that break its only rule."""
    column = Column("x", ColumnType(Kind.STRING), rules=(rule,))
    found = column_breaches(column, values, values)
    assert all(breach.code == f"{rule.name}:x" and breach.reason for breach in found)
    return [row for breach in found for row in breach.rows.tolist()]


@pytest.mark.parametrize(
    ("rule", "values", "rows"),
    [
        (Rule("required"), pa.array(["a", None, ""]), [1]),
        (Rule("minimum", 0), pa.array([Decimal("-0.01"), Decimal(0), None], MONEY), [0]),
        (Rule("minimum", 0.005), pa.array([Decimal("0.00"), Decimal("0.01")], MONEY), [0]),
        (Rule("minimum", 1), pa.array([0, 1, None]), [0]),
        (Rule("minimum", 0.5), pa.array([0, 1]), [0]),
        (Rule("maximum", 5), pa.array([5, 6], pa.int16()), [1]),
        (Rule("exclusive_minimum", 0), pa.array([Decimal(0), Decimal("0.01")], MONEY), [0]),
        (Rule("exclusive_maximum", 1.5), pa.array([1.4, 1.5]), [1]),
        (Rule("minimum", "2024-01-01"), pa.array([dt.date(2023, 12, 31), dt.date(2024, 1, 1)]), [0]),
        (Rule("maximum", dt.date(2024, 1, 1)), pa.array([dt.date(2024, 1, 2), dt.date(2024, 1, 1)]), [0]),
        (
            Rule("maximum", "2024-01-01 00:00:00"),
            pa.array([dt.datetime(2024, 1, 1), dt.datetime(2024, 1, 1, 0, 0, 1)], pa.timestamp("us")),
            [1],
        ),
        (Rule("min_length", 2), pa.array(["é", "éé", None]), [0]),
        (Rule("max_length", 2), pa.array(["日本", "日本語", None]), [1]),
        (Rule("pattern", "^[A-Z]{3}$"), pa.array(["GBP", "gbp", "GBPX", "GBP\n", None]), [1, 2, 3]),
        (Rule("valid_values", ("NA", "EU")), pa.array(["NA", "na", "", None]), [1, 2]),
        (Rule("valid_values", (1, 2)), pa.array([1, 3, None]), [1]),
    ],
)
def test_a_rule_names_the_rows_that_break_it_and_null_satisfies_all_but_required(
    rule: Rule, values: pa.Array, rows: list[int]
) -> None:
    assert broken(rule, values) == rows


def test_all_rules_of_a_column_are_reported_in_contract_order() -> None:
    rules = (Rule("max_length", 1), Rule("pattern", "^[a-z]*$"), Rule("valid_values", ("a",), Level.WARN))
    found = column_breaches(
        Column("x", ColumnType(Kind.STRING), rules=rules), pa.array(["AB"]), pa.array(["AB"])
    )
    assert [(breach.rule, breach.level) for breach in found] == [
        ("max_length", Level.QUARANTINE),
        ("pattern", Level.QUARANTINE),
        ("valid_values", Level.WARN),
    ]


def test_a_text_that_fits_no_value_is_not_also_missing() -> None:
    column = Column("x", ColumnType(Kind.BIGINT), rules=(Rule("required"), Rule("minimum", 1)))
    assert column_breaches(column, pa.array([None], pa.int64()), pa.array(["12.7"])) == []


@pytest.mark.parametrize(
    ("operator", "rows"),
    [("==", [0, 2]), ("!=", [1]), ("<", [1, 2]), ("<=", [2]), (">", [0, 1]), (">=", [0])],
)
def test_a_comparison_names_the_rows_that_break_it_and_null_satisfies_it(
    operator: str, rows: list[int]
) -> None:
    values = {"a": pa.array([1, 2, 3, None, 1]), "b": pa.array([2, 2, 2, 2, None])}
    found = comparison_breach(Comparison("rule_over_row", "a", operator, right="b"), values)
    assert found is not None
    assert found.rows.tolist() == rows
    assert found.code == "rule_over_row"


def test_a_comparison_may_be_with_a_literal_and_across_kinds() -> None:
    values = {
        "on": pa.array([dt.date(2024, 1, 1)]),
        "at": pa.array([dt.datetime(2023, 12, 31)], pa.timestamp("us")),
        "text": pa.array(["x"]),
    }
    assert comparison_breach(Comparison("later", "at", ">=", right="on"), values) is not None
    assert comparison_breach(Comparison("since", "on", ">=", value="2024-01-01"), values) is None
    assert comparison_breach(Comparison("named", "text", "==", value="y"), values) is not None


@pytest.mark.parametrize(
    "rule", [Rule("no_such_rule"), Rule("pattern", "(unclosed"), Rule("minimum", "many")]
)
def test_a_rule_that_cannot_be_applied_is_the_contracts_fault(rule: Rule) -> None:
    with pytest.raises(ContractError, match="column x"):
        column_breaches(Column("x", ColumnType(Kind.STRING), rules=(rule,)), pa.array([1]), pa.array(["1"]))


def test_a_comparison_that_cannot_be_made_is_the_contracts_fault() -> None:
    with pytest.raises(ContractError, match="odd"):
        comparison_breach(Comparison("odd", "a", "<", right="b"), {"a": pa.array([1]), "b": pa.array(["x"])})
