from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.api.http.problems import unknown_name
from headgate.api.shapes.lake import (
    CatalogLevels,
    CatalogTable,
    CatalogTables,
    ContractColumn,
    ContractDetail,
    Contracts,
    ContractSummary,
)
from headgate.contracts.analyst_tables import personal_columns
from headgate.contracts.event_time import declared_time
from headgate.contracts.first_view import amount_columns, first_columns
from headgate.contracts.new_column_policy import ALIASES
from headgate.contracts.table_levels import levels_of

if TYPE_CHECKING:
    from headgate.api.lake_ports import LakePorts
    from headgate.contracts.model import Contract

_ZONES = ("source", "prod", "lake")


def summaries(lake: LakePorts) -> Contracts:
    """Return all contracts, by zone and name."""
    contracts = [
        (zone, contract) for zone in _ZONES for _, contract in sorted(getattr(lake.contracts, zone).items())
    ]
    return Contracts(
        definitions=lake.definitions,
        contracts=tuple(ContractSummary(**_summary(zone, contract)) for zone, contract in contracts),
    )


def detail(lake: LakePorts, zone: str, name: str) -> ContractDetail:
    """Return one contract with its columns."""
    contracts = getattr(lake.contracts, zone)
    contract = contracts.get(name)
    if contract is None:
        raise unknown_name(
            f"There is no contract of that name in {zone}.",
            name,
            contracts,
            "GET /v1/contracts lists all contracts.",
        )
    return ContractDetail(
        **_summary(zone, contract), column_list=_columns(contract), first_columns=first_columns(contract)
    )


def catalog(lake: LakePorts) -> CatalogTables:
    """Return the tables that SQL can read, described by their contracts."""
    registry, names = lake.contracts, lake.databases
    tables = [
        (names.curated, contract) for zone in (registry.curated, registry.lake) for contract in zone.values()
    ]
    tables += [
        (names.prod, contract) for contract in registry.prod.values() if contract.system in lake.systems
    ]
    shown = (
        CatalogTable(
            database=database,
            name=contract.dataset,
            system=contract.system,
            columns=_columns(contract, registry.source.get(contract.dataset)),
            amount=amount_columns(contract),
            newest_by=contract.order_by,
            event_time=declared_time(contract),
            levels=_levels(contract),
        )
        for database, contract in sorted(tables, key=lambda table: (table[0], table[1].dataset))
    )
    return CatalogTables(tables=tuple(shown))


def _levels(contract: Contract) -> CatalogLevels | None:
    levels = levels_of(contract)
    return CatalogLevels(column=levels.column, rows=dict(levels.rows)) if levels else None


def _summary(zone: str, contract: Contract) -> dict[str, object]:
    return {
        "zone": zone,
        "name": contract.dataset,
        "id": contract.id,
        "version": contract.version,
        "system": contract.system,
        "description": contract.description,
        "columns": len(contract.columns),
    }


def _columns(contract: Contract, source: Contract | None = None) -> tuple[ContractColumn, ...]:
    """Return the columns of a contract."""
    from headgate.contracts.dictionary import rule_text
    from headgate.contracts.types import glue_type

    hidden = personal_columns(contract, source)
    aliases = (source or contract).properties.get(ALIASES, {})
    return tuple(
        ContractColumn(
            name=column.name,
            type=glue_type(column.type),
            unit=column.unit,
            label=column.label,
            description=column.description,
            required=column.required,
            primary_key=column.name in contract.key,
            sensitive=column.mask.value if column.mask else "",
            personal=column.name in hidden,
            references=column.references,
            rules=tuple(rule_text(rule) for rule in column.rules if rule.name != "required"),
            aliases=tuple(map(str, aliases.get(column.name, ()))) if isinstance(aliases, dict) else (),
        )
        for column in contract.columns
    )
