from __future__ import annotations

from typing import TYPE_CHECKING

import click

from headgate.cli import command_deployment, options
from headgate.cli.commands.tables.iceberg import iceberg
from headgate.cli.rendering import screens
from headgate.plain_names import did_you_mean
from headgate.settings import SystemNamesSettings
from headgate.wiring import clock, stores

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from headgate.lake.ports import TableVersion


@click.group()
def tables() -> None:
    """List versions of the systems' tables, and roll a table back to an earlier version."""


tables.add_command(iceberg)


@tables.command(epilog=options.example("headgate tables versions monthly_sales"))
@click.argument("table")
@options.as_json
@options.deployment
def versions(table: str) -> None:
    """List the versions of TABLE, newest first; `held` is a version that was rolled back.

    `pushed SQL` is the version of its SQL in `headgate push --list`; empty for the SQL of the deployment.
    """
    shown, _ = _found(command_deployment.activate(), table)
    rows = version_rows(shown)
    options.show(rows, lambda: _versions_table(rows, table))


@tables.command(epilog=options.example("headgate tables rollback monthly_sales --yes"))
@click.argument("table")
@click.option(
    "--to",
    default="",
    metavar="VERSION",
    help="A version of `headgate tables versions`; default: the previous one.",
)
@options.yes
@options.as_json
@options.deployment
def rollback(table: str, to: str, *, yes: bool) -> None:
    """Make TABLE show an earlier version, atomically.

    A run with the same data and code keeps it; a run with new data or code publishes again. Undo a rollback
    with --to.
    """
    from headgate.systems.rollback import roll_back, rollback_target

    shown, bucket = _found(command_deployment.activate(), table)
    proposed = rollback_target(shown, to)
    if not yes:
        question = f"Roll {shown.table} back to version {proposed.name}, as of {_day(proposed.as_of)}?"
        click.confirm(question, abort=True, err=True)
    target = roll_back(stores.catalog(), stores.objects(), bucket, shown, to, now=clock.utc_now())
    fact = {"table": shown.table, "version": target.name}
    fact |= {"as_of": target.as_of, "snapshot_id": target.snapshot_id}
    text = f"{shown.table} shows version {target.name}, as of {_day(target.as_of)}."
    options.show(fact, lambda: text)


def _day(as_of: str) -> str:
    return as_of or "an unknown day"


def version_rows(shown: TableVersion) -> list[dict[str, object]]:
    """Return the versions of a table as facts; `state` is shown, held, or empty."""
    from headgate.lake import keys
    from headgate.lake.ports import ROWS
    from headgate.systems.rollback import is_held, versions_of
    from headgate.systems.up_to_date import DEFINITIONS

    current = keys.version_of(shown.location)
    return [
        {
            "version": version.name,
            "state": "shown" if version.name == current else "held" if is_held(shown, version.name) else "",
            "as_of": version.as_of,
            "snapshot_id": version.snapshot_id,
            "rows": int(version.parameters.get(ROWS, "0")),
            "contract": version.parameters.get("headgate.contract", ""),
            "definitions": version.parameters.get(DEFINITIONS, ""),
        }
        for version in versions_of(shown)
    ]


def _found(deployed: command_deployment.Deployment, table: str) -> tuple[TableVersion, str]:
    """Return the shown version of a prod table, and the bucket of its system."""
    from headgate.contracts.registry import Registry

    registry, name = Registry.load(), table.rpartition(".")[2]
    if name in registry.source:
        raise click.ClickException(
            f"{name} is a dataset, whose table always shows the newest merge. `headgate files revert KEY` "
            "undoes an upload, and `headgate run` merges again."
        )
    if name not in registry.prod:
        problem = f"There is no table {name}.{did_you_mean(name, registry.prod)}"
        raise click.ClickException(f"{problem} Tables: {', '.join(sorted(registry.prod))}.")
    bucket = SystemNamesSettings.from_env(deployed.environment).prod_buckets[registry.prod[name].system]
    return stores.catalog().current(stores.databases(deployed.environment).prod, name), bucket


def _versions_table(rows: Sequence[dict[str, object]], table: str) -> Table | str:
    if not rows:
        return f"The catalog has no version of {table} yet. `headgate run` builds one."
    made = screens.screen_table("version", "state", "as of", "snapshot", "rows", "contract", "pushed SQL")
    for row in rows:
        made.add_row(*(f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row.values()))
    return made
