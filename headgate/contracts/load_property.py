"""The declaration that each load of a dataset is complete: `headgate.load: full`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.errors import ContractError

if TYPE_CHECKING:
    from headgate.contracts.model import Contract

LOAD, SMALLEST_SHARE = "headgate.load", "headgate.smallestLoad"
_FULL, _DEFAULT_SHARE = "full", 0.5


def is_full(contract: Contract | None) -> bool:
    """Return whether each file or run has all rows, so that rows missing from the newest one are deleted.

    Raises:
        ContractError: the contract declares another kind of load.
    """
    kind = contract.properties.get(LOAD) if contract else None
    if contract is None or kind is None:
        return False
    if kind != _FULL:
        raise ContractError(f"{contract.id}: {LOAD} may only be {_FULL}")
    return True


def smallest_share(contract: Contract) -> float:
    """Return the share of a table's rows, 0..1, that must remain in the next load.

    Raises:
        ContractError: the property is not a number from 0 to 1.
    """
    share = contract.properties.get(SMALLEST_SHARE, _DEFAULT_SHARE)
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 1:
        raise ContractError(f"{contract.id}: {SMALLEST_SHARE} must be a number from 0 to 1, such as 0.5")
    return float(share)
