"""Read the columns from which a table and its columns are computed, where code builds the table.

A column names them in `transformSourceObjects` of ODCS, and those that only decide which value it has in
`headgate.decidedBy`; the table names them in `headgate.rowsFrom`.
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
DECIDED_BY = "headgate.decidedBy"
ALL = "all"
USES = ("filter", "join", "group_by", "sort")
_COLUMN = re.compile(r"[a-z][a-z0-9_]*\.[A-Za-z_]\w*")


def declared_sources(place: str, item: Mapping[str, Any]) -> tuple[str, ...] | None:
    """Return the `table.column` from which an ODCS property is computed; None without a declaration.

    An empty list declares a constant, such as the name of a setting.

    Raises:
        ContractError: it is not a list of columns with their tables.
    """
    return _columns(f"{place}: {FIELD}", item[FIELD]) if FIELD in item else None


def declared_decisions(
    place: str, own: Mapping[str, Any], sources: tuple[str, ...] | None
) -> tuple[str, ...]:
    """Return the sources of an ODCS property that only decide which value it has, such as a limit of a class.

    Args:
        own: the custom properties of the ODCS property.
        sources: all of its sources; see `declared_sources`.
    """
    declared = own.get(DECIDED_BY, [])
    if declared == ALL and sources:
        return sources
    if isinstance(declared, list) and set(map(str, declared)) <= {*(sources or ())}:
        return tuple(map(str, declared))
    raise ContractError(
        f"{place}: {DECIDED_BY} must be a list of some columns of {FIELD}, or {ALL} for each of them."
    )


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
