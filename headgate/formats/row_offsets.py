r"""Byte offsets of a file's rows in the unpacked file, with which one row of a large file is read at once.

A row begins after a line end outside quotes, but not with a line end: blank lines are not rows. Source: RFC
4180, section 2; `\r`, `\n` and `\r\n` all end a line, as in Arrow.
"""

import codecs
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Protocol

import numpy as np

from headgate.contracts.line_encoding import EACH_LINE
from headgate.values.cells import NO_ROWS, Rows

Octets = np.ndarray[Any, np.dtype[np.uint8]]
Distances = np.ndarray[Any, np.dtype[np.uint32]]

_LF, _CR = 10, 13
_BLOCK_BYTES = 1 << 20
_MAX_RECORD_DEPTH = 6  # levels of brackets around the records of JSON
_CONTINUES, _CONTINUATION, _FOUR_BYTES = 0xC0, 0x80, 0xF0


class RowOffsets(Protocol):
    """The offsets of a file's rows, beginning with the first row."""

    def take(self, count: int) -> Rows:
        """Return the offsets of the next `count` rows; fewer if some are unknown."""


@dataclass
class ListedOffsets:
    """Offsets in memory."""

    starts: Rows
    _taken: int = 0

    def take(self, count: int) -> Rows:
        """Return the offsets of the next `count` rows."""
        self._taken += count
        return self.starts[self._taken - count : self._taken]


class SpacedOffsets:
    """Offsets stored as distances between consecutive rows, with four bytes per row."""

    def __init__(self, distances: Sequence[Distances]) -> None:
        self._distances = np.concatenate([np.empty(0, np.uint32), *distances])
        self._taken, self._last = 0, 0

    def take(self, count: int) -> Rows:
        """Return the offsets of the next `count` rows."""
        offsets: Rows = self._last + np.cumsum(
            self._distances[self._taken : self._taken + count], dtype=np.int64
        )
        self._taken += count
        self._last = int(offsets[-1]) if len(offsets) else self._last
        return offsets


def row_starts(data: memoryview, quote: str) -> Rows:
    """Return the byte offset of each row of a text; without a `quote`, each line is a row."""
    scan, octets = Scan(quote), np.frombuffer(data, np.uint8)
    blocks = [scan.starts(octets[at : at + _BLOCK_BYTES])[0] for at in range(0, len(data), _BLOCK_BYTES)]
    return np.concatenate(blocks) if blocks else NO_ROWS


class Scan:
    """A scan of a text block by block: its position, and whether a quote is open."""

    def __init__(self, quote: str, at: int = 0) -> None:
        self._quote, self._at, self._is_after_line_end = ord(quote) if quote else None, at, True
        self.is_quoted = False

    def starts(self, block: Octets) -> tuple[Rows, Rows]:
        """Return the offsets of rows in the text and the positions of quotes in the block."""
        quotes = NO_ROWS if self._quote is None else np.flatnonzero(block == self._quote)
        is_end = block == _LF
        if (carriage := block == _CR).any():
            is_end |= carriage
        after_ends = np.flatnonzero(is_end[:-1]) + 1
        begins: Rows = np.concatenate(([0], after_ends)) if self._is_after_line_end else after_ends
        begins = begins[~is_end[begins]]
        if len(quotes) or self.is_quoted:
            begins = begins[(np.searchsorted(quotes, begins) + self.is_quoted) % 2 == 0]
        begins += self._at
        self.is_quoted ^= len(quotes) % 2 == 1
        self._is_after_line_end = bool(is_end[-1])
        self._at += len(block)
        return begins, quotes


def offsets_in_original(text: bytes, starts: Rows, content: bytes, encoding: str) -> Rows:
    """Return offsets in a UTF-8 text as offsets in the content that it was decoded from.

    Args:
        encoding: of the content, as `sniff` names it.
    """
    if encoding == "utf-8":
        return starts + len(codecs.BOM_UTF8) * content.startswith(codecs.BOM_UTF8)
    if not len(starts):
        return starts
    if encoding == EACH_LINE:
        return _at_same_lines(text, starts, content)
    mark = {"utf-16": 2, "utf-32": 4}.get(encoding, 0)
    octets = np.frombuffer(text, np.uint8)
    edges = np.concatenate(([0], starts))
    lengths = [
        _length(octets[start:stop], encoding)
        for start, stop in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)
    ]
    return np.cumsum(lengths) + mark


def _at_same_lines(text: bytes, starts: Rows, content: bytes) -> Rows:
    """Return offsets of starts of lines in a text as those of the same lines in its original."""
    in_text, in_content = (
        np.cumsum([0, *map(len, each.splitlines(keepends=True))]) for each in (text, content)
    )
    return in_content[np.searchsorted(in_text, starts)]


def _length(octets: Octets, encoding: str) -> int:
    """Return the number of bytes that UTF-8 text takes in another encoding.

    Code points above 65,535 take two code units of UTF-16.
    """
    points = len(octets) - int(np.count_nonzero((octets & _CONTINUES) == _CONTINUATION))
    if encoding.startswith("utf-16"):
        return 2 * (points + int(np.count_nonzero(octets >= _FOUR_BYTES)))
    if encoding == "utf-32":
        return 4 * points
    return points if encoding == "cp1252" else len(octets.tobytes().decode().encode(encoding, "replace"))


def line_starts(text: bytes) -> Rows:
    """Return the byte offset of each line that is not blank."""
    lines = text.splitlines(keepends=True)
    starts = np.concatenate(([0], np.cumsum([len(line) for line in lines], dtype=np.int64)))[:-1]
    starts_of_rows: Rows = starts[[bool(line.strip()) for line in lines]] if lines else NO_ROWS
    return starts_of_rows


def record_starts(text: bytes, count: int) -> Rows:
    """Return the byte offsets of the objects in the only array of `count` objects of a JSON text.

    Return an empty array if the brackets do not identify it. The array is the text itself or lies in objects.
    """
    octets = np.frombuffer(text, np.uint8)
    positions = np.flatnonzero(np.isin(octets, np.frombuffer(b'{[]}"\\', np.uint8)))
    outside = _outside_strings(octets, positions)
    opens = np.isin(octets[outside], np.frombuffer(b"{[", np.uint8))
    depth = np.cumsum(np.where(opens, 1, -1))
    for level in range(2, _MAX_RECORD_DEPTH + 1):
        arrays = _children(octets, outside[opens & (depth == level - 1)], outside[opens & (depth == level)])
        if len(counted := [objects for objects in arrays if len(objects) == count]) == 1:
            return counted[0]
    return NO_ROWS


def _children(octets: Octets, parents: Rows, inner: Rows) -> list[Rows]:
    """Return, for each parent that is an array, the offsets of its objects."""
    objects = inner[octets[inner] == ord("{")]
    edges = np.searchsorted(objects, [*parents.tolist(), len(octets)])
    by_parent = [objects[start:stop] for start, stop in pairwise(edges.tolist())]
    return [
        own for parent, own in zip(parents.tolist(), by_parent, strict=True) if octets[parent] == ord("[")
    ]


def _outside_strings(octets: Octets, positions: Rows) -> Rows:
    """Return the positions of the brackets outside JSON strings."""
    slashes = octets[positions] == ord("\\")
    run = np.zeros(len(positions), np.int64)  # number of backslashes directly before each character
    for at in np.flatnonzero(slashes[:-1] & (np.diff(positions) == 1)).tolist():
        run[at + 1] = run[at] + 1
    quotes = (octets[positions] == ord('"')) & (run % 2 == 0)
    is_inside = np.cumsum(quotes) % 2 == 1
    brackets: Rows = positions[~is_inside & (octets[positions] != ord('"')) & ~slashes]
    return brackets
