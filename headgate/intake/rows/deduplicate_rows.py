"""Keep one row for each key: the newest, or the last row of the file if several are equally new.

The key and order columns of a file fit into memory; its other cells, and a grouping of all keys, may not.
Therefore keys are grouped in parts, and rows with equal keys are always in the same part. Within a part
complete keys are compared, never hashes. Other cells are read only for rows that keys and order columns leave
tied, a limited number of ties at a time.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headgate.contracts.model import Contract
from headgate.values.cells import NO_ROWS, Rows, flags, int_array, numbers, text_bytes
from headgate.values.parallel_work import in_turn
from headgate.values.unique_values import repetitions

_LOWEST = np.iinfo(np.int64).min
# So many rows with all their cells take about 150 MB.
_TIED_AT_ONCE = 1 << 20
# The memory for grouping so many rows about fits into a core's cache.
_GROUPED_AT_ONCE = 1 << 17
_MAX_PARTS = 256
_HASHED_AT_ONCE = 1 << 18
# Bytes of a text's beginning and of its end that decide its part.
_HASHED_END_BYTES = 8
# Source: Steele, Lea & Flood (2014), Fast Splittable Pseudorandom Number Generators: splitmix64's multiplier.
_MIXER = np.uint64(0xBF58476D1CE4E5B9)
KEPT, SAME_ROW, SAME_KEY = range(3)
SAME_VALUE = 3  # 3 for the first unique column, 4 for the second one, and so on


@dataclass(frozen=True)
class Survivors:
    """The outcome of each row: KEPT, or SAME_ROW or SAME_KEY if it equals the kept row of its key or not.

    SAME_VALUE plus the position of a unique column means that an earlier row has the same value of that
    column.

    Attributes:
        lost, kept: the first rows that are SAME_ROW or SAME_KEY, ascending, each paired with the KEPT row of
            its key; at most `pairs_at_most` pairs.
    """

    outcomes: np.ndarray[tuple[int], np.dtype[np.uint8]]
    lost: Rows = field(default_factory=lambda: NO_ROWS)
    kept: Rows = field(default_factory=lambda: NO_ROWS)


@dataclass(frozen=True)
class _Tied:
    """Rows that share their key with other rows, ascending, with a number for each key."""

    rows: Rows
    groups: Rows


def survivors(
    contract: Contract,
    count: int,
    values: Mapping[str, pa.Array],
    cells_of: Callable[[Rows], Sequence[pa.Array]],
    *,
    tied_at_once: int = _TIED_AT_ONCE,
    grouped_at_once: int = _GROUPED_AT_ONCE,
    pairs_at_most: int = 0,
) -> Survivors:
    """Choose the newest row of each key by the contract's order columns, in which null is oldest.

    Among tied rows the last one wins, or the first one if all are equal.

    Args:
        count: number of rows.
        values: typed key and order columns of all rows.
        cells_of: returns the columns by which tied rows are equal; the rows are ascending.
        pairs_at_most: maximum number of duplicates for which the kept row is returned.
    """
    if not contract.key or not count:
        return Survivors(np.full(count, KEPT, np.uint8))
    outcomes = np.full(count, SAME_KEY, np.uint8)
    tied, shared, groups = [_Tied(NO_ROWS, NO_ROWS)], [_Tied(NO_ROWS, NO_ROWS)], 0
    parts = _parts([values[name] for name in contract.key], count, -(-count // grouped_at_once))
    for winners, ties, sharing in in_turn(partial(_newest, contract, values), parts):
        outcomes[winners] = KEPT
        tied.append(_Tied(ties.rows, ties.groups + groups))
        shared.append(_Tied(sharing.rows, sharing.groups + groups))
        groups += len(sharing.rows)
    for ties in _in_complete_groups(_concatenated(tied), tied_at_once):
        winners, equal = _untied(ties, cells_of(ties.rows))
        outcomes[winners] = KEPT
        outcomes[equal] = SAME_ROW
    lost, kept = _pairs(_concatenated(shared), outcomes, pairs_at_most)
    return Survivors(outcomes, lost, kept)


def _pairs(
    shared: _Tied, outcomes: np.ndarray[tuple[int], np.dtype[np.uint8]], at_most: int
) -> tuple[Rows, Rows]:
    """Return the first rows that lost to another row of their key, and the winner for each of them."""
    is_kept = outcomes[shared.rows] == KEPT
    lost = np.flatnonzero(~is_kept)[:at_most]
    order = np.argsort(shared.groups[is_kept])
    places = np.searchsorted(shared.groups[is_kept][order], shared.groups[lost])
    return shared.rows[lost], shared.rows[is_kept][order][places]


def keep_unique(chosen: Survivors, columns: Sequence[pa.Array]) -> Survivors:
    """Mark kept rows that repeat a value of a unique column; the first row with a value stays."""
    outcomes = chosen.outcomes.copy()
    for place, values in enumerate(columns):
        kept = np.flatnonzero(outcomes == KEPT)
        outcomes[kept[repetitions(values.take(int_array(kept)))]] = SAME_VALUE + place
    still = outcomes[chosen.kept] == KEPT
    return Survivors(outcomes, chosen.lost[still], chosen.kept[still])


def _newest(contract: Contract, values: Mapping[str, pa.Array], rows: Rows) -> tuple[Rows, _Tied, _Tied]:
    """Return the rows to keep, the tied rows, and all rows that share a key.

    `rows` includes every row of its keys. No row of a key is newer than a tied row of the key.
    """
    groups = _groups([_taken(values[name], rows) for name in contract.key])
    shared = np.flatnonzero(np.bincount(groups)[groups] > 1)
    alive = shared
    for name in contract.order_by:
        alive = _greatest(alive, groups, _ranks(_taken(values[name], rows[alive])))
    standing = np.bincount(groups[alive], minlength=1)[groups[alive]]
    alone = np.ones(len(rows), bool)
    alone[shared] = False
    alone[alive[standing == 1]] = True
    ties = alive[standing > 1]
    sharing = _Tied(rows[shared], np.unique(groups[shared], return_inverse=True)[1])
    return rows[alone], _Tied(rows[ties], np.unique(groups[ties], return_inverse=True)[1]), sharing


def _parts(keys: list[pa.Array], count: int, count_of_parts: int) -> Iterator[Rows]:
    """Yield the rows in about `count_of_parts` parts, each ascending; equal keys are in the same part."""
    if count_of_parts == 1:
        yield np.arange(count)
        return
    count_of_parts = min(count_of_parts, _MAX_PARTS)
    part = np.empty(count, np.uint8)
    for start in range(0, count, _HASHED_AT_ONCE):
        hashes = _hashes([key.slice(start, _HASHED_AT_ONCE) for key in keys])
        part[start : start + _HASHED_AT_ONCE] = (
            (hashes >> np.uint64(32)) * np.uint64(count_of_parts)
        ) >> np.uint64(32)
    for number in range(count_of_parts):
        rows = np.flatnonzero(part == number)
        if len(rows):
            yield rows


def _hashes(keys: list[pa.Array]) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    """Return a number for each row: equal for equal keys, and rarely equal for different keys."""
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
    """Return eight bytes of each value; for a text, a hash of its beginning and end."""
    kind = key.type
    if pa.types.is_string(kind):
        return _ends(key)
    if pa.types.is_decimal128(kind):
        return np.frombuffer(key.buffers()[1], np.uint64, 2 * len(key), key.offset * 16)[::2]
    if pa.types.is_integer(kind) or pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        return np.frombuffer(
            key.buffers()[1], f"i{kind.bit_width // 8}", len(key), key.offset * kind.bit_width // 8
        ).astype(np.uint64)
    return np.zeros(len(key), np.uint64)  # equal doubles may have different bytes


def _ends(text: pa.Array) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    data, starts = text_bytes(text)
    size = np.diff(starts)
    word = size.astype(np.uint64)
    for place in range(_HASHED_END_BYTES):
        for at in (starts[:-1] + place, starts[1:] - 1 - place):
            octets = data[np.clip(at, 0, len(data) - 1)] if len(data) else np.zeros(len(text), np.uint8)
            word = word * np.uint64(257) + np.where(size > place, octets, 0).astype(np.uint64)
    return word


def _concatenated(tied: list[_Tied]) -> _Tied:
    rows = np.concatenate([each.rows for each in tied])
    order = np.argsort(rows)
    return _Tied(rows[order], np.concatenate([each.groups for each in tied])[order])


def _in_complete_groups(tied: _Tied, at_once: int) -> Iterable[_Tied]:
    """Yield the tied rows in batches of about `at_once` rows that never split a group."""
    order = np.argsort(tied.groups, kind="stable")
    groups = tied.groups[order]
    start = 0
    while start < len(order):
        stop = int(np.searchsorted(groups, groups[min(start + at_once, len(order)) - 1], "right"))
        batch = np.sort(order[start:stop])
        yield _Tied(tied.rows[batch], tied.groups[batch])
        start = stop


def _untied(tied: _Tied, cells: Sequence[pa.Array]) -> tuple[Rows, Rows]:
    """Return the row to keep for each group, and the rows that equal it."""
    rows, (_, own) = tied.rows, np.unique(tied.groups, return_inverse=True)
    last = np.empty(int(own.max()) + 1, np.int64)
    last[own] = np.arange(len(rows))  # the last assignment of a group stays
    equals_last = np.ones(len(rows), bool)
    for column in cells:
        codes = _codes(column)
        equals_last &= codes == codes[last[own]]
    first = np.empty(len(last), np.int64)
    first[own[::-1]] = np.arange(len(rows))[::-1]
    are_equal = np.ones(len(last), bool)
    np.logical_and.at(are_equal, own, equals_last)
    winner = np.where(are_equal, first, last)
    equals_last[winner] = False
    return rows[winner], rows[equals_last]


def _greatest(alive: Rows, groups: Rows, ranks: Rows) -> Rows:
    if not len(alive):
        return alive
    own = groups[alive]
    best = np.full(own.max() + 1, _LOWEST)
    np.maximum.at(best, own, ranks)
    greatest: Rows = alive[ranks == best[own]]
    return greatest


def _groups(keys: list[pa.Array]) -> Rows:
    """Return a number for each row, from 0 without gaps; rows with equal keys have equal numbers."""
    codes = _codes(keys[0])
    for key in keys[1:]:
        more = _codes(key)
        codes = _codes(int_array(codes * (int(more.max()) + 1) + more))
    return codes


def _codes(values: pa.Array) -> Rows:
    return numbers(values.dictionary_encode(null_encoding="encode").indices)


def _ranks(values: pa.Array) -> Rows:
    """Return a rank for each value: greater for greater values, lowest for null."""
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


def _taken(column: pa.Array, rows: Rows) -> pa.Array:
    return column.take(int_array(rows))
