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
    """A column with its texts, typed values, masked columns and breaches.

    Attributes:
        text: texts as received; those of a sensitive column must never be written.
        values: typed values, for rules over the row and for keys; null if the text is not a value of the
            type.
        curated: name → masked column that replaces this column in curated.
        breaches: breaches of its type and its rules, in the contract's order.
    """

    column: Column
    text: pa.Array
    values: pa.Array
    curated: Mapping[str, pa.Array]
    breaches: tuple[Breach, ...]


def of_rows(checked: CheckedColumn, rows: Rows) -> CheckedColumn:
    """Return the column with only these rows."""
    indices = int_array(rows)
    curated = {name: column.take(indices) for name, column in checked.curated.items()}
    breaches = tuple(among(breach, rows, len(checked.text)) for breach in checked.breaches)
    return CheckedColumn(
        checked.column, checked.text.take(indices), checked.values.take(indices), curated, breaches
    )
