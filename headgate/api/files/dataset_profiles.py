from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, TypedDict

from headgate.api.cache import Cache
from headgate.api.files.declared_datasets import contract_of_dataset
from headgate.api.files.personal_values import without_values
from headgate.api.files.quality import profile_columns
from headgate.api.files.snapshot_profiles import SnapshotProfile, snapshot_profile, time_columns
from headgate.api.http.access import CallerIdentity, Group
from headgate.api.http.problems import invalid
from headgate.api.lake_ports import LakePorts, senders_of
from headgate.api.shapes.files import (
    Correlation,
    DatasetProfile,
    PeriodRows,
    RowsOverTimeShown,
    ValuesOfPeriod,
)
from headgate.lake.file_index import FileFilter, newest_first
from headgate.lake.states import FileState
from headgate.lineage.sources import increments_of
from headgate.snapshots.read_snapshots import newest_snapshot

if TYPE_CHECKING:
    from collections.abc import Iterable

    from headgate.contracts.model import Contract
    from headgate.profiling.rows_over_time import RowsOverTime
    from headgate.snapshots.snapshot import DatasetSnapshot

_NEWEST_FILES = 200
_MAX_COMPARED_FILES = 20  # each costs two requests
# By bucket and location of the snapshot, and the column of times.
_cache: Cache[tuple[str, str, str], SnapshotProfile] = Cache(50)


def dataset_profile(lake: LakePorts, caller: CallerIdentity, dataset: str, by: str = "") -> DatasetProfile:
    """Return the statistics of a dataset's newest snapshot, some of them of a sample if it has many rows.

    They have no columns before the first merge, and no values of personal data that the caller may not see.

    Args:
        by: the column of times by which its rows are counted; by default the one with the time of a row.
    """
    contract = contract_of_dataset(lake, dataset)
    personal = set() if caller.may(Group.PERSONAL_DATA) else set(contract.personal)
    times = tuple(name for name in time_columns(contract) if name not in personal)
    if by and by not in times:
        raise invalid(
            "query.time", "no_time", f"`time` is no column of times. Send one of: {', '.join(times)}."
        )
    newest = newest_snapshot(lake.objects, lake.bucket("curated"))
    if newest is None or dataset not in newest.datasets:
        return DatasetProfile(
            dataset=dataset,
            snapshot_id="",
            as_of="",
            latest_on="",
            rows=0,
            sampled_rows=0,
            columns=(),
            correlations=(),
        )
    of = newest.datasets[dataset]
    profile, sampled_rows, shown = _profile(lake, contract, of, by)
    over_time = None if shown.column in personal else shown.over_time
    columns = [column.as_dict() for column in profile.columns]
    return DatasetProfile(
        dataset=dataset,
        snapshot_id=of.snapshot_id,
        as_of=newest.as_of.isoformat(),
        time=shown.column,
        times=times,
        latest_on=shown.latest_on,
        later_rows=shown.later_rows,
        rows=of.rows,
        sampled_rows=sampled_rows,
        **_pending_rows(lake, of, dataset),
        columns=profile_columns(
            [without_values(column) if column["name"] in personal else column for column in columns]
        ),
        correlations=tuple(
            Correlation(left=pair["left"], right=pair["right"], r=float(pair["r"]))
            for pair in profile.correlations
            if not personal & {pair["left"], pair["right"]}
        ),
        over_time=_shown_over_time(over_time, personal) if over_time else None,
    )


def _shown_over_time(counted: RowsOverTime, hidden: set[str]) -> RowsOverTimeShown:
    shown = {name: periods for name, periods in counted.measures.items() if name not in hidden}
    return RowsOverTimeShown(
        column=counted.column,
        period=counted.period,
        points=tuple(
            PeriodRows(
                starts_on=day.isoformat(),
                rows=rows,
                measures={
                    name: ValuesOfPeriod(median=periods[day].median, total=periods[day].total)
                    for name, periods in shown.items()
                    if day in periods
                },
            )
            for day, rows in counted.rows
        ),
    )


class _PendingRows(TypedDict):
    """Accepted rows that no run has merged, and how many of them replace a row or change nothing."""

    pending_rows: int
    pending_replaced_rows: int | None
    pending_unchanged_rows: int | None


def _pending_rows(lake: LakePorts, of: DatasetSnapshot, dataset: str) -> _PendingRows:
    """Return the numbers of accepted rows of the newest files that no run has merged yet."""
    merged = set(increments_of(lake.objects, lake.bucket("curated"), of))
    if not merged:  # its list was deleted
        return {"pending_rows": 0, "pending_replaced_rows": None, "pending_unchanged_rows": None}
    newest = islice(
        newest_first(lake.files, FileFilter(dataset, FileState.DONE), _NEWEST_FILES), _NEWEST_FILES
    )
    pending = [
        record
        for record in newest
        if record.accepted and record.curated_key and record.curated_key not in merged
    ]
    senders, compared = senders_of(lake), pending if len(pending) <= _MAX_COMPARED_FILES else ()
    return {
        "pending_rows": sum(record.accepted for record in pending),
        "pending_replaced_rows": _sum_if_all(senders.replaced_rows(record.file_id) for record in compared),
        "pending_unchanged_rows": _sum_if_all(senders.unchanged_rows(record.file_id) for record in compared),
    }


def _sum_if_all(counts: Iterable[int | None]) -> int | None:
    """Return the sum of the counts; None without any, or if one is unknown. The others are not read then."""
    total = None
    for count in counts:
        if count is None:
            return None
        total = (total or 0) + count
    return total


def _profile(lake: LakePorts, contract: Contract, of: DatasetSnapshot, by: str) -> SnapshotProfile:
    key = (lake.bucket("curated"), of.location, by)
    if key not in _cache:
        _cache[key] = snapshot_profile(lake, contract, of, by)
    return _cache[key]
