"""How a CSV file and its rows end. Only the last bytes decide, so the answer is the same in memory, from disk and in parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from headgate.formats.csv.footer import count_footer_rows, mark_footer
from headgate.formats.csv.row_width_repair import repair_row_widths

if TYPE_CHECKING:
    from pathlib import Path

    from headgate.contracts.model import Contract
    from headgate.formats.csv.dialect import Dialect
    from headgate.formats.received_rows import Received

_TAIL_BYTES = 1 << 16


@dataclass(frozen=True)
class FileEnd:
    """What the last bytes of a file show.

    Attributes:
        dialect: how the file is written.
        names: the contract's columns in the file's order.
        unfinished_row: the text behind the file's last line end, which may be a row that was cut off.
        footer_rows: number of rows at its end that are not part of the table.
    """

    dialect: Dialect
    names: tuple[str, ...]
    unfinished_row: str
    footer_rows: int


def file_end_of_text(text: bytes, dialect: Dialect, names: tuple[str, ...], contract: Contract) -> FileEnd:
    """The end of a text in UTF-8, whose rows begin at `dialect.data_at`."""
    start = max(dialect.data_at, len(text) - _TAIL_BYTES)
    return _ends(text[start:], start > dialect.data_at, dialect, names, contract)


def file_end_of_path(path: Path, data_at: int, dialect: Dialect, names: tuple[str, ...], contract: Contract) -> FileEnd:
    """The end of a file in UTF-8, whose rows begin at `data_at`."""
    with path.open("rb") as file:
        start = file.seek(max(data_at, file.seek(0, 2) - _TAIL_BYTES))
        return _ends(file.read(), start > data_at, dialect, names, contract)


def _ends(rows: bytes, is_cut: bool, dialect: Dialect, names: tuple[str, ...], contract: Contract) -> FileEnd:
    unfinished = rows[max(rows.rfind(b"\n"), rows.rfind(b"\r")) + 1 :].decode(errors="replace")
    footer = count_footer_rows(rows, dialect, [contract.column(name) for name in names], is_cut=is_cut)
    return FileEnd(dialect, names, unfinished, footer)


def apply_file_end(received: Received, contract: Contract, end: FileEnd) -> Received:
    """All rows of a file with row widths repaired and the footer marked."""
    return mark_footer(repair_row_widths(received, contract, end), end.footer_rows)
