"""All contracts of one lake."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, cast

from headgate.contracts import odcs
from headgate.contracts.curated import curated_contract

if TYPE_CHECKING:
    from headgate.contracts.model import Contract

SYSTEMS = ("market-intelligence-hub", "demand-insights-engine", "compliance-guardian", "global-market-pulse", "retail-copilot")


@dataclass(frozen=True)
class Registry:
    """Contracts by dataset name: `source` before the gate, `curated` behind it, `prod` for the five systems, `lake` for its own tables."""

    source: dict[str, Contract]
    curated: dict[str, Contract]
    prod: dict[str, Contract]
    lake: dict[str, Contract]

    @classmethod
    def load(cls, folder: Path | None = None) -> Registry:
        """Read every contract below `folder`: the repository's own, or those packed beside the package."""
        root = folder or default_folder()
        source = odcs.load_all(root / "source")
        return cls(
            source=source,
            curated={name: curated_contract(contract) for name, contract in source.items()},
            prod=odcs.load_all(root / "prod"),
            lake=odcs.load_all(root / "lake"),
        )

    def tables_of(self, system: str) -> dict[str, Contract]:
        """The prod tables of one system, by name."""
        return {name: contract for name, contract in self.prod.items() if contract.system == system}


def default_folder() -> Path:
    """The contracts packed into a built archive, else `contracts/` of the checkout.

    Glue imports an archive without unpacking it; then this is a `zipfile.Path`, which does all that is asked of it here.
    """
    packed = files("headgate") / "_contracts"
    return cast("Path", packed) if packed.is_dir() else Path(__file__).resolve().parents[2] / "contracts"
