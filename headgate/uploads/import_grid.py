"""The rows of an uploaded file for the import grid: cells as texts of the file, and flaws.

Two Arrow files are next to the result of a check. `rows.arrow` has all rows in batches of 1,000, to read a
page alone. `flawed.arrow` has the first 20,000 rejected rows and duplicates.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headgate.contracts.file_form import (
    BESIDE_PROPERTY,
    ENCODING_PROPERTY,
    HEADER_PROPERTY,
    NO_HEADER,
    QUOTES_PROPERTY,
    RECORDS_PROPERTY,
    SHEET_PROPERTY,
    WIDTHS_PROPERTY,
    QuoteUse,
    has_header,
)
from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.drafts.description_rows import count_description_rows
from headgate.errors import BadInputError
from headgate.formats.batches import Source, source_in_memory
from headgate.formats.blank_rows import MAX_NAMED, without_blank_rows
from headgate.formats.format_list import format_of
from headgate.formats.format_name import WORKBOOKS
from headgate.formats.json.json_records import holds_json
from headgate.formats.open_file import decompressed, open_batches, read_whole
from headgate.formats.read_table import sample_table, table_without_header_row
from headgate.formats.received_rows import Received
from headgate.lake.states import RAGGED_ROW, Disposition
from headgate.masking.redaction import redact
from headgate.matching.file_table import SAMPLE_ROWS, FileTable, as_text
from headgate.matching.header_names import made_up_name
from headgate.matching.match_header import count_known, with_headings
from headgate.uploads.column_readings import ColumnReadings, plain_facts, reading_facts
from headgate.uploads.doubtful_dates import LEFT_OUT, REFUSED, DoubtfulDates, first_future_dates
from headgate.uploads.file_currencies import FileCurrencies
from headgate.uploads.file_values import FileValues, refused_values
from headgate.uploads.own_columns import always_have_texts, own_columns, readable_source
from headgate.uploads.ragged_rows import in_columns
from headgate.uploads.row_numbers import RowNumbers
from headgate.uploads.totals_of_grid import drop_rows, lines_of_grid
from headgate.values.cells import NO_ROWS, Rows, int_array, numbers, text_array
from headgate.values.parquet_tables import table_of
from headgate.values.quoted_values import with_written_values

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from headgate.formats.unpack import UnpackedFile
    from headgate.lake.ports import ObjectRef, SnapshotObjects
    from headgate.uploads.edits import Edits

ROWS, FLAWED = "rows.arrow", "flawed.arrow"
BATCH_ROWS = 1_000
MAX_FLAWED = 20_000
_HIDDEN = "••••"
_HIDDEN_LIST = "[…]"
_INSIDE = " \N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK} "  # between a list and the list around it
_KINDS = {"errors": REFUSED, "duplicates": "duplicate", "left_out": "left_out"}
_IN_COLUMN = "column_"
_FORMAT_ROWS = 2_000
_AMOUNT = r"^-?[0-9]+[.,][0-9]*[1-9][0-9]*$"  # with a fraction that is not zero
_AMOUNT_SHARE = 0.5
_HEAD_BYTES = 1 << 16


@dataclass(frozen=True)
class OpenedFile:
    """A file that is read by columns without a contract.

    Attributes:
        names: the printable names of its columns.
        unreadable: the stored types of columns whose values have no text; such columns are empty.
        read_as: reads the rows of a workbook or of JSON again, with numbers and booleans in the formats of
            fields, by the name of the column; None for other files.
        is_as_declared: the file has no header, and its columns are in the order of a contract that declares
            this.
    """

    names: tuple[str, ...]
    source: Source
    headed: FileTable
    unreadable: Mapping[str, str] = field(default_factory=dict)
    read_as: Callable[[Mapping[str, Column]], Source] | None = None
    is_as_declared: bool = False

    @property
    def stored_types(self) -> dict[str, pa.DataType]:
        """The type of each column in the file."""
        return {name: column.type for name, column in zip(self.names, self.headed.columns, strict=True)}

    @property
    def is_read_by_gate(self) -> bool:
        """Whether the gate reads the file as it is: its names are in one row, and each value has a text."""
        has_names = self.headed.has_header or self.is_as_declared
        return has_names and not self.headed.two_row_sheet and not self.unreadable


def open_file(
    path: Path,
    folder: Path,
    contract: Contract | None,
    part: str,
    limit_bytes: int,
    *,
    beside: Sequence[str] = (),
) -> OpenedFile | None:
    """Open a local file with the gate's reader; None if it is not a table.

    The columns of a text without a header are named `column_1`, `column_2` and so on.

    Args:
        contract: helps to find the header, and may declare an encoding, quotes, widths or no header.
        part: the sheet of a workbook, or the list of records in JSON; empty for the first table.
        beside: the names of values beside the list, which are columns too.

    Raises:
        BadInputError: the file cannot be read.
    """
    unpacked = decompressed(path, folder, limit_bytes)
    is_json = is_json_file(unpacked.path)
    properties = _properties_of_part(contract, part, beside, is_json=is_json)
    probe = contract if contract and not part else Contract("", "", "source", "0", (), properties=properties)
    headed = sample_table(unpacked.path, probe)
    if headed is None and contract and not part and not has_header(contract):
        return _opened_as_declared(unpacked, folder, contract, properties)
    if other := _opened_without_header_row(unpacked, folder, probe, properties, headed):
        return other
    if headed is None:
        return None
    places = _places(len(headed.names))
    if headed.has_text_quotes:
        properties[QUOTES_PROPERTY] = QuoteUse.NONE.value
    stored = [column.type for column in headed.columns]
    own = own_columns(stored, with_lists=is_json and bool(part))

    def opened(columns: Sequence[Column]) -> Source:
        bare = Contract("", "", "source", "0", tuple(columns), properties=properties)
        return _source(unpacked, with_headings(bare, headed.names, places), folder)

    def read_as(typed: Mapping[str, Column]) -> Source:
        return opened(
            [
                replace(column, type=typed[name].type, format=typed[name].format) if name in typed else column
                for name, column in zip(headed.shown, own, strict=True)
            ]
        )

    if is_json or always_have_texts(stored):
        source = opened(own)
        has_numbers = is_json or source.written_as.get("format") in WORKBOOKS
        return OpenedFile(headed.shown, source, headed, read_as=read_as if has_numbers else None)
    source, unreadable = readable_source(own, opened)
    return OpenedFile(
        headed.shown, source, headed, {headed.shown[place]: str(stored[place]) for place in unreadable}
    )


def _properties_of_part(
    contract: Contract | None, part: str, beside: Sequence[str], *, is_json: bool
) -> dict[str, object]:
    """Return the properties of a contract by which a part of a file is read."""
    properties: dict[str, object] = {(RECORDS_PROPERTY if is_json else SHEET_PROPERTY): part} if part else {}
    if beside:
        properties[BESIDE_PROPERTY] = [*beside]
    own = contract.properties if contract else {}
    forms = (ENCODING_PROPERTY, QUOTES_PROPERTY, WIDTHS_PROPERTY)
    return properties | {name: own[name] for name in forms if name in own}


def _opened_as_declared(
    unpacked: UnpackedFile, folder: Path, contract: Contract, properties: Mapping[str, object]
) -> OpenedFile | None:
    """Open a file of a contract whose files have no header; None for a file that the gate refuses."""
    places = _places(len(contract.columns))
    try:
        source = _source(unpacked, _without_names(places, properties), folder)
        first = next(iter(source.batches()), None)
    except BadInputError:
        return None
    if first is None:
        return None
    names = tuple(made_up_name(place) for place in range(1, len(places) + 1))
    columns = tuple(first.cells[place].slice(0, SAMPLE_ROWS) for place in places)
    return OpenedFile(names, source, FileTable(names, columns, has_header=False), is_as_declared=True)


def _opened_without_header_row(
    unpacked: UnpackedFile,
    folder: Path,
    probe: Contract | None,
    properties: Mapping[str, object],
    headed: FileTable | None,
) -> OpenedFile | None:
    """Open a text without a header, or a sheet with names in two rows; None for any other file.

    Args:
        headed: the table by the row that the contract helps to find; None without one. A row with at most
            half of the contract's names may be one of two.
    """
    if headed and not (headed.sheets and probe and 2 * count_known(headed.names, probe) <= len(headed.names)):
        return None
    bare = Contract("", "", "source", "0", (), properties=dict(properties))
    table = table_without_header_row(unpacked.path, bare)
    if table is None:
        return None
    places = _places(len(table.names))
    if table.two_row_sheet:
        form = format_of(unpacked.path.read_bytes()).name
        cells = dict(zip(places, map(as_text, table.columns), strict=True))
        rows = np.arange(1, len(table.columns[0]) + 1)
        sheet = table.two_row_sheet
        received = Received(
            cells, rows, format_name=form, sheets=(sheet,), row_sheets=pa.repeat(sheet, len(rows))
        )
        return OpenedFile(table.shown, source_in_memory(received), table)
    return OpenedFile(table.shown, _source(unpacked, _without_names(places, properties), folder), table)


def _places(columns: int) -> tuple[str, ...]:
    return tuple(map(str, range(columns)))


def _without_names(places: Sequence[str], properties: Mapping[str, object]) -> Contract:
    """Return the contract by which a file without a header is read: texts, named by their places."""
    texts = tuple(Column(place, ColumnType(Kind.STRING)) for place in places)
    return Contract("", "", "source", "0", texts, properties={**properties, HEADER_PROPERTY: NO_HEADER})


def _source(unpacked: UnpackedFile, reading: Contract, folder: Path) -> Source:
    return open_batches(unpacked, reading, folder) or source_in_memory(read_whole(unpacked, reading))


def is_json_file(path: Path) -> bool:
    """Return whether an unpacked file begins like JSON."""
    with path.open("rb") as file:
        return holds_json(file.read(_HEAD_BYTES))


@dataclass(frozen=True)
class Flaws:
    """The rejected rows, each with a JSON object of its kind and its flaws.

    Attributes:
        by_column: refused cells by column of the file.
        by_cause: refused rows by column of the file (empty for the whole row) and rule.
    """

    rows: np.ndarray[Any, np.dtype[np.int64]]
    texts: pa.Array
    by_column: Mapping[str, int] = field(default_factory=dict)
    by_cause: Mapping[tuple[str, str], int] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        quarantine: bytes | None,
        column_of: Mapping[str, str],
        words: FlawWords | None = None,
    ) -> Flaws:
        """Return the flaws in a quarantine object, and the rows that are left out.

        Args:
            column_of: field of the contract → column of the file.
        """
        words = words or FlawWords()
        if quarantine is None:
            return cls(np.zeros(0, dtype=np.int64), text_array([])).with_left_out(words.numbers.left_out)
        table = table_of(
            quarantine, columns=["source_row", "disposition", "rule", "column_name", "reason", "all_rules"]
        )
        order = pc.sort_indices(table.column("source_row"))
        rows = table.take(order)
        sent = words.numbers.all_sent(numbers(rows.column("source_row").combine_chunks()))
        listed = rows.select(["disposition", "rule", "column_name", "reason", "all_rules"]).to_pylist()
        flaws = [
            _flaws(row, column_of, words.of(number, row), words.rules)
            for number, row in zip(sent.tolist(), listed, strict=True)
        ]
        refused = [each["flaws"] for each in flaws if each["kind"] == REFUSED]
        by_column = Counter(
            name for listed in refused for name in {column for column, _, _ in listed} if name
        )
        by_cause = Counter(
            cause for listed in refused for cause in {(column, rule) for column, rule, _ in listed}
        )
        texts = text_array(json.dumps(each, ensure_ascii=False) for each in flaws)
        return cls(sent, texts, by_column, by_cause).with_left_out(words.numbers.left_out)

    def with_left_out(self, left_out: Sequence[int]) -> Flaws:
        """Return the flaws with the rows that a person left out."""
        if not left_out:
            return self
        rows = np.concatenate([self.rows, np.array(sorted(set(left_out)), np.int64)])
        texts = [*self.texts.to_pylist(), *[LEFT_OUT] * (len(rows) - len(self.rows))]
        order = np.argsort(rows, kind="stable")
        return replace(self, rows=rows[order], texts=text_array(texts[place] for place in order))


@dataclass(frozen=True)
class FlawWords:
    """Texts for a rejected row instead of the gate's reason.

    Attributes:
        reasons: by field and the gate's reason.
        rules: by field and rule, for values that are not the first reason of their row.
        ragged: by row as sent.
        numbers: row numbers as sent.
        others: additions to the reason, by row.
        written: texts of the duplicate and of the kept row by row and title of a field.
    """

    reasons: Mapping[tuple[str, str], str] = field(default_factory=dict)
    rules: Mapping[tuple[str, str], str] = field(default_factory=dict)
    ragged: Mapping[int, str] = field(default_factory=dict)
    numbers: RowNumbers = field(default_factory=lambda: RowNumbers(()))
    others: Mapping[int, str] = field(default_factory=dict)
    written: Mapping[int, Mapping[str, tuple[str, str]]] = field(default_factory=dict)

    def of(self, number: int, row: Mapping[str, Any]) -> str:
        """Return the reason of a quarantined row by its number in the sent file."""
        reason = row["reason"] or ""
        if row["rule"] == RAGGED_ROW and number in self.ragged:
            return self.ragged[number]
        said = self.numbers.in_words(self.reasons.get((row["column_name"] or "", reason), reason))
        for title, (own, kept) in self.written.get(number, {}).items():
            said = with_written_values(said, title, own, kept)
        return f"{said} {self.others[number]}" if number in self.others else said


def _flaws(
    row: Mapping[str, Any],
    column_of: Mapping[str, str],
    reason: str,
    rules: Mapping[tuple[str, str], str],
) -> dict[str, Any]:
    first = (
        column_of.get(row["column_name"] or "", row["column_name"] or ""),
        row["rule"] or "",
        reason,
    )
    others = []
    for code in json.loads(row["all_rules"] or "[]"):
        rule, _, column = code.partition(":")
        if (rule, column) != (row["rule"] or "", row["column_name"] or ""):
            others.append((column_of.get(column, column), rule, rules.get((column, rule), "")))
    kind = "duplicate" if row["disposition"] == Disposition.DUPLICATE else REFUSED
    return {"kind": kind, "flaws": [first, *others]}


@dataclass(frozen=True)
class ColumnFacts:
    """Facts about columns of the file, by which they are shown.

    Attributes:
        hidden: columns whose values are not shown, because they may be sensitive.
        amounts: columns of fields with a currency.
        past: columns of fields that record the past, with the reason why a date in the future is doubtful.
        lists: columns of lists that are parts of their own, with the part; cells say how many records it has.
        declared: the field of columns of numbers, or of yes and no, for which the contract declares a format.
    """

    hidden: Collection[str] = frozenset()
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
        numbers: how many cells of each column have hidden numbers.
        blank: rows without a value, by batch.
        readings: the formats of the first values.
        descriptions: rows at the file's beginning that describe the columns.
    """

    currencies: FileCurrencies
    values: FileValues
    doubts: DoubtfulDates
    ragged: set[int] = field(default_factory=set)
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
        opened.names,
        rows,
        min(flawed, MAX_FLAWED),
        formats,
        opened.source.written_as,
        {**_to_come(readings, about.past), **seen.doubts.by_column},
        seen.currencies.by_column,
        dict(seen.numbers),
        lines.totals,
        lines.footer,
        seen.descriptions,
        len(blank),
        tuple(blank[:MAX_NAMED].tolist()),
        dict(flaws.by_column),
        seen.values.by_column,
        opened.headed.file_order,
        _causes(flaws),
        opened.unreadable,
        opened.headed.has_header,
        readings.facts_of_orders(),
        readings.local_times(opened.stored_types),
        refused_values(folder / FLAWED, opened.names, about.hidden),
        seen.currencies.shared_signs,
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
    """Return the format of nearly all values by column: the plain one only beside a declared one."""
    formats = {name: reading_facts(most) for name, most in readings.clear.items()}
    for name, field_ in declared.items():
        if name in readings.texts and not formats.get(name):
            formats[name] = plain_facts(readings.texts[name], field_)
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
        seen.ragged.update(batch.ragged.source_rows.tolist())
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
    """Return the cells without numbers of cards; in a column of amounts, those with a fraction are none.

    The gate and the audit have the same rule for numbers.
    """
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
    hidden = pc.if_else(pc.match_substring_regex(text, r"^[\[{]"), _HIDDEN_LIST, _HIDDEN)
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


@dataclass(frozen=True)
class GridPage:
    """A page of a grid: row numbers, cells and flaws."""

    total: int
    rows: tuple[tuple[int, tuple[str | None, ...], Mapping[str, Any] | None], ...]


def page_of(objects: SnapshotObjects, ref: ObjectRef, start: int, limit: int, total: int) -> GridPage:
    """Return `limit` rows from `start`, and read only their batches."""
    if start >= total:
        return GridPage(total, ())
    with objects.open(ref) as file:
        reader = pa.ipc.open_file(file)
        first, last = start // BATCH_ROWS, min(start + limit - 1, total - 1) // BATCH_ROWS
        table = pa.Table.from_batches(
            [reader.get_batch(place) for place in range(first, min(last + 1, reader.num_record_batches))]
        )
    return GridPage(total, _rows(table.slice(start - first * BATCH_ROWS, limit)))


def hidden(cells: Sequence[str | None]) -> tuple[str | None, ...]:
    """Return the cells of a row without texts; empty cells stay empty."""
    return tuple(cell and _HIDDEN for cell in cells)


def shown_columns(grid: Mapping[str, Any]) -> list[str]:
    """Return the columns by whose places rows are shown, from a check's facts of the grid.

    The file's columns are followed by those that steps made and that have refused cells.
    """
    with_causes = (cause["column"] for cause in grid.get("causes", ()) if cause["column"])
    return [*dict.fromkeys((*grid["columns"], *with_causes))]


def flawed_page(
    objects: SnapshotObjects, ref: ObjectRef, shown: tuple[str, Sequence[str]], start: int, limit: int
) -> GridPage:
    """Return the shown rows: the refused ones (`errors`), the duplicates (`duplicates`), those that are not
    committed (`left_out`), those that break one rule, or those with a refused cell in one of the file's
    columns (`column_1` is the first one; made ones follow), also by one rule (`column_1-type`).
    """
    show, columns = shown
    match = re.fullmatch(rf"{_IN_COLUMN}([1-9]\d{{0,4}})(?:-(\w+))?", show)
    place = int(match[1]) if match else 0
    column = columns[place - 1] if 0 < place <= len(columns) else None
    rule = (match[2] or "") if match else ""
    with objects.open(ref) as file:
        every = _rows(pa.ipc.open_file(file).read_all())
    rows = [row for row in every if _is_shown(row[2] or {}, show, column, rule)]
    return GridPage(len(rows), tuple(rows[start : start + limit]))


def _is_shown(flaws: Mapping[str, Any], show: str, column: str | None, rule: str) -> bool:
    if show in _KINDS:
        return bool(flaws.get("kind") == _KINDS[show])
    if column is not None:
        own = {code for name, code, _ in flaws.get("flaws", ()) if name == column}
        return flaws.get("kind") == REFUSED and (rule in own if rule else bool(own))
    return any(rule == show for _, rule, _ in flaws.get("flaws", ()))


def _rows(table: pa.Table) -> tuple[tuple[int, tuple[str | None, ...], Mapping[str, Any] | None], ...]:
    numbers_, *cells, flaws = (column.to_pylist() for column in table.columns)
    return tuple(
        (row, values, json.loads(flaw) if flaw else None)
        for row, values, flaw in zip(numbers_, zip(*cells, strict=True), flaws, strict=True)
    )
