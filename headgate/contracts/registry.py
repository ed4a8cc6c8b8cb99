from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from headgate.contracts import odcs_reader
from headgate.contracts.analyst_tables import analyst_contracts
from headgate.contracts.analytics_blocks import with_derived_columns
from headgate.contracts.card_declarations import declared_by_lake
from headgate.contracts.curated import curated_contract
from headgate.contracts.currency import in_currency
from headgate.contracts.dashboard_tables import dashboard_documents
from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.contracts.no_cards import NoCards
from headgate.domains.discovery import is_archive
from headgate.domains.domain import Domain
from headgate.errors import ContractError
from headgate.project import MODELS_SYSTEM, analyst_tables, cards, currency, lake_domains, project

STAMPS = (
    Column(
        "as_of",
        ColumnType(Kind.DATE),
        required=True,
        description="Day of the data that the row was built from",
    ),
    Column(
        "snapshot_id",
        ColumnType(Kind.STRING, length=16),
        required=True,
        description="Snapshot that the row was built from",
    ),
)


@dataclass(frozen=True)
class Registry:
    """Contracts by dataset: before the gate (`source`), after it, of the systems, and of the lake itself."""

    source: dict[str, Contract]
    curated: dict[str, Contract]
    prod: dict[str, Contract]
    lake: dict[str, Contract]

    @classmethod
    def load(cls, folder: Path | None = None, packed: Mapping[str, str] | None = None) -> Registry:
        """Read every contract below `folder`, and derive others from them.

        By default the contracts are those of the package and of the lake's domains.

        Args:
            packed: contracts that replace all of `source` and `prod`: `<zone>/<dataset>` → JSON text, as in
                an archive.

        Raises:
            ContractError: two domains have the same contract, a system has no contract, or a contract names a
                system that no domain has.
        """
        source, prod, lake = (_load_zone(zone, folder, packed) for zone in ("source", "prod", "lake"))
        curated = {name: curated_contract(contract) for name, contract in source.items()}
        prod = with_derived_columns(prod, curated)
        derived = {} if folder else analyst_contracts(analyst_tables(), source, prod)
        registry = cls(
            source, curated, {name: own_model(contract) for name, contract in (prod | derived).items()}, lake
        )
        if not folder and packed is None and not is_archive():
            _check_systems(registry)
        return registry

    def with_created(self, texts: Mapping[str, str]) -> Registry:
        """Return these contracts, and those of datasets that people created in the lake.

        A contract of the project replaces a created one of the same name.

        Args:
            texts: `source/<dataset>` → JSON text, as in an archive.
        """
        created = {
            name: contract
            for name, contract in _of_lake(odcs_reader.load_packed("source", texts)).items()
            if name not in self.source
        }
        curated = {name: curated_contract(contract) for name, contract in created.items()}
        return replace(self, source=self.source | created, curated=self.curated | curated)

    @property
    def systems(self) -> tuple[str, ...]:
        """Return the names of the systems that own prod tables, sorted."""
        return tuple(sorted({contract.system for contract in self.prod.values()}))

    def tables_of(self, system: str) -> dict[str, Contract]:
        """Return the prod tables of one system, by name."""
        return {name: contract for name, contract in self.prod.items() if contract.system == system}


def no_cards() -> NoCards | None:
    """Return the lake's declaration that it has no card numbers, from `headgate.toml` or this archive."""
    declaration = dict(cards())
    return NoCards.read("headgate.toml: cards", declaration) if declaration.pop("none", False) else None


def own_model(contract: Contract) -> Contract:
    """Return a prod contract; one without a system gets the system and columns of the project's models."""
    if contract.system:
        return contract
    added = [column for column in STAMPS if column.name not in contract.names]
    return replace(contract, system=MODELS_SYSTEM, columns=(*contract.columns, *added))


def _check_systems(registry: Registry) -> None:
    """Check that the lake has exactly the systems that its prod contracts name.

    `headgate.systems.sql_models` checks that each SQL model has a contract.
    """
    systems = set(project().systems)
    if idle := sorted(systems - {*registry.systems, MODELS_SYSTEM}):
        raise ContractError(
            f"The system {idle[0]} owns no table, so a run of it would publish nothing. Write "
            "contracts/prod/<table>.yaml with the "
            f"property headgate.system: {idle[0]}, or remove the system."
        )
    if unknown := sorted(
        table for table, contract in registry.prod.items() if contract.system not in systems
    ):
        named = registry.prod[unknown[0]].system
        raise ContractError(
            f"contracts/prod/{unknown[0]}.yaml names the system {named}, which no domain of the lake "
            "brings; its systems are "
            f"{', '.join(sorted(systems)) or 'none'}. Correct headgate.system, or add "
            f"systems/{named.replace('-', '_')}.py."
        )


def folders(zone: str) -> list[Path]:
    """Return the folders with the contracts of a zone: `source`, `prod` or `lake`.

    They are the folders of the package and of the lake's domains. A built archive has all contracts in
    `headgate/_contracts`. Glue imports the archive without unpacking it; the folder is then a `zipfile.Path`,
    which has every method that is used here.
    """
    package = Domain("headgate", package="headgate")
    if is_archive():
        candidates = [package.part(f"_contracts/{zone}")]
    else:
        candidates = [domain.part(f"contracts/{zone}") for domain in (package, *lake_domains())]
    return [folder for folder in candidates if folder.is_dir()]


def contract_folders() -> tuple[str, ...]:
    """Return the folders of the lake's source contracts, as a cache key for values derived from them."""
    return tuple(map(str, folders("source")))


def _load_zone(zone: str, root: Path | None, packed: Mapping[str, str] | None) -> dict[str, Contract]:
    if packed is None or zone == "lake":
        contracts = _load_files(zone, root)
    else:
        contracts = odcs_reader.load_packed(zone, packed)
    if root:
        return {name: in_currency(contract, currency()) for name, contract in contracts.items()}
    return _of_lake(contracts)


def _of_lake(contracts: Mapping[str, Contract]) -> dict[str, Contract]:
    """Return the contracts with the lake's currency and its declaration about cards."""
    lake_currency, declared = currency(), no_cards()
    return {
        name: declared_by_lake(in_currency(contract, lake_currency), declared)
        for name, contract in contracts.items()
    }


def _load_files(zone: str, root: Path | None) -> dict[str, Contract]:
    by_name: dict[str, tuple[Path, Contract]] = {}
    for folder in [root / zone] if root else folders(zone):
        for name, contract in odcs_reader.load_all(folder).items():
            if name in by_name:
                raise ContractError(
                    f"Two domains bring the {zone} contract {name}: {by_name[name][0]} and {folder}. "
                    "Rename one of them, or take only "
                    "one of the domains in headgate.toml."
                )
            by_name[name] = folder, contract
    if zone == "prod" and not root and not is_archive():
        _add_tables_of_dashboards(by_name)
    return {name: contract for name, (_, contract) in by_name.items()}


def _add_tables_of_dashboards(by_name: dict[str, tuple[Path, Contract]]) -> None:
    """Add the contracts of the tables that dashboards declare; an archive has them already."""
    for name, (path, document) in dashboard_documents().items():
        if name in by_name:
            raise ContractError(
                f"{path} declares the table {name}, which has a contract in {by_name[name][0]}. Remove "
                "one of them."
            )
        by_name[name] = path, odcs_reader.parse(document, "prod")
