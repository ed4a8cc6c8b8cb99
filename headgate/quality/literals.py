"""A contract's bounds as values that compare exactly with a column's own."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from headgate.contracts.model import Kind

if TYPE_CHECKING:
    from headgate.contracts.model import ColumnType


def literal(column_type: ColumnType, value: object) -> object:
    """`value`, as YAML spells it, in the Python type of the column's values: no decimal passes through a float."""
    if column_type.kind is Kind.DECIMAL:
        return Decimal(str(value))
    if column_type.kind is Kind.TIMESTAMP and not isinstance(value, datetime):
        return datetime.fromisoformat(str(value))
    if column_type.kind is Kind.DATE and not isinstance(value, date):
        return date.fromisoformat(str(value))
    return value
