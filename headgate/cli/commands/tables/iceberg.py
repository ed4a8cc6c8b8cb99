from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click
from rich.console import Group

from headgate.cli import command_deployment, options
from headgate.cli.rendering import screens
from headgate.plain_names import did_you_mean
from headgate.wiring import stores

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from headgate.lake.ports import TableVersion

# `snapshot` is the number of a version, `showing` the location of metadata that have it as current version.
SNIPPETS = {
    "athena": 'SELECT * FROM "{database}"."{table}" FOR VERSION AS OF {snapshot}',
    "duckdb": "SELECT * FROM iceberg_scan('{metadata}', snapshot_from_id = {snapshot})",
    "pyiceberg": 'StaticTable.from_metadata("{metadata}").scan(snapshot_id={snapshot}).to_arrow()',
    "polars": 'polars.scan_iceberg("{metadata}", snapshot_id={snapshot}).collect()',
    "datafusion": 'IcebergDataFusionTable(["lake", "{table}"], "{showing}", {{}})',
    "spark": ('spark.read.format("iceberg").option("snapshot-id", {snapshot}).load("{metadata}")'),
}


@click.command(epilog=options.example("headgate tables iceberg monthly_sales --engine duckdb"))
@click.argument("table")
@click.option("--version", default="", metavar="VERSION", help="A listed version; default: the shown one.")
@click.option("--engine", type=click.Choice([*SNIPPETS]), help="Print only the statement of this engine.")
@options.as_json
@options.deployment
def iceberg(table: str, version: str, engine: str | None) -> None:
    """Print the location of TABLE's Iceberg metadata, its versions, and statements of engines that read one.

    Needs a deployment with `iceberg = true`, and a run since then.
    """
    facts = iceberg_facts(_shown(command_deployment.activate(), table), version, engine)
    options.show(asdict(facts), lambda: facts.read[engine] if engine else _screen(facts), unlimited=True)


@dataclass(frozen=True)
class IcebergFacts:
    """The Iceberg metadata of a table.

    Attributes:
        metadata: the location in the catalog.
        folder: for readers that follow `version-hint.text`.
        shown: the version that the table shows.
        versions: newest first; `snapshot` is the number after `FOR VERSION AS OF`.
        read: a statement per engine that reads the requested version.
    """

    metadata: str
    folder: str
    shown: str
    versions: list[dict[str, str | int]]
    read: dict[str, str]


def iceberg_facts(shown: TableVersion, version: str = "", engine: str | None = None) -> IcebergFacts:
    """Return the metadata of a table, and statements that read a version, by default the shown one."""
    from headgate.snapshots import iceberg_metadata
    from headgate.snapshots.iceberg import METADATA_LOCATION, metadata_showing, read_document

    document = read_document(stores.objects(), shown)
    if document is None:
        raise click.ClickException(
            f"{shown.table} has no Iceberg metadata. Deploy with `iceberg = true`; the next run writes them."
        )
    current, versions = iceberg_metadata.shown_version(document), _versions(document["snapshots"])
    wanted = version or current
    if wanted not in {row["version"] for row in versions}:
        names = ", ".join(str(row["version"]) for row in versions)
        raise click.ClickException(f"{shown.table} has no version {version}. Versions: {names}.")
    metadata = shown.parameters[METADATA_LOCATION]
    showing = metadata_showing(document, metadata, wanted)
    read = {
        name: text.format(
            database=shown.database,
            table=shown.table,
            metadata=metadata,
            showing=showing,
            snapshot=iceberg_metadata.version_snapshot_id(wanted),
        )
        for name, text in SNIPPETS.items()
        if showing or "{snapshot}" in text
    }
    if engine and engine not in read:
        raise click.ClickException(
            f"{engine} reads only the shown version of a table and the one before. "
            f"Engines that read earlier versions: {', '.join(read)}."
        )
    return IcebergFacts(metadata, document["location"], current, versions, read)


def _versions(snapshots: Sequence[Mapping[str, Any]]) -> list[dict[str, str | int]]:
    from headgate.snapshots.iceberg_metadata import VERSION

    return [
        {
            "version": item["summary"][VERSION],
            "snapshot": item["snapshot-id"],
            "published_at": datetime.fromtimestamp(item["timestamp-ms"] / 1000, UTC).isoformat(),
            "rows": int(item["summary"]["total-records"]),
        }
        for item in sorted(snapshots, key=lambda item: int(item["sequence-number"]), reverse=True)
    ]


def _screen(facts: IcebergFacts) -> Group:
    versions = screens.screen_table("version", "state", "snapshot", "published", "rows", numbers=["rows"])
    for row in facts.versions:
        state = "shown" if row["version"] == facts.shown else ""
        moment = str(row["published_at"])[:19]
        versions.add_row(str(row["version"]), state, str(row["snapshot"]), moment, f"{row['rows']:,}")
    reads = (f"{engine}: {text}" for engine, text in facts.read.items())
    return Group(f"metadata: {facts.metadata}", versions, *reads)


def _shown(deployed: command_deployment.Deployment, table: str) -> TableVersion:
    """Return the shown version of a table of curated or prod."""
    from headgate.contracts.registry import Registry

    registry, name = Registry.load(), table.rpartition(".")[2]
    databases = stores.databases(deployed.environment)
    if name in registry.prod:
        return stores.catalog().current(databases.prod, name)
    if name in registry.curated:
        return stores.catalog().current(databases.curated, name)
    names = [*registry.curated, *registry.prod]
    raise click.ClickException(
        f"There is no table {name}.{did_you_mean(name, names)} Tables: {', '.join(sorted(names))}."
    )
