r"""Read CSV: every cell as the text in the file.

Nulls:

| in the file            | read as                                                                                  |
|------------------------|------------------------------------------------------------------------------------------|
| nothing between commas | null                                                                                     |
| `""`                   | the empty text; null unless the column is plain text, since no number or date is empty |
| `\N`, not quoted        | null, as MySQL's `SELECT … INTO OUTFILE` writes it                                       |
| `NA`, `null`, `nan`    | those words: NA is North America                                                         |

Blank lines are not rows. A row with more or fewer cells than the header is ragged. In a database's text dump
a backslash escapes any character (`database_dumps`).

Arrow reads the rows that it reads correctly. `csv_rows` reads rows with quotes in places that RFC 4180 does not
permit, and all rows if the delimiter has two characters or a backslash escapes.
"""  # noqa: E501 a table

from __future__ import annotations

from array import array
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from headgate.contracts.file_form import stated_quotes
from headgate.errors import UnreadableFileError
from headgate.formats.csv.arrow_readable import end_of_regular_quotes, has_regular_quotes
from headgate.formats.csv.csv_rows import NULL, Row
from headgate.formats.csv.footer import footer_rows_of_text, mark_footer
from headgate.formats.csv.sniff_dialect import sniff_dialect
from headgate.formats.csv.text_quotes import check_quotes
from headgate.formats.received_rows import Ragged, Received, joined_ragged
from headgate.formats.row_offsets import offsets_in_original, row_starts
from headgate.formats.sniff import text_for
from headgate.matching.match_header import match_header, unnamed_column
from headgate.values.cells import NO_ROWS, Rows, in_one_piece, text_array

if TYPE_CHECKING:
    from collections import deque
    from collections.abc import Iterator, Sequence

    from headgate.contracts.model import Contract
    from headgate.formats.csv.dialect import Dialect

MAX_COLUMNS = 4096  # more than real tables have; empty columns do not yet fill the memory
_BLOCK_BYTES = 1 << 20
_ROWS_AT_ONCE = 1 << 16
_MIN_ARROW_BYTES = 1 << 14  # Arrow needs as long to start as to read this many bytes


@dataclass(frozen=True)
class TextTable:
    """The rows of a CSV text as columns in the file's order, independent of its header.

    Attributes:
        starts: byte offset of each row in the text, including ragged rows.
    """

    columns: tuple[pa.Array, ...]
    source_rows: Rows
    ragged: Ragged
    starts: Rows


def read_csv(content: bytes, contract: Contract) -> Received:
    """Return the rows of a CSV file in any encoding and dialect that `sniff` and `sniff_dialect` recognize.

    Raises:
        UnreadableFileError: `not_a_table`, `mixed_encoding`, `unknown_encoding`, `too_large` (too many
            columns), `unclosed_quote` if a quote is never closed, or `ambiguous_quotes` if quotes may belong
            to the values.
        HeaderError: the header does not match the contract.
    """
    text = text_for(content, contract)
    dialect = sniff_dialect(text.utf8, contract).in_encoding(text)
    if stated_quotes(contract) is None:
        check_quotes(text.utf8, dialect)
    header = match_header(dialect.names, contract)
    table = read_rows(text.utf8, dialect)
    columns, rows = dict(zip(header.names, table.columns, strict=True)), len(table.source_rows)
    cells = {
        name: columns.pop(name) if name in columns else pa.nulls(rows, pa.string()) for name in contract.names
    }
    starts = offsets_in_original(text.utf8, table.starts, content, text.encoding)
    footer = footer_rows_of_text(text.utf8, dialect, [contract.column(name) for name in header.names])
    dialect = replace(dialect, footer_lines=footer)
    return mark_footer(
        Received(cells, table.source_rows, table.ragged, header.absent, dialect=dialect, starts=starts),
        footer,
    )


def read_rows(text: bytes, dialect: Dialect) -> TextTable:
    """Return the rows of the dialect's width and, separately, the ragged ones.

    Raises:
        UnreadableFileError: `not_a_table`, `too_large` or `unclosed_quote`.
        HeaderError: `blank_column`: a column after the last name has a value.
    """
    if dialect.width > MAX_COLUMNS:
        raise too_wide()
    start, stop = dialect.rows_above
    above = stop - start
    data = (
        pa.py_buffer(text[start:stop] + text[dialect.data_at :])
        if above
        else pa.py_buffer(text).slice(dialect.data_at)
    )
    table = _read_rows(data, dialect)
    starts = np.where(table.starts < above, table.starts + start, table.starts + dialect.data_at - above)
    return replace(table, columns=tuple(named_columns(table.columns, dialect)), starts=starts)


def named_columns(columns: Sequence[pa.Array], dialect: Dialect) -> Sequence[pa.Array]:
    """Return the columns with a name; HeaderError (`blank_column`) if another column has a value."""
    count = dialect.width - dialect.unnamed
    for place, column in enumerate(columns[count:], count + 1):
        if pc.any(pc.greater(pc.binary_length(column), 0)).as_py():
            raise unnamed_column(place)
    return columns[:count]


def _read_rows(data: pa.Buffer, dialect: Dialect) -> TextTable:
    if dialect.form.is_plain and has_regular_quotes(data, dialect.form):
        return _read_by_arrow(data, dialect)
    if dialect.form.is_plain:
        return read_in_turns(data, dialect)
    return _read_one_by_one(bytes(data).decode("utf-8"), dialect)


def too_wide() -> UnreadableFileError:
    """Return the rejection of a text or Parquet file with too many columns."""
    return UnreadableFileError(
        rule="too_large",
        message=f"the header has more than {MAX_COLUMNS:,} columns",
        remedy="send a table with fewer columns",
    )


def _read_by_arrow(data: pa.Buffer, dialect: Dialect) -> TextTable:
    # Arrow treats an empty last cell without a line end as quoted if the cell before it is quoted.
    ends_in_nothing = bytes(data.slice(max(0, data.size - 1))) == dialect.form.delimiter.encode()
    table, invalid = _parse(pa.py_buffer(bytes(data) + b"\n") if ends_in_nothing else data, dialect)
    ragged = ragged_of(invalid)
    source_rows = _row_numbers_without(ragged.source_rows, table.num_rows)
    columns = table.columns
    del table  # frees each column's blocks once they are concatenated
    starts = row_starts(memoryview(data), dialect.form.quote)
    return TextTable(
        tuple(in_one_piece(columns.pop(0)) for _ in range(len(columns))), source_rows, ragged, starts
    )


def _parse(data: pa.Buffer, dialect: Dialect) -> tuple[pa.Table, list[Any]]:
    """Return the rows as Arrow reads them, and the rows it could not read.

    Arrow first reads block by block, and in one block if a row is longer than a block.
    """
    if not data.size:
        return pa.table({str(column): pa.nulls(0, pa.string()) for column in range(dialect.width)}), []
    with suppress(pa.ArrowInvalid):
        return _parse_blocks(data, dialect, min(_BLOCK_BYTES, data.size + 1))
    try:
        return _parse_blocks(data, dialect, data.size + 1)
    except pa.ArrowInvalid:
        # Do not pass on Arrow's message, which may contain a cell's value.
        raise UnreadableFileError(
            rule="not_a_table",
            message="the rows cannot be read as CSV",
            remedy="check the file's quotes and its encoding",
        ) from None


def _parse_blocks(data: pa.Buffer, dialect: Dialect, block_bytes: int) -> tuple[pa.Table, list[Any]]:
    invalid: list[Any] = []
    return pa_csv.read_csv(pa.BufferReader(data), **arrow_options(dialect, block_bytes, invalid)), invalid


def arrow_options(dialect: Dialect, block_bytes: int, invalid: deque[Any] | list[Any]) -> dict[str, Any]:
    """Return Arrow's options to read every cell as text, and append rows of another width to `invalid`."""
    names = [str(column) for column in range(dialect.width)]  # a header may have blank or duplicate names

    def collect(row: Any) -> str:  # noqa: ANN401 pyarrow's InvalidRow has no types
        invalid.append(row)
        return "skip"

    return {
        # Use one thread: only then does Arrow number the rows that it cannot read, and it is faster with
        # newlines in values.
        "read_options": pa_csv.ReadOptions(use_threads=False, column_names=names, block_size=block_bytes),
        "parse_options": pa_csv.ParseOptions(
            delimiter=dialect.form.delimiter,
            quote_char=dialect.form.quote or False,
            newlines_in_values=bool(dialect.form.quote),
            invalid_row_handler=collect,
        ),
        "convert_options": pa_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()),
            strings_can_be_null=True,
            null_values=["", NULL],
            quoted_strings_can_be_null=False,
        ),
    }


def ragged_of(invalid: Sequence[Any]) -> Ragged:
    """Return the rows that Arrow could not read."""
    return Ragged(
        np.array([row.number for row in invalid], np.int64),
        tuple(row.text for row in invalid),
        tuple(row.actual_columns for row in invalid),
    )


def _row_numbers_without(ragged: Rows, rows: int) -> Rows:
    every = np.arange(1, rows + len(ragged) + 1, dtype=np.int64)
    return np.delete(every, ragged - 1) if len(ragged) else every


def _read_one_by_one(text: str, dialect: Dialect) -> TextTable:
    rows = dialect.form.rows(text, 0, dialect.width)
    blocks: list[Sequence[pa.Array]] = [[pa.nulls(0, pa.string())] * dialect.width]
    ragged: list[tuple[int, str, int]] = []
    count, starts = 0, array("q")
    while chunk := list(islice(rows, _ROWS_AT_ONCE)):
        starts.extend(row.start for row in chunk)
        ragged += [
            (count + at, text[row.start : row.end].rstrip("\r\n"), len(row.cells))
            for at, row in _rows_of_other_width(chunk, dialect.width)
        ]
        blocks.append(_columns(chunk, dialect.width))
        count += len(chunk)
    numbers, texts, widths = zip(*ragged, strict=True) if ragged else ((), (), ())
    ragged_rows = Ragged(np.array(numbers, np.int64), texts, widths)
    columns = tuple(pa.concat_arrays(column) for column in zip(*blocks, strict=True))
    return TextTable(
        columns,
        _row_numbers_without(ragged_rows.source_rows, count - len(ragged)),
        ragged_rows,
        _bytes_to(text, starts),
    )


def read_in_turns(data: pa.Buffer, dialect: Dialect, min_bytes: int = _MIN_ARROW_BYTES) -> TextTable:
    """Read row by row, but let Arrow read stretches of at least `min_bytes` with regular quotes.

    The bytes are decoded as Latin-1, so that offsets are the same: only ASCII characters structure rows.
    """
    octets, text = np.frombuffer(data, np.uint8), bytes(data).decode("latin-1")
    tables = [TextTable((pa.nulls(0, pa.string()),) * dialect.width, NO_ROWS, Ragged(), NO_ROWS)]
    at, window, patience = 0, 4 * min_bytes, 1
    while at < len(octets):
        stop = end_of_regular_quotes(octets, at, window, dialect.form)
        if stop - at >= min_bytes or stop == len(octets):
            table = _read_by_arrow(data.slice(at, stop - at), dialect)
            tables.append(replace(table, starts=table.starts + at))
            at, window, patience = stop, min(2 * window, _BLOCK_BYTES), 1
        else:
            rows = _some_rows(dialect.form.rows(text, at, dialect.width), stop, patience)
            tables.append(_of_rows(rows, text, dialect.width))
            at, window, patience = (
                rows[-1].end if rows else len(octets),
                4 * min_bytes,
                min(2 * patience, _ROWS_AT_ONCE),
            )
    return _concatenate(tables)


def _some_rows(rows: Iterator[Row], stop: int, at_least: int) -> list[Row]:
    """Return at least `at_least` rows, up to the first that begins at or after `stop`."""
    chunk: list[Row] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) >= at_least and row.start >= stop:
            break
    return chunk


def _of_rows(rows: list[Row], text: str, width: int) -> TextTable:
    rows = [row._replace(cells=[_as_utf8(cell) for cell in row.cells]) for row in rows]
    other_rows = list(_rows_of_other_width(rows, width))
    ragged_rows = Ragged(
        np.array([at for at, _ in other_rows], np.int64),
        tuple(_as_utf8(text[row.start : row.end].rstrip("\r\n")) or "" for _, row in other_rows),
        tuple(len(row.cells) for _, row in other_rows),
    )
    numbers = _row_numbers_without(ragged_rows.source_rows, len(rows) - len(other_rows))
    return TextTable(
        tuple(_columns(rows, width)), numbers, ragged_rows, np.array([row.start for row in rows], np.int64)
    )


def _as_utf8(cell: str | None) -> str | None:
    return cell if cell is None or cell.isascii() else cell.encode("latin-1").decode("utf-8")


def _concatenate(tables: list[TextTable]) -> TextTable:
    before = np.cumsum([0, *(len(table.source_rows) + len(table.ragged.source_rows) for table in tables)])
    ragged = joined_ragged((table.ragged for table in tables), before)
    rows = np.concatenate([table.source_rows + first for table, first in zip(tables, before, strict=False)])
    columns = tuple(
        pa.concat_arrays(column) for column in zip(*(table.columns for table in tables), strict=True)
    )
    return TextTable(columns, rows, ragged, np.concatenate([table.starts for table in tables]))


def _bytes_to(text: str, characters: array[int]) -> Rows:
    """Return character offsets of a text as byte offsets of its UTF-8."""
    places = np.array(characters, np.int64)
    if text.isascii() or not len(places):
        return places
    edges = [0, *characters]
    return np.cumsum([len(text[start:stop].encode()) for start, stop in pairwise(edges)])


def _rows_of_other_width(rows: list[Row], width: int) -> Iterator[tuple[int, Row]]:
    return ((at, row) for at, row in enumerate(rows, 1) if len(row.cells) != width)


def _columns(rows: list[Row], width: int) -> Sequence[pa.Array]:
    complete = [row.cells for row in rows if len(row.cells) == width]
    return (
        [text_array(column) for column in zip(*complete, strict=True)]
        if complete
        else [pa.nulls(0, pa.string())] * width
    )
