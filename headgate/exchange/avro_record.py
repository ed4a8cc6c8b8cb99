"""Convert contracts to and from Avro schemas.

Source: Apache Avro 1.12 specification, "Schema Declaration" and "Logical Types".
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from headgate.contracts.model import Column, ColumnType, Contract, Kind, Rule
from headgate.errors import ContractError
from headgate.exchange.imported import TEXT, ForeignType, imported_column, imported_contract
from headgate.plain_names import column_name

_TYPES: dict[Kind, Any] = {
    Kind.STRING: "string",
    Kind.BOOLEAN: "boolean",
    Kind.SMALLINT: "int",
    Kind.INTEGER: "int",
    Kind.BIGINT: "long",
    Kind.DOUBLE: "double",
    Kind.DATE: {"type": "int", "logicalType": "date"},
    Kind.TIMESTAMP: {"type": "long", "logicalType": "timestamp-micros"},
}
_KINDS = {
    "string": Kind.STRING,
    "boolean": Kind.BOOLEAN,
    "int": Kind.INTEGER,
    "long": Kind.BIGINT,
    "float": Kind.DOUBLE,
    "double": Kind.DOUBLE,
}
_LOGICAL = {
    "date": Kind.DATE,
    **{f"{zone}timestamp-{unit}": Kind.TIMESTAMP for zone in ("", "local-") for unit in ("millis", "micros")},
    "uuid": Kind.STRING,
}

_LAKE_NAME = "headgate.column"


def avro_record(contract: Contract) -> dict[str, Any]:
    """Return the Avro record of a contract's rows; an optional column is a union with null."""
    fields = [_field(column) for column in contract.columns]
    if duplicates := [
        name for name, count in Counter(field["name"] for field in fields).items() if count > 1
    ]:
        raise ContractError(
            f"Two columns of {contract.dataset} are both {duplicates[0]} in Avro. Rename one of them."
        )
    return {
        "type": "record",
        "name": column_name(contract.dataset),
        "doc": contract.description,
        "fields": fields,
    }


def contract_of_avro(schema: Mapping[str, Any]) -> Contract:
    """Return the contract of an Avro record."""
    if not isinstance(schema, dict) or schema.get("type") != "record" or not schema.get("fields"):
        raise ContractError("The Avro schema is no record with fields. Name the schema of one.")
    if "name" not in schema or not all({"name", "type"} <= field.keys() for field in schema["fields"]):
        raise ContractError("The Avro schema has no name, or a field without a name or type. Add it.")
    columns = [_column(field) for field in schema["fields"]]
    return imported_contract(str(schema["name"]), columns, description=str(schema.get("doc", "")))


def _field(column: Column) -> dict[str, Any]:
    decimal: dict[str, Any] = {"type": "bytes", "logicalType": "decimal"}
    decimal |= {"precision": column.type.precision, "scale": column.type.scale}
    shape = decimal if column.type.kind is Kind.DECIMAL else _TYPES[column.type.kind]
    field = {"name": column_name(column.name), "doc": column.description}
    if field["name"] != column.name:  # Avro's names have only letters, digits and underscores
        field[_LAKE_NAME] = column.name
    if column.required:
        return field | {"type": shape}
    return field | {"type": ["null", shape], "default": None}


def _column(field: Mapping[str, Any]) -> Column:
    branches = field["type"] if isinstance(field["type"], list) else [field["type"]]
    shape = [branch for branch in branches if branch != "null"]
    name = str(field["name"])
    # A union of several types has no exact type: its values stay JSON.
    foreign, rules = (_type(name, shape[0])) if len(shape) == 1 else (ForeignType(TEXT, "object"), [])
    return imported_column(
        name,
        foreign,
        description=str(field.get("doc", "")),
        required=len(shape) == len(branches),
        rules=rules,
    )


def _type(name: str, shape: Any) -> tuple[ForeignType, list[Rule]]:  # noqa: ANN401 a schema of Avro
    outer = shape if isinstance(shape, dict) else {"type": shape}
    kind, logical = outer["type"], str(outer.get("logicalType", ""))
    if logical == "decimal":
        precision, scale = int(outer["precision"]), int(outer.get("scale", 0))
        return ForeignType(ColumnType(Kind.DECIMAL, precision=precision, scale=scale)), []
    if logical in _LOGICAL:
        return ForeignType(ColumnType(_LOGICAL[logical])), []
    if kind == "enum":
        return ForeignType(TEXT), [Rule("valid_values", tuple(outer["symbols"]))]
    if kind in {"record", "map"}:
        return ForeignType(TEXT, "object"), []
    if kind == "array":
        return ForeignType(TEXT, "array"), []
    if isinstance(kind, str) and kind in _KINDS:
        return ForeignType(ColumnType(_KINDS[kind])), []
    raise ContractError(
        f"{name}: a contract has no type for Avro's {kind}. Give the column a text, a number or a time."
    )
