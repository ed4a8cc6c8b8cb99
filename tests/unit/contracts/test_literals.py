"""A bound parts a column's values in Great Expectations, which compares floats, as it does in the gate; one that cannot is refused."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.contracts import odcs
from headgate.contracts.document import document
from headgate.contracts.literals import bound_of_floats, float_bound
from headgate.contracts.model import Column, ColumnType, Comparison, Contract, Kind, Rule
from headgate.errors import ContractError

pytestmark = pytest.mark.unit

BIGINT, DOUBLE, MONEY = ColumnType(Kind.BIGINT), ColumnType(Kind.DOUBLE), ColumnType(Kind.DECIMAL, precision=20, scale=2)


def loaded(column_type: ColumnType, *stated: Rule | Comparison) -> Contract:
    """The contract, as it is read from its document."""
    columns = (Column("number", column_type, rules=tuple(rule for rule in stated if isinstance(rule, Rule))),)
    comparisons = tuple(rule for rule in stated if isinstance(rule, Comparison))
    made = Contract(id="x", dataset="x", zone="source", version="1", columns=columns, comparisons=comparisons)
    return odcs.parse(document(made), zone="source")


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
def test_a_whole_bound_that_no_float_tells_from_its_neighbour_keeps_the_contract_from_loading(bound: object) -> None:
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
        *((BIGINT, "many"), (DOUBLE, "many"), (DOUBLE, 10**400), (DOUBLE, [1]), (DOUBLE, float("inf")), (BIGINT, float("nan"))),
        *((MONEY, "much"), (MONEY, float("nan")), (MONEY, "Infinity"), (ColumnType(Kind.DATE), "2024-13-01")),
    ],
)
def test_a_bound_that_is_no_value_of_its_column_keeps_the_contract_from_loading(column_type: ColumnType, bound: object) -> None:
    with pytest.raises(ContractError, match=r"x.number: .* Remedy: a minimum of that type"):
        loaded(column_type, Rule("minimum", bound))
