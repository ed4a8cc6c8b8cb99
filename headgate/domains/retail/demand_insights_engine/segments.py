"""customer_segments: RFM segments as marketers name them, beside the clusters that the data shows by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from headgate.contracts.registry import Registry
from headgate.domains.retail.demand_insights_engine import clusters, rfm
from headgate.engines.stored_rows import numbers
from headgate.systems.rows import written

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headgate.engines.stored_rows import StoredRows
    from headgate.systems.rows import RowsInFile

_READ = ("silent_days", "purchases", "revenue")


def partition(customers: StoredRows) -> clusters.Clusters:
    """The clusters of the customers by silence, purchases and revenue."""
    return clusters.found(rfm.typical(numbers([customers], _READ).T))


def table(customers: StoredRows, groups: clusters.Clusters) -> RowsInFile:
    """The table's rows, one per customer, in the customers' order."""
    scores = rfm.scored(pd.DataFrame(numbers([customers], _READ).T, columns=list(_READ), copy=False))
    return written(Registry.load().prod["customer_segments"], _parts(customers, scores, groups))


def _parts(customers: StoredRows, scores: pd.DataFrame, groups: clusters.Clusters) -> Iterator[pd.DataFrame]:
    names, begin = np.array(groups.names, dtype=object), 0
    for part in customers.parts(("customer_id", *_READ)):
        own = slice(begin, begin := begin + len(part))
        labels = groups.labels[own]
        base = pd.DataFrame(
            {
                "customer_id": part.customer_id,
                "recency_days": part.silent_days.astype("int32"),
                "purchase_days": part.purchases.astype("int32"),
                "revenue_gbp": part.revenue,
            }
        )
        scored = rfm.named(scores.iloc[own].reset_index(drop=True))
        yield base.join(scored).assign(cluster=labels.astype("int32"), cluster_name=names[labels])
