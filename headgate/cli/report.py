"""`headgate report`: the whole lake on one screen."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click
from rich.columns import Columns
from rich.console import Group

from headgate import wiring
from headgate.cli import deployment, options, screens, summary, systems

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from headgate.cli.systems import SystemFacts
    from headgate.lake.references import CheckedReference

NEXT_STEPS = (
    'headgate query "select * from ecommerce_prod.sales_forecast limit 10"   any Athena SQL',
    "headgate questions            questions that are worth asking, ready made",
    "headgate files                one record per file: the lineage",
    'headgate query "select rule, count(*) from ecommerce_curated.quarantine group by 1"',
    "docs/data-dictionary.md       every table, column, unit and rule",
    "docs/runbook.md               what to do when something goes wrong",
)


@click.command(epilog=options.example("headgate report --json"))
@options.as_json
@options.deployment
def report(as_json: bool, deployment_name: str | None) -> None:
    """Show what came in, what was refused and why, and what the systems built."""
    found = deployment.activate(deployment_name)
    sums, facts = collect(found)
    checked = wiring.checked_references(found.environment)
    fact = {
        "datasets": summary.as_dicts(sums),
        "references": [asdict(one) for one in checked],
        "systems": [asdict(one) for one in facts],
    }
    options.show(as_json=as_json, value=lambda: fact, screen=lambda: screen(sums, facts, checked))


def collect(found: deployment.Deployment) -> tuple[list[summary.DatasetSummary], list[SystemFacts]]:
    """What the file records and Athena say."""
    from headgate.contracts.registry import Registry

    sums = summary.by_dataset(wiring.ledger(found.environment).records())
    return sums, systems.facts(wiring.queries(found.environment), Registry.load(), wiring.databases(found.environment))


def screen(
    sums: Sequence[summary.DatasetSummary], facts: Sequence[SystemFacts], checked: Sequence[CheckedReference] = ()
) -> RenderableType:
    """The one screen; references appear on it only where rows lack a parent."""
    masked = [screens.masked(sums)] if any(one.masked for one in sums) else []
    gate = Columns([screens.received(sums), screens.reasons(sums), *masked], padding=(0, 4))
    broken = [one for one in checked if one.rows]
    return Group(gate, *([screens.references(broken)] if broken else []), screens.systems(facts), screens.next_steps(NEXT_STEPS))
