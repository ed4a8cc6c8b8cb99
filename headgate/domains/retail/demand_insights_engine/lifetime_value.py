"""customer_lifetime_value: what each customer is expected to buy and to be worth, with an interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from headgate.domains.retail.demand_insights_engine import bg_nbd, gamma_gamma
from headgate.domains.retail.money import amounts

Array = npt.NDArray[np.float64]

HORIZONS_DAYS = (90, 365)
INTERVAL = (0.1, 0.9)
SEED = 20_101_209
DRAWS = 300
_AT_ONCE = 20_000  # customers per batch of draws: 48 MB an array
_PRIOR_PURCHASES = 1.0  # weight of the shop's mean purchase where Gamma-Gamma has none


@dataclass(frozen=True)
class ValueModel:
    """A purchase model and a spend model. Either is None where the data cannot carry it; then plain rates stand in.

    `daily_rate` and `mean_spend` are over all customers.
    """

    purchases: bg_nbd.BgNbd | None
    spend: gamma_gamma.GammaGamma | None
    daily_rate: float
    mean_spend: float


@dataclass(frozen=True)
class Forecast:
    """Per customer over one horizon: expected purchases, expected revenue, and the interval of the revenue."""

    purchases: Array
    value: Array
    low: Array
    high: Array


def fit(customers: pd.DataFrame) -> ValueModel:
    """The models that the customers' histories carry; they are refused, not forced, where repeat buyers are too few."""
    histories = bg_nbd.Histories.of(customers)
    days = float(histories.age.sum())
    repeat = customers[customers.frequency > 0]
    return ValueModel(
        purchases=bg_nbd.fit(histories) if len(repeat) >= bg_nbd.MIN_REPEAT_BUYERS else None,
        spend=_spend_model(repeat),
        daily_rate=float(histories.frequency.sum()) / days if days else 0.0,
        mean_spend=float(customers.revenue.astype(np.float64).sum() / customers.purchases.sum()),
    )


def _spend_model(repeat: pd.DataFrame) -> gamma_gamma.GammaGamma | None:
    if len(repeat) < gamma_gamma.MIN_REPEAT_BUYERS or repeat.monetary.min() == repeat.monetary.max():
        return None
    return gamma_gamma.fit(repeat.frequency.to_numpy(np.float64), repeat.monetary.to_numpy(np.float64))


def spend_per_purchase(model: ValueModel, customers: pd.DataFrame) -> Array:
    """Expected value of a purchase of each customer: Gamma-Gamma where it has a mean, else the own mean drawn to the shop's."""
    frequency, monetary = _spending(customers)
    if model.spend is not None and model.spend.has_mean:
        return gamma_gamma.expected_spend(model.spend, frequency, monetary)
    return np.asarray((frequency * monetary + _PRIOR_PURCHASES * model.mean_spend) / (frequency + _PRIOR_PURCHASES))


def forecast(model: ValueModel, customers: pd.DataFrame, horizon_days: int) -> Forecast:
    """What the customers are expected to do in the next days, in their order."""
    histories = bg_nbd.Histories.of(customers)
    expected = (
        bg_nbd.expected_purchases(model.purchases, histories, horizon_days)
        if model.purchases
        else np.full(len(customers), model.daily_rate * horizon_days)
    )
    rng = np.random.default_rng(SEED)
    starts = range(0, len(customers), _AT_ONCE)
    ends = [_interval(model, customers.iloc[start : start + _AT_ONCE], horizon_days, rng) for start in starts]
    low, high = np.concatenate(ends, axis=1)
    return Forecast(expected, expected * spend_per_purchase(model, customers), low, high)


def _interval(model: ValueModel, customers: pd.DataFrame, horizon_days: int, rng: np.random.Generator) -> Array:
    """Both ends of the interval, shape (2, customers)."""
    if model.purchases:
        made = bg_nbd.simulated_purchases(model.purchases, bg_nbd.Histories.of(customers), horizon_days, DRAWS, rng)
    else:
        made = rng.poisson(model.daily_rate * horizon_days, (len(customers), DRAWS)).astype(np.float64)
    if model.spend is not None and model.spend.has_mean:
        totals = gamma_gamma.simulated_spend(model.spend, *_spending(customers), made, rng)
    else:
        totals = made * spend_per_purchase(model, customers)[:, None]
    return np.asarray(np.quantile(totals, INTERVAL, axis=1, method="inverted_cdf"))


def _spending(customers: pd.DataFrame) -> tuple[Array, Array]:
    return customers.frequency.to_numpy(np.float64), customers.monetary.fillna(0.0).to_numpy(np.float64)


def table(model: ValueModel, customers: pd.DataFrame) -> pd.DataFrame:
    """The table's rows, one per customer, in the customers' order."""
    histories = bg_nbd.Histories.of(customers)
    alive = bg_nbd.alive_probability(model.purchases, histories) if model.purchases else np.ones(len(customers))
    columns = {
        "customer_id": customers.customer_id,
        "repeat_purchases": customers.frequency.astype("int32"),
        "recency_days": customers.recency_days.astype("int32"),
        "age_days": customers.age_days.astype("int32"),
        "alive_probability": alive,
        "expected_purchase_gbp": amounts(spend_per_purchase(model, customers)),
    }
    for days in HORIZONS_DAYS:
        coming = forecast(model, customers, days)
        columns |= {
            f"expected_purchases_{days}d": coming.purchases,
            f"expected_value_{days}d": amounts(coming.value),
            f"value_{days}d_low": amounts(coming.low),
            f"value_{days}d_high": amounts(coming.high),
        }
    kinds = {
        "purchase_model": "bg_nbd" if model.purchases else "pooled_rate",
        "spend_model": "gamma_gamma" if model.spend is not None and model.spend.has_mean else "shrunken_mean",
    }
    return pd.DataFrame(columns).assign(**kinds)
