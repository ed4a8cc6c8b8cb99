"""The fingerprint of a set of rows, the same whether the server computes it in SQL or we compute it from Parquet.

A row's text is its columns' canonical texts, in order, joined by the unit separator, with the record separator for null.
The fingerprint is the number of rows, the sum of the CRC-32 of the rows' texts, and the sum of their lengths in bytes.
Sums do not depend on order, and unlike XOR they see a row that was doubled.
It finds accidents: lost, doubled, shortened, shifted or changed rows. It is no signature against a forger; the files'
SHA-256 in the manifest is.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from headgate.export.mapping import Form

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from typing import Any, Protocol

    class Printed(Protocol):
        """What must be known of a column to print its values: its name and form, and the digits of its seconds."""

        @property
        def name(self) -> str: ...  # noqa: D102 a declaration
        @property
        def form(self) -> Form: ...  # noqa: D102 a declaration
        @property
        def fraction_digits(self) -> int: ...  # noqa: D102 a declaration


SEPARATOR = b"\x1f"
NULL = b"\x1e"
_BATCH_ROWS = 65_536
# Digits after which MySQL's text of a double changes to an exponent (dtoa.c, MAX_DECPT_FOR_F_FORMAT = DBL_DIG).
_FIXED_DIGITS = 15
_MICROSECOND_DIGITS = 6
_EXPONENT = re.compile(r"(-?)(\d)(?:\.(\d+))?e([+-]?\d+)")


@dataclass(frozen=True)
class Digest:
    """What is certified of a set of rows. `text_bytes` is the length of the canonical text of all of them."""

    rows: int = 0
    checksum: int = 0
    text_bytes: int = 0

    def __add__(self, other: Digest) -> Digest:
        return Digest(self.rows + other.rows, self.checksum + other.checksum, self.text_bytes + other.text_bytes)


def digest_sql(table_sql: str, columns: Sequence[Any], where: str) -> str:
    """The query whose one row is the digest of the rows that `where` lets through."""
    texts = ", ".join(_text_sql(column) for column in columns)
    row = f"CONCAT_WS(X'{SEPARATOR.hex()}', {texts})"
    sums = f"COUNT(*), COALESCE(SUM(CRC32({row})), 0), COALESCE(SUM(LENGTH({row})), 0)"
    return f"SELECT {sums} FROM {table_sql} WHERE {where}"  # noqa: S608 identifiers are quoted, literals are made by `slicing`


def _text_sql(column: Any) -> str:  # noqa: ANN401 an ExportColumn; mapping and digest would import each other's types only
    return f"IFNULL({column.digest_sql}, X'{NULL.hex()}')" if column.nullable else str(column.digest_sql)


def digest_of_file(path: Path, columns: Sequence[Printed]) -> Digest:
    """The digest of a Parquet file's rows, as they are read back from it."""
    total = Digest()
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(_BATCH_ROWS, columns=[column.name for column in columns]):
            total += digest_of(batch, columns)
    return total


def digest_of(rows: pa.RecordBatch, columns: Sequence[Printed]) -> Digest:
    """The digest of the rows."""
    texts = [canonical_text(rows.column(column.name), column.form, column.fraction_digits) for column in columns]
    lines = pc.binary_join_element_wise(*texts, SEPARATOR, null_handling="replace", null_replacement=NULL)
    length = pc.sum(pc.binary_length(lines)).as_py() or 0
    return Digest(rows.num_rows, sum(map(zlib.crc32, lines.to_pylist())), length)


def canonical_text(values: pa.Array, form: Form, fraction_digits: int = 0) -> pa.Array:
    """Every value's canonical text as bytes, null for null: what the server's `digest_sql` answers for it."""
    if form is Form.LONG:
        return pa.array(
            [None if value is None else b"%d" % zlib.crc32(value) for value in values.cast(pa.binary()).to_pylist()], pa.binary()
        )
    if form is Form.REAL:
        return pa.array([None if value is None else real_text(value) for value in values.to_pylist()], pa.string()).cast(pa.binary())
    if form is Form.MOMENT:
        return _moment_text(values, fraction_digits).cast(pa.binary())
    if pa.types.is_decimal(values.type):
        return _decimal_text(values).cast(pa.binary())
    if pa.types.is_boolean(values.type):
        values = values.cast(pa.int8())
    return values if pa.types.is_binary(values.type) else values.cast(pa.string()).cast(pa.binary())


def _moment_text(values: pa.Array, fraction_digits: int) -> pa.Array:
    if not fraction_digits:
        return values.cast(pa.timestamp("s")).cast(pa.string())
    text = values.cast(pa.string())
    cut = _MICROSECOND_DIGITS - fraction_digits
    return pc.utf8_slice_codeunits(text, 0, -cut) if cut else text


def _decimal_text(values: pa.Array) -> pa.Array:
    """Decimals with all their digits; Arrow itself writes the small ones with an exponent."""
    text = values.cast(pa.string())
    short = pc.match_substring(text, "E") if values.type.scale > 6 else None  # noqa: PLR2004 Arrow's limit, as Java's BigDecimal
    if short is None or not pc.any(short).as_py():
        return text
    return pc.replace_with_mask(text, short, pa.array([format(value, "f") for value in values.filter(short).to_pylist()], pa.string()))


def real_text(value: float) -> str:
    """A double in MySQL's own notation: the shortest digits that mean it, an exponent past 15 digits of a whole number.

    Source: MariaDB and MySQL, strings/dtoa.c, my_gcvt.
    """
    sign, digits, point = _shortest(value + 0.0)
    if -_FIXED_DIGITS < point <= _FIXED_DIGITS or 0 < point < len(digits):
        return sign + _fixed(digits, point)
    mantissa = digits[0] + ("." + digits[1:] if len(digits) > 1 else "")
    return f"{sign}{mantissa}e{point - 1}"


def _shortest(value: float) -> tuple[str, str, int]:
    """Sign, significant digits, and the position of the point before which they stand."""
    found = _EXPONENT.fullmatch(format(value, ".17e") if value == 0 else _as_exponent(value))
    if not found:
        raise ValueError("a source's float is never infinite or not a number")
    sign, first, rest, exponent = found.groups()
    return sign, (first + (rest or "")).rstrip("0") or "0", int(exponent) + 1


def _as_exponent(value: float) -> str:
    digits = len(repr(value).split("e", maxsplit=1)[0].replace(".", "").replace("-", "").strip("0")) or 1
    return format(value, f".{digits - 1}e")


def _fixed(digits: str, point: int) -> str:
    if digits == "0":
        return "0"
    if point <= 0:
        return "0." + "0" * -point + digits
    whole = digits[:point].ljust(point, "0")
    return whole + ("." + digits[point:] if len(digits) > point else "")
