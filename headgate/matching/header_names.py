"""Compare names of columns, and decide which of them may be displayed."""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Sequence

from headgate.plain_names import in_plain_letters

# In a file without a header, the first row is read as names: anything but words, with a unit, a year or a
# scale, may be a cell's value and is not displayed. Forms and surveys export whole questions as names.
_MARK, _MARKS = "\N{COMBINING ACUTE ACCENT}", {"Mn", "Mc"}
_LETTER = f"[A-Za-z]{_MARK}{{0,4}}"
_NUMBER = "(?<![0-9])(?:[0-9]{1,2}|(?:19|20)[0-9]{2})(?![0-9])"
# The scale of a rate, as in `mites/100 bees` and `fat per 100 g`.
_AFTER_PER = "|".join(f"(?<={per})" for per in ("/", "per ", "pro ", "je ", "pour ", "por "))
_SCALE = f"(?:{_AFTER_PER})1000?(?= ?[A-Za-z])"
_PUNCTUATION = "[_ .,:?/%°&+*#'\"()\\[\\]$-]"
_BEGINNING = f"(?:[0-9]{{1,2}}[.)] ?)?[('\"]*(?:# ?)?(?:{_LETTER}|_)"
_SHOWABLE = re.compile(f"{_BEGINNING}(?:{_LETTER}|{_PUNCTUATION}|{_NUMBER}|{_SCALE}){{0,250}}")
# A sentence is shown if it is a question or ends as a label does: it may be a remark about somebody.
_MAX_NAME, _ENDS_OF_QUESTIONS = 60, ("?", ")", "*", ":")
_MAX_DIGITS = 4
_MARKS_OF_QUESTIONS = "\N{INVERTED QUESTION MARK}\N{INVERTED EXCLAMATION MARK}\N{HORIZONTAL ELLIPSIS}"
_NEVER = "\0"
# English, German, Dutch, French, Spanish and Italian, without marks.
_IDENTIFIER = re.compile(
    r"\b(?:id|no|nr|num|number|code|key|ref|reference|numero|codice|imo|mmsi|isbn|vin|uuid)$|nummer$|[a-z]{3}nr$|kennung$"
    r"|^(?:numero|n|code|codigo|codice) (?:de|du|d|del|di|della|cliente|client)\b|^codigo\b"
)


def showable(name: str) -> bool:
    """Return whether a name may be displayed: words of any language, with a unit or a year, but no value.

    >>> [showable(name) for name in ("nitrat [mg/l]", "sales_2027", "ord4111", "12/27")]
    [True, True, False, False]
    """
    # Many scripts write vowels as marks on a letter, and macOS writes umlauts in this way.
    text = "".join(map(_as_ascii, re.sub("(?<=m)[²³]", "", unicodedata.normalize("NFC", name))))
    is_sentence = len(text) > _MAX_NAME or "?" in text
    return (
        sum(character.isdigit() for character in text) <= _MAX_DIGITS
        and _SHOWABLE.fullmatch(text) is not None
        and (not is_sentence or text.rstrip().endswith(_ENDS_OF_QUESTIONS))
    )


def _as_ascii(character: str) -> str:
    """Return a letter of any script as `x`, and punctuation as `'`, as `_SHOWABLE` expects."""
    if character.isascii() or character == "°":
        return character
    if character.isalpha():
        return "x"
    category = unicodedata.category(character)
    if category in _MARKS:
        return _MARK
    if category in {"Pi", "Pf", "Pd"} or character in _MARKS_OF_QUESTIONS:
        return "'"
    # Punctuation of full width in Chinese and Japanese forms, and signs of units such as ㎡, ℃ and №.
    if category.startswith("P") or category == "So":
        plain = unicodedata.normalize("NFKC", character)
        return plain if plain.replace("°", "").isascii() else _NEVER
    return {"Sc": "$", "Zs": " "}.get(category, _NEVER)


def folded(name: str) -> str:
    """Return a column name for comparison: without surrounding blanks, in lower case."""
    return name.strip().casefold()


def names_an_identifier(name: str) -> bool:
    """Return whether a name is that of a number or code which identifies something, and counts nothing.

    >>> [names_an_identifier(name) for name in ("Kundennr.", "customer no", "vessel_imo")]
    [True, True, True]
    >>> [names_an_identifier(name) for name in ("Menge", "Number of items", "numbering", "net")]
    [False, False, False, False]
    """
    words = in_plain_letters(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name))
    return _IDENTIFIER.search(re.sub(r"[^a-z0-9]+", " ", words).strip()) is not None


def numbers_of_repeats(names: Sequence[str]) -> tuple[str, ...]:
    """Return the suffixes of columns with the same name: `_2` for the second, `_3` for the third.

    The suffix is empty if another column has the numbered name itself, so that the names stay duplicate.

    >>> numbers_of_repeats(["Saldo", "Währung", "Betrag", "Währung"])
    ('', '', '', '_2')
    """
    texts, seen = [folded(name) for name in names], Counter[str]()
    numbers = []
    for text in texts:
        seen[text] += 1
        number = f"_{seen[text]}" if text and seen[text] > 1 else ""
        numbers.append("" if number and f"{text}{number}" in texts else number)
    return tuple(numbers)


def numbered(names: Sequence[str]) -> tuple[str, ...]:
    """Return the names for comparison; the second column of a name is `name_2`, the third `name_3`."""
    return tuple(
        f"{folded(name)}{number}" for name, number in zip(names, numbers_of_repeats(names), strict=True)
    )


def unnumbered(name: str) -> str:
    """Return the name without the number of a second column.

    >>> unnumbered("vorname_2")
    'vorname'
    """
    return re.sub(r"_[0-9]{1,3}$", "", name)


def made_up_name(position: int) -> str:
    """Return the generated name of a column without a name; positions count from 1."""
    return f"column_{position}"


def unused_name(name: str, used: Collection[str]) -> str:
    """Return the name with as many trailing underscores as needed to be unused.

    >>> unused_name("column_2", {"id", "column_2"})
    'column_2_'
    """
    return unused_name(f"{name}_", used) if name in used else name
