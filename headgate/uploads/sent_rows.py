"""Rows of the file that a person sent: their cells as they were written, and their places in the file."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from headgate.contracts.model import Contract
from headgate.contracts.sensitive_names import mask_by_name
from headgate.formats.batches import Source
from headgate.formats.received_rows import Received
from headgate.formats.unpack import is_packed, unpack
from headgate.masking.redaction import redact
from headgate.uploads.editing.sent_parts import open_part
from headgate.uploads.ragged_rows import cells_of
from headgate.values.cells import text_array

MAX_BYTES = 8 << 20  # read within one request
_NEW_LINE = 10
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class RowPlace:
    """The place of a row: its first line in a text, or its row in a sheet."""

    line: int
    sheet: str = ""


@dataclass(frozen=True)
class SentRows:
    """Rows of a sent file by their number.

    Attributes:
        names: the columns of the file, as a person reads them.
        cells: the texts of each row without card and social security numbers, and without columns whose
            names are of such numbers or codes. A row of another width has as many cells as its line, and
            none if the file has such a column.
    """

    names: tuple[str, ...] = ()
    cells: Mapping[int, tuple[str | None, ...]] = field(default_factory=dict)
    places: Mapping[int, RowPlace] = field(default_factory=dict)


def sent_rows(
    path: Path, folder: Path, contract: Contract | None, part: str, numbers: Collection[int]
) -> SentRows:
    """Read rows of a sent file.

    Args:
        part: the part of the file that was read, as in its edits.
        numbers: of the rows, without blank lines and lines above the header.

    Raises:
        BadInputError: the file cannot be read.
    """
    opened, file = open_part(path, folder, part, contract, MAX_BYTES)
    if opened is None or not numbers:
        return SentRows()
    cells: dict[int, tuple[str | None, ...]] = {}
    hidden = [mask_by_name(name) is not None for name in opened.names]
    for batch in opened.source.batches():
        cells.update(_cells_of_batch(batch, opened.source, numbers, hidden))
    order = opened.headed.file_order or range(len(opened.names))
    is_sorted = [*order] != [*range(len(opened.names))]  # such a file has no rows of another width
    in_order = {row: tuple(texts[at] for at in order) for row, texts in cells.items()} if is_sorted else cells
    names = tuple(opened.names[at] for at in order)
    return SentRows(names, in_order, _places(opened.source, file, sorted(numbers)))


def _cells_of_batch(
    batch: Received, source: Source, numbers: Collection[int], hidden: Sequence[bool]
) -> Iterator[tuple[int, tuple[str | None, ...]]]:
    places = np.flatnonzero(np.isin(batch.source_rows, [*numbers]))
    columns = [
        [None] * len(places) if is_hidden else redact(column.take(places)).to_pylist()
        for column, is_hidden in zip(batch.cells.values(), hidden, strict=True)
    ]
    rows = zip(*columns, strict=True) if columns else ()
    yield from zip(batch.source_rows[places].tolist(), rows, strict=False)
    ragged = zip(batch.ragged.source_rows.tolist(), batch.ragged.texts, strict=True)
    for row, text in ragged:
        if row in numbers and not any(hidden):
            yield row, tuple(redact(text_array(cells_of(text, source.written_as))).to_pylist())


def _places(source: Source, file: Path, numbers: list[int]) -> dict[int, RowPlace]:
    if len(source.sheet_rows):
        sheets = source.row_sheets
        return {
            row: RowPlace(
                int(source.sheet_rows[row - 1]), sheets[row - 1].as_py() or "" if row <= len(sheets) else ""
            )
            for row in numbers
            if row <= len(source.sheet_rows)
        }
    if source.row_offsets is None:
        return {}
    body = file.read_bytes()
    body = unpack(body, MAX_BYTES) if is_packed(body) else body
    if body.startswith(_UTF16):
        return {}
    starts = source.row_offsets().take(numbers[-1])
    ends = np.flatnonzero(np.frombuffer(body, np.uint8) == _NEW_LINE)
    rows = [row for row in numbers if row <= len(starts)]
    lines = np.searchsorted(ends, [starts[row - 1] for row in rows]) + 1
    return {row: RowPlace(int(line)) for row, line in zip(rows, lines, strict=True)}
