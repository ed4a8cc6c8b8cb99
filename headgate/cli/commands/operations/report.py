"""`headgate report`: the whole lake on one screen."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Group

from headgate.cli import command_deployment, options
from headgate.cli.rendering import screens, system_facts
from headgate.reports import summary
from headgate.wiring import snapshots, stores

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from headgate.cli.rendering.system_facts import DatasetTable, SystemFacts
    from headgate.snapshots.reference_counts import CheckedReference


def next_steps(deployed: command_deployment.Deployment) -> tuple[str, ...]:
    """Return commands for the tables of this lake that a person may want next."""
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
    help="Write one self-contained page here instead.",
)
@options.as_json
@options.deployment
def report(html_path: Path | None, *, as_json: bool, deployment_name: str | None) -> None:
    """Show what came in, what was refused and why, and what the systems built.

    With --html: figures and charts of all dashboards, alerts, what was refused, quality and cost, as one page
    that loads nothing.
    """
    deployed = command_deployment.activate(deployment_name)
    if html_path:
        fact = write_page(deployed, html_path)
        options.show(
            as_json=as_json,
            value=lambda: fact,
            screen=lambda: f"Report: {fact['path']} (alerts: {len(fact['alerts'])})",
        )
        return
    sums, tables, facts = collect(deployed)
    checked = snapshots.checked_references(deployed.environment)
    fact = {
        "datasets": summary.as_dicts(sums),
        "tables": [asdict(table) for table in tables],
        "references": [asdict(reference) for reference in checked],
        "systems": [asdict(system) for system in facts],
    }
    options.show(
        as_json=as_json,
        value=lambda: fact,
        screen=lambda: screen(sums, tables, facts, checked, next_steps(deployed)),
    )


def write_page(deployed: command_deployment.Deployment, path: Path) -> dict[str, Any]:
    """Write the report page to a file, and return where it is and what it alerts about."""
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
    """Return the sums of the file records, and the tables and facts that Athena has."""
    from headgate.contracts.registry import Registry

    registry, queries, databases = (
        Registry.load(),
        stores.queries(deployed.environment),
        stores.databases(deployed.environment),
    )
    sums = summary.by_dataset(stores.ledger(deployed.environment).records())
    return (
        sums,
        system_facts.dataset_tables(queries, registry, databases, sums),
        system_facts.facts(queries, registry, databases),
    )


def screen(
    sums: Sequence[summary.DatasetSummary],
    tables: Sequence[DatasetTable],
    facts: Sequence[SystemFacts],
    checked: Sequence[CheckedReference] = (),
    steps: Sequence[str] = (),
) -> RenderableType:
    """Return the one screen; references appear on it only where rows lack a parent."""
    parts = [screens.received(sums)]
    if any(dataset.reasons for dataset in sums):
        parts.append(screens.reasons(sums))
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
