"""The one table from contract types to the types of other systems, and a contract's columns in these."""

import re

import pyarrow as pa

from headgate.contracts.model import ColumnType, Contract, Kind
from headgate.errors import ContractError

_PLAIN = {
    "BOOLEAN": Kind.BOOLEAN,
    "SMALLINT": Kind.SMALLINT,
    "INT": Kind.INTEGER,
    "INTEGER": Kind.INTEGER,
    "BIGINT": Kind.BIGINT,
    "DOUBLE": Kind.DOUBLE,
    "DATE": Kind.DATE,
    "TIMESTAMP": Kind.TIMESTAMP,
    "DATETIME": Kind.TIMESTAMP,
    "TEXT": Kind.STRING,
    "STRING": Kind.STRING,  # importers of other schemas write it
    "VARCHAR": Kind.STRING,
}
_ARROW = {
    Kind.STRING: pa.string(),
    Kind.BOOLEAN: pa.bool_(),
    Kind.SMALLINT: pa.int16(),
    Kind.INTEGER: pa.int32(),
    Kind.BIGINT: pa.int64(),
    Kind.DOUBLE: pa.float64(),
    Kind.DATE: pa.date32(),
    # By convention every timestamp is UTC, and its type has no zone, so that Athena, DuckDB, Spark and pandas
    # agree.
    Kind.TIMESTAMP: pa.timestamp("us"),
}
_GLUE = {Kind.INTEGER: "int"}
_ICEBERG = {Kind.SMALLINT: "int", Kind.INTEGER: "int", Kind.BIGINT: "long"}
_LENGTH = re.compile(r"(?:VAR)?CHAR\((\d+)\)")
_DECIMAL = re.compile(r"DECIMAL\((\d+), ?(\d+)\)")


def parse_physical_type(text: str) -> ColumnType:
    """Return the column type of a `physicalType` such as `DECIMAL(12,2)`; ContractError if unsupported."""
    name = text.strip().upper()
    if match := _LENGTH.fullmatch(name):
        return ColumnType(Kind.STRING, length=int(match[1]))
    if match := _DECIMAL.fullmatch(name):
        return ColumnType(Kind.DECIMAL, precision=int(match[1]), scale=int(match[2]))
    if name in _PLAIN:
        return ColumnType(_PLAIN[name])
    raise ContractError(
        f"physicalType {text!r} is not supported; use one of {', '.join(sorted(_PLAIN))}, CHAR(n), "
        "VARCHAR(n), DECIMAL(p,s)"
    )


def arrow_type(column_type: ColumnType) -> pa.DataType:
    """Return the Arrow type that represents this type exactly."""
    if column_type.kind is Kind.DECIMAL:
        return pa.decimal128(column_type.precision, column_type.scale)
    return _ARROW[column_type.kind]


def column_type_of(stored: pa.DataType) -> ColumnType:
    """Return the type that represents an Arrow type exactly; text if there is none."""
    if pa.types.is_decimal128(stored):
        return ColumnType(Kind.DECIMAL, precision=stored.precision, scale=stored.scale)
    if stored == pa.float32():
        return ColumnType(Kind.DOUBLE)
    return ColumnType(next((kind for kind, arrow in _ARROW.items() if arrow == stored), Kind.STRING))


def glue_type(column_type: ColumnType) -> str:
    """Return the Glue (Hive) type name of this type for Athena."""
    if column_type.kind is Kind.DECIMAL:
        return f"decimal({column_type.precision},{column_type.scale})"
    return _GLUE.get(column_type.kind, column_type.kind.value)


def iceberg_type(column_type: ColumnType) -> str:
    """Return the Iceberg type that represents this type exactly; Iceberg has no 16-bit integer.

    Source: Apache Iceberg table spec, "Schemas and Data Types".
    """
    if column_type.kind is Kind.DECIMAL:
        return f"decimal({column_type.precision}, {column_type.scale})"
    return _ICEBERG.get(column_type.kind, column_type.kind.value)


def arrow_schema(contract: Contract) -> pa.Schema:
    """Return the Arrow schema with the contract's columns, types and nullability, in its order."""
    return pa.schema(
        [
            pa.field(column.name, arrow_type(column.type), nullable=not column.required)
            for column in contract.columns
        ]
    )


def glue_columns(contract: Contract) -> list[dict[str, str]]:
    """Return Glue's `Columns` for a table under this contract, in contract order."""
    return [
        {"Name": column.name, "Type": glue_type(column.type), "Comment": column.description[:255]}
        for column in contract.columns
    ]
