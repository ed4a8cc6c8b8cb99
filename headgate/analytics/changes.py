"""Change points: all changes of a series to another level.

The series is cut where that leaves the least unexplained of its ranks, which one huge order cannot move; then
every cut has to hold against chance, and the weakest that does not is dropped until all do. A steady rise is
a trend and no staircase.

Source:
    Jackson et al. (2005), "An algorithm for optimal partitioning of data on an interval" (the cuts); Pettitt
    (1979), "A non-parametric approach to the change-point problem" (the test); Serinaldi & Kilsby (2016),
    "The importance of prewhitening in change point analysis under persistence" (why it counts fewer values
    where one follows the other); Vargha & Delaney (2000), "A critique and improvement of the CL common
    language effect size statistics" (differences as probabilities; large from 0.71 on).
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy import stats

Array = npt.NDArray[np.float64]

CHANGE_P = 0.01  # stricter than a trend's: a change is looked for at every period
PENALTY = 2.0  # times log(n) and the noise, as in BIC for a place and a level; lenient, the test decides
# Chance that a value of one level is beyond one of the other; less is a few odd values, or too small to
# report.
LARGE = 0.75
MAX_PERSISTENCE = 0.9  # a lag-one correlation above it looks the same as steps


@dataclass(frozen=True)
class LevelChange:
    """A new level from `at` to before `ends`, after a level from `begins`."""

    begins: int
    at: int
    ends: int
    p_value: float


def changes(values: Array, least: int) -> tuple[LevelChange, ...]:
    """Return all changes of level, oldest first.

    Args:
        values: shape (periods,), oldest first, without seasons.
        least: periods that a level lasts at least; a series shorter than two of them has no change.
    """
    if values.size < 2 * least or np.ptp(values) == 0:
        return ()
    ranks = stats.rankdata(values)
    kept = _held(ranks, _cuts(ranks, least))
    return () if _is_line(ranks, [change.at for change in kept]) else _placed(values, kept)


def chance(values: Array, persistence: float = 0.0) -> float:
    """Return the p-value of Pettitt's test that a series has one level; 1 for one that does not move.

    Args:
        persistence: lag-one correlation of the noise; the higher it is, the less information the values hold.
    """
    if not values.size or np.ptp(values) == 0:
        return 1.0
    count = values.size
    shift = np.abs(2 * np.cumsum(stats.rankdata(values))[:-1] - np.arange(1, count) * (count + 1)).max()
    fewer = (1 - persistence) / (1 + persistence)
    return min(1.0, float(2 * np.exp(-6 * fewer * shift**2 / (count**3 + count**2))))


def _cuts(ranks: Array, least: int) -> list[int]:
    """Return where to cut: least sum of squares around the parts' means, plus a penalty for each part."""
    count = ranks.size
    steps = np.diff(ranks)
    noise = max(float(np.mean(steps**2)) / 2, 1e-9 * float(ranks.var()))
    penalty = PENALTY * np.log(count) * noise
    sums, squares = np.r_[0.0, np.cumsum(ranks)], np.r_[0.0, np.cumsum(ranks**2)]
    best, last = np.full(count + 1, np.inf), np.zeros(count + 1, dtype=int)
    best[0] = -penalty
    for end in range(least, count + 1):
        begin = np.arange(end - least + 1)
        cost = squares[end] - squares[begin] - (sums[end] - sums[begin]) ** 2 / (end - begin)
        total = best[begin] + cost + penalty
        last[end] = int(np.argmin(total))
        best[end] = total[last[end]]
    cuts = []
    end = count
    while last[end] > 0:
        end = int(last[end])
        cuts.append(end)
    return cuts[::-1]


def _held(ranks: Array, cuts: list[int]) -> tuple[LevelChange, ...]:
    """Drop the weakest cut until all cuts are significant between their neighbours."""
    while cuts:
        persistence = _persistence(ranks, cuts)
        edges = [0, *cuts, ranks.size]
        candidates = [
            LevelChange(a, b, c, _doubt(ranks[a:b], ranks[b:c], persistence))
            for (a, b), (_, c) in pairwise(pairwise(edges))
        ]
        weakest = max(candidates, key=lambda change: change.p_value)
        if weakest.p_value < CHANGE_P:
            return tuple(candidates)
        cuts = [at for at in cuts if at != weakest.at]
    return ()


def _doubt(before: Array, after: Array, persistence: float) -> float:
    """Return the p-value of a change from one part to the next."""
    beyond = np.searchsorted(np.sort(before), after, side="left") + np.searchsorted(
        np.sort(before), after, side="right"
    )
    superiority = float(beyond.mean() / (2 * before.size))
    return chance(np.r_[before, after], persistence) if max(superiority, 1 - superiority) >= LARGE else 1.0


def _placed(values: Array, kept: tuple[LevelChange, ...]) -> tuple[LevelChange, ...]:
    """Return the changes at which the ranks separate the levels best, nearest to the medians of the parts."""
    edges = [0, *(_place(values, change) for change in kept), values.size]
    return tuple(
        LevelChange(a, b, c, change.p_value)
        for change, ((a, b), (_, c)) in zip(kept, pairwise(pairwise(edges)), strict=True)
    )


def _place(values: Array, change: LevelChange) -> int:
    part, at = values[change.begins : change.ends], change.at - change.begins
    before, after = np.abs(part - np.median(part[:at])), np.abs(part - np.median(part[at:]))
    reach = min(at, part.size - at) // 2
    near = slice(at - reach, at + reach + 1)
    return change.begins + at - reach + int(np.argmin(np.r_[0.0, np.cumsum(before - after)][near]))


def _persistence(ranks: Array, cuts: list[int]) -> float:
    """Return the lag-one correlation within the parts, 0 or more, corrected for the parts' own means.

    Source: Marriott & Pope (1954), "Bias in the estimation of autocorrelations" (to the first order).
    """
    parts = np.split(ranks, cuts)
    rest = np.concatenate([part - part.mean() for part in parts])
    if not rest.any():
        return 0.0
    plain, lost = float(rest[1:] @ rest[:-1] / (rest @ rest)), len(parts) / ranks.size
    return float(np.clip((plain + lost) / max(1 - 3 * lost, lost), 0.0, MAX_PERSISTENCE))


def _is_line(ranks: Array, cuts: list[int]) -> bool:
    """Return whether a straight line fits the series as well as its levels, by the BIC."""
    numbers = np.arange(ranks.size, dtype=float)
    line = ranks - np.polyval(np.polyfit(numbers, ranks, 1), numbers)
    levels = np.concatenate([part - part.mean() for part in np.split(ranks, cuts)])
    return bool(_criterion(line, 2) <= _criterion(levels, 2 * len(cuts) + 1))


def _criterion(rest: Array, parameters: int) -> float:
    tiny = 1e-12 * rest.size**3  # of the squares of ranks
    return float(rest.size * np.log(rest @ rest + tiny) + parameters * np.log(rest.size))
