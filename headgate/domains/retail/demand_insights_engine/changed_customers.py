import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from headgate.contracts.registry import Registry
from headgate.domains.retail.demand_insights_engine import (
    churn_risk,
    customer_value,
    exported_model,
    features,
    origins,
)
from headgate.domains.retail.demand_insights_engine.customer_day import (
    POINTS,
    TABLES,
    CustomerDay,
    Customers,
    DayFigures,
    rows_of,
)
from headgate.domains.retail.demand_insights_engine.exported_model import ExportedCustomers
from headgate.engines import local
from headgate.engines.stored_rows import StoredRows
from headgate.engines.write_rows import write_batches, write_rows
from headgate.facts.fact import Tables
from headgate.systems.rows_in_file import OwnFolder, RowsInFile, unstamped_schema
from headgate.systems.rows_over_base import RowsOverBase

_ID = "customer_id"
_STAKE = "value_at_stake_gbp"


@dataclass(frozen=True)
class ChangedCustomers:
    """Customers whose rows differ from those of the day's beginning, and the files of their rows.

    Attributes:
        rows: by table; empty if there are no such customers.
        gone: a column of the customers who have no purchase left.
        exported: their signals and intervals; None without rows.
    """

    rows: Mapping[str, RowsInFile]
    gone: pa.Table
    exported: ExportedCustomers | None

    def over(self, day: CustomerDay) -> dict[str, RowsOverBase]:
        """Return each table: the rows of the day's beginning, with those of the changed customers."""
        return {name: self._over(name, day) for name in TABLES}

    def _over(self, name: str, day: CustomerDay) -> RowsOverBase:
        contract, folder = Registry.load().prod[name], OwnFolder()
        changed = folder.path / "changed.parquet"
        if name in self.rows:
            shutil.move(self.rows[name].path, changed)
        else:
            write_batches([], unstamped_schema(contract), changed)
        return RowsOverBase(contract, folder.link(day.files[name]), day.address, changed, folder, self.gone)


def changed_customers(tables: Tables, day: CustomerDay, until: date, folder: Path) -> ChangedCustomers:
    """Return the customers who bought or returned something on the newest day, or changed their consent.

    Args:
        day: its figures are those of at least one customer.
        until: the last day whose purchases are in the rows of `day`.
        folder: has `consent.parquet`, and receives further files.
    """
    figures = day.figures
    if figures is None:
        raise ValueError("Without customers there are no figures.")
    ids = _changed_ids(tables, day, (until, figures.dated), folder)
    if not ids.num_rows:
        return ChangedCustomers({}, ids, None)
    own = folder / "changed"
    own.mkdir()
    before = features.EarlierLines(until, {name: day.files[name] for name in features.LINES})
    features.write_days_since(tables, before, figures.dated, ids, own)
    places = {name: own / f"{name}.parquet" for name in ("days", "balances")}
    places["consent"] = folder / "consent.parquet"
    with local.opened({name: str(path) for name, path in places.items()}) as stored:
        described = features.known_histories(
            stored["days"], stored["consent"], stored["balances"], figures.dated
        )
        write_rows(described, path := own / "customers.parquet")
    histories = StoredRows([path])
    gone = ids.filter(pa.array(~np.isin(ids[_ID].to_numpy(), histories.column(_ID))))
    if not len(histories):
        return ChangedCustomers({}, gone, None)
    some = _scored(figures, histories, own)
    with pq.ParquetFile(day.files["churn_risk"]) as file:
        stakes = churn_risk.in_pennies(file.read([_STAKE], use_threads=False)[_STAKE])
    rows = rows_of(figures, some, stakes)
    values = StoredRows([rows["customer_lifetime_value"].path])
    return ChangedCustomers(rows, gone, ExportedCustomers.of(some.points, values))


def _changed_ids(tables: Tables, day: CustomerDay, days: tuple[date, date], folder: Path) -> pa.Table:
    """Return the numbers of the customers, in order."""
    bought = folder / "bought.parquet"
    write_rows(features.customers_between(tables, *days), bought)
    places = {"bought": bought, "consent": folder / "consent.parquet", "base": day.files["churn_risk"]}
    with local.opened({name: str(path) for name, path in places.items()}) as stored:
        base = stored["base"].select(_ID, opted_in="marketing_opt_in")
        joined = base.left_join(stored["consent"], _ID)
        decided = joined.filter(~joined.opted_in.identical_to(joined.marketing_opt_in)).select(_ID)
        changed: pa.Table = ibis.union(stored["bought"], decided, distinct=True).order_by(_ID).to_pyarrow()
    return changed


def _scored(figures: DayFigures, histories: StoredRows, folder: Path) -> Customers:
    """Return customers with what the day's models expect of them."""
    models = figures.models
    points = origins.describe_histories(
        histories.parts(origins.HISTORY), figures.clock, figures.dated, folder / "points.parquet"
    )
    leaving = churn_risk.leaving_of(models.churn, points, folder / "leaving.parquet")
    path = folder / "expected.parquet"
    scale = figures.scale
    expected = customer_value.stored_outlook(models.value, points, leaving, scale.yearly, path, scale=scale)
    return Customers(histories, points, leaving, expected)


def exported_customers(day: CustomerDay, changed: ChangedCustomers) -> tuple[ExportedCustomers, bool]:
    """Return the customers of an export, and whether they are all: of too many, some are compared only."""
    points, values = (StoredRows([day.files[name]]) for name in (POINTS, "customer_lifetime_value"))
    if len(points) > exported_model.MAX_CUSTOMERS:
        return ExportedCustomers.of(points, values, exported_model.CHECKED_ROWS), False
    base = ExportedCustomers.of(points, values)
    gone = changed.gone[_ID].to_numpy()
    return (changed.exported or base.first(0)).over(base, gone), True
