from __future__ import annotations

import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Group, RenderableType

from headgate.cli import command_deployment, options
from headgate.cli.rendering import screens
from headgate.errors import BadInputError
from headgate.lake.states import Disposition
from headgate.plain_names import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.table import Table

    from headgate.contracts import difference
    from headgate.contracts.model import Contract
    from headgate.contracts.new_column_policy import NewColumns
    from headgate.contracts.stored_rows_effect import StoredRowsEffect
    from headgate.drafts.findings import Finding, FormatQuestion
    from headgate.intake.quarantine.failing_columns import FailingColumn
    from headgate.intake.rows.check_rows import CheckedRows
    from headgate.local_files.draft_file import CheckedDraft, OtherDelivery

    _Rows = Sequence[dict[str, object]]

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_STAYS_TEXT = "text"
_FATES = {
    "ignore": "left out",
    "keep_as_text": "kept as text in the column new_columns",
    "quarantine": "rows with a value are refused",
}
_SHOWN = ("source_row", "sheet_row", "byte_offset", "rule", "column_name", "masked_value", "reason")
_ROW_TABLES = {"refused_rows": Disposition.REFUSED, "duplicate_rows": Disposition.DUPLICATE}

_ARE_CARDS = (
    "more of its numbers have an issuer's digits and a valid check digit than expected by chance. "
    "Remove headgate.no_cards, or the declaration in headgate.toml, unless you know these numbers."
)


@click.command(
    epilog=options.example(
        "headgate contract init orders.csv products.xlsx --output ~/bikes/contracts/source"
    )
)
@click.argument("files", metavar="[FILE]...", nargs=-1, type=_FILE)
@click.option(
    "--raw",
    "raw_key",
    default="",
    metavar="KEY",
    help="A file in raw instead of FILE, such as a profiled one.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    help="Write the YAML to this file, or as DATASET.yaml to this folder.",
)
@click.option("--overwrite", is_flag=True, help="Replace an existing contract at --output.")
@click.option("--dataset", default="", help="Name of the dataset; default: the file's name.")
@click.option("--encoding", default="", help="Encoding of files that are not UTF-8, such as windows-1250.")
@click.option(
    "--date-order", type=click.Choice(["dmy", "mdy", "ymd"]), default=None, help="Order of ambiguous dates."
)
@click.option(
    "--format",
    "formats",
    multiple=True,
    metavar="COLUMN=PATTERN",
    help="Format of a column: dd/MM/yyyy or 1.234,5.",
)
@click.option(
    "--key",
    default=None,
    metavar="COLUMN[,COLUMN]",
    help="The columns that identify a row; default: detected.",
)
@click.option("--no-key", is_flag=True, help="No column identifies a row: all rows are kept.")
@click.option(
    "--header/--no-header",
    default=None,
    help="Whether the first row of a CSV file has the names; default: detected.",
)
@click.option("--sheet", default="", help="The only sheet of a workbook to read.")
@click.option(
    "--sheet-names/--no-sheet-names",
    default=True,
    help="Whether rows of several sheets get a column with the name of their sheet; default: yes.",
)
@click.option(
    "--strict",
    is_flag=True,
    help="Draft a type or key only if all rows fit; default: 98 % of 50 or more values.",
)
@options.deployment
def init(
    files: tuple[Path, ...],
    *,
    raw_key: str,
    output: Path | None,
    overwrite: bool,
    dataset: str,
    encoding: str,
    date_order: str | None,
    formats: tuple[str, ...],
    key: str | None,
    no_key: bool,
    header: bool | None,
    sheet: str,
    sheet_names: bool,
    strict: bool,
) -> None:
    """Draft a contract from each sample FILE: YAML on standard output, notes on standard error.

    A column gets a type and a format if at least 98 % of its values fit; a note counts the other values,
    whose rows the gate quarantines. Columns that may have card data are masked. If a column is ambiguous, the
    command asks at a terminal; otherwise the column stays text, with a note.

    At the end each sample is checked against its draft, like with `headgate contract check`.
    """
    from headgate.local_files import draft_file

    if bool(files) is bool(raw_key):
        raise click.UsageError("give either FILE or --raw KEY")
    if key is not None and no_key:
        raise click.UsageError("--key and --no-key exclude each other. Give one of them.")
    if len(files) > 1 and (dataset or formats or key or output is None or not output.is_dir()):
        raise click.UsageError(
            "several files need --output FOLDER, which exists, without --dataset, --format and --key"
        )
    patterns = _stated_formats(formats)
    drafting = draft_file.DraftOptions(
        encoding,
        date_order or "",
        strict,
        () if no_key else _stated_key(key),
        header,
        sheet,
        sheet_names,
        titles=True,
    )
    samples = draft_file.datasets_of(files or (_fetched(raw_key),), dataset)
    targets = {name: _target(output, name, overwrite=overwrite) for name in samples}
    for name, checked in draft_file.drafts_of(samples, drafting, patterns, asked_at_terminal):
        show_draft(checked, targets[name], name)


def _target(output: Path | None, name: str, *, overwrite: bool) -> Path | None:
    """Return the output file of a draft."""
    target = output / f"{name}.yaml" if output and output.is_dir() else output
    if target and target.exists() and not overwrite:
        raise click.ClickException(
            f"{screens.safe_name(str(target))} exists and may have edits. --overwrite replaces it; another "
            "--output keeps both, and `headgate contract diff` compares them."
        )
    return target


def _stated_key(key: str | None) -> tuple[str, ...] | None:
    return None if key is None else tuple(part.strip() for part in key.split(",") if part.strip())


def show_draft(checked: CheckedDraft, target: Path | None, name: str) -> None:
    """Write a draft to `target` or standard output, and its notes to standard error."""
    if target:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(checked.text, encoding="utf-8")
    else:
        click.echo(checked.text, nl=False)
    console = options.progress_console()
    key = ", ".join(checked.draft.contract.key) or "none"
    title = f"{name}: drafted from {checked.draft.rows:,} rows, key: {key}; look at"
    console.print(_findings_table(checked.draft.findings, title))
    console.print(_sample_line(checked.gated), soft_wrap=True)
    for other in checked.others:
        console.print(_other_line(other), soft_wrap=True)
    if target:
        console.print(f"Wrote {screens.safe_name(str(target))}", soft_wrap=True)


def _fetched(key: str) -> Path:
    """Return a local copy of a file in raw."""
    from headgate.lake.ports import ObjectRef
    from headgate.wiring import stores

    environment = command_deployment.activate().environment
    path = Path(tempfile.mkdtemp(prefix="headgate-")) / key.rpartition("/")[2]
    stores.objects().download(ObjectRef(environment["HEADGATE_RAW_BUCKET"], key), path)
    return path


def _other_line(other: OtherDelivery) -> str:
    """Return how another file of the dataset fits the draft."""
    name = screens.safe_name(other.file)
    if other.gated is None:
        return f"{name} does not fit this contract: {other.error}"
    return f"{name} against this contract: {_count_words(other.gated)}."


def _count_words(gated: CheckedRows) -> str:
    return ", ".join(
        _counted(name, count, gated.counts.reasons)
        for name, count in _counts(gated).items()
        if count or name == "accepted"
    )


def _sample_line(gated: CheckedRows) -> str:
    is_intended = {"type", "required"} & gated.counts.reasons.keys()
    intended = " The notes above count these rows; the draft refuses them on purpose." if is_intended else ""
    return f"The sample against this contract: {_count_words(gated)}.{intended}"


def _counted(name: str, count: int, reasons: Mapping[str, int]) -> str:
    """Return a count with its name, and for quarantined rows and duplicates their rules."""
    from headgate.lake.states import DUPLICATE_RULES

    is_duplicate = name == "duplicates"
    own = {rule: rows for rule, rows in reasons.items() if (rule in DUPLICATE_RULES) is is_duplicate}
    rules = ""
    if name in {"quarantined", "duplicates"} and own:
        rules = f" ({', '.join(f'{rule} {rows:,}' for rule, rows in own.items())})"
    singular = name.removesuffix("s") if count == 1 else name
    return f"{count:,} {singular.replace('_', ' ')}{rules}"


def _stated_formats(formats: Sequence[str]) -> dict[str, str]:
    for text in formats:
        column, equals, pattern = text.partition("=")
        if not (column and equals and pattern):
            raise click.UsageError(
                f"--format {text} names no pattern. Write it as in --format 'bought_on=dd/MM/yyyy'."
            )
    return {column: pattern for column, _, pattern in (text.partition("=") for text in formats)}


def asked_at_terminal(questions: Sequence[FormatQuestion]) -> dict[str, str]:
    """Ask for the format of each ambiguous column; without a terminal or an answer it stays text."""
    answered: dict[str, str] = {}
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return answered
    for question in questions:
        choices = click.Choice([*question.answers, _STAYS_TEXT])
        answer = click.prompt(
            f"How is column {question.column} written?", type=choices, default=_STAYS_TEXT, err=True
        )
        if answer != _STAYS_TEXT:
            answered[question.column] = answer
    return answered


@click.command(epilog=options.example("headgate contract check exports/payments.csv --dataset payments"))
@click.argument("file", type=_FILE)
@click.option(
    "--dataset",
    default="",
    help="Dataset of the contract; default: by the file's name or folder, or the only contract.",
)
@click.option(
    "--contract", "contract_file", type=_FILE, help="A contract file instead of the lake's contract."
)
@click.option("--rows", default=10, show_default=True, help="Number of refused rows to show.")
@click.option(
    "--suggest",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the contract with the first remedy of each column to this file.",
)
@options.as_json
def check(file: Path, *, dataset: str, contract_file: Path | None, rows: int, suggest: Path | None) -> None:
    """Check FILE with the real gate on this machine: counts, reasons, and the first refused rows, masked.

    Nothing is sent or written. Exits with 3 if the file or some of its rows would be refused, or its columns
    need a mapping.
    """
    from headgate.contracts.card_declarations import declared_by_lake
    from headgate.contracts.new_column_policy import policy_of
    from headgate.contracts.registry import no_cards
    from headgate.local_files.check_file import check_by_contract, columns_like_cards, failing_columns_of

    if dataset and contract_file:
        raise click.UsageError("--contract FILE has its own dataset. Give either --contract or --dataset.")
    if contract_file:
        contract = declared_by_lake(_loaded(contract_file), no_cards())
    else:
        contract = _contract_for(file, dataset)
    try:
        checked = check_by_contract(file, contract)
    except BadInputError as error:
        _show_refusal(error)
        options.finish(complete=False)
        return
    gated, mapped = checked.gated, dict(checked.mapping)
    shown = {title: _first_rows(gated, disposition, rows) for title, disposition in _ROW_TABLES.items()}
    like_cards = columns_like_cards(gated, contract)
    for name in like_cards:
        click.echo(f"Column {name} is declared to hold no card data, but {_ARE_CARDS}", err=True)
    failing = failing_columns_of(file, contract, gated)
    options.show(
        _fact(gated, shown, mapped)
        | {"failing_columns": [column.as_json() for column in failing], "may_hold_cards": like_cards},
        lambda: Group(
            _checked_screen(file, gated, shown, mapped, policy_of(contract)),
            *_failing_tables(failing, contract),
        ),
    )
    if suggest:
        _write_suggestion(contract, failing, suggest)
    options.finish(complete=not gated.counts.quarantined)


@click.command(epilog=options.example("headgate contract diff main/orders.yaml contracts/source/orders.yaml"))
@click.argument("old", type=_FILE)
@click.argument("new", type=_FILE)
@options.as_json
def diff(old: Path, new: Path) -> None:
    """List the changes from contract OLD to contract NEW, and those that break files or queries.

    Exits with 3 if a change breaks something.
    """
    from headgate.contracts import difference
    from headgate.contracts.stored_rows_effect import stored_rows_effects

    before, after = _loaded(old), _loaded(new)
    changes, stored = difference.differences(before, after), stored_rows_effects(before, after)
    breaking = any(map(difference.is_breaking, changes)) or any(effect.needs_replay for effect in stored)
    fact = {
        "breaking": breaking,
        "changes": [asdict(change) for change in changes],
        "stored_rows": [asdict(effect) for effect in stored],
    }
    options.show(fact, lambda: Group(_changes_table(changes), _stored_table(stored)))
    options.finish(complete=not breaking)


def _loaded(path: Path) -> Contract:
    from headgate.contracts import odcs_reader

    try:
        return odcs_reader.load(path)
    except odcs_reader.UnreadableContractError as error:
        raise click.ClickException(str(error)) from None


def _contract_for(file: Path, dataset: str) -> Contract:
    """Return the contract of `dataset`, else of the file's folder or name, else the only one."""
    from headgate.contracts.registry import Registry
    from headgate.drafts.dataset_name import dataset_name_of, without_time

    contracts, name = Registry.load().source, dataset_name_of(file.name)
    parts = (name, without_time(name), *reversed(file.resolve().parts))
    folder = next((part for part in parts if part in contracts), "")
    only = next(iter(contracts)) if len(contracts) == 1 else ""
    named = dataset or folder or only
    if named in contracts:
        return contracts[named]
    if not contracts:
        raise click.ClickException(
            "The project has no contract. Draft one with `headgate contract init FILE`, or give --contract."
        )
    created = created_contracts(contracts)
    if dataset in created:
        return created[dataset]
    listed = _known_contracts(contracts, created)
    if dataset:
        near = did_you_mean(dataset, {**contracts, **created})
        problem = f"There is no contract for {screens.safe_name(dataset)}.{near}"
        raise click.ClickException(f"{problem} {listed}")
    problem = f"Neither the name nor a folder of {screens.safe_name(str(file))} names a dataset."
    raise click.ClickException(f"{problem} Choose a contract with --dataset, or give --contract. {listed}")


def _known_contracts(contracts: Mapping[str, Contract], created: Mapping[str, Contract]) -> str:
    """Return sentences that list the contracts of the project, and those created in the console."""
    sentences = [f"Contracts of {_project_words()}: {', '.join(sorted(contracts))}."]
    if created:
        sentences.append(f"Created in the console: {', '.join(sorted(created))}.")
    return " ".join(sentences)


def created_contracts(contracts: Mapping[str, Contract]) -> Mapping[str, Contract]:
    """Return the contracts of datasets that people created in the console, without those of the project.

    None without a deployment, and none where it does not answer: a check needs no lake.
    """
    from headgate.errors import HeadgateError

    deployed = command_deployment.activate_if_deployed()
    if deployed is None:
        return {}
    from headgate.api.deployed_lake import DeployedLake

    try:
        source = DeployedLake(deployed.environment).contracts.source
    except HeadgateError as error:
        click.echo(f"Datasets that people created in the console are not read: {error}", err=True)
        return {}
    return {name: contract for name, contract in source.items() if name not in contracts}


def _project_words() -> str:
    """Return the folder of the contracts; of those of the package its name."""
    from headgate.project import project

    if (folder := project().folder) is None:
        return "the package"
    return f"{screens.safe_name(str(folder))} (HEADGATE_PROJECT names another folder)"


def _first_rows(gated: CheckedRows, disposition: Disposition, count: int) -> list[dict[str, object]]:
    import pyarrow.compute as pc

    rows = gated.quarantine_rows
    chosen = rows.filter(pc.equal(rows["disposition"], disposition.value))
    shown: list[dict[str, object]] = chosen.select(_SHOWN).slice(0, count).to_pylist()
    return shown


def _fact(gated: CheckedRows, shown: Mapping[str, _Rows], mapped: dict[str, str]) -> dict[str, object]:
    by_name = {name: dict(getattr(gated.counts, name)) for name in ("reasons", "masked", "new_columns")}
    warned = [
        {"column": column, "rule": rule, "rows": count}
        for (column, rule), count in gated.counts.warned.items()
    ]
    fact = {"contract": gated.counts.contract, **_counts(gated), **by_name, "warned": warned, **shown}
    return fact | ({"mapping": mapped} if mapped else {})


def _counts(gated: CheckedRows) -> dict[str, int]:
    return {
        "received": gated.counts.received,
        "accepted": gated.accepted.num_rows,
        "quarantined": gated.counts.quarantined,
        "duplicates": gated.counts.duplicates,
        "warnings": gated.counts.warnings,
        "skipped_lines": int(gated.counts.written_as.get("skipped_lines", 0)),
    }


def _show_refusal(error: BadInputError) -> None:
    refusal = {"rule": error.rule, "column": error.column, "message": error.message, "remedy": error.remedy}
    options.show({"refused": refusal}, lambda: f"The file would be refused: {error}")


def _checked_screen(
    file: Path, gated: CheckedRows, shown: Mapping[str, _Rows], mapped: Mapping[str, str], policy: NewColumns
) -> RenderableType:
    counts = screens.screen_table(
        *_counts(gated), title=f"{screens.safe_name(file.name)} against {gated.counts.contract}"
    )
    counts.add_row(*(f"{count:,}" for count in _counts(gated).values()))
    reasons = screens.screen_table("reason", "rows")
    for rule, count in sorted(gated.counts.reasons.items(), key=lambda item: (-item[1], item[0])):
        reasons.add_row(rule, f"{count:,}")
    masked = screens.screen_table("column", "values that masking changed")
    for column, count in sorted(gated.counts.masked.items()):
        masked.add_row(column, f"{count:,}")
    new = screens.screen_table("new column, not in the contract", "values", "effect")
    for column, count in gated.counts.new_columns.items():
        new.add_row(column, f"{count:,}", _FATES[policy])
    row_tables = [_row_table(f"First {name.replace('_', ' ')}", rows) for name, rows in shown.items() if rows]
    warned = screens.screen_table("column", "rule that only warns", "rows")
    for (column, rule), count in gated.counts.warned.items():
        warned.add_row(column or "the row", rule, f"{count:,}")
    renamed = screens.mapped_columns([(file.name, mapped)])
    count_tables = [table for table in (renamed, reasons, warned, masked, new) if table.row_count]
    nothing = [] if gated.counts.received else ["The file has no rows. Add rows below the header."]
    unread = screens.unread_sheets([(screens.safe_name(file.name), gated.counts.written_as)])
    return Group(counts, *nothing, *unread, *count_tables, *row_tables)


def _row_table(title: str, rows: _Rows) -> Table:
    cells = [["" if value is None else str(value) for value in row.values()] for row in rows]
    filled = [place for place in range(len(_SHOWN)) if any(row[place] for row in cells)]
    table = screens.screen_table(*(_SHOWN[place] for place in filled), title=title)
    for row in cells:
        table.add_row(*(row[place] for place in filled))
    return table


def _failing_tables(failing: Sequence[FailingColumn], contract: Contract) -> list[Table]:
    """Return the table of rules that rows break, with remedies, if there are any."""
    refusing = [column for column in failing if column.rows]
    table = screens.screen_table(
        "column", "rule", "rows", "examples", "remedies, the likeliest first", title="Broken rules"
    )
    for column in refusing:
        first, *others = _remedies(column, contract)
        remedies = "\nor ".join([first, *(edit.partition(": ")[2] for edit in others)])
        table.add_row(
            column.column or "the row", column.rule, f"{column.rows:,}", ", ".join(column.examples), remedies
        )
    return [table] if refusing else []


def _remedies(failing: FailingColumn, contract: Contract) -> list[str]:
    """Return the remedies of a broken rule.

    If only the type text would accept the values, the first remedy is to correct them, because the contract
    has its type for a purpose.
    """
    from headgate.values.refusal_reasons import type_reason

    edits = [failing.edit, *failing.other_edits]
    is_text_alone = failing.rule == "type" and len(edits) == 1 and not failing.nulls and not failing.edited
    if not is_text_alone or failing.is_for_source or failing.column not in contract.names:
        return edits
    _, _, how = type_reason(contract.column(failing.column)).partition(". ")
    return [f"{failing.column}: correct the values in the file. {how.removesuffix('.')}", *edits]


def _write_suggestion(contract: Contract, failing: Sequence[FailingColumn], target: Path) -> None:
    """Write the edited contract, with a note on standard error."""
    import yaml

    from headgate.contracts.odcs_writer import to_odcs
    from headgate.intake.quarantine.failing_columns import with_suggestions

    edited = with_suggestions(contract, failing)
    target.write_text(
        yaml.safe_dump(to_odcs(edited), sort_keys=False, allow_unicode=True, width=120), encoding="utf-8"
    )
    note = f"version {edited.version}; compare: headgate contract diff"
    if edited == contract:
        note = "unchanged: no edit would accept more rows"
    click.echo(f"Wrote {screens.safe_name(str(target))}: {note}", err=True)


def _findings_table(findings: Sequence[Finding], title: str) -> Table:
    """Return each message once with its columns, so that common messages do not hide rare ones."""
    table = screens.screen_table("column", "what was guessed", title=title)
    columns: dict[str, list[str]] = {}
    for finding in findings:
        columns.setdefault(finding.message, []).append(finding.column or "the table")
    for message, named in columns.items():
        table.add_row(screens.first_of(named, limit=4), message)
    return table


def _stored_table(stored: Sequence[StoredRowsEffect]) -> RenderableType:
    if not stored:
        return "Stored rows stay as they are."
    table = screens.screen_table("column", "effect on stored rows", "needs a replay")
    for effect in stored:
        table.add_row(effect.column or "the table", effect.effect, "yes" if effect.needs_replay else "no")
    return table


def _changes_table(changes: Sequence[difference.ContractChange]) -> RenderableType:
    if not changes:
        return "Nothing changes but words."
    table = screens.screen_table("column", "change", "breaks")
    for change in changes:
        table.add_row(change.column or "the table", change.message, change.breaks)
    return table
