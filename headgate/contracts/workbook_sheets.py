"""The sheet of a workbook that a contract names: `headgate.sheet: Prices`. Other sheets are not read."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from headgate.contracts.model import Contract

SHEET_PROPERTY = "headgate.sheet"


def stated_sheet(contract: Contract | None) -> str:
    """Return the name of the declared sheet; empty without a declaration or without a contract."""
    return str(contract.properties.get(SHEET_PROPERTY) or "") if contract else ""
