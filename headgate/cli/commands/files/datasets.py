from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from headgate.cli import command_deployment, options
from headgate.cli.rendering import screens

if TYPE_CHECKING:
    from headgate.api.deployed_lake import DeployedLake
    from headgate.api.shapes.removals import DatasetRemoval, RemovalProgress


@click.group()
def datasets() -> None:
    """List, remove and restore datasets that people created in the console."""


@datasets.command(name="list", epilog=options.example("headgate datasets list --json"))
@options.as_json
@options.deployment
def list_command() -> None:
    """List the datasets that people created, those that wait for a deployment, and removed ones."""
    from headgate.api.files import contract_drafts, removals
    from headgate.wiring import operations

    listed = contract_drafts.listed(_lake(), removals.operator(operations.caller())).drafts
    facts: list[dict[str, Any]] = [
        {
            "dataset": draft.dataset,
            "state": "in use" if draft.is_in_use else "removed" if draft.removed_by else "waiting",
            "created_by": draft.by,
            "created_at": draft.at,
            "removed_by": draft.removed_by,
            "removed_at": draft.removed_at,
        }
        for draft in listed
    ]
    columns = {name.replace("_", " "): name for name in facts[0]} if facts else {}
    options.show(facts, lambda: screens.fact_table(facts, columns) if facts else "Nobody created a dataset.")


@datasets.command(epilog=options.example("headgate datasets remove branch_visits --yes"))
@click.argument("name")
@options.yes
@options.as_json
@options.deployment
def remove(name: str, *, yes: bool) -> None:
    """Remove the dataset NAME that a person created in the console.

    Its contract leaves use and its files are reverted now; the next run drops its table. Originals stay in
    raw, and `headgate datasets restore` takes the removal back while they are there. Exits with 3 if the gate
    was processing a file: run the command again.
    """
    from headgate.api.files import removals
    from headgate.wiring import operations

    lake = _lake()
    person = removals.operator(operations.caller())
    effects = removals.preview(lake, person, name)
    if not yes:
        click.echo(_effects(effects), err=True)
        typed = click.prompt("Type the name of the dataset to remove it", err=True)
        if typed != name:
            raise click.ClickException(f"The typed name differs from {name}. Nothing was removed.")
    progress = removals.remove(lake, person, name, is_limited=False)
    _finish(
        progress, f"Removed {name}: {_files(progress.done)} reverted. Next: `headgate run` drops its table."
    )


@datasets.command(epilog=options.example("headgate datasets restore branch_visits"))
@click.argument("name")
@options.as_json
@options.deployment
def restore(name: str) -> None:
    """Take the removal of the dataset NAME back: its contract and the rows of its files return.

    The gate processes the originals again, and the next run makes the table. Exits with 3 if files are left
    or do not come back.
    """
    from headgate.api.files import removals
    from headgate.wiring import operations

    progress = removals.restore(_lake(), removals.operator(operations.caller()), name, is_limited=False)
    done = f"Restored {name}: {_files(progress.done)}. Next: `headgate run` makes its table."
    _finish(progress, done)


def _lake() -> DeployedLake:
    from headgate.api.deployed_lake import DeployedLake

    return DeployedLake(command_deployment.activate().environment)


def _effects(effects: DatasetRemoval) -> str:
    """Return what a removal changes, line by line."""
    rows = f"{effects.accepted:,} accepted and {effects.refused:,} refused rows"
    lines = [f"{_files(effects.files)} with {rows} leave the lake. Their originals stay in raw."]
    if effects.table:
        lines.append(f"The next run drops the table {effects.table}.")
    lines += [f'The question "{question.name}" of {question.by} will fail.' for question in effects.questions]
    lines += [f'The dashboard "{board.title}" will fail in part.' for board in effects.dashboards]
    return "\n".join(lines)


def _finish(progress: RemovalProgress, done: str) -> None:
    left = f"Left: {_files(progress.left)}, which a worker has. Run the command again."
    lost = f" Not restored: {', '.join(map(screens.safe_name, progress.lost))}." if progress.lost else ""
    sentence = (left if progress.left else done) + lost
    options.show(progress.model_dump(), lambda: sentence)
    options.finish(complete=not (progress.left or progress.lost))


def _files(number: int) -> str:
    return f"{number:,} file{'' if number == 1 else 's'}"
