"""What a person answers about an ambiguous column: a date pattern, a number as an example, or an order of day and month."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from headgate.contracts.date_patterns import date_pattern
from headgate.contracts.model import Kind
from headgate.contracts.source_format import SourceFormat
from headgate.errors import ContractError

if TYPE_CHECKING:
    from headgate.values.format_inference import Reading

DATE_ORDERS = ("dmy", "mdy", "ymd")
# 1.234,5 and the like: what stands before the last three digits groups thousands, what stands before the fraction is the decimal separator.
_EXAMPLE = re.compile(r"1(?P<thousands>[., ']?)234(?:(?P<decimal>[.,])[0-9]+)?")


@dataclass(frozen=True)
class Answer:
    """A person's answer about a column: a pattern, or the order of day, month and year."""

    pattern: str = ""
    date_order: str = ""


def format_of_answer(column: str, pattern: str) -> tuple[SourceFormat, Kind]:
    """Return the format that a pattern names, with its kind.

    Raises:
        ContractError: it is neither a date pattern nor a number such as 1.234,5.
    """
    if found := _EXAMPLE.fullmatch(pattern):
        thousands, decimal = found["thousands"], found["decimal"] or ("," if found["thousands"] == "." else ".")
        if thousands == decimal:
            raise ContractError(f"column {column}: {pattern} has one sign for thousands and decimals. Remedy: write 1.234,5 or 1,234.5")
        return SourceFormat(decimal=decimal, thousands=thousands), Kind.DECIMAL
    try:
        has_time = date_pattern(pattern).has_time
    except ContractError as error:
        raise ContractError(f"column {column}: {error}; for numbers write an example: 1.234,5 or 1,234.5") from None
    return SourceFormat(patterns=(pattern,)), Kind.TIMESTAMP if has_time else Kind.DATE


def answer_of(reading: Reading) -> str:
    """Return the answer that names a reading, as `--format COLUMN=ANSWER` takes it."""
    declared = reading.format
    if declared.patterns:
        return declared.patterns[0]
    fraction = f"{declared.decimal}5" if reading.kind is not Kind.BIGINT else ""
    return f"1{declared.thousands}234{fraction}"
