"""Read the levels of a table that has totals beside their parts: `headgate.levels` of the contract."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from headgate.errors import ContractError

if TYPE_CHECKING:
    from headgate.contracts.model import Contract

LEVELS = "headgate.levels"
_EXAMPLE = "State {column: level, rows: {total: [], region: [region_id]}}."


@dataclass(frozen=True)
class TableLevels:
    """The levels of the rows of a table.

    Attributes:
        column: the column that has the level of a row.
        rows: by level the columns that tell its rows apart; none for the total of all.
    """

    column: str
    rows: Mapping[str, tuple[str, ...]]


def levels_of(contract: Contract) -> TableLevels | None:
    """Return the levels of the table; None if all of its rows may be added up.

    Raises:
        ContractError: the property has another form, or names columns that the contract lacks.
    """
    declared = contract.properties.get(LEVELS)
    if declared is None:
        return None
    parts = declared if isinstance(declared, Mapping) and set(declared) == {"column", "rows"} else {}
    rows = parts.get("rows")
    if not isinstance(rows, Mapping) or not all(isinstance(names, list) for names in rows.values()):
        raise ContractError(f"{contract.id}: {LEVELS} does not state column and rows. {_EXAMPLE}")
    levels = TableLevels(
        str(parts["column"]), {str(level): tuple(map(str, names)) for level, names in rows.items()}
    )
    named = {levels.column, *(name for names in levels.rows.values() for name in names)}
    if unknown := sorted(named - set(contract.names)):
        raise ContractError(
            f"{contract.id}: {LEVELS} names columns that the contract does not declare: "
            f"{', '.join(unknown)}. State some of {', '.join(contract.names)}."
        )
    return levels
