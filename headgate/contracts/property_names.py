"""The names of the custom properties of contracts that Headgate reads, and the error for any other."""

from collections.abc import Iterable
from difflib import get_close_matches

from headgate.errors import ContractError
from headgate.project import BLOCKS

PREFIX = "headgate."  # properties of other tools have other prefixes
OF_TABLES = frozenset(
    PREFIX + name
    for name in (
        *BLOCKS,
        *("aliases", "amount", "asOf", "besideRecords", "build", "countryCodes", "currency", "declaredIn"),
        *("deletes", "encoding", "eventTime", "export", "firstColumns", "firstRows", "format", "header"),
        *("headerRow", "identity", "leftOut", "levels", "load", "mayBeAbsent", "model", "newColumns"),
        *("optional", "orderBy", "quotes", "records", "rowsFrom", "schemaPolicy", "sheet", "smallestLoad"),
        *("source", "system", "table", "volatilityDays", "widths"),
    )
)
OF_COLUMNS = frozenset(
    PREFIX + name
    for name in (
        *("addsUp", "content", "decidedBy", "format", "generatedFrom", "mask", "no_cards", "rules"),
        *("severity", "sheetName", "unit"),
    )
)


def check_table_properties(place: str, names: Iterable[object]) -> None:
    """Check the names of a table's properties; ContractError if Headgate reads no such property."""
    _check(place, names, OF_TABLES, OF_COLUMNS, "a column, not of the table")


def check_column_properties(place: str, names: Iterable[object]) -> None:
    """Check the names of a column's properties; ContractError if Headgate reads no such property."""
    _check(place, names, OF_COLUMNS, OF_TABLES, "the table, not of a column")


def _check(
    place: str, names: Iterable[object], own: frozenset[str], others: frozenset[str], level: str
) -> None:
    for name in map(str, names):
        if not name.startswith(PREFIX) or name in own:
            continue
        if name in others:
            raise ContractError(f"{place}: {name} is a property of {level}. Move it there.")
        short_names = [each.removeprefix(PREFIX) for each in own]
        near = get_close_matches(name.removeprefix(PREFIX), short_names, n=1)
        remedy = f"Did you mean {PREFIX}{near[0]}?" if near else "Remove it, or correct its name."
        raise ContractError(f"{place}: there is no property {name}. {remedy}")
