from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from headgate.formats.csv.csv_rows import Form
    from headgate.formats.sniff import Text


@dataclass(frozen=True)
class Dialect:
    r"""The dialect of a CSV text and the position of its header.

    Attributes:
        form: delimiter, quote and escape.
        names: the header's cells; the cells of each column are joined if the header has several lines.
        data_at: the byte after the header.
        width: cells per row: the header's with a contract, else the usual number.
        unnamed: how many of the last cells have neither name nor value, as if each row ends with delimiters.
        skipped_lines: rows above the table that are not part of it; they are counted, but not read.
        header_lines: rows of the header; 0 if there is none and `names` are generated.
        footer_lines: rows after the table that are certainly not part of it.
        line_end: `\n`, `\r\n`, `\r`, or empty if they are mixed or absent.
        encoding: of the received bytes.
        confidence: 0 to 1; with a contract the share of the header's cells that it knows, else the share of
            probed rows of the usual width; at most the confidence of the encoding.
        is_header_by_look: whether only the shape of its texts identifies the first row as a header.
        rows_above: start and end, in bytes, of rows of the table above its header; equal if there are none.
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
        """Return the dialect of the received bytes, of which `text` is the decoded form."""
        return replace(self, encoding=text.encoding, confidence=min(self.confidence, text.confidence))


def without_trailing_blanks(cells: tuple[str, ...]) -> tuple[str, ...]:
    """Return the cells without the blank ones at the end."""
    return cells[: max((place for place, cell in enumerate(cells, 1) if cell.strip()), default=0)]
