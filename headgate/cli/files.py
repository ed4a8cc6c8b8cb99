"""`headgate upload` and `headgate files`: into raw, and what became of it."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from headgate import wiring
from headgate.cli import deployment, options, screens, summary, watching
from headgate.cli.known import known
from headgate.cli.progress import PlainLines
from headgate.lake.states import NOT_ACCEPTED, FileState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console
    from rich.table import Table

    from headgate.lake.ports import FileRecord

STATES = tuple(state.value for state in FileState if state is not FileState.WAITING)  # a waiting part has no record yet
_INTERRUPTED = (
    "\nThe gate continues with the files that were sent: `headgate files` shows them. "
    "The same command sends the rest; accepted files are skipped as duplicates."
)


@click.command(epilog=options.example("headgate upload /tmp/shop"))
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--timeout-s", type=click.IntRange(min=1), default=900, show_default=True, help="How long to wait for the gate.")
@options.as_json
@options.deployment
def upload(folder: Path, timeout_s: int, as_json: bool, deployment_name: str | None) -> None:
    """Send files to raw and follow them through the gate.

    A file's place in FOLDER is its key: its first folder names the dataset.
    """
    found = deployment.activate(deployment_name)
    try:
        records = through_the_gate(found, folder, timeout_s=timeout_s, console=options.progress_console())
    except KeyboardInterrupt:
        click.echo(_INTERRUPTED, err=True)
        raise
    sums = summary.by_dataset(records)
    options.show(as_json=as_json, value=lambda: summary.as_dicts(sums), screen=lambda: screens.received(sums))
    rejected = [record for record in records if record.state in NOT_ACCEPTED]
    if not as_json:
        _tell_what_to_do(records, rejected, watching.left_out_of(folder))
    options.finish(complete=not rejected and len(records) == len(watching.objects_in(folder)))


def _tell_what_to_do(records: list[FileRecord], rejected: list[FileRecord], left_out: list[str]) -> None:
    console = options.console()
    if known := sum(record.state is FileState.SKIPPED_DUPLICATE for record in records):
        console.print(f"Duplicate File Skipped: {known:,} of {len(records):,} files, whose content was accepted before.")
    if any(record.quarantined for record in records):
        console.print("Next: `headgate quarantine list` shows why rows were refused.")
    if left_out:
        console.print(f"Not sent, since no folder names their dataset: {', '.join(left_out)}", soft_wrap=True)
    if rejected:
        console.print(rejections(rejected))


def through_the_gate(found: deployment.Deployment, folder: Path, *, timeout_s: int, console: Console) -> list[FileRecord]:
    """The records of every file below `folder`, once the gate has ended with them, with live progress on the way."""
    files = watching.objects_in(folder)
    if not files:
        raise click.ClickException(
            f"{screens.shown(str(folder))} holds no data. Remedy: files belong below a folder named for their dataset, e.g. orders/."
        )
    if incomplete := watching.runs_without_manifest(folder):
        raise click.ClickException(
            f"{screens.shown(incomplete[0])} has no _manifest.json, so its parts would wait in raw. "
            "Remedy: write the folder again with this version, or put the files below their dataset without dt= and run= folders."
        )
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rows]}"), TimeElapsedColumn())
    plain = PlainLines(console)
    with Progress(*columns, console=console) as progress:
        sending = progress.add_task("upload", total=len(files), rows="")
        gating = progress.add_task("gate", total=len(files), rows="")
        bucket = found.environment["HEADGATE_RAW_BUCKET"]
        sent = watching.send(wiring.objects(), bucket, files, lambda _: progress.advance(sending))
        watching.send(wiring.objects(), bucket, watching.manifests_in(folder), lambda _: None)

        def seen(ended: list[FileRecord]) -> None:
            rows = f"{sum(record.received for record in ended):,} rows"
            progress.update(gating, completed=len(ended), rows=rows)
            plain.say(f"gate: {len(ended)} of {len(files)} files, {rows}")

        return watching.follow(wiring.ledger(found.environment), [one.ref for one in sent], seen, timeout_s=timeout_s)


@click.group(invoke_without_command=True, epilog=options.example("headgate files --state rejected"))
@click.option("--state", type=click.Choice(STATES), help="Only files in this state; needs_mapping: that still wait for one.")
@options.as_json
@options.deployment
@click.pass_context
def files(context: click.Context, state: str | None, as_json: bool, deployment_name: str | None) -> None:
    """Show one record per file: state, counts, and the error of a rejected one."""
    if context.invoked_subcommand:
        return
    found = deployment.activate(deployment_name)
    records = sorted(wiring.ledger(found.environment).records(), key=lambda record: (record.received_at, record.key))
    chosen = in_state(records, state)
    options.show(as_json=as_json, value=lambda: [_kept(record) for record in chosen], screen=lambda: _table(chosen))


def in_state(records: Sequence[FileRecord], state: str | None) -> Sequence[FileRecord]:
    """Return the records in the state, or all; of those that need a mapping, only files that no later version settles."""
    if state == FileState.NEEDS_MAPPING:
        from headgate.intake.corrections import unsettled

        records = unsettled(records)
    return [record for record in records if state in (None, record.state)]


@files.command(epilog=options.example("headgate files show orders/2024-01-02.csv"))
@click.argument("key")
@options.as_json
@options.deployment
def show(key: str, as_json: bool, deployment_name: str | None) -> None:
    """Show everything that is recorded of the file at KEY: counts, errors, quality score, and what is out of line."""
    found = deployment.activate(deployment_name)
    records = known(wiring.ledger(found.environment).records(), key)
    if not records:
        raise click.ClickException(f"no file {screens.shown(key)} was received. Remedy: `headgate files` lists those that were.")
    newest = records[0]
    options.show(as_json=as_json, value=lambda: _kept(newest), screen=lambda: _whole(newest))


def rejections(records: list[FileRecord]) -> Table:
    """Files that were rejected or need a mapping: which, why, and what their sender can do."""
    counts = {"were rejected": sum(record.state is FileState.REJECTED for record in records)}
    counts["need a mapping"] = len(records) - counts["were rejected"]
    title = f"Files that {' or '.join(what for what, count in counts.items() if count)}; the originals stay in raw"
    table = screens.table("file", "column", "rule", "why", "remedy", title=title, show_lines=True)
    for record in records:
        table.add_row(record.key, *(record.error.get(name, "") for name in ("column", "rule", "message", "remedy")))
    return table


def _kept(record: FileRecord) -> dict[str, Any]:
    """What the ledger keeps of a file; that one delivery met an older one's record is nothing of the file's."""
    return {name: value for name, value in asdict(record).items() if name != "seen_before"}


def _whole(record: FileRecord) -> Table:
    table = screens.table("what", "value", title=record.key)
    for name, value in _kept(record).items():
        for part, told in value.items() if isinstance(value, dict) else [("", value)]:
            table.add_row(f"{name} {part}".strip(), _told(part, told))
    return table


def _told(part: str, told: object) -> str:
    """A value for a person: what cannot be seen is spelled, and each column's figures have a line of their own."""
    text = str(told)
    if part == "statistics":
        columns = json.loads(text).items()
        return "\n".join(f"{name}: {', '.join(f'{figure} {value}' for figure, value in figures.items())}" for name, figures in columns)
    return repr(text) if text and (text.isspace() or not text.isprintable()) else text.replace("; ", "\n")


def _table(records: Sequence[FileRecord]) -> Table:
    table = screens.table("file", "state", "received", "accepted", "quarantined", "duplicates", "error")
    for record in records:
        counts = (record.received, record.accepted, record.quarantined, record.duplicates)
        table.add_row(record.key, record.state, *(f"{count:,}" for count in counts), record.error.get("message", ""))
    return table
