from __future__ import annotations

import json
import shlex
import sys
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from headgate.cli import command_deployment, options
from headgate.cli.find_records import find_record
from headgate.cli.rendering import screens
from headgate.cli.rendering.fitting_table import as_it_is
from headgate.cli.rendering.progress import PlainLines
from headgate.cli.rendering.upload_outcomes import upload_outcomes
from headgate.errors import BadInputError, ConflictError, ServiceError, ThrottledError
from headgate.lake.acceptance import Acceptance, acceptance_of
from headgate.lake.keys import sent_file_key
from headgate.lake.ports import HIDDEN_NUMBERS, FileLedger, FileRecord, ObjectRef, ObjectStore
from headgate.lake.raw_objects import file_id_of
from headgate.lake.senders import Senders
from headgate.lake.states import NOT_ACCEPTED, WITHOUT_ROWS, FileState
from headgate.lake.versions import has_no_rows
from headgate.plain_names import capitalised
from headgate.profiling.score import DECIMALS, Score
from headgate.reports import summary
from headgate.reports.rule_words import rule_words
from headgate.settings import AcceptanceSettings
from headgate.uploads import send_files
from headgate.wiring import definitions, intake, stores

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from rich.table import Table

    from headgate.contracts.model import Contract
    from headgate.intake.files.gate import GatePorts, GateRules
    from headgate.intake.files.revert_file import Reverter
    from headgate.uploads.remembered_edits import SentFile
    from headgate.uploads.select_files import Selection

_WHY = ("column", "rule", "message", "remedy")
STATES = tuple(state.value for state in FileState if state is not FileState.WAITING)  # it has no record yet
_MAX_NAMED_DUPLICATES = 3
_INTERRUPTED = (
    "\nThe gate continues with the files that were sent: `headgate files` shows them. "
    "The same command sends the rest; accepted files are skipped as duplicates."
)

_IF_NO_CARDS = (
    "For a column without card data declare headgate.no_cards or headgate.content: "
    "docs/how-it-works/masking.md."
)


@click.command(epilog=options.example("headgate upload orders.csv --dataset orders"))
@click.argument("sources", nargs=-1, required=True, metavar="FILE|FOLDER|PATTERN|-...")
@click.option(
    "--dataset", default="", help="Dataset of all files; default: from each file's folder, name or columns."
)
@click.option(
    "--timeout-s",
    type=click.IntRange(min=1),
    default=900,
    show_default=True,
    help="How long to wait for the gate.",
)
@options.as_json
@options.deployment
def upload(sources: tuple[str, ...], dataset: str, timeout_s: int) -> None:
    """Send files to raw and follow them through the gate.

    The sub-folders of a folder name datasets. The dataset of a single file comes from its folder or name,
    else from its columns. `-` reads standard input. A file that no contract fits is profiled, and its rows do
    not enter the lake. Decisions about a header on the page Upload apply to files with this header. `--json`
    has the outcome of each file in `files`, sums in `datasets`, and files not sent in `not_sent`. Exits with
    3 if a file was rejected, needs a mapping, has no contract, or was not finished in time.
    """
    from headgate.contracts.registry import Registry
    from headgate.uploads.remembered_edits import with_remembered_edits
    from headgate.uploads.select_files import select_files

    deployed = command_deployment.activate()
    datasets = Registry.load().source
    if dataset and dataset not in datasets:  # it may be newer than the project
        datasets = definitions.contracts_of_caller(deployed.environment).source
    sent = select_files(sources, dataset, datasets, sys.stdin.buffer)
    try:
        with TemporaryDirectory(prefix="headgate-upload-") as folder:
            files = with_remembered_edits(
                sent.files, lambda: intake.mappings(deployed.environment), Path(folder)
            )
            edited = replace(sent, files=tuple((file.key, file.path) for file in files))
            landed, records = through_the_gate(
                deployed, edited, timeout_s=timeout_s, console=options.progress_console()
            )
            _keep_edits(deployed.environment, files, landed)
    except KeyboardInterrupt:
        click.echo(_INTERRUPTED, err=True)
        raise
    sums = summary.by_dataset(records)
    rejected = [record for record in records if record.state in NOT_ACCEPTED]
    ledger = stores.ledger(deployed.environment)
    if options.wants_json():
        paths = [(path, file.ref) for (_, path), file in zip(sent.files, landed, strict=True)]
        outcomes = upload_outcomes(paths, records, ledger, timeout_s)
        not_sent = [{"file": name, "reason": reason} for name, reason in sent.left_out]
        options.print_json({"datasets": summary.as_dicts(sums), "files": outcomes, "not_sent": not_sent})
    else:
        for line in _edited_lines(files):
            options.console().print(line, soft_wrap=True)
        options.console().print(screens.received(sums), crop=False)
        _show_next_steps(records, rejected, sent, ledger)
    is_complete = len(records) == len(sent.files)
    options.finish(complete=is_complete and not any(record.state in WITHOUT_ROWS for record in records))


def _keep_edits(env: Mapping[str, str], files: Sequence[SentFile], landed: Sequence[send_files.Sent]) -> None:
    """Record the edited files for the console, unless the caller may not write there."""
    from headgate.contracts.registry import Registry

    objects, contracts = stores.objects(), Registry.load().source
    senders = Senders(objects, env["HEADGATE_ARTIFACTS_BUCKET"])
    at = datetime.now(UTC).replace(tzinfo=None).isoformat(timespec="seconds")
    with suppress(ServiceError):
        for file, sent in zip(files, landed, strict=True):
            if file.edits:
                original = _keep_original(objects, file, sent.ref, contracts.get(file.edits.dataset))
                senders.keep_edits(file_id_of(sent.ref), {**file.facts(at), "original": original})


def _keep_original(objects: ObjectStore, file: SentFile, ref: ObjectRef, contract: Contract | None) -> str:
    """Store the original beside its edited copy unless it may have card data; return the decision."""
    from headgate.uploads.sent_originals import sent_original
    from headgate.uploads.upload import SentOriginal, why_not_named

    name = file.original.name
    original = sent_original(file.original, contract, has_numbers=bool(why_not_named(name)))
    if original is SentOriginal.KEPT:
        objects.upload(file.original, ObjectRef(ref.bucket, sent_file_key(file_id_of(ref), name)))
    return original.value


def _edited_lines(files: Sequence[SentFile]) -> list[str]:
    """Return a line for each file that was edited by a decision of the page Upload."""
    return [
        f"{screens.safe_name(file.original.name)}: sent as {file.key}, with the decisions of the page Upload "
        f"for this header ({len(file.edits.columns):,} columns)."
        for file in files
        if file.edits
    ]


def _show_next_steps(
    records: list[FileRecord], rejected: list[FileRecord], sent: Selection, ledger: FileLedger
) -> None:
    console = options.console()
    _show_masked(console, records)
    for line in (
        *_without_new_rows(records, ledger),
        *screens.unread_sheets((record.key, record.written_as) for record in records),
    ):
        console.print(line, soft_wrap=True)
    for reason, names in grouped((reason, name) for name, reason in sent.left_out):
        console.print(f"Not sent: {screens.first_of(names)} ({reason})", soft_wrap=True)
    mapped = screens.mapped_columns((record.key, record.mapping) for record in records)
    if mapped.row_count:
        console.print(mapped, crop=False)
    if with_new := [record for record in records if record.new_columns]:
        console.print(screens.new_columns_table(summary.by_dataset(with_new)), crop=False)
        console.print(
            "Next: add them to the contract, deploy, and `headgate quarantine replay --dataset DATASET`.",
            soft_wrap=True,
        )
    if profiled := [record for record in records if record.state is FileState.PROFILED]:
        _show_profiled(console, profiled, sent)
    if rejected:
        console.print(rejections(rejected), crop=False)
        if offer := _contract_offer(rejected, sent):
            console.print(offer, soft_wrap=True)
    if any(record.quarantined for record in records):
        console.print("Next: `headgate quarantine list` shows why rows were refused.")
    if any(record.accepted for record in records):
        console.print("Next: `headgate run` builds the tables with the new rows.")


def _show_masked(console: Console, records: Sequence[FileRecord]) -> None:
    """Print how many values masking changed, because columns without card data may be among them."""
    if masked := [record for record in records if record.masked]:
        console.print(screens.masked(summary.by_dataset(masked)), crop=False)
        console.print(_IF_NO_CARDS, soft_wrap=True)


def _without_new_rows(records: Sequence[FileRecord], ledger: FileLedger) -> list[str]:
    """Return sentences about empty files and about duplicates, with details of the first three."""
    lines: list[str] = []
    if empty := [record.key for record in records if has_no_rows(record)]:
        lines.append(
            f"{len(empty):,} of {len(records):,} files have a header and no rows: {screens.first_of(empty)}. "
            "Send rows below the header."
        )
    duplicates = [record for record in records if record.state is FileState.SKIPPED_DUPLICATE]
    if again := [record for record in duplicates if not has_no_rows(record)]:
        counts = f"{len(again):,} of {len(records):,} files"
        lines.append(f"Duplicate File Skipped: {counts}, whose content was processed before.")
    for record in again[:_MAX_NAMED_DUPLICATES]:
        if first := ledger.get(record.duplicate_of):
            since = f"{first.finished_at[:16].replace('T', ' ')} UTC as {first.key}"
            lines.append(
                f"{record.key}: the same content is in the lake since {since}. Nothing new was accepted."
            )
    return lines


def _show_profiled(console: Console, profiled: Sequence[FileRecord], sent: Selection) -> None:
    from headgate.contracts.registry import Registry

    console.print(_profiled_table(profiled), crop=False)
    ways = _if_of_a_dataset(profiled, sent, Registry.load().source)
    for line in (*_with_card_numbers(profiled), *ways):
        console.print(line, soft_wrap=True)


def _profiled_table(profiled: Sequence[FileRecord]) -> Table:
    """Return the files without a contract, which have no quality score."""
    title = "Files without a contract: profiled, and not in the lake; the originals stay in raw"
    table = screens.screen_table("file", "rows", "columns", "draft its contract with", title=title)
    for record in profiled:
        facts = (record.profile.get(name, "") for name in ("rows", "columns"))
        table.add_row(record.key, *facts, f"headgate contract init --raw {shlex.quote(record.key)}")
    return table


def _with_card_numbers(profiled: Sequence[FileRecord]) -> list[str]:
    """Return a line for each file without a contract that has card or social security numbers."""
    numbers = {record.key: int(record.profile.get(HIDDEN_NUMBERS) or 0) for record in profiled}
    return [
        f"{key} has {count:,} {'value' if count == 1 else 'values'} with a card or social security number. "
        "They are hidden in its profile, but its original in raw has them until a contract masks them or it "
        "expires. Send such files without these numbers if you can."
        for key, count in numbers.items()
        if count
    ]


def _if_of_a_dataset(
    profiled: Sequence[FileRecord], sent: Selection, contracts: Mapping[str, Contract]
) -> list[str]:
    """Return the command for files that may belong to a dataset whose header has other words."""
    from headgate.formats.read_table import sample_table
    from headgate.matching.dataset_evidence import likely_dataset

    paths, likely = dict(sent.files), {}
    for record in profiled:
        table = sample_table(paths[record.key]) if record.key in paths else None
        if table and (dataset := likely_dataset(table.shown, contracts)):
            likely[record.key] = dataset
    effect = "shows its mapping, accepts the file, and stores the mapping for the next file with this header."
    lines = [
        f"{key} is probably {dataset}, by the names of its columns: "
        f"`headgate mapping accept {shlex.quote(key)} --dataset {dataset}` {effect}"
        for key, dataset in likely.items()
    ]
    if others := [shlex.quote(record.key) for record in profiled if record.key not in likely]:
        command = f"`headgate mapping accept {others[0]} --dataset NAME`"
        lines.append(f"Or, if a file belongs to a dataset of the lake: {command} {effect}")
    return lines


def grouped(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, list[str]]]:
    """Group the second values by the first, in order of appearance."""
    groups: dict[str, list[str]] = {}
    for first, second in pairs:
        groups.setdefault(first, []).append(second)
    return [*groups.items()]


def _contract_offer(rejected: list[FileRecord], sent: Selection) -> str:
    """Return how to draft a contract for the first file that fits none; empty if all files fit one."""
    tables = [record for record in rejected if record.error.get("rule") != "not_a_table"]
    keys = {
        record.key for record in tables if record.error.get("rule") == "unknown_dataset" or not record.dataset
    }
    path = next((path for key, path in sent.files if key in keys), None)
    if path is None:
        return ""
    from headgate.drafts.dataset_name import dataset_name_of
    from headgate.uploads.select_files import draft_command

    command = draft_command(str(path), dataset_name_of(path.name))
    return f"Next: draft a contract with `{command}`, and deploy again; the deployment processes the file."


def through_the_gate(
    deployed: command_deployment.Deployment, sent: Selection, *, timeout_s: int, console: Console
) -> tuple[list[send_files.Sent], list[FileRecord]]:
    """Send the files with progress; return the sent files, in order, and the finished records."""
    files = sent.files
    if not files:
        reasons = screens.first_of([f"{name}: {why}" for name, why in sent.left_out])
        raise click.ClickException(f"There is no data to send. {reasons}".strip())
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rows]}"),
        TimeElapsedColumn(),
    )
    plain = PlainLines(console)
    with Progress(*columns, console=console) as progress:
        sending = progress.add_task("upload", total=len(files), rows="")
        gating = progress.add_task("gate", total=len(files), rows="")
        bucket = deployed.environment["HEADGATE_RAW_BUCKET"]
        landed = send_files.send_to_raw(stores.objects(), bucket, files, lambda _: progress.advance(sending))
        send_files.send_to_raw(stores.objects(), bucket, sent.manifests, lambda _: None)

        def seen(ended: list[FileRecord]) -> None:
            rows = f"{sum(record.received for record in ended):,} rows"
            progress.update(gating, completed=len(ended), rows=rows)
            plain.say(f"gate: {len(ended)} of {len(files)} files, {rows}")

        return landed, send_files.follow(
            stores.ledger(deployed.environment), [file.ref for file in landed], seen, timeout_s=timeout_s
        )


@click.group(invoke_without_command=True, epilog=options.example("headgate files --state rejected"))
@click.option(
    "--state", type=click.Choice(STATES), help="Only files in this state; needs_mapping: only open ones."
)
@click.option("--limit", type=click.IntRange(min=1), help="Number of files, the newest; default: all.")
@options.as_json
@options.deployment
@click.pass_context
def files(context: click.Context, state: str | None, limit: int | None) -> None:
    """List the files, newest first: state, counts, error and what to do.

    A file with more refused rows than the lake permits is `done, many refused` or `done, nothing accepted`.
    """
    if context.invoked_subcommand:
        return
    deployed = command_deployment.activate()
    records = stores.ledger(deployed.environment).records()
    chosen = in_state(sorted(records, key=lambda record: (record.received_at, record.key)), state)
    newest = newest_files(chosen, limit, state)
    share = AcceptanceSettings.from_env(deployed.environment).most_refused_share
    options.show(
        [{**_facts(record), "acceptance": acceptance_of(record, share)} for record in newest],
        lambda: _listed(newest, share, state),
    )
    if len(newest) == limit:
        many = "file" if limit == 1 else f"{limit:,} files"
        click.echo(f"The newest {many}; without --limit all are listed.", err=True)


def newest_files(records: Sequence[FileRecord], limit: int | None, state: str | None) -> Sequence[FileRecord]:
    """Return the last `limit` of the records, which are in the order of their arrival; all without a limit.

    A limit counts files with data only, unless a state was asked for.
    """
    if limit is None:
        return records
    return [record for record in records if state or record.state is not FileState.IGNORED][-limit:]


def in_state(records: Sequence[FileRecord], state: str | None) -> Sequence[FileRecord]:
    """Return the records in the state, or all; needs_mapping without files that a later version settles."""
    if state == FileState.NEEDS_MAPPING:
        from headgate.lake.versions import unsettled

        records = unsettled(records)
    return [record for record in records if state in (None, record.state)]


@files.command(epilog=options.example("headgate files show orders/2024-01-02.csv"))
@click.argument("key")
@click.option(
    "--summary",
    "is_summary",
    is_flag=True,
    help="Print the file's summary as JSON: schema, statistics and quality issues.",
)
@options.as_json
@options.deployment
def show(key: str, *, is_summary: bool) -> None:
    """Show all recorded facts of the file at KEY: counts, errors, quality score, drift."""
    deployed = command_deployment.activate()
    ledger = stores.ledger(deployed.environment)
    record = find_record(ledger.records(), key)
    if is_summary:
        original = ledger.get(record.duplicate_of) if record.duplicate_of else None
        click.echo(json.dumps(intake.profiles(deployed.environment).summary_of(record, original), indent=2))
        return
    options.show(_facts(record), lambda: _all_facts(record))


@files.command(epilog=options.example("headgate files revert orders/2024-01-02.csv --yes"))
@click.argument("key")
@options.yes
@options.as_json
@options.deployment
def revert(key: str, *, yes: bool) -> None:
    """Undo the newest upload of the file at KEY with all its copies, or one file id.

    Rows of the file and of its corrections leave curated and quarantine now, and the tables with the next
    run; rows that they superseded come back. The original stays in raw: upload it again, or run `headgate
    quarantine replay KEY`, to accept it again. Exits with 3 if another worker has a lease on the file.
    """
    from headgate.intake.files.revert_file import newest_upload

    deployed = command_deployment.activate()
    every = list(stores.ledger(deployed.environment).records())
    upload = newest_upload(every, key) or newest_upload(every, screens.safe_name(key))
    if not upload and (reverted := _reverted_already(every, key)):
        options.show(reverted, lambda: _reverted_screen(reverted))
        return
    if not upload:
        lacking = f"No upload of {screens.safe_name(key)} is in the lake."
        raise click.ClickException(f"{lacking} `headgate files` lists the files and their states.")
    reverter = intake.reverter(deployed.environment)
    if not yes:
        click.confirm(_question(reverter, upload), abort=True, err=True)
    results = [_revert(reverter, record) for record in upload]
    options.show(results, lambda: _reverted_screen(results))
    options.finish(complete=all(result["outcome"] == FileState.REVERTED for result in results))


def _question(reverter: Reverter, upload: Sequence[FileRecord]) -> str:
    chains = (reverter.chain(record.file_id)[1:] for record in upload)
    corrections = [file.accepted for chain in chains for file in chain if file and file.accepted]
    more = ""
    if corrections:
        plural = "s" if len(corrections) > 1 else ""
        more = f" and of its {len(corrections)} correction{plural} ({sum(corrections):,})"
    return f"Remove the accepted rows of {upload[0].key} ({upload[-1].accepted:,}){more} from the lake?"


def _revert(reverter: Reverter, record: FileRecord) -> dict[str, object]:
    fact = {"file_id": record.file_id, "key": record.key, "dataset": record.dataset}
    try:
        done = reverter.revert(record.file_id)
    except (ThrottledError, ConflictError) as error:
        # Another command, or the undo of a copy, may have reverted it in the meantime.
        state = reverter.ports.ledger.get(record.file_id).state
        if state is FileState.REVERTED:
            return _no_rows_left(record)
        reason = str(error)
        if isinstance(error, ConflictError):
            reason = f"Another worker has changed the record: the file is {state}. Run the command again."
        return {**fact, "outcome": "held", "reason": reason}
    return {
        **fact,
        "outcome": done.record.state.value,
        "accepted_rows": done.accepted,
        "quarantined_rows": done.quarantined,
        "accepted_as": done.accepted_as,
        "corrections": {correction.key: correction.accepted for correction in done.corrections},
    }


def _reverted_already(records: Sequence[FileRecord], key: str) -> list[dict[str, object]]:
    """Return the outcome for the newest record of that name if it is reverted already."""
    from headgate.intake.quarantine.list_quarantine import records_named

    named = records_named(records, key) or records_named(records, screens.safe_name(key))
    return [_no_rows_left(named[0])] if named and named[0].state is FileState.REVERTED else []


def _no_rows_left(record: FileRecord) -> dict[str, object]:
    return {
        "file_id": record.file_id,
        "key": record.key,
        "dataset": record.dataset,
        "outcome": FileState.REVERTED.value,
        "reason": "was reverted already: none of its rows are in the lake",
        "accepted_rows": 0,
        "quarantined_rows": 0,
        "accepted_as": "",
        "corrections": {},
    }


def _reverted_screen(results: Sequence[dict[str, Any]]) -> Group:
    columns = {
        "file": "key",
        "file id": "file_id",
        "outcome": "outcome",
        "accepted rows removed": "accepted_rows",
        "quarantined rows removed": "quarantined_rows",
        "why": "reason",
    }
    table = screens.fact_table(results, columns)
    for key, rows in (pair for result in results for pair in result.get("corrections", {}).items()):
        table.add_row(key, "", FileState.REVERTED.value, str(rows), "", "corrects the file")
    copy = str(results[-1].get("accepted_as", ""))  # all copies have one content, so the last one decides
    command = f"`headgate files revert {shlex.quote(copy)}`"
    notes = [f"The same rows are in the lake as {copy}. {command} removes them too."] if copy else []
    effect = "builds the tables without these rows, and opens the refused rows that the file had settled"
    return Group(table, *notes, f"Next: `headgate run` {effect}.")


@files.command(name="replace-originals", epilog=options.example("headgate files replace-originals --dry-run"))
@click.option("--dry-run", is_flag=True, help="List the files, and change nothing.")
@options.yes
@options.as_json
@options.deployment
def replace_originals(*, dry_run: bool, yes: bool) -> None:
    """Replace originals with card data in raw, by the deployment's setting `raw_originals`.

    For files from before that setting, and for originals that could not be replaced. It cannot be undone.
    Files that are rejected or need a mapping keep their originals. Exits with 3 if an original remains.
    """
    from headgate.intake.files.replace_original import replaceable
    from headgate.lake.states import Originals

    env = command_deployment.activate().environment
    ports, rules = intake.gate_ports(env), intake.gate_rules(env)
    if rules.originals is Originals.KEEP:
        raise click.ClickException(
            "This deployment keeps originals. Set raw_originals to mask or delete, and deploy."
        )
    records = replaceable(ports.objects, stores.ledger(env).records(), rules.contracts)
    if not dry_run and records and not yes:
        question = f"Replace the originals of {len(records):,} files in raw ({rules.originals})?"
        click.confirm(question, abort=True, err=True)
    in_raw: list[dict[str, object]] = [
        {"file_id": record.file_id, "key": record.key, "outcome": "in raw"} for record in records
    ]
    results = (
        in_raw if dry_run else [{**fact, **_replace(ports, rules, str(fact["file_id"]))} for fact in in_raw]
    )
    options.show(results, lambda: _originals_screen(results))
    options.finish(complete=dry_run or all(result["outcome"] != "in raw" for result in results))


def _replace(ports: GatePorts, rules: GateRules, file_id: str) -> dict[str, object]:
    from headgate.intake.files.replace_original import FORM, replace_later

    try:
        after = replace_later(ports, rules, file_id)
    except (BadInputError, ServiceError) as error:
        return {"reason": str(error)}
    return {"outcome": after.original.get(FORM, "kept")}  # kept if nothing sensitive is in the file


def _originals_screen(results: Sequence[dict[str, object]]) -> Table | str:
    if not results:
        return "No original with card data is in raw, except of files that are rejected or need a mapping."
    columns = {"file": "key", "file id": "file_id", "outcome": "outcome", "why": "reason"}
    return screens.fact_table(results, columns)


def rejections(records: list[FileRecord]) -> Table:
    """Return the files that were rejected or need a mapping by reason, rare reasons first."""
    counts = {"were rejected": sum(record.state is FileState.REJECTED for record in records)}
    counts["need a mapping"] = len(records) - counts["were rejected"]
    states = " or ".join(state for state, count in counts.items() if count)
    title = f"Files that {states}; the originals stay in raw"
    table = screens.screen_table("file", "column", "rule", "why", "remedy", title=title, show_lines=True)
    kinds = grouped(
        (json.dumps([record.error.get(name, "") for name in _WHY]), record.key) for record in records
    )
    for why, keys in sorted(kinds, key=lambda kind: len(kind[1])):
        table.add_row(screens.first_of(keys, limit=3), *json.loads(why))
    return table


def _facts(record: FileRecord) -> dict[str, Any]:
    """Return the record's fields, except the internal `seen_before`."""
    return {name: value for name, value in asdict(record).items() if name != "seen_before"}


_COUNT_NAMES = ("received", "accepted", "quarantined", "duplicates")
_MAIN_FACTS = ("state", "dataset", "received_at", *_COUNT_NAMES, "reasons", "error")


def _all_facts(record: FileRecord) -> RenderableType:
    """Return a line for each fact of a file, the main facts first."""
    lines = [record.key]
    facts = _facts(record)
    if (content := Score.of_texts(record.profile).of_content.total) is not None:
        # Without timeliness, like in the console.
        facts["profile"] = {**facts["profile"], "score": f"{content:.{DECIMALS}f}"}
    for name in (*_MAIN_FACTS, *(name for name in facts if name not in _MAIN_FACTS)):
        value = facts[name]
        for part, cell in value.items() if isinstance(value, dict) else [("", value)]:
            if cell not in ("", None):
                text = _cell_text(part, cell).replace("\n", "\n    ")
                lines.append(f"  {_fact_name(name, part)}: {text}")
    return as_it_is(lines)


def _fact_name(name: str, part: str) -> str:
    """Return the name of a fact; for a reason, the rule with its words."""
    return f"{name} {part} ({rule_words(part)})" if name == "reasons" else f"{name} {part}".strip()


def _cell_text(part: str, cell: object) -> str:
    """Return a readable value: invisible characters escaped, statistics with a line per column."""
    text = f"{cell:,}" if isinstance(cell, int) and not isinstance(cell, bool) else str(cell)
    if part == "statistics":
        columns = json.loads(text).items()
        return "\n".join(
            f"{name}: {', '.join(f'{figure} {value}' for figure, value in figures.items())}"
            for name, figures in columns
        )
    return repr(text) if text and (text.isspace() or not text.isprintable()) else text.replace("; ", "\n")


def _listed(records: Sequence[FileRecord], most_refused_share: float, state: str | None) -> Group:
    """Return the files with data, and the number of other files such as manifests."""
    data = [record for record in records if state or record.state is not FileState.IGNORED]
    left = len(records) - len(data)
    note = (
        f"Not listed: {left:,} without data, such as manifests. --state ignored lists them." if left else ""
    )
    by_key = sorted(data, key=lambda record: record.key)
    newest_first = sorted(by_key, key=lambda record: record.received_at, reverse=True)
    lines = [line for record in newest_first for line in _lines(record, most_refused_share)]
    return Group(*(lines or ["No files."]), *([note] if note else []))


def _lines(record: FileRecord, most_refused_share: float) -> Iterator[RenderableType]:
    """Yield the time and key of a file, its state and counts, and its error with the remedy."""
    yield as_it_is([f"{screens.shown_time(record.received_at)}  {record.key}".strip()])
    rows = ""
    if record.received:
        outcomes = (f"{getattr(record, name):,} {name}" for name in ("accepted", "duplicates", "quarantined"))
        rows = f": {record.received:,} received = {' + '.join(outcomes)}"
    error = screens.sentence_with_column(record.error)
    why = ". ".join(capitalised(part.rstrip(".")) for part in (error, record.error.get("remedy", "")) if part)
    for text in (f"{_state(record, most_refused_share)}{rows}", f"{why}." if why else "", _note(record)):
        if text:
            yield Padding(Text(text), (0, 0, 0, 2), expand=False)


def _state(record: FileRecord, most_refused_share: float) -> str:
    acceptance = acceptance_of(record, most_refused_share)
    if acceptance in {None, Acceptance.OK}:
        return record.state
    return f"{record.state}, {str(acceptance).replace('_', ' ')}"


def _note(record: FileRecord) -> str:
    """Return the new columns, the records of a model, and the number of masked values by column."""
    facts = {
        "new columns": ", ".join(record.new_columns),
        "records": ", ".join(f"{outcome} {rows:,}" for outcome, rows in sorted(record.model_records.items())),
        "values that masking changed": ", ".join(
            f"{column} {count:,}" for column, count in sorted(record.masked.items())
        ),
    }
    return "; ".join(f"{name}: {text}" for name, text in facts.items() if text)
