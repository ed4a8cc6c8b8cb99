from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headgate.api.http.problems import invalid
from headgate.api.shapes.files import ContractField, MappedColumn, Mapping
from headgate.contracts.hidden_values import hidden_because
from headgate.uploads.edits import fields_after_edits

if TYPE_CHECKING:
    from collections.abc import Mapping as PyMapping
    from collections.abc import Sequence

    from headgate.contracts.model import Column, Contract
    from headgate.matching.mappings import Suggested

    Facts = dict[str, Any]  # of one column, as a profile stores them

MAX_SAMPLES = 3
# By `Pair.how` of headgate.matching.suggest_mapping.
_REASONS = {
    "exact": "The name is the field's name.",
    "alias": "The name is an alias of the field.",
    "remembered": "Files with nearly the same columns had this field for it.",
    "fuzzy": "The name resembles the field's name, and the values fit.",
    "value": "The values fit the field.",
}


def suggested_mapping(
    suggestion: Suggested, contracts: dict[str, Contract], profiled: Sequence[Facts]
) -> Mapping:
    """Return a suggestion with the fields that its columns can be mapped to.

    Args:
        profiled: the columns of the file's stored profile, in the file's order. Samples come from it because
            it has no values of possibly sensitive columns.
    """
    from headgate.contracts.format_property import declared_keys
    from headgate.contracts.types import glue_type
    from headgate.matching.past_moments import records_the_past
    from headgate.matching.suggest_mapping import THRESHOLD
    from headgate.uploads.values_of_lake import columns_to_keep
    from headgate.values.refusal_reasons import title_of

    contract = contracts[suggestion.dataset]
    # A profile with another number of columns belongs to another reading of the file.
    facts = profiled if len(profiled) == len(suggestion.names) else [{}] * len(suggestion.names)
    kept = columns_to_keep(contract)
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
                samples=tuple(str(text) for text in fact.get("samples", ()))[:MAX_SAMPLES],
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
                title=title_of(column),
                type=glue_type(column.type),
                required=column.must_be_sent,
                may_be_empty=not column.required or bool(column.generated_from) or column.is_sheet_name,
                is_key=contract.key == (column.name,),
                records_past=records_the_past(column, contract),
                unit=column.unit,
                allowed=_allowed(column),
                may_be_kept=column.name in kept,
                time_zone=column.format.timezone if column.format else "",
                declared_format=declared_keys(column.format),
            )
            for column in contract.columns
        ),
    )


def _allowed(column: Column) -> tuple[str, ...]:
    """Return the values that a column may have; none where its contract lists none."""
    rule = next((rule for rule in column.rules if rule.name == "valid_values"), None)
    return tuple(map(str, rule.argument)) if rule and isinstance(rule.argument, tuple) else ()


def sample_facts(profiled: Sequence[Facts]) -> tuple[Facts, ...]:
    """Return the profile facts that a suggestion shows."""
    return tuple(
        {name: fact[name] for name in ("name", "samples", "sensitive", "hidden_by") if name in fact}
        for fact in profiled
    )


def reason_of(field: str, how: str, facts: Facts) -> str:
    """Return why a field is suggested for a column, with a note if its values are hidden."""
    why = _REASONS.get(how, "") if field else "Neither the name nor the values fit a field."
    note = ""
    if facts.get("sensitive"):
        note = f"Its values are hidden: {hidden_because(facts)}."
    elif facts.get("personal"):
        note = "Only the file's sender and the group personal-data see its values."
    return f"{why} {note}".strip()


def decided_fields(suggestion: Suggested, columns: PyMapping[str, str | None]) -> tuple[str | None, ...]:
    """Return the field of each column by position, None for a column that is left out.

    A column that loses its suggested field to another column gets an empty field.
    """
    if unknown := sorted(set(columns) - set(suggestion.names)):
        detail = (
            f"`columns` has {len(unknown)} name{'s' if len(unknown) > 1 else ''} that no column of the file "
            "has. The dry run lists its columns in `mapping`."
        )
        raise invalid("body.columns", "unknown_column", detail)
    return fields_after_edits(suggestion, columns)
