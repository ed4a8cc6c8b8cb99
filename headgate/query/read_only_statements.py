"""Check that a statement only reads, and only tables of the catalog.

Athena reads only tables of the catalog. The engine behind an emulator's Athena API could also read and write
files of its machine, so statements are checked before they are sent.
"""

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence

import sqlglot
from sqlglot import exp
from sqlglot.dialects.athena import Athena
from sqlglot.errors import SqlglotError
from sqlglot.tokens import Token

from headgate.errors import QueryError
from headgate.query.parse_errors import describe_back_tick, describe_parse_error

_MIN_SHARED_WORD = 3  # letters of the first word by which similar names are searched
_MAX_SUGGESTIONS = 4
_ABOUT_TABLES = re.compile(r"(show|describe|desc)\s", re.IGNORECASE)
# The engine behind an emulator's Athena API also describes queries and files, so names are plain words
# without the ending of a file.
_FILES = r"csv|tsv|txt|parquet|json|jsonl|ndjson|xlsx|gz|zst|db|duckdb"
_NAME = rf"""["`]?\w+["`]?(?:\.["`]?(?!(?:{_FILES})\b)\w+["`]?)?"""
# Statements that only read the catalog. Source: Amazon Athena user guide, "DDL statements".
_LISTING = re.compile(
    rf"""(?:
      show\s+(?:databases|schemas)(?:\s+like\s+'[^']*')?
    | show\s+(?:tables|views)(?:\s+(?:in|from)\s+{_NAME})?(?:\s+(?:like\s+)?'[^']*')?
    | show\s+columns\s+(?:in|from)\s+{_NAME}(?:\s+(?:in|from)\s+{_NAME})?
    | show\s+(?:partitions|create\s+table|create\s+view|tblproperties)\s+{_NAME}(?:\s*\(\s*'[^']*'\s*\))?
    | desc(?:ribe)?\s+(?:(?:view|extended|formatted)\s+)?{_NAME}(?:\s+{_NAME})?
    )\s*;?\s*""",
    re.IGNORECASE | re.VERBOSE,
)
_EXPLAIN = re.compile(r"explain\s+(?:analyze\s+(?:verbose\s+)?)?(?:\([^()]*\)\s*)?", re.IGNORECASE)
_TOP = re.compile(r"select\s+(?:distinct\s+|all\s+)?top\s*\(?\s*(\d+)", re.IGNORECASE)  # of SQL Server
_FIRST_WORD = re.compile(r"[\s(]*(\w+)")
_READING = {"select", "with", "values", "table"}
_READING_VERBS = ("select", "with", "show", "describe", "explain", "values")
# Statements that do more than read, of Athena and of the engine behind an emulator's Athena API.
_WRITING = frozenset(
    """alter analyze attach begin call checkpoint commit copy create deallocate delete detach drop execute export force grant import insert
    install load merge msck optimize pivot pragma prepare refresh replace reset revoke rollback set start truncate unload unpivot update
    use vacuum""".split()  # noqa: E501, SIM905 one word a line would fill the screen
)
# First words of clauses that the parser reads as the alias of a table where the clause is incomplete.
_CLAUSES = {"order": "ORDER BY and columns", "group": "GROUP BY and columns"}
_COMMENTS = re.compile(r"\s+|--[^\n]*(?:\n|$)|/\*.*?\*/", re.DOTALL)
# Functions of DuckDB that access the machine and that Athena does not have. Source: DuckDB documentation,
# "Utility Functions".
_FOREIGN_FUNCTIONS = re.compile(
    r"(read|parquet|duckdb|pragma|sniff|getenv|getvariable|current_setting|query|query_table|glob|scan"
    r"|st_read|iceberg|delta|sqlite|"
    r"postgres|mysql|which_secret|load_aws_credentials|force_checkpoint|checkpoint|write_log"
    r"|json_execute_serialized_sql)(_\w+)?",
    re.IGNORECASE,
)
_UNREADABLE = (
    exp.DML,
    exp.DDL,
    exp.Command,
    exp.Into,
    exp.Copy,
    exp.Set,
    exp.Attach,
    exp.Detach,
    exp.Use,
    exp.Pragma,
)

_INFORMATION_SCHEMA = "information_schema"


def begins(sql: str) -> str:
    """Return the statement without leading blanks and comments."""
    text = sql
    while comment := _COMMENTS.match(text):
        text = text[comment.end() :]
    return text


def explained(sql: str) -> tuple[str, str]:
    """Split a statement into its EXPLAIN prefix, which may be empty, and the query."""
    text = begins(sql)
    prefix = _EXPLAIN.match(text)
    return (prefix[0], text[prefix.end() :]) if prefix else ("", text)


def only_reading(sql: str) -> exp.Query | exp.Values | None:
    """Return the parsed query of a statement that only reads; None for SHOW and DESCRIBE.

    Raises:
        QueryError: the text has several statements, is not Athena's SQL, or writes.
    """
    text = begins(sql)
    if _ABOUT_TABLES.match(text):
        if ";" in text.rstrip().rstrip(";"):
            raise QueryError("More than one statement was given. Send one at a time.")
        if not _LISTING.fullmatch(text):
            raise QueryError(
                "SHOW and DESCRIBE list what the catalog has, and this statement asks for something "
                "else. Use SHOW DATABASES, SHOW TABLES "
                "IN <database>, SHOW COLUMNS IN <table>, SHOW PARTITIONS <table>, SHOW CREATE TABLE "
                "<table> or DESCRIBE <table>."
            )
        return None
    question = explained(text)[1]
    if (verb := _FIRST_WORD.match(question)) and verb[1].lower() not in _READING:
        raise _writing(verb[1]) if verb[1].lower() in _WRITING else _no_statement(verb[1])
    statements = _statements(question, sql)
    for statement in statements:
        _check_aliases(statement)
        _check_placeholders(statement, sql)
    if len(statements) != 1:
        raise QueryError(f"{len(statements)} statements were given. Send one at a time.")
    (statement,) = statements
    if not isinstance(statement, exp.Query | exp.Values) or any(statement.find_all(*_UNREADABLE)):
        raise _writing(text.split(maxsplit=1)[0])
    return statement


def _check_placeholders(statement: exp.Expression, sql: str) -> None:
    """Check that a statement has no placeholder such as `:id`, to which nothing gives a value."""
    placeholder = statement.find(exp.Placeholder)
    if placeholder is None:
        return
    written = f":{placeholder.this}" if placeholder.this else "?"
    tokens = Athena().tokenize(sql)
    at = next(
        (at for at, token in enumerate(tokens) if _is_placeholder(tokens[at : at + 2], written)),
        None,
    )
    place = "" if at is None else f", line {tokens[at].line}, column {tokens[at].col}"
    raise QueryError(
        f"The placeholder '{written}' has no value{place}. Write the value at its place: a number as it is, "
        "a text in single quotes."
    )


def _is_placeholder(tokens: Sequence[Token], written: str) -> bool:
    return "".join(token.text for token in tokens[: 1 if written == "?" else 2]) == written


def _statements(question: str, sql: str) -> list[exp.Expression]:
    """Parse the question of a statement, which may be several."""
    if top := _TOP.match(question):
        raise QueryError(f"Athena has no TOP. End the statement with LIMIT {top[1]} instead.")
    try:
        statements = [statement for statement in sqlglot.parse(question, read=Athena) if statement]
    except SqlglotError as error:
        skipped = sql[: len(sql) - len(question)]
        described = describe_back_tick(question, skipped) or describe_parse_error(error, question, skipped)
        raise QueryError(f"The statement is not Athena SQL: {described}") from None
    if not statements:
        raise QueryError("There are only comments. Write a statement, such as SELECT 1.")
    return statements


def _check_aliases(statement: exp.Expression) -> None:
    """Check that no table is called by the first word of a clause, which is incomplete then."""
    for alias in statement.find_all(exp.TableAlias):
        name = alias.this
        if isinstance(name, exp.Identifier) and not name.quoted and name.name.lower() in _CLAUSES:
            word = name.name.upper()
            raise QueryError(
                f"The statement is not Athena SQL: {word} is incomplete. "
                f"Write {_CLAUSES[name.name.lower()]}, or leave it out."
            )


def _writing(verb: str) -> QueryError:
    return QueryError(
        f"{verb.upper()} would change the lake or the machine; a query only reads. Use SELECT, WITH, "
        "SHOW, DESCRIBE or EXPLAIN; "
        "tables change through `headgate upload` and `headgate run`."
    )


def _no_statement(word: str) -> QueryError:
    near = difflib.get_close_matches(word.lower(), [*_READING_VERBS, *_WRITING], n=1)
    advice = f"Did you mean {near[0].upper()}?" if near else "Use SELECT, WITH, SHOW, DESCRIBE or EXPLAIN."
    return QueryError(f"{word.upper()} begins no statement of Athena's SQL. {advice}")


def check_tables(query: exp.Expression, tables: Mapping[str, Iterable[str]], database: str) -> None:
    """Check that a query reads only tables of the catalog.

    Args:
        tables: database → names of its tables.
        database: database of tables without one.

    Raises:
        QueryError: it names another table, a table function or a file; the nearest names are in the message.
    """
    tables_by_database = {name.lower(): [table.lower() for table in of] for name, of in tables.items()}
    # A name that is not a word could be a file outside the scope of a common table expression with that name.
    common = {cte.alias.lower() for cte in query.find_all(exp.CTE) if cte.alias.isidentifier()}
    for table in query.find_all(exp.Table):
        if not isinstance(table.this, exp.Identifier):
            raise QueryError(
                f"{_function_name(table.this)} is a table function, and not one of Athena's. "
                f"Read a table: SHOW TABLES IN {database} lists them."
            )
        if table.db or table.name.lower() not in common:
            _check_table(table, tables_by_database, database)
    for function in query.find_all(exp.Anonymous, exp.ReadCSV, exp.ReadParquet):
        if not isinstance(function, exp.Anonymous) or _FOREIGN_FUNCTIONS.fullmatch(function.name):
            raise QueryError(
                f"FUNCTION_NOT_FOUND: Function '{_function_name(function)}' not registered. Athena has "
                "no such function."
            )


def _check_table(table: exp.Table, tables: Mapping[str, list[str]], default: str) -> None:
    name, within = table.name.lower(), (table.db or default).lower()
    if within == _INFORMATION_SCHEMA:
        raise QueryError(
            f"The lake has no {within}. SHOW TABLES IN {default}, DESCRIBE <table> and "
            "`headgate contract list` list its tables and columns."
        )
    if within not in tables:
        raise QueryError(
            f"SCHEMA_NOT_FOUND: Schema '{table.db}' does not exist. The databases are "
            f"{', '.join(sorted(tables))}."
        )
    if table.catalog.lower() not in {"", "awsdatacatalog"}:
        raise QueryError(f"CATALOG_NOT_FOUND: Catalog '{table.catalog}' does not exist. Leave it out.")
    if name not in tables[within]:
        raise QueryError(
            f"TABLE_NOT_FOUND: Table '{table.db or default}.{table.name}' does not exist. "
            f"{near_tables(name, tables)}"
        )


def near_tables(requested: str, tables_by_database: Mapping[str, Iterable[str]]) -> str:
    """Return the advice for a missing table: the nearest names, or all names."""
    by_name = {
        f"{database}.{table}": table for database, tables in tables_by_database.items() for table in tables
    }
    near = _like(requested, sorted(set(by_name.values())))
    full = [place for name in near for place, table in sorted(by_name.items()) if table == name]
    if full:
        return f"Did you mean {' or '.join(full)}?"
    return f"The tables are {'; '.join(map(_listed, sorted(tables_by_database.items())))}."


def _like(requested: str, names: Sequence[str]) -> list[str]:
    """Return the names with a similar spelling, or else those with the same first word."""
    near = difflib.get_close_matches(requested, names, n=2)
    word = requested.partition("_")[0].removesuffix("s")
    shared = [name for name in names if len(word) >= _MIN_SHARED_WORD and word in name]
    return near or shared[:_MAX_SUGGESTIONS]


def _listed(database: tuple[str, Iterable[str]]) -> str:
    name, tables = database
    return f"{', '.join(sorted(tables)) or 'none'} in {name}"


def _function_name(node: exp.Expression) -> str:
    return str(node.name or node.sql_name() if isinstance(node, exp.Anonymous) else node.sql_name()).lower()
