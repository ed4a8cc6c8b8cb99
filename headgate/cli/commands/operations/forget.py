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
_LABELS = {_LEFT: "object versions that still have a text of the person", "key_sha256": "SHA-256 of the key"}
_WARNING = (
    "Erase these rows permanently, with the originals of their files in raw and all earlier versions of "
    "snapshots and tables? Other rows of these files stay in curated, but can no longer be replayed. Listed "
    "files that were not accepted are deleted with all their rows."
)
_WARNING_OF_FILES = (
    "Delete these files permanently, with all their rows? To keep the rows of other people, answer no and "
    "accept the files first."
)


@click.command(epilog=options.example("headgate forget C-10234 --dry-run"))
@click.argument("key")
@click.option(
    "--dataset", default=DEFAULT_DATASET, show_default=True, help="Dataset that has KEY as primary key."
)
@click.option(
    "--to",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File of the certificate; default: forgotten-<id>.json.",
)
@click.option("--dry-run", is_flag=True, help="Show what would be erased, and change nothing.")
@options.yes
@options.watch_timeout
@options.as_json
@options.deployment
def forget(key: str, dataset: str, to: Path | None, *, dry_run: bool, yes: bool, timeout_s: int) -> None:
    """Erase the rows of KEY and all rows that refer to it everywhere, with a certificate.

    Starts a run that builds the tables without these rows. Files that were not accepted and name the person
    are listed and deleted with all rows. After a failure, call it again to continue. A key that is in no row
    and no such file is an error. Exits with 3 if a text of the person remains.
    """
    from headgate.erasure.subject_rows import Subject

    deployed = command_deployment.activate()

    def build() -> None:
        ended = watched_run(deployed, {}, timeout_s=timeout_s, console=options.progress_console())
        if ended.status != SUCCEEDED:
            raise ServiceError(
                "The rows are erased, but the run failed, so old tables remain. Fix the cause that "
                "`headgate runs` shows, then call forget again."
            )

    forgetter = erasure.forgetter(deployed.environment, build)
    if dataset not in forgetter.eraser.contracts:
        raise click.ClickException(_why_no_dataset(dataset, forgetter.eraser.contracts))
    subject = Subject(dataset, key)
    plan = forgetter.plan(subject)
    if dry_run:
        options.show(planned(plan), lambda: _plan_screen(plan))
        return
    if not yes:
        options.progress_console().print(_plan_screen(plan))
        click.confirm(_WARNING if plan.subject_data.is_of_lake else _WARNING_OF_FILES, abort=True, err=True)
    certificate = forgetter.forget(subject, plan, secrets.token_hex(16))
    path = to or Path(f"forgotten-{certificate['snapshot_id'] or 'files'}-{secrets.token_hex(4)}.json")
    path.write_text(json.dumps(certificate, indent=1) + "\n", encoding="utf-8")
    options.show({"certificate": str(path), **certificate}, lambda: _result(certificate, path))
    options.finish(complete=bool(certificate["complete"]))


def _why_no_dataset(dataset: str, contracts: Mapping[str, Contract]) -> str:
    """Return the problem, and the datasets that --dataset accepts."""
    with_key = sorted(name for name, contract in contracts.items() if len(contract.key) == 1)
    return (
        f"There is no dataset {dataset}.{did_you_mean(dataset, with_key)} Remedy: --dataset names a dataset "
        f"with a primary key of one column: {', '.join(with_key) or 'none'}."
    )


def planned(plan: ErasurePlan) -> dict[str, object]:
    """Return the files and contents to erase, without values of the person."""
    subject_data = plan.subject_data
    return {
        "files": subject_data.files,
        "contents_by_dataset": {dataset: len(of) for dataset, of in sorted(subject_data.contents.items())},
        "unaccepted_files": _unaccepted_keys(plan),
    }


def _unaccepted_keys(plan: ErasurePlan) -> list[str]:
    """Return the distinct keys in order."""
    return sorted({screens.safe_name(file.key) for file in plan.unaccepted})


def _plan_screen(plan: ErasurePlan) -> Group:
    return Group(_rows_screen(plan.subject_data), *_unaccepted_screen(_unaccepted_keys(plan)))


def _rows_screen(subject_data: SubjectData) -> Table | str:
    if not subject_data.is_of_lake:
        return "No row of the lake has this key. Only the files below are deleted; no table is built again."
    if not subject_data.contents:
        return "An earlier call erased the rows, but did not finish. This call continues it."
    table = screens.screen_table("dataset", "files with rows of this key", title="What would be erased")
    for dataset, contents in sorted(subject_data.contents.items()):
        table.add_row(dataset, f"{len(contents):,}")
    return table


def _unaccepted_screen(names: list[str]) -> Iterator[Table]:
    if names:
        title = "Files that were not accepted and name this person: deleted with all rows, without a copy"
        table = screens.screen_table("file", title=title)
        for name in names:
            table.add_row(name)
        yield table


def _cell(name: str, value: object) -> str:
    """Return a certificate's value as text: a count, or one line per part or remaining object."""
    if name == _LEFT and isinstance(value, list) and value:
        objects = {screens.safe_name(f"{version['bucket']}/{version['key']}") for version in value}
        return "\n".join(sorted(objects))
    if isinstance(value, list):
        return f"{len(value):,}"
    if isinstance(value, dict):
        return "\n".join(f"{name.replace('_', ' ')}: {part}" for name, part in value.items())
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _result(certificate: dict[str, object], path: Path) -> Table:
    title = "Forgotten" if certificate["complete"] else "Erased, but texts of the person were found"
    table = screens.screen_table("what", "value", title=title)
    for name, value in certificate.items():
        table.add_row(_LABELS.get(name, name.replace("_", " ")), _cell(name, value))
    table.add_row("certificate", str(path))
    return table
