"""Compile contracts to Glue table definitions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.contracts.types import glue_type

if TYPE_CHECKING:
    from headgate.contracts.model import Contract


def glue_columns(contract: Contract) -> list[dict[str, str]]:
    """Return Glue's `Columns` for a table under this contract, in contract order."""
    return [
        {"Name": column.name, "Type": glue_type(column.type), "Comment": column.description[:255]}
        for column in contract.columns
    ]
