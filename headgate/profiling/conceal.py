"""Which columns are sensitive, and which single values may not be shown although their column may.

A profile goes where the data may not: of a sensitive column it tells counts only.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import accumulate, chain
from typing import TYPE_CHECKING

from headgate.profiling.arrays import as_places, spread

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pyarrow as pa

HIDDEN = "[hidden]"
_DIGITS = re.compile(r"(?<!\d)\d(?:[\s.,/_\-]{0,3}\d){11,}(?!\d)")
_GROUP = re.compile(r"\d+")
# First digits and lengths of card numbers. Source: the schemes' ranges, as `headgate.masking.card_numbers` has them, in fewer steps.
_ISSUED = re.compile(
    r"4\d{15}(?:\d{2,3})?|(?:5[1-5]|2[2-7])\d{14}|3[47]\d{13}|3[0689]\d{12,17}|35\d{14,17}|6(?:011|4|5|2)\d{12,17}|(?:5[06-8]|6[37])\d{12,17}"
)
_SSN = re.compile(r"(?<!\d)\d{3}[-. /]\d{2}[-. /]\d{4}(?!\d)")
_WRITTEN_BLANK = re.compile("%20|&nbsp;|&#160;")  # as in addresses and in HTML
# Between groups as cards have them more signs may stand, as in 4111|1111; a field of nineteen digits may be filled up with zeros.
_GAP = r"[\W_]{1,8}"
_PRINTED = re.compile(rf"(?<!\d)(?=(\d{{4}}(?:{_GAP}\d{{4}}){{2,4}}(?:{_GAP}\d{{1,3}})?(?!\d)|\d{{4}}{_GAP}\d{{6}}{_GAP}\d{{4,5}}(?!\d)))")
_PADDED = re.compile(r"(?<!\d)(?=\d{19}(?!\d))0+([1-9]\d{13,17})(?!\d)")
# A code or a social security number behind its name. Codes are named as at the gate, whose room this one may not look into; but things
# are called CSC500, too.
_NAMES = r"cvv2?|cvc2?|cvn2?|(?<![a-z])cav2|security[\W_]{0,3}code|card[\W_]{0,3}verification[\W_]{0,3}(?:value|code|number)"
_NAMED = re.compile(
    rf"(?:(?<![^\W_])(?:{_NAMES})|(?:{_NAMES}|(?<![a-z])csc)[\W_])[\W_]{{0,6}}"
    r"(?:(?:is|no|number|code|value)[\W_]{0,4}){0,2}\d{3,4}(?![^\W_])"
    r"|(?:(?<![0-9a-z])ssns?|(?-i:(?<=[a-z])S(?:sn|SN))|social.?security(?:.?(?:number|no))?)"
    r"[\W_]{0,6}\d{3}[-. /]?\d{2}[-. /]?\d{4}(?![0-9a-z])",
    re.IGNORECASE,
)
_TAKEN_OUT = "[CVV]"  # stands where a code stood: what is behind it is none
_CODE = re.compile(r"\d{3,4}")
_SHORTEST, _LONGEST = 12, 19
_SAMPLE = 2048
_MOST = 0.9
# One number in ten has a right check digit by chance; three in ten do not happen by chance.
_CARD_SHARE = 0.3
_SHARE_IN_TEXT = 0.01
_FEW = 10
_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def column_names(names: Iterable[str]) -> list[str]:
    """Names as they may be told: a number stands behind one that is blank or came before, and for one that may be a value."""
    found: dict[str, None] = {}
    for place, name in enumerate(names, 1):
        told = "" if is_secret(name) else name
        found[told if told and told not in found else f"{told}#{place}"] = None
    return list(found)


def holds_secrets(unique: pa.Array, *, numeric: bool) -> bool:
    """Whether a column's different texts look like card numbers or social security numbers; a fixed sample of them is looked at."""
    looked_at = _sample(unique)
    hits = sum(map(is_secret, looked_at))
    enough = _CARD_SHARE if numeric and len(looked_at) >= _FEW else _SHARE_IN_TEXT
    return hits > enough * len(looked_at) or sum(map(_begins_as_a_card, looked_at)) > _MOST * len(looked_at)


def _begins_as_a_card(text: str) -> bool:
    """Whether the whole text is a number that begins and is as long as an issuer's, right check digit or not.

    Thirteen digits are left out: whole ranges of barcodes begin like cards of that length, which no one issues any more.
    """
    plain = _typed(text).strip()
    return bool(_DIGITS.fullmatch(plain)) and bool(_ISSUED.fullmatch("".join(sign for sign in plain if sign.isdecimal())))


def may_hold_cards(unique: pa.Array) -> bool:
    """Whether some of a column's different texts may be card numbers; a fixed sample of them is looked at."""
    return any(is_secret(text) and not _SSN.search(_typed(text)) for text in _sample(unique))


def may_hold_codes(unique: pa.Array) -> bool:
    """Whether nearly all of a column's different texts are three or four digits, as the verification codes beside card numbers are."""
    looked_at = _sample(unique)
    return bool(looked_at) and sum(bool(_CODE.fullmatch(text)) for text in looked_at) >= _MOST * len(looked_at)


def _sample(unique: pa.Array) -> list[str]:
    looked_at: list[str] = unique.take(as_places(spread(len(unique), _SAMPLE))).drop_null().to_pylist()
    return looked_at


def is_secret(text: str) -> bool:
    """Whether the text holds twelve to nineteen digits that may be a card number, a written-out SSN, or a code or an SSN that is named."""
    plain = _WRITTEN_BLANK.sub(" ", _typed(text.replace(_TAKEN_OUT, "[x]")))
    if _SSN.search(plain) or _NAMED.search(plain) or any(map(_luhn, _whole_groups(plain))):
        return True
    return any(_ISSUED.fullmatch(found[1]) and _luhn(found[1]) for found in _PADDED.finditer(plain))


def _whole_groups(text: str) -> Iterator[str]:
    """The texts of twelve to nineteen digits that begin and end with a group of digits: what stands beside a number is no part of it."""
    for found in chain(_DIGITS.finditer(text), _PRINTED.finditer(text)):
        groups = _GROUP.findall(found[found.re.groups])
        for first in range(len(groups)):
            # Every group has a digit, so further ones make it too long; a list of a thousand numbers would cost a thousand times as much.
            yield from (digits for digits in accumulate(groups[first : first + _LONGEST]) if _SHORTEST <= len(digits) <= _LONGEST)


def _typed(text: str) -> str:
    """The text with digits, blanks and hyphens as a keyboard has them, without what cannot be seen."""
    if text.isascii():
        return text
    plain = unicodedata.normalize("NFKC", text)
    return "".join("-" if unicodedata.category(sign) == "Pd" else sign for sign in plain if unicodedata.category(sign) != "Cf")


def shown(text: str) -> str:
    """The text, or a mark in its place where it may be a card number or a social security number."""
    return HIDDEN if is_secret(text) else text


def shown_number(text: str) -> str:
    """As `shown`, for a number: its decimals are no digits of a card number."""
    return HIDDEN if is_secret(text.partition(".")[0]) else text


def _luhn(text: str) -> bool:
    """As ISO/IEC 7812-1, annex B has it; no scheme issues numbers that begin with 0, 1 (but for JCB's old 1800) or 7."""
    spelled = "".join(sign for sign in text if sign.isdecimal())
    if spelled.startswith(("0", "1", "7")) and not spelled.startswith(("0604", "1800")):
        return False
    digits = [int(sign) for sign in reversed(spelled)]
    return (sum(digits[0::2]) + sum(_DOUBLED[digit] for digit in digits[1::2])) % 10 == 0
