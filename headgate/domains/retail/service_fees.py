"""Fees, discounts and postage, which are booked as articles of the category `service`.

They are revenue, and no returns of goods (docs/adr/0144-services-are-no-returns.md).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.facts.fact import Combine, Fact

if TYPE_CHECKING:
    from collections.abc import Mapping

    import ibis

SERVICE = "service"  # the category of postage, fees and samples; see the contract of products


def _fees(tables: Mapping[str, ibis.Table]) -> ibis.Table:
    """Return the amounts that lines of services took off, by region and day."""
    orders, items = tables["orders"], tables["order_items"]
    placed = orders.filter(orders.status != "adjusted")
    amount = items.quantity * items.unit_price
    lines = items.filter(amount < 0).semi_join(tables["services"], "product_id")
    dated = lines.inner_join(
        placed.select("order_id", "region_id", sold_on=placed.ordered_at.date()), "order_id"
    )
    return dated.group_by("region_id", "sold_on").agg(fees=-(dated.quantity * dated.unit_price).sum())


FEES = Fact(
    "service_fees", "orders", _fees, {"fees": Combine.SUM}, {"order_items": "order_id"}, is_grouped=True
)
"""Fees, discounts and postage that were taken off, by region and day.

The lookup `services` is that of `service_ids`.
"""


def service_ids(products: ibis.Table) -> ibis.Table:
    """Return the column `product_id` of the articles that are services: the lookup of FEES."""
    return products.filter(products.category == SERVICE).select("product_id")
