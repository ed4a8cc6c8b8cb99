r"""Patterns of contracts, which must mean the same to the gate and to Great Expectations.

The gate uses RE2, which is Arrow's engine; Great Expectations uses Python's `re`. A pattern that only one can
read, or that both read differently (`a{,2}`, `(?i)`, `(?m)`, `\B`), is refused when its contract is loaded.
Patterns with one meaning are translated for Python.

Source: https://github.com/google/re2/wiki/Syntax and https://docs.python.org/3/library/re.html
"""

import re
import warnings

import pyarrow as pa
import pyarrow.compute as pc

from headgate.errors import ContractError

_ESCAPE = r"\\(?:[dDwWsSafnrtv]|x[0-9A-Fa-f]{2}|[^0-9A-Za-z])"
_OPENED = r"\[(?:\^?\]|\^(?!\])|(?![\]^]))"  # a class; `]` at its start is a member
_PART = re.compile(
    rf"{_ESCAPE}|\\[bA]"
    rf"|{_OPENED}(?:{_ESCAPE}|[^\\\][])*\]"  # only RE2 has nested classes
    r"|\((?!\?)|\(\?:|\(\?P<[A-Za-z_][A-Za-z0-9_]*>"
    r"|\{(?:0|[1-9][0-9]*)(?:,(?:[1-9][0-9]*)?)?\}"
    r"|[^\\\[({]",
    re.DOTALL,
)
# RE2's `\s` is these five characters; Python's also has the vertical tab. RE2's `$` is the end of the text;
# Python's is also the place before a final line break.
_BLANKS = r"\t\n\f\r "
_IN_PYTHON = {"$": r"\Z", r"\s": f"[{_BLANKS}]", r"\S": f"[^{_BLANKS}]"}
_IN_PYTHON_CLASSES = {r"\s": _BLANKS, r"\S": r"\S\v"}


def python_pattern(pattern: object) -> str:
    r"""Translate a contract's pattern for Python's `re`; `\d`, `\w` and `\b` are ASCII, as in RE2."""
    parts = _PART.findall(pattern) if isinstance(pattern, str) else []
    if "".join(parts) != pattern or not _is_read_by_both(pattern):
        raise ContractError(
            "the pattern does not mean the same in RE2 and Python. Remedy: use only what both support: "
            "classes like [A-Za-z], repeats like "
            r"{0,2}, no flags like (?i) or (?m), no look-around, no \B, \Z or \p{..}, no [ in a class "
            r"but as \["
        )
    return f"(?a){''.join(map(_in_python, parts))}"


def _is_read_by_both(pattern: str) -> bool:
    try:
        pc.match_substring_regex(pa.nulls(1, pa.string()), pattern)
        with warnings.catch_warnings():
            # Python warns about `[a--b]`, which a later version may read differently.
            warnings.simplefilter("error")
            re.compile(pattern)
    except (pa.ArrowInvalid, re.error, OverflowError, Warning):
        return False
    return True


def _in_python(part: str) -> str:
    if part.startswith("["):
        return re.sub(r"\\.", lambda match: _IN_PYTHON_CLASSES.get(match[0], match[0]), part, flags=re.DOTALL)
    return _IN_PYTHON.get(part, part)
