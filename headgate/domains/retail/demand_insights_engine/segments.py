"""customer_segments: RFM segments as marketers name them, beside the clusters that the data shows by itself."""

from __future__ import annotations

import numpy as np
import pandas as pd

from headgate.domains.retail.demand_insights_engine import clusters, rfm


def partition(customers: pd.DataFrame) -> clusters.Clusters:
    """The clusters of the customers by silence, purchases and revenue."""
    return clusters.found(rfm.typical(customers[["silent_days", "purchases", "revenue"]].to_numpy(dtype=np.float64)))


def table(customers: pd.DataFrame, groups: clusters.Clusters) -> pd.DataFrame:
    """The table's rows, one per customer, in the customers' order."""
    base = pd.DataFrame(
        {
            "customer_id": customers.customer_id,
            "recency_days": customers.silent_days.astype("int32"),
            "purchase_days": customers.purchases.astype("int32"),
            "revenue_gbp": customers.revenue,
        }
    )
    names = np.array(groups.names, dtype=object)[groups.labels]
    return base.join(rfm.scored(customers)).assign(cluster=groups.labels.astype("int32"), cluster_name=names)
