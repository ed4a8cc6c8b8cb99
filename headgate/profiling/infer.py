"""Infer the type of a column of texts, and the texts that are not values of this type.

A draft decides (`headgate.drafts`). If a few texts prevent a type, the column has the type of nearly all of
its texts, and the others are invalid.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headgate.contracts.model import Column, ColumnType, Kind
from headgate.contracts.source_format import PLAIN, SourceFormat
from headgate.drafts.column_inference import Guess, guess_column, is_text_by_rule
from headgate.drafts.format_answers import answer_of
from headgate.profiling.arrays import Counted, Values, as_numpy, counted, fill_nulls
from headgate.values.cast_declared import cast_column, plain_numbers, trimmed, without_nulls
from headgate.values.cells import (
    bits_of,
    bool_array,
    decoded,
    decoded_type,
    flags,
    literal,
    matches,
    null_where,
    text_array,
)
from headgate.values.format_inference import NULL_WORDS, Reading, infer_format, infer_most, is_plain

# A type fits a column if at least this share of its texts match it: a few bad values do not turn numbers into
# texts.
MINIMUM_SHARE = 0.9
_YEAR = r"(?P<year>(?:1[6-9]|2[01])\d\d)"
_DAY, _MONTH = r"(?P<day>0?[1-9]|[12]\d|3[01])", r"(?P<month>0?[1-9]|1[0-2])"
_ISO_DATE = "yyyy-MM-dd"
_ISO_DAY = rf"{_YEAR}-(?P<month>0[1-9]|1[0-2])-(?P<day>0[1-9]|[12]\d|3[01])"
_TIME = r"[ T](?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?(?: ?(?:Z|[+-]\d\d:?\d\d))?"
# Numbers have no leading zeros, no sign except a minus, and no blanks: 007123 is a text (DESIGN.md, D5).
# Integers have the nineteen-digit values that always fit 64 bits; longer ones are texts, because a double
# would be another number.
_INT = r"0|-?[1-9]\d{0,17}|-?[1-8]\d{18}"
_DECIMAL = r"-?(?:0|[1-9]\d{0,16})(?:\.\d{1,17})?"
_EXPONENT = r"[eE][+-]?\d{1,3}"
_FLOAT = rf"-?(?:(?:(?:0|[1-9]\d*)\.\d*|\.\d+)(?:{_EXPONENT})?|(?:0|[1-9]\d*){_EXPONENT}|0|[1-9]\d{{0,16}})"
_TRUE, _FALSE = r"(?i:true|t|yes|y)", r"(?i:false|f|no|n)"
_BOOL = f"{_TRUE}|{_FALSE}"
_DIGITS = 18
_PROBE_TEXTS = 256
_NAMES = {
    Kind.BIGINT: "int",
    Kind.DECIMAL: "decimal",
    Kind.DOUBLE: "float",
    Kind.DATE: "date",
    Kind.TIMESTAMP: "timestamp",
    Kind.BOOLEAN: "bool",
}
_MISSING_WORDS = ("null", "none", "nan", "n/a", "-", "--", "?", "#n/a", "\\n")


@dataclass(frozen=True)
class TypedColumn:
    """A column in its type.

    Attributes:
        type: int, decimal, float, bool, date, timestamp, string; empty for a column without texts.
        format: how dates are written, in the patterns of a contract; for an ambiguous column the possible
            formats; else empty.
        values: typed; null if the text is missing or invalid.
        invalid: number of rows with a text that is not of the type.
        suspected_missing: number of rows with a word that often means a missing value; in a column of texts
            it counts as a value (`NA` is North America).
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
        """The type; for dates, which have several formats, the format."""
        return self.format if self.type == "date" else self.type


NESTED = "nested"  # lists and objects, whose values are counted, but not read
_TYPES: tuple[tuple[str, Callable[[pa.DataType], bool]], ...] = (
    ("int", pa.types.is_integer),
    ("decimal", pa.types.is_decimal),
    ("float", pa.types.is_floating),
    ("bool", pa.types.is_boolean),
    ("date", pa.types.is_date),
    ("timestamp", pa.types.is_timestamp),
)


def infer(column: pa.Array, name: str = "") -> TypedColumn:
    """Return the column in the type that `contract init` would draft.

    If bad values prevent a type, return it in the type of nearly all texts. An empty text is missing, and so
    is a word such as `n/a` in a column of another type than text, as a draft reads it. An ambiguous column is
    text, and `format` lists how it can be read.
    """
    return _without_null_words(_as_written(column, name))


def _without_null_words(read: TypedColumn) -> TypedColumn:
    if read.type == "string" or not read.invalid:
        return read
    words = flags(pc.is_in(trimmed(pc.cast(read.texts.unique, pa.string())), text_array(NULL_WORDS)))
    missing = min(read.invalid, int(read.texts.counts[words].sum()))
    return replace(read, missing=read.missing + missing, invalid=read.invalid - missing) if missing else read


def _as_written(column: pa.Array, name: str) -> TypedColumn:
    if not pa.types.is_string(decoded_type(column.type)):
        return typed(column)
    given = counted(column)
    is_filled = ~flags(pc.equal(pc.utf8_trim_whitespace(given.unique), literal("")))
    present = Counted(given.unique.filter(bool_array(is_filled)), given.counts[is_filled])
    total = int(present.counts.sum())
    suspected = int(
        present.counts[flags(pc.is_in(pc.utf8_lower(present.unique), text_array(_MISSING_WORDS)))].sum()
    )
    missing = len(column) - total
    as_text = TypedColumn(
        "string" if total else "", present.unique, present, missing, 0, suspected_missing=suspected
    )
    if not total or is_text_by_rule(name, present.unique):
        return as_text
    guess = _guess(name, present.unique)
    if guess.choices:
        return replace(as_text, format=" or ".join(map(answer_of, guess.choices)))
    if guess.type.kind is not Kind.STRING:
        return _read_by_guess(column, as_text, guess)
    return _in_majority_type(column, as_text)


def _guess(name: str, texts: pa.Array) -> Guess:
    """Return the guess of `contract init`; if no format reads the first texts, the column is text."""
    probe = guess_column(name, texts.slice(0, _PROBE_TEXTS), with_most=False)
    is_text = probe.type.kind is Kind.STRING and not probe.choices
    return probe if is_text or len(texts) <= _PROBE_TEXTS else guess_column(name, texts, with_most=False)


def _read_by_guess(column: pa.Array, as_text: TypedColumn, guess: Guess) -> TypedColumn:
    texts = as_text.texts.unique
    given = Column("", guess.type, format=guess.format)
    if guess.type.kind is Kind.DECIMAL:
        values = _as_decimals(_plain_spelling(texts, guess.format or PLAIN))
    else:
        values = cast_column(given, without_nulls(given, texts)).values
    invalid = int(as_text.texts.counts[~flags(values.is_valid())].sum())
    form = _date_format(guess.type.kind, guess.format)
    return replace(
        as_text,
        type=_NAMES[guess.type.kind],
        values=_in_rows(column, texts, values),
        invalid=invalid,
        format=form,
    )


def _date_format(kind: Kind, declared: SourceFormat | None) -> str:
    if declared and declared.patterns:
        return " or ".join(declared.patterns)
    return {Kind.DATE: _ISO_DATE, Kind.TIMESTAMP: "ISO 8601"}.get(kind, "")


def _in_rows(column: pa.Array, texts: pa.Array, values: pa.Array) -> pa.Array:
    """Return the value of each row's text."""
    return values.take(pc.index_in(decoded(column), texts))


def _in_majority_type(column: pa.Array, as_text: TypedColumn) -> TypedColumn:
    """Return the column in the first type that matches nearly all of its texts, the most specific first."""
    present = as_text.texts
    readings = _readings(present)
    if not readings:
        return _in_source_format(column, as_text)
    if len(readings) > 1:
        return replace(as_text, format=" or ".join(reading.format for reading in readings))
    (reading,) = readings
    parsed = reading.parse(null_where(~flags(matches(present.unique, reading.pattern)), present.unique))
    invalid = int(present.counts[~flags(parsed.is_valid())].sum())
    values = _in_rows(column, present.unique, parsed)
    return replace(as_text, type=reading.type, values=values, invalid=invalid, format=reading.format)


def _in_source_format(column: pa.Array, as_text: TypedColumn) -> TypedColumn:
    """Return the column in the source format that a draft without the other texts would declare."""
    present = as_text.texts
    has_digit = flags(pc.match_substring_regex(present.unique, "[0-9]"))
    if present.counts[has_digit].sum() >= MINIMUM_SHARE * present.counts.sum():
        texts = present.unique.filter(bool_array(has_digit))
        if (
            len(infer_format(texts.slice(0, _PROBE_TEXTS)).readings) > 1
            and len(readings := infer_format(texts).readings) > 1
        ):
            return replace(as_text, format=" or ".join(map(answer_of, readings)))
    most = infer_most(present.unique, present.counts)
    if most is None or is_plain(most.reading):
        return as_text
    values = _values_of(most.reading, present.unique)
    invalid = int(present.counts[~flags(values.is_valid())].sum())
    form = _date_format(most.reading.kind, most.reading.format)
    in_rows = _in_rows(column, present.unique, values)
    return replace(as_text, type=_NAMES[most.reading.kind], values=in_rows, invalid=invalid, format=form)


def _values_of(reading: Reading, texts: pa.Array) -> pa.Array:
    if reading.kind not in {Kind.DECIMAL, Kind.BIGINT}:
        typed_as = Column("", ColumnType(reading.kind), format=reading.format)
        return cast_column(typed_as, without_nulls(typed_as, texts)).values
    plain = _plain_spelling(texts, reading.format)
    return (
        _as_decimals(plain)
        if reading.kind is Kind.DECIMAL
        else cast_column(Column("", ColumnType(Kind.BIGINT)), plain).values
    )


def _plain_spelling(texts: pa.Array, declared: SourceFormat) -> pa.Array:
    given = Column("", ColumnType(Kind.DECIMAL), format=declared)
    kept = without_nulls(given, texts)
    return plain_numbers(trimmed(kept) if declared.trim else kept, declared)


def _readings(present: Counted) -> list[_Reading]:
    """Return the first reading of nearly all texts, or the best of its rivals.

    Several readings are returned if they are equally good, so that the column is ambiguous.
    """
    first = next(
        (reading for reading in _READINGS if _share(present, reading.pattern) >= MINIMUM_SHARE), None
    )
    if first is None or (first.type == "bool" and not (_share(present, _TRUE) and _share(present, _FALSE))):
        return []  # `no` alone is a word of several languages
    rivals = next(
        (
            [reading for reading in _READINGS if reading.name in names]
            for names in _RIVALS
            if first.name in names
        ),
        [first],
    )
    shares = [_share(present, reading.pattern) for reading in rivals]
    best = [reading for reading, share in zip(rivals, shares, strict=True) if share == max(shares)]
    return best if first.type == "date" else best[:1]


def typed(column: pa.Array) -> TypedColumn:
    """Return a column with the type that its file states; nested values are counted, but not read."""
    kind = next((name for name, holds in _TYPES if holds(column.type)), NESTED)
    as_text = (
        counted(pc.cast(column, pa.string()))
        if kind != NESTED
        else Counted(text_array([]), np.empty(0, np.int64))
    )
    return TypedColumn(
        kind, column if kind != NESTED else pa.nulls(len(column)), as_text, column.null_count, 0
    )


def _share(present: Counted, pattern: str) -> float:
    return float(present.counts[flags(matches(present.unique, pattern))].sum() / present.counts.sum())


def _as_decimals(text: pa.Array) -> pa.Array:
    """Return decimals with as many places as the longest fraction.

    Numbers of more than 18 digits become doubles, which are only measured.
    """
    fraction = pc.utf8_length(pc.replace_substring_regex(text, r"^[^.]*\.?", ""))
    scale = pc.max(fraction).as_py() or 0
    whole = (
        pc.max(pc.utf8_length(pc.replace_substring_regex(text, r"^-?(\d*)(?:\..*)?$", r"\1"))).as_py() or 0
    )
    return pc.cast(text, pa.decimal128(_DIGITS, scale) if whole + scale <= _DIGITS else pa.float64())


def _as_days(text: pa.Array, pattern: str) -> pa.Array:
    """Return days since 1970, null for dates that do not exist."""
    parts = pc.extract_regex(text, f"^(?:{pattern})")
    year, month, day = (_part(parts, name) for name in ("year", "month", "day"))
    months = (12 * (year - 1970) + month - 1).astype("datetime64[M]")
    days = months.astype("datetime64[D]") + (day - 1)
    real = flags(text.is_valid()) & (days.astype("datetime64[M]") == months)
    ints = np.ascontiguousarray(days.astype(np.int64).astype(np.int32))
    return pa.Array.from_buffers(pa.date32(), len(text), [bits_of(real), pa.py_buffer(ints)])


def _part(parts: pa.Array, name: str) -> Values:
    return as_numpy(fill_nulls(pc.cast(pc.struct_field(parts, name), pa.int64()), "1"))


def _as_instants(text: pa.Array, pattern: str) -> pa.Array:
    """Return naive UTC with zero seconds by default; null for dates that do not exist."""
    null_text = pa.nulls(1, pa.string())[0]
    real = pc.if_else(
        _as_days(text, pattern).is_valid(),
        pc.replace_substring_regex(text, r"(\.\d{6})\d+", r"\1"),
        null_text,
    )
    real = pc.replace_substring_regex(real, r" (Z|[+-]\d\d:?\d\d)$", r"\1")
    zoned = pc.match_substring_regex(real, r":\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)$")
    moved = pc.cast(
        pc.cast(pc.if_else(zoned, real, null_text), pa.timestamp("us", "UTC")), pa.timestamp("us")
    )
    return pc.coalesce(pc.cast(pc.if_else(zoned, null_text, real), pa.timestamp("us")), moved)


def _of_days(pattern: str, form: str) -> _Reading:
    return _Reading("date", pattern, lambda text: _as_days(text, pattern), form)


# Formats of which some match only a part of a column's texts: `5` and `7.50` are both decimals, and
# `12/31/2023` has no month 31.
_RIVALS = (("int", "decimal", "float"), ("dd/MM/yyyy", "MM/dd/yyyy"), ("dd-MM-yyyy", "MM-dd-yyyy"))
_READINGS = (
    _Reading("int", _INT, lambda text: pc.cast(text, pa.int64())),
    _Reading("decimal", _DECIMAL, _as_decimals),
    _Reading("float", _FLOAT, lambda text: pc.cast(text, pa.float64())),
    _Reading("bool", _BOOL, lambda text: pc.match_substring_regex(text, f"^{_TRUE}$")),
    _of_days(_ISO_DAY, _ISO_DATE),
    _Reading("timestamp", _ISO_DAY + _TIME, lambda text: _as_instants(text, _ISO_DAY + _TIME), "ISO 8601"),
    _of_days(f"{_DAY}/{_MONTH}/{_YEAR}", "dd/MM/yyyy"),
    _of_days(f"{_MONTH}/{_DAY}/{_YEAR}", "MM/dd/yyyy"),
    _of_days(rf"{_DAY}\.{_MONTH}\.{_YEAR}", "dd.MM.yyyy"),
    _of_days(f"{_DAY}-{_MONTH}-{_YEAR}", "dd-MM-yyyy"),
    _of_days(f"{_MONTH}-{_DAY}-{_YEAR}", "MM-dd-yyyy"),
    _of_days(f"{_YEAR}/{_MONTH}/{_DAY}", "yyyy/MM/dd"),
)
