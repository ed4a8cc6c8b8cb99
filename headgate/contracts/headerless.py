"""Files without a header: `headgate.header: none`.

Their columns are the contract's, in the contract's order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.errors import ContractError

if TYPE_CHECKING:
    from headgate.contracts.model import Contract

HEADER_PROPERTY = "headgate.header"
NO_HEADER = "none"


def has_header(contract: Contract | None) -> bool:
    """Return whether the files of a contract have a header; True without a contract.

    Raises:
        ContractError: the property has another value than `none`.
    """
    header = contract.properties.get(HEADER_PROPERTY) if contract else None
    if contract is None or header is None:
        return True
    if header != NO_HEADER:
        raise ContractError(
            f"{contract.id}: {HEADER_PROPERTY} is {header!r}; the only value it takes is {NO_HEADER!r}. "
            "Remedy: remove the property if the files have a header"
        )
    return False
