"""The use of quotes in files, as their contract declares it: `headgate.quotes: none`.

By default quotes enclose values under RFC 4180, and a file whose quotes contradict this is rejected.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from headgate.errors import ContractError

if TYPE_CHECKING:
    from headgate.contracts.model import Contract

QUOTES_PROPERTY = "headgate.quotes"


class QuoteUse(StrEnum):
    """The use of `"` in the CSV files of a contract."""

    NONE = "none"  # a quote is a character of its value
    ENCLOSING = "enclosing"  # quotes enclose values, and those in other places are characters


def stated_quotes(contract: Contract | None) -> QuoteUse | None:
    """Return the use of quotes that a contract declares; None without a declaration or without a contract.

    Raises:
        ContractError: the property has another value.
    """
    use = contract.properties.get(QUOTES_PROPERTY) if contract else None
    if contract is None or use is None:
        return None
    if use not in [*QuoteUse]:
        raise ContractError(
            f"{contract.id}: {QUOTES_PROPERTY} is {use!r}. Remedy: write none if quotes are characters of "
            "the values, or enclosing if they enclose values"
        )
    return QuoteUse(str(use))
