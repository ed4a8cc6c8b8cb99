"""How a CSV file ends, and its rows do: found by its last bytes alone, so that it is the same in memory, from disk and in parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from headgate.formats.csv_footer import footer_rows, with_footer
from headgate.formats.row_width_repair import with_loose_ends

if TYPE_CHECKING:
    from pathlib import Path

    from headgate.contracts.model import Contract
    from headgate.formats.csv_dialect import Dialect
    from headgate.formats.received import Received

_TAIL_BYTES = 1 << 16


@dataclass(frozen=True)
class Ends:
    """What is to be known of a file's end.

    Attributes:
        dialect: how the file is written.
        names: the contract's columns in the file's order.
        cut: what stands behind the file's last line end: a row that may have been cut.
        footer: how many rows at its end are none of the table.
    """

    dialect: Dialect
    names: tuple[str, ...]
    cut: str
    footer: int


def ends_of_text(text: bytes, dialect: Dialect, names: tuple[str, ...], contract: Contract) -> Ends:
    """The end of a text in UTF-8, whose rows begin where the dialect says."""
    start = max(dialect.data_at, len(text) - _TAIL_BYTES)
    return _ends(text[start:], start > dialect.data_at, dialect, names, contract)


def ends_of_file(path: Path, data_at: int, dialect: Dialect, names: tuple[str, ...], contract: Contract) -> Ends:
    """The end of a file in UTF-8, whose rows begin at `data_at`."""
    with path.open("rb") as file:
        start = file.seek(max(data_at, file.seek(0, 2) - _TAIL_BYTES))
        return _ends(file.read(), start > data_at, dialect, names, contract)


def _ends(rows: bytes, is_cut: bool, dialect: Dialect, names: tuple[str, ...], contract: Contract) -> Ends:
    cut = rows[max(rows.rfind(b"\n"), rows.rfind(b"\r")) + 1 :].decode(errors="replace")
    footer = footer_rows(rows, dialect, [contract.column(name) for name in names], is_cut=is_cut)
    return Ends(dialect, names, cut, footer)


def with_ends(received: Received, contract: Contract, ends: Ends) -> Received:
    """All rows of a file, as their ends are meant."""
    return with_footer(with_loose_ends(received, contract, ends), ends.footer)
