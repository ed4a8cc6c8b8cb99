"""`headgate mapping`: say what the columns of a file mean whose header is not its contract's."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import click

from headgate import wiring
from headgate.cli import deployment, options
from headgate.cli.find_records import find_records
from headgate.cli.rendering import screens
from headgate.errors import BadInputError, HeadgateError, NotFoundError
from headgate.lake.ports import ObjectRef
from headgate.lake.states import FileState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from headgate.lake.ports import FileRecord
    from headgate.matching.mappings import Suggested


@click.group()
def mapping() -> None:
    """Settle files whose columns could not be mapped with enough confidence."""


@mapping.command(epilog=options.example("headgate mapping show payments/new-shop.csv"))
@click.argument("key")
@options.as_json
@options.deployment
def show(key: str, as_json: bool, deployment_name: str | None) -> None:
    """Show what is suggested for the columns of the file at KEY."""
    _, suggested = _waiting(deployment.activate(deployment_name), key)
    options.show(as_json=as_json, value=lambda: vars(suggested), screen=lambda: _table(suggested))


@mapping.command(epilog=options.example("headgate mapping accept payments/new-shop.csv"))
@click.argument("key")
@options.as_json
@options.deployment
def accept(key: str, as_json: bool, deployment_name: str | None) -> None:
    """Take the suggestion for the file at KEY, remember it for its source and header, and send the file through the gate again."""
    found = deployment.activate(deployment_name)
    record, suggested = _waiting(found, key)
    _save_mapping_and_replay(found, record, suggested, suggested.fields, as_json=as_json)


@mapping.command(name="set", epilog=options.example("headgate mapping set payments/new-shop.csv F1=payment_id ref=order_id"))
@click.argument("key")
@click.argument("pairs", nargs=-1, required=True, metavar="COLUMN=FIELD...")
@options.as_json
@options.deployment
def set_command(key: str, pairs: Sequence[str], as_json: bool, deployment_name: str | None) -> None:
    """Accept the mapping with other fields for some columns. Use the column names that `headgate mapping show` prints."""
    found = deployment.activate(deployment_name)
    record, suggested = _waiting(found, key)
    fields = wiring.mappings(found.environment).contracts[suggested.dataset].names
    _save_mapping_and_replay(found, record, suggested, with_changes(suggested, pairs, fields), as_json=as_json)


def with_changes(suggested: Suggested, pairs: Sequence[str], fields: Sequence[str]) -> tuple[str, ...]:
    """Return the suggested fields, changed by `pairs` (COLUMN=FIELD); a field has one column, so another column loses it.

    Args:
        fields: those of the dataset's contract.

    Raises:
        UsageError: a pair names no column of the file, or no field.
    """
    chosen = {}
    for pair in pairs:
        column, separator, field = pair.rpartition("=")
        if not separator or column not in suggested.names:
            problem = f"{screens.shown(pair)!r} does not have the form COLUMN=FIELD with a column of the file. Its columns are"
            raise click.UsageError(f"{problem}: {', '.join(suggested.names)}")
        if field not in fields:
            raise click.UsageError(f"`{screens.shown(field)}` is no field of {suggested.dataset}. Its fields are: {', '.join(fields)}")
        chosen[column] = field
    given_away = set(chosen.values())
    kept = ["" if field in given_away else field for field in suggested.fields]
    return tuple(chosen.get(name, field) for name, field in zip(suggested.names, kept, strict=True))


def _waiting(found: deployment.Deployment, key: str) -> tuple[FileRecord, Suggested]:
    from headgate.intake.quarantine.corrected_files import unsettled
    from headgate.matching.mappings import Suggested

    records = list(wiring.ledger(found.environment).records())
    asked = [record for record in find_records(records, key) if record.state is FileState.NEEDS_MAPPING]
    if not asked:
        problem = f"no file {screens.shown(key)} waits for a mapping"
        raise HeadgateError(f"{problem}. Remedy: `headgate files --state {FileState.NEEDS_MAPPING}` lists those that do.")
    waiting = [record for record in unsettled(records) if record in asked]
    if not waiting:
        settled = asked[0].key
        raise HeadgateError(
            f"{settled} is settled: a later version of it was accepted. `headgate files show {shlex.quote(settled)}` shows it. "
            f"Remedy: `headgate files --state {FileState.NEEDS_MAPPING}` lists the files that wait."
        )
    newest = max(waiting, key=lambda record: (record.received_at, record.finished_at))
    return newest, _renewed(found, newest, Suggested.from_json(newest.error["suggestion"]))


def _renewed(found: deployment.Deployment, record: FileRecord, suggested: Suggested) -> Suggested:
    """Return the suggestion by the current contract, which may have the missing column by now; the stored one if the file is gone."""
    mappings = wiring.mappings(found.environment)
    try:
        body = mappings.objects.read(ObjectRef(record.bucket, record.key, record.version_id))
    except NotFoundError:
        return suggested
    return mappings.renewed(record.key, suggested, body)


def _save_mapping_and_replay(
    found: deployment.Deployment, record: FileRecord, suggested: Suggested, fields: Sequence[str], *, as_json: bool
) -> None:
    """The decision is remembered, and the file lies in raw once more, as a new version that the gate will look at."""
    try:
        wiring.mappings(found.environment).remember(suggested, fields)
    except BadInputError as error:
        remedy = f"`headgate mapping set {record.key} COLUMN=FIELD` names a column's field; one that is none must not be in the file"
        raise BadInputError(rule=error.rule, message=error.message, remedy=remedy, file=record.key) from None
    _send_again(record, suggested)
    chosen = {"dataset": suggested.dataset, "source": suggested.source, "columns": dict(zip(suggested.names, fields, strict=True))}
    options.show(
        as_json=as_json,
        value=lambda: chosen,
        screen=lambda: f"Remembered for files of {suggested.source} with this header; {record.key} is on its way through the gate again.",
    )


def _send_again(record: FileRecord, suggested: Suggested) -> None:
    from headgate.intake.quarantine.replay_file import why_gone

    store = wiring.objects()
    try:
        body = store.read(ObjectRef(record.bucket, record.key, record.version_id))
    except NotFoundError:
        problem = f"remembered for files of {suggested.source} with this header, but {record.key} cannot go through the gate again"
        raise HeadgateError(f"{problem}: {why_gone(record.key)}") from None
    store.write(ObjectRef(record.bucket, record.key), body)


def _table(suggested: Suggested) -> Table:
    table = screens.table("column", "field", "confidence", title=f"as {suggested.dataset}")
    for name, field, confidence in zip(suggested.names, suggested.fields, suggested.confidence, strict=True):
        table.add_row(name, field or "?", f"{confidence:.2f}")
    for field in suggested.absent:
        table.add_row("?", field, "")
    return table
