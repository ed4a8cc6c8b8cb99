"""Read CSV texts row by row that Arrow would misread: odd quotes, long delimiters, escapes.

A row with a quote is read by the first of these rules that fits:

1. RFC 4180: a quoted cell ends at a quote before a delimiter or line end, and may span lines;
2. on its own line, with quotes in quoted cells that are not doubled: `"5" pipe"` is `5" pipe`
   (Pollock, file_escape_char_0x00.csv);
3. on its own line, with an opening quote that is never closed as a character of its cell: `"5,` is `"5`
   (Pollock, row_extra_quote0_col0.csv).

Rules 2 and 3 apply only if rule 1 does not fit and they give the width of the header. No rule drops or adds a
character, and a row that fits none stays ragged.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from headgate.errors import UnreadableFileError

LINE = re.compile(r"[^\r\n]*")
LINE_BREAK = re.compile(r"\r\n|\r|\n")
_LINE_END = re.compile(r"\r\n|\r|\n|\Z")
NULL = "\\N"
QUOTE = '"'


class Row(NamedTuple):
    r"""One row and its offsets in the text. A cell is None if it is empty or `\\N`, and not quoted."""

    cells: list[str | None]
    start: int
    end: int

    @property
    def texts(self) -> tuple[str, ...]:
        """The cells as in a header."""
        return tuple(cell or "" for cell in self.cells)


@dataclass(frozen=True)
class Form:
    """The delimiter, quote and escape characters of a text.

    Attributes:
        quote: empty if quotes are characters of the cells.
        escape: a backslash, or empty if quotes are doubled.
    """

    delimiter: str = ","
    quote: str = QUOTE
    escape: str = ""

    @property
    def is_plain(self) -> bool:
        """Whether Arrow reads the form correctly."""
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

    # A possessive quantifier (`*+`) only repeats atomic groups (`(?>...)`), because Python before 3.11.5,
    # which Debian 12 has, matches other groups wrongly. Source: github.com/python/cpython/issues/106052
    @property
    def _inside(self) -> str:
        """The text between the quotes around a cell."""
        quote, escape = re.escape(self.quote), re.escape(self.escape)
        plain = rf"[^{quote}{escape}]++|{escape}." if self.escape else rf"[^{quote}]++"
        return rf"(?>{plain}|{quote}{quote})*+"

    @property
    def _stop(self) -> str:
        return rf"{re.escape(self.delimiter)}|[\r\n]|\Z"

    @property
    def _bare(self) -> str:
        """The characters of a cell without quotes."""
        delimiter = re.escape(self.delimiter)
        return rf"[^{delimiter}\r\n]*+" if len(self.delimiter) == 1 else rf"(?>(?!{delimiter})[^\r\n])*+"

    def rows(self, text: str, at: int = 0, width: int = 0) -> Iterator[Row]:
        """Yield the rows from `at` on, without blank lines.

        Args:
            width: the expected cells per row, which decides between the rules; 0 for any.

        Raises:
            UnreadableFileError: `unclosed_quote`: a quote is opened and never closed.
        """
        while at < len(text):
            line_end = LINE.match(text, at).end()  # type: ignore[union-attr]  # it also matches an empty text
            start, cells = at, None
            if line_end > at:
                cells, line_end = self._row(text, at, line_end, width)
            at = _LINE_END.match(text, line_end).end()  # type: ignore[union-attr]  # a cell ends there
            if cells is not None:
                yield Row(cells, start, at)

    def _row(self, text: str, at: int, line_end: int, width: int) -> tuple[list[str | None], int]:
        line = text[at:line_end]
        if not self.quote or self.quote not in line:
            return [self._unescape_bare(cell) for cell in line.split(self.delimiter)], line_end
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
        """Return the cells of a row and their end, or None if the rule does not fit."""
        cells: list[str | None] = []
        while match := reading.match(text, at, stop):
            quoted, bare = match.groups()
            cells.append(
                self._unescape_bare(bare)
                if quoted is None
                else self._unescape(quoted.replace(self.quote * 2, self.quote))
            )
            at = match.end()
            if not text.startswith(self.delimiter, at, stop):
                return (cells, at) if at == stop or text[at] in "\r\n" else None
            at += len(self.delimiter)
        return None

    def _unescape_bare(self, bare: str) -> str | None:
        """Return the text of a cell without quotes; writers escape quotes and backslashes there, too."""
        return None if not bare or bare == NULL else self._unescape(bare)

    def _unescape(self, text: str) -> str:
        return re.sub(rf"\\([\\{self.quote}])", r"\1", text) if self.escape and self.escape in text else text

    def _check_closed(self, text: str, at: int) -> None:
        """Raise an error for a quote that is never closed: a cut file may have lost the rest of its cell."""
        while match := self._strict.match(text, at):
            if not text.startswith(self.delimiter, match.end()):
                return
            at = match.end() + len(self.delimiter)
        if self._opened.match(text, at):
            raise UnreadableFileError(
                rule="unclosed_quote",
                message=(
                    f"a quote is opened in line {len(LINE_BREAK.findall(text, 0, at)) + 1} of the data "
                    "and never closed"
                ),
                remedy=(
                    "close the quote, or double it where it belongs to the text; if all quotes of such files "
                    "belong to it, state headgate.quotes: none in the contract"
                ),
            )
