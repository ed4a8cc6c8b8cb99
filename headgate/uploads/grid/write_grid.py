"""The rows of an uploaded file for the import grid: cells as texts of the file, and flaws.

Two Arrow files are next to the result of a check. `rows.arrow` has all rows in batches of 1,000, to read a
page alone. `flawed.arrow` has the first 20,000 rejected rows and duplicates.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headgate.contracts.hidden_values import words_of_rule
from headgate.drafts.description_rows import count_description_rows
from headgate.formats.blank_rows import MAX_NAMED, without_blank_rows
from headgate.masking.redaction import redact
from headgate.uploads.column_readings import ColumnReadings, plain_facts, reading_facts, trimmed_facts
from headgate.uploads.doubtful_dates import DoubtfulDates, first_future_dates
from headgate.uploads.file_currencies import FileCurrencies
from headgate.uploads.file_values import FileValues, refused_values
from headgate.uploads.grid.grid_pages import BATCH_ROWS, FLAWED, HIDDEN, ROWS
from headgate.uploads.ragged_rows import in_columns
from headgate.uploads.totals_of_grid import drop_rows, lines_of_grid
from headgate.values.cells import NO_ROWS, Rows, int_array, numbers, text_array

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from headgate.contracts.hidden_values import HiddenBy
    from headgate.contracts.model import Column
    from headgate.formats.batches import Source
    from headgate.formats.received_rows import Received
    from headgate.uploads.edits import Edits
    from headgate.uploads.grid.flaws import Flaws
    from headgate.uploads.grid.opened_file import OpenedFile

MAX_FLAWED = 20_000
_HIDDEN_LIST = "[…]"
_INSIDE = " \N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK} "  # between a list and the list around it
_FORMAT_ROWS = 2_000
_AMOUNT = r"^-?[0-9]+[.,][0-9]*[1-9][0-9]*$"  # with a fraction that is not zero
_AMOUNT_SHARE = 0.5


@dataclass(frozen=True)
class ColumnFacts:
    """Facts about columns of the file, by which they are shown.

    Attributes:
        hidden: columns whose values are not shown, because they may be sensitive, each with its rule.
        amounts: columns of fields with a currency.
        past: columns of fields that record the past, with the reason why a date in the future is doubtful.
        lists: columns of lists that are parts of their own, with the part; cells say how many records it has.
        declared: the field of columns of times, and of numbers or of yes and no with a declared format.
    """

    hidden: Mapping[str, HiddenBy] = field(default_factory=dict)
    amounts: Collection[str] = frozenset()
    past: Mapping[str, str] = field(default_factory=dict)
    lists: Mapping[str, str] = field(default_factory=dict)
    declared: Mapping[str, Column] = field(default_factory=dict)


@dataclass(frozen=True)
class WrittenGrid:
    """The facts of a grid, shown before its rows are read."""

    columns: tuple[str, ...]
    rows: int
    flawed: int
    formats: Mapping[str, Mapping[str, Any]]
    written_as: Mapping[str, str]
    to_come: Mapping[str, Mapping[str, Any]]
    currencies: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    hidden_numbers: Mapping[str, int] = field(default_factory=dict)
    hidden_because: Mapping[str, str] = field(default_factory=dict)
    totals: tuple[int, ...] = ()
    footer_rows: tuple[int, ...] = ()
    description_rows: tuple[int, ...] = ()
    blank: int = 0
    blank_rows: tuple[int, ...] = ()
    flawed_cells: Mapping[str, int] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    file_order: tuple[int, ...] = ()
    causes: tuple[Mapping[str, Any], ...] = ()
    unreadable: Mapping[str, str] = field(default_factory=dict)
    has_header: bool = True
    orders: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    local_times: tuple[str, ...] = ()
    refused_values: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    shared_signs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass
class _Seen:
    """Facts of the rows, which are gathered while they are read.

    Attributes:
        ragged: rows of another width.
        footer: those of them that the gate knows for lines below the last row.
        numbers: how many cells of each column have hidden numbers.
        blank: rows without a value, by batch.
        readings: the formats of the first values.
        descriptions: rows at the file's beginning that describe the columns.
    """

    currencies: FileCurrencies
    values: FileValues
    doubts: DoubtfulDates
    ragged: set[int] = field(default_factory=set)
    footer: set[int] = field(default_factory=set)
    numbers: Counter[str] = field(default_factory=Counter)
    blank: list[Rows] = field(default_factory=list)
    readings: ColumnReadings | None = None
    descriptions: tuple[int, ...] = ()

    @property
    def blank_rows(self) -> Rows:
        return np.concatenate([NO_ROWS, *self.blank])

    def add(self, batch: pa.Table, names: Sequence[str], hidden: Collection[str]) -> pa.Table:
        """Gather the facts of a batch, and return it with its doubtful dates among its flaws."""
        # Cells of ragged rows may be in wrong columns.
        whole = drop_rows(batch, np.array([*self.ragged], np.int64))
        shown = _shown_columns(names, whole, hidden)
        self.currencies.add(shown)
        self.values.add(numbers(whole.column("row").combine_chunks()), shown)
        if self.readings is None:
            self.readings = _readings(names, whole, hidden)
            self.descriptions = _description_rows(whole, shown)
        return self.doubts.added(batch, self.readings)


def write_grid(
    opened: OpenedFile, flaws: Flaws, about: ColumnFacts, folder: Path, edits: Edits
) -> WrittenGrid:
    """Write both files of the grid to `folder`."""
    schema = pa.schema(
        [
            ("row", pa.int64()),
            *((f"c{place}", pa.string()) for place in range(len(opened.names))),
            ("flaws", pa.string()),
        ]
    )
    seen = _Seen(FileCurrencies(about.amounts), FileValues(edits), DoubtfulDates(opened.names, about.past))
    batches = _batches(_tables(opened, flaws, about, schema, seen))
    rows, flawed = _write_rows(
        (seen.add(batch, opened.names, about.hidden) for batch in batches), schema, folder
    )
    readings = seen.readings or ColumnReadings()
    formats = _formats(readings, about.declared)
    blank = seen.blank_rows
    lines = lines_of_grid(folder / ROWS, opened.names, readings.clear, about.hidden, blank)
    return WrittenGrid(
        columns=opened.names,
        rows=rows,
        flawed=min(flawed, MAX_FLAWED),
        formats=formats,
        written_as=opened.source.written_as,
        to_come={**_to_come(readings, about.past), **seen.doubts.by_column},
        currencies=seen.currencies.by_column,
        hidden_numbers=dict(seen.numbers),
        hidden_because={
            name: words_of_rule(about.hidden[name]) for name in opened.names if name in about.hidden
        },
        totals=lines.totals,
        footer_rows=tuple(sorted({*lines.footer, *seen.footer})),
        description_rows=seen.descriptions,
        blank=len(blank),
        blank_rows=tuple(blank[:MAX_NAMED].tolist()),
        flawed_cells=dict(flaws.by_column),
        values=seen.values.by_column,
        file_order=opened.headed.file_order,
        causes=_causes(flaws),
        unreadable=opened.unreadable,
        has_header=opened.headed.has_header,
        orders=readings.facts_of_orders(),
        local_times=readings.local_times(opened.stored_types),
        refused_values=refused_values(folder / FLAWED, opened.names, about.hidden),
        shared_signs=seen.currencies.shared_signs,
    )


def _write_rows(tables: Iterator[pa.Table], schema: pa.Schema, folder: Path) -> tuple[int, int]:
    """Write all rows and the first flawed ones to `folder`; return how many were written of both."""
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    rows = flawed = 0
    with (
        pa.ipc.new_file(str(folder / ROWS), schema, options=options) as every,
        pa.ipc.new_file(str(folder / FLAWED), schema, options=options) as some,
    ):
        for table in tables:
            every.write_table(table)
            rows += table.num_rows
            if flawed < MAX_FLAWED and table.column("flaws").null_count < table.num_rows:
                refused = table.filter(pc.is_valid(table.column("flaws")))
                some.write_table(refused.combine_chunks())
                flawed += refused.num_rows
    return rows, flawed


def _description_rows(beginning: pa.Table, shown: Mapping[str, pa.Array]) -> tuple[int, ...]:
    """Return the source rows at the file's beginning that describe the columns."""
    rows = count_description_rows(shown.values())
    return tuple(int(row) for row in numbers(beginning.column("row").combine_chunks())[:rows])


def _readings(names: Sequence[str], beginning: pa.Table, hidden: Collection[str]) -> ColumnReadings:
    """Return the formats of the first values of each column that is shown."""
    first = beginning.slice(0, _FORMAT_ROWS)
    return ColumnReadings.of(_shown_columns(names, first, hidden))


def _formats(readings: ColumnReadings, declared: Mapping[str, Column]) -> dict[str, dict[str, Any]]:
    """Return the format of nearly all values by column: the plain one only beside a declared one.

    Columns without such a format, in which values have blanks around them, have texts to trim.
    """
    formats = {name: reading_facts(most) for name, most in readings.clear.items()}
    for name, field_ in declared.items():
        if name in readings.texts and not formats.get(name):
            formats[name] = plain_facts(readings.texts[name], field_)
    for name, values in readings.padded.items():
        formats[name] = formats.get(name) or trimmed_facts(values)
    return {name: facts for name, facts in formats.items() if facts}


def _to_come(readings: ColumnReadings, past: Collection[str]) -> dict[str, Mapping[str, Any]]:
    """Return the first dates that are in the future, by column of no field that records the past."""
    dates = {
        name: first_future_dates(readings.texts[name], most.reading)
        for name, most in readings.clear.items()
        if name not in past
    }
    return {name: facts for name, facts in dates.items() if facts}


def _causes(flaws: Flaws) -> tuple[Mapping[str, Any], ...]:
    """Return the number of refused rows by column and rule, largest first."""
    causes = sorted(flaws.by_cause.items(), key=lambda each: (-each[1], each[0]))
    return tuple({"column": column, "rule": rule, "rows": rows} for (column, rule), rows in causes)


def _shown_columns(names: Sequence[str], table: pa.Table, hidden: Collection[str]) -> dict[str, pa.Array]:
    columns = zip(names, table.columns[1:-1], strict=True)
    return {name: column.combine_chunks() for name, column in columns if name not in hidden}


def _batches(tables: Iterator[pa.Table]) -> Iterator[pa.Table]:
    """Yield the rows in tables of BATCH_ROWS, except the last one."""
    left: pa.Table | None = None
    for table in tables:
        rows = table if left is None else pa.concat_tables([left, table])
        full = rows.num_rows - rows.num_rows % BATCH_ROWS
        for start in range(0, full, BATCH_ROWS):
            yield rows.slice(start, BATCH_ROWS).combine_chunks()
        left = rows.slice(full)
    if left is not None and left.num_rows:
        yield left.combine_chunks()


def _tables(
    opened: OpenedFile,
    flaws: Flaws,
    about: ColumnFacts,
    schema: pa.Schema,
    seen: _Seen,
) -> Iterator[pa.Table]:
    written_as = opened.source.written_as
    for batch in opened.source.batches():
        ragged = batch.ragged.source_rows.tolist()
        seen.ragged.update(ragged)
        seen.footer.update(ragged[len(ragged) - batch.ragged.footer :])
        seen.blank.append(without_blank_rows(batch, written_as).blank)
        shown = {name: _redacted(text) for name, text in zip(opened.names, batch.cells.values(), strict=True)}
        for name, text in zip(opened.names, batch.cells.values(), strict=True):
            if many := _changed(text, shown[name]):
                seen.numbers[name] += many
        cells = [_as_shown(name, text, about) for name, text in shown.items()]
        table = pa.table(
            [int_array(batch.source_rows), *cells, _of_rows(flaws, batch.source_rows)], schema=schema
        )
        yield _with_ragged(table, batch, opened.source, flaws)


def _redacted(text: pa.Array) -> pa.Array:
    """Return the cells without numbers of cards; in a column of amounts, those with a fraction are none."""
    redacted = redact(text)
    if redacted is text:
        return text
    are_amounts = pc.match_substring_regex(text, _AMOUNT)
    share = pc.mean(are_amounts.drop_null()).as_py() or 0.0
    return pc.if_else(are_amounts, text, redacted) if share >= _AMOUNT_SHARE else redacted


def _changed(text: pa.Array, shown: pa.Array) -> int:
    """Return the number of cells in which a marker replaces a number."""
    return 0 if text is shown else int(pc.sum(pc.not_equal(text, shown)).as_py() or 0)


def _as_shown(name: str, text: pa.Array, about: ColumnFacts) -> pa.Array:
    """Return the texts of a column; a list that is a part of its own shows its size and that part."""
    if part := about.lists.get(name):
        return text_array(cell and _size_of(cell, part) for cell in text.to_pylist())
    return _hide(text) if name in about.hidden else text


def _size_of(cell: str, part: str) -> str:
    try:
        records = json.loads(cell)
    except ValueError:  # redaction may leave a text that is not JSON
        return _HIDDEN_LIST
    if not isinstance(records, list):
        return _HIDDEN_LIST
    size = len(records)
    return f"{size:,} record{'' if size == 1 else 's'}, see {part.replace('.', _INSIDE)}"


def _hide(text: pa.Array) -> pa.Array:
    """Return the cells without texts: empty cells stay empty, and lists or objects are shown as such."""
    hidden = pc.if_else(pc.match_substring_regex(text, r"^[\[{]"), _HIDDEN_LIST, HIDDEN)
    return pc.if_else(text.is_valid(), hidden, text)


def _of_rows(flaws: Flaws, rows: np.ndarray[Any, np.dtype[np.int64]]) -> pa.Array:
    if not len(flaws.rows):
        return pa.nulls(len(rows), pa.string())
    place = np.minimum(np.searchsorted(flaws.rows, rows), len(flaws.rows) - 1)
    return flaws.texts.take(int_array(place, nulls=flaws.rows[place] != rows))


def _with_ragged(table: pa.Table, batch: Received, source: Source, flaws: Flaws) -> pa.Table:
    """Return the rows with ragged rows, whose cells are filled from the left."""
    rows, schema = batch.ragged.source_rows, table.schema
    if not len(rows):
        return table
    width = len(schema) - 2
    by_row = [
        in_columns(text, width, source.written_as) if cells else [text, *[None] * (width - 1)]
        for text, cells in zip(batch.ragged.texts, batch.ragged.widths, strict=True)
    ]
    cells = [redact(text_array(column)) for column in zip(*by_row, strict=True)]
    ragged = pa.table([int_array(rows), *cells, _of_rows(flaws, rows)], schema=schema)
    return pa.concat_tables([table, ragged]).sort_by("row")
