"""Contracts of datasets that people create from a file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from headgate.api.http.problems import conflict, invalid
from headgate.api.shapes.uploads import ContractDrafts, StoredContractDraft
from headgate.contracts.creation import deployment_reasons
from headgate.errors import ConflictError, ContractError
from headgate.lake import keys
from headgate.lake.definitions import Definitions, created_file
from headgate.lake.ports import ObjectRef

if TYPE_CHECKING:
    from headgate.api.http.access import CallerIdentity
    from headgate.api.lake_ports import LakePorts
    from headgate.contracts.model import Contract

_AUTHOR = ".author.json"
_MAX_CREATED = 200
_ATTEMPTS = 3


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
    text = json.dumps(document, indent=2, ensure_ascii=False)
    if _created(lake).get(created_file(dataset)) == text:
        return _shown(lake, dataset)
    _check_name(lake, dataset)
    author = {"by": caller.name, "at": lake.now().isoformat(timespec="seconds")}
    # JSON is YAML: `headgate push --pull` writes the object into contracts/source.
    lake.objects.write(
        _ref(lake, keys.contract_draft_key(dataset)), text.encode(), content_type="application/yaml"
    )
    lake.objects.write(
        _ref(lake, _author_key(dataset)), json.dumps(author).encode(), content_type="application/json"
    )
    if not deployment_reasons(contract):
        _use(lake, dataset, text, author)
        lake.begin_request()  # from here on the request uses the new contract
    return _shown(lake, dataset)


def listed(lake: LakePorts) -> ContractDrafts:
    """Return the contracts that people wrote, by dataset."""
    every = lake.objects.list(lake.bucket("artifacts"), f"{keys.CONTRACT_DRAFTS}/")
    names = (info.ref.key.rpartition("/")[2] for info in every)
    datasets = sorted(name.removesuffix(_AUTHOR) for name in names if name.endswith(_AUTHOR))
    return ContractDrafts(drafts=tuple(_shown(lake, dataset) for dataset in datasets))


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


def _use(lake: LakePorts, dataset: str, text: str, author: dict[str, str]) -> None:
    """Add the contract to the version in use; retry if others push or create at the same time."""
    versions = lake.definition_versions
    for _ in range(_ATTEMPTS):
        push, etag = versions.pointer()
        before = versions.created(push.created).files
        if before.get(created_file(dataset), text) != text:
            raise conflict(f"Somebody else created {dataset} at the same moment. Choose another name.")
        if len(before) >= _MAX_CREATED:
            detail = (
                f"People created {len(before)} datasets. Ask a deployer to add them to the project first."
            )
            raise invalid("body.document", "contract", detail)
        created = Definitions({**before, created_file(dataset): text}, author["by"], author["at"])
        try:
            versions.create(created, etag)
        except ConflictError:
            continue
        return
    raise conflict("Other requests keep changing the definitions of the lake. Send the contract again.")


def _created(lake: LakePorts) -> dict[str, str]:
    """Return the texts of the created contracts in use, by file."""
    versions = lake.definition_versions
    return dict(versions.created(versions.pointer()[0].created).files)


def _shown(lake: LakePorts, dataset: str) -> StoredContractDraft:
    from headgate.contracts import odcs_reader

    author = json.loads(lake.objects.read(_ref(lake, _author_key(dataset))))
    key = keys.contract_draft_key(dataset)
    document = json.loads(lake.objects.read(_ref(lake, key)))
    return StoredContractDraft(
        dataset=dataset,
        by=author["by"],
        at=author["at"],
        place=f"s3://{lake.bucket('artifacts')}/{key}",
        document=document,
        is_in_use=dataset in lake.contracts.source,
        needs_deployment=deployment_reasons(odcs_reader.parse(document, "source")),
    )


def _author_key(dataset: str) -> str:
    return keys.contract_draft_key(dataset).removesuffix(".yaml") + _AUTHOR


def _ref(lake: LakePorts, key: str) -> ObjectRef:
    return ObjectRef(lake.bucket("artifacts"), key)
