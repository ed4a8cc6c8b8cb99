"""Which columns are sensitive, and which single values may not be shown although their column may.

A profile goes where the data may not: of a sensitive column it tells counts only.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from headgate.profiling.arrays import as_places, spread

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pyarrow as pa

HIDDEN = "[hidden]"
# Names under which people keep what PCI DSS v4.0.1 (req. 3) and privacy law protect.
_SENSITIVE_NAME = re.compile(
    r"(?:^|_)(?:pan|cc|ccn|cvv2?|cvc2?|csc|cid|ssn|sin|iban|passport|track[12]?|password|pwd|secret|pin)(?:_|$)"
    r"|(?:card|account)_?(?:number|num|no|nr|pan)(?:_|$)|credit_?card|social_?security|security_?code"
)
_DIGITS = re.compile(r"(?<!\d)\d(?:[ .\-]{0,3}\d){11,18}(?!\d)")
_SSN = re.compile(r"(?<!\d)\d{3}[- ]\d{2}[- ]\d{4}(?!\d)")
_SAMPLE = 2048
# One number in ten has a right check digit by chance; three in ten do not happen by chance.
_CARD_SHARE = 0.3
_SHARE_IN_TEXT = 0.01
_FEW = 10
_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def is_sensitive_name(name: str) -> bool:
    """Whether a column's name says that it holds card data or a person's number."""
    return bool(_SENSITIVE_NAME.search(re.sub(r"[^a-z0-9]+", "_", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower())))


def column_names(names: Iterable[str]) -> list[str]:
    """Names as they may be told: a number stands behind one that is blank or came before, and for one that may be a value."""
    found: dict[str, None] = {}
    for place, name in enumerate(names, 1):
        told = "" if is_secret(name) else name
        found[told if told and told not in found else f"{told}#{place}"] = None
    return list(found)


def holds_secrets(unique: pa.Array, *, numeric: bool) -> bool:
    """Whether a column's different texts look like card numbers or social security numbers; a fixed sample of them is looked at."""
    looked_at = unique.take(as_places(spread(len(unique), _SAMPLE))).drop_null().to_pylist()
    hits = sum(map(is_secret, looked_at))
    enough = _CARD_SHARE if numeric and len(looked_at) >= _FEW else _SHARE_IN_TEXT
    return hits > enough * len(looked_at)


def is_secret(text: str) -> bool:
    """Whether the text holds twelve to nineteen digits that may be a card number, or a written-out SSN."""
    return bool(_SSN.search(text)) or any(_luhn(found[0]) for found in _DIGITS.finditer(text))


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
