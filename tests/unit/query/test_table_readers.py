"""A removal of a dataset names the statements that read its table."""

from __future__ import annotations

import pytest

from headgate.query.catalog_queries import Databases
from headgate.query.table_readers import reads_curated

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
