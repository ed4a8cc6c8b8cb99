from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Group

from headgate.cli import options
from headgate.cli.rendering.fitting_table import FittingTable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.table import Table

    from headgate.contracts.model import Contract
    from headgate.local_files.profile_file import ProfiledFile
    from headgate.profiling.describe import ColumnStatistics
    from headgate.profiling.profile import Profile, ProfiledColumn


_TWO_ROWS = (
    "The header has two rows: each name here joins both cells. Before you draft a contract, write all names "
    "into one row in Excel and delete the other row."
)


@click.command(epilog=options.example("headgate profile orders.csv --dataset orders"))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--dataset", default="", help="Contract with sensitive columns; others are detected by name and value."
)
@click.option("--sheet", default="", help="The sheet of a workbook; default: the first with a table.")
@options.as_json
def profile(file: Path, dataset: str, sheet: str) -> None:
    """Profile a file: types, distribution, patterns, gaps, and a quality score, without sensitive values."""
    from headgate.local_files.profile_file import profile_file

    profiled = profile_file(file, _contract(dataset) if dataset else None, sheet)
    if not profiled.table.has_header:
        options.progress_console().print("The file has no header: its columns are named column_1, column_2 …")
    if profiled.table.two_row_sheet:
        options.progress_console().print(_TWO_ROWS, soft_wrap=True)
    facts, notes = profiled.profile, _notes(profiled)
    options.show({**facts.as_dict(), "notes": notes}, lambda: Group(_columns(facts), *notes, _score(facts)))


def _notes(profiled: ProfiledFile) -> list[str]:
    """Return notes about flaws and nested columns, which no figure covers."""
    from headgate.local_files.file_flaws import file_flaws

    notes = file_flaws(profiled)
    if nested := [column.name for column in profiled.profile.columns if column.is_nested]:
        notes.append(
            f"The values of {', '.join(nested)} are lists or objects, which are not scored. "
            "`headgate contract init FILE` drafts columns for values of objects."
        )
    return notes


def _score(facts: Profile) -> str:
    if all(column.is_nested for column in facts.columns):
        return "only lists and objects, so no quality score"
    return score_line(facts.score.as_texts())


def score_line(parts: Mapping[str, str]) -> str:
    """Return the score and its parts in one line."""
    listed = ", ".join(f"{name} {parts[name]}" for name in parts if name != "score")
    return f"quality {parts['score']} ({listed})" if "score" in parts else "no rows, so no quality score"


def _contract(dataset: str) -> Contract:
    from headgate.contracts.registry import Registry

    contract = Registry.load().source.get(dataset)
    if contract is None:
        raise click.ClickException(
            f"There is no contract for {dataset}. `headgate contract list` lists all contracts."
        )
    return contract


def _columns(profiled: Profile) -> Table:
    names = ("type", "missing", "invalid", "distinct", "from", "to", "median", "deviation")
    title = f"{profiled.rows:,} row{'' if profiled.rows == 1 else 's'}"
    # Always a list, because a table of ten columns fits few screens.
    table = FittingTable("column", *names, "most frequent", "pattern", title=title, is_list=True)
    for column in profiled.columns:
        table.add_row(*_cells(column))
    return table


def _cells(column: ProfiledColumn) -> tuple[str, ...]:
    counts = (column.name, column.type, f"{column.missing:,}", f"{column.invalid:,}")
    if column.is_sensitive:
        return (*counts, *[""] * 5, "[sensitive: not shown]", "")
    description = column.description
    frequent = [f"{text} ({count:,} times)" for text, count in description.top[:3] if count > 1]
    pattern = "" if frequent else ", ".join(text for text, _ in description.patterns[:1])
    bounds = (str(description.facts.get(name, "")) for name in ("min", "max"))
    median = str(description.facts.get("median", ""))
    typical = ("", "") if column.is_identifier else (median, _deviation(description))
    figures = f"{description.distinct:,}", *bounds, *typical
    return (*counts, *figures, ", ".join(frequent), pattern)


def _deviation(description: ColumnStatistics) -> str:
    """Return the standard deviation with four digits; for dates and times in days."""
    for name, unit in (("std", ""), ("std_days", " days")):
        if name in description.facts:
            return f"{float(str(description.facts[name])):.4g}{unit}"
    return ""
