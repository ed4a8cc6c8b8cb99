"""Decode blocks of rows in MySQL's binary protocol to Arrow columns.

A row is a zero byte, a null bitmap, and the non-null values: integers and floats in their own width, dates
and times as a length byte and their parts, all other types as length-encoded strings. A column is decoded for
all rows of a block at once, at the offsets where the previous column ended.

Source: https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_binary_resultset.html
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pymysql.constants import FIELD_TYPE  # type: ignore[import-untyped]  # PyMySQL ships no types

from headgate.errors import ContractError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.export.mysql.wire import WireColumn, WireRows
    from headgate.export.planning.mapping import ExportColumn

Values = np.ndarray[Any, np.dtype[Any]]

_NUMBERS = {
    FIELD_TYPE.TINY: "i1",
    FIELD_TYPE.SHORT: "i2",
    FIELD_TYPE.YEAR: "i2",
    FIELD_TYPE.LONG: "i4",
    FIELD_TYPE.INT24: "i4",
    FIELD_TYPE.LONGLONG: "i8",
    FIELD_TYPE.FLOAT: "f4",
    FIELD_TYPE.DOUBLE: "f8",
}
_REALS = {FIELD_TYPE.FLOAT, FIELD_TYPE.DOUBLE}
_DATES = {FIELD_TYPE.DATE, FIELD_TYPE.DATETIME, FIELD_TYPE.TIMESTAMP}

# Lengths of a date value with a time of day, and with microseconds.
_WITH_TIME, _WITH_MICROSECONDS = 7, 11
# The first byte of a length-encoded string is its length below 251; 252, 253 and 254 are the sizes of a
# length.
_LENGTH_BYTES = {0xFC: 2, 0xFD: 3, 0xFE: 8}
_LONGEST_SHORT = 250
_DAYS_BEFORE_MONTH = np.array(
    [0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 0, 0, 0], dtype=np.int32
)
_DAYS_IN_MONTH = np.array([0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 0, 0, 0], dtype=np.uint8)
_FEBRUARY = 2
_DAYS_TO_1970 = 719_162  # from 0001-01-01


@dataclass
class Decoder:
    """Decoder of one query's rows; `impossible_dates` counts the dates per column that became null."""

    columns: Sequence[ExportColumn]
    wire: Sequence[WireColumn]
    impossible_dates: dict[str, int] = field(default_factory=dict)

    @property
    def schema(self) -> pa.Schema:
        """The schema of every batch."""
        return pa.schema([column.field for column in self.columns])

    def batch(self, rows: WireRows) -> pa.RecordBatch:
        """Return the rows as a batch that no longer refers to the block."""
        block = _Block(rows)
        at = rows.starts + 1 + (len(self.wire) + 9) // 8
        arrays = []
        for number, (column, wire) in enumerate(zip(self.columns, self.wire, strict=True)):
            array, at = self._column(column, wire, block.nulls(number), block, at)
            arrays.append(array)
        return pa.RecordBatch.from_arrays(arrays, schema=self.schema)

    def _column(
        self, column: ExportColumn, wire: WireColumn, nulls: Values | None, block: _Block, at: Values
    ) -> tuple[pa.Array, Values]:
        if wire.type_code in _NUMBERS:
            values, at = block.numbers(wire, nulls, at)
            return _number_array(values, nulls, column.type), at
        if wire.type_code in _DATES:
            days, micros, possible, at = block.dates(nulls, at)
            gone = ~possible if nulls is None else ~possible | nulls
            self._count_impossible(column.name, possible, nulls)
            return _date_array(days, micros, gone if gone.any() else None, column.type), at
        array, at = block.strings(nulls, at)
        return _string_array(array, column), at

    def _count_impossible(self, name: str, possible: Values, nulls: Values | None) -> None:
        count = int((~possible).sum() if nulls is None else (~possible & ~nulls).sum())
        if count:
            self.impossible_dates[name] = self.impossible_dates.get(name, 0) + count


class _Block:
    """Typed views of one block of bytes."""

    def __init__(self, rows: WireRows) -> None:
        self._block = rows.block
        self._starts = rows.starts
        self._bytes = np.frombuffer(rows.block, np.uint8)

    def nulls(self, number: int) -> Values | None:
        """Return a mask of the nulls in a column; None if it has no nulls."""
        bit = number + 2  # the bitmap's first two bits are reserved
        bits = self._bytes[self._starts + (1 + bit // 8)] & np.uint8(1 << bit % 8)
        return bits.astype(bool) if bits.any() else None

    def _view(self, kind: str) -> Values:
        """Return a view of the values at every byte offset."""
        return np.ndarray(
            (len(self._block) - np.dtype(kind).itemsize + 1,), f"<{kind}", self._block, strides=(1,)
        )

    def numbers(self, wire: WireColumn, nulls: Values | None, at: Values) -> tuple[Values, Values]:
        """Return the values (arbitrary where null) and their end offsets."""
        kind = _NUMBERS[wire.type_code]
        if (wire.unsigned or wire.type_code == FIELD_TYPE.YEAR) and wire.type_code not in _REALS:
            kind = kind.replace("i", "u")
        values = self._view(kind)[at]
        return values, at + (values.itemsize if nulls is None else values.itemsize * ~nulls)

    def dates(self, nulls: Values | None, at: Values) -> tuple[Values, Values, Values, Values]:
        """Return days since 1970, microseconds of the day, validity of the dates, and end offsets."""
        size = self._bytes[at] if nulls is None else np.where(nulls, 0, self._bytes[at])
        year, month, day = self._view("u2")[at + 1], self._bytes[at + 3] & 15, self._bytes[at + 4]
        days, possible = _days_since_1970(year.astype(np.int32), month, day)
        micros = np.zeros(0, np.int64)
        if len(size) and size.max() >= _WITH_TIME:
            micros = np.where(size >= _WITH_TIME, self._time_of_day(at), 0)
        if len(size) and size.max() >= _WITH_MICROSECONDS:
            micros = micros + np.where(size >= _WITH_MICROSECONDS, self._view("u4")[at + 8], 0)
        possible &= size > 0
        return days, micros, possible, at + size + (1 if nulls is None else ~nulls)

    def _time_of_day(self, at: Values) -> Values:
        hours, minutes, seconds = self._bytes[at + 5], self._bytes[at + 6], self._bytes[at + 7]
        total: Values = ((hours.astype(np.int64) * 60 + minutes) * 60 + seconds) * 1_000_000
        return total

    def strings(self, nulls: Values | None, at: Values) -> tuple[pa.Array, Values]:
        """Return the values as bytes, and their end offsets."""
        first = self._bytes[at]
        size, start = first.astype(np.int64), at + 1
        if nulls is not None:
            size, start = np.where(nulls, 0, size), start - nulls
        if len(first) and (first > _LONGEST_SHORT).any():
            self._long(first, nulls, at, size, start)
        end = start + size
        return self._copy_slices(start, end, nulls), end

    def _long(self, first: Values, nulls: Values | None, at: Values, size: Values, start: Values) -> None:
        """Correct, in place, size and start of strings whose length takes more than one byte."""
        for mark, width in _LENGTH_BYTES.items():
            rows = np.flatnonzero(first == mark if nulls is None else (first == mark) & ~nulls)
            if len(rows):
                lengths = self._view("u8")[at[rows] + 1] & np.uint64((1 << 8 * width) - 1)
                size[rows], start[rows] = lengths.astype(np.int64), at[rows] + 1 + width

    def _copy_slices(self, start: Values, end: Values, nulls: Values | None) -> pa.Array:
        """Copy slices of the block to an array: every second element of an array that includes the gaps."""
        count = len(start)
        offsets = np.empty(2 * count, np.int32)
        offsets[0::2], offsets[1::2] = start, end
        both = pa.Array.from_buffers(
            pa.binary(), max(2 * count - 1, 0), [None, pa.py_buffer(offsets), pa.py_buffer(self._block)]
        )
        return both.take(_array(np.arange(0, 2 * count, 2, dtype=np.int32), nulls))


def _days_since_1970(year: Values, month: Values, day: Values) -> tuple[Values, Values]:
    """Return days in the proleptic Gregorian calendar, and the validity of the dates.

    Year 0 is invalid, because readers of Parquet disagree on it.
    """
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    before = year - 1
    before_month = _DAYS_BEFORE_MONTH[month] + (leap & (month > _FEBRUARY))
    days = before * 365 + before // 4 - before // 100 + before // 400 + before_month + day
    longest = _DAYS_IN_MONTH[month] - (~leap & (month == _FEBRUARY))
    possible = (year > 0) & (day > 0) & (day <= longest)
    return days - (_DAYS_TO_1970 + 1), possible


def _date_array(days: Values, micros: Values, gone: Values | None, target: pa.DataType) -> pa.Array:
    if pa.types.is_date32(target):
        return _array(days.astype(np.int32), gone, target)
    moments = days.astype(np.int64) * 86_400_000_000
    return _array(moments + micros if len(micros) else moments, gone, target)


def _array(values: Values, nulls: Values | None, target: pa.DataType | None = None) -> pa.Array:
    """Return an Arrow array over the same memory, without `pa.array`, which imports pandas (0.7 s)."""
    valid = None if nulls is None else pa.py_buffer(np.packbits(~nulls, bitorder="little"))
    return pa.Array.from_buffers(
        target or pa.from_numpy_dtype(values.dtype), len(values), [valid, pa.py_buffer(values)]
    )


def _number_array(values: Values, nulls: Values | None, target: pa.DataType) -> pa.Array:
    if pa.types.is_decimal(target):
        return _wide_array(values.astype(np.uint64), nulls, target)
    array = _array(values, nulls)
    if pa.types.is_boolean(target):
        return _flags(array)
    return array if array.type == target else array.cast(target)


def _wide_array(values: Values, nulls: Values | None, target: pa.DataType) -> pa.Array:
    """Return unsigned 64-bit integers as decimals of scale 0, in the low half of each 128-bit value."""
    wide = np.zeros((len(values), 2), np.uint64)
    wide[:, 0] = values
    return _array(wide, nulls, target)


def _flags(array: pa.Array) -> pa.Array:
    extremes = pc.min_max(array)
    if extremes["min"].is_valid and (extremes["min"].as_py() < 0 or extremes["max"].as_py() > 1):
        raise ContractError("a column that is BOOLEAN in the contract has numbers other than 0 and 1")
    return array.cast(pa.bool_())


def _string_array(array: pa.Array, column: ExportColumn) -> pa.Array:
    if pa.types.is_binary(column.type):
        return array
    text = array.cast(pa.string())
    return text if pa.types.is_string(column.type) else text.cast(column.type)
