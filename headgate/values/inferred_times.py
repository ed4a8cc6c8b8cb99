"""Infer how a column of texts writes dates and timestamps.

Candidates are the patterns in use: those of Unicode CLDR's locales, and ISO 8601 variants. Patterns that read
a text as different days make the column ambiguous: `03/04/2026` is in March or in April. With points, the day
comes first in every CLDR locale.

If no pattern reads all texts, they are grouped by shape, and each group has its own patterns: `31.12.2026`
beside `12/31/2026`. One ambiguous group makes the column ambiguous.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import islice, product
from typing import TYPE_CHECKING

import pyarrow.compute as pc

from headgate.contracts.date_patterns import date_pattern
from headgate.contracts.model import ColumnType, Kind
from headgate.contracts.month_names import MONTHS
from headgate.contracts.source_format import PLAIN, SourceFormat
from headgate.values.cast import cast
from headgate.values.cast_declared_times import cast_times

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pyarrow as pa

_PROBE_ROWS = 64
_MAX_SHAPES, _MAX_MIXES = 4, 16
_NUMERIC = (
    *(f"{first}.{second}.{year}" for year in ("yyyy", "yy") for first, second in (("dd", "MM"), ("d", "M"))),
    *(
        separator.join(parts)
        for separator in "/-"
        for parts in (
            ("dd", "MM", "yyyy"), ("MM", "dd", "yyyy"), ("d", "M", "yyyy"), ("M", "d", "yyyy"),
            ("dd", "MM", "yy"), ("MM", "dd", "yy"),
            ("yy", "MM", "dd"), ("d", "M", "yy"), ("M", "d", "yy"), ("yyyy", "MM", "dd"), ("yyyy", "M", "d"),
        )
    ),
    "yyyy.MM.dd", "yyyy.M.d", "d. M. yyyy", "yyyy. M. d.", "yyyy. MM. dd.",
    "yyyy.MM.dd.", "yyyy.M.d.", "yyyy. M. d",  # Hungary and Korea, with and without the last point
    "yyyy年M月d日", "yyyy년 M월 d일",  # China and Japan; Korea
    "dd.MM.yyyy.", "d.M.yyyy.", "d. M. yyyy.",  # Croatia, Serbia and Slovenia
)  # fmt: skip
_NAMED = (
    "d MMM yyyy", "d MMMM yyyy", "d. MMM yyyy", "d. MMMM yyyy", "d-MMM-yyyy", "d-MMM-yy", "d/MMM/yyyy",
    "d/MMM/yy", "d.MMM.yyyy", "yyyy-MMM-d", "MMM d, yyyy",
    "MMMM d, yyyy", "d MMM yy",
    "d 'de' MMMM 'de' yyyy",
)  # fmt: skip
_TIMES = (
    "HH:mm",
    "HH:mm:ss",
    "H:mm",
    "H:mm:ss",
    "hh:mm a",
    "h:mm a",
    "hh:mm:ss a",
    "h:mm:ss a",
    "HH.mm",
    "HHmmss",
)
_COMPACT = ("yyyyMMddHHmmss", "yyyyMMdd'T'HHmmss", "yyyyMMdd'T'HHmmssX")
_JOINTS = (" ", ", ", "'T'")
_ISO_DATES = ("yyyy-MM-dd",)


@dataclass(frozen=True)
class TimeReading:
    """A reading of all texts of a column as dates or as timestamps."""

    kind: Kind
    format: SourceFormat
    values: pa.Array


def time_readings(texts: pa.Array) -> list[TimeReading]:
    """Return the readings of all texts as dates or timestamps, one for each different set of values."""
    return _readings_of_one_pattern(texts) or _readings_of_several_patterns(texts)


def _readings_of_one_pattern(texts: pa.Array) -> list[TimeReading]:
    if plain := _plain_reading(texts):
        return [plain]
    probed = texts.slice(0, _PROBE_ROWS)
    readings: list[TimeReading] = []
    for pattern, language in _candidates(str(texts[0])):
        kind = Kind.TIMESTAMP if date_pattern(pattern).has_time else Kind.DATE
        declared = SourceFormat(patterns=(pattern,), language=language)
        if cast_times(probed, ColumnType(kind), declared).null_count:
            continue
        values = cast_times(texts, ColumnType(kind), declared)
        if not values.null_count and not any(
            reading.kind is kind and reading.values.equals(values) for reading in readings
        ):
            readings.append(TimeReading(kind, declared, values))
    return readings


def _readings_of_several_patterns(texts: pa.Array) -> list[TimeReading]:
    """Return the readings of texts with a few shapes, each shape with its own pattern."""
    by_shape = _readings_by_shape(texts) if _readings_by_shape(texts.slice(0, _PROBE_ROWS)) else []
    readings: list[TimeReading] = []
    for mix in islice(product(*by_shape), _MAX_MIXES) if by_shape else ():
        patterns = tuple(dict.fromkeys(pattern for reading in mix for pattern in reading.format.patterns))
        languages = {reading.format.language for reading in mix} - {PLAIN.language}
        if len({reading.kind for reading in mix}) > 1 or len(languages) > 1:
            continue
        declared = SourceFormat(patterns=patterns, language=next(iter(languages), PLAIN.language))
        values = cast_times(texts, ColumnType(mix[0].kind), declared)
        if not values.null_count and not any(reading.values.equals(values) for reading in readings):
            readings.append(TimeReading(mix[0].kind, declared, values))
    return readings


def _readings_by_shape(texts: pa.Array) -> list[list[TimeReading]]:
    """Return for each shape of the texts the patterns that read all of its texts.

    Return an empty list if a shape has none, or if there are too many shapes.
    """
    if _shape(str(texts[0])) not in _by_shape():
        return []
    # Years of four and of two digits have different shapes.
    long_runs = pc.replace_substring_regex(texts, r"\d{3,}", "Y")
    # Arrow compiles a pattern at each call, which takes 2 ms for the letters of all scripts.
    letters = "[A-Za-z]+" if pc.all(pc.string_is_ascii(texts)).as_py() else r"\pL+"
    shapes = pc.replace_substring_regex(pc.replace_substring_regex(long_runs, r"\d+", "9"), letters, "A")
    different = pc.unique(shapes)
    if len(different) > _MAX_SHAPES:
        return []
    groups = [texts.filter(pc.equal(shapes, shape)) for shape in different]
    if not all(_shape(str(group[0])) in _by_shape() for group in groups):
        return []
    readings = [_readings_of_one_pattern(group) for group in groups]
    return readings if all(readings) else []


def _plain_reading(texts: pa.Array) -> TimeReading | None:
    for kind in (Kind.DATE, Kind.TIMESTAMP):
        values = cast(texts, ColumnType(kind)).values
        if not values.null_count:
            return TimeReading(kind, PLAIN, values)
    return None


def _candidates(example: str) -> Iterable[tuple[str, str]]:
    """Yield the patterns that read a text of the column, with their language, in order of preference."""
    if not re.search(r"\d", example) or len(example) > 40:  # noqa: PLR2004 no date with a time and a month's name is longer
        return
    yield from _by_shape().get(_shape(example), ())


@cache
def _by_shape() -> dict[str, list[tuple[str, str]]]:
    """Return all candidate patterns by the shape of the texts that they can read."""
    patterns: dict[str, list[tuple[str, str]]] = {}
    for parts in _all_patterns():
        pattern = "".join(parts)
        for shape in map("".join, product(*map(_shapes_of, parts))):
            patterns.setdefault(shape, []).extend(
                (pattern, language) for language in (MONTHS if "MMM" in pattern else ("en",))
            )
    return patterns


def _all_patterns() -> Iterable[tuple[str, ...]]:
    """Yield the parts of each pattern: the date, the text before the time, the time, a gap and an offset."""
    dates = (*_NUMERIC, *_NAMED)
    yield from ((date,) for date in (*dates, *_COMPACT))
    yield from product((*dates, *_ISO_DATES), _JOINTS, _TIMES)
    yield from product(dates, (" ",), ("HH:mm:ss",), ".,", ("SSS", "SSSSSS"))
    yield from product(dates, _JOINTS, ("HH:mm:ss",), ("", " "), ("XXX",))


def _shape(text: str) -> str:
    """Return the text with `9` for each run of digits and `A` for each run of letters.

    Only the patterns of this shape are tried.
    """
    return re.sub(r"[^\W\d_]+", "A", re.sub(r"\d+", "9", text))


@cache
def _shapes_of(pattern: str) -> set[str]:
    """Return the shapes of the texts that a part of a pattern can read."""
    bare = re.sub(r"'([^']*)'", lambda quoted: re.sub("[A-Za-z]+", "_", quoted[1]), pattern)
    offsets = ("+9", "-9", "+9:9", "-9:9", "A") if "X" in bare else ("",)
    points = (".", "") if "MMM" in bare and "MMMM" not in bare else ("",)
    bare = re.sub("[^\\W\\d_A-Za-z]+", "_", bare)  # words such as 年
    bare = re.sub("MMMM?", "_", bare.replace(" a", " _"))
    bare = re.sub("[yMdHhmsS]+", "9", bare).replace("_", "A")
    shapes = {re.sub("X+", offset, bare) for offset in offsets}
    return shapes | {shape.replace("A", f"A{point}", 1) for shape in shapes for point in points}


def has_short_year(declared: SourceFormat) -> bool:
    """Return whether a pattern has a two-digit year."""
    return any("short_year" in date_pattern(text).fields for text in declared.patterns)


def patterns_in_order(declared: SourceFormat, order: str) -> int:
    """Return how many patterns have day, month and year in this order: `dmy`, `mdy` or `ymd`."""
    return sum(_date_order(pattern) == order for pattern in declared.patterns)


def _date_order(pattern: str) -> str:
    letter = {"year": "y", "short_year": "y", "month": "m", "month_name": "m", "short_month": "m", "day": "d"}
    return "".join(letter.get(part.field, "") for part in date_pattern(pattern).parts)
