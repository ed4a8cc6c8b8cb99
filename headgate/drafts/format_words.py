"""Source formats in words for a person who uploads a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow.compute as pc

from headgate.contracts.source_format import EITHER

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from headgate.contracts.source_format import SourceFormat

_SECONDS, _WITH_SECONDS = ":ss", r"\d:\d\d:\d\d"
_EPOCHS = {"s": "seconds", "ms": "milliseconds"}
_MINUS = {"trailing": "5-", "parentheses": "(5)"}


def format_words(declared: SourceFormat) -> str:
    """Return the spelling of a column's values, for a sentence that begins with the column's name.

    Empty for the plain spelling. Percent signs and years of two digits have findings of their own.

    Example:
        >>> from headgate.contracts.source_format import SourceFormat
        >>> format_words(SourceFormat(decimal=",", thousands=".", nulls=("k.A.",)))
        'is written as 1.234,5; k.A. is read as empty'
        >>> format_words(SourceFormat(true_words=("ja",), false_words=("nein",)))
        'has the words ja and nein: ja is yes, nein is no'
    """
    nulls = f"{_either(declared.nulls)} is read as empty" if declared.nulls else ""
    words = [*_numbers(declared), *_moments(declared), *_truth(declared)]
    if not words and nulls:
        words = [f"has cells with {' or '.join(declared.nulls)}"]
    return "; ".join(filter(None, [*words, nulls]))


def _numbers(declared: SourceFormat) -> list[str]:
    words = []
    if declared.decimal == EITHER:
        words.append("is written with points or commas, and each number is read by itself")
    elif declared.decimal != "." or declared.thousands:
        words.append(f"is written as 1{declared.thousands}234{declared.decimal}5")
    if declared.duration:
        words.append(f"is written as {declared.duration} and becomes a number of seconds")
        words.append("the type text keeps it as written")
    if signs := (*declared.currency, *declared.units):
        words.append(f"has {' or '.join(signs)} beside its numbers, which is left out")
    if declared.minus:
        words.append(f"has negative numbers such as {_MINUS[declared.minus]}, which is -5")
    return words


def _moments(declared: SourceFormat) -> list[str]:
    if declared.epoch:
        return [
            f"is written as {_EPOCHS[declared.epoch]} since 1970 and becomes a time in UTC",
            "the type whole number keeps it",
        ]
    return [f"is written as {' or '.join(declared.patterns)}"] if declared.patterns else []


def _truth(declared: SourceFormat) -> list[str]:
    if not declared.true_words:
        return [f"is changed to {declared.case} case"] if declared.case else []
    yes, no = _either(declared.true_words), _either(declared.false_words)
    words = " and ".join((*declared.true_words, *declared.false_words))
    return [f"has the words {words}: {yes} is yes, {no} is no"]


def _either(words: Sequence[str]) -> str:
    return " or ".join(words)


def patterns_as_written(declared: SourceFormat, text: pa.Array) -> tuple[str, ...]:
    """Return the patterns of times without seconds if no value has some, which the gate accepts alike."""
    if pc.any(pc.match_substring_regex(text, _WITH_SECONDS)).as_py():
        return declared.patterns
    return tuple(pattern.removesuffix(_SECONDS) for pattern in declared.patterns)
