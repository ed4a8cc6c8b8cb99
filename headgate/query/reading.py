"""Which statements may run: one that only reads, on tables of the catalog.

Athena itself reads nothing but the catalog's tables. The engine behind an emulator's Athena API would also read and write files
of its machine; so a statement is checked here before it is sent.
"""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from headgate.errors import QueryError
from headgate.query.parse_errors import describe_parse_error

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ATHENA = "athena"
# Source: Amazon Athena user guide, "DDL statements": those that only read the catalog.
_ABOUT_TABLES = re.compile(r"(show|describe|desc)\s", re.IGNORECASE)
_EXPLAIN = re.compile(r"explain\s+(?:analyze\s+(?:verbose\s+)?)?(?:\([^()]*\)\s*)?", re.IGNORECASE)
_FIRST_WORD = re.compile(r"[\s(]*(\w+)")
_READING = {"select", "with", "values", "table"}
_COMMENTS = re.compile(r"\s+|--[^\n]*(?:\n|$)|/\*.*?\*/", re.DOTALL)
# Functions of DuckDB that show the machine and that Athena does not have. Source: DuckDB documentation, "Utility Functions".
_FOREIGN_FUNCTIONS = re.compile(
    r"(read|parquet|duckdb|pragma|sniff|getenv|getvariable|current_setting|query|query_table|glob|scan|st_read|iceberg|delta|sqlite|"
    r"postgres|mysql|which_secret|load_aws_credentials|force_checkpoint|checkpoint|write_log|json_execute_serialized_sql)(_\w+)?",
    re.IGNORECASE,
)
_UNREADABLE = (exp.DML, exp.DDL, exp.Command, exp.Into, exp.Copy, exp.Set, exp.Attach, exp.Detach, exp.Use, exp.Pragma)


def begins(sql: str) -> str:
    """Return the statement without the blanks and comments before it."""
    text = sql
    while found := _COMMENTS.match(text):
        text = text[found.end() :]
    return text


def explained(sql: str) -> tuple[str, str]:
    """Return what stands before the query in an EXPLAIN statement, else nothing, and the query."""
    text = begins(sql)
    found = _EXPLAIN.match(text)
    return (found[0], text[found.end() :]) if found else ("", text)


def only_reading(sql: str) -> exp.Query | exp.Values | None:
    """Return the parsed query of a statement that only reads; None for SHOW and DESCRIBE.

    Raises:
        QueryError: it is more than one statement, not Athena's SQL, or it writes.
    """
    text = begins(sql)
    if _ABOUT_TABLES.match(text):
        if ";" in text.rstrip().rstrip(";"):
            raise QueryError("More than one statement was given. Send one at a time.")
        return None
    question = explained(text)[1]
    if (verb := _FIRST_WORD.match(question)) and verb[1].lower() not in _READING:
        raise _writing(verb[1])
    try:
        statements = [statement for statement in sqlglot.parse(question, read=ATHENA) if statement]
    except SqlglotError as error:
        raise QueryError(f"The statement is not Athena SQL: {describe_parse_error(error)}. Correct it at that place.") from None
    if len(statements) != 1:
        raise QueryError(f"{len(statements)} statements were given. Send one at a time.")
    (statement,) = statements
    if not isinstance(statement, exp.Query | exp.Values) or any(statement.find_all(*_UNREADABLE)):
        raise _writing(text.split(maxsplit=1)[0])
    return statement


def _writing(verb: str) -> QueryError:
    return QueryError(
        f"{verb.upper()} would change the lake or the machine; a query only reads. Use SELECT, WITH, SHOW, DESCRIBE or EXPLAIN; "
        "tables change through `headgate upload` and `headgate run`."
    )


def check_tables(query: exp.Expression, tables: Mapping[str, Iterable[str]], database: str) -> None:
    """Check that a query reads tables of the catalog, and nothing else.

    Args:
        tables: names by database.
        database: where a table without a database is looked up.

    Raises:
        QueryError: it names another table, a table function or a file; the nearest names are in the message.
    """
    known = {name.lower(): [table.lower() for table in of] for name, of in tables.items()}
    # A name that is no word could be a file's, where the common table expression of that name is out of scope.
    common = {cte.alias.lower() for cte in query.find_all(exp.CTE) if cte.alias.isidentifier()}
    for table in query.find_all(exp.Table):
        if not isinstance(table.this, exp.Identifier):
            raise QueryError(
                f"{_function_name(table.this)} is a table function, and not one of Athena's. "
                "Read a table: SHOW TABLES IN <database> lists them."
            )
        if table.db or table.name.lower() not in common:
            _check_table(table, known, database)
    for function in query.find_all(exp.Anonymous, exp.ReadCSV, exp.ReadParquet):
        if not isinstance(function, exp.Anonymous) or _FOREIGN_FUNCTIONS.fullmatch(function.name):
            raise QueryError(f"FUNCTION_NOT_FOUND: Function '{_function_name(function)}' not registered. Athena has no such function.")


def _check_table(table: exp.Table, known: Mapping[str, list[str]], default: str) -> None:
    name, within = table.name.lower(), (table.db or default).lower()
    if within not in known:
        raise QueryError(f"SCHEMA_NOT_FOUND: Schema '{table.db}' does not exist. The databases are {', '.join(sorted(known))}.")
    if table.catalog.lower() not in {"", "awsdatacatalog"}:
        raise QueryError(f"CATALOG_NOT_FOUND: Catalog '{table.catalog}' does not exist. Leave it out.")
    if name not in known[within]:
        raise QueryError(f"TABLE_NOT_FOUND: Table '{table.db or default}.{table.name}' does not exist. {near_tables(name, known)}")


def near_tables(asked: str, known: Mapping[str, Iterable[str]]) -> str:
    """Return the advice for a table that does not exist: the nearest names, or how to list all."""
    by_name = {f"{database}.{table}": table for database, tables in known.items() for table in tables}
    near = difflib.get_close_matches(asked, sorted(set(by_name.values())), n=2)
    full = [place for name in near for place, table in sorted(by_name.items()) if table == name]
    return f"Did you mean {' or '.join(full)}?" if full else "SHOW TABLES IN <database> lists the tables."


def _function_name(node: exp.Expression) -> str:
    return str(node.name or node.sql_name() if isinstance(node, exp.Anonymous) else node.sql_name()).lower()
