r"""Where a file's rows begin, in bytes of the unpacked file as it was sent: so that a refused row is found in
a large file at once.

A row begins behind a line end that stands outside quotes, and not with a line end: blank lines are no rows.
Source: RFC 4180, section 2; `\r`, `\n` and `\r\n` all end a line, as Arrow reads them.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from headgate.values.cells import NO_ROWS, Rows

if TYPE_CHECKING:
    from collections.abc import Sequence

Octets = np.ndarray[Any, np.dtype[np.uint8]]
Distances = np.ndarray[Any, np.dtype[np.uint32]]

_LF, _CR = 10, 13
_BLOCK_BYTES = 1 << 20
_DEEPEST_RECORDS = 6  # levels of brackets around the records of JSON
_CONTINUES, _CONTINUATION, _FOUR_BYTES = 0xC0, 0x80, 0xF0


class RowOffsets(Protocol):
    """The offsets of a file's rows, from its first on."""

    def take(self, count: int) -> Rows:
        """Return where the next rows begin; fewer where it is not known of them all."""
        ...


@dataclass
class ListedOffsets:
    """Offsets held in memory."""

    starts: Rows
    _taken: int = 0

    def take(self, count: int) -> Rows:
        """Return the next ones."""
        self._taken += count
        return self.starts[self._taken - count : self._taken]


class SpacedOffsets:
    """Offsets stored as the distance of each from the one before it: four bytes a row."""

    def __init__(self, distances: Sequence[Distances]) -> None:
        self._distances = np.concatenate([np.empty(0, np.uint32), *distances])
        self._taken, self._last = 0, 0

    def take(self, count: int) -> Rows:
        """Return the next ones."""
        offsets: Rows = self._last + np.cumsum(
            self._distances[self._taken : self._taken + count], dtype=np.int64
        )
        self._taken += count
        self._last = int(offsets[-1]) if len(offsets) else self._last
        return offsets


def row_starts(data: memoryview, quote: str) -> Rows:
    """Return where the rows of a text begin, in its bytes; without a `quote` each line is a row."""
    scan, octets = Scan(quote), np.frombuffer(data, np.uint8)
    blocks = [scan.starts(octets[at : at + _BLOCK_BYTES])[0] for at in range(0, len(data), _BLOCK_BYTES)]
    return np.concatenate(blocks) if blocks else NO_ROWS


class Scan:
    """The state after earlier blocks: their length, an open quote, and whether a row may begin."""

    def __init__(self, quote: str, at: int = 0) -> None:
        self._quote, self._at, self._is_behind_end = ord(quote) if quote else None, at, True
        self.is_quoted = False

    def starts(self, block: Octets) -> tuple[Rows, Rows]:
        """Return where rows begin, in the text; and where quotes stand, in the block."""
        quotes = NO_ROWS if self._quote is None else np.flatnonzero(block == self._quote)
        is_end = block == _LF
        if (carriage := block == _CR).any():
            is_end |= carriage
        behind = np.flatnonzero(is_end[:-1]) + 1
        begins: Rows = np.concatenate(([0], behind)) if self._is_behind_end else behind
        begins = begins[~is_end[begins]]
        if len(quotes) or self.is_quoted:
            begins = begins[(np.searchsorted(quotes, begins) + self.is_quoted) % 2 == 0]
        begins += self._at
        self.is_quoted ^= len(quotes) % 2 == 1
        self._is_behind_end = bool(is_end[-1])
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
    mark = {"utf-16": 2, "utf-32": 4}.get(encoding, 0)
    octets = np.frombuffer(text, np.uint8)
    edges = np.concatenate(([0], starts))
    lengths = [
        _length(octets[start:stop], encoding)
        for start, stop in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)
    ]
    return np.cumsum(lengths) + mark


def _length(octets: Octets, encoding: str) -> int:
    """Return how many bytes some UTF-8 takes in another encoding.

    Code points beyond 65,535 take two of UTF-16's units.
    """
    points = len(octets) - int(np.count_nonzero((octets & _CONTINUES) == _CONTINUATION))
    if encoding.startswith("utf-16"):
        return 2 * (points + int(np.count_nonzero(octets >= _FOUR_BYTES)))
    if encoding == "utf-32":
        return 4 * points
    return points if encoding == "cp1252" else len(octets.tobytes().decode().encode(encoding, "replace"))


def line_starts(text: bytes) -> Rows:
    """Return where the lines of a text begin that hold more than blanks."""
    lines = text.splitlines(keepends=True)
    starts = np.concatenate(([0], np.cumsum([len(line) for line in lines], dtype=np.int64)))[:-1]
    starts_of_rows: Rows = starts[[bool(line.strip()) for line in lines]] if lines else NO_ROWS
    return starts_of_rows


def record_starts(text: bytes, count: int) -> Rows:
    """Return where the objects of a JSON text's one array of `count` objects begin.

    Empty if its brackets do not show it.

    The array is the text itself, or lies in objects.
    """
    octets = np.frombuffer(text, np.uint8)
    signs = np.flatnonzero(np.isin(octets, np.frombuffer(b'{[]}"\\', np.uint8)))
    outside = _outside_texts(octets, signs)
    opens = np.isin(octets[outside], np.frombuffer(b"{[", np.uint8))
    depth = np.cumsum(np.where(opens, 1, -1))
    for level in range(2, _DEEPEST_RECORDS + 1):
        arrays = _children(octets, outside[opens & (depth == level - 1)], outside[opens & (depth == level)])
        if len(counted := [objects for objects in arrays if len(objects) == count]) == 1:
            return counted[0]
    return NO_ROWS


def _children(octets: Octets, parents: Rows, inner: Rows) -> list[Rows]:
    """Return, for each parent that is an array, where its objects begin."""
    objects = inner[octets[inner] == ord("{")]
    edges = np.searchsorted(objects, [*parents.tolist(), len(octets)])
    own = [objects[start:stop] for start, stop in pairwise(edges.tolist())]
    return [each for parent, each in zip(parents.tolist(), own, strict=True) if octets[parent] == ord("[")]


def _outside_texts(octets: Octets, signs: Rows) -> Rows:
    """Return the brackets that stand outside JSON's texts."""
    slashes = octets[signs] == ord("\\")
    run = np.zeros(len(signs), np.int64)  # how many backslashes stand right before each sign
    for at in np.flatnonzero(slashes[:-1] & (np.diff(signs) == 1)).tolist():
        run[at + 1] = run[at] + 1
    quotes = (octets[signs] == ord('"')) & (run % 2 == 0)
    is_inside = np.cumsum(quotes) % 2 == 1
    brackets: Rows = signs[~is_inside & (octets[signs] != ord('"')) & ~slashes]
    return brackets
