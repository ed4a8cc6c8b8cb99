"""A table without a database is looked up in prod, then in curated."""

from __future__ import annotations

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.errors import QueryError
from headgate.query import Databases, qualify_tables

pytestmark = pytest.mark.unit

LAKE = Databases("bikes_curated", "bikes_prod")


@pytest.mark.parametrize(
    ("sql", "sent"),
    [
        ("select count(*) from orders", "select count(*) from bikes_curated.orders"),
        ('select o.order_id\nfrom "orders" as o', 'select o.order_id\nfrom bikes_curated."orders" as o'),
        (
            "select 'é from orders' from orders join customers using (customer_id) -- orders",
            (
                "select 'é from orders' from bikes_curated.orders join bikes_curated.customers using "
                "(customer_id) -- orders"
            ),
        ),
        ("explain select * from quarantine", "explain select * from bikes_curated.quarantine"),
        (
            "select 1 where 1 in (select quantity from ORDER_ITEMS)",
            "select 1 where 1 in (select quantity from bikes_curated.ORDER_ITEMS)",
        ),
    ],
)
def test_a_table_that_only_curated_has_gets_its_database(sql: str, sent: str) -> None:
    assert qualify_tables(sql, LAKE) == sent


@pytest.mark.parametrize(
    "sql",
    [
        "select * from sales_forecast",  # a table of prod
        "select * from another_database.orders",
        "with orders as (select 1 as x) select x from orders",
        "select * from no_such_table",
        "select t.n from unnest(sequence(1, 3)) as t (n)",
        "show tables in bikes_prod",
        "describe bikes_prod.sales_forecast",
        "describe formatted sales_forecast",
        "describe no_such_table",
        "show columns from orders in bikes_curated",
        "-- a note\nselect 1;",
    ],
)
def test_every_other_statement_stays_as_it_was_written(sql: str) -> None:
    assert qualify_tables(sql, LAKE) == sql


@pytest.mark.parametrize(
    ("sql", "sent"),
    [
        ("describe order_items", "describe bikes_curated.order_items"),
        ("-- a note\nDESC formatted `orders`;", "DESC formatted bikes_curated.`orders`;"),
        ("show columns from orders", "show columns from bikes_curated.orders"),
        ("SHOW CREATE TABLE payments", "SHOW CREATE TABLE bikes_curated.payments"),
        ("show partitions orders", "show partitions bikes_curated.orders"),
    ],
)
def test_a_statement_about_a_table_that_only_curated_has_gets_its_database(sql: str, sent: str) -> None:
    assert qualify_tables(sql, LAKE) == sent


def test_tables_without_a_database_are_listed_of_both_because_a_query_finds_both() -> None:
    rows = duckdb.sql(qualify_tables("SHOW TABLES 'orders|sales_fore*'", LAKE)).fetchall()
    assert rows == [("sales_forecast", "bikes_prod"), ("orders", "bikes_curated")]
    every = {name for name, _ in duckdb.sql(qualify_tables("show tables;", LAKE)).fetchall()}
    assert {"orders", "order_items", "churn_risk", "file_records"} <= every


@given(st.text(alphabet="'\"aé😀 -/*\n", max_size=12))
def test_texts_and_comments_around_a_name_stay_as_they_were(noise: str) -> None:
    """Characters of any width before the name do not move the place where the database goes."""
    text = noise.replace("'", "''")
    before = f"select '{text}' from "  # noqa: S608 no database is asked
    assert qualify_tables(before + "orders", LAKE) == before + "bikes_curated.orders"


def test_a_statement_that_writes_is_refused() -> None:
    with pytest.raises(QueryError):
        qualify_tables("delete from orders", LAKE)
