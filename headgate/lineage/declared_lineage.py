"""Lineage by column of tables that code builds, as their contracts declare it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.contracts.computed_from import declared_rows
from headgate.lineage.column_sources import CURATED, PROD, ColumnRef, Sources, TableColumns, Use, add_sources

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from headgate.contracts.model import Contract


class _UnknownSourceError(Exception):
    """A declaration that cannot be followed to columns of datasets."""


def declared_lineage(
    tables: Mapping[str, Contract], datasets: Mapping[str, Contract]
) -> dict[str, TableColumns]:
    """Return the lineage of each table whose contract declares one, at any distance.

    A column without a declaration is in neither `columns` nor `unknown`.

    Args:
        tables: the contracts of tables that systems build.
        datasets: the curated contracts, and those of the lake's own tables that systems read.
    """
    declared = _Declared(tables, datasets)
    names = [name for name, contract in tables.items() if declares_columns(contract)]
    return {name: declared.table(name) for name in names}


def declares_columns(contract: Contract) -> bool:
    """Return whether a contract declares from which columns its table is computed."""
    return bool(declared_rows(contract)) or any(
        column.computed_from is not None for column in contract.columns
    )


class _Declared:
    """The declarations of all tables, followed through other tables."""

    def __init__(self, tables: Mapping[str, Contract], datasets: Mapping[str, Contract]) -> None:
        self._tables, self._datasets = tables, datasets
        self._values: dict[tuple[str, str], Sources] = {}
        self._rows: dict[str, Sources] = {}
        self._open: set[tuple[str, str]] = set()

    def table(self, name: str) -> TableColumns:
        columns, unknown = dict[str, Sources](), dict[str, str]()
        for column in self._tables[name].columns:
            if column.computed_from is None:
                continue
            try:
                columns[column.name] = self._value(name, column.name)
            except _UnknownSourceError as error:
                unknown[column.name] = str(error)
        return TableColumns(columns, self._deciding(name), unknown)

    def _value(self, table: str, column: str) -> Sources:
        """Return the sources of a column; those of a column without a declaration end there."""
        key = table, column
        if key in self._open:
            raise _UnknownSourceError(f"its contract declares {table}.{column} as computed from itself")
        if key not in self._values:
            self._open.add(key)
            try:
                declared = self._tables[table].column(column)
                names = [name for name in declared.computed_from or () if name not in declared.decided_by]
                self._values[key] = values = self._followed(names, Use.TRANSFORMATION)
                add_sources(values, self._followed(declared.decided_by, Use.CONDITIONAL))
            finally:
                self._open.discard(key)
        return self._values[key]

    def _deciding(self, table: str) -> Sources:
        """Return the columns that decide which rows a table has, and those of the tables it is built from."""
        if table not in self._rows:
            self._rows[table] = rows = Sources()
            names_by_use = declared_rows(self._tables[table])
            try:
                for use, names in names_by_use.items():
                    add_sources(rows, self._followed(names, Use(use.upper())))
            except _UnknownSourceError:
                rows.clear()  # a part of them would look like all of them
                return rows
            for name in sorted(self._tables_named(table)):
                add_sources(rows, self._deciding(name))
        return self._rows[table]

    def _tables_named(self, table: str) -> set[str]:
        """Return the other tables that systems build and that the declarations of a table name."""
        contract = self._tables[table]
        sources = [name for column in contract.columns for name in column.computed_from or ()]
        sources += [name for names in declared_rows(contract).values() for name in names]
        named = {name.partition(".")[0] for name in sources}
        return {name for name in named - {table} if name in self._tables and name not in self._datasets}

    def _followed(self, names: Iterable[str], use: Use) -> Sources:
        sources = Sources()
        for name in names:
            ref = self._ref(name)
            add_sources(sources, {ref: {Use.IDENTITY}}, use)
            if ref.zone == PROD:
                add_sources(sources, self._value(ref.table, ref.column), use)
        return sources

    def _ref(self, name: str) -> ColumnRef:
        """Return the column of a name; a dataset comes before a table of the same name."""
        table, _, column = name.partition(".")
        for zone, contracts in ((CURATED, self._datasets), (PROD, self._tables)):
            if table in contracts and column in contracts[table].names:
                return ColumnRef(zone, table, column)
        raise _UnknownSourceError(f"its contract names {name}, which is no column of the lake")
