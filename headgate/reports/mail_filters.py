"""Narrow the statements of a dashboard's mail by its filters, like the console (dashboards/filters.ts)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from headgate.query.table_readers import tables_read
from headgate.reports.answer_words import ColumnWords

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from headgate.api.shapes.dashboards import DashboardFilter, Panel
    from headgate.api.shapes.lake import CatalogTable

_WITH = re.compile(r"^\s*WITH\s+", re.IGNORECASE)


def filtered_statement(
    panel: Panel, active: Sequence[DashboardFilter], values: Mapping[str, str], tables: Sequence[CatalogTable]
) -> str:
    """Return the statement of a panel in which each filtered table is a subquery of the same name."""
    shadows = []
    for table in tables:
        own = [each for each in active if _narrows_table(each, panel, table.name, tables)]
        if own:
            shadows.append(_shadow(table, own, values, tables))
    if not shadows:
        return panel.sql
    is_with = _WITH.match(panel.sql)
    rest = _WITH.sub("", panel.sql) if is_with else panel.sql
    return f"WITH {', '.join(shadows)}{', ' if is_with else ' '}{rest}"


def ignored_labels(
    panel: Panel, active: Sequence[DashboardFilter], tables: Sequence[CatalogTable] = ()
) -> list[str]:
    """Return the labels of filters that do not change a panel."""
    return [
        each.label
        for each in active
        if not any(_narrows_table(each, panel, table, tables) for table in each.tables)
    ]


def filter_words(active: Sequence[DashboardFilter], values: Mapping[str, str]) -> str:
    """Return the filters with their values, such as `Region: Ireland`."""
    words = ColumnWords()
    return ", ".join(f"{each.label}: {words.cell(each.column, values[each.name])}" for each in active)


def _narrows_table(each: DashboardFilter, panel: Panel, table: str, tables: Sequence[CatalogTable]) -> bool:
    is_for = not each.panels or panel.name in each.panels
    if not (is_for and table in each.tables and _reads(panel, table)):
        return False
    return not (each.is_from or each.is_until) or table not in _masters(each, panel, tables)


def _reads(panel: Panel, table: str) -> bool:
    return table.lower() in tables_read(panel.sql)


def _masters(each: DashboardFilter, panel: Panel, tables: Sequence[CatalogTable]) -> set[str]:
    """Return the tables of a panel that another table of the filter references: a period leaves them whole.

    The guest of a stay in the period may have joined before.
    """
    targets = {
        table.name: {column.references.partition(".")[0] for column in table.columns if column.references}
        for table in tables
        if _reads(panel, table.name)
    }
    masters: set[str] = set()
    for begin in targets.keys() & {*each.tables}:
        waiting, reached = [begin], set[str]()
        while waiting:
            new = targets[waiting.pop()] & targets.keys() - reached - {begin}
            reached |= new
            waiting += new
        masters |= reached
    return masters


def _shadow(
    table: CatalogTable,
    own: Sequence[DashboardFilter],
    values: Mapping[str, str],
    tables: Sequence[CatalogTable],
) -> str:
    whole = {each.column: each.whole for each in own if each.whole}
    columns = [
        f"{_quoted(whole[column.name])} AS {column.name}" if column.name in whole else column.name
        for column in table.columns
    ]
    types = {column.name: column.type.lower() for column in table.columns}
    conditions = [
        _through(each, values[each.name], tables)
        if each.through
        else _condition(each, values[each.name], types.get(each.column, ""))
        for each in own
    ]
    return (
        f"{table.name} AS (SELECT {', '.join(columns)} FROM {table.database}.{table.name} "  # noqa: S608 names of contracts, quoted values
        f"WHERE {' AND '.join(conditions)})"
    )


def _through(each: DashboardFilter, value: str, tables: Sequence[CatalogTable]) -> str:
    """Return the condition of rows whose key has the value in its dataset."""
    dataset, _, key = each.through.partition(".")
    database = next((table.database for table in tables if table.name == dataset and not table.system), "")
    listed = f"SELECT {key} FROM {database}.{dataset} WHERE {each.column} = {_quoted(value)}"  # noqa: S608 as above
    return f"{key} IN ({listed})"


def _condition(each: DashboardFilter, value: str, kind: str) -> str:
    is_moment = kind.startswith("timestamp")
    column = f"CAST({each.column} AS date)" if is_moment else each.column
    literal = f"{'DATE ' if is_moment or kind == 'date' else ''}{_quoted(value)}"
    return f"{column} {'>=' if each.is_from else '<=' if each.is_until else '='} {literal}"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
