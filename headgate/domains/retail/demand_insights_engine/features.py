"""What the customer models look at, as Ibis expressions: a purchase is a day on which a known customer spent money.

Money is summed as decimals and only then becomes a float: the sum of floats depends on the order, which no engine promises.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import ibis

if TYPE_CHECKING:
    import pandas as pd

HORIZON_DAYS = 90
"""A customer who buys nothing for this long has churned; all customer models are measured over as many days."""


def purchase_days(orders: ibis.Table, order_items: ibis.Table, as_of: date) -> ibis.Table:
    """One row per customer and day with completed orders of a positive total. Guests, who have no number, are left out."""
    known = orders.customer_id.notnull()  # noqa: PD004 Ibis knows no notna
    in_time = orders.ordered_at < ibis.timestamp(_midnight_after(as_of))
    sold = orders.filter(orders.status == "completed", known, in_time).select(
        "order_id", "customer_id", purchased_on=orders.ordered_at.date()
    )
    lines = order_items.select("order_id", "product_id", spent=order_items.quantity * order_items.unit_price)
    days = (
        sold.inner_join(lines, "order_id")
        .group_by("customer_id", "purchased_on")
        .agg(revenue=lambda t: t.spent.sum(), products=lambda t: t.product_id.nunique())
    )
    return days.filter(days.revenue > 0)


def histories(days: ibis.Table, until: date) -> ibis.Table:
    """One row per customer who had bought by `until`, from what was known that day and nothing later.

    `frequency` counts purchase days after the first one and `monetary` is their mean value, null where there are none;
    `recency_days` runs from the first to the last purchase and `age_days` from the first to `until`, as Fader & Hardie
    count them; `silent_days` runs from the last purchase to `until`.
    """
    known = days.filter(days.purchased_on <= ibis.date(until))
    known = known.mutate(first_on=known.purchased_on.min().over(group_by=known.customer_id))
    lately = known.purchased_on > ibis.date(until - timedelta(days=HORIZON_DAYS))
    again = known.purchased_on > known.first_on
    counted = known.group_by("customer_id").agg(
        first_on=known.first_on.min(),
        last_on=known.purchased_on.max(),
        purchases=known.count(),
        revenue=known.revenue.sum(),
        repeat_revenue=known.revenue.sum(where=again),
        recent_purchases=known.count(where=lately),
        recent_revenue=known.revenue.sum(where=lately).cast("float64").fill_null(0.0),
        products=known.products.mean(),
    )
    frequency = counted.purchases - 1
    return counted.mutate(
        frequency=frequency,
        monetary=counted.repeat_revenue.cast("float64") / frequency.nullif(0),
        recency_days=counted.last_on.delta(counted.first_on, unit="day"),
        age_days=ibis.date(until).delta(counted.first_on, unit="day"),
        silent_days=ibis.date(until).delta(counted.last_on, unit="day"),
    )


def outcomes(days: ibis.Table, after: date) -> ibis.Table:
    """One row per customer who bought in the `HORIZON_DAYS` after a day: what they did, for training and measuring."""
    later = days.filter(days.purchased_on > ibis.date(after), days.purchased_on <= ibis.date(after + timedelta(days=HORIZON_DAYS)))
    return later.group_by("customer_id").agg(bought=later.count(), spent=later.revenue.sum().cast("float64"))


def observed(days: ibis.Table, until: date) -> pd.DataFrame:
    """Histories up to a day with what followed it in columns `bought` and `spent`, by customer."""
    before, after = histories(days, until), outcomes(days, until)
    joined = before.left_join(after, "customer_id").drop("customer_id_right")
    found: pd.DataFrame = (
        joined.mutate(bought=joined.bought.fill_null(0), spent=joined.spent.fill_null(0.0)).order_by("customer_id").to_pandas()
    )
    return found


def known_histories(days: ibis.Table, customers: ibis.Table, as_of: date) -> pd.DataFrame:
    """Histories up to the end of the data, with `marketing_opt_in` where the customer is known, by customer."""
    consent = customers.select("customer_id", "marketing_opt_in")
    joined = histories(days, as_of).left_join(consent, "customer_id").drop("customer_id_right")
    found: pd.DataFrame = joined.order_by("customer_id").to_pandas()
    return found


def _midnight_after(day: date) -> str:
    return (day + timedelta(days=1)).isoformat()
