"""Describe the tables of a lake as dbt sources, with columns, tests and freshness from their contracts.

Properties follow dbt 1.10: https://docs.getdbt.com/reference/source-properties and
https://docs.getdbt.com/reference/resource-properties/data-tests.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from headgate.contracts.model import NUMBERS, TIMES, Column, Contract, Level, Rule
from headgate.contracts.rule_values import ORDERINGS
from headgate.contracts.types import glue_type

_OPERATORS = {rule: operator for operator, rule in ORDERINGS.items()}
_AS_OF = "headgate.asOf"
_STAMP = "as_of"  # the day of the data from which a prod table's row was built
_DAYS_UNTIL_WARNING = 2  # a nightly export may fail once


@dataclass(frozen=True)
class SourceDatabase:
    """A database of the lake and the contracts of its tables.

    Attributes:
        name: its name in models: `source('curated', 'orders')`.
        database: its name in the catalog.
    """

    name: str
    database: str
    contracts: Mapping[str, Contract]


def source_of(source: SourceDatabase, datasets: Mapping[str, SourceDatabase]) -> dict[str, Any]:
    """Return the dbt source of one database."""
    return {
        "name": source.name,
        "description": f"Tables of the lake's database {source.database}",
        "database": "{{ 'awsdatacatalog' if target.type == 'athena' else target.database }}",
        "schema": source.database,
        "config": {"meta": {"plugin": "headgate"}},
        "tables": [_table(contract, datasets) for _, contract in sorted(source.contracts.items())],
    }


def _table(contract: Contract, datasets: Mapping[str, SourceDatabase]) -> dict[str, Any]:
    table: dict[str, Any] = {
        "name": contract.dataset,
        "description": ". ".join(filter(None, (contract.description, contract.grain))),
    }
    if loaded_at := _loaded_at(contract):
        table["config"] = {
            "loaded_at_field": f"cast({loaded_at} as timestamp)",
            "freshness": {"warn_after": {"count": _DAYS_UNTIL_WARNING, "period": "day"}},
        }
    if tests := _row_tests(contract):
        table["data_tests"] = tests
    table["columns"] = [_column(column, contract, datasets) for column in contract.columns]
    return table


def _loaded_at(contract: Contract) -> str:
    """Return the column with the date up to which the table has data; empty if there is none."""
    declared = str(contract.properties.get(_AS_OF, ""))
    column = declared if declared in contract.names else _STAMP
    return column if column in contract.names and contract.column(column).type.kind in TIMES else ""


def _row_tests(contract: Contract) -> list[dict[str, Any]]:
    """Return the tests of a key of several columns, and of columns that are compared with each other."""
    tests = [_test("unique_together", columns=list(contract.key))] if len(contract.key) > 1 else []
    return tests + [
        _test("columns_compared", rule.level, left=rule.left, operator=rule.operator, right=rule.right)
        for rule in contract.comparisons
        if rule.right
    ]


def _column(column: Column, contract: Contract, datasets: Mapping[str, SourceDatabase]) -> dict[str, Any]:
    tests: list[Any] = []
    if column.required:
        tests.append("not_null")
    if contract.key == (column.name,) or column.unique:
        tests.append("unique")
    tests += [test for rule in column.rules if (test := _rule_test(column, rule))]
    parent, _, field = column.references.partition(".")
    if parent in datasets:
        to = f"source('{datasets[parent].name}', '{parent}')"
        # The gate accepts a row before its parent arrives; the quality gate counts such rows.
        tests.append(_test("relationships", Level.WARN, to=to, field=field))
    described: dict[str, Any] = {
        "name": column.name,
        "description": column.description,
        "data_type": glue_type(column.type),
    }
    return described | ({"data_tests": tests} if tests else {})


def _rule_test(column: Column, rule: Rule) -> dict[str, Any] | None:
    """Return the test of a rule; None for rules such as patterns that dbt cannot express in every dialect."""
    if rule.name in _OPERATORS and column.type.kind in NUMBERS:
        return _test("compared", rule.level, operator=_OPERATORS[rule.name], value=_plain(rule.argument))
    if rule.name == "valid_values" and isinstance(rule.argument, tuple):
        return _test(
            "accepted_values",
            rule.level,
            values=[_plain(value) for value in rule.argument],
            quote=column.type.kind not in NUMBERS,
        )
    return None


def _test(name: str, level: Level = Level.QUARANTINE, **arguments: object) -> dict[str, Any]:
    severity = {"config": {"severity": "warn"}} if level is Level.WARN else {}
    return {name: {"arguments": arguments, **severity}}


def _plain(value: object) -> object:
    """Return the value in a type that YAML writes as a plain number or text."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value if isinstance(value, bool | int | float) else str(value)


def sources_by_dataset(sources: Sequence[SourceDatabase]) -> dict[str, SourceDatabase]:
    """Return the first source of each dataset."""
    return {name: source for source in reversed(sources) for name in source.contracts}
