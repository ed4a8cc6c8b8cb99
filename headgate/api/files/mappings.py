"""Mappings of columns to fields, as a person decides them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headgate.api.files.file_records import record_of
from headgate.api.files.personal_values import visible_facts
from headgate.api.files.quality import stored_profile
from headgate.api.http import conditional_requests
from headgate.api.http.problems import conflict, invalid, not_found
from headgate.api.shapes.files import ContractField, MappedColumn, Mapping
from headgate.errors import NotFoundError
from headgate.lake.states import UNDECIDED, FileState
from headgate.uploads.upload import UploadMapping

if TYPE_CHECKING:
    from collections.abc import Mapping as PyMapping
    from collections.abc import Sequence

    from headgate.api.http.access import CallerIdentity
    from headgate.api.lake_ports import LakePorts
    from headgate.api.shapes.files import MappingDecision
    from headgate.contracts.model import Contract
    from headgate.lake.ports import FileRecord
    from headgate.matching.mappings import Suggested

    Facts = dict[str, Any]  # of one column, as a profile stores them

MOST_SAMPLES = 3
# By `Pair.how` of headgate.matching.suggest_mapping.
_REASONS = {
    "exact": "The name is that of the field.",
    "alias": "The name is another name of the field.",
    "fuzzy": "The name is like that of the field, and the values fit.",
    "value": "The values fit the field.",
}


def suggested(lake: LakePorts, caller: CallerIdentity, file_id: str, dataset: str = "") -> Mapping:
    """Return what is suggested for a file that needs a mapping.

    Args:
        dataset: the one that the caller names for the file; by default the one that its names identify.
    """
    record = record_of(lake, file_id)
    return _shown(lake, caller, record, dataset, _suggestion(lake, record, dataset))


def _shown(
    lake: LakePorts, caller: CallerIdentity, record: FileRecord, dataset: str, suggestion: Suggested
) -> Mapping:
    facts = visible_facts(lake, caller, record, _profiled(lake, record, dataset))
    return suggested_mapping(suggestion, lake.contracts.source, facts)


def suggested_mapping(
    suggestion: Suggested, contracts: dict[str, Contract], profiled: Sequence[Facts]
) -> Mapping:
    """Return a suggestion with the fields that its columns can be mapped to.

    Args:
        profiled: the columns of the file's stored profile, in the file's order; samples are taken from them,
            because a profile has no value of a column that may be sensitive.
    """
    from headgate.contracts.types import glue_type
    from headgate.matching.sample_fit import unfit_fields
    from headgate.matching.suggest_mapping import THRESHOLD

    contract = contracts[suggestion.dataset]
    # A profile of another number of columns is not of this reading of the file.
    facts = profiled if len(profiled) == len(suggestion.names) else [{}] * len(suggestion.names)
    hows = suggestion.how or ("",) * len(suggestion.names)
    return Mapping(
        dataset=suggestion.dataset,
        source=suggestion.source,
        columns=tuple(
            MappedColumn(
                column=name,
                field=field,
                confidence=confidence,
                is_confident=bool(field) and confidence >= THRESHOLD,
                samples=samples_of(fact),
                unfit_fields=unfit_fields(samples_of(fact), contract),
                reason=reason_of(field, how, fact),
            )
            for name, field, confidence, how, fact in zip(
                suggestion.names, suggestion.fields, suggestion.confidence, hows, facts, strict=True
            )
        ),
        missing=suggestion.absent,
        fields=tuple(
            ContractField(
                name=column.name,
                type=glue_type(column.type),
                required=column.required or column.mask is not None,
                may_be_empty=not column.required,
            )
            for column in contract.columns
        ),
    )


def _profiled(lake: LakePorts, record: FileRecord, dataset: str) -> Sequence[Facts]:
    # The profile of a file of no contract hides columns by names and values only, and not those that this
    # dataset's contract masks.
    return [] if dataset else stored_profile(lake, record).get("columns", [])


def decided(
    lake: LakePorts, caller: CallerIdentity, record: FileRecord, decision: MappingDecision, if_match: str
) -> UploadMapping:
    """Return the mapping that a caller decides for a file whose suggestion it has read.

    Raises:
        ProblemError: 404, the file needs no mapping; 412, the suggestion is another one; 422, a column is not
            one of the file's.
        BadInputError: a column is no field, two are the same one, or one that must be there is missing.
    """
    suggestion = _suggestion(lake, record, decision.dataset)
    conditional_requests.check_match(_shown(lake, caller, record, decision.dataset, suggestion), if_match)
    fields = decided_fields(suggestion, decision.columns)
    lake.mappings.check(suggestion, fields)
    return UploadMapping(
        suggestion.to_json(), sample_facts(_profiled(lake, record, decision.dataset)), fields
    )


def sample_facts(profiled: Sequence[Facts]) -> tuple[Facts, ...]:
    """Return the facts of profiled columns by which a suggestion is shown."""
    return tuple(
        {name: fact[name] for name in ("name", "samples", "sensitive") if name in fact} for fact in profiled
    )


def samples_of(facts: Facts) -> tuple[str, ...]:
    """Return up to three different values of a profiled column, as the file has them.

    Other values of a profile are typed.
    """
    return tuple(str(text) for text in facts.get("samples", ()))[:MOST_SAMPLES]


def reason_of(field: str, how: str, facts: Facts) -> str:
    """Return why a field is suggested for a column, with a note where its values are hidden."""
    why = _REASONS.get(how, "") if field else "Neither the name nor the values fit a field."
    hidden = "Its values are not shown, because they may be sensitive." if facts.get("sensitive") else ""
    personal = (
        "Its values are shown to the file's sender and to the group personal-data."
        if facts.get("personal") and not hidden
        else ""
    )
    return " ".join(part for part in (why, hidden, personal) if part)


def decided_fields(suggestion: Suggested, columns: PyMapping[str, str | None]) -> tuple[str | None, ...]:
    """Return the field of each column by position, None for a column that is left out.

    A field has one column, so a column that loses its field to another has none: its field is empty.
    """
    if unknown := sorted(set(columns) - set(suggestion.names)):
        detail = (
            f"`columns` has {len(unknown)} names that no column of the file has. GET "
            f"/v1/files/{{file_id}}/mapping lists its columns."
        )
        raise invalid("body.columns", "unknown_column", detail)
    given_away = set(columns.values())
    kept = ["" if field in given_away else field for field in suggestion.fields]
    return tuple(columns.get(name, field) for name, field in zip(suggestion.names, kept, strict=True))


def _suggestion(lake: LakePorts, record: FileRecord, dataset: str) -> Suggested:
    """Return the suggestion by the current contract; the stored one where the original is gone."""
    from headgate.matching.mappings import Suggested

    if dataset:
        return _for_dataset(lake, record, dataset)
    if record.state is not FileState.NEEDS_MAPPING or record.closed_by:
        raise not_found(
            "The file needs no mapping. `GET /v1/files?state=needs_mapping` lists the files that do."
        )
    stored = Suggested.from_json(record.error["suggestion"])
    try:
        return lake.mappings.renewed(record.key, stored, lake.objects.read(record.ref))
    except NotFoundError:
        return stored


def _for_dataset(lake: LakePorts, record: FileRecord, dataset: str) -> Suggested:
    """Return the suggestion for the dataset that the caller names."""
    expect_undecided(record)
    try:
        return lake.mappings.assigned(record.key, dataset, lake.objects.read(record.ref))
    except NotFoundError:
        raise conflict("The original is no longer in raw. Upload the file again.") from None


def expect_undecided(record: FileRecord) -> None:
    """Raise 404 unless the file may be mapped."""
    if record.state not in UNDECIDED or record.closed_by:
        raise not_found(
            "The file needs no mapping. `GET /v1/files?state=profiled` and `?state=needs_mapping` list "
            "the files that may."
        )
