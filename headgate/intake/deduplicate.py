"""One row for each key: the newest, and the same one whatever order the rows came in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headgate.intake.cells import NO_ROWS, Flags, Rows, flags, int_array, marked, numbers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headgate.contracts.model import Contract

_LOWEST = np.iinfo(np.int64).min


@dataclass(frozen=True)
class Survivors:
    """Rows, split in three; each part ascending. `same_row` equals its key's kept row in every cell, `same_key` does not."""

    kept: Rows
    same_row: Rows
    same_key: Rows


def survivors(contract: Contract, rows: Rows, values: Mapping[str, pa.Array], cells: Mapping[str, pa.Array]) -> Survivors:
    """The newest row of each key by the contract's order columns, null being oldest; ties go to the greater cells, in contract order.

    Args:
        rows: the rows to choose among.
        values: typed columns, of all rows.
        cells: what the file said, of all rows.
    """
    if not contract.key or not len(rows):
        return Survivors(rows, NO_ROWS, NO_ROWS)
    groups = _groups([_of(values[name], rows) for name in contract.key])
    shared = np.bincount(groups)[groups] > 1
    if not shared.any():
        return Survivors(rows, NO_ROWS, NO_ROWS)
    kept, lost, winners = _contest(contract, rows[shared], groups[shared], values, cells)
    same = _equal_rows(cells, lost, winners)
    return Survivors(np.sort(np.concatenate((rows[~shared], kept))), lost[same], lost[~same])


def _contest(
    contract: Contract, rows: Rows, groups: Rows, values: Mapping[str, pa.Array], cells: Mapping[str, pa.Array]
) -> tuple[Rows, Rows, Rows]:
    """The row kept for each group, the rows lost, and for each lost row the one that was kept instead."""
    alive = np.arange(len(rows))
    contested = np.count_nonzero(np.bincount(groups))
    for column in (*(values[name] for name in contract.order_by), *(cells[name] for name in contract.names)):
        alive = _greatest(alive, groups, _ranks(_of(column, rows[alive])))
        if len(alive) == contested:
            break
    # What is still tied is equal in every cell: the first stands for all, since the last to be set stays.
    winner = np.empty(groups.max() + 1, np.int64)
    winner[groups[alive[::-1]]] = alive[::-1]
    lost = winner[groups] != np.arange(len(rows))
    return rows[~lost], rows[lost], rows[winner[groups[lost]]]


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


def _equal_rows(cells: Mapping[str, pa.Array], rows: Rows, others: Rows) -> Flags:
    """Whether each row equals its other in every cell; null equals null."""
    equal = np.arange(len(rows))
    for column in cells.values():
        one, other = _of(column, rows[equal]), _of(column, others[equal])
        same = flags(pc.equal(one, other)) | (flags(one.is_null()) & flags(other.is_null()))
        equal = equal[same]
    return marked(equal, len(rows))


def _of(column: pa.Array, rows: Rows) -> pa.Array:
    return column.take(int_array(rows))
