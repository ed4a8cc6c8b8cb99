"""How a CSV text is written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from headgate.formats.csv.csv_rows import Form
    from headgate.formats.sniff import Text


@dataclass(frozen=True)
class Dialect:
    r"""How a CSV text is written.

    Attributes:
        form: delimiter, quote and escape.
        names: the header's cells; where it has several lines, each column's cells joined.
        data_at: the byte behind the header.
        width: cells in a row: the header's with a contract, else the usual number.
        unnamed: of these the last ones, which have no name and no value: each row ends with delimiters.
        skipped_lines: rows above the table that are not part of it. They are not read, only counted.
        header_lines: rows of the header; 0 if there is none and `names` are made up.
        footer_lines: rows after the table's last one that certainly are not part of it.
        line_end: `\n`, `\r\n`, `\r`, or empty if they are mixed or absent.
        encoding: of the bytes that arrived.
        confidence: 0 to 1; with a contract the share of the header's cells that it knows, else the share of
            probed rows of the usual width; that of the encoding where it is less.
        is_header_by_look: whether only the look of its texts says that the first row is a header.
        rows_above: start and end, in bytes, of rows of the table that stand above its header; equal where
            there are none.
    """

    form: Form
    names: tuple[str, ...]
    data_at: int
    width: int
    skipped_lines: int = 0
    header_lines: int = 1
    line_end: str = "\n"
    encoding: str = "utf-8"
    confidence: float = 1.0
    unnamed: int = 0
    footer_lines: int = 0
    rows_above: tuple[int, int] = (0, 0)
    is_header_by_look: bool = False

    def in_encoding(self, text: Text) -> Dialect:
        """Return the dialect of what arrived as this text."""
        return replace(self, encoding=text.encoding, confidence=min(self.confidence, text.confidence))


def without_trailing_blanks(cells: tuple[str, ...]) -> tuple[str, ...]:
    """Return the cells up to the last that is not blank."""
    return cells[: max((place for place, cell in enumerate(cells, 1) if cell.strip()), default=0)]
