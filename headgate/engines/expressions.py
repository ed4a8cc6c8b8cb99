"""Expressions with the same result on every engine, for short forms with different results.

| short form | difference |
|---|---|
| `at.epoch_seconds()` | DuckDB and Athena keep the fraction of a second, Spark drops it |
| `b.delta(a, unit="second")` | DuckDB counts started seconds, Spark completed seconds |
| `money.mean()`, `money / money` | a double on DuckDB, a decimal with fewer digits on Spark and Athena |
| sums of floats | depend on the order of the rows, which no engine promises |

Source: the engines' manuals, and `tests/integration/engines`, which tests each of these.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis


def whole_seconds(at: ibis.Column) -> ibis.Column:
    """Return the seconds from 1970 to the start of a time's second, as int64."""
    return at.truncate("s").epoch_seconds().cast("int64")
