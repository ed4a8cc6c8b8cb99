from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from headgate.api.shapes.costs import Costs
from headgate.costs.price_list import Prices
from headgate.costs.report import cost_report
from headgate.lake.file_index import received_since

if TYPE_CHECKING:
    from headgate.api.lake_ports import LakePorts

_SHOWN_RUNS = 10


def of_days(lake: LakePorts, days: int) -> Costs:
    """Return the cost of the files and runs of the last days, at AWS's list prices."""
    since = lake.now() - timedelta(days=days)
    records, runs = list(received_since(lake.files, since)), lake.job_runs(since=since)
    return Costs.model_validate(
        {"days": days, **cost_report(records, runs, lake.runs.newest(_SHOWN_RUNS), Prices.load())}
    )
