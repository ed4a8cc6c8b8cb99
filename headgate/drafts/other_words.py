"""Columns of numbers or dates with a few words among them, as `on request` among prices."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc

from headgate.contracts.model import Column, Kind
from headgate.contracts.source_format import PLAIN
from headgate.drafts.column_inference import Guess, guess_column, text_type
from headgate.values.cells import blank_to_null, bool_array, text_array
from headgate.values.format_inference import is_read

_MAX_WORDS, _MAX_CHARACTERS = 3, 30
_MAX_TEXT_WORDS = 12  # as many as a person decides about one by one
_WORDS = re.compile(r"[^\d@]*[^\W\d_][^\d@]*")


@dataclass(frozen=True)
class WordsQuestion:
    """A text column that has a type but for a few words, and the two ways to read it.

    Attributes:
        rows: the number of rows with such words.
        as_empty: the column, in which the words mean null.
        as_waiting: the column, by which rows with such words are quarantined.
        as_text: the column with the words, where the draft has it in its type; else None.
    """

    column: str
    words: tuple[str, ...]
    rows: int
    as_empty: Column
    as_waiting: Column
    as_text: Column | None = None


def words_question(
    name: str, text: pa.Array, guess: Guess, column_of: Callable[[pa.Array, Guess], Column]
) -> WordsQuestion | None:
    """Return the question about a column; None if it has no type for its other values, or more words.

    Args:
        column_of: drafts the column of such texts by a guess.
    """
    if guess.mostly is None or guess.mostly.reading.kind in {Kind.BOOLEAN, Kind.DOUBLE}:
        return None
    values = blank_to_null(text).drop_null()
    others = values.filter(bool_array(~is_read(values, guess.mostly.reading)))
    nulls = guess.format.nulls if guess.format else ()
    others = others.filter(pc.invert(pc.is_in(pc.utf8_trim_whitespace(others), text_array(nulls))))
    words = tuple(sorted(set(pc.utf8_trim_whitespace(others).to_pylist())))
    if not 0 < len(words) <= _MAX_WORDS or not all(map(_is_word, words)):
        return None
    without = pc.if_else(pc.is_in(pc.utf8_trim_whitespace(text), text_array(words)), None, text)
    other_values = guess_column(name, without)
    if other_values.type.kind is Kind.STRING:
        return None
    waiting = column_of(without, other_values)
    declared = waiting.format or PLAIN
    empty = replace(declared, nulls=tuple(sorted({*declared.nulls, *words})))
    as_empty = replace(waiting, format=empty)
    as_text = None if guess.type.kind is Kind.STRING else column_of(text, Guess(text_type(text)))
    return WordsQuestion(name, words, len(others), as_empty, waiting, as_text)


def words_of_texts(text: pa.Array) -> dict[str, int]:
    """Return the words of a text column with their rows, most frequent first; none if there are many.

    A person who gives the column another type decides about each of them.
    """
    values = pc.utf8_trim_whitespace(blank_to_null(text).drop_null())
    counts = {each["values"]: each["counts"] for each in pc.value_counts(values).to_pylist()}
    words = {value: rows for value, rows in counts.items() if _is_word(value)}
    if len(words) > _MAX_TEXT_WORDS:
        return {}
    return dict(sorted(words.items(), key=lambda each: (-each[1], each[0])))


def _is_word(text: str) -> bool:
    """Return whether a text may be shown as a choice: a few words, and no number or address."""
    return len(text) <= _MAX_CHARACTERS and _WORDS.fullmatch(text) is not None
