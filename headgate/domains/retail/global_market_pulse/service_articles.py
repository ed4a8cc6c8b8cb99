"""Separate postage, fees and corrections, which are booked as articles, from merchandise."""

import re
from collections.abc import Iterable, Mapping
from datetime import date

import ibis
import pandas as pd

from headgate.facts.fact import Combine, Fact, fact_rows

OPTION = "service_articles"
# A name is that of a service if it ends with one of these words, or has no other word than the second ones.
_SERVICES = frozenset(
    (
        *(
            "adjustment",
            "carriage",
            "commission",
            "delivery",
            "discount",
            "fee",
            "fees",
            "freight",
            "handling",
        ),
        *("insurance", "packing", "portage", "postage", "shipping", "surcharge", "voucher"),
        *("fracht", "gebühr", "gutschein", "porto", "rabatt", "versand", "versandkosten"),
        *("envio", "envío", "frete", "livraison", "port", "spedizione", "verzendkosten"),
    )
)
_ALONE = frozenset(
    (
        *("adjust", "bank", "charge", "charges", "correction", "cost", "costs", "manual", "misc"),
        *("miscellaneous", "post", "rounding", "sample", "samples"),
    )
)
_MIN_LINES = 30  # of an article; the prices of fewer lines say nothing
# Corrections have a price of their own on most lines. In Online Retail II merchandise has at most 0.24 prices
# a line, `M` (manual) 0.37 and `DOT` (postage) 0.86. Many articles of a shop that weighs its goods have as
# many, so there prices are no evidence.
_PRICES_A_LINE = 0.3
_MAX_SUCH_ARTICLES = 0.05


def _prices(tables: Mapping[str, ibis.Table]) -> ibis.Table:
    """Return the number of sold lines by article, price and day."""
    orders, items = tables["orders"], tables["order_items"]
    placed = orders.filter(orders.status != "adjusted")
    sold = items.filter(items.quantity > 0).inner_join(
        placed.select("order_id", sold_on=placed.ordered_at.date()), "order_id"
    )
    return sold.group_by("product_id", "unit_price", "sold_on").agg(lines=sold.count())


PRICES = Fact(
    "article_prices", "orders", _prices, {"lines": Combine.SUM}, {"order_items": "order_id"}, is_grouped=True
)
"""Sold lines by article, price and day."""


def articles(tables: Mapping[str, ibis.Table], as_of: date) -> pd.DataFrame:
    """Return each article's name, number of lines and number of different prices, by number."""
    days = fact_rows(PRICES, tables)
    past = days.filter(days.sold_on <= ibis.date(as_of))
    by_price = past.group_by("product_id", "unit_price").agg(lines=past.lines.sum())
    counted = by_price.group_by("product_id").agg(
        lines=by_price.lines.sum().cast("int64"), prices=by_price.count()
    )
    products = tables["products"].select("product_id", "product_name")
    named = counted.left_join(products, "product_id")
    rows: pd.DataFrame = named.select("product_id", "product_name", "lines", "prices").to_pandas()
    return rows.sort_values("product_id", ignore_index=True)


def services(rows: pd.DataFrame, declared: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the articles that are no merchandise: declared, named as services, or mostly with own prices."""
    has_own_prices = (rows.lines >= _MIN_LINES) & (rows.prices >= _PRICES_A_LINE * rows.lines)
    if has_own_prices.sum() > _MAX_SUCH_ARTICLES * (rows.lines >= _MIN_LINES).sum():
        has_own_prices = rows.lines < 0
    named = pd.Series(
        [is_service_name(name or "") for name in rows.product_name], index=rows.index, dtype=bool
    )
    return tuple(rows.product_id[rows.product_id.isin(set(declared)) | named | has_own_prices])


def is_service_name(name: str) -> bool:
    """Return whether a name is a service, such as "DOTCOM POSTAGE"; a "delivery van" is merchandise."""
    words = re.findall(r"[^\W\d_]+", name.casefold())
    return bool(words) and (words[-1] in _SERVICES or set(words) <= _ALONE | _SERVICES)


def declared_in(options: Mapping[str, str]) -> tuple[str, ...]:
    """Return the articles that the option names, separated by commas."""
    return tuple(article.strip() for article in options.get(OPTION, "").split(",") if article.strip())
