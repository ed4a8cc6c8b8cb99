"""Train the customer models on the data of one day, or load those of an earlier run."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from headgate.domains.retail import margin
from headgate.domains.retail.demand_insights_engine import (
    churn,
    churn_risk,
    customer_model,
    features,
    learnt_customers,
    model_quality,
    origins,
    population,
    segments,
)
from headgate.domains.retail.demand_insights_engine.alive_trial import alive_trial
from headgate.domains.retail.demand_insights_engine.late_gaps import late_gaps, late_trial
from headgate.domains.retail.demand_insights_engine.learnt_models import WATCHED, LearntModels
from headgate.domains.retail.demand_insights_engine.recent_behaviour import with_recent_behaviour
from headgate.domains.retail.demand_insights_engine.trading_clock import TradingClock
from headgate.domains.retail.demand_insights_engine.year_trial import year_trial
from headgate.domains.retail.margin import MARGIN_SHARE
from headgate.engines import local
from headgate.engines.stored_rows import StoredRows
from headgate.engines.write_rows import write_rows
from headgate.facts.day_hashes import DayHashes
from headgate.facts.kept_files import KeepFiles, address_of
from headgate.learning import model_file
from headgate.learning.feature_drift import DriftWatch
from headgate.systems.kept_tables import code_of
from headgate.values.parquet_tables import table_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from pathlib import Path

    import ibis

    from headgate.domains.retail.demand_insights_engine.origins import Coming

KEPT = "customer_models"
_PACKAGE = "headgate.domains.retail.demand_insights_engine"


@dataclass(frozen=True)
class Known:
    """The customers as they are known at the end of a day.

    Attributes:
        customers: histories of all customers, on disk.
        points: what models read of them, on disk, in the same order.
        some: points of those that models learn from, in memory.
    """

    as_of: date
    days: ibis.Table
    clock: TradingClock
    ahead: Coming
    customers: StoredRows
    points: StoredRows
    some: pd.DataFrame


def known(
    days: ibis.Table, customers: StoredRows, as_of: date, folder: Path, dated: date | None = None
) -> Known:
    """Return the customers as their purchase days up to `as_of` show them.

    Args:
        days, customers: purchase days and histories of all customers, at least one.
        folder: receives their points.
        dated: the day at whose end histories and points are; None for `as_of`.
    """
    dated = dated or as_of
    daily = features.daily_purchases(days).set_index("purchased_on").purchases
    first_on = pd.Timestamp(daily.index.min()).date()
    clock = TradingClock.of(daily, first_on, as_of, population.change(days, first_on, as_of))
    ahead = origins.coming(days, clock, as_of)
    later_days = (dated - as_of).days
    ahead = with_recent_behaviour(ahead, days, customers, first_on, as_of, later_days=later_days)
    histories = customers.parts(origins.HISTORY)
    points = origins.describe_histories(histories, clock, dated, folder / "points.parquet")
    some = learnt_customers.drawn_rows(customers, points, origins.POINTS)
    return Known(as_of, days, clock, ahead, customers, points, some)


@dataclass(frozen=True)
class Training:
    """Trains the models on the state of a day; see `models`.

    Attributes:
        tables: the datasets.
        keep: returns the stored file of an address, or has it written.
        champion: the churn recipe in charge so far; empty when there was none.
        folder: receives files while models are trained.
        margin_share: share of the revenue that the shop keeps.
    """

    tables: Mapping[str, ibis.Table]
    keep: KeepFiles
    champion: str
    folder: Path
    margin_share: float = MARGIN_SHARE

    def models(self, until: date) -> LearntModels:
        """Return the models that were learnt from everything known at the end of a day."""
        (row,) = table_of(self.kept(until)).to_pylist()
        return LearntModels.from_state(model_file.state_from_bytes(row["models"]))

    def address(self, until: date, *further: str) -> str:
        """Return an address of what follows from everything known at the end of a day, and further inputs."""
        hashed = self._hashed.until(until)
        return address_of(self._code, self.champion, str(self.margin_share), str(until), hashed, *further)

    def kept(self, until: date) -> Path:
        """Return the file of the models of a day, kept by an earlier run with equal rows or fitted now."""

        def write(_: Sequence[int], paths: Sequence[Path]) -> None:
            body = model_file.to_bytes(self._learnt(until))
            pq.write_table(pa.table({"models": pa.array([body], pa.binary())}), paths[0])

        (path,) = self.keep(KEPT, [self.address(until)], write, is_fitted=True)
        return path

    @cached_property
    def _code(self) -> str:
        return code_of(_PACKAGE, "headgate.analytics")

    @cached_property
    def _hashed(self) -> DayHashes:
        return DayHashes.of(features.HASHES, self.tables)

    def _learnt(self, until: date) -> LearntModels:
        folder = self.folder / f"until-{until}"
        folder.mkdir()
        features.write_days(self.tables, until, folder)
        with local.opened({"days": str(folder / "days.parquet")}) as stored:
            path = folder / "customers.parquet"
            write_rows(features.histories(stored["days"], until).order_by("customer_id"), path)
            now = known(stored["days"], StoredRows([path]), until, folder)
            return _learnt(now, self.champion, self.margin_share, folder)


def _learnt(now: Known, champion: str, margin_share: float, folder: Path) -> LearntModels:
    sample = learnt_customers.sample_of(now.customers, now.days, folder)
    past = origins.origins(now.days, now.clock, now.as_of, now.ahead, folder, sample=sample)
    model = customer_model.fitted(
        now.points,
        now.some,
        past,
        now.ahead,
        champion=champion,
        folder=folder,
        margin_share=margin_share,
    )
    trial, partition = model.churn_trial, segments.partition(now.customers)
    of_some = sample.days if sample else now.days
    tried_alive = alive_trial(of_some, now.clock, now.as_of, folder)
    tried_year = year_trial(of_some, now.clock.first_on, now.as_of)
    tested_on = model_quality.period_of(past.tested)
    return LearntModels(
        learnt_on=now.as_of,
        churn=model.churn.shifted(0.0) if model.churn else None,
        churn_record=churn_risk.kept(model.churn, trial, past, tested_on) if model.churn else None,
        shift_weight=trial.weight if trial else 1.0,
        # Without a trial no offer is made: nobody knows what it would earn.
        offer_threshold=trial.threshold if trial and model.churn else churn.NO_OFFER,
        late=late_gaps(of_some, now.as_of),
        value=model.value,
        shares=origins.KnownShares.of(past.newest),
        partition=partition,
        watch=DriftWatch().fit(now.some[list(WATCHED)]),
        measures=[
            margin.assumed("churn_risk", model_quality.FIT, margin_share),
            *model_quality.of_past(past),
            *model_quality.of_value_fit(model.value, now.some),
            *model_quality.of_value_trial(model.value_trials, model.value.method, past),
            *model_quality.of_value_interval(model.tried_value, trial, past),
            *model_quality.of_churn_trial(trial, model.churn_method, past),
            *model_quality.of_alive_trial(tried_alive),
            model_quality.of_year_trial(tried_year),
            *model_quality.of_late_trial(late_trial(of_some, past.tested, trial.leaving if trial else ())),
            *model_quality.of_clusters(partition.groups),
        ],
    )
