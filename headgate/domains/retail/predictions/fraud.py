"""The fraud score of a transaction that is being made, with its reasons."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, partial
from typing import Any

import numpy as np
import numpy.typing as npt

from headgate.scoring.scorer import Scorer, expit, logit
from headgate.scoring.shapley_values import shapley_values
from headgate.scoring.trees import Trees

Array = npt.NDArray[np.float64]
DAY_S = 86_400
_MIN_PROBABILITY = 1e-6
_SATURDAY, _LAST_NIGHT_HOUR = 5, 6


@dataclass(frozen=True)
class Transaction:
    """A transaction, as known to the payment page.

    `pence` is the amount; `at` is naive UTC. `number` is 0 for a new transaction.
    """

    customer_id: int
    terminal_id: int
    pence: int
    at: datetime
    number: int = 0


@dataclass(frozen=True)
class FraudScore:
    """Fraud probability, decision, reasons, and the features that were scored (None: unknown)."""

    score: float
    decision: str
    reasons: tuple[str, ...]
    features: Mapping[str, float | None]


class FraudScorer:
    """Scores transactions as the batch does, from the export of `compliance_guardian.exported_model`."""

    def __init__(self, scorer: Scorer) -> None:
        self._facts, self._trees = scorer.facts, Trees(**scorer.part("trees"))
        self._past, self._accounts = scorer.part("past"), scorer.part("accounts")
        self._reference = scorer.arrays["reference"]

    def score(self, asked: Transaction) -> FraudScore:
        """Return the score of one transaction."""
        features = self.features(asked)
        columns = self._facts["columns"]
        point = np.array([[features[name] for name in columns]])
        probability = float(expit(self.strength(point))[0])
        costs = self._facts["costs"]
        amount = asked.pence / 100
        by_action = [
            probability * amount,
            costs["review"],
            (1 - probability) * (costs["margin_share"] * amount + costs["block_call"]),
        ]
        decision = self._facts["actions"][int(np.argmin(by_action))]
        is_approved = decision == self._facts["actions"][0]
        reasons = () if is_approved else self._reasons(point, features)
        return FraudScore(probability, decision, reasons, {name: _known(features[name]) for name in columns})

    def strength(self, points: Array) -> Array:
        """Return log-odds of fraud, shape (transactions,), from the export's columns."""
        sampled = expit(self._trees.log_odds(points))
        return np.asarray(
            logit(np.clip(sampled, _MIN_PROBABILITY, 1 - _MIN_PROBABILITY))
            + np.log(self._facts["honest_share"])
        )

    def features(self, asked: Transaction) -> dict[str, float]:
        """Return what the batch would know of the transaction; NaN where it would know nothing."""
        at_s = int(asked.at.replace(tzinfo=UTC).timestamp())
        of_customer = _Past(
            self._past, self._rows(self._by_customer, "customer_id", asked.customer_id, asked), at_s
        )
        of_terminal = _Past(
            self._past, self._rows(self._by_terminal, "terminal_id", asked.terminal_id, asked), at_s
        )
        signed_up = self._signed_up_s(asked.customer_id)
        return {
            "amount_gbp": asked.pence / 100,
            "is_weekend": float(asked.at.weekday() >= _SATURDAY),
            "is_night": float(asked.at.hour <= _LAST_NIGHT_HOUR),
            "account_age_days": (at_s - signed_up) / DAY_S,
            **self._of_customer(of_customer, asked.pence),
            **self._of_terminal(of_terminal),
        }

    def _of_customer(self, past: _Past, pence: int) -> dict[str, float]:
        least, delay, memory = (self._facts[name] for name in ("least_amount", "delay_days", "memory_days"))
        amounts = {
            days: np.append(past.within(days, "pence"), pence)
            for days in (*self._facts["windows_days"], memory)
        }
        features = {
            f"customer_count_{days}d": float(len(amounts[days])) for days in self._facts["windows_days"]
        }
        features |= {
            f"customer_mean_{days}d": float(amounts[days].mean() / 100)
            for days in self._facts["windows_days"]
        }
        month, others = amounts[30], amounts[memory]
        usual = float(others.mean() / 100)
        compared = (int(others.sum()) - pence) / (len(others) - 1) / 100 if len(others) > 1 else pence / 100
        mean_square = float((month * month).mean() / 10_000)
        to_mean = pence / 100 / max(usual, least)
        return features | {
            "usual_amount": usual,
            "amount_to_usual": pence / 100 / max(compared, least),
            "amount_spread": float(np.sqrt(max(mean_square - features["customer_mean_30d"] ** 2, 0.0))),
            "customer_frauds_30d": float(past.delayed(30, delay, "fraud").sum()),
            **{
                f"highest_to_usual_{days}d": float(np.append(past.within(days, "to_mean"), to_mean).max())
                for days in (7, 14)
            },
        }

    def _of_terminal(self, past: _Past) -> dict[str, float]:
        delay, watched = self._facts["delay_days"], self._facts["compromise_days"]
        features: dict[str, float] = {}
        for days in self._facts["windows_days"]:
            fraud = past.delayed(days, delay, "fraud")
            features |= {
                f"terminal_known_{days}d": float(len(fraud)),
                f"terminal_frauds_{days}d": float(fraud.sum()),
            }
            features[f"terminal_risk_{days}d"] = float(fraud.sum() / len(fraud)) if len(fraud) else 0.0
        fraud, at_s = past.delayed(watched, delay, "fraud"), past.delayed(watched, delay, "at_s")
        ordinary = fraud & (past.delayed(watched, delay, "amount_to_usual") < self._facts["ordinary_below"])
        return features | {
            "terminal_count_1d": float(len(past.within(1, "at_s")) + 1),
            "terminal_ordinary_frauds_28d": float(ordinary.sum()),
            "terminal_odd_frauds_28d": float(fraud.sum() - ordinary.sum()),
            "terminal_hours_since_first_fraud": _hours(past.now_s, at_s[fraud], first=True),
            "terminal_hours_since_last_fraud": _hours(past.now_s, at_s[fraud], first=False),
            "terminal_hours_since_ordinary_fraud": _hours(past.now_s, at_s[ordinary], first=True),
        }

    def _reasons(self, point: Array, features: Mapping[str, float]) -> tuple[str, ...]:
        """Return the groups of features that raise the odds most over those of a typical transaction.

        A reason that is not true is left out; where none is left, the features together are the reason.
        """
        columns = {name: place for place, name in enumerate(self._facts["columns"])}
        places = {
            code: [columns[name] for name in names if name in columns]
            for code, names in self._facts["groups"]
        }
        codes = [code for code, own in places.items() if own]
        moved = shapley_values(self.strength, point, self._reference, [places[code] for code in codes])
        conditions = self._facts["conditions"]
        values = partial(_value, {name: features[name] for name in columns})
        (order,) = strongest(moved, self._facts["reasons"], self._facts["least_reason"])
        reasons = tuple(codes[place] for place in order if is_fact(conditions[codes[place]], values)[0])
        return reasons or (self._facts["combination"],)

    def _rows(
        self, order: npt.NDArray[np.int64], key: str, value: int, asked: Transaction
    ) -> npt.NDArray[np.int64]:
        """Return the places of a customer's or terminal's past transactions by time, without this one."""
        keys = self._past[key]
        first, after = (
            int(np.searchsorted(keys, value, side=side, sorter=order)) for side in ("left", "right")
        )
        rows = order[first:after]
        return np.asarray(rows[self._past["number"][rows] != asked.number])

    @cached_property
    def _by_customer(self) -> npt.NDArray[np.int64]:
        return np.asarray(np.lexsort((self._past["at_s"], self._past["customer_id"])))

    @cached_property
    def _by_terminal(self) -> npt.NDArray[np.int64]:
        return np.asarray(np.lexsort((self._past["at_s"], self._past["terminal_id"])))

    def _signed_up_s(self, customer_id: int) -> float:
        place = int(np.searchsorted(self._accounts["customer_id"], customer_id))
        is_known = (
            place < len(self._accounts["customer_id"]) and self._accounts["customer_id"][place] == customer_id
        )
        return float(self._accounts["signed_up_s"][place]) if is_known else np.nan


@dataclass(frozen=True)
class _Past:
    """Past transactions of one customer or terminal: `rows` are their places, by time."""

    columns: Mapping[str, npt.NDArray[Any]]
    rows: npt.NDArray[np.int64]
    now_s: int

    def within(self, days: int, name: str) -> npt.NDArray[Any]:
        """Return a column over the last days, up to and with this second."""
        return self._between(self.now_s - days * DAY_S + 1, self.now_s, name)

    def delayed(self, days: int, delay_days: int, name: str) -> npt.NDArray[Any]:
        """Return the same, as many days earlier as it takes until a fraud is known."""
        return self._between(
            self.now_s - (days + delay_days) * DAY_S + 1, self.now_s - delay_days * DAY_S, name
        )

    def _between(self, first_s: int, last_s: int, name: str) -> npt.NDArray[Any]:
        at_s = self.columns["at_s"][self.rows]
        return self.columns[name][
            self.rows[np.searchsorted(at_s, first_s) : np.searchsorted(at_s, last_s, side="right")]
        ]


def strongest(moved: Array, count: int, least: float) -> list[list[int]]:
    """Return the places of the groups that raise the strength of each transaction most, strongest first.

    Args:
        moved: contributions, shape (transactions, groups).
        count: of groups at most.
        least: contribution of a group.
    """
    orders = np.argsort(-moved, axis=1, kind="stable")[:, :count]
    return [
        [int(place) for place in order if own[place] >= least]
        for own, order in zip(moved, orders, strict=True)
    ]


def is_fact(condition: Mapping[str, Any], values: Callable[[str], Array]) -> npt.NDArray[np.bool_]:
    """Return whether a reason is true of each transaction; it is not where its feature is unknown.

    Args:
        condition: its `feature` is at least `least`, less than `below`, and at least `times` the usual number
            of a day, which is that of the feature `of` over `of_days`. Only the first is required.
        values: returns the values of a feature.
    """
    own = values(condition["feature"])
    is_true = (own >= condition["least"]) & (own < condition.get("below", np.inf))
    if "of" in condition:
        usual = values(condition["of"])
        is_true &= (usual > 0) & (own * condition["of_days"] >= condition["times"] * usual)
    return np.asarray(is_true)


def _value(features: Mapping[str, float], name: str) -> Array:
    return np.array([features.get(name, np.nan)], dtype=np.float64)


def _hours(now_s: int, frauds_at_s: npt.NDArray[np.int64], *, first: bool) -> float:
    if not len(frauds_at_s):
        return np.nan
    return float((now_s - int(frauds_at_s.min() if first else frauds_at_s.max())) / 3600)


def _known(value: float) -> float | None:
    return None if np.isnan(value) else value
