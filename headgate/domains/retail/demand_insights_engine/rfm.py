"""Recency, frequency and monetary scores, and the names that marketers give to their combinations."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

FIFTHS = 5
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


def scored(customers: pd.DataFrame) -> pd.DataFrame:
    """Each customer's three scores (1 to 5), in the customers' order."""
    return pd.DataFrame(
        {
            "recency_score": fifth(-customers.silent_days),
            "frequency_score": fifth(customers.purchases),
            "monetary_score": fifth(customers.revenue.astype(np.float64)),
        },
        index=customers.index,
    )


def named(scores: pd.DataFrame) -> pd.DataFrame:
    """The scores with their text `rfm` and the segment's name."""
    recency, frequency, monetary = (scores[f"{name}_score"].astype("int32") for name in ("recency", "frequency", "monetary"))
    both = np.floor((frequency + monetary) / 2 + 0.5).astype(np.int64)
    return scores.assign(
        rfm=recency.astype(str) + frequency.astype(str) + monetary.astype(str),
        segment=SEGMENTS[FIFTHS - recency, both - 1],
    )


def fifth(values: pd.Series[float]) -> pd.Series[int]:
    """Which fifth of the values each lies in, 5 the highest. Equal values share the fifth of their mean rank."""
    return (values.rank(pct=True) * FIFTHS).apply(np.ceil).astype("int8")


def typical(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Logarithms, column by column, brought to mean 0 and spread 1; a column without spread becomes 0."""
    logs = np.log1p(values)
    spread = logs.std(axis=0)
    return np.asarray((logs - logs.mean(axis=0)) / np.where(spread > 0, spread, 1.0))
