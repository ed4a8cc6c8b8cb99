"""Describe an error of the SQL parser to a person."""

from __future__ import annotations

import re

from sqlglot.errors import ParseError, SqlglotError

# Operators by the parser's class names; clauses have their keywords as names.
_OPERATORS = {
    "Neg": "-",
    "Not": "not",
    "Add": "+",
    "Sub": "-",
    "Mul": "*",
    "Div": "/",
    "EQ": "=",
    "GT": ">",
    "LT": "<",
}


def describe_parse_error(error: SqlglotError) -> str:
    """Return the error and its position, without names of the parser's classes."""
    first = error.errors[0] if isinstance(error, ParseError) and error.errors else {}
    what = str(first.get("description") or error).splitlines()[0]
    missing = re.search(r"missing for <class '[\w.]+\.(\w+)'>", what)
    what = _incomplete(missing[1]) if missing else what.rstrip(".")
    return f"{what}, line {first['line']}, column {first['col']}" if first.get("line") else what


def _incomplete(node: str) -> str:
    return (
        f"something is missing behind {_OPERATORS[node]}"
        if node in _OPERATORS
        else f"something is missing in {node.upper()}"
    )
