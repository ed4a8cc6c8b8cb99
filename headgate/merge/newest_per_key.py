"""The newest row of every key, as an Ibis expression for DuckDB, Spark and Athena."""

from collections.abc import Sequence
from typing import Any

import ibis

_RANK = "_headgate_rank"


def newest_by(
    table: ibis.Table, key: Sequence[str], order_by: Sequence[str], tie_break: Sequence[str] = ()
) -> ibis.Table:
    """Return the row per key with the greatest `order_by`, then the greatest `tie_break`.

    All other columns break further ties, so the result does not depend on the order of rows or on files. Null
    is older than any value. Therefore `newest_by(newest_by(a) + b) = newest_by(a + b)`, where + concatenates
    rows.
    """
    named = [*order_by, *tie_break]
    rest = sorted(set(table.columns) - {*key, *named})
    order = [part for name in [*named, *rest] for part in _newest_first(table[name])]
    first = ibis.row_number().over(ibis.window(group_by=list(key), order_by=order))
    return table.mutate(**{_RANK: first}).filter(lambda ranked: ranked[_RANK] == 0).drop(_RANK)


def _newest_first(column: Any) -> list[Any]:  # noqa: ANN401 Ibis ships no types
    order = [column.desc(nulls_first=False)]
    # 0.0 and -0.0 are equal in an ordering but differ in the file, so their texts are compared too.
    return [*order, column.cast("string").desc(nulls_first=False)] if column.type().is_floating() else order
