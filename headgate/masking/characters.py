"""Convert characters to those of a keyboard, so that searches see one form.

These are digits, hyphens, dots, blanks and full-width letters.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

from headgate.values.cells import is_digit

if TYPE_CHECKING:
    import numpy as np

FIRST_NON_ASCII = 0x80
# Distance from ASCII of full-width forms, which Japanese and Chinese input methods write (Unicode block
# FF00).
_FULL_WIDTH, _FULL_WIDTH_OFFSET = range(0xFF01, 0xFF5F), 0xFEE0
# The searches take dozens of numpy steps: for at most this many bytes, one pattern is faster.
FEW_BYTES = 4_096
_THREE_DIGITS_OR_NON_ASCII = re.compile(rb"[0-9]{3}|[\x80-\xff]")
_OTHER_DOTS_AND_MINUS = {"\u2024": ".", "\u2212": "-"}


class _KeyboardForm(dict[int, str]):
    """The keyboard's character for each character; one for one, so that positions stay the same."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        kind = unicodedata.category(character)
        if kind == "Nd":
            self[code] = str(unicodedata.decimal(character))
        elif code in _FULL_WIDTH:
            self[code] = chr(code - _FULL_WIDTH_OFFSET)
        else:
            self[code] = {"Pd": "-", "Zs": " "}.get(kind) or _OTHER_DOTS_AND_MINUS.get(character, character)
        return self[code]


_KEYBOARD_FORM = _KeyboardForm()


def may_hold_three_digits(octets: np.ndarray[Any, np.dtype[np.uint8]]) -> bool:
    """Return False if the UTF-8 has no three consecutive digits.

    True for any non-ASCII bytes, which are not examined.
    """
    if len(octets) <= FEW_BYTES:
        return _THREE_DIGITS_OR_NON_ASCII.search(octets.data) is not None
    digit = is_digit(octets)
    return bool((digit[:-2] & digit[1:-1] & digit[2:]).any() or octets.max() >= FIRST_NON_ASCII)


def keyboard_text(text: str) -> str:
    """Return the text in keyboard characters, each at the same position."""
    return text if text.isascii() else text.translate(_KEYBOARD_FORM)
