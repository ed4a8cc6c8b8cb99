"""A contract's bounds as values that compare exactly with a column's own, by the gate and by Great Expectations, which compares floats."""

from __future__ import annotations

import math
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from headgate.contracts.model import Kind, Rule
from headgate.errors import ContractError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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
    for column, rule in _bounds(contract):
        try:
            bound_of_floats(column, rule)
        except ContractError as error:
            raise ContractError(f"{contract.id}.{column.name}: {error}") from None


def _bounds(contract: Contract) -> Iterator[tuple[Column, Rule]]:
    yield from ((column, rule) for column in contract.columns for rule in column.rules if rule.name in BOUNDS)
    for comparison in contract.comparisons:
        if comparison.right is None and comparison.operator in ORDERINGS:
            yield contract.column(comparison.left), Rule(ORDERINGS[comparison.operator], comparison.value)


def bound_of_floats(column: Column, rule: Rule) -> object:
    """The bound by which floats part the column's values as the rule's own parts the values themselves.

    Raises:
        ContractError: there is none, or the bound is no value of the column's type.
    """
    try:
        bound = _finite(column.type, rule.argument)
    except (ValueError, TypeError, OverflowError, InvalidOperation):
        raise ContractError(f"the bound {rule.argument!r} is no {column.type.kind}. Remedy: a {rule.name} of that type") from None
    if column.type.kind is not Kind.DOUBLE and isinstance(bound, int | float) and abs(bound) >= _EXACT_INTEGERS:
        raise ContractError(
            f"the bound {bound} is too large for Great Expectations to keep, which compares floats. "
            f"Remedy: a {rule.name} nearer to 0 than {_EXACT_INTEGERS}, or none"
        )
    if not isinstance(bound, Decimal):
        return bound
    # A float just above the bound parts the values as `<=` and `>` of the bound do; one just below, as `>=` and `<` do.
    return float_bound(bound, column.type.scale or 0, above=rule.name in {"maximum", "exclusive_minimum"})


def _finite(column_type: ColumnType, value: object) -> object:
    """The literal; ValueError, TypeError, OverflowError or InvalidOperation where it is none of the type, or no number."""
    bound = literal(column_type, value)
    if column_type.kind is Kind.DOUBLE:
        bound = float(bound)  # type: ignore[arg-type] # else a TypeError
    if isinstance(bound, int | float | Decimal) and not math.isfinite(bound):
        raise ValueError("not finite")
    return bound


def float_bound(bound: Decimal, scale: int, *, above: bool) -> float:
    """A float that parts the decimals of `scale` exactly as `bound` does: Great Expectations turns every bound into a float.

    Raises:
        ContractError: the bound has so many digits that no float lies close enough.
    """
    near = float(bound)
    if (Decimal(near) < bound) if above else (Decimal(near) > bound):
        near = math.nextafter(near, math.inf if above else -math.inf)
    if abs(Decimal(near) - bound) >= Decimal(1).scaleb(-scale):
        raise ContractError(f"the bound {bound} has too many digits for Great Expectations to keep at scale {scale}. Remedy: fewer")
    return near
