from __future__ import annotations

import os
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import click
from rich.console import Group, RenderableType

from headgate.cli import command_deployment, options
from headgate.cli.find_records import find_record
from headgate.cli.lineage_events import current_events, send_all, written_events
from headgate.cli.rendering import screens
from headgate.cli.rendering.fitting_table import as_it_is
from headgate.errors import HeadgateError, NotPermittedError
from headgate.lineage.receiver import API_KEY_VARIABLE, EventAnswer, LineageReceiver
from headgate.plain_names import did_you_mean
from headgate.wiring import lineage_events, stores

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from headgate.api.lake_ports import LakePorts
    from headgate.api.shapes.lake import ColumnLineage, ColumnUse, Lineage, LineageColumn, LineageDataset
    from headgate.lake.ports import FileRecord
    from headgate.snapshots.snapshot import LakeSnapshot

SHOWN_FILES = 20


@click.command(
    epilog=options.example(
        "headgate lineage monthly_sales orders --openlineage --send https://marquez.example.com"
    )
)
@click.argument("tables", metavar="[TABLE]...", nargs=-1)
@click.option(
    "--openlineage",
    is_flag=True,
    help="Print OpenLineage 2-0-2 events of each TABLE, or of all built tables.",
)
@click.option(
    "--send",
    metavar="URL",
    help="Post the events to a server such as Marquez; a URL without a path gets /api/v1/lineage. "
    f"The variable {API_KEY_VARIABLE} has the server's API key, if it needs one.",
)
@click.option(
    "--day",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="Use the events that runs wrote on this day, UTC, instead of those of the current versions.",
)
@click.option(
    "--column",
    metavar="COLUMN",
    help="Show the sources and targets of this column of TABLE; '*' for all columns.",
)
@options.as_json
@options.deployment
def lineage(
    tables: Sequence[str], *, openlineage: bool, send: str | None, day: datetime | None, column: str | None
) -> None:
    """Show the sources of each TABLE, or print or send OpenLineage events.

    Each run writes the events of its published tables to the artifacts bucket; --day uses those. Sending an
    event again is safe. Exits with 3 if the server refused some events, and with 1 if it cannot be reached.
    """
    from headgate.api.deployed_lake import DeployedLake

    receiver = LineageReceiver.at(send, os.environ.get(API_KEY_VARIABLE, "")) if send is not None else None
    if not tables and not (openlineage or receiver):
        raise click.UsageError("Name a table, or add --openlineage for the events of all tables.")
    if day and not (openlineage or receiver):
        raise click.UsageError("--day chooses events. Add --openlineage or --send URL.")
    if column is not None and (openlineage or receiver or len(tables) != 1):
        raise click.UsageError("--column needs one TABLE. Remove --openlineage, --send and other tables.")
    deployed = command_deployment.activate()
    lake = DeployedLake(deployed.environment)
    names = [_known(lake, table) for table in tables]
    if column is not None:
        _show_columns(lake, names[0], column)
        return
    if not (openlineage or receiver):
        _show_lineage(lake, names)
        return
    events = (
        written_events(lake, day.date(), names)
        if day
        else current_events(lake, lineage_events.table_events(deployed.environment), names)
    )
    if receiver:
        sent = send_all(receiver, events)
        options.show([asdict(answer) for answer in sent], lambda: _sent_screen(receiver, sent))
        options.finish(complete=not any(answer.error for answer in sent))
        return
    one_table = len(names) == 1 and len(events) == 1
    options.print_json(events[0] if one_table else events)


def _known(lake: LakePorts, table: str) -> str:
    name, names = table.rpartition(".")[2], sorted({*lake.contracts.source, *lake.contracts.prod})
    if name not in names:
        raise click.ClickException(
            f"There is no table {name}.{did_you_mean(name, names)} Tables: {', '.join(names)}."
        )
    return name


def _show_lineage(lake: LakePorts, names: Sequence[str]) -> None:
    from headgate.api.analytics.lineage import lineage_of_table

    lineages = [lineage_of_table(lake, name) for name in names]
    facts = [of.model_dump() for of in lineages]
    options.show(facts if len(facts) > 1 else facts[0], lambda: Group(*map(_lineage_screen, lineages)))


def _show_columns(lake: LakePorts, table: str, column: str) -> None:
    from headgate.api.analytics.column_lineage import column_lineage_of_table

    of = column_lineage_of_table(lake, table)
    names = [each.column for each in of.columns]
    if column not in ("*", *names):
        raise click.ClickException(
            f"{table} has no column {column}.{did_you_mean(column, names)} Columns: {', '.join(names)}."
        )
    chosen = [each for each in of.columns if column in ("*", each.column)]
    value = {
        "table": table,
        "columns": [each.model_dump() for each in chosen],
        "rows": [use.model_dump() for use in of.rows],
        "is_declared": of.is_declared,
    }
    options.show(value, lambda: _columns_screen(of, chosen))


def _columns_screen(of: ColumnLineage, columns: Sequence[LineageColumn]) -> RenderableType:
    table = screens.screen_table(
        "column", "is computed from", "feeds", title=f"{of.table}, by column", show_lines=True
    )
    for column in columns:
        table.add_row(
            column.column,
            column.unknown or _uses_text(column.sources) or "no column",
            _uses_text(column.feeds) or "no column",
        )
    deciding = _uses_text(of.rows)
    return Group(table, f"Its rows depend on:\n{deciding}") if deciding else table


def _uses_text(uses: Iterable[ColumnUse]) -> str:
    """Return a line for each column with its use."""
    return "\n".join(
        f"{use.table}.{use.column or '*'} ({', '.join(use.uses).lower().replace('_', ' ')})" for use in uses
    )


def _sent_screen(receiver: LineageReceiver, sent: Sequence[EventAnswer]) -> RenderableType:
    refused = [answer for answer in sent if answer.error]
    line = f"{receiver.address} accepted {len(sent) - len(refused)} of {len(sent)} events."
    if not refused:
        return line
    table = screens.screen_table("table", "status", "answer", title="Refused events")
    for answer in refused:
        table.add_row(answer.table, str(answer.status), answer.error)
    return Group(line, table)


def _lineage_screen(of: Lineage) -> RenderableType:
    if not of.snapshot_id:
        return f"{of.table} was not built yet. `headgate run` builds it."
    builder = f"built by {of.system}" if of.system else "merged from increments"
    title = f"{of.table}: {builder} from snapshot {of.snapshot_id}, as of {of.as_of}; version {of.version}"
    numbers = ("rows", "files")
    table = screens.screen_table("dataset", *numbers, "snapshot", numbers=numbers)
    for dataset in of.datasets:
        table.add_row(dataset.dataset, f"{dataset.rows:,}", f"{dataset.file_count:,}", dataset.snapshot_id)
    files = [line for dataset in of.datasets for line in _newest_files(dataset)]
    return Group(
        title, table, as_it_is(files), "Next: `headgate file KEY` shows the stages and tables of a file."
    )


def _newest_files(dataset: LineageDataset) -> list[str]:
    """Return a line for each of the newest files of a dataset, and the number of further files."""
    shown = dataset.files[:SHOWN_FILES]
    more = dataset.file_count - len(shown)
    return [
        *([f"Newest files of {dataset.dataset}:"] if shown else []),
        *(f"  {file.key}" for file in shown),
        *([f"  and {more:,} more; --json lists them"] if more > 0 and shown else []),
    ]


@dataclass(frozen=True)
class TraceStage:
    """A stage of a file's processing; `seconds` since the previous stage, None if not recorded."""

    name: str
    state: str
    at: str
    seconds: float | None
    message: str


@dataclass(frozen=True)
class BuiltTable:
    """A table with rows of the file; `system` is empty for the dataset's own table."""

    table: str
    system: str
    snapshot_id: str
    as_of: str


@dataclass(frozen=True)
class FileTrace:
    """The stages and tables of a file.

    Attributes:
        file_id: also the correlation id of the file's log lines.
        increment: key of its accepted rows in curated; empty if none was accepted.
        tables: tables built from its rows, some of which newer files may have replaced.
        note: why `tables` is empty, if this role may not read the tables.
    """

    file_id: str
    key: str
    dataset: str
    state: str
    received: int
    accepted: int
    quarantined: int
    duplicates: int
    error: str
    remedy: str
    stages: tuple[TraceStage, ...]
    increment: str
    tables: tuple[BuiltTable, ...]
    note: str = ""


@click.command(epilog=options.example("headgate file orders/2024-01-02.csv"))
@click.argument("key")
@options.as_json
@options.deployment
def file(key: str) -> None:
    """Show the stages of the file at KEY, or of a file id, and the tables with its rows."""
    from headgate.api.deployed_lake import DeployedLake

    deployed = command_deployment.activate()
    record = find_record(stores.ledger(deployed.environment).records(), key)
    trace = trace_of(DeployedLake(deployed.environment), record)
    options.show(asdict(trace), lambda: _trace_screen(trace))


def trace_of(lake: LakePorts, record: FileRecord) -> FileTrace:
    """Return the file's stages, and the tables that were built from its rows."""
    from headgate.api.files.stages import stages_of

    tables: tuple[BuiltTable, ...] = ()
    note = ""
    try:
        tables = tuple(_tables_with(lake, record)) if record.curated_key else ()
    except NotPermittedError:  # an uploader or an auditor
        note = "This role may not read the tables with its rows. Ask an analyst or an operator."
    return FileTrace(
        file_id=record.file_id,
        key=record.key,
        dataset=record.dataset,
        state=record.state.value,
        received=record.received,
        accepted=record.accepted,
        quarantined=record.quarantined,
        duplicates=record.duplicates,
        error=record.error.get("message", ""),
        remedy=record.error.get("remedy", ""),
        stages=tuple(
            TraceStage(stage.name, stage.state, stage.at, stage.seconds, stage.message)
            for stage in stages_of(record)
        ),
        increment=record.curated_key,
        tables=tables,
        note=note,
    )


def _tables_with(lake: LakePorts, record: FileRecord) -> Iterator[BuiltTable]:
    """Yield the tables whose snapshot has the file's increment."""
    from headgate.lineage.sources import increments_of
    from headgate.snapshots.read_snapshots import newest_snapshot
    from headgate.systems.up_to_date import READS, snapshot_built_from

    is_merged_into: dict[str, bool] = {}  # by snapshot of the dataset, which many tables share

    def shows_file(snapshot: LakeSnapshot) -> bool:
        of = snapshot.datasets.get(record.dataset)
        if of and of.snapshot_id not in is_merged_into:
            is_merged_into[of.snapshot_id] = record.curated_key in increments_of(
                lake.objects, lake.bucket("curated"), of
            )
        return of is not None and is_merged_into[of.snapshot_id]

    newest = newest_snapshot(lake.objects, lake.bucket("curated"))
    if newest is None:
        return
    if shows_file(newest):
        yield BuiltTable(record.dataset, "", newest.snapshot_id, newest.as_of.isoformat())
    for name, contract in sorted(lake.contracts.prod.items()):
        try:
            shown = lake.catalog.current(lake.databases.prod, name)
            if record.dataset not in shown.parameters.get(READS, "").split(","):
                continue
            snapshot = snapshot_built_from(lake.objects, lake.bucket("curated"), shown)
        except HeadgateError:  # the table is not deployed, or the list of its snapshot was deleted
            continue
        if shows_file(snapshot):
            yield BuiltTable(name, contract.system, snapshot.snapshot_id, snapshot.as_of.isoformat())


def _trace_screen(trace: FileTrace) -> RenderableType:
    counts = (
        f"{trace.received:,} received, {trace.accepted:,} accepted, {trace.quarantined:,} refused, "
        f"{trace.duplicates:,} duplicates"
    )
    stages = screens.screen_table(
        "stage", "state", "at, UTC", "seconds", "details", title=f"{trace.key}: {trace.state}; {counts}"
    )
    for stage in trace.stages:
        seconds = "" if stage.seconds is None else f"{stage.seconds:.1f}"
        stages.add_row(stage.name, stage.state, screens.shown_time(stage.at), seconds, stage.message)
    title = f"Tables with rows of {trace.key}"
    tables = screens.screen_table("table", "system", "snapshot", "as of", title=title)
    for table in trace.tables:
        tables.add_row(table.table, table.system, table.snapshot_id, table.as_of)
    return Group(stages, *([tables] if trace.tables else []), *_next_steps(trace))


def _next_steps(trace: FileTrace) -> Sequence[str]:
    remedy = f". Remedy: {trace.remedy}" if trace.remedy else ""
    steps = [f"Error: {trace.error.rstrip('.')}{remedy}"] if trace.error else []
    if trace.note:
        steps.append(trace.note)
    elif trace.increment and not trace.tables:
        steps.append("Next: `headgate run` merges its rows and builds the tables.")
    return [*steps, f"Log lines: `headgate logs --minutes 60 --contains {trace.file_id}`"]
