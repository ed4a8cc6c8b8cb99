"""One row for each key: the newest, and the same one whatever order the rows came in.

Key and order columns of a file fit into memory; its other cells, and what grouping all keys takes, may not.
So keys are grouped some at a time: rows with equal keys are always of the same part. Complete keys are
compared within a part, never hashes. Other cells are read only where keys and order columns leave a tie, and
then for some ties at a time.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headgate.values.cells import NO_ROWS, Rows, flags, int_array, numbers, text_bytes
from headgate.values.parallel_work import in_turn
from headgate.values.unique_values import repetitions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from headgate.contracts.model import Contract

_LOWEST = np.iinfo(np.int64).min
# With all their cells these are about 150 MB.
_TIED_AT_ONCE = 1 << 20
# What grouping so many takes fits into a core's cache, or nearly.
_GROUPED_AT_ONCE = 1 << 17
_MOST_PARTS = 256
_HASHED_AT_ONCE = 1 << 18
_SPELLED = 8  # bytes of a text's beginning and end that decide its part
# Source: Steele, Lea & Flood (2014), Fast Splittable Pseudorandom Number Generators: splitmix64's multiplier.
_MIXER = np.uint64(0xBF58476D1CE4E5B9)
KEPT, SAME_ROW, SAME_KEY = range(3)
SAME_VALUE = 3  # and above: of the first unique column, and of the next ones


@dataclass(frozen=True)
class Survivors:
    """The outcome of each row: KEPT, SAME_ROW when it equals the kept row of its key, SAME_KEY when it
    differs from it.

    SAME_VALUE plus the place of a unique column: an earlier row has its value of that column.

    Attributes:
        lost, kept: the first pairs of a row that is SAME_ROW or SAME_KEY, ascending, and the row of its key
            that is KEPT; at most `pairs_at_most`.
    """

    outcomes: np.ndarray[tuple[int], np.dtype[np.uint8]]
    lost: Rows = field(default_factory=lambda: NO_ROWS)
    kept: Rows = field(default_factory=lambda: NO_ROWS)


@dataclass(frozen=True)
class _Tied:
    """Rows of keys that several rows have, ascending, with a number for each key."""

    rows: Rows
    groups: Rows


@dataclass(frozen=True)
class TiedCells:
    """The columns that rank tied rows.

    Attributes:
        ranked: columns by which one of them wins, in this order: the greater value, and the first row where
            all are equal.
        compared: columns that only decide whether a row equals the one that won.
    """

    ranked: Sequence[pa.Array]
    compared: Sequence[pa.Array] = ()


def survivors(
    contract: Contract,
    count: int,
    values: Mapping[str, pa.Array],
    cells_of: Callable[[Rows], TiedCells],
    *,
    tied_at_once: int = _TIED_AT_ONCE,
    grouped_at_once: int = _GROUPED_AT_ONCE,
    pairs_at_most: int = 0,
) -> Survivors:
    """Return the newest row of each key by the contract's order columns, null being oldest.

    Ties go to the greater cells, else to the first row.

    Args:
        count: how many rows there are to choose among.
        values: their typed key and order columns.
        cells_of: returns the cells that rank some tied rows, which are ascending.
        pairs_at_most: for how many duplicates the kept row is returned.
    """
    if not contract.key or not count:
        return Survivors(np.full(count, KEPT, np.uint8))
    outcomes = np.full(count, SAME_KEY, np.uint8)
    tied, shared, groups = [_Tied(NO_ROWS, NO_ROWS)], [_Tied(NO_ROWS, NO_ROWS)], 0
    parts = _parts([values[name] for name in contract.key], count, -(-count // grouped_at_once))
    for winners, ties, some in in_turn(partial(_newest, contract, values), parts):
        outcomes[winners] = KEPT
        tied.append(_Tied(ties.rows, ties.groups + groups))
        shared.append(_Tied(some.rows, some.groups + groups))
        groups += len(some.rows)
    for some in _in_whole_groups(_together(tied), tied_at_once):
        winners, equal = _untied(some, cells_of(some.rows))
        outcomes[winners] = KEPT
        outcomes[equal] = SAME_ROW
    lost, kept = _pairs(_together(shared), outcomes, pairs_at_most)
    return Survivors(outcomes, lost, kept)


def _pairs(
    shared: _Tied, outcomes: np.ndarray[tuple[int], np.dtype[np.uint8]], at_most: int
) -> tuple[Rows, Rows]:
    """Return the first rows that lost to another row of their key, and that row for each of them."""
    is_kept = outcomes[shared.rows] == KEPT
    lost = np.flatnonzero(~is_kept)[:at_most]
    order = np.argsort(shared.groups[is_kept])
    places = np.searchsorted(shared.groups[is_kept][order], shared.groups[lost])
    return shared.rows[lost], shared.rows[is_kept][order][places]


def keep_unique(chosen: Survivors, columns: Sequence[pa.Array]) -> Survivors:
    """Return the survivors without kept rows that repeat a value of a unique column.

    The first row of a value stays.

    Args:
        columns: typed values of the unique columns, of all rows.
    """
    outcomes = chosen.outcomes.copy()
    for place, values in enumerate(columns):
        kept = np.flatnonzero(outcomes == KEPT)
        outcomes[kept[repetitions(values.take(int_array(kept)))]] = SAME_VALUE + place
    still = outcomes[chosen.kept] == KEPT
    return Survivors(outcomes, chosen.lost[still], chosen.kept[still])


def _newest(contract: Contract, values: Mapping[str, pa.Array], rows: Rows) -> tuple[Rows, _Tied, _Tied]:
    """Return the rows to keep, the tied rows, and all rows that share a key, of rows that include every row
    of their keys. No row of its key is newer than a tied one.
    """
    groups = _groups([_of(values[name], rows) for name in contract.key])
    shared = np.flatnonzero(np.bincount(groups)[groups] > 1)
    alive = shared
    for name in contract.order_by:
        alive = _greatest(alive, groups, _ranks(_of(values[name], rows[alive])))
    standing = np.bincount(groups[alive], minlength=1)[groups[alive]]
    alone = np.ones(len(rows), bool)
    alone[shared] = False
    alone[alive[standing == 1]] = True
    ties = alive[standing > 1]
    sharing = _Tied(rows[shared], np.unique(groups[shared], return_inverse=True)[1])
    return rows[alone], _Tied(rows[ties], np.unique(groups[ties], return_inverse=True)[1]), sharing


def _parts(keys: list[pa.Array], count: int, many: int) -> Iterator[Rows]:
    """Yield the rows in about so many parts, each ascending; equal keys are in the same part."""
    if many == 1:
        yield np.arange(count)
        return
    many = min(many, _MOST_PARTS)
    part = np.empty(count, np.uint8)
    for start in range(0, count, _HASHED_AT_ONCE):
        mixed = _mixed([key.slice(start, _HASHED_AT_ONCE) for key in keys])
        part[start : start + _HASHED_AT_ONCE] = ((mixed >> np.uint64(32)) * np.uint64(many)) >> np.uint64(32)
    for each in range(many):
        rows = np.flatnonzero(part == each)
        if len(rows):
            yield rows


def _mixed(keys: list[pa.Array]) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    """Return a number for each row that is equal where its keys are, and seldom else."""
    row = np.zeros(len(keys[0]), np.uint64)
    for key in keys:
        word = _word(key)
        if key.null_count:
            word = np.where(flags(key.is_valid()), word, np.uint64(0))
        row = (row ^ word) * _MIXER
        row ^= row >> np.uint64(29)
        row *= _MIXER
    return row


def _word(key: pa.Array) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    """Return eight bytes of each value, or of its text's ends."""
    kind = key.type
    if pa.types.is_string(kind):
        return _ends(key)
    if pa.types.is_decimal128(kind):
        return np.frombuffer(key.buffers()[1], np.uint64, 2 * len(key), key.offset * 16)[::2]
    if pa.types.is_integer(kind) or pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        return np.frombuffer(
            key.buffers()[1], f"i{kind.bit_width // 8}", len(key), key.offset * kind.bit_width // 8
        ).astype(np.uint64)
    return np.zeros(len(key), np.uint64)  # two doubles may be equal and not be spelled the same


def _ends(text: pa.Array) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    data, starts = text_bytes(text)
    size = np.diff(starts)
    word = size.astype(np.uint64)
    for place in range(_SPELLED):
        for at in (starts[:-1] + place, starts[1:] - 1 - place):
            octets = data[np.clip(at, 0, len(data) - 1)] if len(data) else np.zeros(len(text), np.uint8)
            word = word * np.uint64(257) + np.where(size > place, octets, 0).astype(np.uint64)
    return word


def _together(tied: list[_Tied]) -> _Tied:
    rows = np.concatenate([each.rows for each in tied])
    order = np.argsort(rows)
    return _Tied(rows[order], np.concatenate([each.groups for each in tied])[order])


def _in_whole_groups(tied: _Tied, at_once: int) -> Iterable[_Tied]:
    """Return the tied rows some groups at a time; about `at_once` of them, but never a part of a group."""
    order = np.argsort(tied.groups, kind="stable")
    groups = tied.groups[order]
    start = 0
    while start < len(order):
        stop = int(np.searchsorted(groups, groups[min(start + at_once, len(order)) - 1], "right"))
        some = np.sort(order[start:stop])
        yield _Tied(tied.rows[some], tied.groups[some])
        start = stop


def _untied(tied: _Tied, cells: TiedCells) -> tuple[Rows, Rows]:
    """Return the row to keep for each group, and the rows that equal it."""
    rows, (_, own) = tied.rows, np.unique(tied.groups, return_inverse=True)
    alive = np.arange(len(rows))
    for column in cells.ranked:
        alive = _greatest(alive, own, _ranks(_of(column, alive)))
    winner = np.empty(int(own.max()) + 1, np.int64)
    winner[own[alive[::-1]]] = alive[::-1]  # the last to be set stays: the first of those that are still tied
    kept = winner[own[alive]]
    is_same = kept != alive
    for column in cells.compared:
        codes = _codes(column)
        is_same &= codes[alive] == codes[kept]
    return rows[winner], rows[alive[is_same]]


def _greatest(alive: Rows, groups: Rows, ranks: Rows) -> Rows:
    """Return the rows of `alive` whose rank is the greatest of their group."""
    if not len(alive):
        return alive
    own = groups[alive]
    best = np.full(own.max() + 1, _LOWEST)
    np.maximum.at(best, own, ranks)
    greatest: Rows = alive[ranks == best[own]]
    return greatest


def _groups(keys: list[pa.Array]) -> Rows:
    """Return a number for each row, equal where all the keys are, from 0 without gaps."""
    codes = _codes(keys[0])
    for key in keys[1:]:
        more = _codes(key)
        codes = _codes(int_array(codes * (int(more.max()) + 1) + more))
    return codes


def _codes(values: pa.Array) -> Rows:
    return numbers(values.dictionary_encode(null_encoding="encode").indices)


def _ranks(values: pa.Array) -> Rows:
    """Return a number for each value, greater where the value is; null is least."""
    if pa.types.is_timestamp(values.type) or pa.types.is_integer(values.type):
        return (
            np.where(flags(values.is_valid()), numbers(values), _LOWEST)
            if values.null_count
            else numbers(values)
        )
    encoded = values.dictionary_encode()
    rank = np.empty(len(encoded.dictionary), np.int64)
    rank[numbers(pc.sort_indices(encoded.dictionary))] = np.arange(len(rank))
    return np.where(flags(values.is_valid()), numbers(int_array(rank).take(encoded.indices)), _LOWEST)


def _of(column: pa.Array, rows: Rows) -> pa.Array:
    return column.take(int_array(rows))
