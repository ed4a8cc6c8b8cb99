"""`headgate forget`: erase one person from every zone and every version, with a certificate."""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Group

from headgate.cli import command_deployment, options
from headgate.cli.commands.operations.pipeline import watched_run
from headgate.cli.rendering import screens
from headgate.errors import ServiceError
from headgate.plain_names import did_you_mean
from headgate.runs.start_or_postpone import SUCCEEDED
from headgate.wiring import erasure

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rich.table import Table

    from headgate.contracts.model import Contract
    from headgate.erasure.erase_rows import SubjectData
    from headgate.erasure.forget import ErasurePlan

DEFAULT_DATASET = "customers"
_LEFT = "versions_with_texts"
_LABELS = {_LEFT: "object versions that still hold a text of the person", "key_sha256": "SHA-256 of the key"}
_WARNING = (
    "Erase these rows for good, with the originals of their files in raw and every earlier version of "
    "snapshots and tables? "
    "Other rows of these files stay in curated, but can no longer be replayed. "
    "Listed files that were not accepted are lost with all their rows."
)
_WARNING_OF_FILES = (
    "Delete these files for good, with all their rows? To keep the rows of other people, answer no and "
    "accept the files first."
)


@click.command(epilog=options.example("headgate forget C-10234 --dry-run"))
@click.argument("key")
@click.option(
    "--dataset", default=DEFAULT_DATASET, show_default=True, help="The dataset whose primary key KEY is."
)
@click.option(
    "--to",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to write the certificate; default: forgotten-<id>.json.",
)
@click.option("--dry-run", is_flag=True, help="Show what would be erased, and change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option(
    "--timeout-s",
    type=click.IntRange(min=1),
    default=3600,
    show_default=True,
    help="How long to wait for the run.",
)
@options.as_json
@options.deployment
def forget(
    key: str,
    dataset: str,
    to: Path | None,
    *,
    dry_run: bool,
    yes: bool,
    timeout_s: int,
    as_json: bool,
    deployment_name: str | None,
) -> None:
    """Erase the rows of KEY, and all rows that refer to it, from every zone and every object version; write a
    certificate.

    Runs the pipeline, so that tables are built without these rows. Ends with 3 where a text of the person was
    found in what is left. Call it again after a failure: it continues. Files that were not accepted and name
    the person are listed and deleted whole. A key that neither a stored row nor such a file has is an error,
    and nothing is deleted.
    """
    from headgate.erasure.subject_rows import Subject

    deployed = command_deployment.activate(deployment_name)

    def build() -> None:
        ended = watched_run(deployed, {}, timeout_s=timeout_s, console=options.progress_console())
        if ended.status != SUCCEEDED:
            raise ServiceError(
                "The rows are erased, but the run failed: old tables are left. `headgate runs` says "
                "why; then call forget again."
            )

    forgetter = erasure.forgetter(deployed.environment, build)
    if dataset not in forgetter.eraser.contracts:
        raise click.ClickException(_why_no_dataset(dataset, forgetter.eraser.contracts))
    subject = Subject(dataset, key)
    plan = forgetter.plan(subject)
    if dry_run:
        options.show(as_json=as_json, value=lambda: planned(plan), screen=lambda: _plan_screen(plan))
        return
    if not yes:
        options.progress_console().print(_plan_screen(plan))
        click.confirm(_WARNING if plan.subject_data.is_of_lake else _WARNING_OF_FILES, abort=True, err=True)
    certificate = forgetter.forget(subject, plan, secrets.token_hex(16))
    path = to or Path(f"forgotten-{certificate['snapshot_id'] or 'files'}-{secrets.token_hex(4)}.json")
    path.write_text(json.dumps(certificate, indent=1) + "\n", encoding="utf-8")
    options.show(
        as_json=as_json,
        value=lambda: {"certificate": str(path), **certificate},
        screen=lambda: _result(certificate, path),
    )
    options.finish(complete=bool(certificate["complete"]))


def _why_no_dataset(dataset: str, contracts: Mapping[str, Contract]) -> str:
    """Return one sentence for what happened, and one for the option with the datasets that it takes."""
    with_key = sorted(name for name, contract in contracts.items() if len(contract.key) == 1)
    return (
        f"There is no dataset {dataset}.{did_you_mean(dataset, with_key)} "
        "Remedy: name the dataset whose primary key KEY is with --dataset; datasets with such a key: "
        f"{', '.join(with_key) or 'none'}."
    )


def planned(plan: ErasurePlan) -> dict[str, object]:
    """Return what would be erased, without any value of the person."""
    subject_data = plan.subject_data
    return {
        "files": subject_data.files,
        "contents_by_dataset": {dataset: len(of) for dataset, of in sorted(subject_data.contents.items())},
        "unaccepted_files": _unaccepted_keys(plan),
    }


def _unaccepted_keys(plan: ErasurePlan) -> list[str]:
    """Return the keys in order; a key with several versions once."""
    return sorted({screens.safe_name(file.key) for file in plan.unaccepted})


def _plan_screen(plan: ErasurePlan) -> Group:
    return Group(_rows_screen(plan.subject_data), *_unaccepted_screen(_unaccepted_keys(plan)))


def _rows_screen(subject_data: SubjectData) -> Table | str:
    if not subject_data.is_of_lake:
        return "No row of the lake has this key. No table is built again; only the files below are deleted."
    if not subject_data.contents:
        return "An earlier call erased the rows and did not end. This call continues it."
    table = screens.screen_table("dataset", "files with rows of this key", title="What would be erased")
    for dataset, contents in sorted(subject_data.contents.items()):
        table.add_row(dataset, f"{len(contents):,}")
    return table


def _unaccepted_screen(names: list[str]) -> Iterator[Table]:
    if names:
        table = screens.screen_table(
            "file",
            title=(
                "Files that were not accepted and name this person: their only copies are deleted, with "
                "all rows"
            ),
        )
        for name in names:
            table.add_row(name)
        yield table


def _cell(name: str, value: object) -> str:
    """Return a certificate's value for a person: how many, or one line for each part.

    Where a text is left, each object.
    """
    if name == _LEFT and isinstance(value, list) and value:
        return "\n".join(
            sorted({screens.safe_name(f"{version['bucket']}/{version['key']}") for version in value})
        )
    if isinstance(value, list):
        return f"{len(value):,}"
    if isinstance(value, dict):
        return "\n".join(f"{name.replace('_', ' ')}: {part}" for name, part in value.items())
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _result(certificate: dict[str, object], path: Path) -> Table:
    table = screens.screen_table(
        "what",
        "value",
        title="Forgotten" if certificate["complete"] else "Erased, but texts of the person were found",
    )
    for name, value in certificate.items():
        table.add_row(_LABELS.get(name, name.replace("_", " ")), _cell(name, value))
    table.add_row("certificate", str(path))
    return table
