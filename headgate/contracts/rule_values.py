"""Convert a contract's literals to values that the gate and Great Expectations compare alike and exactly."""

import math
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from headgate.contracts.model import Column, ColumnType, Contract, Kind, Rule
from headgate.contracts.rule_kinds import OF_TEXTS, RULE_KINDS, Argument
from headgate.errors import ContractError

ORDERINGS = {">": "exclusive_minimum", ">=": "minimum", "<": "exclusive_maximum", "<=": "maximum"}
_EXACT_INTEGERS = 2**53  # IEEE 754: up to here every integer is exactly a float
_MAX_LENGTH = 2**31 - 1  # Arrow counts characters in 32 bits
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(_DAY.pattern + r"(?:[ T][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?)?")
_INT64 = 2**63
_INTEGERS = {Kind.SMALLINT: 2**15, Kind.INTEGER: 2**31}
_MAX_SCALE = 38  # decimal places in Arrow
_NO_LITERAL = (ValueError, TypeError, OverflowError, InvalidOperation)


def typed_literal(column_type: ColumnType, value: object) -> object:
    """Convert a value of YAML to the Python type of the column's values; a decimal never becomes a float."""
    if reader := _READERS.get(column_type.kind):
        return reader(value)
    number = _decimal(value)  # the bound of an integer column may be 0.5
    return int(number) if number == number.to_integral_value() else number


def _text(value: object) -> str:
    """Return a value that YAML leaves as written; it would change `1.10` to 1.1, and `no` to false."""
    if isinstance(value, bool | float | datetime) or not isinstance(value, str | int | date):
        raise TypeError
    return str(value)


def _truth(value: object) -> bool:
    text = str(value).lower()
    if text not in {"true", "false"}:
        raise ValueError
    return text == "true"


def _number(value: object) -> str:
    if (
        isinstance(value, bool)
        or not isinstance(value, str | int | float | Decimal)
        or not _NUMBER.fullmatch(str(value))
    ):
        raise ValueError
    return str(value)


def _float(value: object) -> float:
    number = float(_number(value))
    if not math.isfinite(number):
        raise OverflowError
    return number


def _decimal(value: object) -> Decimal:
    number = Decimal(_number(value))
    if -int(number.normalize().as_tuple().exponent) > _MAX_SCALE:
        raise OverflowError
    return number


def _day(value: object) -> date:
    if isinstance(value, datetime) or not _DAY.fullmatch(str(value)):
        raise ValueError
    return date.fromisoformat(str(value))


def _moment(value: object) -> datetime:
    """Return the moment in UTC, without a zone."""
    if not _MOMENT.fullmatch(str(value)):
        raise ValueError
    return datetime.fromisoformat(str(value))


_READERS: dict[Kind, Callable[[object], object]] = {
    Kind.STRING: _text,
    Kind.BOOLEAN: _truth,
    Kind.DOUBLE: _float,
    Kind.DECIMAL: _decimal,
    Kind.DATE: _day,
    Kind.TIMESTAMP: _moment,
}


@contextmanager
def errors_with_place(place: str) -> Iterator[None]:
    """Add the place to a ContractError of the block."""
    try:
        yield
    except ContractError as error:
        raise ContractError(f"{place}: {error}") from None


def check_rule_values(contract: Contract) -> None:
    """Check that rules have values of their columns' types that Great Expectations can represent.

    Raises:
        ContractError: a value does not.
    """
    for column, rule in _compared(contract):
        with errors_with_place(f"{contract.id}.{column.name}"):
            _check_rule(column, rule)


def _compared(contract: Contract) -> Iterator[tuple[Column, Rule]]:
    """Yield the rules of columns, and comparisons with a value as rules of columns."""
    yield from ((column, rule) for column in contract.columns for rule in column.rules)
    for comparison in contract.comparisons:
        if comparison.right is None:
            rule = Rule("valid_values", (comparison.value,))
            if comparison.operator in ORDERINGS:
                rule = Rule(ORDERINGS[comparison.operator], comparison.value)
            yield contract.column(comparison.left), rule


def _check_rule(column: Column, rule: Rule) -> None:
    argument = RULE_KINDS[rule.name].argument
    if argument in OF_TEXTS and column.type.kind is not Kind.STRING:
        raise ContractError(
            f"rule {rule.name} checks texts, not values of type {column.type.kind}. Remedy: "
            f"physicalType: TEXT, or no {rule.name}"
        )
    if argument is Argument.BOUND:
        bound_of_floats(column, rule)
    elif argument is Argument.VALUES:
        for value in rule.argument:  # type: ignore[attr-defined] # the argument is a tuple
            _check_value(column, value)
    elif argument is Argument.LENGTH and not (
        type(rule.argument) is int and 0 <= rule.argument <= _MAX_LENGTH
    ):
        raise ContractError(
            f"the bound {rule.argument!r} is not a number of characters. Remedy: a whole number for "
            f"{rule.name}"
        )


def _check_value(column: Column, value: object) -> None:
    try:
        fits = _fits(column.type, typed_literal(column.type, value))
    except _NO_LITERAL:
        fits = False
    if not fits:
        quoted = " in quotes" if column.type.kind is Kind.STRING else ""
        raise ContractError(
            f"the value {value!r} is not of type {column.type.kind}. Remedy: a value of that type{quoted}"
        )


def _fits(column_type: ColumnType, value: object) -> bool:
    """Return whether a column of the type may have the value; a bound need not be one."""
    if isinstance(value, Decimal):
        places, digits = column_type.scale or 0, column_type.precision or 0
        return (
            column_type.kind is Kind.DECIMAL
            and value == round(value, places)
            and abs(value) < Decimal(10) ** (digits - places)
        )
    return not isinstance(value, int) or abs(value) < _INTEGERS.get(column_type.kind, _INT64)


def bound_of_floats(column: Column, rule: Rule) -> object:
    """Return the bound that separates the column's values as floats exactly as the rule's bound does."""
    kind = column.type.kind
    try:
        bound = typed_literal(column.type, rule.argument)
    except _NO_LITERAL:
        raise ContractError(
            f"the bound {rule.argument!r} is not of type {kind}. Remedy: a {rule.name} of that type"
        ) from None
    if (
        kind not in {Kind.DOUBLE, Kind.DECIMAL}
        and isinstance(bound, int | Decimal)
        and abs(Decimal(bound)) >= _EXACT_INTEGERS
    ):
        raise ContractError(
            f"the bound {bound} is too large for Great Expectations to keep, which compares floats. "
            f"Remedy: a {rule.name} nearer to 0 than {_EXACT_INTEGERS}, or none"
        )
    if not isinstance(bound, Decimal):
        return bound
    # A float just above the bound gives the same result for `<=` and `>`; a float just below, for `>=` and
    # `<`.
    return float_bound(bound, column.type.scale or 0, above=rule.name in {"maximum", "exclusive_minimum"})


def float_bound(bound: Decimal, scale: int, *, above: bool) -> float:
    """Return a float that separates the decimals of `scale` exactly as `bound` does.

    Great Expectations converts every bound to a float.
    """
    near = float(bound)
    if (Decimal(near) < bound) if above else (Decimal(near) > bound):
        near = math.nextafter(near, math.inf if above else -math.inf)
    if abs(Decimal(near) - bound) >= Decimal(1).scaleb(-scale):
        raise ContractError(
            f"the bound {bound} has too many digits for Great Expectations to keep at scale {scale}. "
            "Remedy: fewer"
        )
    return near
