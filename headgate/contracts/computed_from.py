"""Read the columns from which a table and its columns are computed, where code builds the table.

A column names them in `transformSourceObjects` of ODCS, the table in `headgate.rowsFrom`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from headgate.errors import ContractError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headgate.contracts.model import Contract

FIELD = "transformSourceObjects"
ROWS = "headgate.rowsFrom"
USES = ("filter", "join", "group_by", "sort")
_COLUMN = re.compile(r"[a-z][a-z0-9_]*\.[A-Za-z_]\w*")


def declared_sources(place: str, item: Mapping[str, Any]) -> tuple[str, ...] | None:
    """Return the `table.column` from which an ODCS property is computed; None without a declaration.

    An empty list declares a constant, such as the name of a setting.

    Raises:
        ContractError: it is not a list of columns with their tables.
    """
    return _columns(f"{place}: {FIELD}", item[FIELD]) if FIELD in item else None


def declared_rows(contract: Contract) -> dict[str, tuple[str, ...]]:
    """Return the `table.column` that decide which rows the table has, by one of `USES`.

    Raises:
        ContractError: the property is not a mapping of uses to lists of columns with their tables.
    """
    place, names_by_use = f"{contract.id}: {ROWS}", contract.properties.get(ROWS, {})
    if not isinstance(names_by_use, dict) or not set(names_by_use) <= set(USES):
        raise ContractError(
            f"{place} must have a list of columns for some of {', '.join(USES)}, such as "
            "{filter: [events.status]}."
        )
    return {use: _columns(place, names) for use, names in names_by_use.items()}


def _columns(place: str, names: object) -> tuple[str, ...]:
    if isinstance(names, list) and all(isinstance(name, str) and _COLUMN.fullmatch(name) for name in names):
        return tuple(names)
    raise ContractError(f"{place} must be a list of columns with their tables, such as [events.amount].")
