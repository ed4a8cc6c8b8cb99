"""Of every key, its newest row: one Ibis expression for DuckDB, Spark and Athena alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ibis

if TYPE_CHECKING:
    from collections.abc import Sequence

_RANK = "_headgate_rank"


def newest_by(
    table: ibis.Table, key: Sequence[str], order_by: Sequence[str], tie_break: Sequence[str] = ()
) -> ibis.Table:
    """Return one row of `table` for each key: the one with the greatest `order_by`, and among those the
    greatest `tie_break`.

    Every remaining column breaks further ties, so rows that still tie are equal and the answer depends on the
    rows alone, not on their order or on how they were cut into files. A null is older than every value. It
    follows that `newest_by(newest_by(a) + b) = newest_by(a + b)`, where + puts rows together.
    """
    named = [*order_by, *tie_break]
    rest = sorted(set(table.columns) - {*key, *named})
    order = [part for name in [*named, *rest] for part in _newest_first(table[name])]
    first = ibis.row_number().over(ibis.window(group_by=list(key), order_by=order))
    return table.mutate(**{_RANK: first}).filter(lambda ranked: ranked[_RANK] == 0).drop(_RANK)


def _newest_first(column: Any) -> list[Any]:  # noqa: ANN401 Ibis ships no types
    order = [column.desc(nulls_first=False)]
    # 0.0 and -0.0 are equal to an ordering and differ in the file; their texts differ.
    return [*order, column.cast("string").desc(nulls_first=False)] if column.type().is_floating() else order
