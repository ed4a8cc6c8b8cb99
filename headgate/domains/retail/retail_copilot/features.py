"""Searches, counted: by text as typed, and, once the texts have templates, by template. Ibis expressions."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import ibis
import pandas as pd
import pyarrow as pa

from headgate.engines import local
from headgate.engines.expressions import whole_seconds
from headgate.engines.write_rows import write_rows
from headgate.facts.fact import Combine, Fact, fact_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

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
    """Return one row per text as typed, the commonest first: its searches, and whether more than one visit
    typed it.
    """
    counted = searches.group_by("query_text").agg(
        searches=searches.count(), first=searches.session_id.min(), last=searches.session_id.max()
    )
    # The least and the greatest visit differ where there are two; to count visits would take five times as
    # long.
    shared = counted.mutate(is_shared=counted["first"] != counted["last"]).drop("first", "last")
    frame: pd.DataFrame = shared.order_by(ibis.desc("searches"), "query_text").to_pandas()
    return frame


@dataclass(frozen=True)
class CountedSearches:
    """The searches with the templates of their texts: counts by template ask numbers instead of texts.

    Attributes:
        rows: one row per search, on this machine; `template` is a place in `templates`.
        templates: in their order.
        texts: columns `query_text` and `template`, one row per text.
    """

    rows: ibis.Table
    templates: pd.Index[str]
    texts: pd.DataFrame

    def by_template(self) -> pd.DataFrame:
        """Return one row per template: how many searches got how far."""
        rows = self.rows
        counted = rows.group_by("template").agg(
            searches=rows.count(),
            sessions=rows.session_id.nunique(),
            found=rows.count(where=rows.shown),
            clicked=rows.count(where=rows.clicked),
            bought=rows.count(where=rows.clicked & rows.purchased),
            reformulated=rows.count(where=rows.is_reformulated),
        )
        frame = self._in_order(counted, [])
        spellings = self.texts.groupby("template").query_text.nunique()
        frame.insert(3, "spellings", frame.template.map(spellings).astype("int64"))
        return frame

    def by_week(self) -> pd.DataFrame:
        """Return one row per template and week that had a search; weeks begin on Monday."""
        weekly = self.rows.group_by("template", "week_on").agg(
            searches=self.rows.count(), without_results=self.rows.count(where=~self.rows.shown)
        )
        return self._in_order(weekly, ["week_on"])

    def clicks(self) -> pd.DataFrame:
        """Return one row per template and product that was opened from it."""
        opened = self.rows.filter(self.rows.clicked_product_id.notnull())  # noqa: PD004 Ibis knows no notna
        counted = opened.group_by("template", product_id=opened.clicked_product_id).agg(clicks=opened.count())
        return self._in_order(counted, ["product_id"])

    def _in_order(self, counted: ibis.Table, further: list[str]) -> pd.DataFrame:
        frame: pd.DataFrame = counted.order_by("template", *further).to_pandas()
        frame["template"] = self.templates.take(frame.template.to_numpy()).astype(object)
        return frame


@contextmanager
def count_searches(searches: ibis.Table, templates: pd.DataFrame, folder: Path) -> Iterator[CountedSearches]:
    """Write the searches with the template of their text, and whether the visit went on in other words, to
    the folder once; open them while the block lasts.

    Args:
        templates: columns `query_text` and `template`, one row per text.
    """
    names = pd.Index(sorted(templates.template.unique()), dtype=object)
    places = names.get_indexer(pd.Index(templates.template, dtype=object)).astype("int32")
    path = folder / "searched.parquet"
    write_rows(_named(searches, pa.table({"query_text": templates.query_text, "template": places})), path)
    with local.opened({"searched": str(path)}) as tables:
        yield CountedSearches(tables["searched"], names, templates)


def _named(searches: ibis.Table, templates: pa.Table) -> ibis.Table:
    joined = searches.inner_join(ibis.memtable(templates), "query_text")
    in_visit = ibis.window(group_by="session_id", order_by=["searched_at", "query_id"])
    searched_s = whole_seconds(joined.searched_at)
    following = joined.mutate(
        next_template=joined.template.lead().over(in_visit),
        wait_s=searched_s.lead().over(in_visit) - searched_s,
    )
    other = (following.next_template != following.template) & (following.wait_s <= REFORMULATED_WITHIN_S)
    shown = following.results_count > 0
    return following.select(
        "template",
        "session_id",
        "clicked_product_id",
        "purchased",
        week_on=following.searched_at.truncate("W").date(),
        shown=shown,
        clicked=shown & following.clicked_product_id.notnull(),  # noqa: PD004 Ibis knows no notna
        is_reformulated=other.fill_null(False),  # noqa: FBT003 a value, not a flag
    )


def first_day(searches: ibis.Table) -> date:
    """Return the day of the first search."""
    return pd.Timestamp(searches.searched_at.min().execute()).date()


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
