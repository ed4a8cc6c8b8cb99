"""Models of customers that no training made."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from headgate.analytics.groups import Clusters, Typical
from headgate.domains.retail.demand_insights_engine.churn import NO_OFFER
from headgate.domains.retail.demand_insights_engine.late_gaps import LateGaps
from headgate.domains.retail.demand_insights_engine.learnt_models import LearntModels
from headgate.domains.retail.demand_insights_engine.origins import KnownShares
from headgate.domains.retail.demand_insights_engine.segments import Partition
from headgate.learning.feature_drift import DriftWatch

if TYPE_CHECKING:
    from headgate.domains.retail.demand_insights_engine.churn import ChurnModel
    from headgate.domains.retail.demand_insights_engine.customer_value import ValueModel


def models_of(value: ValueModel, churn: ChurnModel | None = None) -> LearntModels:
    """Return models with one cluster of all customers, and without a trial."""
    one_cluster = Clusters(np.empty(0, dtype=np.int64), ["all customers"], np.nan, np.nan)
    return LearntModels(
        learnt_on=date(2024, 12, 31),
        churn=churn,
        churn_record=None,
        shift_weight=1.0,
        offer_threshold=NO_OFFER,
        late=LateGaps(),
        value=value,
        shares=KnownShares(),
        partition=Partition(one_cluster, Typical(np.zeros(3), np.ones(3))),
        watch=DriftWatch(),
        measures=[],
    )
