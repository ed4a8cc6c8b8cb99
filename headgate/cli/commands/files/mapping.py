from __future__ import annotations

import shlex
import time
from typing import TYPE_CHECKING, Any

import click
from rich.console import Group

from headgate.cli import command_deployment, options
from headgate.cli.find_records import find_records
from headgate.cli.rendering import screens
from headgate.errors import BadInputError, HeadgateError, NotFoundError
from headgate.lake.acceptance import Acceptance, acceptance_of
from headgate.lake.ports import FileRecord
from headgate.lake.states import UNDECIDED, FileState
from headgate.reports import summary
from headgate.uploads.commit_upload import CHECKING, FAILED, TOO_LARGE, Uploads
from headgate.uploads.edits import fields_after_edits
from headgate.uploads.upload import UploadMapping, UploadRecord, UploadState
from headgate.wiring import intake, stores

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from headgate.api.deployed_lake import DeployedLake
    from headgate.matching.mappings import Remembered, Suggested

POLL_S = 1.0
_CHECKED = ("state", "received", "accepted", "quarantined", "duplicates", "reasons", "error")
_HEADER_LETTERS = 12  # of the fingerprint


_leave_out = click.option(
    "--leave-out",
    "left_out",
    multiple=True,
    metavar="COLUMN",
    help="Omit this column from the lake. Repeatable.",
)
_dataset = click.option(
    "--dataset", default="", metavar="NAME", help="Dataset of the file, if its header does not identify it."
)


@click.group()
def mapping() -> None:
    """Map columns of files that could not be mapped with enough confidence."""


@mapping.command(epilog=options.example("headgate mapping show payments/new-branch.csv"))
@click.argument("key")
@_dataset
@options.as_json
@options.deployment
def show(key: str, dataset: str) -> None:
    """Show the suggested mapping of the file at KEY."""
    _, suggested = _waiting(command_deployment.activate(), key, dataset)
    options.show(vars(suggested), lambda: _table(suggested))


@mapping.command(
    epilog=options.example("headgate mapping accept fournisseur.csv --dataset orders --leave-out Menge")
)
@click.argument("key")
@_dataset
@_leave_out
@click.option("--yes", is_flag=True, help="With --dataset: do not ask.")
@options.as_json
@options.deployment
def accept(key: str, dataset: str, left_out: Sequence[str], *, yes: bool) -> None:
    """Accept the suggested mapping of the file at KEY, and use it for later files with this header.

    First the gate checks the whole file. If no row is accepted, the mapping and the file are not used. Exits
    with 3 then, and if more rows are refused than the lake permits.

    With --dataset, for a file that no contract fits by its names, it shows the suggestion and asks.
    """
    _decide(key, (), left_out, dataset=dataset, ask=bool(dataset) and not yes)


@mapping.command(
    name="set",
    epilog=options.example("headgate mapping set payments/new-branch.csv F1=payment_id ref=order_id"),
)
@click.argument("key")
@click.argument("pairs", nargs=-1, required=True, metavar="COLUMN=FIELD...")
@_dataset
@_leave_out
@options.as_json
@options.deployment
def set_command(key: str, pairs: Sequence[str], dataset: str, left_out: Sequence[str]) -> None:
    """Accept the mapping with other fields for some columns, named as in `headgate mapping show`.

    First the gate checks the whole file, like `headgate mapping accept`.
    """
    _decide(key, pairs, left_out, dataset=dataset)


@mapping.command(name="list", epilog=options.example("headgate mapping list --json"))
@options.as_json
@options.deployment
def list_command() -> None:
    """List the stored mappings. Each applies to the next files of its source with its header."""
    remembered = intake.mappings(command_deployment.activate().environment).remembered()
    options.show([vars(mapping) for mapping in remembered], lambda: _list(remembered))


@mapping.command(epilog=options.example("headgate mapping forget payments 3f2a9c --yes"))
@click.argument("source")
@click.argument("header")
@options.yes
@options.as_json
@options.deployment
def forget(source: str, header: str, *, yes: bool) -> None:
    """Delete the stored mapping of SOURCE and HEADER, named as in `headgate mapping list`.

    The beginning of HEADER is enough. The next file with this header is matched again. Rows of earlier files
    stay; `headgate files revert KEY` removes them.
    """
    mappings = intake.mappings(command_deployment.activate().environment)
    if not yes:
        named = f"{screens.safe_name(source)} {screens.safe_name(header)}"
        click.confirm(f"Delete the stored mapping of {named}?", abort=True, err=True)
    forgotten = mappings.forget(source, header)
    options.show(
        vars(forgotten),
        lambda: f"Deleted. The next file of {forgotten.source} with this header is matched again.",
    )


def _decide(
    key: str, pairs: Sequence[str], left_out: Sequence[str], *, dataset: str = "", ask: bool = False
) -> None:
    deployed = command_deployment.activate()
    record, suggested = _waiting(deployed, key, dataset)
    fields = intake.mappings(deployed.environment).contracts[suggested.dataset].names
    chosen = with_changes(suggested, pairs, fields, left_out)
    if ask:
        options.progress_console().print(_table(suggested, left_out))
        click.confirm(_question(key, suggested, left_out), abort=True, err=True)
    _check_and_accept(deployed, record, suggested, chosen)


def _question(key: str, suggested: Suggested, left_out: Sequence[str]) -> str:
    """Return the question, with a warning about uncertain fields."""
    from headgate.matching.suggest_mapping import THRESHOLD

    confidences = dict(zip(suggested.names, suggested.confidence, strict=True))
    used = [confidence for name, confidence in confidences.items() if name not in left_out]
    uncertain, warning = sum(confidence < THRESHOLD for confidence in used), ""
    if uncertain:
        command = f"headgate mapping set {shlex.quote(key)} --dataset {suggested.dataset} COLUMN=FIELD..."
        warning = (
            f"{uncertain} of {len(used)} fields are uncertain: check each line. `{command}` corrects them. "
        )
    return (
        f"{warning}Accept the file as {suggested.dataset}, and map the next file with this header like this?"
    )


def with_changes(
    suggested: Suggested, pairs: Sequence[str], fields: Sequence[str], left_out: Sequence[str] = ()
) -> tuple[str | None, ...]:
    """Return the suggested fields, changed by `pairs` (COLUMN=FIELD); a field has one column only.

    Args:
        fields: of the dataset's contract.
        left_out: columns to omit; None in the result.
    """
    chosen: dict[str, str | None] = dict.fromkeys(left_out)
    columns = f"Its columns are: {', '.join(suggested.names)}"
    if unknown := [name for name in left_out if name not in suggested.names]:
        raise click.UsageError(f"The file has no column {screens.safe_name(unknown[0])!r}. {columns}")
    for pair in pairs:
        column, separator, field = pair.rpartition("=")
        if not separator or column not in suggested.names:
            form = "the form COLUMN=FIELD with a column of the file"
            raise click.UsageError(f"{screens.safe_name(pair)!r} does not have {form}. {columns}")
        if field not in fields:
            problem = f"`{screens.safe_name(field)}` is no field of {suggested.dataset}."
            raise click.UsageError(f"{problem} Its fields are: {', '.join(fields)}")
        if column in left_out:
            raise click.UsageError(
                f"`{screens.safe_name(column)}` has a field and is left out. Name it once."
            )
        chosen[column] = field
    return fields_after_edits(suggested, chosen)


def _waiting(
    deployed: command_deployment.Deployment, key: str, dataset: str = ""
) -> tuple[FileRecord, Suggested]:
    from headgate.lake.versions import unsettled

    records = list(stores.ledger(deployed.environment).records())
    asked = [record for record in find_records(records, key) if record.state in UNDECIDED]
    remedy = f"`headgate files --state {FileState.NEEDS_MAPPING}` lists the files that need a mapping"
    if not asked:
        raise HeadgateError(f"no file {screens.safe_name(key)} needs a mapping. Remedy: {remedy}.")
    waiting = [record for record in unsettled(records) if record in asked]
    if not waiting:
        shown = f"`headgate files show {shlex.quote(asked[0].key)}` shows it"
        raise HeadgateError(
            f"{asked[0].key} is settled: a later version was accepted. {shown}. Remedy: {remedy}."
        )
    newest = max(waiting, key=lambda record: (record.received_at, record.finished_at))
    suggested = _suggested(deployed, newest, dataset)
    if suggested is None:
        named = shlex.quote(newest.key)
        datasets = ", ".join(sorted(intake.mappings(deployed.environment).contracts))
        raise HeadgateError(
            f"No contract fits {newest.key} by its names. Remedy: if it belongs to a dataset of the lake "
            f"({datasets or 'there is none yet'}), `headgate mapping accept {named} --dataset NAME` shows "
            f"its mapping and accepts it (`headgate quarantine replay {named} --dataset NAME`, if its "
            f"columns have the contract's names). Otherwise `headgate contract init --raw {named}` drafts "
            "its contract, and the next deployment processes the file."
        )
    return newest, suggested


def _suggested(
    deployed: command_deployment.Deployment, record: FileRecord, dataset: str = ""
) -> Suggested | None:
    """Return the suggestion by the current contracts; if the file is gone, the stored one or None.

    Args:
        dataset: of the file; by default the one that its column names identify.
    """
    from headgate.intake.files.replay_file import why_gone
    from headgate.matching.mappings import Suggested

    stored = Suggested.from_json(record.error["suggestion"]) if "suggestion" in record.error else None
    mappings = intake.mappings(deployed.environment)
    try:
        body = mappings.objects.read(record.ref)
    except NotFoundError:
        if dataset:
            raise HeadgateError(f"{record.key} cannot be mapped: {why_gone(record)}") from None
        return stored
    if dataset:
        return mappings.assigned(record.key, dataset, body)
    if stored:
        return mappings.renewed(record.key, stored, body)
    return mappings.suggestion(record.key, mappings.recognised(record.key, body), body)


def _check_and_accept(
    deployed: command_deployment.Deployment,
    record: FileRecord,
    suggested: Suggested,
    fields: Sequence[str | None],
) -> None:
    """Check the whole file with the mapping; if a row is accepted, store the mapping and accept the file.

    Exit with 3 if the file is not accepted, loses more rows than the lake permits, or is too large to check.
    """
    from headgate.api.deployed_lake import DeployedLake
    from headgate.api.files.uploads import uploads_of

    lake = DeployedLake(deployed.environment)
    uploads = uploads_of(lake)
    _check_fields(lake, record, suggested, fields)
    options.progress_console().print(
        f"The gate checks the whole file {record.key} with this mapping.", soft_wrap=True
    )
    mapping = UploadMapping(suggested.to_json(), (), tuple(fields))
    upload = uploads.open_raw_file(record, mapping)
    uploads.start_dry_run(upload.upload_id, lake.dry_runs.start)
    check = _ended_check(uploads, upload)
    checked = FileRecord(**check["record"]) if "record" in check else None
    acceptance = acceptance_of(checked, lake.most_refused_share) if checked else None
    is_taken = checked is None or acceptance not in {None, Acceptance.NOTHING_ACCEPTED}
    sent_id = _committed(uploads, upload).file_id if is_taken else ""
    value = {
        "dataset": suggested.dataset,
        "source": suggested.source,
        "columns": dict(zip(suggested.names, fields, strict=True)),
        "taken_in": is_taken,
        "file_id": sent_id,
        "check": {**{name: getattr(checked, name, None) for name in _CHECKED}, "acceptance": acceptance},
    }
    figures = _figures(checked) if checked else []
    options.show(value, lambda: Group(*figures, _outcome(record, suggested, checked, sent_id)))
    options.finish(complete=acceptance is Acceptance.OK)


def _check_fields(
    lake: DeployedLake, record: FileRecord, suggested: Suggested, fields: Sequence[str | None]
) -> None:
    """Raise an error with this command's remedy if the fields are no mapping, or the file is gone."""
    from headgate.intake.files.replay_file import why_gone

    try:
        lake.mappings.check(suggested, fields)
    except BadInputError as error:
        option = f" --dataset {suggested.dataset}" if record.state is FileState.PROFILED else ""
        command = f"`headgate mapping set {shlex.quote(record.key)}{option} COLUMN=FIELD`"
        remedy = f"{command} sets a column's field, and `--leave-out COLUMN` omits a column"
        raise BadInputError(rule=error.rule, message=error.message, remedy=remedy, file=record.key) from None
    try:
        lake.objects.info(record.ref)
    except NotFoundError:
        raise HeadgateError(f"{record.key} cannot be mapped: {why_gone(record)}") from None


def _committed(uploads: Uploads, upload: UploadRecord) -> UploadRecord:
    """Commit a raw file, with as many calls as its copy needs."""
    while (committed := uploads.commit(upload.upload_id, upload.check_id)).state is UploadState.COMMITTING:
        pass
    return committed


def _ended_check(uploads: Uploads, upload: UploadRecord) -> dict[str, Any]:
    """Wait for the check of a file; HeadgateError if it failed, unless the file is too large."""
    check = uploads.dry_run(upload)
    while check and check["state"] == CHECKING:
        time.sleep(POLL_S)
        check = uploads.dry_run(upload)
    error = (check or {}).get("error", {})
    if check is None or (check["state"] == FAILED and error["rule"] != TOO_LARGE):
        other = "Somebody else checks this file with another mapping. Repeat the command."
        raise HeadgateError(error.get("message") or other)
    return check


def _figures(checked: FileRecord) -> list[Table]:
    sums = summary.by_dataset([checked])
    return [screens.received(sums, "The check with this mapping"), *screens.reasons(sums)]


def _outcome(record: FileRecord, suggested: Suggested, checked: FileRecord | None, sent_id: str) -> str:
    if sent_id:
        stored = f"Stored the mapping for files of {suggested.source} with this header."
        text = f"{stored} `headgate files show {sent_id}` follows {record.key}."
        return text if checked else f"The file is too large to check before. {text}"
    named = f"{shlex.quote(record.key)} --dataset {suggested.dataset}"
    why = checked.error.get("message") if checked else ""
    problem = f"No row of {record.key} would be accepted{f': {why}' if why else ''}"
    return f"{problem}. Nothing was stored. `headgate mapping set {named} COLUMN=FIELD` checks other fields."


def _list(remembered: Sequence[Remembered]) -> Table | str:
    if not remembered:
        commands = "`headgate mapping accept KEY` and `headgate mapping set KEY COLUMN=FIELD`"
        return f"No mapping is stored. {commands} store one."
    table = screens.screen_table(
        "source", "header", "dataset", "column = field", "decided at (UTC)", show_lines=True
    )
    for entry in remembered:
        names = entry.columns or range(1, len(entry.fields) + 1)
        columns = "\n".join(
            f"{column} {'is left out' if field is None else f'= {field}'}"
            for column, field in zip(names, entry.fields, strict=True)
        )
        decided_at = f"{entry.decided_at:%Y-%m-%d %H:%M}"
        table.add_row(entry.source, entry.header[:_HEADER_LETTERS], entry.dataset, columns, decided_at)
    return table


def _table(suggested: Suggested, left_out: Sequence[str] = ()) -> Table:
    table = screens.screen_table("column", "field", "confidence", title=f"as {suggested.dataset}")
    for name, field, confidence in zip(suggested.names, suggested.fields, suggested.confidence, strict=True):
        table.add_row(name, "left out" if name in left_out else field or "?", f"{confidence:.2f}")
    for field in suggested.absent:
        table.add_row("?", field, "")
    return table
