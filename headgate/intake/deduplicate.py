"""One row for each key: the newest, and the same one whatever order the rows came in.

Key and order columns of a whole file are small enough to be held; all its cells are not. Cells are looked at only where keys and order
columns leave a tie, and then for some ties at a time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headgate.intake.cells import NO_ROWS, Rows, flags, int_array, marked, numbers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from headgate.contracts.model import Contract

_LOWEST = np.iinfo(np.int64).min
# With all their cells these are about 150 MB.
_TIED_AT_ONCE = 1 << 20


@dataclass(frozen=True)
class Survivors:
    """Rows, split in three; each part ascending. `same_row` equals its key's kept row in every cell, `same_key` does not."""

    kept: Rows
    same_row: Rows
    same_key: Rows


def survivors(
    contract: Contract,
    count: int,
    values: Mapping[str, pa.Array],
    cells_of: Callable[[Rows], Mapping[str, pa.Array]],
    tied_at_once: int = _TIED_AT_ONCE,
) -> Survivors:
    """The newest row of each key by the contract's order columns, null being oldest; ties go to the greater cells, in contract order.

    Args:
        count: how many rows there are to choose among.
        values: their typed key and order columns.
        cells_of: what the file said in some of them, which are ascending.
    """
    rows = np.arange(count)
    if not contract.key or not count:
        return Survivors(rows, NO_ROWS, NO_ROWS)
    groups = _groups([values[name] for name in contract.key])
    sizes = np.bincount(groups)
    shared = sizes[groups] > 1
    alive = _newest(contract, rows[shared], groups, values)
    standing = np.bincount(groups[alive], minlength=len(sizes))[groups[alive]]
    kept, tied = [rows[~shared], alive[standing == 1]], alive[standing > 1]
    same = np.zeros(count, bool)
    for some in _in_whole_groups(tied, groups, tied_at_once):
        winners, equal = _untied(contract, some, groups, cells_of(some))
        kept.append(winners)
        same[equal] = True
    is_kept = marked(np.concatenate(kept), count)
    return Survivors(np.flatnonzero(is_kept), np.flatnonzero(same), np.flatnonzero(~is_kept & ~same))


def _newest(contract: Contract, rows: Rows, groups: Rows, values: Mapping[str, pa.Array]) -> Rows:
    """Those of `rows` that no other row of their group is newer than."""
    for name in contract.order_by:
        rows = _greatest(rows, groups, _ranks(_of(values[name], rows)))
    return rows


def _in_whole_groups(tied: Rows, groups: Rows, at_once: int) -> Iterator[Rows]:
    """The rows, ascending, some groups at a time; about `at_once` of them, but never a part of a group."""
    by_group = tied[np.argsort(groups[tied], kind="stable")]
    start = 0
    while start < len(by_group):
        last = groups[by_group[min(start + at_once, len(by_group)) - 1]]
        stop = int(np.searchsorted(groups[by_group], last, "right"))
        yield np.sort(by_group[start:stop])
        start = stop


def _untied(contract: Contract, rows: Rows, groups: Rows, cells: Mapping[str, pa.Array]) -> tuple[Rows, Rows]:
    """Of rows with equal keys and orders the one that is kept for each group, and those that equal it in every cell."""
    places, (_, own) = np.arange(len(rows)), np.unique(groups[rows], return_inverse=True)
    alive = places
    for name in contract.names:
        alive = _greatest(alive, own, _ranks(_of(cells[name], alive)))
    # What is still tied is equal in every cell: the first stands for all, since the last to be set stays.
    winner = np.empty(int(own.max()) + 1, np.int64)
    winner[own[alive[::-1]]] = alive[::-1]
    return rows[winner], rows[alive[winner[own[alive]] != alive]]


def _greatest(alive: Rows, groups: Rows, ranks: Rows) -> Rows:
    """Those of `alive` whose rank is the greatest of their group."""
    own = groups[alive]
    best = np.full(groups.max() + 1, _LOWEST)
    np.maximum.at(best, own, ranks)
    greatest: Rows = alive[ranks == best[own]]
    return greatest


def _groups(keys: list[pa.Array]) -> Rows:
    """A number for each row, equal where all the keys are, from 0 without gaps."""
    codes = _codes(keys[0])
    for key in keys[1:]:
        more = _codes(key)
        codes = _codes(int_array(codes * (int(more.max()) + 1) + more))
    return codes


def _codes(values: pa.Array) -> Rows:
    return numbers(values.dictionary_encode(null_encoding="encode").indices)


def _ranks(values: pa.Array) -> Rows:
    """A number for each value, greater where the value is; null is least."""
    if pa.types.is_timestamp(values.type) or pa.types.is_integer(values.type):
        return np.where(flags(values.is_valid()), numbers(values), _LOWEST)
    encoded = values.dictionary_encode()
    rank = np.empty(len(encoded.dictionary), np.int64)
    rank[numbers(pc.sort_indices(encoded.dictionary))] = np.arange(len(rank))
    return np.where(flags(values.is_valid()), numbers(int_array(rank).take(encoded.indices)), _LOWEST)


def _of(column: pa.Array, rows: Rows) -> pa.Array:
    return column.take(int_array(rows))
