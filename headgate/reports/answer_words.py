"""Answers of dashboards in people's words, in the form that the console has (console/src/formats)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from headgate.reports.numbers import cell_text, figure

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_CODE = re.compile(r"[a-z0-9]+(_[a-z0-9]+)+")
_SERIES = re.compile(r"[a-z_]+=[^/]+(/[a-z_]+=[^/]+)*")
_NAME = re.compile(r"\{(\w+)\}")
# The console names an id by the thing, and a time by what happened then.
_NO_WORDS = re.compile(r"_(id|at|on)$")
ROW_COUNT = "row_count"  # a column, or the number of rows


def heading(column: str, labels: Mapping[str, str]) -> str:
    """Return the heading of a column: the contract's, or the words of its name.

    >>> heading("days_since_last", {}), heading("cause_1", {"cause_1": "Main cause"})
    ('Days since last', 'Main cause')
    """
    words = _NO_WORDS.sub("", column).replace("_", " ")
    return labels.get(column) or words[:1].upper() + words[1:]


def cell_words(column: str, value: Any, unit: str) -> str:  # noqa: ANN401 a cell
    """Return a cell as people read it: with its unit, and codes as words.

    >>> cell_words("cause", "not_found", ""), cell_words("part", "region=IE/kind=bags", "")
    ('not found', 'IE · bags')
    """
    if isinstance(value, str):
        if _SERIES.fullmatch(value):
            return " · ".join(part.partition("=")[2] for part in value.split("/"))
        return value.replace("_", " ") if _CODE.fullmatch(value) else cell_text(value)
    if column.endswith("_id") and value is not None:  # an id is a name, though it consists of digits
        return str(value)
    return figure(value, unit) if unit else cell_text(value)


def answer_in_words(template: str, rows: Sequence[Mapping[str, Any]], units: Mapping[str, str]) -> str:
    """Return the template with cells of the first row that has all of them; empty without such a row.

    >>> answer_in_words("{who} has {part} of all", [{"who": "IE", "part": 0.25}], {"part": "share"})
    'IE has 25 % of all'
    """
    words = filled_template(template, rows, units)
    return words[:1].upper() + words[1:]


def filled_template(template: str, rows: Sequence[Mapping[str, Any]], units: Mapping[str, str]) -> str:
    """Return the template as `answer_in_words` fills it, with its first letter as it is."""
    names = set(_NAME.findall(template)) - {ROW_COUNT}
    row = next((row for row in rows if all(row.get(name) is not None for name in names)), None)
    if not template or row is None:
        return ""
    counted = {ROW_COUNT: len(rows), **row}
    return _NAME.sub(lambda match: cell_words(match[1], counted[match[1]], units.get(match[1], "")), template)
