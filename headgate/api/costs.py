"""What files and runs cost, as the API shows it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from headgate.api.shapes.costs import Costs
from headgate.costs.prices import Prices
from headgate.costs.report import cost_report
from headgate.lake.file_index import FileFilter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headgate.api.ports import Lake
    from headgate.lake.ports import FileRecord

_PAGE = 500
_SHOWN_RUNS = 10


def of_days(lake: Lake, days: int) -> Costs:
    """Return the cost of the files and runs of the last days, at AWS's list prices."""
    since = lake.now() - timedelta(days=days)
    records, runs = list(_received_since(lake, since.isoformat())), lake.job_runs(since=since)
    return Costs.model_validate({"days": days, **cost_report(records, runs, lake.runs.newest(_SHOWN_RUNS), Prices.load())})


def _received_since(lake: Lake, since: str) -> Iterator[FileRecord]:
    after = ""
    while True:
        page = lake.files.newest(_PAGE, after=after, where=FileFilter())
        for record in page.records:
            if record.received_at < since:
                return
            yield record
        after = page.after
        if not after:
            return
