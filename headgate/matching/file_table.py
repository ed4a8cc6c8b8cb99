"""A file's table as it stands, before its columns are matched to a contract."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from headgate.matching.header_names import folded, made_up_name, showable, unused_name

if TYPE_CHECKING:
    from headgate.values.cells import Rows

SAMPLE_ROWS = 200


@dataclass(frozen=True)
class TextRows:
    """Where the rows of a text stand in it.

    Attributes:
        text: as it was read.
        starts: where each row begins, in bytes of the text, also of those that the columns do not have.
        numbers: of each row of the columns its number among all rows, from 1.
        broken: numbers and cells of the rows that the columns do not have.
    """

    text: bytes
    starts: Rows
    numbers: Rows
    broken: tuple[tuple[int, int], ...] = ()

    def line_of(self, number: int) -> int:
        """Return the line of the text on which a row begins, from 1."""
        return self.text.count(b"\n", 0, int(self.starts[number - 1])) + 1


@dataclass(frozen=True)
class FileTable:
    """A table as its file has it.

    Attributes:
        names: in the file's order; one may be blank, or come twice.
        columns: texts, but for Parquet, which has types of its own; columns of nested values are lists.
        has_header: whether the names are the file's own; else they are `column_1`, `column_2` and so on.
        header_cells: of a text the number of cells in its header, which may differ from that of its rows; 0
            for other formats.
        two_row_sheet: of a workbook the sheet whose names stand in two rows, and are joined in `names`; empty
            for one row.
        is_header_by_look: as in `Dialect`.
        broken_rows: rows that the columns do not have: rows of a text with more or fewer cells than the
            others, lines that are no record.
        has_text_quotes: whether quotes are characters of a text's values.
        partly_quoted: columns of a text of which quotes enclose at most half of the values, without need.
        text_rows: where the rows stand; None for other formats than texts.
        sheets: of a workbook the sheets that were read.
        left_out: its other sheets that have rows, each with their number.
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

    @property
    def by_shown_name(self) -> dict[str, pa.Array | pa.ChunkedArray]:
        """The columns by the name that may be shown."""
        return dict(zip(self.shown, self.columns, strict=True))

    @property
    def fingerprint(self) -> str:
        """Equal for files with the same columns in the same order."""
        return hashlib.sha256("\x1f".join(folded(name) for name in self.names).encode()).hexdigest()[:16]

    @property
    def shown(self) -> tuple[str, ...]:
        """The names to show: `column_3` replaces a blank, repeated or sensitive one."""
        taken = {folded(name) for name in self.names}
        return tuple(
            name
            if showable(name) and self.names.count(name) == 1
            else unused_name(made_up_name(place), taken)
            for place, name in enumerate(self.names, 1)
        )

    @property
    def samples(self) -> tuple[pa.Array, ...]:
        """The first rows, as texts."""
        return tuple(as_text(column.slice(0, SAMPLE_ROWS)) for column in self.columns)


def as_text(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Return the column's values as texts; nested values, and bytes that are no text, are null."""
    try:
        text = pc.cast(column, pa.string())
    except pa.ArrowException:
        return pa.nulls(len(column), pa.string())
    return text.combine_chunks() if isinstance(text, pa.ChunkedArray) else text


NO_TABLE = FileTable((), ())
