"""customer_lifetime_value: what each customer is expected to buy and to be worth, with an interval.

Everything follows from one model: the probability of buying nothing in 90 days is that of `churn_risk`, the alive probability is the
probability of buying again within a year by the same hazard, and purchases and value are scaled along.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from headgate.domains.retail.demand_insights_engine import customer_value, gamma_gamma
from headgate.domains.retail.demand_insights_engine.features import HORIZON_DAYS
from headgate.domains.retail.money import amounts

if TYPE_CHECKING:
    from headgate.domains.retail.demand_insights_engine.customer_value import ValueModel

Array = npt.NDArray[np.float64]

HORIZONS_DAYS = (HORIZON_DAYS, 365)
INTERVAL = (0.1, 0.9)
SEED = 20_101_209
DRAWS = 300
_AT_ONCE = 20_000  # customers per batch of draws: 48 MB an array


@dataclass(frozen=True)
class Forecast:
    """Per customer over one horizon: the chance of no purchase, expected purchases and revenue, and the interval of the revenue."""

    nothing: Array
    purchases: Array
    value: Array
    low: Array
    high: Array


def forecast(model: ValueModel, points: pd.DataFrame, churn: Array, yearly: float | None = None) -> Forecast:
    """What the customers are expected to do, in their order: in 90 days, or in a year.

    Args:
        points: as `origins.signals` gives them.
        churn: their probability of buying nothing in 90 days.
        yearly: how many times the purchases of 90 days a year has, as `retention.longer` gives it; None for 90 days.
    """
    longer = yearly or 1.0
    nothing = churn**longer
    purchases = customer_value.expected_purchases(model, points, churn) * longer
    of_quarter = customer_value.values(model, points, churn)[model.method]
    value = customer_value.value_of_year(model, points, churn, yearly) if yearly else of_quarter
    spend = customer_value.spend_per_purchase(model, points)
    rng = np.random.default_rng(SEED)
    parts = [slice(start, start + _AT_ONCE) for start in range(0, len(points), _AT_ONCE)]
    ends = [_interval(model, points.iloc[at], nothing[at], purchases[at], rng) for at in parts]
    # The draws have the mean of purchases times spend; the published value may come from another method.
    scale = np.divide(value, purchases * spend, out=np.zeros_like(value), where=purchases * spend > 0)
    low, high = np.concatenate(ends, axis=1) * scale
    return Forecast(nothing, purchases, value, low, high)


def _interval(model: ValueModel, points: pd.DataFrame, nothing: Array, purchases: Array, rng: np.random.Generator) -> Array:
    """Both ends of the revenue's interval, shape (2, customers).

    A customer buys with probability 1 - `nothing`; the number of purchases of one who does is geometric with the mean that
    `purchases` implies.
    """
    shape = (len(points), DRAWS)
    buys = rng.random(shape) >= nothing[:, None]
    per_buyer = np.maximum(purchases / np.maximum(1 - nothing, 1e-9), 1.0)
    made = np.where(buys, rng.geometric(np.broadcast_to((1 / per_buyer)[:, None], shape)), 0).astype(np.float64)
    if model.spend is not None:
        bought, value = (points[name].to_numpy(np.float64) for name in ("purchases", "purchase_value"))
        totals = gamma_gamma.simulated_spend(model.spend, bought, value, made, rng)
    else:
        totals = made * customer_value.spend_per_purchase(model, points)[:, None]
    return np.asarray(np.quantile(totals, INTERVAL, axis=1, method="inverted_cdf"))


def table(model: ValueModel, customers: pd.DataFrame, points: pd.DataFrame, churn: Array, yearly: float) -> pd.DataFrame:
    """The table's rows, one per customer, in the customers' order.

    Args:
        churn: as `churn_risk.probabilities` gives them.
        yearly: how many times the purchases of 90 days a year has.
    """
    columns = {
        "customer_id": customers.customer_id,
        "repeat_purchases": customers.frequency.astype("int32"),
        "recency_days": customers.recency_days.astype("int32"),
        "age_days": customers.age_days.astype("int32"),
        "alive_probability": 1 - churn**yearly,
        "expected_purchase_gbp": amounts(customer_value.spend_per_purchase(model, points)),
    }
    for days, longer in zip(HORIZONS_DAYS, (None, yearly), strict=True):
        coming = forecast(model, points, churn, longer)
        columns |= {
            f"expected_purchases_{days}d": coming.purchases,
            f"expected_value_{days}d": amounts(coming.value),
            f"value_{days}d_low": amounts(coming.low),
            f"value_{days}d_high": amounts(coming.high),
        }
    kinds = {
        "purchase_model": "mbg_nbd" if model.purchases else "pooled_rate",
        "spend_model": "gamma_gamma" if model.spend is not None else "shrunken_mean",
        "value_model": model.method.value,
    }
    return pd.DataFrame(columns).assign(**kinds)
