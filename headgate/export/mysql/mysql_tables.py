"""Read the declarations of MySQL tables, and the facts for drafts of contracts, from information_schema."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from headgate.errors import NotFoundError
from headgate.export.mysql.mysql_types import quoted
from headgate.export.mysql.wire import WireColumn, result_columns
from headgate.export.server.source import DraftFacts
from headgate.export.server.source_tables import NUMBERS, SourceColumn, SourceIndex, SourceTable
from headgate.export.server.sql_dialect import SqlDialect

if TYPE_CHECKING:
    from headgate.export.mysql.mysql_session import MySqlSession

_COLUMNS = """
select column_name, data_type, column_type, is_nullable, character_set_name, character_octet_length,
       numeric_precision, numeric_scale, datetime_precision, extra
from information_schema.columns where table_schema = database() and table_name = {table} order by ordinal_position"""  # noqa: E501 a file's text
_INDEXES = """
select index_name, column_name, non_unique, sub_part, cardinality, index_type
from information_schema.statistics where table_schema = database() and table_name = {table} order by index_name, seq_in_index"""  # noqa: E501 a file's text
_TABLE = """
select if(table_type = 'VIEW', 'VIEW', engine), table_rows, avg_row_length from information_schema.tables
where table_schema = database() and table_name = {table} and table_type in ('BASE TABLE', 'SYSTEM VERSIONED', 'VIEW')"""  # noqa: E501 a file's text
_TABLES = """
select table_name from information_schema.tables
where table_schema = database() and table_type in ('BASE TABLE', 'SYSTEM VERSIONED') order by table_name"""
_MEMBERS = re.compile(r"'((?:[^']|'')*)'")
_FOREIGN_KEYS = """
select column_name, referenced_table_name, referenced_column_name from information_schema.key_column_usage k
where table_schema = database() and table_name = {table} and referenced_table_schema = database()
and 1 = (select count(*) from information_schema.key_column_usage o
         where o.table_schema = k.table_schema and o.table_name = k.table_name and o.constraint_name = k.constraint_name)"""  # noqa: E501 a file's text
# Type numbers of the protocol; all others are texts or bytes.
# Source: https://dev.mysql.com/doc/dev/mysql-server/latest/field__types_8h.html
_KIND_OF_CODE = {
    1: "tinyint",
    2: "smallint",
    3: "int",
    4: "float",
    5: "double",
    7: "timestamp",
    8: "bigint",
    9: "mediumint",
    10: "date",
    11: "time",
    12: "datetime",
    13: "year",
    16: "bit",
    246: "decimal",
    255: "geometry",
}


def mysql_tables(session: MySqlSession) -> list[str]:
    """Return the names of the tables, not the views, that this account may see."""
    return [str(name) for (name,) in session.rows(_TABLES)]


def describe_mysql_table(session: MySqlSession, table: str) -> SourceTable:
    """Return the current declaration of a table or view."""
    name = SqlDialect.MYSQL.string(table)
    facts = session.rows(_TABLE.format(table=name))
    if not facts:
        raise NotFoundError(f"the source has no table {table} that this account may see")
    engine, rows, row_bytes = facts[0]
    columns = tuple(_column(row) for row in session.rows(_COLUMNS.format(table=name)))
    parts = session.rows(_INDEXES.format(table=name))
    return SourceTable(
        table, engine or "", columns, _unique(parts), _ordering(parts), int(rows or 0), int(row_bytes or 0)
    )


def describe_mysql_query(session: MySqlSession, name: str, query: str) -> SourceTable:
    """Return the columns of a SELECT."""
    query = query.strip().rstrip(";")
    table = SourceTable(name, "QUERY", (), query=query)
    columns = tuple(
        _query_column(column)
        for column in result_columns(session.connection, f"SELECT * FROM {table.from_sql} LIMIT 0")  # noqa: S608 the caller's own query
    )
    return replace(table, columns=columns)


def _query_column(wire: WireColumn) -> SourceColumn:
    """Return a column of a query; texts have no character set, because the server converts them."""
    kind = _KIND_OF_CODE.get(wire.type_code, "varchar")
    if kind == "varchar" and wire.is_binary:
        kind = "varbinary"
    precision, scale = 0, 0
    if kind == "decimal":
        scale = wire.scale
        precision = wire.length - (scale > 0) - (not wire.unsigned)
    elif kind == "bit":
        precision = wire.length
    size = (
        f"({precision},{scale})" if kind == "decimal" else f"({wire.length})" if kind == "varbinary" else ""
    )
    sign = " unsigned" if wire.unsigned and kind in NUMBERS else ""
    declared = f"{kind}{size}{sign}{' zerofill' if wire.is_padded else ''}"
    fraction = wire.scale if kind in {"datetime", "timestamp", "time"} else 0
    length = wire.length if kind in {"varchar", "varbinary"} else 0
    return SourceColumn(wire.name, kind, declared, wire.nullable, "", length, precision, scale, fraction)


def _column(row: tuple[object, ...]) -> SourceColumn:
    name, kind, declared, nullable, charset, max_bytes, precision, scale, fraction, extra = row
    return SourceColumn(
        str(name),
        str(kind).lower(),
        str(declared),
        nullable == "YES",
        str(charset or ""),
        int(str(max_bytes or 0)),
        int(str(precision or 0)),
        int(str(scale or 0)),
        int(str(fraction or 0)),
        str(extra or "").lower(),
    )


def _unique(rows: list[tuple[object, ...]]) -> tuple[SourceIndex, ...]:
    """Return the unique indexes without prefix columns, the primary key first."""
    columns: dict[str, list[str]] = {}
    unfit = set()
    for index, column, non_unique, prefix, *_ in rows:
        columns.setdefault(str(index), []).append(str(column))
        if non_unique or prefix is not None or column is None:
            unfit.add(str(index))
    fit = [SourceIndex(name, tuple(names)) for name, names in columns.items() if name not in unfit]
    return tuple(sorted(fit, key=lambda index: (index.name != "PRIMARY", len(index.columns), index.name)))


def _ordering(rows: list[tuple[object, ...]]) -> tuple[SourceIndex, ...]:
    """Return the leading columns of each index up to a prefix column, the best index for slicing first."""
    columns: dict[str, list[str]] = {}
    cardinalities: dict[str, int] = {}
    cut = set()
    for index, column, _, prefix, cardinality, kind in rows:
        name = str(index)
        if prefix is not None or column is None or kind != "BTREE":
            cut.add(name)
        if name not in cut:
            columns.setdefault(name, []).append(str(column))
            cardinalities[name] = int(str(cardinality or 0))
    best_first = sorted(columns, key=lambda name: (name != "PRIMARY", -cardinalities[name], name))
    return tuple(SourceIndex(name, tuple(columns[name])) for name in best_first)


def mysql_draft_facts(session: MySqlSession, table: SourceTable) -> DraftFacts:
    """Return a table's foreign keys, ENUM members, and TINYINT(1) columns that contain only 0 and 1."""
    keys = session.rows(_FOREIGN_KEYS.format(table=SqlDialect.MYSQL.string(table.name)))
    return DraftFacts(
        {str(column): f"{parent}.{key}" for column, parent, key in keys},
        {
            column.name: tuple(member.replace("''", "'") for member in _MEMBERS.findall(column.declared))
            for column in table.columns
            if column.kind == "enum"
        },
        {column.name for column in table.columns if _is_flag(session, table, column)},
    )


def _is_flag(session: MySqlSession, table: SourceTable, column: SourceColumn) -> bool:
    """Return whether a column is TINYINT(1), MySQL's BOOLEAN, and contains only 0 and 1."""
    if not column.declared.startswith("tinyint(1)"):
        return False
    name = quoted(column.at_source)
    return not session.rows(f"SELECT 1 FROM {quoted(table.name)} WHERE {name} NOT IN (0, 1) LIMIT 1")  # noqa: S608 quoted names
