"""How the leak scanner searches declared columns: the gate's rules, read a second time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from headgate.contracts.model import Content, Kind
from headgate.quality.card_scan import LONGEST

if TYPE_CHECKING:
    from collections.abc import Iterable

    from headgate.contracts.model import Column, Contract

# Column → how many digits a number must have to count without a context. More than any number has: only with
# a context.
Fewest = Mapping[str, int]
Declared = Mapping[str, Fewest]  # by dataset or table
NOT_SEARCHED = 100  # neither for card numbers nor for verification codes
_ONLY_WITH_CONTEXT = LONGEST + 1
_OTHER_NUMBERS, _ARTICLE_NUMBERS = 16, 15
_AS_LONG = {Content.BANK_ACCOUNT, Content.TRACKING_NUMBER, Content.IDENTIFIER}


def declared_columns(contracts: Iterable[Contract]) -> Declared:
    """Return for each contract its columns that are not searched as any other column is."""
    return {contract.dataset: fewest for contract in contracts if (fewest := fewest_digits(contract))}


def fewest_digits(contract: Contract) -> Fewest:
    """Return the columns of one contract that declare what numbers they hold."""
    digits = {column.name: _fewest(column) for column in contract.columns}
    return {name: fewest for name, fewest in digits.items() if fewest}


def _fewest(column: Column) -> int:
    if column.no_cards or (column.unmasked and column.type.kind is not Kind.STRING):
        return NOT_SEARCHED
    if column.content:
        return _ONLY_WITH_CONTEXT if column.content in _AS_LONG else _OTHER_NUMBERS
    return _ARTICLE_NUMBERS if column.unmasked else 0
