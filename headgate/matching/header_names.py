"""Compare names of columns, and decide which of them may be displayed."""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from functools import cache

from headgate.plain_names import in_plain_letters

# No message, log or record of a file may have a card number or SSN, nor an address of a person as a heading.
_ADDRESS = re.compile(r"\S[@\N{FULLWIDTH COMMERCIAL AT}]\S")
_MIN_DIGITS_OF_SECRET = 3  # a verification code's
# English, German, Dutch, French, Spanish and Italian, without marks.
_IDENTIFIER = re.compile(
    r"\b(?:id|no|nr|num|number|code|key|ref|reference|numero|codice|imo|mmsi|isbn|vin|uuid)$|nummer$|[a-z]{3}nr$|kennung$"
    r"|^(?:numero|n|code|codigo|codice) (?:de|du|d|del|di|della|cliente|client)\b|^codigo\b"
)


@cache
def showable(name: str) -> bool:
    """Return whether a heading may be displayed: each one but a blank one, or one with a number of a card.

    Social security numbers and addresses of e-mail are not displayed either.

    >>> [showable(name) for name in ("nitrat [mg/l]", "1.8.0 Energie [kWh]", "2027", "4" + 15 * "1", " ")]
    [True, True, True, False, False]
    """
    if not name.strip() or _ADDRESS.search(name):
        return False
    if sum(character.isdigit() for character in name) < _MIN_DIGITS_OF_SECRET:
        return True
    from headgate.masking.redaction import redact_text  # noqa: PLC0415 loads an engine

    return redact_text(name) == name


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


def is_made_up(name: str) -> bool:
    """Return whether a name may be that of a column without a displayed name.

    >>> is_made_up("column_3"), is_made_up("column_2024"), is_made_up("Tank 3")
    (True, False, False)
    """
    return re.fullmatch(r"column_[0-9]{1,3}_*", name) is not None


def unused_name(name: str, used: Collection[str]) -> str:
    """Return the name with as many trailing underscores as needed to be unused.

    >>> unused_name("column_2", {"id", "column_2"})
    'column_2_'
    """
    return unused_name(f"{name}_", used) if name in used else name
