"""Compute the profile of a snapshot: of all its rows, or of a sample with the exact figures of footers."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, TypeVar

from headgate.contracts.model import Column, Contract, Kind
from headgate.snapshots.read_snapshots import part_refs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    import pyarrow as pa
    import pyarrow.parquet as pq

    from headgate.api.lake_ports import LakePorts
    from headgate.lake.ports import ObjectRef
    from headgate.profiling.profile import Profile
    from headgate.profiling.rows_over_time import RowsOverTime
    from headgate.snapshots.snapshot import DatasetSnapshot

Of = TypeVar("Of")

# A request may take 30 seconds; one processor profiles three million numbers in a second, or a quarter as
# many texts.
MAX_READ_CELLS = 10_000_000
MAX_READ_BYTES = 64 << 20
_CELLS_OF_A_TEXT = 4
# Of this many independent rows a share is off by less than 0.5 percentage points in 99 of 100 samples. Rows
# of a few groups in the order of time are not independent: what changes with time is less exact.
SAMPLED_ROWS = 100_000
MAX_DECODED_CELLS = 60_000_000
MAX_TIMES = 5_000_000
_MAX_SAMPLED_GROUPS = 16
_PARTS_AT_ONCE = 8
_MAX_MEASURES = 12  # columns whose values are described by period


class TimesShown(NamedTuple):
    """The rows of a snapshot by a column of times, and the day of the last one, ISO 8601.

    Both are empty without such a column; no rows are counted without two periods.

    Attributes:
        later_rows: the number of rows after that day, which are not counted by period.
    """

    column: str = ""
    latest_on: str = ""
    over_time: RowsOverTime | None = None
    later_rows: int = 0


class SnapshotProfile(NamedTuple):
    """The profile of a snapshot, the number of rows that were read for it, and its rows over time."""

    profile: Profile
    sampled_rows: int
    times: TimesShown


class _RowGroup(NamedTuple):
    """A row group, by the position of its part in the snapshot and by its number in the part."""

    part: int
    number: int
    rows: int


def time_columns(contract: Contract) -> tuple[str, ...]:
    """Return the columns of times by which the rows of a snapshot can be shown."""
    from headgate.contracts.event_time import TIMES

    return tuple(
        column.name for column in contract.columns if column.type.kind in TIMES and column.mask is None
    )


def snapshot_profile(
    lake: LakePorts, contract: Contract, of: DatasetSnapshot, by: str = ""
) -> SnapshotProfile:
    """Return the profile of all rows if they are few enough to be read in a request, else of a sample.

    Args:
        by: the column of times by which rows are counted; by default the one with the time of a row.
    """
    from headgate.profiling.column_reader import EXACT_ROWS
    from headgate.values.parquet_tables import table_of

    parts = part_refs(lake.objects, lake.bucket("curated"), of)
    cells = of.rows * sum(_cells_of_a_value(column) for column in contract.columns)
    if of.rows <= EXACT_ROWS and cells <= MAX_READ_CELLS and of.size_bytes <= MAX_READ_BYTES:
        rows = _together([table_of(lake.objects.read(part)) for part in parts])
        profile = _profile_of_rows(lake, contract, rows)
        column = by or _time_of_rows(contract, rows, lake.now())
        latest_on = _latest_on(lake, contract, of, rows, column)
        times = _times_shown(rows, column, latest_on, _measures(profile))
        return SnapshotProfile(profile, rows.num_rows, times)
    return _sampled_profile(lake, contract, of, parts, by)


def _time_of_rows(contract: Contract, rows: pa.Table, now: datetime) -> str:
    """Return the column with the time of a row: the stated one, one of the key, or else by its values."""
    from headgate.contracts.event_time import declared_time, event_time
    from headgate.drafts.time_of_rows import likeliest_time

    time = event_time(contract)
    if time is None or time.column in contract.key or declared_time(contract):
        return time.column if time else ""
    own = [name for name in time_columns(contract) if name not in contract.order_by]
    times = {name: rows[name] for name in own if name in rows.column_names}
    return likeliest_time(times, now) or time.column


def _cells_of_a_value(column: Column) -> int:
    return _CELLS_OF_A_TEXT if column.type.kind is Kind.STRING else 1


def _sampled_profile(
    lake: LakePorts, contract: Contract, of: DatasetSnapshot, parts: list[ObjectRef], by: str
) -> SnapshotProfile:
    from headgate.contracts.event_time import event_time
    from headgate.profiling.part_sample import AllRows, bounds_of, of_all_rows, rows_to_draw

    time = event_time(contract)
    column = by or (time.column if time else "")
    footers = _of_each(parts, lambda part: _footer(lake, part))
    groups = [
        _RowGroup(at, number, footer.row_group(number).num_rows)
        for at, footer in enumerate(footers)
        for number in range(footer.num_row_groups)
    ]
    group_rows = [group.rows for group in groups]
    draws = rows_to_draw(group_rows, SAMPLED_ROWS, _most_groups(group_rows, len(contract.columns)))
    sample = _together(list(_drawn_rows(lake, parts, groups, draws)))
    every = AllRows(sum(group_rows), bounds_of(footers), sample.schema, contract.key)
    profile = of_all_rows(_profile_of_rows(lake, contract, sample, is_sample=True), every)
    moments = _times(lake, column, parts, every.rows)
    if moments is None:
        return SnapshotProfile(profile, sample.num_rows, TimesShown(column, "" if by else of.latest_on))
    latest_on = _latest_on(lake, contract, of, moments, column)
    return SnapshotProfile(profile, sample.num_rows, _times_shown(moments, column, latest_on))


def _most_groups(group_rows: list[int], columns: int) -> int:
    """Return how many row groups can be decoded in a request."""
    largest = max(group_rows, default=0) * columns
    return max(1, min(_MAX_SAMPLED_GROUPS, MAX_DECODED_CELLS // max(1, largest)))


def _drawn_rows(
    lake: LakePorts, parts: list[ObjectRef], groups: list[_RowGroup], draws: Mapping[int, int]
) -> Iterator[pa.Table]:
    """Yield the drawn rows of each row group; one group at a time is in memory."""
    import pyarrow.parquet as pq

    from headgate.profiling.part_sample import rows_of_part

    for part, positions in groupby(sorted(draws), key=lambda at: groups[at].part):
        with _opened(lake, parts[part]) as file, pq.ParquetFile(file) as parquet:
            for at in positions:
                rows = parquet.read_row_group(groups[at].number, use_threads=False)
                yield rows_of_part(rows, draws[at], at)


def _opened(lake: LakePorts, part: ObjectRef) -> BinaryIO:
    """Return a part as a file; a small one with a single request."""
    size = lake.objects.info(part).size_bytes
    return io.BytesIO(lake.objects.read(part)) if size <= MAX_READ_BYTES else lake.objects.open(part)


def _times(lake: LakePorts, column: str, parts: list[ObjectRef], rows: int) -> pa.Table | None:
    """Return the times of all events, of which a sample of few row groups has some periods only.

    None if they are too many, or if the snapshot has no such column.
    """
    import pyarrow.parquet as pq

    if not column or rows > MAX_TIMES:
        return None

    def times_of(part: ObjectRef) -> pa.Table:
        with lake.objects.open(part) as file, pq.ParquetFile(file) as parquet:
            # A part may be older than the column.
            names = [name for name in parquet.schema_arrow.names if name == column]
            return parquet.read(names, use_threads=False)

    read = [table for table in _of_each(parts, times_of) if table.num_columns]
    return _together(read) if read else None


def _measures(profile: Profile) -> list[str]:
    """Return the columns whose values are described by period."""
    from headgate.profiling.profile import is_measure

    return [column.name for column in profile.columns if is_measure(column)][:_MAX_MEASURES]


def _times_shown(
    rows: pa.Table, column: str, latest_on: date | None, measures: Iterable[str] = ()
) -> TimesShown:
    """Return the rows by a column of times, up to the day of the last event."""
    from headgate.profiling.rows_over_time import later_rows, rows_over_time

    if column not in rows.column_names:
        return TimesShown(column)
    columns = {name: rows[name] for name in measures if name in rows.column_names}
    return TimesShown(
        column,
        latest_on.isoformat() if latest_on else "",
        rows_over_time(column, rows[column], latest_on, columns),
        later_rows(rows[column], latest_on) if latest_on else 0,
    )


def _latest_on(
    lake: LakePorts, contract: Contract, of: DatasetSnapshot, rows: pa.Table, column: str
) -> date | None:
    """Return the last day of a column that is not in the future; None without one.

    Of the time of a row it is the day by the merge, which knows when each row was received. It counts where
    the column has it, because a snapshot may be older than the statement of the column.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    from headgate.contracts.event_time import event_time

    if column not in rows.column_names:
        return None
    time = event_time(contract)
    merged = of.latest_on if time and time.column == column else ""
    day = date.fromisoformat(merged) if merged else None
    days = rows[column].cast(pa.timestamp("us"), safe=False).cast(pa.date32(), safe=False)
    if day and pc.any(pc.equal(days, pa.scalar(day))).as_py():
        return day
    past = days.filter(pc.less_equal(days, pa.scalar((lake.now() + timedelta(days=1)).date())))
    return pc.max(past).as_py() or day


def _of_each(parts: list[ObjectRef], read: Callable[[ObjectRef], Of]) -> list[Of]:
    with ThreadPoolExecutor(_PARTS_AT_ONCE) as threads:
        return list(threads.map(read, parts))


def _footer(lake: LakePorts, part: ObjectRef) -> pq.FileMetaData:
    import pyarrow.parquet as pq

    with lake.objects.open(part) as file:
        return pq.read_metadata(file)


def _together(tables: list[pa.Table]) -> pa.Table:
    import pyarrow as pa

    return pa.concat_tables(tables, promote_options="default")


def _profile_of_rows(
    lake: LakePorts, contract: Contract, rows: pa.Table, *, is_sample: bool = False
) -> Profile:
    import pyarrow as pa

    from headgate.profiling.column_reader import Columns
    from headgate.profiling.profile import GatedFile, profile_of

    nothing_refused = Columns(pa.table({"all_rules": pa.array([], pa.string())}))
    accepted = Columns(_with_new_columns(contract, rows))
    return profile_of(
        GatedFile(contract, "", rows.num_rows, accepted, nothing_refused, lake.now(), is_sample=is_sample)
    )


def _with_new_columns(contract: Contract, rows: pa.Table) -> pa.Table:
    """Return the rows with empty columns where the contract has some that the snapshot does not have yet."""
    import pyarrow as pa

    from headgate.contracts.curated import masked_columns
    from headgate.contracts.types import arrow_type

    for column in (new for source in contract.columns for new in masked_columns(source)):
        if column.name not in rows.column_names:
            rows = rows.append_column(column.name, pa.nulls(rows.num_rows, arrow_type(column.type)))
    return rows
