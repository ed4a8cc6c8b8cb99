"""Declarations that columns have no card numbers, in a contract or for the complete lake.

Neither the gate nor the card-data audit searches declared columns for card numbers and verification codes.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from headgate.contracts.model import Column, Contract, Mask
from headgate.contracts.no_cards import NoCards
from headgate.errors import ContractError

PROPERTY = "headgate.no_cards"
_CARD_MASKS = {Mask.PAN, Mask.CVV, Mask.TRACK}


def of_column(place: str, own: Mapping[str, Any], mask: Mask | None) -> NoCards | None:
    """Return the declaration of a column."""
    if PROPERTY not in own:
        return None
    if mask in _CARD_MASKS:
        raise ContractError(
            f"{place}: headgate.mask is {mask}, so {PROPERTY} cannot be declared. Remove one of the two."
        )
    return NoCards.read(f"{place}: {PROPERTY}", own[PROPERTY])


def declared_by_lake(contract: Contract, lake: NoCards | None) -> Contract:
    """Return the contract with the lake's declaration on its columns.

    A contract with a card column is unchanged.
    """
    if lake is None or any(column.mask in _CARD_MASKS for column in contract.columns):
        return contract
    return replace(
        contract,
        columns=tuple(replace(column, no_cards=column.no_cards or lake) for column in contract.columns),
    )


def declarations_by_dataset(contracts: Iterable[Contract]) -> dict[str, str]:
    """Return dataset or table → its declared columns, with the person, day and reason of each declaration.

    Datasets without declarations are left out. A column with `headgate.content` or `headgate.mask: none` is
    listed without a person, because it is searched less as well.
    """
    texts = {contract.dataset: "; ".join(_declarations(contract)) for contract in contracts}
    return {dataset: text for dataset, text in texts.items() if text}


def _declarations(contract: Contract) -> list[str]:
    """Return each distinct declaration of a contract with its columns."""
    columns: defaultdict[str, list[str]] = defaultdict(list)
    for column in contract.columns:
        if declaration := _declaration(column):
            columns[declaration].append(column.name)
    return [f"{', '.join(names)} ({declaration})" for declaration, names in columns.items()]


def _declaration(column: Column) -> str:
    """Return a column's declaration, or the property that exempts it from the search; else an empty text."""
    if column.no_cards:
        return f"{column.no_cards.declared_by}, {column.no_cards.declared_on}: {column.no_cards.reason}"
    if column.content:
        return f"nobody named: headgate.content {column.content}"
    return "nobody named: headgate.mask none" if column.unmasked else ""
