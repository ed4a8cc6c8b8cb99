"""How a dataset follows the deletions of its source: by a comparison of keys, or by complete loads.

The properties are `headgate.deletes: key_comparison`, and `headgate.load: full` with `headgate.smallestLoad`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.errors import ContractError

if TYPE_CHECKING:
    from headgate.contracts.model import Contract

_DELETES, _KEY_COMPARISON = "headgate.deletes", "key_comparison"
LOAD, SMALLEST_SHARE = "headgate.load", "headgate.smallestLoad"
_FULL, _DEFAULT_SHARE = "full", 0.5


def follows_deletions(contract: Contract | None) -> bool:
    """Return whether the contract follows deletions."""
    method = contract.properties.get(_DELETES) if contract else None
    if contract is None or method is None:
        return False
    if method != _KEY_COMPARISON:
        raise ContractError(f"{contract.id}: {_DELETES} may only be {_KEY_COMPARISON}")
    if not contract.key:
        raise ContractError(
            f"{contract.id}: deletions are found by a primary key, and the contract declares none"
        )
    if masked := [name for name in contract.key if contract.column(name).mask]:
        raise ContractError(
            f"{contract.id}: deletions cannot be found by a key that is masked: {', '.join(masked)}"
        )
    return True


def is_full(contract: Contract | None) -> bool:
    """Return whether each file or run has all rows, so that rows missing from the newest one are deleted."""
    kind = contract.properties.get(LOAD) if contract else None
    if contract is None or kind is None:
        return False
    if kind != _FULL:
        raise ContractError(f"{contract.id}: {LOAD} may only be {_FULL}")
    return True


def smallest_share(contract: Contract) -> float:
    """Return the share of a table's rows, 0..1, that must remain in the next load."""
    share = contract.properties.get(SMALLEST_SHARE, _DEFAULT_SHARE)
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 1:
        raise ContractError(f"{contract.id}: {SMALLEST_SHARE} must be a number from 0 to 1, such as 0.5")
    return float(share)
