"""Athena's questions about its tables are answered from the contracts where the engine knows none."""

from __future__ import annotations

import duckdb
import pytest

from headgate.contracts.registry import Registry
from headgate.errors import QueryError
from headgate.query import translate

pytestmark = pytest.mark.unit


def asked(sql: str) -> list[tuple[str, ...]]:
    reported: list[tuple[str, ...]] = duckdb.sql(translate(sql, "duckdb")).fetchall()
    return reported


def test_tables_of_a_database_are_those_of_its_contracts() -> None:
    registry = Registry.load()
    assert asked("show tables in ecommerce_curated;") == [
        (name,) for name in sorted({*registry.curated, *registry.lake})
    ]
    assert asked(" SHOW TABLES\n") == [(name,) for name in sorted(registry.prod)]


def test_tables_are_found_by_pattern() -> None:
    assert asked("SHOW TABLES IN ecommerce_curated 'pay*|orders'") == [("orders",), ("payments",)]
    assert asked("show tables in ecommerce_curated like 'no*such'") == []


def test_databases_are_listed() -> None:
    assert asked("show databases") == [("ecommerce_curated",), ("ecommerce_prod",)]
    assert asked("SHOW SCHEMAS LIKE '*prod'") == [("ecommerce_prod",)]


@pytest.mark.parametrize(
    "sql",
    [
        "describe ecommerce_curated.orders",
        "DESC `ecommerce_curated`.`orders`;",
        'describe formatted ecommerce_curated."orders"',
    ],
)
def test_a_table_is_described_by_its_contract(sql: str) -> None:
    contract = Registry.load().curated["orders"]
    reported = asked(sql)
    assert [name for name, _, _ in reported] == list(contract.names)
    assert reported[0][1] == "string"
    assert reported[0][2] == contract.columns[0].description


def test_columns_are_listed() -> None:
    expected = [(name,) for name in Registry.load().curated["orders"].names]
    assert (
        asked("show columns in ecommerce_curated.orders")
        == asked("show columns from orders in ecommerce_curated")
        == expected
    )


@pytest.mark.parametrize(
    ("sql", "reported"),
    [
        ("describe nosuch", "TABLE_NOT_FOUND"),
        ("describe ecommerce_prod.orders", "TABLE_NOT_FOUND"),
        ("show tables in other", "SCHEMA_NOT_FOUND"),
    ],
)
def test_a_missing_table_is_an_error(sql: str, reported: str) -> None:
    with pytest.raises(QueryError, match=reported):
        translate(sql, "duckdb")


def test_athena_is_asked_itself() -> None:
    assert translate("show tables", "athena") == "show tables"
