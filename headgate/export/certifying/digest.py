"""The digest of a set of rows: equal if the server computes it in SQL and Headgate from the written file.

A row's text is its null bitmaps and the canonical texts of its non-null values in column order, joined by the
unit separator. A null bitmap is a number that covers 63 columns, the first column in the lowest bit. The
digest is the number of rows, the sum of the checksums of their texts (CRC-32 for MySQL; for PostgreSQL, which
has no CRC-32, its own 64-bit hash), and the number of non-null values per column. A sum does not depend on
the order of rows, and unlike XOR it detects a duplicated row. The digest detects accidents: lost, duplicated,
truncated, shifted or changed rows. It does not detect forgery; the SHA-256 of the files in the manifest does.
"""

from __future__ import annotations

import hashlib
import re
import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headgate.export.certifying.postgres_hash import sum_of_hashes
from headgate.export.planning.mapping import CanonicalForm, ExportColumn
from headgate.export.reading.csv_files import decimal_text
from headgate.export.reading.file_batches import file_batches
from headgate.export.server.sql_dialect import MAX_HASHED_BYTES, SEPARATOR, SqlDialect

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    class Printed(Protocol):
        """A column whose values have a canonical text."""

        @property
        def name(self) -> str: ...  # noqa: D102 a declaration
        @property
        def type(self) -> pa.DataType | str: ...  # noqa: D102 a declaration
        @property
        def form(self) -> CanonicalForm: ...  # noqa: D102 a declaration
        @property
        def fraction_digits(self) -> int: ...  # noqa: D102 a declaration


_COLUMNS_PER_BITMAP = 63
_COLUMNS_PER_TEST = 16


def _scalar(value: bytes) -> pa.Scalar:
    """Return a scalar without `pa.scalar`, which imports pandas; that takes longer than a small digest."""
    return pa.Array.from_buffers(
        pa.binary(), 1, [None, pa.py_buffer(struct.pack("<ii", 0, len(value))), pa.py_buffer(value)]
    )[0]


_SEPARATOR, _NO_NULLS = _scalar(SEPARATOR), _scalar(b"0")
# MySQL writes longer doubles with an exponent (dtoa.c, MAX_DECPT_FOR_F_FORMAT = DBL_DIG).
_FIXED_DIGITS = 15
_MICROSECOND_DIGITS = 6
_HEX = np.frombuffer(b"0123456789abcdef", np.uint8)
# PostgreSQL's epoch is 2000-01-01 (datatype/timestamp.h, POSTGRES_EPOCH_JDATE).
_POSTGRES_EPOCH_US = 946_684_800_000_000
_REAL = re.compile(r"(?P<sign>-?)(?P<whole>\d+)(?:\.(?P<fraction>\d+))?(?:e(?P<exponent>[+-]?\d+))?")


@dataclass(frozen=True)
class Digest:
    """The digest of a set of rows; `present` is the number of non-null values per column, in column order."""

    rows: int
    checksum: int
    present: tuple[int, ...]

    def __add__(self, other: Digest) -> Digest:
        present = (mine + others for mine, others in zip(self.present, other.present, strict=True))
        return Digest(self.rows + other.rows, self.checksum + other.checksum, tuple(present))

    @classmethod
    def of_nothing(cls, columns: int) -> Digest:
        """Return the digest of zero rows."""
        return cls(0, 0, (0,) * columns)

    @classmethod
    def from_dict(cls, read: Mapping[str, Any]) -> Digest:
        """Return the digest from the result of `asdict`."""
        return cls(read["rows"], read["checksum"], tuple(read["present"]))


def digest_sql(
    table_sql: str, columns: Sequence[ExportColumn], where: str, *, impossible_as_null: bool = False
) -> str:
    """Return the query whose one row is the digest of the rows that meet `where`.

    Args:
        impossible_as_null: treat invalid dates as null, as in Parquet. It costs the server half as much
            again, so use it only for slices with invalid dates.
    """
    texts = [column.digest_sql(impossible_as_null=impossible_as_null) for column in columns]
    nulls = _nulls_sql([column.null_sql(impossible_as_null=impossible_as_null) for column in columns])
    dialect = columns[0].dialect if columns else SqlDialect.MYSQL
    counts = "".join(f", {column.count_sql(impossible_as_null=impossible_as_null)}" for column in columns)
    checksum, rows = dialect.checksum_sql(
        [*nulls, *texts],
        [column.at_source for column in columns if column.nullable],
        f"{table_sql} WHERE {where}",
    )
    return f"SELECT COUNT(*), COALESCE(SUM({checksum}), 0){counts} FROM {rows}"  # noqa: S608 quoted names, own literals


def _nulls_sql(conditions: Sequence[str]) -> list[str]:
    """Return the SQL expressions of a row's null bitmaps."""
    expressions = []
    for first in range(0, len(conditions), _COLUMNS_PER_BITMAP):
        places = [
            (place, condition)
            for place, condition in enumerate(conditions[first : first + _COLUMNS_PER_BITMAP])
            if condition
        ]
        starts = range(0, len(places), _COLUMNS_PER_TEST)
        groups = [places[start : start + _COLUMNS_PER_TEST] for start in starts]
        expressions.append(" | ".join(map(_null_bits_sql, groups)) or "0")
    return expressions


def _null_bits_sql(places: Sequence[tuple[int, str]]) -> str:
    """Return the bits of a few columns, after one test for any null: most rows have none."""
    bits = " | ".join(f"CASE WHEN {condition} THEN {1 << place} ELSE 0 END" for place, condition in places)
    return f"CASE WHEN {' OR '.join(f'({condition})' for _, condition in places)} THEN {bits} ELSE 0 END"


def digest_from(row: Sequence[Any]) -> Digest:
    """Return the digest in the result row of `digest_sql`."""
    return Digest(int(row[0]), int(row[1]), tuple(int(count) for count in row[2:]))


def digest_of_file(path: Path, columns: Sequence[Printed], dialect: SqlDialect = SqlDialect.MYSQL) -> Digest:
    """Return the digest of the rows read from a Parquet or CSV file."""
    total = Digest.of_nothing(len(columns))
    for batch in file_batches(path, {column.name: column.type for column in columns}):
        total += digest_of(batch, columns, dialect)
    return total


def digest_of(
    rows: pa.RecordBatch, columns: Sequence[Printed], dialect: SqlDialect = SqlDialect.MYSQL
) -> Digest:
    """Return the digest of the rows, with the checksum of the server's dialect."""
    texts = [
        canonical_text(rows.column(column.name), column.form, column.fraction_digits) for column in columns
    ]
    lines = pc.binary_join_element_wise(*_nulls(texts), *texts, _SEPARATOR, null_handling="skip")
    present = tuple(rows.num_rows - text.null_count for text in texts)
    return Digest(rows.num_rows, checksum_of(lines, dialect), present)


def checksum_of(lines: pa.Array, dialect: SqlDialect) -> int:
    """Return the sum of the checksums of the rows' texts, as `SqlDialect.checksum_sql` computes them."""
    if dialect is SqlDialect.MYSQL:
        return sum(map(zlib.crc32, lines.to_pylist()))
    return sum_of_hashes(lines, MAX_HASHED_BYTES)


def _nulls(texts: Sequence[pa.Array]) -> list[pa.Array | pa.Scalar]:
    """Return the null bitmaps of the rows, as `_nulls_sql` computes them."""
    starts = range(0, len(texts), _COLUMNS_PER_BITMAP)
    return [_null_bitmap(texts[start : start + _COLUMNS_PER_BITMAP]) for start in starts]


def _null_bitmap(texts: Sequence[pa.Array]) -> pa.Array | pa.Scalar:
    if not any(text.null_count for text in texts):
        return _NO_NULLS
    bits = np.zeros(len(texts[0]), np.int64)
    for place, text in enumerate(texts):
        if text.null_count:
            bits |= _is_null(text).astype(np.int64) << place
    return (
        pa.Array.from_buffers(pa.int64(), len(bits), [None, pa.py_buffer(bits)])
        .cast(pa.string())
        .cast(pa.binary())
    )


def _is_null(values: pa.Array) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Return 1 for null and 0 for other values, without `to_numpy`, which imports pandas."""
    flags = values.is_null()
    bits = np.frombuffer(flags.buffers()[1], np.uint8)
    return np.unpackbits(bits, bitorder="little", count=flags.offset + len(flags))[flags.offset :]


def canonical_text(values: pa.Array, form: CanonicalForm, fraction_digits: int = 0) -> pa.Array:
    """Return the canonical texts as bytes, as `ExportColumn.digest_sql` computes them; null stays null."""
    if form in _SPECIAL:
        return _SPECIAL[form](values)
    if form is CanonicalForm.MOMENT:
        return _moment_text(values, fraction_digits).cast(pa.binary())
    if pa.types.is_decimal(values.type):
        return decimal_text(values).cast(pa.binary())
    if pa.types.is_boolean(values.type):
        values = values.cast(pa.int8())
    return values if pa.types.is_binary(values.type) else values.cast(pa.string()).cast(pa.binary())


def _checksum_text(values: pa.Array) -> pa.Array:
    """Return the CRC-32 of each value's bytes in decimal; null stays null."""
    checksums = np.fromiter(
        (zlib.crc32(value or b"") for value in values.cast(pa.binary()).to_pylist()), np.int64, len(values)
    )
    return (
        pa.Array.from_buffers(pa.int64(), len(values), [_validity(values), pa.py_buffer(checksums)])
        .cast(pa.string())
        .cast(pa.binary())
    )


def _validity(values: pa.Array) -> pa.Buffer | None:
    """Return Arrow's validity bitmap of the values; None if no value is null."""
    return pa.py_buffer(np.packbits(_is_null(values) == 0, bitorder="little")) if values.null_count else None


def _hash_text(values: pa.Array) -> pa.Array:
    """Return the MD5 of each value's bytes in hexadecimal; null stays null."""
    hashes = [
        None if value is None else hashlib.md5(value, usedforsecurity=False).hexdigest().encode()
        for value in values.cast(pa.binary()).to_pylist()
    ]
    return pa.array(hashes, pa.binary())


def _bits_text(values: pa.Array) -> pa.Array:
    """Return the values in PostgreSQL's binary format, in hexadecimal.

    It is big-endian: IEEE 754 for floats, microseconds since 2000 for timestamps.
    """
    kind = np.dtype(f"i{values.type.bit_width // 8}")
    integers = np.frombuffer(values.buffers()[1], kind)[values.offset : values.offset + len(values)]
    if pa.types.is_timestamp(values.type):
        integers = integers - _POSTGRES_EPOCH_US
    octets = integers.astype(kind.newbyteorder(">")).view(np.uint8)
    digits = np.stack([_HEX[octets >> 4], _HEX[octets & 15]], axis=-1).tobytes()
    width = 2 * kind.itemsize
    ends = np.arange(0, (len(values) + 1) * width, width, dtype=np.int32)
    return pa.Array.from_buffers(
        pa.binary(), len(values), [_validity(values), pa.py_buffer(ends), pa.py_buffer(digits)]
    )


def _real_texts(values: pa.Array) -> pa.Array:
    """Return the doubles in MySQL's notation.

    Arrow writes the same digits, but uses exponents earlier and keeps the sign of zero.
    """
    values = values.cast(pa.float64())
    text = values.cast(pa.string())
    other = pc.match_substring_regex(text, "e|^-0$")
    rows = pc.filter(values, other).to_pylist()
    return pc.replace_with_mask(
        text, other, _strings([real_text(value) for value in rows if value is not None])
    ).cast(pa.binary())


_SPECIAL = {
    CanonicalForm.LONG: _checksum_text,
    CanonicalForm.MD5: _hash_text,
    CanonicalForm.BITS: _bits_text,
    CanonicalForm.REAL: _real_texts,
}


def _strings(texts: Sequence[str]) -> pa.Array:
    """Return an array of ASCII texts, without `pa.array`, which imports pandas."""
    ends = np.cumsum([0, *map(len, texts)], dtype=np.int32)
    return pa.Array.from_buffers(
        pa.string(), len(texts), [None, pa.py_buffer(ends), pa.py_buffer("".join(texts).encode("ascii"))]
    )


def _moment_text(values: pa.Array, fraction_digits: int) -> pa.Array:
    if not fraction_digits:
        return values.cast(pa.timestamp("s")).cast(pa.string())
    text = values.cast(pa.string())
    cut = _MICROSECOND_DIGITS - fraction_digits
    return pc.utf8_slice_codeunits(text, 0, -cut) if cut else text


def real_text(value: float) -> str:
    """Return a double in MySQL's notation: its shortest digits, with an exponent above 15 integer digits.

    Source: MariaDB and MySQL, strings/dtoa.c, my_gcvt.
    """
    sign, digits, point = _shortest(value + 0.0)
    if -_FIXED_DIGITS < point <= _FIXED_DIGITS or 0 < point < len(digits):
        return sign + _fixed(digits, point)
    mantissa = digits[0] + ("." + digits[1:] if len(digits) > 1 else "")
    return f"{sign}{mantissa}e{point - 1}"


def _shortest(value: float) -> tuple[str, str, int]:
    """Return the sign, the significant digits and the position of the decimal point.

    Python and MySQL use the same algorithm for the shortest digits.
    """
    parts = _REAL.fullmatch(repr(value))
    if not parts:
        raise ValueError("a source's float is never infinite or not a number")
    sign, whole, fraction = parts["sign"], parts["whole"], parts["fraction"] or ""
    exponent = int(parts["exponent"] or 0)
    digits = (whole + fraction).lstrip("0")
    leading = len(whole + fraction) - len(digits)
    return sign, digits.rstrip("0") or "0", len(whole) - leading + exponent


def _fixed(digits: str, point: int) -> str:
    if digits == "0":
        return "0"
    if point <= 0:
        return "0." + "0" * -point + digits
    whole = digits[:point].ljust(point, "0")
    return whole + ("." + digits[point:] if len(digits) > point else "")
