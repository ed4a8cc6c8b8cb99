"""One column of a batch after its cells were cast, validated and masked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from headgate.values.cells import Rows, int_array
from headgate.values.rules import Breach, among

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

    from headgate.contracts.model import Column


@dataclass(frozen=True)
class CheckedColumn:
    """One column.

    Attributes:
        text: as received; a value of a sensitive column here must never be written.
        values: typed, for rules over the row and for keys; null where the text fits no value.
        behind: the curated columns that replace it, masked.
        breaches: the values that break its type and its rules, in the contract's order.
    """

    column: Column
    text: pa.Array
    values: pa.Array
    behind: Mapping[str, pa.Array]
    breaches: tuple[Breach, ...]


def of_rows(checked: CheckedColumn, rows: Rows) -> CheckedColumn:
    """Return the column with these rows only."""
    at = int_array(rows)
    behind = {name: column.take(at) for name, column in checked.behind.items()}
    breaches = tuple(among(breach, rows, len(checked.text)) for breach in checked.breaches)
    return CheckedColumn(checked.column, checked.text.take(at), checked.values.take(at), behind, breaches)
