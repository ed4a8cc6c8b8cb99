"""BG/NBD and MBG/NBD: purchase frequency and churn of customers without a contract.

While active, a customer buys as a Poisson process of rate lambda ~ Gamma(r, alpha), and after each purchase
leaves with probability p ~ Beta(a, b). In BG/NBD a customer can leave only after a repeat purchase, so
customers with one purchase are active; in MBG/NBD a customer can also leave after the first purchase.
Purchases are counted per day.

Source:
    Batislam, Denizel & Filiztekin (2007), Empirical validation and comparison of models for customer base
    analysis, International Journal of Research in Marketing 24(3): MBG/NBD. It has BG/NBD's formulas with one
    more occasion to leave. Fader, Hardie & Lee (2005), "Counting Your Customers" the Easy Way: An Alternative
    to the Pareto/NBD Model, Marketing Science 24(2); equation numbers below are theirs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import numpy.typing as npt
from scipy.optimize import OptimizeResult, minimize
from scipy.special import expit, gammaln, hyp2f1, log_expit, psi

Array = npt.NDArray[np.float64]

MIN_REPEAT_BUYERS = 10  # four parameters; below this the likelihood has no clear top
_LOG_BOUND = 12.0  # e^12 ≈ 160,000 in scaled units: beyond it only a flat likelihood leads
_STARTS = tuple(product((0.3, 2.0), (1.0,), (0.5, 2.0), (1.0, 5.0)))  # r, alpha / mean age, a, b
_MANY_PURCHASES = 10
_SERIES_TERMS = 200  # the terms of customers with many purchases x fall as n^-(r + x + 1)
_MIN_DROPOUT = 0.005  # mean probability of leaving after a purchase
_ROUNDING = 1.001  # nobody buys more than without ever leaving
_SINGULAR = 1e-6  # the expectation's formula divides by a - 1


@dataclass(frozen=True)
class Histories:
    """Customer histories, shape (customers,): repeat purchases, time of the last, time since the first."""

    frequency: Array
    recency: Array
    age: Array


@dataclass(frozen=True)
class BgNbd:
    """Fitted parameters; alpha is in the time unit of the histories.

    `converged` is False when no start reached a top.
    """

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float = np.nan
    converged: bool = True
    modified: bool = False

    @property
    def is_degenerate(self) -> bool:
        """Practically nobody leaves: the alive probability says nothing, long forecasts are too high."""
        return self.a / (self.a + self.b) < _MIN_DROPOUT

    def occasions(self, frequency: Array) -> Array:
        """Return how many times each customer could have left."""
        return frequency + 1 if self.modified else frequency


def fit(histories: Histories, *, modified: bool = False) -> BgNbd:
    """Return the parameters of the greatest likelihood over all starts.

    Args:
        modified: fit MBG/NBD instead of BG/NBD.

    Time is scaled by the mean age, so that the unit of the input does not matter to the optimiser. Of many
    customers every n-th gives which start leads to the greatest likelihood, and all of them where it is.
    """
    scale = float(histories.age.mean()) or 1.0
    scaled = Histories(histories.frequency, histories.recency / scale, histories.age / scale)
    step = -(-len(scaled.age) // _ENOUGH_CUSTOMERS)
    few = _Counted.of(
        Histories(scaled.frequency[::step], scaled.recency[::step], scaled.age[::step]), modified
    )
    tops = [_top(few, np.log(start)) for start in _STARTS]
    best = min(tops, key=lambda top: float(top.fun))
    if step > 1:
        tops = [best := _top(_Counted.of(scaled, modified), best.x)]
    r, alpha, a, b = np.exp(best.x)
    model = BgNbd(
        float(r),
        float(alpha * scale),
        float(a),
        float(b),
        converged=any(top.success for top in tops),
        modified=modified,
    )
    return replace(model, log_likelihood=log_likelihood(model, histories))


_PRECISE = {"ftol": 1e-13, "gtol": 1e-8, "maxiter": 500}
_ENOUGH_CUSTOMERS = 10_000


def _top(counted: _Counted, start: Array) -> OptimizeResult:
    """Return where the likelihood of these histories is greatest, uphill from the start."""
    bounds = [(-_LOG_BOUND, _LOG_BOUND)] * len(start)
    return minimize(counted.loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options=_PRECISE)


def log_likelihood(model: BgNbd, histories: Histories) -> float:
    """Return the log-likelihood of the histories (eq. 6), up to no constant."""
    loss, _ = _Counted.of(histories, model.modified).loss(np.log([model.r, model.alpha, model.a, model.b]))
    return -float(loss) * len(histories.age)


@dataclass(frozen=True)
class _Counted:
    """Histories grouped by frequency: gamma functions are evaluated per frequency, not per customer."""

    histories: Histories
    levels: Array  # distinct frequencies, ascending
    level_of: npt.NDArray[np.intp]  # index into levels, per customer
    weights: Array  # customers per level
    first_counts: bool  # MBG/NBD: a customer can leave after the first purchase

    @classmethod
    def of(cls, histories: Histories, modified: bool) -> _Counted:
        levels, level_of, weights = np.unique(histories.frequency, return_inverse=True, return_counts=True)
        return cls(histories, levels, level_of, weights.astype(np.float64), modified)

    def loss(self, log_parameters: Array) -> tuple[float, Array]:
        """Return the mean negative log-likelihood and its gradient by the logarithms of (r, alpha, a, b)."""
        r, alpha, a, b = np.exp(log_parameters)
        x, w = self.levels, self.weights
        chances = x + 1 if self.first_counts else x
        repeated = chances > 0
        died = np.where(repeated, b + chances - 1, 1.0)
        log_odds_at = np.where(repeated, np.log(a) - np.log(np.where(repeated, died, 1.0)), -np.inf)
        late, last = np.log(alpha + self.histories.age), np.log(alpha + self.histories.recency)
        shape = r + self.histories.frequency
        log_odds = log_odds_at[self.level_of] + shape * (late - last)  # of having left, given the history
        left = expit(log_odds)
        by_level = (
            gammaln(r + x)
            - gammaln(r)
            + gammaln(a + b)
            - gammaln(b)
            + gammaln(b + chances)
            - gammaln(a + b + chances)
        )
        total = w @ by_level + w.sum() * r * np.log(alpha) - shape @ late - log_expit(-log_odds).sum()
        left_at = np.bincount(self.level_of, weights=left, minlength=len(x))
        gone = np.where(repeated, left_at, 0.0)
        slope = np.array(
            [
                w @ (psi(r + x) - psi(r)) + w.sum() * np.log(alpha) - late.sum() + left @ (late - last),
                w.sum() * r / alpha
                - shape @ np.exp(-late)
                + (left * shape) @ (np.exp(-late) - np.exp(-last)),
                w @ (psi(a + b) - psi(a + b + chances)) + gone.sum() / a,
                w @ (psi(a + b) - psi(b) + psi(b + chances) - psi(a + b + chances)) - gone @ (1 / died),
            ]
        )
        count = w.sum()
        return -float(total) / count, -slope * np.array([r, alpha, a, b]) / count


def alive_probability(model: BgNbd, histories: Histories) -> Array:
    """Return probability that each customer has not left, shape (customers,).

    In BG/NBD one without repeat purchases cannot have left.

    Source:
        Fader, Hardie & Lee (2008), Computing P(alive) Using the BG/NBD Model, eq. 7.
    """
    x, chances = histories.frequency, model.occasions(histories.frequency)
    died = np.where(chances > 0, model.b + chances - 1, 1.0)
    growth = (model.r + x) * np.log((model.alpha + histories.age) / (model.alpha + histories.recency))
    return np.asarray(np.where(chances > 0, expit(-(np.log(model.a) - np.log(died) + growth)), 1.0))


def expected_purchases(model: BgNbd, histories: Histories, horizon: float) -> Array:
    """Return purchases each customer is expected to make in the next `horizon`, given their history (eq. 10).

    Returns:
        Shape (customers,), in purchases, never negative.

    The hypergeometric function is taken through Euler's transformation (Abramowitz & Stegun 15.3.3): as the
    paper writes it, it overflows for customers with some hundred purchases.
    """
    a = model.a if abs(model.a - 1) > _SINGULAR else 1 + _SINGULAR
    x, b = histories.frequency, model.b
    chances = model.occasions(x)
    z = horizon / (model.alpha + histories.age + horizon)
    with np.errstate(all="ignore"):  # a degenerate fit overflows; its customers are replaced below
        rest = (1 - z) ** (a - 1) * _hypergeometric(
            a + b - 1 - model.r + model.modified, a - 1, a + b + chances - 1, z, x >= _MANY_PURCHASES
        )
        active = (a + b + chances - 1) / (a - 1) * (1 - rest)
    sound = np.isfinite(active) & (active >= 0) & (active <= _rate(model, histories) * horizon * _ROUNDING)
    purchases = np.where(sound, active, _with_one_dropout(model, histories, horizon)) * alive_probability(
        model, histories
    )
    return np.asarray(np.maximum(purchases, 0.0))


def _rate(model: BgNbd, histories: Histories) -> Array:
    """Return expected purchases per unit of time of each customer while active."""
    return np.asarray((model.r + histories.frequency) / (model.alpha + histories.age))


def _with_one_dropout(model: BgNbd, histories: Histories, horizon: float) -> Array:
    """Return expected purchases of active customers who all leave with the same probability p.

    The limit of the model for large a + b: the mean of (1 - exp(-p lambda t)) / p over lambda ~ Gamma(r + x,
    alpha + T).
    """
    p = model.a / (model.a + model.b)
    if p < _SINGULAR:
        return _rate(model, histories) * horizon
    waited = model.alpha + histories.age
    return np.asarray((1 - (waited / (waited + p * horizon)) ** (model.r + histories.frequency)) / p)


def no_purchase_probability(model: BgNbd, histories: Histories, horizon: float) -> Array:
    """Return probability that each customer buys nothing in the next `horizon`, shape (customers,).

    A customer has left, or is active and a Poisson process with a Gamma(r + x, alpha + T) rate has no event.
    """
    alive = alive_probability(model, histories)
    waiting = model.alpha + histories.age
    return np.asarray(1 - alive + alive * (waiting / (waiting + horizon)) ** (model.r + histories.frequency))


def _hypergeometric(
    first: float, second: float, third: Array, z: Array, is_quick: npt.NDArray[np.bool_]
) -> Array:
    """Compute 2F1(first, second; third; z), by its series for z near 1, where SciPy overflows."""
    values = np.ones(len(z))
    values[~is_quick] = hyp2f1(first, second, third[~is_quick], z[~is_quick])
    term, total = np.ones(int(is_quick.sum())), np.ones(int(is_quick.sum()))
    for n in range(_SERIES_TERMS):
        term = term * (first + n) * (second + n) / ((third[is_quick] + n) * (n + 1)) * z[is_quick]
        total = total + term
    values[is_quick] = total
    return values
