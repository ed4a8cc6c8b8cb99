import difflib
import re
from collections.abc import Mapping
from typing import Any

import sqlglot
from sqlglot.dialects import Athena
from sqlglot.errors import ParseError, SqlglotError
from sqlglot.tokens import Token, TokenType

from headgate.values.sql_names import RESERVED, quoted_name

# Operators by the parser's class names; clauses have their keywords as names.
_OPERATORS = {
    "Neg": "-",
    "Not": "not",
    "Add": "+",
    "Sub": "-",
    "Mul": "*",
    "Div": "/",
    "EQ": "=",
    "GT": ">",
    "LT": "<",
}
# The words that begin or join the clauses of a query.
_KEYWORDS = (
    *("select", "distinct", "from", "where", "group", "order", "having", "limit", "union", "except", "with"),
    *("join", "left", "right", "inner", "outer", "full", "cross", "using", "intersect", "partition", "over"),
    *("null", "like", "between", "case", "when", "then", "else"),
)
# The words and signs before and behind a column's name; a word of SQL beside others is at its own place.
_SIGNS = (",", "=", "<", ">", "<=", ">=", "<>", "!=", "+", "-", "/")
_BEFORE_COLUMN = frozenset(
    (*_SIGNS, "(", ".", "select", "distinct", "by", "where", "and", "or", "on", "when", "then", "having")
)
_BEHIND_COLUMN = frozenset(
    (
        *(*_SIGNS, "*", ")", ";", "from", "as", "and", "or", "is", "in", "not", "between", "like", "then"),
        *("asc", "desc", "limit", "order", "group", "having", "union"),
    )
)
_MIN_LETTERS = 4  # of a word that may be a keyword with a slip; shorter ones are like too many
_MIN_LIKENESS = 0.7
_WORDS_BEFORE = 2  # a name and its alias may precede the word at which the parser stops
_WORD = re.compile(r"[A-Za-z_]\w*")  # no number, which may be a value
_MISSING = re.compile(r"missing for <class '[\w.]+\.(\w+)'>")
_EXPECTED = re.compile(r"Expected (.+?) but got <Token")
_QUOTE = re.compile(r"Missing (\S+) from (\d+):(\d+)")


def describe_parse_error(error: SqlglotError, parsed: str, skipped: str = "") -> str:
    """Return the error, its position and how to correct it, without names of the parser's classes.

    Args:
        parsed: the text that has the error.
        skipped: the text of the statement before it, by which its lines are counted.
    """
    if advice := reserved_name(parsed, skipped):
        return advice
    if isinstance(error, ParseError) and error.errors:
        return _described(error.errors[0], parsed, skipped)
    quote = _QUOTE.fullmatch(str(error.__cause__))
    if quote is None:
        return "it cannot be read. Check its quotes and brackets."
    offset = int(quote[3])  # in the whole text, though the parser calls it a column
    place = _place(int(quote[2]), offset - parsed.rfind("\n", 0, offset), skipped)
    return f"the quote {quote[1]} has no end, {place}. Close it."


def describe_back_tick(parsed: str, skipped: str = "") -> str:
    """Describe the first back-tick outside texts and names in double quotes; empty if there is none."""
    try:
        tokens = Athena().tokenize(parsed)
    except SqlglotError:
        return ""
    tick = next((token for token in tokens if token.text == "`" and token.end == token.start), None)
    if tick is None:
        return ""
    return f"the back-tick is unexpected, {_place(tick.line, tick.col, skipped)}. Names take double quotes."


def reserved_name(parsed: str, skipped: str = "") -> str:
    """Describe the first reserved word at the place of a column, where the statement is readable with quotes.

    Empty without such a word. `repairs.ts` of the console has the same places.
    """
    try:
        tokens = Athena().tokenize(parsed)
    except SqlglotError:
        return ""
    names = [token for at, token in enumerate(tokens) if _is_reserved_name(tokens, at)]
    quoted = parsed
    for token in reversed(names):
        quoted = f"{quoted[: token.start]}{quoted_name(token.text)}{quoted[token.end + 1 :]}"
    if not names or not _is_readable(quoted):
        return ""
    first = names[0]
    place = _place(first.line, first.col - len(first.text) + 1, skipped)
    return f"{first.text} is a word of SQL, {place}. Write {quoted_name(first.text)}."


def _is_reserved_name(tokens: list[Token], at: int) -> bool:
    token, word = tokens[at], tokens[at].text.lower()
    if token.token_type in {TokenType.IDENTIFIER, TokenType.STRING} or word not in RESERVED or not at:
        return False
    before = tokens[at - 1].text.lower().rpartition(" ")[2]  # GROUP BY is one token
    if at + 1 < len(tokens):
        return before in _BEFORE_COLUMN and tokens[at + 1].text.lower().partition(" ")[0] in _BEHIND_COLUMN
    return before == "by" or (before in _BEFORE_COLUMN and word not in _KEYWORDS)  # else an incomplete clause


def _described(first: Mapping[str, Any], parsed: str, skipped: str) -> str:
    token = str(first.get("highlight") or "")
    context = str(first.get("start_context") or "")
    line, column = int(first.get("line") or 1), int(first.get("col") or 1) - len(token) + 1
    if slip := _slip(context, token, parsed):
        word, keyword, distance = slip
        if "\n" not in context[len(context) - distance :]:
            return (
                f"'{word}' is unexpected, {_place(line, column - distance, skipped)}. "
                f"Did you mean {keyword.upper()}?"
            )
    what = str(first.get("description") or "it cannot be read").splitlines()[0]
    return f"{_in_words(what, token)}, {_place(line, column, skipped)}. Correct it at that place."


def _in_words(what: str, token: str) -> str:
    if missing := _MISSING.search(what):
        return _incomplete(missing[1])
    if expected := _EXPECTED.search(what):
        return f"{_with_article(expected[1])} is missing after {token.upper()}"
    if what.startswith("Expecting "):
        return f"{what.removeprefix('Expecting ')} is missing"
    if what.startswith("Invalid expression"):
        return f"'{token}' is unexpected" if _WORD.fullmatch(token) else "a sign or value is unexpected"
    return what.rstrip(".")


def _slip(context: str, token: str, parsed: str) -> tuple[str, str, int] | None:
    """Return the word of a keyword with a slip at or before a token, the keyword, and the letters between.

    The letters are those from the beginning of the word to that of the token. A word is a slip where the
    statement can be read with the keyword: `weight` is like `right`, and is a name.
    """
    text = f"{context}{token}"
    begins = parsed.find(text)
    for match in list(_WORD.finditer(text))[-_WORDS_BEFORE - 1 :]:
        word = match[0].lower()
        near = difflib.get_close_matches(word, _KEYWORDS, n=1, cutoff=_MIN_LIKENESS)
        if len(word) < _MIN_LETTERS or not near or word.removesuffix("s") in {*_KEYWORDS, "cast"}:
            continue
        if _is_readable(f"{parsed[: begins + match.start()]}{near[0]}{parsed[begins + match.end() :]}"):
            return match[0], near[0], len(context) - match.start()
    return None


def _is_readable(statement: str) -> bool:
    try:
        sqlglot.parse(statement, read=Athena)
    except SqlglotError:
        return False
    return True


def _place(line: int, column: int, skipped: str) -> str:
    """Return a position in the complete statement."""
    lines = skipped.count("\n")
    first = len(skipped) - skipped.rfind("\n") - 1 if line == 1 else 0
    return f"line {line + lines}, column {max(column, 1) + first}"


def _with_article(thing: str) -> str:
    return f"{'an' if thing[:1] in 'aeiou' else 'a'} {thing}"


def _incomplete(node: str) -> str:
    return (
        f"something is missing behind {_OPERATORS[node]}"
        if node in _OPERATORS
        else f"something is missing in {node.upper()}"
    )
