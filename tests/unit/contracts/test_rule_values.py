"""A bound parts a column's values in Great Expectations, which compares floats, as it does in the gate.

One that cannot is refused.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.contracts import odcs_reader
from headgate.contracts.difference import differences
from headgate.contracts.model import Column, ColumnType, Comparison, Contract, Kind, Rule
from headgate.contracts.odcs_writer import to_odcs
from headgate.contracts.rule_values import bound_of_floats, float_bound
from headgate.errors import ContractError
from headgate.intake.rows.check_rows import check_bytes
from headgate.lake.ports import MaskingKey

pytestmark = pytest.mark.unit

DAY, MOMENT = ColumnType(Kind.DATE), ColumnType(Kind.TIMESTAMP)
BIGINT, DOUBLE, MONEY = (
    ColumnType(Kind.BIGINT),
    ColumnType(Kind.DOUBLE),
    ColumnType(Kind.DECIMAL, precision=20, scale=2),
)


def loaded(column_type: ColumnType, *stated: Rule | Comparison) -> Contract:
    """The contract, as it is read from its document."""
    columns = (Column("number", column_type, rules=tuple(rule for rule in stated if isinstance(rule, Rule))),)
    comparisons = tuple(rule for rule in stated if isinstance(rule, Comparison))
    made = Contract(id="x", dataset="x", zone="source", version="1", columns=columns, comparisons=comparisons)
    return odcs_reader.parse(to_odcs(made), zone="source")


CENTS = st.integers(-(10**14), 10**14).map(lambda cents: Decimal(cents).scaleb(-2))


@given(bound=CENTS, value=CENTS)
def test_a_float_bound_parts_decimals_as_the_decimal_does(bound: Decimal, value: Decimal) -> None:
    for near_value in (value, bound, bound + Decimal("0.01"), bound - Decimal("0.01")):
        assert (near_value <= bound) == (near_value <= float_bound(bound, 2, above=True))
        assert (near_value > bound) == (near_value > float_bound(bound, 2, above=True))
        assert (near_value >= bound) == (near_value >= float_bound(bound, 2, above=False))
        assert (near_value < bound) == (near_value < float_bound(bound, 2, above=False))


def test_a_bound_that_no_float_can_keep_is_an_error_of_the_contract() -> None:
    with pytest.raises(ContractError, match="too many digits"):
        float_bound(Decimal("123456789012345678.99"), 2, above=True)


@pytest.mark.parametrize("bound", [2**53, -(2**53), 2**63 - 1, "9007199254740992", 1e17])
def test_a_bound_that_no_float_distinguishes_from_its_neighbour_is_a_contract_error(bound: object) -> None:
    assert loaded(BIGINT, Rule("maximum", 2**53 - 1))
    with pytest.raises(ContractError, match=r"x.number: the bound -?[0-9.e+]* is too large"):
        loaded(BIGINT, Rule("maximum", bound))
    with pytest.raises(ContractError, match=r"x.number: the bound -?[0-9.e+]* is too large"):
        loaded(BIGINT, Comparison("large", "number", ">", value=bound))
    assert loaded(BIGINT, Comparison("other", "number", "!=", value=bound))


@pytest.mark.parametrize("bound", [10**16, "10000000000000000", 1e16, 2**53 + 1])
def test_a_double_may_have_any_bound_that_is_a_float(bound: object) -> None:
    column = loaded(DOUBLE, Rule("maximum", bound)).column("number")
    assert bound_of_floats(column, column.rules[0]) == float(str(bound))


@pytest.mark.parametrize(
    ("column_type", "bound"),
    [
        *(
            (BIGINT, "many"),
            (DOUBLE, "many"),
            (DOUBLE, 10**400),
            (DOUBLE, [1]),
            (DOUBLE, float("inf")),
            (BIGINT, float("nan")),
        ),
        *(
            (MONEY, "much"),
            (MONEY, float("nan")),
            (MONEY, "Infinity"),
            (MONEY, "1e-40"),
            (MONEY, "1_0"),
            (MONEY, True),
        ),
        *(
            (BIGINT, True),
            (BIGINT, [1]),
            (BIGINT, " 1 "),
            (BIGINT, "\u0663"),
            (DOUBLE, "1_0"),
            (DOUBLE, True),
            (DOUBLE, None),
        ),
        *(
            (DAY, "2024-13-01"),
            (DAY, "20240101"),
            (DAY, "2024-W01-1"),
            (DAY, datetime(2024, 1, 1)),
            (DAY, "2024-01-01 00:00:00"),
        ),
        *(
            (MOMENT, "2024-01-01T00:00:00Z"),
            (MOMENT, "2024-01-01 00:00+02:00"),
            (MOMENT, "20240101"),
            (MOMENT, "2024"),
        ),
        *(
            (MOMENT, datetime(2024, 1, 1, tzinfo=UTC)),
            (ColumnType(Kind.BOOLEAN), "yes"),
            (ColumnType(Kind.STRING), 1.5),
        ),
    ],
)
def test_a_bound_that_is_no_value_of_its_column_keeps_the_contract_from_loading(
    column_type: ColumnType, bound: object
) -> None:
    with pytest.raises(ContractError, match=r"x.number: .* Remedy: a minimum of that type"):
        loaded(column_type, Rule("minimum", bound))


@pytest.mark.parametrize(
    ("column_type", "bound", "below", "at_least"),
    [
        *((MONEY, bound, "-0.01", "0.00") for bound in (0, 0.0, -0.0, "0.00", "0E+3")),
        *((MONEY, bound, "99.99", "100.00") for bound in (100, "100.00", "1e2", 100.0, Decimal("100.00"))),
        *((MONEY, bound, "999999999999999.99", "1000000000000000.00") for bound in (1e15, "1e15")),
        (MONEY, 1.555, "1.55", "1.56"),
        *((BIGINT, bound, "999999", "1000000") for bound in (1e6, "1e6", 1000000.0, 999999.5)),
        *((DOUBLE, bound, "0.4", "0.5") for bound in (0.5, ".5", "5e-1", "+0.5")),
        *((DAY, bound, "2023-12-31", "2024-01-01") for bound in (date(2024, 1, 1), "2024-01-01")),
        *(
            (MOMENT, bound, "2023-12-31 23:59:59", "2024-01-01 00:00:00")
            for bound in (datetime(2024, 1, 1), "2024-01-01", "2024-01-01T00:00:00")
        ),
        (MOMENT, "2024-01-01 00:00:00.000001", "2024-01-01 00:00:00", "2024-01-01 00:00:00.000001"),
    ],
)
def test_however_a_bound_is_written_the_gate_parts_values_by_it(
    column_type: ColumnType, bound: object, below: str, at_least: str
) -> None:
    for contract in (
        loaded(column_type, Rule("minimum", bound)),
        loaded(column_type, Comparison("floor", "number", ">=", value=bound)),
    ):
        assert accepted_rows(contract, below, at_least) == [at_least]


@pytest.mark.parametrize(
    ("column_type", "allowed", "kept", "refused"),
    [
        (MONEY, (1.5, "2.00", 100, 0.0), ["1.50", "2.00", "100.00", "0.00"], "1.51"),
        (BIGINT, (1, 2.0, "3", "1e3"), ["1", "2", "3", "1000"], "4"),
        (DOUBLE, (1, "2.5", 1e300), ["1", "2.5", "1e300"], "4"),
        (DAY, (date(2024, 1, 1), "2024-01-02"), ["2024-01-01", "2024-01-02"], "2024-01-03"),
        (ColumnType(Kind.BOOLEAN), (True,), ["true", "t", "1"], "false"),
        (ColumnType(Kind.STRING), ("a", 1, date(2024, 1, 1)), ["a", "1", "2024-01-01"], "b"),
    ],
)
def test_however_allowed_values_are_written_the_gate_knows_them(
    column_type: ColumnType, allowed: tuple[object, ...], kept: list[str], refused: str
) -> None:
    contract = loaded(column_type, Rule("valid_values", allowed))
    assert accepted_rows(contract, *kept, refused) == kept
    assert accepted_rows(
        loaded(column_type, Comparison("one", "number", "==", value=allowed[0])), kept[0], refused
    ) == [kept[0]]


@pytest.mark.parametrize(
    ("column_type", "value"),
    [
        *((ColumnType(Kind.STRING), value) for value in (True, 1.10, None, datetime(2024, 1, 1), [])),
        *((BIGINT, value) for value in ("a", 0.5, 2**63, True, None)),
        *((ColumnType(Kind.SMALLINT), 40_000), (ColumnType(Kind.INTEGER), 2**31)),
        *((MONEY, value) for value in ("1.005", 10**18, "a", float("inf"))),
        *((DAY, "soon"), (DOUBLE, "a"), (ColumnType(Kind.BOOLEAN), 1)),
    ],
)
def test_an_allowed_value_that_is_none_of_its_column_keeps_the_contract_from_loading(
    column_type: ColumnType, value: object
) -> None:
    for stated in (Rule("valid_values", (value,)), Comparison("same", "number", "==", value=value)):
        with pytest.raises(
            ContractError, match=r"x.number: the value .* is not of type .* Remedy: a value of that type"
        ):
            loaded(column_type, stated)


@pytest.mark.parametrize("length", ["x", -1, 1.5, True, None, 10**20])
def test_a_length_is_a_number_of_characters(length: object) -> None:
    with pytest.raises(ContractError, match=r"x.number: the bound .* is not a number of characters"):
        loaded(ColumnType(Kind.STRING), Rule("min_length", length))


def accepted_rows(contract: Contract, *values: str) -> list[str]:
    """Which of these the gate accepts."""
    body = "number\n" + "".join(f"{value}\n" for value in values)
    gated = check_bytes(
        body.encode(), contract, MaskingKey("", b""), object_key="x/a", received_at=datetime(2024, 1, 1)
    )
    return [values[row - 1] for row in gated.accepted["_source_row"].to_pylist()]


@pytest.mark.parametrize("rule", [Rule("pattern", "^a$"), Rule("min_length", 2), Rule("max_length", 2)])
def test_a_rule_about_texts_is_refused_for_other_columns(rule: Rule) -> None:
    assert loaded(ColumnType(Kind.STRING), rule)
    with pytest.raises(
        ContractError, match=rf"x.number: rule {rule.name} checks texts, not values of type bigint"
    ):
        loaded(BIGINT, rule)


def test_a_rule_without_an_argument_is_named_in_a_list() -> None:
    def stated(physical_type: str, *rules: str) -> Contract:
        own = [{"property": "headgate.rules", "value": [*rules]}]
        column = {"name": "number", "physicalType": physical_type, "customProperties": own}
        table = {"name": "x", "properties": [column]}
        return odcs_reader.parse(
            {"kind": "DataContract", "apiVersion": "v3.1.0", "id": "x", "version": "1", "schema": [table]},
            "source",
        )

    checked = stated("TEXT", "gtin")
    assert checked.columns[0].rules == (Rule("gtin"),)
    assert [change.message for change in differences(stated("TEXT"), checked)] == ["gtin is new (quarantine)"]
    with pytest.raises(ContractError, match=r"x.number: headgate.rules cannot be read. Remedy: .*: gtin"):
        stated("TEXT", "minimum")
    with pytest.raises(ContractError, match="rule gtin checks texts"):
        stated("BIGINT", "gtin")
