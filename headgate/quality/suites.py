"""Compile a contract to a Great Expectations suite.

Great Expectations takes seconds to import, so functions import it where they use it.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from headgate.contracts.model import Column, Comparison, Contract, Kind, Level, Rule
from headgate.contracts.patterns import python_pattern
from headgate.contracts.rule_values import ORDERINGS, bound_of_floats, typed_literal
from headgate.errors import ContractError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    import great_expectations as gx


UNIQUE = "unique"  # the rule of a key, and of a column without repeated values

# pandas' names of the types from `headgate.quality.exact_frames`.
_PANDAS_TYPES = {
    Kind.STRING: "str",
    Kind.BOOLEAN: "bool",
    Kind.SMALLINT: "int16",
    Kind.INTEGER: "int32",
    Kind.BIGINT: "int64",
    Kind.DOUBLE: "float64",
    Kind.DECIMAL: "Decimal",
    Kind.DATE: "date",
    Kind.TIMESTAMP: "datetime64",
}
_BOUNDS: dict[str, dict[str, object]] = {
    "minimum": {"min_value": None},
    "exclusive_minimum": {"min_value": None, "strict_min": True},
    "maximum": {"max_value": None},
    "exclusive_maximum": {"max_value": None, "strict_max": True},
}
_LENGTHS = {"min_length": "min_value", "max_length": "max_value"}


def suite_of(contract: Contract) -> gx.ExpectationSuite:
    """Return the suite of all rules of a contract.

    An expectation's `meta` has its rule and place; rules of level `warn` have severity `warning`.
    """
    from headgate.quality.expectation_library import gx  # noqa: PLC0415 takes seconds

    return gx.ExpectationSuite(
        name=f"{contract.id}@{contract.version}", expectations=list(_expectations(contract))
    )


def unique_suite_of(contract: Contract, key: tuple[str, ...]) -> gx.ExpectationSuite:
    """Return the suite with the expectation of `suite_of` that a key is unique."""
    from headgate.quality.expectation_library import gx  # noqa: PLC0415 takes seconds

    return gx.ExpectationSuite(
        name=f"{contract.id}@{contract.version} {columns_label(key)}", expectations=[_unique(key)]
    )


def narrow_suite_of(contract: Contract, values_of: Collection[str], *, rows_too: bool) -> gx.ExpectationSuite:
    """Return the suite with the expectations of `suite_of` about single values of some columns.

    Args:
        values_of: the columns.
        rows_too: include the expectations that compare two columns.
    """
    from headgate.quality.expectation_library import gx  # noqa: PLC0415 takes seconds

    expectations = [
        item
        for item in _expectations(contract)
        if item.meta["rule"] != UNIQUE
        and (rows_too if hasattr(item, "column_A") else getattr(item, "column", None) in values_of)
    ]
    name = f"{contract.id}@{contract.version} of {columns_label(tuple(values_of))} {rows_too}"
    return gx.ExpectationSuite(name=name, expectations=expectations)


def compared_columns(contract: Contract) -> list[str]:
    """Return the columns that are compared with each other."""
    return list(
        dict.fromkeys(name for rule in contract.comparisons if rule.right for name in (rule.left, rule.right))
    )


def unique_keys(contract: Contract) -> list[tuple[str, ...]]:
    """Return the unique columns and the key of a contract."""
    unique = [
        (column.name,) for column in contract.columns if column.unique and (column.name,) != contract.key
    ]
    return [*unique, *([contract.key] if contract.key else [])]


def columns_label(columns: tuple[str, ...]) -> str:
    """Return the label of several columns in an expectation."""
    return ", ".join(columns)


def _expectations(contract: Contract) -> Iterator[Any]:
    from headgate.quality.expectation_library import gxe  # noqa: PLC0415 takes seconds

    yield gxe.ExpectTableColumnsToMatchSet(
        column_set=list(contract.names), exact_match=True, meta=_meta("columns", "table")
    )
    for column in contract.columns:
        yield gxe.ExpectColumnValuesToBeOfType(
            column=column.name, type_=_PANDAS_TYPES[column.type.kind], meta=_meta("type", column.name)
        )
        if column.required:
            yield gxe.ExpectColumnValuesToNotBeNull(column=column.name, meta=_meta("required", column.name))
        yield from (_of_rule(column, rule) for rule in column.rules if rule.name != "required")
    yield from (_unique(key) for key in unique_keys(contract))
    yield from (_of_comparison(contract, rule) for rule in contract.comparisons)


def _unique(key: tuple[str, ...]) -> Any:  # noqa: ANN401 Great Expectations ships no types
    from headgate.quality.expectation_library import gxe  # noqa: PLC0415 takes seconds

    meta = _meta(UNIQUE, columns_label(key))
    if len(key) == 1:
        return gxe.ExpectColumnValuesToBeUnique(column=key[0], meta=meta)
    return gxe.ExpectCompoundColumnsToBeUnique(column_list=list(key), ignore_row_if="never", meta=meta)


def _is_gtin(text: str) -> bool:
    """Return whether the text is an article number with its check digit."""
    if len(text) not in {8, 12, 13, 14} or not (text.isascii() and text.isdigit()):
        return False
    weights = itertools.cycle((3, 1))
    total = sum(int(digit) * weight for digit, weight in zip(reversed(text[:-1]), weights, strict=False))
    return (10 - total % 10) % 10 == int(text[-1])


# Rules for which Great Expectations has no expectation, as conditions of a text.
_PREDICATES: Mapping[str, Callable[[str], bool]] = {"gtin": _is_gtin}


def _of_rule(column: Column, rule: Rule) -> Any:  # noqa: ANN401 as above
    from headgate.quality.expectation_library import expectation_of, gxe  # noqa: PLC0415 takes seconds

    options = {
        "column": column.name,
        "meta": _meta(rule.name, column.name),
        "severity": _severity(rule.level),
    }
    if rule.name in _BOUNDS:
        bound = bound_of_floats(column, rule)
        return gxe.ExpectColumnValuesToBeBetween(
            **options,
            **{name: bound if value is None else value for name, value in _BOUNDS[rule.name].items()},
        )
    if rule.name in _LENGTHS:
        return gxe.ExpectColumnValueLengthsToBeBetween(**options, **{_LENGTHS[rule.name]: rule.argument})
    if rule.name == "pattern":
        return gxe.ExpectColumnValuesToMatchRegex(**options, regex=python_pattern(rule.argument))
    if rule.name in _PREDICATES:
        return expectation_of(rule.name, _PREDICATES[rule.name])(**options)
    if rule.name == "valid_values":
        allowed = [typed_literal(column.type, value) for value in rule.argument]  # type: ignore[attr-defined] # valid_values carries a tuple
        return gxe.ExpectColumnValuesToBeInSet(**options, value_set=allowed)
    raise ContractError(f"{column.name}: no expectation for rule {rule.name}")


def _of_comparison(contract: Contract, rule: Comparison) -> Any:  # noqa: ANN401 as above
    return _of_columns(rule) if rule.right else _of_literal(contract, rule)


def _of_columns(rule: Comparison) -> Any:  # noqa: ANN401 as above
    from headgate.quality.expectation_library import gxe  # noqa: PLC0415 takes seconds

    options = {
        "ignore_row_if": "either_value_is_missing",
        "meta": _meta(rule.name, rule.left),
        "severity": _severity(rule.level),
    }
    if rule.operator == "==":
        return gxe.ExpectColumnPairValuesToBeEqual(column_A=rule.left, column_B=rule.right, **options)
    if rule.operator == "!=":
        raise ContractError(
            f"rule {rule.name}: Great Expectations has no expectation that two columns differ"
        )
    greater, lesser = (rule.left, rule.right) if rule.operator.startswith(">") else (rule.right, rule.left)
    return gxe.ExpectColumnPairValuesAToBeGreaterThanB(
        column_A=greater, column_B=lesser, or_equal=rule.operator.endswith("="), **options
    )


def _of_literal(contract: Contract, rule: Comparison) -> Any:  # noqa: ANN401 as above
    from headgate.quality.expectation_library import gxe  # noqa: PLC0415 takes seconds

    column = contract.column(rule.left)
    if rule.operator in ORDERINGS:
        bound = _of_rule(column, Rule(ORDERINGS[rule.operator], rule.value, rule.level))
        return bound.copy(update={"meta": _meta(rule.name, rule.left)})
    expectation = (
        gxe.ExpectColumnValuesToBeInSet if rule.operator == "==" else gxe.ExpectColumnValuesToNotBeInSet
    )
    value = typed_literal(column.type, rule.value)
    return expectation(
        column=rule.left, value_set=[value], meta=_meta(rule.name, rule.left), severity=_severity(rule.level)
    )


def _meta(rule: str, place: str) -> dict[str, str]:
    return {"rule": rule, "place": place}


def _severity(level: Level) -> str:
    return "warning" if level is Level.WARN else "critical"
