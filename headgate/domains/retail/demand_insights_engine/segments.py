"""customer_segments: RFM segments as marketers name them, beside clusters from the data alone."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from headgate.analytics.groups import Clusters, Typical, best_partition
from headgate.contracts.registry import Registry
from headgate.domains.retail.demand_insights_engine import churn_risk, rfm
from headgate.domains.retail.demand_insights_engine.late_gaps import rhythm_days
from headgate.domains.retail.demand_insights_engine.learnt_customers import drawn_rows
from headgate.engines.frames import frame_of
from headgate.engines.stored_rows import StoredRows
from headgate.systems.rows_in_file import RowsInFile, write_to_file

_READ = ("silent_days", "purchases", "revenue")
_SPENT = ("revenue", "net_revenue", "revenue_90d", "revenue_year_ago")
_HISTORY = ("customer_id", *_READ, "recency_days", "frequency")
_WORDS = (("long silent", "recent"), ("frequent", "rare"), ("high spend", "low spend"))


@dataclass(frozen=True)
class Partition:
    """Clusters as they were learnt; every customer joins the nearest."""

    groups: Clusters
    typical: Typical

    def labels(self, customers: pd.DataFrame) -> npt.NDArray[np.int64]:
        """Return the clusters that some of all customers join."""
        return self.groups.nearest(self.typical.scaled(customers[list(_READ)].to_numpy(dtype=np.float64)))


def partition(customers: StoredRows) -> Partition:
    """Return clusters of the customers by silence, purchases and revenue."""
    drawn = drawn_rows(customers, customers, _READ).to_numpy()
    typical = Typical.of(drawn)
    return Partition(best_partition(typical.scaled(drawn), _WORDS, "all customers"), typical)


def table(
    customers: StoredRows,
    partition: Partition,
    leaving: StoredRows,
    in_charge: churn_risk.ChurnInCharge,
    fifths: Mapping[str, rfm.Fifths] | None = None,
    *,
    knows_year_ago: bool = False,
) -> RowsInFile:
    """Return the table's rows, one per customer, in the customers' order.

    Args:
        customers: as `features.known_histories` gives them.
        leaving: the probability that each customer leaves, as `churn_risk.aimed` gives it.
        in_charge: says who is late, and the last day whose purchases the partition learnt from.
        fifths: of all customers, where these are some of them.
        knows_year_ago: whether the data reach back to the days of `revenue_year_ago`.
    """
    parts = _parts(customers, partition, leaving, in_charge, fifths or rfm.fifths_of(customers.parts))
    if not knows_year_ago:
        parts = (part.assign(revenue_year_ago_gbp=None) for part in parts)
    return write_to_file(Registry.load().prod["customer_segments"], parts)


def _parts(
    customers: StoredRows,
    partition: Partition,
    leaving: StoredRows,
    in_charge: churn_risk.ChurnInCharge,
    fifths: Mapping[str, rfm.Fifths],
) -> Iterator[pd.DataFrame]:
    names = np.array(partition.groups.names, dtype=object)
    columns = tuple(dict.fromkeys((*_HISTORY, *_SPENT)))
    for rows, probability in zip(customers.tables(0, len(customers), columns), leaving.parts(), strict=True):
        part = frame_of(rows.select(_HISTORY))
        labels = partition.labels(part)
        base = part[["customer_id"]].assign(
            recency_days=part.silent_days.astype("int32"),
            purchase_days=part.purchases.astype("int32"),
            **{f"{name}_gbp": pd.arrays.ArrowExtensionArray(rows[name]) for name in _SPENT},
        )
        usual = rhythm_days(part)
        risk = rfm.Risk(
            churn_risk.chance_bands(probability[churn_risk.LEAVING].to_numpy()),
            in_charge.late.are_late(part).to_numpy(),
            (part.silent_days <= usual).to_numpy(),
            (part.silent_days > usual).to_numpy(),
        )
        yield base.join(rfm.named(rfm.scored(part, fifths), risk)).assign(
            cluster=labels.astype("int32"), cluster_name=names[labels], learnt_on=in_charge.learnt_on
        )
