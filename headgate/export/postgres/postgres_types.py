"""Map PostgreSQL's types to Arrow types, and to the SQL that reads and digests a column exactly.

| PostgreSQL | Parquet (Arrow) | why |
|---|---|---|
| smallint, integer, bigint | int16, int32, int64 | |
| oid | int64 | it is unsigned |
| boolean | boolean | |
| real, double precision | float32, float64 | bit for bit; real as float64 where the contract says DOUBLE |
| numeric(p, s) | decimal128(p, s); decimal256 up to 76 digits | NaN, Infinity and more digits stop the run |
| numeric | string; decimal(p, s) where the contract says DECIMAL(p, s) | it may have any number of digits |
| date | date32 | infinity, BC and years after 9999 stop the run |
| timestamp, timestamptz | timestamp[us] | naive; timestamptz in UTC; infinity and BC as for dates |
| bytea | binary; string in base64 where the contract says text | |
| arrays, composite types | string, JSON | `to_json`: exact digits, ISO times |
| money | none | its text and scale depend on the server's locale |
| text, varchar, char, json, jsonb, uuid, enum, inet, time, interval, ranges and all others | string | the server's text, which it parses to the same value |
"""  # noqa: E501 a table

import pyarrow as pa

from headgate.contracts.model import Kind
from headgate.errors import ContractError
from headgate.export.planning.mapping import CanonicalForm, ExportColumn
from headgate.export.server.source_tables import SourceColumn
from headgate.export.server.sql_dialect import SqlDialect

ARRAY, COMPOSITE = "array", "composite"
_DECIMAL128_DIGITS, _DECIMAL256_DIGITS = 38, 76
_TYPES = {
    "int2": pa.int16(),
    "int4": pa.int32(),
    "int8": pa.int64(),
    "oid": pa.int64(),
    "bool": pa.bool_(),
    "float4": pa.float32(),
    "float8": pa.float64(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
    "timestamptz": pa.timestamp("us"),
    "bytea": pa.binary(),
}
_FORMS = {
    "float4": CanonicalForm.BITS,
    "float8": CanonicalForm.BITS,
    "timestamp": CanonicalForm.BITS,
    "timestamptz": CanonicalForm.BITS,
    "date": CanonicalForm.DATE,
    "bytea": CanonicalForm.MD5,
    **dict.fromkeys(("int2", "int4", "int8", "oid", "bool"), CanonicalForm.NUMBER),
}
_SENDS = {
    "float4": "float4send",
    "float8": "float8send",
    "timestamp": "timestamp_send",
    "timestamptz": "timestamptz_send",
}
_PLAIN_TEXT = {"text", "varchar"}


def postgres_arrow_type(column: SourceColumn, wanted: Kind | None = None) -> pa.DataType:
    """Return an Arrow type that preserves all values of the column, the contract's type if possible."""
    if column.kind == "money":
        raise ContractError(
            f"column {column.name} has the type money, whose digits depend on the server's locale. "
            f"Export a view or --sql that converts it, as in {column.name}::numeric(19,2)"
        )
    if column.kind == "numeric":
        return _numeric_type(column, wanted)
    if wanted is Kind.STRING and column.kind == "bytea":
        return pa.string()
    if wanted is Kind.DOUBLE and column.kind == "float4":
        return pa.float64()
    return _TYPES.get(column.kind, pa.string())


def _numeric_type(column: SourceColumn, wanted: Kind | None) -> pa.DataType:
    """Return the type of a NUMERIC: text if it has no usable precision or the contract wants text."""
    if not column.precision or column.precision > _DECIMAL256_DIGITS or wanted is Kind.STRING:
        return pa.string()
    wide = column.precision > _DECIMAL128_DIGITS
    return (pa.decimal256 if wide else pa.decimal128)(column.precision, column.scale)


def map_postgres_column(column: SourceColumn, wanted: Kind | None = None) -> ExportColumn:
    """Return the column to export, in the kind that its contract wants if possible."""
    arrow = postgres_arrow_type(column, wanted)
    is_base64 = column.kind == "bytea" and pa.types.is_string(arrow)
    form = CanonicalForm.TEXT if is_base64 else _FORMS.get(column.kind, CanonicalForm.TEXT)
    if pa.types.is_decimal(arrow):
        form = CanonicalForm.NUMBER
    read = _read_sql(column, arrow)
    return ExportColumn(
        column.name,
        column.declared,
        arrow,
        column.nullable,
        form,
        read,
        _text_sql(column, arrow, form, read),
        is_base64=is_base64,
        dialect=SqlDialect.POSTGRES,
        name_at_source=column.name_at_source,
    )


def _read_sql(column: SourceColumn, arrow: pa.DataType) -> str:
    name = SqlDialect.POSTGRES.quoted(column.at_source)
    if column.kind == "oid":
        return f"{name}::int8"
    if column.kind == "bytea":
        # encode() inserts a line end after every 76 characters, which RFC 4648 does not.
        return f"replace(encode({name}, 'base64'), chr(10), '')" if pa.types.is_string(arrow) else name
    if column.kind == "float4" and arrow == pa.float64():
        return f"{name}::float8"
    if column.kind in {ARRAY, COMPOSITE}:
        return f"to_json({name})::text"
    if column.kind in _TYPES or column.kind in _PLAIN_TEXT:
        return name
    # Also NUMERIC, which takes the driver three times as long in the binary format.
    return f"{name}::text"


def _text_sql(column: SourceColumn, arrow: pa.DataType, form: CanonicalForm, read: str) -> str:
    """Return the SQL of the canonical text; floats and timestamps are compared in the binary format."""
    if form is CanonicalForm.BITS:
        kind = "float8" if arrow == pa.float64() else column.kind
        return f"encode({_SENDS[kind]}({read}), 'hex')"
    if form is CanonicalForm.MD5:
        return f"md5({read})"
    if column.kind == "bool":
        return f"{read}::int"
    if column.kind == "numeric" and form is CanonicalForm.NUMBER and "(" not in column.declared:
        # In the contract's scale; a value with more decimals has stopped the run.
        return f"round({SqlDialect.POSTGRES.quoted(column.at_source)}, {column.scale})"
    return read
