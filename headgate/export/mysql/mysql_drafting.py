"""Facts of a MySQL table for a draft of its contract: foreign keys, enumerations, flags."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from headgate.export.mysql.mysql_types import quoted
from headgate.export.server.source import DraftFacts
from headgate.export.server.sql_dialect import SqlDialect

if TYPE_CHECKING:
    from headgate.export.mysql.mysql_session import MySqlSession
    from headgate.export.server.source_tables import SourceColumn, SourceTable

_MEMBERS = re.compile(r"'((?:[^']|'')*)'")
_FOREIGN_KEYS = """
select column_name, referenced_table_name, referenced_column_name from information_schema.key_column_usage k
where table_schema = database() and table_name = {table} and referenced_table_schema = database()
and 1 = (select count(*) from information_schema.key_column_usage o
         where o.table_schema = k.table_schema and o.table_name = k.table_name and o.constraint_name = k.constraint_name)"""  # noqa: E501 a file's text


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
