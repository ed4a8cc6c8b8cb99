"""Notes on a sample's layout: its header, the lines above it, and sheets that are not read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.matching.header_names import showable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.formats.excel.displayed_cells import DisplayedCells
    from headgate.formats.received_rows import Received
    from headgate.matching.file_table import FileTable

_BY_LOOK = (
    "the first row is read as the header, because its texts look unlike those below. If it is a row, "
    "draft again with --no-header"
)
_KEPT = (
    "the file has no header: no row stands out as one, so the first row is kept as data. Replace "
    "column_1, column_2 … by names, in the "
    "file's order; if the first row holds the names, draft again with --header"
)

_TEXT_QUOTES = (
    "quotes are read as characters of the values, because some stand within values and none is needed to "
    "enclose one: the contract states headgate.quotes: none"
)
_PARTLY_QUOTED = (
    "quotes enclose some values of {columns} that do not need them, and are not part of these values. If "
    "they belong to them, state headgate.quotes: none in the contract"
)

_MERGED = (
    "in sheet {sheet} merged cells ({ranges}) have a value in their first cell only, and the others are read "
    "as empty. If each row should have it, unmerge them in Excel and fill the cells"
)
_PADDED = (
    "Excel shows {count:,} numbers of column {letters} in sheet {sheet} with leading zeros that the cells do "
    "not hold, and they are read without them. If the zeros belong to them, store the column as text"
)


def about_layout(table: FileTable | None, sample: Received) -> list[str]:
    """Return notes on the header and on the parts of the file that are not read.

    Args:
        table: the file as read without a contract; None for Parquet.
    """
    notes = _about_quotes(table) if table else []
    if table and not table.has_header:
        notes.append(_KEPT)
    elif table and table.is_header_by_look:
        notes.append(_BY_LOOK)
    if sample.dialect and sample.dialect.header_lines > 1:
        notes.append(
            f"the first {sample.dialect.header_lines} lines are read as the header, and the cells of "
            "each column are joined"
        )
    where, skipped = (
        ("above the header", sample.dialect.skipped_lines)
        if sample.dialect
        else ("beside the header", sample.skipped_lines)
    )
    if skipped:
        notes.append(
            f"{skipped:,} {'line' if skipped == 1 else 'lines'} {where} "
            f"{'is' if skipped == 1 else 'are'} counted as skipped and not read"
        )
    if sample.left_out:
        notes.append(
            f"of the workbook, {_in_series(sample.sheets)} {'is' if len(sample.sheets) == 1 else 'are'} "
            f"read, and these sheets are not: {', '.join(sample.left_out)}. "
            "--sheet NAME drafts from another"
        )
    elif len(sample.sheets) > 1:
        notes.append(
            f"the sheets {', '.join(sample.sheets)} are read as one table: --sheet NAME reads one of "
            "them alone"
        )
    if sample.sheet_column:
        notes.append(
            f"the column {sample.sheet_column} has the name of each row's sheet: --no-sheet-names leaves "
            "it out"
        )
    return notes


def _about_quotes(table: FileTable) -> list[str]:
    if table.has_text_quotes:
        return [_TEXT_QUOTES]
    if table.partly_quoted:
        columns = ", ".join(name if showable(name) else "a column" for name in table.partly_quoted)
        return [_PARTLY_QUOTED.format(columns=columns)]
    return []


def about_displayed(cells: Sequence[DisplayedCells]) -> list[str]:
    """Return notes on contents that Excel shows but a reader does not get."""
    merged = [_MERGED.format(sheet=each.sheet, ranges=_some(each.merged)) for each in cells if each.merged]
    padded = [
        _PADDED.format(sheet=each.sheet, count=count, letters=letters)
        for each in cells
        for letters, count in sorted(each.padded.items())
    ]
    return merged + padded


def _in_series(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _some(ranges: Sequence[str]) -> str:
    return f"{ranges[0]} and {len(ranges) - 1:,} more" if len(ranges) > 1 else ranges[0]
