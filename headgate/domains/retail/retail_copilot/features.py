"""Searches, counted: by text as typed, and, once the texts have templates, by template. Ibis expressions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import ibis
import pandas as pd
import pyarrow as pa

from headgate.engines import local
from headgate.engines.expressions import whole_seconds
from headgate.engines.write_rows import write_rows
from headgate.facts.day_hashes import COMBINE, hashes_by_day
from headgate.facts.fact import Combine, Fact, fact_rows

REFORMULATED_WITHIN_S = 300
"""Other words within five minutes in one visit are another try, not another wish."""
COUNTS = ("searches", "sessions", "found", "clicked", "bought", "reformulated")


def searches(search_queries: ibis.Table, as_of: date) -> ibis.Table:
    """Return one row per search up to the end of a day."""
    end = ibis.timestamp((as_of + timedelta(days=1)).isoformat())
    return _read(search_queries.filter(search_queries.searched_at < end))


def _read(search_queries: ibis.Table) -> ibis.Table:
    return search_queries.select(
        "query_id",
        "session_id",
        "searched_at",
        "query_text",
        "results_count",
        "clicked_product_id",
        "purchased",
    )


def texts(searches: ibis.Table) -> ibis.Table:
    """Return one row per text as typed: its searches, and the least and the greatest visit that typed it.

    They differ if there are two; to count visits would take five times as long.
    """
    return searches.group_by("query_text").agg(
        searches=searches.count(), first=searches.session_id.min(), last=searches.session_id.max()
    )


def of_visits_with(searches: ibis.Table, some: pa.Table) -> ibis.Table:
    """Return the searches of visits that typed one of some texts on the same day."""
    dated = searches.mutate(searched_on=searches.searched_at.date())
    visits = dated.semi_join(ibis.memtable(some), "query_text").select("session_id", "searched_on")
    return dated.semi_join(visits, ["session_id", "searched_on"]).select(*searches.columns)


@contextmanager
def named_searches(searches: ibis.Table, templates: pa.Table, folder: Path) -> Iterator[NamedSearches]:
    """Write the searches with their templates and reformulations to the folder, and open them for a block."""
    names = pd.Index(sorted(set(templates["template"].to_pylist())), dtype=object)
    places = names.get_indexer(pd.Index(templates["template"].to_pylist(), dtype=object)).astype("int32")
    path = folder / "searched.parquet"
    write_rows(_named(searches, pa.table({"query_text": templates["query_text"], "template": places})), path)
    with local.opened({"searched": str(path)}) as tables:
        yield NamedSearches(tables["searched"], names)


@dataclass(frozen=True)
class NamedSearches:
    """Searches with the templates of their texts: counts by template ask numbers instead of texts.

    Attributes:
        rows: one row per search, on this machine; `template` is a place in `templates`.
        templates: in their order.
    """

    rows: ibis.Table
    templates: pd.Index[str]

    def by_week(self) -> pa.Table:
        """Return one row per template and week that had a search: how many searches got how far.

        Weeks begin on Monday. A visit counts once for each day on which it searched.
        """
        rows = self.rows
        daily = rows.group_by("template", "searched_on").agg(
            searches=rows.count(),
            sessions=rows.session_id.nunique(),
            found=rows.count(where=rows.shown),
            clicked=rows.count(where=rows.clicked),
            bought=rows.count(where=rows.clicked & rows.purchased),
            reformulated=rows.count(where=rows.is_reformulated),
        )
        weekly = daily.group_by("template", week_on=daily.searched_on.truncate("W")).agg(
            **{name: daily[name].sum().cast("int64") for name in COUNTS}
        )
        return self._in_order(weekly, "week_on")

    def clicks(self) -> pa.Table:
        """Return one row per template and product that was opened from it."""
        opened = self.rows.filter(self.rows.clicked_product_id.notnull())  # noqa: PD004 Ibis knows no notna
        counted = opened.group_by("template", product_id=opened.clicked_product_id).agg(clicks=opened.count())
        return self._in_order(counted, "product_id")

    def _in_order(self, counted: ibis.Table, further: str) -> pa.Table:
        rows = counted.order_by("template", further).to_pyarrow()
        names = self.templates.take(rows["template"].to_numpy()).astype(object)
        return rows.set_column(0, "template", pa.array(names, pa.string()))


def _named(searches: ibis.Table, templates: pa.Table) -> ibis.Table:
    joined = searches.inner_join(ibis.memtable(templates), "query_text")
    joined = joined.mutate(searched_on=joined.searched_at.date())
    in_visit = ibis.window(group_by=["session_id", "searched_on"], order_by=["searched_at", "query_id"])
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
        "searched_on",
        shown=shown,
        clicked=shown & following.clicked_product_id.notnull(),  # noqa: PD004 Ibis knows no notna
        is_reformulated=other.fill_null(False),  # noqa: FBT003 a value, not a flag
    )


def first_day(searches: ibis.Table) -> date | None:
    """Return the day of the first search; None without any."""
    first = searches.searched_at.min().to_pyarrow().as_py()
    return first.date() if first else None


def _hashes(tables: Mapping[str, ibis.Table]) -> ibis.Table:
    return hashes_by_day(_read(tables["search_queries"]), "searched_at")


HASHES = Fact("search_hashes", "search_queries", _hashes, COMBINE, is_grouped=True)
"""Digests of all searches by day."""


def _sold(tables: Mapping[str, ibis.Table]) -> ibis.Table:
    items = tables["order_items"]
    sold = items.filter(items.quantity > 0)
    return sold.group_by("product_id").agg(money=(sold.quantity * sold.unit_price).sum(), lines=sold.count())


PRODUCTS_SOLD = Fact(
    "products_sold", "order_items", _sold, {"money": Combine.SUM, "lines": Combine.SUM}, is_grouped=True
)
"""Money and lines by product; returns do not count."""


def product_values(tables: Mapping[str, ibis.Table]) -> pd.DataFrame:
    """Return one row per product: money and lines sold, its name, and whether it is still offered."""
    sold = fact_rows(PRODUCTS_SOLD, tables)
    lines = sold.mutate(money=sold.money.cast("float64"), lines=sold.lines.cast("float64"))
    products = tables["products"].select("product_id", "product_name", "is_active")
    joined = products.left_join(lines, "product_id").drop("product_id_right")
    frame: pd.DataFrame = joined.order_by("product_id").to_pandas()
    return frame
