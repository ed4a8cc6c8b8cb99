"""The inputs that decide the content, and so the versions, of a system's tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from headgate.learning.store import ModelInputs, ModelStore, Shelf
from headgate.snapshots.snapshot import LakeSnapshot, snapshot_id_of
from headgate.systems import system_registry
from headgate.systems.up_to_date import BuiltBy, catalog_facts, inputs_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headgate.contracts.model import Contract
    from headgate.systems.sql_models import SqlModels
    from headgate.systems.system_registry import SystemPackage


@dataclass(frozen=True)
class BuildInputs:
    """The code and options of a system, the models in charge, and the snapshot that it reads.

    Attributes:
        code: a hash of the system's source.
        options: those that the system has.
        shelf: has the models in charge, and takes those that the build fits.
    """

    system: str
    package: SystemPackage
    code: str
    snapshot: LakeSnapshot
    options: Mapping[str, str]
    shelf: Shelf

    @classmethod
    def of(
        cls,
        system: str,
        snapshot: LakeSnapshot,
        models: ModelStore | None,
        options: Mapping[str, str],
        own_models: SqlModels | None,
    ) -> BuildInputs:
        """Return the inputs of a system by its name, or of the lake project's SQL models."""
        if own_models:
            package, code = cast("SystemPackage", own_models), own_models.version
        else:
            package, code = system_registry.system(system), system_registry.code_version(system)
        learns = system_registry.declared(package, "LEARNS") if models else ()
        champions = {name: models.champion(system, name, snapshot.as_of) for name in learns} if models else {}
        named = system_registry.declared(package, "OPTIONS")
        own_options = {name: options[name] for name in named if options.get(name)}
        return cls(system, package, code, snapshot, own_options, Shelf(champions))

    def version(self, contract: Contract, content: str = "") -> str:
        """Return the id of a table's version, a hash of everything that it is built from.

        Args:
            content: a digest of the rows of a table that is built from more than the snapshot.
        """
        datasets = inputs_of(self.snapshot, self._reads(contract.dataset))
        return snapshot_id_of(
            [
                *(f"dataset {name}={version}" for name, version in datasets.items()),
                self.snapshot.as_of.isoformat(),
                f"{contract.id}@{contract.version}",
                self.code,
                *(f"{name}={value}" for name, value in sorted(self.options.items())),
                *(f"{model}={recipe}" for model, recipe in sorted(self.shelf.champions.items()) if recipe),
                *([content] if content else []),
            ]
        )

    def catalog_facts(self, table: str, built_by: BuiltBy) -> dict[str, str]:
        """Return what the catalog keeps with a table about its inputs."""
        may_read = system_registry.may_read(self.package, table)
        return catalog_facts(self.snapshot, self._reads(table), may_read, built_by)

    def keep_models(self, models: ModelStore) -> None:
        """Store the models that the build fitted."""
        origin = ModelInputs(self.system, self.snapshot.snapshot_id, self.snapshot.as_of, self.code)
        for trained in self.shelf.trained:
            models.keep(trained, origin)
        for model, scorer in self.shelf.exported.items():
            models.export(self.system, model, scorer, origin)

    def _reads(self, table: str) -> tuple[str, ...]:
        return system_registry.reads_of_table(self.package, table, self.snapshot.datasets)
