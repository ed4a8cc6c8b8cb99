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

MAX_PASSES = 30  # an endless job would hide that a run must merge


@dataclass
class RefreshedTables:
    """The number of rows of refreshed tables, and the errors of other tables."""

    rows: dict[str, int] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)


def refresh_tables(
    merging: Callable[[], Merging], now: Callable[[], datetime], largest_bytes: int
) -> RefreshedTables:
    """Refresh all tables until a pass finds no new rows.

    Files that arrive in the meantime start no other job. Tables that violate their contract are left to the
    next run, which sends an alert.

    Args:
        merging: creates the merge of one pass, whose audit needs the current increments.
        now: naive UTC.
    """
    refreshed = RefreshedTables()
    for _ in range(MAX_PASSES):
        merge_of_pass = merging()
        datasets = [dataset for dataset in merge_of_pass.contracts if dataset not in refreshed.failed]
        is_current = [_refresh(merge_of_pass, dataset, now, largest_bytes, refreshed) for dataset in datasets]
        if all(is_current):
            break
    return refreshed


def _refresh(
    merging: Merging,
    dataset: str,
    now: Callable[[], datetime],
    largest_bytes: int,
    refreshed: RefreshedTables,
) -> bool:
    """Refresh one table; return whether no rows were new."""
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
