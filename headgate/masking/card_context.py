"""Find the context of a short card number.

The context is text around 12 or 13 digits which shows that they are a card's, not an article or phone number.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING

import pyarrow.compute as pc

from headgate.values.cells import Flags, flags

if TYPE_CHECKING:
    import pyarrow as pa


# Names of cards in the languages of Headgate's users, of the schemes that issue 12 and 13 digits, and of
# verification codes. The markers `[PAN ****1111]` and `[CVV]` are not names, so that redacting a text twice
# changes nothing.
_CARD_NAMES = (
    r"(?:(?:credit|debit|payment|bank)[\W_]?)?cards?|(?:kredit|bank)?karten?|cartes?|tarjetas?|cart(?:ão"
    r"|ao|a di credito)|kaart"
    r"|(?:kredit|betal)kort|kort(?=nummer)|(?<!\[)pan|visa|maestro|mastercard"
)
_NAMED = re.compile(
    rf"(?<![^\W\d_])(?:{_CARD_NAMES})(?:[\W_]?(?:numbers?|nummer|num|no|nr))?(?![^\W\d_])"
    r"|(?<![^\W\d_\[])(?:cvv2?|cvc2?|cvn2?|security[\W_]?code)(?![^\W\d_])",
    re.IGNORECASE,
)
# Letters that each of these names contains, also in full-width form.
_SOME_NAME = "(?i)car[dt]|kart|kaart|kort|tarj|pan|visa|maest|cv[vcn]|secur|[\\x{ff21}-\\x{ff5a}]"
_LINE_END = re.compile(r"\n")
# An expiry from 2020 to 2039 (`12/27`, `exp 1227`), or the rest of a magnetic track (ISO/IEC 7813). A small d
# is a digit of hexadecimal ids.
_EXPIRY_OR_TRACK = re.compile(
    r"[\s,;|/-]{1,3}(?:(?:0?[1-9]|1[0-2]) ?[/.-] ?(?:20)?[23][0-9]"
    r"|exp(?:iry|ires)?[.:]? ?(?:0?[1-9]|1[0-2]) ?[/.-]? ?(?:20)?[23][0-9])(?![0-9])"
    r"|(?:[=^]|(?-i:D))[0-9]{4}|\^[^^\n]{2,26}\^[0-9]{4}",
    re.IGNORECASE,
)


class CardContext:
    """The card names and expiries around the numbers of one text.

    Each line is searched once, however many numbers it has.
    """

    def __init__(self, text: str, *, may_name: bool) -> None:
        self._text, self._may_name = text, may_name
        self._line_ends = [line_end.start() for line_end in _LINE_END.finditer(text)]
        self._named: dict[int, bool] = {}

    def shows_card(self, start: int, stop: int) -> bool:
        """Return whether the context shows a card: a name in its line, or an expiry or track after it."""
        return _EXPIRY_OR_TRACK.match(self._text, stop) is not None or self.names_card(start, stop)

    def names_card(self, start: int, stop: int) -> bool:
        """Return whether a line of the number contains a card's name."""
        return self._may_name and any(
            self._is_named(line)
            for line in range(bisect_left(self._line_ends, start), bisect_left(self._line_ends, stop) + 1)
        )

    def _is_named(self, line: int) -> bool:
        if line not in self._named:
            begin = self._line_ends[line - 1] + 1 if line else 0
            end = self._line_ends[line] if line < len(self._line_ends) else len(self._text)
            self._named[line] = _NAMED.search(self._text, begin, end) is not None
        return self._named[line]


def may_name_cards(text: pa.Array) -> Flags:
    """Return False for texts without a card's name, much faster than the search for names."""
    return flags(pc.match_substring_regex(text, _SOME_NAME))


def names_a_card(name: str) -> bool:
    """Return whether a column's name is a context for all of its values."""
    return _NAMED.search(name) is not None
