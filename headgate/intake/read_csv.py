r"""Read CSV: every cell as the text that the file holds.

What is null, and what is not:

| in the file            | read as                                                                                  |
|------------------------|------------------------------------------------------------------------------------------|
| nothing between commas | null                                                                                     |
| `""`                   | the empty text; null where the column is no plain text, since no number or date is empty |
| `\N`, not quoted        | null, as MySQL's `SELECT … INTO OUTFILE` writes it                                       |
| `NA`, `null`, `nan`    | those words: NA is North America                                                         |

Blank lines are no rows. A row with more or fewer cells than the header is kept apart as ragged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

from headgate.errors import UnreadableFileError
from headgate.intake.header import Header, match_header
from headgate.intake.received import Ragged, Received
from headgate.intake.sniff import Dialect, sniff_dialect, utf8_text

if TYPE_CHECKING:
    from headgate.contracts.model import Contract
    from headgate.intake.cells import Rows

NULL_TEXTS = ["", "\\N"]
_BLOCK_BYTES = 1 << 20


def read_csv(content: bytes, contract: Contract) -> Received:
    """The rows of a CSV file in any of the encodings and delimiters that `sniff` knows.

    Raises:
        UnreadableFileError: `not_a_table`, or `unclosed_quote` when a quote swallows the rest of the file.
        HeaderError: the header does not match the contract.
    """
    text = utf8_text(content)
    dialect = sniff_dialect(text, contract)
    header = match_header(dialect.names, contract)
    table, invalid = _parse(text, dialect, header)
    ragged = _ragged(invalid)
    source_rows = _numbers_without(ragged.source_rows, table.num_rows)
    _check_closed(text, table, ragged, source_rows)
    columns, rows = {name: table.column(name) for name in header.names}, table.num_rows
    del table  # so that each column's blocks are freed once it is in one piece
    cells = {name: _in_one_piece(columns.pop(name)) if name in columns else pa.nulls(rows, pa.string()) for name in contract.names}
    return Received(cells, source_rows, ragged, header.absent)


def _parse(text: bytes, dialect: Dialect, header: Header) -> tuple[pa.Table, list[Any]]:
    """Arrow's reading of the rows, and the rows it could not read: at first block by block, and in one block when a row outgrows them."""
    data = pa.py_buffer(text).slice(dialect.data_at)
    if not data.size:
        return pa.table({name: pa.nulls(0, pa.string()) for name in header.names}), []
    try:
        return _parse_blocks(data, dialect, header, _BLOCK_BYTES)
    except pa.ArrowInvalid:
        return _parse_whole(data, dialect, header)


def _parse_whole(data: pa.Buffer, dialect: Dialect, header: Header) -> tuple[pa.Table, list[Any]]:
    try:
        return _parse_blocks(data, dialect, header, data.size + 1)
    except pa.ArrowInvalid:
        # Arrow's own message can hold a cell's value, so it is not passed on.
        raise UnreadableFileError(
            rule="not_a_table", message="the rows cannot be read as CSV", remedy="check the file's quotes and its encoding"
        ) from None


def _parse_blocks(data: pa.Buffer, dialect: Dialect, header: Header, block_bytes: int) -> tuple[pa.Table, list[Any]]:
    invalid: list[Any] = []

    def keep_apart(row: Any) -> str:  # noqa: ANN401 pyarrow's InvalidRow has no types
        invalid.append(row)
        return "skip"

    table = pa_csv.read_csv(
        pa.BufferReader(data),
        # One thread: only then does Arrow number the rows it cannot read, and with newlines in values it is faster, too.
        read_options=pa_csv.ReadOptions(use_threads=False, column_names=list(header.names), block_size=block_bytes),
        parse_options=pa_csv.ParseOptions(delimiter=dialect.delimiter, newlines_in_values=True, invalid_row_handler=keep_apart),
        convert_options=pa_csv.ConvertOptions(
            column_types={name: pa.string() for name in header.names},
            strings_can_be_null=True,
            null_values=NULL_TEXTS,
            quoted_strings_can_be_null=False,
        ),
    )
    return table, invalid


def _ragged(invalid: list[Any]) -> Ragged:
    return Ragged(
        np.array([row.number for row in invalid], np.int64),
        tuple(row.text for row in invalid),
        tuple(row.actual_columns for row in invalid),
    )


def _numbers_without(ragged: Rows, rows: int) -> Rows:
    every = np.arange(1, rows + len(ragged) + 1, dtype=np.int64)
    return np.delete(every, ragged - 1) if len(ragged) else every


def _check_closed(text: bytes, table: pa.Table, ragged: Ragged, source_rows: Rows) -> None:
    """A quote that is never closed turns all rows behind it into one cell: rows would be lost without a trace."""
    if _swallowed(text, table, ragged, source_rows):
        raise UnreadableFileError(
            rule="unclosed_quote",
            message=f"a quote is opened in data row {len(source_rows) + len(ragged.source_rows)} and never closed",
            remedy="close the quote, or double it where it belongs to the text",
        )


def _swallowed(text: bytes, table: pa.Table, ragged: Ragged, source_rows: Rows) -> bool:
    last = source_rows[-1] if len(source_rows) else 0
    if len(ragged.source_rows) and ragged.source_rows[-1] > last:
        return "\n" in ragged.texts[-1] and ragged.texts[-1].count('"') % 2 == 1
    if not table.num_rows or text.rstrip(b"\r\n").endswith(b'"'):
        return False
    cell = table.column(table.num_columns - 1)[-1].as_py()
    return cell is not None and "\n" in cell


def _in_one_piece(column: pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if column.num_chunks else pa.nulls(0, pa.string())
