"""The leak scanner's thresholds for declared columns: an independent implementation of the gate's rules."""

from collections.abc import Iterable, Mapping

from headgate.contracts.model import Column, Content, Contract, Kind
from headgate.quality.card_scan import MAX_DIGITS

# Column → the minimum digits of a number that counts without a context; above the maximum, all need a
# context.
Fewest = Mapping[str, int]
Declared = Mapping[str, Fewest]  # by dataset or table
NOT_SEARCHED = 100  # for card numbers and verification codes
_ONLY_WITH_CONTEXT = MAX_DIGITS + 1
_OTHER_NUMBERS, _ARTICLE_NUMBERS = 16, 15
_AS_LONG = {Content.BANK_ACCOUNT, Content.TRACKING_NUMBER, Content.IDENTIFIER}


def declared_columns(contracts: Iterable[Contract]) -> Declared:
    """Return the columns per dataset with another threshold than the default."""
    return {contract.dataset: fewest for contract in contracts if (fewest := fewest_digits(contract))}


def fewest_digits(contract: Contract) -> Fewest:
    """Return the columns of a contract that declare the kind of their numbers."""
    digits = {column.name: _fewest(column) for column in contract.columns}
    return {name: fewest for name, fewest in digits.items() if fewest}


def _fewest(column: Column) -> int:
    if column.no_cards or (column.unmasked and column.type.kind is not Kind.STRING):
        return NOT_SEARCHED
    if column.content:
        return _ONLY_WITH_CONTEXT if column.content in _AS_LONG else _OTHER_NUMBERS
    return _ARTICLE_NUMBERS if column.unmasked else 0
