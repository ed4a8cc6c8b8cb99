"""The customers at the beginning of the newest day: rows and figures that all runs of the day share.

Within a day few customers buy, but the clock, the expected totals, fifths and ranks move with every purchase,
and all rows with them. So these figures follow from the purchases of the days before, and a run computes only
the rows of customers who changed. docs/adr/0121-scores-kept-by-days.md has the reasons.
"""

from __future__ import annotations

import shutil
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from headgate.domains.retail.demand_insights_engine import (
    churn_risk,
    customer_value,
    features,
    lifetime_value,
    model_quality,
    rfm,
    segments,
    shop_total,
    year_trial,
)
from headgate.domains.retail.demand_insights_engine.customer_value import OutlookScale, StoredOutlook
from headgate.domains.retail.demand_insights_engine.learnt_models import MAX_DAYS, LearntModels, plain_values
from headgate.domains.retail.demand_insights_engine.trading_clock import TradingClock
from headgate.domains.retail.demand_insights_engine.training import Known, Training, known
from headgate.domains.retail.measures import Measure
from headgate.engines import local
from headgate.engines.local import release_memory
from headgate.engines.stored_rows import StoredRows
from headgate.engines.write_rows import write_rows
from headgate.facts.kept_files import address_of, stored_before
from headgate.learning import model_file
from headgate.learning.schedule import learnt_until
from headgate.systems.kept_tables import frame_digest
from headgate.values.parquet_tables import table_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    from headgate.domains.retail.demand_insights_engine.features import Unmatched
    from headgate.systems.rows_in_file import RowsInFile

TABLES = ("customer_segments", "customer_lifetime_value", "churn_risk")
POINTS = "customer_points"
FIGURES = "customer_figures"
KEPT = "customer_day"
_COMPARED = (POINTS, "customer_segments", "customer_lifetime_value")
# Fitted models, rows in any order, and rows with the consent that customers gave by the day's first run.
_NOT_COMPARED = (FIGURES, *features.LINES, "churn_risk")


@dataclass(frozen=True)
class DayFigures:
    """The figures that the rows of all customers share.

    Attributes:
        dated: the day at whose end silences and ages are.
        models: aimed at the coming window.
        fifths: by score.
        is_year_tested: whether a past year of the shop's customers tested the value of a year.
        drift: of the signals of the churn model, since it learnt.
        learnt_on: the days whose models were asked for.
    """

    dated: date
    clock: TradingClock
    models: LearntModels
    scale: OutlookScale
    fifths: Mapping[str, rfm.Fifths]
    is_year_tested: bool
    drift: Mapping[str, float]
    learnt_on: Sequence[date]

    def state(self) -> dict[str, Any]:
        """Return the figures as they are stored."""
        return {
            "dated": self.dated.isoformat(),
            "clock": {**vars(self.clock), "first_on": self.clock.first_on.isoformat()},
            "models": self.models.state(),
            "scale": plain_values(asdict(self.scale)),
            "fifths": {name: fifths.ends for name, fifths in self.fifths.items()},
            "is_year_tested": self.is_year_tested,
            "drift": plain_values(dict(self.drift)),
            "learnt_on": [day.isoformat() for day in self.learnt_on],
        }

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> DayFigures:
        """Return the figures of a state."""
        first_on = date.fromisoformat(state["clock"]["first_on"])
        return cls(
            dated=date.fromisoformat(state["dated"]),
            clock=TradingClock(**{**state["clock"], "first_on": first_on}),
            models=LearntModels.from_state(state["models"]),
            scale=OutlookScale(**state["scale"]),
            fifths={name: rfm.Fifths(ends) for name, ends in state["fifths"].items()},
            is_year_tested=state["is_year_tested"],
            drift=state["drift"],
            learnt_on=[date.fromisoformat(day) for day in state["learnt_on"]],
        )


@dataclass(frozen=True)
class _StoredDay:
    """Figures and measures as a file has them."""

    figures: DayFigures | None
    measures: Sequence[Measure]

    def state(self) -> dict[str, Any]:
        """Return both as they are stored."""
        measures = [plain_values(asdict(measure)) for measure in self.measures]
        return {"figures": self.figures.state() if self.figures else None, "measures": measures}

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> _StoredDay:
        """Return both of a state."""
        figures = DayFigures.from_state(state["figures"]) if state["figures"] else None
        return cls(figures, [Measure(**measure) for measure in state["measures"]])


@dataclass(frozen=True)
class CustomerDay:
    """The customers who had bought by the end of a day.

    Attributes:
        address: of everything that the rows follow from, besides the consent of customers.
        figures: None if nobody had bought.
        measures: rows of `customer_model_quality`.
        files: of the rows of `TABLES` and of their points (`POINTS`), in the order of the customers' numbers;
            and those of `features.LINES`.
    """

    address: str
    figures: DayFigures | None
    measures: Sequence[Measure]
    files: Mapping[str, Path]


def customer_day(training: Training, until: date, dated: date) -> CustomerDay:
    """Return the customers who had bought by the end of one day, as they are at the end of another.

    An earlier run of the day kept them, or they are computed now. `consent.parquet` is in the folder.
    """
    sold = shop_total.sold_of(training.tables, until)
    address = training.address(until, str(dated), frame_digest(sold.reset_index()))
    made: dict[str, Path] = {}

    def keep(names: Sequence[str], *, is_fitted: bool) -> dict[str, Path]:
        def write(places: Sequence[int], paths: Sequence[Path]) -> None:
            if not made:
                made.update(_write_day(training, sold, until, dated))
            for place, path in zip(places, paths, strict=True):
                shutil.copyfile(made[names[place]], path)

        lines = dict(zip(features.LINES, _addresses_of_lines(training, until), strict=True))
        addresses = [lines.get(name) or address_of(address, name) for name in names]
        return dict(zip(names, training.keep(KEPT, addresses, write, is_fitted=is_fitted), strict=True))

    files = keep(_NOT_COMPARED, is_fitted=True) | keep(_COMPARED, is_fitted=False)
    (row,) = table_of(files.pop(FIGURES)).to_pylist()
    stored = _StoredDay.from_state(model_file.state_from_bytes(row["figures"]))
    for day in stored.figures.learnt_on if stored.figures else ():
        training.kept(day)  # a file that no run asks for is deleted
    return CustomerDay(address, stored.figures, stored.measures, files)


def _addresses_of_lines(training: Training, until: date) -> list[str]:
    """Return the addresses of the files of `features.LINES` at the end of a day."""
    return [training.address(until, name) for name in features.LINES]


def _earlier_lines(training: Training, until: date) -> features.EarlierLines | None:
    """Return the lines of an earlier day, as an earlier run stored them."""
    stored = stored_before(training.tables, KEPT, until, partial(_addresses_of_lines, training))
    if stored is None:
        return None
    day, paths = stored
    return features.EarlierLines(day, dict(zip(features.LINES, paths, strict=True)))


def _write_day(training: Training, sold: pd.DataFrame, until: date, dated: date) -> Mapping[str, Path]:
    """Compute the customers of a day, and return their files."""
    folder = training.folder / f"day-{until}"
    folder.mkdir()
    unmatched = features.write_days(training.tables, until, folder, _earlier_lines(training, until))
    places = {name: folder / f"{name}.parquet" for name in ("days", "balances")}
    places["consent"] = training.folder / "consent.parquet"
    with local.opened({name: str(path) for name, path in places.items()}) as opened:
        days, path = opened["days"], folder / "customers.parquet"
        write_rows(features.known_histories(days, opened["consent"], opened["balances"], dated), path)
        customers, nobody = StoredRows([path]), folder / "nobody.parquet"
        if len(customers):
            now = known(days, customers, until, folder, dated)
            stored, made = _of_customers(training, now, sold, unmatched, dated)
        else:
            pq.write_table(pa.table({}), nobody)
            stored, made = _StoredDay(None, model_quality.of_orders(sold, days)), {}
    figures = folder / "figures.parquet"
    body = model_file.to_bytes(stored)
    pq.write_table(pa.table({"figures": pa.array([body], pa.binary())}), figures)
    lines = {name: folder / f"{name}.parquet" for name in features.LINES}
    return {**dict.fromkeys((POINTS, *TABLES), nobody), **lines, **made, FIGURES: figures}


def _of_customers(
    training: Training, now: Known, sold: pd.DataFrame, unmatched: Unmatched, dated: date
) -> tuple[_StoredDay, Mapping[str, Path]]:
    """Return the figures of customers, and the files of their rows."""
    days, until, clock = now.days, now.as_of, now.clock
    folder = training.folder / f"day-{until}"
    forecast = shop_total.weekly_forecast(sold, until)
    ahead = shop_total.with_forecast(now.ahead, days, sold, clock, forecast)
    learnt = models_in_charge(training, now, dated)
    models, leaving = learnt.aimed(ahead, now.points, folder)
    release_memory()
    past_year = year_trial.past_year(days, clock.first_on, until)
    yearly = year_trial.year_in_90_days(days, clock, until, past_year)
    path = folder / "expected.parquet"
    expected = customer_value.stored_outlook(models.value, now.points, leaving, yearly, path)
    spending = shop_total.ExpectedSpending(ahead, models.shares, expected.total(), forecast)
    figures = DayFigures(
        dated=dated,
        clock=clock,
        models=models,
        scale=expected.scale,
        fifths=rfm.fifths_of(now.customers.parts),
        is_year_tested=past_year is not None,
        drift=models.drift(now.some),
        learnt_on=sorted({models.learnt_on, scheduled(now, dated)}),
    )
    measures = [
        *models.measures,
        *model_quality.of_orders(sold, days),
        *model_quality.of_shop(clock, unmatched),
        model_quality.of_year(yearly, past_year),
        *model_quality.of_training(models.learnt_on, until, models.moved(now.some)),
        *shop_total.measures(days, sold, clock, spending, until),
    ]
    files = {POINTS: folder / "points.parquet"}
    for name, made in rows_of(figures, Customers(now.customers, now.points, leaving, expected)).items():
        files[name] = folder / f"{name}.parquet"
        shutil.move(made.path, files[name])
    return _StoredDay(figures, measures), files


def scheduled(now: Known, dated: date) -> date:
    """Return the day whose models score, unless customers have moved too far since."""
    return min(learnt_until(now.clock.first_on, dated, MAX_DAYS), now.as_of)


def models_in_charge(training: Training, now: Known, dated: date) -> LearntModels:
    """Return the models of the current period, or of the newest known day if customers moved too far."""
    models = training.models(scheduled(now, dated))
    if scheduled(now, dated) < now.as_of and models.are_outdated(now.some):
        return training.models(now.as_of)
    return models


@dataclass(frozen=True)
class Customers:
    """Customers on disk, in the order of their numbers.

    Attributes:
        histories: as `features.known_histories` gives them.
        points: as `origins.signals` gives them.
        leaving: the probability that each of them leaves.
        expected: the expectation of each of them.
    """

    histories: StoredRows
    points: StoredRows
    leaving: StoredRows
    expected: StoredOutlook


def rows_of(
    figures: DayFigures, some: Customers, stakes: npt.NDArray[np.float64] | None = None
) -> dict[str, RowsInFile]:
    """Return the rows of customers in each of `TABLES`.

    Args:
        stakes: the values at stake of all customers; None for those of `some`.
    """
    models, in_charge = figures.models, figures.models.churn_in_charge
    # Nobody is to be won back who sent back as much as was ordered.
    spent = some.histories.frame(["net_revenue"])["net_revenue"]
    has_kept = (spent > 0).fillna(value=True).to_numpy(dtype=bool)
    at_stake = some.expected.value_at_stake(in_charge.corrected) * has_kept
    return {
        "customer_segments": segments.table(
            some.histories,
            models.partition,
            some.leaving,
            in_charge,
            figures.fifths,
            knows_year_ago=figures.clock.first_on <= figures.dated - timedelta(days=364),
        ),
        "customer_lifetime_value": lifetime_value.table(
            models, some.histories, some.points, some.expected, is_year_tested=figures.is_year_tested
        ),
        "churn_risk": churn_risk.table(
            some.histories, some.points, in_charge, some.leaving, at_stake=at_stake, stakes=stakes
        ),
    }
