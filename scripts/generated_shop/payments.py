"""Generate payments: every order's captured and refunded amounts add up to the sum of its lines."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from scripts.generated_shop.cards import issue_cards
from scripts.generated_shop.drawn_arrays import Bools, Ints, money, texts_at, timestamps
from scripts.generated_shop.notes import notes_for

if TYPE_CHECKING:
    from numpy.random import Generator

    from scripts.generated_shop.cards import Cards

UNITS_PER_GBP = 10_000  # amounts are whole numbers of the contract's last place
_PENNY = UNITS_PER_GBP // 100
METHODS = ("card", "paypal", "bank_transfer", "voucher")
_METHOD_SHARES = (0.74, 0.16, 0.08, 0.02)
_CARD, _VOUCHER = 0, 3
STATUSES = ("captured", "refunded", "failed")
_CAPTURED, _REFUNDED, _FAILED = range(3)
_FAILED_SHARE = 0.015
_SPLIT_SHARE = 0.02
_SECOND_CARD_USE = 0.12
_GUEST_CARDS = 5_000
NOTE_CARD_SHARE = 0.01


@dataclass(frozen=True)
class Wallets:
    """Two cards for each customer, and some for guests.

    Card `c` and card `customers + c` are customer c's.
    """

    cards: Cards
    customers: int

    def pick(self, rng: Generator, customers: Ints) -> Ints:
        """Return a card for each payment by these customers (positions; negative for guests)."""
        second = rng.random(len(customers)) < _SECOND_CARD_USE
        guest = 2 * self.customers + rng.integers(0, _GUEST_CARDS, len(customers))
        return np.where(customers >= 0, customers + self.customers * second, guest)


def wallets_for(rng: Generator, customers: int, ends_s: int) -> Wallets:
    """Draw wallets whose cards are valid beyond `ends_s`."""
    months = np.datetime64(ends_s, "s").astype("datetime64[M]").astype(np.int64) + 1970 * 12
    return Wallets(issue_cards(rng, 2 * customers + _GUEST_CARDS, int(months)), customers)


@dataclass(frozen=True)
class Bills:
    """Amounts to pay or pay back: order, customer, time, and amount in 1/10,000 GBP.

    A customer is a position, negative for guests.
    """

    order_ids: pa.Array
    customers: Ints
    billed_at: Ints
    amounts: Ints


@dataclass(frozen=True)
class Payments:
    """The payments of bills: one each, some in two parts, some after a failed attempt.

    Bills with amount zero have no payment.
    """

    bills: Bills
    attempts: _Attempts
    paid_at: Ints

    @classmethod
    def of(cls, rng: Generator, bills: Bills, ends_s: int) -> Payments:
        """Draw the payments of bills, made before `ends_s`."""
        made = _attempts(rng, bills)
        return cls(bills, made, np.minimum(bills.billed_at[made.bills] + made.after_s, ends_s - 1))

    def table(self, rng: Generator, wallets: Wallets, numbers: Ints) -> pa.Table:
        """Return the `payments` rows with these numbers."""
        payment, count = self.attempts, len(self.paid_at)
        by_card = payment.methods == _CARD
        card = wallets.pick(rng, self.bills.customers[payment.bills])
        null = pa.scalar(None, pa.string())
        return pa.table(
            {
                "payment_id": numbers,
                "order_id": self.bills.order_ids.take(pa.array(payment.bills)),
                "method": texts_at(METHODS, payment.methods),
                "card_number": _where(by_card, wallets.cards.number_texts(card), null),
                "card_cvv": _where(by_card, wallets.cards.cvv_texts(card), null),
                "card_expiry": _where(by_card, wallets.cards.expiry_texts(card), null),
                "amount": money(payment.amounts, 14, 4),
                "currency": pa.array(["GBP"]).take(pa.array(np.zeros(count, dtype=np.int64))),
                "paid_at": timestamps(self.paid_at),
                "status": texts_at(STATUSES, payment.statuses),
                "notes": notes_for(rng, count, wallets.cards, card_share=NOTE_CARD_SHARE),
                "updated_at": timestamps(self.paid_at),
            }
        )


def numbers_by_time(paid_at: Ints) -> Ints:
    """Return the number of each payment: a database numbers them in the order in which they are made."""
    numbers = np.empty(len(paid_at), dtype=np.int64)
    numbers[np.argsort(paid_at, kind="stable")] = np.arange(1, len(paid_at) + 1)
    return numbers


def payments_table(rng: Generator, bills: Bills, wallets: Wallets, ends_s: int) -> pa.Table:
    """Return the `payments` rows of all bills of a shop."""
    payments = Payments.of(rng, bills, ends_s)
    return payments.table(rng, wallets, numbers_by_time(payments.paid_at))


@dataclass(frozen=True)
class _Attempts:
    """Payments in parallel arrays; `bills` is the position of the bill, `after_s` the seconds after it."""

    bills: Ints
    amounts: Ints
    methods: Ints
    statuses: Ints
    after_s: Ints

    def at(self, kept: Bools | Ints) -> _Attempts:
        return _Attempts(*(getattr(self, name)[kept] for name in self.__dataclass_fields__))

    def followed_by(self, more: _Attempts) -> _Attempts:
        return _Attempts(
            *(
                np.concatenate([getattr(self, name), getattr(more, name)])
                for name in self.__dataclass_fields__
            )
        )


def _attempts(rng: Generator, bills: Bills) -> _Attempts:
    due = np.flatnonzero(bills.amounts != 0)
    amounts = bills.amounts[due]
    captured = amounts > 0
    split = captured & (amounts >= 2 * _PENNY) & (rng.random(len(due)) < _SPLIT_SHARE)
    failed = captured & (rng.random(len(due)) < _FAILED_SHARE)
    by_voucher = np.where(split, amounts // 2 // _PENNY * _PENNY, 0)
    methods = rng.choice(len(METHODS), size=len(due), p=_METHOD_SHARES).astype(np.int64)
    after_s = rng.integers(60, 900, len(due))
    paid = _Attempts(due, amounts - by_voucher, methods, np.where(captured, _CAPTURED, _REFUNDED), after_s)
    vouchers = replace(paid, amounts=by_voucher, methods=np.full(len(due), _VOUCHER)).at(split)
    in_vain = replace(paid, statuses=np.full(len(due), _FAILED), after_s=after_s // 2).at(failed)
    made = paid.followed_by(in_vain).followed_by(vouchers)
    return made.at(np.lexsort((made.after_s, made.bills)))


def _where(condition: Bools, values: pa.Array, otherwise: pa.Scalar) -> pa.Array:
    return pc.if_else(pa.array(condition), values, otherwise)
