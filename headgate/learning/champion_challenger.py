"""Choose the recipe that scores: the champion, a significantly better challenger, or the naive rule."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

MIN_CASES = 100
# The normal quantile of one-sided 1 %: one of a hundred challengers that are no better replaces the champion.
SIGNIFICANT_LEAD = 2.326
_CERTAIN = 1e-6


@dataclass(frozen=True)
class Result:
    """A recipe's result on the cases of the backtest.

    Attributes:
        mean_loss: over the cases; lower is better.
        lead: the champion's mean loss minus this recipe's, in standard errors of the paired difference; 0 for
            the champion.
    """

    recipe: str
    mean_loss: float
    lead: float


@dataclass(frozen=True)
class Contest:
    """The recipe that scores from now on, and the results, in the order in which the recipes were named."""

    champion: str
    winner: str
    cases: int
    results: tuple[Result, ...]


def decide_contest(champion: str, losses: Mapping[str, Array], naive: str = "") -> Contest:
    """Return the winner among recipes that were tested on the same cases.

    Args:
        champion: the current champion; if it is no longer a recipe, the first recipe takes its place.
        naive: the naive rule among the recipes. It wins if no other recipe has a lower mean loss, and cannot
            be the champion to defend.
        losses: recipe → loss of each case, shape (cases,), the same cases in the same order.
    """
    if len({len(loss) for loss in losses.values()}) != 1:
        raise ValueError("recipes can only be compared on the same cases")
    standing = champion if champion in losses and champion != naive else next(iter(losses))
    results = tuple(Result(name, _mean(loss), _lead(losses[standing], loss)) for name, loss in losses.items())
    cases = len(losses[standing])
    better_challengers = [
        result for result in results if result.lead > SIGNIFICANT_LEAD and cases >= MIN_CASES
    ]
    winner = (
        min(better_challengers, key=lambda result: result.mean_loss)
        if better_challengers
        else next(result for result in results if result.recipe == standing)
    )
    if naive and cases >= MIN_CASES:
        rule = next(result for result in results if result.recipe == naive)
        better = min(
            (result for result in results if result.recipe != naive), key=lambda result: result.mean_loss
        )
        if rule.mean_loss <= winner.mean_loss:
            winner = rule if rule.mean_loss <= better.mean_loss else better
    return Contest(standing, winner.recipe, cases, results)


def log_loss(came_true: npt.NDArray[np.bool_], probability: Array) -> Array:
    """Return the log loss of each case, shape (cases,)."""
    probability_of_outcome = np.where(came_true, probability, 1 - probability)
    return np.asarray(-np.log(np.clip(probability_of_outcome, _CERTAIN, 1.0)), dtype=np.float64)


def _mean(loss: Array) -> float:
    return float(loss.mean()) if len(loss) else np.nan


def _lead(standing: Array, other: Array) -> float:
    gained = standing - other
    if len(gained) < 2:  # noqa: PLR2004 one case has no spread
        return 0.0
    error = gained.std(ddof=1) / np.sqrt(len(gained))
    return float(gained.mean() / error) if error > 0 else 0.0
