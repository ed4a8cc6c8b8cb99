"""A table that does not break words; on a narrow screen it becomes one record per row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from rich import box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    Records = Callable[[Sequence[str], Sequence[Sequence[str]], int], RenderableType]

_READABLE = 30  # smallest width of a sentence
_WIDEST_SCREEN = 10_000  # a wider console is a pipe or a file
_WIDTH_OF_A_PIPE = 120
_CUT_TO = (64, 48, 36, 28)  # characters of a long key in a pipe; the largest that fits
_ELLIPSIS = "…"


@dataclass(frozen=True)
class _Frame:
    """The frame of a table, which takes `column` characters per column and `table` per table."""

    box: box.Box
    padding: tuple[int, int, int, int]
    has_edge: bool
    column: int
    table: int


_FRAMES = (
    _Frame(box.HEAVY_HEAD, (0, 1, 0, 1), has_edge=True, column=3, table=1),
    _Frame(box.SIMPLE_HEAD, (0, 1, 0, 0), has_edge=False, column=2, table=-1),
)


class FittingTable(Table):
    """A table whose ids and keys can be copied, at any width of the screen.

    Args:
        records: draws the rows from names, cells and width if columns do not fit beside each other.
        is_list: draw each row as a record at any width.
    """

    def __init__(
        self,
        *names: str,
        title: str = "",
        show_lines: bool = False,
        records: Records | None = None,
        is_list: bool = False,
    ) -> None:
        super().__init__(title=title or None, title_justify="left", show_lines=show_lines)
        for name in names:
            self.add_column(name, overflow="fold")
        self._records = records or compact_records
        self._is_list = is_list

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw the first form that fits."""
        # A query's answer keeps each row in one line, for programs behind a pipe.
        is_piped = options.max_width > _WIDEST_SCREEN and self._records is compact_records
        options = options.update_width(_WIDTH_OF_A_PIPE) if is_piped else options
        for limit in () if self._is_list else (0, *_CUT_TO) if is_piped else (0,):
            made = self._cut_to(limit) if limit else self
            if made._fits(options.max_width):  # noqa: SLF001 of the same class
                yield from super(FittingTable, made).__rich_console__(console, options)
                return
        if self.title:
            yield Text(str(self.title), style="italic")
        names = [str(column.header) for column in self.columns]
        yield self._records(
            names,
            [
                [cut_words(cell, _CUT_TO[0]) if is_piped else cell for cell in cells]
                for cells in zip(*(map(str, column.cells) for column in self.columns), strict=True)
            ],
            options.max_width,
        )

    def _fits(self, width: int) -> bool:
        """Use the first frame in which the rows fit; return whether there is one."""
        for frame in _FRAMES:
            space = width - frame.column * len(self.columns) - frame.table
            if widths := _fit([_column_texts(column.header, column.cells) for column in self.columns], space):
                self._use(frame, widths)
                return True
        return False

    def _cut_to(self, limit: int) -> FittingTable:
        """Return the table with words cut to `limit` characters."""
        names = [str(column.header) for column in self.columns]
        made = FittingTable(*names, title=str(self.title or ""), show_lines=self.show_lines)
        for own, other in zip(self.columns, made.columns, strict=True):
            other.justify = own.justify
        for cells in zip(*(map(str, column.cells) for column in self.columns), strict=True):
            made.add_row(*(cut_words(cell, limit) for cell in cells))
        return made

    def _use(self, frame: _Frame, widths: Sequence[int]) -> None:
        self.box, self.padding = frame.box, frame.padding
        self.show_edge = self.pad_edge = frame.has_edge
        for column, width in zip(self.columns, widths, strict=True):
            column.width = width


def cut_words(text: str, limit: int) -> str:
    """Cut the middle of long words.

    >>> cut_words("see orders/2024/part-00001.csv", 12)
    'see orders…1.csv'
    """
    return " ".join(_cut_word(word, limit) for word in text.split(" "))


def _cut_word(word: str, limit: int) -> str:
    if len(word) <= limit or "\n" in word:
        return word
    end = (limit - 1) // 2
    return f"{word[: limit - 1 - end]}{_ELLIPSIS}{word[-end:]}"


def _column_texts(header: RenderableType, cells: Iterable[RenderableType]) -> tuple[str, list[str]]:
    return str(header), [str(cell) for cell in cells]


def _fit(columns: Sequence[tuple[str, Sequence[str]]], space: int) -> list[int]:
    """Return a width for each column that breaks no word; empty if the columns do not fit."""
    least = [_least_width(header, cells) for header, cells in columns]
    wanted = [
        max(_longest([header, *cells], str.splitlines), narrow)
        for (header, cells), narrow in zip(columns, least, strict=True)
    ]
    room = space - sum(least)
    if room < 0:
        return []
    widths = least.copy()
    # Narrow columns first, so that as many columns as possible are not broken.
    for at in sorted(range(len(columns)), key=lambda at: wanted[at] - least[at]):
        widths[at] += min(room, wanted[at] - least[at])
        room -= widths[at] - least[at]
    return widths


def _least_width(header: str, cells: Sequence[str]) -> int:
    words = _longest([header, *cells], str.split)
    return max(words, min(_READABLE, _longest(cells, str.splitlines)), 1)


def _longest(texts: Iterable[str], split: Callable[[str], list[str]]) -> int:
    return max((cell_len(part) for text in texts for part in split(text)), default=0)


def compact_records(names: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> RenderableType:
    """Return each row's first cell, and below it the other non-empty cells with their names."""
    lines = []
    for first, *others in rows:
        facts = [(name, cell) for name, cell in zip(names[1:], others, strict=True) if cell]
        named = f"{names[0]} {first}" if first.isdigit() else first
        lines += [*([named] if named else []), *_packed(facts, width)]
    return as_it_is(lines)


def _packed(facts: Iterable[tuple[str, str]], width: int) -> list[str]:
    """Pack single words into lines; cells of several words have their own lines."""
    lines, shares = [""], False
    for name, cell in facts:
        is_word = len(cell.split()) == 1
        if shares and is_word and cell_len(f"{lines[-1]}, {name}: {cell}") <= width:
            lines[-1] += f", {name}: {cell}"
        else:
            lines += [
                f"{'    ' if at else '  '}{line}"
                for at, line in enumerate(_wrapped(f"{name}: {cell}", width - 4))
            ]
        shares = is_word
    return lines[1:]


def _wrapped(text: str, width: int) -> list[str]:
    """Wrap a text at words; a word longer than the width has its own line."""
    lines: list[str] = []
    for paragraph in text.splitlines():
        lines.append("")
        for word in paragraph.split():
            if lines[-1] and cell_len(lines[-1]) + 1 + cell_len(word) > width:
                lines.append(word)
            else:
                lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def as_it_is(lines: Iterable[str]) -> RenderableType:
    """Return lines that only the terminal wraps, so that a copied key is complete."""
    return cast("RenderableType", Group(*(Text(line, no_wrap=True, overflow="ignore") for line in lines)))
