"""Choose the columns that identify a row of a dataset: its primary key or its declared identity."""

from dataclasses import replace

from headgate.contracts.curated import LINEAGE_NAMES
from headgate.contracts.model import Contract
from headgate.errors import ContractError

PROPERTY = "headgate.identity"
APPEND, WHOLE_ROW = "append", "whole_row"


def identity_of(contract: Contract) -> str:
    """Return the identity of rows without a primary key: `append` (every row counts) or `whole_row`."""
    identity = contract.properties.get(PROPERTY, APPEND)
    if identity not in {APPEND, WHOLE_ROW}:
        raise ContractError(f"{contract.id}: {PROPERTY} is {identity!r}. State {APPEND} or {WHOLE_ROW}.")
    if contract.key and PROPERTY in contract.properties:
        raise ContractError(
            f"{contract.id}: {PROPERTY} is for contracts without a primary key. Remove the property or "
            "the key."
        )
    return str(identity)


def identified(contract: Contract) -> Contract:
    """Return the contract for deduplication: with `whole_row`, every column is part of the key."""
    return (
        replace(contract, key=contract.names)
        if not contract.key and identity_of(contract) == WHOLE_ROW
        else contract
    )


def merge_key(curated: Contract) -> tuple[str, ...]:
    """Return the columns that identify a row for the merge.

    For a dataset that appends, they are the row's file and its position in it.
    """
    if curated.key:
        return curated.key
    return (
        LINEAGE_NAMES
        if identity_of(curated) == APPEND
        else tuple(name for name in curated.names if name not in LINEAGE_NAMES)
    )
