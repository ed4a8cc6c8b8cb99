from __future__ import annotations

import secrets
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Group, RenderableType

from headgate.cli import command_deployment, options
from headgate.cli.rendering import screens
from headgate.wiring import api

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from headgate.onboarding.onboard import Outcome, Summary
    from headgate.onboarding.read_records import RecordFile

PREVIEW_ROWS, SHOWN_FAILURES = 5, 20


@click.command(epilog=options.example("headgate onboard --file samples/valid.csv --submit"))
@click.option(
    "--file",
    "path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Table with a header, in any format of the gate.",
)
@click.option("--model", default="", help="Model of the rows; default: the one that fits the columns.")
@click.option(
    "--submit",
    "submits",
    is_flag=True,
    help="Create the records. Safe to repeat: existing records are not created again.",
)
@click.option("--dry-run", "is_dry", is_flag=True, help="Only check the rows; this is the default.")
@click.option(
    "--failed",
    "failed_to",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File for failed rows; default: FILE.failed.csv.",
)
@click.option("--list-models", "lists", is_flag=True, help="List the models and their columns.")
@options.as_json
@options.deployment
def onboard(
    path: Path | None, model: str, failed_to: Path | None, *, submits: bool, is_dry: bool, lists: bool
) -> None:
    """Check a file of records row by row, and create the records.

    Rows are validated against the contract of their model; --submit creates the records, and writes failed
    rows to a file to correct and send again. Exits with 3 if a row failed.
    """
    if lists:
        options.show(_models(), _models_table)
        return
    if path is None or (submits and is_dry):
        raise click.UsageError("give --file FILE, and either --dry-run or --submit; or --list-models")
    read, outcomes = _onboarded(path, model, submits=submits)
    failed_to = failed_to or path.with_name(f"{path.name}.failed.csv")
    _report(path, read, outcomes, failed_to, submits=submits)


def _onboarded(path: Path, model: str, *, submits: bool) -> tuple[RecordFile, list[Outcome]]:
    from headgate.lake.ports import MaskingKey
    from headgate.onboarding.onboard import checked
    from headgate.onboarding.read_records import read_record_file

    body, name = path.read_bytes(), screens.safe_name(path.name)
    if not submits:
        key = MaskingKey("dry-run", secrets.token_bytes(32))
        read = read_record_file(body, name, api.models_by_name(), key, model)
        return read, checked(read.verdicts)
    onboarding = api.onboarding(command_deployment.activate().environment)
    read = read_record_file(body, name, api.models_by_name(), onboarding.key(), model)
    return read, onboarding.submit(read.model, read.verdicts)


def _report(path: Path, read: RecordFile, outcomes: list[Outcome], failed_to: Path, *, submits: bool) -> None:
    from headgate.onboarding.onboard import count_outcomes
    from headgate.onboarding.read_records import failed_rows

    counts = count_outcomes(outcomes)
    if counts.failed and submits:
        failed_to.write_bytes(failed_rows(read, outcomes))
    fact = {
        "file": screens.safe_name(path.name),
        "model": read.model.name,
        "mapping": dict(read.mapping),
        "preview": _preview(read),
        "rows": [asdict(outcome) for outcome in outcomes],
        "summary": asdict(counts),
        "submitted": submits,
        "failed_rows": str(failed_to) if counts.failed and submits else None,
    }
    options.show(fact, lambda: _screen(read, outcomes, counts, failed_to, submits=submits))
    options.finish(complete=not counts.failed)


def _preview(read: RecordFile) -> list[dict[str, object]]:
    return [
        {"row": verdict.row, **(verdict.values or verdict.texts)} for verdict in read.verdicts[:PREVIEW_ROWS]
    ]


def _models() -> list[dict[str, object]]:
    from headgate.onboarding.record_models import some_models

    return [
        {
            "model": model.name,
            "description": model.contract.description,
            "columns": [
                {
                    "name": column.name,
                    "type": column.type.kind.value,
                    "required": column.must_be_sent,
                    "unique": column.unique,
                }
                for column in model.contract.columns
            ],
        }
        for model in some_models(api.models_by_name()).values()
    ]


def _models_table() -> Table:
    from headgate.onboarding.record_models import some_models

    table = screens.screen_table("model", "column", "type", "required", "unique")
    for model in some_models(api.models_by_name()).values():
        for column in model.contract.columns:
            flags = ("yes" if flag else "" for flag in (column.must_be_sent, column.unique))
            table.add_row(model.name, column.name, column.type.kind.value, *flags)
    return table


def _screen(
    read: RecordFile, outcomes: Sequence[Outcome], counts: Summary, failed_to: Path, *, submits: bool
) -> RenderableType:
    mapping = screens.screen_table("column of the file", "field", title=f"Model {read.model.name}")
    for column, field in read.mapping.items():
        mapping.add_row(column, field or "none")
    names = [*read.model.contract.names]
    preview = screens.screen_table("row", *names, title="First rows")
    for row in _preview(read):
        preview.add_row(str(row["row"]), *("" if row.get(name) is None else str(row[name]) for name in names))
    return Group(mapping, preview, *_failures(outcomes), _ending(counts, failed_to, submits=submits))


def _failures(outcomes: Sequence[Outcome]) -> list[Table]:
    failed = [outcome for outcome in outcomes if outcome.state == "failed"]
    title = f"Failed rows: {min(len(failed), SHOWN_FAILURES):,} of {len(failed):,}"
    table = screens.screen_table("row", "column", "rule", "why", title=title)
    for outcome in failed[:SHOWN_FAILURES]:
        table.add_row(str(outcome.row), outcome.column, outcome.rule, outcome.reason)
    return [table] if failed else []


def _ending(counts: Summary, failed_to: Path, *, submits: bool) -> str:
    sums = f"{counts.successful:,} successful, {counts.failed:,} failed, {counts.total:,} in total"
    if not submits:
        return f"Dry run: {sums}. Nothing was created; --submit creates the records."
    file = screens.safe_name(str(failed_to))
    again = f" Correct the rows in {file} and send that file." if counts.failed else ""
    return f"{sums}; {counts.created:,} records are new.{again}"
