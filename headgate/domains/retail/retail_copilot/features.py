"""Searches, counted: by text as typed, and, once the texts have templates, by template. Ibis expressions."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import ibis
import pandas as pd

from headgate.engines.expressions import whole_seconds
from headgate.facts.fact import Combine, Fact, fact_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

REFORMULATED_WITHIN_S = 300
"""Other words within five minutes in one visit are another try, not another wish."""


def searches(search_queries: ibis.Table, as_of: date) -> ibis.Table:
    """Return one row per search up to the end of a day."""
    end = ibis.timestamp((as_of + timedelta(days=1)).isoformat())
    return search_queries.filter(search_queries.searched_at < end).select(
        "query_id",
        "session_id",
        "searched_at",
        "query_text",
        "results_count",
        "clicked_product_id",
        "purchased",
    )


def texts(searches: ibis.Table) -> pd.DataFrame:
    """Return one row per text as typed: its searches and visits, the commonest first."""
    counted = searches.group_by("query_text").agg(
        searches=searches.count(), sessions=searches.session_id.nunique()
    )
    frame: pd.DataFrame = counted.order_by(ibis.desc("searches"), "query_text").to_pandas()
    return frame


def named(searches: ibis.Table, templates: pd.DataFrame) -> ibis.Table:
    """Return the searches with the template of their text, and whether the visit went on in other words.

    Args:
        templates: columns `query_text` and `template`, one row per text.
    """
    mapping = ibis.memtable(templates[["query_text", "template"]])
    joined = searches.inner_join(mapping, "query_text")
    in_visit = ibis.window(group_by="session_id", order_by=["searched_at", "query_id"])
    searched_s = whole_seconds(joined.searched_at)
    following = joined.mutate(
        next_template=joined.template.lead().over(in_visit),
        wait_s=searched_s.lead().over(in_visit) - searched_s,
    )
    other = (following.next_template != following.template) & (following.wait_s <= REFORMULATED_WITHIN_S)
    return following.mutate(is_reformulated=other.fill_null(False))  # noqa: FBT003 a value, not a flag


def by_template(searched: ibis.Table) -> pd.DataFrame:
    """Return one row per template: how many searches got how far."""
    shown, clicked = searched.results_count > 0, searched.clicked_product_id.notnull()  # noqa: PD004 Ibis knows no notna
    counted = searched.group_by("template").agg(
        searches=searched.count(),
        sessions=searched.session_id.nunique(),
        spellings=searched.query_text.nunique(),
        found=searched.count(where=shown),
        clicked=searched.count(where=shown & clicked),
        bought=searched.count(where=shown & clicked & searched.purchased),
        reformulated=searched.count(where=searched.is_reformulated),
    )
    frame: pd.DataFrame = counted.order_by("template").to_pandas()
    return frame


def by_week(searched: ibis.Table) -> pd.DataFrame:
    """Return one row per template and week that had a search; weeks begin on Monday."""
    weekly = searched.mutate(week_on=searched.searched_at.truncate("W").date())
    frame: pd.DataFrame = (
        weekly.group_by("template", "week_on")
        .agg(searches=weekly.count())
        .order_by("template", "week_on")
        .to_pandas()
    )
    return frame


def first_day(searches: ibis.Table) -> date:
    """Return the day of the first search."""
    return pd.Timestamp(searches.searched_at.min().execute()).date()


def clicks(searched: ibis.Table) -> pd.DataFrame:
    """Return one row per template and product that was opened from it."""
    opened = searched.filter(searched.clicked_product_id.notnull())  # noqa: PD004 Ibis knows no notna
    counted = opened.group_by("template", product_id=opened.clicked_product_id).agg(clicks=opened.count())
    frame: pd.DataFrame = counted.order_by("template", "product_id").to_pandas()
    return frame


def _sold(tables: Mapping[str, ibis.Table]) -> ibis.Table:
    items = tables["order_items"]
    sold = items.filter(items.quantity > 0)
    return sold.group_by("product_id").agg(money=(sold.quantity * sold.unit_price).sum(), lines=sold.count())


PRODUCTS_SOLD = Fact("products_sold", "order_items", _sold, {"money": Combine.SUM, "lines": Combine.SUM})
"""Money and lines by product; returns do not count."""


def product_values(tables: Mapping[str, ibis.Table]) -> pd.DataFrame:
    """Return one row per product: money and lines sold, and its name."""
    sold = fact_rows(PRODUCTS_SOLD, tables)
    lines = sold.mutate(money=sold.money.cast("float64"), lines=sold.lines.cast("float64"))
    products = tables["products"].select("product_id", "product_name")
    joined = products.left_join(lines, "product_id").drop("product_id_right")
    frame: pd.DataFrame = joined.order_by("product_id").to_pandas()
    return frame
