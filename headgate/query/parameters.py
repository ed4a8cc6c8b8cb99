"""Named parameters of a statement: `where country = :country`.

Each parameter is replaced by a literal of its value's type; a `:name` in a text or a comment is unchanged.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import pairwise
from math import isfinite
from numbers import Integral

import sqlglot
from sqlglot.dialects.trino import Trino
from sqlglot.errors import SqlglotError
from sqlglot.tokens import Token, TokenType

from headgate.errors import QueryError


def bind(sql: str, params: Mapping[str, object]) -> str:
    """Replace each parameter of a statement by its value as a literal in Athena's SQL.

    Values are None, bool, int, float, Decimal, str, date, datetime (UTC if it has a time zone), or a list of
    them for `in (:names)`.

    Raises:
        QueryError: a parameter has no value, a value has no parameter, or a value has another type.

    >>> bind("select * from orders where country = :country and note <> ':country'", {"country": "Côte d'Ivoire"})
    "select * from orders where country = 'Côte d''Ivoire' and note <> ':country'"
    """  # noqa: E501 a listing
    parameters = list(_parameters(sql))
    names = {name for name, _, _ in parameters}
    if missing := sorted(names - set(params)):
        raise QueryError(
            f"The statement has the parameter :{missing[0]}, which has no value. Add {missing[0]!r} to "
            "params."
        )
    if unused := sorted(set(params) - names):
        raise QueryError(
            f"params has {unused[0]!r}, but the statement has no parameter :{unused[0]}. Remove it, or "
            "use it in the statement."
        )
    parts, end = [], 0
    for name, start, stop in parameters:
        parts += [sql[end:start], _literal(name, params[name])]
        end = stop
    return "".join([*parts, sql[end:]])


def names_of_parameters(sql: str) -> list[str]:
    """Return the name at each place of a parameter, in the order of the statement."""
    return [name for name, _, _ in _parameters(sql)]


def _parameters(sql: str) -> Iterator[tuple[str, int, int]]:
    """Yield name, start and end of each parameter, in the order of the statement."""
    try:
        # SELECT in Athena uses Trino's syntax; Athena's other dialect has backslashes in texts.
        tokens = sqlglot.tokenize(sql, read=Trino)
    except SqlglotError:
        raise QueryError(
            "The statement is not Athena SQL: a text or a comment in it has no end. Close it."
        ) from None
    for colon, name in pairwise(tokens):
        if colon.token_type is TokenType.COLON and name.start == colon.end + 1 and _is_word(sql, name):
            yield name.text, colon.start, name.end + 1


def _is_word(sql: str, token: Token) -> bool:
    """Return whether the token is a plain word, not an identifier in quotes."""
    return sql[token.start : token.end + 1].isidentifier()


def _literal(name: str, value: object) -> str:
    if isinstance(value, list | tuple):
        if not value:
            raise QueryError(f"The parameter :{name} is an empty list. Give at least one value.")
        return ", ".join(_literal(name, item) for item in value)
    text = None if str(value) == "NaT" else _scalar(value)  # pandas' NaT is a datetime
    if text is None:
        raise QueryError(
            f"The parameter :{name} is {type(value).__name__}. "
            "Give None, a bool, a finite number, a text, a date, a datetime, or a list of them."
        )
    return text


def _scalar(value: object) -> str | None:  # noqa: PLR0911 one line for each type
    """Return the literal of a value, or None for another type.

    A bool is an int, and a datetime is a date, so the order matters.
    """
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, Integral):
        return f"({value})" if value < 0 else str(value)  # `-:n` with -1 would begin a comment
    if isinstance(value, float):  # also NumPy's float64, whose text differs
        return f"CAST('{float(value)!r}' AS DOUBLE)" if isfinite(value) else None
    if isinstance(value, Decimal):
        return f"DECIMAL '{value:f}'" if value.is_finite() else None
    if isinstance(value, datetime):
        return f"TIMESTAMP '{_utc(value).isoformat(sep=' ', timespec='microseconds')}'"
    if isinstance(value, date):
        return f"DATE '{value.isoformat()}'"
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else None


def _utc(value: datetime) -> datetime:
    return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
