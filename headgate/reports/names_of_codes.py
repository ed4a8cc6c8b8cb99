"""Names of codes from the lake's own reference tables, as in the console (formats/code-names.ts)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from headgate.values.sql_names import name_in_sql

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from headgate.api.shapes.lake import CatalogTable

MAX_CODES = 500  # a longer dataset, such as one of articles, is no list of codes


class CodeReference(NamedTuple):
    """A dataset that gives codes their names.

    Attributes:
        columns: those that have its codes: its key, the thing itself, and those that reference the key.
        sql: reads codes and names, one row more than a list of codes may have.
    """

    columns: tuple[str, ...]
    sql: str


def code_references(tables: Sequence[CatalogTable], columns: Iterable[str]) -> Iterator[CodeReference]:
    """Return the datasets that name codes of an answer's columns."""
    shown = set(columns)
    for table in tables:
        keys = [column for column in table.columns if column.primary_key]
        if table.system or len(keys) != 1 or not keys[0].type.startswith(("varchar", "char", "string")):
            continue
        key = keys[0].name
        thing = re.sub(r"_(id|code)$", "", key)
        is_named = any(each.name == f"{thing}_name" and not each.personal for each in table.columns)
        target = f"{table.name}.{key}"
        named = [each.name for other in tables for each in other.columns if each.references == target]
        own = tuple(dict.fromkeys([key, thing, *named]))
        if thing != key and is_named and named and shown & {*own}:
            names = ", ".join(map(name_in_sql, (key, f"{thing}_name")))
            sql = f"SELECT {names} FROM {table.database}.{table.name} LIMIT {MAX_CODES + 1}"  # noqa: S608 names of the catalog
            yield CodeReference(own, sql)
