"""Tables in the plain text of a mail, of at most 80 characters a line and without a cut word.

A table that is too wide has headings of several lines; one that is still too wide is a list of its rows.
"""

import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from headgate.reports.numbers import NOTHING

MAX_WIDTH = 80
MAX_CELL_LENGTH = 400
_GAP = "  "
_HARD_SPACE = "\N{NO-BREAK SPACE}"
_IN_BRACKETS = re.compile(r"\([^()]*\)")
_MAX_KEYS = 3
_MAX_HEADING_LINES = 4


@dataclass(frozen=True)
class TextColumn:
    """A column of a table in words."""

    heading: str
    cells: Sequence[str]
    is_number: bool = False

    def lines(self, heading: Sequence[str], height: int) -> Iterator[str]:
        """Yield heading and cells, all as wide: numbers end below each other."""
        texts = [*[""] * (height - len(heading)), *heading, *self.cells]
        width = max(map(len, texts))
        return (text.rjust(width) if self.is_number else text.ljust(width) for text in texts)

    def heading_lines(self, most: int) -> list[str]:
        """Return the heading in at most so many lines, as narrow as it can be; its brackets stay together."""
        joined = _IN_BRACKETS.sub(lambda part: part[0].replace(" ", _HARD_SPACE), self.heading)
        width = max(map(len, [*joined.split(" "), *self.cells]), default=1)
        while len(lines := _whole_words(joined, width)) > most:
            width += 1
        return [line.replace(_HARD_SPACE, " ") for line in lines]


def text_table(columns: Sequence[TextColumn]) -> list[str]:
    """Return the lines of a table, or the list of its rows where it is wider than a mail."""
    whole = [replace(each, cells=[*map(mail_cell, each.cells)]) for each in columns]
    for most in range(1, _MAX_HEADING_LINES + 1):
        headings = [each.heading_lines(most) for each in whole]
        height = max(map(len, headings))
        written = [[*each.lines(heading, height)] for each, heading in zip(whole, headings, strict=True)]
        if sum(len(lines[0]) for lines in written) + len(_GAP) * (len(written) - 1) <= MAX_WIDTH:
            return [_GAP.join(cells).rstrip() for cells in zip(*written, strict=True)]
    return [line for at in range(len(whole[0].cells)) for line in _listed(whole, at)]


def _listed(columns: Sequence[TextColumn], at: int) -> Iterator[str]:
    """Yield a row as a line with its first texts, which name it, and indented lines with the other cells."""
    keys = [*takewhile(lambda each: not each.is_number, columns[:_MAX_KEYS])]
    if keys and all(len(each.cells[at]) <= MAX_WIDTH // 2 for each in keys):
        key = ", ".join(_key_words(each, at) for each in keys if each.cells[at] != NOTHING)
    else:
        keys = [columns[0]]
        key = f"{columns[0].heading}: {columns[0].cells[at]}"
    yield from wrapped(f"- {key or NOTHING}")
    others = [each for each in columns[len(keys) :] if each.cells[at] != NOTHING]
    line = ""
    for part in (f"{each.heading}: {each.cells[at]}" for each in others):
        if line and len(f"  {line}; {part}") > MAX_WIDTH:
            yield from wrapped(f"  {line}")
            line = ""
        line = f"{line}; {part}" if line else part
    if line:
        yield from wrapped(f"  {line}")


def _key_words(column: TextColumn, at: int) -> str:
    """Return a cell that names its row, a number with its heading."""
    text = column.cells[at]
    return text if re.search(r"[^\W\d_]", text) else f"{column.heading}: {text}"


def wrapped(line: str) -> list[str]:
    """Return a line in lines of whole words, the further ones indented."""
    return _whole_words(line, MAX_WIDTH, "  ") or [""]


def _whole_words(text: str, width: int, indent: str = "") -> list[str]:
    return textwrap.wrap(
        text, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def mail_cell(text: str) -> str:
    """Return a text in one line, cut after a word if it is longer than a cell of a mail.

    >>> mail_cell("a" * 3 + " " + "b" * 500)
    'aaa…'
    """
    text = " ".join(text.split()) if len(text) > MAX_WIDTH or "\n" in text else text
    if len(text) <= MAX_CELL_LENGTH:
        return text
    cut = text[:MAX_CELL_LENGTH]
    return f"{cut.rpartition(' ')[0] or cut}…"
