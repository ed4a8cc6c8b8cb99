"""Convert contracts to and from JSON Schema, draft 2020-12.

The keyword `x-physicalType` contains a type that JSON does not have. Source: json-schema.org, "Validation", 6
and 7.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from headgate.contracts.model import NUMBERS, TIMES, Column, ColumnType, Contract, Kind, Rule
from headgate.contracts.odcs_writer import physical_type
from headgate.contracts.rule_kinds import RULE_KINDS, RULES_WITHOUT_ARGUMENT, Argument
from headgate.errors import ContractError
from headgate.exchange.imported import TEXT, ForeignType, imported_column, imported_contract, sql_type

_EXACT = "x-physicalType"
_TYPES = {
    Kind.STRING: {"type": "string"},
    Kind.BOOLEAN: {"type": "boolean"},
    Kind.SMALLINT: {"type": "integer"},
    Kind.INTEGER: {"type": "integer"},
    Kind.BIGINT: {"type": "integer"},
    Kind.DOUBLE: {"type": "number"},
    Kind.DECIMAL: {"type": "number"},
    Kind.DATE: {"type": "string", "format": "date"},
    Kind.TIMESTAMP: {"type": "string", "format": "date-time"},
}
# ODCS names an option as JSON Schema does.
_KEYWORDS = {
    name: RULE_KINDS[name].option
    for name in RULE_KINDS
    if RULE_KINDS[name].argument in {Argument.BOUND, Argument.LENGTH, Argument.PATTERN}
}
_TYPES_OF_VALUES = {
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "number",
    type(None): "null",
    dict: "object",
    list: "array",
}
_RULES = "x-rules"  # rules without an argument, for which JSON Schema has no keyword
_DECIMAL_DIGITS = 18


def json_schema(contract: Contract) -> dict[str, Any]:
    """Return the schema of one row as a JSON object."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": contract.dataset,
        "description": contract.description,
        "type": "object",
        "properties": {column.name: _property(column) for column in contract.columns},
        "required": [column.name for column in contract.columns if column.required],
    }


def contract_of_json_schema(schema: Mapping[str, Any], name: str) -> Contract:
    """Return the contract of the objects that a schema describes, or of the objects of its array.

    Args:
        name: of the dataset, if the schema has no title.
    """
    outer = (
        schema.get("items", schema) if isinstance(schema, dict) and schema.get("type") == "array" else schema
    )
    if not isinstance(outer, dict) or not outer.get("properties"):
        raise ContractError("The JSON Schema describes no object with properties. Name the schema of one.")
    required = set(outer.get("required", ()))
    columns = [_column(name, keywords, name in required) for name, keywords in outer["properties"].items()]
    title = str(outer.get("title") or schema.get("title") or name)
    return imported_contract(title, columns, description=str(outer.get("description", "")))


def _property(column: Column) -> dict[str, Any]:
    keywords: dict[str, Any] = {**_TYPES[column.type.kind], _EXACT: physical_type(column.type)}
    if column.type.kind is Kind.DECIMAL:
        keywords["multipleOf"] = float(Decimal(1).scaleb(-(column.type.scale or 0)))
    for rule in column.rules:
        if rule.name == "valid_values" and isinstance(rule.argument, tuple):
            keywords["enum"] = [*map(_plain, rule.argument), *([] if column.required else [None])]
        elif rule.name in _KEYWORDS and column.type.kind not in TIMES:
            keywords[_KEYWORDS[rule.name]] = _plain(rule.argument)
    if named := [rule.name for rule in column.rules if rule.name in RULES_WITHOUT_ARGUMENT]:
        keywords[_RULES] = named
    keywords["type"] = keywords["type"] if column.required else [keywords["type"], "null"]
    return keywords | ({"description": column.description} if column.description else {})


def _column(name: str, keywords: Mapping[str, Any], required: bool) -> Column:
    types = _types(keywords)
    kinds = [each for each in types if each != "null"]
    foreign = _type(kinds[0], keywords) if len(kinds) == 1 else ForeignType(TEXT, "object")
    rules = [
        Rule(rule, keywords[keyword])
        for rule, keyword in _KEYWORDS.items()
        if keyword in keywords and _has_rule(foreign, rule)
    ]
    if foreign.type.kind is Kind.STRING and not foreign.nested:
        rules += [Rule(rule) for rule in keywords.get(_RULES, ()) if rule in RULES_WITHOUT_ARGUMENT]
    if values := tuple(value for value in _values(keywords) if value is not None):
        is_text = foreign.type.kind is Kind.STRING
        rules.append(Rule("valid_values", tuple(map(str, values)) if is_text else values))
    return imported_column(
        name,
        foreign,
        description=str(keywords.get("description", "")),
        required=required and "null" not in types,
        rules=rules,
    )


def _values(keywords: Mapping[str, Any]) -> list[Any]:
    """Return the values to which a property is limited; none if it is not limited."""
    return [keywords["const"]] if "const" in keywords else [*keywords.get("enum", ())]


def _types(keywords: Mapping[str, Any]) -> list[str]:
    """Return the stated types of a property, else those of the values to which it is limited."""
    if types := keywords.get("type"):
        return list(types) if isinstance(types, list) else [types]
    return sorted({_TYPES_OF_VALUES[type(value)] for value in _values(keywords)}) or ["object"]


def _has_rule(foreign: ForeignType, rule: str) -> bool:
    """Return whether a rule of a schema is a rule of the column, and not part of its type."""
    is_text = foreign.type.kind is Kind.STRING and not foreign.nested
    if rule == "max_length":
        return is_text and foreign.type.length is None
    return is_text if rule in {"min_length", "pattern"} else foreign.type.kind in NUMBERS


def _type(kind: str, keywords: Mapping[str, Any]) -> ForeignType:
    if exact := keywords.get(_EXACT):
        return sql_type(str(exact))
    if kind in {"object", "array"}:
        return ForeignType(TEXT, kind)
    if kind == "string":
        times = {"date": Kind.DATE, "date-time": Kind.TIMESTAMP}.get(str(keywords.get("format", "")))
        return ForeignType(
            ColumnType(times or Kind.STRING, length=None if times else keywords.get("maxLength"))
        )
    if kind == "number":
        return ForeignType(_number(keywords.get("multipleOf")))
    return ForeignType(ColumnType({"boolean": Kind.BOOLEAN, "integer": Kind.BIGINT}.get(kind, Kind.STRING)))


def _number(step: object) -> ColumnType:
    """Return a decimal if the schema states its decimals, as in `multipleOf: 0.01`; else a float."""
    exponent = Decimal(str(step)).normalize().as_tuple() if step else None
    if exponent is None or exponent.digits != (1,) or int(exponent.exponent) > 0:
        return ColumnType(Kind.DOUBLE)
    return ColumnType(Kind.DECIMAL, precision=_DECIMAL_DIGITS, scale=-int(exponent.exponent))


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value if isinstance(value, bool | int | float | str) else str(value)
