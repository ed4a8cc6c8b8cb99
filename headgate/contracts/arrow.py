"""Compile a contract to an Arrow schema."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from headgate.contracts.types import arrow_type

if TYPE_CHECKING:
    from headgate.contracts.model import Contract


def arrow_schema(contract: Contract) -> pa.Schema:
    """Return the Arrow schema with the contract's columns, types and nullability, in its order."""
    return pa.schema(
        [
            pa.field(column.name, arrow_type(column.type), nullable=not column.required)
            for column in contract.columns
        ]
    )
