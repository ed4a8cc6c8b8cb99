from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from headgate.contracts.date_patterns import date_pattern
from headgate.contracts.model import Kind
from headgate.contracts.source_format import DURATIONS, EITHER, EPOCHS, SourceFormat
from headgate.errors import ContractError

if TYPE_CHECKING:
    from headgate.values.format_inference import Reading

# In 1.234,5 the thousands separator is before three digits, and the decimal separator before the fraction.
_EXAMPLE = re.compile(r"1(?P<thousands>[., ']?)234(?:(?P<decimal>[.,])[0-9]+)?")
_BETWEEN_PATTERNS = "|"
_EPOCH = "epoch "
_EACH_BY_ITSELF = "1.234,5|1,234.5"
# ISO 8601, which all patterns of the kind also parse.
_PLAIN_PATTERNS = {Kind.DATE: "yyyy-MM-dd", Kind.TIMESTAMP: "yyyy-MM-dd HH:mm:ss"}


@dataclass(frozen=True)
class FormatAnswer:
    """A person's answer about a column: a pattern, or the order of day, month and year."""

    pattern: str = ""
    date_order: str = ""


def format_of_answer(column: str, pattern: str) -> tuple[SourceFormat, Kind]:
    """Return the format that a pattern names, with its kind; `|` separates several date patterns.

    `1.234,5|1,234.5` reads each number by itself, `h:mm:ss` durations, and `epoch ms`
    milliseconds since 1970.
    """
    if pattern.startswith(_EPOCH) and pattern.removeprefix(_EPOCH) in EPOCHS:
        return SourceFormat(epoch=pattern.removeprefix(_EPOCH)), Kind.TIMESTAMP
    if pattern in DURATIONS:
        return SourceFormat(duration=pattern), Kind.DECIMAL
    if pattern == _EACH_BY_ITSELF:
        return SourceFormat(decimal=EITHER), Kind.DECIMAL
    if example := _EXAMPLE.fullmatch(pattern):
        thousands, decimal = (
            example["thousands"],
            example["decimal"] or ("," if example["thousands"] == "." else "."),
        )
        if thousands == decimal:
            raise ContractError(
                f"column {column}: {pattern} has one sign for thousands and decimals. Remedy: write "
                "1.234,5 or 1,234.5"
            )
        return SourceFormat(decimal=decimal, thousands=thousands), Kind.DECIMAL
    patterns = tuple(pattern.split(_BETWEEN_PATTERNS))
    try:
        have_time = {date_pattern(date).has_time for date in patterns}
    except ContractError as error:
        raise ContractError(
            f"column {column}: {error}; for numbers write an example: 1.234,5 or 1,234.5"
        ) from None
    if len(have_time) > 1:
        raise ContractError(
            f"column {column}: {pattern} names a date and a timestamp. Remedy: name patterns of one of "
            "the two"
        )
    return SourceFormat(patterns=patterns), Kind.TIMESTAMP if have_time == {True} else Kind.DATE


def answer_of(reading: Reading) -> str:
    """Return the answer that names a reading, as `--format COLUMN=ANSWER` takes it."""
    declared = reading.format
    if declared.duration or declared.epoch:
        return declared.duration or f"{_EPOCH}{declared.epoch}"
    if declared.patterns:
        return _BETWEEN_PATTERNS.join(declared.patterns)
    if declared.decimal == EITHER:
        return _EACH_BY_ITSELF
    if reading.kind in _PLAIN_PATTERNS:
        return _PLAIN_PATTERNS[reading.kind]
    fraction = f"{declared.decimal}5" if reading.kind is not Kind.BIGINT else ""
    return f"1{declared.thousands}234{fraction}"
