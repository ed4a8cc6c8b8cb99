"""The rows of a file before any check: every cell as text, in the contract's columns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from headgate.formats.format_name import FormatName
from headgate.values.cells import NO_ROWS, Rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa

    from headgate.formats.csv.dialect import Dialect


@dataclass(frozen=True)
class Ragged:
    """Rows with more or fewer cells than the header.

    `texts` are as they came: they must be masked before they are written.

    Attributes:
        footer: how many of them, the last ones, are the file's footer.
    """

    source_rows: Rows = field(default_factory=lambda: NO_ROWS)
    texts: tuple[str, ...] = ()
    widths: tuple[int, ...] = ()
    footer: int = 0


@dataclass(frozen=True)
class Received:
    """One file's rows.

    Attributes:
        cells: for each column of the contract its texts; null where the file has no value.
        source_rows: for each row its 1-based number among the file's data rows.
        missing_columns: nullable columns that the file does not have; their cells are null.
        format_name: as a file's record has it: a `FormatName`, or `JSON_LINES`.
        dialect: how a CSV text was written, with its confidence; None for other formats.
        left_out: parts of the file that hold other tables, by name and how many rows they have: sheets
            without the contract's header.
        sheets: the sheets of a workbook that the rows are from.
        packed: how the file was compressed, from the outside in: `gzip`, `zip`, `zstd`.
        encoding: of a text that has no dialect.
        confidence: as in `Dialect`; 1 where the file itself states its form.
        sheet_rows: of a workbook, the number that Excel shows beside each of the file's rows, ragged ones
            too.
        skipped_lines: of a workbook, filled rows above the header that are not part of the table, and rows
            that repeat the header below it.
        starts: where each of the file's rows begins, ragged ones too, in bytes of the unpacked file; none
            where rows have no place.
    """

    cells: Mapping[str, pa.Array]
    source_rows: Rows
    ragged: Ragged = field(default_factory=Ragged)
    missing_columns: tuple[str, ...] = ()
    format_name: str = "csv"
    dialect: Dialect | None = None
    left_out: tuple[str, ...] = ()
    sheets: tuple[str, ...] = ()
    packed: tuple[str, ...] = ()
    encoding: str = ""
    confidence: float = 1.0
    starts: Rows = field(default_factory=lambda: NO_ROWS)
    sheet_rows: Rows = field(default_factory=lambda: NO_ROWS)
    skipped_lines: int = 0

    @property
    def rows(self) -> int:
        """Every row of the file, ragged ones too."""
        return len(self.source_rows) + len(self.ragged.source_rows)

    @property
    def written_as(self) -> Mapping[str, str]:
        """The properties of the file's form, as its record keeps them."""
        properties = written_as(self.format_name, self.dialect, self.packed)
        guessed = {} if self.dialect else {"confidence": confidence_text(self.confidence)}
        guessed |= {"encoding": self.encoding} if self.encoding and not self.dialect else {}
        guessed |= {"skipped_lines": str(self.skipped_lines)} if self.skipped_lines else {}
        guessed |= {"sheets": ", ".join(self.sheets)} if self.sheets else {}
        return properties | guessed | ({"left_out": ", ".join(self.left_out)} if self.left_out else {})


def written_as(
    format_name: str, dialect: Dialect | None = None, packed: Sequence[str] = ()
) -> dict[str, str]:
    """Return a file's form in words: none of its cells is among them."""
    properties = {"format": format_name, "compression": ", ".join(packed) or "none"}
    if dialect:
        properties |= {
            "encoding": dialect.encoding,
            **(_of_csv(dialect) if format_name != FormatName.FIXED_WIDTH else {}),
            "line_end": dialect.line_end or "mixed",
            "skipped_lines": str(dialect.skipped_lines),
            "header_lines": str(dialect.header_lines),
            "confidence": confidence_text(dialect.confidence),
        }
        properties |= {"unnamed_columns": str(dialect.unnamed)} if dialect.unnamed else {}
        properties |= {"footer_lines": str(dialect.footer_lines)} if dialect.footer_lines else {}
    return properties


def _of_csv(dialect: Dialect) -> dict[str, str]:
    form = dialect.form
    quote = form.quote or "none"
    return {"delimiter": form.delimiter, "quote": quote, "escape": form.escape or quote}


def confidence_text(confidence: float) -> str:
    """Return a confidence to three decimals."""
    return str(round(confidence, 3))
