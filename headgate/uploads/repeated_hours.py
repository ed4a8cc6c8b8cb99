"""Local times in the hour that a change of clocks repeats: the order of the rows gives their offset.

The rule: the rows of a key without its time ascend in time. In the repeated hour their times ascend, fall
back once, and ascend again: those before the fall are summer time, the others standard time. The order says
nothing where the times do not fall back exactly once, or the rows around them do not ascend; such rows wait.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from headgate.contracts.model import Kind
from headgate.uploads.edited_rows import as_read, edited_columns, source_format_of
from headgate.uploads.edits import REPEATED_HOUR, Step
from headgate.uploads.proposed_steps import FieldStep
from headgate.uploads.ragged_rows import with_completed
from headgate.values.cast_declared import cast_column, without_nulls

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from headgate.contracts.model import Column
    from headgate.uploads.editing.edited_upload import EditedUpload

_ONCE = "This hour occurs twice that day. The rows have it once, so their order does not show which it is."
_NOT_ASCENDING = (
    "This hour occurs twice that day. As the times around it do not ascend, the order of the rows does not "
    "show which it is."
)


class _Time(NamedTuple):
    row: int
    local: datetime


@dataclass
class _Series:
    """The rows of a key without its time: the newest clear time, and the repeated times after it."""

    before: datetime | None = None
    repeated: list[_Time] = field(default_factory=list)


@dataclass
class HoursByOrder:
    """The times of a column in a repeated hour, by row as sent.

    Attributes:
        texts: with their offset, where the order of the rows says which it is.
        reasons: why it does not say that.
    """

    texts: dict[int, str] = field(default_factory=dict)
    reasons: dict[int, str] = field(default_factory=dict)

    def close(self, series: _Series, zone: ZoneInfo, after: datetime | None) -> None:
        """Decide the repeated times of a series, whose next clear time is `after`."""
        times = series.repeated
        if not times:
            return
        falls = [at for at in range(1, len(times)) if times[at].local <= times[at - 1].local]
        first, last = _instant(times[0].local, zone, 0), _instant(times[-1].local, zone, 1)
        ascend = (series.before is None or series.before < first) and (after is None or after > last)
        if len(falls) == 1 and ascend:
            self.texts |= {
                time.row: time.local.replace(tzinfo=zone, fold=int(at >= falls[0])).isoformat()
                for at, time in enumerate(times)
            }
        else:
            why = _ONCE if ascend and not falls else _NOT_ASCENDING
            self.reasons |= dict.fromkeys((time.row for time in times), why)
        series.repeated = []


def _hours_by_order(edited: EditedUpload, name: str, column: Column) -> HoursByOrder:
    """Return the times of a column in repeated hours; its field is of times in a zone."""
    hours = HoursByOrder()
    if edited.opened is None or column.format is None:
        return hours
    zone = ZoneInfo(column.format.timezone)
    every: dict[tuple[str | None, ...], _Series] = {}
    for row, key, clear, local in _rows(edited, name, column):
        series = every.setdefault(key, _Series())
        if local is not None and _is_repeated(local, zone):
            if series.repeated and local.date() != series.repeated[-1].local.date():
                hours.close(series, zone, _instant(local, zone, 0))
            series.repeated.append(_Time(row, local))
        elif clear is not None:
            hours.close(series, zone, clear)
            series.before = clear
    for series in every.values():
        hours.close(series, zone, None)
    return hours


def decided_hours(edited: EditedUpload) -> dict[str, HoursByOrder]:
    """Return the repeated times of the columns for which a person takes the order of the rows."""
    taken = _taken(edited)
    columns = _local_times(edited) if taken else {}
    return {name: _hours_by_order(edited, name, columns[name]) for name in taken if name in columns}


def hours_of_columns(edited: EditedUpload) -> dict[str, HoursByOrder]:
    """Return the repeated times of each column of times in a zone."""
    return {name: _hours_by_order(edited, name, column) for name, column in _local_times(edited).items()}


def proposed_hours(edited: EditedUpload, hours: Mapping[str, HoursByOrder]) -> tuple[FieldStep, ...]:
    """Return the steps that take the order of the rows where it decides the times of a repeated hour."""
    taken = _taken(edited)
    names = [name for name, of_column in hours.items() if of_column.texts and name not in taken]
    fields = edited.edits.columns
    return tuple(FieldStep(fields[name] or "", Step(REPEATED_HOUR, name)) for name in names)


def _taken(edited: EditedUpload) -> list[str]:
    return [step.column for step in edited.edits.steps if step.kind == REPEATED_HOUR]


def with_offsets(text: pa.Array, rows: Sequence[int], hours: HoursByOrder) -> pa.Array:
    """Return the texts of a batch with the times that are decided."""
    if not hours.texts:
        return text
    decided = pa.array([hours.texts.get(row) for row in rows], pa.string())
    return pc.coalesce(decided, text)


def _local_times(edited: EditedUpload) -> dict[str, Column]:
    """Return the columns with a field of times in a zone, as the file writes them."""
    if edited.contract is None:
        return {}
    fields = {name: edited.contract.column(each) for name, each in edited.edits.columns.items() if each}
    read = {}
    for name, each in fields.items():
        declared = source_format_of(edited.edits, each) or each.format
        if each.type.kind is Kind.TIMESTAMP and declared and declared.timezone:
            read[name] = as_read(each, declared)
    return {name: each for name, each in read.items() if each.type.kind is Kind.TIMESTAMP}


def _rows(
    edited: EditedUpload, name: str, column: Column
) -> Iterator[tuple[int, tuple[str | None, ...], datetime | None, datetime | None]]:
    """Yield each row that has a time: its number, its key without the time, its UTC if it is clear, else its
    local time.
    """
    opened, edits = edited.opened, edited.edits
    assert opened is not None  # noqa: S101 the caller has checked it
    assert edited.contract is not None  # noqa: S101
    assert column.format is not None  # noqa: S101
    column_of = {field: own for own, field in edits.columns.items() if field}
    keys = [column_of[each] for each in edited.contract.key if each in column_of and column_of[each] != name]
    local = replace(column, format=replace(column.format, timezone="UTC"))
    typed = {cell.row for cell in edits.cells}
    for received in opened.source.batches():
        batch = with_completed(received, typed, opened.source)
        columns = edited_columns(batch, opened.names, edits)
        text = without_nulls(column, columns[name])
        clear = cast_column(column, text).values
        others = cast_column(local, pc.if_else(clear.is_valid(), None, text)).values
        of_keys = [columns[each].to_pylist() for each in keys if each in columns]
        key_of = zip(*of_keys, strict=True) if of_keys else iter([()] * len(text))
        rows = zip(batch.source_rows.tolist(), key_of, clear.to_pylist(), others.to_pylist(), strict=True)
        yield from (row for row in rows if row[2] is not None or row[3] is not None)


def _is_repeated(local: datetime, zone: ZoneInfo) -> bool:
    first, second = (local.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
    return first is not None and second is not None and first > second


def _instant(local: datetime, zone: ZoneInfo, fold: int) -> datetime:
    offset = local.replace(tzinfo=zone, fold=fold).utcoffset()
    return local - (offset or timedelta())
