"""How likely a customer is to buy nothing in the next 90 days, and what the customer is expected to spend."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from headgate.scoring.scorer import Scorer, expit, logit
from headgate.scoring.splines import Products, Scaled, Splines
from headgate.scoring.trees import Trees

Array = npt.NDArray[np.float64]

_MIN_PROBABILITY = 1e-4
_EPSILON = 1e-12  # scikit-learn's, in its temperature scaling of probabilities
_MIN_DIVISOR = 1e-9
_SINGULAR = 1e-6
_ROUNDING = 1.001
_MANY_PURCHASES, _SERIES_TERMS, _MAX_TERMS = 10, 200, 200_000
_PARTS: Mapping[str, Callable[..., Trees | Products | Splines | Scaled]] = {
    "trees": Trees,
    "products": Products,
    "splines": Splines,
    "scaled": Scaled,
}


@dataclass(frozen=True)
class ExpectedPurchases:
    """The purchases expected of one customer. Money in GBP, not rounded.

    Attributes:
        drivers: what raises the probability of leaving most, strongest first.
        purchases, values_gbp: expected by horizon in days.
        intervals: 80 % interval of the value by horizon, of stored customers with their own signals only.
    """

    churn_probability: float
    drivers: tuple[str, ...]
    spend_per_purchase: float
    purchases: Mapping[int, float]
    values_gbp: Mapping[int, float]
    intervals: Mapping[int, tuple[float, float]]


class CustomerScorer:
    """Scores customers as the batch does, from the export of `demand_insights_engine.exported_model`."""

    def __init__(self, scorer: Scorer) -> None:
        self.facts, self._scorer = scorer.facts, scorer
        self._churn = self.facts["churn"]
        self._parts = [_PARTS[name](**scorer.part(name)) for name in self._churn["parts"]]
        self._ids, self._points, self._intervals = (
            scorer.arrays[name] for name in ("customer_id", "points", "intervals")
        )

    @property
    def signals(self) -> tuple[str, ...]:
        """The signals of a customer, in the order of points."""
        return tuple(self.facts["signals"])

    def stored(self, customer_id: int) -> dict[str, float] | None:
        """Return the signals of a customer as the last run knew them; None for one whom it did not know."""
        place = self._place(customer_id)
        return None if place is None else dict(zip(self.signals, self._points[place].tolist(), strict=True))

    def predict(self, signals: Mapping[str, float], customer_id: int | None = None) -> ExpectedPurchases:
        """Return what is expected of a customer with these signals.

        With a number, the stored intervals are shown.
        """
        points = np.array([[signals[name] for name in self.signals]])
        churn = self.churn_probability(points)
        place = None if customer_id is None else self._place(customer_id)
        horizons: dict[int, float] = {int(days): longer for days, longer in self.facts["horizons"]}
        purchases = float(self.purchases(points, churn)[0])
        kept = [] if place is None else self._intervals[place].reshape(-1, 2).tolist()
        return ExpectedPurchases(
            churn_probability=float(churn[0]),
            drivers=self._drivers(points[0]),
            spend_per_purchase=float(self.spend(points)[0]),
            purchases={days: purchases * longer for days, longer in horizons.items()},
            values_gbp={
                days: float(self._value_over(longer, points, churn)[0]) for days, longer in horizons.items()
            },
            intervals={days: (low, high) for days, (low, high) in zip(horizons, kept, strict=False)},
        )

    def churn_probability(self, points: Array) -> Array:
        """Return the probability of buying nothing in 90 days, shape (customers,)."""
        return self._probability(points[:, self._churn_places])

    def spend(self, points: Array) -> Array:
        """Return the expected value of a purchase, GBP."""
        purchases, value = self._column(points, "purchases"), self._column(points, "purchase_value")
        paid = purchases * value
        if model := self.facts["spend"]:
            paid = np.where(purchases > 0, paid, 0.0)
            return np.asarray(
                model["p"] * (model["gamma"] + paid) / (model["p"] * purchases + model["q"] - 1)
            )
        prior = self.facts["prior_purchases"]
        return np.asarray((paid + prior * self.facts["mean_spend"]) / (purchases + prior))

    def purchases(self, points: Array, churn: Array) -> Array:
        """Return the purchases expected in 90 days."""
        if not (model := self.facts["purchases"]):
            return np.full(len(points), self.facts["daily_rate"] * self.facts["trading_days"])
        history = _History(*(self._column(points, name) for name in ("frequency", "rhythm", "age")))
        horizon = self.facts["trading_days"]
        expected, none = (
            _expected_purchases(model, history, horizon),
            _no_purchase_probability(model, history, horizon),
        )
        per_buyer = np.maximum(expected / np.maximum(1 - none, _MIN_DIVISOR), 1.0)
        return np.asarray((1 - churn) * per_buyer)

    def value(self, points: Array, churn: Array) -> Array:
        """Return the money expected in 90 days, GBP, by the method that the batch's backtest chose."""
        return self._by(self.facts["method"], points, churn) * float(self.facts["factor"])

    def value_of_year(self, points: Array, churn: Array, yearly: float) -> Array:
        """Return the money expected in a year, GBP, as `customer_value.value_of_year`."""
        method, factor = self.facts["year_method"], self.facts["year_factor"]
        return np.maximum(self._by(method, points, churn) * float(factor) * yearly, self.value(points, churn))

    def _value_over(self, longer: float, points: Array, churn: Array) -> Array:
        """Return the horizon's money for that many times the purchases of 90 days."""
        return self.value(points, churn) if longer == 1 else self.value_of_year(points, churn, longer)

    def _by(self, method: str, points: Array, churn: Array) -> Array:
        return np.asarray(getattr(self, f"_by_{method}")(points, churn), dtype=np.float64)

    def _by_past_revenue(self, points: Array, _: Array) -> Array:
        return np.asarray(
            self._column(points, "revenue") * self.facts["trading_days"] / self.facts["oldest_age"]
        )

    def _by_pooled_rate(self, points: Array, _: Array) -> Array:
        return np.asarray(self.facts["daily_rate"] * self.facts["trading_days"] * self.spend(points))

    def _by_mbg_nbd(self, points: Array, _: Array) -> Array:
        history = _History(*(self._column(points, name) for name in ("frequency", "rhythm", "age")))
        return _expected_purchases(self.facts["purchases"], history, self.facts["trading_days"]) * self.spend(
            points
        )

    def _by_churn_spend(self, points: Array, churn: Array) -> Array:
        return self.purchases(points, churn) * self.spend(points)

    def _by_tweedie(self, points: Array, _: Array) -> Array:
        return np.exp(self._logged("regression", points))

    def _by_hurdle(self, points: Array, churn: Array) -> Array:
        return np.asarray((1 - churn) * np.exp(self._logged("typical", points)))

    def _by_sharp_hurdle(self, points: Array, churn: Array) -> Array:
        return np.asarray((1 - churn) ** 2 * np.exp(self._logged("typical", points)))

    def _by_half_past_revenue(self, points: Array, churn: Array) -> Array:
        return np.asarray(
            np.sqrt(self._by_sharp_hurdle(points, churn) * self._by_past_revenue(points, churn))
        )

    def _logged(self, part: str, points: Array) -> Array:
        columns = np.log1p(np.stack([self._column(points, name) for name in self.facts["logged"]], axis=1))
        return Scaled(**self._scorer.part(part)).log_odds(columns)

    def _probability(self, points: Array) -> Array:
        """Return the probability from the churn model's columns, with the batch's clips and shift."""
        if not self._parts:
            return np.asarray(points[:, 0] / (points[:, 0] + self._churn["even_odds_days"]))
        odds, slope = [part.log_odds(points) for part in self._parts], self._churn["slope"]
        if self._churn["is_average"]:
            share = np.mean([expit(odd) for odd in odds], axis=0)
            calibrated = expit(slope * (np.log(share + _EPSILON) - np.log(1 - share + _EPSILON)))
        else:
            calibrated = expit(slope * odds[0])
        shifted = expit(
            logit(np.clip(calibrated, _MIN_PROBABILITY, 1 - _MIN_PROBABILITY)) + self._churn["shift"]
        )
        return np.asarray(np.clip(shifted, _MIN_PROBABILITY, 1 - _MIN_PROBABILITY), dtype=np.float64)

    def _drivers(self, point: Array) -> tuple[str, ...]:
        """Return words for the signals whose typical value lowers the probability most."""
        if "words" not in self._churn:
            least, silent, usual = self._churn["drivers_by_silence"]
            return (silent if self._probability(point[None, self._churn_places])[0] >= least else usual,)
        own, reference = point[self._churn_places], self._scorer.arrays["reference"]
        typical = np.repeat(own[None, :], len(own), axis=0)
        np.fill_diagonal(typical, reference)
        both = logit(self._probability(np.vstack([own, typical])))
        raised = both[0] - both[1:]
        words = [
            pair[0] if above else pair[1]
            for pair, above in zip(self._churn["words"], own > reference, strict=True)
        ]
        raised = np.where([word is None for word in words], -np.inf, raised)
        least = self._churn["least_contributions"]
        order = np.argsort(-raised, kind="stable")[: len(least)]
        causes = [words[place] for place, bound in zip(order, least, strict=False) if raised[place] > bound]
        return tuple(causes or [self._churn["usual"]])

    @cached_property
    def _churn_places(self) -> Sequence[int]:
        return [self.signals.index(name) for name in self._churn["columns"]]

    def _column(self, points: Array, name: str) -> Array:
        return points[:, self.signals.index(name)]

    def _place(self, customer_id: int) -> int | None:
        place = int(np.searchsorted(self._ids, customer_id))
        return place if place < len(self._ids) and self._ids[place] == customer_id else None


@dataclass(frozen=True)
class _History:
    """Repeat purchases, and trading days of the last one and since the first one."""

    frequency: Array
    recency: Array
    age: Array


def _alive_probability(model: Mapping[str, Any], history: _History) -> Array:
    """Compute Fader, Hardie & Lee (2008), eq. 7, as `bg_nbd.alive_probability`."""
    chances = history.frequency + model["modified"]
    died = np.where(chances > 0, model["b"] + chances - 1, 1.0)
    growth = (model["r"] + history.frequency) * np.log(
        (model["alpha"] + history.age) / (model["alpha"] + history.recency)
    )
    return np.asarray(np.where(chances > 0, expit(-(np.log(model["a"]) - np.log(died) + growth)), 1.0))


def _no_purchase_probability(model: Mapping[str, Any], history: _History, horizon: float) -> Array:
    alive, waiting = _alive_probability(model, history), model["alpha"] + history.age
    return np.asarray(1 - alive + alive * (waiting / (waiting + horizon)) ** (model["r"] + history.frequency))


def _expected_purchases(model: Mapping[str, Any], history: _History, horizon: float) -> Array:
    """Compute Fader, Hardie & Lee (2005), eq. 10, as `bg_nbd.expected_purchases`, for each customer."""
    alive = _alive_probability(model, history)
    active = [
        _purchases_while_alive(model, frequency, age, horizon)
        for frequency, age in zip(history.frequency.tolist(), history.age.tolist(), strict=True)
    ]
    return np.asarray(np.maximum(np.array(active) * alive, 0.0))


def _purchases_while_alive(model: Mapping[str, Any], frequency: float, age: float, horizon: float) -> float:
    a = model["a"] if abs(model["a"] - 1) > _SINGULAR else 1 + _SINGULAR
    above = a + model["b"] + frequency + model["modified"] - 1
    z, rate = horizon / (model["alpha"] + age + horizon), (model["r"] + frequency) / (model["alpha"] + age)
    with np.errstate(all="ignore"):
        series = _hypergeometric(
            a + model["b"] - 1 - model["r"] + model["modified"], a - 1, above, z, frequency
        )
        purchases = above / (a - 1) * (1 - (1 - z) ** (a - 1) * series)
    if np.isfinite(purchases) and 0 <= purchases <= rate * horizon * _ROUNDING:
        return float(purchases)
    p = model["a"] / (model["a"] + model["b"])
    waited = model["alpha"] + age
    return (
        rate * horizon
        if p < _SINGULAR
        else float((1 - (waited / (waited + p * horizon)) ** (model["r"] + frequency)) / p)
    )


def _hypergeometric(first: float, second: float, third: float, z: float, frequency: float) -> float:
    """Compute 2F1(first, second; third; z) by its series, for 0 < z < 1.

    The batch takes the same series for customers with many purchases.
    """
    terms = (
        _SERIES_TERMS if frequency >= _MANY_PURCHASES else min(_MAX_TERMS, int(_SERIES_TERMS + 60 / (1 - z)))
    )
    n = np.arange(terms, dtype=np.float64)
    return float(1 + np.cumprod((first + n) * (second + n) / ((third + n) * (n + 1)) * z).sum())
