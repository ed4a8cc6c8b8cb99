"""Answers as the lines of a mail."""

from __future__ import annotations

import re
from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from headgate.contracts.currency import SHARES
from headgate.contracts.source_format import SHOWN_AS_DURATION
from headgate.plain_names import capitalised
from headgate.reports.answer_words import (
    action_words,
    answer_in_words,
    folded_words,
    is_folded,
    is_number,
    is_shown,
)
from headgate.reports.mail_periods import (
    MAX_ROWS,
    is_ascending,
    is_descending,
    is_over_time,
    newest_words,
    periods_of,
    rows_of_newest_periods,
    so_far_words,
)
from headgate.reports.mail_tables import TextColumn, text_table
from headgate.reports.numbers import currency_of, figure
from headgate.reports.open_periods import open_period
from headgate.reports.statement_words import StatementWords

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from headgate.api.shapes.dashboards import Panel
    from headgate.api.shapes.tables import QueryRows
    from headgate.reports.answer_words import ColumnWords

_MAX_SHORT_UNIT = 5
_UNITS_OF_A_FIGURE = SHARES | {"percent", "score", "rank", SHOWN_AS_DURATION}
_TIME_UNITS = frozenset({"days", "weeks", "months", "hours", "minutes", "seconds"})
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T(?!00:00(:00(\.0+)?)?$)\d{2}:\d{2}.*")

MAX_SHORT_ROWS = 3
MAX_SHORT_COLUMNS = 4

Record = dict[str, Any]


def panel_lines(
    panel: Panel,
    page: QueryRows,
    words: ColumnWords,
    *,
    has_action: bool = True,
    as_of: date | None = None,
    is_short: bool = False,
    most: int = MAX_ROWS,
) -> list[str]:
    """Return the question of a panel with its figure, the answer in words, the rows, and the action.

    Args:
        has_action: False for a panel that a person took from another dashboard: its action may refer to the
            other panels there.
        as_of: the last day of the data, which decides whether the newest period of a line is over.
        is_short: whether a table has few rows and columns, as in a mail of many panels.
        most: the rows of another table.
    """
    records = answer_records(page)
    if panel.nothing and not records:
        return [f"\n{panel.question}", panel.nothing]
    is_figure, is_named = panel.kind == "kpi", _has_named_figure(records, words)
    shown = _figure_lines(panel, records) if is_figure and is_named else [panel.question]
    if is_figure and not is_named and (figures := _figures_of_row(records, words)):
        shown = [f"{panel.question} {figures[0][1]}"] if len(figures) == 1 else shown + _described(figures)
        is_named = True
    answer = answer_in_words(panel.answer, records, words.units)
    rows = list[str]()
    if not (is_figure and is_named):
        rows = _short_rows(panel, page, words) if is_short else _chart_rows(panel, page, words, as_of, most)
    lines = [*shown, *([answer] if answer and answer != panel.question else []), *rows]
    return [f"\n{lines[0]}", *lines[1:], *(_action_lines(panel, records, words) if has_action else [])]


def _figure_lines(panel: Panel, records: Sequence[Record]) -> list[str]:
    """Return the question with its figure, and the figure with which it is compared."""
    row = next(iter(records), {})
    before = row.get("before") if panel.before_label else None
    compared = [] if before is None else [f"{figure(before, panel.unit)} {panel.before_label}"]
    return [f"{panel.question} {figure(row.get('value'), panel.unit)}", *compared]


def _has_named_figure(records: Sequence[Record], words: ColumnWords) -> bool:
    """Return whether a figure is in the column `value`, as in each statement that no person wrote."""
    return not isinstance(words, StatementWords) or not records or "before" in records[0]


def _figures_of_row(records: Sequence[Record], words: ColumnWords) -> list[tuple[str, str]]:
    """Return headings and figures of the only row of a statement; none if it is no row of numbers."""
    if len(records) != 1:
        return []
    (row,) = records
    if not all(value is None or is_number(name, [value]) for name, value in row.items()):
        return []
    return [(words.heading(name), words.texts(name, [value])[0]) for name, value in row.items()]


def _described(figures: Sequence[tuple[str, str]]) -> list[str]:
    return [f"{title}: {text}" for title, text in figures]


def _action_lines(panel: Panel, records: Sequence[Record], words: ColumnWords) -> list[str]:
    """Return what to do; nothing for a figure without a value."""
    row = next(iter(records), {})
    if panel.kind == "kpi" and row.get("value") is None:
        return []
    action = action_words(panel.action, records, words.units)
    return [f"To do: {action}"] if action else []


def _chart_rows(
    panel: Panel, page: QueryRows, words: ColumnWords, as_of: date | None, most: int
) -> list[str]:
    """Return a table of the rows that say most, and of how many they are."""
    records, rows = answer_records(page), panel_records(panel, page, as_of, most)
    if panel.kind == "fan" or len(rows) == len(records):
        return _table_in_words(rows, words, has_more=bool(page.next_cursor), most=most)
    return [*_table_in_words(rows, words, is_cut=False), _cut_words(page, rows, panel.x, as_of, most)]


def _short_rows(panel: Panel, page: QueryRows, words: ColumnWords) -> list[str]:
    """Return a table of the first or newest rows with the columns of the chart first, and of how many."""
    records = panel_records(panel, page, most=len(page.rows))
    rows, folded = [row for row in records if not is_folded(row)], folded_words(records)
    if folded and not rows:
        return [folded]
    part = _part_of_rows(panel, rows)
    names = _columns_of_part(panel, part, words)
    shown = [{name: row[name] for name in names[:MAX_SHORT_COLUMNS]} for row in part] if names else []
    table = _table(shown, words)
    many = f"{'more than ' if page.next_cursor else ''}{len(rows):,}"
    cut = [
        *([f"{len(part)} of {many} rows"] if len(part) < len(rows) else []),
        *([f"{MAX_SHORT_COLUMNS} of {len(names)} columns"] if len(names) > MAX_SHORT_COLUMNS else []),
    ]
    note = [f"{' and '.join(cut)}; the link below opens all."] if cut else []
    return [*table, *note, *([folded] if folded else [])]


def _part_of_rows(panel: Panel, rows: Sequence[Record]) -> Sequence[Record]:
    """Return the first rows, or the newest of rows over time."""
    periods = periods_of(rows, panel.x)
    if panel.kind != "fan" and periods and (panel.kind == "line" or is_over_time(rows, periods)):
        rows = rows_of_newest_periods(rows, periods, most=MAX_SHORT_ROWS)
    return rows[:MAX_SHORT_ROWS]


def _columns_of_part(panel: Panel, part: Sequence[Record], words: ColumnWords) -> list[str]:
    """Return the columns that these rows fill, those of the chart first."""
    if not part:
        return []
    first = [panel.x, panel.series, *panel.y] if panel.kind != "table" else []
    return [
        name
        for name in dict.fromkeys([*first, *part[0]])
        if name in part[0]
        and is_shown(name)
        and any(row[name] is not None for row in part)
        and not _is_doubled(name, part, words)
    ]


def panel_records(
    panel: Panel, page: QueryRows, as_of: date | None = None, most: int = MAX_ROWS
) -> Sequence[Record]:
    """Return the rows of a panel for its mail: the periods ahead of a forecast, the newest of rows over time.

    A table of other rows has all of them, of which `panel_lines` writes the first.
    """
    records = answer_records(page)
    if panel.kind == "fan" and panel.y:
        return [row for row in records if row.get(panel.y[-1]) is not None] or records
    if len(records) <= most:
        return records
    periods = periods_of(records, panel.x)
    if panel.kind == "line" and not periods:
        return records[-most:]
    if panel.kind == "line" or is_over_time(records, periods, as_of):
        return _rows_over_time(page, records, periods, as_of, most)
    return records


def _rows_over_time(
    page: QueryRows, records: Sequence[Record], periods: Sequence[str], as_of: date | None, most: int
) -> Sequence[Record]:
    """Return the rows of the newest whole periods; the first rows where the newest are on a later page."""
    if page.next_cursor and not is_descending(periods):
        return records[:most]
    return rows_of_newest_periods(records, periods, as_of, most)


def _cut_words(page: QueryRows, rows: Sequence[Record], column: str, as_of: date | None, most: int) -> str:
    """Return how many rows over time a mail has, and which of all."""
    periods = periods_of(answer_records(page), column)
    if not periods:
        return f"The last {len(rows)} of {len(page.rows):,} rows."
    if not page.next_cursor:
        return newest_words(periods, as_of, most)
    first = f"The first {len(rows):,} of more than {len(page.rows):,} rows"
    if is_descending(periods):
        begin = open_period(periods, as_of)
        so_far = so_far_words(begin) if max(periods) in periods_of(rows, column) else ""
        return f"{first}: the newest whole periods{so_far}."
    order = ", the oldest first" if is_ascending(periods) else ""
    later = "Later rows never come into this mail: order the statement by time with DESC."
    return f"{first}{order}. {later}"


def _table_in_words(
    records: Sequence[Record],
    words: ColumnWords,
    *,
    has_more: bool = False,
    is_cut: bool = True,
    most: int = MAX_ROWS,
) -> list[str]:
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
    if folded and not rows:
        return [folded]
    table = _first_rows(shown, words, has_more=has_more, most=most) if is_cut else _table(shown, words)
    return [*table, *([folded] if folded else [])]


def table_lines(
    page: QueryRows, words: ColumnWords, as_of: date | None = None, most: int = MAX_ROWS, *, line_x: str = ""
) -> list[str]:
    """Return the rows of a mail as a table with all columns, as the page Query has them, and how many.

    Args:
        as_of: the last day of the data, which decides whether the newest period is over.
        most: the rows that the person chose.
        line_x: the column along which a question is drawn as a line; its rows may have any order.
    """
    records, rows = answer_records(page), mailed_records(page, as_of, most, line_x=line_x)
    if len(records) <= most or not _is_mailed_over_time(records, line_x, as_of):
        return _first_rows(records, words, has_more=bool(page.next_cursor), most=most)
    return [*_table(rows, words), _cut_words(page, rows, line_x, as_of, most)]


def mailed_records(
    page: QueryRows, as_of: date | None = None, most: int = MAX_ROWS, *, line_x: str = ""
) -> Sequence[Record]:
    """Return the rows that `table_lines` writes: the newest whole periods of rows over time."""
    records = answer_records(page)
    if len(records) <= most or not _is_mailed_over_time(records, line_x, as_of):
        return records[:most]
    return _rows_over_time(page, records, periods_of(records, line_x), as_of, most)


def is_cut_over_time(page: QueryRows, line_x: str = "") -> bool:
    """Return whether the newest rows are on a later page."""
    records = answer_records(page)
    is_over = bool(page.next_cursor) and _is_mailed_over_time(records, line_x)
    return is_over and not is_descending(periods_of(records, line_x))


def _is_mailed_over_time(records: Sequence[Record], line_x: str, as_of: date | None = None) -> bool:
    periods = periods_of(records, line_x)
    return bool(line_x and periods) or is_over_time(records, periods, as_of)


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


def _first_rows(
    records: Sequence[Record], words: ColumnWords, *, has_more: bool = False, most: int = MAX_ROWS
) -> list[str]:
    """Return a table of the first rows, and of how many they are; the answer may have more rows."""
    lines = _table(records[:most], words, records)
    many = f"{'more than ' if has_more else ''}{len(records):,}"
    return [*lines, f"The first {most} of {many} rows."] if len(records) > most else lines


def _table(rows: Sequence[Record], words: ColumnWords, records: Sequence[Record] = ()) -> list[str]:
    """Return rows as a table of text; the number of decimals follows from all records of the answer."""
    if not rows:
        return ["No row."]
    headings = {name: _heading(name, rows, words) for name in rows[0] if not _is_doubled(name, rows, words)}
    same = Counter(headings.values())
    columns = []
    for name, heading in headings.items():
        cells = [row[name] for row in rows]
        title = heading if same[heading] == 1 else capitalised(name.replace("_", " "))
        texts = words.texts(name, cells, [row[name] for row in records or rows])
        columns.append(TextColumn(title, texts, is_number(name, cells)))
    return text_table(columns)


def _is_doubled(name: str, rows: Sequence[Record], words: ColumnWords) -> bool:
    """Return whether a column of codes has the names that another column of the table has."""
    if name not in words.codes:
        return False
    texts = words.texts(name, [row[name] for row in rows])
    return any(texts == [row[other] for row in rows] for other in rows[0] if other != name)


def _is_short(unit: str) -> bool:
    """Return whether a unit is one such as kg, which numbers do not say, as in the console."""
    return len(unit) <= _MAX_SHORT_UNIT and unit not in _UNITS_OF_A_FIGURE and not currency_of(unit)


def _heading(name: str, rows: Sequence[Record], words: ColumnWords) -> str:
    """Return a heading with a unit of time or a short one, which numbers do not say, and UTC for times."""
    heading, unit = words.heading(name), words.units.get(name, "")
    is_moment = any(isinstance(row[name], str) and _MOMENT.fullmatch(row[name]) for row in rows)
    said = "UTC" if is_moment else unit if unit in _TIME_UNITS or _is_short(unit) else ""
    return f"{heading} ({said})" if said and said.lower() not in heading.lower() else heading
