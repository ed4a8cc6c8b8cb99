"""The customer model: who buys again and what they spend, selected by a backtest at past origins."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from headgate.domains.retail.demand_insights_engine import churn_risk, customer_value
from headgate.domains.retail.demand_insights_engine.origins import Coming, Origins, points_of
from headgate.domains.retail.margin import MARGIN_SHARE

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from headgate.domains.retail.demand_insights_engine.churn import ChurnModel
    from headgate.domains.retail.demand_insights_engine.churn_risk import ChurnTrial
    from headgate.domains.retail.demand_insights_engine.customer_value import Trial, ValueModel
    from headgate.engines.stored_rows import StoredRows


@dataclass(frozen=True)
class CustomerModel:
    """Current models, with the trials of the same recipes at past origins.

    Attributes:
        churn, churn_trial: None if too few customers left or stayed.
        tried_value: the value model at the tested origins, or `value` without any.
        value_trials: every method at the tested origins; empty without any.
        leaving: the probability that each customer leaves, in column `churn_risk.LEAVING`.
    """

    churn: ChurnModel | None
    churn_trial: ChurnTrial | None
    value: ValueModel
    tried_value: ValueModel
    value_trials: list[Trial]
    leaving: StoredRows

    @property
    def churn_method(self) -> str:
        """The name of the model in `churn_risk`."""
        return self.churn.recipe if self.churn else churn_risk.WITHOUT_MODEL


def fitted(
    customers: StoredRows,
    some: pd.DataFrame,
    past: Origins,
    ahead: Coming,
    *,
    champion: str,
    folder: Path,
    margin_share: float = MARGIN_SHARE,
) -> CustomerModel:
    """Return the model of the customers whose points are given.

    Args:
        customers: points of all customers now, as `origins.signals` gives them.
        some: points of those that models learn from, in memory.
        champion: the churn recipe in charge so far; empty when there was none.
        folder: receives what the model says of each customer.
        margin_share: share of the revenue that the shop keeps.
    """
    # The newest window is that of the tested origins, so nothing of it may be known there.
    then = replace(ahead, recent_buyers=None, recent_revenue=None)
    trial = churn_risk.churn_trial(past, then, champion, margin_share)
    churn, leaving = churn_risk.fitted(past, ahead, customers, trial, folder)
    value = customer_value.learnt(
        some, past.newest, churn.probability_of if churn else None, ahead, customer_value.Whole(customers)
    )
    if trial is None:
        return CustomerModel(churn, trial, value, value, [], leaving)
    newest, drawn = past.tested[-1].customers, customer_value.Whole(past.tested[-1].customers, past.share)
    tried = customer_value.learnt(points_of([newest]), past.earlier, trial.model.probability_of, then, drawn)
    trials = customer_value.tried(tried, past.tested, trial.leaving)
    method = customer_value.winner(trials)
    if churn is None:
        return CustomerModel(churn, trial, value, tried, trials, leaving)
    return CustomerModel(
        churn, trial, replace(value, method=method), replace(tried, method=method), trials, leaving
    )
