"""Why a query failed, in Athena's words for every engine, without the engine's SQL and files."""

import re

from headgate.query.dialects import ATHENA

# DuckDB's messages, and Athena's for the same errors, which begin with names of Trino's StandardErrorCode.
_WORDING: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(r'Binder Error: Referenced column "(?P<name>[^"]+)" not found'),
        "COLUMN_NOT_FOUND: Column '{name}' cannot be resolved",
    ),
    (
        re.compile(
            r'Binder Error: (?:Table|Values list) "(?P<table>[^"]+)" '
            r'does not have a column named "(?P<name>[^"]+)"'
        ),
        "COLUMN_NOT_FOUND: Column '{table}.{name}' cannot be resolved",
    ),
    (
        re.compile(r'Binder Error: Ambiguous reference to column name "(?P<name>[^"]+)"'),
        "AMBIGUOUS_NAME: Column '{name}' is ambiguous",
    ),
    (
        re.compile(r"Catalog Error: Table with name (?P<name>\S+) does not exist"),
        "TABLE_NOT_FOUND: Table '{name}' does not exist",
    ),
    (
        re.compile(r'Catalog Error: Scalar Function with name "?(?P<name>[^" ]+)"? does not exist'),
        "FUNCTION_NOT_FOUND: Function '{name}' not registered",
    ),
    (
        re.compile(r"Binder Error: No function matches .*?'(?P<name>[^']+)'"),
        "FUNCTION_NOT_FOUND: Unexpected parameters for function {name}",
    ),
    (
        re.compile(r'Binder Error: column "?(?P<name>[^"]+)"? must appear in the GROUP BY clause'),
        "EXPRESSION_NOT_AGGREGATE: '{name}' must be an aggregate expression or appear in GROUP BY clause",
    ),
    (re.compile(r"Conversion Error: (?P<name>[^\n]+)"), "INVALID_CAST_ARGUMENT: {name}"),
    (
        re.compile(r"Unimplemented type for cast \((?P<name>[^)]+?) -> (?P<table>[^)]+?)\)"),
        "TYPE_MISMATCH: A value of the type {name} cannot be used as {table}",
    ),
    (re.compile(r"(?P<name>Division by zero)"), "DIVISION_BY_ZERO: {name}"),
    (re.compile(r"Parser Error: (?P<name>[^\n]+)"), "SYNTAX_ERROR: {name}"),
)
_KIND = re.compile(r"\A\w+(?: \w+)? Error: ")
_LOCAL = re.compile(r"read_\w+\([^)]*\)?|(?<![\w:/])/(?!/)[^\s'\",)]+")


def failure_reason(text: str, dialect: str) -> str:
    """Return the reason in one line; a message of Athena is unchanged."""
    if dialect == ATHENA:
        return text
    for pattern, wording in _WORDING:
        if match := pattern.search(text):
            return _without_paths(wording.format(**match.groupdict()))
    return _without_paths(_KIND.sub("", text.strip().partition("\n")[0]))


def _without_paths(text: str) -> str:
    """Remove paths of the engine's machine."""
    return _LOCAL.sub("the table", text)
