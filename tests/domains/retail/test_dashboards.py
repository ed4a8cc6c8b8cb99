"""Every dashboard panel is a question that its system's own tables answer."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache, partial
from importlib.resources import files
from typing import TYPE_CHECKING, cast

import duckdb
import pytest
import sqlglot
from sqlglot import exp

from headgate.contracts.registry import Registry
from headgate.contracts.types import arrow_schema
from headgate.domains.retail import SYSTEMS
from headgate.domains.retail.compliance_guardian import decisions, reviews
from headgate.domains.retail.global_market_pulse.regional_performance import beside_all_regions
from headgate.domains.retail.margin import MARGIN_SHARE
from headgate.domains.retail.market_intelligence_hub.planned_sums import with_plan
from headgate.domains.retail.saved_questions import ANSWERS, QUESTIONS
from headgate.quality import card_findings
from headgate.query import translate
from headgate.query.read_only_statements import only_reading
from headgate.reports.answer_words import action_words, answer_in_words, filled_template
from headgate.systems.dashboards import dashboards
from headgate.systems.panels import (
    AlertRule,
    DeclaredFilter,
    DeclaredPanel,
    DeclaredQueue,
    DeclaredRowPart,
    PanelKind,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headgate.systems.dashboards import DeclaredDashboard


pytestmark = pytest.mark.unit

MARGIN_OF = {"fraud_scores": "fraud_model_quality", "query_gaps": "query_model_quality"}
COST = "[ for less than {worth_up_to}]"
STOCK = f"stock it{COST}"
PIECES = "The saved question “Articles to order” has the pieces of each article for the next 4 weeks."
REGISTRY = Registry.load()
PANELS = [(system, panel) for system, board in dashboards().items() for panel in board.panels]
ALERTS = [(system, rule) for system, board in dashboards().items() for rule in board.alerts]
NAMES = [f"{system}/{panel.name}" for system, panel in PANELS]


@pytest.fixture(scope="module")
def prod() -> Iterator[duckdb.DuckDBPyConnection]:
    """Every prod table, empty."""
    with duckdb.connect() as engine:
        for name, contract in REGISTRY.prod.items():
            engine.register("given", arrow_schema(contract).empty_table())
            engine.execute(f"create table {name} as select * from given").fetchall()  # noqa: S608 names of contracts
            engine.unregister("given")
        datasets(engine)
        yield engine


def datasets(engine: duckdb.DuckDBPyConnection) -> None:
    """Create every dataset, empty, by the name under which a queue reads it."""
    for name, contract in REGISTRY.curated.items():
        engine.register("given", arrow_schema(contract).empty_table())
        engine.execute(f"create table if not exists {name} as select * from given").fetchall()  # noqa: S608 as above
        engine.unregister("given")


def test_every_system_has_a_dashboard() -> None:
    assert set(dashboards()) == set(SYSTEMS)


@pytest.mark.parametrize(("system", "panel"), PANELS, ids=NAMES)
def test_a_panel_reads_tables_of_its_own_system_only(system: str, panel: DeclaredPanel) -> None:
    read = {table.name for table in sqlglot.parse_one(panel.sql, read="athena").find_all(exp.Table)}
    subqueries = {cte.alias for cte in sqlglot.parse_one(panel.sql, read="athena").find_all(exp.CTE)}
    assert read - subqueries <= set(REGISTRY.tables_of(system))
    assert panel.table in read


@pytest.mark.parametrize(("system", "panel"), PANELS, ids=NAMES)
def test_the_answer_has_the_columns_that_the_chart_uses(
    system: str, panel: DeclaredPanel, prod: duckdb.DuckDBPyConnection
) -> None:
    assert system in SYSTEMS
    assert only_reading(panel.sql) is not None
    answer = prod.execute(translate(panel.sql, "duckdb"))
    assert set(panel.columns) <= {column[0] for column in answer.description or ()}


@pytest.mark.parametrize(("system", "panel"), PANELS, ids=NAMES)
def test_a_chart_names_what_it_draws_and_a_question_ends_with_its_mark(
    system: str, panel: DeclaredPanel
) -> None:
    assert system in SYSTEMS
    assert panel.question.endswith("?")
    assert panel.kind in {PanelKind.KPI, PanelKind.TABLE} or (panel.x and panel.y)


def test_every_panel_states_the_action_that_follows_from_it() -> None:
    actions = dict(zip(NAMES, (panel.action for _, panel in PANELS), strict=True))
    assert [name for name, action in actions.items() if not action.endswith(".")] == []


def test_no_two_panels_state_the_same_action() -> None:
    actions = [panel.action for _, panel in PANELS]
    assert sorted(actions) == sorted(set(actions))


def test_the_page_of_an_article_has_its_months_returns_category_and_searches() -> None:
    parts = row_parts("products")
    lines = [*BACK, ("524170", date(2010, 8, 2), "adjusted", "A", -7, 0)]
    gaps: list[dict[str, object]] = [
        {
            "search": "red mugs",
            "nearest_articles": "BLUE MUG · RED MUG",
            "lost_revenue_gbp": 40,
            "searches": 9,
        },
        {"search": "mug tree", "nearest_articles": "RED MUG TREE", "lost_revenue_gbp": 70, "searches": 9},
    ]
    ahead = kitchen_ahead()
    with duckdb.connect() as engine:
        filled_tables(engine, forecast_accuracy=[], sales_forecast=ahead, query_gaps=gaps)
        datasets(engine)
        engine.execute(
            "insert into products (product_id, product_name, category) values ('A', 'RED MUG', 'kitchen')"
        )
        for number, (order, day, status, article, pieces, price) in enumerate(lines):
            engine.execute(
                "insert into orders (order_id, customer_id, ordered_at, status) values (?, 9, ?, ?)",
                [f"{order}-{number}", day, status],
            )
            engine.execute(
                "insert into order_items (order_item_id, order_id, product_id, quantity, unit_price) "
                "values (?, ?, ?, ?, ?)",
                [str(number), f"{order}-{number}", article, pieces, price],
            )
        answers = [answer_of(engine, part.of_item("A")) for part in parts]
        unsold = [answer_of(engine, part.of_item("no such")) for part in parts]
    titles = [
        answer_in_words(part.title, rows, {**part.units, "title_until": ""})
        for part, rows in zip(parts, answers, strict=True)
    ]
    assert titles == [
        (
            "Sold 100 pieces for £10,000 until 27 Sep 2010; 100 of 100 came back, which leaves £0 at the "
            "prices paid"
        ),
        "Its category kitchen is expected to sell £400 in the 4 weeks from 6 Dec 2010",
        "Searches that end without a purchase and mean it or what is like it: 1, £40 lost",
    ]
    assert [
        (row["month_on"], row["data_until"], row["pieces_sold"], row["pieces_back_in_month"])
        for row in answers[0]
    ] == [
        (date(2010, 10, 1), date(2010, 10, 5), 0, 100),
        (date(2010, 9, 1), None, 100, 0),
    ]
    assert unsold == [[], [], []]


def row_parts(dataset: str) -> list[DeclaredRowPart]:
    return [part for board in dashboards().values() for part in board.row_pages if part.dataset == dataset]


def part_of_returns(dataset: str) -> DeclaredRowPart:
    (part,) = (one for one in row_parts(dataset) if "{title_back}" in one.title)
    return part


def with_lines(engine: duckdb.DuckDBPyConnection, lines: list[tuple[object, ...]]) -> None:
    """Fill the datasets with orders of customer 9."""
    datasets(engine)
    for number, (order, day, status, article, pieces, price) in enumerate(lines):
        engine.execute(
            "insert into orders (order_id, customer_id, ordered_at, status) select ?, 9, ?, ? "
            "where not exists (select 1 from orders where order_id = ?)",
            [order, day, status, order],
        )
        engine.execute(
            "insert into order_items (order_item_id, order_id, product_id, quantity, unit_price) "
            "values (?, ?, ?, ?, ?)",
            [str(number), order, article, pieces, price],
        )


def test_the_page_of_an_article_says_how_many_pieces_its_share_of_the_forecast_is() -> None:
    """Of the 13 weeks the article has 300 of 400, for 5 each: of 400 expected 300, which are 60 pieces."""
    part = row_parts("products")[1]
    ahead = kitchen_ahead()
    tested: list[dict[str, object]] = [{"series_id": "category=kitchen", "windows": 3, "smape": 31.62}]
    lines: list[tuple[object, ...]] = [
        ("1", date(2010, 12, 1), "completed", "A", 60, 5),
        ("2", date(2010, 12, 2), "completed", "B", 10, 10),
        ("3", date(2010, 8, 2), "completed", "A", 999, 5),
        ("4", date(2010, 12, 2), "adjusted", "A", -50, 0),
    ]
    with duckdb.connect() as engine:
        filled_tables(engine, forecast_accuracy=tested, sales_forecast=ahead)
        with_lines(engine, lines)
        engine.execute(
            "insert into products (product_id, product_name, category) "
            "values ('A', 'RED MUG', 'kitchen'), ('B', 'POT', 'kitchen'), ('C', 'PAN', 'kitchen')"
        )
        sold, unsold = (answer_of(engine, part.of_item(article)) for article in ("A", "C"))
    assert answer_in_words(part.title, sold, dict(part.units)) == (
        "Its category kitchen is expected to sell £400 in the 4 weeks from 6 Dec 2010; "
        "this article was 75 % of it in 13 weeks, so have about 60 pieces in stock for these weeks: "
        "between 52 and 69 by the category's 80 % range; "
        "in tests such sums of the category were off by 17.0 %"
    )
    assert answer_in_words(part.title, unsold, dict(part.units)) == (
        "Its category kitchen is expected to sell £400 in the 4 weeks from 6 Dec 2010"
    )


def test_the_page_of_an_article_without_a_sale_in_13_weeks_says_not_to_order_it() -> None:
    parts = row_parts("products")[:2]
    ahead = kitchen_ahead()
    lines: list[tuple[object, ...]] = [
        ("1", date(2010, 7, 12), "completed", "A", 25, 2),
        ("2", date(2010, 10, 4), "completed", "A", -7, 0),
        ("3", date(2010, 12, 2), "completed", "B", 10, 10),
    ]
    with duckdb.connect() as engine:
        filled_tables(engine, forecast_accuracy=[], sales_forecast=ahead)
        with_lines(engine, lines)
        engine.execute(
            "insert into products (product_id, product_name, category) "
            "values ('A', 'RED MUG', 'kitchen'), ('B', 'POT', 'kitchen')"
        )
        stale = [answer_of(engine, part.of_item("A")) for part in parts]
        sold = answer_of(engine, parts[0].of_item("B"))
    assert [
        answer_in_words(part.title, rows, part.units) for part, rows in zip(parts, stale, strict=True)
    ] == [
        (
            "No sale since 12 Jul 2010: do not order, unless its season is to come. Sold 25 pieces for £50; "
            "7 pieces were written off"
        ),
        (
            "Its category kitchen is expected to sell £400 in the 4 weeks from 6 Dec 2010; this article sold "
            "nothing in the last 13 weeks, so order none of it for these"
        ),
    ]
    assert [row["title_stale_since"] for row in sold] == [None]


def test_pieces_without_a_price_are_written_off_and_those_of_guests_or_unknown_orders_come_back() -> None:
    sold, category = row_parts("products")[:2]
    ahead = kitchen_ahead()
    with duckdb.connect() as engine:
        filled_tables(engine, forecast_accuracy=[], sales_forecast=ahead)
        with_lines(
            engine,
            [
                ("1", date(2010, 11, 1), "completed", "A", 100, 5),
                ("2", date(2010, 11, 2), "cancelled", "A", -4, 5),
                ("3", date(2010, 11, 3), "completed", "A", -30, 0),
                ("4", date(2010, 11, 4), "completed", "A", -1, 5),
            ],
        )
        engine.execute("update orders set customer_id = null where order_id in ('3', '4')")
        engine.execute(
            "insert into order_items (order_item_id, order_id, product_id, quantity, unit_price) "
            "values ('9', 'not in the lake', 'A', -2, 5)"
        )
        engine.execute(
            "insert into products (product_id, product_name, category) values ('A', 'RED MUG', 'kitchen')"
        )
        months, weeks = (answer_of(engine, part.of_item("A")) for part in (sold, category))
    assert answer_in_words(sold.title, months, {**sold.units, "title_until": ""}) == (
        "Sold 100 pieces for £500 until 1 Nov 2010; 7 of 100 came back, which leaves £465 at the "
        "prices paid; 30 pieces were written off"
    )
    returned = [(row["pieces_back_in_month"], row["pieces_written_off"]) for row in months]
    assert returned == [(5, 30), (2, None)]
    assert weeks[0]["title_keep"] == 80, "what is sold and kept, of 400 expected for 5 each"


def test_an_article_of_which_little_sells_needs_one_piece() -> None:
    category = row_parts("products")[1]
    ahead = kitchen_ahead()
    with duckdb.connect() as engine:
        filled_tables(engine, forecast_accuracy=[], sales_forecast=ahead)
        with_lines(engine, [("1", date(2010, 12, 1), "completed", "A", 1, 1000)])
        engine.execute(
            "insert into products (product_id, product_name, category) values ('A', 'RED MUG', 'kitchen')"
        )
        weeks = answer_of(engine, category.of_item("A"))
    title = answer_in_words(category.title, weeks, dict(category.units))
    assert title
    assert "have about 1 piece in stock" in title


def test_an_article_counts_lines_without_their_order_and_no_stock_for_days_that_are_over() -> None:
    sold, category = row_parts("products")[:2]
    ahead = kitchen_ahead()
    ahead[0] |= {"sold_so_far": 60, "sold_until": date(2010, 12, 9)}
    with duckdb.connect() as engine:
        filled_tables(engine, forecast_accuracy=[], sales_forecast=ahead)
        with_lines(engine, [("1", date(2010, 12, 1), "completed", "A", 10, 5)])
        engine.execute(
            "insert into products (product_id, product_name, category) values ('A', 'RED MUG', 'kitchen')"
        )
        engine.execute(
            "insert into order_items (order_item_id, order_id, product_id, quantity, unit_price) "
            "values ('9', 'not in the lake', 'A', 4, 5)"
        )
        months, weeks = (answer_of(engine, part.of_item("A")) for part in (sold, category))
    assert answer_in_words(sold.title, months, {**sold.units, "title_until": ""}) == (
        "Sold 14 pieces for £70 until 1 Dec 2010; "
        "£20 of the sales are of lines whose order is not in the lake"
    )
    assert [row["month_on"] for row in months] == [date(2010, 12, 1), None]
    assert answer_in_words(category.title, weeks, dict(category.units)) == (
        "Its category kitchen is expected to sell £400 in the 4 weeks from 6 Dec 2010, of which £60, "
        "less returns, is sold until 9 Dec 2010; this article was 100 % of it in 13 weeks, so "
        "have about 68 pieces in stock for the rest of these weeks: between 58 and 80 by the "
        "category's 80 % range"
    )


def test_an_order_that_was_cancelled_at_another_price_is_neither_kept_nor_to_be_ordered_again() -> None:
    """9,360 pieces of 1.69 were cancelled at 0.03: pages and advice counted them as sold.

    A return takes pieces off the newest earlier purchases, as the customer models count it.
    """
    orders, articles = row_parts("orders"), row_parts("products")[:2]
    ahead = kitchen_ahead()
    lines: list[tuple[object, ...]] = [
        ("525968", date(2010, 10, 8), "completed", "A", 100, 2),
        ("530715", date(2010, 11, 4), "completed", "A", 9000, 1),
        ("530715", date(2010, 11, 4), "completed", "B", 50, 4),
        ("C536757", date(2010, 12, 2), "cancelled", "A", -9000, 0.03),
    ]
    with duckdb.connect() as engine:
        filled_tables(engine, forecast_accuracy=[], sales_forecast=ahead, regional_performance=[])
        with_lines(engine, lines)
        engine.execute(
            "insert into products (product_id, product_name, category) "
            "values ('A', 'RED MUG', 'kitchen'), ('B', 'POT', 'kitchen')"
        )
        (bought,), (returned,) = (
            [
                answer_in_words(part.title, rows, part.units)
                for part in orders
                if (rows := answer_of(engine, part.of_item(order)))
            ]
            for order in ("530715", "C536757")
        )
        of_article = [answer_of(engine, part.of_item("A")) for part in articles]
    assert bought == (
        "£9,200 in this order, of which £9,000 came back or was billed again with C536757 until 2 Dec 2010; "
        "the other order of the customer was £200; order no stock for what came back"
    )
    assert returned == (
        "Returned in this order: £270 (pieces: 9,000), bought with order 530715 on 4 Nov 2010 for £9,000; "
        "ask what was wrong"
    )
    assert answer_in_words(articles[0].title, of_article[0], {**articles[0].units, "title_until": ""}) == (
        "Sold 9,100 pieces for £9,200 until 4 Nov 2010; 98.9 of 100 came back, which leaves £200 at the "
        "prices paid"
    )
    assert [(row["month_on"].month, row["left_of_these_sales"]) for row in of_article[0]] == [
        (12, 0),
        (11, 0),
        (10, 200),
    ]  # type: ignore[attr-defined]
    assert of_article[1][0]["title_share"] == 0.5
    assert of_article[1][0]["title_keep"] == 100, "half of 400 expected, for 2 each"


def test_the_page_of_a_return_says_what_came_back_and_with_which_order_it_was_bought() -> None:
    part = part_of_returns("orders")
    with duckdb.connect() as engine:
        with_lines(engine, BACK)
        returned, bought = (answer_of(engine, part.of_item(order)) for order in ("C525398", "524159"))
    assert answer_in_words(part.title, returned, dict(part.units)) == (
        "Returned in this order: £10,000 (pieces: 100), "
        "bought with order 524159 on 27 Sep 2010; ask what was wrong"
    )
    assert bought == []


def test_the_reason_of_a_call_has_the_newest_search_since_the_last_purchase() -> None:
    (queue,) = (one for one in dashboards()["demand-insights-engine"].queues if one.table == "churn_risk")
    late: dict[str, object] = {
        "win_back": True,
        "as_of": date(2010, 12, 9),
        "silent_days": 30,
        "late_after_days": 20,
        "corrected_probability": 0.5,
        "value_at_stake_gbp": 50,
        "driver_1": "long silence",
    }
    with duckdb.connect() as engine:
        filled_tables(
            engine,
            customer_model_quality=[],
            churn_risk=[{**late, "customer_id": number, "risk_rank": number} for number in (1, 2)],
            customer_lifetime_value=[{"customer_id": number, "repeat_purchases": 0} for number in (1, 2)],
            customer_segments=[{"customer_id": number} for number in (1, 2)],
        )
        datasets(engine)
        engine.execute(
            "insert into search_queries (query_id, customer_id, searched_at, query_text) values "
            "(1, 1, timestamp '2010-11-28 10:00:00', 'red doormat'), "
            "(2, 1, timestamp '2010-11-20 10:00:00', 'owl'), "
            "(3, 2, timestamp '2010-10-01 10:00:00', 'lamp'), (4, 1, timestamp '2010-12-01 10:00:00', ' ')"
        )
        first, second = answer_of(engine, queue.sql)
    assert (first["last_search"], second["last_search"]) == ("red doormat", "lamp")
    assert "; looked for “{last_search}” on 28 Nov 2010; " in str(first["reason"])
    assert "looked for" not in str(second["reason"])


@pytest.mark.parametrize(
    ("searched_on", "purchased", "begin"),
    [
        (date(2010, 11, 28), False, ": begin the call with it"),
        (date(2010, 11, 28), None, ": begin the call with it"),
        (date(2010, 11, 28), True, ""),
        (date(2010, 10, 28), False, ""),
    ],
    ids=["after the last order", "not recorded", "purchased", "before the last order"],
)
def test_a_call_begins_with_a_search_only_if_nothing_was_bought_since(
    searched_on: date, *, purchased: bool | None, begin: str
) -> None:
    (queue,) = (one for one in dashboards()["demand-insights-engine"].queues if one.table == "churn_risk")
    (part,) = (part for part in queue.evidence if "search_queries" in part.sql)
    with duckdb.connect() as engine:
        filled_tables(engine, churn_risk=[{"customer_id": 1, "as_of": date(2010, 12, 9), "silent_days": 30}])
        datasets(engine)
        engine.execute(
            "insert into search_queries (query_id, customer_id, searched_at, query_text, purchased) "
            "values (1, 1, ?, 'red doormat', ?)",
            [searched_on, purchased],
        )
        rows = answer_of(engine, part.of_item("1"))
    day = f"{searched_on.day} {searched_on:%b %Y}"
    assert answer_in_words(part.title, rows, part.units) == f"Looked last for “red doormat” on {day}{begin}"


@pytest.mark.parametrize(
    ("weeks", "action"),
    [
        ([90, 100, 95, 70], None),
        ([100, 60, 90, 95], "In the week of 8 Nov 2010 there were 40 % fewer than in the week before: "),
        ([100, 0, 90, 95], "No search was recorded in the week of 8 Nov 2010: "),
        (
            [100, 0, *[90] * 8, 50, 60],
            "In the week of 10 Jan 2011 there were 44 % fewer than in the week before: ",
        ),
        ([100, 0, *[90] * 8], None),
        ([40, 42, 20, 24], None),
    ],
    ids=[
        "less than a third",
        "a fall by more",
        "none",
        "a fall after an old week of none",
        "only an old one",
        "a fall of few searches, which chance explains",
    ],
)
def test_a_week_in_which_searches_fell_is_named(weeks: list[int], action: str | None) -> None:
    trends: list[dict[str, object]] = [
        {
            "week_on": date(2010, 11, 1) + timedelta(days=7 * at),
            "is_complete": True,
            "template": "a",
            "searches": n,
        }
        for at, n in enumerate(weeks)
    ]
    with duckdb.connect() as engine:
        filled_tables(engine, query_trends=trends)
        row = answer_of(engine, panel_of("retail-copilot", "weekly_searches").sql)[0]
    said = row["title_action"]
    assert said is None if action is None else str(said).startswith(action)


@pytest.mark.parametrize(("system", "rule"), ALERTS, ids=[f"{system}/{rule.name}" for system, rule in ALERTS])
def test_an_alert_asks_its_own_system_for_one_row_with_all_that_its_message_names(
    system: str, rule: AlertRule, prod: duckdb.DuckDBPyConnection
) -> None:
    read = {table.name for table in sqlglot.parse_one(rule.sql, read="athena").find_all(exp.Table)}
    assert read <= set(REGISTRY.tables_of(system))
    answer = prod.execute(translate(rule.sql, "duckdb"))
    columns = [column[0] for column in answer.description or ()]
    assert columns[0] == "value"
    assert named_in(rule.message)
    assert named_in(rule.message) | {*rule.units} <= {*columns}
    assert len(answer.fetchall()) == 1


def named_in(template: str) -> set[str]:
    """Return the columns that a text is filled from."""
    return set(re.findall(r"\{(\w+)\}", template)) - {"row_count"}


@pytest.mark.parametrize(("system", "panel"), PANELS, ids=NAMES)
def test_an_answer_in_words_and_units_name_columns_of_the_answer(
    system: str, panel: DeclaredPanel, prod: duckdb.DuckDBPyConnection
) -> None:
    assert system in SYSTEMS
    columns = {column[0] for column in prod.execute(translate(panel.sql, "duckdb")).description or ()}
    assert named_in(" ".join((panel.answer, *panel.details))) <= columns
    assert set(panel.units) <= columns


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_figure_has_words_for_how_far_it_is_trusted(
    system: str, prod: duckdb.DuckDBPyConnection
) -> None:
    board = dashboards()[system]
    assert {panel.table for panel in board.panels} <= {table for note in board.trust for table in note.tables}
    for note in board.trust:
        read = (
            {table.name for table in sqlglot.parse_one(note.sql, read="athena").find_all(exp.Table)}
            if note.sql
            else set()
        )
        assert {*read, *note.tables} <= set(REGISTRY.tables_of(system))
        answer = prod.execute(translate(note.sql, "duckdb")).description if note.sql else []
        assert set().union(*map(named_in, note.words)) <= {column[0] for column in answer or ()}


FILTERS = [(system, choice) for system, board in dashboards().items() for choice in board.filters]


@pytest.mark.parametrize(
    ("system", "choice"), FILTERS, ids=[f"{system}/{choice.name}" for system, choice in FILTERS]
)
def test_a_filter_compares_a_column_that_its_tables_have(
    system: str, choice: DeclaredFilter, prod: duckdb.DuckDBPyConnection
) -> None:
    tables = REGISTRY.tables_of(system)
    dataset, _, key = choice.through.partition(".")
    assert all((key or choice.column) in tables[table].names for table in choice.tables)
    assert not dataset or {key, choice.column} <= set(REGISTRY.curated[dataset].names)
    assert set(choice.panels) <= {panel.name for panel in dashboards()[system].panels}
    columns = [name for name, *_ in prod.execute(translate(choice.values, "duckdb")).description or ()]
    assert columns[1:] in ([], ["heading"])


def tables_left_out(system: str, board: DeclaredDashboard) -> list[tuple[str, str]]:
    """Return the tables that panels read and a filter leaves out although they have its column."""
    tables = REGISTRY.tables_of(system)
    read = {
        table.name
        for panel in board.panels
        for table in sqlglot.parse_one(panel.sql, read="athena").find_all(exp.Table)
    }
    return [
        (choice.name, table)
        for choice in board.filters
        for table in sorted(read & tables.keys())
        if choice.column in tables[table].names
        and table not in choice.tables
        and not _is_another_thing(board, choice, table)
    ]


def _is_another_thing(board: DeclaredDashboard, choice: DeclaredFilter, table: str) -> bool:
    """Return whether another filter of the board is about the column of this table."""
    return any(
        other.column == choice.column and table in other.tables for other in board.filters if other != choice
    )


@pytest.mark.parametrize("system", ["demand-insights-engine", "compliance-guardian"])
def test_a_filter_narrows_every_table_of_its_page_that_has_the_column(system: str) -> None:
    board = dashboards()[system]
    assert board.filters
    assert tables_left_out(system, board) == []


def test_a_filter_that_leaves_a_table_out_is_reported() -> None:
    board = dashboards()["global-market-pulse"]
    narrow = tuple(
        replace(choice, tables=("regional_performance",))
        for choice in board.filters
        if choice.name == "region"
    )
    assert tables_left_out("global-market-pulse", replace(board, filters=narrow)) == [
        ("region", "market_opportunities")
    ]


@pytest.mark.parametrize(("system", "panel"), PANELS, ids=NAMES)
def test_the_rows_behind_a_panel_are_those_of_columns_of_its_table(system: str, panel: DeclaredPanel) -> None:
    columns = REGISTRY.tables_of(system)[panel.table].names
    assert [condition for condition in panel.rows if condition.partition(":")[0] not in columns] == []


QUEUES = [(system, queue) for system, board in dashboards().items() for queue in board.queues]


@pytest.mark.parametrize(("system", "queue"), QUEUES, ids=[queue.name for _, queue in QUEUES])
def test_a_queue_says_why_and_how_much_is_at_stake(
    system: str, queue: DeclaredQueue, prod: duckdb.DuckDBPyConnection
) -> None:
    assert queue.table in REGISTRY.tables_of(system)
    answer = prod.execute(translate(queue.sql, "duckdb"))
    assert [column[0] for column in answer.description or ()][:4] == ["item_id", "subject", "reason", "value"]
    keys = [action.key for action in queue.actions]
    assert keys
    assert len({*keys, "j", "k"}) == len(keys) + 2  # two keys move


def test_decisions_of_the_queue_that_teaches_the_model_of_fraud_are_labels() -> None:
    labelled = {queue.name: queue.labels.dataset for _, queue in QUEUES if queue.labels}
    assert labelled == {reviews.QUEUE: "card_transactions"}


def test_a_panel_about_the_items_of_a_queue_leads_to_it() -> None:
    leading = {(system, panel.queue) for system, panel in PANELS if panel.queue}
    assert leading == {(system, queue.name) for system, queue in QUEUES}


def test_no_statement_of_a_dashboard_repeats_whether_a_customer_is_overdue_or_a_list_did_worse() -> None:
    """Both are columns of tables, so that the API and saved questions have them as well."""
    statements = [panel.sql for _, panel in PANELS] + [queue.sql for _, queue in QUEUES]
    assert [sql for sql in statements if "as customers who stay" in sql or "is_worse" in sql] == []


def test_names_of_panels_are_unique() -> None:
    assert len(set(NAMES)) == len(NAMES)


SUSPECTS = [
    # transaction_id, score, decision, model, is_fraud
    (1, 1.0, "review", "isolation_forest", True),
    (2, 0.9, "review", "isolation_forest", None),
    (3, 0.7, "block", "gradient_boosting", True),
    (4, 0.8, "review", "gradient_boosting", False),
    (5, 0.3, "review", "gradient_boosting", None),
    (6, 0.4, "block", "gradient_boosting", None),
    (7, 0.95, "approve", "gradient_boosting", None),
]


def test_transactions_that_nobody_has_judged_are_proposed_in_the_order_of_the_expected_loss() -> None:
    """Probabilities of both models are on one scale. A known label leaves nothing to decide."""
    board = dashboards()["compliance-guardian"]
    panel, (queue, *_) = board.panel("queue"), board.queues
    columns = "transaction_id, score, decision, model, is_fraud"
    with duckdb.connect() as engine:
        filled_tables(engine, fraud_scores=[])
        engine.executemany(f"insert into fraud_scores ({columns}) values (?, ?, ?, ?, ?)", SUSPECTS)  # noqa: S608 the test's own columns
        engine.execute("update fraud_scores set amount = case transaction_id when 5 then 400 else 100 end")
        set_costs(engine)
        datasets(engine)
        shown = engine.execute(f"select transaction_id from ({translate(panel.sql, 'duckdb')})")  # noqa: S608 the dashboard's statement
        assert [number for (number,) in shown.fetchall()] == [5, 2, 6]
        items = answer_of(engine, queue.sql)
        (figure,) = answer_of(engine, board.panel("to_investigate").sql)
        (money,) = answer_of(engine, board.panel("money_to_investigate").sql)
        engine.execute("delete from fraud_scores where decision <> 'block'")
        of_blocks = [
            answer_of(engine, board.panel(name).sql)[0] for name in ("to_investigate", "money_to_investigate")
        ]
    assert [(row["value"], row["before"]) for row in of_blocks] == [(1, None), (100, None)], (
        "“3 transactions, 3 of them to block” under the filter by those to block"
    )
    assert [(row["item_id"], row["proposed"]) for row in items] == [
        ("5", "review"),
        ("2", "review"),
        ("6", "block"),
    ]
    assert (figure["value"], figure["before"], figure["title_action"]) == (3, 1, None)
    assert (money["value"], money["before"]) == (600, 100)
    assert money["title_open_loss"] == pytest.approx(sum(float(str(row["value"])) for row in items))


def test_no_statement_repeats_the_rules_of_columns_of_payments() -> None:
    """Whether a payment waits, and what it is expected to cost, are columns of `fraud_scores`."""
    board = dashboards()["compliance-guardian"]
    texts = [panel.sql for panel in board.panels] + [queue.sql for queue in board.queues]
    copied = re.compile(r"decision <> 'approve' AND|amount AS double\) \* (\w+\.)?score|1 - score")
    assert [text for text in texts if copied.search(text)] == []


def test_the_costs_that_the_page_of_fraud_states_are_those_of_the_decisions() -> None:
    board = dashboards()["compliance-guardian"]
    review, block = decisions.REVIEW_COST_GBP, decisions.BLOCK_CALL_GBP
    wrong = f"a wrong block £{block:g} and your margin[, {{title_margin}} of the amount]"
    of_trust = f"a review costs £{review:g}, and {wrong.replace('title_margin', 'margin')}"
    assert any(of_trust in words for words in board.trust[0].words)
    assert f"A review is taken to cost £{review:g}, {wrong}" in board.queues[0].order
    assert f"A review is taken to cost £{review:g}, {wrong}" in board.panel("queue").action


def test_every_text_about_a_margin_names_the_setting_of_the_lake() -> None:
    """Each text takes the margin from the tables, which were built with it, and no SQL repeats it."""
    texts = [
        str(text)
        for board in dashboards().values()
        for panel in board.panels
        for text in (panel.action, panel.sql)
    ]
    texts += [
        text
        for board in dashboards().values()
        for queue in board.queues
        for text in (queue.order, queue.sql, *(part.title for part in queue.evidence))
    ]
    texts += [words for board in dashboards().values() for note in board.trust for words in note.words]
    sentences = [part for text in texts for part in re.split(r"[.;'\n] ?", text) if "your margin" in part]
    assert len(sentences) >= 6
    assert [sentence for sentence in sentences if not re.search(r"margin\w*\}", sentence)] == []
    assert [text for text in texts if re.search(r"\b0\.3 \*|\* 0\.3\b|\b30 %", text)] == []


def test_the_list_of_payments_shows_what_blocking_each_is_expected_to_cost() -> None:
    """A payment that is less probable fraud is blocked, because blocking it costs less than a review."""
    payments: list[dict[str, object]] = [
        {"transaction_id": number, "amount": amount, "score": score, "decision": decision, "model": model}
        | {"transacted_at": datetime(2010, 12, day)}
        for number, amount, score, decision, model, day in (
            (1, 9.6, 0.687, "block", "gradient_boosting", 3),
            (2, 85.87, 0.889, "review", "gradient_boosting", 9),
            (3, 100, 0.5, "review", "isolation_forest", 5),
        )
    ]
    board = dashboards()["compliance-guardian"]
    figure = board.panel("to_investigate")
    with duckdb.connect() as engine:
        filled_tables(engine, fraud_scores=payments)
        rows = answer_of(engine, board.panel("queue").sql)
        title = answer_in_words(figure.answer, answer_of(engine, figure.sql), {})
    costs = {row["transaction_id"]: row["cost_of_blocking"] for row in rows}
    expected = {
        number: Decimal(repr(round((1 - score) * (MARGIN_SHARE * amount + decisions.BLOCK_CALL_GBP), 2)))
        for number, amount, score in ((1, 9.6, 0.687), (2, 85.87, 0.889))
    }
    assert costs == {**expected, 3: None}, "without labels nothing is blocked"
    assert expected[1] < decisions.REVIEW_COST_GBP < expected[2]
    assert title == "Transactions that wait for a decision, paid from 3 Dec 2010 to 9 Dec 2010"


@pytest.mark.parametrize(("windows", "smape", "reason"), [(0, None, "Not tested"), (3, 12.5, None)])
def test_the_forecast_error_of_an_untested_method_has_a_reason_instead(
    windows: int, smape: float | None, reason: str | None
) -> None:
    """A history that is too short to test a forecast is no missing run."""
    panels = {panel.name: panel for panel in dashboards()["market-intelligence-hub"].panels}
    row: dict[str, object] = {"series_id": "total", "level": "total", "windows": windows, "smape": smape}
    ahead = [{**week, "model": "level_and_season", "sum_off_by": smape} for week in weeks_ahead(70)]
    with duckdb.connect() as engine:
        filled_tables(engine, forecast_accuracy=[row], sales_forecast=ahead)
        (figure,) = answer_of(engine, panels["forecast_error"].sql)
        table = answer_of(engine, panels["accuracy"].sql)
    assert (figure["value"], figure["reason"] and str(figure["reason"])[:10]) == (smape, reason)
    assert (table[0]["nearest_in_tests"], table[0]["tested"]) == (
        ("the forecast", "3 times") if windows else ("not tested", "never")
    )


@pytest.mark.parametrize(
    ("nearest", "nearest_rule", "compared"),
    [
        (9.0, "mean of last 8", "nearer"),
        (11.0, "the forecast, as good", "as good"),
        (13.0, "the forecast", "as good"),
        (14.1, "the forecast", "further off"),
    ],
)
def test_a_simple_rule_is_proposed_where_it_was_clearly_nearer_and_counted_where_it_was_as_near(
    nearest: float, nearest_rule: str, compared: str
) -> None:
    rows: list[dict[str, object]] = [
        {"series_id": "total", "level": "total", "grain": "week", "windows": 3, "smape": 12.0}
        | {"smape_mean_of_8": nearest, "smape_last_value": 14.0, "smape_naive2": 14.0},
        {"series_id": "region=DE", "level": "region", "grain": "week", "windows": 3, "smape": 60.0},
        {"series_id": "region=SE", "level": "region", "grain": "week", "windows": 0},
    ]
    with duckdb.connect() as engine:
        sums = [
            {"series_id": row["series_id"], "grain": "week", "horizon": 4, "sum_windows": windows}
            | {"sum_off_by": 20, "sum_off_by_mean_of_8": mean}
            for row, windows, mean in zip(rows, (3, 3, 3), (17, 18, 1), strict=True)
        ]
        filled_tables(engine, forecast_accuracy=rows, sales_forecast=sums)
        panel = panel_of("market-intelligence-hub", "accuracy")
        row, *others = answer_of(engine, panel.sql)
    assert (row["nearest_in_tests"], row["mean_of_last_8_was"]) == (nearest_rule, compared)
    assert [other["nearest_in_tests"] for other in others] == ["too far off", "not tested"]
    assert (others[1]["sums_off_by"], others[1]["sums_by_mean_of_8_off_by"]) == (None, None)
    assert row["usual_season_off_by"] is None, "equal to the last value in all rows"
    by_forecast = int(nearest_rule.startswith("the forecast"))
    assert answer_in_words(panel.answer, [row], {}) == (
        f"Single weeks: of 2 tested series the forecast was nearest or as good in {by_forecast}"
    )
    assert (row["sums_off_by"], row["sums_by_mean_of_8_off_by"]) == (20, 17)


@pytest.mark.parametrize(
    ("off", "mean_off", "last_year", "begins", "rule"),
    [
        # The forecast says 280 for 4 weeks, the mean of the last 8 weeks 400.
        (
            75.8,
            42.4,
            390,
            "Agree purchases on it, all 4 weeks together: such sums were off by 42.4 %",
            True,
        ),
        # Last year says that the mean lacks a season, and the forecast is too far off.
        (75.8, 42.4, 280, "Agree no purchases on it, as sums of 4 weeks were off by more than 50 %", False),
        (75.8, 60.0, 280, "Agree no purchases on it, as sums of 4 weeks were off by more than 50 %", False),
        (42.4, 75.8, 280, "Agree purchases on it up to the low end, all 4 weeks together", False),
        (21.3, 14.6, 280, "Agree purchases on it up to the low end, all 4 weeks together", False),
        (21.3, 14.6, 390, "Agree purchases on it, all 4 weeks together: such sums were off by 14.6 %", True),
    ],
)
def test_a_purchase_of_several_weeks_follows_the_test_of_their_sum_in_every_panel(
    off: float, mean_off: float, last_year: float, begins: str, *, rule: bool
) -> None:
    """Panels of one series named the forecast, the mean and neither of them beside each other."""
    weeks: list[dict[str, object]] = [
        {"series_id": "total", "level": "region", "region_id": "IE", "grain": "week", "horizon": at}
        | {"mean": 70, "period_on": date(2010, 12, 6) + timedelta(weeks=at - 1), "as_of": date(2010, 12, 5)}
        for at in range(1, 14)
    ]
    summed = {"sum_windows": 3, "sum_coverage_80": 0.83, "sum_off_by": off, "sum_off_by_mean_of_8": mean_off}
    for at in (1, 4, 13):
        weeks[at - 1] |= summed | {"sum_mean": 70 * at, "sum_lower_80": 50 * at, "sum_upper_80": 99 * at}
    past: list[dict[str, object]] = [
        {"series_id": "total", "period_on": date(2010, 11, 29) - timedelta(weeks=at)}
        | {"revenue": 100 if at < 8 else last_year / 4}
        for at in range(60)
    ]
    single: list[dict[str, object]] = [
        {"series_id": "total", "level": "region", "region_id": "IE", "grain": "week", "windows": 3}
        | {"smape": 80.0, "smape_mean_of_8": 78.0, "smape_last_value": 90.0}
    ]
    board = dashboards()["market-intelligence-hub"]
    with duckdb.connect() as engine:
        filled_tables(engine, sales_forecast=weeks, sales_history=past, forecast_accuracy=single)
        set_nearest(engine)
        answers = {
            name: answer_of(engine, board.panel(name).sql)
            for name in ("next_month", "next_quarter", "forecast_error", "forecast", "horizons")
        }
    (month,) = answers["next_month"]
    assert str(month["title_action"]).startswith(begins)
    assert month["value"] == (400 if rule else 280)
    of_sum = next(row for row in answers["horizons"] if row["sum_of"] == "4 weeks")
    no_plan = "no purchases" in begins
    assert (of_sum["plan_by"], of_sum["still_to_buy_at_selling_prices"]) == (
        ("neither", None)
        if no_plan
        else ("mean of last 8", 400)
        if rule
        else ("low end of the forecast", 200)
    ), "the table of sums says the same"
    actions = {name: str(rows[0]["title_action"]) for name, rows in answers.items() if name != "horizons"}
    assert actions["forecast_error"].startswith("Do not plan") == no_plan
    assert actions["forecast_error"].startswith("Plan the sum of 4 weeks by the mean") == rule
    assert ("their sum cannot be planned" if no_plan else "The table of sums says") in actions["forecast"]


@pytest.mark.parametrize(
    ("nearest", "title"),
    [
        (12.0, "Single weeks: the forecast was nearest"),
        (11.0, "Single weeks: the forecast was as good as the nearest rule"),
        (9.0, "Single weeks: a simple rule was nearest"),
        (80.0, "Single weeks: every method was too far off"),
    ],
)
def test_the_tests_of_one_series_are_a_sentence_about_it(nearest: float, title: str) -> None:
    row: dict[str, object] = {"series_id": "total", "level": "total", "grain": "week", "windows": 3}
    row |= {"smape": max(nearest, 12.0), "smape_mean_of_8": nearest}
    with duckdb.connect() as engine:
        filled_tables(engine, forecast_accuracy=[row], sales_forecast=[])
        panel = panel_of("market-intelligence-hub", "accuracy")
        assert answer_in_words(panel.answer, answer_of(engine, panel.sql), {}) == title


def test_the_forecast_says_how_often_its_band_held_and_the_month_what_the_same_weeks_of_last_year_sold() -> (
    None
):
    ahead = weeks_ahead(lower_95=70)
    past: list[dict[str, object]] = [
        {"series_id": "total", "period_on": week - timedelta(days=364), "revenue": 40} for week in WEEKS_AHEAD
    ]
    tested: list[dict[str, object]] = [
        {"series_id": "total", "windows": 3, "coverage_80": 0.692, "coverage_95": 0.692}
    ]
    board = dashboards()["market-intelligence-hub"]
    with duckdb.connect() as engine:
        filled_tables(engine, sales_forecast=ahead, sales_history=past, forecast_accuracy=tested)
        forecast = answer_in_words(
            board.panel("forecast").answer, answer_of(engine, board.panel("forecast").sql), {}
        )
        (month,) = answer_of(engine, board.panel("next_month").sql)
        (advice,) = {row["title_action"] for row in answer_of(engine, board.panel("forecast").sql)} - {None}
        engine.execute("delete from sales_history").execute("update forecast_accuracy set windows = 0")
        untested = answer_in_words(
            board.panel("forecast").answer, answer_of(engine, board.panel("forecast").sql), {}
        )
        (without_past,) = answer_of(engine, board.panel("next_month").sql)
    assert (
        forecast
        == "The week from 6 Dec 2010: 100, between 80 and 120; both held 69 of 100 single weeks in tests"
    )
    assert "Take neither edge for certain: in tests the band held 69 of 100 single weeks" in str(advice)
    assert untested == "The week from 6 Dec 2010: 100, between 80 and 120"
    assert (month["value"], month["before"], without_past["before"]) == (400, 160, None)


def test_of_the_sales_page_one_panel_alone_compares_with_last_year() -> None:
    """The same figure in two panels is read twice, and trusted less."""
    panels = dashboards()["market-intelligence-hub"].panels
    assert [panel.name for panel in panels if "a_year_before" in panel.sql] == ["next_month"]


def test_a_shop_with_months_reads_which_days_its_forecast_covers() -> None:
    panel = panel_of("market-intelligence-hub", "next_month")
    month: dict[str, object] = {"series_id": "total", "level": "total", "grain": "month", "horizon": 1}
    month |= {"period_on": date(2011, 2, 1), "mean": 100, "sum_mean": 100}
    with duckdb.connect() as engine:
        filled_tables(engine, sales_forecast=[month], sales_history=[], forecast_accuracy=[])
        rows = answer_of(engine, panel.sql)
    assert answer_in_words(panel.answer, rows, {}).startswith(
        "Expected revenue in the month from 1 Feb 2011 to 28 Feb 2011"
    )


def test_the_coming_quarter_has_both_ends_and_is_not_relied_upon_untested() -> None:
    ahead = weeks_ahead(70)
    ahead[-1] |= {"horizon": 13}
    panel = panel_of("market-intelligence-hub", "next_quarter")
    with duckdb.connect() as engine:
        filled_tables(engine, forecast_accuracy=[NEAR], sales_forecast=ahead)
        (tested,) = answer_of(engine, panel.sql)
        engine.execute("update sales_forecast set sum_windows = 0, sum_coverage_80 = null")
        set_plan(engine)
        (untested,) = answer_of(engine, panel.sql)
    assert (tested["value"], tested["before"], tested["title_action"]) == (400, None, None)
    assert answer_in_words(panel.answer, [tested], {}) == (
        "Expected revenue in the 13 weeks from 6 Dec 2010 to 6 Mar 2011; between 350 and 460"
    ), "in the words of the coming month, without a promise of at least or at most"
    assert "no test shows how far off it is" in str(untested["title_action"])


def test_unusual_sales_of_a_quarter_are_in_the_order_of_their_money_with_a_step_for_an_order() -> None:
    anomalies: list[dict[str, object]] = [
        {
            "series_id": name,
            "period_on": day,
            "grain": "week",
            "actual": actual,
            "expected": 100,
            "order_id": order,
        }
        for name, day, actual, order in (
            ("region=DE", date(2010, 11, 29), 150, None),
            ("region=FR", date(2010, 11, 1), 9100, "536009"),
            ("region=IE", date(2010, 10, 4), 20, None),
            ("region=NL", date(2010, 3, 1), 90_000, None),
        )
    ]
    panel = panel_of("market-intelligence-hub", "anomalies")
    with duckdb.connect() as engine:
        filled_tables(engine, sales_anomalies=anomalies, sales_history=[{"period_on": date(2010, 11, 29)}])
        rows = answer_of(engine, panel.sql)
    assert [(row["series_id"], row["difference"]) for row in rows] == [
        ("region=FR", 9000),
        ("region=IE", -80),
        ("region=DE", 50),
    ]
    assert str(rows[0]["title_action"]).startswith("Open order 536009")
    assert answer_in_words(panel.answer, rows, {}) == (
        "9,000 more: France, 1 Nov 2010; 9,100 where 100 was expected"
    )


def test_an_unusual_sale_of_several_regions_names_the_region_of_its_order() -> None:
    """Nine tenths of Australia's month were one order, which the alert placed in `other regions`."""
    board = dashboards()["market-intelligence-hub"]
    (rule,) = (alert for alert in board.alerts if alert.name == "unusual_sales")
    anomaly = {"series_id": "region=(other)", "level": "region", "region_id": "(other)", "grain": "week"}
    anomaly |= {"period_on": date(2010, 11, 29), "actual": 26500, "expected": 11000, "order_id": "536009"}
    anomaly |= {"explanation": "One order is most of the difference", "order_region_id": "AU"}
    with duckdb.connect() as engine:
        history = [{"series_id": "total", "period_on": date(2010, 11, 29)}]
        filled_tables(engine, sales_anomalies=[anomaly], sales_history=history)
        (listed,), raised = answer_of(engine, board.panel("anomalies").sql), answer_of(engine, rule.sql)
        engine.execute("update sales_anomalies set region_id = 'AU'")
        (of_one,) = answer_of(engine, board.panel("anomalies").sql)
    assert (listed["region"], of_one["region"]) == ("AU", None)
    assert filled_template(rule.message, raised, dict(rule.units)) == (
        "Unusual sales in the week of 29 Nov 2010: other regions £26,500, where £11,000 was expected; one "
        "order is most of the difference, order 536009 of Australia."
    )


def test_a_region_of_whose_month_one_order_is_most_is_named_with_the_order() -> None:
    months: list[dict[str, object]] = [
        {"region_id": "AU", "region_name": "Australia", "month_on": date(2010, at, 1), "is_complete": True}
        | {"revenue": revenue, "orders": orders, "largest_order": largest, "largest_order_id": order}
        for at, revenue, orders, largest, order in (
            (10, 3000, 25, 500, "530000"),
            (11, 18200, 30, 16554.88, "536009"),
        )
    ]
    panel, table = panel_of("global-market-pulse", "growth"), panel_of("global-market-pulse", "regions")
    with duckdb.connect() as engine:
        filled_tables(engine, regional_performance=months)
        rows, listed_rows = answer_of(engine, panel.sql), answer_of(engine, table.sql)
        one_order = answer_in_words(panel.answer, rows, dict(panel.units))
        engine.execute("update regional_performance set largest_order = 900")
        many = answer_in_words(panel.answer, answer_of(engine, panel.sql), dict(panel.units))
        first, *_ = rows
        (listed,) = listed_rows
    assert one_order == "One order, 536009, is 91 % of the £18,200 of Australia"
    assert str(first["title_action"]).startswith("Plan Australia without order 536009 until its customer")
    assert "one order" not in str(many).lower()
    assert (listed["what_to_do"], listed["order_id"]) == ("plan without one order", "536009")
    assert listed["revenue_without_order"] == pytest.approx(1645.12)
    assert answer_in_words(table.answer, listed_rows, dict(table.units)) == (
        "Order 536009 is most of Australia: £1,645 without it"
    )


@pytest.mark.parametrize(
    ("orders", "before", "rate", "because"),
    [
        (19, 30, 0.1, "fewer than 20 orders: no change and no rate"),
        (30, 9, 0.1, "fewer than 20 orders in the month before: no change"),
        (30, 30, 1.2, "goods of earlier months came back: no rate"),
        (30, 30, 0.1, None),
    ],
)
def test_a_region_says_why_it_has_no_change_or_no_rate(
    orders: int, before: int, rate: float, because: str | None
) -> None:
    months: list[dict[str, object]] = [
        {"region_id": "AU", "region_name": "Australia", "month_on": date(2010, at, 1), "is_complete": True}
        | {"revenue": 3000, "sales": 3000, "orders": count, "return_rate": rate}
        for at, count in ((10, before), (11, orders))
    ]
    with duckdb.connect() as engine:
        filled_tables(engine, regional_performance=months)
        (row,) = answer_of(engine, panel_of("global-market-pulse", "regions").sql)
    assert row["left_out_because"] == because
    assert (row["revenue_change"] is None) is (min(orders, before) < 20)
    assert (row["came_back"] is None) is (orders < 20 or rate > 1)


def test_bands_that_held_equally_often_are_drawn_as_one() -> None:
    alike, apart = (
        {"series_id": "total", "windows": 3, "coverage_80": 0.692, "coverage_95": wide}
        for wide in (0.7, 0.85)
    )
    panel = panel_of("market-intelligence-hub", "forecast")
    drawn = []
    for tested in (alike, apart):
        with duckdb.connect() as engine:
            filled_tables(
                engine, sales_forecast=weeks_ahead(70), sales_history=[], forecast_accuracy=[tested]
            )
            drawn.append({row["lower_95"] for row in answer_of(engine, panel.sql)})
    assert drawn == [{None}, {70}]


def test_the_first_figure_is_the_coming_month_with_the_test_of_its_sum() -> None:
    ahead = weeks_ahead(70)
    panel = dashboards()["market-intelligence-hub"].panels[0]
    with duckdb.connect() as engine:
        filled_tables(engine, sales_forecast=ahead, sales_history=[], forecast_accuracy=[NEAR])
        tested = answer_of(engine, panel.sql)
        engine.execute("update sales_forecast set sum_windows = 0, sum_coverage_80 = null")
        set_plan(engine)
        untested = answer_of(engine, panel.sql)
    assert [(row["value"], row["low"], row["high"]) for row in tested] == [(400, 350, 460)]
    assert answer_in_words(panel.answer, tested, {}) == (
        "Expected revenue in the 4 weeks from 6 Dec 2010 to 2 Jan 2011; between 350 and 460; past "
        "sums off by 17"
    )
    assert tested[0]["title_action"] == (
        "Agree purchases on it, and count on no more cash than the low end: 79 of 100 past sums of 4 weeks, "
        "of all series, were between such ends."
    )
    assert answer_in_words(panel.answer, untested, {}).endswith("; not tested")
    assert untested[0]["title_action"] == "Order little at a time, as no test shows how far off it is."


def test_the_first_figure_says_what_the_next_calendar_month_sells_and_why_to_plan_by_it() -> None:
    """Of the 13 weeks from 6 Dec 2010, 4 weeks and 3 days lie in January."""
    weeks = [
        {"series_id": "total", "level": "total", "grain": "week", "horizon": at, "mean": 70}
        | {"period_on": date(2010, 12, 6) + timedelta(weeks=at - 1), "as_of": date(2010, 12, 9)}
        for at in range(1, 14)
    ]
    weeks[3] |= {
        "sum_mean": 280,
        "sum_lower_80": 200,
        "sum_upper_80": 400,
        "sum_windows": 3,
        "sum_coverage_80": 0.83,
        "sum_off_by": 26.7,
        "sum_off_by_mean_of_8": 25.5,
    }
    past = [
        {
            "series_id": "total",
            "period_on": date(2010, 11, 29) - timedelta(weeks=at),
            "revenue": 100 if at < 8 else 1,
        }
        for at in range(20)
    ]
    tested = [
        {"series_id": "total", "windows": 3, "smape": 26.7, "smape_mean_of_8": 25.5, "smape_naive2": 34.0}
    ]
    panel = dashboards()["market-intelligence-hub"].panels[0]
    with duckdb.connect() as engine:
        filled_tables(engine, sales_forecast=weeks, sales_history=past, forecast_accuracy=tested)
        (figure,) = answer_of(engine, panel.sql)
        engine.execute("delete from sales_forecast where horizon > 6")
        (short,) = answer_of(engine, panel.sql)
    assert answer_in_words(panel.answer, [figure], {}) == (
        "Expected revenue in the 4 weeks from 6 Dec 2010 to 2 Jan 2011; between 200 and 400; past "
        "sums off by 26.7; "
        "about 310 in January 2011"
    ), "the coming calendar month is the answer to a question that people ask"
    assert details_of(panel, figure) == [
        (
            "Planned by the forecast: as near, and has a season. Past sums of 4 weeks were off by 26.7, by "
            "the mean of the last 8 weeks by 25.5."
        ),
    ]
    assert short["in_month"] is None, "the weeks end before the month does"


@pytest.mark.parametrize(
    ("mean_off", "value", "rule"), [(18.0, 400, None), (12.0, 720, "the mean of the last 8 weeks")]
)
def test_the_first_figure_is_the_amount_to_plan_by(mean_off: float, value: int, rule: str | None) -> None:
    past: list[dict[str, object]] = [
        {"series_id": "total", "revenue": 180, "period_on": WEEKS_AHEAD[0] - timedelta(weeks=at)}
        for at in range(1, 9)
    ]
    ahead = weeks_ahead(70)
    ahead[-1] |= {"sum_off_by_mean_of_8": mean_off}
    panel = panel_of("market-intelligence-hub", "next_month")
    with duckdb.connect() as engine:
        filled_tables(engine, sales_forecast=ahead, sales_history=past, forecast_accuracy=[NEAR])
        (figure,) = answer_of(engine, panel.sql)
    assert (figure["value"], figure["title_rule"]) == (value, rule)
    assert (figure["low"], figure["high"]) == ((None, None) if rule else (350, 460)), "a mean has no band"
    assert answer_in_words(
        panel.answer, [figure], {}
    ) == "Expected revenue in the 4 weeks from 6 Dec 2010 to 2 Jan 2011; " + (
        f"by {rule}; past sums off by 12" if rule else "between 350 and 460; past sums off by 17"
    )


def test_a_forecast_within_50_percent_may_be_planned_with_though_every_simple_rule_is_further_off() -> None:
    further_off = dict.fromkeys(
        ("smape_last_year", "smape_mean_of_8", "smape_last_value", "smape_naive2"), 55
    )
    tested: list[dict[str, object]] = [
        {"series_id": "total", "level": "total", "grain": "week", "windows": 4, "smape": 47.8} | further_off
    ]
    panels = [panel_of("market-intelligence-hub", name) for name in ("forecast_error", "accuracy")]
    with duckdb.connect() as engine:
        filled_tables(engine, forecast_accuracy=tested, sales_forecast=weeks_ahead(70))
        (figure,), (row,) = (answer_of(engine, panel.sql) for panel in panels)
    assert figure["title_action"] == "Expect the sum of 4 weeks to be off by so much."
    assert row["nearest_in_tests"] == "the forecast"


@pytest.mark.parametrize("level", ["region", "total"])
def test_no_panel_of_a_series_that_every_method_missed_asks_to_plan_with_it(level: str) -> None:
    tested: dict[str, object] = {**NEAR, "level": level, "smape": 105.2, "smape_mean_of_8": 98.0}
    ahead = [{**row, "level": level, "region_id": "NL"} for row in quarter_ahead()]
    for row in ahead[-2:]:
        row |= {"sum_off_by": 60, "sum_off_by_mean_of_8": 70}
    names = ("next_month", "next_quarter", "forecast_error", "forecast")
    with duckdb.connect() as engine:
        filled_tables(engine, sales_forecast=ahead, sales_history=[], forecast_accuracy=[tested])
        actions = {
            name: str(answer_of(engine, panel_of("market-intelligence-hub", name).sql)[0]["title_action"])
            for name in names
        }
    for name in names[:3]:
        assert "more than 50 %" in actions[name]
    assert actions["forecast"].endswith("their sum cannot be planned.")
    assert [name for name in names if "with the total" in actions[name].lower()] == (
        ["next_month", "forecast_error"] if level == "region" else []
    )


def test_stock_is_ordered_by_categories_that_a_test_shows_to_be_near_enough() -> None:
    names = ("(other)", "Toys", "Home", "Bags")
    errors = {"(other)": (55, 60), "Toys": (56, 60), "Home": (20, 15), "Bags": (30, 31)}
    ahead: list[dict[str, object]] = [
        {"series_id": f"category={name}", "level": "category", "category": name, "grain": "week"}
        | {"mean": mean, "sum_mean": mean, "period_on": date(2010, 12, 6), "horizon": 1, "sum_windows": 3}
        | dict(zip(("sum_off_by", "sum_off_by_mean_of_8"), errors[name], strict=True))
        for name, mean in zip(names, (90, 80, 70, 60), strict=True)
    ]
    tested = [{**NEAR, "series_id": f"category={name}", "level": "category"} for name in names]
    past: list[dict[str, object]] = [
        {"series_id": "category=Home", "revenue": 65, "period_on": date(2010, 12, 6) - timedelta(weeks=at)}
        for at in range(1, 9)
    ]
    panel = panel_of("market-intelligence-hub", "categories")
    with duckdb.connect() as engine:
        filled_tables(engine, sales_forecast=ahead, forecast_accuracy=tested, sales_history=past)
        rows = answer_of(engine, panel.sql)
        engine.execute("update sales_forecast set sum_off_by = 60, sum_off_by_mean_of_8 = 60")
        set_plan(engine)
        far_off = answer_of(engine, panel.sql)
        engine.execute("update forecast_accuracy set windows = 0")
        set_plan(engine)
        untested = answer_of(engine, panel.sql)
    assert [(row["series_id"], row["planned_by"], row["revenue_ahead"], row["off_by"]) for row in rows] == [
        ("category=Home", "mean of last 8", 65, 15),
        ("category=Bags", "the forecast", 60, 30),
        ("category=(other)", "neither", 90, 55),
        ("category=Toys", "neither", 80, 56),
    ]
    assert [row["caution"] for row in rows] == [None, None, "too far off in tests", "too far off in tests"]
    assert answer_in_words(panel.answer, rows, {}) == (
        "Home will sell most: 65 in the week; from 6 Dec 2010 to 12 Dec 2010; too far off in tests "
        "to order by: 2 of 4 categories"
    )
    assert rows[0]["title_action"] == (
        f"Order stock first of Home, Bags, and ask their suppliers for delivery dates. {PIECES}"
    )
    assert str(far_off[0]["title_action"]).startswith("Order by no category here")
    assert {(row["caution"], row["off_by"], row["title_action"]) for row in untested} == {
        ("the history is too short", None, None)
    }


@pytest.mark.parametrize("lower_end", [60, 90])
def test_categories_whose_forecasts_are_not_clearly_apart_are_not_ordered_one_before_the_other(
    lower_end: int,
) -> None:
    """Kitchen was to sell most, and home decoration lay within its interval."""
    ahead: list[dict[str, object]] = [
        {"series_id": f"category={name}", "level": "category", "category": name, "grain": "week"}
        | {"mean": mean, "sum_mean": mean, "period_on": date(2010, 12, 6), "horizon": 1, "sum_windows": 3}
        | {"sum_lower_80": mean * lower_end / 100, "sum_upper_80": mean * 1.5, "sum_off_by": 20}
        for name, mean in (("Home", 100), ("Bags", 80), ("Toys", 40))
    ]
    tested = [{**NEAR, "series_id": row["series_id"], "level": "category"} for row in ahead]
    panel = panel_of("market-intelligence-hub", "categories")
    with duckdb.connect() as engine:
        filled_tables(engine, sales_forecast=ahead, forecast_accuracy=tested, sales_history=[])
        rows = answer_of(engine, panel.sql)
        engine.execute("update sales_forecast set plan_by = 'mean of last 8', plan_amount = sum_mean")
        of_means = answer_of(engine, panel.sql)
    title, action = answer_in_words(panel.answer, rows, {}), rows[0]["title_action"]
    if lower_end == 60:
        assert title == (
            "Home and Bags will sell most: 100 and 80 in the week; from 6 Dec 2010 to 12 Dec 2010; "
            "Home: between 60 and 150, not "
            "clearly apart from Bags"
        )
        assert action == (
            "Order stock of Home and Bags alike, as they are not clearly apart, then of Toys. Ask their "
            f"suppliers for delivery dates. {PIECES}"
        )
    else:
        assert title == (
            "Home will sell most: 100 in the week; from 6 Dec 2010 to 12 Dec 2010; Home: between 90 and 150"
        )
        assert action == (
            f"Order stock first of Home, Bags, Toys, and ask their suppliers for delivery dates. {PIECES}"
        )
    assert (rows[0]["sum_lower_80"], rows[0]["sum_upper_80"]) == (lower_end, 150)
    assert {row["sum_lower_80"] for row in of_means} == {None}, "a mean has no interval"
    assert (
        answer_in_words(panel.answer, of_means, {})
        == "Home will sell most: 100 in the week; from 6 Dec 2010 to 12 Dec 2010"
    )


def test_the_forecast_names_the_week_for_which_orders_are_slowed_down() -> None:
    ahead = weeks_ahead(70)
    panel = panel_of("market-intelligence-hub", "forecast")
    with duckdb.connect() as engine:
        filled_tables(engine, sales_forecast=ahead, sales_history=[], forecast_accuracy=[NEAR])
        even = answer_of(engine, panel.sql)
        engine.execute("update sales_forecast set mean = 20 where horizon = 4")
        uneven = answer_of(engine, panel.sql)
    assert {row["title_action"] for row in even} == {None}
    (advice,) = {row["title_action"] for row in uneven}
    assert advice == (
        "Slow down orders for the week from 27 Dec 2010, which is expected to sell less than half of the "
        "others. Divide the purchases among the weeks by the middle line."
    ), "the first sentence is in view, so it is the one of a week"


NEAR: dict[str, object] = {"series_id": "total", "windows": 3, "smape": 20.0, "coverage_80": 0.8}


def test_the_first_figure_says_that_no_test_saw_the_season_and_what_the_other_rule_expects() -> None:
    """The error of other weeks stood beside the weeks of Christmas, and twice the amount further down."""
    lately = MEAN_OF_8
    ahead = weeks_ahead(70)
    ahead[0] |= {"sold_so_far": 70, "sold_until": date(2010, 12, 9)}
    panel = panel_of("market-intelligence-hub", "next_month")
    words = []
    with duckdb.connect() as engine:
        filled_tables(engine, sales_forecast=ahead, sales_history=lately, forecast_accuracy=[NEAR])
        for is_short in (True, False):
            engine.execute("update sales_forecast set history_too_short = ?", [is_short])
            rows = answer_of(engine, panel.sql)
            words += [answer_in_words(panel.answer, rows, {}), action_words(panel.action, rows, {})]
            (error,) = answer_of(engine, panel_of("market-intelligence-hub", "forecast_error").sql)
            assert str(error["title_action"]).endswith(", or by more.") == is_short, (
                "the first figure says why"
            )
    title, action, tested_title, tested_action = words
    assert title.endswith("; past sums, none of this season, off by 17")
    assert action == (
        "Agree purchases for what is still to sell, as orders that can still be cut: no test covered this "
        "season. The mean of the last 8 weeks, as good in tests, says 720. Count on less cash "
        "than the low end."
    )
    assert details_of(panel, rows[0])[-1].startswith("Planned by"), "a tested season is no detail"
    assert tested_title.endswith("; past sums off by 17")
    assert "season" not in tested_action


@pytest.mark.parametrize("is_in_data", [True, False])
def test_the_first_figure_says_whether_the_worst_case_of_the_model_card_applies(*, is_in_data: bool) -> None:
    """Before the first Christmas the band held 31 of 100, and only the model card said so."""
    card = "before the first Christmas of a shop of gifts only 31 %"
    folder = files("headgate.domains.retail") / "model_cards"
    assert card in (folder / "sales-forecast.yaml").read_text("utf-8")
    last_year: list[dict[str, object]] = [
        {"series_id": "total", "revenue": 90, "period_on": week - timedelta(days=364)} for week in WEEKS_AHEAD
    ]
    panel = panel_of("market-intelligence-hub", "next_month")
    with duckdb.connect() as engine:
        history = last_year if is_in_data else []
        filled_tables(engine, sales_forecast=weeks_ahead(70), sales_history=history, forecast_accuracy=[NEAR])
        engine.execute("update sales_forecast set history_too_short = true")
        (row,) = answer_of(engine, panel.sql)
    detail = details_of(panel, row)[-1]
    assert ("does not apply" in detail) == is_in_data
    assert "31 of 100 weeks were in their band" in detail
    assert str(row["title_action"]).endswith("Count on less cash than the low end.")


def test_the_rule_for_a_sum_says_that_another_one_was_nearer_in_the_tests() -> None:
    """The title said to plan by the forecast, above columns in which the mean was nearer."""
    panel = panel_of("market-intelligence-hub", "horizons")
    ahead = weeks_ahead(70)
    ahead[-1] |= {"sum_off_by": 16.6, "sum_off_by_mean_of_8": 15.4}
    titles = []
    with duckdb.connect() as engine:
        filled_tables(engine, sales_forecast=ahead, sales_history=MEAN_OF_8, forecast_accuracy=[NEAR])
        titles.append(answer_in_words(panel.answer, answer_of(engine, panel.sql), {}))
        engine.execute("update sales_forecast set sum_off_by_mean_of_8 = 18")
        titles.append(answer_in_words(panel.answer, answer_of(engine, panel.sql), {}))
    assert titles == [
        (
            "Plan purchases of 4 weeks by the forecast; the mean of the last 8 weeks was nearer for 4 weeks, "
            "by no more than chance, and has no season"
        ),
        "Plan purchases of 4 weeks by the forecast",
    ]


MEAN_OF_8: list[dict[str, object]] = [
    {"series_id": "total", "revenue": 180, "period_on": date(2010, 12, 6) - timedelta(weeks=at)}
    for at in range(1, 9)
]


def test_a_series_that_no_test_saw_is_ordered_little_at_a_time_in_all_panels() -> None:
    """The sums of all series were tested, so an untested region had bolder advice than one that failed."""
    panels = [panel_of("market-intelligence-hub", name) for name in PANELS_AHEAD]
    with duckdb.connect() as engine:
        filled_tables(
            engine,
            sales_forecast=quarter_ahead(),
            sales_history=[],
            forecast_accuracy=[{**NEAR, "windows": 0}],
        )
        rows = [answer_of(engine, panel.sql)[0] for panel in panels]
    month, quarter, drawn = (str(row["title_action"]) for row in rows)
    assert month == "Order little at a time, as no test shows how far off it is."
    assert quarter == "Agree no long deliveries and no credit on it: no test shows how far off it is."
    assert drawn.endswith("by these lines: no past forecast of this series was tested.")
    assert [row.get("title_unplanned") for row in rows[:2]] == ["not tested", "not tested"]


def test_a_rule_that_was_clearly_nearer_in_single_weeks_only_is_no_plan_of_their_sum() -> None:
    """One panel said to plan by last year, and the table of sums by the forecast."""
    single: dict[str, object] = {**NEAR, "grain": "week", "smape": 30.0, "smape_last_year": 20.0}
    board = dashboards()["market-intelligence-hub"]
    with duckdb.connect() as engine:
        filled_tables(engine, sales_forecast=quarter_ahead(), sales_history=[], forecast_accuracy=[single])
        rows = {name: answer_of(engine, board.panel(name).sql) for name in (*PANELS_AHEAD, "accuracy")}
    assert [rows[name][0]["value"] for name in PANELS_AHEAD[:2]] == [400, 900]
    assert rows["accuracy"][0]["nearest_in_tests"] == "last year"
    assert "last year" not in " ".join(str(rows[name][0]["title_action"]) for name in PANELS_AHEAD)


WEEKS_AHEAD = [date(2010, 12, 6), date(2010, 12, 13), date(2010, 12, 20), date(2010, 12, 27)]


PANELS_AHEAD = ("next_month", "next_quarter", "forecast")


def quarter_ahead() -> list[dict[str, object]]:
    """A forecast of the total in four weeks, and in the sum of thirteen."""
    quarter = {
        "series_id": "total",
        "grain": "week",
        "horizon": 13,
        "sum_windows": 3,
        "sum_coverage_80": 0.83,
        "sum_off_by": 23,
        "sum_off_by_mean_of_8": 24,
    }
    return [*weeks_ahead(70), {**quarter, "period_on": date(2011, 2, 28), "sum_mean": 900, "mean": 70}]


def weeks_ahead(lower_95: int) -> list[dict[str, object]]:
    """A forecast of the total in four weeks, 100 each."""
    of_total = {"series_id": "total", "level": "total", "grain": "week", "mean": 100}
    bounds = {"lower_80": 80, "upper_80": 120, "lower_95": lower_95, "upper_95": 130}
    month = {"sum_mean": 400, "sum_lower_80": 350, "sum_upper_80": 460, "sum_windows": 3, "sum_inside_80": 2}
    month |= {"sum_off_by": 17, "sum_off_by_mean_of_8": 18}
    rows = [
        {**of_total, **bounds, "horizon": at, "period_on": week} for at, week in enumerate(WEEKS_AHEAD, 1)
    ]
    return [*rows[:-1], {**rows[-1], **month, "sum_coverage_80": 0.79}]


def kitchen_ahead() -> list[dict[str, object]]:
    """A forecast of the category kitchen in four weeks, 100 each."""
    of_category = {"series_id": "category=kitchen", "level": "category", "category": "kitchen"}
    return [{**row, **of_category} for row in weeks_ahead(70)]


def filled_tables(engine: duckdb.DuckDBPyConnection, **tables: list[dict[str, object]]) -> None:
    """Create tables with these rows; a column that no row has is null.

    The tables with the margin are created, too.
    """
    for name in [MARGIN_OF[name] for name in tables if name in MARGIN_OF and MARGIN_OF[name] not in tables]:
        engine.register("given", arrow_schema(REGISTRY.prod[name]).empty_table())
        engine.execute(f"create table if not exists {name} as select * from given").fetchall()  # noqa: S608 names of contracts
        engine.unregister("given")
    for name, rows in tables.items():
        contract = REGISTRY.prod.get(name) or REGISTRY.curated[name]
        engine.register("given", arrow_schema(contract).empty_table())
        engine.execute(f"create or replace table {name} as select * from given").fetchall()  # noqa: S608 names of contracts
        engine.unregister("given")
        for row in rows:
            statement = f"insert into {name} ({', '.join(row)}) values ({', '.join('?' * len(row))})"  # noqa: S608 the test's own columns
            engine.execute(statement, list(row.values()))
    if "fraud_scores" in tables:
        set_costs(engine)
    if "forecast_accuracy" in tables:
        set_nearest(engine)
    if "sales_forecast" in tables:
        set_plan(engine)
    if "regional_performance" in tables:
        set_all_regions(engine)


def set_costs(engine: duckdb.DuckDBPyConnection) -> None:
    """Set the costs of each payment, and whether it waits, as the table has them after each build."""
    engine.execute(
        "update fraud_scores set expected_loss = round(cast(amount as double) * score, 2), "
        "to_decide = decision <> 'approve' and is_fraud is null and reviewed_as is null"
    )
    cost = f"(1 - score) * ({decisions.BLOCK_CALL_GBP} + {MARGIN_SHARE} * cast(amount as double))"
    engine.execute(
        f"update fraud_scores set cost_of_blocking = round({cost}, 2) "  # noqa: S608 columns of a contract
        "where model is distinct from 'isolation_forest' and cost_of_blocking is null"
    )


def filled_payments(engine: duckdb.DuckDBPyConnection, payments: list[dict[str, object]]) -> None:
    """Create the scored payments, and the dataset that they are from."""
    own = {column.name for column in REGISTRY.curated["card_transactions"].columns}
    rows = [{name: cell for name, cell in row.items() if name in own} for row in payments]
    filled_tables(engine, fraud_scores=payments, card_transactions=rows)


def set_nearest(engine: duckdb.DuckDBPyConnection) -> None:
    """Set the error of the best method, as the table has it after each build."""
    rules = "smape_naive2, smape_last_year, smape_last_value, smape_mean_of_8"
    engine.execute(f"update forecast_accuracy set smape_nearest = least(smape, {rules})")  # noqa: S608 columns of a contract


def set_all_regions(engine: duckdb.DuckDBPyConnection) -> None:
    """Set how each region compares with all, as the table has it after each build."""
    months = engine.table("regional_performance").df()
    rows = beside_all_regions(months.assign(sales=months["sales"].fillna(months["revenue"])))
    names = ("revenue_share", "revenue_place", "all_orders", "others_return_rate", "usual_late_share")
    assigned = ", ".join(f"{name} = given.{name}" for name in names)
    engine.register("given", rows)
    engine.execute(
        f"update regional_performance as r set {assigned} from given "  # noqa: S608 columns of a contract
        "where r.region_id = given.region_id and r.month_on = given.month_on"
    )
    engine.unregister("given")


def set_plan(engine: duckdb.DuckDBPyConnection) -> None:
    """Set by which rule each sum is planned, as the table has it after each build."""
    filled = {
        str(name) for (name,) in engine.execute("select table_name from information_schema.tables").fetchall()
    }
    names = ("sales_forecast", "sales_history", "forecast_accuracy")
    forecast, history, accuracy = (
        engine.table(name).df()
        if name in filled
        else arrow_schema(REGISTRY.prod[name]).empty_table().to_pandas()
        for name in names
    )
    planned = with_plan(forecast, history, accuracy)
    planned = planned.astype({"plan_amount": object}).where(planned.notna(), None)
    for row in planned[["series_id", "horizon", "plan_by", "plan_amount", "plan_reason"]].itertuples(
        index=False
    ):
        engine.execute(
            "update sales_forecast set plan_by = ?, plan_amount = ?, plan_reason = ? "
            "where series_id = ? and horizon = ?",
            [row.plan_by, row.plan_amount or None, row.plan_reason, row.series_id, row.horizon],
        )


def answer_of(engine: duckdb.DuckDBPyConnection, sql: str) -> list[dict[str, object]]:
    answer = engine.execute(in_duckdb(sql))
    names = [column[0] for column in answer.description or ()]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


@cache
def in_duckdb(sql: str) -> str:
    """Return a statement of Athena for DuckDB, translated once."""
    return translate(sql, "duckdb")


def details_of(panel: DeclaredPanel, row: dict[str, object]) -> list[str]:
    """Return the further parts of a figure that the row fills."""
    return [words for part in panel.details if (words := filled_template(part, [row], {}))]


def panel_of(system: str, name: str) -> DeclaredPanel:
    return dashboards()[system].panel(name)


def test_of_a_week_that_has_begun_the_page_says_what_is_sold_and_what_is_still_to_come() -> None:
    ahead = weeks_ahead(lower_95=75)
    ahead[0] |= {"sold_so_far": 70, "sold_until": date(2010, 12, 9)}
    ahead[-1] |= {"sum_coverage_80": 0.69}
    tested: list[dict[str, object]] = [
        {"series_id": "total", "windows": 3, "coverage_80": 0.69, "smape": 20, "smape_mean_of_8": 21}
    ]
    with duckdb.connect() as engine:
        filled_tables(engine, sales_forecast=ahead, sales_history=[], forecast_accuracy=tested)
        month, forecast = (
            answer_in_words(panel.answer, answer_of(engine, panel.sql), {})
            for panel in map(partial(panel_of, "market-intelligence-hub"), ("next_month", "forecast"))
        )
        panel = panel_of("market-intelligence-hub", "next_month")
        (figure,) = answer_of(engine, panel.sql)
    assert month == (
        "Expected revenue in the 4 weeks from 6 Dec 2010 to 2 Jan 2011; 330 still to sell, between "
        "280 and 390; past "
        "sums off by 17"
    ), "what to plan by and its range: what is sold is a detail"
    assert str(figure["title_action"]).startswith("Agree purchases for what is still to sell, as orders")
    assert details_of(panel, figure) == [
        (
            "Figures are at selling prices. The 4 weeks as a whole are expected between 350 and 460, as is "
            "meant for 8 of 10 such sums."
        ),
        "70 of it is sold until 9 Dec 2010.",
        (
            "Planned by the forecast: as near, and has a season. Past sums of 4 weeks were off by 17, by the "
            "mean of the last 8 weeks by 18."
        ),
    ]
    assert forecast == (
        "The week from 6 Dec 2010: 100, between 80 and 120; 70 of it is sold until 9 Dec 2010, less "
        "returns and fees"
    )
    assert (
        "take the low end for no floor: 31 of 100 past sums of 4 weeks, of all series, were outside"
        in str(figure["title_action"])
    )


@pytest.mark.parametrize(
    ("nearest", "smape", "action"),
    [
        (40, 42, "Expect the sum of 4 weeks to be off by so much."),
        (
            60,
            62,
            "Plan with the sum of 4 weeks together: every method missed single weeks by more than 50 %.",
        ),
        # A simple rule was nearer in single weeks, and not in the sum that is planned.
        (30, 40, "Expect the sum of 4 weeks to be off by so much."),
    ],
)
def test_the_advice_of_a_figure_follows_the_test_of_its_series(
    nearest: float, smape: float, action: str
) -> None:
    """Under a filter the rows of the series take the place of those of the total."""
    tested: list[dict[str, object]] = [
        {
            "series_id": "total",
            "level": "region",
            "region_id": "DE",
            "windows": 3,
            "smape": smape,
            "grain": "week",
        }
        | {"smape_mean_of_8": nearest}
    ]
    panel = panel_of("market-intelligence-hub", "forecast_error")
    ahead = [{**row, "level": "region", "region_id": "DE"} for row in weeks_ahead(70)]
    ahead[-1] |= {"sum_off_by": 16.5, "sum_off_by_mean_of_8": 15.0}
    with duckdb.connect() as engine:
        filled_tables(engine, forecast_accuracy=tested, sales_forecast=ahead)
        rows = answer_of(engine, panel.sql)
    assert answer_in_words(panel.answer, rows, {}) == (
        "Past sums of 4 weeks of Germany were off by so much; in 3 tests"
    )
    assert details_of(panel, rows[0]) == [
        f"Single weeks were off by {smape}, on average over all weeks ahead."
    ]
    assert (rows[0]["value"], rows[0]["before"]) == (16.5, 15.0)
    assert str(rows[0]["title_action"]).startswith(action)


def test_each_sum_of_weeks_has_the_error_of_its_own_length() -> None:
    """The 13 weeks stood above the error of 4 weeks."""
    board = dashboards()["market-intelligence-hub"]
    ahead = quarter_ahead()
    ahead[-2] |= {"sum_off_by": 16.6, "sum_off_by_mean_of_8": 15.4}
    ahead[-1] |= {"sum_off_by": 23.6, "sum_coverage_80": 0.863}
    tables = {"forecast_accuracy": [{**NEAR, "grain": "week"}], "sales_forecast": ahead, "sales_history": []}
    with duckdb.connect() as engine:
        filled_tables(engine, **tables)
        error = answer_in_words(
            board.panel("forecast_error").answer, answer_of(engine, board.panel("forecast_error").sql), {}
        )
        (quarter,) = answer_of(engine, board.panel("next_quarter").sql)
    line = trust_of("sales_forecast", "market-intelligence-hub", **tables)
    assert details_of(board.panel("next_quarter"), quarter) == [
        "Planned by the forecast: as near, and has a season.",
        "Past sums of 13 weeks were off by 23.6, by the mean of the last 8 by 24, in 3 tests.",
    ]
    assert "Past sums of 4 weeks were off by so much; in 3 tests; sums of 13 weeks by 23.6" in error
    assert line.startswith("past sums of 4 weeks were off by 16.6, of 13 weeks by 23.6 %, in 3 tests")
    assert "of sums of 4 weeks, 0.79 of the past ones" in line
    assert "in their own band, of those of 13 weeks 86 %" in line


@pytest.mark.parametrize(
    ("off_by", "month", "quarter"),
    [
        (
            27.9,
            "Agree purchases on it up to the low end, all 4 weeks together: such sums were off by 27.9 % in",
            "Agree only deliveries that can still be cancelled, up to the low end, and no credit: single",
        ),
        (61.0, "Agree no purchases on it", "Agree no deliveries and no credit on it"),
    ],
)
def test_purchases_of_a_region_follow_the_error_of_the_weeks_they_are_for(
    off_by: float, month: str, quarter: str
) -> None:
    """Single weeks of Germany were off by 52 %, sums of four by 27.9 %."""
    of_region = {"level": "region", "region_id": "DE"}
    ahead = [{**row, **of_region} for row in quarter_ahead()]
    for row in ahead[-2:]:
        row |= {"sum_off_by": off_by, "sum_off_by_mean_of_8": off_by}
    tested = {**NEAR, **of_region, "grain": "week", "smape": 53, "smape_mean_of_8": 52}
    board = dashboards()["market-intelligence-hub"]
    with duckdb.connect() as engine:
        filled_tables(engine, forecast_accuracy=[tested], sales_forecast=ahead, sales_history=[])
        actions = [
            str(answer_of(engine, board.panel(name).sql)[0]["title_action"])
            for name in ("next_month", "next_quarter")
        ]
    assert [action.startswith(words) for action, words in zip(actions, (month, quarter), strict=True)] == [
        True,
        True,
    ], actions


def test_the_error_of_a_sum_says_where_a_mean_was_nearer_and_nothing_untested() -> None:
    panel = panel_of("market-intelligence-hub", "forecast_error")
    ahead = weeks_ahead(70)
    ahead[-1] |= {"sum_off_by": 21.3, "sum_off_by_mean_of_8": 14.6, "model": "ensemble"}
    lately: list[dict[str, object]] = [
        {"series_id": "total", "revenue": 100, "period_on": WEEKS_AHEAD[0] - timedelta(weeks=1)}
    ]
    with duckdb.connect() as engine:
        filled_tables(engine, forecast_accuracy=[NEAR], sales_forecast=ahead, sales_history=lately)
        (tested,) = answer_of(engine, panel.sql)
        engine.execute("update forecast_accuracy set windows = 0")
        set_plan(engine)
        untested = answer_of(engine, panel.sql)
    assert tested["title_action"] == (
        "Plan the sum of 4 weeks by the mean of the last 8 weeks: it was clearly nearer in tests."
    )
    assert (untested[0]["value"], answer_in_words(panel.answer, untested, {})) == (
        None,
        "Past sums of 4 weeks were not tested",
    )
    assert str(untested[0]["reason"]).startswith("Not tested: no past origin could use the method ensemble")


ERRORS = (None, 12.0, 40.0, 60.0)


@pytest.mark.parametrize(
    ("windows", "single", "weekly"),
    [(3, 20.0, None), (3, 20.0, 95), (3, 20.0, 170), (3, 60.0, 95), (0, 60.0, 95)],
)
def test_every_panel_reads_the_one_rule_of_its_sum(windows: int, single: float, weekly: int | None) -> None:
    """Each panel weighed errors for itself, so that they named different rules for one purchase."""
    board = dashboards()["market-intelligence-hub"]
    days = [WEEKS_AHEAD[0] + timedelta(weeks=at) for at in range(13)]
    past = [(180, WEEKS_AHEAD[0] - timedelta(weeks=at)) for at in range(1, 9)]
    past += [(weekly, day - timedelta(days=364)) for day in days] if weekly else []
    history: list[dict[str, object]] = [
        {"series_id": "total", "revenue": revenue, "period_on": day} for revenue, day in past
    ]
    ahead: list[dict[str, object]] = [
        {"series_id": "total", "level": "region", "region_id": "DE", "grain": "week", "horizon": at}
        | {"mean": 100, "lower_80": 80, "upper_80": 120, "sum_mean": 100 * at, "period_on": day}
        | {"sum_lower_80": 80 * at, "sum_upper_80": 120 * at, "sum_windows": 3, "sum_coverage_80": 0.8}
        for at, day in enumerate(days, 1)
    ]
    ahead[3] |= {"mean": 20}
    tested = {**NEAR, "grain": "week", "windows": windows, "smape": single, "level": "region"}
    with duckdb.connect() as engine:
        filled_tables(engine, sales_forecast=ahead, sales_history=history, forecast_accuracy=[tested])
        for off, mean_off, sold in itertools.product(ERRORS, ERRORS, (None, 60, 500)):
            engine.execute(
                "update sales_forecast set sum_off_by = ?, sum_off_by_mean_of_8 = ?", [off, mean_off]
            )
            engine.execute(
                "update sales_forecast set sold_so_far = ?, sold_until = ? where horizon = 1",
                [sold, sold and date(2010, 12, 9)],
            )
            engine.execute("update sales_forecast set sum_coverage_80 = ?", [0.6 if sold == 500 else 0.8])
            engine.execute("update sales_forecast set history_too_short = ?", [weekly is None])
            set_plan(engine)
            rows = {panel: answer_of(engine, board.panel(panel).sql) for panel in READERS}
            check_one_rule(rows, off, mean_off)
            check_one_advice(rows, "Order little at a time")
            if sold is not None:
                continue
            engine.execute("update sales_forecast set level = 'total'")
            engine.execute("update forecast_accuracy set level = 'total'")
            rows |= {panel: answer_of(engine, board.panel(panel).sql) for panel in ADVISERS}
            check_one_advice(rows, "ith the total")
            engine.execute("update sales_forecast set level = 'region'")
            engine.execute("update forecast_accuracy set level = 'region'")


READERS = ("next_month", "next_quarter", "forecast_error", "forecast", "horizons", "accuracy")
ADVISERS = ("next_month", "forecast_error", "horizons", "accuracy")  # whose advice differs for the total
BUYS = re.compile(
    r"(Plan|Agree|Divide the) purchases|Agree (long|only) deliver|Agree what is still|the table of sums|"
    r"Plan with the sum|Expect the sum|uy for"
)


def check_one_advice(rows: dict[str, list[dict[str, object]]], foreign: str) -> None:
    """Check that no text of the page buys by sums of which the table plans none, nor says otherwise."""
    texts = [text for name, of_panel in rows.items() for text in texts_of(name, of_panel)]
    page = "\n".join(texts)
    is_planned = any(row["amount"] is not None for row in rows["horizons"])
    assert foreign not in page, page
    assert (BUYS.search(page) is not None) == is_planned, page
    assert ("lan no purchase by" in page) == (not is_planned), page


def texts_of(name: str, rows: list[dict[str, object]]) -> list[str]:
    """Return title, action and details of a panel as its page shows them."""
    panel = panel_of("market-intelligence-hub", name)
    return [
        answer_in_words(panel.answer, rows, {}),
        action_words(panel.action, rows, {}),
        *details_of(panel, rows[0]),
    ]


def check_one_rule(
    rows: dict[str, list[dict[str, object]]], off: float | None, mean_off: float | None
) -> None:
    """Check that figures, titles and advice of one state of the tables agree with its table of sums."""
    board = dashboards()["market-intelligence-hub"]
    words = {
        name: f"{answer_in_words(board.panel(name).answer, of_panel, {})}. {of_panel[0]['title_action']}"
        for name, of_panel in rows.items()
        if "title_action" in of_panel[0]
    }
    assert all(not text.startswith(".") for text in words.values()), "a panel has only its question"
    figures = {"4 weeks": "next_month", "13 weeks": "next_quarter"}
    for row in rows["horizons"]:
        rule, why = row["plan_by"], (row, off, mean_off, words)
        errors = [error for error in (off, mean_off) if error is not None]
        assert row["because"], why
        if row["because"] == "too far off in tests":
            assert min(errors) > 50, why
        if rule == "not tested":
            assert (row["forecast_off_by"], row["mean_of_last_8_off_by"], row["amount"]) == (None,) * 3, why
        figure = figures.get(str(row["sum_of"]))
        if figure is None:
            continue
        (first,) = rows[figure]
        assert row["still_to_buy_at_selling_prices"] == to_buy_for(first, rule), why
        assert first["value"] == (row["the_forecast_says"] if row["amount"] is None else row["amount"]), why
        assert ("by the mean of the last 8 weeks" in words[figure].split(".")[0]) == (
            rule == "mean of last 8"
        )
        assert ("not to plan by" in words[figure]) == (rule == "neither"), why
        assert ("; not tested" in words[figure]) == (rule == "not tested"), why
    begun = rows["horizons"][0]
    if str(begun["sum_of"]).startswith("this") and "the forecast" in str(begun["plan_by"]):
        assert begun["because"] == "it knows what is sold of it", begun
        assert (begun["forecast_off_by"], begun["mean_of_last_8_off_by"], begun["tests"]) == (None,) * 3
    month = next(row for row in rows["horizons"] if row["sum_of"] == "4 weeks")
    assert ("by the mean of the last 8 weeks" in words["forecast_error"]) == (
        month["plan_by"] == "mean of last 8"
    )
    if month["amount"] is None:
        assert words["forecast"].split(". ")[-1].startswith("Do not divide"), words
        assert not re.search("Slow down|Agree purchases|Divide|Expect the", " ".join(words.values())), words
    if month["plan_by"] == "not tested":
        (error,) = rows["forecast_error"]
        assert (error["value"], error["before"], error["title_windows"]) == (None, None, None)
    if rows["accuracy"][0]["nearest_in_tests"] == "not tested":
        assert rows["accuracy"][0]["sums_off_by"] is None


def to_buy_for(figure: dict[str, object], rule: object) -> object:
    """Return the amount for which a figure of a sum says to agree purchases: none where it says not to."""
    if rule in {"neither", "not tested"}:
        return None
    if "up to the low end" in str(figure["title_action"]):
        assert figure["title_left"] is None, "an amount that the table of sums does not say"
        return figure["title_buy"]
    if figure["title_buy"] is None:
        return figure["value"] if figure["title_left"] is None else figure["title_left"]
    raise AssertionError(figure)


@pytest.mark.parametrize(
    ("off", "weekly", "plan_by", "reason"),
    [
        (26.0, 90, "the forecast", "last year is nearer to it"),
        (26.0, 170, "mean of last 8", "clearly nearer in tests"),
        (75.8, 90, "neither", "the forecast was too far off, and last year contradicts the mean"),
        (75.8, 170, "mean of last 8", "the forecast was too far off"),
    ],
)
def test_last_year_says_whether_the_season_of_a_mean_that_was_nearer_fits(
    off: float, weekly: int, plan_by: str, reason: str
) -> None:
    """The mean of autumn weeks said twice what the weeks around Christmas sold a year before."""
    lately = [(180, WEEKS_AHEAD[0] - timedelta(weeks=at)) for at in range(1, 9)]
    past: list[dict[str, object]] = [
        {"series_id": "total", "revenue": revenue, "period_on": day}
        for revenue, day in (*lately, *((weekly, day - timedelta(days=364)) for day in WEEKS_AHEAD))
    ]
    ahead = weeks_ahead(70)
    ahead[-1] |= {"sum_off_by": off, "sum_off_by_mean_of_8": 20.0}
    with duckdb.connect() as engine:
        filled_tables(engine, sales_forecast=ahead, sales_history=past, forecast_accuracy=[NEAR])
        *_, row = answer_of(engine, panel_of("market-intelligence-hub", "horizons").sql)
    assert (row["plan_by"], row["because"]) == (plan_by, reason)


def test_each_sum_of_weeks_says_which_rule_was_nearer_and_by_which_one_to_plan() -> None:
    """A purchase of one week and one of a month follow the tests of their own sums."""
    panel = panel_of("market-intelligence-hub", "horizons")
    of_sum = {"sum_windows": 3, "sum_lower_80": 90, "sum_upper_80": 110}
    errors = {1: (22.9, 16.7), 4: (16.6, 15.4), 13: (20.0, 12.0)}
    weeks = [WEEKS_AHEAD[0] + timedelta(weeks=at) for at in range(13)]
    ahead = [
        {"series_id": "total", "level": "total", "grain": "week", "mean": 100, "sum_mean": 100 * at}
        | {"horizon": at, "period_on": week}
        | (
            of_sum | dict(zip(("sum_off_by", "sum_off_by_mean_of_8"), errors[at], strict=True))
            if at in errors
            else {}
        )
        for at, week in enumerate(weeks, 1)
    ]
    lately = [(180, WEEKS_AHEAD[0] - timedelta(weeks=at)) for at in range(1, 9)]
    # Last year the first week sold what the mean says, the 13 weeks what the forecast says.
    year_ago = [(170 if at == 0 else 90, week - timedelta(days=364)) for at, week in enumerate(weeks)]
    history: list[dict[str, object]] = [
        {"series_id": "total", "revenue": revenue, "period_on": day} for revenue, day in (*lately, *year_ago)
    ]
    with duckdb.connect() as engine:
        tested = {"series_id": "total", "level": "total", "grain": "week", "windows": 3}
        filled_tables(engine, sales_forecast=ahead, sales_history=history, forecast_accuracy=[tested])
        rows = answer_of(engine, panel.sql)
        engine.execute(
            "update sales_forecast set sum_off_by = 60, sum_off_by_mean_of_8 = 55 where horizon = 4"
        )
        set_plan(engine)
        far_off = answer_of(engine, panel.sql)
        engine.execute(
            "update sales_forecast set sold_so_far = 60, sold_until = '2010-12-09' where horizon = 1"
        )
        set_plan(engine)
        begun = answer_of(engine, panel.sql)[0]
        engine.execute("update sales_forecast set sum_windows = 0")
        set_plan(engine)
        untested = answer_of(engine, panel.sql)
    assert [(row["sum_of"], row["plan_by"], row["amount"]) for row in rows] == [
        ("the coming week", "mean of last 8", 180),
        ("4 weeks", "the forecast", 400),
        ("13 weeks", "the forecast", 1300),
    ]
    assert [row["because"] for row in rows] == [
        "clearly nearer in tests",
        "as near, and has a season",
        "last year is nearer to it",
    ]
    assert answer_in_words(panel.answer, rows, panel.units) == (
        "Plan purchases of 4 weeks, 13 weeks by the forecast; of the coming week by the mean of the last 8 "
        "weeks; the mean of the last 8 weeks was nearer for 4 weeks, by no more than chance, and has no "
        "season; the mean of the last 8 weeks was nearer for 13 weeks, but last year contradicts it"
    )
    assert [(row["plan_by"], row["amount"]) for row in far_off][1] == ("neither", None)
    assert answer_in_words(panel.answer, far_off, panel.units).endswith(
        "; of 4 weeks by neither: too far off"
    )
    assert (begun["sum_of"], begun["plan_by"], begun["because"]) == (
        "this week, sold until 9 Dec 2010",
        "the forecast",
        "it knows what is sold of it",
    ), "tests forecast whole weeks, and a mean does not know the week that has begun"
    assert {row["plan_by"] for row in untested} == {"not tested"}
    assert answer_in_words(panel.answer, untested, panel.units) == (
        "Plan no purchase by these sums: not tested"
    )
    assert {row["forecast_off_by"] for row in untested} == {None}, "no error beside it"


def test_the_coming_quarter_says_what_is_still_to_sell_of_it() -> None:
    ahead = quarter_ahead()
    ahead[0] |= {"sold_so_far": 70, "sold_until": date(2010, 12, 9)}
    ahead[-1] |= {"sum_lower_80": 700, "sum_upper_80": 1000}
    panel = panel_of("market-intelligence-hub", "next_quarter")
    with duckdb.connect() as engine:
        filled_tables(engine, forecast_accuracy=[NEAR], sales_forecast=ahead)
        rows = answer_of(engine, panel.sql)
    assert answer_in_words(panel.answer, rows, {}) == (
        "Expected revenue in the 13 weeks from 6 Dec 2010 to 6 Mar 2011; 830 still to sell, between "
        "630 and 930"
    ), "as in the figure of the coming month, and no end is promised as at least or at most"
    assert rows[0]["before"] == 70, "what is sold"
    assert details_of(panel, rows[0])[:1] == [
        (
            "Figures are at selling prices. The 13 weeks as a whole are expected between 700 and 1,000, as "
            "is meant for 8 of 10 such sums."
        ),
    ]


# customer_id, win_back, silent days, usual days, repeat purchases
CUSTOMERS = [
    (1, False, 30, 40, 3),
    (3, True, 120, 24, 20),
    (5, True, 90, None, 1),
    (7, True, 80, None, 0),
]


def test_customers_to_win_back_are_counted_listed_and_called_alike() -> None:
    risks: list[dict[str, object]] = [
        {
            "customer_id": number,
            "win_back": win_back,
            "silent_days": silent,
            "late_after_days": 60,
            "usual_days": usual,
            "driver_1": "few purchases" if number == 5 else "long silence",
            "make_offer": False,
            "risk_rank": number,
            "value_at_stake_gbp": 1000 - number,
            "corrected_probability": 0.5,
        }
        for number, win_back, silent, usual, _ in CUSTOMERS
    ]
    values: list[dict[str, object]] = [
        {"customer_id": number, "repeat_purchases": repeat, "recency_days": 40, "expected_value_90d": 100}
        for number, _, _, _, repeat in CUSTOMERS
    ]
    segments: list[dict[str, object]] = [
        {"customer_id": number, "revenue_gbp": 500} for number, *_ in CUSTOMERS
    ]
    tested: list[dict[str, object]] = [{"model": "late_customers", "value": 0.43, "baseline": 0.25}]
    (queue,) = dashboards()["demand-insights-engine"].queues
    with duckdb.connect() as engine:
        filled_tables(engine, churn_risk=risks, customer_lifetime_value=values, customer_segments=segments)
        filled_tables(engine, customer_model_quality=tested)
        datasets(engine)
        engine.execute("insert into customers (customer_id, region_id) values (3, 'DK')")
        engine.execute("insert into regions (region_id, region_name) values ('DK', 'Denmark')")
        answers = {
            name: answer_of(engine, panel_of("demand-insights-engine", name).sql)
            for name in ("at_stake", "leaving", "most_valuable", "drivers")
        }
        called = answer_of(engine, queue.sql)
        engine.execute("update churn_risk set marketing_opt_in = true where customer_id = 3")
        some_known = answer_of(engine, panel_of("demand-insights-engine", "leaving").sql)
    assert [
        {name: cell for name, cell in row.items() if name != "title_once"} for row in answers["at_stake"]
    ] == [
        {"value": 2985, "before": 5970, "title_late": 3, "title_unknown": 3, "title_return": 57}
        | {
            "title_action": None,
            "title_nothing": None,
            "title_order": None,
            "title_late_called": 3,
            "title_decided": None,
            "title_open": 2985,
        }
        | {"title_counted": "customers", "title_margin": None, "title_cost": None, "title_cost_each": None}
        | {"title_are_late": "customers are late: they bought twice or more, and keep silent"}
    ]
    assert answer_in_words(
        panel_of("demand-insights-engine", "at_stake").answer, answers["at_stake"], {}
    ) == ("At stake with 3 late customers in 90 days, by the chance that each stays away")
    assert details_of(panel_of("demand-insights-engine", "at_stake"), answers["at_stake"][0]) == [
        (
            "3 customers are late: they bought twice or more, and keep silent for longer than 9 of 10 gaps "
            "after which such customers bought again."
        ),
        "When tested, 57 of 100 late customers came back by themselves.",
        "Consent to be written to is not known for 3 of them.",
        (
            "Who bought only once is not counted: after one purchase there is no rhythm to be late by. These "
            "customers have a table of their own."
        ),
    ]
    assert [(row["customer_id"], row["to_do"], row["title_late"]) for row in answers["most_valuable"]] == [
        (1, "keep: not late", 3),
        (3, "call: late", 3),
        (5, "call: late", 3),
        (7, "call: late", 3),
    ]
    assert {row["consent"] for row in answers["leaving"]} == {None}, "the sentence above says it once"
    assert {
        str(row["title_action"]).endswith("no consent to be written to is known.")
        for row in answers["leaving"]
    } == {True}
    assert [row["consent"] for row in some_known] == ["yes", "not known", "not known"]
    assert [(row["customer_id"], row["rhythm"]) for row in answers["leaving"]] == [
        (3, "21 times, 24 days apart on average"),
        (5, "40 days, once"),
        (7, "bought once"),
    ], "a narrow column shows the number"
    assert [(row["cause"], row["customers"], row["title_all"]) for row in answers["drivers"]] == [
        ("silence alone", 2, 3),
        ("few purchases", 1, 3),
    ]
    assert [str(row["title_action"])[:24] for row in answers["drivers"]] == [
        "Nothing but the silence ",
        "In the call propose the ",
    ], "the first cause decides what to talk about"
    assert [row["subject"] for row in called] == ["Customer 3 · Denmark", "Customer 5", "Customer 7"]
    at_stake = (
        "; at stake {corrected_probability} of {spends_in_90_days_if_buying}, spent in 90 days if they buy"
    )
    assert [(row["item_id"], row["reason"]) for row in called] == [
        (
            "3",
            "bought nothing for 120 days, bought on 21 days, usually every 24 days, late after 60 days, "
            "now silent for 5.0 times the usual gap" + at_stake,
        ),
        (
            "5",
            "bought nothing for 90 days, bought twice, 40 days apart, late after 60 days, now silent "
            "for 2.3 times the gap between both; few purchases" + at_stake,
        ),
        ("7", f"bought nothing for 80 days, bought once, late after 60 days{at_stake}"),
    ]


GIVEN: list[dict[str, object]] = [
    {"model": "given_probability", "baseline": given, "value": left}
    for given, left in ((0.3, 0.434), (0.55, 0.57), (0.818, 0.73))
]


def test_the_reason_of_a_call_counts_with_the_probability_that_the_test_corrected() -> None:
    """A line said 79.7 % of £1,660, counted £1,323, and added that 73 % of such customers stayed away."""
    risk: dict[str, object] = {"customer_id": 9, "win_back": True, "silent_days": 90, "late_after_days": 60}
    risk |= {"usual_days": 30, "driver_1": "long silence", "value_at_stake_gbp": 1212}
    risk |= {"churn_probability": 0.797, "corrected_probability": 0.73}
    value = {"customer_id": 9, "repeat_purchases": 3, "recency_days": 40}
    (queue,) = dashboards()["demand-insights-engine"].queues
    with duckdb.connect() as engine:
        filled_tables(engine, churn_risk=[risk], customer_lifetime_value=[value])
        filled_tables(engine, customer_segments=[{"customer_id": 9}], customer_model_quality=GIVEN)
        datasets(engine)
        (item,) = answer_of(engine, queue.sql)
        (listed,) = answer_of(engine, panel_of("demand-insights-engine", "leaving").sql)
    assert "; at stake {corrected_probability} of {spends_in_90_days_if_buying}, " in str(item["reason"])
    shown = [(row["corrected_probability"], row["spends_in_90_days_if_buying"]) for row in (item, listed)]
    assert shown == [(0.73, 1660.27), (0.73, 1660.27)]


def test_the_error_of_the_probabilities_names_where_they_are_too_low_and_too_high() -> None:
    error: dict[str, object] = {"model": "churn_risk", "metric": "calibration_error", "value": 0.061}
    sentence = "over all customers the model's probabilities are off by 6.1 points, and are corrected here"
    line = trust_of("churn_risk", churn_risk=[], customer_model_quality=[error, *GIVEN])
    assert (
        f"{sentence}; of those given about 30 %, 43 % stayed away in the test; of those given about 82 %, "
        "73 % stayed away"
    ) in line
    near = trust_of("churn_risk", churn_risk=[], customer_model_quality=[error, GIVEN[1]])
    assert near.endswith(sentence) or f"{sentence} · " in near


BY_SPENDING = (
    "Customer 2 spent most until now: £900; £300 of it in the last 90 days; 1 of the 2 listed are to call"
)


@pytest.mark.parametrize(
    ("error", "rank", "covered", "title", "action"),
    [
        (
            377.4,
            0.41,
            0.61,
            BY_SPENDING,
            "The customers are in the order of what they spent, and no expected",
        ),
        (300.0, 0.41, 0.61, BY_SPENDING, "In tests an order by the expected amounts was not clearly better"),
        (
            377.4,
            0.6,
            0.82,
            "Customer 1 will spend most in 90 days; 1 of the 2 listed are to call",
            "Go by the order",
        ),
        (
            300.0,
            0.6,
            0.82,
            (
                "Customer 1 will spend most in 90 days: £90; between £40 and £150 in 8 of 10 cases; 1 of the "
                "2 listed are to call"
            ),
            None,
        ),
        (300.0, 0.6, 0.61, "Customer 1 will spend most in 90 days; 1 of the 2 listed are to call", None),
    ],
)
def test_who_spends_most_is_in_the_order_that_tests_support_beside_what_was_spent(
    error: float, rank: float, covered: float, title: str, action: str | None
) -> None:
    """Only who is late has something at stake, and no chance stands beside an unbroken rhythm.

    An amount or a range that tests do not support is left out.
    """
    quality: list[dict[str, object]] = [
        {"model": "customer_lifetime_value", "metric": metric, "value": value, "baseline": baseline}
        for metric, value, baseline in (
            ("value_mae_gbp", error, 384.8),
            ("value_rank_correlation", rank, 0.4),
            ("interval_coverage_largest", covered, 0.8),
        )
    ]
    values: list[dict[str, object]] = [
        {"customer_id": number, "expected_value_90d": expected, "value_90d_low": low}
        | {"value_90d_high": low + 110}
        | {"year_tested": True, "alive_probability": 0.8, "expected_value_365d": 9}
        for number, expected, low in ((1, 90, 40), (2, 80, 50))
    ]
    spent: list[dict[str, object]] = [
        {"customer_id": number, "revenue_gbp": whole, "revenue_90d_gbp": lately}
        | {"revenue_year_ago_gbp": before}
        for number, whole, lately, before in ((1, 100, 10, 20), (2, 900, 300, 400))
    ]
    risks: list[dict[str, object]] = [
        {"customer_id": number, "win_back": late, "silent_days": silent, "usual_days": 9}
        | {"late_after_days": 20, "value_at_stake_gbp": 70}
        for number, late, silent in ((1, True, 30), (2, False, 0))
    ]
    panel = panel_of("demand-insights-engine", "most_valuable")
    with duckdb.connect() as engine:
        filled_tables(engine, customer_lifetime_value=values, customer_segments=spent, churn_risk=risks)
        filled_tables(engine, customer_model_quality=quality)
        rows = answer_of(engine, panel.sql)
    money = dict.fromkeys(
        (
            "title_expected",
            "title_spent",
            "title_lately",
            "title_low",
            "title_high",
        ),
        "GBP",
    )
    assert answer_in_words(panel.answer, rows, money) == title
    assert {row["expected_value_90d"] is None for row in rows} == {error > 365}
    assert {row["value_90d_high"] is None for row in rows} == {error > 365 or covered < 0.7}
    by_customer = {row["customer_id"]: row for row in rows}
    assert [by_customer[number]["value_at_stake_gbp"] for number in (1, 2)] == [70, None]
    assert [by_customer[number]["alive_probability"] for number in (1, 2)] == [0.8, None]
    first = (
        "Give the first ones a personal contact and faster service before any of them is late; call who is. "
    )
    assert str(rows[0]["title_action"] or "").startswith(f"{first}{action}" if action else "")


@pytest.mark.parametrize(
    ("risk", "to_do"),
    [
        ({}, "late: decided in the queue, or without a cause"),
        ({"marketing_opt_in": False}, "leave: refused to be written to"),
        ({"risk_band": "low"}, "leave: late, at low risk"),
        ({"customer_id": 8}, None),
    ],
)
def test_a_late_customer_who_is_not_to_call_has_the_reason(
    risk: dict[str, object], to_do: str | None
) -> None:
    """“leave: low risk or refused” was said of who had just been called; a filter leaves out risks."""
    late: dict[str, object] = {"customer_id": 9, "win_back": False, "silent_days": 90, "late_after_days": 60}
    late |= {"risk_band": "high", "driver_1": "few purchases", "marketing_opt_in": None} | risk
    with duckdb.connect() as engine:
        filled_tables(engine, customer_lifetime_value=[{"customer_id": 9, "repeat_purchases": 3}])
        filled_tables(engine, customer_segments=[{"customer_id": 9}], churn_risk=[late])
        filled_tables(engine, customer_model_quality=[])
        (row,) = answer_of(engine, panel_of("demand-insights-engine", "most_valuable").sql)
    assert (row["to_do"], row["title_late"]) == (to_do, None)


def test_what_was_spent_lately_is_left_out_until_a_run_has_counted_it() -> None:
    page, *_ = row_parts("customers")
    panel = panel_of("demand-insights-engine", "most_valuable")
    value: dict[str, object] = {"customer_id": 9, "expected_value_90d": 80, "expected_purchases_90d": 0.5}
    unclear: list[dict[str, object]] = [{"metric": "value_rank_correlation", "value": 0.4, "baseline": 0.4}]
    with duckdb.connect() as engine:
        filled_tables(engine, customer_lifetime_value=[value], churn_risk=[], customer_model_quality=unclear)
        filled_tables(engine, customer_segments=[{"customer_id": 9, "revenue_gbp": 900}])
        with_lines(engine, BACK)
        listed, opened = (answer_of(engine, sql) for sql in (panel.sql, page.of_item("9")))
    assert answer_in_words(panel.answer, listed, dict(panel.units)) == (
        "Customer 9 spent most until now: £900"
    )
    assert answer_in_words(page.title, opened, page.units) == (
        "Expected in the next 90 days: £80 in 0.5 purchases of £160 each"
    )


def test_one_rule_says_whether_amounts_are_nearer_and_one_whether_an_order_is_better() -> None:
    """A twentieth decides, as in the table of tests; no statement joins the two into a third rule."""
    board = dashboards()["demand-insights-engine"]
    parts = (*board.panels, *board.trust, *board.row_pages)
    statements = " ".join(" ".join(part.sql.split()) for part in parts)
    rules = re.findall(r"WHEN metric = 'value_\w+' AND .*? THEN", statements)
    assert set(rules) == {
        "WHEN metric = 'value_mae_gbp' AND value > 0.95 * baseline THEN",
        "WHEN metric = 'value_rank_correlation' AND value < 1.05 * baseline THEN",
    }
    assert statements.count("metric = 'value_") == len(rules)


def test_the_line_below_the_most_valuable_customers_says_for_whom_the_bounds_were_tested() -> None:
    quality: list[dict[str, object]] = [
        {"model": "customer_lifetime_value", "metric": metric, "value": value, "rows_used": rows}
        for metric, value, rows in (
            ("interval_coverage", 0.82, 3809),
            ("interval_coverage_largest", 0.61, 100),
        )
    ]
    line = trust_of("customer_lifetime_value", customer_model_quality=quality)
    assert "they held 82 of 100 customers, and 61 % of the 100 of whom most was expected" in line
    untested = trust_of("customer_lifetime_value", customer_model_quality=[])
    assert "bounds of a single customer: not tested, because the history is too short" in untested


def test_the_page_of_a_customer_has_one_forecast_beside_what_was_spent() -> None:
    part, *_ = row_parts("customers")
    value: dict[str, object] = {
        "customer_id": 9,
        "expected_value_90d": 1321,
        "expected_purchases_90d": 0.5144,
    }
    spent = {"customer_id": 9, "revenue_90d_gbp": 12800, "revenue_year_ago_gbp": 700}
    tested = {"metric": "value_mae_gbp", "value": 377.4, "baseline": 384.8}
    with duckdb.connect() as engine:
        filled_tables(
            engine,
            customer_lifetime_value=[value],
            customer_segments=[spent],
            customer_model_quality=[tested],
            churn_risk=[{"customer_id": 9, "win_back": False, "churn_probability": 0.662}],
        )
        with_lines(engine, BACK)
        rows = answer_of(engine, part.of_item("9"))
        engine.execute("update customer_model_quality set value = 300")
        supported = answer_of(engine, part.of_item("9"))
        engine.execute("update customer_model_quality set value = 380")
        engine.execute("update customer_segments set revenue_90d_gbp = null")
        not_counted = answer_of(engine, part.of_item("9"))
        engine.execute("update churn_risk set win_back = true")
        late = answer_of(engine, part.of_item("9"))
        engine.execute("update customer_model_quality set value = 300")
        late_and_supported = answer_of(engine, part.of_item("9"))
    warning = (
        "; do not plan with the amounts expected of this customer, because in tests those of single "
        "customers were not clearly nearer than past spending"
    )
    assert answer_in_words(part.title, late, part.units) == f"Orders and returns by month{warning}"
    assert answer_in_words(part.title, late_and_supported, part.units).endswith(
        "; the £1,321 expected in 90 days are 33.8 %, the model's chance of a purchase, of the £3,908 "
        "that are spent if there is one"
    ), "the line of the queue has the amount of one who buys"
    assert {row["taken_off"] for row in late} == {None}, "no column of nothing"
    assert answer_in_words(part.title, rows, part.units) == (
        f"Spent in the last 90 days: £12,800, in the coming 90 days of last year: £700{warning}"
    )
    assert answer_in_words(part.title, supported, part.units) == (
        "Expected in the next 90 days: £1,321 in 0.51 purchases of £2,568 each; spent in the last 90 days: "
        "£12,800, in the coming 90 days of last year: £700"
    )
    assert answer_in_words(part.title, not_counted, part.units) == f"Orders and returns by month{warning}"
    assert [(row["month_on"], row["orders"], row["bought"], row["came_back"]) for row in rows] == [
        (date(2010, 10, 1), 0, 0, 12770),
        (date(2010, 9, 1), 2, 12800, 0),
    ]
    about = {
        name: REGISTRY.prod[name].properties["headgate.firstColumns"][:9]
        for name in ("customer_lifetime_value", "customer_segments", "churn_risk")
    }
    assert about["customer_lifetime_value"][1:4] == [
        "expected_value_90d",
        "value_90d_low",
        "value_90d_high",
    ], "the heading had no value below it"
    assert "corrected_probability" in about["churn_risk"]
    unreadable = {"year_tested", "cluster_name", "expected_purchases_90d"}
    assert not unreadable & {name for names in about.values() for name in names}
    first = about["customer_lifetime_value"]
    assert "expected_purchase_gbp" not in first
    names = {column.name: column.label for column in REGISTRY.prod["customer_lifetime_value"].columns}
    assert names["expected_purchase_gbp"] == "A purchase until now, averaged", "of another model, as it says"
    assert names["expected_value_365d"] == "Expected in a year, own method"


def test_the_page_of_a_customer_has_the_articles_bought_and_those_of_the_last_day() -> None:
    _, often, last = row_parts("customers")
    day = date(2010, 11, 20)
    nobody: dict[str, list[dict[str, object]]] = {"churn_risk": [], "customer_lifetime_value": []}
    lines: list[tuple[object, ...]] = [
        *BACK,
        ("7", day, "completed", "A", 2, 5),
        ("7", day, "completed", "A", 1, 5),
        ("8", day, "completed", "B", 4, 10),
        ("C9", date(2010, 11, 30), "cancelled", "B", -4, 10),
    ]
    with duckdb.connect() as engine:
        with_lines(engine, lines)
        engine.execute("insert into products (product_id, product_name) values ('A', 'MAGNETS')")
        filled_tables(engine, **nobody)
        bought, newest = (answer_of(engine, part.of_item("9")) for part in (often, last))
        stranger = answer_of(engine, last.of_item("8"))
        silences = []
        for silent, repeat in ((50, 3), (5, 3), (50, 0)):
            risk: dict[str, object] = {"customer_id": 9, "silent_days": silent, "late_after_days": 16}
            filled_tables(
                engine,
                churn_risk=[risk | {"usual_days": 8}],
                customer_lifetime_value=[{"customer_id": 9, "repeat_purchases": repeat}],
            )
            words = answer_in_words(last.title, answer_of(engine, last.of_item("9")), last.units)
            silences.append(words.partition("came back")[2])
    assert silences == [
        "; silent for 50 days, 6.3 times the mean gap of 8 days; late by 34 days",
        "; silent for 5 days; late after 16 days",
        "",
    ], "after one purchase there is no rhythm"
    assert answer_in_words(often.title, bought, often.units) == (
        "Bought: MAGNETS, £15, last at £5, now the same"
    ), "the order that came back is not counted"
    assert answer_in_words(last.title, newest, last.units) == (
        "Last bought on 20 Nov 2010: 2 articles for £55, most of it for B, a part of which came back"
    ), "an article without a name has its number"
    assert [(row["product_name"], row["pieces"], row["amount"], row["order_id"]) for row in newest] == [
        ("B", 4, 40, "8"),
        ("MAGNETS", 3, 15, "7"),
    ]
    assert stranger == []


def test_articles_that_are_still_sold_are_proposed_before_those_that_are_not() -> None:
    _, often, _ = row_parts("customers")
    day = date(2010, 11, 20)
    lines: list[tuple[object, ...]] = [
        ("7", day, "completed", "A", 2, 5),
        ("8", day, "completed", "A", 2, 5),
        ("8", day, "completed", "B", 4, 10),
    ]
    with duckdb.connect() as engine:
        with_lines(engine, lines)
        engine.execute(
            "insert into products (product_id, product_name, is_active) "
            "values ('A', 'MAGNETS', false), ('B', 'MUG', true)"
        )
        mixed = answer_of(engine, often.of_item("9"))
        engine.execute("update products set is_active = false")
        gone = answer_of(engine, often.of_item("9"))
    assert [(row["product_name"], row["sold"]) for row in mixed] == [
        ("MUG", None),
        ("MAGNETS", "not sold any more"),
    ]
    assert answer_in_words(often.title, mixed, often.units) == (
        "Bought for most of what is still sold: MUG, £40, last at £10, now the same"
    )
    assert answer_in_words(often.title, gone, often.units) == (
        "Bought for most: MUG, £40, last at £10, not sold any more"
    )


@pytest.mark.parametrize(
    ("sold_on", "words"),
    [
        (date(2010, 11, 20), "Bought: MUG, £40, last at £10, now usually £12"),
        (date(2010, 10, 10), "Bought for most of what is still sold: MUG, £40, last at £10, now usually £12"),
        (date(2010, 7, 12), "Bought for most of what is still sold: MUG, £40, last at £10, now usually £12"),
    ],
)
def test_what_nobody_bought_in_8_weeks_is_not_proposed_and_a_price_is_the_one_that_customers_pay_now(
    sold_on: date, words: str
) -> None:
    _, often, _ = row_parts("customers")
    lines: list[tuple[object, ...]] = [
        ("1", date(2010, 3, 1), "completed", "A", 900, Decimal("0.10")),
        ("2", date(2010, 3, 17), "completed", "A", 900, Decimal("0.10")),
        ("3", date(2010, 3, 17), "completed", "B", 4, 10),
        ("4", sold_on, "completed", "A", 1, Decimal("0.65")),
        ("5", date(2010, 12, 1), "completed", "B", 1, 12),
        ("6", date(2010, 12, 2), "completed", "B", 1, 12),
        ("7", date(2010, 12, 3), "completed", "B", 100, 8),
        ("8", date(2010, 12, 9), "completed", "B", 1, 25),
    ]
    with duckdb.connect() as engine:
        with_lines(engine, lines)
        engine.execute("update orders set customer_id = 10 where order_id in ('4', '5', '6', '7')")
        engine.execute("update orders set customer_id = null where order_id = '8'")
        engine.execute(
            "insert into products (product_id, product_name) values ('A', 'PAPER CUPS'), ('B', 'MUG')"
        )
        rows = answer_of(engine, often.of_item("9"))
    assert answer_in_words(often.title, rows, often.units) == words
    prices = {row["product_name"]: (row["price_now"], row["sold"]) for row in rows}
    assert prices["MUG"] == (12, None), "neither the price of a guest nor that of one large order"
    stale = sold_on < date(2010, 10, 14)
    words_of_cups = f"no sale to anybody since {sold_on.day} {sold_on:%b %Y}"
    assert (prices["PAPER CUPS"] == (None, words_of_cups)) is stale


def test_an_article_bought_at_a_clearance_price_is_proposed_last_and_says_so() -> None:
    _, often, _ = row_parts("customers")
    lines: list[tuple[object, ...]] = [
        ("1", date(2010, 3, 1), "completed", "A", 900, Decimal("0.10")),
        ("2", date(2010, 3, 17), "completed", "A", 900, Decimal("0.10")),
        ("3", date(2010, 3, 17), "completed", "B", 4, 10),
        ("4", date(2010, 12, 1), "completed", "A", 1, Decimal("0.65")),
        ("5", date(2010, 12, 1), "completed", "B", 1, 12),
    ]
    with duckdb.connect() as engine:
        with_lines(engine, lines)
        engine.execute("update orders set customer_id = 10 where order_id in ('4', '5')")
        engine.execute(
            "insert into products (product_id, product_name) values ('A', 'PAPER CUPS'), ('B', 'MUG')"
        )
        rows = answer_of(engine, often.of_item("9"))
    assert [row["product_name"] for row in rows] == ["MUG", "PAPER CUPS"]
    assert answer_in_words(often.title, rows[1:], often.units) == (
        "Bought for most: PAPER CUPS, £180 in 2 orders, last at £0.10, at a clearance price then, now "
        "usually £0.65"
    )


def test_an_opened_call_names_the_returned_article_and_the_articles_to_propose_with_their_price() -> None:
    (queue,) = dashboards()["demand-insights-engine"].queues
    returned, often = (
        part for part in queue.evidence if part.title.startswith(("[Last return", "{title_bought}"))
    )
    with duckdb.connect() as engine:
        with_lines(engine, BACK)
        engine.execute(
            "insert into products (product_id, product_name) values ('A', 'MAGNETS'), ('B', 'MUG')"
        )
        back, none = (answer_of(engine, part.of_item("9")) for part in (returned, often))
        engine.execute("update order_items set quantity = -40 where order_id = 'C525398'")
        engine.execute("update order_items set quantity = -9 where order_id = 'C525400'")
        bought = answer_of(engine, often.of_item("9"))
    assert none == [], "what came back completely is nothing to propose"
    assert answer_in_words(returned.title, back, returned.units) == (
        "Last return: £12,770 on 5 Oct 2010, the largest part MAGNETS: 100 pieces, £10,000; ask "
        "what was wrong"
    )
    assert [(row["product_name"], row["pieces"], row["last_paid"]) for row in bought] == [
        ("MAGNETS", 60, 100),
        ("MUG", 1, 277),
    ]
    assert answer_in_words(often.title, bought, often.units) == (
        "Bought for most: MAGNETS, £6,000, last at £100, now the same"
    )


def test_articles_to_propose_are_in_the_order_of_their_money_and_a_day_that_came_back_says_so() -> None:
    """24 pieces for £15 in two orders stood above 5,364 pieces for £536."""
    _, often, last = row_parts("customers")
    lines: list[tuple[object, ...]] = [
        ("1", date(2010, 11, 1), "completed", "A", 24, Decimal("0.60")),
        ("2", date(2010, 11, 2), "completed", "A", 6, Decimal("0.60")),
        ("2", date(2010, 11, 2), "completed", "B", 5364, Decimal("0.10")),
        ("3", date(2010, 11, 9), "completed", "A", 9, Decimal("0.60")),
        ("C4", date(2010, 11, 10), "cancelled", "A", -9, Decimal("0.60")),
    ]
    with duckdb.connect() as engine:
        with_lines(engine, lines)
        engine.execute("insert into products (product_id, product_name) values ('A', 'PEN'), ('B', 'MUG')")
        filled_tables(engine, churn_risk=[], customer_lifetime_value=[])
        rows, newest = (answer_of(engine, part.of_item("9")) for part in (often, last))
    assert [(row["product_name"], row["orders"]) for row in rows] == [("MUG", 1), ("PEN", 2)]
    assert answer_in_words(last.title, newest, last.units) == (
        "Last bought on 9 Nov 2010: 1 article for £5, most of it for PEN, all of which came back"
    )


def test_a_return_at_another_price_takes_pieces_off_everything_that_is_said_of_a_customer() -> None:
    """9,360 pieces that were credited at £0.03 stayed bought for what was paid."""
    _, often, last = row_parts("customers")
    (queue,) = dashboards()["demand-insights-engine"].queues
    (orders,) = (part for part in queue.evidence if part.title.startswith("Last order"))
    lines: list[tuple[object, ...]] = [
        ("1", date(2010, 11, 1), "completed", "A", 12, 2),
        ("2", date(2010, 11, 4), "completed", "A", 10, 5),
        ("2", date(2010, 11, 4), "completed", "B", 1, 5),
        ("C3", date(2010, 12, 2), "cancelled", "A", -10, Decimal("0.03")),
        ("C3", date(2010, 12, 2), "cancelled", "A", -2, Decimal("0.03")),
    ]
    with duckdb.connect() as engine:
        with_lines(engine, lines)
        engine.execute("insert into products (product_id, product_name) values ('A', 'LIGHT'), ('B', 'MUG')")
        filled_tables(engine, churn_risk=[], customer_lifetime_value=[])
        bought, newest, purchases = (answer_of(engine, part.of_item("9")) for part in (often, last, orders))
    assert [(row["product_name"], row["pieces"], row["kept_for"]) for row in bought] == [
        ("LIGHT", 10, 20),
        ("MUG", 1, 5),
    ]
    assert [(row["product_name"], row["came_back"]) for row in newest] == [("LIGHT", 50), ("MUG", None)]
    assert [(row["order_id"], row["came_back"]) for row in purchases] == [("2", 50), ("1", 4)]


OF_TWO_ARTICLES: list[tuple[object, ...]] = [
    # The largest line is of A, the largest article is B.
    ("C1", date(2010, 10, 5), "cancelled", "A", -10, 50),
    ("C1", date(2010, 10, 5), "cancelled", "B", -40, 10),
    ("C2", date(2010, 10, 5), "cancelled", "B", -20, 10),
    ("C2", date(2010, 10, 5), "cancelled", "B", -1, 15),
    ("C2", date(2010, 10, 5), "cancelled", "D", -1, 285),
]


def test_the_article_that_came_back_is_the_one_with_most_money_in_all_its_lines() -> None:
    (queue,) = dashboards()["demand-insights-engine"].queues
    (call,) = (part for part in queue.evidence if part.title.startswith("[Last return"))
    region = part_of_returns("regions")
    months: list[dict[str, object]] = [
        {"region_id": "NL", "month_on": date(2010, 10, 1), "is_complete": True},
    ]
    with duckdb.connect() as engine:
        filled_tables(engine, regional_performance=months)
        with_lines(engine, OF_TWO_ARTICLES)
        engine.execute("update orders set region_id = 'NL'")
        engine.execute(
            "insert into products (product_id, product_name) values ('A', 'MAGNETS'), ('B', 'MUG')"
        )
        of_customer, of_region = answer_of(engine, call.of_item("9")), answer_of(engine, region.of_item("NL"))
        engine.execute("update orders set customer_id = null where order_id = 'C2'")
        of_guest = answer_of(engine, region.of_item("NL"))
        engine.execute("delete from order_items where product_id <> 'B'")
        alone = answer_of(engine, region.of_item("NL"))
    assert answer_in_words(call.title, of_customer, call.units) == (
        "Last return: £1,400 on 5 Oct 2010, the largest part MUG: 61 pieces, £615; ask what was wrong"
    )
    said = "£1,400 came back in October 2010, the largest part MUG: 61 pieces{}, £615; ask what was wrong"
    assert [answer_in_words(region.title, rows, region.units) for rows in (of_region, of_guest)] == [
        said.format(" of customer 9"),
        said.format(""),
    ]
    assert answer_in_words(region.title, alone, region.units) == (
        "£615 came back in October 2010, all of it MUG: 61 pieces, £615; ask what was wrong"
    )
    assert [row["product_id"] for row in of_region] == ["A", "B", "D", "B", "B"], "dearest first"


@pytest.mark.parametrize(
    ("error", "order", "words"),
    [
        (
            377.4,
            0.41,
            (
                "In tests the amounts of single customers were not clearly nearer than past spending, and "
                "their order was not clearly better."
            ),
        ),
        (
            377.4,
            0.6,
            "In tests the amounts of single customers were not clearly nearer than past spending.",
        ),
        (300.0, 0.41, "In tests the order of customers was not clearly better than by past spending."),
        (300.0, 0.6, None),
    ],
)
def test_amounts_that_tests_do_not_show_to_be_nearer_are_said_to_be_so(
    error: float, order: float, words: str | None
) -> None:
    quality: list[dict[str, object]] = [
        {"model": "customer_lifetime_value", "metric": metric, "value": value, "baseline": baseline}
        for metric, value, baseline in (
            ("value_mae_gbp", error, 384.8),
            ("value_rank_correlation", order, 0.4),
        )
    ]
    risks: list[dict[str, object]] = [
        {"customer_id": 1, "win_back": True, "value_at_stake_gbp": 9, "corrected_probability": 0.5}
    ]
    panel = panel_of("demand-insights-engine", "at_stake")
    with duckdb.connect() as engine:
        filled_tables(engine, churn_risk=risks, customer_model_quality=quality)
        filled_tables(engine, customer_segments=[{"customer_id": 1}])
        (figure,) = answer_of(engine, panel.sql)
    line = trust_of("churn_risk", churn_risk=risks, customer_model_quality=quality)
    shown = [part for part in details_of(panel, figure) if "past spending" in part]
    assert shown == ([words] if words else [])
    assert ("amounts of single customers were not clearly nearer than past spending" in line) is (error > 365)
    values = trust_of("customer_lifetime_value", customer_model_quality=quality)
    assert ("their order was not clearly better than by past spending" in values) is (order < 0.42)


def test_where_no_customer_is_late_nobody_is_called() -> None:
    tested: list[dict[str, object]] = [{"model": "late_customers", "value": 0.43, "baseline": 0.25}]
    panel = panel_of("demand-insights-engine", "at_stake")
    with duckdb.connect() as engine:
        filled_tables(engine, churn_risk=[{"customer_id": 1, "win_back": False}])
        filled_tables(engine, customer_model_quality=tested, customer_segments=[{"customer_id": 1}])
        (figure,) = answer_of(engine, panel.sql)
    assert (figure["value"], details_of(panel, figure)) == (0, [])
    assert figure["title_action"] == "There is nobody to call: nobody is late, or all who are will not buy."
    assert str(figure["title_nothing"]).startswith("Late is who bought twice or more")


@pytest.mark.parametrize(
    ("first", "still_to_call", "decided"), [(True, 40, "1 of them is"), (None, 0, "2 of them are")]
)
def test_a_decision_that_ends_by_itself_takes_nobody_out_of_the_late_customers(
    first: bool | None, still_to_call: int, decided: str
) -> None:
    """After "Not reached" for the only late customer the page said that nobody was late, and £0 at stake."""
    risks: list[dict[str, object]] = [
        {"customer_id": at, "win_back": waits, "value_at_stake_gbp": stake, "corrected_probability": 0.5}
        for at, waits, stake in ((1, first, 40), (2, None, 60), (3, False, 500))
    ]
    panel = panel_of("demand-insights-engine", "at_stake")
    with duckdb.connect() as engine:
        filled_tables(engine, churn_risk=risks, customer_model_quality=[])
        filled_tables(engine, customer_segments=[{"customer_id": at} for at in (1, 2, 3)])
        (figure,) = answer_of(engine, panel.sql)
    assert (figure["value"], figure["before"], figure["title_late"]) == (100, 200, 2)
    assert (figure["title_open"], figure["title_decided"]) == (still_to_call, f"{decided} decided")
    assert ("all who are late are decided" in str(figure["title_action"])) == (first is None)
    assert figure["title_nothing"] is None
    for name in ("leaving", "drivers"):
        assert "late, so" not in panel_of("demand-insights-engine", name).nothing


LATE = {"customer_id": 9, "win_back": True, "silent_days": 321, "late_after_days": 16, "usual_days": 8}
LATE |= {"driver_1": "long silence"}
BACK: list[tuple[object, ...]] = [
    # order, day, status, article, pieces, price
    ("524159", date(2010, 9, 27), "completed", "A", 100, 100),
    ("524162", date(2010, 9, 27), "completed", "B", 10, 277),
    ("524162", date(2010, 9, 27), "completed", "C", 1, 30),
    ("C525398", date(2010, 10, 5), "cancelled", "A", -100, 100),
    ("C525400", date(2010, 10, 5), "cancelled", "B", -10, 277),
]


def called_and_opened(engine: duckdb.DuckDBPyConnection) -> tuple[dict[str, object], list[str]]:
    """Return the one customer to call, and the titles that the opened item shows."""
    (queue,) = dashboards()["demand-insights-engine"].queues
    (item,) = answer_of(engine, queue.sql)
    answers = [answer_of(engine, part.of_item("9")) for part in queue.evidence]
    titles = [
        answer_in_words(part.title, rows, part.units)
        for part, rows in zip(queue.evidence, answers, strict=True)
        if rows
    ]
    return item, titles


def test_a_customer_who_sent_an_order_back_is_not_called_silent_and_the_order_is_shown_as_returned() -> None:
    """Everything of 27 September but one article came back, so the last kept purchase is a year old."""
    with duckdb.connect() as engine:
        filled_tables(
            engine,
            customer_model_quality=[],
            churn_risk=[
                LATE | {"as_of": date(2010, 12, 9), "value_at_stake_gbp": 700, "ordered_days_ago": 73}
            ],
            customer_lifetime_value=[{"customer_id": 9, "repeat_purchases": 6}],
            customer_segments=[{"customer_id": 9}],
        )
        datasets(engine)
        engine.execute("insert into customers (customer_id, region_id) values (9, 'GB')")
        for number, (order, day, status, article, pieces, price) in enumerate(BACK):
            engine.execute(
                "insert into orders (order_id, customer_id, ordered_at, status) select ?, 9, ?, ? "
                "where not exists (select 1 from orders where order_id = ?)",
                [order, day, status, order],
            )
            engine.execute(
                "insert into order_items (order_item_id, order_id, product_id, quantity, unit_price) "
                "values (?, ?, ?, ?, ?)",
                [number, order, article, pieces, price],
            )
        item, (returned, bought) = called_and_opened(engine)
        nameless = missing_for_calls(engine)
        engine.execute("update customers set full_name = 'Jo Doe'")
        _, (named, *_) = called_and_opened(engine)
        only_named = missing_for_calls(engine)
        engine.execute("update customers set phone = '020 7946 0018', email = 'jo@example.org'")
        _, (reachable, *_) = called_and_opened(engine)
        reachable_all = missing_for_calls(engine)
    assert item["reason"] == (
        "sent back {last_returned} on 5 Oct 2010, the last order of 27 Sep 2010 included; nothing kept for "
        "321 days, bought on 7 days, usually every 8 days, late after 16 days, now silent for "
        "40 times the usual gap; at stake {corrected_probability} of {spends_in_90_days_if_buying}, spent in "
        "90 days if they buy"
    )
    assert item["last_returned"] == 12770
    assert nameless == (
        "No phone number and no e-mail address of these customers is in the lake: look them up by their "
        "number, or send a file of customers with the columns full_name, phone and email."
    )
    assert (named, only_named) == ("Contact: Jo Doe", nameless)
    assert (reachable, reachable_all) == ("Contact: Jo Doe, 020 7946 0018", None)
    assert returned == "Last return: £12,770 on 5 Oct 2010; ask what was wrong"
    assert bought == "Last order: £12,800 on 27 Sep 2010, in 2 orders, of which £12,770 came back"


def test_customers_who_sent_back_as_much_as_they_bought_are_called_last() -> None:
    """Two of the first six to call had brought less than nothing, and one had ordered two months ago."""
    (queue,) = dashboards()["demand-insights-engine"].queues
    late = {**LATE, "as_of": date(2010, 12, 9), "corrected_probability": 0.5}
    risks: list[dict[str, object]] = [
        {**late, "customer_id": 9, "value_at_stake_gbp": 0, "call_last": True, "ordered_days_ago": 73},
        {**late, "customer_id": 8, "value_at_stake_gbp": 90, "call_last": False, "ordered_days_ago": 321},
    ]
    with duckdb.connect() as engine:
        filled_tables(
            engine,
            customer_model_quality=[],
            churn_risk=risks,
            customer_lifetime_value=[{"customer_id": at, "repeat_purchases": 6} for at in (8, 9)],
            customer_segments=[{"customer_id": at, "segment": "lost"} for at in (8, 9)],
        )
        with_lines(engine, BACK)
        called = answer_of(engine, queue.sql)
        listed = answer_of(engine, panel_of("demand-insights-engine", "leaving").sql)
    assert [row["customer_id"] for row in called] == [row["customer_id"] for row in listed] == [8, 9]
    assert [str(row["reason"]).partition(", bought on")[0] for row in called] == [
        "bought nothing for 321 days",
        (
            "call last, because at least as much came back as was bought; sent back {last_returned} on "
            "5 Oct 2010, the last order of 27 Sep 2010 included; nothing kept for 321 days"
        ),
    ]
    assert [(row["ordered_days_ago"], row["title_silence"]) for row in listed] == [
        (None, "bought nothing"),
        (73, "nothing kept"),
    ]
    assert ["; at stake " in str(row["reason"]) for row in called] == [True, False]
    assert listed[1]["spends_in_90_days_if_buying"] is None, "nothing is at stake"
    assert listed[1]["call_last_because"] == "sent back as much as was bought"
    assert answer_in_words(panel_of("demand-insights-engine", "leaving").answer, listed, {}).endswith(
        "; called last, because as much came back as was bought: 9"
    ), "the table ends before them"


@pytest.mark.parametrize(("pieces", "share"), [(900, 0.9), (10, None)])
def test_a_call_says_if_one_order_is_half_of_what_the_customer_kept(pieces: int, share: float | None) -> None:
    (queue,) = dashboards()["demand-insights-engine"].queues
    late = {**LATE, "as_of": date(2010, 12, 9), "corrected_probability": 0.5, "customer_id": 9}
    lines: list[tuple[object, ...]] = [
        ("1", date(2010, 1, 4), "completed", "A", 50, 1),
        ("2", date(2010, 2, 4), "completed", "A", pieces, 1),
        ("3", date(2010, 3, 4), "completed", "A", 5000, 1),
        ("C4", date(2010, 3, 5), "cancelled", "A", -5000, 0.1),
        ("5", date(2010, 3, 6), "completed", "A", 50, 1),
    ]
    with duckdb.connect() as engine:
        filled_tables(
            engine,
            customer_model_quality=[],
            churn_risk=[late],
            customer_lifetime_value=[{"customer_id": 9, "repeat_purchases": 6}],
            customer_segments=[{"customer_id": 9, "segment": "lost"}],
        )
        with_lines(engine, lines)
        (item,) = answer_of(engine, queue.sql)
    assert item["one_order_share"] == share, "what came back at another price was not kept"
    assert ("one order is {one_order_share} of what was kept" in str(item["reason"])) is (share is not None)


ONE_ODD_DAY = (
    "; 1 of these days was a clearance lot or a one-off large order, and the others are 30 days apart"
)
BY_HABIT = "bought on 4 days, usually every 8 days, late after 16 days, now silent for 40 times the usual gap"
WITHOUT_HABIT = (
    "bought on 4 days, of which 2 were clearance lots or one-off large orders, so that a habit is not known, "
    "late after 16 days by the gaps between all of them, 8 days on average"
)


@pytest.mark.parametrize(
    ("prices", "words"),
    [
        ((1, 1, 1, 1), BY_HABIT),
        ((1, Decimal("0.10"), 1, 1), BY_HABIT + ONE_ODD_DAY),
        ((1, Decimal("0.10"), Decimal("0.10"), 1), WITHOUT_HABIT),
        ((1, 1, 9, 1), BY_HABIT + ONE_ODD_DAY),
    ],
)
def test_a_call_says_how_far_a_habit_rests_on_clearance_lots_and_large_orders(
    prices: tuple[Decimal | int, ...], words: str
) -> None:
    """The first to call bought "usually every 23 days": clearance lots that do not come again."""
    (queue,) = dashboards()["demand-insights-engine"].queues
    late = {**LATE, "as_of": date(2010, 12, 9), "corrected_probability": 0.5, "customer_id": 9}
    days = (date(2010, 1, 4), date(2010, 2, 18), date(2010, 2, 19), date(2010, 3, 5))
    own = [
        (str(at), day, "completed", "A", 100, price)
        for at, (day, price) in enumerate(zip(days, prices, strict=True))
    ]
    others = [(f"other{at}", date(2010, 12, 1), "completed", "A", 1, 1) for at in range(2)]
    with duckdb.connect() as engine:
        filled_tables(
            engine,
            customer_model_quality=[],
            churn_risk=[late],
            customer_lifetime_value=[{"customer_id": 9, "repeat_purchases": 3}],
            customer_segments=[{"customer_id": 9, "segment": "lost"}],
        )
        with_lines(engine, [*own, *others])
        engine.execute("update orders set customer_id = 10 where order_id like 'other%'")
        engine.execute("insert into products (product_id, product_name) values ('A', 'MUG')")
        (item,) = answer_of(engine, queue.sql)
    assert f", {words}; " in str(item["reason"])
    assert ("of these days" in str(item["reason"])) is words.endswith(ONE_ODD_DAY)
    assert ("usually every" in str(item["reason"])) is (words != WITHOUT_HABIT)


CORRECTED: list[tuple[object, ...]] = [
    ("C498151", date(2010, 2, 17), "cancelled", "A", -2504, 1.45),
    ("498152", date(2010, 2, 17), "completed", "A", 9456, 0.30),
]


def test_what_came_back_and_was_billed_again_the_same_day_at_another_price_is_no_return_to_ask_about() -> (
    None
):
    (queue,) = dashboards()["demand-insights-engine"].queues
    (returned,) = (part for part in queue.evidence if "Last return" in part.title)
    with duckdb.connect() as engine:
        with_lines(engine, CORRECTED)
        engine.execute("insert into products (product_id, product_name) values ('A', 'MAGNETS')")
        corrected = answer_of(engine, returned.of_item("9"))
        engine.execute(
            "insert into orders (order_id, customer_id, ordered_at) values ('C1', 9, date '2010-01-05')"
        )
        engine.execute(
            "insert into order_items (order_item_id, order_id, product_id, quantity, unit_price) "
            "values ('77', 'C1', 'A', -2, 5)"
        )
        both = answer_of(engine, returned.of_item("9"))
    assert answer_in_words(returned.title, corrected, returned.units) == (
        "Price corrected on 17 Feb 2010: £3,631 came back and was billed again the same day at £0.30 a "
        "piece, all of it MAGNETS: 2,504 pieces, £3,631"
    )
    assert answer_in_words(returned.title, both, returned.units) == (
        "Last return: £10 on 5 Jan 2010, all of it MAGNETS: 2 pieces, £10"
    ), "an order followed it"
    assert [(row["booked_on"], row["taken_off_as"]) for row in both] == [
        (date(2010, 2, 17), "price corrected"),
        (date(2010, 1, 5), "came back"),
    ], "newest first"


def test_of_the_last_orders_only_goods_came_back_in_the_opened_call() -> None:
    """Postage that was taken off and a price that was corrected were shown as goods that came back."""
    lines: list[tuple[object, ...]] = [
        ("497946", date(2010, 2, 16), "completed", "A", 2504, 1.45),
        ("497946", date(2010, 2, 16), "completed", "POST", 1, 36),
        ("497946", date(2010, 2, 16), "completed", "B", 2, 5),
        *CORRECTED[:1],
        ("498152", date(2010, 2, 17), "cancelled", "B", -1, 5),
        ("498153", date(2010, 2, 18), "cancelled", "POST", -1, 36),
    ]
    (queue,) = dashboards()["demand-insights-engine"].queues
    (part,) = (part for part in queue.evidence if part.title.startswith("Last order"))
    with duckdb.connect() as engine:
        with_lines(engine, [*lines, ("498154", datetime(2010, 2, 17, 9), "completed", "A", 9456, 0.30)])
        engine.execute(
            "insert into products (product_id, product_name, category) values "
            "('A', 'MAGNETS', 'gifts'), ('POST', 'POSTAGE', 'service')"
        )
        newest, bought = answer_of(engine, part.of_item("9"))
        engine.execute("delete from orders where order_id = '498154'")
        alone = answer_of(engine, part.of_item("9"))
    kinds = ("came_back", "price_corrected", "taken_off")
    assert [newest[kind] for kind in kinds] == [None, None, None]
    assert [bought[kind] for kind in kinds] == [5, Decimal("3630.80"), 36]
    assert answer_in_words(part.title, alone, part.units) == (
        "Last order: £3,677 on 16 Feb 2010, of which £3,636 came back; £36 of fees, discounts or postage "
        "were taken off"
    )


def test_the_months_of_a_customer_count_no_corrected_price_as_returned() -> None:
    """The page of a customer named a return that the opened call named a correction."""
    part, *_ = row_parts("customers")
    lines: list[tuple[object, ...]] = [
        ("497946", date(2010, 2, 16), "completed", "A", 2504, 1.45),
        ("497946", date(2010, 2, 16), "completed", "B", 2, 5),
        *CORRECTED,
        ("498153", date(2010, 2, 18), "cancelled", "B", -1, 5),
    ]
    with duckdb.connect() as engine:
        filled_tables(
            engine,
            customer_lifetime_value=[
                {"customer_id": 9, "expected_value_90d": 80, "expected_purchases_90d": 0.5}
            ],
            customer_segments=[{"customer_id": 9, "revenue_90d_gbp": 0}],
            customer_model_quality=[],
            churn_risk=[],
        )
        with_lines(engine, lines)
        (month,) = answer_of(engine, part.of_item("9"))
    amounts = ("bought", "came_back", "price_corrected", "sales_less_returns")
    assert [month[name] for name in amounts] == [
        Decimal(amount) for amount in ("6477.60", "5", "3630.80", "2841.80")
    ]
    assert month["orders"] == 2


def test_the_pages_of_an_order_and_of_a_region_count_no_corrected_price_as_returned() -> None:
    """They have the words and the rule of the page of its customer."""
    order, region = (part_of_returns(dataset) for dataset in ("orders", "regions"))
    months: list[dict[str, object]] = [
        {"region_id": "NL", "month_on": date(2010, 2, 1), "is_complete": True},
    ]
    with duckdb.connect() as engine:
        filled_tables(engine, regional_performance=months)
        with_lines(engine, CORRECTED)
        engine.execute("update orders set region_id = 'NL'")
        engine.execute("insert into products (product_id, product_name) values ('A', 'MAGNETS')")
        corrected = [
            (part, answer_of(engine, part.of_item(item)))
            for part, item in ((order, "C498151"), (region, "NL"))
        ]
        engine.execute(
            "insert into order_items (order_item_id, order_id, product_id, quantity, unit_price) "
            "values ('77', 'C498151', 'B', -2, 5)"
        )
        both = [
            (part, answer_of(engine, part.of_item(item)))
            for part, item in ((order, "C498151"), (region, "NL"))
        ]
    assert [answer_in_words(part.title, rows, part.units) for part, rows in corrected] == [
        "Price corrected in this order: £3,631 came back and was billed again the same day at £0.30 a piece",
        (
            "Price corrected in February 2010: £3,631 came back and was billed again the same day at £0.30 a "
            "piece, all of it MAGNETS: 2,504 pieces of customer 9, £3,631"
        ),
    ]
    assert [answer_in_words(part.title, rows, part.units) for part, rows in both] == [
        (
            "Returned in this order: £10 (pieces: 2); besides, prices of £3,631 were corrected; ask what was "
            "wrong"
        ),
        (
            "£10 came back in February 2010, all of it B: 2 pieces of customer 9, £10; besides, prices of "
            "£3,631 were corrected; ask what was wrong"
        ),
    ]
    assert [row["billed_again_at"] for _, rows in both for row in rows] == [None, Decimal("0.3")] * 2


def test_the_filter_of_a_region_reaches_every_panel_and_queue_of_customers() -> None:
    """A region chosen on another page was dropped here, because no table of the page has a region."""
    board = dashboards()["demand-insights-engine"]
    (region,) = (choice for choice in board.filters if choice.name == "region")
    assert (region.column, region.through, region.tables) == (
        "region_id",
        "customers.customer_id",
        ("customer_segments",),
    )
    read = {panel.name: panel.sql for panel in board.panels} | {
        queue.name: queue.sql for queue in board.queues
    }
    assert [name for name, sql in read.items() if "customer_segments" not in sql] == ["model_quality"]
    with duckdb.connect() as engine:
        filled_tables(engine, customer_segments=[{"customer_id": 9}])
        datasets(engine)
        engine.execute("insert into customers (customer_id, region_id) values (9, 'DE'), (8, 'FR')")
        assert [row["region_id"] for row in answer_of(engine, region.values)] == ["DE"], "who has bought"


def test_the_filter_of_a_segment_reaches_every_list_of_customers_to_call() -> None:
    """Customers of a segment to call, and the amount at stake: four panels stayed unfiltered."""
    board = dashboards()["demand-insights-engine"]
    (segment,) = (choice for choice in board.filters if choice.name == "segment")
    risks = [
        {"customer_id": at, "win_back": True, "value_at_stake_gbp": at, "corrected_probability": 0.5}
        | {"silent_days": 90, "late_after_days": 60, "driver_1": "few purchases", "purchase_value_gbp": at}
        for at in (1, 2)
    ]
    panels = [panel_of(board.system, name) for name in ("at_stake", "leaving", "bought_once", "drivers")]
    with duckdb.connect() as engine:
        # The page replaces each table of a chosen filter by the rows that have its value.
        filled_tables(engine, churn_risk=risks, customer_segments=[{"customer_id": 2, "revenue_gbp": 9}])
        filled_tables(
            engine, customer_lifetime_value=[{"customer_id": at, "repeat_purchases": 0} for at in (1, 2)]
        )
        filled_tables(engine, customer_model_quality=[])
        (figure,), called, once, (cause,) = (answer_of(engine, panel.sql) for panel in panels)
    assert segment.tables == ("customer_segments",)
    assert (figure["value"], figure["title_late"], cause["customers"]) == (2, 1, 1)
    assert [row["customer_id"] for row in (*called, *once)] == [2, 2]
    answers = {"at_stake": [figure], "bought_once": once, "drivers": [cause]}
    titles = [
        answer_in_words(panel.answer, answers[panel.name], {}) for panel in panels if panel.name in answers
    ]
    assert [re.search(r"the only one [a-z ]+$|\b1 late \w+", title)[0] for title in titles if title] == [
        "1 late customer",
        "the only one long silent",
        "1 late customer",
    ], "one customer is no 1 customers"
    assert details_of(panels[0], figure)[0].startswith("1 customer is late, who bought twice or more")


def test_the_page_of_customers_says_which_returns_are_in_no_customers_spending() -> None:
    figure = panel_of("demand-insights-engine", "value_ahead")
    page, *_ = row_parts("customers")
    value = {"customer_id": 9, "expected_value_90d": 80, "expected_purchases_90d": 0.5}
    spent = {"customer_id": 9, "revenue_gbp": 9472, "net_revenue_gbp": -3767, "revenue_90d_gbp": 0}
    with duckdb.connect() as engine:
        filled_tables(
            engine,
            customer_lifetime_value=[value],
            churn_risk=[],
            customer_segments=[spent],
            customer_model_quality=[],
        )
        with_lines(engine, BACK)
        (sums,), opened = answer_of(engine, figure.sql), answer_of(engine, page.of_item("9"))
    line = trust_of("customer_segments", customer_segments=[spent])
    assert line.startswith(
        "spending is what customers kept of their purchases · it is 13,239 above their orders less all "
        "returns, because returns of purchases that the data do not know are taken off no customer"
    )
    assert sums["before"] == -3767
    assert answer_in_words(page.title, opened, page.units) == (
        "Expected in the next 90 days: £80 in 0.5 purchases of £160 each; spent in the last 90 days: £0; "
        "£13,239 came back of other purchases or at another price: orders less returns are -£3,767"
    )


def missing_for_calls(engine: duckdb.DuckDBPyConnection) -> object:
    """Return what the queue of customers to call says that the lake lacks."""
    (queue,) = dashboards()["demand-insights-engine"].queues
    ((missing,),) = (tuple(row.values()) for row in answer_of(engine, queue.missing_sql))
    return missing


def test_the_queue_of_transactions_says_whose_phone_numbers_are_missing() -> None:
    (queue,) = [
        each for each in dashboards()["compliance-guardian"].queues if each.name == "transactions_to_review"
    ]
    waiting: dict[str, object] = {"decision": "review", "is_fraud": None, "reviewed_as": None}
    payments = [waiting | {"transaction_id": n, "customer_id": n // 2} for n in range(2, 6)]
    with duckdb.connect() as engine:
        filled_tables(engine, fraud_scores=payments)
        datasets(engine)
        ((nobody,),) = (tuple(row.values()) for row in answer_of(engine, queue.missing_sql))
        engine.execute("insert into customers (customer_id, phone) values (1, '020 7946 0018')")
        ((half,),) = (tuple(row.values()) for row in answer_of(engine, queue.missing_sql))
        engine.execute("insert into customers (customer_id, email) values (2, 'jo@example.org')")
        ((none,),) = (tuple(row.values()) for row in answer_of(engine, queue.missing_sql))
    assert str(nobody).startswith("No phone number and no e-mail address of these customers is in the lake")
    assert str(half).startswith(
        "No phone number and no e-mail address of some of these customers is in the lake"
    )
    assert none is None
    assert not any(name in queue.sql for name in REGISTRY.curated["customers"].personal)


def test_who_may_not_see_people_still_has_the_list_of_customers_to_call() -> None:
    personal = set(REGISTRY.curated["customers"].personal)
    (queue,) = dashboards()["demand-insights-engine"].queues
    assert not any(name in queue.sql for name in personal)
    with_names = [part for part in queue.evidence if any(name in part.sql for name in personal)]
    assert len(with_names) == 1


def test_who_bought_once_is_not_counted_and_the_page_says_why() -> None:
    words = "after one purchase there is no rhythm to be late by"
    panel, figure = (panel_of("demand-insights-engine", name) for name in ("bought_once", "at_stake"))
    assert f"Neither the queue nor the sum at stake counts them, because {words}" in panel.action
    assert f"Who bought only once is not counted: {words}" in figure.sql
    assert "{title_once}" in figure.details


def test_no_action_of_a_panel_calls_a_folded_one_the_table_below() -> None:
    """On the report the tables and charts are in a fold."""
    texts = {name: panel.action + panel.sql for name, (_, panel) in zip(NAMES, PANELS, strict=True)}
    assert [
        name for name, text in texts.items() if re.search(r"(table|list|regions|chart) below", text)
    ] == []


def test_the_dearest_customers_who_bought_once_have_a_table_of_their_own() -> None:
    risks: list[dict[str, object]] = [
        {"customer_id": number, "win_back": False, "silent_days": silent, "late_after_days": 165}
        | {"purchase_value_gbp": spent, "marketing_opt_in": opt_in, "risk_rank": number}
        for number, silent, spent, opt_in in (
            (1, 199, 100, None),
            (2, 199, 10877, None),
            (3, 100, 20000, None),
            (4, 199, 30000, None),
            (5, 199, 40000, False),
        )
    ]
    values: list[dict[str, object]] = [
        {"customer_id": number, "repeat_purchases": repeat}
        for number, repeat in ((1, 0), (2, 0), (3, 0), (4, 2), (5, 0))
    ]
    panel = panel_of("demand-insights-engine", "bought_once")
    brought = [{"customer_id": at, "revenue_gbp": 9, "net_revenue_gbp": 9} for at in (1, 2, 3, 4, 5)]
    with duckdb.connect() as engine:
        filled_tables(engine, churn_risk=risks, customer_lifetime_value=values, customer_segments=brought)
        rows = answer_of(engine, panel.sql)
    assert [row["customer_id"] for row in rows] == [2, 1]
    assert answer_in_words(panel.answer, rows, {"purchase_value_gbp": "GBP"}) == (
        "Customer 2 bought once, for £10,877, 199 days ago: the first of 2 long silent"
    )


OF_A_YEAR = {"expected_value_365d", "value_365d_low", "value_365d_high"}


def test_no_title_and_no_sum_of_the_customers_is_of_a_year() -> None:
    """A young shop has no past year that tests it; 90 days are tested in every shop that has them."""
    board = dashboards()["demand-insights-engine"]
    titles = [panel.name for panel in board.panels if named_in(panel.answer) & OF_A_YEAR]
    summed = [panel for panel in board.panels if panel.kind is not PanelKind.TABLE]
    assert titles == []
    assert [panel.name for panel in summed if any(name in panel.sql for name in OF_A_YEAR)] == []


@pytest.mark.parametrize(
    ("ratio", "words"),
    [
        (None, "because no past year tests them"),
        (1.1, "a year ago 1.1 times what a year brought was expected"),
    ],
)
def test_the_page_of_customers_says_whether_a_past_year_tests_the_value_of_a_year(
    ratio: float | None, words: str
) -> None:
    quality: list[dict[str, object]] = [
        {"model": "customer_lifetime_value", "metric": "year_ratio", "value": ratio}
    ]
    assert words in trust_of("customer_lifetime_value", customer_model_quality=quality)


@pytest.mark.parametrize(
    ("mean_of_8", "last_year", "second"),
    [
        (10.0, 22.0, "clearly nearer on single weeks: the mean of the last 8 periods, off by 10"),
        (25.5, 24.0, "the history has less than two years, so no test forecast a season such as Christmas"),
    ],
)
def test_the_page_of_sales_names_a_simple_rule_as_nearer_only_where_chance_does_not_explain_it(
    mean_of_8: float, last_year: float, second: str
) -> None:
    tested: dict[str, object] = {"series_id": "total", "grain": "week", "windows": 3, "smape": 26.0}
    tested |= {"coverage_80": 0.69}
    rules: dict[str, object] = {"smape_mean_of_8": mean_of_8, "smape_last_year": last_year}
    past: list[dict[str, object]] = [
        {"series_id": "total", "period_on": day} for day in (date(2009, 12, 7), date(2010, 12, 6))
    ]
    line = trust_of(
        "sales_forecast",
        "market-intelligence-hub",
        forecast_accuracy=[tested | rules],
        sales_history=past,
        sales_forecast=weeks_ahead(70),
    )
    assert "of sums of 4 weeks, 0.79 of the past ones of all series were in their own band" in line
    tests = "single weeks, on average over all ahead, were off by 26, and their band is narrower than it says"
    assert line.split(" · ")[1:3] == [f"tested at 3 moments of the past: {tests}", second]
    assert ("nearest simple rule was off by" in line) == (mean_of_8 == 25.5)


def sayings() -> Iterator[tuple[str, str, str]]:
    """Yield the sentences of methods that say what a column is: the clause, the column, its description."""
    for board in dashboards().values():
        for table, words in (
            (table, words) for note in board.trust for table in note.tables for words in note.words
        ):
            for column in REGISTRY.prod[table].columns:
                for name in {column.label, column.name.replace("_", " ")} - {""}:
                    if clause := re.match(rf"{re.escape(name)} is ([^;]+)", words, re.IGNORECASE):
                        yield clause[1], f"{table}.{column.name}", column.description


def test_a_sentence_that_says_what_a_column_is_says_so_as_its_contract() -> None:
    """One said that growth was of sales, below a table whose contract said that it was of revenue."""
    wrong = [(clause, name) for clause, name, meaning in sayings() if clause.lower() not in meaning.lower()]
    assert wrong == []
    assert {name for _, name, _ in sayings()} >= {
        "regional_performance.monthly_growth",
        "regional_performance.average_order_value",
        "regional_performance.revenue",
    }


def test_only_one_measure_of_growth_is_named_beside_the_regions() -> None:
    (note, *_) = dashboards()["global-market-pulse"].trust
    growth = [words for words in note.words if "growth" in words]
    assert len(growth) == 1
    assert growth[0].startswith("monthly growth of revenue is revenue over that of the month before, less 1;")


def trust_of(table: str, system: str = "demand-insights-engine", **tables: list[dict[str, object]]) -> str:
    """Return the trust line of a table, from rows of tables."""
    (note,) = [note for note in dashboards()[system].trust if table in note.tables]
    with duckdb.connect() as engine:
        filled_tables(engine, **tables)
        rows = answer_of(engine, note.sql)
    return " · ".join(filter(None, (filled_template(part, rows, {}) for part in note.words)))


@pytest.mark.parametrize(
    ("value", "baseline", "words", "better"),
    [
        (377.4, 384.8, "no clear difference", 0),
        (300.0, 384.8, "this page was better", 1),
        (500.0, 384.8, "the simple rule was better", 0),
        (384.8, 384.8, "no clear difference", 0),
        (None, 384.8, "not compared", 0),
    ],
)
def test_a_test_of_the_customers_is_decided_by_a_clear_difference_only(
    value: float | None, baseline: float, words: str, better: int
) -> None:
    quality: list[dict[str, object]] = [
        {"model": "customer_lifetime_value", "metric": "value_mae_gbp", "value": value, "baseline": baseline}
    ]
    with duckdb.connect() as engine:
        filled_tables(engine, customer_model_quality=quality)
        (row,) = answer_of(engine, panel_of("demand-insights-engine", "model_quality").sql)
    assert (row["result"], row["title_better"]) == (words, better)
    action = action_words(panel_of("demand-insights-engine", "model_quality").action, [row], {})
    assert action.startswith("Where a simple rule was better") == (words == "the simple rule was better")


@pytest.mark.parametrize(
    ("values", "action"),
    [
        ((0.8, 0.9), "Go by the order of the scores: it was better than the simple rule in all tests."),
        ((0.8, 0.5), "Go by the order of the scores: the simple rule was better in no test."),
        ((0.8, 0.4), "Where the simple rule was better, review by the amount until"),
        ((None, None), "Review by the amount: the scores were compared with no simple rule."),
    ],
)
def test_the_panel_of_the_scores_has_the_advice_of_its_own_tests(
    values: tuple[float | None, float | None], action: str
) -> None:
    """It said what to do where the simple rule was better, below rows that say that the score was."""
    period = "2010-11-02/2010-12-09"
    quality: list[dict[str, object]] = [
        {"model": "gradient_boosting", "metric": metric, "value": value, "baseline": 0.5, "period": period}
        for metric, value in zip(("average_precision", "auc"), values, strict=True)
    ]
    panel = panel_of("compliance-guardian", "model_quality")
    if values[0] is None:
        quality.append({**quality[0], "model": "isolation_forest", "value": 0.3, "baseline": None})
    with duckdb.connect() as engine:
        filled_tables(engine, fraud_model_quality=quality)
        rows = answer_of(engine, panel.sql)
    assert action_words(panel.action, rows, {}).startswith(action)


def test_a_test_of_the_customers_says_how_many_customers_at_how_many_moments_over_which_days() -> None:
    """The same people at two moments are not twice as many people."""
    quality: list[dict[str, object]] = [
        {"model": "past_origins", "metric": "moments", "value": 2.0, "rows_used": 3900},
        {"model": "customer_lifetime_value", "metric": "value_mae_gbp", "value": 3, "baseline": 4},
        {"model": "alive_probability", "metric": "calibration_error", "value": 0.1, "baseline": 0.2},
        {"model": "late_customers", "metric": "left_share", "value": 0.4, "baseline": 0.2},
    ]
    for row, used in zip(quality[1:], (7354, 2500, 600), strict=True):
        row["rows_used"] = used
    panel = panel_of("demand-insights-engine", "model_quality")
    with duckdb.connect() as engine:
        filled_tables(engine, customer_model_quality=quality)
        rows = answer_of(engine, panel.sql)
    assert [(row["customers_each_time"], row["moments"], row["tested_over"]) for row in rows] == [
        (300, 2, "days as busy as the coming 90"),
        (3677, 2, "days as busy as the coming 90"),
        (2500, 1, "all days of the period"),
    ]
    assert answer_in_words(panel.answer, rows, {}).startswith(
        "Clearly better than a simple rule in 2 of 2 tests; of 100 late customers 40"
    ), "the first row compares two groups of customers, and no model with a rule"


def test_a_panel_that_filters_narrow_says_so_in_a_sentence_where_they_leave_nothing() -> None:
    lacking = [
        f"{system}/{panel.name}"
        for system, panel in PANELS
        if panel.kind is not PanelKind.KPI and not panel.nothing
        for chosen in dashboards()[system].filters
        if panel.name in (chosen.panels or (panel.name,))
        if any(re.search(rf"\b{table}\b", panel.sql) for table in chosen.tables)
    ]
    assert lacking == []


def test_a_list_that_is_empty_says_so_without_an_action() -> None:
    for system, name in (("demand-insights-engine", "leaving"), ("global-market-pulse", "opportunities")):
        assert panel_of(system, name).nothing


@pytest.mark.parametrize(
    ("pays", "words"),
    [
        ([True, True], "tested: no selection of customers beat an offer to everybody"),
        ([False, False], "tested: no test shows that an offer pays"),
        ([True, False], "tested: an offer pays for 1 of 2 customers"),
    ],
)
def test_whom_an_offer_pays_for_is_a_column_only_where_it_separates_customers(
    pays: list[bool], words: str
) -> None:
    risks: list[dict[str, object]] = [
        {"customer_id": number, "offer_pays": offer_pays, "win_back": True, "usual_days": 9}
        for number, offer_pays in enumerate(pays, 1)
    ]
    values: list[dict[str, object]] = [
        {"customer_id": number, "repeat_purchases": 3} for number, _ in enumerate(pays, 1)
    ]
    quality: list[dict[str, object]] = [
        {"model": "late_customers", "value": 0.43, "baseline": 0.25},
        {"model": "late_probability", "value": 0.46, "baseline": 0.43},
    ]
    line = trust_of("churn_risk", churn_risk=risks, customer_model_quality=quality)
    assert words in line
    assert line.startswith(
        "of 100 customers who were late in the past 43 bought nothing in a period as busy as the coming 90 "
        "days, of 100 others 25 · 46 of 100 was the probability that the model had given the late ones"
    )
    with duckdb.connect() as engine:
        filled_tables(engine, churn_risk=risks, customer_lifetime_value=values)
        filled_tables(engine, customer_segments=[{"customer_id": at} for at, _ in enumerate(pays, 1)])
        rows = answer_of(engine, panel_of("demand-insights-engine", "leaving").sql)
    shown = {row["offer_pays"] for row in rows}
    assert shown == ({True, False} if len(set(pays)) > 1 else {None})


@pytest.mark.parametrize(
    ("listed", "others", "result", "is_promised"),
    [(0.4, 0.55, "worse", False), (0.6, 0.55, "better", True), (None, 0.5, "not_tested", True)],
)
def test_opportunities_that_did_worse_than_not_choosing_are_neither_listed_nor_money(
    listed: float | None, others: float, result: str, *, is_promised: bool
) -> None:
    """The order is that of the sales, whatever the score."""
    cells: list[dict[str, object]] = [
        {"region_id": "DE", "region_name": "Germany", "category": "christmas", "rank": 1},
        {"region_id": "GB", "region_name": "United Kingdom", "category": "toys", "rank": 2},
    ]
    for cell, potential in zip(cells, (2178, 95800), strict=True):
        cell.update(potential_sales=potential, potential_low=1000, potential_high=100000, confidence=0.98)
        cell["test_result"] = result
    quality: list[dict[str, object]] = [
        {"metric": "rose_share", "value": listed, "baseline": others, "rows_used": 5},
        {"metric": "listed", "value": 2.0, "rows_used": 84},
    ]
    with duckdb.connect() as engine:
        filled_tables(engine, market_opportunities=cells, market_opportunity_quality=quality)
        (figure,) = answer_of(engine, panel_of("global-market-pulse", "potential").sql)
        listed_now = answer_of(engine, panel_of("global-market-pulse", "opportunities").sql)
        asked = answer_of(engine, QUESTIONS["where_to_grow"].sql)
        best = engine.execute(translate(ANSWERS["global-market-pulse"].sql, "duckdb")).fetchall()
    assert [row["potential_sales"] for row in asked] == ([2178, 95800] if is_promised else [])
    assert [row[-1] for row in best] == ([2178, 95800] if is_promised else [None])
    assert is_promised or "worse than chance" in best[0][0]
    assert (figure["value"], figure["before"]) == ((97978, 2000) if is_promised else (None, None))
    assert [(row["category"], row["potential_sales"]) for row in listed_now] == (
        [("toys", 95800), ("christmas", 2178)] if is_promised else []
    )
    assert is_promised == (figure["title_action"] is None)
    assert is_promised or "None is listed: of an earlier list 2 of 5 gaps" in str(figure["title_action"])


@pytest.mark.parametrize(
    ("listed", "reason"),
    [
        (0.4, "None is listed: of an earlier list 2 of 5 gaps became smaller, of all others 55 %."),
        (None, "None is listed here."),
    ],
)
def test_a_choice_without_opportunities_has_no_sum_and_the_verdict_of_the_whole_list(
    listed: float | None, reason: str
) -> None:
    """It advised to choose all regions and categories, or implied that others have an opportunity."""
    quality: list[dict[str, object]] = [
        {"metric": "rose_share", "value": listed, "baseline": 0.55, "rows_used": 5},
        {"metric": "listed", "value": 2.0, "rows_used": 84},
    ]
    with duckdb.connect() as engine:
        filled_tables(engine, market_opportunities=[], market_opportunity_quality=quality)
        (figure,) = answer_of(engine, panel_of("global-market-pulse", "potential").sql)
    assert figure["value"] is None, "no sum where nothing is estimated"
    assert str(figure["reason"]).startswith(reason)
    assert str(figure["reason"]).endswith("Look again after the next complete month.")
    assert figure["reason"] == figure["title_action"]


def test_the_filter_of_a_region_or_category_leaves_its_own_unusual_sales_and_its_own_test() -> None:
    """The filter calls the chosen series the total, as panels ask for it; a part of a larger sale counts."""
    of_kitchen = {"series_id": "total", "level": "category", "category": "kitchen"}
    anomalies: list[dict[str, object]] = [
        {**of_kitchen, "period_on": date(2010, 11, 29), "actual": 150, "expected": 100, "folds_into": "total"}
        | {"direction": "above"}
    ]
    of_pair = {"series_id": "total", "level": "region_category", "region_id": "IE", "category": "bags"}
    tested: list[dict[str, object]] = [{**of_pair, "windows": 3, "smape": 30}]
    board = dashboards()["market-intelligence-hub"]
    (choice,) = board.filters
    with duckdb.connect() as engine:
        history: list[dict[str, object]] = [{"series_id": "total", "period_on": date(2010, 11, 29)}]
        filled_tables(engine, sales_anomalies=anomalies, forecast_accuracy=tested, sales_history=history)
        filled_tables(engine, sales_forecast=[])
        (unusual,), (row,) = (answer_of(engine, board.panel(name).sql) for name in ("anomalies", "accuracy"))
    assert {"anomalies", "accuracy"} <= set(choice.panels)
    assert "sales_anomalies" in choice.tables
    assert (unusual["series_id"], unusual["difference"]) == ("category=kitchen", 50)
    assert unusual["unusual_parts"] is None, "a series is no part of itself"
    assert (row["series_id"], row["off_by"]) == ("region=IE/category=bags", 30)


def test_one_large_order_is_one_unusual_sale_whatever_parts_it_has() -> None:
    anomalies: list[dict[str, object]] = [
        {
            "series_id": name,
            "period_on": date(2010, 11, 29),
            "grain": "week",
            "actual": 8600,
            "expected": 300,
            "folds_into": whole,
            "explanation": "One order is most of the difference",
            "order_id": "537659",
        }
        for name, whole in (("region=(other)", None), ("region=(other)/category=bags", "region=(other)"))
    ]
    history: list[dict[str, object]] = [{"series_id": "total", "period_on": date(2010, 11, 29)}]
    (rule,) = dashboards()["market-intelligence-hub"].alerts
    with duckdb.connect() as engine:
        filled_tables(engine, sales_anomalies=anomalies, sales_history=history)
        (row,) = answer_of(engine, rule.sql)
    assert row["value"] == 1
    assert filled_template(rule.message, [row], {**rule.units, "value": rule.unit}) == (
        "Unusual sales in the week of 29 Nov 2010: other regions £8,600, where £300 was expected; "
        "one order is most of the difference, order 537659."
    )


def test_titles_of_one_chosen_region_do_not_compare_it() -> None:
    regions: list[dict[str, object]] = [
        {"region_id": code, "region_name": name, "month_on": date(2010, month, 1), "is_complete": True}
        | {"revenue": revenue, "sales_share": share, "monthly_growth": 0.5, "orders": 20}
        for month in (10, 11)
        for code, name, revenue, share in (("GB", "United Kingdom", 90, 0.9), ("DE", "Germany", 10, 0.1))
    ]
    germany = [row for row in regions if row["region_id"] == "DE"]
    board = dashboards()["global-market-pulse"]

    def titles(rows: list[dict[str, object]]) -> list[str]:
        with duckdb.connect() as engine:
            filled_tables(engine, regional_performance=rows)
            return [
                answer_in_words(panel.answer, answer_of(engine, panel.sql), {})
                for panel in (board.panel("map"), board.panel("growth"))
            ]

    (sold, grew), (sold_alone, changed) = titles(regions), titles(germany)
    assert sold.startswith("United Kingdom had most revenue in November 2010")
    assert grew.startswith("Germany grew most of the 2 regions with 20 orders in both months, by")
    assert sold_alone.startswith("Germany had its revenue in November 2010")
    assert changed.startswith("Germany grew by")


def test_a_search_grew_if_it_has_ten_searches_and_chance_explains_less_and_the_largest_growth_is_first() -> (
    None
):
    week = date(2024, 12, 23)
    counts = {
        "metal sign": (0, 4),
        "yoga mat": (10, 14),
        "retrospot": (9, 21),
        "lantern": (10, 34),
        "advent calendar": (20, 60),
        "cake stand": (30, 25),
    }
    trends: list[dict[str, object]] = [
        {"template": name, "week_on": week, "is_complete": True, "searches_before": before, "searches": now}
        for name, (before, now) in counts.items()
    ]
    with duckdb.connect() as engine:
        filled_tables(engine, query_trends=trends)
        grown = answer_of(engine, panel_of("retail-copilot", "rising").sql)
    assert [row["template"] for row in grown] == ["advent calendar", "lantern"]


def test_a_group_that_no_phrase_names_is_no_wish_and_its_searches_are_rows_of_their_own() -> None:
    groups = {
        "bag": ("bag", 90),
        "tote bag": ("bag", 20),
        "face mask": ("various: face mask, (blank), abg", 50),
        "(blank)": ("various: face mask, (blank), abg", 40),
        "yoga mat": ("yoga mat, home, door mat union flag", 30),
        "et": ("other", 6),
    }
    patterns: list[dict[str, object]] = [
        {"template": name, "intent": intent, "searches": count, "purchase_rate": 0.1, "zero_result_share": 0}
        for name, (intent, count) in groups.items()
    ]
    (choice,) = dashboards()["retail-copilot"].filters
    with duckdb.connect() as engine:
        filled_tables(engine, query_patterns=patterns, query_model_quality=[], query_gaps=[])
        wishes = answer_of(engine, panel_of("retail-copilot", "intents").sql)
        choices = answer_of(engine, choice.values)
    assert [(row["wish"], row["searches"]) for row in wishes] == [
        ("bag", 110),
        ("face mask", 50),
        ("yoga mat", 30),
        ("other", 6),
    ]
    assert [row["intent"] for row in choices] == [
        "bag",
        "various: face mask, (blank), abg",
        "yoga mat, home, door mat union flag",
    ], "every search can be chosen by its wish, and of fewer than 30 nothing can be said"


def test_the_wish_to_improve_is_named_and_one_word_of_a_longer_wish_is_none() -> None:
    """Of 1,000 searches for a mug 100 fewer than usual end in a purchase; a holder is one of t lights."""
    patterns: list[dict[str, object]] = [
        {"template": name, "intent": name, "searches": count, "purchase_rate": rate, "zero_result_share": 0}
        for name, count, rate in (
            ("bag", 8000, 0.12),
            ("mug", 1000, 0.02),
            ("t light holder", 900, 0.12),
            ("holder", 700, 0.0),
        )
    ]
    panel = panel_of("retail-copilot", "intents")
    with duckdb.connect() as engine:
        filled_tables(engine, query_patterns=patterns, query_model_quality=[], query_gaps=[])
        rows = answer_of(engine, panel.sql)
        engine.execute("update query_patterns set purchase_rate = 0.12")
        even = answer_of(engine, panel.sql)
    assert [row["wish"] for row in rows] == ["bag", "mug", "t light holder"]
    assert answer_in_words(panel.answer, rows, dict(panel.units)) == (
        "Most wanted, in whatever words: bag, with 8,000, of which 12 % end in a purchase; improve first: "
        "mug, 2 % of 1,000 searches that showed something, where 10.3 % is usual"
    )
    assert str(rows[0]["title_action"]).startswith("Look at what the search shows for “mug”")
    assert answer_in_words(panel.answer, even, dict(panel.units)) == (
        "Most wanted, in whatever words: bag, with 8,000, of which 12 % end in a purchase"
    )
    assert even[0]["title_action"] is None


USUAL_PURCHASES: list[dict[str, object]] = [
    {"model": "templates", "metric": "purchase_share", "value": 0.0481},
    {"model": "templates", "metric": "purchase_share_with_results", "value": 0.0577},
]


def of_wish(name: str, searches: int, bought: float, nothing: float) -> dict[str, object]:
    pattern: dict[str, object] = {"template": name, "intent": name, "searches": searches}
    return pattern | {"purchase_rate": bought, "zero_result_share": nothing}


def test_one_chosen_wish_has_the_verdict_that_it_has_among_all() -> None:
    """A filter leaves the searches of one wish, of which the own share is no usual one."""
    panel = panel_of("retail-copilot", "intents")
    with duckdb.connect() as engine:
        sign = of_wish("metal sign", 1219, 0.0386, 0.08)
        filled_tables(engine, query_patterns=[sign], query_model_quality=USUAL_PURCHASES, query_gaps=[])
        rows = answer_of(engine, panel.sql)
    assert answer_in_words(panel.answer, rows, dict(panel.units)).endswith(
        "; improve first: metal sign, 4.2 % of 1,121 searches that showed something, where 5.8 % is usual"
    )
    assert str(rows[0]["title_action"]).startswith("Look at what the search shows for “metal sign”")


@pytest.mark.parametrize(
    ("template", "gap", "is_in_queue"),
    [("meal sign", "not_found", False), ("metal sign", "not_bought", True)],
)
def test_the_wish_to_improve_says_what_it_costs_and_whether_the_queue_has_it(
    template: str, gap: str, *, is_in_queue: bool
) -> None:
    """Metal signs were to improve first, and nothing on the page had the 18 purchases that they missed."""
    panel = panel_of("retail-copilot", "intents")
    item: dict[str, object] = {"template": template, "intent": "metal sign", "gap": gap}
    item |= {"valued_by": "opened_articles", "purchase_value_gbp": 10}
    other: dict[str, object] = {"template": "yoga mat", "intent": "yoga mat", "gap": "not_found"}
    other |= {"valued_by": "any_article", "purchase_value_gbp": 20}
    with duckdb.connect() as engine:
        sign = of_wish("metal sign", 1219, 0.0386, 0.08)
        quality = USUAL_PURCHASES
        filled_tables(engine, query_patterns=[sign], query_model_quality=quality, query_gaps=[item, other])
        rows = answer_of(engine, panel.sql)
    assert answer_in_words(panel.answer, rows, dict(panel.units)).endswith(
        " searches that showed something, where 5.8 % is usual, which costs about £177"
    )
    assert str(rows[0]["title_action"]).endswith("It is no item of the queue.") is not is_in_queue


def test_a_wish_that_falls_behind_only_by_searches_that_show_nothing_is_for_the_queue() -> None:
    """Candles had 349 searches for a diffuser that showed nothing; no price or picture explains these."""
    panel = panel_of("retail-copilot", "intents")
    candle, mug = of_wish("candle", 1468, 0.0361, 0.298), of_wish("mug", 934, 0.0364, 0.09)
    with duckdb.connect() as engine:
        filled_tables(engine, query_patterns=[candle], query_model_quality=USUAL_PURCHASES, query_gaps=[])
        alone = answer_of(engine, panel.sql)
    with duckdb.connect() as engine:
        quality = USUAL_PURCHASES
        filled_tables(engine, query_patterns=[mug, candle], query_model_quality=quality, query_gaps=[])
        both = answer_of(engine, panel.sql)
    assert answer_in_words(panel.answer, alone, dict(panel.units)) == (
        "Most wanted, in whatever words: candle, with 1,468, of which 3.6 % end in a purchase; of candle "
        "29.8 % showed nothing, spread over many phrases, and the others are bought as usual"
    )
    answer_it = "Answer what is searched for “candle” and showed nothing: it is in the queue."
    assert alone[0]["title_action"] == answer_it
    assert str(both[0]["title_action"]).startswith("Look at what the search shows for “mug”")
    assert str(both[0]["title_action"]).endswith(answer_it)
    assert panel.queue == "searches_to_answer"


def test_a_wish_that_falls_behind_by_few_phrases_is_blamed_on_these() -> None:
    """Of 437 searches for candles that showed nothing 349 were "scented diffuser", which is no candle."""
    board = dashboards()["retail-copilot"]
    others = {"template": "candle", "searches": 1119, "purchase_rate": 0.0474, "zero_result_share": 0.0786}
    diffuser = {"template": "scented diffuser", "searches": 349, "purchase_rate": 0, "zero_result_share": 1}
    week = {"week_on": date(2010, 11, 29), "is_complete": True}
    trends = [
        {**week, "template": template, "intent": "candle", "searches": searches, "without_results": nothing}
        for template, searches, nothing in (("candle", 30, 3), ("scented diffuser", 16, 15))
    ]
    item: dict[str, object] = {"template": "scented diffuser", "intent": "candle", "gap": "not_found"}
    answers = {}
    with duckdb.connect() as engine:
        filled_tables(
            engine,
            query_patterns=[{**row, "intent": "candle"} for row in (others, diffuser)],
            query_model_quality=USUAL_PURCHASES,
            query_gaps=[item],
            query_trends=trends,
        )
        for name in ("intents", "searches", "weekly_share"):
            panel = board.panel(name)
            rows = answer_of(engine, panel.sql)
            words = answer_in_words(panel.answer, rows, dict(panel.units))
            answers[name] = (words, rows[0]["title_action"])
    words, action = answers["intents"]
    assert words.endswith("; 349 of the 437 searches of candle that showed nothing are “scented diffuser”")
    assert action == "Answer “scented diffuser” first: it is in the queue."
    words, action = answers["searches"]
    assert "; 349 of them are “scented diffuser”" in words
    assert action == "Answer “scented diffuser” first: without it 8 % showed nothing."
    assert "; 15 of these 18 are “scented diffuser”" in answers["weekly_share"][0]


def test_a_wish_that_shows_nothing_as_often_as_others_is_not_for_the_queue() -> None:
    """Its purchases are just beyond chance of all searches, and just within it of those with results."""
    panel = panel_of("retail-copilot", "intents")
    with duckdb.connect() as engine:
        tissue = of_wish("tissue", 1000, 0.0343, 0.18)
        filled_tables(engine, query_patterns=[tissue], query_model_quality=USUAL_PURCHASES, query_gaps=[])
        rows = answer_of(engine, panel.sql)
    assert answer_in_words(panel.answer, rows, dict(panel.units)).endswith("3.4 % end in a purchase")
    assert rows[0]["title_action"] is None


def test_what_is_lost_to_searches_is_of_a_period_that_the_title_names() -> None:
    gaps: list[dict[str, object]] = [
        {"search": "mask", "template": "mask", "gap": "not_found", "lost_revenue_gbp": 10, "searches": 9}
    ]
    quality: list[dict[str, object]] = [{"period": "2009-12-01/2010-12-09"}]
    with duckdb.connect() as engine:
        filled_tables(engine, query_gaps=gaps, query_model_quality=quality, query_patterns=[])
        titles = [
            answer_in_words(panel.answer, answer_of(engine, panel.sql), {})
            for panel in map(dashboards()["retail-copilot"].panel, ("searches", "lost_revenue", "gaps"))
        ]
    assert all(title.endswith("1 Dec 2009 to 9 Dec 2010") for title in titles)


def test_what_is_lost_says_how_few_items_have_most_of_it() -> None:
    """A queue of 103 items for £5,652 did not say that the first ones have nearly all of it."""
    gaps: list[dict[str, object]] = [
        {"template": f"t{at}", "search": f"t{at}", "gap": "not_found", "lost_revenue_gbp": lost}
        for at, lost in enumerate([100, 500, 250, 50, 100])
    ]
    panel = panel_of("retail-copilot", "lost_revenue")
    with duckdb.connect() as engine:
        filled_tables(engine, query_gaps=gaps, query_model_quality=[])
        many = answer_of(engine, panel.sql)
        engine.execute("delete from query_gaps where lost_revenue_gbp < 500")
        single = answer_of(engine, panel.sql)
    assert (many[0]["value"], single[0]["value"]) == (1000, 500)
    assert answer_in_words(panel.answer, many, panel.units).endswith(
        "; the first 3 of 5 items are £850 of it"
    )
    assert "items" not in answer_in_words(panel.answer, single, panel.units)
    assert details_of(panel, many[0]) == ["Each of the other items loses at most 100."]
    assert details_of(panel, single[0]) == []


@pytest.mark.parametrize(
    ("newest", "action"),
    [
        ((100, 40), "It rose by more than chance"),
        ((100, 20), None),
        ((100, 5), "It fell by more than chance"),
    ],
)
def test_the_share_of_searches_that_show_nothing_is_compared_beyond_chance(
    newest: tuple[int, int], action: str | None
) -> None:
    weeks = [(100, 20)] * 8 + [newest]
    trends: list[dict[str, object]] = [
        {"template": "mug", "week_on": date(2010, 10, 4) + timedelta(weeks=number), "is_complete": True}
        | {"searches": searches, "without_results": nothing}
        for number, (searches, nothing) in enumerate(weeks)
    ]
    panel = panel_of("retail-copilot", "weekly_share")
    with duckdb.connect() as engine:
        filled_tables(engine, query_trends=trends)
        answer = answer_of(engine, panel.sql)
    assert answer_in_words(panel.answer, answer, panel.units) == (
        f"{newest[1]} % of the searches in the week of 29 Nov 2010 showed nothing; 20 % in the eight weeks "
        "before"
    )
    assert str(answer[0]["title_action"] or "").startswith(action or "")
    assert bool(answer[0]["title_action"]) is bool(action)


@pytest.mark.parametrize(
    ("searches", "next_week", "action"),
    [
        (0, 9, "No search was recorded in the week of 28 Dec 2009: ask whether"),
        (3, 9, None),
        (0, 6, None),
    ],
)
def test_a_week_without_searches_is_named_unless_there_are_few(
    searches: int, next_week: int, action: str | None
) -> None:
    trends: list[dict[str, object]] = [
        {"template": "mug", "week_on": week, "is_complete": True, "searches": number}
        for week, number in ((date(2009, 12, 28), searches), (date(2010, 1, 4), next_week))
    ]
    with duckdb.connect() as engine:
        filled_tables(engine, query_trends=trends)
        answer = answer_of(engine, panel_of("retail-copilot", "weekly_searches").sql)
    assert [str(row["title_action"] or "")[:58] for row in answer] == [(action or "")[:58]] * 2


def test_a_region_of_few_orders_has_no_rate_of_growth() -> None:
    rows: list[dict[str, object]] = [
        {"region_id": code, "region_name": code, "month_on": month, "is_complete": True, "orders": orders}
        | {"revenue": 100 * orders, "monthly_growth": growth}
        for code, month, orders, growth in (
            ("DE", date(2010, 10, 1), 20, None),
            ("DE", date(2010, 11, 1), 30, 0.5),
            ("MT", date(2010, 10, 1), 1, None),
            ("MT", date(2010, 11, 1), 25, 5.0),
        )
    ]
    board = dashboards()["global-market-pulse"]
    with duckdb.connect() as engine:
        filled_tables(engine, regional_performance=rows)
        table, world = (answer_of(engine, board.panel(name).sql) for name in ("regions", "map"))
        panel = board.panel("growth")
        title = answer_in_words(panel.answer, answer_of(engine, panel.sql), panel.units)
    for answer in (table, world):
        assert [
            (row["region_name"], row["orders_before"], row["orders"], row["revenue_growth"]) for row in answer
        ] == [("DE", 20, 30, 0.5), ("MT", 1, 25, None)]
    assert title == "DE grew by 50 % to £3,000: 30 orders after 20, which may be chance", (
        "25 orders of MT after one are no growth to act upon"
    )


def two_months(name: str, *figures: tuple[float, float, float, int]) -> list[dict[str, object]]:
    """Return October and November of a region, each from its sales, returns, fees and orders."""
    return [
        {"region_id": name[:2], "region_name": name, "month_on": month, "is_complete": True, "orders": orders}
        | {"sales": sales, "returns": returns, "fees": fees, "revenue": sales - returns - fees}
        | {"return_rate": returns / sales, "customers": orders}
        for month, (sales, returns, fees, orders) in zip(
            (date(2010, 10, 1), date(2010, 11, 1)), figures, strict=True
        )
    ]


BRITAIN = two_months("Britain", (996929, 18879, 47938, 2104), (1269636, 25607, 10745, 2520))
FRANCE = two_months("France", (14531, 12133, 1074, 26), (15208, 601, 8, 28))


def titles_of_regions(
    rows: list[dict[str, object]], *names: str
) -> list[tuple[str, list[dict[str, object]]]]:
    with duckdb.connect() as engine:
        filled_tables(engine, regional_performance=rows)
        panels = [panel_of("global-market-pulse", name) for name in names]
        answers = [answer_of(engine, panel.sql) for panel in panels]
    return [
        (answer_in_words(panel.answer, rows, dict(panel.units)), rows)
        for panel, rows in zip(panels, answers, strict=True)
    ]


def test_growth_is_of_sales_where_returns_and_fees_make_a_tenth_of_the_change() -> None:
    """Of £303,174 more revenue £37,193 were fewer corrections."""
    figure, table, chart = titles_of_regions(BRITAIN, "revenue_last_month", "regions", "growth")
    assert figure[0] == (
        "Revenue in November 2010; sales grew £272,707, fees and corrections fell £37,193, "
        "returns grew £6,728"
    ), "parts that add up to the change of revenue"
    assert table[0].startswith(
        "Britain grew: £272,707 more sales than in the month before, 2,520 orders after 2,104; revenue, "
        "which is less returns and fees, grew £303,172"
    ), "the table below has the change of revenue"
    assert (table[1][0]["revenue_change"], figure[1][0]["before"]) == (303172, 930112)
    assert chart[0].startswith("Sales of Britain grew by 27.4 % to £1,269,636: 2,520 orders after 2,104")


def test_a_month_of_which_most_came_back_is_named_and_no_growth_is_measured_by_it() -> None:
    """One return of £10,000 in the month before made a growth of 1,002 %, where sales rose by 4.7 %."""
    figure, table, chart, drawn = titles_of_regions(FRANCE, "revenue_last_month", "regions", "growth", "map")
    assert figure[0] == (
        "Revenue in November 2010; of the sales of October 2010 90.9 % came back or was taken off, so sales "
        "are compared; sales grew £677, fees and corrections fell £1,066, returns fell £11,532"
    )
    assert figure[1][0]["before"] is None
    assert chart[0].startswith("Sales of France grew by 4.7 % to £15,208: 28 orders after 26, which may be")
    row = table[1][0]
    assert (row["revenue_change"], row["revenue_growth"], drawn[1][0]["revenue_growth"]) == (None, None, None)
    assert row["what_to_do"] == "wait: chance"
    assert row["left_out_because"] == "most of a month came back or was taken off: no change"


def test_growth_that_chance_does_not_explain_leads_by_what_it_brings() -> None:
    rows: list[dict[str, object]] = [
        {"region_id": code, "region_name": code, "month_on": month, "is_complete": True, "orders": orders}
        | {"revenue": 100 * orders}
        for code, month, orders in (
            ("GB", date(2010, 10, 1), 2000),
            ("GB", date(2010, 11, 1), 2800),
            ("DE", date(2010, 10, 1), 38),
            ("DE", date(2010, 11, 1), 57),
            ("FR", date(2010, 10, 1), 30),
            ("FR", date(2010, 11, 1), 36),
        )
    ]
    panel = dashboards()["global-market-pulse"].panel("growth")
    with duckdb.connect() as engine:
        filled_tables(engine, regional_performance=rows)
        title = answer_in_words(panel.answer, answer_of(engine, panel.sql), panel.units)
    assert title == (
        "GB grew most in money of the 3 regions with 20 orders in both months, by 40 % to £280,000: "
        "2,800 orders after 2,000"
    )


@pytest.mark.parametrize(
    ("orders", "rate", "title"),
    [
        (20, 0.67, "Ask why goods of Spain came back: 670 came back, 67 % of its sales"),
        (19, None, "Spain needs no action: no change of this month is beyond chance"),
    ],
)
def test_a_rate_of_returns_is_stated_and_acted_upon_from_20_orders_on(
    orders: int, rate: float | None, title: str
) -> None:
    spain = {"region_id": "ES", "region_name": "Spain", "month_on": date(2010, 11, 1), "is_complete": True}
    panel = panel_of("global-market-pulse", "regions")
    with duckdb.connect() as engine:
        filled_tables(
            engine, regional_performance=[spain | {"orders": orders, "return_rate": 0.67, "sales": 1000}]
        )
        (row,) = answer_of(engine, panel.sql)
    assert row["return_rate"] == rate
    assert answer_in_words(panel.answer, [row], {"title_rate": "share"}) == title


@pytest.mark.parametrize(
    ("before", "orders_before", "now", "is_asked"),
    [
        ((0.0,) * 4, 20, (40, 2000, 0.0025), False),
        ((0.0,) * 4, 20, (2000, 90000, 0.03), False),
        ((0.0,) * 4, 20, (40, 2000, 0.06), False),
        ((0.01,) * 4, 200, (400, 900, 0.06), False),
        ((0.01,) * 4, 200, (400, 9000, 0.06), True),
        ((0.01,) * 4, 19, (400, 9000, 0.06), False),
        ((0.01, 0.01, 0.01, 1.2), 200, (400, 9000, 0.06), True),
    ],
    ids=[
        "one return of £5 after none",
        "3 % of much",
        "a rate of 6 % of 40 orders may be chance",
        "£54",
        "beyond chance, £540",
        "too few orders before to know a usual rate, and less than a fifth",
        "a month in which goods of earlier months came back is not usual",
    ],
)
def test_returns_are_asked_about_where_rate_and_amount_are_worth_it_and_chance_does_not_explain_them(
    before: tuple[float, ...], orders_before: int, now: tuple[int, int, float], *, is_asked: bool
) -> None:
    earlier = [(month, orders_before, 1000, rate) for month, rate in zip((7, 8, 9, 10), before, strict=True)]
    rows: list[dict[str, object]] = [
        {"region_id": "ES", "region_name": "Spain", "month_on": date(2010, month, 1), "is_complete": True}
        | {"orders": orders, "revenue": 500, "sales": sales, "return_rate": rate}
        for month, orders, sales, rate in [*earlier, (11, *now)]
    ]
    with duckdb.connect() as engine:
        filled_tables(engine, regional_performance=rows)
        (row,) = answer_of(engine, panel_of("global-market-pulse", "regions").sql)
    assert ("ask on returns" in str(row["what_to_do"])) is is_asked


def test_a_region_of_few_orders_does_not_raise_the_usual_rate_of_the_others() -> None:
    """Of DE 12 % came back; of all others that have a rate 2 %, and of MT with two orders everything."""
    rows: list[dict[str, object]] = [
        {"region_id": code, "region_name": code, "month_on": date(2010, 11, 1), "is_complete": True}
        | {"orders": orders, "revenue": 500, "sales": sales, "return_rate": rate}
        for code, orders, sales, rate in (
            ("DE", 400, 9000, 0.12),
            ("GB", 400, 9000, 0.02),
            ("MT", 2, 9000, 1.0),
        )
    ]
    with duckdb.connect() as engine:
        filled_tables(engine, regional_performance=rows)
        answer = answer_of(engine, panel_of("global-market-pulse", "regions").sql)
    assert [row["region_name"] for row in answer if row["what_to_do"] == "ask on returns"] == ["DE"]


def test_the_region_to_act_on_is_the_one_with_most_money_in_a_change_beyond_chance() -> None:
    rows: list[dict[str, object]] = [
        {"region_id": code, "region_name": code, "month_on": month, "is_complete": True, "orders": orders}
        | {"revenue": 100 * orders, "sales": 100 * orders, "return_rate": 0.5 if code == "NL" else 0.02}
        for code, before, now in (
            ("GB", 2000, 2800),
            ("DE", 300, 100),
            ("FR", 30, 36),
            ("NL", 25, 25),
            ("AU", 3, 19),
        )
        for month, orders in ((date(2010, 10, 1), before), (date(2010, 11, 1), now))
    ]
    board = dashboards()["global-market-pulse"]
    panel = board.panel("regions")
    with duckdb.connect() as engine:
        filled_tables(engine, regional_performance=rows)
        answer = answer_of(engine, panel.sql)
        (figure,) = answer_of(engine, board.panel("growing_regions").sql)
    assert [(row["region_name"], row["what_to_do"], row["revenue_change"]) for row in answer] == [
        ("GB", "order by the forecast", 80_000),
        ("DE", "ask why it fell", -20_000),
        ("NL", "ask on returns", 0),
        ("FR", "wait: chance", 600),
        ("AU", "wait: few orders", None),
    ]
    assert answer_in_words(panel.answer, answer, panel.units) == (
        "GB grew: £80,000 more than in the month before, 2,800 orders after 2,000"
    )
    assert [row["title_onward"] for row in answer] == [
        "market-intelligence-hub?series=region%3DGB",
        None,
        None,
        None,
        None,
    ]
    assert [row["region_name"] for row in answer if row["title_folded"]] == ["FR", "AU"], "nothing to do"
    assert (figure["value"], figure["before"], figure["title_fell"]) == (1, 4, 1)
    label = board.panel("growing_regions").before_label
    assert label == "had 20 orders or more in both months and can be compared", "right after 1 and after 4"


def test_a_region_with_two_actions_has_both_the_larger_amount_first_and_a_past_month_has_none() -> None:
    """Of the region 100 of 2,000 came back a month, and 400 of 2,800 in the newest."""
    rows: list[dict[str, object]] = [
        {"region_id": code, "region_name": code, "month_on": date(2010, month, 1), "is_complete": True}
        | {"orders": orders, "revenue": orders, "sales": 10 * orders, "return_rate": rate}
        | {"as_of": date(2010, 12, 9)}
        for code, rates in (("GB", (0.05, 0.05, 0.05, 0.12)), ("DE", (0.06, 0.06, 0.06, 0.06)))
        for month, orders, rate in zip((8, 9, 10, 11), (2000, 2000, 2000, 2800), rates, strict=True)
    ]
    board = dashboards()["global-market-pulse"]
    panel = board.panel("regions")
    with duckdb.connect() as engine:
        filled_tables(engine, regional_performance=rows)
        first, other = answer_of(engine, panel.sql)
        engine.execute("delete from regional_performance where month_on > date '2010-10-01'")
        engine.execute(
            "update regional_performance set orders = 1000, revenue = 1000 where month_on = date '2010-09-01'"
        )
        past = answer_of(engine, panel.sql)
        drawn = [
            answer_of(engine, board.panel(name).sql)[0]["title_action"]
            for name in ("revenue_last_month", "growing_regions", "growth", "map")
        ]
    assert (first["region_name"], first["what_to_do"]) == ("GB", "ask on returns, order by the forecast")
    assert other["what_to_do"] == "order by the forecast"
    assert answer_in_words(panel.answer, [first], panel.units) == (
        "Ask why goods of GB came back: £3,360 came back, 12 % of its sales; then order by the forecast"
    )
    assert [(row["what_to_do"], row["what_happened"]) for row in past] == [(None, "grew"), (None, "grew")]
    assert answer_in_words(panel.answer, past, panel.units).startswith("DE grew: ")
    actions = (past[0]["title_action"], *drawn)
    assert [action for action in actions if "A later month" not in str(action)] == []


def test_the_page_of_a_region_names_its_returns_by_amount_with_order_customer_and_article() -> None:
    part = part_of_returns("regions")
    months = [
        {"region_id": "NL", "month_on": date(2010, month, 1), "is_complete": month < 11} for month in (10, 11)
    ]
    with duckdb.connect() as engine:
        filled_tables(engine, regional_performance=cast("list[dict[str, object]]", months))
        with_lines(engine, BACK)
        engine.execute("update orders set region_id = 'NL'")
        engine.execute("insert into products (product_id, product_name) values ('A', 'MAGNETS')")
        rows = answer_of(engine, part.of_item("NL"))
    assert answer_in_words(part.title, rows, part.units) == (
        "£12,770 came back in October 2010, the largest part MAGNETS: 100 pieces of customer 9, £10,000; ask "
        "what was wrong"
    )
    assert [(row["order_id"], row["customer_id"], row["product_id"]) for row in rows] == [
        ("C525398", 9, "A"),
        ("C525400", 9, "B"),
    ]


TESTED_PERIOD: dict[str, object] = {
    "model": "gradient_boosting",
    "metric": "average_precision",
    "value": 0.7,
    "period": "2010-11-30/2010-12-09",
}


def test_the_returns_of_a_region_are_listed_newest_first_below_the_article_with_most_money() -> None:
    """1 July stood above 14 July and below 4 November."""
    lines: list[tuple[object, ...]] = [
        ("C1", date(2010, 10, 5), "cancelled", "A", -100, 100),
        ("C2", date(2010, 10, 9), "cancelled", "B", -1, 5),
        ("C3", date(2010, 7, 1), "cancelled", "C", -9, 9),
        ("C4", date(2010, 7, 14), "cancelled", "D", -1, 7),
    ]
    part = part_of_returns("regions")
    with duckdb.connect() as engine:
        filled_tables(
            engine,
            regional_performance=[{"region_id": "AU", "month_on": date(2010, 10, 1), "is_complete": True}],
        )
        with_lines(engine, lines)
        engine.execute("update orders set region_id = 'AU'")
        rows = answer_of(engine, part.of_item("AU"))
    assert [row["order_id"] for row in rows] == ["C2", "C1", "C4", "C3"]
    assert answer_in_words(part.title, rows, part.units).startswith(
        "£10,005 came back in October 2010, the largest part A: 100 pieces of customer 9, £10,000"
    )


AUSTRALIA: dict[str, object] = {
    "region_id": "AU",
    "region_name": "Australia",
    "is_complete": True,
    "orders": 25,
}


def test_the_page_of_a_region_begins_with_the_order_that_is_most_of_its_month() -> None:
    """Australia's page spoke of £37.70 of returns, and not of the order of £16.6k."""
    months: list[dict[str, object]] = [
        {**AUSTRALIA, "month_on": date(2010, at, 1), "revenue": revenue, "largest_order": largest}
        | {"largest_order_id": order}
        for at, revenue, largest, order in (
            (10, 3000, 500, "530000"),
            (11, 18207.82, 16554.88, "536009"),
        )
    ]
    part = row_parts("regions")[0]
    with duckdb.connect() as engine:
        filled_tables(engine, regional_performance=months)
        rows = answer_of(engine, part.of_item("AU"))
        engine.execute("update regional_performance set largest_order = 500")
        plain = answer_of(engine, part.of_item("AU"))
    assert answer_in_words(part.title, rows, part.units) == (
        "Order 536009 of £16,555 is 90.9 % of the £18,208 of November 2010: £1,653 without it; ask its "
        "customer whether it comes again, and plan without it until then"
    )
    assert [(row["month_on"].month, row["order_id"]) for row in rows] == [(11, "536009"), (10, "530000")]  # type: ignore[attr-defined]
    assert answer_in_words(part.title, plain, part.units) == (
        "£18,208 of revenue in November 2010, place 1 of the regions"
    )


def test_the_page_of_an_order_says_what_it_is_of_its_region_and_customer_and_what_to_ask() -> None:
    lines: list[tuple[object, ...]] = [
        ("536009", date(2010, 11, 29), "completed", "A", 100, 165),
        ("530669", date(2010, 11, 4), "completed", "A", 1, 10),
        ("528168", date(2010, 10, 21), "completed", "B", 10, 232.7),
        ("C52816", date(2010, 10, 22), "cancelled", "B", -10, 232.7),
    ]
    month = {**AUSTRALIA, "month_on": date(2010, 11, 1), "revenue": 18150}
    (part,) = (one for one in row_parts("orders") if "{title_share}" in one.title)
    with duckdb.connect() as engine:
        filled_tables(engine, regional_performance=[month])
        with_lines(engine, lines)
        engine.execute("update orders set region_id = 'AU'")
        large, small, returned = (
            answer_of(engine, part.of_item(order)) for order in ("536009", "530669", "C52816")
        )
        engine.execute("delete from orders where order_id = '528168'")
        one_other = answer_of(engine, part.of_item("530669"))
        engine.execute("delete from orders where order_id = '536009'")
        alone = answer_of(engine, part.of_item("530669"))
    titles = [answer_in_words(part.title, rows, part.units) for rows in (large, small, one_other, alone)]
    assert titles == [
        (
            "£16,500 in this order, 90.9 % of the £18,150 of Australia in November 2010; the other kept "
            "order of the customer was £10; ask customer 9 whether it comes again, and plan Australia "
            "without it until then"
        ),
        "£10 in this order; the other kept order of the customer was £16,500",
        "£10 in this order; the other order of the customer was £16,500",
        "£10 in this order; the customer has no other order",
    ]
    assert [row["order_id"] for row in large] == ["530669", "528168"]
    assert returned == [], "what came back has a part of its own"


def test_each_row_of_the_decisions_about_payments_is_of_one_period() -> None:
    """Ten tested days with 20 known payments to review, of which 5 were fraud; one payment waits."""
    known: list[dict[str, object]] = [
        {"transaction_id": number, "decision": "review", "is_fraud": number < 5, "amount": 100}
        | {"transacted_at": datetime(2010, 12, 1 + number % 5, 9, 0)}
        for number in range(20)
    ]
    other: list[dict[str, object]] = [
        {"transaction_id": 50, "decision": "review", "amount": 30, "transacted_at": datetime(2010, 12, 9, 9)},
        {"transaction_id": 51, "decision": "review", "amount": 9, "transacted_at": datetime(2010, 6, 1, 9)}
        | {"is_fraud": False},
        {"transaction_id": 52, "decision": "approve", "amount": 9, "is_fraud": True}
        | {"transacted_at": datetime(2010, 12, 2, 9)},
    ]
    panel = panel_of("compliance-guardian", "decisions")
    with duckdb.connect() as engine:
        filled_tables(engine, fraud_scores=known + other, fraud_model_quality=[TESTED_PERIOD])
        rows = answer_of(engine, panel.sql)
    shown = [(row["decision"], row["of_days"], row["payments"], row["amount"]) for row in rows]
    assert shown == [
        ("review", "waits now", 1, 30),
        ("review", "tested days", 21, 2030),
        ("approve", "tested days", 1, 9),
    ]
    assert [(row["from_on"], row["until_on"]) for row in rows[1:]] == 2 * [
        (date(2010, 11, 30), date(2010, 12, 9))
    ]
    assert [(row["a_day"], row["most_in_a_day"], row["of_100_were_fraud"]) for row in rows] == [
        (None, None, None),
        (2.1, 4, 25),
        (0.1, 1, 100),
    ]
    assert str(rows[1]["of_100_were_fraud"]) == "25.00", "the digits of a row do not depend on the others"
    title = answer_in_words(panel.answer, rows[1:], {})
    assert title.startswith(
        "Of those to review 5 of 20 were fraud; of 1 that were approved 1 were fraud; all together had "
        "6 frauds; tested on "
    )
    assert title.endswith("9 Dec 2010")


def test_proposals_to_block_are_counted_by_their_verdicts() -> None:
    """Sixteen known ones are no 100 of 100."""
    blocked: list[dict[str, object]] = [
        {"transaction_id": number, "decision": "block", "is_fraud": True, "amount": 9}
        | {"transacted_at": datetime(2010, 12, 1, 9)}
        for number in range(16)
    ]
    panel = panel_of("compliance-guardian", "decisions")
    with duckdb.connect() as engine:
        filled_tables(engine, fraud_scores=blocked, fraud_model_quality=[TESTED_PERIOD])
        chosen = answer_in_words(panel.answer, answer_of(engine, panel.sql), {})
        engine.execute(
            "insert into fraud_scores by name select * replace ('approve' as decision, false as is_fraud) "
            "from fraud_scores limit 1"
        )
        title = answer_in_words(panel.answer, answer_of(engine, panel.sql), {})
    assert title.startswith("Of those to block 16 of 16 were fraud; of 1 that were approved 0 were fraud")
    assert chosen.startswith("Of those to block 16 of 16 were fraud; tested"), "a filter of no approval"


def test_the_charts_of_regions_are_those_with_most_revenue_in_the_month_that_is_shown() -> None:
    """Sweden sold most a year ago; of the last complete month it is the smallest of seven."""
    revenues = {
        "SE": (900, 1),
        "AU": (1, 60),
        "DE": (50, 50),
        "FR": (40, 40),
        "IE": (30, 30),
        "NL": (20, 20),
        "GB": (10, 99),
    }
    rows: list[dict[str, object]] = [
        {"region_id": code, "region_name": code, "month_on": date(2010, month, 1), "is_complete": month < 12}
        | {"revenue": revenue, "orders": 20}
        for code, (before, after) in revenues.items()
        for month, revenue in ((10, before), (11, after), (12, 5000))
    ]
    with duckdb.connect() as engine:
        filled_tables(engine, regional_performance=rows)
        drawn = answer_of(engine, panel_of("global-market-pulse", "growth").sql)
    assert {row["region_name"] for row in drawn} == {"AU", "DE", "FR", "IE", "NL", "GB"}


def test_a_region_with_most_of_the_revenue_is_apart_from_the_others_on_the_map() -> None:
    """It led every panel of the page, where the others need a look, too."""
    panel = panel_of("global-market-pulse", "map")
    with duckdb.connect() as engine:
        filled_tables(engine, regional_performance=regional_months(GB=(900,), DE=(50,), FR=(30,), IE=(20,)))
        rows = answer_of(engine, panel.sql)
    assert answer_in_words(panel.answer, rows, dict(panel.units)) == (
        "Outside GB, DE had most revenue in August 2010: £50; GB has 90 % of the revenue"
    )
    assert {row["title_action"] for row in rows} == {
        (
            "Check postage and delivery times first for DE (50 %), FR (30 %), by their shares of the revenue "
            "outside GB. No order has a day of delivery: ask the carrier for the times."
        )
    }


def test_a_region_of_one_customer_is_advised_to_keep_the_customer() -> None:
    """Postage was to be checked for the Netherlands, of which one customer was 92 %."""
    panel = panel_of("global-market-pulse", "map")
    page = row_parts("regions")[0]
    months = regional_months(GB=(900,), NL=(50,), FR=(30,), IE=(20,))
    for month, share in zip(months, (0.1, 0.92, 0.49, 0.5), strict=True):
        month.update(largest_customer_id=14646, largest_customer_share=share)
    with duckdb.connect() as engine:
        filled_tables(engine, regional_performance=months)
        rows, region = answer_of(engine, panel.sql), answer_of(engine, page.of_item("NL"))
        engine.execute("delete from regional_performance where region_id <> 'NL'")
        (chosen,) = answer_of(engine, panel.sql)
    assert answer_in_words(panel.answer, rows, dict(panel.units)) == (
        "Outside GB, NL had most revenue in August 2010: £50, 92 % of the sales to customer 14646; GB has "
        "90 % of the revenue"
    )
    assert {row["title_action"] for row in rows} == {
        (
            "One customer is most of NL (customer 14646: 92 % of its sales): keep these customers, as what "
            "is done for all others moves the smaller part there. Check postage and delivery times first for "
            "FR (30 %), by their shares of the revenue outside GB. No order has a day of delivery: ask the "
            "carrier for the times."
        )
    }
    assert chosen["title_action"] == (
        "Keep customer 14646, who is most of the region: what is done for all others moves the smaller part."
    )
    assert answer_in_words(page.title, region, page.units) == (
        "£50 of revenue in August 2010, place 2 of the regions; customer 14646 is 92 % of its sales, so "
        "keep this customer first"
    )


def test_of_one_chosen_region_no_panel_compares_regions() -> None:
    """`0 regions, 1 can be compared` and `first where it sells most` are no answers about one region."""
    board = dashboards()["global-market-pulse"]
    with duckdb.connect() as engine:
        filled_tables(engine, regional_performance=regional_months(DE=(38, 43)))
        (figure,) = answer_of(engine, board.panel("growing_regions").sql)
        listed, drawn, mapped = (
            answer_of(engine, board.panel(name).sql) for name in ("regions", "growth", "map")
        )
    assert (figure["value"], figure["before"]) == (None, None)
    assert figure["reason"] == (
        "DE: 43 orders after 38 in the month before, which chance explains: change nothing there."
    )
    assert [row["title_folded"] for row in listed] == [None], "the only row is not folded"
    title = answer_in_words(board.panel("regions").answer, listed, {})
    assert title == "DE needs no action: no change of this month is beyond chance"
    assert str(listed[0]["title_action"]).startswith("Look again after the next complete month")
    assert str(drawn[0]["title_action"]).startswith("Change nothing by this chart: only three changes")
    assert str(mapped[0]["title_action"]).startswith("The table of regions says what to do there")


def regional_months(**revenues: tuple[int, ...]) -> list[dict[str, object]]:
    """Return regions with a revenue for each month from August 2010 on, with an order for each pound."""
    return [
        {"region_id": code, "region_name": code, "month_on": date(2010, 8 + number, 1), "is_complete": True}
        | {"revenue": revenue, "orders": revenue}
        for code, months in revenues.items()
        for number, revenue in enumerate(months)
    ]


@pytest.mark.parametrize(
    ("revenues", "action"),
    [
        (
            {"DE": (30, 40, 50, 80), "FR": (99, 98, 97, 60), "IE": (50, 60, 50, 90), "NL": (30, 40, 50, 60)},
            (
                "Order stock for DE by the sales forecast and move no advertising yet: three rises in a row "
                "may be the season, and last year is not in the data. "
                "Ask the largest customers of FR what changed: three falls in a row, the last beyond chance."
            ),
        ),
        # Below 20 orders a rise may be chance.
        ({"DE": (10, 40, 50, 60), "FR": (60, 60, 60, 60)}, None),
    ],
)
def test_the_charts_of_regions_name_those_that_rose_or_fell_for_three_months(
    revenues: dict[str, tuple[int, ...]], action: str | None
) -> None:
    with duckdb.connect() as engine:
        filled_tables(engine, regional_performance=regional_months(**revenues))
        rows = answer_of(engine, panel_of("global-market-pulse", "growth").sql)
    assert {str(row["title_action"] or "").strip() for row in rows} == {action or ""}


def test_advertising_is_moved_only_where_the_same_month_of_last_year_is_in_the_data() -> None:
    rows = regional_months(DE=(30, 40, 50, 80))
    year_ago = {**rows[-1], "month_on": date(2009, 11, 1), "revenue": 30, "orders": 30}
    with duckdb.connect() as engine:
        filled_tables(engine, regional_performance=[year_ago, *rows])
        answer = answer_of(engine, panel_of("global-market-pulse", "growth").sql)
    assert {str(row["title_action"]).strip() for row in answer} == {
        (
            "Order stock for DE by the sales forecast and move advertising there: three rises in a row, the "
            "last beyond chance."
        )
    }


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (
            None,
            (
                "GB (70 %), DE (15 %), by their shares of the revenue. No order has a day of delivery: "
                "ask the carrier for the times."
            ),
        ),
        (
            4.5,
            (
                "GB (70 %, delivered in 4.5 days), DE (15 %, delivered in 4.5 days), by their shares of the "
                "revenue."
            ),
        ),
    ],
)
def test_the_map_names_the_regions_with_four_fifths_of_the_revenue_and_why(
    days: float | None, words: str
) -> None:
    rows = regional_months(GB=(70,), DE=(15,), FR=(10,), IE=(5,))
    with duckdb.connect() as engine:
        filled_tables(engine, regional_performance=[{**row, "delivery_days_median": days} for row in rows])
        answer = answer_of(engine, panel_of("global-market-pulse", "map").sql)
    assert {row["title_action"] for row in answer} == {f"Check stock and delivery times first for {words}"}


def test_the_map_names_three_regions_at_most() -> None:
    rows = regional_months(GB=(900,), DE=(20,), FR=(19,), IE=(18,), NL=(17,), AU=(16,), PT=(10,))
    with duckdb.connect() as engine:
        filled_tables(engine, regional_performance=rows)
        answer = answer_of(engine, panel_of("global-market-pulse", "map").sql)
    assert str(answer[0]["title_action"]).startswith(
        "Check postage and delivery times first for DE (20 %), FR (19 %), IE (18 %), by"
    )


@pytest.mark.parametrize(
    ("now", "action"),
    [
        ((30, 30, 90), "Most of them fell at once"),
        ((100, 100, 100), "No change is beyond chance"),
        ((30, 100, 100), None),
    ],
)
def test_the_number_of_regions_that_changed_says_whether_to_look_at_the_whole(
    now: tuple[int, int, int], action: str | None
) -> None:
    months = dict(zip(("DE", "FR", "IE"), ((100, orders) for orders in now), strict=True))
    panel = panel_of("global-market-pulse", "growing_regions")
    with duckdb.connect() as engine:
        filled_tables(engine, regional_performance=regional_months(**months))
        (figure,) = answer_of(engine, panel.sql)
    fallen = [f"{name} (30 orders after 100)" for name, (_, orders) in months.items() if orders == 30]
    assert answer_in_words(panel.answer, [figure], panel.units) == (
        "Regions with clearly more orders than in the month before"
        + (f"; clearly fewer in {len(fallen)}: {', '.join(fallen)}" if fallen else "")
    )
    assert str(figure["title_action"] or "").startswith(action or "")
    assert bool(figure["title_action"]) is bool(action)


@pytest.mark.parametrize(("now", "fell"), [(99, True), (100, False)])
def test_revenue_is_compared_with_the_month_of_last_year(now: int, fell: bool) -> None:
    rows: list[dict[str, object]] = [
        {"region_id": "DE", "month_on": date(year, 11, 1), "is_complete": True, "revenue": revenue}
        for year, revenue in ((2009, 100), (2010, now))
    ]
    with duckdb.connect() as engine:
        filled_tables(engine, regional_performance=rows)
        (figure,) = answer_of(engine, panel_of("global-market-pulse", "revenue_last_month").sql)
    assert str(figure["title_action"] or "").startswith("It fell against") is fell


@pytest.mark.parametrize(
    ("orders", "before", "note"), [(45, 32, "may be chance"), (90, 32, None)], ids=["chance", "beyond it"]
)
def test_a_rise_of_the_revenue_within_chance_is_neither_good_nor_bad(
    orders: int, before: int, note: str | None
) -> None:
    """A green ▲ 40.8 % stood beside the words that the change may be chance."""
    with duckdb.connect() as engine:
        filled_tables(engine, regional_performance=regional_months(DE=(before, orders)))
        (figure,) = answer_of(engine, panel_of("global-market-pulse", "revenue_last_month").sql)
    assert figure["title_before_note"] == note


@pytest.mark.parametrize(("orders", "before", "few"), [(22, 12, True), (22, 20, False), (19, 200, True)])
def test_growth_of_the_revenue_is_shown_from_20_orders_in_both_months_on(
    orders: int, before: int, few: bool
) -> None:
    months = ((2010, 11, 33_700, orders), (2010, 10, 16_900, before), (2009, 11, 90_000, before))
    rows: list[dict[str, object]] = [
        {"region_id": "NL", "month_on": date(year, month, 1), "is_complete": True, "revenue": revenue}
        | {"orders": count}
        for year, month, revenue, count in months
    ]
    panel = panel_of("global-market-pulse", "revenue_last_month")
    with duckdb.connect() as engine:
        filled_tables(engine, regional_performance=rows)
        (figure,) = answer_of(engine, panel.sql)
    assert figure["before"] == (None if few else 16_900)
    title = answer_in_words(panel.answer, [figure], panel.units)
    chance = f": {orders} orders after {before} in the month before, so a change may be chance"
    assert title == f"Revenue in November 2010, £90,000 a year before{chance if few else ''}"
    assert ("may be chance: do nothing" in str(figure["title_action"])) is few


def test_the_reasons_are_of_the_transactions_that_wait() -> None:
    waiting: dict[str, object] = {"decision": "review", "amount": 10, "reason_1": "unusual_amount"}
    rows = [
        waiting,
        waiting | {"decision": "block", "reason_1": None},
        waiting,
        waiting | {"is_fraud": False},
        waiting | {"reviewed_as": "approve"},
        waiting | {"decision": "approve"},
    ]
    panel = panel_of("compliance-guardian", "reasons")
    with duckdb.connect() as engine:
        filled_tables(engine, fraud_scores=rows)
        answer = answer_of(engine, panel.sql)
        engine.execute("delete from fraud_scores where is_fraud is null and reviewed_as is null")
        assert answer_of(engine, panel.sql) == []
    assert [(row["reason"], row["transactions"]) for row in answer] == [
        ("unusual_amount", 2),
        ("no_single_reason", 1),
    ]
    assert answer_in_words(panel.answer, answer, {}) == (
        "Most often for unusual amount: 2 of 3 transactions that wait, with 20"
    )
    assert panel.nothing


def test_the_share_of_a_region_is_of_the_revenue_of_all_also_for_one_chosen_region() -> None:
    rows: list[dict[str, object]] = [
        {"region_id": code, "region_name": code, "month_on": date(2010, 11, 1), "is_complete": True}
        | {"revenue": revenue, "sales_share": 0.5, "orders": 20}
        for code, revenue in (("GB", 90), ("DE", 10))
    ]
    for name in ("regions", "map"):
        panel = panel_of("global-market-pulse", name)
        with duckdb.connect() as engine:
            filled_tables(engine, regional_performance=rows)
            every = answer_of(engine, panel.sql)
            engine.execute("delete from regional_performance where region_id = 'GB'")
            chosen = answer_of(engine, panel.sql)
        assert [row["revenue_share"] for row in every] == [0.9, 0.1]
        assert [row["revenue_share"] for row in chosen] == [0.1]


def test_purchases_that_failed_are_counted_against_the_searches_that_opened_an_article() -> None:
    """A line said 93 searches and its opened item 87, of which 1 in 1 would have bought."""
    gap: dict[str, object] = {"template": "decoration", "search": "Decoration", "gap": "not_bought"}
    gap |= {"searches": 87, "share": 87 / 93, "expected_share": 0.88, "excess_searches": 5.0}
    gap |= {"purchase_chance": 1.0, "purchase_value_gbp": 13.47, "lost_revenue_gbp": 67.33, "is_sold": True}
    (queue,) = dashboards()["retail-copilot"].queues
    with duckdb.connect() as engine:
        filled_tables(engine, query_gaps=[gap], query_trends=[], query_model_quality=[], products=[])
        (item,) = answer_of(engine, queue.sql)
        rows = answer_of(engine, queue.evidence[0].of_item(str(item["item_id"])))
    assert str(item["reason"]).endswith("nothing was bought in 94 % of 93 searches that opened an article")
    assert item["searches_that_ended_so"] == 87
    assert answer_in_words(queue.evidence[0].title, rows, queue.evidence[0].units).startswith(
        "5 purchases fewer than such searches usually bring, some left out for chance, each one line of such "
        "articles for £13"
    )


def test_an_opened_search_shows_the_numbers_of_its_loss_what_to_do_and_when_it_was_searched() -> None:
    gap: dict[str, object] = {
        "template": "vinyl record",
        "search": "Vinyl record",
        "gap": "not_found",
        "searches": 350,
    }
    gap |= {"share": 1.0, "expected_share": 0.16, "excess_searches": 291.7, "purchase_chance": 0.0577}
    gap |= {
        "purchase_value_gbp": 20.29,
        "lost_revenue_gbp": 341.5,
        "nearest_articles": "RECORD FRAME · RECORD COVER",
        "typed_as": "Vinyl record (320) · vinyl records (30)",
    }
    trends: list[dict[str, object]] = [
        {
            "template": "vinyl record",
            "week_on": date(2010, 11, day),
            "is_complete": day < 29,
            "searches": searches,
        }
        for day, searches in ((15, 4), (22, 9), (29, 1))
    ]
    (queue,) = dashboards()["retail-copilot"].queues
    with duckdb.connect() as engine:
        margin: list[dict[str, object]] = [{"metric": "margin_share", "value": 0.35}]
        filled_tables(engine, query_gaps=[gap], query_trends=trends, query_model_quality=margin, products=[])
        (item,) = answer_of(engine, queue.sql)
        answers = [answer_of(engine, part.of_item(str(item["item_id"]))) for part in queue.evidence]
        titles = [
            answer_in_words(part.title, rows, part.units)
            for part, rows in zip(queue.evidence, answers, strict=True)
        ]
    assert item["reason"] == f"{STOCK}: nothing like it is sold; found nothing in 100 % of 350 searches"
    assert item["your_margin"] == 0.35
    assert item["worth_up_to"] == pytest.approx(0.35 * float(item["value"]))
    loss, typed, searched = titles
    assert typed == "Typed as Vinyl record (320) · vinyl records (30)"
    assert loss.startswith(
        "292 searches beyond the usual, some left out for chance, of which 1 in 17 would have bought, each "
        "one line of any article, as none is like it, for £20"
    )
    assert loss.endswith(": £342. With your margin of 35 %, worth a step that costs up to £120")
    gap |= {"is_sold": True, "valued_by": "any_article"}
    with duckdb.connect() as engine:
        filled_tables(engine, query_gaps=[gap], query_trends=trends, query_model_quality=[], products=[])
        framed = answer_of(engine, queue.evidence[0].of_item(str(item["item_id"])))
        (other,) = answer_of(engine, queue.sql)
    of_frames = answer_in_words(queue.evidence[0].title, framed, queue.evidence[0].units)
    assert (
        "one line of any article, as those with its words are other things or sold nothing, for £20"
        in of_frames
    )
    assert str(other["reason"]).startswith(
        f"unless it means RECORD FRAME, {STOCK}: the articles with its words are other things or sold "
        "nothing; found nothing in"
    ), "no synonym of other things"
    assert searched == "In 2 complete weeks searched 13 times, 9 times in the last of them"
    assert [row["nearest_articles"] for row in answers[0]] == [None], "articles that share a word only"
    assert [row["searches"] for row in answers[2]] == [9, 4]


@pytest.mark.parametrize(
    ("searches", "nothing", "verdict"),
    [
        (1000, 0.16, "It is more than one in ten: begin with the first items of the queue."),
        (
            1000,
            0.04,
            "It is less than one in ten: nothing is to be done at once about searches that showed nothing.",
        ),
        (6, 1.0, "Too few searches to say: choose a wish with 30 or more."),
    ],
)
def test_the_figure_of_searches_that_show_nothing_does_the_division_and_judges_it(
    searches: int, nothing: float, verdict: str
) -> None:
    patterns: list[dict[str, object]] = [
        {"template": "mug", "searches": searches, "zero_result_share": nothing}
    ]
    panel = panel_of("retail-copilot", "searches")
    with duckdb.connect() as engine:
        filled_tables(engine, query_patterns=patterns, query_model_quality=[])
        (row,) = answer_of(engine, panel.sql)
    title = answer_in_words(panel.answer, [row], panel.units)
    assert title == f"Searches that showed nothing, {nothing:.0%} of {searches:,} searches".replace("%", " %")
    assert row["title_action"] == verdict


def test_the_card_of_a_payment_is_named_by_its_brand_and_last_digits() -> None:
    """The bank blocks it: a reviewer was asked to inform the bank of a card that nothing named."""
    queue, *_ = dashboards()["compliance-guardian"].queues
    cards: list[dict[str, object]] = [
        {
            "transaction_id": 1,
            "card_brand": "visa",
            "card_last4": "1111",
            "transacted_at": datetime(2010, 12, 7),
        },
        {"transaction_id": 2, "card_brand": None, "card_last4": None, "transacted_at": datetime(2010, 12, 7)},
    ]
    card = queue.evidence[-1]
    with duckdb.connect() as engine:
        filled_tables(engine, card_transactions=cards)
        (named,), unnamed = (answer_of(engine, card.of_item(item)) for item in ("1", "2"))
    assert answer_in_words(card.title, [named], {}) == "Card of this payment: visa that ends in 1111"
    assert unnamed == []


def test_the_table_of_proposals_says_which_scores_were_right_and_which_too_high() -> None:
    """The card said “score too high” and the dashboard “better in all tests”: only the low scores were."""
    day = {"transacted_at": datetime(2010, 12, 1), "amount": 20}
    payments: list[dict[str, object]] = [
        {**day, "decision": decision, "score": score, "is_fraud": at < frauds}
        for decision, score, count, frauds in (
            ("review", 0.3, 20, 5),
            ("block", 0.9, 10, 10),
            ("approve", 0.1, 100, 2),
        )
        for at in range(count)
    ]
    panel = panel_of("compliance-guardian", "decisions")
    with duckdb.connect() as engine:
        filled_tables(engine, fraud_scores=payments, fraud_model_quality=[TESTED_PERIOD])
        rows = answer_of(engine, panel.sql)
    assert [
        (row["decision"], row["of_100_were_fraud"], row["of_100_expected"], row["scores_were"])
        for row in rows
    ] == [("review", 25, 30, "right"), ("block", 100, 90, "right"), ("approve", 2, 10, "too high")]
    assert answer_in_words(panel.answer, rows, panel.units).startswith(
        "Of those to block 10 of 10 were fraud; of those to review 5 of 20 were fraud; the scores expected "
        "15 of both; of 100 that were approved 2 were fraud, and the scores expected 10; all together had "
        "17 frauds; tested on "
    )


def test_the_decisions_of_a_test_are_not_narrowed_by_the_day_of_payment() -> None:
    """Five payments of one chosen day were divided by the 38 days of the test."""
    dated = [
        choice for choice in dashboards()["compliance-guardian"].filters if choice.name in {"from", "until"}
    ]
    assert len(dated) == 2
    for choice in dated:
        assert "decisions" not in choice.panels
        assert {"to_investigate", "money_to_investigate", "queue", "reasons"} <= {*choice.panels}


def test_the_decisions_say_nothing_of_payments_without_a_verdict() -> None:
    """The heading was “0 of 0 frauds were approved, where the scores expected 0”."""
    payments: list[dict[str, object]] = [
        {"decision": decision, "score": 0.1, "amount": 20, "transacted_at": datetime(2010, 12, 9)}
        for decision in ("review", "approve")
    ]
    panel = panel_of("compliance-guardian", "decisions")
    with duckdb.connect() as engine:
        filled_tables(engine, fraud_scores=payments, fraud_model_quality=[TESTED_PERIOD])
        rows = answer_of(engine, panel.sql)
    assert answer_in_words(panel.answer, rows, panel.units).lower().startswith("tested on ")


def test_the_panel_of_the_scores_says_of_which_payments_a_mean_that_is_too_high_is() -> None:
    tested = {**TESTED_PERIOD, "baseline": 0.5}
    quality = [tested, {**tested, "metric": "auc"}]
    panel = panel_of("compliance-guardian", "model_quality")
    shares = {"metric": "fraud_share", "value": 0.005, "baseline": 0.009}
    with duckdb.connect() as engine:
        filled_tables(engine, fraud_model_quality=[*quality, {**tested, **shares}])
        rows = answer_of(engine, panel.sql)
    assert (
        "rule in all tests. Their mean, 0.9 % for 0.5 % of fraud, is too high: most payments are approved"
        in action_words(panel.action, rows, panel.units).replace("\xa0", " ")
    )


@pytest.mark.parametrize(("frauds", "is_weak"), [(0, True), (1, False)])
def test_payments_of_a_probability_whose_reviews_cost_more_than_they_saved_come_last(
    frauds: int, is_weak: bool
) -> None:
    """“Look at all of them” stood above 16 payments below 10 %, though none of 100 such reviews was fraud."""
    review = {"decision": "review", "score": 0.05, "amount": 80, "transacted_at": datetime(2010, 12, 7)}
    judged = [{**review, "is_fraud": at < frauds} for at in range(20)]
    before = [
        {**review, "is_fraud": is_fraud, "transacted_at": datetime(2010, 9, 1)} for is_fraud in (True, False)
    ]
    panel = panel_of("compliance-guardian", "money_to_investigate")
    quality = {"model": "gradient_boosting", "metric": "average_precision", "value": 0.8}
    waiting = [
        {**review, "transaction_id": 1, "amount": 900},
        {**review, "transaction_id": 2, "amount": 80, "score": 0.5},
    ]
    waits = panel_of("compliance-guardian", "to_investigate")
    with duckdb.connect() as engine:
        filled_payments(engine, [*waiting, *judged, *before])
        filled_tables(engine, fraud_model_quality=[{**quality, "period": "2010-11-02/2010-12-09"}])
        (figure,) = answer_of(engine, panel.sql)
        number = answer_of(engine, waits.sql)
        items = answer_of(engine, dashboards()["compliance-guardian"].queues[0].sql)
        listed = answer_of(engine, panel_of("compliance-guardian", "queue").sql)
    assert [(item["item_id"], item["title_may_wait"]) for item in items] == (
        [("2", False), ("1", True)] if is_weak else [("1", False), ("2", False)]
    ), "by the rule of the figure, though its loss is larger"
    assert [str(row["transaction_id"]) for row in listed] == [item["item_id"] for item in items]
    # A filter narrows the payments by which reviews are judged: it changes their order, and no proposal.
    assert [item["proposed"] for item in items] == ["review", "review"]
    assert action_words(waits.action, number, waits.units) == (
        (
            "Decide today about the first of the queue. The other one may wait: in tests such reviews cost "
            "more than they saved."
        )
        if is_weak
        else "Decide about them in the queue today, from the top."
    )
    action = action_words(panel.action, [figure], panel.units)
    if not is_weak:
        assert action.startswith("Look at all of them, the largest expected loss first")
        return
    assert action.replace("\xa0", " ") == (
        "Look first at the 1 of 10 % probability or more: £40 of £85 expected loss."
    )
    details = [filled_template(part, [figure], panel.units) for part in panel.details]
    assert [words.replace("\xa0", " ") for words in details if words] == [
        (
            "Not worth a review: 1 of less than 10 % probability, which the queue lists last. In the "
            "tested days 20 such reviews cost £60 and saved £0, because 0 of them were fraud."
        ),
        "Before the tested days 1 of 2 such reviews found a fraud.",
        "To review them all the same costs £3, for £45 expected loss.",
    ]


@pytest.mark.parametrize(("amount", "worth"), [(100, True), (4, False)])
def test_all_payments_are_reviewed_where_each_is_worth_it(amount: float, worth: bool) -> None:
    """A queue without any cheap payment had the advice to stop at one."""
    payment = {"decision": "review", "score": 0.5, "amount": 100, "transacted_at": datetime(2010, 12, 7)}
    panel = panel_of("compliance-guardian", "money_to_investigate")
    with duckdb.connect() as engine:
        filled_tables(engine, fraud_scores=[payment, {**payment, "amount": amount}])
        (figure,) = answer_of(engine, panel.sql)
    assert str(figure["title_action"]).startswith("Look at all of them") == worth


@pytest.mark.parametrize(
    ("decision", "score", "reason", "step"),
    [
        (
            "review",
            0.885,
            "unusual_amount",
            "ring customer 7, who paid {usual_amount} on average in the 90 days before: ",
        ),
        ("review", 0.885, "many_payments_at_terminal", "ring customer 7, and inspect terminal 236: "),
        ("review", 0.885, "earlier_fraud_at_terminal", "ring customer 7: "),
        ("review", 0.885, "new_customer", "check name and address of customer 7: "),
        ("review", 0.885, None, "ring customer 7 about the last payments: "),
        (
            "review",
            0.05,
            "unusual_amount",
            "compare with the earlier payments of customer 7, and ring only if they do not explain it: ",
        ),
        (
            "block",
            0.885,
            "unusual_amount",
            (
                "the card of customer 7, because the calls of a day are used up, and the risk of a wrong "
                "block, {cost_of_blocking}, is less than the expected loss: "
            ),
        ),
        (
            "block",
            0.985,
            "unusual_amount",
            "the card of customer 7, because the risk of a wrong block costs {cost_of_blocking}, a call £3: ",
        ),
    ],
)
def test_a_review_proposes_the_next_step_by_its_reason(
    decision: str, score: float, reason: str | None, step: str
) -> None:
    """Of 100 payments with a probability of 5 % most are honest, so nobody is rung at once."""
    payment: dict[str, object] = {"transaction_id": 1, "customer_id": 7, "terminal_id": 236, "amount": 366}
    payment |= {
        "decision": decision,
        "reason_1": reason,
        "score": score,
        "transacted_at": datetime(2010, 12, 7),
    }
    usual: list[dict[str, object]] = [
        {"transaction_id": number, "customer_id": 7, "amount": amount, "decision": "approve"}
        | {"transacted_at": datetime(2010, 12, day)}
        for number, amount, day in ((2, 11, 1), (3, 31, 2), (4, 400, 8), (5, 500, 9), (6, 600, 9))
    ]
    # The mean is that of 90 days, with which the reason compares: an older payment does not count.
    usual.append({**usual[0], "transaction_id": 7, "amount": 900, "transacted_at": datetime(2010, 9, 7)})
    queue, *_ = dashboards()["compliance-guardian"].queues
    with duckdb.connect() as engine:
        filled_payments(engine, [payment, *usual])
        (item,) = answer_of(engine, queue.sql)
        (earlier, *_) = answer_of(engine, queue.evidence[0].of_item("1"))
    assert item["usual_amount"] == earlier["title_usual"], "the headline and the evidence state one figure"
    assert str(item["reason"]).startswith(f"{step}{{amount}} on 7 Dec 2010, {{score}} probable, ")
    assert item["usual_amount"] == 21
    # The probability that it is honest, times the cost of a wrong block: £5 and 30 % of £366.
    assert float(str(item["cost_of_blocking"])) == {0.885: 13.2, 0.985: 1.72, 0.05: 109.06}[score]


@pytest.mark.parametrize(
    ("fraud_on", "step", "seen", "days"),
    [
        (datetime(2010, 7, 21, 9), "ring customer 7: ", "the last there on 21 Jul 2010", 139),
        (
            datetime(2010, 11, 20, 9),
            "ring customer 7, and inspect terminal 236: ",
            (
                "by now, with later verdicts, 1 of 1 payments judged there in the 30 days before were fraud, "
                "the last on 20 Nov 2010"
            ),
            17,
        ),
    ],
)
def test_a_terminal_is_inspected_for_a_fraud_of_the_last_30_days_and_each_says_when_it_was(
    fraud_on: datetime, step: str, seen: str, days: int
) -> None:
    payments: list[dict[str, object]] = [
        {"transaction_id": number, "customer_id": customer, "terminal_id": 236, "amount": 50, "score": 0.8}
        | {"decision": decision, "is_fraud": is_fraud, "transacted_at": at, "reason_1": reason}
        | {"reason_2": reason and "new_customer", "reason_words": reason and "a reason"}
        for number, customer, decision, is_fraud, at, reason in (
            (1, 7, "review", None, datetime(2010, 12, 7, 9), "earlier_fraud_at_terminal"),
            (2, 8, "approve", True, fraud_on, None),
            (3, 9, "approve", False, datetime(2010, 7, 1), None),
            (4, 9, "approve", True, datetime(2010, 12, 8), None),
        )
    ]
    queue, *_ = dashboards()["compliance-guardian"].queues
    with duckdb.connect() as engine:
        filled_payments(engine, payments)
        (item,) = answer_of(engine, queue.sql)
        terminal = answer_of(engine, queue.evidence[1].of_item("1"))
    assert str(item["reason"]).startswith(step)
    assert str(item["reason"]).endswith(f"a reason; {seen}"), "a later fraud is not known yet"
    assert answer_in_words(queue.evidence[1].title, terminal, {}) == (
        f"Terminal 236: 1 of 2 earlier payments with a verdict were fraud, the last {days} days before"
    )


def test_a_terminal_with_more_frauds_than_are_listed_says_how_many_are_shown() -> None:
    payments: list[dict[str, object]] = [
        {
            "transaction_id": at,
            "customer_id": at,
            "terminal_id": 532,
            "amount": 50,
            "is_fraud": at > 1 or None,
        }
        | {"transacted_at": datetime(2010, 12, 20 - at), "decision": "review", "score": 0.8}
        for at in range(1, 9)
    ]
    queue, *_ = dashboards()["compliance-guardian"].queues
    part = queue.evidence[1]
    with duckdb.connect() as engine:
        filled_payments(engine, payments)
        rows = answer_of(engine, part.of_item("1"))
    assert len(rows) == 5
    assert answer_in_words(part.title, rows, {}) == (
        "Terminal 532: 7 of 7 earlier payments with a verdict were fraud, the last 1 day before: the newest "
        "5 of 7"
    )


def test_a_few_frauds_among_many_approved_payments_are_not_shown_as_none() -> None:
    approved: list[dict[str, object]] = [
        {"transaction_id": at, "decision": "approve", "is_fraud": at == 0, "amount": 9}
        | {"transacted_at": datetime(2010, 12, 1, 9)}
        for at in range(1500)
    ]
    with duckdb.connect() as engine:
        filled_tables(engine, fraud_scores=approved, fraud_model_quality=[TESTED_PERIOD])
        (row,) = answer_of(engine, panel_of("compliance-guardian", "decisions").sql)
    assert str(row["of_100_were_fraud"]) == "0.07"


def test_a_customer_and_the_card_with_the_same_frauds_are_one_row() -> None:
    risks: list[dict[str, object]] = [
        {"entity_type": kind, "entity_id": name, "score": score, "risk_band": "high", "newest_frauds": frauds}
        for kind, name, score, frauds in (
            ("card", "k1:aa049304920", 0.09, "96403"),
            ("customer", "12357", 0.09, "96403"),
            ("terminal", "532", 0.17, "96403"),
            ("card", "k1:bb5695ef9cd4", 0.6, "1, 2"),
        )
    ]
    with duckdb.connect() as engine:
        filled_tables(engine, risk_scores=risks)
        rows = answer_of(engine, panel_of("compliance-guardian", "riskiest").sql)
    assert [(row["what"], row["next_step"]) for row in rows] == [
        ("card …ef9cd4", "block the token"),
        ("terminal 532", "watch: too few judged"),
        ("customer 12357", "watch: too few judged"),
    ]
    assert [bool(row["title_folded"]) for row in rows] == [False, True, True], (
        "only rows to act on are in view"
    )
    assert [(row["terminal_id"], row["customer_id"], row["card_token"]) for row in rows] == [
        (None, None, "k1:bb5695ef9cd4"),
        ("532", None, None),
        (None, "12357", None),
    ], "the names by which a page links to the payments of a terminal and to a customer"


@pytest.mark.parametrize(
    ("kind", "frauds", "judged", "score", "step"),
    [
        ("customer", 3, 3, 0.13, "ring the customer: all judged were fraud"),
        ("terminal", 3, 3, 0.13, "inspect it: all judged were fraud"),
        ("customer", 1, 1, 0.05, "watch: too few judged"),
        ("terminal", 2, 3, 0.09, "watch: too few judged"),
        ("terminal", 2, 40, 0.09, "watch: most payments are honest"),
    ],
)
def test_most_payments_are_honest_only_where_enough_are_judged(
    kind: str, frauds: int, judged: int, score: float, step: str
) -> None:
    risk: dict[str, object] = {"entity_type": kind, "entity_id": "14499", "score": score}
    risk |= {"risk_band": "high", "newest_frauds": "7", "recent_frauds": frauds, "recent_judged": judged}
    with duckdb.connect() as engine:
        filled_tables(engine, risk_scores=[risk])
        (row,) = answer_of(engine, panel_of("compliance-guardian", "riskiest").sql)
    assert row["next_step"] == step
    assert bool(row["title_folded"]) is step.startswith("watch")


def test_a_page_of_fraud_with_nothing_to_decide_says_so_and_what_would_wait() -> None:
    payments: list[dict[str, object]] = [
        {"transaction_id": at, "decision": decision, "is_fraud": False, "amount": 10, "score": 0.5}
        | {"transacted_at": datetime(2010, 12, 1 + at)}
        for at, decision in enumerate(("review", "review", "block", "approve", "approve"))
    ]
    panels = [
        panel_of("compliance-guardian", name) for name in ("to_investigate", "money_to_investigate", "queue")
    ]
    with duckdb.connect() as engine:
        filled_tables(engine, fraud_scores=payments)
        (figure,), (money,), queue = (answer_of(engine, panel.sql) for panel in panels)
        engine.execute("update fraud_scores set is_fraud = null where transaction_id = 0")
        set_costs(engine)
        (waiting,) = answer_of(engine, panels[0].sql)
        (at_risk,) = answer_of(engine, panels[1].sql)
        engine.execute("update fraud_scores set is_fraud = null where decision = 'approve'")
        engine.execute("update fraud_scores set score = 0.3 where decision = 'approve'")
        set_costs(engine)
        (approved,) = answer_of(engine, panels[0].sql)
        engine.execute("update fraud_scores set score = 0.4 where transaction_id = 4")
        set_costs(engine)
        (approved_at_the_limit,) = answer_of(engine, panels[0].sql)
    by_rule = "Without a verdict 2 payments were approved by the rule, the last on 5 Dec 2010."
    assert details_of(panels[0], figure) == []
    assert details_of(panels[0], approved) == [
        by_rule,
        "The expected loss of each of them is not above the £3 that a review costs.",
    ]
    assert details_of(panels[0], approved_at_the_limit) == [
        by_rule,
        "The expected loss of 1 of them is not above the £3 that a review costs.",
        (
            "The expected loss of 1 of them is above the £3 that a review costs: they were approved because "
            "the reviews of a day were used up."
        ),
    ]
    assert (figure["value"], money["value"], queue) == (0, 0, [])
    assert str(figure["title_action"]).endswith("the table of proposals has how many a day.")
    assert (figure["title_nothing"], waiting["title_nothing"]) == (figure["title_action"], None)
    assert str(money["title_action"]).startswith("Nothing is to be decided")
    assert panels[2].nothing.startswith("No transaction waits")
    assert (waiting["value"], waiting["title_action"]) == (1, None)
    assert str(at_risk["title_action"]).startswith("Look at all of them")


def test_an_opened_transaction_shows_the_usual_amount_and_the_frauds_of_the_terminal() -> None:
    scores: list[dict[str, object]] = [
        {"transaction_id": number, "customer_id": customer, "terminal_id": terminal, "amount": amount}
        | {"transacted_at": datetime(2010, 12, day, 9, 0), "is_fraud": is_fraud}
        for number, customer, terminal, amount, day, is_fraud in (
            (1, 7, 236, 20, 1, False),
            (2, 7, 236, 22, 2, True),
            (3, 8, 236, 50, 3, True),
            (4, 7, 236, 366, 4, None),
            (5, 7, 236, 9, 5, None),
        )
    ]
    queue, *_ = dashboards()["compliance-guardian"].queues
    with duckdb.connect() as engine:
        filled_tables(engine, fraud_scores=scores)
        payments, terminal = (answer_of(engine, part.of_item("4")) for part in queue.evidence[:2])
        titles = [
            answer_in_words(part.title, rows, {})
            for part, rows in zip(queue.evidence[:2], (payments, terminal), strict=True)
        ]
    on_its_page = row_parts("card_transactions")
    assert [(part.title, part.sql) for part in on_its_page[:2]] == [
        (part.title, part.sql) for part in queue.evidence[:2]
    ], "a payment is decided about on its page, too"
    assert [(row["amount"], row["known_as"]) for row in payments] == [(22, "fraud"), (20, "honest")]
    assert titles == [
        "Earlier payments of the customer, all 2; 21 on average in the 90 days before",
        "Terminal 236: 2 of 3 earlier payments with a verdict were fraud, the last 1 day before",
    ]
    assert [row["amount"] for row in terminal] == [50, 22]


def test_the_page_of_a_payment_says_what_is_expected_of_its_terminal() -> None:
    *_, terminal = row_parts("card_transactions")
    risks = [
        {
            "entity_type": kind,
            "entity_id": "532",
            "score": 0.17,
            "recent_frauds": 6,
            "recent_judged": 22,
            "recent_transactions": 29,
        }
        for kind in ("terminal", "customer")
    ]
    payments: list[dict[str, object]] = [{"transaction_id": 1, "terminal_id": 532, "customer_id": 532}]
    with duckdb.connect() as engine:
        filled_tables(engine, fraud_scores=payments, risk_scores=risks)
        rows = answer_of(engine, terminal.of_item("1"))
    assert answer_in_words(terminal.title, rows, dict(terminal.units)) == (
        "Terminal 532: 17 % of its next payments are expected to be fraud; 6 of 22 judged in the last 30 "
        "days were, 7 others count by their probability; 20 payments of usual risk count beside them"
    ), "so it is less than the probability of each payment that the queue has of it"
    judged = [
        {"transaction_id": at, "terminal_id": terminal, "transacted_at": datetime(2010, month, 9)}
        | {"is_fraud": is_fraud, "reviewed_as": reviewed_as}
        for at, terminal, month, is_fraud, reviewed_as in (
            (1, 532, 12, None, "block"),
            (2, 532, 12, None, "approve"),
            (3, 532, 12, None, "ignore"),
            (4, 532, 12, True, "approve"),
            (5, 532, 9, None, "block"),
            (6, 500, 12, None, "block"),
        )
    ]
    with duckdb.connect() as engine:
        filled_tables(engine, fraud_scores=judged, risk_scores=risks)
        rows = answer_of(engine, terminal.of_item("1"))
    assert (
        "7 others count by their probability; people judged 2 of these in the queue, 1 as fraud; 20 payments"
        in answer_in_words(terminal.title, rows, dict(terminal.units))
    ), "what people said is apart from the probability"
    assert "20 payments of usual risk" in panel_of("compliance-guardian", "riskiest").action


@pytest.mark.parametrize(
    ("judged", "words"),
    [
        (22, "6 of 22 judged in the last 30 days were; 7 others count by their probability"),
        (28, "6 of 28 judged in the last 30 days were; 1 other counts by its probability"),
        (29, "6 of 29 judged in the last 30 days were"),
    ],
)
def test_the_riskiest_says_how_many_payments_count_by_their_probability(judged: int, words: str) -> None:
    """23 % were expected where 6 of 29 were fraud: seven of them were not judged."""
    risk: dict[str, object] = {"entity_type": "terminal", "entity_id": "532", "score": 0.234}
    risk |= {"risk_band": "high", "recent_frauds": 6, "recent_judged": judged, "recent_transactions": 29}
    panel = panel_of("compliance-guardian", "riskiest")
    with duckdb.connect() as engine:
        filled_tables(engine, risk_scores=[risk])
        rows = answer_of(engine, panel.sql)
    assert answer_in_words(panel.answer, rows, dict(panel.units)) == (
        f"Terminal 532 first: 23.4 % of its next payments are expected to be fraud; {words}"
    )
    assert (
        "by their probability where the data have no verdict, also those that people judged" in panel.action
    )


def test_the_reasons_of_a_payment_have_their_numbers_in_the_queue_and_on_the_page() -> None:
    strongest = "many payments at terminal (7 in 24 hours, usually 0.7 a day)"
    unusual = "unusual amount (of 60, 2 times the mean of the 90 days before)"
    words = f"{strongest}; {unusual}"
    payment: dict[str, object] = {"transaction_id": 1, "customer_id": 7, "terminal_id": 236, "amount": 50}
    payment |= {"score": 0.8, "decision": "review", "transacted_at": datetime(2010, 12, 7, 9)}
    payment |= {"reason_1": "many_payments_at_terminal", "reason_2": "unusual_amount", "reason_words": words}
    board = dashboards()["compliance-guardian"]
    with duckdb.connect() as engine:
        filled_payments(engine, [payment])
        (item,) = answer_of(engine, board.queues[0].sql)
        rows = answer_of(engine, board.panel("queue").sql)
    assert str(item["reason"]).endswith(f"{{score}} probable, {words}")
    assert f"; {strongest}" in answer_in_words(board.panel("queue").answer, rows, {})
    assert (rows[0]["strongest_reason"], rows[0]["reasons"]) == (strongest, words)


def test_a_filter_of_the_page_leaves_the_numbers_beside_a_payment() -> None:
    """A filter shadows the scored payments: others of the customer and of the terminal count all the same."""
    payment: dict[str, object] = {"transaction_id": 1, "customer_id": 7, "terminal_id": 236, "amount": 50}
    payment |= {"score": 0.8, "decision": "review", "transacted_at": datetime(2010, 12, 7, 9)}
    payment |= {"reason_1": "earlier_fraud_at_terminal"}
    earlier = {**payment, "transaction_id": 2, "decision": "approve", "is_fraud": True, "reason_1": None}
    earlier |= {"transacted_at": datetime(2010, 12, 6), "amount": 20}
    queue, *_ = dashboards()["compliance-guardian"].queues
    with duckdb.connect() as engine:
        filled_payments(engine, [payment, earlier])
        (everything,) = answer_of(engine, queue.sql)
        engine.execute("delete from fraud_scores where reason_1 is null")
        (item,) = answer_of(engine, queue.sql)
    assert item == everything
    assert item["usual_amount"] == 20
    assert str(item["reason"]).endswith(
        "by now, with later verdicts, 1 of 1 payments judged there in the 30 days before were fraud, the "
        "last on 6 Dec 2010"
    )


def test_the_scan_for_card_data_counts_places_and_says_why_its_cells_grow() -> None:
    panel = panel_of("compliance-guardian", "card_data_found")
    scans: list[dict[str, object]] = [
        {"zone": zone, "subject": subject, "check_name": check, "objects_scanned": 2, "cells_scanned": 900}
        | {"findings": 0, "passed": True, "declared": declared}
        for zone, subject, declared in (
            ("curated", "orders", "note: nobody named"),
            ("prod", "churn_risk", None),
            ("logs", "gate", None),
        )
        for check in ("card_number", "security_code")
    ]
    with duckdb.connect() as engine:
        filled_tables(engine, pci_audit=scans)
        (figure,) = answer_of(engine, panel.sql)
    assert (figure["value"], figure["before"]) == (0, 3)
    assert panel.before_label == "datasets, tables and logs searched"
    assert "would be listed with its place" in str(figure["title_nothing"])
    read, searched, declared = details_of(panel, figure)
    assert searched.startswith("Datasets: 1; tables of systems: 1; logs: 1. Each dataset of a new file")
    assert read.startswith("2,700 cells in 6 objects were read.")
    assert "so these numbers grow with every run" in read
    assert declared.startswith("1 of the datasets and tables have columns that somebody declared free")


def test_a_finding_of_card_data_is_named_with_place_masked_value_and_remedy() -> None:
    panel = panel_of("compliance-guardian", "audit")
    (queue,) = (queue for _, queue in QUEUES if queue.name == "card_findings")
    findings: list[dict[str, object]] = [
        {
            "finding_id": "a",
            "zone": "curated",
            "subject": "orders",
            "check_name": "card_number",
            "place": "s3://curated/increments/orders/x.parquet",
            "column_name": "note",
            "line": 3,
            "masked_value": "411111…1111",
            "findings": 2,
            "source_file": "orders/june.csv",
        },
        {
            "finding_id": "b",
            "zone": "prod",
            "subject": "other",
            "check_name": "security_code",
            "place": "s3://prod/facts/current.json",
            "findings": 1,
        },
    ]
    with duckdb.connect() as engine:
        filled_tables(engine, pci_findings=[])
        assert answer_of(engine, panel.sql) == answer_of(engine, queue.sql) == []
    with duckdb.connect() as engine:
        filled_tables(engine, pci_findings=findings)
        listed, items = answer_of(engine, panel.sql), answer_of(engine, queue.sql)
    assert answer_in_words(panel.answer, listed, {}) == (
        "2 places with a value that must not be there; first a card number 411111…1111 in "
        "s3://curated/increments/orders/x.parquet, note, row or line 3, brought by orders/june.csv"
    )
    assert answer_in_words(panel.answer, [{**listed[1], "title_places": "1 place"}], {}) == (
        "1 place with a value that must not be there; first a security code of a card in "
        "s3://prod/facts/current.json"
    )
    assert [row["to_do"] for row in listed] == [
        "declare the column sensitive or correct the source, then replay the file",
        "delete the object and report it: it should have been masked",
    ]
    assert [(item["item_id"], item["subject"]) for item in items] == [
        ("a", "Card number 411111…1111"),
        ("b", "Security code of a card"),
    ]
    assert items[0]["reason"] == (
        "in june.csv, note, row or line 3: declare the column sensitive or correct the source, then replay "
        "the file"
    )
    assert panel.nothing.startswith("No card number")


def test_the_values_of_one_column_are_one_item_with_their_number_and_short_names_of_files() -> None:
    """Sixteen items were of one column of two files, each with a path of 64 digits."""
    (queue,) = (queue for _, queue in QUEUES if queue.name == "card_findings")
    findings: list[dict[str, object]] = [
        {"finding_id": f"f{at}", "column_id": "c", "zone": "curated", "subject": "returns"}
        | {"check_name": "card_number", "column_name": "reference", "line": at, "findings": count}
        | {"place": f"s3://curated/returns/{name * 64}.parquet", "source_file": f"uploads/{name}.csv"}
        | {"masked_value": shown}
        for at, (name, count, shown) in enumerate(
            [("a", 11, None), ("a", 1, "411111…1111"), ("b", 1, "510510…5100")]
        )
    ]
    alone = {**findings[0], "finding_id": "x", "column_id": "d", "column_name": "note"}
    with duckdb.connect() as engine:
        filled_tables(engine, pci_findings=[*findings, alone])
        of_column, of_value = answer_of(engine, queue.sql)
        (evidence,) = queue.evidence
        rows = answer_of(engine, evidence.of_item("c"))
    assert (of_column["item_id"], of_column["subject"], of_column["value"]) == (
        "c",
        "Column reference of returns",
        13,
    )
    assert str(of_column["reason"]).startswith(
        "13 numbers look like those of cards, first 411111…1111, in 2 files, such as a.csv. If the column "
        "has amounts or ids, say so once; if it has cards, declare the column sensitive"
    )
    assert (of_value["item_id"], of_value["subject"]) == ("x", "Card number, 11 values")
    assert str(of_value["reason"]).startswith("in a.csv, note, row or line 0: declare")
    assert "a" * 64 not in f"{of_column['reason']}{of_value['reason']}"
    assert answer_in_words(evidence.title, rows, {}) == "Values found here: 13"
    assert [row["file_name"] for row in rows] == ["a.csv", "a.csv", "b.csv"]


def test_a_person_dismisses_a_finding_with_a_reason_as_the_audit_reads_it() -> None:
    (queue,) = (queue for _, queue in QUEUES if queue.name == card_findings.QUEUE)
    (dismissal,) = (action for action in queue.actions if action.name == card_findings.NO_CARD)
    assert dismissal.note_prompt == "Why is it no card number?"
    assert not dismissal.returns_after_days


@pytest.mark.parametrize(("system", "queue"), QUEUES, ids=[queue.name for _, queue in QUEUES])
def test_a_queue_names_its_figure_its_order_and_the_effect_of_each_action(
    system: str, queue: DeclaredQueue, prod: duckdb.DuckDBPyConnection
) -> None:
    assert system in SYSTEMS
    assert queue.order
    assert all(action.meaning for action in queue.actions)
    for evidence in queue.evidence:
        statement = evidence.of_item("1")
        assert only_reading(statement) is not None
        answer = prod.execute(translate(statement, "duckdb"))
        assert named_in(evidence.title) <= {column[0] for column in answer.description or ()}


@pytest.mark.parametrize(("system", "rule"), ALERTS, ids=[f"{system}/{rule.name}" for system, rule in ALERTS])
def test_an_alert_names_the_panel_of_its_cause(system: str, rule: AlertRule) -> None:
    assert dashboards()[system].panel(rule.panel).kind is PanelKind.TABLE


def test_searches_in_vain_are_in_the_order_of_what_they_cost_and_name_two_articles_that_may_be_meant() -> (
    None
):
    gaps: list[dict[str, object]] = [
        {"search": name, "template": name, "gap": "not_found", "lost_revenue_gbp": lost, "is_sold": is_sold}
        | {"share": 1.0, "searches": 9, "nearest_articles": articles}
        for name, lost, is_sold, articles in (
            ("dog lead", 183, True, "DOG LEAD · DOG BOWL · CAT LEAD"),
            ("yoga mat", 635, False, "DOOR MAT"),
            ("candle", 9, True, "CANDLE"),
        )
    ]
    (queue,) = dashboards()["retail-copilot"].queues
    with duckdb.connect() as engine:
        filled_tables(engine, query_gaps=gaps, query_model_quality=[], products=[])
        items = answer_of(engine, queue.sql)
    assert [row["subject"] for row in items] == ["yoga mat", "dog lead", "candle"]
    assert [str(row["reason"]).partition("; ")[0] for row in items] == [
        f"{STOCK}: nothing like it is sold",
        "add the search as a synonym of DOG LEAD or DOG BOWL, if it means that",
        "add the search as a synonym of CANDLE, if it means that",
    ]
    with duckdb.connect() as engine:
        few = [gaps[0], gaps[2] | {"lost_revenue_gbp": 1}]
        filled_tables(engine, query_gaps=few, query_model_quality=[], products=[])
        items = answer_of(engine, queue.sql)
    assert [row["title_may_wait"] for row in items] == [False, True], "the first has four fifths of all"


def test_no_synonym_of_an_article_that_is_not_sold_any_more_is_proposed() -> None:
    """Both articles of a garden gnome were last sold half a year before; a bottle is no dog lead."""
    gaps: list[dict[str, object]] = [
        {"search": name, "template": name, "gap": "not_found", "lost_revenue_gbp": lost, "is_sold": True}
        | {"share": 1.0, "searches": 9, "nearest_articles": articles}
        for name, lost, articles in (
            ("garden gnome", 332, "SET/6 GARDEN GNOME CANDLES · FISHING GNOME"),
            ("dog lead", 183, "CAMOUFLAGE DOG LEAD · DOG BOTTLE"),
            ("dog bowl", 90, "OLD DOG BOWL · DOG BOWL RED · DOG BOTTLE"),
            ("unlisted", 50, "UNLISTED"),
        )
    ]
    products: list[dict[str, object]] = [
        {"product_id": name, "product_name": name, "is_active": is_active}
        for name, is_active in (
            ("SET/6 GARDEN  GNOME CANDLES", False),
            ("FISHING GNOME", False),
            ("CAMOUFLAGE DOG LEAD", False),
            ("DOG BOTTLE", True),
            ("OLD DOG BOWL", False),
            ("DOG BOWL RED", None),
        )
    ]
    (queue,) = dashboards()["retail-copilot"].queues
    with duckdb.connect() as engine:
        filled_tables(engine, query_gaps=gaps, query_model_quality=[], products=products)
        items = answer_of(engine, queue.sql)
        opened = answer_of(engine, queue.evidence[0].of_item("not_found: dog bowl"))
    again = f"stock again{COST}: "
    assert [str(row["reason"]).partition("; ")[0] for row in items] == [
        f"{again}SET/6 GARDEN GNOME CANDLES is not sold any more",
        f"{again}CAMOUFLAGE DOG LEAD is not sold any more",
        "add the search as a synonym of DOG BOWL RED or OLD DOG BOWL (not sold any more), if it means that",
        "add the search as a synonym of UNLISTED, if it means that",
    ]
    assert [(row["nearest_articles"], row["sold"]) for row in opened] == [
        ("DOG BOWL RED", None),
        ("DOG BOTTLE", None),
        ("OLD DOG BOWL", "not sold any more"),
    ]


def test_a_search_is_a_synonym_where_one_article_that_it_means_is_still_sold() -> None:
    """Four gnomes are sold; the only article with both words is a set of candles that ended."""
    gap: dict[str, object] = {"search": "Garden gnome", "template": "garden gnome", "gap": "not_found"}
    gap |= {"lost_revenue_gbp": 332, "is_sold": True, "share": 1.0, "searches": 9, "excess_searches": 8.0}
    gap |= {"purchase_chance": 0.06, "purchase_value_gbp": 9, "valued_by": "nearest_articles"}
    ended, sold = "SET/6 GARDEN GNOME CANDLES", ("GOLD GNOME", "SILVER GNOME", "TALL GNOME")
    gap |= {"nearest_articles": " · ".join([*sold, ended, "GARDEN POT"])}
    products: list[dict[str, object]] = [
        {"product_id": name, "product_name": name, "is_active": name != ended}
        for name in (*sold, ended, "GARDEN POT")
    ]
    (queue,) = dashboards()["retail-copilot"].queues
    with duckdb.connect() as engine:
        filled_tables(engine, query_gaps=[gap], query_model_quality=[], products=products)
        (item,) = answer_of(engine, queue.sql)
        opened = answer_of(engine, queue.evidence[0].of_item(str(item["item_id"])))
        engine.execute("update products set is_active = false where product_name <> 'GARDEN POT'")
        (none_sold,) = answer_of(engine, queue.sql)
    title = answer_in_words(queue.evidence[0].title, opened, queue.evidence[0].units)
    assert str(item["reason"]).startswith(
        "add the search as a synonym of GOLD GNOME or SILVER GNOME, if it means that; "
    )
    assert [row["nearest_articles"] for row in opened][-1] == ended
    assert not {"stock", "synonym"} & {*title.split()}, "only the line says the step"
    assert str(none_sold["reason"]).startswith(f"stock again{COST}: {ended} is not sold any more")


def test_the_queue_of_searches_adds_up_to_the_revenue_that_the_page_shows() -> None:
    gaps: list[dict[str, object]] = [
        {"search": f"s{number}", "template": f"s{number}", "gap": "not_found", "lost_revenue_gbp": 10}
        for number in range(130)
    ]
    (queue,) = dashboards()["retail-copilot"].queues
    with duckdb.connect() as engine:
        filled_tables(engine, query_gaps=gaps, query_model_quality=[], products=[])
        (figure,) = answer_of(engine, panel_of("retail-copilot", "lost_revenue").sql)
        items = answer_of(engine, queue.sql)
    assert figure["value"] == sum(cast("Decimal", row["value"]) for row in items) == 1300
    first = [row["title_may_wait"] for row in items].count(False)
    assert (first, figure["title_first"]) == (104, "the first 104 of 130 items are"), "above the line"


SERVICES_BACK: list[tuple[object, ...]] = [
    # order, day, status, article, pieces, price: postage after a corrected price, and goods before it
    ("C490001", date(2010, 1, 5), "cancelled", "A", -1, 7),
    *CORRECTED,
    ("C520001", date(2010, 2, 18), "cancelled", "POST", -1, 36),
    ("C520001", date(2010, 2, 18), "cancelled", "M", -1, 3),
]


def with_services(engine: duckdb.DuckDBPyConnection) -> None:
    with_lines(engine, SERVICES_BACK)
    engine.execute("update orders set region_id = 'NL'")
    engine.execute(
        "insert into products (product_id, product_name, category) values "
        "('A', 'MAGNETS', 'gifts'), ('POST', 'POSTAGE', 'service'), ('M', 'Manual', 'service')"
    )


def test_the_last_return_of_a_call_is_of_goods_and_the_same_in_its_fields_and_in_the_opened_item() -> None:
    (queue,) = dashboards()["demand-insights-engine"].queues
    (returned,) = (part for part in queue.evidence if "Last return" in part.title)
    with duckdb.connect() as engine:
        filled_tables(
            engine,
            customer_model_quality=[],
            churn_risk=[
                LATE | {"as_of": date(2010, 12, 9), "value_at_stake_gbp": 700, "ordered_days_ago": 9}
            ],
            customer_lifetime_value=[{"customer_id": 9, "repeat_purchases": 6}],
            customer_segments=[{"customer_id": 9, "segment": "lost"}],
        )
        with_services(engine)
        (item,) = answer_of(engine, queue.sql)
        opened = answer_of(engine, returned.of_item("9"))
        engine.execute("delete from orders where order_id = 'C490001'")
        (corrected,) = answer_of(engine, queue.sql)
        engine.execute("delete from orders where order_id = 'C498151'")
        only_services = answer_of(engine, returned.of_item("9"))
    assert (item["last_return_on"], item["last_returned"]) == (date(2010, 1, 5), 7)
    assert answer_in_words(returned.title, opened, returned.units) == (
        "Last return: £7 on 5 Jan 2010, all of it MAGNETS: 1 piece, £7"
    )
    assert (corrected["last_return_on"], corrected["last_returned"]) == (None, None)
    assert only_services == []


def test_fees_discounts_and_postage_are_no_returns_of_a_region_or_an_order() -> None:
    order, region = (part_of_returns(dataset) for dataset in ("orders", "regions"))
    months: list[dict[str, object]] = [
        {"region_id": "NL", "month_on": date(2010, 2, 1), "is_complete": True},
    ]
    with duckdb.connect() as engine:
        filled_tables(engine, regional_performance=months)
        with_services(engine)
        of_order, of_region = (
            answer_of(engine, order.of_item("C520001")),
            answer_of(engine, region.of_item("NL")),
        )
        engine.execute("update orders set order_id = 'C520001' where order_id in ('C490001', 'C498151')")
        engine.execute("update orders set ordered_at = date '2010-02-17' where order_id = 'C520001'")
        engine.execute("update order_items set order_id = 'C520001' where order_id in ('C490001', 'C498151')")
        engine.execute(
            "delete from orders where rowid not in (select min(rowid) from orders group by order_id)"
        )
        all_of_order, all_of_region = (
            answer_of(engine, order.of_item("C520001")),
            answer_of(engine, region.of_item("NL")),
        )
        engine.execute("delete from order_items where product_id = 'A'")
        services = answer_of(engine, region.of_item("NL"))
    assert answer_in_words(order.title, of_order, order.units) == (
        "Taken off in this order as fees, discounts or postage: £39"
    )
    assert answer_in_words(region.title, of_region, region.units) == (
        "Price corrected in February 2010: £3,631 came back and was billed again the same day at £0.30 a "
        "piece, all of it MAGNETS: 2,504 pieces of customer 9, £3,631; besides, £39 of fees, discounts and "
        "postage were taken off"
    )
    assert answer_in_words(order.title, all_of_order, order.units) == (
        "Price corrected in this order: £3,638 came back and was billed again the same day at £0.30 a piece; "
        "besides, £39 of fees, discounts or postage were taken off"
    )
    assert str(answer_in_words(region.title, all_of_region, region.units)).endswith(
        "besides, £39 of fees, discounts and postage were taken off"
    )
    assert answer_in_words(region.title, services, region.units) == (
        "£39 of fees, discounts and postage were taken off in February 2010, the largest part POSTAGE: "
        "1 piece of customer 9, £36"
    )
    assert sorted(str(row["taken_off_as"]) for row in of_region) == [
        "came back",
        "fee, discount or postage",
        "fee, discount or postage",
        "price corrected",
    ]
    days = [cast("date", row["returned_on"]) for row in of_region]
    assert days == sorted(days, reverse=True)


def test_a_service_has_no_returned_pieces_on_its_page_and_goods_are_sold_until_their_last_sale() -> None:
    (part,) = (part for part in row_parts("products") if "written off" in part.title)
    lines: list[tuple[object, ...]] = [
        ("1", date(2010, 2, 17), "completed", "A", 1, 5),
        # Missing in the stock: booked as a completed order without a price.
        ("2", date(2010, 4, 6), "completed", "A", -276, 0),
        ("3", date(2010, 3, 1), "completed", "FEE", 2, 10),
        ("C4", date(2010, 3, 2), "cancelled", "FEE", -7, 10),
        ("5", date(2010, 4, 6), "completed", "B", -1, 0),
    ]
    with duckdb.connect() as engine:
        with_lines(engine, lines)
        engine.execute(
            "insert into products (product_id, product_name, category) values "
            "('A', 'MAGNETS', 'gifts'), ('FEE', 'AMAZON FEE', 'service')"
        )
        goods, fee, lost = (answer_of(engine, part.of_item(article)) for article in ("A", "FEE", "B"))
    assert answer_in_words(part.title, goods, part.units) == (
        "Sold 1 piece for £5 until 17 Feb 2010; 276 pieces were written off"
    )
    assert [row["orders"] for row in goods] == [0, 1]
    assert answer_in_words(part.title, fee, part.units) == (
        "No goods, but a fee, a discount, postage or a correction: £20 charged and £70 taken off, which "
        "leaves -£50"
    )
    assert [row["pieces_back_in_month"] for row in fee] == [None]
    assert answer_in_words(part.title, lost, part.units) == "Sold 0 pieces for £0; 1 piece was written off"


def test_a_voucher_is_sold_like_goods_and_pieces_without_a_price_are_not_sold() -> None:
    """The page of a voucher said "No goods, but a fee", and a mean price with pieces that were given out."""
    (part,) = (part for part in row_parts("products") if "written off" in part.title)
    lines: list[tuple[object, ...]] = [
        ("1", date(2010, 2, 17), "completed", "GIFT", 1, 25),
        ("2", date(2010, 2, 18), "completed", "GIFT", 10, 0),
        ("3", date(2010, 12, 1), "completed", "A", 1, 5),
    ]
    with duckdb.connect() as engine:
        with_lines(engine, lines)
        engine.execute(
            "insert into products (product_id, product_name, category) values "
            "('A', 'MAGNETS', 'gifts'), ('GIFT', 'Gift Voucher £30.00', 'service')"
        )
        voucher = answer_of(engine, part.of_item("GIFT"))
    assert answer_in_words(part.title, voucher, part.units) == (
        "Sold 1 piece for £25; 10 pieces were given out without a price"
    )
    assert [(row["pieces_sold"], row["pieces_given_out"], row["mean_price"]) for row in voucher] == [
        (1, 10, 25)
    ]


def test_no_service_is_proposed_as_what_a_customer_bought_most_often() -> None:
    (queue,) = dashboards()["demand-insights-engine"].queues
    (often,) = (part for part in queue.evidence if part.title.startswith("{title_bought}"))
    lines: list[tuple[object, ...]] = [
        (str(number), date(2010, 1, 1 + number), "completed", article, 1, 5)
        for number, article in enumerate(("POST", "POST", "A"))
    ]
    with duckdb.connect() as engine:
        with_lines(engine, lines)
        engine.execute(
            "insert into products (product_id, product_name, category) values "
            "('A', 'MAGNETS', 'gifts'), ('POST', 'POSTAGE', 'service')"
        )
        bought = answer_of(engine, often.of_item("9"))
    assert [row["product_name"] for row in bought] == ["MAGNETS"]


def test_the_week_that_has_begun_names_fees_that_lower_its_sales() -> None:
    panel = panel_of("market-intelligence-hub", "next_month")
    said = []
    for fees in ({"fees_so_far": 39, "fees_on": date(2010, 12, 7)}, {}):
        begun = {"sold_so_far": 195, "sold_until": date(2010, 12, 9), **fees}
        ahead = [{**row, **(begun if row["horizon"] == 1 else {})} for row in weeks_ahead(70)]
        with duckdb.connect() as engine:
            filled_tables(engine, sales_forecast=ahead, sales_history=[], forecast_accuracy=[])
            (figure,) = answer_of(engine, panel.sql)
        said += [
            filled_template(part, [figure], panel.units) for part in panel.details if "sold_until" in part
        ]
    assert said == [
        (
            "£195 of it is sold until 9 Dec 2010, after £39 of fees, discounts and corrections that were "
            "taken off, the most on 7 Dec 2010: £234 without these."
        ),
        "£195 of it is sold until 9 Dec 2010.",
    ]


def test_a_day_that_a_statement_writes_has_its_year() -> None:
    """The data may be of another year than the person who reads a queue."""
    parts = [
        part
        for board in dashboards().values()
        for part in (*board.panels, *board.trust, *board.alerts, *board.queues, *board.row_pages)
    ]
    evidence = [part for board in dashboards().values() for queue in board.queues for part in queue.evidence]
    formats = {words for part in (*parts, *evidence) for words in re.findall(r"'(%e %b[^']*)'", part.sql)}
    assert formats
    assert {words for words in formats if "%Y" not in words} == set()
