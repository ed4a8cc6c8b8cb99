"""Simulate when customers buy and when they stop, with the BG/NBD model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.random import Generator

    from scripts.generated_shop.drawn_arrays import Floats, Ints

_PILOT = 4_000
_HALVINGS = 24
_MOST_PURCHASES = 2_000


@dataclass(frozen=True)
class Habits:
    """The purchase behaviour of a population: rates Gamma(`r`) around `rate` per trading day.

    After each purchase, the probability to leave is Beta(`a`, `b`).
    """

    rate: float
    r: float = 0.65
    a: float = 0.9
    b: float = 6.5


def purchase_times(rng: Generator, acquired: Floats, horizon: float, habits: Habits) -> tuple[Ints, Floats]:
    """Return every purchase from 0 to `horizon` of customers who first buy at `acquired`.

    Trading days are negative before the period.

    Returns:
        Customer (position in `acquired`) and trading day of each purchase, in no particular order.

    Source:
        Fader, Hardie & Lee (2005), "Counting Your Customers" the Easy Way, section 3: the assumptions of
        BG/NBD.
    """
    rates = rng.gamma(habits.r, habits.rate / habits.r, len(acquired))
    leaving = rng.beta(habits.a, habits.b, len(acquired))
    alive, now = np.arange(len(acquired)), acquired.copy()
    who, when = [alive], [now]
    for _ in range(_MOST_PURCHASES):
        stays = rng.random(len(alive)) >= leaving[alive]
        alive, now = alive[stays], now[stays]
        now = now + rng.exponential(1.0, len(alive)) / np.maximum(rates[alive], 1e-12)
        inside = now < horizon
        alive, now = alive[inside], now[inside]
        if not len(alive):
            break
        who.append(alive)
        when.append(now)
    customers, times = np.concatenate(who), np.concatenate(when)
    return customers[times >= 0], times[times >= 0]


def habits_for(seed: int, acquired: Floats, horizon: float, purchases: float) -> Habits:
    """Return the habits with which these customers are expected to make about `purchases` purchases.

    The expectation increases with the rate, so bisection on a pilot group with fixed random numbers finds it.
    """
    pilot = acquired[:: max(1, len(acquired) // _PILOT)]
    wanted = purchases * len(pilot) / len(acquired)
    low, high = -12.0, 4.0  # natural logarithms of purchases per day
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        made = len(
            purchase_times(np.random.default_rng(seed), pilot, horizon, Habits(float(np.exp(middle))))[0]
        )
        low, high = (middle, high) if made < wanted else (low, middle)
    return Habits(float(np.exp((low + high) / 2)))
