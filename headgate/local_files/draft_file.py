from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from headgate.contracts import odcs_reader
from headgate.contracts.creation import (
    OF_PEOPLE,
    ColumnReason,
    WayOut,
    card_exemptions,
    column_reasons,
    deployment_reasons,
    reasons_of_table,
)
from headgate.contracts.format_property import declared_keys
from headgate.contracts.model import Column, ColumnType, Contract, Kind, Mask
from headgate.contracts.new_column_policy import LEFT_OUT, with_own_left_out
from headgate.contracts.odcs_writer import to_odcs
from headgate.drafts.dataset_name import dataset_name_of, without_time
from headgate.drafts.draft_contract import Draft, draft_from_sample
from headgate.drafts.findings import ABOUT_QUOTES, ABOUT_RESERVED, SILENT, FormatQuestion
from headgate.drafts.format_answers import answer_of
from headgate.drafts.plain_columns import plain_columns, with_plain_columns
from headgate.drafts.plain_notes import plain_note
from headgate.drafts.spare_decimals import with_spare_decimals
from headgate.drafts.table_form import UNDECIDED, TableForm
from headgate.errors import BadInputError, ContractError
from headgate.formats.archive_files import folder_of_archive
from headgate.intake.rows.check_rows import CheckedRows, check_bytes
from headgate.local_files.check_file import any_key, check_by_contract
from headgate.masking.redaction import redact_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from headgate.drafts.other_words import WordsQuestion
    from headgate.drafts.text_formats import TextFormat

    Ask = Callable[[Sequence[FormatQuestion]], Mapping[str, str]]

_CHECK_ROWS = (
    "look at its first lines, and write the names of the columns above the rows, with the same delimiter"
)
_MAX_WORDS = 5  # of a column of numbers, in the note about it
_EPOCH = datetime(1970, 1, 1)


class NoRowFitsError(ContractError):
    """The gate would refuse every row of the sample by its draft."""


@dataclass(frozen=True)
class OtherDelivery:
    """Another file of a drafted dataset, by the draft: its rows after the gate, or why it is not read."""

    file: str
    gated: CheckedRows | None = None
    error: str = ""


@dataclass(frozen=True)
class CheckedDraft:
    """A drafted contract as an ODCS document, and the rows of its own sample after the gate.

    Attributes:
        others: the other files of the dataset.
    """

    document: Mapping[str, Any]
    draft: Draft
    gated: CheckedRows
    others: tuple[OtherDelivery, ...] = ()

    @property
    def text(self) -> str:
        """The contract as YAML."""
        import yaml  # noqa: PLC0415 the function for dry runs has no PyYAML

        return yaml.safe_dump(self.document, sort_keys=False, allow_unicode=True, width=120)


@dataclass(frozen=True)
class DraftOptions:
    """Options of a draft that are the same for all samples."""

    encoding: str = ""
    date_order: str = ""
    strict: bool = False
    key: tuple[str, ...] | None = None
    header: bool | None = None
    sheet: str = ""
    sheet_names: bool = True
    titles: bool = False
    file_order: tuple[int, ...] = ()
    beside: tuple[str, ...] = ()
    inner_list: str = ""


def drafts_of(
    files: Mapping[str, Sequence[Path]],
    options: DraftOptions = DraftOptions(),
    formats: Mapping[str, str] | None = None,
    ask: Ask | None = None,
) -> Iterator[tuple[str, CheckedDraft]]:
    """Draft a contract from each sample and check the sample by it; yield the dataset's name and the draft.

    Args:
        files: by dataset, as `datasets_of` names them; the last is the sample, and the draft checks all.
        formats: source formats by column.
        ask: returns the formats of ambiguous columns; without it they stay text.

    Raises:
        BadInputError: a sample cannot be read; names the file.
        NoRowFitsError: the gate would refuse all rows of a sample.
    """
    for name, (*others, file) in files.items():
        body, column_formats = file.read_bytes(), dict(formats or {})
        try:
            drafted = _drafted(body, name, options, column_formats)
            if ask and drafted.questions and (answered := ask(drafted.questions)):
                drafted = _drafted(body, name, options, {**column_formats, **answered})
            checked = check_sample(drafted, body)
        except BadInputError as error:
            error.file = error.file or redact_text(file.name)
            raise
        contract = checked.draft.contract
        yield name, replace(checked, others=tuple(_other_delivery(other, contract) for other in others))


def _other_delivery(file: Path, contract: Contract) -> OtherDelivery:
    name = redact_text(file.name)
    try:
        return OtherDelivery(name, check_by_contract(file, contract).gated)
    except BadInputError as error:
        return OtherDelivery(name, error=str(error))


def _drafted(
    body: bytes, name: str, options: DraftOptions, formats: Mapping[str, str] | None = None
) -> Draft:
    """Return the draft; its numbers take more decimals than the sample has, unless it is strict."""
    drafted = draft_from_sample(body, name, **vars(options), formats=formats)
    return drafted if options.strict else with_spare_decimals(drafted)


def draft_of_upload(
    file_name: str, body: bytes, form: TableForm = UNDECIDED, *, takes_people: bool = False
) -> dict[str, Any] | None:
    """Return the draft of a file without a contract: its dataset, its ODCS document, and notes by column.

    Its columns have names that SQL takes without quotes. None if `drafts_of` raises an error, so that a
    person sends a better file or states options.

    Args:
        takes_people: as in `headgate.contracts.creation`.
    """
    try:
        name = without_time(_dataset_of(file_name, ""))
        checked = check_sample(_drafted(body, name, DraftOptions(**vars(form), titles=True)), body)
    except (BadInputError, ContractError):
        return None
    contract = _with_unreadable(searched_in_full(checked.draft), checked.draft)
    plain = plain_columns(contract)
    counts = checked.gated.counts
    return {
        "dataset": name,
        "document": to_odcs(with_plain_columns(contract, plain)),
        "notes": _notes(checked.draft, plain),
        "questions": [
            *(_question_facts(contract, question, plain) for question in checked.draft.questions),
            *(_words_facts(contract, question, plain) for question in checked.draft.words),
        ],
        "rows": counts.accepted,
        "received": counts.received,
        "duplicates": counts.duplicates,
        "needs_deployment": deployment_reasons(
            with_plain_columns(contract, plain), takes_people=takes_people
        ),
        "for_deployment": _for_deployment(contract, checked.draft, plain, takes_people=takes_people),
        "takes_people": takes_people,
        "maybe_people": sorted(plain.get(name, name) for name in checked.draft.people_by_name),
        "time_zone": checked.draft.time_zone,
        "text_words": {plain.get(name, name): words for name, words in checked.draft.text_words.items()},
        "text_formats": {
            plain.get(name, name): list(map(_format_facts, formats))
            for name, formats in checked.draft.text_formats.items()
        },
        "mostly_numbers": {
            plain.get(name, name): {
                "numbers": beside.numbers,
                "words": dict(islice(beside.words.items(), _MAX_WORDS)),
                "others": sum(beside.words.values()),
                "different": len(beside.words),
                "is_whole": beside.reading.kind is Kind.BIGINT,
            }
            for name, beside in checked.draft.mostly_numbers.items()
        },
        "local_times": [
            plain.get(finding.column, finding.column)
            for finding in checked.draft.findings
            if finding.lacks_zone
        ],
    }


def _notes(draft: Draft, plain: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the findings that a person reads beside the draft, with the names of the table's columns."""
    return [
        {
            "column": ", ".join(plain.get(column, column) for column in finding.column.split(", ")),
            "message": finding.of_upload or plain_note(_in_sql(finding.message, finding.column, plain)),
            "decides": finding.decides,
            "is_open": finding.is_open,
        }
        for finding in draft.findings
        if finding.message not in {ABOUT_QUOTES, ABOUT_RESERVED} and finding.of_upload != SILENT
    ]


def _in_sql(message: str, column: str, plain: Mapping[str, str]) -> str:
    """Return a message whose examples of queries name the column of the table, not that of the file."""
    return message.replace(f"({column}", f"({plain.get(column, column)}") if column else message


def _with_unreadable(contract: Contract, draft: Draft) -> Contract:
    """Return the contract with all columns of the file: a person sees which ones are left out."""
    if not draft.unreadable:
        return contract
    columns = [*contract.columns]
    for place, column in draft.unreadable.items():
        columns.insert(place, column)
    properties = {name: value for name, value in contract.properties.items() if name != LEFT_OUT}
    return replace(contract, columns=tuple(columns), properties=properties)


def _format_facts(each: TextFormat) -> dict[str, Any]:
    declared = declared_keys(each.reading.format)
    return {
        "kind": each.kind,
        "answer": answer_of(each.reading),
        "format": declared,
        "waiting": each.waiting,
    }


def searched_in_full(draft: Draft) -> Contract:
    """Return the contract without statements of other numbers that no value of the sample needs.

    Whoever creates a dataset from a file may not reduce the search for card numbers, and most columns of
    article and tracking numbers have none that passes as one.
    """
    return replace(
        draft.contract,
        columns=tuple(
            column if draft.like_cards.get(column.name) else replace(column, content=None)
            for column in draft.contract.columns
        ),
    )


def _for_deployment(
    contract: Contract, draft: Draft, plain: Mapping[str, str], *, takes_people: bool
) -> dict[str, Any]:
    """Return the columns and the facts of the table that need a deployment, and the ways out of each."""
    columns = [
        {
            "column": plain.get(each.column, each.column),
            "reason": each.reason,
            "like_cards": draft.like_cards.get(each.column, 0),
            "ways": [
                {"way": way.value, "property": _property_of_way(contract, each.column, way, plain)}
                for way in _ways(each, contract, draft)
            ],
        }
        for each in column_reasons(contract, takes_people=takes_people)
    ]
    return {"columns": columns, "table": list(reasons_of_table(contract))}


def _ways(reason: ColumnReason, contract: Contract, draft: Draft) -> tuple[WayOut, ...]:
    """Return the ways out; that a column is about people is only denied where its name alone says so."""
    column = contract.column(reason.column)
    is_deniable = (
        reason.reason == OF_PEOPLE and reason.column in draft.people_by_name and not card_exemptions(column)
    )
    return (WayOut.NOT_PEOPLE, *reason.ways) if is_deniable else reason.ways


def _property_of_way(contract: Contract, name: str, way: WayOut, plain: Mapping[str, str]) -> dict[str, Any]:
    """Return the ODCS property of a column after a way out; empty for a column that is left out."""
    if way is WayOut.LEAVE_OUT:
        return {}
    if way is WayOut.NOT_PEOPLE:
        nobody = replace(contract.column(name), name=plain.get(name, name), classification="")
        return odcs_property(contract, nobody)
    searched = replace(contract.column(name), name=plain.get(name, name), content=None)
    if way is WayOut.SEARCH:
        return odcs_property(contract, searched)
    hidden = replace(searched, type=ColumnType(Kind.STRING), mask=Mask.FREE_TEXT, rules=())
    return odcs_property(contract, hidden)


def _question_facts(contract: Contract, question: FormatQuestion, plain: Mapping[str, str]) -> dict[str, Any]:
    """Return a question with the ODCS property of each answer."""
    asked = _answers_facts(
        contract, question.column, zip(question.answers, question.columns, strict=True), plain
    )
    for answer, waiting in zip(asked["answers"], question.waiting, strict=True):
        answer["waiting"] = waiting
    return {**asked, "values": question.values}


def _words_facts(contract: Contract, question: WordsQuestion, plain: Mapping[str, str]) -> dict[str, Any]:
    """Return a question about a few words with the ODCS property of each answer."""
    answers = [("empty", question.as_empty), ("wait", question.as_waiting)]
    if question.as_text:
        answers.append(("text", question.as_text))
    asked = _answers_facts(contract, question.column, answers, plain)
    return {**asked, "words": list(question.words), "rows": question.rows}


def _answers_facts(
    contract: Contract, asked: str, answers: Iterable[tuple[str, Column]], plain: Mapping[str, str]
) -> dict[str, Any]:
    """Return the column of a question, and its possible answers with the column of each."""
    name = plain.get(asked, asked)
    return {
        "column": name,
        "answers": [
            {"answer": answer, "property": odcs_property(contract, replace(column, name=name))}
            for answer, column in answers
        ],
    }


def odcs_property(contract: Contract, column: Column) -> dict[str, Any]:
    """Return the ODCS property of a column, with what the contract declares for all its columns."""
    (table,) = to_odcs(replace(contract, columns=(column,), key=(), order_by=()))["schema"]
    (answered,) = table["properties"]
    return dict(answered)


def datasets_of(files: Sequence[Path], dataset: str = "") -> dict[str, list[Path]]:
    """Return the samples by the name of their dataset, which is the file's unless `dataset` states it.

    Names that differ only by the time of a delivery are of one dataset; the last by name comes last. A zip
    archive of several data files is several samples.

    Raises:
        ContractError: two samples have the same name, or a name contains a card number or cannot be the name
            of a dataset.
        UnreadableFileError: an archive is damaged.
    """
    named: dict[str, Path] = {}
    samples = chain.from_iterable(_members(file) for file in files)
    for file in samples:
        name = _dataset_of(file.name, dataset)
        if name in named:
            raise ContractError(
                f"{named[name].name} and {file.name} are both called {name} as a dataset. "
                "Leave one out, and draft it with `headgate contract init FILE --dataset NAME`."
            )
        named[name] = file
    deliveries: dict[str, list[str]] = {}
    for name in named:
        deliveries.setdefault(dataset or without_time(name), []).append(name)
    return {name: [named[each] for each in sorted(of)] for name, of in deliveries.items()}


def _members(file: Path) -> list[Path]:
    folder = folder_of_archive(file)
    return sorted(path for path in folder.rglob("*") if path.is_file()) if folder else [file]


def _dataset_of(file_name: str, dataset: str) -> str:
    if redact_text(dataset or file_name) != (dataset or file_name):
        raise ContractError(
            "The name holds a card number or a social security number. State another name of the "
            "dataset (--dataset NAME)."
        )
    name = dataset or dataset_name_of(file_name)
    odcs_reader.check_dataset_name(name, name)
    return name


def check_sample(drafted: Draft, body: bytes) -> CheckedDraft:
    """Load the drafted contract from its document, and check its sample by it.

    Raises:
        NoRowFitsError: the gate would refuse every row of the sample.
    """
    document = to_odcs(drafted.contract)
    contract = odcs_reader.parse(document, zone="source")
    read_by = with_own_left_out(contract)
    gated = check_bytes(body, read_by, any_key(), object_key=contract.dataset, received_at=_EPOCH)
    if gated.counts.quarantined and gated.counts.quarantined == gated.counts.received:
        reasons = ", ".join(gated.counts.reasons)
        raise NoRowFitsError(
            f"None of the {gated.counts.received:,} rows fits the drafted contract ({reasons}). Remedy: "
            f"{_CHECK_ROWS}."
        )
    return CheckedDraft(document, drafted, gated)
