r"""CSV texts as databases dump them: MySQL's `SELECT … INTO OUTFILE`, `mysqldump --tab`, `mysql --batch`, and
PostgreSQL's COPY.

No cell has quotes around it. A backslash stands before whatever would end a cell or a row, and before itself;
`\N` is null, and `\t`, `\n` and the like are what they are called for.

Source: MySQL 8.4 Reference Manual, 15.2.9 (LOAD DATA); PostgreSQL 17 documentation, COPY, "Text Format".
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from headgate.formats.csv.csv_rows import NULL, Form, Row

if TYPE_CHECKING:
    from collections.abc import Iterator

_NAMED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "Z": "\x1a"}
_THEMSELVES = {"\\", '"', "'", "\n", "\r", "\r\n"}
_ESCAPED = re.compile(r"\\(\r\n|.)", re.DOTALL)


@dataclass(frozen=True)
class DumpForm(Form):
    """A text without quotes, in which a backslash escapes any sign."""

    escape: str = "\\"

    @cached_property
    def _cell(self) -> re.Pattern[str]:
        """A cell and what ends it.

        A carriage return ends a line with a line feed only, since MySQL leaves others as they are.
        """
        delimiter = re.escape(self.delimiter)
        return re.compile(
            rf"((?>[^{delimiter}\r\n\\]++|\\(?:\r\n|.|\Z)|\r(?!\n|\Z))*+)({delimiter}|\r?\n|\r?\Z)", re.DOTALL
        )

    def rows(self, text: str, at: int = 0, width: int = 0) -> Iterator[Row]:  # noqa: ARG002 no width decides how such a row is read
        """Yield the rows from a place in the text on; blank lines are none."""
        while at < len(text):
            start, cells, end = at, [], self.delimiter
            while end == self.delimiter:
                match = self._cell.match(text, at)
                cell, end = match.groups()  # type: ignore[union-attr]  # it matches nothing, too
                cells.append(_unquoted(cell))
                at = match.end()  # type: ignore[union-attr]  # as above
            if len(cells) > 1 or cell:
                yield Row(cells, start, at)


def _unquoted(cell: str) -> str | None:
    return None if cell in {"", NULL} else _ESCAPED.sub(_unescaped, cell)


def _unescaped(escaped: re.Match[str]) -> str:
    return _NAMED.get(escaped[1], escaped[1])


@dataclass(frozen=True)
class DumpSigns:
    r"""Signs in a text that it is a dump.

    Attributes:
        is_likely: `\N` is a cell, and backslashes stand before ends of cells or rows; in a text parted by
            tabs also where they stand before letters alone. Hive writes null so, too, but parts its texts
            otherwise and escapes nothing.
        escapes_ends: a backslash stands before a delimiter or a line's end, as a path's last one may.
    """

    is_likely: bool = False
    escapes_ends: bool = False


def dump_signs(text: str, delimiter: str) -> DumpSigns:
    """Return the signs that a text is a dump with that delimiter, which is one character.

    None where a quote or a backslash stands elsewhere.
    """
    quoted_delimiter = re.escape(delimiter)
    if "\\" not in text or re.search(rf'(?:^|[{quoted_delimiter}\n])"', text):
        return DumpSigns()
    escaped = Counter(_ESCAPED.findall(text))
    nulls = len(re.findall(rf"(?:^|(?<=[{quoted_delimiter}\n]))\\N(?=[{quoted_delimiter}\r\n]|\Z)", text))
    known_escapes = {*_NAMED, *_THEMSELVES, delimiter, "N"}
    if escaped["N"] != nulls or not escaped.keys() <= known_escapes:
        return DumpSigns()
    escapes_ends = bool(escaped.keys() & {delimiter, "\n", "\r\n"})
    escapes = bool(escaped.keys() - {"N"})
    return DumpSigns(nulls > 0 and (escapes_ends or (escapes and delimiter == "\t")), escapes_ends)
