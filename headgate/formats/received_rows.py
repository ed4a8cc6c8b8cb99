"""A file's rows before any check: every cell as text, in the contract's columns."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain, repeat
from typing import TYPE_CHECKING

import numpy as np

from headgate.formats.format_name import FormatName
from headgate.values.cells import NO_ROWS, Rows, text_array

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pyarrow as pa

    from headgate.formats.csv.dialect import Dialect


@dataclass(frozen=True)
class Ragged:
    """Rows with more or fewer cells than the header.

    Attributes:
        texts: the rows as received; mask them before writing them.
        footer: how many of the last rows are the file's footer.
    """

    source_rows: Rows = field(default_factory=lambda: NO_ROWS)
    texts: tuple[str, ...] = ()
    widths: tuple[int, ...] = ()
    footer: int = 0

    def take(self, places: Rows) -> Ragged:
        """Return the rows at these ascending places."""
        return Ragged(
            self.source_rows[places],
            tuple(self.texts[at] for at in places),
            tuple(self.widths[at] for at in places),
            int(np.count_nonzero(places >= len(self.texts) - self.footer)),
        )


def joined_ragged(parts: Iterable[Ragged], rows_before: Iterable[int] | None = None) -> Ragged:
    """Return the ragged rows of consecutive parts.

    Args:
        rows_before: the number of rows before each part, if the parts number their own rows.
    """
    parts = list(parts)
    shifts = repeat(0) if rows_before is None else rows_before
    return Ragged(
        np.concatenate([part.source_rows + shift for part, shift in zip(parts, shifts, strict=False)]),
        tuple(chain.from_iterable(part.texts for part in parts)),
        tuple(chain.from_iterable(part.widths for part in parts)),
    )


@dataclass(frozen=True)
class Received:
    """The rows of one file.

    Attributes:
        cells: the texts of each column of the contract; null if the file has no value.
        source_rows: the 1-based number of each row among the file's data rows.
        missing_columns: nullable columns that the file lacks; their cells are null.
        format_name: as in a file's record: a `FormatName`, `JSON_LINES` or `GEOJSON`.
        dialect: the dialect of a CSV text, with its confidence; None for other formats.
        left_out: parts of the file with other tables, by name and number of rows: sheets without the
            contract's header.
        sheets: the sheets of a workbook that contain the rows.
        empty_sheets: its sheets without any value.
        packed: the file's compressions, outermost first: `gzip`, `zip`, `zstd`.
        encoding: the encoding of a text without a dialect.
        confidence: as in `Dialect`; 1 if the file states its own form.
        sheet_rows: for a workbook, the row number that Excel shows for each row, including ragged ones.
        row_sheets: for a workbook, the name of the sheet of each row, including ragged ones; else empty.
        sheet_column: the contract's column with these names; empty if it has none, or the file has it.
        skipped_lines: for a workbook, the filled rows above the header that are not part of the table, and
            rows below it that repeat it.
        starts: byte offset of each row in the unpacked file, including ragged rows; empty if rows have no
            offsets.
        blank: the numbers of the rows that are left out because all their cells are empty.
    """

    cells: Mapping[str, pa.Array]
    source_rows: Rows
    ragged: Ragged = field(default_factory=Ragged)
    missing_columns: tuple[str, ...] = ()
    format_name: str = "csv"
    dialect: Dialect | None = None
    left_out: tuple[str, ...] = ()
    sheets: tuple[str, ...] = ()
    empty_sheets: tuple[str, ...] = ()
    packed: tuple[str, ...] = ()
    encoding: str = ""
    confidence: float = 1.0
    starts: Rows = field(default_factory=lambda: NO_ROWS)
    sheet_rows: Rows = field(default_factory=lambda: NO_ROWS)
    row_sheets: pa.Array = field(default_factory=lambda: text_array([]))
    sheet_column: str = ""
    skipped_lines: int = 0
    blank: Rows = field(default_factory=lambda: NO_ROWS)

    @property
    def rows(self) -> int:
        """The number of rows of the file, including ragged ones."""
        return len(self.source_rows) + len(self.ragged.source_rows)

    @property
    def written_as(self) -> Mapping[str, str]:
        """The properties of the file's format, as its record keeps them."""
        properties = written_as(self.format_name, self.dialect, self.packed)
        details = {} if self.dialect else {"confidence": confidence_text(self.confidence)}
        details |= {"encoding": self.encoding} if self.encoding and not self.dialect else {}
        details |= {"skipped_lines": str(self.skipped_lines)} if self.skipped_lines else {}
        details |= {"sheets": ", ".join(self.sheets)} if self.sheets else {}
        details |= {"empty_sheets": ", ".join(self.empty_sheets)} if self.empty_sheets else {}
        return properties | details | ({"left_out": ", ".join(self.left_out)} if self.left_out else {})


def written_as(
    format_name: str, dialect: Dialect | None = None, packed: Sequence[str] = ()
) -> dict[str, str]:
    """Return the properties of a file's format; they contain no cell."""
    properties = {"format": format_name, "compression": ", ".join(packed) or "none"}
    if dialect:
        properties["encoding"] = dialect.encoding
        if format_name != FormatName.FIXED_WIDTH:
            quote = dialect.form.quote or "none"
            escape = dialect.form.escape or quote
            properties |= {"delimiter": dialect.form.delimiter, "quote": quote, "escape": escape}
        properties |= {
            "line_end": dialect.line_end or "mixed",
            "skipped_lines": str(dialect.skipped_lines),
            "header_lines": str(dialect.header_lines),
            "confidence": confidence_text(dialect.confidence),
        }
        properties |= {"unnamed_columns": str(dialect.unnamed)} if dialect.unnamed else {}
        properties |= {"footer_lines": str(dialect.footer_lines)} if dialect.footer_lines else {}
    return properties


def confidence_text(confidence: float) -> str:
    """Return a confidence with three decimals."""
    return str(round(confidence, 3))
