"""Apply a function to every group of rows, in the same way in every engine."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headgate.engines.frames import by_rows, frame_of
from headgate.engines.one_thread import one_thread
from headgate.errors import ContractError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import pandas as pd

_ROW = "_headgate_row"


@dataclass(frozen=True)
class Grouping:
    """The function that is applied to each group; the fields are the arguments of `Engine.map_groups`."""

    by: tuple[str, ...]
    function: Callable[[pd.DataFrame], pd.DataFrame]
    schema: pa.Schema
    order_by: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        missing = sorted(set(self.by) - set(self.schema.names))
        if not self.by or missing:
            raise ContractError(
                f"what is done to each group must give the columns that make the group; missing: {missing}"
            )

    @property
    def numbered(self) -> pa.Schema:
        """The schema with the number of each row in its group, which restores the order of answers."""
        return self.schema.append(pa.field(_ROW, pa.int64()))


def apply(rows: pa.Table, grouping: Grouping) -> pa.Table:
    """Return the function's rows for each group, in the groups' order, in the schema `numbered`."""
    with one_thread():
        answers = [_apply_to_group(group, grouping) for group in split(rows, grouping)]
    return pa.concat_tables([grouping.numbered.empty_table(), *answers])


def split(rows: pa.Table, grouping: Grouping) -> Iterator[pa.Table]:
    """Yield each group's rows, in order."""
    ordered = by_rows(rows, [*grouping.by, *grouping.order_by])
    edges = _edges(ordered, grouping.by)
    for begin, end in pairwise(edges):
        yield ordered.slice(begin, end - begin)


def collected(answers: pa.Table, grouping: Grouping) -> pd.DataFrame:
    """Return all returned rows, in the order of the groups and, within each, of the function."""
    return frame_of(by_rows(answers, [*grouping.by, _ROW]).select(grouping.schema.names))


def chunks(rows: pa.Table, by: Sequence[str], count: int) -> Iterator[pa.Table]:
    """Yield the rows in at most `count` parts without dividing a group."""
    ordered = by_rows(rows, by)
    edges = _edges(ordered, by)
    bounds = np.unique(edges[np.linspace(0, len(edges) - 1, count + 1).astype(int)])
    for begin, end in pairwise(bounds):
        yield ordered.slice(begin, end - begin)


def _apply_to_group(group: pa.Table, grouping: Grouping) -> pa.Table:
    frame = grouping.function(frame_of(group))
    table = pa.Table.from_pandas(frame, schema=grouping.schema, preserve_index=False)
    return table.append_column(grouping.numbered.field(_ROW), pa.array(range(table.num_rows), pa.int64()))


def _edges(ordered: pa.Table, by: Sequence[str]) -> np.ndarray:
    """Return the starts of the groups, and the end of the last one."""
    count = ordered.num_rows
    if not count:
        return np.zeros(1, dtype=np.int64)
    changed = np.zeros(count - 1, dtype=bool)
    for name in by:
        codes = ordered[name].combine_chunks()
        # A null is a separate value, as in an engine's GROUP BY.
        numbers = pc.dictionary_encode(codes, null_encoding="encode").indices.to_numpy(zero_copy_only=False)
        changed |= numbers[1:] != numbers[:-1]
    return np.concatenate([[0], np.flatnonzero(changed) + 1, [count]])
