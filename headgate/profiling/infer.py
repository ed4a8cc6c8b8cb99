"""What a column of texts is: its most specific type that nearly all of its texts spell, and the texts that do not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headgate.contracts.model import Column, ColumnType, Kind
from headgate.lake.columns import bool_array, text_array
from headgate.profiling.arrays import Counted, Values, as_numpy, counted, filled, is_valid
from headgate.values.cast_declared import cast_column, plain_numbers, trimmed, without_nulls
from headgate.values.cells import flags, literal
from headgate.values.format_inference import infer_format, is_plain

if TYPE_CHECKING:
    from collections.abc import Callable

    from headgate.values.format_inference import Reading

# A type fits a column when at least this share of its texts spells it: some dirt does not make numbers into texts.
MINIMUM_SHARE = 0.9
_YEAR = r"(?P<year>(?:1[6-9]|2[01])\d\d)"
_DAY, _MONTH = r"(?P<day>0?[1-9]|[12]\d|3[01])", r"(?P<month>0?[1-9]|1[0-2])"
_ISO_DAY = rf"{_YEAR}-(?P<month>0[1-9]|1[0-2])-(?P<day>0[1-9]|[12]\d|3[01])"
_TIME = r"[ T](?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?"
# No number has zeros in front, no sign but a minus, no blanks: 007123 is a text (DESIGN.md, D5).
# Of nineteen digits, those that 64 bits always hold. More of them are a text, since a double would be another number.
_INT = r"0|-?[1-9]\d{0,17}|-?[1-8]\d{18}"
_DECIMAL = r"-?(?:0|[1-9]\d{0,16})(?:\.\d{1,17})?"
_EXPONENT = r"[eE][+-]?\d{1,3}"
_FLOAT = rf"-?(?:(?:(?:0|[1-9]\d*)\.\d*|\.\d+)(?:{_EXPONENT})?|(?:0|[1-9]\d*){_EXPONENT}|0|[1-9]\d{{0,16}})"
_BOOL = r"(?i:true|false|t|f|yes|no|y|n)"
_DIGITS = 18
_PROBED = 256
_NAMES = {Kind.BIGINT: "int", Kind.DECIMAL: "decimal", Kind.DATE: "date", Kind.TIMESTAMP: "timestamp", Kind.BOOLEAN: "bool"}
_MISSING_WORDS = ("null", "none", "nan", "n/a", "-", "--", "?", "#n/a", "\\n")


@dataclass(frozen=True)
class Inferred:
    """A column in its type.

    Attributes:
        type: int, decimal, float, bool, date, timestamp, string; empty when it holds no text at all.
        format: how dates are written, in the terms of strptime; empty for all else.
        values: typed; null where the text is missing or invalid.
        invalid: rows with a text that the type does not spell.
        suspected_missing: rows with a word that often means a missing value; it counts as a value (`NA` is North America).
    """

    type: str
    values: pa.Array
    texts: Counted
    missing: int
    invalid: int
    format: str = ""
    suspected_missing: int = 0


@dataclass(frozen=True)
class _Reading:
    type: str
    pattern: str
    parse: Callable[[pa.Array], pa.Array]
    format: str = ""

    @property
    def name(self) -> str:
        """The type; of dates, which are written in several ways, the format."""
        return self.format if self.type == "date" else self.type


_TYPES: tuple[tuple[str, Callable[[pa.DataType], bool]], ...] = (
    ("int", pa.types.is_integer),
    ("decimal", pa.types.is_decimal),
    ("float", pa.types.is_floating),
    ("bool", pa.types.is_boolean),
    ("date", pa.types.is_date),
    ("timestamp", pa.types.is_timestamp),
)


def infer(column: pa.Array) -> Inferred:
    """The column in the first type that nearly all its texts spell, the most specific first; an empty text is missing."""
    if not pa.types.is_string(_texts_of(column.type)):
        return typed(column)
    given = counted(column)
    present = _without_blanks(given)
    total = int(present.counts.sum())
    reading = _reading(present) if total else None
    suspected = int(present.counts[flags(pc.is_in(pc.utf8_lower(present.unique), text_array(_MISSING_WORDS)))].sum())
    missing = len(column) - total
    if reading is None and total and (found := _in_source_format(column, present, missing, suspected)):
        return found
    if reading is None:
        return Inferred("string" if total else "", present.unique, present, missing, 0, suspected_missing=suspected)
    parsed = reading.parse(_only(present.unique, reading.pattern))
    invalid = int(present.counts[~is_valid(parsed)].sum())
    values = parsed.take(pc.index_in(_dense(column), present.unique))
    return Inferred(reading.type, values, present, missing, invalid, reading.format, suspected)


def _in_source_format(column: pa.Array, present: Counted, missing: int, suspected: int) -> Inferred | None:
    """Return the column read by the source format that a drafted contract would declare; None if no format is clear."""
    has_digit = flags(pc.match_substring_regex(present.unique, "[0-9]"))
    is_mostly = has_digit.any() and present.counts[has_digit].sum() >= MINIMUM_SHARE * present.counts.sum()
    texts = present.unique.filter(bool_array(has_digit)) if is_mostly else present.unique
    if not infer_format(texts.slice(0, _PROBED)).readings:
        return None
    readings = infer_format(texts).readings
    if len(readings) != 1 or is_plain(readings[0]):
        return None
    (reading,) = readings
    values = _values_of(reading, texts)
    invalid = int(present.counts.sum() - present.counts[flags(pc.is_in(present.unique, texts.filter(values.is_valid())))].sum())
    form = reading.format.patterns[0] if reading.format.patterns else ""
    return Inferred(_NAMES[reading.kind], values.take(pc.index_in(_dense(column), texts)), present, missing, invalid, form, suspected)


def _values_of(reading: Reading, texts: pa.Array) -> pa.Array:
    if reading.kind not in {Kind.DECIMAL, Kind.BIGINT}:
        typed_as = Column("", ColumnType(reading.kind), format=reading.format)
        return cast_column(typed_as, without_nulls(typed_as, texts)).values
    shown = trimmed(texts) if reading.format.trim else texts
    plain = plain_numbers(shown, reading.format)
    return _as_decimals(plain) if reading.kind is Kind.DECIMAL else cast_column(Column("", ColumnType(Kind.BIGINT)), plain).values


def _reading(present: Counted) -> _Reading | None:
    """The first reading that nearly all texts have, or the one of its rivals that more of them have."""
    first = next((reading for reading in _READINGS if _share(present, reading.pattern) >= MINIMUM_SHARE), None)
    if first is None:
        return None
    rivals = next(([one for one in _READINGS if one.name in names] for names in _RIVALS if first.name in names), [first])
    return max(rivals, key=lambda one: _share(present, one.pattern))


def _texts_of(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def typed(column: pa.Array) -> Inferred:
    """A column whose file states its type; nested values are counted, but not read."""
    kind = next((name for name, holds in _TYPES if holds(column.type)), "nested")
    as_text = counted(pc.cast(column, pa.string())) if kind != "nested" else Counted(text_array([]), np.empty(0, np.int64))
    return Inferred(kind, column if kind != "nested" else pa.nulls(len(column)), as_text, column.null_count, 0)


def _without_blanks(given: Counted) -> Counted:
    kept = ~flags(pc.equal(pc.utf8_trim_whitespace(given.unique), literal("")))
    return Counted(given.unique.filter(bool_array(kept)), given.counts[kept])


def _dense(column: pa.Array) -> pa.Array:
    return column.dictionary_decode() if isinstance(column, pa.DictionaryArray) else column


def _share(present: Counted, pattern: str) -> float:
    return float(present.counts[flags(pc.match_substring_regex(present.unique, f"^(?:{pattern})$"))].sum()) / float(present.counts.sum())


def _only(unique: pa.Array, pattern: str) -> pa.Array:
    fits = pc.match_substring_regex(unique, f"^(?:{pattern})$")
    return pc.replace_with_mask(unique, pc.invert(fits), pa.nulls(1, pa.string())[0])


def _as_decimals(text: pa.Array) -> pa.Array:
    """As many places as the longest fraction has; what does not fit 18 digits then becomes a double, to be measured only."""
    fraction = pc.utf8_length(pc.replace_substring_regex(text, r"^[^.]*\.?", ""))
    scale = pc.max(fraction).as_py() or 0
    whole = pc.max(pc.utf8_length(pc.replace_substring_regex(text, r"^-?(\d*)(?:\..*)?$", r"\1"))).as_py() or 0
    return pc.cast(text, pa.decimal128(_DIGITS, scale) if whole + scale <= _DIGITS else pa.float64())


def _as_days(text: pa.Array, pattern: str) -> pa.Array:
    """Days since 1970, null for days that no calendar has."""
    parts = pc.extract_regex(text, f"^(?:{pattern})")
    year, month, day = (_part(parts, name) for name in ("year", "month", "day"))
    months = (12 * (year - 1970) + month - 1).astype("datetime64[M]")
    days = months.astype("datetime64[D]") + (day - 1)
    real = is_valid(text) & (days.astype("datetime64[M]") == months)
    ints = np.ascontiguousarray(days.astype(np.int64).astype(np.int32))
    return pa.Array.from_buffers(pa.date32(), len(text), [pa.py_buffer(np.packbits(real, bitorder="little")), pa.py_buffer(ints)])


def _part(parts: pa.Array, name: str) -> Values:
    return as_numpy(filled(pc.cast(pc.struct_field(parts, name), pa.int64()), "1"))


def _as_instants(text: pa.Array, pattern: str) -> pa.Array:
    """Naive UTC, zero seconds where none are written; null for days that no calendar has."""
    nothing = pa.nulls(1, pa.string())[0]
    real = pc.if_else(_as_days(text, pattern).is_valid(), pc.replace_substring_regex(text, r"(\.\d{6})\d+", r"\1"), nothing)
    zoned = pc.match_substring_regex(real, r":\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)$")
    moved = pc.cast(pc.cast(pc.if_else(zoned, real, nothing), pa.timestamp("us", "UTC")), pa.timestamp("us"))
    return pc.coalesce(pc.cast(pc.if_else(zoned, nothing, real), pa.timestamp("us")), moved)


def _of_days(pattern: str, form: str) -> _Reading:
    return _Reading("date", pattern, lambda text: _as_days(text, pattern), form)


# What some texts of a column spell and others do not: `5` and `7.50` are both decimals, `12/31/2023` has no month 31.
_RIVALS = (("int", "decimal", "float"), ("%d/%m/%Y", "%m/%d/%Y"))
_READINGS = (
    _Reading("int", _INT, lambda text: pc.cast(text, pa.int64())),
    _Reading("decimal", _DECIMAL, _as_decimals),
    _Reading("float", _FLOAT, lambda text: pc.cast(text, pa.float64())),
    _Reading("bool", _BOOL, lambda text: pc.match_substring_regex(text, r"^(?i:true|t|yes|y)$")),
    _of_days(_ISO_DAY, "%Y-%m-%d"),
    _Reading("timestamp", _ISO_DAY + _TIME, lambda text: _as_instants(text, _ISO_DAY + _TIME), "ISO 8601"),
    # Where both readings fit, day first: only the United States write the month first.
    _of_days(f"{_DAY}/{_MONTH}/{_YEAR}", "%d/%m/%Y"),
    _of_days(f"{_MONTH}/{_DAY}/{_YEAR}", "%m/%d/%Y"),
    _of_days(rf"{_DAY}\.{_MONTH}\.{_YEAR}", "%d.%m.%Y"),
    _of_days(f"{_DAY}-{_MONTH}-{_YEAR}", "%d-%m-%Y"),
    _of_days(f"{_YEAR}/{_MONTH}/{_DAY}", "%Y/%m/%d"),
)
