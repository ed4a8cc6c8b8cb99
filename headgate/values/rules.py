from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headgate.contracts.model import Column, Comparison, Level, Rule
from headgate.errors import ContractError
from headgate.values.cells import Rows, bool_array, flags, literal, marked, rows_where, text_array, text_bytes
from headgate.values.refusal_reasons import comparison_reason, rule_reason

_INT64 = 1 << 63


@dataclass(frozen=True)
class Breach:
    """The rows that break one rule.

    `column` is empty for a rule on several columns; `reason` is a text of `headgate.values.refusal_reasons`.
    """

    rule: str
    column: str
    reason: str
    rows: Rows
    level: Level = Level.QUARANTINE

    @property
    def code(self) -> str:
        """The rule with its column, as a refused row lists it."""
        return f"{self.rule}:{self.column}" if self.column else self.rule


def among(breach: Breach, rows: Rows, count: int) -> Breach:
    """Return the breach with its rows as positions in `rows`, which are rows of a batch of `count`."""
    return replace(breach, rows=np.flatnonzero(marked(breach.rows, count)[rows]))


def column_breaches(column: Column, values: pa.Array, given: pa.Array) -> list[Breach]:
    """Return the breaches of the column's own rules, in the contract's order.

    Args:
        values: typed; null if there is no value or it does not fit the type.
        given: texts; null only if the file has no value, so that a misfit is not also reported as missing.
    """
    return [breach for rule in column.rules if (breach := _rule_breach(rule, column, values, given))]


def _rule_breach(rule: Rule, column: Column, values: pa.Array, given: pa.Array) -> Breach | None:
    if rule.name == "required":
        broken = rows_where(given.is_null())
    else:  # a null satisfies the rule
        broken = np.flatnonzero(flags(values.is_valid()) & ~flags(_holds(rule, column, values)))
    if not len(broken):
        return None
    return Breach(rule.name, column.name, rule_reason(rule, column), broken, rule.level)


def _holds(rule: Rule, column: Column, values: pa.Array) -> pa.Array:
    if rule.name not in _HOLDS:
        raise ContractError(f"column {column.name}: no rule is called {rule.name}")
    try:
        return _HOLDS[rule.name](values, rule.argument)
    except (pa.ArrowException, TypeError, ValueError, ArithmeticError) as error:
        raise ContractError(
            f"column {column.name}: rule {rule.name} cannot be applied to a {column.type.kind.value}"
        ) from error


def _bound(argument: object, values: pa.DataType) -> pa.Scalar:
    """Return a contract's literal as a scalar that compares exactly with values of that type."""
    text = _literal_text(argument, values)
    if not (pa.types.is_integer(values) or pa.types.is_decimal(values)):
        return literal(text, values)
    whole, _, places = text.partition(".")
    if not places and abs(int(whole)) < _INT64:
        return literal(whole, pa.int64())
    return literal(text, pa.decimal128(sum(map(str.isdigit, text)), len(places)))


def _literal_text(argument: object, values: pa.DataType) -> str:
    """Return a contract's literal as text for Arrow's cast to that type; numbers without redundant zeros."""
    if pa.types.is_integer(values) or pa.types.is_decimal(values):
        return f"{Decimal(str(argument)).normalize():f}"
    if pa.types.is_floating(values):
        return repr(float(str(argument)))
    return str(argument).lower() if pa.types.is_boolean(values) else str(argument)


def _is_valid_value(values: pa.Array, allowed: Any) -> pa.Array:  # noqa: ANN401 a contract's literal
    accepted = text_array(_literal_text(value, values.type) for value in allowed).cast(values.type)
    if pa.types.is_floating(values.type):
        # Adding zero makes -0.0 equal to 0.0.
        values, accepted = (pc.add(numbers, literal("0", values.type)) for numbers in (values, accepted))
    return pc.is_in(values, accepted)


def _is_at_most(values: pa.Array, length: int) -> pa.Array:
    """Compare lengths; characters are counted only if there are more bytes than `length`."""
    _, starts = text_bytes(values)
    if len(values) and np.diff(starts).max() > length:
        return pc.less_equal(pc.utf8_length(values), literal(str(length), pa.int32()))
    return bool_array(np.ones(len(values), bool))


_GTIN_DIGITS = 14
_GTIN_WEIGHTS = np.array([3, 1] * 7)  # from the left of 14 digits; shorter numbers are padded with zeros


def _is_gtin(values: pa.Array, _: object) -> pa.Array:
    """Return which texts are Global Trade Item Numbers. Source: GS1 General Specifications, section 7.9."""
    has_form = flags(pc.match_substring_regex(values, r"^([0-9]{8}|[0-9]{12,14})$"))
    numbers = pc.utf8_lpad(pc.drop_null(pc.filter(values, bool_array(has_form))), _GTIN_DIGITS, "0")
    data, _starts = text_bytes(numbers)
    digits = np.asarray(data).reshape(-1, _GTIN_DIGITS) - ord("0")
    holds = np.zeros(len(values), bool)
    holds[np.flatnonzero(has_form)] = digits @ _GTIN_WEIGHTS % 10 == 0
    return bool_array(holds)


_HOLDS: dict[str, Callable[[pa.Array, Any], pa.Array]] = {
    "minimum": lambda values, bound: pc.greater_equal(values, _bound(bound, values.type)),
    "maximum": lambda values, bound: pc.less_equal(values, _bound(bound, values.type)),
    "exclusive_minimum": lambda values, bound: pc.greater(values, _bound(bound, values.type)),
    "exclusive_maximum": lambda values, bound: pc.less(values, _bound(bound, values.type)),
    "new_column": lambda values, _: bool_array(np.zeros(len(values), bool)),
    "min_length": lambda values, length: pc.greater_equal(
        pc.utf8_length(values), literal(str(length), pa.int32())
    ),
    "max_length": _is_at_most,
    "pattern": pc.match_substring_regex,
    "gtin": _is_gtin,
    "valid_values": _is_valid_value,
}

_OPERATORS: dict[str, Callable[[Any, Any], pa.Array]] = {
    "==": pc.equal,
    "!=": pc.not_equal,
    "<": pc.less,
    "<=": pc.less_equal,
    ">": pc.greater,
    ">=": pc.greater_equal,
}


def comparison_breach(comparison: Comparison, values: Mapping[str, pa.Array]) -> Breach | None:
    """Return the breach of a comparison, or None; a null on either side satisfies it."""
    left = values[comparison.left]
    try:
        right = values[comparison.right] if comparison.right else _bound(comparison.value, left.type)
        broken = rows_where(pc.invert(_OPERATORS[comparison.operator](left, right)))
    except (pa.ArrowException, ValueError, ArithmeticError) as error:
        raise ContractError(f"rule {comparison.name}: {comparison.left} cannot be compared so") from error
    return (
        Breach(comparison.name, "", comparison_reason(comparison), broken, comparison.level)
        if len(broken)
        else None
    )
