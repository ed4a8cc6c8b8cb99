"""A file's table with its own columns, before they are matched to a contract."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from headgate.matching.header_names import folded, made_up_name, showable, unused_name
from headgate.values.cells import in_one_piece
from headgate.values.durations import duration_texts

if TYPE_CHECKING:
    from headgate.values.cells import Rows

SAMPLE_ROWS = 200


@dataclass(frozen=True)
class TextRows:
    """The positions of rows in a text.

    Attributes:
        text: as read.
        starts: byte offset of each row, including broken rows.
        numbers: the number of each row of the columns among all rows, from 1.
        broken: numbers and cell counts of the rows that are not in the columns.
        delimiter: between the cells.
        blank: numbers of the rows without any value, which are not in the columns either.
    """

    text: bytes
    starts: Rows
    numbers: Rows
    broken: tuple[tuple[int, int], ...] = ()
    delimiter: str = ","
    blank: tuple[int, ...] = ()

    def line_of(self, number: int) -> int:
        """Return the line of the text on which a row begins, from 1."""
        return self.text.count(b"\n", 0, int(self.starts[number - 1])) + 1


@dataclass(frozen=True)
class FileTable:
    """A table with its file's own columns.

    Attributes:
        names: in the file's order, or sorted for JSON and XML; they may be blank or duplicate.
        columns: texts, except for typed formats such as Parquet; columns of nested values are lists.
        has_header: whether the names are the file's own; else they are `column_1`, `column_2` and so on.
        header_cells: number of cells in a text's header, which may differ from that of its rows; 0 for other
            formats.
        two_row_sheet: the sheet of a workbook whose names are in two rows and are joined in `names`; empty
            for names in one row.
        is_header_by_look: as in `Dialect`.
        broken_rows: number of rows that are not in the columns: rows of a text with more or fewer cells than
            the others, and lines that are not records.
        has_text_quotes: whether quotes are characters of a text's values.
        partly_quoted: columns of a text in which quotes enclose at most half of the values, without need.
        text_rows: the positions of the rows; None for formats other than texts.
        sheets: the sheets of a workbook that were read.
        left_out: its other sheets with rows, each with their number.
        file_order: the positions of the columns in the file's order, where names are sorted; else empty.
    """

    names: tuple[str, ...]
    columns: tuple[pa.Array | pa.ChunkedArray, ...]
    has_header: bool = True
    header_cells: int = 0
    two_row_sheet: str = ""
    is_header_by_look: bool = False
    broken_rows: int = 0
    has_text_quotes: bool = False
    partly_quoted: tuple[str, ...] = ()
    text_rows: TextRows | None = field(default=None, compare=False, repr=False)
    sheets: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    file_order: tuple[int, ...] = field(default=(), compare=False)

    @property
    def by_shown_name(self) -> dict[str, pa.Array | pa.ChunkedArray]:
        """The columns by their displayed names."""
        return dict(zip(self.shown, self.columns, strict=True))

    @property
    def fingerprint(self) -> str:
        """A hash that is equal for files with the same columns in the same order."""
        return hashlib.sha256("\x1f".join(folded(name) for name in self.names).encode()).hexdigest()[:16]

    @property
    def shown(self) -> tuple[str, ...]:
        """The displayed names, without blanks around them.

        `column_3` replaces one that is blank or not showable, and the second `price` is `price_2`.
        """
        names = [name.strip() for name in self.names]
        taken = {folded(name) for name in names}
        return tuple(
            unused_name(made_up_name(place), taken)
            if not showable(name)
            else name
            if name not in names[: place - 1]
            else unused_name(f"{name}_{names[:place].count(name)}", taken)
            for place, name in enumerate(names, 1)
        )

    @property
    def rememberable(self) -> tuple[str, ...]:
        """The displayed names that decide about columns of other files; none says which heading is hidden."""
        pairs = zip(self.names, self.shown, strict=True)
        return tuple(shown for name, shown in pairs if not name.strip() or showable(name))

    @property
    def samples(self) -> tuple[pa.Array, ...]:
        """The first rows, as texts."""
        return tuple(as_text(column.slice(0, SAMPLE_ROWS)) for column in self.columns)


def as_text(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Return the column's values as texts; nested values, and bytes that are not text, are null."""
    if pa.types.is_duration(column.type):
        return duration_texts(in_one_piece(column))
    try:
        text = pc.cast(column, pa.string())
    except pa.ArrowException:
        return pa.nulls(len(column), pa.string())
    return text.combine_chunks() if isinstance(text, pa.ChunkedArray) else text


NO_TABLE = FileTable((), ())
