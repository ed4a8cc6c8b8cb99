"""Whether probabilities came true: the share of cases that came true in each bin of equally many cases."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Bin:
    """Cases with similar probabilities.

    Attributes:
        expected: their mean probability, 0..1.
        observed: the share of them that came true, 0..1.
    """

    expected: float
    observed: float
    rows: int


def bins_of(came_true: npt.NDArray[np.bool_], probability: Array, bins: int = 10) -> tuple[Bin, ...]:
    """Return up to `bins` bins of equally many cases, lowest probabilities first."""
    order = np.argsort(probability, kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    return tuple(
        Bin(float(probability[part].mean()), float(came_true[part].mean()), len(part)) for part in parts
    )
