"""Units and headings of an answer's columns by their names, like in the console (formats/columns.ts)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from headgate.contracts.currency import is_amount, is_currency
from headgate.reports.answer_words import ColumnWords
from headgate.reports.statement_words import StatementWords

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from headgate.api.shapes.lake import CatalogTable
    from headgate.api.shapes.tables import ResultColumn

NUMERIC_TYPE = re.compile(r"(decimal|double|float|real|tinyint|smallint|int|integer|bigint)\b", re.IGNORECASE)
_CURRENCY_SUFFIX = re.compile(r"_([a-z]{3})$")


def agreed_words(
    tables: Sequence[CatalogTable], table: str = "", columns: Iterable[ResultColumn] = ()
) -> ColumnWords:
    """Return the units and labels of a table's columns, then those on which all tables agree.

    A computed column whose name ends with a currency of the lake, such as `net_usd`, is an amount in it.
    """
    units, labels = _agreed(tables, table, "unit"), _agreed(tables, table, "label")
    computed = _amounts([column for column in columns if not units.get(column.name)], units)
    return ColumnWords({**units, **computed}, {name: label for name, label in labels.items() if label})


def answer_words(tables: Sequence[CatalogTable], columns: Sequence[ResultColumn]) -> StatementWords:
    """Return the units and labels of the answer of a person's statement.

    They are those of the columns that the statement reads: another table's column of the same name says
    nothing about the answer. A column whose name ends with a currency of the lake is an amount in it.
    """
    computed = _amounts([column for column in columns if not column.unit], _agreed(tables, "", "unit"))
    return StatementWords(
        {**{column.name: column.unit for column in columns}, **computed},
        {column.name: column.label for column in columns if column.label},
        names=frozenset(column.name for column in columns if column.kind == "name"),
        periods={column.name: column.period for column in columns if column.period},
    )


def _amounts(columns: Iterable[ResultColumn], units: Mapping[str, str]) -> dict[str, str]:
    """Return the currency of each number whose name ends with a currency of the lake."""
    currencies = {unit.partition(" per ")[0] for unit in units.values() if is_amount(unit)}
    return {
        column.name: suffix[1].upper()
        for column in columns
        if NUMERIC_TYPE.match(column.type)
        and (suffix := _CURRENCY_SUFFIX.search(column.name))
        and is_currency(suffix[1].upper())
        and suffix[1].upper() in currencies
    }


def _agreed(tables: Sequence[CatalogTable], table: str, fact: str) -> Mapping[str, str]:
    """Return a fact of the columns by name: of all tables where they agree, and of the table itself."""
    values: dict[str, set[str]] = {}
    for each in tables:
        for column in each.columns:
            values.setdefault(column.name, set()).add(getattr(column, fact))
    agreed = {name: next(iter(facts)) for name, facts in values.items() if len(facts) == 1}
    own = next((each.columns for each in tables if each.name == table), ())
    return {**agreed, **{column.name: getattr(column, fact) for column in own}}
