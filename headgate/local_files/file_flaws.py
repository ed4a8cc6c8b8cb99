"""Describe rows and values of a file that a person should look at, in sentences with their lines."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pyarrow as pa

from headgate.masking.redaction import redact_text
from headgate.profiling.arrays import repeated_rows
from headgate.values.cells import in_one_piece

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from headgate.local_files.profile_file import ProfiledFile
    from headgate.matching.file_table import FileTable

_ROWS = re.compile(r"\(rows: ([\d,]+)\)")
_MAX_NAMED = 3
_MAX_VALUE_LENGTH = 40
_TYPE_WORDS = {
    "int": "whole number",
    "decimal": "number",
    "float": "number",
    "bool": "yes or no",
    "date": "date",
    "timestamp": "time",
}


def file_flaws(profiled: ProfiledFile) -> list[str]:
    """Return the flaws of a file: sheets that were not read, broken or repeated rows, and invalid values."""
    table = profiled.table
    return [*_sheets(table), *_broken(table), *_blank(table), *_invalid(profiled), *_repeated(table)]


def _sheets(table: FileTable) -> Iterator[str]:
    if table.left_out:
        sheets, others = ", ".join(table.sheets), ", ".join(table.left_out)
        others = _ROWS.sub(_below_the_first, others)
        kind = "sheet" if len(table.sheets) == 1 else "sheets"
        read = f"The rows are those of the {kind} {sheets}."
        yield f"{read} Not read: {others}. --sheet NAME reads another one."


def _below_the_first(rows: re.Match[str]) -> str:
    return f"({_counted(max(0, int(rows[1].replace(',', '')) - 1), 'row')} below its first)"


def _broken(table: FileTable) -> Iterator[str]:
    if not table.broken_rows:
        return
    if table.text_rows is None:
        yield f"{_counted(table.broken_rows, 'row')} could not be read, and count in no figure of a column."
        return
    lines = [
        f"line {table.text_rows.line_of(number)} has {_counted(cells, 'cell')}"
        for number, cells in table.text_rows.broken
    ]
    rows = "1 row counts" if table.broken_rows == 1 else f"{table.broken_rows:,} rows count"
    yield f"{rows} in no figure of a column: {_listed(lines)}, where the others have {len(table.names)}."


def _blank(table: FileTable) -> Iterator[str]:
    rows = table.text_rows
    if rows is None or not rows.blank:
        return
    lines = [f"line {rows.line_of(number)}" for number in rows.blank[:_MAX_NAMED]]
    have = "1 row has" if len(rows.blank) == 1 else f"{len(rows.blank):,} rows have"
    yield f"{have} no value in any cell and {_is_no_data(rows.blank)}: {_listed(lines, len(rows.blank))}."


def _is_no_data(rows: Sequence[int]) -> str:
    return "is no data" if len(rows) == 1 else "are no data"


def _invalid(profiled: ProfiledFile) -> Iterator[str]:
    """Yield the values that are not of their column's type; possible secrets are masked."""
    columns = dict(
        zip((column.name for column in profiled.profile.columns), profiled.table.columns, strict=True)
    )
    for column in profiled.profile.columns:
        if column.invalid and not column.is_sensitive:
            places, texts = column.first_invalid, columns[column.name]
            values = [
                f"{_shown(str(texts[place].as_py()))} ({_place(profiled.table, place)})" for place in places
            ]
            verb = "value is" if column.invalid == 1 else "values are"
            kind = _TYPE_WORDS.get(column.type, column.type)
            yield f"{column.name}: {column.invalid:,} {verb} no {kind}: {_listed(values, column.invalid)}."


def _repeated(table: FileTable) -> Iterator[str]:
    if any(pa.types.is_nested(column.type) for column in table.columns):
        return  # values of lists and objects are not compared
    pairs = repeated_rows([in_one_piece(column) for column in table.columns])
    if not pairs:
        return
    repetitions = [
        f"{_place(table, place)} is the same as {_place(table, first)}" for place, first in pairs[:_MAX_NAMED]
    ]
    rows = "1 row repeats" if len(pairs) == 1 else f"{len(pairs):,} rows repeat"
    yield f"{rows} another one: {_listed(repetitions, len(pairs))}."


def _place(table: FileTable, place: int) -> str:
    rows = table.text_rows
    return f"row {place + 1:,}" if rows is None else f"line {rows.line_of(int(rows.numbers[place]))}"


def _shown(text: str) -> str:
    masked = redact_text(text)
    return f"“{masked}”" if len(masked) <= _MAX_VALUE_LENGTH else f"“{masked[:_MAX_VALUE_LENGTH]}…”"


def _listed(texts: Sequence[str], total: int | None = None) -> str:
    more = (total or len(texts)) - min(len(texts), _MAX_NAMED)
    return ", ".join(texts[:_MAX_NAMED]) + (f", and {more:,} more" if more > 0 else "")


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
