from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from headgate.domains.retail.margin import MARGIN_SHARE, margin_share
from headgate.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import numpy.typing as npt

    Array = npt.NDArray[np.float64]

# The stated costs, GBP. An approved fraud loses its amount; a review finds the truth; a blocked honest
# customer takes the margin of the purchase elsewhere and costs a call.
REVIEW_COST_GBP = 3.0
BLOCK_CALL_GBP = 5.0
OPTION = "reviews_a_day"
REVIEWS_A_DAY = 100
"""Transactions that the fraud team can review in a day, unless the option states another number."""
_MAX_DIGITS = 6  # of the option

ACTIONS = np.array(["approve", "review", "block"], dtype=object)


@dataclass(frozen=True)
class Terms:
    """The options of a lake that decide about transactions.

    Attributes:
        reviews_a_day: number of transactions that the fraud team can review per day.
        margin_share: share of the revenue that the shop keeps.
    """

    reviews_a_day: int = REVIEWS_A_DAY
    margin_share: float = MARGIN_SHARE

    @classmethod
    def of(cls, options: Mapping[str, str]) -> Terms:
        """Return the terms that the options state.

        Raises:
            SettingsError: an option is not valid.
        """
        return cls(reviews_a_day(options), margin_share(options))


DEFAULT = Terms()


def reviews_a_day(options: Mapping[str, str]) -> int:
    """Return the number of transactions that the fraud team can review per day."""
    text = options.get(OPTION, "")
    if not text:
        return REVIEWS_A_DAY
    if not (text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS):
        raise SettingsError(f"{OPTION} must be a whole number from 0 to {10**_MAX_DIGITS - 1}")
    return int(text)


def cheapest(
    probability: Array,
    amount: Array,
    review_price: float = REVIEW_COST_GBP,
    *,
    margin: float = MARGIN_SHARE,
    may_block: bool = True,
) -> npt.NDArray[np.object_]:
    """Return the action of the least expected cost for each transaction, given its probability of fraud.

    Args:
        review_price: what a review costs, or more where the team cannot review all that would pay; see
            `review_price_of`.
        margin: share of the revenue that the shop keeps.
        may_block: false where no label taught the probability.
    """
    approved, blocked = _expected_costs(probability, amount, margin, may_block=may_block)
    return np.asarray(
        ACTIONS[np.stack([approved, np.full(len(amount), review_price), blocked]).argmin(axis=0)]
    )


def review_price_of(
    parts: Iterable[tuple[Array, Array]],
    days: float,
    terms: Terms = DEFAULT,
    *,
    may_block: bool = True,
) -> float:
    """Return the minimum saving, GBP, at which the team can make all reviews, at least a review's cost.

    It is computed from past days, because a transaction cannot wait for the end of its day.

    Args:
        parts: batches with probability and amount of all transactions of several days.
        may_block: as for `cheapest`.
    """
    places = int(terms.reviews_a_day * days)
    highest = np.empty(0)  # as many of what reviews save as there are places, and one more
    for probability, amount in parts:
        saved = np.minimum(*_expected_costs(probability, amount, terms.margin_share, may_block=may_block))
        highest = np.sort(np.concatenate([highest, saved]))[-places - 1 :]
    if len(highest) <= places:
        return REVIEW_COST_GBP
    return max(REVIEW_COST_GBP, float(np.nextafter(highest[0], np.inf)))


def _expected_costs(
    probability: Array, amount: Array, margin: float, *, may_block: bool
) -> tuple[Array, Array]:
    """Return the costs of approving and of blocking, GBP; without end where nothing may be blocked."""
    approved = probability * amount
    if not may_block:
        return approved, np.full(len(amount), np.inf)
    return approved, (1 - probability) * (margin * amount + BLOCK_CALL_GBP)


def cost(
    decision: npt.NDArray[np.object_],
    fraud: npt.NDArray[np.bool_],
    amount: Array,
    margin: float = MARGIN_SHARE,
) -> float:
    """Return the cost of the decisions once the truth is known, GBP."""
    approved = np.where(fraud, amount, 0.0)
    blocked = np.where(fraud, 0.0, margin * amount + BLOCK_CALL_GBP)
    by_action = [decision == ACTIONS[0], decision == ACTIONS[1]]
    return float(np.select(by_action, [approved, np.full(len(amount), REVIEW_COST_GBP)], blocked).sum())
