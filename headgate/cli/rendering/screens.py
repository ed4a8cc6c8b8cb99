"""What a person sees: plain values in, rich renderables out."""

from __future__ import annotations

import difflib
import json
import shutil
import sys
from typing import TYPE_CHECKING

from rich.console import Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from headgate.cli.rendering.summary import total

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rich.console import RenderableType

    from headgate.cli.rendering.summary import DatasetSummary
    from headgate.cli.rendering.system_facts import SystemFacts
    from headgate.lake.references import CheckedReference

SHOWN_REASONS = 12


def table(*names: str, title: str = "", show_lines: bool = False) -> Table:
    """A table that breaks a long cell over lines and never cuts it: ids and keys are there to be copied."""
    made = Table(title=title or None, title_justify="left", show_lines=show_lines)
    for name in names:
        made.add_column(name, overflow="fold")
    return made


def shown(name: str) -> str:
    """A name of a file or folder on this machine, which may hold what no screen shows."""
    from headgate.masking.redaction import redact_text

    return redact_text(name)


def received(summaries: Sequence[DatasetSummary]) -> Table:
    """Files and rows by dataset; the last line adds them up."""
    table = Table(title="Through the gate", title_justify="left", expand=False)
    table.add_column("dataset")
    for name in ("files", "received", "accepted", "quarantined", "duplicates", "skipped lines"):
        table.add_column(name, justify="right", overflow="fold")
    for summary in summaries:
        table.add_row(summary.dataset, *_counts(summary))
    table.add_section()
    table.add_row("total", *_counts(total(summaries)), style="bold")
    return table


def _counts(summary: DatasetSummary) -> list[str]:
    problems = {"rejected": summary.files_rejected, "waiting for a mapping": summary.files_waiting}
    not_accepted = ", ".join(f"{count:,} {what}" for what, count in problems.items() if count)
    files = f"{summary.files:,}" + (f" ({not_accepted})" if not_accepted else "")
    rows = (summary.received, summary.accepted, summary.quarantined, summary.duplicates, summary.skipped_lines)
    return [files, *(f"{count:,}" for count in rows)]


def reasons(summaries: Iterable[DatasetSummary]) -> Table:
    """Refused and duplicate rows by reason, most frequent first."""
    table = Table(title="Why rows were refused", title_justify="left")
    table.add_column("reason")
    table.add_column("rows", justify="right")
    counted = total(summaries).reasons.most_common()
    for rule, rows in counted[:SHOWN_REASONS]:
        table.add_row(rule, f"{rows:,}")
    if len(counted) > SHOWN_REASONS:
        table.add_row(f"… {len(counted) - SHOWN_REASONS} more", f"{sum(rows for _, rows in counted[SHOWN_REASONS:]):,}")
    return table


def masked(summaries: Sequence[DatasetSummary]) -> Table:
    """Values that masking changed, by dataset and column."""
    table = Table(title="Values that masking changed", title_justify="left")
    table.add_column("column")
    table.add_column("values", justify="right")
    for summary in summaries:
        for column, count in sorted(summary.masked.items()):
            table.add_row(f"{summary.dataset}.{column}", f"{count:,}")
    return table


def new_columns(summaries: Sequence[DatasetSummary]) -> Table:
    """Columns that files have and their contracts do not, by dataset."""
    made = table("column", "values", title="New columns, not in the contract")
    for summary in summaries:
        for column, count in sorted(summary.new_columns.items()):
            made.add_row(f"{summary.dataset}.{column}", f"{count:,}")
    return made


def mapped_columns(files: Iterable[tuple[str, Mapping[str, str]]]) -> Table:
    """Columns that were taken for a field of another name, by file; no row where every name is the contract's."""
    made = table("file", "its column", "read as", title="Columns that have another name in the contract")
    for name, mapping in files:
        for column, field in json.loads(mapping.get("columns", "{}")).items():
            made.add_row(shown(name), column, field or "none")
    return made


def references(checked: Iterable[CheckedReference]) -> Table:
    """Rows whose parent is not in the lake (yet), by the column that points to it."""
    table = Table(title="Rows whose parent is not there (yet)", title_justify="left")
    table.add_column("column")
    table.add_column("points to")
    table.add_column("rows", justify="right")
    table.add_column("different keys", justify="right")
    for one in checked:
        table.add_row(one.column, one.references, f"{one.rows:,}", f"{one.keys:,}")
    return table


def systems(facts: Iterable[SystemFacts]) -> Table:
    """Each system's tables, how good its models say they are, and one answer from it."""
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


def answer(columns: Sequence[str], rows: Iterable[Sequence[object]], *, limit: int = 100) -> RenderableType:
    """A query's result as a table, or as records where the table would not fit the screen; says when rows were left out."""
    shown = table(*columns)
    everything = list(rows)
    if _width(columns, everything[:limit]) > console_width():
        return vertical(columns, everything, limit=limit)
    for row in everything[:limit]:
        shown.add_row(*("" if value is None else str(value) for value in row))
    if len(everything) <= limit:
        return shown
    return Group(shown, Text(f"{limit} of {len(everything)} rows shown; --json or --csv gives all."))


def console_width() -> int:
    """The columns of the terminal; unlimited where output is no terminal, so that what a script reads keeps its form."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else sys.maxsize


def _width(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> int:
    """The width of a table in which no cell is broken; long texts count as 40, because they can be broken."""
    widest = [max([len(name), *(min(40, len(str(row[place]))) for row in rows)]) for place, name in enumerate(columns)]
    return sum(width + 3 for width in widest) + 1


def vertical(columns: Sequence[str], rows: Iterable[Sequence[object]], *, limit: int = 100) -> Text:
    """A query's result with one line per cell, for rows that are wider than the screen."""
    everything, width = list(rows), max(map(len, columns), default=0)
    lines = []
    for number, row in enumerate(everything[:limit], 1):
        lines.append(f"── row {number} ──")
        lines += [f"{name.rjust(width)}  {'' if value is None else value}" for name, value in zip(columns, row, strict=True)]
    if len(everything) > limit:
        lines.append(f"{limit} of {len(everything)} rows shown; --json or --csv gives all.")
    return Text("\n".join(lines) or "No rows.")


def first_of(names: Sequence[str], *, limit: int = 5) -> str:
    """The first names as a list, and how many more there are."""
    more = f", and {len(names) - limit:,} more" if len(names) > limit else ""
    return ", ".join(names[:limit]) + more


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The nearest known names as a sentence with a blank before it; empty if none is near."""
    near = difflib.get_close_matches(name, list(known), n=2)
    return f" Did you mean {' or '.join(near)}?" if near else ""


def next_steps(lines: Sequence[str]) -> Panel:
    """Where to look next."""
    return Panel("\n".join(lines), title="Where to look next", title_align="left")
