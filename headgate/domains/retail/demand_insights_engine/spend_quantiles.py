"""The interval of a customer's future spend, computed from the distribution without sampling.

A buyer makes a geometric number of purchases. With Gamma-Gamma, n of them cost Gamma(p n) / nu, where nu is
Gamma(q + p x, gamma + x z̄) after x purchases of z̄ each. So the spend of a buyer is gamma + x z̄ times a
figure whose distribution depends only on x and the mean number of purchases. Logarithms of its quantiles are
computed once for a grid, and interpolated for each customer.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy.fft import irfft, next_fast_len, rfft
from scipy.ndimage import map_coordinates
from scipy.special import gammainc, gammaincinv, logit

Array = npt.NDArray[np.float64]

ENDS = (0.1, 0.9)
_STEP = 0.04  # of a logarithm of money
_LONGEST = 60.0  # of logarithms: less than e⁻⁶⁰ of the most is nothing
_LEAST, _RARE = 1e-4, 1e-9  # probabilities that are looked at, and that are left out
_COUNTS = np.arange(1, 513, dtype=np.float64)
_MEANS = np.exp(np.arange(0.0, 3.76, 0.15))  # purchases of a buyer; more are in proportion
_HISTORIES = np.unique(np.concatenate([np.arange(17.0), np.floor(16 * 1.25 ** np.arange(31))]))
_ODDS = np.arange(logit(_LEAST), logit(ENDS[1]) + 0.2, 0.2)


@dataclass(frozen=True)
class SpendQuantiles:
    """Quantiles of the money of customers who buy, in units of gamma + x z̄, by a Gamma-Gamma model.

    Attributes:
        logarithms: shape (`_HISTORIES`, `_MEANS`, `_ODDS`).
    """

    p: float
    q: float
    logarithms: Array

    @classmethod
    @lru_cache(maxsize=4)
    def of(cls, p: float, q: float) -> SpendQuantiles:
        """Return the quantiles of a model."""
        top = np.log(gammaincinv(p * _COUNTS[-1], 1 - _RARE))
        bottom = max(np.log(max(gammaincinv(p, _LEAST), np.finfo(np.float64).tiny)), top - _LONGEST)
        money = np.arange(bottom, top + _STEP, _STEP)
        chance = 1 / _MEANS[:, None]
        below = (chance * (1 - chance) ** (_COUNTS - 1)) @ gammainc(p * _COUNTS[:, None], np.exp(money))
        return cls(p, q, np.stack([_of_history(q + p * past, money[0], below) for past in _HISTORIES]))

    def at(self, levels: Array, purchases: Array, mean: Array) -> Array:
        """Return the quantile of each customer, shape (customers,).

        Args:
            levels: probabilities of less money, 0..1.
            purchases: so far.
            mean: purchases of the customer if any, 1 or more.
        """
        odds = logit(np.clip(levels, _LEAST, ENDS[1]))
        places = [
            _place(np.log(self.q + self.p * purchases), np.log(self.q + self.p * _HISTORIES)),
            _place(np.log(mean), np.log(_MEANS)),
            _place(odds, _ODDS),
        ]
        logarithms = map_coordinates(self.logarithms, places, order=1, mode="nearest")
        return np.asarray(np.exp(logarithms) * np.maximum(mean / _MEANS[-1], 1.0))


def levels_of_buyers(nothing: Array) -> tuple[Array, Array]:
    """Return the levels of both ends among customers who buy; 0 or less if an end is zero.

    Args:
        nothing: the probability that each customer buys nothing.
    """
    buys = np.maximum(1 - nothing, _RARE)
    low, high = ((end - nothing) / buys for end in ENDS)
    return low, high


def purchases_at(levels: Array, mean: Array) -> Array:
    """Return the quantile of the number of purchases of customers who buy, as `SpendQuantiles.at`."""
    none_more = np.log1p(-1 / np.maximum(mean, 1 + _RARE))
    return np.asarray(np.maximum(np.ceil(np.log1p(-np.clip(levels, 0.0, ENDS[1])) / none_more), 1.0))


def _place(values: Array, nodes: Array) -> Array:
    return np.interp(values, nodes, np.arange(nodes.size, dtype=np.float64))


def _of_history(shape: float, bottom: float, below: Array) -> Array:
    """Return logarithms of quantiles for customers whose nu is Gamma(`shape`), shape (`_MEANS`, `_ODDS`).

    Args:
        bottom: the first of the logarithms, `_STEP` apart, that `below` is given at.
        below: probabilities of less than Gamma(p n), by mean and logarithm.
    """
    edges = np.log(np.clip(gammaincinv(shape, [1e-7, 1 - _RARE]), np.finfo(np.float64).tiny, None) / shape)
    first, last = (int(np.rint(edge / _STEP)) for edge in edges)
    middles = np.arange(first, last + 1)
    cells = np.append(middles - 0.5, last + 0.5) * _STEP
    mass = np.diff(gammainc(shape, shape * np.exp(cells)))
    padding = len(middles) - 1
    padded = np.pad(below, ((0, 0), (padding, padding)), constant_values=((0, 0), (0.0, 1.0)))
    mixed = _convolved(padded, (mass / mass.sum())[::-1])
    money = bottom + (np.arange(mixed.shape[1]) - padding - first) * _STEP - np.log(shape)
    rising = np.maximum.accumulate(mixed, axis=1)
    return np.stack([np.interp(1 / (1 + np.exp(-_ODDS)), row, money) for row in rising])


def _convolved(rows: Array, weights: Array) -> Array:
    """Return the convolution of each row where all weights are inside of it.

    It is `scipy.signal.fftconvolve`, whose import takes a tenth of a second.
    """
    length = rows.shape[1] + len(weights) - 1
    fast = next_fast_len(length, real=True)
    mixed = irfft(rfft(rows, fast, axis=1) * rfft(weights, fast), fast, axis=1)
    return np.asarray(mixed[:, len(weights) - 1 : rows.shape[1]])
