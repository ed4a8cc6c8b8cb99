"""Read date and timestamp patterns such as `dd.MM.yyyy HH:mm`.

Source: the pattern letters of java.time.format.DateTimeFormatter, which ODCS v3 names for
`logicalTypeOptions.format`.
"""

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

from headgate.errors import ContractError

_TOKEN = re.compile(r"(?P<letters>([A-Za-z])\2*)|'(?P<quoted>(?:[^']|'')*)'|(?P<literal>.)", re.DOTALL)
_RESERVED = "[]{}#"
# Runs of letters in a pattern, and the field that each one denotes.
_FIELDS = {
    "yyyy": "year", "uuuu": "year", "yy": "short_year", "MMMM": "month_name", "MMM": "short_month",
    "MM": "month", "M": "month",
    "dd": "day", "d": "day", "HH": "hour", "H": "hour", "hh": "half_hour", "h": "half_hour", "mm": "minute",
    "ss": "second", "a": "half",
    "X": "offset", "XX": "offset", "XXX": "offset",
}  # fmt: skip
_ALTERNATIVES = (
    ("year", ("year", "short_year")),
    ("month", ("month", "month_name", "short_month")),
    ("day", ("day",)),
)
_MAX_FRACTION = 9
_DIGITS = {"year", "short_year", "month", "day", "hour", "half_hour", "minute", "second", "fraction"}
LETTERS = "yyyy or yy, MMMM, MMM, MM or M, dd or d, HH or H, hh or h with a, mm, ss, S to SSSSSSSSS, X to XXX"


@dataclass(frozen=True)
class DatePart:
    """A part of a pattern: a field with its number of letters, or literal text (`field` is empty)."""

    field: str
    letters: int = 0
    text: str = ""


@dataclass(frozen=True)
class DatePattern:
    """A pattern and its parts, in order."""

    text: str
    parts: tuple[DatePart, ...]

    @cached_property
    def fields(self) -> frozenset[str]:
        """Return the names of the pattern's fields."""
        return frozenset(part.field for part in self.parts if part.field)

    @property
    def has_time(self) -> bool:
        """Whether the pattern has a time of day."""
        return bool(self.fields & {"hour", "half_hour"})

    @property
    def has_offset(self) -> bool:
        """Whether the pattern has an offset from UTC."""
        return "offset" in self.fields


@lru_cache(maxsize=256)
def date_pattern(text: str) -> DatePattern:
    """Parse a pattern; ContractError if it has an unknown letter, lacks a field or has one twice."""
    parts = tuple(_part(match, text) for match in _TOKEN.finditer(text))
    counted = Counter(part.field for part in parts if part.field)
    missing = [name for name, choices in _ALTERNATIVES if sum(counted[choice] for choice in choices) != 1]
    if missing:
        raise _wrong(text, f"has no {missing[0]}, or more than one")
    _check_time(text, counted)
    if any(
        first.field in _DIGITS and first.letters == 1 and second.field in _DIGITS
        for first, second in pairwise(parts)
    ):
        raise _wrong(text, "has a field without a fixed width directly before another number")
    if text.startswith(("yyyy-dd-MM", "uuuu-dd-MM")):
        raise _wrong(
            text, "looks like an ISO 8601 date with day and month exchanged, and ISO 8601 is always accepted"
        )
    return DatePattern(text, parts)


def _part(match: re.Match[str], pattern: str) -> DatePart:
    if match["quoted"] is not None:
        return DatePart("", text=match["quoted"].replace("''", "'") or "'")
    if match["literal"] is not None:
        if match["literal"] in _RESERVED:
            raise _wrong(
                pattern, f"has {match['literal']!r}, which is not supported; list alternatives instead"
            )
        return DatePart("", text=match["literal"])
    letters = match["letters"]
    if re.fullmatch(rf"S{{1,{_MAX_FRACTION}}}", letters):
        return DatePart("fraction", len(letters))
    if letters not in _FIELDS:
        raise _wrong(pattern, f"has {letters!r}, which is not a supported field")
    return DatePart(_FIELDS[letters], len(letters))


def _check_time(text: str, counted: Counter[str]) -> None:
    twice = [name for name, count in counted.items() if count > 1]
    if twice:
        raise _wrong(text, f"has the {twice[0]} twice")
    hours = counted["hour"] + counted["half_hour"]
    if hours > 1 or counted["half_hour"] != counted["half"]:
        raise _wrong(text, "needs HH alone, or hh together with a")
    if hours != counted["minute"]:
        raise _wrong(text, "needs hours and minutes together")
    if (
        counted["second"] > counted["minute"]
        or counted["fraction"] > counted["second"]
        or counted["offset"] > hours
    ):
        raise _wrong(text, "has a part of a time without the parts above it")


def _wrong(text: str, why: str) -> ContractError:
    return ContractError(
        f"the date pattern {text!r} {why}. Remedy: use {LETTERS}, and quote other letters, as in d. MMMM "
        "yyyy 'Uhr'"
    )
