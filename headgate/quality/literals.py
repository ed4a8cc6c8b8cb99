"""A contract's bounds as values that compare exactly with a column's own."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from headgate.contracts.model import Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from headgate.contracts.model import ColumnType

# A number or a truth value may stand in quotes in YAML.
_FROM_TEXT: dict[Kind, Callable[[str], object]] = {
    Kind.SMALLINT: int,
    Kind.INTEGER: int,
    Kind.BIGINT: int,
    Kind.DOUBLE: float,
    Kind.BOOLEAN: lambda text: text.lower() == "true",
}


def literal(column_type: ColumnType, value: object) -> object:
    """`value`, as YAML spells it, in the Python type of the column's values: no decimal passes through a float."""
    if column_type.kind is Kind.DECIMAL:
        return Decimal(str(value))
    if column_type.kind is Kind.TIMESTAMP and not isinstance(value, datetime):
        return datetime.fromisoformat(str(value))
    if column_type.kind is Kind.DATE and not isinstance(value, date):
        return date.fromisoformat(str(value))
    if isinstance(value, str) and column_type.kind in _FROM_TEXT:
        return _FROM_TEXT[column_type.kind](value)
    return value
