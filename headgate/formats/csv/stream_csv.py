"""Read a large CSV file from disk in batches, with the same result as `read_csv` in memory.

This reads only plain files: UTF-8 in a dialect that Arrow reads correctly. Other files are read at once.
"""

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

from headgate.contracts.file_form import stated_quotes
from headgate.contracts.model import Contract
from headgate.errors import BadInputError, HeaderError, UnreadableFileError
from headgate.formats.batches import ROWS_AT_ONCE, Source
from headgate.formats.csv.arrow_readable import has_regular_quotes
from headgate.formats.csv.csv_rows import Form
from headgate.formats.csv.dialect import Dialect
from headgate.formats.csv.footer import footer_rows_of_path, mark_footer_in_batches
from headgate.formats.csv.read_csv import MAX_COLUMNS, arrow_options, named_columns, ragged_of
from headgate.formats.csv.sniff_dialect import sniff_dialect
from headgate.formats.csv.text_quotes import check_quotes
from headgate.formats.json.json_records import is_json
from headgate.formats.received_rows import Received, written_as
from headgate.formats.row_offsets import Distances, Octets, Scan, SpacedOffsets
from headgate.formats.sniff import is_parquet, is_utf8, text_of
from headgate.matching.match_header import Header, match_header
from headgate.values.cells import Rows

# Smaller files fit into memory and are read faster at once.
STREAMED_FROM_BYTES = 16 << 20
_HEAD_BYTES = 1 << 20
_BLOCK_BYTES = 1 << 20
_BATCH_BYTES = 16 << 20
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class NotPlainError(Exception):
    """The file is not plain CSV after its head: read it at once."""


@dataclass(frozen=True)
class PlainCsv:
    """A file that can be streamed; its rows begin at `data_at`."""

    path: Path
    dialect: Dialect
    header: Header
    data_at: int


def stream_plain_csv(path: Path, contract: Contract) -> Source | None:
    """Return the rows of a plain CSV file, with the same footer as in `read_csv`; None for any other file.

    Raises:
        HeaderError: the header does not match the contract.
        NotPlainError: raised while batches are read; discard those before it.
    """
    plain = _find_plain_csv(path, contract)
    if plain is None:
        return None
    footer = footer_rows_of_path(
        path, plain.data_at, plain.dialect, [contract.column(name) for name in plain.header.names]
    )
    layout = lru_cache(maxsize=1)(partial(_layout, plain))
    return Source(
        lambda: mark_footer_in_batches(_batches(plain, contract, layout), footer),
        plain.dialect.width,
        plain.header.absent,
        written_as("csv", replace(plain.dialect, footer_lines=footer)),
        lambda: SpacedOffsets(layout().distances),
    )


def _find_plain_csv(path: Path, contract: Contract) -> PlainCsv | None:
    """Return the file if its head is plain CSV, else None."""
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    text = head.removeprefix(_BYTE_ORDER_MARK)
    if not _is_plain_text(head):
        return None
    dialect = sniff_dialect(text, contract)
    lines = text[: text.rfind(b"\n") + 1]
    if (
        stated_quotes(contract) is None
        and dialect.form.delimiter == "\t"
        and has_regular_quotes(pa.py_buffer(lines).slice(dialect.data_at), dialect.form)
    ):
        check_quotes(lines, dialect)  # other texts are read and checked at once
    data_at = dialect.data_at + len(head) - len(text)
    is_unusual = not dialect.form.is_plain or dialect.width > MAX_COLUMNS or dialect.rows_above != (0, 0)
    if is_unusual or _ends_in(path, dialect.form.delimiter):
        return None
    try:
        header = match_header(dialect.names, contract)
    except BadInputError:
        if is_utf8(path):
            raise
        return None  # the in-memory reader reports the encoding first
    return PlainCsv(path, replace(dialect, encoding="utf-8"), header, data_at)


def _ends_in(path: Path, delimiter: str) -> bool:
    """Return whether the file's last cell is empty and no line end follows it.

    Arrow then treats it as quoted if the cell before it is quoted.
    """
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read() == delimiter.encode()


def _is_plain_text(head: bytes) -> bool:
    lines = head[: head.rfind(b"\n") + 1]
    if b"\0" in head[len(lines) :]:  # a file without line ends may be binary data
        return False
    with suppress(UnreadableFileError):
        return (
            bool(lines)
            and not is_parquet(head)
            and text_of(lines).encoding == "utf-8"
            and not is_json(text_of(lines).utf8)
        )
    return False


@dataclass(frozen=True)
class _Layout:
    """Whether the file's quotes are regular (`has_regular_quotes`), and the distances between its rows."""

    is_regular: bool
    distances: tuple[Distances, ...] = ()


def _layout(plain: PlainCsv) -> _Layout:
    """Scan the file once, block by block."""
    form, last, distances = plain.dialect.form, 0, []
    scan = Scan(form.quote, plain.data_at)
    for octets in _blocks(plain):
        is_quoted = scan.is_quoted
        starts, quotes = scan.starts(octets[1:-1])
        if not _quotes_are_regular(octets, quotes + 1, form, is_quoted=is_quoted):
            return _Layout(is_regular=False)
        if len(starts):
            distances.append(np.diff(starts, prepend=last).astype(np.uint32))
            last = int(starts[-1])
    return _Layout(not scan.is_quoted, tuple(distances))


def _blocks(plain: PlainCsv) -> Iterator[Octets]:
    """Yield the rows in blocks, each with the byte before and after it, or line ends instead."""
    block_bytes = min(_BLOCK_BYTES, max(0, plain.path.stat().st_size - plain.data_at))
    block, following = (np.full(block_bytes + 2, ord("\n"), np.uint8) for _ in range(2))
    with plain.path.open("rb", buffering=0) as file:
        file.seek(plain.data_at)
        count = file.readinto(block[1:-1].data)
        while count:
            following_count = file.readinto(following[1:-1].data)
            block[count + 1] = following[1] if following_count else ord("\n")
            yield block[: count + 2]
            following[0] = block[count]
            block, following, count = following, block, following_count


def _quotes_are_regular(octets: Octets, quotes: Rows, form: Form, *, is_quoted: bool) -> bool:
    """Return whether each quote opens or closes a cell; none is the first or the last octet."""
    ends = np.zeros(256, bool)
    ends[np.frombuffer(f"{form.delimiter}\r\n{form.quote}".encode(), np.uint8)] = True
    opening, closing = quotes[is_quoted::2], quotes[not is_quoted :: 2]
    return bool(ends[octets[opening - 1]].all() and ends[octets[closing + 1]].all())


def _batches(plain: PlainCsv, contract: Contract, layout: Callable[[], _Layout]) -> Iterator[Received]:
    """Yield the rows while another thread checks whether Arrow reads them correctly."""
    with ThreadPoolExecutor(1) as pool:
        submitted = pool.submit(layout)
        for batch in _plain_csv_batches(plain, contract):
            yield batch
            if submitted.done() and not submitted.result().is_regular:
                raise NotPlainError
        if not submitted.result().is_regular:
            raise NotPlainError


def _plain_csv_batches(plain: PlainCsv, contract: Contract) -> Iterator[Received]:
    """Yield the rows without checking their quotes; NotPlainError if Arrow cannot read them."""
    ragged_rows: deque[Any] = deque()
    number = 1
    for columns in _columns(plain, ragged_rows):
        end = number + len(columns[0])
        ragged_of_batch: list[Any] = []
        while ragged_rows and ragged_rows[0].number < end:
            ragged_of_batch.append(ragged_rows.popleft())
            end += 1
        yield _received(plain, contract, columns, np.arange(number, end, dtype=np.int64), ragged_of_batch)
        number = end
    if ragged_rows or number == 1:
        empty_columns = [pa.nulls(0, pa.string())] * len(plain.header.names)
        numbers = np.arange(number, number + len(ragged_rows), dtype=np.int64)
        yield _received(plain, contract, empty_columns, numbers, list(ragged_rows))


def _received(
    plain: PlainCsv, contract: Contract, columns: Sequence[pa.Array], numbers: Rows, ragged_rows: list[Any]
) -> Received:
    named = dict(zip(plain.header.names, columns, strict=True))
    missing = pa.nulls(len(columns[0]), pa.string())
    ragged = ragged_of(ragged_rows)
    rows = np.delete(numbers, ragged.source_rows - numbers[0]) if ragged_rows else numbers
    return Received(
        {name: named.get(name, missing) for name in contract.names},
        rows,
        ragged,
        plain.header.absent,
        dialect=plain.dialect,
    )


def _columns(plain: PlainCsv, ragged_rows: deque[Any]) -> Iterator[Sequence[pa.Array]]:
    """Yield the named columns in chunks, and append rows of another width to `ragged_rows`."""
    try:
        with pa.OSFile(str(plain.path)) as file:
            file.seek(plain.data_at)
            options = arrow_options(plain.dialect, _BLOCK_BYTES, ragged_rows)
            if plain.data_at < file.size():
                yield from (
                    named_columns(columns, plain.dialect)
                    for columns in _joined(pa_csv.open_csv(file, **options))
                )
    # A row longer than a block, bytes that are not UTF-8, or a value in a column without a name.
    except (pa.ArrowInvalid, HeaderError):
        raise NotPlainError from None


def _joined(blocks: Iterator[pa.RecordBatch]) -> Iterator[list[pa.Array]]:
    pending: list[pa.RecordBatch] = []
    for block in blocks:
        pending.append(block)
        if (
            sum(each.num_rows for each in pending) >= ROWS_AT_ONCE
            or sum(each.nbytes for each in pending) >= _BATCH_BYTES
        ):
            yield [pa.concat_arrays(parts) for parts in zip(*pending, strict=True)]
            pending = []
    if pending:
        yield [pa.concat_arrays(parts) for parts in zip(*pending, strict=True)]
