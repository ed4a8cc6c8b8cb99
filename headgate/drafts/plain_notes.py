"""Notes of a draft for the console, without command-line options and contract properties."""

from __future__ import annotations

import re

_CLAUSE = re.compile(r"(\. |; |: |, or )")
_NOT_ON_A_PAGE = re.compile(r"--[a-z]|`|headgate\.|logicalTypeOptions|^confidence |^percent$")
_WORDS = (
    ("is written as patterns ", "is written as "),
    ("is written as decimal ", "is written with the decimal sign "),
    ("in the sample", "in this file"),
    ("correct the sample", "correct the file"),
    ("the sample ", "the file "),
)


def plain_note(message: str) -> str:
    """Return a note up to the first clause with an option or a property.

    Example:
        >>> plain_note("is written as patterns dd.MM.yyyy; confidence 1.00")
        'is written as dd.MM.yyyy'
    """
    clauses = _CLAUSE.split(message)
    kept = list[str]()
    for clause, joint in zip(clauses[::2], [*clauses[1::2], ""], strict=True):
        if _NOT_ON_A_PAGE.search(clause):
            break
        kept += [clause, joint]
    text = "".join(kept[:-1])
    for words, plain in _WORDS:
        text = text.replace(words, plain)
    return text
