"""Whether a contract follows the deletions of its source: `headgate.deletes: key_comparison`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.errors import ContractError

if TYPE_CHECKING:
    from headgate.contracts.model import Contract

_PROPERTY, _KEY_COMPARISON = "headgate.deletes", "key_comparison"


def follows_deletions(contract: Contract | None) -> bool:
    """Return whether the contract follows deletions.

    Raises:
        ContractError: the method is unknown, or the key is missing or masked.
    """
    method = contract.properties.get(_PROPERTY) if contract else None
    if contract is None or method is None:
        return False
    if method != _KEY_COMPARISON:
        raise ContractError(f"{contract.id}: {_PROPERTY} may only be {_KEY_COMPARISON}")
    if not contract.key:
        raise ContractError(
            f"{contract.id}: deletions are found by a primary key, and the contract declares none"
        )
    if masked := [name for name in contract.key if contract.column(name).mask]:
        raise ContractError(
            f"{contract.id}: deletions cannot be found by a key that is masked: {', '.join(masked)}"
        )
    return True
