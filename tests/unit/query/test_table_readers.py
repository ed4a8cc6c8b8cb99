"""A removal of a dataset names the statements that read its table."""

from __future__ import annotations

import pytest

from headgate.query.catalog_queries import Databases
from headgate.query.table_readers import reads_curated, tables_read

pytestmark = pytest.mark.unit

DATABASES = Databases("x_curated", "x_prod")


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM visits",
        "SELECT * FROM x_curated.visits v",
        'SELECT * FROM "x_curated"."Visits"',
        "SELECT * FROM awsdatacatalog.x_curated.visits",
        "SELECT * FROM ecommerce_curated.visits",  # the name in saved questions of any lake
        "SELECT * FROM wards, visits",
        "SELECT * FROM wards WHERE id IN (SELECT ward FROM visits)",
        "WITH days AS (SELECT day FROM visits) SELECT * FROM days",
        "WITH visits AS (SELECT * FROM x_curated.visits) SELECT * FROM visits",
        "WITH visits AS (SELECT * FROM visits) SELECT * FROM visits",  # inside, the name is the table's
        "SELECT * FROM (WITH visits AS (SELECT 1 AS day) SELECT * FROM visits) JOIN visits ON true",
        "SELECT * FROM visits WHERE ward = {item_id}",
        'SELECT * FROM "visits$history"',
        "EXPLAIN SELECT * FROM visits",
        "SHOW COLUMNS IN x_curated.visits",
        "DESCRIBE visits",
        "SELECT * FORM visits",  # not Athena's SQL: the mention is enough
    ],
)
def test_a_statement_reads_the_table(sql: str) -> None:
    assert reads_curated(sql, "visits", DATABASES)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM x_prod.visits",
        "SELECT * FROM lake.x_curated.visits",
        "WITH visits AS (SELECT 1 AS day) SELECT * FROM visits",
        "SELECT 'read from visits' AS text FROM wards",
        "SELECT visits FROM wards -- FROM visits",
        "SELECT * FROM visits_by_day",
        "SHOW COLUMNS IN x_prod.visits",
        "DESCRIBE visits_by_day",
    ],
)
def test_a_statement_does_not_read_the_table(sql: str) -> None:
    assert not reads_curated(sql, "visits", DATABASES)


@pytest.mark.parametrize(
    ("sql", "tables"),
    [
        ("SELECT count(*) AS wards, sum(visits) FROM stays", {"stays"}),
        ("SELECT 'from visits' AS \"wards\" FROM stays -- from visits", {"stays"}),
        ('SELECT 1 /* FROM visits */ FROM "x_curated"."Stays" s, wards', {"stays", "wards"}),
        ("SELECT 1.0 / (SELECT count(*) FROM visits) FROM (SELECT 1 FROM stays) x", {"visits", "stays"}),
        ("WITH visits AS (SELECT 1 FROM stays) SELECT 1 FROM visits", {"stays"}),
        ("WITH visits AS (SELECT 1 FROM x_prod.visits) SELECT 1 FROM visits", {"visits"}),
        ("SELECT extract(year FROM begun_on) FROM stays CROSS JOIN UNNEST(ids) AS t (id)", {"stays"}),
        ("SHOW TABLES", set()),
        ("SELECT FORM", set()),
    ],
)
def test_only_what_is_behind_from_and_join_is_a_table(sql: str, tables: set[str]) -> None:
    assert set(tables_read(sql)) == tables


def test_tables_are_in_the_order_of_the_text() -> None:
    joined = "WITH late AS (SELECT 1 FROM wards) SELECT 1 FROM late CROSS JOIN stays CROSS JOIN visits"
    assert tables_read(joined) == ("wards", "stays", "visits")
