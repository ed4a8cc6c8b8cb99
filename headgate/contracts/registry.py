"""All contracts of one lake."""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib.resources import files
from typing import TYPE_CHECKING, cast

from headgate.contracts import odcs_reader
from headgate.contracts.analyst_tables import analyst_contracts
from headgate.contracts.curated import curated_contract
from headgate.contracts.model import Column, ColumnType, Kind
from headgate.contracts.no_cards import NoCards, declared_by_lake
from headgate.project import MODELS_SYSTEM, analyst_tables, cards, project

if TYPE_CHECKING:
    from pathlib import Path

    from headgate.contracts.model import Contract


STAMPS = (
    Column("as_of", ColumnType(Kind.DATE), required=True, description="Day of the data that the row was built from"),
    Column("snapshot_id", ColumnType(Kind.STRING, length=16), required=True, description="Snapshot that the row was built from"),
)


@dataclass(frozen=True)
class Registry:
    """Contracts by dataset name: `source` before the gate, `curated` behind it, `prod` for the five systems, `lake` for its own tables."""

    source: dict[str, Contract]
    curated: dict[str, Contract]
    prod: dict[str, Contract]
    lake: dict[str, Contract]

    @classmethod
    def load(cls, folder: Path | None = None) -> Registry:
        """Read every contract below `folder`, by default those of the package, its domains and the lake project, with derived ones."""
        source, prod, lake = (_load_zone(zone, folder) for zone in ("source", "prod", "lake"))
        curated = {name: curated_contract(contract) for name, contract in source.items()}
        derived = {} if folder else analyst_contracts(analyst_tables(), source, prod)
        return cls(source, curated, {name: own_model(contract) for name, contract in (prod | derived).items()}, lake)

    @property
    def systems(self) -> tuple[str, ...]:
        """Return the names of the systems that own prod tables, sorted."""
        return tuple(sorted({contract.system for contract in self.prod.values()}))

    def tables_of(self, system: str) -> dict[str, Contract]:
        """The prod tables of one system, by name."""
        return {name: contract for name, contract in self.prod.items() if contract.system == system}


def no_cards() -> NoCards | None:
    """Return the lake's declaration that it holds no card numbers, from `headgate.toml` or the archive that this code runs from."""
    stated = dict(cards())
    return NoCards.read("headgate.toml: cards", stated) if stated.pop("none", False) else None


def own_model(contract: Contract) -> Contract:
    """Return a prod contract; one that names no system is of the project's own models, whose runner adds two columns."""
    if contract.system:
        return contract
    added = [column for column in STAMPS if column.name not in contract.names]
    return replace(contract, system=MODELS_SYSTEM, columns=(*contract.columns, *added))


def folders(zone: str) -> list[Path]:
    """Return the folders that hold the contracts of a zone: `source`, `prod` or `lake`.

    They are the package's, those of the domains that the lake project has, and the project's own. A built archive has all contracts in
    `headgate/_contracts`. Glue imports the archive without unpacking it; the folder is a `zipfile.Path` then, which has every method
    that is used here.
    """
    package = cast("Path", files("headgate"))
    if (packed := package / "_contracts").is_dir():
        return [packed / zone] if (packed / zone).is_dir() else []
    lake = project()
    every = [package / "contracts" / zone, *(package / "domains" / domain / "contracts" / zone for domain in lake.domains)]
    own = lake.contracts(zone)
    return [folder for folder in [*every, *([own] if own else [])] if folder.is_dir()]


def _load_zone(zone: str, root: Path | None) -> dict[str, Contract]:
    found: dict[str, Contract] = {}
    for folder in [root / zone] if root else folders(zone):
        found |= odcs_reader.load_all(folder)
    return found if root else {name: declared_by_lake(contract, no_cards()) for name, contract in found.items()}
