"""A contract's bounds as values that compare exactly with a column's own, by the gate and by Great Expectations, which compares floats."""

from __future__ import annotations

import math
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from headgate.contracts.model import Kind, Rule
from headgate.errors import ContractError

if TYPE_CHECKING:
    from collections.abc import Callable

    from headgate.contracts.model import Column, ColumnType, Contract

BOUNDS = {"minimum", "maximum", "exclusive_minimum", "exclusive_maximum"}
ORDERINGS = {">": "exclusive_minimum", ">=": "minimum", "<": "exclusive_maximum", "<=": "maximum"}
_EXACT_INTEGERS = 2**53  # IEEE 754: up to here every integer has a float of its own
# A number or a truth value may stand in quotes in YAML.
_FROM_TEXT: dict[Kind, Callable[[str], object]] = {
    Kind.SMALLINT: int,
    Kind.INTEGER: int,
    Kind.BIGINT: int,
    Kind.DOUBLE: float,
    Kind.BOOLEAN: lambda text: text.lower() == "true",
}


def literal(column_type: ColumnType, value: object) -> object:
    """`value`, as YAML spells it, in the Python type of the column's values: no decimal passes through a float."""
    if column_type.kind is Kind.DECIMAL:
        return Decimal(str(value))
    if column_type.kind is Kind.TIMESTAMP and not isinstance(value, datetime):
        return datetime.fromisoformat(str(value))
    if column_type.kind is Kind.DATE and not isinstance(value, date):
        return date.fromisoformat(str(value))
    if isinstance(value, str) and column_type.kind in _FROM_TEXT:
        return _FROM_TEXT[column_type.kind](value)
    return value


def hold_bounds(contract: Contract) -> None:
    """Every bound that the contract states is one of its column's type, and one that Great Expectations can keep.

    Raises:
        ContractError: one is not.
    """
    for column in contract.columns:
        for rule in column.rules:
            if rule.name in BOUNDS:
                bound_of_floats(column, rule)
    for comparison in contract.comparisons:
        if comparison.right is None and comparison.operator in ORDERINGS:
            bound_of_floats(contract.column(comparison.left), Rule(ORDERINGS[comparison.operator], comparison.value))


def bound_of_floats(column: Column, rule: Rule) -> object:
    """The bound by which floats part the column's values as the rule's own parts the values themselves.

    Raises:
        ContractError: there is none, or the bound is no value of the column's type.
    """
    try:
        bound = literal(column.type, rule.argument)
        if column.type.kind is Kind.DOUBLE:
            return float(bound)  # type: ignore[arg-type] # else a TypeError
    except (ValueError, TypeError, OverflowError, InvalidOperation):
        raise ContractError(f"{column.name}: {rule.argument!r} is no {column.type.kind}. Remedy: a {rule.name} of that type") from None
    if type(bound) is int and abs(bound) >= _EXACT_INTEGERS:
        raise ContractError(
            f"{column.name}: the {rule.name} {bound} is too large for Great Expectations to keep, which compares floats. "
            f"Remedy: one nearer to 0 than {_EXACT_INTEGERS}, or none"
        )
    if not isinstance(bound, Decimal):
        return bound
    # A float just above the bound parts the values as `<=` and `>` of the bound do; one just below, as `>=` and `<` do.
    return float_bound(bound, column.type.scale or 0, above=rule.name in {"maximum", "exclusive_minimum"})


def float_bound(bound: Decimal, scale: int, *, above: bool) -> float:
    """A float that parts the decimals of `scale` exactly as `bound` does: Great Expectations turns every bound into a float.

    Raises:
        ContractError: the bound has so many digits that no float lies close enough.
    """
    near = float(bound)
    if (Decimal(near) < bound) if above else (Decimal(near) > bound):
        near = math.nextafter(near, math.inf if above else -math.inf)
    if abs(Decimal(near) - bound) >= Decimal(1).scaleb(-scale):
        raise ContractError(f"bound {bound} has too many digits for Great Expectations to keep at scale {scale}")
    return near
