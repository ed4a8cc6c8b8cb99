"""Tables of a source with the names of their contracts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from headgate.contracts.model import Contract, Kind
from headgate.errors import ContractError
from headgate.export.server.source_tables import SourceColumn, SourceTable, lake_names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headgate.export.server.source import ExportSource, Session

TABLE_PROPERTY, SOURCE_PROPERTY = "headgate.table", "headgate.source"


def contracts_of(contracts: Mapping[str, Contract], source: str) -> dict[str, Contract]:
    """Return the contracts with this `headgate.source`; the default source is the empty text."""
    return {
        name: contract
        for name, contract in contracts.items()
        if contract.properties.get(SOURCE_PROPERTY, "") == source
    }


def source_name(dataset: str, contract: Contract | None) -> str:
    """Return the table name of a dataset at its source."""
    return str(contract.properties.get(TABLE_PROPERTY, dataset)) if contract else dataset


def describe_dataset(
    source: ExportSource[Any], session: Session, dataset: str, contract: Contract | None, query: str = ""
) -> SourceTable:
    """Return the dataset's table or query at the source, with the contract's column names.

    `headgate.table` is the table's name at the source. Column names are matched case-insensitively; SQL uses
    the server's spelling.

    Raises:
        ContractError: two columns of the source match one column of the contract, and neither exactly.
    """
    table = (
        source.describe_query(session, dataset, query)
        if query
        else source.describe(session, source_name(dataset, contract))
    )
    if contract is None:
        return table
    names = _contract_names(table, contract)
    columns = tuple(
        _as_declared(replace(column, name=names[column.name], name_at_source=column.name), contract)
        for column in table.columns
    )
    unique, indexes = (
        tuple(
            replace(index, columns=tuple(names.get(name, name) for name in index.columns)) for index in group
        )
        for group in (table.unique, table.indexes)
    )
    return replace(table, columns=columns, unique=unique, indexes=indexes)


def _contract_names(table: SourceTable, contract: Contract) -> dict[str, str]:
    """Return the contract's name of each source column, or the source's name if the contract lacks it.

    An equal name takes precedence over one that differs in case.
    """
    names = [column.name for column in table.columns]
    others = {name.lower(): name for name in contract.names if name not in names}
    drafted = lake_names(names)
    matches = {
        name: name if name in contract.names else others.get(drafted[name], others.get(name.lower(), name))
        for name in names
    }
    if len(set(matches.values())) < len(matches):
        raise ContractError(
            f"{contract.id}: columns of {table.name} differ in case only. Spell each as the source does"
        )
    return matches


def _as_declared(column: SourceColumn, contract: Contract) -> SourceColumn:
    """Return a PostgreSQL NUMERIC without declared digits with those of the contract."""
    if column.kind != "numeric" or column.precision:
        return column
    types = {item.name: item.type for item in contract.columns}
    wanted = types.get(column.name)
    if wanted is None or wanted.kind is not Kind.DECIMAL:
        return column
    return replace(column, precision=wanted.precision or 0, scale=wanted.scale or 0)
