"""Characters as a keyboard has them, so that the searches read one form: digits, hyphens, dots, blanks and full-width letters."""

from __future__ import annotations

import unicodedata

FIRST_NON_ASCII = 0x80
# Full-width forms, as Japanese and Chinese input methods write them, stand at this distance from ASCII (Unicode block FF00).
_FULL_WIDTH, _FULL_WIDTH_OFFSET = range(0xFF01, 0xFF5F), 0xFEE0
_OTHER_DOTS_AND_MINUS = {"\u2024": ".", "\u2212": "-"}


class _KeyboardForm(dict[int, str]):
    """For each character the one that a keyboard has for it; one for one, so that positions stay."""

    def __missing__(self, code: int) -> str:
        sign = chr(code)
        kind = unicodedata.category(sign)
        if kind == "Nd":
            self[code] = str(unicodedata.decimal(sign))
        elif code in _FULL_WIDTH:
            self[code] = chr(code - _FULL_WIDTH_OFFSET)
        else:
            self[code] = {"Pd": "-", "Zs": " "}.get(kind) or _OTHER_DOTS_AND_MINUS.get(sign, sign)
        return self[code]


_KEYBOARD_FORM = _KeyboardForm()


def as_typed(text: str) -> str:
    """Return the text in the characters of a keyboard, each at its own place."""
    return text if text.isascii() else text.translate(_KEYBOARD_FORM)
