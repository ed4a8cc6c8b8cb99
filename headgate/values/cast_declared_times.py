"""Convert dates and timestamps in declared patterns to typed values.

A pattern of fixed width is read from the bytes of the whole column at once, and every other pattern with a
regular expression (RE2) with a group per field. A text that two patterns read as different values is a
misfit.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headgate.contracts.date_patterns import DatePart, DatePattern, date_pattern
from headgate.contracts.month_names import MONTHS
from headgate.contracts.types import arrow_type
from headgate.values import fast_parsing as plain
from headgate.values.cast import ZONE
from headgate.values.cast import cast as cast_plain
from headgate.values.cells import Flags, Rows, bool_array, flags, literal, numbers, text_array

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headgate.contracts.model import ColumnType
    from headgate.contracts.source_format import SourceFormat

_HOUR_US, _DAY_US = 3_600_000_000, 86_400_000_000
_NOON = 12
_FIXED = {"year": 4, "short_year": 2, "month": 2, "day": 2, "hour": 2, "minute": 2, "second": 2}
_MICRO_DIGITS = 6
_EPOCH = "^-?[0-9]{1,14}$"
_MICROS_OF = {"s": 1_000_000, "ms": 1_000}
# The years 1 to 9999, in microseconds since 1970.
_FIRST_US = int(np.datetime64("0001-01-01", "us").astype(np.int64))
_LAST_US = int(np.datetime64("9999-12-31T23:59:59.999999", "us").astype(np.int64))
_FIRST_CLOCK = datetime(1970, 1, 1)


@dataclass(frozen=True)
class _Read:
    """The values that a pattern reads, as days or microseconds since 1970, and whether it reads each row.

    With an offset, the value is UTC.
    """

    values: Rows
    is_read: Flags


def cast_times(given: pa.Array, column_type: ColumnType, declared: SourceFormat) -> pa.Array:
    """Return dates or naive UTC timestamps.

    Null for every text that the patterns do not read as exactly one value.
    """
    if declared.epoch:
        return _since_1970(given, column_type, declared)
    if not declared.patterns:
        return _plain_in_zone(given, column_type, declared.timezone)
    readings = [
        _with_zone(_read(given, date_pattern(text), declared), date_pattern(text), declared)
        for text in declared.patterns
    ]
    values, is_read = readings[0].values, readings[0].is_read
    agree = np.ones(len(given), bool)
    for other in readings[1:]:
        both = is_read & other.is_read
        agree &= ~both | (values == other.values)
        values, is_read = np.where(is_read, values, other.values), is_read | other.is_read
    return _with_iso(
        plain.as_integers(plain.Parsed(values, is_read & agree), arrow_type(column_type)),
        ~is_read,
        given,
        column_type,
        declared,
    )


def _since_1970(given: pa.Array, column_type: ColumnType, declared: SourceFormat) -> pa.Array:
    """Read seconds or milliseconds since 1970 in UTC."""
    is_number = flags(pc.match_substring_regex(given, _EPOCH))
    ticks = pc.cast(pc.replace_with_mask(given, bool_array(~is_number), literal("0")), pa.int64())
    micros = numbers(ticks) * _MICROS_OF[declared.epoch]
    is_read = is_number & (micros >= _FIRST_US) & (micros <= _LAST_US)
    values = plain.as_integers(plain.Parsed(micros, is_read), arrow_type(column_type))
    return _with_iso(values, ~is_number, given, column_type, declared)


def _with_iso(
    values: pa.Array, is_other: Flags, given: pa.Array, column_type: ColumnType, declared: SourceFormat
) -> pa.Array:
    """Add the values of ISO 8601 texts that no pattern reads: typed cells of Excel, JSON and Parquet."""
    others = is_other & flags(given.is_valid())
    if not others.any():
        return values
    chosen = bool_array(others)
    others_given = given.filter(chosen)
    read = (
        _plain_in_zone(others_given, column_type, declared.timezone)
        if declared.timezone
        else cast_plain(others_given, column_type).values
    )
    return pc.replace_with_mask(values, chosen, read)


def _plain_in_zone(given: pa.Array, column_type: ColumnType, zone: str) -> pa.Array:
    """Read ISO 8601; a timestamp without an offset is local time of the zone."""
    values = cast_plain(given, column_type).values
    has_offset = flags(pc.match_substring_regex(given, f":[0-9.]+{ZONE}$"))
    is_read = flags(values.is_valid())
    micros = _filled(values)
    moved = _to_utc(_Read(micros, is_read & ~has_offset), zone)
    kept = _Read(np.where(has_offset, micros, moved.values), np.where(has_offset, is_read, moved.is_read))
    return plain.as_integers(plain.Parsed(kept.values, kept.is_read), values.type)


def _filled(values: pa.Array) -> Rows:
    """Return a column of integers as a numpy array; null is zero."""
    wide = pc.cast(values, pa.int64())
    return numbers(pc.fill_null(wide, literal("0", pa.int64())))


def _read(given: pa.Array, pattern: DatePattern, declared: SourceFormat) -> _Read:
    layout = _layout(pattern)
    if layout is None:
        return _by_fields(given, pattern, declared)
    parsed = plain.fixed_times(given, layout, declared.year_from)
    return _Read(parsed.values, parsed.is_plain & flags(given.is_valid()))


@lru_cache(maxsize=256)
def _layout(pattern: DatePattern) -> plain.Layout | None:
    """Return the positions of the fields in a pattern of fixed width; None for any other pattern."""
    at, places, literals = 0, [], []
    for part in pattern.parts:
        if not part.field:
            if not part.text.isascii():
                return None
            literals += [(at + offset, ord(character)) for offset, character in enumerate(part.text)]
            at += len(part.text)
        elif _FIXED.get(part.field) == part.letters or (
            part.field == "fraction" and part.letters <= _MICRO_DIGITS
        ):
            places.append((part.field, at, part.letters))
            at += part.letters
        else:
            return None
    return plain.Layout(at, tuple(places), tuple(literals), has_time=pattern.has_time)


def _by_fields(given: pa.Array, pattern: DatePattern, declared: SourceFormat) -> _Read:
    expression = "".join(_part_expression(part, declared.language) for part in pattern.parts)
    parts = pc.extract_regex(given, f"^{expression}$")
    is_read = flags(parts.is_valid())
    chosen = parts.filter(bool_array(is_read))
    fields = {name: _field(name, pc.struct_field(chosen, name), declared.language) for name in pattern.fields}
    values, is_real = _instants(fields, len(chosen), declared.year_from, has_time=pattern.has_time)
    all_values = np.zeros(len(given), np.int64)
    all_values[is_read] = values
    real = is_read.copy()
    real[is_read] = is_real
    return _Read(all_values, real)


def _part_expression(part: DatePart, language: str) -> str:
    if not part.field:
        return re.escape(part.text)
    if part.field in {"month_name", "short_month"}:
        wide, short = MONTHS[language]
        names = wide if part.field == "month_name" else short
        point = r"\.?" if part.field == "short_month" else ""
        choices = "|".join(sorted(map(re.escape, names), key=len, reverse=True))
        return f"(?P<{part.field}>(?i:{choices})){point}"
    return f"(?P<{part.field}>{_field_expression(part)})"


def _field_expression(part: DatePart) -> str:
    if part.field == "fraction":
        kept, cut = min(part.letters, _MICRO_DIGITS), max(part.letters - _MICRO_DIGITS, 0)
        return f"[0-9]{{{kept}}}0{{{cut}}}"
    if part.field == "offset":
        return r"Z|[+-](?:0[0-9]|1[0-4]):?[0-5][0-9]"
    if part.field == "half":
        return "(?i:[ap]m)"
    return f"[0-9]{{{part.letters}}}" if part.letters > 1 else "[0-9]{1,2}"


def _field(name: str, text: pa.Array, language: str) -> Rows:
    """Return the number that each text of a field represents; for an offset, its microseconds."""
    if name in {"month_name", "short_month"}:
        names = MONTHS[language][0 if name == "month_name" else 1]
        return _filled(pc.index_in(pc.utf8_lower(text), text_array(month.lower() for month in names))) + 1
    if name == "half":
        return flags(pc.match_substring_regex(text, "^[pP]")).astype(np.int64)
    if name == "offset":
        return _offsets(text)
    if name == "fraction":
        return _filled(
            pc.cast(
                pc.utf8_rpad(pc.utf8_slice_codeunits(text, 0, _MICRO_DIGITS), _MICRO_DIGITS, "0"), pa.int64()
            )
        )
    return _filled(pc.cast(text, pa.int64()))


def _offsets(text: pa.Array) -> Rows:
    """Return the offsets east of UTC in microseconds, computed once per different text."""
    encoded = text.dictionary_encode()
    offsets = np.array([_offset_us(offset) for offset in encoded.dictionary.to_pylist()] or [0], np.int64)
    return offsets[_filled(encoded.indices)]


def _offset_us(text: str) -> int:
    if text == "Z":
        return 0
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    return (-1 if text[0] == "-" else 1) * minutes * 60_000_000


def _instants(
    fields: Mapping[str, Rows], count: int, year_from: int, *, has_time: bool
) -> tuple[Rows, Flags]:
    year = fields["year"] if "year" in fields else plain.full_years(fields["short_year"], year_from)
    month = next(fields[name] for name in ("month", "month_name", "short_month") if name in fields)
    days, real = plain.days_of(year, month, fields["day"])
    if not has_time:
        return days, real
    zero = np.zeros(count, np.int64)
    hour = fields.get("hour", zero)
    if "half_hour" in fields:
        real = real & (fields["half_hour"] >= 1) & (fields["half_hour"] <= _NOON)
        hour = fields["half_hour"] % _NOON + _NOON * fields["half"]
    minute, second = fields.get("minute", zero), fields.get("second", zero)
    micros, is_time = plain.micros_of(hour, minute, second, fields.get("fraction", zero))
    return days * _DAY_US + micros - fields.get("offset", zero), real & is_time


def _with_zone(read: _Read, pattern: DatePattern, declared: SourceFormat) -> _Read:
    if not pattern.has_time:
        return read
    moved = _to_utc(read, declared.timezone) if declared.timezone and not pattern.has_offset else read
    return _Read(moved.values, moved.is_read & (moved.values >= _FIRST_US) & (moved.values <= _LAST_US))


def _to_utc(local: _Read, zone: str) -> _Read:
    """Convert local times to UTC; a local time that a clock change skips or repeats is not read.

    Offsets change at full quarters of an hour, so each different quarter is looked up once.
    """
    quarter = _HOUR_US // 4
    quarters, at = np.unique(np.where(local.is_read, local.values, 0) // quarter, return_inverse=True)
    looked_up = [_clock_offset(int(number) * quarter, zone) for number in quarters]
    offsets = np.array([offset or 0 for offset in looked_up], np.int64)
    is_clear = np.array([offset is not None for offset in looked_up], bool)
    return _Read(local.values - offsets[at], local.is_read & is_clear[at])


def _clock_offset(local_us: int, zone: str) -> int | None:
    """Return the offset of a local time in microseconds; None if the time is skipped or repeated."""
    try:
        clock = _FIRST_CLOCK + timedelta(microseconds=local_us)
        first, second = (clock.replace(tzinfo=ZoneInfo(zone), fold=fold).utcoffset() for fold in (0, 1))
    except OverflowError:
        return None
    if first is None or first != second:
        return None
    return first // timedelta(microseconds=1)
