"""Names of columns: how they are compared, and which of them may be shown."""

from __future__ import annotations

import re
import unicodedata

# A file without a header offers its first row as names: anything but a plain word may be a cell's value and is not shown.
_MARK, _MARKS = "\N{COMBINING ACUTE ACCENT}", {"Mn", "Mc"}
_LETTER = f"[A-Za-z]{_MARK}{{0,4}}"
_SHOWABLE = re.compile(f"(?:{_LETTER}|_)(?:{_LETTER}|[_ .-]){{0,40}}[0-9]{{0,2}}")


def showable(name: str) -> bool:
    """Whether a name may be shown: it is a plain word of any language, not a cell's value instead of a header."""
    # Many scripts write vowels as marks on a letter; macOS writes so the umlauts, too.
    return _SHOWABLE.fullmatch("".join(map(_as_ascii, unicodedata.normalize("NFC", name)))) is not None


def _as_ascii(sign: str) -> str:
    """What is a letter to `_SHOWABLE` is one of any script; a digit of another script is nothing that it takes."""
    if sign.isascii():
        return sign
    if sign.isalpha():
        return "x"
    return _MARK if unicodedata.category(sign) in _MARKS else "?"


def folded(name: str) -> str:
    """A column name for comparison: without surrounding blanks, in lower case."""
    return name.strip().casefold()


def made_up_name(position: int) -> str:
    """The name of a column that has none in its file; positions count from 1."""
    return f"column_{position}"
