from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.api.files.declared_datasets import contract_of_dataset
from headgate.api.http.problems import not_found
from headgate.api.shapes.remembered_headers import RememberedDecisions, RememberedDecisionsOfHeader
from headgate.errors import NotFoundError

if TYPE_CHECKING:
    from headgate.api.lake_ports import LakePorts
    from headgate.contracts.model import Contract
    from headgate.matching.remembered_headers import RememberedHeader


def listed(lake: LakePorts, dataset: str) -> RememberedDecisions:
    """Return the remembered headers of a dataset's files, newest first; 404 without the dataset."""
    from headgate.matching.remembered_headers import remembered_headers

    contract = contract_of_dataset(lake, dataset)
    headers = remembered_headers(lake.mappings, dataset)
    return RememberedDecisions(headers=tuple(_shown(each, contract) for each in headers))


def forget(lake: LakePorts, dataset: str, source: str, header: str) -> RememberedDecisionsOfHeader:
    """Forget the decisions for a header; 404 if nothing is remembered for it."""
    from headgate.matching.remembered_headers import forget_header

    try:
        forgotten = forget_header(lake.mappings, dataset, source, header)
    except NotFoundError as error:
        raise not_found(str(error)) from None
    return _shown(forgotten, lake.contracts.source.get(dataset))


def _shown(remembered: RememberedHeader, contract: Contract | None) -> RememberedDecisionsOfHeader:
    from headgate.masking.redaction import redact_text
    from headgate.uploads.edits import Edits
    from headgate.uploads.listed_edits import column_changes, hides

    edits = Edits.of(remembered.edits) if remembered.edits else Edits()
    return RememberedDecisionsOfHeader(
        source=remembered.source,
        header=remembered.header,
        decided_at=remembered.decided_at.replace(tzinfo=None).isoformat(timespec="seconds"),
        columns=dict(remembered.columns),
        formats=edits.formats,
        changes=column_changes(edits, contract),
        set_for_all={
            column: "" if hides(column, edits, contract) else redact_text(text)
            for column, text in edits.constants.items()
        },
        currencies=edits.currencies,
    )
