r"""Where a file's rows begin, in bytes of the unpacked file as it was sent: so that a refused row is found in a large file at once.

A row begins behind a line end that stands outside quotes, and not with a line end: blank lines are no rows.
Source: RFC 4180, section 2; `\r`, `\n` and `\r\n` all end a line, as Arrow reads them.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from headgate.intake.cells import NO_ROWS, Rows

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Octets = np.ndarray[Any, np.dtype[np.uint8]]

_LF, _CR = 10, 13
_BLOCK_BYTES = 1 << 20
_CONTINUES, _CONTINUATION, _FOUR_BYTES = 0xC0, 0x80, 0xF0


class Places(Protocol):
    """The places of a file's rows, from its first on."""

    def take(self, count: int) -> Rows:
        """Where the next rows begin; fewer where it is not known of them all."""
        ...


@dataclass
class Listed:
    """Places that are in memory."""

    starts: Rows
    _taken: int = 0

    def take(self, count: int) -> Rows:
        """The next ones."""
        self._taken += count
        return self.starts[self._taken - count : self._taken]


@dataclass
class Scanned:
    """Places that are found on the way through a file on disk.

    Args:
        data_at: the byte that the first row, or a blank line before it, begins with.
        quote: what stands around cells that hold line ends.
    """

    path: Path
    data_at: int
    quote: str
    block_bytes: int = _BLOCK_BYTES
    _ahead: Rows = field(default_factory=lambda: NO_ROWS)
    _blocks: Iterator[Rows] | None = None

    def take(self, count: int) -> Rows:
        """The next ones; the file is read no further than they are."""
        if self._blocks is None:
            self._blocks = self._found()
        while len(self._ahead) < count and (more := next(self._blocks, None)) is not None:
            self._ahead = np.concatenate((self._ahead, more))
        taken, self._ahead = self._ahead[:count], self._ahead[count:]
        return taken

    def _found(self) -> Iterator[Rows]:
        with self.path.open("rb") as file:
            file.seek(self.data_at)
            scan = _Scan(self.quote, self.data_at)
            while block := file.read(self.block_bytes):
                yield scan.starts(block)


def row_starts(data: memoryview, quote: str) -> Rows:
    """Where the rows of a text begin, in its bytes."""
    scan = _Scan(quote)
    blocks = [scan.starts(data[at : at + _BLOCK_BYTES]) for at in range(0, len(data), _BLOCK_BYTES)]
    return np.concatenate(blocks) if blocks else NO_ROWS


def starts_in(octets: Octets, quote: int, *, is_quoted: bool, is_behind_end: bool) -> Rows:
    """Where rows begin in a part of a text.

    Args:
        is_quoted: whether a quote is open before it.
        is_behind_end: whether a line ends before it.
    """
    ends = (octets == _LF) | (octets == _CR)
    quotes = np.flatnonzero(octets == quote)
    begins = np.empty(len(octets), bool)
    begins[0], begins[1:] = is_behind_end, ends[:-1]
    found = np.flatnonzero(begins & ~ends)
    if len(quotes) or is_quoted:
        found = found[(np.searchsorted(quotes, found) + is_quoted) % 2 == 0]
    return found


class _Scan:
    """What is to be known of the blocks before: how long they are, whether a quote is open, and whether a row may begin."""

    def __init__(self, quote: str, at: int = 0) -> None:
        self._quote, self._at, self._is_quoted, self._is_behind_end = ord(quote), at, False, True

    def starts(self, block: bytes | memoryview) -> Rows:
        octets = np.frombuffer(block, np.uint8)
        found = starts_in(octets, self._quote, is_quoted=self._is_quoted, is_behind_end=self._is_behind_end)
        self._is_quoted ^= bool(np.count_nonzero(octets == self._quote) % 2)
        self._is_behind_end = bool(octets[-1] in {_LF, _CR})
        self._at += len(octets)
        return found + (self._at - len(octets))


def as_sent(text: bytes, starts: Rows, content: bytes, encoding: str) -> Rows:
    """Places in a UTF-8 text, as places in the content that it was made from.

    Args:
        encoding: of the content, as `sniff` tells it.
    """
    if encoding == "utf-8":
        return starts + len(codecs.BOM_UTF8) * content.startswith(codecs.BOM_UTF8)
    if not len(starts):
        return starts
    mark = {"utf-16": 2, "utf-32": 4}.get(encoding, 0)
    octets = np.frombuffer(text, np.uint8)
    edges = np.concatenate(([0], starts))
    lengths = [_length(octets[start:stop], encoding) for start, stop in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)]
    return np.cumsum(lengths) + mark


def _length(octets: Octets, encoding: str) -> int:
    """How many bytes some UTF-8 takes in another encoding; code points beyond 65,535 take two of UTF-16's units."""
    points = len(octets) - int(np.count_nonzero((octets & _CONTINUES) == _CONTINUATION))
    if encoding.startswith("utf-16"):
        return 2 * (points + int(np.count_nonzero(octets >= _FOUR_BYTES)))
    return 4 * points if encoding == "utf-32" else points


def line_starts(text: bytes) -> Rows:
    """Where the lines of a text begin that hold more than blanks."""
    lines = text.splitlines(keepends=True)
    starts = np.concatenate(([0], np.cumsum([len(line) for line in lines], dtype=np.int64)))[:-1]
    told: Rows = starts[[bool(line.strip()) for line in lines]] if lines else NO_ROWS
    return told


def record_starts(text: bytes, count: int) -> Rows:
    """Where the objects of a JSON text's one array of `count` objects begin; nothing where that is not to be told from its brackets.

    The array is the text itself, or a value of the object that the text is.
    """
    octets = np.frombuffer(text, np.uint8)
    signs = np.flatnonzero(np.isin(octets, np.frombuffer(b'{[]}"\\', np.uint8)))
    outside = _outside_texts(octets, signs)
    opens = np.isin(octets[outside], np.frombuffer(b"{[", np.uint8))
    depth = np.cumsum(np.where(opens, 1, -1))
    for level in (2, 3):
        arrays = _children(octets, outside[opens & (depth == level - 1)], outside[opens & (depth == level)])
        if len(found := [objects for objects in arrays if len(objects) == count]) == 1:
            return found[0]
    return NO_ROWS


def _children(octets: Octets, parents: Rows, inner: Rows) -> list[Rows]:
    """For each parent that is an array where its objects begin."""
    objects = inner[octets[inner] == ord("{")]
    edges = np.searchsorted(objects, [*parents.tolist(), len(octets)])
    own = [objects[start:stop] for start, stop in pairwise(edges.tolist())]
    return [each for parent, each in zip(parents.tolist(), own, strict=True) if octets[parent] == ord("[")]


def _outside_texts(octets: Octets, signs: Rows) -> Rows:
    """The brackets that stand outside JSON's texts."""
    slashes = octets[signs] == ord("\\")
    run = np.zeros(len(signs), np.int64)  # how many backslashes stand right before each sign
    for at in np.flatnonzero(slashes[:-1] & (np.diff(signs) == 1)).tolist():
        run[at + 1] = run[at] + 1
    quotes = (octets[signs] == ord('"')) & (run % 2 == 0)
    is_inside = np.cumsum(quotes) % 2 == 1
    brackets: Rows = signs[~is_inside & (octets[signs] != ord('"')) & ~slashes]
    return brackets
