"""Answers as the lines of a mail."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from headgate.plain_names import capitalised
from headgate.reports.answer_words import answer_in_words, folded_words, is_folded, is_number, is_shown
from headgate.reports.numbers import figure
from headgate.reports.open_periods import time_column
from headgate.systems.panels import ACTION

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.api.shapes.dashboards import Panel
    from headgate.api.shapes.tables import QueryRows
    from headgate.reports.answer_words import ColumnWords

MAX_ROWS = 20
_MAX_CELL_LENGTH = 40

Record = dict[str, Any]


def panel_lines(panel: Panel, page: QueryRows, words: ColumnWords, *, has_action: bool = True) -> list[str]:
    """Return the answer of a panel in words, its question, the figure or the rows, and the action.

    A panel that a person took from another dashboard has no action: it may refer to the other panels there.
    """
    records = answer_records(page)
    nothing = "" if records else panel.nothing
    title = nothing or answer_in_words(panel.answer, records, words.units) or panel.question
    lines = [f"\n{title}", *([] if title == panel.question else [panel.question])]
    if nothing:
        return lines
    shown = _figure_lines(panel, records) if panel.kind == "kpi" else _chart_rows(panel, records, words, page)
    return [*lines, *shown, *(_action_lines(panel, records) if has_action else [])]


def _figure_lines(panel: Panel, records: Sequence[Record]) -> list[str]:
    row = next(iter(records), {})
    before = row.get("before") if panel.before_label else None
    compared = [] if before is None else [f"{figure(before, panel.unit)} {panel.before_label}"]
    return [figure(row.get("value"), panel.unit), *compared]


def _action_lines(panel: Panel, records: Sequence[Record]) -> list[str]:
    """Return what to do; nothing for a figure without a value."""
    row = next(iter(records), {})
    if panel.kind == "kpi" and row.get("value") is None:
        return []
    action = row.get(ACTION) or panel.action
    return [f"To do: {action}"] if action else []


def _chart_rows(panel: Panel, records: Sequence[Record], words: ColumnWords, page: QueryRows) -> list[str]:
    """Return a table of the rows that say most: the periods ahead of a forecast, the newest of a line."""
    if panel.kind == "fan" and panel.y:
        ahead = [row for row in records if row.get(panel.y[-1]) is not None]
        return _table_in_words(ahead or records, words)
    if panel.kind == "line" and len(records) > MAX_ROWS:
        return [
            *_table_in_words(records[-MAX_ROWS:], words),
            f"The last {MAX_ROWS} of {len(records):,} rows.",
        ]
    return _table_in_words(records, words, has_more=bool(page.next_cursor))


def _table_in_words(records: Sequence[Record], words: ColumnWords, *, has_more: bool = False) -> list[str]:
    """Return a table for people, without columns that have no value or only fill a title."""
    rows, folded = [row for row in records if not is_folded(row)], folded_words(records)
    shown = [
        {
            name: value
            for name, value in row.items()
            if is_shown(name) and any(other[name] is not None for other in rows)
        }
        for row in rows
    ]
    table = [] if folded and not rows else _table(shown, words, has_more=has_more)
    return [*table, *([folded] if folded else [])]


def table_lines(page: QueryRows, words: ColumnWords) -> list[str]:
    """Return the rows of a mail as a table with all columns, as the page Query has them, and how many."""
    records = answer_records(page)
    if len(records) <= MAX_ROWS or not _is_ascending(records):
        return _table(records, words, has_more=bool(page.next_cursor))
    many = (
        f"The first {MAX_ROWS} of more than {len(records):,} rows, the oldest first. Later rows never come "
        "into this mail: write ORDER BY with DESC in the statement."
        if page.next_cursor
        else f"The last {MAX_ROWS} of {len(records):,} rows."
    )
    return [*_table(mailed_records(page), words), many]


def mailed_records(page: QueryRows) -> Sequence[Record]:
    """Return the rows that `table_lines` writes: of rows in the order of time the newest, if it can."""
    records = answer_records(page)
    is_newest = not page.next_cursor and _is_ascending(records)
    return records[-MAX_ROWS:] if is_newest else records[:MAX_ROWS]


def _is_ascending(records: Sequence[Record]) -> bool:
    """Return whether the rows are in the order of their time, so that the newest are the last."""
    column = time_column(records)
    times = [str(row[column]) for row in records] if column else []
    return bool(times) and times[0] < times[-1] and times == sorted(times)


def answer_records(page: QueryRows) -> list[Record]:
    """Return the rows by column, with decimals as numbers; the API writes them as texts."""
    decimals = {column.name for column in page.columns if column.type.startswith("decimal")}
    names = [column.name for column in page.columns]
    return [
        {
            name: Decimal(cell) if name in decimals and isinstance(cell, str) else cell
            for name, cell in zip(names, row, strict=True)
        }
        for row in page.rows
    ]


def _table(records: Sequence[Record], words: ColumnWords, *, has_more: bool = False) -> list[str]:
    """Return the first rows as a table of text, and of how many they are; the answer may have more rows."""
    if not records:
        return ["No row."]
    headings = Counter(words.heading(name) for name in records[0])
    columns = []
    for name in records[0]:
        every = [row[name] for row in records]
        heading = words.heading(name)
        title = heading if headings[heading] == 1 else capitalised(name.replace("_", " "))
        cells = [*map(_shortened, words.texts(name, every[:MAX_ROWS], every))]
        columns.append(_column(title, cells, is_number=is_number(name, every[:MAX_ROWS])))
    lines = ["  ".join(cells).rstrip() for cells in zip(*columns, strict=True)]
    many = f"{'more than ' if has_more else ''}{len(records):,}"
    return [*lines, f"The first {MAX_ROWS} of {many} rows."] if len(records) > MAX_ROWS else lines


def _column(heading: str, texts: Sequence[str], *, is_number: bool) -> list[str]:
    """Return the heading and the cells of a column, all as wide: numbers end below each other."""
    cells = [heading, *texts]
    width = max(map(len, cells))
    return [cell.rjust(width) if is_number else cell.ljust(width) for cell in cells]


def _shortened(text: str) -> str:
    return text if len(text) <= _MAX_CELL_LENGTH else f"{text[: _MAX_CELL_LENGTH - 1]}…"
