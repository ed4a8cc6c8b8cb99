from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from headgate.api.files.removals import author_of_request, expect_owner, may_change, remover_of
from headgate.api.files.uploads import own_upload
from headgate.api.http.access import CallerIdentity, Group
from headgate.api.http.problems import ProblemError, conflict, expect_no_numbers, forbidden, invalid
from headgate.api.lake_ports import LakePorts
from headgate.api.shapes.uploads import (
    AddedColumns,
    ColumnsAsked,
    ContractDrafts,
    DescriptionAsked,
    DraftCheck,
    DraftCheckAsked,
    FlawCause,
    StoredContractDraft,
)
from headgate.contracts.creation import column_reasons, deployment_reasons
from headgate.contracts.model import Column, Contract
from headgate.errors import ConflictError, ContractError
from headgate.lake import keys
from headgate.lake.created_datasets import (
    Author,
    CreatedDatasets,
    NameOwner,
    Removal,
    created_text,
    is_superseded,
    with_columns,
    with_description,
    with_optional,
    with_people,
)
from headgate.lake.definitions import Definitions, created_file, removal_file
from headgate.uploads.edits import Edits
from headgate.uploads.upload import UploadRecord

_MAX_CREATED = 200


def store(
    lake: LakePorts, caller: CallerIdentity, dataset: str, document: dict[str, Any]
) -> StoredContractDraft:
    """Store a contract for a new dataset, and use it at once unless it needs a deployment.

    A contract that needs a deployment replaces the pending one. Sending the contract in use changes nothing.
    A pending contract, and that of a removed dataset, are replaced only by their author or an operator.

    Raises:
        ProblemError: 409, the name is taken, or somebody else changed the definitions at the same moment;
            422, the document is no contract of this dataset, or there are too many created datasets. Then
            nothing is stored.
    """
    contract = _contract(dataset, document)
    created = CreatedDatasets(lake.definition_versions)
    author = author_of_request(lake, caller)
    if created.contracts().get(created_file(dataset)) == created_text(document):
        _complete(created, dataset, document, author)
        return _shown(lake, caller, created, dataset)
    _check_name(lake, dataset)
    before = _check_earlier(lake, caller, created, dataset)
    is_usable = not deployment_reasons(contract, takes_people=lake.takes_people)
    if is_usable:
        _with_contract(created.files(), dataset, document)  # raises before anything is stored
    # The first write, because it decides which of two requests has the name.
    taken = _take_name(created, dataset, author, before)
    if is_usable:
        try:
            _use(created, dataset, document, author)
        except ProblemError:
            created.give_name_back(dataset, taken, before)
            raise
    created.store(dataset, document)
    lake.begin_request()  # from here on the request uses the new contract
    return _shown(lake, caller, created, dataset)


def count_draft_rows(
    lake: LakePorts, caller: CallerIdentity, upload_id: str, asked: DraftCheckAsked
) -> DraftCheck:
    """Return the gate's counts for an upload by a contract that is not stored, as a commit would have them.

    Raises:
        ProblemError: 403 or 404, the caller has no such upload; 422, the document is no contract, or the file
            is larger than those that contracts are drafted from.
        BadInputError: the file cannot be read by the contract.
    """
    from headgate.local_files.check_draft import check_draft

    upload = _upload_for_draft(lake, caller, upload_id)
    contract = _contract(str(asked.document.get("name", "")), asked.document)
    edits = replace(Edits.of(asked.edits.model_dump()), dataset=contract.dataset)
    with _downloaded(lake, upload) as path:
        outcome = check_draft(replace(upload, edits=edits), path, path.parent, contract, lake.mappings)
    return DraftCheck(
        received=outcome.received,
        accepted=outcome.accepted,
        duplicates=outcome.duplicates,
        same_key=outcome.same_key,
        causes=tuple(
            FlawCause(column=column, rule=rule, rows=rows) for (column, rule), rows in outcome.causes.items()
        ),
    )


def describe(
    lake: LakePorts, caller: CallerIdentity, dataset: str, asked: DescriptionAsked
) -> StoredContractDraft:
    """Replace the description of a created dataset, those of columns, and which columns are about people.

    Raises:
        ProblemError: 404, nobody created the dataset; 403, the caller neither created it nor is an operator,
            or may not see a column that is to be shown; 422, a text has a card number or SSN, there is no
            such column, or a deployment decides who reads columns about people.
    """
    expect_no_numbers("body.description", "description", asked.description)
    for description in asked.columns.values():
        expect_no_numbers("body.columns", "description", description)
    expect_owner(lake, caller, dataset)
    created = CreatedDatasets(lake.definition_versions)
    _contract_with(created, dataset, {*asked.columns, *asked.personal})
    _check_people(lake, caller, dataset, asked.personal)

    def edited(table: dict[str, Any]) -> dict[str, Any]:
        return with_people(with_description(table, asked.description, asked.columns), asked.personal)

    created.edit(dataset, edited, author_of_request(lake, caller))
    lake.begin_request()
    return _shown(lake, caller, created, dataset)


def make_optional(
    lake: LakePorts, caller: CallerIdentity, dataset: str, names: Sequence[str]
) -> StoredContractDraft:
    """Let files of a created dataset lack columns, and values of them.

    Raises:
        ProblemError: 404, nobody created the dataset; 403, the caller neither created it nor is an operator;
            422, there is no such column, or rows are identified or ordered by it.
    """
    expect_owner(lake, caller, dataset)
    created = CreatedDatasets(lake.definition_versions)
    contract = _contract_with(created, dataset, names)
    if needed := [name for name in names if name in {*contract.key, *contract.order_by}]:
        detail = f"Each row needs {', '.join(needed)}: rows of {dataset} are identified or ordered by it."
        raise invalid("body.columns", "columns", detail)
    created.edit(dataset, lambda table: with_optional(table, names), author_of_request(lake, caller))
    lake.begin_request()
    return _shown(lake, caller, created, dataset)


def _contract_with(created: CreatedDatasets, dataset: str, names: Collection[str]) -> Contract:
    """Return the contract of a created dataset, which must have these columns.

    Raises:
        ProblemError: 422, a name has a card number or SSN, or there is no such column.
    """
    expect_no_numbers("body.columns", "column", *names)
    contract = _contract(dataset, created.document(dataset))
    if unknown := sorted({*names} - {*contract.names}):
        raise invalid("body.columns", "columns", f"{dataset} has no column {', '.join(unknown)}.")
    return contract


def _check_people(
    lake: LakePorts, caller: CallerIdentity, dataset: str, personal: Mapping[str, bool]
) -> None:
    """Check that the caller may say which columns are about people.

    Raises:
        ProblemError: 422, a deployment decides; 403, the caller may not see a column that is to be shown.
    """
    if personal and not lake.takes_people:
        detail = f"Analysts read the table of {dataset} too, and a deployment decides who may read it. "
        raise invalid("body.personal", "personal", f"{detail}Ask a deployer to change its contract.")
    if not all(personal.values()) and not caller.may(Group.PERSONAL_DATA):
        raise forbidden(
            "Only the group personal-data may say that a column is not about people. Ask an operator."
        )


def add_columns(lake: LakePorts, caller: CallerIdentity, dataset: str, asked: ColumnsAsked) -> AddedColumns:
    """Add columns of an upload to its created dataset, as a draft of the file would have them, but optional.

    Raises:
        ProblemError: 404, nobody created the dataset; 403, the caller neither created it nor is an operator;
            422, a column needs a deployment, or the file is larger than those that contracts are drafted
            from.
        BadInputError: the file has no such column, or the dataset has it.
    """
    from headgate.local_files.draft_columns import draft_columns
    from headgate.local_files.draft_file import odcs_property

    expect_owner(lake, caller, dataset)
    created = CreatedDatasets(lake.definition_versions)
    if not created.is_in_use(dataset):
        raise conflict(f"{dataset} is not in use, so no file of it comes in.")
    upload = _upload_for_draft(lake, caller, asked.upload_id)
    with _downloaded(lake, upload) as path:
        columns = draft_columns(upload, path, path.parent, asked.columns, lake.mappings, dataset=dataset)
    _check_columns(lake.contracts.source[dataset], columns, takes_people=lake.takes_people)
    bare = replace(lake.contracts.source[dataset], comparisons=(), properties={})
    properties = {heading: odcs_property(bare, column) for heading, column in columns.items()}
    created.edit(dataset, lambda table: with_columns(table, properties), author_of_request(lake, caller))
    lake.begin_request()
    return AddedColumns(
        stored=_shown(lake, caller, created, dataset),
        fields={heading: column.name for heading, column in columns.items()},
    )


def _check_columns(contract: Contract, columns: Mapping[str, Column], *, takes_people: bool) -> None:
    """Check that a running lake can use these columns at once.

    Raises:
        ProblemError: 422, one needs a deployment, or its words have a card number.
    """
    for heading, column in columns.items():
        expect_no_numbers("body.columns", "column", heading, column.label, column.unit)
    added = replace(contract, columns=tuple(columns.values()), key=(), order_by=(), comparisons=())
    if reasons := column_reasons(added, takes_people=takes_people):
        heading = next(name for name, column in columns.items() if column.name == reasons[0].column)
        detail = f"{heading} {reasons[0].reason}. Ask a deployer to add it to {contract.dataset}."
        raise invalid("body.columns", "columns", detail)


def _upload_for_draft(lake: LakePorts, caller: CallerIdentity, upload_id: str) -> UploadRecord:
    from headgate.uploads.dry_run import MAX_DRAFT_BYTES

    upload = own_upload(lake, caller, upload_id)
    if upload.size_bytes > MAX_DRAFT_BYTES:
        raise invalid("upload_id", "upload", "The file is too large to draft a contract or a column from it.")
    return upload


@contextmanager
def _downloaded(lake: LakePorts, upload: UploadRecord) -> Iterator[Path]:
    """Yield the content of an upload as a file in a folder of its own."""
    with TemporaryDirectory(prefix="headgate-draft-") as folder:
        path = Path(folder) / "original"
        lake.objects.download(upload.content(lake.bucket("staging"), lake.bucket("raw")), path)
        yield path


def listed(lake: LakePorts, caller: CallerIdentity) -> ContractDrafts:
    """Return the contracts that people wrote, by dataset, also those of removed datasets."""
    created = CreatedDatasets(lake.definition_versions)
    removals = created.removals()
    return ContractDrafts(
        drafts=tuple(_shown(lake, caller, created, dataset, removals) for dataset in created.names())
    )


def _contract(dataset: str, document: dict[str, Any]) -> Contract:
    from headgate.contracts import odcs_reader
    from headgate.contracts.curated import curated_contract

    try:
        contract = odcs_reader.parse(document, "source")
        curated_contract(contract)
    except ContractError as error:
        raise invalid("body.document", "contract", str(error)) from None
    if contract.dataset != dataset:
        raise invalid(
            "body.document", "contract", f"The document describes {contract.dataset}, not {dataset}."
        )
    return contract


def _check_name(lake: LakePorts, dataset: str) -> None:
    if dataset in lake.contracts.source:
        raise conflict(f"The lake has a contract for {dataset}. Choose another name, or map the file to it.")
    if dataset in lake.contracts.lake or dataset in lake.contracts.prod:
        raise conflict(f"The lake has a table {dataset}. Choose another name.")
    if dataset == keys.UPLOADS:
        raise conflict(f"The folder {dataset} has the files without a dataset. Choose another name.")


def _complete(created: CreatedDatasets, dataset: str, document: dict[str, Any], author: Author) -> None:
    """Store the contract in use if an earlier request ended before it did; its author stays."""
    if created.has(dataset, document):
        return
    if not (before := created.name_owner(dataset)).author:
        _take_name(created, dataset, author, before)
    created.store(dataset, document)


def _check_earlier(
    lake: LakePorts, caller: CallerIdentity, created: CreatedDatasets, dataset: str
) -> NameOwner:
    """Check that a contract may replace a pending one, or that of a removed dataset; return who has the name.

    Raises:
        ProblemError: 409, the caller may not replace it, or the removed dataset still has files, whose rows
            would be in the new one.
    """
    before = created.name_owner(dataset)
    if not (author := before.author):
        return before
    is_removed = dataset in created.removals()
    if not may_change(caller, author):
        state = (
            "a removed dataset, which can be taken back"
            if is_removed
            else "a contract that is not in use yet"
        )
        raise conflict(
            f"The name {dataset} belongs to {state}. Choose another name, or ask {author.by} or an operator "
            "to create the new dataset."
        )
    if not is_removed:
        return before
    if (left := remover_of(lake).files(dataset)).is_incomplete:
        files = len(left.present) + len(left.under_way)
        raise conflict(
            f"The removal of the earlier dataset {dataset} has {files} file{'' if files == 1 else 's'} left. "
            "Continue it on the page of the dataset, or choose another name."
        )
    return before


def _take_name(created: CreatedDatasets, dataset: str, author: Author, before: NameOwner) -> NameOwner:
    try:
        return created.take_name(dataset, author, before)
    except ConflictError:
        raise _taken(dataset) from None


def _taken(dataset: str) -> ProblemError:
    return conflict(f"Somebody else created {dataset} at the same moment. Choose another name.")


def _use(created: CreatedDatasets, dataset: str, document: dict[str, Any], author: Author) -> None:
    """Put the contract into use; it replaces an earlier, removed dataset."""
    try:
        created.change(lambda files: _with_contract(files, dataset, document), author)
    except ConflictError as error:
        raise conflict(str(error)) from None


def _with_contract(files: dict[str, str], dataset: str, document: dict[str, Any]) -> dict[str, str]:
    """Return the files in use with the contract.

    Raises:
        ProblemError: 409, another contract has the name; 422, there are too many created datasets.
    """
    name, text = created_file(dataset), created_text(document)
    others = {file: stored for file, stored in files.items() if file != removal_file(dataset)}
    if others.get(name, text) != text:
        raise _taken(dataset)
    if (before := len(Definitions(others).contracts)) >= _MAX_CREATED:
        detail = f"People created {before} datasets. Ask a deployer to add them to the project first."
        raise invalid("body.document", "contract", detail)
    return others | {name: text}


def _shown(
    lake: LakePorts,
    caller: CallerIdentity,
    created: CreatedDatasets,
    dataset: str,
    removals: Mapping[str, Removal] | None = None,
) -> StoredContractDraft:
    from headgate.contracts import odcs_reader

    author, document = created.author(dataset), created.document(dataset)
    removal = (removals or {}).get(dataset)
    if removal and is_superseded(author, removal):
        removal = None
    return StoredContractDraft(
        dataset=dataset,
        by=author.by,
        at=author.at,
        place=f"s3://{lake.bucket('artifacts')}/{keys.contract_draft_key(dataset)}",
        document=document,
        may_change=may_change(caller, author),
        is_in_use=dataset in lake.contracts.source,
        needs_deployment=deployment_reasons(
            odcs_reader.parse(document, "source"), takes_people=lake.takes_people
        ),
        removed_by=removal.by if removal else "",
        removed_at=removal.at if removal else "",
    )
