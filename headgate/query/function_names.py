"""Names of Athena's functions that people use most, to correct slips and names of other databases.

Source: Trino documentation, "List of functions by topic".
"""

import difflib
import itertools
import re
from collections.abc import Sequence

from sqlglot.dialects.athena import Athena
from sqlglot.tokens import Token, TokenType

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

# Parts of a form of a time in other databases, and Athena's. MM behind an hour is its minutes.
_PARTS_OF_FORM = {
    "yyyy": "%Y",
    "yy": "%y",
    "mm": "%m",
    "dd": "%d",
    "hh24": "%H",
    "hh": "%H",
    "mi": "%i",
    "ss": "%s",
}
_OF_TIMES = frozenset({"date_format", "format"})  # the second of other databases only, for a time
_FOREIGN_FORM = re.compile("|".join(_PARTS_OF_FORM), re.IGNORECASE)
_HAS_OTHER_WORDS = re.compile(r"[A-Za-z]{2,}|%")


def similar_functions(name: str) -> list[str]:
    """Return up to two functions with a similar spelling, the most similar first.

    >>> similar_functions("cuont"), similar_functions("f")
    (['count', 'concat'], [])
    """
    return difflib.get_close_matches(name.lower(), _FUNCTIONS, n=2, cutoff=0.7)


def is_function(name: str) -> bool:
    """Return whether Athena has the function, among those that people use most."""
    return name.lower() in _FUNCTIONS


def check_functions(sql: str) -> None:
    """Check that a statement has no function, form of a time or clause that only other databases have."""
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
    _check_forms(tokens)
    _check_clauses(tokens)


def _check_forms(tokens: Sequence[Token]) -> None:
    """Check that no time is formatted by the signs of another database, which Athena gives back as text."""
    for at, token in enumerate(tokens):
        name = token.text.lower()
        if name not in _OF_TIMES or token.token_type is TokenType.STRING:
            continue
        if name == "format" and tokens[at + 2 : at + 3] and tokens[at + 2].token_type is TokenType.STRING:
            continue
        form = _last_argument(tokens, at + 1)
        if not _FOREIGN_FORM.search(form) or _HAS_OTHER_WORDS.search(_FOREIGN_FORM.sub("", form)):
            continue
        written = re.sub(r"(?<=%H:)%m", "%i", _FOREIGN_FORM.sub(_part_of_form, form))
        raise QueryError(
            f"The form '{form}' of {name} has none of Athena's signs, so each row would have this text. "
            f"Write date_format(x, '{written}')."
        )


def _part_of_form(part: re.Match[str]) -> str:
    return _PARTS_OF_FORM[part[0].lower()]


def _last_argument(tokens: Sequence[Token], begin: int) -> str:
    """Return the text that is the last argument of a call; empty if it is another value."""
    depth = 0
    for at in range(begin, len(tokens)):
        kind = tokens[at].token_type
        depth += (kind is TokenType.L_PAREN) - (kind is TokenType.R_PAREN)
        if depth == 0:
            last = tokens[at - 1]
            return last.text if last.token_type is TokenType.STRING else ""
    return ""


def _check_clauses(tokens: Sequence[Token]) -> None:
    """Check the words that the engine behind an emulator's Athena API takes and Athena does not."""
    for at, token in enumerate(tokens):
        place = f"line {token.line}, column {token.col - len(token.text) + 1}"
        if token.token_type is TokenType.ILIKE:
            raise QueryError(
                f"Athena has no ILIKE, {place}. Write lower(x) LIKE and the text in small letters."
            )
        following = tokens[at + 1 : at + 4]
        if token.token_type is TokenType.LIMIT and _begins_with_offset(following[1:]):
            rows = following[-1].text
            raise QueryError(
                f"Athena has OFFSET before LIMIT, {place}. Write OFFSET {rows} LIMIT {following[0].text}."
            )


def _begins_with_offset(tokens: Sequence[Token]) -> bool:
    return bool(tokens) and tokens[0].token_type is TokenType.OFFSET
