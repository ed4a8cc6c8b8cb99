"""The best that tables of customers could say of a generated shop: by one who knows how it is generated.

The generator draws each customer's rate and chance to leave from known distributions, so the probability of
buying nothing follows from a history exactly. Whoever knows it also knows the season ahead, and the purchases
before the data begin; no table does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score

from headgate.domains.retail.demand_insights_engine import bg_nbd
from headgate.domains.retail.demand_insights_engine.churn import calibration_error
from scripts.generated_shop.orders import GUEST_SHARE
from scripts.generated_shop.people import BEFORE_DAYS, population_of
from scripts.generated_shop.purchases import habits_for, purchase_times
from scripts.generated_shop.season import season_of
from scripts.generated_shop.shop import stream

if TYPE_CHECKING:
    from datetime import date

    import numpy.typing as npt

    from scripts.generated_shop.purchases import Habits
    from scripts.generated_shop.season import Season
    from scripts.generated_shop.shop import ShopSpec

    Array = npt.NDArray[np.float64]
    Bools = npt.NDArray[np.bool_]

_DRAWS = 200  # of who buys, from true probabilities
_SEED = 7
_MANY_CUSTOMERS, _LEARNT_SHARE, _TREES, _LEAST_IN_LEAF = 60_000, 0.7, 50, 150


@dataclass(frozen=True)
class CustomerBounds:
    """Figures of true probabilities of buying nothing, means over draws of who buys.

    Attributes:
        auc, ece: of `churn_probability`; the calibration error of so few customers is not 0.
        purchases: expected of the known customers over those that they made.
        auc_of_seen: without the purchases before the data begin.
    """

    auc: float
    ece: float
    purchases: float
    auc_of_seen: float


def customer_bounds(spec: ShopSpec, origin: date, days: int) -> CustomerBounds:
    """Return the figures of one who knows the generator, for the days after an origin."""
    season = season_of(stream(spec.seed, "season"), spec.ends_on, spec.days, spec.closed)
    people = population_of(stream(spec.seed, "people"), spec.customers, season)
    habits = habits_for(spec.seed, people.acquired, season.days, spec.orders * (1 - GUEST_SHARE))
    # Later by as much as customers may have come earlier, so that no purchase is left out.
    who, when = purchase_times(
        stream(spec.seed, "orders"), people.acquired + BEFORE_DAYS, season.days + BEFORE_DAYS, habits
    )
    day = spec.days - 1 - (spec.ends_on - origin).days
    now, until = (float(season.ends[number]) for number in (day, min(day + days, spec.days - 1)))
    bought = pd.DataFrame({"who": who, "when": when - BEFORE_DAYS})
    seen = bought[bought.when <= now].groupby("who").when.agg(["min", "max", "count"])
    customers = seen[seen["max"] >= 0]
    histories = bg_nbd.Histories(
        *(
            np.asarray(part, dtype=np.float64)
            for part in (customers["count"] - 1, customers["max"] - customers["min"], now - customers["min"])
        )
    )
    model = bg_nbd.BgNbd(habits.r, habits.r / habits.rate, habits.a, habits.b, modified=True)
    later = bought[(bought.when > now) & (bought.when <= until) & bought.who.isin(customers.index)]
    auc, ece = _figures(bg_nbd.no_purchase_probability(model, histories, until - now))
    expected = float(bg_nbd.expected_purchases(model, histories, until - now).sum())
    return CustomerBounds(auc, ece, expected / len(later), _auc_of_seen(season, habits, now, until))


def _auc_of_seen(season: Season, habits: Habits, now: float, until: float) -> float:
    """Return the AUC of a classifier among customers that it did not learn from."""
    rng = np.random.default_rng(_SEED)
    many = population_of(rng, _MANY_CUSTOMERS, season)
    who, when = purchase_times(rng, many.acquired, season.days, habits)
    customers, left = _seen(pd.DataFrame({"who": who, "when": when}), now, until)
    is_learnt = rng.random(len(customers)) < _LEARNT_SHARE
    trees = HistGradientBoostingClassifier(
        max_iter=_TREES, min_samples_leaf=_LEAST_IN_LEAF, early_stopping=False, random_state=_SEED
    ).fit(customers[is_learnt], left[is_learnt])
    return float(roc_auc_score(left[~is_learnt], trees.predict_proba(customers[~is_learnt])[:, 1]))


def _seen(bought: pd.DataFrame, now: float, until: float) -> tuple[pd.DataFrame, Bools]:
    """Return number, age and silence of each customer's purchases, and who bought nothing afterwards."""
    customers = bought[bought.when <= now].groupby("who").when.agg(["count", "min", "max"])
    later = bought.who[(bought.when > now) & (bought.when <= until)]
    return now - customers.assign(count=now - customers["count"]), ~customers.index.isin(later)


def _figures(probability: Array) -> tuple[float, float]:
    rng = np.random.default_rng(_SEED)
    left = [rng.random(probability.size) < probability for _ in range(_DRAWS)]
    return (
        float(np.mean([roc_auc_score(each, probability) for each in left])),
        float(np.mean([calibration_error(each, probability) for each in left])),
    )
