"""What to do with a transaction: the action that is expected to cost least."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Array = npt.NDArray[np.float64]

# The stated costs, GBP. An approved fraud loses its amount; a review finds the truth; a blocked honest customer
# takes the margin of the purchase elsewhere and costs a call.
REVIEW_COST_GBP = 3.0
BLOCK_CALL_GBP = 5.0
MARGIN_SHARE = 0.30
REVIEWED_SHARE = 0.005
"""Share of the strangest transactions that is reviewed where no label says what strange means."""

ACTIONS = np.array(["approve", "review", "block"], dtype=object)


def cheapest(probability: Array, amount: Array) -> npt.NDArray[np.object_]:
    """The action of the least expected cost for each transaction, given its probability of fraud."""
    honest = 1 - probability
    costs = np.stack([probability * amount, np.full(len(amount), REVIEW_COST_GBP), honest * (MARGIN_SHARE * amount + BLOCK_CALL_GBP)])
    return np.asarray(ACTIONS[costs.argmin(axis=0)])


def strangest(rank: Array) -> npt.NDArray[np.object_]:
    """Review for the highest ranks, approval for the rest: strangeness alone blocks nobody."""
    return np.asarray(np.where(rank > 1 - REVIEWED_SHARE, ACTIONS[1], ACTIONS[0]))


def cost(decision: npt.NDArray[np.object_], fraud: npt.NDArray[np.bool_], amount: Array) -> float:
    """What the decisions cost once the truth is known, GBP."""
    approved = np.where(fraud, amount, 0.0)
    blocked = np.where(fraud, 0.0, MARGIN_SHARE * amount + BLOCK_CALL_GBP)
    by_action = [decision == ACTIONS[0], decision == ACTIONS[1]]
    return float(np.select(by_action, [approved, np.full(len(amount), REVIEW_COST_GBP)], blocked).sum())
