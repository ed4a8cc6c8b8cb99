"""Gamma-Gamma: the value of a customer's purchase, from earlier purchases.

A customer's spends are Gamma(p, nu), with nu ~ Gamma(q, gamma) over customers. The model assumes that spend
and frequency are independent; the quality table has their correlation.

Source:
    Fader & Hardie (2013), The Gamma-Gamma Model of Monetary Value, http://www.brucehardie.com/notes/025/
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import gammaln, psi

Array = npt.NDArray[np.float64]

_LOG_BOUND = 12.0
_STARTS = tuple(product((1.0, 6.0), (1.5, 4.0), (1.0,)))  # p, q, gamma / mean value
_PRECISE = {"ftol": 1e-13, "gtol": 1e-8, "maxiter": 500}


@dataclass(frozen=True)
class GammaGamma:
    """Fitted parameters; gamma is in the money of the input."""

    p: float
    q: float
    gamma: float
    log_likelihood: float = np.nan
    converged: bool = True

    @property
    def has_mean(self) -> bool:
        """The expected spend over all customers exists; it does not for q ≤ 1."""
        return self.q > 1


def fit(frequency: Array, monetary: Array) -> GammaGamma:
    """Return the parameters of the greatest likelihood over all starts.

    Args:
        frequency, monetary: shape (repeat buyers,); repeat purchases, and their mean value; both positive.
    """
    scale = float(monetary.mean())
    spends = _Spends.of(frequency, monetary / scale)
    tops = [
        minimize(spends.loss, np.log(start), jac=True, method="L-BFGS-B", bounds=_BOUNDS, options=_PRECISE)
        for start in _STARTS
    ]
    best = min(tops, key=lambda top: float(top.fun))
    p, q, gamma = np.exp(best.x)
    model = GammaGamma(float(p), float(q), float(gamma * scale), converged=any(top.success for top in tops))
    return replace(model, log_likelihood=log_likelihood(model, frequency, monetary))


_BOUNDS = [(-_LOG_BOUND, _LOG_BOUND)] * 3


def log_likelihood(model: GammaGamma, frequency: Array, monetary: Array) -> float:
    """Return the log-likelihood of the mean values (eq. 1a)."""
    loss, _ = _Spends.of(frequency, monetary).loss(np.log([model.p, model.q, model.gamma]))
    return -loss * len(frequency)


@dataclass(frozen=True)
class _Spends:
    """Customers grouped by frequency: gamma functions are evaluated per frequency, not per customer."""

    frequency: Array
    paid: Array
    log_mean: Array
    levels: Array  # distinct frequencies, ascending
    level_of: npt.NDArray[np.intp]  # index into levels, per customer

    @classmethod
    def of(cls, frequency: Array, mean: Array) -> _Spends:
        levels, level_of = np.unique(frequency, return_inverse=True)
        return cls(frequency, frequency * mean, np.log(mean), levels, level_of)

    def loss(self, log_parameters: Array) -> tuple[float, Array]:
        """Return the mean negative log-likelihood and its gradient by the logarithms of (p, q, gamma)."""
        p, q, gamma = np.exp(log_parameters)
        x, log_mean, levels, level_of = self.frequency, self.log_mean, self.levels, self.level_of
        at = p * levels
        weighed = np.log(gamma + self.paid)
        by_level = gammaln(at + q) - gammaln(at) + at * np.log(levels)
        each = (
            by_level[level_of]
            - gammaln(q)
            + q * np.log(gamma)
            + (p * x - 1) * log_mean
            - (p * x + q) * weighed
        )
        mixed = psi(at + q)
        slope = np.array(
            [
                ((levels * (mixed - psi(at) + np.log(levels)))[level_of] + x * (log_mean - weighed)).mean(),
                (mixed[level_of] - psi(q) + np.log(gamma) - weighed).mean(),
                (q / gamma - (p * x + q) * np.exp(-weighed)).mean(),
            ]
        )
        return -float(each.mean()), -slope * np.array([p, q, gamma])


def expected_spend(model: GammaGamma, frequency: Array, monetary: Array) -> Array:
    """Return expected value of a purchase of each customer (eq. 5), positive; needs a model that has a mean.

    Args:
        monetary: mean value of the repeat purchases; not looked at where there are none.
    """
    paid = np.where(frequency > 0, monetary * frequency, 0.0)
    return model.p * (model.gamma + paid) / (model.p * frequency + model.q - 1)
