"""Map MySQL's types to Arrow types, and to the SQL that reads and digests a column exactly.

| MySQL | Parquet (Arrow) | why |
|---|---|---|
| TINYINT, SMALLINT, YEAR | int16 | the smallest integer that Athena and the contracts share |
| TINYINT(1) | int16, boolean where the contract says BOOLEAN | it may contain -128…127 |
| TINYINT UNSIGNED | int16 | |
| SMALLINT UNSIGNED, MEDIUMINT, INT | int32 | |
| INT UNSIGNED, BIGINT | int64 | |
| BIGINT UNSIGNED, BIT(64) | decimal128(20, 0) | Athena has no unsigned type; a float would change digits |
| BIT(1) | boolean | |
| BIT(2…63) | int64 | |
| DECIMAL(p, s) | decimal128(p, s); decimal256 above 38 digits | Athena reads up to 38 digits |
| FLOAT, DOUBLE | float32, float64 | bit for bit, from the binary protocol; FLOAT as float64 where the contract says DOUBLE |
| DATE | date32 | zero dates by policy |
| DATETIME, TIMESTAMP | timestamp[us] | naive; TIMESTAMP in UTC; zero dates by policy |
| TIME | string | it spans ±838:59:59, more than a time of day |
| CHAR, VARCHAR, TEXT, ENUM, SET, JSON, UUID, INET | string | UTF-8, whatever the column's own charset |
| BINARY, VARBINARY, BLOB, VECTOR | binary | |
| GEOMETRY and its subtypes | binary | well-known binary (WKB), without MySQL's SRID prefix |
| either of the last two | string, base64 | where the contract says text: contracts have no bytes |
| DECIMAL above 38 digits | string | where the contract says text |
"""  # noqa: E501 a table

import pyarrow as pa

from headgate.contracts.model import Kind
from headgate.errors import ContractError
from headgate.export.planning.mapping import CanonicalForm, ExportColumn
from headgate.export.server.source_tables import BYTES, INTEGERS, SourceColumn
from headgate.export.server.sql_dialect import SqlDialect

quoted = SqlDialect.MYSQL.quoted

# Longer columns are digested on their own, because a row's text must stay below max_allowed_packet.
LONG_BYTES = 65_535
_DECIMAL128_DIGITS = 38
_BIGINT_BITS = 64

_SIGNED = {
    "tinyint": pa.int16(),
    "smallint": pa.int16(),
    "mediumint": pa.int32(),
    "int": pa.int32(),
    "bigint": pa.int64(),
}
_UNSIGNED = {
    "tinyint": pa.int16(),
    "smallint": pa.int32(),
    "mediumint": pa.int32(),
    "int": pa.int64(),
    "bigint": pa.decimal128(20, 0),
}
_TEXT = {
    "char",
    "varchar",
    "tinytext",
    "text",
    "mediumtext",
    "longtext",
    "enum",
    "set",
    "json",
    "uuid",
    "inet4",
    "inet6",
    "xmltype",
}
_GEOMETRY = {
    "geometry",
    "point",
    "linestring",
    "polygon",
    "multipoint",
    "multilinestring",
    "multipolygon",
    "geometrycollection",
    "geomcollection",
}
_PLAIN = {
    "year": pa.int16(),
    "float": pa.float32(),
    "double": pa.float64(),
    "date": pa.date32(),
    "datetime": pa.timestamp("us"),
    "timestamp": pa.timestamp("us"),
    "time": pa.string(),
    **dict.fromkeys(_TEXT, pa.string()),
    **dict.fromkeys(BYTES | _GEOMETRY, pa.binary()),
}
_UNBOUNDED = {"json", *_GEOMETRY}


_DATES = {CanonicalForm.DATE, CanonicalForm.MOMENT}


def map_column(column: SourceColumn, wanted: Kind | None = None) -> ExportColumn:
    """Return the column to export, in the kind that its contract wants if possible."""
    arrow = arrow_type_of(column, wanted)
    if wanted is Kind.STRING and _has_no_text(column):
        return _as_text(column)
    form = _form(column)
    return ExportColumn(
        column.name,
        column.declared,
        arrow,
        column.nullable or form in _DATES,
        form,
        _read_sql(column),
        _text_sql(column, form),
        _impossible_sql(column) if form in _DATES else "",
        column.fraction_digits if form is CanonicalForm.MOMENT else 0,
        name_at_source=column.name_at_source,
    )


def _has_no_text(column: SourceColumn) -> bool:
    """Return whether a column has bytes, or decimals too long for Athena and contracts."""
    return column.kind in BYTES | _GEOMETRY or (
        column.kind == "decimal" and column.precision > _DECIMAL128_DIGITS
    )


def _as_text(column: SourceColumn) -> ExportColumn:
    """Return a column whose bytes the server writes as base64, or whose decimals it writes as digits.

    Hexadecimal is not used, because long runs of its digits can look like card numbers.
    """
    is_decimal = column.kind == "decimal"
    # TO_BASE64 inserts a line end after every 76 characters, which RFC 4648 does not.
    text = (
        f"CAST({quoted(column.at_source)} AS CHAR)"
        if is_decimal
        else f"REPLACE(TO_BASE64({_read_sql(column)}), '\\n', '')"
    )
    bounded = is_decimal or (column.kind not in _UNBOUNDED and column.max_bytes * 4 // 3 < LONG_BYTES)
    form, canonical = (
        (CanonicalForm.TEXT, f"CAST({text} AS BINARY)") if bounded else (CanonicalForm.LONG, f"CRC32({text})")
    )
    return ExportColumn(
        column.name,
        column.declared,
        pa.string(),
        column.nullable,
        form,
        text,
        canonical,
        is_base64=not is_decimal,
        name_at_source=column.name_at_source,
    )


def arrow_type_of(column: SourceColumn, wanted: Kind | None = None) -> pa.DataType:
    """Return an Arrow type that preserves all values of the column, the contract's type if possible."""
    if wanted is Kind.STRING and _has_no_text(column):
        return pa.string()
    if column.kind in INTEGERS:
        return _integer_type(column, as_boolean=wanted is Kind.BOOLEAN)
    if column.kind == "float" and wanted is Kind.DOUBLE:
        return pa.float64()
    if column.kind == "decimal":
        return (pa.decimal128 if column.precision <= _DECIMAL128_DIGITS else pa.decimal256)(
            column.precision, column.scale
        )
    if column.kind == "bit":
        return (
            pa.bool_()
            if column.precision == 1
            else pa.decimal128(20, 0)
            if column.precision == _BIGINT_BITS
            else pa.int64()
        )
    if column.kind in _PLAIN:
        return _PLAIN[column.kind]
    raise ContractError(
        f"column {column.name} has the type {column.declared}, which cannot be exported exactly. "
        "Exclude the column with --sql, or convert it in a view"
    )


def _integer_type(column: SourceColumn, *, as_boolean: bool) -> pa.DataType:
    if as_boolean and column.declared.startswith("tinyint(1)"):
        return pa.bool_()
    return (_UNSIGNED if column.unsigned else _SIGNED)[column.kind]


def _form(column: SourceColumn) -> CanonicalForm:
    if column.kind in _UNBOUNDED or column.max_bytes > LONG_BYTES:
        return CanonicalForm.LONG
    if column.kind in {"float", "double"}:
        return CanonicalForm.REAL
    if column.kind == "date":
        return CanonicalForm.DATE
    if column.kind in {"datetime", "timestamp"}:
        return CanonicalForm.MOMENT
    return CanonicalForm.TEXT if column.kind in _TEXT | BYTES | {"time"} else CanonicalForm.NUMBER


def _read_sql(column: SourceColumn) -> str:
    name = quoted(column.at_source)
    if column.kind == "time":
        return f"CAST({name} AS CHAR)"
    if column.kind == "bit":
        return f"CAST({name} AS UNSIGNED)"
    if column.kind in _GEOMETRY:
        return f"ST_AsWKB({name})"
    return name


def _text_sql(column: SourceColumn, form: CanonicalForm) -> str:
    """Return the SQL of the canonical text.

    `+ 0` removes zero padding, and `+ 0e0` gives a FLOAT all the digits of its double.
    """
    name = quoted(column.at_source)
    if form is CanonicalForm.REAL:
        return f"{name} + 0e0"
    if column.kind in {"bit", "time"}:
        return _read_sql(column)
    if column.kind == "year" or column.zerofill:
        return f"{name} + 0"
    if form is CanonicalForm.LONG:
        return f"CRC32({_bytes_sql(column)})"
    return _bytes_sql(column) if form is CanonicalForm.TEXT else name


def _bytes_sql(column: SourceColumn) -> str:
    """Return the SQL of the value's bytes, UTF-8 for text of any charset.

    No cast to BINARY is needed, because the digest joins the texts with a binary literal; without the cast
    the server takes a fifth less time.
    """
    if column.kind in BYTES | _GEOMETRY:
        return _read_sql(column)
    unicode = column.charset in {"utf8mb4", "utf8mb3", "utf8", "ascii"}
    return quoted(column.at_source) if unicode else f"CONVERT({quoted(column.at_source)} USING utf8mb4)"


def _impossible_sql(column: SourceColumn) -> str:
    """Return the SQL condition of an invalid date: MySQL accepts zero parts and the 31st of February."""
    name = quoted(column.at_source)
    if column.kind == "timestamp":
        return f"YEAR({name}) = 0"
    return f"YEAR({name}) = 0 OR MONTH({name}) = 0 OR DAY({name}) = 0 OR DAY({name}) > DAY(LAST_DAY({name}))"
