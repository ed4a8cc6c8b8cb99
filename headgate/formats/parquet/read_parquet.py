"""Read Parquet: every typed value as its exact text, so that one set of casts checks all formats.

| stored as                 | text                                                                                      |
|---------------------------|-------------------------------------------------------------------------------------------|
| text, dictionary          | itself                                                                                    |
| bytes                     | itself, if they are UTF-8 without control characters; else the column is binary data      |
| integer, decimal, boolean | its digits; `true` or `false`                                                             |
| decimal for a masked column | the digits of a whole number; any other number is a misfit                               |
| float for a number or card | digits without a point if it is integral and below 2^53, else the shortest exact ones;     |
|                           | a misfit if these are more digits than a float keeps (15)                                 |
| date                      | `YYYY-MM-DD`                                                                              |
| timestamp                 | UTC, with its fraction; one that is stored without a zone is of the contract's, if that   |
|                           | declares one; nanoseconds that are not whole microseconds become misfits                  |
| list, struct, map         | JSON text, if the contract keeps it (`headgate.formats.parquet.nested_text`)              |
| time of day               | `HH:MM:SS` with its fraction, for text                                                    |
| duration                  | `HH:MM:SS` with its fraction for text, and where the contract declares a format of        |
|                           | durations; else its seconds                                                               |
| timestamp for a date      | the day if it is midnight and the zone is UTC or missing; else a misfit: the day depends  |
|                           | on the zone                                                                               |
| INT96 timestamp           | UTC; years after 2262, which nanoseconds cannot express, are also read                    |

A column stored in a type that cannot be converted to the contract's (a float for text, a list for a number)
rejects the file.
"""  # noqa: E501 a table

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from itertools import islice, repeat
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from headgate.contracts.model import Column, Contract, Kind, Mask
from headgate.contracts.source_format import DURATIONS
from headgate.errors import UnreadableFileError
from headgate.formats.batches import ROWS_AT_ONCE, Source
from headgate.formats.csv.read_csv import MAX_COLUMNS, too_wide
from headgate.formats.json.json_text import not_kept
from headgate.formats.json.nested_names import by_contract, never
from headgate.formats.parquet.nested_text import NoJsonValueError, nested_texts
from headgate.formats.received_rows import Received
from headgate.formats.struct_columns import StoredColumn, is_empty_group, stored_columns, with_struct_columns
from headgate.formats.unpack import allowed_bytes, grows_too_much
from headgate.matching.file_table import SAMPLE_ROWS, FileTable
from headgate.matching.match_header import Header, match_header
from headgate.values.cells import (
    NO_ROWS,
    bool_array,
    decoded_type,
    flags,
    int_array,
    joined,
    literal,
    rewritten_where,
    text_array,
)
from headgate.values.declared_spelling import in_declared_format
from headgate.values.durations import duration_texts, plain_durations
from headgate.values.parquet_tables import has_utc_times, with_utc_times
from headgate.values.stored_texts import is_textual, stored_texts

if TYPE_CHECKING:
    from headgate.formats.json.nested_names import Expands

# Errors of Arrow for a file that it cannot read.
_BROKEN = (pa.ArrowException, OSError, ValueError, NotImplementedError)
_INTEGERS = {Kind.SMALLINT, Kind.INTEGER, Kind.BIGINT}
_NUMBERS = {*_INTEGERS, Kind.DECIMAL, Kind.DOUBLE}
_MASKED_DIGITS = {Mask.PAN, Mask.CVV, Mask.SSN}  # masks of texts that files may store as whole numbers
# IEEE 754: up to these numbers, every integer has its own float.
_EXACT_INTEGERS = {pa.float64(): 2.0**53, pa.float32(): 2.0**24, pa.float16(): 2.0**11}
# Limits of times in 64-bit nanoseconds since 1970.
_NANOSECONDS_FROM, _NANOSECONDS_TO = (
    literal("1678-01-01", pa.timestamp("us")),
    literal("2262-01-01", pa.timestamp("us")),
)
_MAX_FIELDS = 16 * MAX_COLUMNS
_CELL_BYTES = 8  # of a short text in memory, or a number
_READ_AHEAD_BYTES = 1 << 20
# Names of UTC. Source: IANA time zone database, `etcetera` and `backward`; offsets as in ISO 8601.
_UTC = re.compile(
    r"(?:etc/)?(?:utc|uct|universal|zulu|greenwich|gmt(?:[+-]?0)?)|z|(?:utc|gmt)?[+-]00(?::?00)?",
    re.IGNORECASE,
)
# The texts of stored timestamps.
_MIDNIGHT = r"^(\d{4}-\d{2}-\d{2}) 00:00:00(?:\.0+)?$"
_PLAIN_TIME = r"^(\d{4,}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(?:\.\d+)?)$"
_EXACT_DIGITS = {pa.float64(): 15, pa.float32(): 6, pa.float16(): 3}


@dataclass(frozen=True)
class _StoredTimes:
    """Columns with timestamps that need nanoseconds, and those of UTC that are stored without a zone."""

    in_nanoseconds: Sequence[str]
    of_utc: Sequence[str]


def read_parquet(file: Path | bytes, contract: Contract, rows_at_once: int = ROWS_AT_ONCE) -> Source:
    """Return the rows of a Parquet file on disk or in memory, in batches.

    Raises:
        UnreadableFileError: `corrupt_parquet`, `too_large`; while batches are read also `type`: a column's
            stored type cannot be converted to the contract's.
        HeaderError: the columns do not match the contract.
    """
    try:
        with _open(file) as opened:
            metadata = opened.metadata
            columns = stored_columns(_stored_columns(opened.schema_arrow), by_contract(contract))
            _check_size(metadata, _size_bytes(file))
            stored = _stored_bytes(metadata)
            legacy = columns_in_int96(opened.schema)
            of_utc = _columns_of_utc(opened)
            nested_int96 = sorted(columns_in_int96(opened.schema, are_nested=True))
    except _BROKEN:
        raise _corrupt() from None
    # Repeated values are stored once.
    size_bytes = max(stored, metadata.num_rows * metadata.num_columns * _CELL_BYTES)
    header = match_header([column.name for column in columns], contract, in_order=False)
    _check_times_inside(dict(zip(header.names, columns, strict=True)), nested_int96, contract)
    times = _StoredTimes(_in_nanoseconds(file, legacy, rows_at_once) if legacy else [], of_utc)
    form = Received({}, NO_ROWS, format_name="parquet").written_as
    return Source(
        partial(_batches, file, contract, header, times, rows_at_once),
        len(columns),
        header.absent,
        form,
        held_bytes=size_bytes,
    )


def parquet_table(file: Path | bytes, expands: Expands = never, *, whole: bool) -> FileTable:
    """Return the table with the file's own columns: all rows, or only the first ones unless `whole`.

    Raises:
        UnreadableFileError: `corrupt_parquet` or `too_large`.
    """
    try:
        opened = pq.ParquetFile(_source(file))
        _check_size(opened.metadata, _size_bytes(file))
        table = (
            opened.read()
            if whole
            else pa.Table.from_batches(islice(opened.iter_batches(SAMPLE_ROWS), 1), opened.schema_arrow)
        )
    except _BROKEN:
        raise _corrupt() from None
    table = with_struct_columns(with_utc_times(table, _columns_of_utc(opened)), expands)
    return FileTable(tuple(table.column_names), tuple(table.columns))


def parquet_schema(file: Path | bytes) -> pa.Schema:
    """Return the stored columns and types; `corrupt_parquet` if they cannot be read."""
    try:
        with pq.ParquetFile(_source(file)) as opened:
            stored = _stored_columns(opened.schema_arrow).empty_table()
            return with_utc_times(stored, _columns_of_utc(opened)).schema
    except _BROKEN:
        raise _corrupt() from None


def _source(file: Path | bytes) -> Path | pa.BufferReader:
    return file if isinstance(file, Path) else pa.BufferReader(file)


def _size_bytes(file: Path | bytes) -> int:
    return file.stat().st_size if isinstance(file, Path) else len(file)


def _batches(
    file: Path | bytes, contract: Contract, header: Header, times: _StoredTimes, rows_at_once: int
) -> Iterator[Received]:
    """Yield the rows, with nanoseconds where a column has them; one empty batch if there are none."""
    in_nanoseconds = times.in_nanoseconds
    number, expands = 1, by_contract(contract)
    exact = _tables(file, rows_at_once, in_nanoseconds) if in_nanoseconds else repeat(None)
    for table, exact_table in zip(_tables(file, rows_at_once), exact, strict=False):
        for name in in_nanoseconds:
            table = table.set_column(table.column_names.index(name), name, exact_table.column(name))  # noqa: PLW2901 one table
        zoned = with_struct_columns(with_utc_times(table, times.of_utc), expands)
        yield rows_of_arrow_table(zoned, contract, header, number)
        number += table.num_rows
    if number == 1:
        with _open(file) as opened:
            empty = _stored_columns(opened.schema_arrow).empty_table()
            yield rows_of_arrow_table(with_struct_columns(empty, expands), contract, header)


def _columns_of_utc(opened: pq.ParquetFile) -> list[str]:
    """Return the columns whose timestamps are UTC though they are stored without a zone."""
    stored = opened.schema_arrow
    return list(stored.names) if has_utc_times(stored.metadata) else columns_in_int96(opened.schema)


def _stored_columns(schema: pa.Schema) -> pa.Schema:
    """Return the columns that Arrow reads.

    A group without fields stores no value, and Arrow leaves it out of its tables.
    """
    return pa.schema([field for field in schema if not is_empty_group(field.type)])


def _open(file: Path | bytes, int96_unit: str = "us") -> pq.ParquetFile:
    # Verify checksums if the file has them. Do not pre-buffer: one column of a row group may be the whole
    # file.
    return pq.ParquetFile(
        _source(file),
        page_checksum_verification=True,
        coerce_int96_timestamp_unit=int96_unit,
        buffer_size=_READ_AHEAD_BYTES if isinstance(file, Path) else 0,
        pre_buffer=False,
    )


def _tables(file: Path | bytes, rows_at_once: int, in_nanoseconds: Sequence[str] = ()) -> Iterator[pa.Table]:
    """Yield the file in tables of `rows_at_once` rows.

    If there are columns `in_nanoseconds`, yield only these.
    """
    try:
        with _open(file, "ns" if in_nanoseconds else "us") as opened:
            for batch in opened.iter_batches(rows_at_once, columns=[*in_nanoseconds] or None):
                yield pa.Table.from_batches([batch])
    except _BROKEN:
        raise _corrupt() from None


def rows_of_arrow_table(table: pa.Table, contract: Contract, header: Header, first_row: int = 1) -> Received:
    """Return rows of a Parquet file from that number on. UnreadableFileError: as `read_parquet`."""
    named = table.rename_columns(list(header.names))
    missing = pa.nulls(table.num_rows, pa.string())
    cells, misfits = {}, []
    for column in contract.columns:
        is_missing = column.left_out or column.name in header.absent
        try:
            cells[column.name] = missing if is_missing else exact_texts(named.column(column.name), column)
        except UnreadableFileError as error:
            misfits.append(error)
    if misfits:
        misfits[0].columns = tuple(each.column for each in misfits)
        raise misfits[0]
    rows = np.arange(first_row, first_row + table.num_rows, dtype=np.int64)
    return Received(cells, rows, missing_columns=header.absent, format_name="parquet")


def _check_size(metadata: pq.FileMetaData, size_bytes: int) -> None:
    """Check the unpacked size that the file states, before any column is unpacked.

    A column of one value takes few bytes in Parquet, however many rows it has, so each cell counts as at
    least one byte.
    """
    if metadata.num_columns > MAX_COLUMNS:  # this counts each field of a nested column
        _check_width(metadata)
    if max(_stored_bytes(metadata), metadata.num_rows * metadata.num_columns) > allowed_bytes(size_bytes):
        raise grows_too_much(allowed_bytes(size_bytes))


def _stored_bytes(metadata: pq.FileMetaData) -> int:
    """Return the decompressed size of the columns, as the file states it."""
    return sum(metadata.row_group(group).total_byte_size for group in range(metadata.num_row_groups))


def _check_width(metadata: pq.FileMetaData) -> None:
    if len(metadata.schema.to_arrow_schema()) > MAX_COLUMNS:
        raise too_wide()
    if metadata.num_columns > _MAX_FIELDS:
        raise UnreadableFileError(
            rule="too_large",
            message=f"nested columns have more than {_MAX_FIELDS:,} fields",
            remedy="send a table without nested columns",
        )


def _corrupt() -> UnreadableFileError:
    """Return the rejection of a file that Arrow cannot read.

    Arrow's own message may contain values, so it is not passed on.
    """
    return UnreadableFileError(
        rule="corrupt_parquet",
        message="the Parquet file is damaged, encrypted or of an unknown encoding",
        remedy="write it again without encryption and send it again",
    )


def columns_in_int96(schema: pq.ParquetSchema, *, are_nested: bool = False) -> list[str]:
    """Return the paths of INT96 timestamps, which Impala and older Spark versions write.

    Args:
        are_nested: those in lists, structs and maps instead of the flat columns.
    """
    columns = [schema.column(at) for at in range(len(schema))]
    in_int96 = [column for column in columns if column.physical_type == "INT96"]
    return list(
        dict.fromkeys(column.path for column in in_int96 if (column.path != column.name) is are_nested)
    )


def _check_times_inside(
    stored: Mapping[str, StoredColumn], nested_int96: Sequence[str], contract: Contract
) -> None:
    """Raise UnreadableFileError for a column with nested INT96 timestamps that is read.

    They would be read in microseconds and lose nanoseconds.
    """
    for column in contract.columns:
        place = stored.get(column.name)
        is_nested = column.nested or column.undeclared or (place and len(place.path) > 1)
        if is_nested and place and not column.left_out and place.is_inside(nested_int96):
            raise UnreadableFileError(
                rule="type",
                message="the column holds timestamps in the old form INT96 inside lists or objects",
                remedy="write them as timestamps in microseconds",
                column=column.name,
            )


def _in_nanoseconds(file: Path | bytes, columns: Sequence[str], rows_at_once: int) -> list[str]:
    """Return the INT96 columns with values that need nanoseconds.

    Arrow wraps around if nanoseconds cannot express a time.
    """
    is_cut, is_wide = dict.fromkeys(columns, False), dict.fromkeys(columns, False)
    for table, exact in zip(_tables(file, rows_at_once), _tables(file, rows_at_once, columns), strict=True):
        for name in columns:
            wide, in_nanoseconds = table.column(name), exact.column(name)
            in_range = pc.and_(pc.greater(wide, _NANOSECONDS_FROM), pc.less(wide, _NANOSECONDS_TO))
            cut = pc.and_(
                in_range, pc.not_equal(pc.cast(wide, in_nanoseconds.type, safe=False), in_nanoseconds)
            )
            is_cut[name] |= bool(pc.any(cut).as_py())
            is_wide[name] |= pc.all(in_range).as_py() is False
    for name in columns:
        if is_cut[name] and is_wide[name]:
            raise UnreadableFileError(
                rule="type",
                message="the column holds nanoseconds and years beyond 2262",
                remedy="write it as a timestamp in microseconds",
                column=name,
            )
    return [name for name in columns if is_cut[name]]


def exact_texts(values: pa.ChunkedArray, column: Column) -> pa.Array:
    """Return the exact texts of the column's values."""
    plain = _plain(values, column)
    if pa.types.is_nested(plain.type):
        return _as_json(plain, column)
    if pa.types.is_null(plain.type):
        return pa.nulls(len(plain), pa.string())
    if pa.types.is_string(plain.type):
        return plain
    if _is_recoverable(plain.type, column):
        text = in_declared_format(column, _in_seconds(_text_of(plain, column), plain.type, column))
        return joined(text, "Z") if _needs_zone(plain.type, column) else text
    raise UnreadableFileError(
        rule="type",
        message=(
            f"the column is stored as {plain.type}, which cannot be converted to {column.type.kind.value}"
        ),
        remedy=f"write the column as {column.type.kind.value}, or as text",
        column=column.name,
    )


def _needs_zone(stored: pa.DataType, column: Column) -> bool:
    """Return whether texts are UTC, where texts without a zone are of the zone that the contract declares."""
    return bool(
        column.format and column.format.timezone and pa.types.is_timestamp(stored) and stored.tz is not None
    )


def _in_seconds(text: pa.Array, stored: pa.DataType, column: Column) -> pa.Array:
    """Return durations as seconds for a column of numbers without a format of durations."""
    has_format = column.format is not None and bool(column.format.duration)
    if not pa.types.is_duration(stored) or column.type.kind not in _NUMBERS or has_format:
        return text
    return pc.coalesce(plain_durations(text, DURATIONS[0]), text)


def without_zeros(text: pa.Array, column: Column) -> pa.Array:
    """Return decimals of an integer or a masked number without zeros after the point: `12.00` as `12`."""
    is_whole = column.type.kind in _INTEGERS or column.mask in _MASKED_DIGITS
    return pc.replace_substring_regex(text, r"\.0+$", "") if is_whole else text


def as_exact_texts(text: pa.Array, stored: pa.DataType, column: Column) -> pa.Array:
    """Return texts of a column that was read without its field as `exact_texts` writes them for the field.

    Texts that are no plain values are unchanged, such as those that a person typed.

    Args:
        stored: the type in the file; a column of texts or lists is unchanged.
    """
    value = decoded_type(stored)
    if is_textual(value) or not _is_recoverable(value, column):
        return text
    if pa.types.is_decimal(value):
        text = without_zeros(text, column)
    if pa.types.is_timestamp(value) and column.type.kind is Kind.DATE and _UTC.fullmatch(value.tz or "UTC"):
        text = pc.replace_substring_regex(text, _MIDNIGHT, r"\1")
    text = in_declared_format(column, _in_seconds(text, value, column))
    return pc.replace_substring_regex(text, _PLAIN_TIME, r"\1Z") if _needs_zone(value, column) else text


def _plain(values: pa.ChunkedArray, column: Column) -> pa.Array:
    """Return one array without dictionaries, and text and bytes as strings."""
    joined = pa.concat_arrays(values.chunks) if values.num_chunks else pa.nulls(0, values.type)
    decoded = joined.dictionary_decode() if pa.types.is_dictionary(joined.type) else joined
    if not is_textual(decoded.type):
        return decoded
    if (text := stored_texts(decoded)) is None:
        raise UnreadableFileError(
            rule="type",
            message="the column holds binary data, such as pictures, and no text",
            remedy="leave the column out, or write it as text",
            column=column.name,
        )
    return text


def _as_json(stored: pa.Array, column: Column) -> pa.Array:
    """Return lists, structs or maps as JSON texts.

    UnreadableFileError if the contract does not keep them, or a value has no text.
    """
    if not (column.nested or column.undeclared):
        raise not_kept(column.name)
    try:
        return nested_texts(stored)
    except NoJsonValueError:
        raise UnreadableFileError(
            rule="type",
            message=(
                "the column holds lists or objects with values that are neither text nor number, "
                "boolean or time"
            ),
            remedy="leave such values out, or write the column as text",
            column=column.name,
        ) from None


def converts_to(stored: pa.DataType, column: Column) -> bool:
    """Return whether values stored in a type convert to the column's; single values may still be misfits."""
    value = decoded_type(stored)
    if pa.types.is_nested(value):
        return bool(column.nested or column.undeclared)
    return pa.types.is_null(value) or is_textual(value) or _is_recoverable(value, column)


def _is_recoverable(stored: pa.DataType, column: Column) -> bool:
    kind, types = column.type.kind, pa.types
    if types.is_integer(stored):
        has_pattern = column.format is not None and bool(column.format.patterns)  # 20230115 by yyyyMMdd
        has_epoch = column.format is not None and bool(column.format.epoch)
        is_time = (kind is Kind.DATE and has_pattern) or (kind is Kind.TIMESTAMP and has_epoch)
        return is_time or kind in {*_NUMBERS, Kind.STRING, Kind.BOOLEAN}
    if types.is_floating(stored):
        return kind in _NUMBERS or column.mask is Mask.PAN
    if types.is_decimal(stored):
        return kind in _NUMBERS or column.mask in _MASKED_DIGITS
    if types.is_date(stored) or types.is_time(stored):
        return kind is Kind.STRING or (kind is Kind.DATE and types.is_date(stored))
    if types.is_timestamp(stored):
        return kind in {Kind.TIMESTAMP, Kind.DATE}
    is_duration = types.is_duration(stored) and kind in {*_NUMBERS, Kind.STRING}
    return is_duration or (types.is_boolean(stored) and kind is Kind.BOOLEAN)


def _text_of(stored: pa.Array, column: Column) -> pa.Array:
    if pa.types.is_floating(stored.type):
        return _floats(stored, column)
    if pa.types.is_decimal(stored.type):
        return _decimals(stored, column)
    if pa.types.is_duration(stored.type):
        return duration_texts(stored)
    if pa.types.is_timestamp(stored.type):
        return _times(stored, column)
    return pc.cast(pc.cast(stored, pa.date32()) if pa.types.is_date64(stored.type) else stored, pa.string())


def _floats(stored: pa.Array, column: Column) -> pa.Array:
    shortest = pc.cast(stored, pa.string())
    if column.type.kind is Kind.DOUBLE:
        return shortest
    wide = pc.cast(stored, pa.float64())
    floats = (
        np.frombuffer(wide.buffers()[1], np.float64, len(wide), wide.offset * 8) if len(wide) else np.empty(0)
    )
    with np.errstate(invalid="ignore"):  # a signalling NaN is not integral, and needs no warning
        integral = (
            flags(stored.is_valid())
            & (np.abs(floats) < _EXACT_INTEGERS[stored.type])
            & (np.trunc(floats) == floats)
        )
    whole = int_array(np.where(integral, floats, 0).astype(np.int64), nulls=~integral)
    plain = _without_exponent(shortest) if column.type.kind is Kind.DECIMAL else shortest
    return pc.coalesce(
        pc.cast(whole, pa.string()), _marked_inexact(plain, shortest, _EXACT_DIGITS[stored.type])
    )


def _marked_inexact(plain: pa.Array, shortest: pa.Array, exact_digits: int) -> pa.Array:
    """Write numbers with more digits than their float keeps with an exponent, so that they do not fit."""
    significant = pc.replace_substring_regex(shortest, r"^-?(?:0\.0*)?|\.|e.*", "")
    inexact = pc.and_(
        pc.greater(pc.utf8_length(significant), literal(str(exact_digits), pa.int32())),
        pc.invert(pc.match_substring(plain, "e")),
    )
    return rewritten_where(inexact, plain, lambda some: joined(some, "e0"))


def _without_exponent(text: pa.Array) -> pa.Array:
    """Write large and small numbers without the exponent of Arrow's texts."""
    has_one = pc.match_substring_regex(text, r"[0-9][eE]")
    return rewritten_where(
        has_one, text, lambda some: text_array(f"{Decimal(number):f}" for number in some.to_pylist())
    )


def _decimals(stored: pa.Array, column: Column) -> pa.Array:
    """Return plain digits, and `12.00` as `12` for an integer or a masked number."""
    return without_zeros(_without_exponent(pc.cast(stored, pa.string())), column)


def _times(stored: pa.Array, column: Column) -> pa.Array:
    """Return the time in UTC, or the day for a date column if the time is midnight.

    Midnight in UTC is another day elsewhere, so a time of any other zone stays a time, which fits no date.
    """
    utc = pc.cast(stored, pa.timestamp(stored.type.unit))
    text = pc.cast(utc, pa.string())
    if column.type.kind is not Kind.DATE or not _UTC.fullmatch(stored.type.tz or "UTC"):
        return text
    days = pc.cast(utc, pa.date32(), safe=False)
    midnight = flags(pc.equal(pc.cast(days, utc.type), utc))
    return pc.if_else(bool_array(midnight), pc.cast(days, pa.string()), text)
