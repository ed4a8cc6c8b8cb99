"""The fingerprint of a set of rows, the same whether the server computes it in SQL or we compute it from
Parquet.

A row's text is which of its values are null, and the canonical texts of the others, in the columns' order,
joined by the unit separator. Which are null is a number for every 63 columns, whose bits are the columns from
the first on. The fingerprint is the number of rows, the sum of the checksums of the rows' texts (CRC-32 for
MySQL, PostgreSQL's own 64-bit hash for PostgreSQL, which has no CRC-32), and how many
values of each column are not null. Sums do not depend on order, and unlike XOR they see a row that was
doubled. It finds accidents: lost, doubled, shortened, shifted or changed rows. It is no signature against a
forger; the files' SHA-256 in the manifest is.
"""

from __future__ import annotations

import hashlib
import re
import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headgate.export.certifying.postgres_hash import sum_of_hashes
from headgate.export.planning.mapping import CanonicalForm
from headgate.export.reading.csv_files import decimal_text
from headgate.export.reading.file_batches import file_batches
from headgate.export.server.sql_dialect import LONGEST_HASHED_BYTES, SEPARATOR, SqlDialect

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from typing import Any, Protocol

    from headgate.export.planning.mapping import ExportColumn

    class Printed(Protocol):
        """A column whose values can be printed: its name, type and form, and the digits of its seconds."""

        @property
        def name(self) -> str: ...  # noqa: D102 a declaration
        @property
        def type(self) -> pa.DataType | str: ...  # noqa: D102 a declaration
        @property
        def form(self) -> CanonicalForm: ...  # noqa: D102 a declaration
        @property
        def fraction_digits(self) -> int: ...  # noqa: D102 a declaration


_NULLS_AT_ONCE = 63
_NULLS_ASKED = 16


def _scalar(value: bytes) -> pa.Scalar:
    """Return a scalar without `pa.scalar`, whose import of pandas costs more than a small digest."""
    return pa.Array.from_buffers(
        pa.binary(), 1, [None, pa.py_buffer(struct.pack("<ii", 0, len(value))), pa.py_buffer(value)]
    )[0]


_SEPARATOR, _NO_NULLS = _scalar(SEPARATOR), _scalar(b"0")
# Digits after which MySQL's text of a double changes to an exponent (dtoa.c, MAX_DECPT_FOR_F_FORMAT =
# DBL_DIG).
_FIXED_DIGITS = 15
_MICROSECOND_DIGITS = 6
_HEX = np.frombuffer(b"0123456789abcdef", np.uint8)
# 2000-01-01 in microseconds since 1970, where PostgreSQL's timestamps begin (datatype/timestamp.h,
# POSTGRES_EPOCH_JDATE).
_POSTGRES_EPOCH_US = 946_684_800_000_000
_REAL = re.compile(r"(?P<sign>-?)(?P<whole>\d+)(?:\.(?P<fraction>\d+))?(?:e(?P<exponent>[+-]?\d+))?")


@dataclass(frozen=True)
class Digest:
    """The certified numbers of a set of rows.

    `present` counts each column's values that are not null, in the columns' order.
    """

    rows: int
    checksum: int
    present: tuple[int, ...]

    def __add__(self, other: Digest) -> Digest:
        present = (mine + others for mine, others in zip(self.present, other.present, strict=True))
        return Digest(self.rows + other.rows, self.checksum + other.checksum, tuple(present))

    @classmethod
    def of_nothing(cls, columns: int) -> Digest:
        """Return the digest of no rows."""
        return cls(0, 0, (0,) * columns)

    @classmethod
    def from_dict(cls, read: Mapping[str, Any]) -> Digest:
        """Return the digest that `asdict` spelled."""
        return cls(read["rows"], read["checksum"], tuple(read["present"]))


def digest_sql(
    table_sql: str, columns: Sequence[ExportColumn], where: str, *, impossible_as_null: bool = False
) -> str:
    """Return the query whose one row is the digest of the rows that `where` lets through.

    Args:
        impossible_as_null: take dates on no calendar as null, as Parquet has them; it costs the server half
            as much again, so it is asked for only where there are such dates.
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
    """Return the expressions of the numbers whose bits are 1 where a value is null."""
    expressions = []
    for first in range(0, len(conditions), _NULLS_AT_ONCE):
        places = [
            (place, condition)
            for place, condition in enumerate(conditions[first : first + _NULLS_AT_ONCE])
            if condition
        ]
        groups = [places[start : start + _NULLS_ASKED] for start in range(0, len(places), _NULLS_ASKED)]
        expressions.append(" | ".join(map(_null_bits_sql, groups)) or "0")
    return expressions


def _null_bits_sql(places: Sequence[tuple[int, str]]) -> str:
    """Return the bits of a few columns.

    Few rows have a null among them, and asking for any is cheaper than adding up every bit.
    """
    bits = " | ".join(f"CASE WHEN {condition} THEN {1 << place} ELSE 0 END" for place, condition in places)
    return f"CASE WHEN {' OR '.join(f'({condition})' for _, condition in places)} THEN {bits} ELSE 0 END"


def digest_from(row: Sequence[Any]) -> Digest:
    """Return the digest that the server answered."""
    return Digest(int(row[0]), int(row[1]), tuple(int(count) for count in row[2:]))


def digest_of_file(path: Path, columns: Sequence[Printed], dialect: SqlDialect = SqlDialect.MYSQL) -> Digest:
    """Return the digest of a file's rows, Parquet or CSV, as they are read back from it."""
    total = Digest.of_nothing(len(columns))
    for batch in file_batches(path, {column.name: column.type for column in columns}):
        total += digest_of(batch, columns, dialect)
    return total


def digest_of(
    rows: pa.RecordBatch, columns: Sequence[Printed], dialect: SqlDialect = SqlDialect.MYSQL
) -> Digest:
    """Return the digest of the rows, with the checksum that the source's server computes."""
    texts = [
        canonical_text(rows.column(column.name), column.form, column.fraction_digits) for column in columns
    ]
    lines = pc.binary_join_element_wise(*_nulls(texts), *texts, _SEPARATOR, null_handling="skip")
    present = tuple(rows.num_rows - text.null_count for text in texts)
    return Digest(rows.num_rows, checksum_of(lines, dialect), present)


def checksum_of(lines: pa.Array, dialect: SqlDialect) -> int:
    """Return the sum of the checksums of rows from their texts: what `SqlDialect.checksum_sql` adds up to."""
    if dialect is SqlDialect.MYSQL:
        return sum(map(zlib.crc32, lines.to_pylist()))
    return sum_of_hashes(lines, LONGEST_HASHED_BYTES)


def _nulls(texts: Sequence[pa.Array]) -> list[pa.Array | pa.Scalar]:
    """Return the value of `_nulls_sql` at the server."""
    return [
        _nulls_of(texts[first : first + _NULLS_AT_ONCE]) for first in range(0, len(texts), _NULLS_AT_ONCE)
    ]


def _nulls_of(texts: Sequence[pa.Array]) -> pa.Array | pa.Scalar:
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
    """Return 1 for null and 0 for every other value. `to_numpy` would do, but imports pandas for it."""
    flags = values.is_null()
    bits = np.frombuffer(flags.buffers()[1], np.uint8)
    return np.unpackbits(bits, bitorder="little", count=flags.offset + len(flags))[flags.offset :]


def canonical_text(values: pa.Array, form: CanonicalForm, fraction_digits: int = 0) -> pa.Array:
    """Return every value's canonical text as bytes, null for null, as `ExportColumn.digest_sql` does."""
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
    """Return the decimal CRC-32 of every value's bytes, null for null."""
    checksums = np.fromiter(
        (zlib.crc32(value or b"") for value in values.cast(pa.binary()).to_pylist()), np.int64, len(values)
    )
    present = (
        None if not values.null_count else pa.py_buffer(np.packbits(_is_null(values) == 0, bitorder="little"))
    )
    return (
        pa.Array.from_buffers(pa.int64(), len(values), [present, pa.py_buffer(checksums)])
        .cast(pa.string())
        .cast(pa.binary())
    )


def _hash_text(values: pa.Array) -> pa.Array:
    """Return the hexadecimal MD5 of every value's bytes, null for null."""
    hashes = [
        None if value is None else hashlib.md5(value, usedforsecurity=False).hexdigest().encode()
        for value in values.cast(pa.binary()).to_pylist()
    ]
    return pa.array(hashes, pa.binary())


def _bits_text(values: pa.Array) -> pa.Array:
    """Return the hexadecimal of PostgreSQL's binary format: IEEE 754 for floats, microseconds since 2000 for
    timestamps, both with the highest byte first.
    """
    kind = np.dtype(f"i{values.type.bit_width // 8}")
    integers = np.frombuffer(values.buffers()[1], kind)[values.offset : values.offset + len(values)]
    if pa.types.is_timestamp(values.type):
        integers = integers - _POSTGRES_EPOCH_US
    octets = integers.astype(kind.newbyteorder(">")).view(np.uint8)
    digits = np.stack([_HEX[octets >> 4], _HEX[octets & 15]], axis=-1).tobytes()
    width = 2 * kind.itemsize
    ends = np.arange(0, (len(values) + 1) * width, width, dtype=np.int32)
    present = None
    if values.null_count:
        present = pa.py_buffer(np.packbits(_is_null(values) == 0, bitorder="little"))
    return pa.Array.from_buffers(
        pa.binary(), len(values), [present, pa.py_buffer(ends), pa.py_buffer(digits)]
    )


def _real_texts(values: pa.Array) -> pa.Array:
    """Return every double in MySQL's notation.

    Arrow writes the same digits, but begins exponents earlier and keeps the sign of zero.
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
    """Return an array of ASCII texts. `pa.array` would do, but imports pandas for it."""
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
    """Return a double in MySQL's own notation: the shortest digits that mean it, an exponent past 15 digits
    of a whole number.

    Source: MariaDB and MySQL, strings/dtoa.c, my_gcvt.
    """
    sign, digits, point = _shortest(value + 0.0)
    if -_FIXED_DIGITS < point <= _FIXED_DIGITS or 0 < point < len(digits):
        return sign + _fixed(digits, point)
    mantissa = digits[0] + ("." + digits[1:] if len(digits) > 1 else "")
    return f"{sign}{mantissa}e{point - 1}"


def _shortest(value: float) -> tuple[str, str, int]:
    """Sign, significant digits, and the place of the point after the first of them.

    Python and MySQL share the algorithm.
    """
    parts = _REAL.fullmatch(repr(value))
    if not parts:
        raise ValueError("a source's float is never infinite or not a number")
    sign, whole, fraction, exponent = (
        parts["sign"],
        parts["whole"],
        parts["fraction"] or "",
        int(parts["exponent"] or 0),
    )
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
