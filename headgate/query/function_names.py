"""Names of Athena's functions that people use most, to correct slips and names of other databases.

Source: Trino documentation, "List of functions by topic".
"""

from __future__ import annotations

import difflib
import itertools

from sqlglot.dialects.athena import Athena
from sqlglot.tokens import TokenType

from headgate.errors import QueryError

# Functions of other databases, which the engine behind an emulator's Athena API may have, and Athena's.
_ELSEWHERE = {
    "datediff": "date_diff",
    "dateadd": "date_add",
    "getdate": "now",
    "ifnull": "coalesce",
    "isnull": "coalesce",
    "nvl": "coalesce",
    "strlen": "length",
    "len": "length",
}
_WRITTEN_OTHERWISE = {
    "charindex": "strpos(text, part)",
    "date_part": "extract(MONTH FROM x)",
    "datepart": "extract(MONTH FROM x)",
    "group_concat": "array_join(array_agg(x), ', ')",
    "iff": "if(condition, a, b)",
    "iif": "if(condition, a, b)",
    "median": "approx_percentile(x, 0.5)",
    "str_to_date": "date_parse(x, '%Y-%m-%d')",
    "strftime": "date_format(x, '%Y-%m')",
    "string_agg": "array_join(array_agg(x), ', ')",
    "to_char": "date_format(x, '%Y-%m') for a time, or format('%.2f', x) for a number",
    "to_date": "date(x), or date_parse(x, '%d.%m.%Y') for another form",
    "to_number": "cast(x AS decimal(18, 2))",
    "to_timestamp": "date_parse(x, '%Y-%m-%d %H:%i:%s'), or from_unixtime(x) for seconds",
}

_FUNCTIONS = """
    abs approx_distinct approx_percentile arbitrary array_agg avg cardinality ceiling coalesce concat
    contains corr count count_if cume_dist current_date date date_add date_diff date_format date_parse
    date_trunc day day_of_month day_of_week day_of_year dense_rank element_at exp extract first_value
    floor format from_iso8601_date from_unixtime greatest hour if json_extract json_extract_scalar lag
    last_value last_day_of_month lead least length ln log10 lower lpad max max_by min min_by minute mod
    month now ntile nullif percent_rank position power quarter rand random rank regexp_extract
    regexp_like regexp_replace replace reverse round row_number rpad sequence sign split split_part sqrt
    stddev strpos substr substring sum to_unixtime transform trim truncate try try_cast typeof upper
    var_samp variance week width_bucket year
""".split()  # noqa: SIM905 one name a line would fill the screen


def similar_functions(name: str) -> list[str]:
    """Return up to two functions with a similar spelling, the most similar first.

    >>> similar_functions("cuont"), similar_functions("f")
    (['count', 'concat'], [])
    """
    return difflib.get_close_matches(name.lower(), _FUNCTIONS, n=2, cutoff=0.7)


def check_functions(sql: str) -> None:
    """Check that a statement calls no function that only other databases have.

    Raises:
        QueryError: it does, with the name in Athena.
    """
    tokens = Athena().tokenize(sql)
    for token, after in itertools.pairwise(tokens):
        if after.token_type is not TokenType.L_PAREN or token.token_type is TokenType.STRING:
            continue
        name = token.text.lower()
        refused = f"FUNCTION_NOT_FOUND: Function '{name}' not registered."
        if name in _ELSEWHERE:
            raise QueryError(f"{refused} Did you mean {_ELSEWHERE[name]}?")
        if name in _WRITTEN_OTHERWISE:
            raise QueryError(f"{refused} Write {_WRITTEN_OTHERWISE[name]}.")
