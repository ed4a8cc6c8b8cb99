"""The encoding that a contract declares for files whose bytes do not show one: `headgate.encoding:
windows-1250`.
"""

from __future__ import annotations

import codecs
import string
from typing import TYPE_CHECKING

from headgate.errors import ContractError

if TYPE_CHECKING:
    from headgate.contracts.model import Contract

ENCODING_PROPERTY = "headgate.encoding"
_UNMARKED = ("utf-16-le", "utf-16-be")
_BEYOND_ASCII = "éЖβ日あ한ł"


def stated_encoding(contract: Contract | None) -> str:
    """Return Python's name of the declared encoding; empty without a declaration or without a contract.

    Raises:
        ContractError: the encoding is unknown, or cannot be distinguished from ASCII.
    """
    encoding = contract.properties.get(ENCODING_PROPERTY) if contract else None
    if contract is None or encoding is None:
        return ""
    try:
        name = codecs.lookup(str(encoding)).name
        is_known = name in _UNMARKED or _keeps_ascii(name)
    except (LookupError, UnicodeError, ValueError):  # ValueError: the name contains a zero byte
        is_known = False
    if not is_known:
        raise ContractError(
            f"{contract.id}: {ENCODING_PROPERTY}: {encoding!r} is not an encoding for files without a "
            "byte-order mark. "
            "Remedy: use one such as windows-1250, windows-1251, iso-8859-2, shift_jis, gb18030 or utf-16-le"
        )
    return name


def _keeps_ascii(name: str) -> bool:
    """Return whether the encoding leaves ASCII unchanged and has other bytes for other characters, so that it
    can be recognized.
    """
    beyond = [character.encode(name, "ignore") for character in _BEYOND_ASCII]
    return (
        string.printable.encode(name) == string.printable.encode()
        and any(beyond)
        and not any(encoded and encoded.isascii() for encoded in beyond)
    )
