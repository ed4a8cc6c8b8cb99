"""The list of records that a contract names in a JSON file with several lists: `headgate.records:
export.orders`.

Other lists are not read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from headgate.contracts.model import Contract

RECORDS_PROPERTY = "headgate.records"


def stated_records(contract: Contract | None) -> str:
    """Return the path of the declared list; empty without a declaration or without a contract."""
    return str(contract.properties.get(RECORDS_PROPERTY) or "") if contract else ""
