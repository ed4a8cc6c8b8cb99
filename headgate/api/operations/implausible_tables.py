"""Compare rows and days of published tables with their inputs."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from headgate.api.lake_ports import LakePorts, TableComparison
from headgate.contracts.event_time import NONE, PROPERTY, event_time
from headgate.contracts.followed_deletions import is_full
from headgate.errors import NotFoundError, ServiceError
from headgate.lake import keys
from headgate.lake.file_index import FileFilter, newest_first
from headgate.lake.ports import ROWS, TableVersion
from headgate.lake.states import FileState
from headgate.lineage.sources import increments_of
from headgate.merge.as_of import deciding_days
from headgate.snapshots.fresh_snapshots import FreshSnapshot
from headgate.snapshots.read_snapshots import newest_snapshot
from headgate.systems.rollback import HELD
from headgate.systems.up_to_date import AS_OF, INPUTS, READS, inputs_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from headgate.runs.start_or_postpone import Execution
    from headgate.snapshots.snapshot import DatasetSnapshot, LakeSnapshot

MAX_RECORDS = 10_000  # of the ledger, to add up accepted rows within the API's time limit
_PAGE_SIZE, _AT_ONCE = 500, 8
_AHEAD = timedelta(days=1)  # it is tomorrow in other time zones
_MAX_LAG = timedelta(days=31)  # of datasets that are sent once a month


def compare_tables(lake: LakePorts, run: Execution, built: Collection[str]) -> TableComparison:
    """Return the tables that do not match their inputs; a failure of a service is part of the result.

    Args:
        run: the newest run, which has succeeded; no run is in progress.
        built: the systems that it built or left unchanged. The run reports the others itself.
    """
    snapshot = newest_snapshot(lake.objects, lake.bucket("curated"))
    if snapshot is None:
        return TableComparison()
    try:
        merged = {name: of for name, of in snapshot.datasets.items() if name not in snapshot.failed}
        accepted, not_added_up = _accepted_rows(lake, merged, run)
        implausible = dict(
            [
                *_days(lake, snapshot),
                *_datasets(lake, merged, accepted),
                *_system_tables(lake, snapshot, built),
            ]
        )
    except ServiceError as error:
        return TableComparison(failure=str(error))
    return TableComparison(implausible, not_added_up)


def _days(lake: LakePorts, snapshot: LakeSnapshot) -> Iterator[tuple[str, str]]:
    """Yield datasets that move the day of all tables into the future, or that end long before it.

    Nothing is checked for a run whose day was given at its start.
    """
    latest = {name: of.latest_on for name, of in snapshot.datasets.items() if name in lake.contracts.curated}
    days = deciding_days(latest, lake.contracts.curated)
    leader = max(days, key=lambda name: days[name], default="")
    if not leader or days[leader] != snapshot.as_of:
        return
    column = event_time(lake.contracts.curated[leader]).column  # type: ignore[union-attr] # it decides the day
    newest = f"{lake.databases.curated}.{leader} order by {column} desc limit 10"
    shown = f'`headgate query "select * from {newest}"` shows its newest rows;'  # noqa: S608 a person runs it
    if days[leader] > lake.now().date() + _AHEAD:
        why = f"Expected no day after today, but `{column}` has {days[leader]}, the day of all tables."
        remedy = f"correct or undo their file, or declare the column of events as `{PROPERTY}`."
        yield leader, f"{why} {shown} {remedy}"
        return
    for name, day in days.items():
        if PROPERTY not in lake.contracts.curated[name].properties:
            continue  # its first date may be a date of birth
        if (missing := snapshot.as_of - day) > _MAX_LAG:
            why = (
                f"Expected days up to {snapshot.as_of}, the last day of {leader}, but it ends on {day}: "
                f"forecasts and trends lack {missing.days:,} days."
            )
            remedy = (
                f"Send the missing files; if {leader} is wrong, {shown} correct or undo their file; if "
                f"{name} has ended, declare `{PROPERTY}: {NONE}` in its contract."
            )
            yield name, f"{why} {remedy}"


def _datasets(
    lake: LakePorts, merged: Mapping[str, DatasetSnapshot], accepted: Mapping[str, int]
) -> Iterator[tuple[str, str]]:
    """Yield datasets whose table differs from the snapshot, or whose snapshot differs from its files."""
    shown = _shown(lake, lake.databases.curated, merged)
    for name, of in merged.items():
        rows = _rows(shown[name]) if name in shown else None
        replaces_rows = is_full(lake.contracts.curated.get(name))
        if rows is not None and rows not in {of.rows, _fresh_rows(lake, shown[name])}:
            why = f"Expected the {of.rows:,} rows of the newest snapshot, but the table has {rows:,}."
            yield name, f"{why} `headgate run` publishes it again."
        elif not replaces_rows and accepted.get(name, of.rows_in) != of.rows_in:
            why = (
                f"Expected the {accepted[name]:,} accepted rows of its files, but {of.rows_in:,} were merged."
            )
            remedy = (
                f"`headgate lineage {name}` lists the files; replay files without rows with "
                "`headgate quarantine replay`."
            )
            yield name, f"{why} {remedy}"


def _accepted_rows(
    lake: LakePorts, merged: Mapping[str, DatasetSnapshot], run: Execution
) -> tuple[dict[str, int], tuple[str, ...]]:
    """Return the number of accepted rows in the files of each dataset, and the datasets without a total.

    Read at most `MAX_RECORDS` records, once for all datasets, because the ledger's index is one list.
    """
    unread = {key: name for name, of in merged.items() for key in _increments(lake, of)}
    rows, processed_again = dict.fromkeys(unread.values(), 0), set()
    for record in islice(newest_first(lake.files, FileFilter(), _PAGE_SIZE), MAX_RECORDS if unread else 0):
        name = unread.pop(record.curated_key, "") if record.state is FileState.DONE else ""
        if name and record.finished_at > run.started_at.isoformat():
            processed_again.add(name)
        elif name:
            rows[name] += record.accepted
        if not unread:
            break
    not_added_up = processed_again.union(unread.values())
    totals = {name: accepted for name, accepted in rows.items() if name not in not_added_up}
    return totals, tuple(sorted(not_added_up))


def _increments(lake: LakePorts, of: DatasetSnapshot) -> list[str]:
    return [
        key
        for key in increments_of(lake.objects, lake.bucket("curated"), of)
        if keys.parse_increment_key(key)
    ]


def _system_tables(
    lake: LakePorts, snapshot: LakeSnapshot, built: Collection[str]
) -> Iterator[tuple[str, str]]:
    owned = {system: lake.contracts.tables_of(system) for system in sorted(built)}
    shown = _shown(lake, lake.databases.prod, [name for tables in owned.values() for name in tables])
    for system, tables in owned.items():
        of_system = {name: shown[name] for name in tables if name in shown}
        yield from _empty(system, of_system, snapshot)
        for name, table in of_system.items():
            if table.parameters.get(ROWS) is not None and (why := _outdated(system, table, snapshot)):
                yield name, why


def _empty(
    system: str, shown: Mapping[str, TableVersion], snapshot: LakeSnapshot
) -> Iterator[tuple[str, str]]:
    """Yield the tables of a system that is empty although its inputs are not, and tables never built."""
    read = {
        name
        for table in shown.values()
        for name in table.parameters.get(READS, "").split(",")
        if name in snapshot.datasets
    }
    rows_read = sum(snapshot.datasets[name].rows for name in read)
    is_empty = not any(_rows(table) for table in shown.values())
    for name, table in shown.items():
        if _rows(table) is None:
            why = f"Expected a table of {system}, but it was never built."
            yield name, f"{why} Deploy again, then `headgate run --only {system}`."
        elif is_empty and rows_read:
            why = (
                f"Expected rows, because {system} read {rows_read:,} rows ({', '.join(sorted(read))}), "
                "but all its tables are empty."
            )
            remedy = f"Check its models and options, deploy again, then `headgate run --only {system}`."
            yield name, f"{why} {remedy}"


def _outdated(system: str, table: TableVersion, snapshot: LakeSnapshot) -> str:
    """Return why a table is older than the newest snapshot; empty if it is not, or was rolled back."""
    facts, newest = table.parameters, snapshot.as_of.isoformat()
    inputs: Mapping[str, str] = json.loads(facts.get(INPUTS, "{}"))
    changed = [name for name, version in inputs_of(snapshot, inputs).items() if inputs[name] != version]
    if facts.get(HELD) or AS_OF not in facts:
        return ""
    remedy = f"`headgate run --only {system}` builds it again."
    if facts[AS_OF] != newest:
        return f"Expected the day of the newest data, {newest}, but the table is of {facts[AS_OF]}. {remedy}"
    if not changed:
        return ""
    return f"Expected the newest versions of {', '.join(changed)}, but it used older versions. {remedy}"


def _rows(table: TableVersion) -> int | None:
    """Return the number of rows in the catalog; None for a table that was never published."""
    return int(table.parameters[ROWS]) if ROWS in table.parameters else None


def _fresh_rows(lake: LakePorts, table: TableVersion) -> int | None:
    """Return the rows of a fresh snapshot that the dataset's table shows since the newest run, if any."""
    fresh = FreshSnapshot.read(lake.objects, lake.bucket("curated"), table.table)
    return fresh.snapshot.rows if fresh and fresh.is_shown_by(table) else None


def _shown(lake: LakePorts, database: str, tables: Iterable[str]) -> dict[str, TableVersion]:
    """Return the deployed tables of the catalog."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        versions = pool.map(partial(_current, lake, database), tables)
        return {version.table: version for version in versions if version}


def _current(lake: LakePorts, database: str, table: str) -> TableVersion | None:
    try:
        return lake.catalog.current(database, table)
    except NotFoundError:
        return None
