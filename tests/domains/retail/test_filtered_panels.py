"""A filter chooses among the rows of a panel: what a row says stays as it is among all."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from random import Random
from typing import TYPE_CHECKING

import duckdb
import pytest

from headgate.contracts.model import Kind
from headgate.contracts.registry import Registry
from headgate.reports.answer_words import answer_in_words
from headgate.systems.dashboards import dashboards
from tests.domains.retail.test_dashboards import answer_of, filled_tables, panel_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headgate.contracts.model import Column, Contract
    from headgate.systems.panels import DeclaredFilter, DeclaredPanel

pytestmark = pytest.mark.unit

REGISTRY = Registry.load()
TABLES = {**REGISTRY.curated, **REGISTRY.prod}
ROWS, PLACES = 60, 20  # three months of 20 regions
CHOICES = [
    (system, choice)
    for system, board in dashboards().items()
    for choice in board.filters
    # The series that one with `whole` chooses is called the total: its rows are no part of the others.
    if not (choice.is_from or choice.is_until or choice.whole)
]


@pytest.fixture(scope="module")
def lake() -> Iterator[duckdb.DuckDBPyConnection]:
    """Every dataset and table, with values that its contract allows."""
    random = Random(7)  # noqa: S311 no secret
    with duckdb.connect() as engine:
        filled_tables(engine, **{name: drawn_rows(table, random) for name, table in TABLES.items()})
        yield engine


def drawn_rows(table: Contract, random: Random) -> list[dict[str, object]]:
    return [
        {column.name: drawn(column, at, table.key, random) for column in table.columns} for at in range(ROWS)
    ]


def drawn(column: Column, at: int, key: tuple[str, ...], random: Random) -> object:
    """Return a value of a column; keys of tables are equal where rows have the same place."""
    is_region = column.name in {"region_id", "region_name"}
    place = at % PLACES if is_region or len(key) > 1 else at
    of_key = is_region or column.name in key
    words = f"R{place:02}" if of_key else f"{column.name}{at % 4}"[: column.type.length or 80]
    allowed = [rule.argument for rule in column.rules if isinstance(rule.argument, tuple)]
    number = place + 1 if of_key else random.randint(0, 60)
    return {
        Kind.STRING: random.choice(allowed[0]) if allowed else words,
        Kind.DECIMAL: Decimal(random.randint(0, 2000)),
        Kind.DOUBLE: random.random(),
        Kind.BOOLEAN: column.name == "is_complete" or random.random() < 0.7,
        Kind.DATE: date(2010, 9 + at // PLACES, 1),
        Kind.TIMESTAMP: datetime(2010, 9, 1) + timedelta(hours=at),
    }.get(column.type.kind, number)


def chosen_rows(
    engine: duckdb.DuckDBPyConnection, panel: DeclaredPanel, choice: DeclaredFilter, *values: object
) -> list[dict[str, object]]:
    """Return the answer of a panel where its tables have the rows of these values only."""
    dataset, _, key = choice.through.partition(".")
    condition = (
        f"{key} in (select {key} from {dataset} where {choice.column} in (select unnest(?)))"  # noqa: S608 names of contracts
        if dataset
        else f"{choice.column} in (select unnest(?))"
    )
    engine.execute("begin")
    try:
        for table in choice.tables:
            engine.execute(f"delete from {table} where ({condition}) is not true", [[*values]])  # noqa: S608 as above
        return answer_of(engine, panel.sql)
    finally:
        engine.execute("rollback")


def without_titles(row: dict[str, object]) -> dict[str, object]:
    """Return the cells that stand in the row; a title is about all rows of the answer."""
    return {name: cell for name, cell in row.items() if not name.startswith("title_") and name != "row_count"}


@pytest.mark.parametrize(
    ("system", "choice"), CHOICES, ids=[f"{system}/{choice.name}" for system, choice in CHOICES]
)
def test_a_row_says_the_same_under_a_filter_as_among_all(
    system: str, choice: DeclaredFilter, lake: duckdb.DuckDBPyConnection
) -> None:
    differing: dict[str, set[str]] = {}
    values = [next(iter(row.values())) for row in answer_of(lake, choice.values)]
    assert values
    for panel in dashboards()[system].panels:
        rows = [without_titles(row) for row in answer_of(lake, panel.sql)]
        is_for = not choice.panels or panel.name in choice.panels
        if not (is_for and rows and choice.column in rows[0]):
            continue
        for some in [(value,) for value in values] + [*pairwise(values)]:
            chosen = [without_titles(row) for row in chosen_rows(lake, panel, choice, *some)]
            for row in rows:
                if row[choice.column] in some and row not in chosen:
                    nearest = max(chosen, key=lambda other: len(other.items() & row.items()), default={})
                    changed = {name for name, cell in row.items() if nearest.get(name, ...) != cell}
                    differing.setdefault(panel.name, set()).update(changed)
    assert differing == {}


@pytest.mark.parametrize(
    ("system", "queue"),
    [(system, queue.name) for system, board in dashboards().items() for queue in board.queues],
)
def test_figures_of_every_queue_can_follow_its_decisions(
    system: str, queue: str, lake: duckdb.DuckDBPyConnection
) -> None:
    """Without the condition of decided rows a figure said 30 where its queue said 28."""
    (of,) = (each for each in dashboards()[system].queues if each.name == queue)
    lake.execute("begin")
    try:
        if of.waits:
            lake.execute(f"update {of.table} set {of.waits} = true")  # noqa: S608 as above
        items = [str(row["item_id"]) for row in answer_of(lake, of.sql)]
        ids = ", ".join("'" + item.replace("'", "''") + "'" for item in items)
        is_decided = of.decided.replace("{item_ids}", ids)
        sql = f"SELECT {is_decided} AS is_decided FROM {of.table} WHERE {of.waits or 'true'}"  # noqa: S608 as above
        waiting = answer_of(lake, sql)
    finally:
        lake.execute("rollback")
    assert items
    assert {row["is_decided"] for row in waiting} == {True}


@pytest.mark.parametrize("kept", [("AU",), ("AU", "GB"), ("AU", "FR")])
def test_the_advice_about_chosen_regions_is_that_among_all_regions(kept: tuple[str, ...]) -> None:
    """Australia was to be planned without one order, and needed no action once it was chosen."""
    months: list[dict[str, object]] = [
        {"region_id": code, "region_name": code, "month_on": date(2010, at, 1), "is_complete": True}
        | {"revenue": revenue, "sales": revenue, "orders": orders}
        | {"largest_order": largest, "largest_order_id": "536009"}
        for at in (10, 11)
        for code, revenue, orders, largest in (
            ("GB", 900_000, 1900, 9000),
            ("AU", 18_207.82, 5, 16_554.88),
            ("FR", 17_000, 90, 400),
        )
    ]
    table, chart = (panel_of("global-market-pulse", name) for name in ("regions", "growth"))
    with duckdb.connect() as engine:
        filled_tables(engine, regional_performance=months)
        every, drawn_lines = answer_of(engine, table.sql), answer_of(engine, chart.sql)
        engine.execute(
            "delete from regional_performance where region_id not in (select unnest(?))", [[*kept]]
        )
        chosen, drawn_line = answer_of(engine, table.sql), answer_of(engine, chart.sql)
    assert answer_in_words(table.answer, chosen, {}) == answer_in_words(table.answer, every, {})
    assert chosen[0]["order_id"] == "536009"
    assert answer_in_words(chart.answer, drawn_line, {}) == answer_in_words(chart.answer, drawn_lines, {})
    assert drawn_line[0]["title_action"] == drawn_lines[0]["title_action"]
