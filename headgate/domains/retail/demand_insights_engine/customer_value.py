"""Forecast the spending of customers: a backtest chooses among several models and the naive rule."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import rankdata
from sklearn.linear_model import Ridge, TweedieRegressor
from sklearn.preprocessing import StandardScaler

from headgate.domains.retail.demand_insights_engine import bg_nbd, gamma_gamma
from headgate.domains.retail.demand_insights_engine.learnt_customers import sum_of
from headgate.domains.retail.demand_insights_engine.origins import (
    POINTS,
    Coming,
    CustomerOrigin,
    KnownShares,
    drawn_value,
    expected,
    mean_of,
    points_of,
)
from headgate.engines.stored_rows import StoredRows, float_columns, store_frames
from headgate.learning import preprocessing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    Churn = Callable[[StoredRows], npt.NDArray[np.float64]]

Array = npt.NDArray[np.float64]

_TWEEDIE_POWER = 1.5  # between Poisson (1) and gamma (2): many zeros, and positive amounts with a long tail
_TWEEDIE_RIDGE = 0.03
_TYPICAL_RIDGE = 10.0
_LARGE_COUNT = 0.25  # power of past revenue that a customer counts with: most customers are small
_YOUNG_POWER = 0.7  # of the windows of 90 days in a year, where less than a year is known
_AT_ONCE = 65_536  # customers whose logarithms are in memory
_UNCERTAIN = (1e-4, 1 - 1e-4)  # no probability is nearer to 0 or 1
MIN_BUYING = 0.05  # a smaller probability of buying is too uncertain to divide an expected value by
PRIOR_PURCHASES = 1.0  # weight of the shop's mean purchase where Gamma-Gamma has none
LOGGED = (
    "silence",
    "silence_in_gaps",
    "purchases",
    "recent_purchases",
    "recent_revenue",
    "purchase_value",
    "revenue",
    "age",
)


class Method(StrEnum):
    """How a value is forecast. The first is the naive rule."""

    PAST_REVENUE = "past_revenue"  # everybody spends at the rate of their past revenue
    MBG_NBD = "mbg_nbd"  # expected purchases times Gamma-Gamma's expected purchase
    CHURN_SPEND = "churn_spend"  # likewise, with purchases corrected to the probability of buying at all
    TWEEDIE = "tweedie"  # a regression on recency, frequency and money, learnt at earlier origins
    HURDLE = "hurdle"  # the probability of buying times what a buyer typically spends
    SHARP_HURDLE = (
        "sharp_hurdle"  # likewise with the probability squared: likely buyers also buy more than once
    )
    # The geometric mean of the former and past revenue: where no test tells them apart.
    HALF_PAST_REVENUE = "half_past_revenue"
    POOLED_RATE = "pooled_rate"  # everybody as the shop's average; only where too few customers came back


IN_CHARGE = Method.SHARP_HURDLE
_CLEARLY_BETTER = 0.05  # of the score, in which past revenue has 1
_HURDLE_POWERS = {Method.HURDLE: 1.0, Method.SHARP_HURDLE: 2.0}


@dataclass(frozen=True)
class ValueModel:
    """The forecast of the coming window of `trading_days`.

    Attributes:
        purchases, spend, regression, typical: None where the data cannot carry them. `regression` gives what
            a customer spends, `typical` the logarithm of what one who buys spends.
        daily_rate: purchases of a customer per trading day, over all customers; `mean_spend` of a purchase,
            GBP.
        total: what all customers together are expected to spend, GBP; every method's values are scaled to it.
            It comes from last year; where no year is known, from the regression. None where neither is known.
        factors: without a total, what each method must be multiplied by to have been right at the origins it
            learnt from.
        method: the published one; before a trial, the one that is published without it.
        year_days: trading days of the coming year; 0 where the model knows none.
        is_season_known: whether a year is known that was no launch.
        spent_ratio: what customers spent at the origins over what the regression gives them; 0 without it.
    """

    purchases: bg_nbd.BgNbd | None
    spend: gamma_gamma.GammaGamma | None
    regression: Any
    typical: Any
    daily_rate: float
    mean_spend: float
    trading_days: float
    total: float | None
    factors: Mapping[Method, float]
    method: Method
    year_days: float = 0.0
    is_season_known: bool = True
    spent_ratio: float = 0.0

    @property
    def method_of_year(self) -> Method:
        """The method of the value of a year."""
        return method_of_year(self.method)

    def state(self) -> dict[str, Any]:
        """Return the parts of the model, as they are stored."""
        fitted = {name: vars(part) if (part := getattr(self, name)) else None for name in _FITTED}
        factors = {method.value: factor for method, factor in self.factors.items()}
        return {**vars(self), **fitted, "factors": factors, "method": self.method.value}

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> ValueModel:
        """Return the model of a state."""
        fitted = {name: kind(**state[name]) if state[name] else None for name, kind in _FITTED.items()}
        factors = {Method(name): factor for name, factor in state["factors"].items()}
        return cls(**{**state, **fitted, "factors": factors, "method": Method(state["method"])})


_FITTED = {"purchases": bg_nbd.BgNbd, "spend": gamma_gamma.GammaGamma}


def method_of_year(method: Method) -> Method:
    """Return the method for a year instead of the published one.

    No origin can test it before two years are known.

    The method in charge trusts the current probability of buying. Over a year it matters less, and who spent
    much before matters more.
    See docs/adr/0139-one-total-of-several-views.md.
    """
    return Method.HALF_PAST_REVENUE if method is IN_CHARGE else method


@dataclass(frozen=True)
class Trial:
    """The result of a method at the tested origins.

    Attributes:
        error: mean absolute error per customer, GBP.
        ratio: forecast total over actual total.
        rank: Spearman's correlation with the actual spend, mean over the origins.
        score: of the contest; lower is better, and the naive rule has 1.
    """

    method: Method
    error: float
    ratio: float
    rank: float
    score: float


def histories_of(points: pd.DataFrame) -> bg_nbd.Histories:
    """Return histories in trading days, from `origins.signals`."""
    return bg_nbd.Histories(
        *(points[name].to_numpy(dtype=np.float64) for name in ("frequency", "rhythm", "age"))
    )


@dataclass(frozen=True)
class Whole:
    """The customers whose values a model scales to a total.

    Attributes:
        customers: their points, on disk.
        share: of the shop's known customers, 0..1; the shop's total is theirs times this.
    """

    customers: StoredRows
    share: float = 1.0


def learnt(
    points: pd.DataFrame,
    some: tuple[CustomerOrigin, ...],
    churn: Churn | None,
    ahead: Coming,
    whole: Whole | None = None,
) -> ValueModel:
    """Return a model of the current customers, whose regression and factors come from earlier origins.

    Args:
        points: of customers now, as `origins.signals` gives them.
        churn: probability of buying nothing in a window, from customers; None where no such model could be
            learnt.
        whole: the customers who spend the total, of whom those with `points` may be a sample; None: these.
    """
    window = _Window.of(some) if some and churn else None
    typical = _typical(window) if window else None
    regression = _regression(window) if window else None
    share = whole.share if whole else 1.0
    total = expected(ahead, some).of_part(share).revenue
    spent_ratio = _spent_ratio(regression, window)
    if not total:
        alike = _regressed_total(
            regression, whole.customers.parts(LOGGED) if whole else [points], spent_ratio
        )
        total = mean_of(alike, ahead.recent_revenue and ahead.recent_revenue * share)
    del window
    histories = histories_of(points)
    repeats = int((histories.frequency > 0).sum())
    enough = repeats >= bg_nbd.MIN_REPEAT_BUYERS
    waited = float(histories.age.sum())
    model = ValueModel(
        purchases=bg_nbd.fit(histories, modified=True) if enough else None,
        spend=_spend_model(points) if enough else None,
        regression=regression,
        typical=typical,
        daily_rate=float(histories.frequency.sum()) / waited if waited else 0.0,
        mean_spend=float(points.revenue.sum() / points.purchases.sum()),
        trading_days=ahead.trading_days,
        total=total,
        factors={},
        method=_untested_method(enough, typical),
        year_days=ahead.year_days,
        is_season_known=ahead.is_season_known,
        spent_ratio=spent_ratio,
    )
    return model if model.total else replace(model, factors=_factors(model, some, churn))


def _untested_method(enough: bool, typical: Any) -> Method:  # noqa: ANN401 as below
    """Return the method without a backtest: half the naive rule; models of few months are often worse."""
    if not enough:
        return Method.POOLED_RATE
    return Method.MBG_NBD if typical is None else Method.HALF_PAST_REVENUE


def _spend_model(points: pd.DataFrame) -> gamma_gamma.GammaGamma | None:
    """Fit Gamma-Gamma to all purchases, the first one included: for most customers it is the only one."""
    if points.purchase_value.min() == points.purchase_value.max():
        return None
    model = gamma_gamma.fit(points.purchases.to_numpy(np.float64), points.purchase_value.to_numpy(np.float64))
    return model if model.has_mean else None


@dataclass(frozen=True)
class _Window:
    """The customers before a few origins, as `_logged` gives them, and their spending after these."""

    logged: Array
    spent: Array

    @classmethod
    def of(cls, some: tuple[CustomerOrigin, ...]) -> _Window:
        logged = float_columns([origin.customers for origin in some], LOGGED)
        return cls(np.log1p(logged, out=logged).T, np.concatenate([origin.spent for origin in some]))


def _regression(window: _Window) -> Any:  # noqa: ANN401 scikit-learn ships no types
    """Return a regression of spending.

    The window is scaled afterwards, as the regression's last step reads it.
    """
    if not window.spent.any():
        return None
    scaler = StandardScaler(copy=False)  # two copies would be the most that any step holds in memory
    glm = TweedieRegressor(power=_TWEEDIE_POWER, alpha=_TWEEDIE_RIDGE, link="log", max_iter=1_000)
    glm.fit(scaler.fit_transform(window.logged), window.spent)
    return preprocessing.chain(scaler.set_params(copy=True), glm)


def _regressed_total(
    regression: Any,  # noqa: ANN401 as above
    customers: Iterable[pd.DataFrame],
    spent_ratio: float,
) -> float | None:
    """Return the total that customers like these spent in a window at the origins.

    None without a regression.
    """
    if regression is None:
        return None
    return sum_of(_predicted(regression, part) for part in customers) * spent_ratio


def _spent_ratio(regression: Any, window: _Window | None) -> float:  # noqa: ANN401 as above
    if regression is None or window is None:
        return 0.0
    return float(window.spent.sum() / regression[-1].predict(window.logged).sum())


def with_modelled_purchases(model: ValueModel, ahead: Coming, customers: StoredRows) -> Coming:
    """Return the expectation with the buyers and the revenue that the model of purchases gives.

    Without them where the season is not known: the model counts trading days, whose number is then that of a
    usual shop, as in the groups of like customers.
    """
    fit = model.purchases
    if fit is None or not ahead.is_season_known:
        return ahead

    def bought(part: pd.DataFrame) -> Array:
        return 1.0 - bg_nbd.no_purchase_probability(fit, histories_of(part), ahead.trading_days)

    def worth(part: pd.DataFrame) -> Array:
        made = bg_nbd.expected_purchases(fit, histories_of(part), ahead.trading_days)
        revenue, purchases = (part[name].to_numpy(np.float64) for name in ("revenue", "purchases"))
        return np.asarray(made * drawn_value(revenue, purchases, model.mean_spend))

    buyers, revenue = (sum_of(figure(part) for part in customers.parts(POINTS)) for figure in (bought, worth))
    return replace(ahead, modelled_buyers=buyers, modelled_revenue=revenue)


def aimed(model: ValueModel, shares: KnownShares, ahead: Coming, customers: StoredRows) -> ValueModel:
    """Return the model for the coming window, with the total that is expected of these customers in it.

    Args:
        shares: of the origins that the model learnt from.
        customers: points of all customers now.
    """
    total = shares.expected(ahead).revenue
    if not total:
        alike = _regressed_total(model.regression, customers.parts(LOGGED), model.spent_ratio)
        total = mean_of(alike, ahead.recent_revenue)
    return replace(
        model,
        trading_days=ahead.trading_days,
        year_days=ahead.year_days,
        is_season_known=ahead.is_season_known,
        total=total,
    )


def _typical(window: _Window) -> Any:  # noqa: ANN401 as above
    """Estimate the typical value from logarithms: one enormous order must not raise similar customers.

    Counted alike, the many small customers alone decide about the few large ones, of whom too little is then
    expected; see docs/adr/0139-one-total-of-several-views.md.
    """
    bought = window.spent > 0
    if bought.sum() < bg_nbd.MIN_REPEAT_BUYERS:
        return None
    scaler, ridge = StandardScaler(), Ridge(alpha=_TYPICAL_RIDGE)
    counts = np.exp(_LARGE_COUNT * window.logged[bought, LOGGED.index("revenue")])
    scaled = scaler.fit_transform(window.logged[bought])
    ridge.fit(scaled, np.log(window.spent[bought]), sample_weight=counts / counts.mean())
    return preprocessing.chain(scaler, ridge)


def _logged(points: pd.DataFrame) -> Array:
    """Return logarithms of a customer's history, shape (customers, features): spending is proportional."""
    return np.asarray(np.log1p(points[list(LOGGED)].to_numpy(dtype=np.float64)), dtype=np.float64)


def _predicted(chain: Any, points: pd.DataFrame) -> Array:  # noqa: ANN401 as above
    parts = (points.iloc[start : start + _AT_ONCE] for start in range(0, len(points), _AT_ONCE))
    return np.concatenate([np.empty(0), *(chain.predict(_logged(part)) for part in parts)])


def _factors(model: ValueModel, some: tuple[CustomerOrigin, ...], churn: Churn | None) -> dict[Method, float]:
    if not some:
        return {}
    actual = sum(float(origin.spent.sum()) for origin in some)
    by_origin = [_totals(model, origin.customers, churn) for origin in some]
    totals = {method: sum(totals[method] for totals in by_origin) for method in by_origin[0]}
    return {method: actual / total for method, total in totals.items() if total > 0 and actual > 0}


def _totals(model: ValueModel, customers: StoredRows, churn: Churn | None) -> dict[Method, float]:
    by_method = values(model, points_of([customers]), churn(customers) if churn else None)
    return {method: float(value.sum()) for method, value in by_method.items()}


def spend_per_purchase(model: ValueModel, points: pd.DataFrame) -> Array:
    """Return each customer's expected purchase value, GBP: Gamma-Gamma's, else a shrunk own mean."""
    purchases, value = points.purchases.to_numpy(np.float64), points.purchase_value.to_numpy(np.float64)
    if model.spend is not None:
        return gamma_gamma.expected_spend(model.spend, purchases, value)
    return np.asarray(
        (purchases * value + PRIOR_PURCHASES * model.mean_spend) / (purchases + PRIOR_PURCHASES)
    )


def values(model: ValueModel, points: pd.DataFrame, churn: Array | None) -> dict[Method, Array]:
    """Return each method's value of each customer in the coming window, GBP.

    Only for methods that the data carry.
    """
    estimates = _Estimates(model, points, churn)
    unscaled = {
        method: estimates.unscaled(method) for method in methods(model, knows_churn=churn is not None)
    }
    return {method: value * _factor(model, method, value) for method, value in unscaled.items()}


@dataclass(frozen=True)
class CustomerOutlook:
    """The expectations of customers, in their order: arrays of shape (customers,).

    Attributes:
        churn: the probability of buying nothing in the coming window.
        purchases: in the window: as many as a buyer makes, times the probability of buying at all.
        spend: of a purchase, GBP.
        value, value_of_year: GBP, by the published method and by that of a year; never less in a year than in
            the window.
        nothing_of_year: the probability of buying nothing in the coming year.
    """

    churn: Array
    purchases: Array
    spend: Array
    value: Array
    value_of_year: Array
    nothing_of_year: Array


_FIGURES = tuple(field.name for field in fields(CustomerOutlook))


@dataclass(frozen=True)
class OutlookScale:
    """The figures that the outlooks of all customers share.

    Attributes:
        factor, year_factor: what values are multiplied by, and values of a year.
        oldest_age: of the customer who came first, in trading days.
        yearly: how many times the purchases of 90 days a year has, as `retention.longer` gives it.
    """

    factor: float
    year_factor: float
    oldest_age: float
    yearly: float


@dataclass(frozen=True)
class StoredOutlook:
    """An outlook on disk, before values are multiplied."""

    stored: StoredRows
    scale: OutlookScale

    def rows(self, first: int, after: int) -> CustomerOutlook:
        """Return the outlook of customers from one place up to another, which is left out."""
        some = self.stored.rows(first, after, _FIGURES)
        unscaled = CustomerOutlook(*(some[name].to_numpy() for name in _FIGURES))
        return _scaled(unscaled, self.scale)

    def total(self) -> float:
        """Return what all customers together are expected to spend in the window, GBP."""
        return self.scale.factor * sum_of(part["value"].to_numpy() for part in self.stored.parts(("value",)))

    def value_at_stake(self, corrected: Callable[[Array], Array]) -> Array:
        """Return a buyer's spending in the window times the probability of buying nothing, GBP.

        The expected value contains the chance of buying nothing: over the probability of buying it is what a
        buyer spends. The value at stake is the most that winning the customer back can bring.

        Args:
            corrected: returns probabilities of buying nothing as tests found them.
        """
        parts = (self.rows(start, start + _AT_ONCE) for start in range(0, len(self.stored), _AT_ONCE))
        return np.concatenate([np.empty(0), *(_at_stake(part, corrected(part.churn)) for part in parts)])


def _at_stake(part: CustomerOutlook, corrected: Array) -> Array:
    return np.asarray(corrected * part.value / np.maximum(1.0 - part.churn, MIN_BUYING))


def _unscaled(
    model: ValueModel, points: pd.DataFrame, churn: Array, oldest_age: float, yearly: float
) -> CustomerOutlook:
    estimates = _Estimates(model, points, churn, oldest_age)
    value, of_year = (estimates.unscaled(method) for method in (model.method, model.method_of_year))
    spans = model.trading_days, model.year_days
    nothing = nothing_of_year(
        model.purchases, points, churn, spans, yearly, is_season_known=model.is_season_known
    )
    return CustomerOutlook(churn, estimates.purchases, estimates.spend, value, of_year, nothing)


def nothing_of_year(
    purchases: bg_nbd.BgNbd | None,
    points: pd.DataFrame,
    churn: Array,
    trading_days: tuple[float, float],
    yearly: float,
    *,
    is_season_known: bool = True,
) -> Array:
    """Return the probability that customers buy nothing in the coming year, at most that of the window.

    The longer a customer is silent, the more likely is it that no purchase follows at all, so a year of a
    silent customer is worth fewer windows than that of an active one. MBG/NBD gives how many: the ratio of
    the logarithms of its probabilities of no purchase. At most `yearly`, which holds for all where there is
    no such model. A history of less than a year shows too little of those who leave for good, so the number
    of windows is then taken to a power; see docs/adr/0139-one-total-of-several-views.md.

    Args:
        trading_days: of the window and of the year.
    """
    if purchases is None or not trading_days[1]:
        return np.asarray(churn**yearly)
    short, long = (
        np.log(np.clip(bg_nbd.no_purchase_probability(purchases, histories_of(points), days), *_UNCERTAIN))
        for days in trading_days
    )
    windows = np.clip(long / short, 1.0, max(yearly, 1.0))
    by_windows = churn ** (windows if is_season_known else windows**_YOUNG_POWER)
    return np.minimum(np.sqrt(by_windows * np.exp(long)), churn)


def _scaled(unscaled: CustomerOutlook, scale: OutlookScale) -> CustomerOutlook:
    value = unscaled.value * scale.factor
    of_year = unscaled.value_of_year * scale.year_factor * scale.yearly
    return replace(unscaled, value=value, value_of_year=np.maximum(of_year, value))


def outlook(model: ValueModel, points: pd.DataFrame, churn: Array, yearly: float = 1.0) -> CustomerOutlook:
    """Return the model's outlook of customers who are in memory, each figure computed once.

    Args:
        points: of all customers whose total the model knows, as `origins.signals` gives them.
        churn: their probability of buying nothing in the coming window.
        yearly: how many times the purchases of 90 days a year has, as `retention.longer` gives it.
    """
    oldest = float(points.age.max())
    unscaled = _unscaled(model, points, churn, oldest, yearly)
    factor, year_factor = (
        _factor(model, *pair)
        for pair in ((model.method, unscaled.value), (model.method_of_year, unscaled.value_of_year))
    )
    return _scaled(unscaled, OutlookScale(factor, year_factor, oldest, yearly))


def outlook_of_some(
    model: ValueModel, points: pd.DataFrame, churn: Array, scale: OutlookScale
) -> CustomerOutlook:
    """Return the outlook of some customers, in the scale of all; otherwise as `outlook`."""
    return _scaled(_unscaled(model, points, churn, scale.oldest_age, scale.yearly), scale)


def stored_outlook(
    model: ValueModel,
    points: StoredRows,
    leaving: StoredRows,
    yearly: float,
    path: Path,
    *,
    scale: OutlookScale | None = None,
) -> StoredOutlook:
    """Return `outlook` of customers on disk, some at a time.

    Args:
        leaving: one column, the probability of buying nothing in the coming window, of the same customers.
        scale: of all customers, where these are some of them.
    """
    oldest = scale.oldest_age if scale else max(float(part.age.max()) for part in points.parts(("age",)))
    pairs = zip(points.parts(POINTS), leaving.parts(), strict=True)
    outlooks = (_unscaled(model, part, churn.iloc[:, 0].to_numpy(), oldest, yearly) for part, churn in pairs)
    stored = store_frames((pd.DataFrame(vars(part)) for part in outlooks), path)
    if scale:
        return StoredOutlook(stored, scale)
    factor, year_factor = (
        _factor_of(model, method, sum_of(part[name].to_numpy() for part in stored.parts((name,))))
        for method, name in ((model.method, "value"), (model.method_of_year, "value_of_year"))
    )
    return StoredOutlook(stored, OutlookScale(factor, year_factor, max(oldest, 1.0), yearly))


def methods(model: ValueModel, *, knows_churn: bool) -> list[Method]:
    """Return the methods that the data carry."""
    carried = {
        Method.PAST_REVENUE: True,
        Method.POOLED_RATE: model.purchases is None,
        Method.MBG_NBD: model.purchases is not None,
        Method.CHURN_SPEND: model.purchases is not None and knows_churn,
        Method.TWEEDIE: model.regression is not None,
        **dict.fromkeys(
            (*_HURDLE_POWERS, Method.HALF_PAST_REVENUE), model.typical is not None and knows_churn
        ),
    }
    return [method for method, is_carried in carried.items() if is_carried]


@dataclass(frozen=True)
class _Estimates:
    """The models' estimates for customers in the coming window, each figure computed when it is first needed.

    Attributes:
        oldest_age: of the customer who came first, where these are a part of more customers; None: they are
            all.
    """

    model: ValueModel
    points: pd.DataFrame
    churn: Array | None
    oldest_age: float | None = None

    def unscaled(self, method: Method) -> Array:
        """Return a method's values, GBP, before they are scaled to a total."""
        model = self.model
        if method in _HURDLE_POWERS:
            return (1 - self._churn) ** _HURDLE_POWERS[method] * self._typical
        if method is Method.HALF_PAST_REVENUE:
            return np.sqrt(self.unscaled(IN_CHARGE) * self.unscaled(Method.PAST_REVENUE))
        if method is Method.PAST_REVENUE:
            oldest = float(self.points.age.max()) if self.oldest_age is None else self.oldest_age
            return np.asarray(
                self.points.revenue.to_numpy(np.float64) * model.trading_days / max(oldest, 1.0)
            )
        if method is Method.TWEEDIE:
            return _predicted(model.regression, self.points)
        if method is Method.POOLED_RATE:
            return model.daily_rate * model.trading_days * self.spend
        return (self._made if method is Method.MBG_NBD else self.purchases) * self.spend

    @cached_property
    def purchases(self) -> Array:
        """As many as a buyer makes, times the probability of buying at all."""
        model = self.model
        if model.purchases is None:
            return np.full(len(self.points), model.daily_rate * model.trading_days)
        bought = 1 - bg_nbd.no_purchase_probability(
            model.purchases, histories_of(self.points), model.trading_days
        )
        per_buyer = np.maximum(self._made / np.maximum(bought, 1e-9), 1.0)
        return np.asarray((1 - self._churn) * per_buyer)

    @cached_property
    def spend(self) -> Array:
        return spend_per_purchase(self.model, self.points)

    @property
    def _churn(self) -> Array:
        if self.churn is None:
            raise ValueError("The probability of leaving is needed for this method.")
        return self.churn

    @cached_property
    def _made(self) -> Array:
        if self.model.purchases is None:
            raise ValueError("A model of purchases is needed for this method.")
        return bg_nbd.expected_purchases(
            self.model.purchases, histories_of(self.points), self.model.trading_days
        )

    @cached_property
    def _typical(self) -> Array:
        return np.asarray(np.exp(_predicted(self.model.typical, self.points)))


def _factor(model: ValueModel, method: Method, value: Array) -> float:
    return _factor_of(model, method, float(value.sum()))


def _factor_of(model: ValueModel, method: Method, unscaled_total: float) -> float:
    if model.total and unscaled_total > 0:
        return model.total / unscaled_total
    return model.factors.get(method, 1.0)


def tried(model: ValueModel, tested: tuple[CustomerOrigin, ...], churn: Sequence[Array]) -> list[Trial]:
    """Return every method at the tested origins, in the order of `Method`.

    Args:
        churn: the probability of buying nothing in the window, by origin.

    The score adds the error against the naive rule's and what is lacking in rank: a table that is sorted by
    value must rank well, and a table that is summed must be near.
    """
    tested_values = [
        (values(model, points_of([origin.customers]), leaving), origin.spent)
        for origin, leaving in zip(tested, churn, strict=True)
    ]
    measured = {
        method: _measured([(value[method], spent) for value, spent in tested_values])
        for method in tested_values[0][0]
    }
    error, _, rank = measured[Method.PAST_REVENUE]
    return [
        Trial(method, *figures, figures[0] / max(error, 1e-9) - (figures[2] - rank))
        for method, figures in measured.items()
    ]


def _measured(pairs: list[tuple[Array, Array]]) -> tuple[float, float, float]:
    """Return error, ratio of totals, and rank over origins."""
    errors = np.concatenate([np.abs(value - spent) for value, spent in pairs])
    actual = sum(float(spent.sum()) for _, spent in pairs)
    ratio = sum(float(value.sum()) for value, _ in pairs) / actual if actual else np.nan
    return (
        float(errors.mean()),
        ratio,
        float(np.mean([rank_correlation(value, spent) for value, spent in pairs])),
    )


def rank_correlation(first: Array, other: Array) -> float:
    """Return Spearman's correlation; 0 where either has one value only."""
    left, right = rankdata(first), rankdata(other)
    if len(left) < 2 or np.ptp(left) == 0 or np.ptp(right) == 0:  # noqa: PLR2004 no rank without two values
        return 0.0
    return float(np.corrcoef(left, right)[0, 1])


def winner(trials: list[Trial]) -> Method:
    """Return the method in charge, unless another is clearly better or the naive rule is as good.

    Without a trial of the method in charge the best one wins. Two origins cannot separate methods of similar
    quality. If the naive rule is as good as the method in charge, the mean of both is published, unless the
    naive rule is clearly better than the mean too. See docs/adr/0139-one-total-of-several-views.md.
    """
    best = min(trials, key=lambda trial: (trial.score, trial.method is not Method.PAST_REVENUE))
    scores = {trial.method: trial.score for trial in trials}
    if IN_CHARGE not in scores:
        return best.method
    charged, naive, half = (
        scores[method] for method in (IN_CHARGE, Method.PAST_REVENUE, Method.HALF_PAST_REVENUE)
    )
    if best.method is not Method.PAST_REVENUE and best.score < charged - _CLEARLY_BETTER:
        return best.method
    if charged < naive:
        return IN_CHARGE
    return Method.HALF_PAST_REVENUE if half < naive + _CLEARLY_BETTER else Method.PAST_REVENUE
