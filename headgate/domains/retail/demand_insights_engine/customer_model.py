"""The one model of the customers: who buys again, and what they spend, chosen by a backtest at past origins."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from headgate.domains.retail.demand_insights_engine import churn_risk, customer_value

if TYPE_CHECKING:
    import pandas as pd

    from headgate.domains.retail.demand_insights_engine.churn import ChurnModel
    from headgate.domains.retail.demand_insights_engine.churn_risk import ChurnTrial
    from headgate.domains.retail.demand_insights_engine.customer_value import Trial, ValueModel
    from headgate.domains.retail.demand_insights_engine.origins import Coming, Origins


@dataclass(frozen=True)
class CustomerModel:
    """Current models, with the trials of the same recipes at past origins.

    Attributes:
        churn, churn_trial: None where too few customers left or stayed.
        tried_value: the value model as it was at the tested origins; `value` itself where there are none.
        value_trials: every method at the tested origins; empty where there are none.
    """

    churn: ChurnModel | None
    churn_trial: ChurnTrial | None
    value: ValueModel
    tried_value: ValueModel
    value_trials: list[Trial]


def fitted(points: pd.DataFrame, past: Origins, ahead: Coming, champion: str) -> CustomerModel:
    """The model of the customers whose points are given.

    Args:
        points: of all customers now, as `origins.signals` gives them.
        champion: the churn recipe in charge so far; empty when there was none.
    """
    trial = churn_risk.churn_trial(past, ahead, champion)
    leaving = churn_risk.fitted(past, ahead, points, trial)
    value = customer_value.learnt(points, past.newest, leaving.probability if leaving else None, ahead)
    if trial is None:
        return CustomerModel(leaving, trial, value, value, [])
    tried = customer_value.learnt(past.tested[-1].points, past.earlier, trial.model.probability, ahead)
    trials = customer_value.tried(tried, past.tested, trial.model.probability)
    method = customer_value.winner(trials)
    if leaving is None:
        return CustomerModel(leaving, trial, value, tried, trials)
    return CustomerModel(leaving, trial, replace(value, method=method), replace(tried, method=method), trials)
