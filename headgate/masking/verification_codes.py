"""Find card verification codes (CVV, CVC, CSC and others) after their names and beside card numbers."""

import re
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headgate.contracts.code_names import CODE_NAMES, NAMES_BESIDE_CARD, WHOLE_NAMES, names_in_text
from headgate.masking.characters import FEW_BYTES, keyboard_text, may_hold_three_digits
from headgate.values.cells import NO_ROWS, Rows, bool_array, flags, int_array, marked, text_array, text_bytes

Flags = np.ndarray[Any, np.dtype[np.bool_]]
# Words between a code's name and the code: `number is`, `ist`, `de la carte`.
_CARD_WORDS = (
    r"(?:(?:credit|debit|bank|kredit)[\W_]?)?(?:cards?|karten?)|cartes?(?:[ ]bancaire|[ ]bleue)?"
    r"|tarjetas?|carta|(?:credit)?kaart"
)
_OF_CARD = (
    r"(?:(?:of|on|the|my|der|die|auf|meiner|de|la|ma|mi|sur|en|della|mia|van|op"
    rf"|mijn)[\W_]{{1,3}}){{1,3}}(?:{_CARD_WORDS})"
)
_FILLER = rf"(?:(?:is|no|number|code|value|ist|lautet|est|es|è|nr|nummer|{_OF_CARD})[\W_]{{0,4}}){{0,2}}"
_FOREIGN = names_in_text(CODE_NAMES)
_AFTER_CARD = (
    r"(?:(?:and|with|und|mit|et|avec|con|met|y|e|en)[ "
    rf"])?(?:{names_in_text((*NAMES_BESIDE_CARD, *WHOLE_NAMES))}|{_FOREIGN})"
    rf"[\W_]{{1,6}}{_FILLER}"
)
# Text after a card number: its expiry, which stays, and its verification code, optionally with a name.
_CODE = (
    rf"(?:(?P<gap>[ \t,;:|/#(\[-]{{1,4}}(?:{_AFTER_CARD})?|[ \t]*[\r\n]+[ "
    rf"\t]*{_AFTER_CARD})\d{{3,4}}(?!\w|[.,:/-]\d)"
    r"|(?P<below>[ \t]*[\r\n]+[ \t]*)\d{3,4}(?=[ \t]*(?:[\r\n]|\Z)))"
)
_BESIDE_CARD = re.compile(
    r"(?P<expiry>[ \r\n,;|/-]{1,3}(?:exp(?:iry|ires|\.)?:?[ ]?)?"
    r"(?P<date>(?:0?[1-9]|1[0-2])[ ]?[/|.-][ ]?(?:20)?\d\d|(?:0[1-9]|1[0-2])(?:20)?\d\d"
    r"|20\d\d[/.-](?:0[1-9]|1[0-2])"
    r"|(?:0?[1-9]|1[0-2])[ \t,;]{1,2}(?:20)?[2-4]\d)?)?" + _CODE,
    re.IGNORECASE,
)
# A code attached to the number, or to an expiry that is attached to the number. Four digits that may be an
# expiry do not count.
_MMYY, _YYMM = r"(?:0[1-9]|1[0-2])[23]\d", r"[23]\d(?:0[1-9]|1[0-2])"
_GLUED = re.compile(rf"(?P<expiry>{_MMYY})?\d{{3}}(?!\d)|(?!{_MMYY}|{_YYMM})\d{{4}}(?!\d)")
# A verification code after its name, or after a name that ends with it, such as `card_cvv` and `cardCvc`;
# letters and digits directly before and after it belong to an id. The marker `[CVV]` is not a name. Letters
# are ASCII: without `a`, ignoring case also matches U+017F as s and U+0131 as i, which `_rows_with_name` does
# not find.
_LONG_NAMES = r"(?a:security)[\W_]{0,3}code|card[\W_]{0,3}(?a:verification)[\W_]{0,3}(?:value|code|number)"
_CVV_NAMES = r"(?!(?<=\[)(?-i:CVV)\])cvv2?"
_NAMES = rf"{_CVV_NAMES}|cvc2?|cvn2?|(?<![A-Za-z])cav2|{_LONG_NAMES}|{_FOREIGN}"
_AMBIGUOUS = rf"(?<![A-Za-z])(?a:csc)|(?<![\w-])(?:{names_in_text(WHOLE_NAMES)})"
_BEGINS = r"(?=[^\W\d_]|\[)"  # a letter or a marker: the search skips other characters
_NO_WORD_BEFORE, _GAP = r"(?<![^\W_])", r"[\W_]{0,6}"
_THREE_OR_FOUR = rf"{_FILLER})\d{{3,4}}(?![^\W_])"
# Beside the word card, or after a masked card number; the code of a gift card is not a payment code.
_SHORT = rf"(?:{names_in_text((*NAMES_BESIDE_CARD, *WHOLE_NAMES))})"
_BEHIND_MASKED = rf"\[PAN[ ]\*{{4}}\d{{4}}\][\W_]{{1,4}}{_SHORT}[\W_]"
_BY_CARD = (
    rf"(?<!gift[ -]){_NO_WORD_BEFORE}(?:{_CARD_WORDS})[\W_]{{1,4}}{_SHORT}[\W_]"
    rf"|{_NO_WORD_BEFORE}{_SHORT}[\W_]{{1,3}}{_OF_CARD}[\W_]"
    rf"|{_BEHIND_MASKED}"
)
_NAMED = re.compile(
    rf"({_BEGINS}(?:{_NO_WORD_BEFORE}(?:{_NAMES}|{_AMBIGUOUS})|(?:{_NAMES}|{_AMBIGUOUS})[\W_]"
    rf"|{_BY_CARD}){_GAP}{_THREE_OR_FOUR}",
    re.IGNORECASE,
)
# Only these cause a row to be refused: products are also called CSC500 and CSC-500, and years and amounts are
# not codes.
_CERTAIN = re.compile(
    rf"({_BEGINS}(?:{_NO_WORD_BEFORE}{_CVV_NAMES}|(?:{_NAMES}|(?:{_AMBIGUOUS})(?=\s{{0,2}}[:=#]))[\W_]"
    rf"|{_BEHIND_MASKED}){_GAP}{_THREE_OR_FOUR}(?![/.-]\d)",
    re.IGNORECASE,
)
_SOME_LETTER = re.compile(rb"[CPVcpv\x80-\xff]")  # each name in ASCII contains one
_LOWER_BIT = np.uint8(0x20)  # set in ASCII's small letters, but not in capitals
_MARKER = b"[CVV]"
_LONGEST_LOOKAHEAD = len("cherh")
_ACCENT_LEAD = 0xC3 | 0x20  # the first byte of é, ó and ü
_COMBINING_LEAD = 0xCC | 0x20
# Of the many rows with "cod" or "prü", those that may contain a name; `code` and the like need a card nearby.
_CARD_HINT = r"(?:car[dt]|kart|kaart|tarjeta|\[PAN )"
_CODE_HINT = r"c(?:o\p{M}?|\x{f3})di?"
_MAYBE_NAMED = (
    rf"(?is)segurid|{_CARD_HINT}.{{0,25}}{_CODE_HINT}|{_CODE_HINT}.{{1,40}}{_CARD_HINT}"
    r"|pr(?:\x{fc}|u\p{M}?|ue)f.{0,3}(?:n[ur]|zif|code|wert)|kpn|sicherheits.{0,3}(?:code|num)|crypto"
)
_FULL_WIDTH_LETTERS, _FULL_WIDTH_LEAD_BYTE = r"[\x{ff21}-\x{ff5a}]", 0xEF


def redact_named_codes(text: pa.Array) -> pa.Array:
    """Return the text with `[CVV]` for every verification code after its name."""
    rows = _rows_with_name(text)
    if not len(rows):
        return text
    redacted = [_redact(cell) for cell in text.take(int_array(rows)).to_pylist()]
    return pc.replace_with_mask(text, bool_array(marked(rows, len(text))), text_array(redacted))


def rows_with_named_codes(text: pa.Array) -> Rows:
    """Return the rows whose text contains a verification code after its name.

    A product number such as CSC500 does not count.
    """
    candidates = _rows_with_name(text)
    cells = text.take(int_array(candidates)).to_pylist()
    named: Rows = candidates[np.array([bool(_CERTAIN.search(_as_searched(cell))) for cell in cells], bool)]
    return named


def code_behind_card(text: str, stop: int) -> tuple[str, int]:
    """Return the replacement and the end of the code after a card number that ends at `stop`.

    >>> code_behind_card("[PAN ****1111] 123 paid", 14)
    (' [CVV]', 18)
    """
    if glued := _GLUED.match(text, stop):
        return f"{glued['expiry'] or ''}[CVV]", glued.end()
    code = _BESIDE_CARD.match(text, stop)
    return (f"{code['expiry'] or ''}{code['gap'] or code['below']}[CVV]", code.end()) if code else ("", stop)


def _rows_with_name(text: pa.Array) -> Rows:
    """Return rows with three consecutive digits that may name a verification code, by letters of names."""
    data, starts = text_bytes(text)
    if not may_hold_three_digits(data) or (len(data) <= FEW_BYTES and not _SOME_LETTER.search(data.data)):
        return NO_ROWS
    letters = np.zeros(len(data) + _LONGEST_LOOKAHEAD, np.uint8)
    np.bitwise_or(data, _LOWER_BIT, out=letters[: len(data)])
    of_c, of_v = (np.flatnonzero(letters == ord(letter)) for letter in "cv")
    second, third = letters[of_c + 1], letters[of_c + 2]
    named = (second == ord("s")) & (third == ord("c"))
    named |= (second == ord("u")) & (third == ord("r"))  # as in "security"
    before, after = letters[of_v - 1], letters[of_v + 1]
    codes = (
        (before == ord("c"))
        & ((after == ord("v")) | (after == ord("c")) | (after == ord("n")))
        & ~_are_markers(data, of_v)
    )
    codes |= (before == ord("a")) & (after == ord("2"))  # "cav2"
    # "verification" and "beveiligingscode"
    codes |= (after == ord("e")) & (letters[of_v + 2] == ord("r")) & (letters[of_v + 3] == ord("i"))
    codes |= (after == ord("e")) & (letters[of_v + 2] == ord("i")) & (letters[of_v + 3] == ord("l"))
    of_p = np.flatnonzero(letters == ord("p"))
    after_r = letters[of_p + 2]  # as in "Prüfnummer"
    checks = (letters[of_p + 1] == ord("r")) & ((after_r == ord("u")) | (after_r == _ACCENT_LEAD))
    checks |= (letters[of_p - 1] == ord("k")) & (letters[of_p + 1] == ord("n"))  # "KPN"
    rows = np.searchsorted(starts, np.concatenate((of_c[named], of_v[codes])), "right") - 1
    common = np.concatenate((of_c[_begins_foreign_name(letters, of_c)], of_p[checks]))
    many = np.unique(np.searchsorted(starts, common, "right") - 1)
    rows = np.concatenate((rows, _matching(text, many, _MAYBE_NAMED), _rows_in_full_width(text)))
    return _matching(text, np.unique(rows), r"\p{Nd}{3}")


def _are_markers(data: np.ndarray[Any, np.dtype[np.uint8]], of_v: Rows) -> Flags:
    """Return whether each v is the first one of a marker `[CVV]`, which is not a name."""
    within = np.flatnonzero((of_v >= _MARKER.index(b"V")) & (of_v + len(b"V]") < len(data)))
    markers = np.zeros(len(of_v), bool)
    first = of_v[within] - _MARKER.index(b"V")
    markers[within] = np.logical_and.reduce(
        [data[first + place] == octet for place, octet in enumerate(_MARKER)]
    )
    return markers


def _begins_foreign_name(letters: np.ndarray[Any, np.dtype[Any]], of_c: Rows) -> Flags:
    """Return which c begin the rest of `Sicherheit`, or `cryptogramme`, `code`, `código` or `codice`.

    `sécurité` and `sicurezza` contain the letters of `security`.
    """
    first, second = letters[of_c + 1], letters[of_c + 2]
    is_name: Flags = (first == ord("h")) & (letters[of_c + 3] == ord("r")) & (letters[of_c + 4] == ord("h"))
    is_name |= (first == ord("r")) & (second == ord("y"))
    is_name |= (first == ord("o")) & ((second == ord("d")) | (second == _COMBINING_LEAD))
    is_name |= first == _ACCENT_LEAD
    return is_name


def _rows_in_full_width(text: pa.Array) -> Rows:
    data, starts = text_bytes(text)
    rows = np.unique(np.searchsorted(starts, np.flatnonzero(data == _FULL_WIDTH_LEAD_BYTE), "right") - 1)
    return _matching(text, rows, _FULL_WIDTH_LETTERS)


def _matching(text: pa.Array, rows: Rows, pattern: str) -> Rows:
    matched: Rows = (
        rows[flags(pc.match_substring_regex(text.take(int_array(rows)), pattern))] if len(rows) else rows
    )
    return matched


def _redact(text: str) -> str:
    parts: list[str] = []
    at = 0
    for code in _NAMED.finditer(_as_searched(text)):
        parts += (text[at : code.end(1)], "[CVV]")
        at = code.end()
    return "".join((*parts, text[at:]))


def _as_searched(text: str) -> str:
    """Return the text in keyboard characters.

    A full-width name in brackets does not become the marker of a redacted code.
    """
    return text if text.isascii() else keyboard_text(text.replace("[CVV]", "[xxx]")).replace("[CVV]", "[cvv]")
