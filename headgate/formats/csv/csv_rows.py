"""Rows of a CSV text one after the other, for the texts that Arrow would misread: odd quotes, long
delimiters, escapes.

A row with a quote in it is read by the first of these readings that holds:

1. as RFC 4180 has it: a quoted cell ends at the quote behind which the cell ends, and may span lines;
2. on its own line, with quotes inside quoted cells that nobody doubled: `"5" pipe"` is `5" pipe`
   (Pollock, file_escape_char_0x00.csv);
3. on its own line, with an opening quote that nothing closes as a character of its cell: `"5,` is `"5`
   (Pollock, row_extra_quote0_col0.csv).

The second and third are taken only where the first does not hold at all, and where they give the width of the
header. No reading drops or adds a character, and a row that none of them fits stays ragged.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from headgate.errors import UnreadableFileError

if TYPE_CHECKING:
    from collections.abc import Iterator

_LINE = re.compile(r"[^\r\n]*")
_LINE_BREAK = re.compile(r"\r\n|\r|\n")
_LINE_END = re.compile(r"\r\n|\r|\n|\Z")
NULL = "\\N"
QUOTE = '"'


class Row(NamedTuple):
    r"""One row and where it stands in the text. A cell is None if it is empty or `\\N`, and not quoted."""

    cells: list[str | None]
    start: int
    end: int

    @property
    def texts(self) -> tuple[str, ...]:
        """The cells, as a header has them."""
        return tuple(cell or "" for cell in self.cells)


@dataclass(frozen=True)
class Form:
    r"""The signs between and around cells. `escape` is a backslash, or empty where quotes are doubled.

    `quote` is empty where quotes are characters of the cells.
    """

    delimiter: str = ","
    quote: str = QUOTE
    escape: str = ""

    @property
    def is_plain(self) -> bool:
        """Whether Arrow reads it as it is meant."""
        return len(self.delimiter) == 1 and not self.escape

    @cached_property
    def _strict(self) -> re.Pattern[str]:
        quote = re.escape(self.quote)
        return re.compile(
            rf"{quote}({self._inside}){quote}(?={self._stop})|((?!{quote}){self._bare})", re.DOTALL
        )

    @cached_property
    def _opened(self) -> re.Pattern[str]:
        return re.compile(rf"{re.escape(self.quote)}{self._inside}\Z", re.DOTALL)

    @cached_property
    def _lenient(self) -> re.Pattern[str]:
        quote = re.escape(self.quote)
        return re.compile(
            rf"{quote}((?>[^{quote}]|{quote}(?!{self._stop}))*+){quote}(?={self._stop})"
            rf"|((?!{quote}){self._bare})"
        )

    @cached_property
    def _literal(self) -> re.Pattern[str]:
        quote = re.escape(self.quote)
        return re.compile(rf"{quote}({self._inside}){quote}(?={self._stop})|({self._bare})", re.DOTALL)

    # What a possessive quantifier (`*+`) repeats is an atomic group (`(?>...)`): Python before 3.11.5, and so
    # Debian 12's, matches other groups wrongly there. Source: github.com/python/cpython/issues/106052
    @property
    def _inside(self) -> str:
        """Return the text between the quotes around a cell."""
        quote, escape = re.escape(self.quote), re.escape(self.escape)
        plain = rf"[^{quote}{escape}]++|{escape}." if self.escape else rf"[^{quote}]++"
        return rf"(?>{plain}|{quote}{quote})*+"

    @property
    def _stop(self) -> str:
        return rf"{re.escape(self.delimiter)}|[\r\n]|\Z"

    @property
    def _bare(self) -> str:
        """Characters of a cell without quotes around it."""
        delimiter = re.escape(self.delimiter)
        return rf"[^{delimiter}\r\n]*+" if len(self.delimiter) == 1 else rf"(?>(?!{delimiter})[^\r\n])*+"

    def rows(self, text: str, at: int = 0, width: int = 0) -> Iterator[Row]:
        """Yield the rows from a place in the text on; blank lines are none. Without a `width` any width is
        right.

        Raises:
            UnreadableFileError: `unclosed_quote`: a quote is opened that nothing behind it closes.
        """
        while at < len(text):
            line_end = _LINE.match(text, at).end()  # type: ignore[union-attr]  # it matches nothing, too
            start, cells = at, None
            if line_end > at:
                cells, line_end = self._row(text, at, line_end, width)
            at = _LINE_END.match(text, line_end).end()  # type: ignore[union-attr]  # a cell ends there
            if cells is not None:
                yield Row(cells, start, at)

    def _row(self, text: str, at: int, line_end: int, width: int) -> tuple[list[str | None], int]:
        line = text[at:line_end]
        if not self.quote or self.quote not in line:
            return [self._bare_text(cell) for cell in line.split(self.delimiter)], line_end
        if strict := self._cells(self._strict, text, at, len(text)):
            return strict
        self._check_closed(text, at)
        readings = [self._cells(reading, text, at, line_end) for reading in (self._lenient, self._literal)]
        for candidate in readings:
            if candidate and (not width or len(candidate[0]) == width):
                return candidate
        return readings[1] or ([line], line_end)

    def _cells(
        self, reading: re.Pattern[str], text: str, at: int, stop: int
    ) -> tuple[list[str | None], int] | None:
        """Return the cells of a row by one reading, and where they end; None where it does not hold."""
        cells: list[str | None] = []
        while match := reading.match(text, at, stop):
            quoted, bare = match.groups()
            cells.append(self._bare_text(bare) if quoted is None else self._unquoted(quoted))
            at = match.end()
            if not text.startswith(self.delimiter, at, stop):
                return (cells, at) if at == stop or text[at] in "\r\n" else None
            at += len(self.delimiter)
        return None

    def _unquoted(self, quoted: str) -> str:
        """Return a quoted cell without what protects its quotes."""
        return self._unescaped(quoted.replace(self.quote * 2, self.quote))

    def _bare_text(self, bare: str) -> str | None:
        """Return a cell without quotes around it; writers escape the quotes and backslashes in it, too."""
        return None if not bare or bare == NULL else self._unescaped(bare)

    def _unescaped(self, text: str) -> str:
        return re.sub(rf"\\([\\{self.quote}])", r"\1", text) if self.escape and self.escape in text else text

    def _check_closed(self, text: str, at: int) -> None:
        """Refuse a quote that nothing behind it closes: the file may have been cut inside a cell, and all
        that follows may belong to it.
        """
        while match := self._strict.match(text, at):
            if not text.startswith(self.delimiter, match.end()):
                return
            at = match.end() + len(self.delimiter)
        if self._opened.match(text, at):
            raise UnreadableFileError(
                rule="unclosed_quote",
                message=(
                    f"a quote is opened in line {len(_LINE_BREAK.findall(text, 0, at)) + 1} of the data "
                    "and never closed"
                ),
                remedy=(
                    "close the quote, or double it where it belongs to the text; if all quotes of such files "
                    "belong to it, state headgate.quotes: none in the contract"
                ),
            )
