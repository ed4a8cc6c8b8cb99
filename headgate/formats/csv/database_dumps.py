r"""Read CSV texts that databases dump without quotes.

Such texts come from MySQL's `SELECT … INTO OUTFILE`, `mysqldump --tab` and `mysql --batch`, and from
PostgreSQL's COPY. A backslash precedes every character that would end a cell or a row, and every backslash;
`\N` is null, and `\t`, `\n` and the like have their usual meaning.

Source: MySQL 8.4 Reference Manual, 15.2.9 (LOAD DATA); PostgreSQL 17 documentation, COPY, "Text Format".
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from headgate.formats.csv.csv_rows import NULL, Form, Row

_NAMED_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "Z": "\x1a"}
_LITERAL_ESCAPES = {"\\", '"', "'", "\n", "\r", "\r\n"}
_ESCAPED = re.compile(r"\\(\r\n|.)", re.DOTALL)


@dataclass(frozen=True)
class DumpForm(Form):
    """A text without quotes, in which a backslash escapes any character."""

    escape: str = "\\"

    @cached_property
    def _cell(self) -> re.Pattern[str]:
        """A cell and the text that ends it.

        A carriage return ends a line only with a line feed, because MySQL does not escape single ones.
        """
        delimiter = re.escape(self.delimiter)
        return re.compile(
            rf"((?>[^{delimiter}\r\n\\]++|\\(?:\r\n|.|\Z)|\r(?!\n|\Z))*+)({delimiter}|\r?\n|\r?\Z)", re.DOTALL
        )

    def rows(self, text: str, at: int = 0, width: int = 0) -> Iterator[Row]:  # noqa: ARG002 no width decides how such a row is read
        """Yield the rows from `at` on, without blank lines."""
        while at < len(text):
            start, cells, end = at, [], self.delimiter
            while end == self.delimiter:
                match = self._cell.match(text, at)
                cell, end = match.groups()  # type: ignore[union-attr]  # it also matches an empty text
                cells.append(_cell_text(cell))
                at = match.end()  # type: ignore[union-attr]  # as above
            if len(cells) > 1 or cell:
                yield Row(cells, start, at)


def _cell_text(cell: str) -> str | None:
    return None if cell in {"", NULL} else _ESCAPED.sub(_unescape, cell)


def _unescape(escaped: re.Match[str]) -> str:
    return _NAMED_ESCAPES.get(escaped[1], escaped[1])


@dataclass(frozen=True)
class DumpSigns:
    r"""Evidence that a text is a dump.

    Attributes:
        is_likely: `\N` is a cell, and backslashes stand before the ends of cells or rows; in tab-separated
            texts, backslashes before letters are enough. Hive also writes `\N`, but with other delimiters
            and no escapes.
        escapes_ends: a backslash stands before a delimiter or line end, which the end of a path can have.
    """

    is_likely: bool = False
    escapes_ends: bool = False


def dump_signs(text: str, delimiter: str) -> DumpSigns:
    """Return the evidence that a text with this one-character delimiter is a dump.

    A quote at the start of a cell, or a backslash that dumps do not write, refutes it.
    """
    quoted_delimiter = re.escape(delimiter)
    if "\\" not in text or re.search(rf'(?:^|[{quoted_delimiter}\n])"', text):
        return DumpSigns()
    escaped = Counter(_ESCAPED.findall(text))
    nulls = len(re.findall(rf"(?:^|(?<=[{quoted_delimiter}\n]))\\N(?=[{quoted_delimiter}\r\n]|\Z)", text))
    known_escapes = {*_NAMED_ESCAPES, *_LITERAL_ESCAPES, delimiter, "N"}
    if escaped["N"] != nulls or not escaped.keys() <= known_escapes:
        return DumpSigns()
    escapes_ends = bool(escaped.keys() & {delimiter, "\n", "\r\n"})
    escapes = bool(escaped.keys() - {"N"})
    return DumpSigns(nulls > 0 and (escapes_ends or (escapes and delimiter == "\t")), escapes_ends)
