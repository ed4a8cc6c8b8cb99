from __future__ import annotations

from dataclasses import dataclass, field

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
    """Return up to `bins` bins with equal numbers of cases, lowest probabilities first."""
    order = np.argsort(probability, kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    return tuple(
        Bin(float(probability[part].mean()), float(came_true[part].mean()), len(part)) for part in parts
    )


_EDGES = np.array([0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5])


@dataclass(frozen=True)
class Reliability:
    """Sums over cases in bins of similar probability, which can be added.

    Attributes:
        sums: rows, sum of probabilities and number that came true, by bin; shape (3, bins).
    """

    sums: Array = field(default_factory=lambda: np.zeros((3, len(_EDGES) + 1)))

    @classmethod
    def of(cls, came_true: npt.NDArray[np.bool_], probability: Array) -> Reliability:
        """Return the sums of the cases."""
        bins = np.searchsorted(_EDGES, probability, side="right")
        weights = (None, probability, came_true.astype(np.float64))
        return cls(
            np.stack([np.bincount(bins, weight, len(_EDGES) + 1).astype(np.float64) for weight in weights])
        )

    def __add__(self, other: Reliability) -> Reliability:
        """Return the sums of the cases of both."""
        return Reliability(self.sums + other.sums)

    @property
    def rows(self) -> int:
        """The number of cases."""
        return int(self.sums[0].sum())

    @property
    def came_true(self) -> int:
        """The number of cases that came true."""
        return int(self.sums[2].sum())

    @property
    def error(self) -> float:
        """The expected calibration error, 0..1, of at least one case.

        Source: Naeini, Cooper & Hauskrecht (2015), Obtaining Well Calibrated Probabilities Using Bayesian
        Binning, section "Calibration measures".
        """
        return float(np.abs(self.sums[1] - self.sums[2]).sum() / self.sums[0].sum())
