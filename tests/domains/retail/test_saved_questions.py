"""Saved questions can be asked of the tables that the contracts declare, and the money adds up."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa
import pytest

from headgate.contracts.analyst_tables import personal_columns
from headgate.contracts.registry import Registry
from headgate.contracts.types import arrow_schema
from headgate.domains.retail import SYSTEMS
from headgate.domains.retail.saved_questions import ANSWERS, QUALITY, QUESTIONS
from headgate.query import translate
from headgate.query.composed_question import composed_question
from headgate.query.questions import LAKE, LAKE_QUESTIONS, SavedQuestion

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headgate.contracts.model import Contract

pytestmark = pytest.mark.unit

REGISTRY = Registry.load()
EVERYTHING = [*LAKE_QUESTIONS.values(), *QUESTIONS.values(), *QUALITY.values(), *ANSWERS.values()]


@pytest.fixture
def athena(empty_lake: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """The empty lake; rows that a test adds are gone after it."""
    empty_lake.begin()
    yield empty_lake
    empty_lake.rollback()


@pytest.fixture(scope="module")
def empty_lake() -> Iterator[duckdb.DuckDBPyConnection]:
    """Every table of the lake, empty, where Athena shows it."""
    with duckdb.connect() as engine:
        for database, contracts in (
            ("ecommerce_prod", REGISTRY.prod),
            ("ecommerce_curated", {**REGISTRY.curated, **REGISTRY.lake}),
        ):
            engine.execute(f"create schema {database}").fetchall()
            for contract in contracts.values():
                fill(engine, database, contract, [])
        engine.execute("set schema = 'ecommerce_prod'").fetchall()
        yield engine


def fill(
    engine: duckdb.DuckDBPyConnection, database: str, contract: Contract, rows: list[dict[str, object]]
) -> None:
    engine.register("given", pa.Table.from_pylist(rows, arrow_schema(contract)))
    engine.execute(f"create or replace table {database}.{contract.dataset} as select * from given").fetchall()  # noqa: S608 names of contracts
    engine.unregister("given")


@pytest.mark.parametrize("saved", EVERYTHING, ids=[saved.name for saved in EVERYTHING])
def test_every_question_can_be_asked(saved: SavedQuestion, athena: duckdb.DuckDBPyConnection) -> None:
    athena.execute(translate(saved.sql, "duckdb")).fetchall()


COMPOSED = {
    name: composed_question(contract, "ecommerce_curated", personal_columns(contract, REGISTRY.source[name]))
    for name, contract in REGISTRY.curated.items()
    if name in REGISTRY.source
}


@pytest.mark.parametrize("dataset", COMPOSED)
def test_the_question_of_a_dataset_can_be_asked(dataset: str, athena: duckdb.DuckDBPyConnection) -> None:
    if composed := COMPOSED[dataset]:
        athena.execute(translate(composed.sql, "duckdb")).fetchall()


def test_the_question_of_a_dataset_is_about_its_own_columns() -> None:
    """Orders and products were offered a list of articles to order, by a forecast that may be missing."""
    asks = {dataset: composed.asks for dataset, composed in COMPOSED.items() if composed}
    assert asks["orders"].startswith("How many orders are there in each month, by “")
    assert asks["card_transactions"].endswith("and what does “amount” add up to?")
    assert asks["calendar"] == "How many rows of calendar are there of each “event kind”?"
    assert set(COMPOSED) - set(asks) == {"order_items"}, "neither a time nor a category"


def test_every_system_has_a_question_an_answer_and_a_figure_of_its_quality() -> None:
    assert {saved.system for saved in QUESTIONS.values()} == {*SYSTEMS, LAKE}
    assert set(QUALITY) == set(ANSWERS) == set(SYSTEMS)


def test_names_are_unique() -> None:
    assert len({saved.name for saved in EVERYTHING}) == len(EVERYTHING)


def test_the_articles_to_order_are_those_of_their_pages_by_what_they_sell(
    athena: duckdb.DuckDBPyConnection,
) -> None:
    """Of 300 that the category is still to sell an article with three quarters has 225, at 5 each.

    The pieces of an order that was cancelled at another price were not sold. Nobody orders postage, whatever
    its category.
    """
    lines = [
        ("1", "A", 60, 5),
        ("2", "B", 10, 10),
        ("3", "C", 999, 5),
        ("4", "B", 900, 3),
        ("5", "B", -900, 1),
        ("6", "POST", 40, 18),
    ]
    days = {
        "1": date(2010, 12, 1),
        "2": date(2010, 12, 1),
        "3": date(2010, 8, 2),
        "4": date(2010, 12, 2),
        "5": date(2010, 12, 3),
        "6": date(2010, 12, 1),
    }
    for order, article, pieces, price in lines:
        athena.execute(
            "insert into ecommerce_curated.orders (order_id, ordered_at, status) values (?, ?, 'completed')",
            [order, days[order]],
        )
        athena.execute(
            "insert into ecommerce_curated.order_items (order_item_id, order_id, product_id, quantity, "
            "unit_price) values (?, ?, ?, ?, ?)",
            [order, order, article, pieces, price],
        )
    for article, name in (*zip("ABC", "ABC", strict=True), ("POST", "DOTCOM POSTAGE")):
        athena.execute(
            "insert into ecommerce_curated.products (product_id, product_name, category) "
            "values (?, ?, 'kitchen')",
            [article, name],
        )
    for horizon in (1, 2, 3, 4):
        athena.execute(
            "insert into ecommerce_prod.sales_forecast (series_id, level, category, horizon, mean, "
            "sold_so_far, sum_lower_80, sum_upper_80, sum_windows, sum_off_by) "
            "values ('category=kitchen', 'category', 'kitchen', ?, 100, ?, 350, 460, 3, 17)",
            [horizon, 100 if horizon == 1 else None],
        )
    answer = athena.execute(translate(QUESTIONS["articles_to_order"].sql, "duckdb"))
    names = [column[0] for column in answer.description or ()]
    rows = [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
    assert [(row["product_id"], row["have_in_stock"], row["at_least"], row["at_most"]) for row in rows] == [
        ("A", 45, 37, 54),
        ("B", 8, 6, 9),
    ]
    assert [row["expected_sales"] for row in rows] == [225, 75]


def test_accepted_refused_and_duplicate_money_add_up_in_decimals(athena: duckdb.DuckDBPyConnection) -> None:
    fill(
        athena,
        "ecommerce_curated",
        REGISTRY.curated["order_items"],
        [{"quantity": 6, "unit_price": Decimal("2.5500")}, {"quantity": -1, "unit_price": Decimal("0.0010")}],
    )
    records = [("refused", "1", "-53594.36"), ("duplicate", "6", "2.55"), ("refused", "six", "1.00")]
    fill(
        athena,
        "ecommerce_curated",
        REGISTRY.lake["quarantine"],
        [
            {
                "dataset": "order_items",
                "disposition": disposition,
                "record": json.dumps({"quantity": quantity, "unit_price": price}),
            }
            for disposition, quantity, price in records
        ],
    )
    answer = athena.execute(translate(QUESTIONS["online_retail_money"].sql, "duckdb")).fetchall()
    everything = Decimal("-53563.7610")
    assert answer == [
        ("accepted", 2, Decimal("15.2990"), 0, everything),
        ("duplicate", 1, Decimal("15.3000"), 0, everything),
        ("refused", 2, Decimal("-53594.3600"), 1, everything),
    ]


def test_the_question_of_regions_has_the_share_and_the_growth_of_their_page(
    athena: duckdb.DuckDBPyConnection,
) -> None:
    """It had shares and growth of sales before returns, beside the revenue, and growth of five orders."""
    contract = REGISTRY.prod["regional_performance"]
    athena.execute("delete from ecommerce_prod.regional_performance")
    for region, revenue, share, growth in (("GB", 300, 0.75, 0.25), ("AU", 100, 0.25, None)):
        athena.execute(
            f"insert into ecommerce_prod.{contract.dataset} "  # noqa: S608 a name of a contract
            "(region_id, region_name, month_on, is_complete, revenue, revenue_share, sales_share, "
            "monthly_growth) values (?, ?, date '2010-11-01', true, ?, ?, 0.9, ?)",
            [region, region, revenue, share, growth],
        )
    answer = athena.execute(translate(QUESTIONS["regions_last_month"].sql, "duckdb"))
    names = [column[0] for column in answer.description or ()]
    rows = [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
    assert [row["revenue_share"] for row in rows] == [0.75, 0.25]
    assert [row["caution"] is None for row in rows] == [True, False]


TOTAL = {"model": "shop_total_90d", "period": "2010-12-10/2011-03-09", "as_of": date(2010, 12, 9)}
THEIR_OWN = (
    " The ratio of customer_model_quality is 1.05, because the customer models compare with a forecast of "
    "their own, from the weeks of the shop alone; the published one also fits those of regions and "
    "categories."
)


@pytest.mark.parametrize(
    ("published", "ratio", "words"),
    [
        (1_000, 1.05, "They agree to a tenth."),
        (1_040, 1.01, "They agree to a tenth." + THEIR_OWN),
        (
            900,
            1.167,
            "They differ by more than a tenth: the published forecast is lower than the own forecast of the "
            "customer models, with which they agree." + THEIR_OWN,
        ),
    ],
)
def test_totals_say_why_they_differ_and_which_ratio_another_table_has(
    athena: duckdb.DuckDBPyConnection, published: float, ratio: float, words: str
) -> None:
    """A ratio of 1.104 had no reason, and the quality of the models had 1.05 for the same thing."""
    measured = [
        {**TOTAL, "metric": "all_gbp", "value": 1050.0, "baseline": 1000.0},
        {**TOTAL, "metric": "ratio_to_forecast", "value": 1.05, "baseline": 1.0},
    ]
    weeks: list[dict[str, object]] = [
        {
            "level": "total",
            "grain": "week",
            "period_on": date(2010, 12, 10) + timedelta(days=7 * week),
            "mean": round(Decimal(published) * 7 / 90, 2),
        }
        for week in range(13)
    ]
    fill(athena, "ecommerce_prod", REGISTRY.prod["customer_model_quality"], measured)
    fill(athena, "ecommerce_prod", REGISTRY.prod["sales_forecast"], weeks)
    cursor = athena.execute(translate(QUESTIONS["totals_that_agree"].sql, "duckdb"))
    (cells,) = cursor.fetchall()
    row = dict(zip([name for name, *_ in cursor.description or ()], cells, strict=True))
    assert (row["ratio"], row["ratio_to_own_forecast"]) == (ratio, 1.05)
    assert row["reason"] == words
