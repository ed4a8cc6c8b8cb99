from __future__ import annotations

import hashlib
import os
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from headgate.cli import command_deployment, options
from headgate.cli.commands.files.export_schedule import RUN_NAME, SOURCE, login, start
from headgate.cli.rendering import export_progress, screens
from headgate.contracts import odcs_reader
from headgate.contracts.odcs_writer import to_odcs
from headgate.contracts.registry import Registry
from headgate.deployment import FOLDER
from headgate.errors import AuditError, ContractError
from headgate.export.certifying.certificate import Certificate, OtherManifestError
from headgate.export.planning.contract_tables import contracts_of, source_name
from headgate.export.reading.file_batches import FileFormat
from headgate.export.requests import ExportReport, ExportRequest, ImpossibleDates, Mode, Verification
from headgate.export.run_names import day_of, named_by_time
from headgate.export.server.login import Login, source_url
from headgate.lake.keys import RUN_MANIFEST, ExportKey
from headgate.wiring import exports

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.table import Table

    from headgate.contracts.model import Contract
    from headgate.export.exporting import Exporting
    from headgate.export.run_store import RunStore

WORKSPACE = FOLDER / "exports"


@click.group()
def export() -> None:
    """Export tables of a MySQL or PostgreSQL server, consistent and certified.

    The login is MYSQL_URL (mysql://user:password@host:port/database) or POSTGRES_URL (postgresql://…), else
    the deployment's secret; with --source NAME it is MYSQL_URL_NAME or POSTGRES_URL_NAME, else the secret
    <deployment>/mysql/NAME. ?schema=NAME chooses a schema of PostgreSQL. TLS is on, except to this machine or
    with ?tls=off; ?ca=FILE is the trusted authority, &name=HOST the server's name in its certificate, for
    example behind a tunnel.
    """


export.add_command(login)
export.add_command(start)

_of_source = click.option(
    "--source", default="", metavar="NAME", help="Only tables of this database; default: all databases."
)
_to = click.option(
    "--to", default="", metavar="DIR|s3://…", help="A folder or a bucket's prefix instead of a deployment."
)


@export.command(
    epilog=options.example("headgate export run --to ./copy --tables orders,customers --workers 4")
)
@click.option(
    "--tables", default="", metavar="A,B", help="Tables or views of the server; default: all with a contract."
)
@click.option("--where", default="", metavar="SQL", help="Only rows that match this condition.")
@click.option("--sql", default="", metavar="SELECT", help="Export the rows of a query; --name names it.")
@click.option("--name", default="", metavar="NAME", help="The dataset of the rows of --sql.")
@_to
@SOURCE
@click.option("--incremental", is_flag=True, help="Only rows that changed since the last run.")
@click.option(
    "--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="Parallel connections."
)
@RUN_NAME
@click.option(
    "--overlap-s",
    default=300,
    show_default=True,
    type=click.IntRange(min=0),
    help="Seconds before the end of the last run that an incremental run reads again.",
)
@click.option(
    "--stop-on-impossible-dates",
    is_flag=True,
    help="Fail on impossible dates such as 0000-00-00; otherwise they become null.",
)
@click.option(
    "--format",
    "file_format",
    default="parquet",
    show_default=True,
    type=click.Choice(["parquet", "csv"]),
    help="Format of the files.",
)
@click.option(
    "--mask-at-source", is_flag=True, help="Mask sensitive columns while reading: no card number reaches raw."
)
@click.option("--resume", is_flag=True, help="Continue all unfinished runs with their own options.")
@options.as_json
@options.deployment
def run(resume: bool, to: str, source: str, **asked: str | int) -> None:
    """Export now: either all tables are published with their certificates, or none.

    With --to it needs no deployment and no contract: all tables of the database go to DIR or
    s3://bucket/prefix.
    """
    if to and asked["mask_at_source"]:
        raise click.UsageError(
            "--mask-at-source needs the contracts and the masking key of a deployment. Remove --to."
        )
    if bool(asked["sql"]) != bool(asked["name"]):
        raise click.UsageError("--sql and --name need each other. Give the query and the dataset's name.")
    name = "" if to else command_deployment.activate().name
    reader = exports.source_login(os.environ, source)
    if to:
        exporting = exports.exporting_to(to, reader, _workspace(to))
        asked["tables"] = asked["tables"] or asked["name"] or ",".join(_tables(reader))
    else:
        exporting_as = partial(
            exports.exporting, os.environ, reader, _workspace_of(name, source), mirrored=False, source=source
        )
        exporting = exporting_as()
    wanted = (
        exporting.unfinished() if resume else [_again(exporting, _request(source or reader.database, asked))]
    )
    if any(request.mask_at_source for request in wanted):
        exporting = exporting_as(masked=True)
    with export_progress.showing_progress(options.progress_console()) as listener:
        reports = [exporting.run(request, listener) for request in wanted]
    options.show([report_facts(report) for report in reports], lambda: _reports(reports))


def _workspace(to: str) -> Path:
    """Return the folder for unfinished runs to one destination."""
    where = to if "://" in to else str(Path(to).resolve())
    return WORKSPACE / f"to-{hashlib.sha256(where.encode()).hexdigest()[:12]}"


def _workspace_of(deployment: str, source: str) -> Path:
    return WORKSPACE / (f"{deployment}-{source}" if source else deployment)


def _tables(reader: Login) -> list[str]:
    database = exports.source_of(reader)
    with closing(database.connect()) as session:
        return database.tables(session)


@export.command(epilog=options.example("headgate export verify orders --run 20260102T010000Z"))
@click.argument("table", default="")
@_to
@_of_source
@click.option("--run", "run_name", default="", metavar="NAME", help="Run; default: each table's newest.")
@options.as_json
@options.deployment
def verify(table: str, to: str, **asked: str) -> None:
    """Compare every file and row of published runs with their certificates.

    Exits with 3 if one differs.
    """
    run_name = asked["run_name"]
    workspace = _workspace(to) if to else WORKSPACE / command_deployment.activate().name
    store = exports.export_destination(to) if to else exports.landed_exports(os.environ)
    chosen = [
        key
        for key in _manifests(store, _datasets(store, table, to, asked["source"]))
        if run_name in ("", key.run) and _certifies(store, key)
    ]
    newest = chosen if run_name else list({key.dataset: key for key in chosen}.values())
    if not newest:
        raise click.ClickException("There is no such run. `headgate export runs` lists the published runs.")
    workspace.mkdir(parents=True, exist_ok=True)
    checked = [_verified(store, key, workspace) for key in newest]
    options.show(
        [{**vars(check), "holds": check.holds} for check in checked], lambda: _verifications(checked)
    )
    options.finish(complete=all(check.holds for check in checked))


@export.command(epilog=options.example("headgate export runs orders"))
@click.argument("table", default="")
@_to
@_of_source
@options.as_json
@options.deployment
def runs(table: str, to: str, source: str) -> None:
    """List the published runs of TABLE, or of all tables with a contract; with --to, of all tables there."""
    if not to:
        command_deployment.activate()
    store = exports.export_destination(to) if to else exports.landed_exports(os.environ)
    manifests = _manifests(store, _datasets(store, table, to, source))
    certificates = [*filter(None, (_certificate(store, key) for key in manifests))]
    options.show([*map(certificate_facts, certificates)], lambda: _certificates(certificates))


@export.command(
    epilog=options.example("headgate export contract --tables film,actor --into contracts/source")
)
@click.option("--tables", default="", metavar="A,B", help="Tables; default: all of the database.")
@click.option(
    "--into",
    type=click.Path(file_okay=False, path_type=Path),
    help="A folder for one file per table; default: standard output.",
)
@SOURCE
@options.deployment
def contract(tables: str, into: Path | None, source: str) -> None:
    """Draft contracts of the server's tables with types, keys, foreign keys, and masks for card data.

    Existing files are not overwritten. With --source NAME the datasets are called NAME_table; export them
    with --source NAME.
    """
    import yaml

    if not source_url(os.environ, source):
        command_deployment.activate()
    for name, drafted in _drafts(exports.source_login(os.environ, source), _names(tables), source).items():
        _warn_about_name(drafted)
        text = yaml.safe_dump(to_odcs(drafted), sort_keys=False, allow_unicode=True, width=120)
        path = into / f"{name.replace('/', '_')}.yaml" if into else None
        if path is None:
            click.echo(f"---\n{text}", nl=False)
        elif path.exists():
            click.echo(f"{path} exists already; not overwritten", err=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            click.echo(f"{path}: {len(drafted.columns)} columns, {len(drafted.sensitive)} sensitive")


def _warn_about_name(drafted: Contract) -> None:
    """Warn when a table's name is not a valid dataset name; the draft is still written."""
    try:
        odcs_reader.check_dataset_name(drafted.id, drafted.dataset)
    except ContractError as error:
        click.echo(str(error), err=True)


def _drafts(reader: Login, wanted: tuple[str, ...], source: str) -> dict[str, Contract]:
    from headgate.drafts.column_inference import guess_mask
    from headgate.export.planning.drafting import draft_from_table

    database = exports.source_of(reader)
    with closing(database.connect()) as session:
        drafts = [
            draft_from_table(database, session, database.describe(session, table), guess_mask, source)
            for table in wanted or database.tables(session)
        ]
    return {contract.dataset: contract for contract in drafts}


def _names(listed: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in listed.split(",") if name.strip())


def report_facts(report: ExportReport) -> dict[str, object]:
    """Return the outcome of a run as JSON."""
    return {
        "run": report.run,
        "changed": report.changed,
        "rows": report.rows,
        "tables": [certificate_facts(certificate) for certificate in report.certificates],
    }


def certificate_facts(certificate: Certificate) -> dict[str, object]:
    """Return the main facts of a certificate as JSON."""
    return {
        "table": certificate.table,
        "run": certificate.run,
        "day": certificate.exported_on,
        "mode": certificate.mode,
        "rows": certificate.digest.rows,
        "files": len(certificate.files),
        "size_bytes": certificate.size_bytes,
        "checksum": certificate.digest.checksum,
        "method": certificate.moment.method,
        "position": certificate.moment.position,
        "deleted": certificate.deleted,
        "impossible_dates": sum(certificate.impossible_dates.values()),
        "drift": list(certificate.drift),
    }


def _request(source: str, asked: dict[str, str | int]) -> ExportRequest:
    now = datetime.now(UTC)
    run_name = str(asked["run_name"]) or named_by_time(now)
    return ExportRequest(
        source,
        run_name,
        day_of(run_name, now.date()),
        _names(str(asked["name"] or asked["tables"])),
        mode=Mode.INCREMENTAL if asked["incremental"] else Mode.FULL,
        workers=int(asked["workers"]),
        overlap_s=int(asked["overlap_s"]),
        impossible_dates=ImpossibleDates.STOP if asked["stop_on_impossible_dates"] else ImpossibleDates.NULL,
        mask_at_source=bool(asked["mask_at_source"]),
        file_format=FileFormat[str(asked["file_format"]).upper()],
        where=str(asked["where"]),
        sql=str(asked["sql"]),
    )


def _again(exporting: Exporting, request: ExportRequest) -> ExportRequest:
    """Return the request with the day of the first attempt of the same run."""
    for run in exporting.unfinished():
        if (run.source, run.run) == (request.source, request.run):
            return replace(request, exported_on=run.exported_on)
    return request


def _datasets(store: RunStore, table: str, to: str, source: str) -> list[str]:
    """Return the datasets of TABLE, which may be its name at the source.

    Raises:
        click.UsageError: the source has no such table or no contract.
    """
    if to and source:
        raise click.UsageError("--source needs the lake's contracts, which --to does not use. Remove one.")
    if not source:
        return [table] if table else store.tables() if to else sorted(Registry.load().source)
    contracts = contracts_of(Registry.load().source, source)
    if not table and contracts:
        return sorted(contracts)
    names = [name for name, of in sorted(contracts.items()) if table in (name, source_name(name, of))]
    if not names:
        lacking = f"The source {source} has no contract{f' for {table}' if table else ''}."
        raise click.UsageError(f"{lacking} Draft one: headgate export contract --source {source}")
    return names


def _manifests(store: RunStore, datasets: Sequence[str]) -> list[ExportKey]:
    """Return the manifests of all published runs of the datasets, oldest first."""
    return [key for name in datasets for key in store.runs(name)]


def _certificate(store: RunStore, key: ExportKey) -> Certificate | None:
    """Return the certificate in a manifest; None if it has none or is damaged."""
    try:
        return store.certificate(key)
    except AuditError:
        return None


def _certifies(store: RunStore, key: ExportKey) -> bool:
    """Return whether a manifest belongs to an export, damaged or not."""
    try:
        store.certificate(key)
    except OtherManifestError:
        return False
    except AuditError:
        pass
    return True


def _verified(store: RunStore, key: ExportKey, workspace: Path) -> Verification:
    """Return the verification of a run, with a finding if its manifest cannot be read."""
    try:
        return store.verify(key, workspace)
    except AuditError as error:
        return Verification(key.dataset, key.run, 0, 0, (f"{RUN_MANIFEST}: {error}",))


def _reports(reports: list[ExportReport]) -> Table | str:
    if not reports:
        return "No run is unfinished."
    table = _certificates([certificate for report in reports for certificate in report.certificates])
    if not any(report.changed for report in reports):
        table.title = "Exported before; nothing was changed"
    return table


def _certificates(certificates: Iterable[Certificate]) -> Table:
    table = screens.screen_table("table", "run", "mode", "rows", "files", "MB", "moment", "checksum")
    for certificate in certificates:
        digest = certificate.digest
        moment = f"{certificate.moment.method} {certificate.moment.gtid or certificate.moment.position}"
        counts = f"{digest.rows:,}", str(len(certificate.files)), f"{certificate.size_bytes / 1e6:,.1f}"
        names = certificate.table, certificate.run, certificate.mode
        table.add_row(*names, *counts, moment, str(digest.checksum))
    return table


def _verifications(checked: list[Verification]) -> Table:
    table = screens.screen_table("table", "run", "files", "rows", "holds", "findings")
    for check in checked:
        counts = str(check.files), f"{check.rows:,}"
        holds = "yes" if check.holds else "NO"
        table.add_row(check.table, check.run, *counts, holds, "\n".join(check.findings))
    return table
