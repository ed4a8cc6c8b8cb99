"""The filters of a dashboard and its panels under the chosen values, as the console has them (filters.ts).

`tests/unit/api/analytics/filter_cases.json` tests both.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from headgate.api.analytics.event_table import event_table, period_column, referenced_tables
from headgate.api.shapes.dashboards import DashboardFilter
from headgate.errors import QueryError
from headgate.plain_names import capitalised
from headgate.query.declared_parameters import with_chosen_values, with_values
from headgate.query.parameters import bind
from headgate.query.table_readers import read_through, table_sources
from headgate.values.sql_names import name_in_sql

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from headgate.api.shapes.dashboards import Dashboard, Panel
    from headgate.api.shapes.lake import CatalogTable

    Chosen = Mapping[str, Sequence[str]]

_WITH = re.compile(r"^\s*WITH\s+", re.IGNORECASE)


@dataclass(frozen=True)
class Lookup:
    """The table in which a key has the value of a filter: the id of a region is looked up by its name.

    Attributes:
        key: the column that other tables reference.
        by: the column by which the filter chooses.
    """

    table: CatalogTable
    key: str
    by: str


@dataclass(frozen=True)
class BoardFilter:
    """A filter of some tables by one column; filters of one name have the same values.

    Attributes:
        declared: the filter of a dashboard, with the column and the tables that it narrows.
        lookup: where the column only references the table with the values.
        is_of_table: whether it is a period of a table that no dashboard declares.
    """

    declared: DashboardFilter
    lookup: Lookup | None = None
    is_of_table: bool = False

    @property
    def name(self) -> str:
        """Return the name by which a person chooses its values."""
        return self.declared.name

    @property
    def tables(self) -> tuple[str, ...]:
        """Return the names of the filtered tables."""
        return self.declared.tables

    @property
    def is_bound(self) -> bool:
        """Return whether it is an end of a period."""
        return self.declared.is_from or self.declared.is_until

    @property
    def takes_several(self) -> bool:
        """Return whether it takes several values: no end of a period, and no part instead of the whole."""
        return not self.is_bound and not self.declared.whole

    def of_tables(self, names: Iterable[str]) -> BoardFilter:
        """Return the filter of these tables."""
        return replace(self, declared=self.declared.model_copy(update={"tables": tuple(names)}))

    def condition(self, values: Sequence[str], column_type: str, tables: Sequence[CatalogTable]) -> str:
        """Return the condition of the rows that have one of the values."""
        of, is_moment = self.declared, column_type.startswith("timestamp")
        way = self.lookup or _way_through(of, tables)
        if way:
            column = name_in_sql(of.column if self.lookup else way.key)
            listed = f"SELECT {name_in_sql(way.key)} FROM {way.table.database}.{way.table.name}"  # noqa: S608 names of contracts
            return f"{column} IN ({listed} WHERE {_has_value(name_in_sql(way.by), '=', values)})"
        column = name_in_sql(of.column)
        compared = f"CAST({column} AS date)" if is_moment else column
        sign = ">=" if of.is_from else "<=" if of.is_until else "="
        return _has_value(compared, sign, values, "DATE " if is_moment or column_type == "date" else "")


def board_filters(
    board: Dashboard, boards: Sequence[Dashboard], tables: Sequence[CatalogTable]
) -> list[BoardFilter]:
    """Return the filters of a dashboard: its own, and where it has them those of the tables that it reads."""
    declared = [BoardFilter(each) for each in board.filters]
    if not (board.written_by or board.filters_of_tables):
        return declared
    names = {each.name for each in declared}
    derived = filters_of_tables([panel.sql for panel in board.panels], boards, tables)
    return [*declared, *(each for each in derived if each.name not in names)]


def filters_of_tables(
    statements: Iterable[str], boards: Sequence[Dashboard], tables: Sequence[CatalogTable]
) -> list[BoardFilter]:
    """Return a period for the tables that statements read, and the filters of the lake's dashboards.

    These are for every table with their column or with a reference to a table that has it.
    """
    read = list({id(table): table for sql in statements for table in tables_of(sql, tables)}.values())
    periods = [
        BoardFilter(_period(name, column, table.name), is_of_table=True)
        for name in ("from", "until")
        for table in read
        if (column := period_column(table))
    ]
    declared = [
        each
        for board in boards
        if not board.written_by
        for each in board.filters
        if not (each.is_from or each.is_until)
    ]
    first = {each.column: each for each in reversed(declared)}
    choices = (_choices(each, read, tables) for each in declared if first[each.column] is each)
    return [*periods, *(choice for each in choices for choice in each)]


def _period(name: str, column: str, table: str) -> DashboardFilter:
    return DashboardFilter(
        name=name,
        label=capitalised(name),
        column=column,
        tables=(table,),
        values="",
        whole="",
        is_from=name == "from",
        is_until=name == "until",
        panels=(),
    )


def _choices(
    declared: DashboardFilter, read: Sequence[CatalogTable], tables: Sequence[CatalogTable]
) -> list[BoardFilter]:
    """Return a declared filter for the tables that have its column or reference a table that has it."""
    column = declared.column
    kind = next((_type_of(table, column) for table in tables if table.name in declared.tables[:1]), "")
    own = [table for table in read if _type_of(table, column) == kind and kind]
    choice = declared.model_copy(update={"name": column, "panels": ()})
    of_own = [BoardFilter(choice).of_tables(table.name for table in own)] if own else []
    return of_own + [
        BoardFilter(
            choice.model_copy(update={"whole": "", "tables": (table.name,), "column": reference}), lookup
        )
        for table in read
        if table not in own
        for reference, lookup in _ways(table, column, kind, tables)
    ]


def _ways(
    table: CatalogTable, by: str, kind: str, tables: Sequence[CatalogTable]
) -> list[tuple[str, Lookup]]:
    """Return the one column of a table that references a table with the filter's column; else nothing."""
    ways = []
    for column in table.columns:
        dataset, _, key = column.references.partition(".")
        target = next((each for each in tables if each.name == dataset and not each.system), None)
        if target and key and kind and _type_of(target, by) == kind:
            ways.append((column.name, Lookup(target, key, by)))
    return ways if len(ways) == 1 else []


def _type_of(table: CatalogTable, column: str) -> str:
    return next((each.type for each in table.columns if each.name == column), "")


def narrowed_panel(
    panel: Panel, filters: Sequence[BoardFilter], chosen: Chosen, tables: Sequence[CatalogTable]
) -> tuple[str, list[str]]:
    """Return the statement of a panel under the chosen filters, and the labels of those that change nothing.

    Each filtered table is shadowed by a subquery of its name.
    """
    sql = panel.sql
    with suppress(QueryError):  # its answer says why
        sql = with_chosen_values(sql, chosen)
        sql = with_values(sql)
    read = tables_of(sql, tables)
    active = [each for each in filters_for(filters, read) if chosen.get(each.name)]
    shadows, narrowing = list[str](), set[str]()
    for table in read:
        own = [each for each in active if table.name in each.tables and _is_for(each, panel)]
        if own:
            narrowing |= {each.name for each in own}
            sql, name = read_through(sql, table.name, table.database)
            shadows.append(_shadow(table, own, chosen, name, tables))
    ignored = dict.fromkeys(each.declared.label for each in active if each.name not in narrowing)
    if not shadows:
        return sql, [*ignored]
    is_with = _WITH.match(sql)
    rest = sql[is_with.end() :] if is_with else sql
    subqueries = ",\n".join(shadows)
    return f"WITH {subqueries}{',' if is_with else ''}\n{rest}", [*ignored]


def filters_for(filters: Sequence[BoardFilter], read: Sequence[CatalogTable]) -> list[BoardFilter]:
    """Return the filters as they are for a statement that reads these tables.

    A period narrows the table whose rows happen in it, and none that others reference, because the guest of a
    stay in the period may have joined before. Where no table is certain, it narrows none.
    """
    event = event_table(read)
    fitting = []
    for each in filters:
        names: Iterable[str] = each.tables
        if each.is_of_table:
            names = [name for name in names if event and name == event.name]
        elif each.is_bound:
            masters = referenced_tables([table for table in read if table.name in each.tables], read)
            names = [name for name in names if name not in masters]
        fitting.append(each.of_tables(names) if each.is_bound else each)
    return fitting


def tables_of(sql: str, tables: Sequence[CatalogTable]) -> list[CatalogTable]:
    """Return the tables that a statement reads, in the order of the catalog.

    Of two with one name it is the one whose database is named, else that of a system.
    """
    sources = {(source.database, source.name) for source in table_sources(sql)}

    def rank(table: CatalogTable) -> int:
        is_named = (table.database.lower(), table.name.lower()) in sources
        return 0 if is_named else 1 if table.system else 2

    best: dict[str, CatalogTable] = {}
    for table in tables:
        is_read = {("", table.name.lower()), (table.database.lower(), table.name.lower())} & sources
        if is_read and (table.name not in best or rank(table) < rank(best[table.name])):
            best[table.name] = table
    return [table for table in tables if best.get(table.name) is table]


def _is_for(each: BoardFilter, panel: Panel) -> bool:
    return not each.declared.panels or panel.name in each.declared.panels


def _shadow(
    table: CatalogTable,
    own: Sequence[BoardFilter],
    chosen: Chosen,
    name: str,
    tables: Sequence[CatalogTable],
) -> str:
    whole = {each.declared.column: each.declared.whole for each in own if each.declared.whole}
    columns = [
        bind(":whole", {"whole": whole[column.name]}) + f" AS {name_in_sql(column.name)}"
        if column.name in whole
        else name_in_sql(column.name)
        for column in table.columns
    ]
    conditions = [
        each.condition(chosen[each.name], _type_of(table, each.declared.column).lower(), tables)
        for each in own
    ]
    return (
        f"{name} AS (\n  SELECT {', '.join(columns)}\n  FROM {table.database}.{table.name}\n"  # noqa: S608 names of contracts, bound values
        f"  WHERE {' AND '.join(conditions)}\n)"
    )


def _way_through(of: DashboardFilter, tables: Sequence[CatalogTable]) -> Lookup | None:
    """Return the dataset whose rows have the column of a filter where its tables have only the key."""
    dataset, _, key = of.through.partition(".")
    table = next((table for table in tables if table.name == dataset and not table.system), None)
    return Lookup(table, key, of.column) if table and key else None


def _has_value(column: str, sign: str, values: Sequence[str], kind: str = "") -> str:
    """Return the condition of one value, or of several."""
    literals = [bind(f"{kind}:value", {"value": value}) for value in values]
    return f"{column} {sign} {literals[0]}" if len(literals) == 1 else f"{column} IN ({', '.join(literals)})"
