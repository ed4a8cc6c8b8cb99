"""The models of the customers, trained at the start of a period and adjusted to the days ahead in each run.

docs/adr/0121-scores-kept-by-days.md describes what is stored and what is computed in each run.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from headgate.analytics.groups import Clusters, Typical
from headgate.domains.retail.demand_insights_engine import churn_risk, customer_value
from headgate.domains.retail.demand_insights_engine.churn import ChurnModel
from headgate.domains.retail.demand_insights_engine.customer_value import ValueModel
from headgate.domains.retail.demand_insights_engine.late_gaps import LateGaps
from headgate.domains.retail.demand_insights_engine.origins import Coming, KnownShares
from headgate.domains.retail.demand_insights_engine.segments import Partition
from headgate.domains.retail.measures import Measure
from headgate.learning.calibration import Bin
from headgate.learning.champion_challenger import Contest, Result
from headgate.learning.feature_drift import SHIFTED, DriftWatch
from headgate.learning.store import Trained

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    from headgate.engines.stored_rows import StoredRows

MAX_DAYS = 28
"""Models are learnt again after four weeks at the latest."""
WATCHED = ("purchases", "recent_purchases", "recent_revenue", "purchase_value", "products")
"""Signals that show whether customers have moved. Silence and age move with every day by themselves."""


@dataclass(frozen=True)
class LearntModels:
    """The models in charge of a period.

    Attributes:
        learnt_on: the last day whose purchases they learnt from.
        churn: None where too few customers left or stayed.
        churn_record: the churn model with its figures; None without it. `fitted` is that of `learnt_on`.
        shift_weight: of the shift to the expected number of buyers, as `ChurnTrial` has it.
        offer_threshold: the probability from which on an offer pays.
        late: from which silence on customers are late.
        shares: of the origins that the models learnt from.
        watch: how the signals `WATCHED` were distributed on that day.
        measures: how the models did at past origins.
    """

    learnt_on: date
    churn: ChurnModel | None
    churn_record: Trained | None
    shift_weight: float
    offer_threshold: float
    late: LateGaps
    value: ValueModel
    shares: KnownShares
    partition: Partition
    watch: DriftWatch
    measures: Sequence[Measure]

    @property
    def churn_in_charge(self) -> churn_risk.ChurnInCharge:
        """Return the part that scores who leaves."""
        tested = tuple(self.churn_record.calibration) if self.churn_record else ()
        return churn_risk.ChurnInCharge(self.churn, self.offer_threshold, self.learnt_on, self.late, tested)

    def moved(self, points: pd.DataFrame) -> float:
        """Return the greatest population stability index of the watched signals."""
        return max(self.watch.index(points[list(WATCHED)]).values())

    def are_outdated(self, points: pd.DataFrame) -> bool:
        """Return whether customers have moved so far that models are learnt before the next period."""
        return self.moved(points) > SHIFTED

    def aimed(self, ahead: Coming, customers: StoredRows, folder: Path) -> tuple[LearntModels, StoredRows]:
        """Return the models for the coming window, and the probability that each customer leaves.

        Args:
            customers: points of all customers now.
            folder: receives the column `churn_risk.LEAVING` of all customers, in their order.
        """
        ahead = customer_value.with_modelled_purchases(self.value, ahead, customers)
        buyers = self.shares.expected(ahead).buyers
        churn, leaving = churn_risk.aimed(self.churn, buyers, self.shift_weight, customers, folder)
        value = customer_value.aimed(self.value, self.shares, ahead, customers)
        return replace(self, churn=churn, value=value), leaving

    def drift(self, points: pd.DataFrame) -> Mapping[str, float]:
        """Return the population stability index of all signals of the churn model; none without it."""
        return self.churn.watch.index(points[list(churn_risk.SIGNALS)]) if self.churn else {}

    def trained(self, drift: Mapping[str, float]) -> Trained | None:
        """Return the churn model as it is stored, with the drift of its signals to the current customers."""
        if self.churn is None or self.churn_record is None:
            return None
        return replace(self.churn_record, fitted=self.churn, drift=drift)

    def state(self) -> dict[str, Any]:
        """Return the parts of the models, as they are stored."""
        return {
            "learnt_on": self.learnt_on.isoformat(),
            "churn": self.churn.state() if self.churn else None,
            "churn_record": _record_state(self.churn_record) if self.churn_record else None,
            "shift_weight": self.shift_weight,
            "offer_threshold": self.offer_threshold,
            "late": vars(self.late),
            "value": self.value.state(),
            "shares": vars(self.shares),
            "partition": _partition_state(self.partition),
            "watch": self.watch,
            "measures": [plain_values(asdict(measure)) for measure in self.measures],
        }

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> LearntModels:
        """Return the models of a state."""
        churn = ChurnModel.from_state(state["churn"]) if state["churn"] else None
        record = state["churn_record"]
        return cls(
            learnt_on=date.fromisoformat(state["learnt_on"]),
            churn=churn,
            churn_record=_record_of_state(record, churn) if record else None,
            shift_weight=state["shift_weight"],
            offer_threshold=state["offer_threshold"],
            late=LateGaps(**state["late"]),
            value=ValueModel.from_state(state["value"]),
            shares=KnownShares(**state["shares"]),
            partition=_partition_of_state(state["partition"]),
            watch=state["watch"],
            measures=[Measure(**measure) for measure in state["measures"]],
        )


def _record_state(record: Trained) -> dict[str, Any]:
    return {
        "rows": record.rows,
        "metrics": dict(record.metrics),
        "contest": plain_values(asdict(record.contest)) if record.contest else None,
        "calibration": [plain_values(asdict(each)) for each in record.calibration],
        "tested_on": record.tested_on,
    }


def _record_of_state(state: dict[str, Any], model: ChurnModel | None) -> Trained:
    contest = state["contest"]
    results = tuple(Result(**result) for result in contest["results"]) if contest else ()
    return Trained(
        churn_risk.NAME,
        model.recipe if model else churn_risk.WITHOUT_MODEL,
        model,
        churn_risk.SIGNALS,
        state["rows"],
        state["metrics"],
        Contest(**{**contest, "results": results}) if contest else None,
        calibration=tuple(Bin(**each) for each in state["calibration"]),
        tested_on=state["tested_on"],
    )


def _partition_state(partition: Partition) -> dict[str, Any]:
    groups = partition.groups
    return {
        "names": [str(name) for name in groups.names],
        "stability": float(groups.stability),
        "silhouette": float(groups.silhouette),
        "centres": groups.centres,
        "typical": vars(partition.typical),
    }


def _partition_of_state(state: dict[str, Any]) -> Partition:
    groups = Clusters(
        np.empty(0, dtype=np.int64), state["names"], state["stability"], state["silhouette"], state["centres"]
    )
    return Partition(groups, Typical(**state["typical"]))


def plain_values(value: Any) -> Any:  # noqa: ANN401 any value of a dataclass
    """Return a value with Python's numbers instead of NumPy's."""
    if isinstance(value, dict):
        return {name: plain_values(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain_values(item) for item in value]
    return value.item() if isinstance(value, np.generic) else value
