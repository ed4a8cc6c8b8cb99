"""`headgate report` in a lake whose tables are its own: every dataset and every own model is on
the screen.
"""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import pytest
from rich.console import Console

from headgate.aws.athena.queries import Answer, AnswerColumn
from headgate.cli.commands.operations import report
from headgate.cli.rendering import system_facts
from headgate.contracts.registry import Registry, own_model
from headgate.errors import QueryError
from headgate.lake.ports import FileRecord
from headgate.query.catalog_queries import Databases
from headgate.reports import summary

pytestmark = pytest.mark.unit

RETAIL = Registry.load()
MODEL = own_model(replace(RETAIL.prod["regional_performance"], system=""))
OWN = Registry(
    {}, {name: RETAIL.curated[name] for name in ("orders", "products")}, {"regional_performance": MODEL}, {}
)
RECORDS = [
    FileRecord(
        "1",
        "raw",
        "orders/a.csv",
        "v1",
        "orders",
        "done",
        received=30,
        accepted=28,
        reasons={"type": 2},
        profile={"score": "0.9"},
    ),
    FileRecord(
        "2", "raw", "orders/b.csv", "v1", "orders", "done", received=10, accepted=10, profile={"score": "0.5"}
    ),
    FileRecord("3", "raw", "orders/c.csv", "v1", "orders", "rejected", profile={"score": "0.1"}),
    FileRecord(
        "4", "raw", "products/a.csv", "v1", "products", "done", received=5, accepted=4, reasons={"type": 1}
    ),
]


class Tables:
    """Answers a question about these tables; the real adapter's only other answer is a QueryError."""

    def __init__(self, rows: dict[str, int]) -> None:
        self.rows = rows

    def run(self, sql: str) -> Answer:
        asked = [name for name in ("orders", "products", "regional_performance") if f".{name}" in sql]
        if missing := [name for name in asked if name not in self.rows]:
            raise QueryError(f"TABLE_NOT_FOUND: {missing[0]}")
        return Answer(
            "q", (AnswerColumn("name", "varchar"),), tuple((name, self.rows[name]) for name in asked)
        )


def printed(rows: dict[str, int]) -> str:
    queries: Any = Tables(rows)
    sums = summary.by_dataset(RECORDS)
    tables = system_facts.dataset_tables(queries, OWN, Databases(), sums)
    out = io.StringIO()
    screen = report.screen(sums, tables, system_facts.facts(queries, OWN, Databases()))
    Console(file=out, width=80, markup=False, emoji=False).print(screen, crop=False)
    return out.getvalue()


def test_each_dataset_shows_its_rows_in_sql_and_its_quality() -> None:
    shown = printed({"orders": 38, "products": 4, "regional_performance": 7})
    assert "│ orders   │          38 │         0.800 │" in shown
    assert "│ products │           4 │               │" in shown


def test_reasons_name_their_dataset() -> None:
    shown = printed({})
    assert "│ orders   │ A value does not have the type of its column │    2 │" in shown
    assert "│ products │ A value does not have the type of its column │    1 │" in shown


def test_tables_of_own_sql_models_are_shown() -> None:
    assert "regional_performance 7" in printed({"regional_performance": 7})


def test_a_table_that_no_run_has_built_says_so_and_hides_no_other() -> None:
    shown = printed({"orders": 38})
    assert "│ orders   │          38 │" in shown
    assert "│ products │  no run yet │" in shown


def test_the_json_has_the_quality_of_each_dataset() -> None:
    orders, products = summary.as_dicts(summary.by_dataset(RECORDS))
    assert (orders["quality_score"], products["quality_score"]) == (pytest.approx(0.8), None)
    assert orders["reasons"] == {"type": 2}


def test_an_answer_ends_without_empty_cells_and_brackets_touch_their_words() -> None:
    assert system_facts.sentence(("could buy more", "bags", "(worse than chance)", None)) == (
        "could buy more bags (worse than chance)"
    )
    assert system_facts.sentence(("sells GBP", 1200, "(80 %: GBP", 900, "to GBP", 1500, ")")) == (
        "sells GBP 1,200 (80 %: GBP 900 to GBP 1,500)"
    )
    assert system_facts.sentence(("closed", None, "against", 0)) == "closed - against 0"
