"""Parameters of a question: `:name` in its statement, with type and default in a comment.

    SELECT * FROM orders WHERE country = :country AND ordered_at >= :since
    -- :country text = Norway
    -- :since date = 2024-01-01

A parameter without such a line is a text without a default (docs/adr/0145-parameters-of-questions.md).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Literal, get_args

from headgate.errors import QueryError
from headgate.plain_names import did_you_mean
from headgate.query.parameters import bind, names_of_parameters

IN_ADDRESS = "p."  # before the name of a parameter among the filters of a dashboard, in addresses and mails
ParameterType = Literal["text", "number", "date"]
MAX_PARAMETERS, MAX_VALUE_CHARACTERS = 50, 1_000

_DECLARATION = re.compile(r"^[ \t]*--[ \t]*:(\w+)[ \t]+(\w+)[ \t]*(?:=[ \t]*(.*?))?[ \t]*$\n?", re.MULTILINE)
_MAY_HAVE_PARAMETERS = re.compile(r":[^\W\d]")
_EXAMPLES: Mapping[ParameterType, str] = {"text": "Norway", "number": "12.5", "date": "2024-01-31"}


@dataclass(frozen=True)
class Parameter:
    """A parameter of a statement; one without a default needs a value."""

    name: str
    type: ParameterType = "text"
    default: str | None = None


def declared_parameters(sql: str) -> tuple[Parameter, ...]:
    """Return the parameters of a statement in their order in it.

    Raises:
        QueryError: a comment declares a type that does not exist, or a text in the statement has no end.
    """
    if not _MAY_HAVE_PARAMETERS.search(sql):
        return ()
    declared = {name: (kind, default) for name, kind, default in _declarations(sql)}
    return tuple(
        _parameter(name, *declared.get(name, ("text", None)))
        for name in dict.fromkeys(names_of_parameters(sql))
    )


def with_values(sql: str, values: Mapping[str, str] | None = None) -> str:
    """Return a statement with each parameter as the literal of its value, else of its default.

    Raises:
        QueryError: a parameter has neither, a value is not of its type, or no parameter has its name.

    >>> with_values("select * from orders where region = :region", {"region": "Côte d'Or"})
    "select * from orders where region = 'Côte d''Or'"
    """
    given = values or {}
    parameters = declared_parameters(sql)
    if unknown := sorted(given.keys() - {parameter.name for parameter in parameters}):
        near = did_you_mean(unknown[0], [parameter.name for parameter in parameters])
        raise QueryError(f"The statement has no parameter :{unknown[0]}.{near}")
    if not parameters:
        return sql
    bound = {each.name: _value(each, given.get(each.name, each.default)) for each in parameters}
    return bind(_DECLARATION.sub("", sql), bound)


def with_chosen_values(sql: str, chosen: Mapping[str, Sequence[str]]) -> str:
    """Return a statement in which the values among chosen filters, such as `p.region`, are the defaults.

    Raises:
        QueryError: a comment declares a type that does not exist, or a text in the statement has no end.
    """
    parameters = declared_parameters(sql)
    values = {each.name: chosen.get(IN_ADDRESS + each.name, ()) for each in parameters}
    if not any(values.values()):
        return sql
    lines = [
        f"-- :{each.name} {each.type}" + ("" if default is None else f" = {default}")
        for each in parameters
        for default in [next(iter(values[each.name]), each.default)]
    ]
    return "\n".join([_DECLARATION.sub("", sql).strip(), *lines])


def _declarations(sql: str) -> list[tuple[str, str, str | None]]:
    return [(match[1], match[2].lower(), match[3]) for match in _DECLARATION.finditer(sql)]


def _parameter(name: str, kind: str, default: str | None) -> Parameter:
    if kind not in get_args(ParameterType):
        raise QueryError(f"The parameter :{name} has the type {kind}. The types are text, number and date.")
    return Parameter(name, kind, default)  # type: ignore[arg-type]  # it is one of them


def _value(parameter: Parameter, text: str | None) -> str | int | Decimal | date:
    """Return the value of a text; no message repeats it, because it may be a number that nobody may see."""
    name, kind = parameter.name, parameter.type
    if text is None:
        raise QueryError(
            f"The parameter :{name} has no value and no default. Give it a value, or add the line "
            f"`-- :{name} {kind} = {_EXAMPLES[kind]}` to the statement."
        )
    if len(text) > MAX_VALUE_CHARACTERS:
        raise QueryError(f"The value of :{name} has more than {MAX_VALUE_CHARACTERS:,} characters.")
    try:
        return text if kind == "text" else _number(text) if kind == "number" else date.fromisoformat(text)
    except (ValueError, InvalidOperation):
        raise QueryError(f"The value of :{name} is no {kind}. Write one such as {_EXAMPLES[kind]}.") from None


def _number(text: str) -> int | Decimal:
    if re.fullmatch(r"[+-]?\d{1,18}", text.strip()):
        return int(text)  # also of a LIMIT, which takes no decimal
    if not re.fullmatch(r"[+-]?(?:\d+\.?\d*|\.\d+)", text.strip()):
        raise ValueError
    return Decimal(text.strip())
