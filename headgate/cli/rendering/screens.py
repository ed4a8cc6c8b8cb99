"""Render values as rich tables and lines."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.table import Table

from headgate.cli.rendering.fitting_table import FittingTable, as_it_is
from headgate.plain_names import capitalised
from headgate.reports.rule_words import rule_words
from headgate.reports.summary import DatasetSummary, total

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from headgate.cli.rendering.system_facts import DatasetTable, SystemFacts
    from headgate.snapshots.reference_counts import CheckedReference

SHOWN_REASONS = 12
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def screen_table(
    *names: str, title: str = "", show_lines: bool = False, numbers: Iterable[str] = ()
) -> Table:
    """Return a table that fits the screen without broken words; columns of `numbers` align right."""
    made, right = FittingTable(*names, title=title, show_lines=show_lines), set(numbers)
    for column in made.columns:
        column.justify = "right" if column.header in right else "left"
    return made


def fact_table(facts: Iterable[Mapping[str, object]], columns: Mapping[str, str]) -> Table:
    """Return a table with a row for each of the facts.

    Args:
        columns: the name of the fact by heading; an absent fact leaves its cell empty.
    """
    table = screen_table(*columns)
    for fact in facts:
        table.add_row(*(str(fact.get(name, "")) for name in columns.values()))
    return table


def safe_name(name: str) -> str:
    """Return a name of a local file or folder without card and social security numbers."""
    from headgate.masking.redaction import redact_text

    return redact_text(name)


def utc_time(moment: datetime) -> str:
    """Return a moment in naive UTC as ISO 8601 with its zone, for JSON.

    >>> from datetime import datetime
    >>> utc_time(datetime(2026, 1, 2, 3, 4, 5))
    '2026-01-02T03:04:05Z'
    """
    return f"{moment.isoformat()}Z"


def shown_time(at: str) -> str:
    """Return an ISO 8601 time in readable form, to the second.

    >>> shown_time("2026-01-02T03:04:05.678900")
    '2026-01-02 03:04:05'
    """
    return at.replace("T", " ")[: len("2026-01-02 03:04:05")]


def shortened(text: str, limit: int) -> str:
    """Cut a text to `limit` characters, with a note of its length."""
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text):,} characters)"


_COUNTS = ("files", "received", "accepted", "quarantined", "duplicates")
_SKIPPED = "skipped lines"
_DUPLICATE = "duplicate_"  # begins the rules by which a row repeats another one
_SHOWN_ROWS = 100  # of the answer of a query


def received(summaries: Sequence[DatasetSummary], title: str = "Through the gate") -> Table:
    """Return files and rows by dataset with a total, and a column of skipped lines if there are any."""
    every = total(summaries)
    names = (*_COUNTS, *([_SKIPPED] if every.skipped_lines else []))
    made = screen_table("dataset", *names, title=title, numbers=names)
    for summary in summaries:
        made.add_row(summary.dataset, *_counts(summary)[: len(names)])
    made.add_section()
    made.add_row("total", *_counts(every)[: len(names)], style="bold")
    return made


def _counts(summary: DatasetSummary) -> list[str]:
    problems = {"rejected": summary.files_rejected, "need a mapping": summary.files_needing_mapping}
    not_accepted = ", ".join(f"{count:,} {what}" for what, count in problems.items() if count)
    files = f"{summary.files:,}" + (f" ({not_accepted})" if not_accepted else "")
    names = (*_COUNTS[1:], "skipped_lines")
    return [files, *(f"{getattr(summary, name):,}" for name in names)]


def reasons(summaries: Sequence[DatasetSummary]) -> list[Table]:
    """Return refused rows by dataset and reason, most frequent first, and duplicates apart from them."""
    counts = [
        (dataset.dataset, rule, rows) for dataset in summaries for rule, rows in dataset.reasons.items()
    ]
    refused = [each for each in counts if not each[1].startswith(_DUPLICATE)]
    duplicates = [each for each in counts if each[1].startswith(_DUPLICATE)]
    titled = (("Why rows were refused", refused), ("Why rows are duplicates", duplicates))
    return [_reasons_table(title, each) for title, each in titled if each]


def _reasons_table(title: str, counts: Iterable[tuple[str, str, int]]) -> Table:
    made = screen_table("dataset", "reason", "rows", title=title, numbers=["rows"])
    counted = sorted(counts, key=lambda each: (-each[2], each))
    for dataset, rule, rows in counted[:SHOWN_REASONS]:
        made.add_row(dataset, capitalised(rule_words(rule)), f"{rows:,}")
    if more := counted[SHOWN_REASONS:]:
        made.add_row(f"… {len(more)} more", "", f"{sum(rows for _, _, rows in more):,}")
    return made


def datasets_table(tables: Iterable[DatasetTable]) -> Table:
    """Return the rows in SQL and the quality score of the files, by dataset."""
    numbers = ("rows in SQL", "quality score")
    made = screen_table("dataset", *numbers, title="Datasets", numbers=numbers)
    for dataset in tables:
        rows = "no run yet" if dataset.rows is None else f"{dataset.rows:,}"
        score = "" if dataset.quality_score is None else f"{dataset.quality_score:.3f}"
        made.add_row(dataset.table, rows, score)
    return made


def masked(summaries: Sequence[DatasetSummary]) -> Table:
    """Return the number of values that masking changed, by column."""
    return _by_column(
        "Values that masking changed", ((summary.dataset, summary.masked) for summary in summaries)
    )


def new_columns_table(summaries: Sequence[DatasetSummary]) -> Table:
    """Return the columns of files that are not in their contracts."""
    return _by_column(
        "New columns, not in the contract", ((summary.dataset, summary.new_columns) for summary in summaries)
    )


def _by_column(title: str, counts: Iterable[tuple[str, Mapping[str, int]]]) -> Table:
    made = screen_table("column", "values", title=title, numbers=["values"])
    for dataset, by_column in counts:
        for column, count in sorted(by_column.items()):
            made.add_row(f"{dataset}.{column}", f"{count:,}")
    return made


def mapped_columns(files: Iterable[tuple[str, Mapping[str, str]]]) -> Table:
    """Return the columns that were mapped to a field of another name, by file."""
    made = screen_table(
        "file", "its column", "read as", title="Columns that have another name in the contract"
    )
    for name, mapping in files:
        for column, field in json.loads(mapping.get("columns", "{}")).items():
            made.add_row(safe_name(name), column, field or "none")
        for column in json.loads(mapping.get("left_out", "[]")):
            made.add_row(safe_name(name), column, "left out")
    return made


def unread_sheets(files: Iterable[tuple[str, Mapping[str, str]]]) -> list[str]:
    """Return a sentence for each workbook with unread sheets, from its name and its format facts."""
    why = "because they lack the contract's header or the contract names another sheet"
    return [
        f"{name}: the rows are from {form.get('sheets', '')}. Not read, {why}: {form['left_out']}."
        for name, form in files
        if form.get("left_out")
    ]


def references_table(checked: Iterable[CheckedReference]) -> Table:
    """Return the number of rows without a parent in the lake, by column."""
    numbers = ("rows", "different keys")
    made = screen_table(
        "column", "points to", *numbers, title="Rows whose parent is not there (yet)", numbers=numbers
    )
    for reference in checked:
        made.add_row(reference.column, reference.references, f"{reference.rows:,}", f"{reference.keys:,}")
    return made


def systems_table(facts: Iterable[SystemFacts]) -> Table:
    """Return the tables, the quality of the models and an answer of each system."""
    table = Table(title="Systems", title_justify="left", show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, style="dim")
    table.add_column()
    for fact in facts:
        rows = ", ".join(f"{name} {count:,}" for name, count in fact.rows.items())
        table.add_row(fact.system, "rows", rows)
        if fact.missing and fact.rows:
            table.add_row("", "missing", ", ".join(fact.missing))
        if fact.quality:
            table.add_row("", "how good", fact.quality)
        if fact.answer:
            table.add_row("", "answer", fact.answer)
        table.add_section()
    return table


def answer(
    columns: Sequence[str], rows: Iterable[Sequence[object]], *, texts: Sequence[Sequence[object]] = ()
) -> RenderableType:
    """Return a query's result as a table, or with one line per cell if a table does not fit the screen.

    Args:
        texts: the cells as people read them; empty to print the values.
    """
    everything = list(rows)
    made = FittingTable(*columns, records=_one_cell_per_line)
    for place, column in enumerate(made.columns):
        column.justify = "right" if _is_numeric(row[place] for row in everything[:_SHOWN_ROWS]) else "left"
    for row in (texts or everything)[:_SHOWN_ROWS]:
        made.add_row(*(_cell(value) for value in row))
    return Group(made, *_left_out(everything))


def vertical(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> RenderableType:
    """Return a query's result with one line per cell."""
    everything = list(rows)
    cells = [[_cell(value) for value in row] for row in everything[:_SHOWN_ROWS]]
    return Group(_one_cell_per_line(columns, cells, 0), *_left_out(everything))


def _one_cell_per_line(names: Sequence[str], rows: Sequence[Sequence[str]], _width: int) -> RenderableType:
    """Render one line per cell, and further lines for values with line breaks."""
    margin = max(map(cell_len, names), default=0)
    lines = []
    for number, row in enumerate(rows, 1):
        lines.append(f"── row {number} ──")
        for name, cell in zip(names, row, strict=True):
            indented = f"\n{' ' * (margin + 2)}".join(cell.split("\n"))
            lines.append(f"{' ' * (margin - cell_len(name))}{name}  {indented}")
    return as_it_is(lines)


def _cell(value: object) -> str:
    """Return a value as text with escaped control characters, which could move the cursor."""
    text = "" if value is None else str(value)
    return _CONTROL.sub(lambda match: repr(match.group())[1:-1], text)


def _is_numeric(values: Iterable[object]) -> bool:
    present = [value for value in values if value is not None]
    return bool(present) and all(
        isinstance(value, int | float | Decimal) and not isinstance(value, bool) for value in present
    )


def _left_out(rows: Sequence[object]) -> list[str]:
    if not rows:
        return ["No rows."]
    if len(rows) <= _SHOWN_ROWS:
        return []
    return [f"{_SHOWN_ROWS} of {len(rows):,} rows shown; --json or --csv gives all."]


def first_of(names: Sequence[str], *, limit: int = 5) -> str:
    """Return the first names, and the number of further names."""
    more = f", and {len(names) - limit:,} more" if len(names) > limit else ""
    return ", ".join(names[:limit]) + more


def sentence_with_column(error: Mapping[str, str]) -> str:
    """Return a record's error with its column, if it has one."""
    column, message = error.get("column", ""), error.get("message", "")
    return f"column {column}: {message}" if column else message


def next_steps(lines: Sequence[str]) -> RenderableType:
    """Return the next commands, each in one line to copy."""
    return as_it_is(["Where to look next:", *(f"  {line}" for line in lines)])
