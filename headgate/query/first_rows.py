"""Query the first rows before the complete answer: the same statement with a LIMIT."""

from sqlglot import exp
from sqlglot.dialects.athena import Athena

from headgate.query.read_only_statements import explained, only_reading

# The two answers would have different values.
_NOT_REPEATABLE = (exp.Rand, exp.Shuffle, exp.Uuid, exp.TableSample)
# The engine reads everything before it returns the first row, so the first rows would take as long as the
# complete answer, and everything would be read twice.
_READS_EVERYTHING = (exp.Group, exp.Having, exp.AggFunc, exp.Distinct, exp.Window, exp.SetOperation)
# LIMIT and FETCH within the statement choose rows, which may differ in a second answer.
_CHOOSES_ROWS = (exp.Limit, exp.Fetch, exp.Offset)


def first_rows_statement(sql: str, rows: int) -> str:
    """Return the statement with a LIMIT of `rows` + 1, or an empty text if that would save nothing.

    An answer of more than `rows` rows is incomplete. Without ORDER BY the rows are any rows of the complete
    answer; with it they are the first ones, but ties may be broken differently.

    >>> first_rows_statement("select * from orders order by ordered_at", 999)
    'SELECT * FROM orders ORDER BY ordered_at LIMIT 1000'
    >>> first_rows_statement("select region, count(*) from orders group by region", 999)
    ''
    """
    query = only_reading(sql)
    if not isinstance(query, exp.Select) or explained(sql)[0] or not query.args.get("from_"):
        return ""
    limit = query.args.get("limit")
    if limit and not _is_number_above(limit.expression, rows):
        return ""
    if query.find(*_NOT_REPEATABLE, *_READS_EVERYTHING) or _chooses_rows_within(query):
        return ""
    return str(query.limit(rows + 1).sql(Athena, comments=False))


def _is_number_above(limit: exp.Expression | None, rows: int) -> bool:
    return isinstance(limit, exp.Literal) and not limit.is_string and int(limit.name) > rows


def _chooses_rows_within(query: exp.Select) -> bool:
    """Return whether a LIMIT or FETCH other than the statement's own LIMIT chooses rows."""
    return any(node is not query.args.get("limit") for node in query.find_all(*_CHOOSES_ROWS))
