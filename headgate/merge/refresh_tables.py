"""Refresh all tables of datasets between two runs: repeated until no row is new."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from headgate.errors import AuditError, ConflictError, ContractError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from headgate.merge.merge_lake import Merging

log = logging.getLogger(__name__)

MOST_PASSES = 30  # a job that never ends would hide that a run must merge


@dataclass
class RefreshedTables:
    """The rows of each table that was refreshed, and why others were not."""

    rows: dict[str, int] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)


def refresh_tables(
    merging: Callable[[], Merging], now: Callable[[], datetime], largest_bytes: int
) -> RefreshedTables:
    """Refresh every table until a pass over all of them finds nothing new.

    Files that arrive meanwhile start no further job. A table that does not hold its contract is left to the
    next run, which alerts people.

    Args:
        merging: makes the merge of one pass; its audit knows the increments of that moment.
        now: naive UTC.
    """
    refreshed = RefreshedTables()
    for _ in range(MOST_PASSES):
        merge_of_pass = merging()
        waiting = [dataset for dataset in merge_of_pass.contracts if dataset not in refreshed.failed]
        is_done = [_is_current(merge_of_pass, dataset, now, largest_bytes, refreshed) for dataset in waiting]
        if all(is_done):
            break
    return refreshed


def _is_current(
    merging: Merging,
    dataset: str,
    now: Callable[[], datetime],
    largest_bytes: int,
    refreshed: RefreshedTables,
) -> bool:
    """Refresh one table; return whether nothing was new."""
    try:
        snapshot = merging.refresh(dataset, now=now(), largest_bytes=largest_bytes)
    except (ConflictError, NotFoundError) as conflict:
        log.info("the table changed while it was refreshed", extra={"conflict": str(conflict)})
        return False
    except (AuditError, ContractError) as error:
        log.warning("table not refreshed", extra={"dataset": dataset, "cause": str(error)})
        refreshed.failed[dataset] = str(error)
        return True
    if snapshot:
        refreshed.rows[dataset] = snapshot.rows
    return snapshot is None
