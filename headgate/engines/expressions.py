"""Expressions with the same result on every engine, for short forms with different results.

| short form | difference |
|---|---|
| `x.median()`, `x.quantile()` | Athena only approximates; Spark interpolates with other sums than DuckDB |
| `at.epoch_seconds()` | DuckDB and Athena keep the fraction of a second, Spark drops it |
| `b.delta(a, unit="second")` | DuckDB counts started seconds, Spark completed seconds |
| `money.mean()`, `money / money` | a double on DuckDB, a decimal with fewer digits on Spark and Athena |
| sums of floats | depend on the order of the rows, which no engine promises |

Source: the engines' manuals, and `tests/integration/engines`, which tests each of these.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

if TYPE_CHECKING:
    from collections.abc import Sequence

_VALUE, _RANK, _OF = "_headgate_value", "_headgate_rank", "_headgate_of"


def whole_seconds(at: ibis.Column) -> ibis.Column:
    """Return the seconds from 1970 to the start of a time's second, as int64."""
    return at.truncate("s").epoch_seconds().cast("int64")


def medians(table: ibis.Table, by: Sequence[str], whole: str, name: str) -> ibis.Table:
    """Return the exact median of an integer column in each group, as a double.

    A group without values has no row. Half of the sum of the two middle values is exact for integers below
    2**52 on every engine.
    """
    valid = table.filter(table[whole].notnull())
    valued = valid.select(*by, **{_VALUE: valid[whole].cast("int64")})
    ranked = valued.mutate(
        **{
            _RANK: 2 * ibis.row_number().over(ibis.window(group_by=list(by), order_by=_VALUE)),
            _OF: valued.count().over(ibis.window(group_by=list(by))),
        }
    )
    middle = ranked.filter(ranked[_RANK] >= ranked[_OF] - 2, ranked[_RANK] <= ranked[_OF])
    return middle.group_by(*by).agg(
        **{name: middle[_VALUE].sum().cast("float64") / middle.count().cast("float64")}
    )
