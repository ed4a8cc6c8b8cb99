"""The last day that a statement leaves of its periods, as in the console (statement-bounds.ts)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from sqlglot import exp

from headgate.errors import QueryError
from headgate.query.declared_parameters import with_values
from headgate.query.read_only_statements import only_reading

if TYPE_CHECKING:
    from collections.abc import Iterator

_DAY_LENGTH = len("2026-01-31")


def last_day_of_periods(sql: str) -> date | None:
    """Return the last day that the conditions of a simple statement leave of the moments it groups by period.

    None for a statement of several SELECTs, and without such a condition.

    >>> last_day_of_periods("SELECT date_trunc('week', day) w FROM t WHERE day < DATE '2026-03-05'")
    datetime.date(2026, 3, 4)
    """
    try:
        query = only_reading(with_values(sql))
    except QueryError:
        return None
    if not isinstance(query, exp.Select) or len([*query.find_all(exp.Select)]) != 1:
        return None
    truncated = [*query.find_all(exp.TimestampTrunc, exp.DateTrunc)]
    columns = {column.name for node in truncated for column in node.find_all(exp.Column)}
    where = query.args.get("where")
    if where is None or len(columns) != 1:
        return None
    days = [day for each in _conditions(where.this) for day in _last_days(each, *columns)]
    return min(days, default=None)


def _conditions(node: exp.Expr) -> Iterator[exp.Expr]:
    """Yield the conditions that all hold."""
    if isinstance(node, exp.Paren):
        yield from _conditions(node.this)
    elif isinstance(node, exp.And):
        yield from _conditions(node.left)
        yield from _conditions(node.right)
    else:
        yield node


def _last_days(condition: exp.Expr, column: str) -> Iterator[date]:
    """Yield the last day that a condition leaves of a column; none for another condition."""
    of = condition.this.this if isinstance(condition.this, exp.Cast) else condition.this
    if not isinstance(of, exp.Column) or of.name != column:
        return
    if isinstance(condition, exp.LT) and (day := _day_of(condition.expression)):
        yield day - timedelta(days=1)
    if isinstance(condition, exp.LTE) and (day := _day_of(condition.expression)):
        yield day
    if isinstance(condition, exp.Between) and (day := _day_of(condition.args["high"])):
        yield day


def _day_of(node: exp.Expr) -> date | None:
    """Return the day of a literal such as `DATE '2026-01-31'`."""
    literal = node.this if isinstance(node, exp.Cast) else None
    if not isinstance(literal, exp.Literal) or not literal.is_string:
        return None
    try:
        return date.fromisoformat(literal.this[:_DAY_LENGTH])
    except ValueError:
        return None
