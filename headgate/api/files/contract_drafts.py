"""Contracts that people write for files of no contract, kept in the lake for the next deployment."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from headgate.api.http.problems import conflict, invalid
from headgate.api.shapes.uploads import ContractDrafts, StoredContractDraft
from headgate.errors import ContractError
from headgate.lake import keys
from headgate.lake.ports import ObjectRef

if TYPE_CHECKING:
    from headgate.api.http.access import CallerIdentity
    from headgate.api.lake_ports import LakePorts

_AUTHOR = ".author.json"


def store(
    lake: LakePorts, caller: CallerIdentity, dataset: str, document: dict[str, Any]
) -> StoredContractDraft:
    """Store a contract for a dataset that the lake does not have; it replaces the draft before.

    Raises:
        ProblemError: 409, the dataset has a contract; 422, the document is no contract of this dataset.
    """
    from headgate.contracts import odcs_reader

    if dataset in lake.contracts.source:
        raise conflict(f"The lake has a contract of {dataset}. Choose another name, or map the file to it.")
    try:
        contract = odcs_reader.parse(document, "source")
    except ContractError as error:
        raise invalid("body.document", "contract", str(error)) from None
    if contract.dataset != dataset:
        raise invalid(
            "body.document", "contract", f"The document is of {contract.dataset}, not of {dataset}."
        )
    # JSON is YAML: a deployer copies the object into contracts/source as it is.
    body = json.dumps(document, indent=2, ensure_ascii=False).encode()
    author = json.dumps({"by": caller.name, "at": lake.now().isoformat(timespec="seconds")}).encode()
    lake.objects.write(_ref(lake, keys.contract_draft_key(dataset)), body, content_type="application/yaml")
    lake.objects.write(_ref(lake, _author_key(dataset)), author, content_type="application/json")
    return _shown(lake, dataset)


def listed(lake: LakePorts) -> ContractDrafts:
    """Return the contracts that people wrote, by dataset."""
    every = lake.objects.list(lake.bucket("artifacts"), f"{keys.CONTRACT_DRAFTS}/")
    names = (info.ref.key.rpartition("/")[2] for info in every)
    datasets = sorted(name.removesuffix(_AUTHOR) for name in names if name.endswith(_AUTHOR))
    return ContractDrafts(drafts=tuple(_shown(lake, dataset) for dataset in datasets))


def _shown(lake: LakePorts, dataset: str) -> StoredContractDraft:
    author = json.loads(lake.objects.read(_ref(lake, _author_key(dataset))))
    key = keys.contract_draft_key(dataset)
    return StoredContractDraft(
        dataset=dataset,
        by=author["by"],
        at=author["at"],
        place=f"s3://{lake.bucket('artifacts')}/{key}",
        document=json.loads(lake.objects.read(_ref(lake, key))),
        is_in_use=dataset in lake.contracts.source,
    )


def _author_key(dataset: str) -> str:
    return keys.contract_draft_key(dataset).removesuffix(".yaml") + _AUTHOR


def _ref(lake: LakePorts, key: str) -> ObjectRef:
    return ObjectRef(lake.bucket("artifacts"), key)
