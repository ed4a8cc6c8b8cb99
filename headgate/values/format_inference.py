"""Infer the type and the source format of a column of texts.

A column gets a type only if one format reads every text. If two formats read all texts but read one of them
as different values, the column is ambiguous, and all readings are returned for a person to choose.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.compute as pc

from headgate.contracts.model import TIMES, Column, ColumnType, Kind
from headgate.contracts.source_format import EITHER, PLAIN, SourceFormat
from headgate.values import durations, inferred_numbers, inferred_times
from headgate.values.cast import cast
from headgate.values.cast_declared import cast_column, trimmed, without_nulls
from headgate.values.cells import Flags, Rows, bool_array, flags, int_array, literal, matches, text_array

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pyarrow as pa

# Texts that often mean null. They are proposed as null spellings only if all other texts of the column have a
# type.
NULL_WORDS = (
    "-",
    "--",
    "\u2013",
    "n/a",
    "N/A",
    "NA",
    "#N/A",
    "null",
    "NULL",
    "None",
    "nan",
    "NaN",
    "k.A.",
    "k. A.",
    "?",
    "\\N",
)
# Words for yes and no; `console/src/features/import/truth-words.ts` has them, too.
_WORD_PAIRS = (
    ("true", "false"), ("ja", "nein"),
    ("ja", "nee"), ("ja", "nej"), ("yes", "no"), ("wahr", "falsch"), ("oui", "non"), ("vrai", "faux"),
    ("sí", "no"), ("si", "no"),
    ("vero", "falso"), ("sim", "não"), ("j", "n"), ("y", "n"), ("o", "n"), ("s", "n"), ("t", "f"), ("w", "f"),
    ("да", "нет"),
    ("tak", "nie"), ("ano", "ne"), ("x", "-"), ("on", "off"), ("an", "aus"),
    ("igen", "nem"), ("da", "nu"), ("da", "ne"), ("áno", "nie"), ("ja", "nei"), ("já", "nei"),
    ("kyllä", "ei"), ("jah", "ei"), ("jā", "nē"), ("taip", "ne"), ("evet", "hay\u0131r"), ("evet", "hayir"),
    ("так", "ні"), ("да", "не"), ("\u03bd\u03b1\u03b9", "όχι"), ("sì", "no"),
    ("verdadero", "falso"), ("verdadeiro", "falso"),
    ("prawda", "fałsz"),
    ("có", "không"), ("đúng", "sai"), ("ya", "tidak"), ("是", "否"), ("有", "无"), ("有", "無"),
    ("はい", "いいえ"), ("예", "아니오"), ("예", "아니요"), ("네", "아니요"), ("네", "아니오"),
    ("ใช่", "ไม่ใช่"), ("हाँ", "नहीं"),
    ("כן", "לא"), ("نعم", "لا"), ("بله", "خیر"),
)  # fmt: skip
_PAIR_WORDS = 2
_MAX_PAIRS = 2  # the words, and their first letters
_MIN_LETTERS = 2  # letters of a single word: `x` and `s` are also codes
# Different values required beside words for null: `NA` beside one number may be a code.
_MIN_BESIDE_NULLS = 3
# Nearly all rows: at most one in ten is another text; one of four to nine rows.
_ROWS_PER_OTHER = 10
_MIN_BESIDE_ONE = 4
_PARTS, _PART_TEXTS, _HOPELESS_PARTS = 8, 12, 4
_MAX_PRECISION, _MAX_SCALE = 38, 9
_MAX_CACHED_FORMATS, _MAX_CACHED_TEXTS = 1024, 200
_DECIMAL_POINT_OR_EXPONENT = r".*[.eE].*"


@dataclass(frozen=True)
class Reading:
    """A type and a source format in which all texts of a column are values of it."""

    kind: Kind
    format: SourceFormat
    plain: pa.Array | None = None  # the plain texts of numbers


@dataclass(frozen=True)
class Inferred:
    """The readings of a column of texts.

    Attributes:
        readings: none for plain text; one if the format is clear; several if they read different values.
    """

    readings: tuple[Reading, ...] = ()

    @property
    def is_ambiguous(self) -> bool:
        """Whether a person must choose."""
        return len(self.readings) > 1


TEXT = Inferred()


@dataclass(frozen=True)
class Most:
    """A reading of nearly all rows, and the number of rows with other texts."""

    reading: Reading
    others: int


def infer_format(texts: pa.Array, *, are_durations: bool = False) -> Inferred:
    """Return how the texts can be read: unchanged, trimmed, or without null spellings.

    Args:
        texts: the column's different texts, without nulls and blank texts.
        are_durations: texts such as 08:30 are durations, not times of day.
    """
    if len(texts) > _MAX_CACHED_TEXTS:
        return _infer_format(texts, are_durations=are_durations)
    return _cached_format(tuple(texts.to_pylist()), are_durations)


# A check, a draft, a profile and a grid each infer the formats of the same samples.
@lru_cache(_MAX_CACHED_FORMATS)
def _cached_format(texts: tuple[str, ...], are_durations: bool) -> Inferred:
    return _infer_format(text_array(texts), are_durations=are_durations)


def _infer_format(
    texts: pa.Array, *, is_each_by_itself: bool = False, are_durations: bool = False
) -> Inferred:
    stripped = trimmed(texts)
    has_blanks = not stripped.equals(texts)
    kept, nulls = _without_null_words(stripped)
    attempts: list[tuple[pa.Array, bool, tuple[str, ...]]] = [(texts, False, ())]
    attempts += [(stripped, True, ())] if has_blanks else []
    attempts += [(kept, has_blanks, nulls)] if nulls else []
    for attempted, trim, left_out in attempts if len(texts) else ():
        inferred = _infer(attempted, is_each_by_itself=is_each_by_itself, are_durations=are_durations)
        if inferred.readings:
            return replace(
                inferred,
                readings=tuple(
                    _with_options(reading, trim=trim, nulls=left_out) for reading in inferred.readings
                ),
            )
    return TEXT


def most_others(rows: int) -> int:
    """Return how many rows of a column may be other texts, so that nearly all are of its type."""
    return max(rows // _ROWS_PER_OTHER, int(rows >= _MIN_BESIDE_ONE))


def infer_most(texts: pa.Array, counts: Rows, *, are_durations: bool = False) -> Most | None:
    """Return a reading of nearly all rows if a few other texts prevent a type, else None.

    A format is inferred from parts of the texts, because most parts contain none of the other texts. If
    some numbers have a decimal point and others a decimal comma, each is read by itself.

    Args:
        texts: the column's different texts, without nulls and blank texts.
        counts: rows of each text.
        are_durations: as for `infer_format`.
    """
    frequent = np.argsort(-counts, kind="stable")
    has_digit = flags(pc.match_substring_regex(texts, "[0-9]"))
    rows = int(counts.sum())
    is_written_in_digits = rows - counts[has_digit].sum() <= most_others(rows)
    parts = (
        [frequent[start::_PARTS][:_PART_TEXTS] for start in range(_PARTS)]
        if is_written_in_digits
        else [frequent[:_PAIR_WORDS]]
    )
    most = _most_of_parts(texts, counts, parts, partial(infer_format, are_durations=are_durations))
    if (
        most is None
        and is_written_in_digits
        and all(flags(pc.match_substring(texts, each)).any() for each in ".,")
    ):
        most = _most_of_parts(texts, counts, parts, partial(_infer_format, is_each_by_itself=True))
    return most


def _most_of_parts(
    texts: pa.Array, counts: Rows, parts: Sequence[Rows], infer: Callable[[pa.Array], Inferred]
) -> Most | None:
    candidates: dict[tuple[Kind, SourceFormat], Most] = {}
    for place, part in enumerate(parts):
        if place == _HOPELESS_PARTS and not candidates:
            break
        readings = infer(texts.take(int_array(part))).readings if len(part) else ()
        for reading in readings if len(readings) == 1 else ():
            key = reading.kind, reading.format
            candidates[key] = candidates.get(key) or Most(
                replace(reading, plain=None), int(counts[~is_read(texts, reading)].sum())
            )
    best = min(candidates.values(), key=lambda candidate: candidate.others, default=None)
    return best if best and best.others <= most_others(int(counts.sum())) else None


def infer_orders(texts: pa.Array, counts: Rows) -> tuple[Most, ...]:
    """Return the readings of nearly all rows as dates: one for each possible order of day, month and year.

    Return none if the texts are no dates. Unlike `infer_most`, one date can show the order.

    Args:
        texts: the column's different texts, without nulls and blank texts.
        counts: rows of each text.
    """
    has_digit = flags(pc.match_substring_regex(texts, "[0-9]"))
    dated, others = texts, 0
    if not has_digit.all():
        dated, others = texts.filter(bool_array(has_digit)), int(counts[~has_digit].sum())
    if not len(dated) or others > most_others(int(counts.sum())):
        return ()
    readings = infer_format(dated).readings
    are_times = all(reading.kind in TIMES for reading in readings)
    return tuple(Most(reading, others) for reading in readings) if are_times else ()


def is_read(texts: pa.Array, reading: Reading) -> Flags:
    """Return which texts are values of the reading."""
    widest = (
        ColumnType(reading.kind, precision=_MAX_PRECISION, scale=_MAX_SCALE)
        if reading.kind is Kind.DECIMAL
        else ColumnType(reading.kind)
    )
    column = Column("", widest, format=reading.format)
    return flags(cast_column(column, without_nulls(column, texts)).values.is_valid())


def _with_options(reading: Reading, *, trim: bool, nulls: tuple[str, ...]) -> Reading:
    return replace(reading, format=replace(reading.format, trim=trim, nulls=nulls))


def _without_null_words(texts: pa.Array) -> tuple[pa.Array, tuple[str, ...]]:
    is_null = flags(pc.is_in(texts, text_array(NULL_WORDS)))
    if np.count_nonzero(~is_null) < _MIN_BESIDE_NULLS:
        return texts, ()
    return texts.filter(bool_array(~is_null)), tuple(
        sorted(set(texts.filter(bool_array(is_null)).to_pylist()))
    )


def _infer(texts: pa.Array, *, is_each_by_itself: bool, are_durations: bool) -> Inferred:
    if words := _words(texts):
        return Inferred((words,))
    # First, because the patterns of numbers take ten times as long to compile.
    if not flags(matches(texts, r".*[0-9].*")).all():
        return TEXT
    if numbers := inferred_numbers.number_readings(texts, is_each_by_itself=is_each_by_itself):
        return Inferred(
            tuple(Reading(_number_kind(number.plain), number.format, number.plain) for number in numbers)
        )
    if not len(cast(texts, ColumnType(Kind.DOUBLE)).misfits):
        return Inferred((Reading(Kind.DOUBLE, PLAIN),))
    if written := durations.duration_formats(texts, with_times_of_day=are_durations):
        return Inferred(tuple(_duration(texts, each) for each in written))
    times = inferred_times.time_readings(texts)
    return Inferred(tuple(Reading(reading.kind, reading.format) for reading in times))


def _duration(texts: pa.Array, written: str) -> Reading:
    plain = durations.plain_durations(texts, written)
    return Reading(_number_kind(plain), replace(PLAIN, duration=written), plain)


def _number_kind(plain: pa.Array) -> Kind:
    return Kind.DECIMAL if flags(matches(plain, _DECIMAL_POINT_OR_EXPONENT)).any() else Kind.BIGINT


def one_truth_word(texts: pa.Array) -> Reading | None:
    """Return the reading of a column with a single word for yes or no in only one language: `ja`, `vrai`.

    Use it only if other evidence, such as the name, shows that the column has booleans.

    Args:
        texts: the column's different texts, without nulls and blank texts.
    """
    words = {text.casefold().strip() for text in texts.to_pylist()}
    if len(words) != 1:
        return None
    word = words.pop()
    pairs = [pair for pair in _WORD_PAIRS if word in pair and len(word) >= _MIN_LETTERS]
    readings = [_words(text_array(pair)) for pair in pairs[:1]]
    return readings[0] if readings else None


def _words(texts: pa.Array) -> Reading | None:
    """Return the reading as a pair of words, if the texts are one, also with their first letters: `yes`, `Y`.

    Both words must occur, because `no` alone belongs to several pairs.
    """
    if len(texts) > 2 * _MAX_PAIRS * _PAIR_WORDS:
        return None
    seen = {text.casefold() for text in texts.to_pylist()}
    pair = next((pair for pair in _WORD_PAIRS if set(pair) <= seen <= {*pair, *_initials(pair)}), None)
    if pair is None:
        return None
    if seen == {"true", "false"}:
        return Reading(Kind.BOOLEAN, PLAIN)
    true_words, false_words = (
        tuple(text for text in (word, *letters) if text in seen)
        for word, letters in zip(pair, [_initials(pair)[:1], _initials(pair)[1:]], strict=True)
    )
    return Reading(Kind.BOOLEAN, replace(PLAIN, true_words=true_words, false_words=false_words))


def _initials(pair: tuple[str, str]) -> tuple[str, ...]:
    """Return the first letters of two longer words that begin differently; none for others."""
    letters = tuple(word[0] for word in pair)
    return letters if len({*letters}) == _PAIR_WORDS and min(map(len, pair)) >= _MIN_LETTERS else ()


def is_each_by_itself(reading: Reading) -> bool:
    """Return whether some numbers have a decimal point and others a decimal comma."""
    return reading.format.decimal == EITHER


def is_plain(reading: Reading) -> bool:
    """Return whether the reading needs no declared format."""
    return reading.format == PLAIN


def blanks_left_out(texts: pa.Array) -> pa.Array:
    """Return the different texts of a column that are not blank."""
    unique = pc.unique(texts.drop_null())
    return unique.filter(pc.not_equal(trimmed(unique), literal("")))
