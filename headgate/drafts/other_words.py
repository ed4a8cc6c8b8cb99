"""Columns of numbers or dates with a few words among them, as `on request` among prices."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc

from headgate.contracts.model import Column, Kind
from headgate.contracts.source_format import PLAIN
from headgate.drafts.column_inference import Guess, guess_column, is_text_by_rule, text_type
from headgate.drafts.nearly_all_rows import sounds_like_key
from headgate.values.cells import Rows, blank_to_null, bool_array, distinct_counts, flags, text_array
from headgate.values.format_inference import NULL_WORDS, Reading, infer_format, is_read

_MAX_WORDS, _MAX_CHARACTERS = 3, 30
_MIN_LETTERS = 2  # of a word beside many numbers: S, M and L are sizes
_MIN_WHOLE_NUMBERS = 10  # different ones, since a few may be codes, such as floors and sizes
_NUMBERS = (Kind.BIGINT, Kind.DECIMAL)
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
    if guess.mostly is None:
        words = _words_beside_half(name, text, guess)
    elif guess.mostly.reading.kind in {Kind.BOOLEAN, Kind.DOUBLE}:
        return None
    else:
        words = _words_beside_most(text, guess.mostly.reading, guess.format.nulls if guess.format else ())
    if not 0 < len(words) <= _MAX_WORDS or not all(map(_is_word, words)):
        return None
    is_other = pc.is_in(pc.utf8_trim_whitespace(text), text_array(words))
    without = pc.if_else(is_other, None, text)
    other_values = guess_column(name, without)
    if other_values.type.kind is Kind.STRING:
        return None
    waiting = column_of(without, other_values)
    declared = waiting.format or PLAIN
    empty = replace(declared, nulls=tuple(sorted({*declared.nulls, *words})))
    as_empty = replace(waiting, format=empty)
    as_text = None if guess.type.kind is Kind.STRING else column_of(text, Guess(text_type(text)))
    return WordsQuestion(name, words, pc.sum(is_other).as_py(), as_empty, waiting, as_text)


def _words_beside_most(text: pa.Array, reading: Reading, nulls: Sequence[str]) -> tuple[str, ...]:
    """Return the texts beside nearly all values, which have the reading."""
    values = blank_to_null(text).drop_null()
    others = pc.utf8_trim_whitespace(values.filter(bool_array(~is_read(values, reading))))
    return tuple(sorted({*others.to_pylist()} - {*nulls}))


def _words_beside_half(name: str, text: pa.Array, guess: Guess) -> tuple[str, ...]:
    """Return the few words of a text column if at least half of its values are numbers, and no codes."""
    beside = numbers_beside_words(name, text, guess)
    words = tuple(sorted({*beside.words} - {*NULL_WORDS})) if beside else ()
    return words if len(words) <= _MAX_WORDS else ()


@dataclass(frozen=True)
class NumbersAmongWords:
    """A text column of which at least half of the values are numbers, and the others words.

    Attributes:
        numbers: the number of rows with a number.
        words: the rows of each word, most frequent first.
        reading: how the numbers are written, if only one way is possible.
    """

    numbers: int
    words: Mapping[str, int]
    reading: Reading


def numbers_beside_words(name: str, text: pa.Array, guess: Guess) -> NumbersAmongWords | None:
    """Return the numbers and words of a text column; None for codes, and if most values are words."""
    unique, counts = _distinct(text)
    is_other = ~flags(pc.match_substring_regex(unique, "[0-9]"))
    others, numbers = (unique.filter(bool_array(mask)) for mask in (is_other, ~is_other))
    rows_of = dict(zip(others.to_pylist(), counts[is_other].tolist(), strict=True))
    words = {*rows_of} - {*NULL_WORDS}
    is_text = guess.type.kind is Kind.STRING and not guess.choices
    if not is_text or not words or counts[is_other].sum() * 2 > counts.sum():
        return None
    if min(map(_letters, words)) < _MIN_LETTERS or sounds_like_key(name) or is_text_by_rule(name, unique):
        return None
    readings = infer_format(numbers).readings
    kinds = {reading.kind for reading in readings}
    is_amount = kinds == {Kind.DECIMAL} or len(numbers) >= _MIN_WHOLE_NUMBERS
    if not (readings and is_amount and kinds <= {*_NUMBERS}):
        return None
    by_rows = dict(sorted(rows_of.items(), key=lambda each: (-each[1], each[0])))
    return NumbersAmongWords(int(counts[~is_other].sum()), by_rows, readings[0])


def _distinct(text: pa.Array) -> tuple[pa.Array, Rows]:
    """Return the different values without blanks at their ends, and how many rows have each."""
    return distinct_counts(pc.utf8_trim_whitespace(blank_to_null(text).drop_null()))


def _letters(word: str) -> int:
    return sum(map(str.isalpha, word))


def words_of_texts(text: pa.Array) -> dict[str, int]:
    """Return the words of a text column with their rows, most frequent first; none if there are many.

    A person who gives the column another type decides about each of them.
    """
    unique, counts = _distinct(text)
    rows_of = zip(unique.to_pylist(), counts.tolist(), strict=True)
    words = {value: rows for value, rows in rows_of if _is_word(value)}
    if len(words) > _MAX_TEXT_WORDS:
        return {}
    return dict(sorted(words.items(), key=lambda each: (-each[1], each[0])))


def _is_word(text: str) -> bool:
    """Return whether a text may be shown as a choice: a few words, and no number or address."""
    return len(text) <= _MAX_CHARACTERS and _WORDS.fullmatch(text) is not None
