from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Group, RenderableType

from headgate.cli import command_deployment, options
from headgate.cli.rendering import screens, system_facts
from headgate.reports import summary
from headgate.wiring import snapshots, stores

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.cli.rendering.system_facts import DatasetTable, SystemFacts
    from headgate.snapshots.reference_counts import CheckedReference


def next_steps(deployed: command_deployment.Deployment) -> tuple[str, ...]:
    """Return useful next commands for the tables of this lake."""
    from headgate.contracts.registry import Registry

    databases, registry = stores.databases(deployed.environment), Registry.load()
    tables = [f"{databases.prod}.{name}" for name in sorted(registry.prod)] or [
        f"{databases.curated}.{name}" for name in sorted(registry.curated)
    ]
    asked = [f'headgate query "select * from {tables[0]} limit 10"   any Athena SQL'] if tables else []  # noqa: S608 shown, never run
    return (
        *asked,
        "headgate questions            the saved questions",
        "headgate files                one record per file",
        f'headgate query "select rule, count(*) from {databases.curated}.quarantine group by 1"',  # noqa: S608 as above
        "headgate contract docs        every table, column, unit and rule",
        "docs/operate/runbook.md       what to do when something goes wrong",
    )


@click.command(epilog=options.example("headgate report --html report.html"))
@click.option(
    "--html",
    "html_path",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write a self-contained page to this file instead.",
)
@options.as_json
@options.deployment
def report(html_path: Path | None) -> None:
    """Show received rows, refused rows with reasons, and the systems' tables.

    With --html: a page with figures and charts of all dashboards, alerts, refused rows, quality and cost.
    """
    deployed = command_deployment.activate()
    if html_path:
        fact = write_page(deployed, html_path)
        options.show(fact, lambda: f"Report: {fact['path']} (alerts: {len(fact['alerts'])})")
        return
    sums, tables, facts = collect(deployed)
    checked = snapshots.checked_references(deployed.environment)
    fact = {
        "datasets": summary.as_dicts(sums),
        "tables": [asdict(table) for table in tables],
        "references": [asdict(reference) for reference in checked],
        "systems": [asdict(system) for system in facts],
    }
    options.show(fact, lambda: screen(sums, tables, facts, checked, next_steps(deployed)))


def write_page(deployed: command_deployment.Deployment, path: Path) -> dict[str, Any]:
    """Write the report page to a file; return its path, the state of the lake, and the alerts."""
    from headgate.reports.publish import make

    page = make(deployed.environment)
    path.write_text(page.text, encoding="utf-8")
    return {
        "path": str(path),
        "lake": page.report.health.state,
        "alerts": [asdict(alert) for alert in page.alerts],
    }


def collect(
    deployed: command_deployment.Deployment,
) -> tuple[list[summary.DatasetSummary], list[DatasetTable], list[SystemFacts]]:
    """Return the sums of the file records, and the tables and facts from Athena."""
    from headgate.contracts.registry import Registry

    registry, env = Registry.load(), deployed.environment
    queries, databases = stores.queries(env), stores.databases(env)
    sums = summary.by_dataset(stores.ledger(env).records())
    tables = system_facts.dataset_tables(queries, registry, databases, sums)
    return sums, tables, system_facts.facts(queries, registry, databases)


def screen(
    sums: Sequence[summary.DatasetSummary],
    tables: Sequence[DatasetTable],
    facts: Sequence[SystemFacts],
    checked: Sequence[CheckedReference] = (),
    steps: Sequence[str] = (),
) -> RenderableType:
    """Return the screen, with references only if rows lack a parent."""
    parts = [screens.received(sums), *screens.reasons(sums)]
    if any(dataset.masked for dataset in sums):
        parts.append(screens.masked(sums))
    if any(dataset.new_columns for dataset in sums):
        parts.append(screens.new_columns_table(sums))
    if broken := [reference for reference in checked if reference.rows]:
        parts.append(screens.references_table(broken))
    if tables:
        parts.append(screens.datasets_table(tables))
    if facts:
        parts.append(screens.systems_table(facts))
    return Group(*parts, screens.next_steps(steps))
