"""Recognize columns of times of day, such as 14:35, which contracts keep as texts of one form."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow.compute as pc

from headgate.contracts.model import Level, Rule
from headgate.values.cells import blank_to_null, flags

if TYPE_CHECKING:
    import pyarrow as pa

_FORM = r"^(?:[01]?[0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9])?$"
_ONE_DIGIT = r"^[0-9]:"
_NOTE = (
    "has times of day, which stay text; values in another form are counted as warnings; durations have the "
    "type number"
)
_RULE = Rule("pattern", _FORM, Level.WARN)


def rules_of_times(text: pa.Array) -> list[Rule]:
    """Return a rule that warns of values in another form if all texts are times of day; else nothing."""
    given = blank_to_null(text).drop_null()
    return [_RULE] if len(given) and flags(pc.match_substring_regex(given, _FORM)).all() else []


def notes_of_times(rules: tuple[Rule, ...], text: pa.Array) -> list[str]:
    """Return notes on the texts of a column with the rule of times; they say when the texts do not sort."""
    if _RULE not in rules:
        return []
    notes = [_NOTE]
    if pc.any(pc.match_substring_regex(text, _ONE_DIGIT)).as_py():
        notes.append("has hours of one digit: as text, 9:05 sorts after 10:05, and 09:05 before it")
    return notes
