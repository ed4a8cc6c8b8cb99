"""Create a contract from the columns of another schema, with names for the lake and masks by name."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from headgate.contracts.model import Column, ColumnType, Contract, Kind, Rule
from headgate.contracts.sensitive_names import mask_by_name
from headgate.contracts.types import parse_physical_type
from headgate.errors import ContractError
from headgate.plain_names import column_name

TEXT = ColumnType(Kind.STRING)
_SYNONYMS = {
    "BOOL": "BOOLEAN",
    "BYTEINT": "SMALLINT",
    "CHARACTER VARYING": "TEXT",
    "DATETIME2": "TIMESTAMP",
    "DOUBLE PRECISION": "DOUBLE",
    "FLOAT": "DOUBLE",
    "FLOAT4": "DOUBLE",
    "FLOAT64": "DOUBLE",
    "FLOAT8": "DOUBLE",
    "INT16": "SMALLINT",
    "INT2": "SMALLINT",
    "INT32": "INT",
    "INT4": "INT",
    "INT64": "BIGINT",
    "INT8": "BIGINT",
    "LONG": "BIGINT",
    "NUMERIC": "DECIMAL(38,9)",
    "DECIMAL": "DECIMAL(38,9)",
    "REAL": "DOUBLE",
    "TIMESTAMP_NTZ": "TIMESTAMP",
    "TIMESTAMP WITHOUT TIME ZONE": "TIMESTAMP",
    "TIMESTAMPTZ": "TIMESTAMP",
    "TIMESTAMP WITH TIME ZONE": "TIMESTAMP",
    "TINYINT": "SMALLINT",
    "UUID": "TEXT",
}
_NESTED = re.compile(r"(ARRAY|STRUCT|MAP|JSON|OBJECT|VARIANT)\b.*", re.DOTALL)
_SIZED = re.compile(r"(NUMERIC|NUMBER|CHARACTER VARYING|CHARACTER|NVARCHAR|BPCHAR)\((\d+(?: *, *\d+)?)\)")
_TIMES = re.compile(r"(TIMESTAMP|DATETIME2?)\(\d\)( WITH(OUT)? TIME ZONE)?")


@dataclass(frozen=True)
class ForeignType:
    """A type of another schema as a contract has it; `nested` is `array` or `object` for a text of JSON."""

    type: ColumnType
    nested: str = ""


def sql_type(text: str) -> ForeignType:
    """Return the type for a SQL type of Athena, PostgreSQL, BigQuery and others.

    Raises:
        ContractError: no type of a contract represents its values exactly.
    """
    name = re.sub(r"\s+", " ", text.strip().upper())
    if match := _NESTED.fullmatch(name):
        return ForeignType(TEXT, "array" if match[1] == "ARRAY" else "object")
    if match := _SIZED.fullmatch(name):
        numbers = match[1].startswith("NUM")
        size = match[2].replace(" ", "")
        name = f"DECIMAL({size if ',' in size else size + ',0'})" if numbers else f"VARCHAR({size})"
    name = "TIMESTAMP" if _TIMES.fullmatch(name) else _SYNONYMS.get(name, name)
    return ForeignType(parse_physical_type(re.sub(r" *, *", ",", name)))


def imported_column(
    name: str,
    foreign: ForeignType,
    *,
    description: str = "",
    required: bool = False,
    rules: Sequence[Rule] = (),
    unique: bool = False,
) -> Column:
    """Return the column; a name of card data gets its mask, as in a draft."""
    lake_name = column_name(name)
    mask = mask_by_name(lake_name)
    length = [Rule("max_length", foreign.type.length)] if foreign.type.length is not None else []
    return Column(
        name=lake_name,
        type=foreign.type,
        description=description,
        required=required,
        rules=(*([Rule("required")] if required else []), *length, *rules) if mask is None else (),
        unique=unique and mask is None,
        mask=mask,
        nested=foreign.nested,
    )


def imported_contract(
    name: str, columns: Sequence[Column], *, key: Sequence[str] = (), description: str = ""
) -> Contract:
    """Return the source contract of a table of another schema."""
    if not columns:
        raise ContractError(f"{name} has no columns. Name a table that has some.")
    dataset = column_name(name)
    names = [column_name(each) for each in key]
    return Contract(
        id=dataset,
        dataset=dataset,
        zone="source",
        version="0.1.0",
        columns=tuple(_keyed(column) if column.name in names else column for column in columns),
        key=tuple(names),
        description=description,
    )


def _keyed(column: Column) -> Column:
    rules = column.rules if column.required else (Rule("required"), *column.rules)
    return replace(column, required=True, unique=False, rules=rules)
