"""The context of a short card number: the text around 12 or 13 digits that shows that they are a card's, and no article or phone number."""

from __future__ import annotations

import re

# Names of cards, in the languages of Headgate's users, of the schemes that issue 12 and 13 digits, and of verification codes. The markers
# `[PAN ****1111]` and `[CVV]` are no names, so that a text redacted once stays as it is.
_CARD_NAMES = (
    r"(?:credit|debit|payment|bank)?[\W_]?cards?|(?:kredit|bank)?karten?|cartes?|tarjetas?|cart(?:ão|ao|a di credito)|kaart"
    r"|(?:kredit|betal)kort|kort(?=nummer)|(?<!\[)pan|visa|maestro|mastercard"
)
_NAMED = re.compile(
    rf"(?<![^\W\d_])(?:{_CARD_NAMES})(?:[\W_]?(?:numbers?|nummer|num|no|nr))?(?![^\W\d_])"
    r"|(?<![^\W\d_\[])(?:cvv2?|cvc2?|cvn2?|security[\W_]?code)(?![^\W\d_])",
    re.IGNORECASE,
)
# An expiry from 2020 to 2039 (`12/27`, `exp 1227`), or the rest of a magnetic track (ISO/IEC 7813).
_EXPIRY_OR_TRACK = re.compile(
    r"[\s,;|/-]{1,3}(?:(?:0?[1-9]|1[0-2]) ?[/.-] ?(?:20)?[23][0-9]"
    r"|exp(?:iry|ires)?[.:]? ?(?:0?[1-9]|1[0-2]) ?[/.-]? ?(?:20)?[23][0-9])(?![0-9])"
    r"|[=^D][0-9]{4}|\^[^^\n]{2,26}\^[0-9]{4}",
    re.IGNORECASE,
)


def has_context(text: str, start: int, stop: int) -> bool:
    """Return whether the text around a number shows that it is a card's: a name in the same line, or an expiry or a track behind it."""
    if _EXPIRY_OR_TRACK.match(text, stop):
        return True
    end = text.find("\n", stop)
    return _NAMED.search(text, text.rfind("\n", 0, start) + 1, end if end >= 0 else len(text)) is not None


def names_a_card(name: str) -> bool:
    """Return whether a column's name is a context for every value in it."""
    return _NAMED.search(name) is not None
