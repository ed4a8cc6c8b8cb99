"""Advice for a failed query: the nearest names of tables or columns, and how to enable earlier versions."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING

import sqlglot
from sqlglot import exp
from sqlglot.dialects.athena import Athena
from sqlglot.errors import SqlglotError

from headgate.query.function_names import is_function, similar_functions
from headgate.query.missing_columns import lacking_tables
from headgate.query.parse_errors import reserved_name
from headgate.query.read_only_statements import explained, near_tables
from headgate.query.table_readers import tables_read

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from headgate.query.catalog_queries import Databases

    Tables = Mapping[str, Mapping[str, Sequence[tuple[str, ...]]]]

# Source: Trino's messages of the errors COLUMN_NOT_FOUND and TABLE_NOT_FOUND.
_NO_COLUMN = re.compile(r"COLUMN_NOT_FOUND.*Column '((?:[^']*\.)?([^'.]+))'")
_NO_TABLE = re.compile(r"TABLE_NOT_FOUND.*Table '(?:[^']*\.)?([^'.]+)'")
# Source: Trino's message of the error SYNTAX_ERROR.
_UNEXPECTED = re.compile(r"mismatched input '\w+'")
# Trino's and DuckDB's messages where a day meets a number: 2026-12-31 without DATE is one.
_DAY = r"\b(?:timestamp|date)\b"
_NUMBER = r"\b(?:integer|bigint)"
_DAY_AND_NUMBER = re.compile(rf"{_DAY}.*{_NUMBER}|{_NUMBER}.*{_DAY}", re.IGNORECASE)
_COMPARED = re.compile(r"cannot compare|\bbetween\b|operator: .* [<>=]+ |'[<>=]+' cannot", re.IGNORECASE)
_ADDED = re.compile(r"operator: .* [-+] |'[-+]' cannot|function (?:[-+]\(|date_add\b)", re.IGNORECASE)
# Source: Trino's message of the error EXPRESSION_NOT_AGGREGATE.
_NOT_GROUPED = "must be an aggregate expression or appear in GROUP BY"
_MIN_LIKENESS = 0.8  # of a name in quotes to a column, where it may also be a text
# Source: Trino's message of the error AMBIGUOUS_NAME.
_AMBIGUOUS = re.compile(r"AMBIGUOUS_NAME.*Column '(?:[^']*\.)?([^'.]+)'")
_NO_FUNCTION = re.compile(r"FUNCTION_NOT_FOUND.*Function '?(\w+)'? not registered")
# Source: Trino's message for FOR VERSION AS OF and FOR TIMESTAMP AS OF on a table without versions.
_NO_VERSIONS = "does not support versioned tables"


def with_advice(message: str, sql: str, databases: Databases) -> str:
    """Return the message of a failed query, with the nearest names for an unknown column or table."""
    if _NO_VERSIONS in message:
        return (
            f"{message.rstrip('.')}. Tables of this lake answer for now only: whoever deploys it turns "
            "earlier versions on with iceberg = true, and they are kept from then on."
        )
    tables = databases.tables()
    if "Did you mean" in message or "The tables are" in message:
        return message
    if match := _NO_TABLE.search(message):
        name = match[1].strip('"').lower()
        if any(name in names for names in tables.values()):
            return f"{name} is new and has no table yet: the next run makes it, with the accepted rows."
        return f"{message.rstrip('.')}. {near_tables(name, tables)}"
    if match := _NO_FUNCTION.search(message):
        return _function_advice(message, match[1])
    return _with_columns(message, sql, tables)


def _function_advice(message: str, name: str) -> str:
    """Return the message with the nearest functions, or that only the engine here lacks it."""
    if is_function(name):
        return (
            f"Athena has the function {name}, but the engine that answers here instead does not. "
            "Write it with functions that both have, or ask on AWS."
        )
    names = similar_functions(name)
    return f"{message.rstrip('.')}. Did you mean {' or '.join(names)}?" if names else message


def _table_advice(message: str, sql: str, tables: Tables) -> str:
    """Return which tables of a SELECT have an ambiguous column, and how to write it; else an empty text."""
    match = _AMBIGUOUS.search(message)
    try:
        query = sqlglot.parse_one(explained(sql)[1], read=Athena) if match else None
    except SqlglotError:
        query = None
    if match is None or query is None:
        return ""
    name = match[1].strip('"').lower()
    for select in query.find_all(exp.Select):
        bare = [each for each in select.find_all(exp.Column) if each.name.lower() == name and not each.table]
        names = [
            source.alias_or_name
            for source in _sources(select)
            if name in _columns_of_source(source, query, tables)
        ]
        if not bare or not names[1:]:
            continue
        written = [f"{table}.{name}" for table in names]
        equal = [each.parent for each in bare if isinstance(each.parent, exp.EQ)]
        listed = " and ".join(names)
        if any(equal.count(each) > 1 for each in equal):
            return f"The tables {listed} have it. Write {' = '.join(written[-2:])}."
        return f"The tables {listed} have it. Did you mean {' or '.join(written)}?"
    return ""


def _sources(select: exp.Select) -> list[exp.Expression]:
    nodes = [select.args.get("from") or select.args.get("from_"), *select.args.get("joins", [])]
    return [node.this for node in nodes if node]


def _columns_of_source(source: exp.Expression, query: exp.Expression, tables: Tables) -> set[str]:
    """Return the names of the columns of a table, a CTE or a subquery, in small letters."""
    if isinstance(source, exp.Subquery):
        return {each.lower() for each in source.this.named_selects}
    ctes = {cte.alias.lower(): cte.this for cte in query.find_all(exp.CTE)}
    if not source.args.get("db") and source.name.lower() in ctes:
        return {each.lower() for each in ctes[source.name.lower()].named_selects}
    return {row[0] for of in tables.values() for row in of.get(source.name.lower(), ())}


def _group_advice(message: str, sql: str) -> str:
    """Return the GROUP BY that a statement with a column beside an aggregate lacks.

    An expression is given by its place. Empty if a GROUP BY is not the remedy.
    """
    try:
        select = sqlglot.parse_one(explained(sql)[1], read=Athena) if _NOT_GROUPED in message else None
    except SqlglotError:
        select = None
    if not isinstance(select, exp.Select) or select.args.get("group"):
        return ""
    plain = {
        place: item.unalias()
        for place, item in enumerate(select.expressions, 1)
        if not item.find(exp.AggFunc) and item.find(exp.Column, exp.Star)
    }
    if not plain or any(value.find(exp.Star) for value in plain.values()):
        return ""
    names = (
        value.sql(dialect=Athena) if isinstance(value, exp.Column) else str(place)
        for place, value in plain.items()
    )
    return f"Write GROUP BY {', '.join(names)}."


def _with_columns(message: str, sql: str, tables: Tables) -> str:
    """Return the message with the nearest names of an unknown column, or how to write a day or a text."""
    if advice := (_day_advice(message) or _group_advice(message, sql) or _table_advice(message, sql, tables)):
        return f"{message.rstrip('.')}. {advice}"
    if _UNEXPECTED.search(message):
        return f"{message.rstrip('.')}. {reserved_name(sql)}".strip()
    if match := _NO_COLUMN.search(message):
        return f"{message}. {_column_advice(match[1], match[2], sql, tables)}"
    return message


def _column_advice(written: str, name: str, sql: str, tables: Tables) -> str:
    """Return which table lacks a column, and its nearest names; or how to write a text."""
    asked = set(tables_read(sql))
    columns = sorted(
        {
            column[0]
            for of in tables.values()
            for table, rows in of.items()
            if table in asked
            for column in rows
        }
    )
    text = _quoted_value(name, sql)
    near = _nearest(name.lower(), columns, _MIN_LIKENESS if text else 0.5)
    if text and not near:
        return f"A text is in single quotes: '{text}'."
    lacking = lacking_tables(written, sql, tables)
    if lacking and name.lower() in columns:
        return lacking  # a nearest name would be itself
    others = f"Did you mean {' or '.join(map(_as_written, near))}?" if near else _columns_of(asked, tables)
    return f"{lacking} {others}".strip()


def _day_advice(message: str) -> str:
    """Return how to compare a day, or to add days to one; empty unless a day meets a number."""
    if not _DAY_AND_NUMBER.search(message):
        return ""
    if _COMPARED.search(message):
        return "Write a day as DATE '2026-12-31': without it the day is a subtraction."
    return "Add or subtract days as INTERVAL '7' DAY." if _ADDED.search(message) else ""


def _quoted_value(name: str, sql: str) -> str:
    """Return the text in double quotes that is compared like a value; empty if there is none."""
    listed = r"""\bin\s*\(\s*(?!select\b|with\b)(?:[^()"']|'[^']*'|"[^"]*")*"""
    compared = re.search(rf"""(?:[=<>]\s*|\blike\s*|{listed})"({re.escape(name)})\"""", sql, re.IGNORECASE)
    return compared[1] if compared else ""


def _nearest(name: str, columns: Sequence[str], likeness: float = 0.5) -> list[str]:
    """Return the columns that are like a name: those that share all words, then those of similar spelling.

    >>> _nearest("action", ["transaction_id", "decision", "price"])
    ['decision', 'transaction_id']
    >>> _nearest("order_status", ["ordered_at", "order_id", "status"])
    ['status', 'ordered_at', 'order_id']
    """
    near = difflib.get_close_matches(name, columns, n=3, cutoff=likeness)
    return sorted(near, key=lambda column: (not _has_all_words(name, column), _other_letters(name, column)))


def _has_all_words(name: str, column: str) -> bool:
    """Return whether one of two names has all words of the other."""
    first, second = set(name.split("_")), set(column.split("_"))
    return first <= second or second <= first


def _other_letters(name: str, column: str) -> int:
    """Return the number of letters that the two names do not share in their order."""
    both = len(name) + len(column)
    return round(both * (1 - difflib.SequenceMatcher(None, column, name).ratio()))


def _as_written(name: str) -> str:
    """Return a column's name as in a statement: in quotes unless it is one plain word."""
    return name if name.isidentifier() else f'"{name}"'


def _columns_of(asked: Iterable[str], tables: Tables) -> str:
    """List the columns of the tables in the statement, or explain how to list them."""
    listed = [
        (
            f"{name} has the columns "
            f"{', '.join(column[0] for column in of[name] if not column[0].startswith('_'))}."
        )
        for name in sorted(asked)
        for of in tables.values()
        if name in of
    ]
    return " ".join(listed) or "DESCRIBE <table> lists the columns."
