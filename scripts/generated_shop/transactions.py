"""Generate card transactions at terminals, with frauds that a model can learn.

Source: Le Borgne, Siblini, Lebichot & Bontempi (2022), Reproducible Machine Learning for Credit Card Fraud
Detection, chapter 3, "Transaction data simulator": customers near terminals, and fraud scenarios 1 to 3.
Scenario 4 is ours, and that customers pay from their first to their last order: a customer who stops buying
stops paying. Customers of Online Retail II pay on while they are silent no longer than usual.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from scipy.spatial import cKDTree

from scripts.generated_shop.catalogue import PENCE
from scripts.generated_shop.drawn_arrays import (
    DAY_S,
    Bools,
    Floats,
    Ints,
    money,
    nullable,
    timestamps,
)

if TYPE_CHECKING:
    from numpy.random import Generator

    from scripts.generated_shop.payments import Wallets

LABEL_DELAY_DAYS = 7
_TRANSACTIONS_PER_TERMINAL = 175  # as in the handbook: 1.75 million over 10,000 terminals
_FEWEST_TERMINALS = 30
_NEAR = 12
_AWAY_SHARE = 0.05
_FRAUD_ABOVE_PENCE = 220 * PENCE
_TERMINAL_CHANCE, _TERMINAL_DAYS = 2 / 10_000, 28
_CUSTOMER_CHANCE, _CUSTOMER_DAYS, _INFLATION = 3 / 5_000, 14, 5
_BURST_SHARE = 1 / 20_000  # bursts of card testing per transaction


class Fraud(IntEnum):
    """The kind of fraud of a transaction."""

    NONE = 0
    AMOUNT = 1  # far above what the shop sells
    TERMINAL = 2  # at a terminal that copies cards, for four weeks
    CUSTOMER = 3  # with stolen card data, at five times the usual amount, for two weeks
    CARD_TESTING = 4  # many tiny amounts within minutes, then a large one


@dataclass(frozen=True)
class Transactions:
    """Transactions in parallel arrays, oldest first.

    `customers` and `cards` are positions; `frauds` holds Fraud values.
    """

    customers: Ints
    cards: Ints
    terminals: Ints
    at: Ints
    pence: Ints
    frauds: Ints

    def __len__(self) -> int:
        return len(self.at)

    def only(self, kept: Bools | Ints) -> Transactions:
        """Return the transactions at those positions."""
        return Transactions(*(getattr(self, name)[kept] for name in self.__dataclass_fields__))

    def followed_by(self, more: Transactions) -> Transactions:
        """Return these transactions, then `more`."""
        return Transactions(
            *(
                np.concatenate([getattr(self, name), getattr(more, name)])
                for name in self.__dataclass_fields__
            )
        )


@dataclass(frozen=True)
class PayingDays:
    """The days of each customer's first and last payment, counted from the start of the period.

    A customer without orders has a last day before the first one.
    """

    first: Ints
    last: Ints

    @classmethod
    def of(cls, customers: Ints, days: Ints, population: int) -> PayingDays:
        """Return the span of the kept orders by `customers` (positions, negative for guests) on `days`."""
        by_customer = customers >= 0
        first, last = np.full(population, np.iinfo(np.int64).max), np.full(population, -1)
        np.minimum.at(first, customers[by_customer], days[by_customer])
        np.maximum.at(last, customers[by_customer], days[by_customer])
        return cls(np.where(last < 0, 0, first), last)

    def going_on(self, customers: Ints, days: Ints, end: int) -> PayingDays:
        """Return the spans of customers who pay until `end` while they are silent no longer than usual.

        A customer of several days is usual after the mean gap between them. Without this, payments would
        fade before the last day of the data, because the next order of nearly everybody lies after it.

        Args:
            customers, days: as for `of`.
            end: the last day of the period.
        """
        population = len(self.last)
        by_customer = customers >= 0
        of_days = np.unique(np.stack([customers[by_customer], days[by_customer]]), axis=1)[0]
        gaps = np.bincount(of_days, minlength=population) - 1
        usual = (self.last - self.first) / np.maximum(gaps, 1)
        is_active = (gaps > 0) & (end - self.last <= usual)
        return PayingDays(self.first, np.where(is_active, end, self.last))


def transactions_of(
    rng: Generator, wallets: Wallets, paying: PayingDays, starts_s: int, day_weights: Floats, *, count: int
) -> Transactions:
    """Draw about `count` transactions over the days from `starts_s`, more on days with a higher weight."""
    if not (paying.last >= paying.first).any():
        empty = np.zeros(0, dtype=np.int64)
        return Transactions(empty, empty, empty, empty, empty, empty)
    honest = _honest(rng, wallets, paying, starts_s, day_weights, count=count)
    with_fraud = _card_testing(
        rng,
        _stolen(
            rng, _copied(rng, _too_large(honest), starts_s, len(day_weights)), starts_s, len(day_weights)
        ),
        wallets,
    )
    ends_s = starts_s + len(day_weights) * DAY_S
    inside = with_fraud.only(with_fraud.at < ends_s)
    return inside.only(np.lexsort((inside.cards, inside.at)))


def transactions_table(
    made: Transactions, customer_ids: Ints, wallets: Wallets, first_id: int, ends_s: int
) -> pa.Table:
    """Return the `card_transactions` rows; the newest days have no fraud labels yet."""
    labelled_at = made.at + LABEL_DELAY_DAYS * DAY_S
    is_labelled = labelled_at < ends_s
    return pa.table(
        {
            "transaction_id": first_id + np.arange(len(made)),
            "transacted_at": timestamps(made.at),
            "customer_id": customer_ids[made.customers],
            "terminal_id": made.terminals + 1,
            "card_number": wallets.cards.number_texts(made.cards),
            "amount": money(made.pence, 12, 2),
            "is_fraud": nullable(made.frauds != Fraud.NONE, is_labelled),
            "updated_at": timestamps(np.where(is_labelled, labelled_at, made.at)),
        }
    )


def _honest(
    rng: Generator, wallets: Wallets, paying: PayingDays, starts_s: int, day_weights: Floats, *, count: int
) -> Transactions:
    ends = np.cumsum(day_weights) / day_weights.sum()
    before_first = np.concatenate([[0.0], ends])[paying.first]
    span = np.concatenate([[0.0], ends])[paying.last + 1] - before_first
    activity = rng.gamma(1.2, 1.0, wallets.customers) * span
    customers = rng.choice(wallets.customers, size=count, p=activity / activity.sum()).astype(np.int64)
    drawn_share = before_first[customers] + span[customers] * rng.random(count)
    days = np.clip(
        np.searchsorted(ends, drawn_share, "right"), paying.first[customers], paying.last[customers]
    )
    seconds = (rng.normal(DAY_S / 2, 20_000, count) % DAY_S).astype(np.int64)
    usual = rng.uniform(5, 100, wallets.customers)[customers]
    drawn = rng.normal(usual, usual / 2)
    pounds = np.where(drawn > 0, drawn, rng.uniform(0, 2 * usual))
    return Transactions(
        customers=customers,
        cards=wallets.pick(rng, customers),
        terminals=_terminals(rng, wallets.customers, customers),
        at=starts_s + days * DAY_S + seconds,
        pence=np.maximum(1, np.round(pounds * PENCE)).astype(np.int64),
        frauds=np.full(count, Fraud.NONE, dtype=np.int64),
    )


def _terminals(rng: Generator, population: int, customers: Ints) -> Ints:
    count = max(_FEWEST_TERMINALS, len(customers) // _TRANSACTIONS_PER_TERMINAL)
    near = cKDTree(rng.random((count, 2))).query(rng.random((population, 2)), k=_NEAR)[1].astype(np.int64)
    usual = near[customers, rng.integers(0, _NEAR, len(customers))]
    away = rng.random(len(customers)) < _AWAY_SHARE
    return np.where(away, rng.integers(0, count, len(customers)), usual)


def _too_large(made: Transactions) -> Transactions:
    return _marked(made, made.pence > _FRAUD_ABOVE_PENCE, Fraud.AMOUNT)


def _copied(rng: Generator, made: Transactions, starts_s: int, days: int) -> Transactions:
    places = int(made.terminals.max(initial=0)) + 1
    hit = _within(
        rng,
        made.terminals,
        made,
        starts_s,
        days,
        events=rng.poisson(places * days * _TERMINAL_CHANCE),
        lasts=_TERMINAL_DAYS,
    )
    return _marked(made, hit, Fraud.TERMINAL)


def _stolen(rng: Generator, made: Transactions, starts_s: int, days: int) -> Transactions:
    people = int(made.customers.max(initial=0)) + 1
    hit = _within(
        rng,
        made.customers,
        made,
        starts_s,
        days,
        events=rng.poisson(people * days * _CUSTOMER_CHANCE),
        lasts=_CUSTOMER_DAYS,
    )
    used = hit & (rng.random(len(made)) < 1 / 3) & (made.frauds == Fraud.NONE)
    inflated = Transactions(**{**vars(made), "pence": np.where(used, made.pence * _INFLATION, made.pence)})
    return _marked(inflated, used, Fraud.CUSTOMER)


def _within(
    rng: Generator, places: Ints, made: Transactions, starts_s: int, days: int, *, events: int, lasts: int
) -> Bools:
    """Return a mask of transactions on a compromised place and day.

    `events` random compromises last `lasts` days each.
    """
    struck = rng.integers(0, int(places.max(initial=0)) + 1, events)
    first = rng.integers(0, days, events)
    covered = np.repeat(struck * (days + lasts) + first, lasts) + np.tile(np.arange(lasts), events)
    return np.isin(places * (days + lasts) + (made.at - starts_s) // DAY_S, covered)


def _card_testing(rng: Generator, made: Transactions, wallets: Wallets) -> Transactions:
    """Draw bursts that each test one card at one terminal.

    A burst begins while its victim is a customer, at the time of a payment.
    It has 8 to 24 payments of at most £2 within minutes, and one of £200 to £900 an hour later.
    """
    bursts = rng.poisson(len(made) * _BURST_SHARE)
    starting = rng.integers(0, len(made), bursts)
    victims, begins = made.customers[starting], made.at[starting]
    tests = rng.integers(8, 25, bursts)
    burst = np.repeat(np.arange(bursts), tests + 1)
    last = np.append(burst[1:] != burst[:-1], True) if bursts else np.zeros(0, dtype=np.bool_)
    cards = wallets.pick(rng, victims)
    terminals = rng.integers(0, int(made.terminals.max(initial=0)) + 1, bursts)
    after = np.where(last, 3_600 + rng.integers(0, 3_600, len(burst)), rng.integers(0, 600, len(burst)))
    pence = np.where(last, rng.integers(20_000, 90_000, len(burst)), rng.integers(30, 201, len(burst)))
    kind = np.full(len(burst), Fraud.CARD_TESTING, dtype=np.int64)
    return made.followed_by(
        Transactions(victims[burst], cards[burst], terminals[burst], begins[burst] + after, pence, kind)
    )


def _marked(made: Transactions, which: Bools, fraud: Fraud) -> Transactions:
    frauds = np.where(which & (made.frauds == Fraud.NONE), int(fraud), made.frauds)
    return Transactions(**{**vars(made), "frauds": frauds})
