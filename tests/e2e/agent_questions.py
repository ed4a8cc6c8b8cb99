"""Fifty questions that people ask of the shop's lake, with the tool that an agent answers each by.

An answer is known from the tables' own files, read without SQL, or from what was uploaded.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

    Frames = Callable[[str], pd.DataFrame]


@dataclass(frozen=True)
class Question:
    """A question in words, the tool and its arguments, and the known answer.

    Attributes:
        read: takes the figure from the tool's answer.
        known: computes it from the tables' files.
    """

    words: str
    tool: str
    arguments: Mapping[str, Any]
    read: Callable[[Any], Any]
    known: Callable[[Frames], Any]


def _cell(answer: Any) -> Any:  # noqa: ANN401 a tool's answer
    return answer["rows"][0][0]


def _column(answer: Any) -> list[Any]:  # noqa: ANN401 as above
    return [row[0] for row in answer["rows"]]


def _sql(
    words: str, sql: str, known: Callable[[Frames], Any], read: Callable[[Any], Any] = _cell
) -> Question:
    return Question(words, "ask_sql", {"sql": sql}, read, known)


def _rows(dataset: str) -> Question:
    return _sql(
        f"How many rows has {dataset}?",
        f"select count(*) from {dataset}",  # noqa: S608 names of datasets
        lambda of: len(of(dataset)),
    )


def _unit(table: str, column: str, unit: str) -> Question:
    return Question(
        f"In which unit is {column} of {table}?",
        "explain_figure",
        {"table": table, "column": column},
        lambda answer: answer["column"]["unit"],
        lambda _: unit,
    )


def _day(table: str) -> Question:
    """Ask for the day of a table that is written whole; a kept part has the day of an earlier run."""
    return Question(
        f"As of which day is {table}?",
        "describe_table",
        {"table": table},
        lambda answer: answer["as_of"],
        lambda of: str(of(table)["as_of"].iloc[0]),
    )


def _weights(frame: pd.DataFrame) -> Decimal:
    return Decimal(sum(frame["quantity"] * frame["unit_price"]))


QUESTIONS = (
    *map(
        _rows,
        (
            "orders",
            "order_items",
            "customers",
            "products",
            "payments",
            "regions",
            "card_transactions",
            "search_queries",
        ),
    ),
    _sql(
        "How many units were sold?",
        "select sum(quantity) from order_items where quantity > 0",
        lambda of: sum(q for q in of("order_items")["quantity"] if q > 0),
    ),
    _sql(
        "What were all lines worth?",
        "select sum(quantity * unit_price) from order_items",
        lambda of: _weights(of("order_items")),
    ),
    _sql(
        "How many orders were cancelled?",
        "select count(*) from orders where status = 'cancelled'",
        lambda of: int((of("orders")["status"] == "cancelled").sum()),
    ),
    _sql(
        "How many customers ordered?",
        "select count(distinct customer_id) from orders",
        lambda of: of("orders")["customer_id"].nunique(),
    ),
    _sql(
        "How many orders are of guests?",
        "select count(*) from orders where customer_id is null",
        lambda of: int(of("orders")["customer_id"].isna().sum()),
    ),
    _sql(
        "Which categories are there?",
        "select distinct category from products where category is not null order by category",
        lambda of: sorted(of("products")["category"].dropna().unique()),
        _column,
    ),
    _sql(
        "Which is the dearest list price?",
        "select max(list_price) from products",
        lambda of: max(of("products")["list_price"].dropna()),
    ),
    _sql(
        "How many payments failed?",
        "select count(*) from payments where status = 'failed'",
        lambda of: int((of("payments")["status"] == "failed").sum()),
    ),
    _sql(
        "How much was captured?",
        "select sum(amount) from payments where status = 'captured'",
        lambda of: sum(of("payments").loc[of("payments")["status"] == "captured", "amount"]),
    ),
    _sql(
        "How many known frauds are there?",
        "select count(*) from card_transactions where is_fraud",
        lambda of: int((of("card_transactions")["is_fraud"].fillna(value=False)).sum()),
    ),
    _sql(
        "How many searches had no result?",
        "select count(*) from search_queries where results_count = 0",
        lambda of: int((of("search_queries")["results_count"] == 0).sum()),
    ),
    _sql(
        "When was the last order?",
        "select cast(max(ordered_at) as varchar) from orders",
        lambda of: str(of("orders")["ordered_at"].max()),
    ),
    _sql(
        "How many regions are on each continent?",
        "select count(*) from regions where continent = 'Europe'",
        lambda of: int((of("regions")["continent"] == "Europe").sum()),
    ),
    _sql(
        "What will all shops sell in the first forecast period?",
        "select mean from sales_forecast where series_id = 'total' order by period_on limit 1",
        lambda of: _first(of, "mean"),
    ),
    _sql(
        "And at least, with 80 %?",
        "select lower_80 from sales_forecast where series_id = 'total' order by period_on limit 1",
        lambda of: _first(of, "lower_80"),
    ),
    _sql(
        "And at most?",
        "select upper_80 from sales_forecast where series_id = 'total' order by period_on limit 1",
        lambda of: _first(of, "upper_80"),
    ),
    _sql(
        "How many periods ahead is forecast?",
        "select max(horizon) from sales_forecast",
        lambda of: int(of("sales_forecast")["horizon"].max()),
    ),
    _sql(
        "How many customers have a high priority of winning back?",
        "select count(*) from churn_risk where risk_band = 'high'",
        lambda of: int((of("churn_risk")["risk_band"] == "high").sum()),
    ),
    _sql(
        "Whom to call first?",
        "select customer_id from churn_risk order by risk_rank limit 1",
        lambda of: int(of("churn_risk").sort_values("risk_rank")["customer_id"].iloc[0]),
    ),
    _sql(
        "How much value is at stake?",
        "select sum(value_at_stake_gbp) from churn_risk",
        lambda of: sum(of("churn_risk")["value_at_stake_gbp"].dropna()),
    ),
    _sql(
        "How many transactions should be blocked?",
        "select count(*) from fraud_scores where decision = 'block'",
        lambda of: int((of("fraud_scores")["decision"] == "block").sum()),
    ),
    _sql(
        "How many should be reviewed?",
        "select count(*) from fraud_scores where decision = 'review'",
        lambda of: int((of("fraud_scores")["decision"] == "review").sum()),
    ),
    _sql(
        "What are all customers worth in 90 days?",
        "select sum(expected_value_90d) from customer_lifetime_value",
        lambda of: sum(of("customer_lifetime_value")["expected_value_90d"]),
    ),
    _sql(
        "Which segments are there?",
        "select distinct segment from customer_segments order by segment",
        lambda of: sorted(of("customer_segments")["segment"].unique()),
        _column,
    ),
    _sql(
        "Did the scan find card data where it must not be?",
        "select sum(findings) from pci_audit",
        lambda of: int(of("pci_audit")["findings"].sum()),
    ),
    _sql(
        "How much revenue had the shop in all months?",
        "select sum(revenue) from regional_performance",
        lambda of: sum(of("regional_performance")["revenue"].dropna()),
    ),
    _sql(
        "Which search is most often in vain?",
        "select search from query_gaps order by gap_rank limit 1",
        lambda of: list(of("query_gaps").sort_values("gap_rank")["search"].iloc[:1]),
        _column,
    ),
    _unit("sales_forecast", "mean", "GBP"),
    _unit("churn_risk", "value_at_stake_gbp", "GBP"),
    _unit("customer_segments", "recency_days", "days"),
    _unit("forecast_accuracy", "coverage_80", "share"),
    # Of tables that each run writes: rows of a kept table have the day of the run that wrote them.
    *map(_day, ("customer_segments", "churn_risk", "regional_performance", "query_patterns")),
    Question(
        "Which system builds fraud_scores?",
        "describe_table",
        {"table": "fraud_scores"},
        lambda answer: answer["system"],
        lambda _: "compliance-guardian",
    ),
    Question(
        "How many rows has sales_forecast?",
        "describe_table",
        {"table": "sales_forecast"},
        lambda answer: answer["rows"],
        lambda of: len(of("sales_forecast")),
    ),
    Question(
        "What is the key of churn_risk?",
        "describe_table",
        {"table": "churn_risk"},
        lambda answer: [column["name"] for column in answer["columns"] if column["primary_key"]],
        lambda _: ["customer_id"],
    ),
    Question(
        "From which datasets is churn_risk?",
        "explain_figure",
        {"table": "churn_risk", "column": "churn_probability"},
        lambda answer: sorted(source["dataset"] for source in answer["sources"]),
        lambda _: ["customers", "order_items", "orders"],
    ),
    Question(
        "Which methods forecast?",
        "explain_figure",
        {"table": "sales_forecast", "column": "mean"},
        lambda answer: sorted(answer["methods"]["model"]),
        lambda of: sorted(of("sales_forecast")["model"].unique()),
    ),
    Question(
        "Was any file rejected?",
        "list_files",
        {"state": "rejected"},
        lambda answer: len(answer["files"]) > 0,
        lambda _: True,
    ),
    Question(
        "Is there a saved question for refused rows?",
        "list_questions",
        {},
        lambda answer: "why_refused" in {question["name"] for question in answer["questions"]},
        lambda _: True,
    ),
)


def _first(of: Frames, column: str) -> Any:  # noqa: ANN401 an amount
    total = of("sales_forecast")[of("sales_forecast")["series_id"] == "total"]
    return total.sort_values("period_on")[column].iloc[0]


def is_equal(answer: object, known: object) -> bool:
    """Return whether a tool's answer is the known one; decimals of JSON are texts."""
    if isinstance(known, list):
        return answer == known
    if isinstance(known, bool):
        return answer is known
    if isinstance(known, int | Decimal):
        return Decimal(str(answer)) == Decimal(known)
    return str(answer) == str(known)
