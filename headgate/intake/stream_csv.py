"""Read a large CSV file from disk some rows at a time, exactly as `read_csv` reads it in memory.

Only plain files are read so: UTF-8, in a dialect that Arrow reads right. Every other file is read whole.
"""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

from headgate.errors import UnreadableFileError
from headgate.intake.batches import ROWS_AT_ONCE, Source
from headgate.intake.dialect import Dialect, sniff_dialect
from headgate.intake.header import Header, match_header
from headgate.intake.read_csv import MAX_COLUMNS, NULL_TEXTS
from headgate.intake.read_json import is_json
from headgate.intake.received import Ragged, Received, written_as
from headgate.intake.sniff import is_parquet, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from headgate.contracts.model import Contract

# A smaller file is read faster whole, and its memory is no matter.
STREAMED_FROM_BYTES = 16 << 20
_HEAD_BYTES = 1 << 20
_BLOCK_BYTES = 1 << 20
_BATCH_BYTES = 16 << 20
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class NotPlainError(Exception):
    """The file turned out, somewhere behind its head, not to be plain: it is to be read whole."""


@dataclass(frozen=True)
class _Plain:
    """A file that can be streamed. `data_at` is its byte behind the header."""

    path: Path
    dialect: Dialect
    header: Header
    data_at: int


def stream(path: Path, contract: Contract, from_bytes: int = STREAMED_FROM_BYTES) -> Source | None:
    """The rows of a plain CSV file of at least so many bytes; None for any other.

    Raises:
        HeaderError: the header does not match the contract.
        NotPlainError: while batches are read; those before it are to be forgotten.
    """
    plain = _plain(path, contract) if path.stat().st_size >= from_bytes else None
    if plain is None:
        return None
    told = written_as("csv", plain.dialect)
    return Source(lambda: _batches(plain, contract), len(plain.header.names), plain.header.absent, told)


def _plain(path: Path, contract: Contract) -> _Plain | None:
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    text = head.removeprefix(_BYTE_ORDER_MARK)
    if not _is_plain_text(head):
        return None
    dialect = sniff_dialect(text, contract)
    data_at = dialect.data_at + len(head) - len(text)
    if not dialect.form.is_plain or dialect.width > MAX_COLUMNS or not _has_regular_quotes(path, data_at, dialect):
        return None
    return _Plain(path, replace(dialect, encoding="utf-8"), match_header(dialect.names, contract), data_at)


def _is_plain_text(head: bytes) -> bool:
    lines = head[: head.rfind(b"\n") + 1]
    with suppress(UnreadableFileError):
        return bool(lines) and not is_parquet(head) and text_of(lines).encoding == "utf-8" and not is_json(text_of(lines).utf8)
    return False


def _has_regular_quotes(path: Path, data_at: int, dialect: Dialect) -> bool:
    """As `read_csv.has_regular_quotes`, block by block."""
    quote, ends = ord(dialect.form.quote), np.zeros(256, bool)
    ends[np.frombuffer(f"{dialect.form.delimiter}\r\n{dialect.form.quote}".encode(), np.uint8)] = True
    seen, before = 0, b"\n"
    with path.open("rb") as file:
        file.seek(data_at)
        block = file.read(_BLOCK_BYTES)
        while block:
            following = file.read(_BLOCK_BYTES)
            octets = np.frombuffer(before + block + (following[:1] or b"\n"), np.uint8)
            quotes = np.flatnonzero(octets[1:-1] == quote) + 1
            opening = (np.arange(len(quotes)) + seen) % 2 == 0
            if not ends[octets[np.where(opening, quotes - 1, quotes + 1)]].all():
                return False
            seen, before, block = seen + len(quotes), block[-1:], following
    return seen % 2 == 0


def _batches(plain: _Plain, contract: Contract) -> Iterator[Received]:
    apart: deque[Any] = deque()
    number = 1
    for columns in _columns(plain, apart):
        end = number + len(columns[0])
        own: list[Any] = []
        while apart and apart[0].number < end:
            own.append(apart.popleft())
            end += 1
        yield _received(plain, contract, columns, np.arange(number, end, dtype=np.int64), own)
        number = end
    if apart or number == 1:
        nothing = [pa.nulls(0, pa.string())] * plain.dialect.width
        yield _received(plain, contract, nothing, np.arange(number, number + len(apart), dtype=np.int64), list(apart))


def _received(plain: _Plain, contract: Contract, columns: list[pa.Array], numbers: Any, apart: list[Any]) -> Received:  # noqa: ANN401 as below
    named = dict(zip(plain.header.names, columns, strict=True))
    missing = pa.nulls(len(columns[0]), pa.string())
    ragged = Ragged(
        np.array([row.number for row in apart], np.int64), tuple(row.text for row in apart), tuple(row.actual_columns for row in apart)
    )
    rows = np.delete(numbers, ragged.source_rows - numbers[0]) if apart else numbers
    return Received({name: named.get(name, missing) for name in contract.names}, rows, ragged, plain.header.absent, dialect=plain.dialect)


def _columns(plain: _Plain, apart: deque[Any]) -> Iterator[list[pa.Array]]:
    """The columns, some rows at a time; rows that are not of the header's width are put `apart`."""
    try:
        with pa.OSFile(str(plain.path)) as file:
            file.seek(plain.data_at)
            if plain.data_at < file.size():
                yield from _joined(_reader(file, plain.dialect, apart))
    except pa.ArrowInvalid:  # a row longer than a block, or bytes that are not UTF-8
        raise NotPlainError from None


def _joined(blocks: Iterator[pa.RecordBatch]) -> Iterator[list[pa.Array]]:
    held: list[pa.RecordBatch] = []
    for block in blocks:
        held.append(block)
        if sum(each.num_rows for each in held) >= ROWS_AT_ONCE or sum(each.nbytes for each in held) >= _BATCH_BYTES:
            yield [pa.concat_arrays(parts) for parts in zip(*held, strict=True)]
            held = []
    if held:
        yield [pa.concat_arrays(parts) for parts in zip(*held, strict=True)]


def _reader(file: pa.NativeFile, dialect: Dialect, apart: deque[Any]) -> pa_csv.CSVStreamingReader:
    names = [str(column) for column in range(dialect.width)]

    def put_apart(row: Any) -> str:  # noqa: ANN401 pyarrow's InvalidRow has no types
        apart.append(row)
        return "skip"

    return pa_csv.open_csv(
        file,
        read_options=pa_csv.ReadOptions(use_threads=False, column_names=names, block_size=_BLOCK_BYTES),
        parse_options=pa_csv.ParseOptions(
            delimiter=dialect.form.delimiter, quote_char=dialect.form.quote, newlines_in_values=True, invalid_row_handler=put_apart
        ),
        convert_options=pa_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()),
            strings_can_be_null=True,
            null_values=NULL_TEXTS,
            quoted_strings_can_be_null=False,
        ),
    )
