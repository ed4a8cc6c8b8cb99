"""Generate orders, their lines, their delivery, and the returns that cancel some of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from scripts.generated_shop.catalogue import pick_products
from scripts.generated_shop.countries import REGIONS
from scripts.generated_shop.drawn_arrays import (
    DAY_S,
    NEVER,
    Bools,
    Ints,
    joined_texts,
    money,
    nullable,
    padded_text,
    texts_at,
    timestamps,
)
from scripts.generated_shop.people import pick_regions
from scripts.generated_shop.purchases import habits_for, purchase_times
from scripts.generated_shop.season import NO_PROMOTION, PROMOTIONS

if TYPE_CHECKING:
    from numpy.random import Generator

    from scripts.generated_shop.catalogue import Catalogue
    from scripts.generated_shop.people import Population
    from scripts.generated_shop.season import Season

FIRST_ORDER_NUMBER = 500_001
GUEST = -1
GUEST_SHARE = 0.08
LINES_PER_ORDER = 5.0
_MOST_LINES = 60
_RETURNED_SHARE = 0.03
_ADJUSTED_SHARE = 0.004
_PROMOTION_USE = 0.6
_WHOLESALE_SHARE = 0.04
STATUSES = ("completed", "cancelled", "adjusted")
_COMPLETED, _CANCELLED, _ADJUSTED = range(3)


@dataclass(frozen=True)
class OrderBook:
    """Orders in parallel arrays, oldest first. Times are UTC seconds, or NEVER for future times.

    Attributes:
        customers: position in the population, or GUEST.
        promotions: position in PROMOTIONS of the order's promotion, or NO_PROMOTION.
        returned_at: when the complete order came back.
    """

    customers: Ints
    regions: Ints
    ordered_at: Ints
    promotions: Ints
    statuses: Ints
    shipped_at: Ints
    delivered_at: Ints
    returned_at: Ints

    def __len__(self) -> int:
        return len(self.customers)

    def slice(self, begin: int, end: int) -> OrderBook:
        """Return orders `begin` to `end`."""
        columns = (getattr(self, name)[begin:end] for name in self.__dataclass_fields__)
        return OrderBook(*columns)

    @property
    def returned(self) -> Bools:
        """A mask of the orders that came back."""
        return np.asarray(self.returned_at != NEVER, dtype=np.bool_)

    @property
    def is_kept(self) -> Bools:
        """A mask of the completed orders that did not come back."""
        return np.asarray((self.statuses == _COMPLETED) & ~self.returned, dtype=np.bool_)


def order_book(rng: Generator, seed: int, people: Population, season: Season, orders: int) -> OrderBook:
    """Draw about `orders` orders of these customers, and of guests, within the season."""
    bought = orders * (1 - GUEST_SHARE)
    habits = habits_for(seed, people.acquired, season.days, bought)
    who, when = purchase_times(rng, people.acquired, season.days, habits)
    guests = round(orders * GUEST_SHARE)
    customers = np.concatenate([who, np.full(guests, GUEST)])
    regions = np.concatenate([people.regions[who], pick_regions(rng, guests)])
    ordered_at = season.seconds(np.concatenate([when, season.days * rng.random(guests)]))
    order = np.lexsort((customers, ordered_at))
    return _fulfilled(rng, customers[order], regions[order], ordered_at[order], season)


def _fulfilled(rng: Generator, customers: Ints, regions: Ints, ordered_at: Ints, season: Season) -> OrderBook:
    count = len(customers)
    running = season.promotion_at(ordered_at)
    shipped_at = ordered_at + (np.exp(rng.normal(2.9, 0.6, count)) * 3_600).astype(np.int64)
    days = np.array([region.delivery_days for region in REGIONS])[regions]
    delivered_at = shipped_at + (days * rng.gamma(6.0, 1 / 6.0, count) * DAY_S).astype(np.int64)
    returned_at = delivered_at + (DAY_S * (1 + rng.gamma(2.0, 4.0, count))).astype(np.int64)
    comes_back = rng.random(count) < _RETURNED_SHARE
    return OrderBook(
        customers=customers,
        regions=regions,
        ordered_at=ordered_at,
        promotions=np.where(rng.random(count) < _PROMOTION_USE, running, NO_PROMOTION),
        statuses=np.where(rng.random(count) < _ADJUSTED_SHARE, _ADJUSTED, _COMPLETED),
        shipped_at=_known(shipped_at, season),
        delivered_at=_known(delivered_at, season),
        returned_at=np.where(comes_back, _known(returned_at, season), NEVER),
    )


def _known(times: Ints, season: Season) -> Ints:
    return np.where(times < season.ends_s, times, NEVER)


def order_ids(first: int, count: int) -> pa.Array:
    """Return the invoice numbers of orders `first` to `first + count`."""
    return padded_text(FIRST_ORDER_NUMBER + first + np.arange(count))


def return_ids(ids: pa.Array) -> pa.Array:
    """Return the invoice numbers of the returns of orders."""
    return joined_texts("C", ids)


def orders_table(book: OrderBook, ids: pa.Array, customer_ids: Ints, notes: pa.Array) -> pa.Table:
    """Return the `orders` rows: every order, then the returns, which have their own invoice."""
    placed = _rows(book, ids, customer_ids, notes)
    back = np.flatnonzero(book.returned)
    returned = placed.take(pa.array(back))
    at = timestamps(book.returned_at[back])
    empty = pa.nulls(len(back), pa.timestamp("us"))
    changed = {
        "order_id": return_ids(ids.take(pa.array(back))),
        "ordered_at": at,
        "status": pa.array([STATUSES[_CANCELLED]] * len(back), pa.string()),
        "shipped_at": empty,
        "delivered_at": empty,
        "notes": pa.nulls(len(back), pa.string()),
        "updated_at": at,
    }
    return pa.concat_tables(
        [
            placed,
            pa.table(
                [changed.get(name, returned[name]) for name in placed.column_names], schema=placed.schema
            ),
        ]
    )


def _rows(book: OrderBook, ids: pa.Array, customer_ids: Ints, notes: pa.Array) -> pa.Table:
    has_customer = book.customers != GUEST
    changed_at = np.maximum(
        np.maximum(book.ordered_at, book.shipped_at), book.delivered_at
    )  # NEVER is the smallest number
    return pa.table(
        {
            "order_id": ids,
            "customer_id": nullable(customer_ids[book.customers], has_customer),
            "region_id": texts_at([region.region_id for region in REGIONS], book.regions),
            "ordered_at": timestamps(book.ordered_at),
            "status": texts_at(STATUSES, book.statuses),
            "promotion_code": texts_at(
                [each.code for each in PROMOTIONS], book.promotions, valid=book.promotions != NO_PROMOTION
            ),
            "shipped_at": timestamps(book.shipped_at),
            "delivered_at": timestamps(book.delivered_at),
            "notes": notes,
            "updated_at": timestamps(changed_at),
        }
    )


@dataclass(frozen=True)
class Lines:
    """Lines of orders in parallel arrays, grouped by order.

    `orders` is the position among these orders.
    """

    orders: Ints
    numbers: Ints
    products: Ints
    quantities: Ints
    pence: Ints

    def totals(self, orders: int) -> Ints:
        """Return the amount of each order, in pence."""
        totals = np.zeros(orders, dtype=np.int64)
        np.add.at(totals, self.orders, self.quantities * self.pence)
        return totals


def lines_of(rng: Generator, book: OrderBook, catalogue: Catalogue) -> Lines:
    """Return the lines of these orders; promotions lower the price and raise the quantity."""
    counts = np.minimum(rng.geometric(1 / LINES_PER_ORDER, len(book)), _MOST_LINES)
    orders = np.repeat(np.arange(len(book)), counts)
    numbers = np.arange(len(orders)) - np.repeat(np.cumsum(counts) - counts, counts) + 1
    products = pick_products(rng, catalogue, book.ordered_at[orders])
    promoted = book.promotions[orders]
    discounts = np.array([*(each.discount for each in PROMOTIONS), 0.0])[promoted]
    wholesale = (rng.random(len(book)) < _WHOLESALE_SHARE)[orders]
    quantities = rng.geometric(np.where(promoted == NO_PROMOTION, 0.38, 0.32)) * np.where(wholesale, 12, 1)
    pence = np.maximum(1, np.round(catalogue.pence[products] * (1 - discounts))).astype(np.int64)
    return Lines(orders, numbers, products, quantities.astype(np.int64), pence)


def lines_table(lines: Lines, book: OrderBook, ids: pa.Array, catalogue: Catalogue) -> pa.Table:
    """Return the `order_items` rows: the lines as sold, then the returned ones with negative quantity."""
    sold = _line_rows(lines, ids, book.ordered_at, catalogue, sign=1)
    back = book.returned[lines.orders]
    undone = Lines(*(getattr(lines, name)[back] for name in lines.__dataclass_fields__))
    return pa.concat_tables([sold, _line_rows(undone, return_ids(ids), book.returned_at, catalogue, sign=-1)])


def _line_rows(lines: Lines, ids: pa.Array, changed_at: Ints, catalogue: Catalogue, *, sign: int) -> pa.Table:
    orders = ids.take(pa.array(lines.orders))
    products = pa.array(lines.products)
    return pa.table(
        {
            "order_item_id": joined_texts(orders, padded_text(lines.numbers), separator="-"),
            "order_id": orders,
            "product_id": catalogue.ids.take(products),
            "description": catalogue.names.take(products),
            "quantity": pc.cast(pa.array(lines.quantities * sign), pa.int32()),
            "unit_price": money(lines.pence * 100, 12, 4),
            "updated_at": timestamps(changed_at[lines.orders]),
        }
    )
