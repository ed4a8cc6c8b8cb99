"""customer_lifetime_value: expected purchases and value of each customer, with an interval.

All figures come from one model: the probability of no purchase in 90 days is that of `churn_risk`, the alive
probability is that of a purchase within a year by the same hazard, and purchases and value are scaled
accordingly.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from headgate.contracts.registry import Registry
from headgate.domains.retail.demand_insights_engine import customer_value, spend_quantiles
from headgate.domains.retail.demand_insights_engine.customer_value import (
    CustomerOutlook,
    StoredOutlook,
    ValueModel,
)
from headgate.domains.retail.demand_insights_engine.features import HORIZON_DAYS
from headgate.domains.retail.demand_insights_engine.learnt_models import LearntModels
from headgate.domains.retail.demand_insights_engine.origins import DAYS_OF_YEAR, POINTS
from headgate.domains.retail.demand_insights_engine.spend_quantiles import SpendQuantiles
from headgate.domains.retail.money import amounts_in_arrow
from headgate.engines.stored_rows import StoredRows
from headgate.systems.rows_in_file import RowsInFile, write_to_file

Array = npt.NDArray[np.float64]

HORIZONS_DAYS = (HORIZON_DAYS, DAYS_OF_YEAR)
_AT_ONCE = 20_000  # customers whose figures are in memory


@dataclass(frozen=True)
class Forecast:
    """Per customer and horizon: the chance of no purchase, expected purchases, revenue and its interval."""

    nothing: Array
    purchases: Array
    value: Array
    low: Array
    high: Array


def forecast(
    model: ValueModel, points: pd.DataFrame, expected: CustomerOutlook, yearly: float | None = None
) -> Forecast:
    """Return the forecast for customers: in 90 days, or in a year.

    Args:
        points: as `origins.signals` gives them.
        expected: what the model expects of these customers.
        yearly: how many times the purchases of 90 days a year has, as `retention.longer` gives it; None for
            90 days.
    """
    longer = yearly or 1.0
    nothing, purchases = expected.nothing_of_year if yearly else expected.churn, expected.purchases * longer
    value = expected.value_of_year if yearly else expected.value
    mean = purchases * expected.spend
    # The interval is around purchases times spend; the published value may come from another method.
    scale = np.divide(value, mean, out=np.zeros_like(value), where=mean > 0)
    low, high = _interval(model, points, nothing, purchases) * scale
    return Forecast(nothing, purchases, value, low, high)


def intervals(model: ValueModel, points: pd.DataFrame, expected: CustomerOutlook) -> Array:
    """Return both ends of the interval of each customer's revenue in 90 days, shape (2, customers)."""
    ahead = forecast(model, points, expected)
    return np.stack([ahead.low, ahead.high])


def _parts(count: int, at_once: int) -> list[slice]:
    return [slice(start, min(start + at_once, count)) for start in range(0, count, at_once)]


def _interval(model: ValueModel, points: pd.DataFrame, nothing: Array, purchases: Array) -> Array:
    """Return both ends of the revenue's interval, shape (2, customers).

    A customer buys with probability 1 - `nothing`; the number of purchases of one who does is geometric with
    the mean that `purchases` implies.
    """
    mean = np.maximum(purchases / np.maximum(1 - nothing, 1e-9), 1.0)
    levels = spend_quantiles.levels_of_buyers(nothing)
    if model.spend is None:
        spend = customer_value.spend_per_purchase(model, points)
        ends = [spend * spend_quantiles.purchases_at(level, mean) for level in levels]
    else:
        bought, value = (points[name].to_numpy(np.float64) for name in ("purchases", "purchase_value"))
        paid = model.spend.gamma + np.where(bought > 0, value * bought, 0.0)
        quantiles = SpendQuantiles.of(model.spend.p, model.spend.q)
        ends = [paid * quantiles.at(level, bought, mean) for level in levels]
    return np.stack([np.where(level > 0, end, 0.0) for level, end in zip(levels, ends, strict=True)])


def table(
    models: LearntModels,
    customers: StoredRows,
    points: StoredRows,
    expected: StoredOutlook,
    *,
    is_year_tested: bool,
) -> RowsInFile:
    """Return the table's rows, one per customer, in the customers' order.

    Args:
        points: of the same customers, as `origins.signals` gives them.
        expected: what the model expects of them.
        is_year_tested: whether a past year of the shop's customers tested the value of a year.
    """
    rows = _rows(models, customers, points, expected)
    return write_to_file(
        Registry.load().prod["customer_lifetime_value"],
        (part.assign(year_tested=is_year_tested) for part in rows),
    )


def _rows(
    models: LearntModels, customers: StoredRows, points: StoredRows, expected: StoredOutlook
) -> Iterator[pd.DataFrame]:
    model = models.value
    kinds = {
        "learnt_on": models.learnt_on,
        "purchase_model": "mbg_nbd" if model.purchases else "pooled_rate",
        "spend_model": "gamma_gamma" if model.spend is not None else "shrunken_mean",
        "value_model": model.method.value,
    }
    for at in _parts(len(points), _AT_ONCE):
        some, outlook = points.rows(at.start, at.stop, POINTS), expected.rows(at.start, at.stop)
        horizons = [forecast(model, some, outlook, longer) for longer in (None, expected.scale.yearly)]
        histories = customers.rows(
            at.start, at.stop, ("customer_id", "frequency", "recency_days", "age_days")
        )
        columns = {
            "customer_id": histories.customer_id,
            "repeat_purchases": histories.frequency.astype("int32"),
            "recency_days": histories.recency_days.astype("int32"),
            "age_days": histories.age_days.astype("int32"),
            "alive_probability": 1 - outlook.nothing_of_year,
            "expected_purchase_gbp": amounts_in_arrow(outlook.spend),
        }
        for days, ahead in zip(HORIZONS_DAYS, horizons, strict=True):
            columns |= {
                f"expected_purchases_{days}d": ahead.purchases,
                f"expected_value_{days}d": amounts_in_arrow(ahead.value),
                f"value_{days}d_low": amounts_in_arrow(ahead.low),
                f"value_{days}d_high": amounts_in_arrow(ahead.high),
            }
        yield pd.DataFrame(columns).assign(**kinds)
