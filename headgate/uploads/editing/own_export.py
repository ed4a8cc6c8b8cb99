"""A file that the lake exported itself: its columns are the fields, by name or title, in plain form."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from headgate.contracts.model import NUMBERS, Column, Kind
from headgate.formats.format_name import FormatName
from headgate.matching.header_names import folded
from headgate.plain_names import title_of_name
from headgate.uploads.edits import APOSTROPHE, Edits, Step
from headgate.values.cast_declared import cast_column, without_nulls
from headgate.values.spreadsheet_text import has_apostrophe

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from headgate.contracts.model import Contract
    from headgate.uploads.grid.opened_file import OpenedFile

_OF_LAKE = {"_content_sha256", "_source_row"}  # in each row of a curated table, and in no file of a source
_UNIT = re.compile(r" \([^()]*\)$")  # behind the title of a workbook's column: `Weight (kg)`, `Updated (UTC)`
_IN_UTC = " (UTC)"
_PLAIN: dict[Kind, dict[str, Any]] = {
    **{kind: {"decimal": "."} for kind in NUMBERS},
    Kind.DATE: {"patterns": ["yyyy-MM-dd"]},
    Kind.TIMESTAMP: {"timezone": "UTC"},
    Kind.BOOLEAN: {"trueWords": ["true"], "falseWords": ["false"]},
}


def edits_of_export(edits: Edits, opened: OpenedFile | None, contract: Contract | None) -> Edits:
    """Return the edits that read an export of the dataset; those of other files are unchanged.

    A declared format is that of the files of the source, and an export has plain numbers, days and times in
    UTC. Columns that are no field stay out, and so does the apostrophe that a CSV export puts before texts
    such as `+44 20`. Exports of masked values are no file to send.

    The answer of a query has some of the columns, and the lake's own only where a person asked for them.
    """
    if opened is None or contract is None or contract.sensitive or edits.columns:
        return edits
    by_heading = _by_heading(contract)
    names = [
        by_heading.get(folded(name)) or by_heading.get(folded(_UNIT.sub("", name))) for name in opened.names
    ]
    if not {*names} >= _OF_LAKE and not _is_answer(opened, names, contract):
        return edits
    columns = {
        shown: name if name in contract.names else None
        for shown, name in zip(opened.names, names, strict=True)
    }
    fields = [contract.column(name) for name in columns.values() if name]
    formats = {field.name: _PLAIN[field.type.kind] for field in fields if _is_declared(field)}
    steps = tuple(Step(APOSTROPHE, name) for name in _with_apostrophes(opened, columns))
    return replace(edits, dataset=contract.dataset, columns=columns, formats=formats, steps=steps)


def _is_answer(opened: OpenedFile, names: Sequence[str | None], contract: Contract) -> bool:
    """Return whether a file with fields alone, the key among them, is written as an answer of a query.

    A heading of a workbook says that its times are in UTC. A CSV file has the names of the fields, and
    numbers or days in plain form that the declared format does not read.
    """
    fields = [contract.column(name) if name in contract.names else None for name in names]
    if None in fields or not contract.key or not {*contract.key} <= {*names}:
        return False
    columns = [
        (shown, field, sample)
        for shown, field, sample in zip(opened.names, fields, opened.headed.samples, strict=True)
        if field
    ]
    if opened.source.written_as.get("format") != FormatName.CSV:
        return any(
            shown.endswith(_IN_UTC) and field.type.kind is Kind.TIMESTAMP for shown, field, _ in columns
        )
    if any(shown != field.name for shown, field, _ in columns):
        return False
    declared = [
        (field, without_nulls(field, sample))
        for _, field, sample in columns
        if _is_declared(field) and field.type.kind in {*NUMBERS, Kind.DATE}
    ]
    are_plain = all(_reads(replace(field, format=None), sample) for field, sample in declared)
    return are_plain and not all(_reads(field, sample) for field, sample in declared)


def _reads(column: Column, text: pa.Array) -> bool:
    return bool(cast_column(column, text).values.null_count == text.null_count)


def _by_heading(contract: Contract) -> dict[str, str]:
    """Return the columns of an export by their names, as in CSV, and by their titles, as in a workbook."""
    titles = {column.name: column.label or title_of_name(column.name) for column in contract.columns}
    titles |= {name: title_of_name(name) for name in _OF_LAKE}
    return {folded(title): name for name, title in titles.items()} | {folded(name): name for name in titles}


def _is_declared(field: Column) -> bool:
    return field.format is not None and field.type.kind in _PLAIN


def _with_apostrophes(opened: OpenedFile, columns: Mapping[str, str | None]) -> Iterator[str]:
    """Yield the columns of a CSV export with a text behind the apostrophe that keeps it from being run."""
    if opened.source.written_as.get("format") != FormatName.CSV:
        return
    of_fields = {shown for shown, field in columns.items() if field}
    marked = {
        shown
        for batch in opened.source.batches()
        for shown, text in zip(opened.names, batch.cells.values(), strict=True)
        if shown in of_fields and pc.any(has_apostrophe(text)).as_py()
    }
    yield from (shown for shown in opened.names if shown in marked)
