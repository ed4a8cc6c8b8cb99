"""Contracts of datasets that people create from a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headgate.api.files.removals import expect_owner, remover_of
from headgate.api.http.problems import conflict, expect_no_numbers, invalid
from headgate.api.shapes.uploads import ContractDrafts, StoredContractDraft
from headgate.contracts.creation import deployment_reasons
from headgate.errors import ConflictError, ContractError
from headgate.lake import keys
from headgate.lake.created_datasets import Author, CreatedDatasets, created_text
from headgate.lake.definitions import Definitions, created_file, removal_file

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headgate.api.http.access import CallerIdentity
    from headgate.api.lake_ports import LakePorts
    from headgate.contracts.model import Contract
    from headgate.lake.created_datasets import Removal

_MAX_CREATED = 200


def store(
    lake: LakePorts, caller: CallerIdentity, dataset: str, document: dict[str, Any]
) -> StoredContractDraft:
    """Store a contract for a new dataset, and use it at once unless it needs a deployment.

    A contract that needs a deployment replaces the pending one. Sending the contract in use changes nothing.

    Raises:
        ProblemError: 409, the name is taken, or somebody else changed the definitions at the same moment;
            422, the document is no contract of this dataset, or there are too many created datasets.
    """
    contract = _contract(dataset, document)
    created = CreatedDatasets(lake.definition_versions)
    if created.contracts().get(created_file(dataset)) == created_text(document):
        return _shown(lake, created, dataset)
    _check_name(lake, dataset)
    _check_removal(lake, created, dataset)
    author = Author(caller.name, lake.now().isoformat(timespec="seconds"))
    created.store(dataset, document, author)
    _use(created, dataset, document, author, is_usable=not deployment_reasons(contract))
    lake.begin_request()  # from here on the request uses the new contract
    return _shown(lake, created, dataset)


def describe(lake: LakePorts, caller: CallerIdentity, dataset: str, text: str) -> StoredContractDraft:
    """Replace the description of a created dataset.

    Raises:
        ProblemError: 404, nobody created the dataset; 403, the caller neither created it nor is an operator;
            422, the text has a card number or SSN.
    """
    expect_no_numbers("body.description", "description", text)
    expect_owner(lake, caller, dataset)
    created = CreatedDatasets(lake.definition_versions)
    created.describe(dataset, text, Author(caller.name, lake.now().isoformat(timespec="seconds")))
    lake.begin_request()
    return _shown(lake, created, dataset)


def listed(lake: LakePorts) -> ContractDrafts:
    """Return the contracts that people wrote, by dataset, also those of removed datasets."""
    created = CreatedDatasets(lake.definition_versions)
    removals = created.removals()
    return ContractDrafts(
        drafts=tuple(_shown(lake, created, dataset, removals) for dataset in created.names())
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


def _check_removal(lake: LakePorts, created: CreatedDatasets, dataset: str) -> None:
    """Raise 409 if a removed dataset of this name still has files, whose rows would be in the new one."""
    if dataset in created.removals() and (left := remover_of(lake).files(dataset)).is_incomplete:
        files = len(left.present) + len(left.under_way)
        raise conflict(
            f"The removal of the earlier dataset {dataset} has {files} files left. Continue it on the page "
            "of the dataset, or choose another name."
        )


def _use(
    created: CreatedDatasets, dataset: str, document: dict[str, Any], author: Author, *, is_usable: bool
) -> None:
    """Put the contract into use if a running lake can; it replaces an earlier, removed dataset."""
    name, text = created_file(dataset), created_text(document)

    def with_contract(files: dict[str, str]) -> dict[str, str]:
        if not is_usable:
            return files
        files.pop(removal_file(dataset), None)
        if files.get(name, text) != text:
            raise conflict(f"Somebody else created {dataset} at the same moment. Choose another name.")
        if (before := len(Definitions(files).contracts)) >= _MAX_CREATED:
            detail = f"People created {before} datasets. Ask a deployer to add them to the project first."
            raise invalid("body.document", "contract", detail)
        return files | {name: text}

    try:
        created.change(with_contract, author)
    except ConflictError as error:
        raise conflict(str(error)) from None


def _shown(
    lake: LakePorts,
    created: CreatedDatasets,
    dataset: str,
    removals: Mapping[str, Removal] | None = None,
) -> StoredContractDraft:
    from headgate.contracts import odcs_reader

    author, document = created.author(dataset), created.document(dataset)
    removal = (removals or {}).get(dataset)
    return StoredContractDraft(
        dataset=dataset,
        by=author.by,
        at=author.at,
        place=f"s3://{lake.bucket('artifacts')}/{keys.contract_draft_key(dataset)}",
        document=document,
        is_in_use=dataset in lake.contracts.source,
        needs_deployment=deployment_reasons(odcs_reader.parse(document, "source")),
        removed_by=removal.by if removal else "",
        removed_at=removal.at if removal else "",
    )
