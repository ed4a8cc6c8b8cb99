"""Recency, frequency and monetary scores, and the names that marketers give to their combinations."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt
import pandas as pd

Array = npt.NDArray[np.float64]
Counted = tuple[Array, npt.NDArray[np.int64]]

FIFTHS = 5
_COLUMNS = {"recency": "silent_days", "frequency": "purchases", "monetary": "revenue"}
# Rows: recency score 5 down to 1. Columns: the rounded mean of frequency and monetary score, 1 up to 5.
# Source: the eleven customary RFM segments, as in Putler, https://www.putler.com/rfm-analysis/
SEGMENTS = np.array(
    [
        ["new", "potential loyalists", "potential loyalists", "champions", "champions"],
        ["promising", "potential loyalists", "potential loyalists", "loyal", "champions"],
        ["about to sleep", "about to sleep", "need attention", "loyal", "loyal"],
        ["hibernating", "hibernating", "at risk", "at risk", "cannot lose"],
        ["lost", "lost", "hibernating", "at risk", "cannot lose"],
    ],
    dtype=object,
)


# The first row of a customer who is late, or likely buys nothing after the usual gap, by column: who has
# bought once may be new, and nobody is loyal.
_FIRST_ROW_AT_HIGH_RISK = np.array([0, 2, 2, 3, 3])
_TEXTS = np.array(
    [
        f"{recency}{frequency}{monetary}"
        for recency, frequency, monetary in product(range(1, FIFTHS + 1), repeat=3)
    ],
    dtype=object,
).reshape(FIFTHS, FIFTHS, FIFTHS)
_LAST_ROW_AT_LOW_RISK, _LAST_ROW_AT_MEDIUM_RISK = 1, 3


def scored(customers: pd.DataFrame, fifths: Mapping[str, Fifths]) -> pd.DataFrame:
    """Return each customer's three scores (1 to 5), in the customers' order."""
    scores = {f"{name}_score": fifths[name].of(_scored_by(customers, name)) for name in _COLUMNS}
    return pd.DataFrame(scores, index=customers.index)


def fifths_of(parts: Callable[[Sequence[str]], Iterable[pd.DataFrame]]) -> dict[str, Fifths]:
    """Return the fifths of each of the three scores.

    Args:
        parts: gives columns of all customers, some customers at a time.
    """
    return {
        name: Fifths.of_parts(_scored_by(part, name) for part in parts((column,)))
        for name, column in _COLUMNS.items()
    }


def _scored_by(customers: pd.DataFrame, name: str) -> Array:
    values: Array = customers[_COLUMNS[name]].to_numpy(dtype=np.float64)
    return -values if name == "recency" else values  # who bought last has the highest score


@dataclass(frozen=True)
class Fifths:
    """The fifth of the values in which each lies, 5 the highest.

    Equal values share the fifth of their mean rank.

    Attributes:
        ends: the greatest value of each fifth but the highest; minus infinity where no value is as low.
    """

    ends: Array

    @classmethod
    def of_parts(cls, parts: Iterable[Array]) -> Fifths:
        """Return the fifths of values that come some at a time."""
        values, counts = _counted(parts)
        mean_rank = np.cumsum(counts) - (counts - 1) / 2
        fifth = np.ceil(mean_rank / counts.sum() * FIFTHS)
        last = np.searchsorted(fifth, np.arange(1, FIFTHS), side="right")
        return cls(np.concatenate([[-np.inf], values])[last])

    def of(self, values: Array) -> npt.NDArray[np.int8]:
        """Return the fifth of each value."""
        return np.asarray(np.searchsorted(self.ends, values, side="left") + 1, dtype=np.int8)


def _counted(parts: Iterable[Array]) -> Counted:
    """Return the distinct values, ascending, with their counts: amounts of money repeat often."""
    counted: Counted = np.empty(0), np.empty(0, dtype=np.int64)
    waiting: list[Counted] = []
    for part in parts:
        waiting.append(np.unique(part, return_counts=True))
        # Merging sorts all known values, so it waits until as many have come again.
        if sum(len(values) for values, _ in waiting) > len(counted[0]):
            counted, waiting = _merged([counted, *waiting]), []
    return _merged([counted, *waiting])


def _merged(some: list[Counted]) -> Counted:
    values, place = np.unique(np.concatenate([values for values, _ in some]), return_inverse=True)
    counts = np.zeros(len(values), dtype=np.int64)
    np.add.at(counts, place, np.concatenate([counted for _, counted in some]))
    return values, counts


@dataclass(frozen=True)
class Risk:
    """The risk of customers, which their segments do not contradict.

    Attributes:
        bands: of the chance of no purchase.
        is_late: silent for longer than like customers were before they bought again.
        is_within_gap, is_after_gap: silent for at most, or for longer than, the usual gap between two own
            purchases; both false for customers without a rhythm.
    """

    bands: npt.NDArray[np.str_]
    is_late: npt.NDArray[np.bool_]
    is_within_gap: npt.NDArray[np.bool_]
    is_after_gap: npt.NDArray[np.bool_]


def named(scores: pd.DataFrame, risk: Risk | None = None) -> pd.DataFrame:
    """Return the scores with their text `rfm` and the segment's name.

    Args:
        risk: if it contradicts the recency score, the segment of the nearest consistent score is used: no
            customer with a low chance is lost, nobody within the usual gap who is not late is about to sleep
            or at risk, and nobody who is late, or with a high chance after the usual gap, is loyal.
    """
    recency, frequency, monetary = (
        scores[f"{name}_score"].to_numpy(dtype=np.int64) for name in ("recency", "frequency", "monetary")
    )
    both = np.asarray(np.floor((frequency + monetary) / 2 + 0.5), dtype=np.int64)
    row = FIFTHS - recency
    if risk is not None:
        bands, is_due = risk.bands, risk.is_late & (risk.bands != "low")
        is_leaving = is_due | ((bands == "high") & risk.is_after_gap)
        # Until enough gaps have ended, all are late after one number of days, which may be within the gap.
        holds_rhythm = risk.is_within_gap & ~is_due
        at_least = np.where(is_leaving, _FIRST_ROW_AT_HIGH_RISK[both - 1], 0)
        at_most = np.select(
            [(bands == "low") | holds_rhythm, bands == "medium"],
            [_LAST_ROW_AT_LOW_RISK, _LAST_ROW_AT_MEDIUM_RISK],
            FIFTHS - 1,
        )
        row = np.clip(row, at_least, at_most)
    return scores.assign(
        rfm=_TEXTS[recency - 1, frequency - 1, monetary - 1], segment=SEGMENTS[row, both - 1]
    )
