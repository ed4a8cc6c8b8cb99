"""Mappings of columns to fields, as a person decides them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.api import conditional_requests
from headgate.api.files import record_of
from headgate.api.problems import conflict, invalid, not_found
from headgate.api.shapes.files import ContractField, MappedColumn, Mapping, MappingRemembered
from headgate.errors import NotFoundError
from headgate.lake import keys
from headgate.lake.ports import ObjectRef
from headgate.lake.states import FileState

if TYPE_CHECKING:
    from headgate.api.ports import Lake
    from headgate.api.shapes.files import MappingDecision
    from headgate.contracts.model import Contract
    from headgate.lake.ports import FileRecord
    from headgate.matching.mappings import Suggested


def suggested(lake: Lake, file_id: str) -> Mapping:
    """Return what is suggested for a file that needs a mapping."""
    record = record_of(lake, file_id)
    return shown(_suggestion(lake, record), lake.contracts.source)


def shown(suggestion: Suggested, contracts: dict[str, Contract]) -> Mapping:
    """Return a suggestion with the fields that its columns can be mapped to."""
    from headgate.contracts.types import glue_type

    contract = contracts[suggestion.dataset]
    pairs = zip(suggestion.names, suggestion.fields, suggestion.confidence, strict=True)
    return Mapping(
        dataset=suggestion.dataset,
        source=suggestion.source,
        columns=tuple(MappedColumn(column=name, field=field, confidence=confidence) for name, field, confidence in pairs),
        missing=suggestion.absent,
        fields=tuple(
            ContractField(name=column.name, type=glue_type(column.type), required=column.required or column.mask is not None)
            for column in contract.columns
        ),
    )


def accept(lake: Lake, file_id: str, decision: MappingDecision, if_match: str) -> MappingRemembered:
    """Remember the decision for the file's source and header, and put the file into raw again, as a new version."""
    record = record_of(lake, file_id)
    suggestion = _suggestion(lake, record)
    conditional_requests.check_match(shown(suggestion, lake.contracts.source), if_match)
    fields = decided_fields(suggestion, decision)
    lake.mappings.remember(suggestion, fields)
    raw = ObjectRef(record.bucket, record.key, record.version_id)
    try:
        sent = lake.uploads.copy(raw, ObjectRef(record.bucket, record.key))
    except NotFoundError:
        raise conflict("The decision is remembered, but the original is no longer in raw. Upload the file again.") from None
    columns = dict(zip(suggestion.names, fields, strict=True))
    return MappingRemembered(
        dataset=suggestion.dataset, source=suggestion.source, columns=columns, file_id=keys.file_id(sent.bucket, sent.key, sent.version_id)
    )


def decided_fields(suggestion: Suggested, decision: MappingDecision) -> tuple[str, ...]:
    """Return the field of each column by position. A field has one column, so a column that loses its field to another has none."""
    if unknown := sorted(set(decision.columns) - set(suggestion.names)):
        raise invalid("body.columns", "unknown_column", f"The file has no column named like {len(unknown)} of the named columns.")
    given_away = set(decision.columns.values())
    kept = ["" if field in given_away else field for field in suggestion.fields]
    return tuple(decision.columns.get(name, field) for name, field in zip(suggestion.names, kept, strict=True))


def _suggestion(lake: Lake, record: FileRecord) -> Suggested:
    """Return the suggestion by the current contract; the stored one where the original is gone."""
    from headgate.matching.mappings import Suggested

    if record.state is not FileState.NEEDS_MAPPING or record.closed_by:
        raise not_found("The file needs no mapping. `GET /v1/files?state=needs_mapping` lists the files that do.")
    stored = Suggested.from_json(record.error["suggestion"])
    try:
        return lake.mappings.renewed(record.key, stored, lake.objects.read(ObjectRef(record.bucket, record.key, record.version_id)))
    except NotFoundError:
        return stored
