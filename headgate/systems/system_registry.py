"""The modules of the systems; a job imports only its own, because models are slow to load."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Protocol, TypeAlias, cast

from headgate.errors import AuditError, NotFoundError, SettingsError
from headgate.plain_names import did_you_mean
from headgate.project import all_domains, lake_domains, load_module
from headgate.systems.models import models_of
from headgate.systems.source_code import listed_source

if TYPE_CHECKING:
    from datetime import date
    from types import ModuleType

    import ibis
    import pandas as pd

    from headgate.learning.store import Shelf
    from headgate.systems.rows_by_range import RowsByRange
    from headgate.systems.rows_in_file import RowsInFile
    from headgate.systems.rows_over_base import RowsOverBase

Made: TypeAlias = "pd.DataFrame | RowsInFile | RowsByRange | RowsOverBase"
"""A table as a system returns it."""


class SystemPackage(Protocol):
    """A package that builds one system's tables; see docs/how-it-works/architecture.md."""

    READS: tuple[str, ...]

    def build(self, tables: Mapping[str, ibis.Table], as_of: date) -> dict[str, pd.DataFrame]:
        """Return one frame for each of the system's contracts, without `as_of` and `snapshot_id`."""


class OptionalSystem(Protocol):
    """A system whose tables depend on options, and that looks at datasets which a lake need not have."""

    OPTIONS: tuple[str, ...]
    MAY_READ: tuple[str, ...]

    def build(
        self, tables: Mapping[str, ibis.Table], as_of: date, options: Mapping[str, str]
    ) -> dict[str, pd.DataFrame]:
        """Build the frames, as `System.build`; an option that is not set is absent."""


class LearningSystem(Protocol):
    """A system with models that are kept or exported: the shelf names the recipe in charge, and takes what
    the system fitted.
    """

    LEARNS: tuple[str, ...]
    EXPORTS: tuple[str, ...]

    def build(self, tables: Mapping[str, ibis.Table], as_of: date, shelf: Shelf) -> Mapping[str, Made]:
        """Build the frames, as `System.build`."""


def declared(package: SystemPackage, name: str) -> tuple[str, ...]:
    """Return the names that a system declares: LEARNS, EXPORTS, OPTIONS, MAY_READ, or ARCHIVES.

    `scripts/packages/build.py` writes the archives, which the system's job has on its path.
    """
    return cast("tuple[str, ...]", getattr(package, name, ()))


def built(
    package: SystemPackage,
    tables: Mapping[str, ibis.Table],
    as_of: date,
    shelf: Shelf,
    given_options: Mapping[str, str],
) -> dict[str, Made]:
    """Return the tables of the system and of the models that its package was given.

    Args:
        shelf: for a system that learns.
        given_options: for a system that has some.
    """
    if declared(package, "LEARNS") or declared(package, "EXPORTS"):
        own: Mapping[str, Made] = cast("LearningSystem", package).build(tables, as_of, shelf)
    elif declared(package, "OPTIONS"):
        own = cast("OptionalSystem", package).build(tables, as_of, given_options)
    else:
        own = package.build(tables, as_of)
    if not isinstance(own, Mapping):
        name = getattr(package, "__name__", "the system")
        raise AuditError(
            f"{name}.build returned {type(own).__name__}. Return a dict of a pandas frame for each table, by "
            "the table's name."
        )
    return {**own, **{model.table: model(tables, as_of) for model in models_of(cast("ModuleType", package))}}


def reads(package: SystemPackage, datasets: Collection[str] = ()) -> tuple[str, ...]:
    """Return the datasets that the system and its models read, including existing optional ones."""
    added = (dataset for model in models_of(cast("ModuleType", package)) for dataset in model.reads)
    looked_at = (dataset for dataset in declared(package, "MAY_READ") if dataset in datasets)
    return tuple(dict.fromkeys((*package.READS, *added, *looked_at)))


def reads_of_table(package: SystemPackage, table: str, datasets: Collection[str] = ()) -> tuple[str, ...]:
    """Return the datasets that one table is built from: its own statement's, else its system's."""
    by_table = cast("Mapping[str, tuple[str, ...]]", getattr(package, "reads_by_table", {}))
    return by_table.get(table) or reads(package, datasets)


def may_read(package: SystemPackage, table: str = "") -> tuple[str, ...]:
    """Return all datasets that the system or one of its tables may read, including optional ones."""
    return tuple(dict.fromkeys((*reads_of_table(package, table), *declared(package, "MAY_READ"))))


def system(name: str) -> SystemPackage:
    """Return the package that builds the system of that name.

    Raises:
        SettingsError: its module has no function `build`, or no READS.
    """
    package = load_module(_module(name))
    if not callable(getattr(package, "build", None)):
        raise SettingsError(
            f"The system {name} has no function `build(tables, as_of, shelf)` in {_module(name)}. "
            "`headgate systems init NAME` writes one to be changed."
        )
    reads = getattr(package, "READS", None)
    if not isinstance(reads, tuple | list) or not all(isinstance(dataset, str) for dataset in reads):
        raise SettingsError(
            f"READS of the system {name} is {reads!r} in {_module(name)}. It is the tuple of the datasets "
            'that the system reads, such as READS = ("readings",).'
        )
    return cast("SystemPackage", package)


def code_version(name: str) -> str:
    """Return a hash of the system's source and of its `made_with`."""
    package = system(name)
    made_with = getattr(package, "made_with", str)
    digest = hashlib.sha256(made_with().encode())
    digest.update(listed_source(_module(name), is_package=hasattr(package, "__path__")))
    return digest.hexdigest()[:16]


def modules() -> dict[str, str]:
    """Return the dotted module of every system of the domains and of the lake, by system."""
    return {system.name: system.module for domain in all_domains() for system in domain.systems}


def _module(name: str) -> str:
    by_name = modules()
    if name not in by_name:
        of_lake = sorted(system.name for domain in lake_domains() for system in domain.systems)
        listed = ", ".join(of_lake) or "none; `headgate systems init NAME` writes one"
        raise NotFoundError(
            f"There is no system {name} in Python.{did_you_mean(name, of_lake)} Systems of this lake: "
            f"{listed}."
        )
    return by_name[name]
