"""Write contracts as Open Data Contract Standard v3 documents, which `odcs_reader` reads as equal contracts.

Source: Open Data Contract Standard v3.1.0, https://bitol-io.github.io/open-data-contract-standard/
"""

from collections.abc import Mapping
from typing import Any

from headgate.contracts import card_declarations, generated_ids, sheet_names
from headgate.contracts.computed_from import DECIDED_BY
from headgate.contracts.computed_from import FIELD as SOURCES
from headgate.contracts.format_property import FORMAT_PROPERTY, property_of, stated_format
from headgate.contracts.model import (
    ADDS_UP,
    Column,
    ColumnType,
    Comparison,
    Contract,
    Kind,
    Level,
    Mask,
    Rule,
)
from headgate.contracts.rule_kinds import (
    RULE_OF_KEYWORD,
    RULE_OF_OPTION,
    RULES_PROPERTY,
    RULES_WITHOUT_ARGUMENT,
)

_LOGICAL = {
    Kind.STRING: "string",
    Kind.BOOLEAN: "boolean",
    Kind.SMALLINT: "integer",
    Kind.INTEGER: "integer",
    Kind.BIGINT: "integer",
    Kind.DOUBLE: "number",
    Kind.DECIMAL: "number",
    Kind.DATE: "date",
    Kind.TIMESTAMP: "timestamp",
}
_OPTIONS = {name: option for option, name in RULE_OF_OPTION.items()}
_KEYWORDS = {name: keyword for keyword, name in RULE_OF_KEYWORD.items()}
_SEVERITIES = {Level.WARN: "warning", Level.QUARANTINE: "error", Level.HALT: "critical"}


def to_odcs(contract: Contract) -> dict[str, Any]:
    """Return the contract as an ODCS document, in values that YAML and JSON support."""
    own = {
        "headgate.orderBy": list(contract.order_by),
        "headgate.system": contract.system,
        **contract.properties,
    }
    table = {
        "name": contract.dataset,
        "physicalType": "table",
        "description": contract.description,
        "dataGranularityDescription": contract.grain,
        "customProperties": _custom(own),
        "quality": [_comparison(rule) for rule in contract.comparisons],
        "properties": [_column(contract, column) for column in contract.columns],
    }
    return {
        "apiVersion": "v3.1.0",
        "kind": "DataContract",
        "id": contract.id,
        "name": contract.dataset,
        "version": contract.version,
        "status": "active",
        "schema": [_without_defaults(table)],
    }


def physical_type(column_type: ColumnType) -> str:
    """Return the `physicalType` that `parse_physical_type` reads as this type."""
    if column_type.kind is Kind.DECIMAL:
        return f"DECIMAL({column_type.precision},{column_type.scale})"
    if column_type.kind is Kind.STRING:
        return f"VARCHAR({column_type.length})" if column_type.length is not None else "TEXT"
    return column_type.kind.value.upper()


def _column(contract: Contract, column: Column) -> dict[str, Any]:
    is_key = column.name in contract.key
    unmasked = "none" if column.unmasked else ""
    own = {
        "headgate.mask": column.mask.value if column.mask else unmasked,
        card_declarations.PROPERTY: column.no_cards.as_stated() if column.no_cards else {},
        "headgate.content": column.content.value if column.content else "",
        "headgate.unit": column.unit,
        ADDS_UP: "" if column.adds_up else False,
        DECIDED_BY: [*column.decided_by],
        generated_ids.PROPERTY: [*column.generated_from],
        sheet_names.PROPERTY: column.is_sheet_name or "",
        RULES_PROPERTY: [rule.name for rule in column.rules if rule.name in RULES_WITHOUT_ARGUMENT],
        "headgate.severity": {
            _KEYWORDS[rule.name]: _SEVERITIES[rule.level]
            for rule in column.rules
            if rule.name in _KEYWORDS and rule.level is not Level.QUARANTINE
        },
        FORMAT_PROPERTY: property_of(
            column.type.kind, column.format, stated_format(contract.properties.get(FORMAT_PROPERTY, {}))
        ),
    }
    is_secret = column.mask not in {None, Mask.FREE_TEXT}
    described = _without_defaults(
        {
            "name": column.name,
            "logicalType": column.nested or _LOGICAL[column.type.kind],
            "physicalType": physical_type(column.type),
            "businessName": column.label,
            "description": column.description,
            "primaryKey": is_key,
            "primaryKeyPosition": contract.key.index(column.name) + 1 if is_key else None,
            "unique": column.unique or None,
            "required": any(rule.name == "required" for rule in column.rules) or column.required,
            "classification": column.classification or ("restricted" if is_secret else ""),
            "logicalTypeOptions": _options(column),
            "relationships": [{"type": "foreignKey", "to": column.references}] if column.references else [],
            "customProperties": _custom(own),
            "quality": [_valid_values(rule) for rule in column.rules if rule.name == "valid_values"],
        }
    )
    # An empty list is a declaration too.
    return described if column.computed_from is None else {**described, SOURCES: [*column.computed_from]}


def _options(column: Column) -> dict[str, Any]:
    implied = ("max_length", column.type.length)
    declared = column.format
    times = {"format": declared.patterns[0]} if declared and len(declared.patterns) == 1 else {}
    times |= {"defaultTimezone": declared.timezone} if declared and declared.timezone else {}
    return times | {
        _OPTIONS[rule.name]: rule.argument
        for rule in column.rules
        if rule.name in _OPTIONS and (rule.name, rule.argument) != implied
    }


def _valid_values(rule: Rule) -> dict[str, Any]:
    allowed = rule.argument if isinstance(rule.argument, tuple) else ()
    return {
        "type": "library",
        "metric": "invalidValues",
        "arguments": {"validValues": [*allowed]},
        "mustBe": 0,
        "severity": _SEVERITIES[rule.level],
    }


def _comparison(rule: Comparison) -> dict[str, Any]:
    against = {"right": rule.right} if rule.right else {"value": rule.value}
    return _without_defaults(
        {
            "name": rule.name,
            "description": rule.description,
            "type": "custom",
            "engine": "headgate",
            "severity": _SEVERITIES[rule.level],
            "implementation": {"left": rule.left, "operator": rule.operator, **against},
        }
    )


def _custom(own: Mapping[str, object]) -> list[dict[str, object]]:
    return [
        {"property": name, "value": value} for name, value in own.items() if value not in ("", [], (), {})
    ]


def _without_defaults(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return the entries without empty ones, for which ODCS has defaults."""
    return {
        name: value
        for name, value in item.items()
        if value is not None and value is not False and value not in ("", [], {})
    }
