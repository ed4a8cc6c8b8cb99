"""Athena's questions about its own tables, as questions about values: for engines that know the files and not the tables.

The tables are those of the contracts, which the deployed catalog is made from.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from headgate.contracts.catalog import glue_columns
from headgate.contracts.registry import Registry
from headgate.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_NAME = r"[`\"]?(\w+)[`\"]?"
_IN = rf"(?:\s+(?:in|from)\s+{_NAME})?"
# Source: Amazon Athena user guide, "SHOW TABLES", "SHOW DATABASES", "SHOW COLUMNS", "DESCRIBE".
_SHOW_TABLES = re.compile(rf"show\s+tables{_IN}(?:\s+(?:like\s+)?'([^']*)')?", re.IGNORECASE)
_SHOW_DATABASES = re.compile(r"show\s+(?:databases|schemas)(?:\s+(?:like\s+)?'([^']*)')?", re.IGNORECASE)
_SHOW_COLUMNS = re.compile(rf"show\s+columns\s+(?:in|from)\s+(?:{_NAME}\.)?{_NAME}{_IN}", re.IGNORECASE)
_DESCRIBE = re.compile(rf"(?:describe|desc)\s+(?:(?:extended|formatted)\s+)?(?:{_NAME}\.)?{_NAME}", re.IGNORECASE)
_DATABASES = {"ecommerce_curated": ("curated", "lake"), "ecommerce_prod": ("prod",)}


def about_tables(sql: str) -> str:
    """A SELECT that answers what the statement asks of the catalog; empty when it asks nothing of it.

    Raises:
        QueryError: there is no such database or table.
    """
    asked = sql.strip().rstrip(";").strip()
    if found := _SHOW_DATABASES.fullmatch(asked):
        return _values(["database_name"], [(name,) for name in _DATABASES if _like(name, found[1])])
    if found := _SHOW_TABLES.fullmatch(asked):
        return _values(["tab_name"], [(name,) for name in sorted(_tables(found[1])) if _like(name, found[2])])
    if found := _SHOW_COLUMNS.fullmatch(asked):
        return _values(["field"], [row[:1] for row in _columns(found[1] or found[3], found[2])])
    if found := _DESCRIBE.fullmatch(asked):
        return _values(["col_name", "data_type", "comment"], _columns(found[1], found[2]))
    return ""


def _columns(database: str | None, table: str) -> list[tuple[str, ...]]:
    tables = _tables(database)
    if table.lower() not in tables:
        raise QueryError(f"TABLE_NOT_FOUND: Table '{table}' does not exist; SHOW TABLES IN <database> lists those that do")
    return list(tables[table.lower()])


def _tables(database: str | None) -> Mapping[str, Sequence[tuple[str, ...]]]:
    """Each table's columns with their types and comments; without a database of the systems' tables, where the workgroup looks."""
    name = (database or "ecommerce_prod").lower()
    known = next((zones for known, zones in _DATABASES.items() if known == name), None)
    if known is None:
        raise QueryError(f"SCHEMA_NOT_FOUND: Schema '{database}' does not exist; SHOW DATABASES lists those that do")
    return _of_zones(known)


@cache
def _of_zones(zones: tuple[str, ...]) -> Mapping[str, Sequence[tuple[str, ...]]]:
    registry = Registry.load()
    found = {name: glue_columns(contract) for zone in zones for name, contract in getattr(registry, zone).items()}
    return {name: [(one["Name"], one["Type"], one.get("Comment", "")) for one in columns] for name, columns in found.items()}


def _like(name: str, pattern: str | None) -> bool:
    """As Athena's patterns: `*` for any characters, `|` for or."""
    return pattern is None or any(re.fullmatch(one.replace("*", ".*"), name, re.IGNORECASE) for one in pattern.split("|"))


def _values(names: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    told = ", ".join("(" + ", ".join(_quoted(cell) for cell in row) + ")" for row in rows)
    if not told:
        return f"SELECT {', '.join(f'NULL AS {name}' for name in names)} WHERE FALSE"
    return f"SELECT * FROM (VALUES {told}) AS told ({', '.join(names)})"  # noqa: S608 every cell is quoted


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
