from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING

import click
from rich.console import Group

from headgate.cli import command_deployment, options
from headgate.cli.find_records import find_record
from headgate.cli.rendering import screens
from headgate.errors import BadInputError, NotPermittedError, ThrottledError
from headgate.lake.states import FileState
from headgate.plain_names import capitalised
from headgate.reports.rule_words import rule_words
from headgate.wiring import intake, stores

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rich.table import Table

    from headgate.intake.files.replay_file import Replayed, Replayer
    from headgate.intake.quarantine.corrected_files import CorrectionCloser
    from headgate.intake.quarantine.correction_outcomes import CorrectionOutcome
    from headgate.intake.quarantine.list_quarantine import QuarantineCount
    from headgate.lake.ports import FileRecord

_SHOWN = ("source_row", "sheet_row", "byte_offset", "rule", "column_name", "masked_value", "reason", "record")
_VALUE = _SHOWN.index("masked_value")
_MAX_VALUE_LENGTH = 80
_HOW_TO_SETTLE = (
    "Upload the corrected file under the same key to settle these rows. If a file of another name has the "
    "corrected rows, `headgate quarantine settle KEY --by OTHER_KEY` settles them."
)
_SETTLED = "settled"


@click.group()
def quarantine() -> None:
    """List refused rows, replay files after a fix, and settle rows that another file corrects."""


@quarantine.command(epilog=options.example("headgate quarantine list --dataset payments --files"))
@click.option("--dataset", default="", help="Only this dataset.")
@click.option("--rule", default="", help="Only rows and files that broke this rule.")
@click.option("--files", "by_file", is_flag=True, help="One line per file and rule.")
@click.option("--closed", is_flag=True, help="Also rows and files that a correction has settled.")
@options.as_json
@options.deployment
def list(  # noqa: A001 so named
    dataset: str, rule: str, *, by_file: bool, closed: bool
) -> None:
    """Count refused rows, duplicates and rejected files by dataset and rule."""
    from headgate.contracts.registry import Registry
    from headgate.intake.quarantine.list_quarantine import count_quarantined

    deployed = command_deployment.activate()
    records = [*stores.ledger(deployed.environment).records()]
    corrected = {} if closed else _replaced_rows(deployed.environment, records)
    lines = count_quarantined(records, corrected, by_file=by_file, closed=closed)
    datasets = {line.dataset for line in lines} | set(Registry.load().curated)
    chosen = [line for line in lines if dataset in ("", line.dataset) and rule in ("", line.rule)]
    options.show(
        [asdict(line) for line in chosen],
        lambda: (
            _lines_screen(chosen, by_file=by_file) if chosen else nothing_quarantined(dataset, rule, datasets)
        ),
    )


def _replaced_rows(
    environment: Mapping[str, str], records: Sequence[FileRecord]
) -> Mapping[str, Mapping[str, int]]:
    """Return the number of corrected rows by file and rule; empty, with a note, without the permission."""
    try:
        return intake.correction_outcomes(environment).replaced_rows(records)
    except NotPermittedError:
        note = "Corrected rows are counted as open, because this role may not read corrections."
        click.echo(note, err=True)
        return {}


@quarantine.command(epilog=options.example("headgate quarantine show payments/today.csv --rule card_number"))
@click.argument("file")
@click.option("--rule", default="", help="Only rows that broke this rule, alone or with others.")
@click.option(
    "--rows", "count", type=click.IntRange(min=1), default=20, show_default=True, help="Number of rows."
)
@click.option("--records", "whole", is_flag=True, help="Show all cells of each row, like --json.")
@options.as_json
@options.deployment
def show(file: str, rule: str, count: int, *, whole: bool) -> None:
    """Show quarantined rows of FILE (its id, or its key in raw), with sensitive values masked."""
    from headgate.intake.quarantine.list_quarantine import quarantined_rows

    deployed = command_deployment.activate()
    record = _record(deployed, file)
    if record.duplicate_of:
        raise click.ClickException(
            f"{record.key} was skipped, because its content was received before. "
            f"`headgate quarantine show {record.duplicate_of}` shows the refused rows of that content."
        )
    if not record.quarantine_key:
        why = record.error.get("message", "")
        raise click.ClickException(f"{record.key} has no rows in quarantine ({record.state}). {why}".strip())
    bucket = deployed.environment["HEADGATE_QUARANTINE_BUCKET"]
    table = quarantined_rows(stores.objects(), bucket, record, rule=rule)
    corrections = intake.correction_outcomes(deployed.environment).of_file(record.file_id)
    rows = [
        {name: row.get(name) for name in (*_SHOWN, "all_rules")} | _sent(corrections.get(row["source_row"]))
        for row in table.slice(0, count).to_pylist()
    ]
    fact = {
        "file_id": record.file_id,
        "key": record.key,
        "contract": record.contract,
        "rows": rows,
        "of": table.num_rows,
    }
    options.show(fact, lambda: _rows_table(record, rows, table.num_rows, whole=whole))


def _sent(outcome: CorrectionOutcome | None) -> dict[str, str]:
    facts = (outcome.state, outcome.sent_as, outcome.reason) if outcome else ("", "", "")
    return dict(zip(("correction", "corrected_by", "correction_reason"), facts, strict=True))


@quarantine.command(epilog=options.example("headgate quarantine replay --dataset payments"))
@click.argument("files", nargs=-1)
@click.option(
    "--dataset",
    default="",
    help="Only files of this dataset. With FILES: the dataset of files without a row in the lake.",
)
@click.option("--rule", default="", help="Only files with rows that broke this rule.")
@click.option(
    "--pending", is_flag=True, help="Only files without an accepted row: rejected, or without a mapping."
)
@click.option(
    "--again", is_flag=True, help="Also files that were already checked against the current contract."
)
@options.as_json
@options.deployment
def replay(files: tuple[str, ...], *, dataset: str, rule: str, pending: bool, again: bool) -> None:
    """Replay FILES (ids or keys), or all files whose contract has changed.

    The gate checks the originals again. Files from before their contract are recognised by the current
    contracts; else --dataset names their dataset. The gate runs on this machine: use the deployed contracts,
    and a role that reads raw and the masking key and writes curated and quarantine. Rows that are accepted
    leave quarantine, and the next run merges them. Exits with 3 if a file could not be replayed.
    """
    from headgate.intake.files.replay_file import REPLAYED

    deployed = command_deployment.activate()
    replayer = intake.replayer(deployed.environment)
    records = _chosen(deployed, replayer, files, dataset=dataset, rule=rule, pending=pending, again=again)
    results = replay_all(replayer, records, dataset if files else "")
    options.show(results, lambda: replayed_screen(results))
    options.finish(complete=all(result["outcome"] == REPLAYED for result in results))


@quarantine.command(
    epilog=options.example("headgate quarantine settle orders/monday.csv --by orders/monday-corrected.csv")
)
@click.argument("files", nargs=-1, required=True)
@click.option(
    "--by",
    required=True,
    metavar="FILE",
    help="The accepted file with the corrected rows: its id, or its key in raw.",
)
@options.as_json
@options.deployment
def settle(files: tuple[str, ...], *, by: str) -> None:
    """Mark FILES (ids or keys) as settled by a file of another key.

    All their refused rows leave the list and the lake's health, but stay in quarantine with `closed_by`. Rows
    are not compared: name a file that corrects all of them. If the correcting file is reverted, the next run
    opens the rows again; a replay of a settled file does so at once. Exits with 3 if another worker has a
    lease on a file.
    """
    deployed = command_deployment.activate()
    corrector, closer = _record(deployed, by), intake.correction_closer(deployed.environment)
    results = [_settle(closer, _record(deployed, file), corrector) for file in files]
    options.show(results, lambda: _settled_table(results))
    options.finish(complete=all(result["outcome"] == _SETTLED for result in results))


def _settle(closer: CorrectionCloser, record: FileRecord, by: FileRecord) -> dict[str, object]:
    fact = {"file_id": record.file_id, "key": record.key, "settled_by": by.file_id, "rows": 0}
    try:
        closed = closer.settle(record, by)
    except ThrottledError as error:
        return {**fact, "outcome": "held", "reason": str(error)}
    except BadInputError as error:
        raise click.ClickException(f"{error.message} {error.remedy}") from None
    if closed is None:
        return {**fact, "outcome": "held", "reason": "A replay of the file must be completed first."}
    return {**fact, "rows": closed.rows, "outcome": _SETTLED}


def _settled_table(results: Sequence[dict[str, object]]) -> Table:
    columns = {
        "file": "key",
        "outcome": "outcome",
        "rows": "rows",
        "settled by": "settled_by",
        "why": "reason",
    }
    return screens.fact_table(results, columns)


def replay_all(
    replaying: Replayer, records: Iterable[FileRecord], dataset: str = ""
) -> Sequence[dict[str, object]]:
    """Replay the files and return their outcomes; a file with another worker's lease is skipped.

    Args:
        dataset: of files without a row in the lake; by default the one that the contracts identify.
    """
    return [_replay(replaying, record, dataset) for record in records]


def _replay(replaying: Replayer, record: FileRecord, dataset: str) -> dict[str, object]:
    try:
        return _outcome(replaying.replay(record.file_id, dataset))
    except ThrottledError as error:
        fact = {"file_id": record.file_id, "key": record.key, "dataset": record.dataset}
        return {**fact, "outcome": "held", "reason": str(error)}


def _outcome(done: Replayed) -> dict[str, object]:
    record = done.record
    return {
        "file_id": record.file_id,
        "key": record.key,
        "dataset": record.dataset,
        "outcome": done.outcome,
        "left": done.left,
        "entered": done.entered,
        "accepted": record.accepted,
        "quarantined": record.quarantined,
        "duplicates": record.duplicates,
        "reason": screens.sentence_with_column(done.reason),
    }


def _chosen(
    deployed: command_deployment.Deployment,
    replayer: Replayer,
    files: tuple[str, ...],
    *,
    dataset: str,
    rule: str,
    pending: bool,
    again: bool,
) -> Sequence[FileRecord]:
    from headgate.intake.quarantine.list_quarantine import broke, replayable
    from headgate.lake.versions import History

    if files:
        return [_record(deployed, file) for file in files]
    every = [*stores.ledger(deployed.environment).records()]
    past = History.of(() if again else every)
    listed = (
        record
        for record in every
        if broke(record, rule) and (record.state is FileState.REPLAYING or past.settled_by(record) is None)
    )
    records = [replayer.recognised(record, again=again) for record in listed]
    return replayable(
        records, replayer.rules.contracts, dataset=dataset, rule=rule, again=again, pending=pending
    )


def _record(deployed: command_deployment.Deployment, file: str) -> FileRecord:
    """Return the record with the rows of that id or key."""
    return find_record(
        stores.ledger(deployed.environment).records(), file, listed_by="headgate quarantine list --files"
    )


def nothing_quarantined(dataset: str, rule: str, datasets: set[str]) -> str:
    """Return the text for an empty list: nothing is in quarantine, or the dataset is unknown."""
    if dataset and dataset not in datasets:
        return f"There is no dataset {dataset}. There are: {', '.join(sorted(datasets)) or 'none'}."
    asked = "".join([f" of {dataset}" if dataset else "", f" by the rule {rule}" if rule else ""])
    return f"Nothing{asked} is in quarantine."


def _lines_screen(lines: Sequence[QuarantineCount], *, by_file: bool) -> Group:
    table = _lines_table(lines, by_file=by_file)
    names_files = "" if by_file else "`headgate quarantine list --files` names the files, and "
    return Group(
        table, f"Next: {names_files}`headgate quarantine show KEY` shows the rows of one.", _HOW_TO_SETTLE
    )


def _lines_table(lines: Sequence[QuarantineCount], *, by_file: bool) -> Table:
    has_rejected = any(line.files_rejected for line in lines)
    table = screens.screen_table(
        "dataset",
        "what is wrong (rule)",
        *(["file", "key", "corrected by"] if by_file else ["files"]),
        *(["rejected files"] if has_rejected else []),
        "rows",
        numbers=("files", "rejected files", "rows"),
    )
    for line in lines:
        where = [line.file_id, line.key, line.corrected_by] if by_file else [f"{line.files:,}"]
        rejected = [f"{line.files_rejected:,}"] if has_rejected else []
        wrong = f"{capitalised(rule_words(line.rule))} ({line.rule})"
        table.add_row(line.dataset, wrong, *where, *rejected, f"{line.rows:,}")
    return table


def _rows_table(record: FileRecord, rows: Sequence[dict[str, object]], of: int, *, whole: bool) -> Table:
    """Return a line for each row, with all cells below it if `whole`."""
    title = f"{record.key} by {record.contract}: {len(rows)} of {of:,} rows"
    table = screens.screen_table(
        "row", "row in Excel", "byte", "rule", "column", "value", "reason", title=title, show_lines=whole
    )
    for row in rows:
        *cells, whole_row = ("" if row[name] is None else str(row[name]) for name in _SHOWN)
        cells[_VALUE] = screens.shortened(cells[_VALUE], _MAX_VALUE_LENGTH)
        below = [*_further_reasons(row), *_correction(row), *([whole_row] if whole else [])]
        table.add_row(*cells[:-1], "\n".join([cells[-1], *below]))
    return table


def _further_reasons(row: dict[str, object]) -> Sequence[str]:
    """Return a line with the further rules that the row broke, if any."""
    first = ":".join(str(row[name]) for name in ("rule", "column_name") if row[name])
    others = [code for code in json.loads(str(row.get("all_rules") or "[]")) if code != first]
    return [f"also: {', '.join(others)}"] if others else []


def _correction(row: Mapping[str, object]) -> Sequence[str]:
    """Return a line about the correction of the row, if any."""
    if not row.get("correction"):
        return []
    reason = f" ({row['correction_reason']})" if row.get("correction_reason") else ""
    return [f"correction {row['correction']}: {row['corrected_by']}{reason}"]


def replayed_screen(results: Sequence[dict[str, object]]) -> Group | str:
    """Return the outcomes of replays, and the next command."""
    from headgate.intake.files.replay_file import REPLAYED

    if not results:
        return (
            "All quarantined files were already checked against the current contract; use --again to "
            "check them anyway."
        )
    columns = {"file": "key", "outcome": "outcome", "left quarantine": "left", "entered it": "entered"}
    columns |= {name: name for name in ("accepted", "quarantined", "duplicates")} | {"why": "reason"}
    counted = Counter(str(result["outcome"]) for result in results)
    outcomes = ", ".join(f"{count} {outcome}" for outcome, count in counted.items())
    accepted = any(result["outcome"] == REPLAYED and result["accepted"] for result in results)
    step = "Next: `headgate run` merges the accepted rows." if accepted else "No row was accepted."
    return Group(screens.fact_table(results, columns), f"{outcomes}. {step}")
