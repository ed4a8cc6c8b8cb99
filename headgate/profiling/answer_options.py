"""Count each answer of texts that list several answers of one question, such as `Phone,Letter`.

Forms and surveys export a question with several answers as one column. The combinations are many, and the
share of one of them says little.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from headgate.profiling.arrays import Counted

MAX_OPTIONS = 30
_SEPARATORS = (";", "|", ",")
_MAX_TEXTS = 2_000
_MAX_OPTION = 60
# At least this share of the rows has two answers, and most answers are beside several others.
_MIN_LISTS_SHARE = 0.1
_MIN_COMPANIONS = 2
_MIN_OPTIONS = 3


class AnswerCounts(NamedTuple):
    """The rows with each answer, by its text, and the number of rows with any."""

    rows: Mapping[str, int]
    respondents: int


def answers_of(texts: Counted) -> AnswerCounts | None:
    """Return the answers of a column of lists; None if its texts are no lists of a few answers."""
    if not 0 < len(texts.unique) <= _MAX_TEXTS:
        return None
    pairs = [
        (text, count)
        for text, count in zip(texts.unique.to_pylist(), texts.counts.tolist(), strict=True)
        if text is not None and count
    ]
    lists = [(_json_list(text), count) for text, count in pairs]
    if pairs and all(answers is not None for answers, _ in lists):
        return _counted((answers or [], count) for answers, count in lists)
    for separator in _SEPARATORS:
        split = [(_parts(text, separator), count) for text, count in pairs]
        if _are_answers(split):
            return _counted(split)
    return None


def _json_list(text: str) -> list[str] | None:
    """Return the texts of a JSON list; None if the text is no list of texts."""
    if not (text.startswith("[") and text.endswith("]")):
        return None
    try:
        values = json.loads(text)
    except ValueError:
        return None
    return values if all(isinstance(value, str) for value in values) else None


def _parts(text: str, separator: str) -> list[str]:
    return [part for part in (part.strip() for part in text.split(separator)) if part]


def _are_answers(split: list[tuple[list[str], int]]) -> bool:
    """Return whether parts of texts are answers: few, in more combinations than answers, of no fixed number.

    A place such as `Leeds, UK` has two parts in each row, and a sentence with commas has parts of its own.
    """
    companions: dict[str, set[str]] = {}
    for parts, _ in split:
        for part in parts:
            companions.setdefault(part, set()).update(parts)
    rows = sum(count for _, count in split)
    lists = sum(count for parts, count in split if len(parts) > 1)
    return (
        _MIN_OPTIONS <= len(companions) <= MAX_OPTIONS
        and len(companions) < len(split)
        and lists >= _MIN_LISTS_SHARE * rows
        and len({len(parts) for parts, _ in split}) > 1
        and all(len(part) <= _MAX_OPTION and not part.isdecimal() for part in companions)
        and sum(len(others) > _MIN_COMPANIONS for others in companions.values()) * 2 > len(companions)
    )


def _counted(split: Iterable[tuple[list[str], int]]) -> AnswerCounts | None:
    rows, respondents = Counter[str](), 0
    for parts, count in split:
        rows.update(dict.fromkeys(parts, count))
        respondents += count
    ranked = sorted(rows.items(), key=lambda pair: (-pair[1], pair[0]))
    return AnswerCounts(dict(ranked), respondents) if 0 < len(rows) <= MAX_OPTIONS else None
