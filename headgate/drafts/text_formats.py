"""The formats in which most values of a text column are numbers, days or times, for a person who types it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headgate.contracts.model import Column, ColumnType, Kind
from headgate.contracts.source_format import EITHER
from headgate.values.cast_declared import cast_column, without_nulls
from headgate.values.cells import (
    Rows,
    blank_to_null,
    bool_array,
    by_unique,
    distinct_counts,
    flags,
    int_array,
    numbers,
)
from headgate.values.format_inference import Reading, infer_format

NUMBER = "number"
KINDS = {
    Kind.BIGINT: NUMBER,
    Kind.DECIMAL: NUMBER,
    Kind.DATE: "day",
    Kind.TIMESTAMP: "time",
}
_MAX_SHAPES, _PARTS, _OF_SHAPE = 6, 3, 12
_MAX_FORMATS = 4  # of a kind
_MIN_SHARE = 0.5  # of the values with digits: the type is none of the column's otherwise
_MIN_OTHER_SHARE = 0.1  # of the values with digits that a further format reads


@dataclass(frozen=True)
class TextFormat:
    """A format of numbers, days or times among the values of a text column.

    Attributes:
        kind: `number`, `day` or `time`.
        waiting: the rows with another value.
    """

    kind: str
    reading: Reading
    waiting: int


def text_formats(text: pa.Array, *, decimal: str = "") -> tuple[TextFormat, ...]:
    """Return the formats that read at least half of the values with digits, the best one of a kind first.

    A format is left out if a better one reads the same values from all its texts. Both are listed for
    03/04/2026, which may be in March.

    Args:
        decimal: the decimal sign of other columns, whose format of numbers is better than any other.
    """
    unique, counts = distinct_counts(pc.utf8_trim_whitespace(blank_to_null(text).drop_null()))
    has_digit = flags(pc.match_substring_regex(unique, "[0-9]"))
    if not has_digit.any():
        return ()
    written, rows = unique.filter(bool_array(has_digit)), counts[has_digit]
    every, digits = int(counts.sum()), int(rows.sum())
    read = [(reading, _values(written, reading)) for reading in _candidates(written, rows)]
    read.sort(key=lambda each: (each[0].format.decimal != decimal, -_rows(each[1], rows)))
    formats: list[TextFormat] = []
    for kind in dict.fromkeys(KINDS.values()):
        kept: list[tuple[Reading, pa.Array]] = []
        for reading, values in read:
            is_other = KINDS[reading.kind] == kind and not any(_has_all(best, values) for _, best in kept)
            if is_other and _rows(values, rows) >= (_MIN_OTHER_SHARE if kept else _MIN_SHARE) * digits:
                kept.append((reading, values))
        formats += [
            TextFormat(kind, reading, every - _rows(values, rows)) for reading, values in kept[:_MAX_FORMATS]
        ]
    return tuple(formats)


def _values(texts: pa.Array, reading: Reading) -> pa.Array:
    widest = ColumnType(Kind.DECIMAL, precision=38, scale=9)
    column_type = widest if KINDS[reading.kind] == NUMBER else ColumnType(reading.kind)
    column = Column("", column_type, format=reading.format)
    return cast_column(column, without_nulls(column, texts)).values


def _rows(values: pa.Array, rows: Rows) -> int:
    return int(rows[flags(values.is_valid())].sum())


def _has_all(best: pa.Array, values: pa.Array) -> bool:
    """Return whether a better format reads the same values."""
    is_same = pc.or_kleene(values.is_null(), pc.equal(values, best))
    return bool(pc.all(pc.fill_null(is_same, fill_value=False)).as_py())


def _candidates(written: pa.Array, rows: Rows) -> Iterator[Reading]:
    """Yield the readings of the most frequent shapes, and of numbers that are each read by itself."""
    inferred = [
        reading
        for shape in _shapes(written, rows)
        for reading in infer_format(shape, are_durations=True).readings
        if reading.kind in KINDS
    ]
    plain = [reading for reading in inferred if KINDS[reading.kind] == NUMBER]
    signs = tuple(sorted({sign for each in plain for sign in each.format.currency}))
    with_signs = [
        each
        if each.format.units or each.format.duration
        else replace(each, format=replace(each.format, currency=signs))
        for each in plain
    ]
    used = {sign for each in plain for sign in (each.format.decimal, each.format.thousands)}
    either = [
        Reading(Kind.DECIMAL, replace(each.format, decimal=EITHER, thousands=""))
        for each in with_signs[:1]
        if {".", ","} <= used
    ]
    others = [reading for reading in inferred if KINDS[reading.kind] != NUMBER]
    yield from dict.fromkeys(
        (replace(each, plain=None) for each in (*with_signs, *either, *others)),
    )


def _shapes(written: pa.Array, rows: Rows) -> Iterator[pa.Array]:
    """Yield values of each of the most frequent shapes, such as `9.9.9` of days, in several parts."""
    shapes, shape_of = by_unique(pc.replace_substring_regex(written, "[0-9]+", "9"))
    places = numbers(shape_of)
    frequent = np.argsort(-np.bincount(places, weights=rows, minlength=len(shapes)), kind="stable")
    for shape in frequent[:_MAX_SHAPES]:
        of_shape = np.flatnonzero(places == shape)
        for part in range(_PARTS):  # one of them may have an impossible day
            if len(of_shape) > part:
                yield written.take(int_array(of_shape[part::_PARTS][:_OF_SHAPE]))
