"""Find goods that came back and were billed again the same day: a corrected invoice, no sale and no return.

The pages of customers and regions use the same rule (docs/adr/0144-services-are-no-returns.md).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from headgate.domains.retail.service_fees import service_ids
from headgate.facts.fact import Combine, Fact, fact_rows

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import pandas as pd

_BOUGHT = ["customer_id", "product_id", "sold_on"]
_ARTICLE = ["region_id", *_BOUGHT]


def _placed(tables: Mapping[str, ibis.Table]) -> ibis.Table:
    orders = tables["orders"]
    has_customer = orders.customer_id.notnull()  # noqa: PD004 Ibis knows no notna
    placed = orders.filter(orders.status.isin(["completed", "cancelled"]), has_customer)
    return placed.select(
        "order_id", "region_id", "customer_id", "status", "ordered_at", sold_on=placed.ordered_at.date()
    )


def _returned(tables: Mapping[str, ibis.Table]) -> ibis.Table:
    items = tables["order_items"]
    back = items.filter(items.quantity < 0, items.unit_price > 0)
    lines = _placed(tables).inner_join(back.select("order_id", "product_id", "quantity"), "order_id")
    return lines.group_by(_BOUGHT).agg(units=lines.quantity.cast("int64").sum())


RETURNED = Fact("returned_articles", "orders", _returned, {"units": Combine.SUM}, {"order_items": "order_id"})
"""Units that came back, by customer, article and day."""


def billed_again(tables: Mapping[str, ibis.Table], as_of: date) -> pd.DataFrame:
    """Return the money of returns that was billed again the same day, by the order that bills it.

    It was billed again with as many pieces at another price, or at the same price after they came back. Of
    two prices the lower one counts: the rest is a return, or a sale.

    Returns:
        Grain `order_id` of the new invoice; `region_id`, `customer_id`, `sold_on` and `billed_again`, exact.
    """
    past = fact_rows(RETURNED, tables)
    returned = past.filter(past.sold_on <= ibis.date(as_of))
    items = tables["order_items"].anti_join(service_ids(tables["products"]), "product_id")
    priced = items.filter(items.unit_price > 0).select("order_id", "product_id", "unit_price", "quantity")
    same_day = _placed(tables).semi_join(returned, ["customer_id", "sold_on"])
    lines = same_day.inner_join(priced, "order_id").semi_join(returned, _BOUGHT).to_pandas()
    ordered = lines.sort_values(["ordered_at", "order_id", "unit_price", "quantity"])
    back = ordered[ordered["quantity"] < 0].assign(pieces=lambda rows: -rows["quantity"])
    billed = ordered[(ordered["quantity"] > 0) & (ordered["status"] == "completed")]
    return _money(_pairs(back, billed))


def _pairs(back: pd.DataFrame, billed: pd.DataFrame) -> pd.DataFrame:
    """Return each line that came back with the last line that bills it again."""
    numbered = back.reset_index(drop=True).rename_axis("line").reset_index()
    both = numbered.merge(billed, on=_ARTICLE, suffixes=("_back", ""))
    is_same_price = both["unit_price"] == both["unit_price_back"]
    is_later = both["ordered_at"] > both["ordered_at_back"]
    fits = (both["quantity"] >= both["pieces"]) & (~is_same_price | is_later)
    return both[fits].drop_duplicates("line", keep="last")


def _money(pairs: pd.DataFrame) -> pd.DataFrame:
    """Return the lower amount of each pair, by order; a line bills only its own money again."""
    lines = pairs.assign(
        amount=pairs["quantity"] * pairs["unit_price"],
        billed_again=pairs["pieces"] * pairs[["unit_price", "unit_price_back"]].min(axis=1),
    )
    key = [*_ARTICLE, "order_id", "unit_price"]
    each = lines.groupby(key, as_index=False).agg(
        amount=("amount", "max"), billed_again=("billed_again", "sum")
    )
    each["billed_again"] = each[["amount", "billed_again"]].min(axis=1)
    return each.groupby(["region_id", "sold_on", "customer_id", "order_id"], as_index=False)[
        ["billed_again"]
    ].sum()
