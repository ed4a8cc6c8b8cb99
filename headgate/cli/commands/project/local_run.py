from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from headgate.cli import options
from headgate.cli.rendering import screens
from headgate.errors import SettingsError
from headgate.project import MODELS_SYSTEM

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    import pyarrow as pa
    from rich.console import Group
    from rich.table import Table

    from headgate.cli.local_lake import LocalRun
    from headgate.local_files.check_statements import CheckedStatement

_MAX_DIGITS = 6  # of a double
_OPTIONS = (
    click.option(
        "--local",
        is_flag=True,
        help="Build the tables on this machine. `headgate run` builds tables of a deployment.",
    ),
    click.option(
        "--data",
        type=click.Path(exists=True, file_okay=False, path_type=Path),
        help="Folder with a file or a folder of files for each dataset, such as customers.csv for customers.",
    ),
    click.option(
        "--as-of",
        type=click.DateTime(["%Y-%m-%d"]),
        help="Day of the data; default: the last day in the data.",
    ),
    click.option("--rows", default=5, show_default=True, help="Number of rows to show of each table."),
    click.option(
        "--output",
        type=click.Path(file_okay=False, path_type=Path),
        help="Write each table to this folder as Parquet.",
    ),
    click.option(
        "--traceback", "all_frames", is_flag=True, help="Show all frames of an error in the project's code."
    ),
    options.as_json,
)


def _with_options(command: Callable[..., None]) -> Callable[..., None]:
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@click.command("run", epilog=options.example("headgate models run --local --data samples monthly_sales"))
@click.argument("names", metavar="[NAME]...", nargs=-1)
@_with_options
def run_models(names: tuple[str, ...], **given: Any) -> None:  # noqa: ANN401 the values of _OPTIONS
    """Build all SQL models, or NAME and the models that it reads, from the files of a folder.

    The files pass the gate and are merged like in the lake, the tables are audited, and all statements of the
    project's dashboards and saved questions run on them. Nothing is sent.
    """
    _run(MODELS_SYSTEM, names, **given)


@click.command("run", epilog=options.example("headgate systems run completeness --local --data samples"))
@click.argument("name")
@_with_options
def run_system(name: str, **given: Any) -> None:  # noqa: ANN401 the values of _OPTIONS
    """Build the tables of the system NAME from the files of a folder.

    The files pass the gate and are merged like in the lake, the tables are audited, and all statements of the
    project's dashboards and saved questions run on them. Nothing is sent.
    """
    _run(name, (), **given)


@contextmanager
def _frames_of_error(*, all_frames: bool) -> Iterator[None]:
    """Raise the original error with all frames, instead of the one with the project's frames."""
    from headgate.cli.own_code import OwnCodeError

    try:
        yield
    except OwnCodeError as error:
        if all_frames and error.__cause__:
            raise error.__cause__ from None
        raise


def _run(
    system: str,
    models: Sequence[str],
    *,
    local: bool,
    data: Path | None,
    as_of: datetime | None,
    rows: int,
    output: Path | None,
    all_frames: bool,
) -> None:
    from headgate.cli.local_lake import run_system_locally

    if not local or not data:
        raise click.UsageError(
            "This command needs --local --data FOLDER. `headgate run` builds tables of a deployment."
        )
    with _frames_of_error(all_frames=all_frames):
        run = run_system_locally(system, data, models, as_of.date() if as_of else None)
        written = _write(run, output) if output else {}
        options.show(_fact(run, rows, written), lambda: _screen(run, rows, written))
        if run.problems:
            raise SettingsError(
                "the tables are built, but the console could not show these:\n" + "\n".join(run.problems)
            )


def _write(run: LocalRun, folder: Path) -> dict[str, Path]:
    """Write each table as Parquet, and return the files."""
    from headgate.snapshots.publishing import write_parquet

    folder.mkdir(parents=True, exist_ok=True)
    for name, table in run.tables.items():
        write_parquet(folder / f"{name}.parquet", table.schema, table.to_batches())
    return {name: folder / f"{name}.parquet" for name in run.tables}


def _fact(run: LocalRun, rows: int, written: dict[str, Path]) -> dict[str, object]:
    tables = {
        name: {"rows": table.num_rows, "first_rows": table.slice(0, rows).to_pylist()}
        | ({"file": str(written[name])} if name in written else {})
        for name, table in run.tables.items()
    }
    return {
        "as_of": run.as_of,
        "as_of_columns": [*run.as_of_columns],
        "datasets": {name: vars(gated) for name, gated in run.datasets.items()},
        "tables": tables,
        "missing_parents": [vars(reference) for reference in run.missing_parents],
        "statements": [_statement(checked) for checked in run.statements],
    }


def _statement(checked: CheckedStatement) -> dict[str, object]:
    rows = None if checked.answer is None else checked.answer.num_rows
    return {"place": checked.place, "rows": rows, "problems": [*checked.problems]}


def _screen(run: LocalRun, rows: int, written: dict[str, Path]) -> Group:
    from rich.console import Group

    tables = [_table(name, table, rows) for name, table in run.tables.items()]
    files = [f"Wrote {', '.join(map(str, written.values()))}."] if written else []
    refused = sorted(name for name, gated in run.datasets.items() if gated.quarantined)
    hint = [f"`headgate contract check FILE --dataset {refused[0]}` shows refused rows."] if refused else []
    return Group(_gated(run), *hint, *_missing_parents(run), *tables, *files, *_statements(run))


def _missing_parents(run: LocalRun) -> list[str]:
    return [
        f"{of.column}: {of.rows:,} rows have no {of.references}, for example {', '.join(of.first_keys[:3])}."
        for of in run.missing_parents
    ]


def _statements(run: LocalRun) -> list[str]:
    """Return the number of statements that ran, and the statements without rows."""
    kinds = Counter(checked.kind for checked in run.statements)
    if not kinds:
        return []
    counts = ", ".join(f"{count} {kind}{'s' if count > 1 else ''}" for kind, count in kinds.items())
    empty = [of.place for of in run.statements if of.answer is not None and not of.answer.num_rows]
    lines = [f"Ran the statements of {counts} on these tables."]
    return lines + ([f"Without rows: {'; '.join(empty)}."] if empty else [])


def _gated(run: LocalRun) -> Table:
    names = ("files", "received", "accepted", "quarantined", "duplicates")
    by = f", by {' and '.join(run.as_of_columns)}" if run.as_of_columns else ""
    made = screens.screen_table(
        "dataset", *names, "reasons", title=f"Through the gate; data up to {run.as_of}{by}", numbers=names
    )
    for dataset, gated in sorted(run.datasets.items()):
        reasons = ", ".join(f"{rule} {count:,}" for rule, count in gated.reasons.most_common())
        made.add_row(dataset, *(f"{getattr(gated, name):,}" for name in names), reasons)
    return made


def _table(name: str, table: pa.Table, rows: int) -> Table:
    """Return the first rows of a table, without the constant day and snapshot."""
    from headgate.systems.rows_in_file import STAMPS

    columns = [column for column in table.column_names if column not in STAMPS]
    first = table.select(columns).slice(0, rows).to_pylist()
    more = f", the first {len(first)}" if table.num_rows > len(first) else ""
    made = screens.screen_table(*columns, title=f"{name}: {table.num_rows:,} rows{more}")
    for row in first:
        made.add_row(*map(_cell, row.values()))
    return made


def _cell(value: object) -> str:
    """Return a value as text, a double with six digits or all before the point.

    >>> [_cell(value) for value in (1465.4430202994618, 0.000041234567, 1234567.5, 41.0, None)]
    ['1465.44', '4.12346e-05', '1234568', '41.0', '']
    """
    if value is None:
        return ""
    text = str(value)
    if not isinstance(value, float) or sum(sign.isdigit() for sign in text) <= _MAX_DIGITS:
        return text
    return f"{value:.0f}" if abs(value) >= 10**_MAX_DIGITS / 10 else f"{value:.{_MAX_DIGITS}g}"
