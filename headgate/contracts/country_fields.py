"""Fields of country codes: `headgate.countryCodes: {region_id: alpha-2}` of a table.

Files write countries in words or in other codes, which a step of an upload converts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.errors import ContractError

if TYPE_CHECKING:
    from headgate.contracts.model import Contract

PROPERTY = "headgate.countryCodes"
ALPHA_2, ALPHA_3 = "alpha-2", "alpha-3"  # of ISO 3166-1


def country_fields(contract: Contract) -> dict[str, str]:
    """Return the fields of country codes with their kinds; ContractError if one of these is unknown."""
    declared = contract.properties.get(PROPERTY, {})
    if not isinstance(declared, dict) or not all(
        name in contract.names and kind in {ALPHA_2, ALPHA_3} for name, kind in declared.items()
    ):
        raise ContractError(
            f"{contract.id}: {PROPERTY} maps fields of the table to {ALPHA_2} or {ALPHA_3}. Correct it."
        )
    return {str(name): str(kind) for name, kind in declared.items()}
