"""Which package builds which system. A job imports only its own: models are slow to load."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import import_module
from importlib.resources import files
from typing import TYPE_CHECKING, Protocol, cast

from headgate.errors import NotFoundError
from headgate.systems.models import models_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from datetime import date
    from importlib.resources.abc import Traversable
    from types import ModuleType

    import ibis
    import pandas as pd

    from headgate.learning.store import Shelf
    from headgate.systems.rows import Made


class System(Protocol):
    """A package that builds one system's tables; see docs/how-it-works/architecture.md."""

    READS: tuple[str, ...]

    def build(self, tables: Mapping[str, ibis.Table], as_of: date) -> dict[str, pd.DataFrame]:
        """One frame for each of the system's contracts, without `as_of` and `snapshot_id`."""
        ...


class OptionalSystem(Protocol):
    """A system whose tables depend on options, and that looks at datasets which a lake need not have."""

    OPTIONS: tuple[str, ...]
    MAY_READ: tuple[str, ...]

    def build(self, tables: Mapping[str, ibis.Table], as_of: date, options: Mapping[str, str]) -> dict[str, pd.DataFrame]:
        """As `System.build`; an option that is not stated is absent."""
        ...


class LearningSystem(Protocol):
    """A system with models that are kept or exported: the shelf names the recipe in charge, and takes what the system fitted."""

    LEARNS: tuple[str, ...]
    EXPORTS: tuple[str, ...]

    def build(self, tables: Mapping[str, ibis.Table], as_of: date, shelf: Shelf) -> Mapping[str, Made]:
        """As `System.build`."""
        ...


def learns(package: System) -> tuple[str, ...]:
    """The names of the models that a system keeps."""
    return cast("tuple[str, ...]", getattr(package, "LEARNS", ()))


def exports(package: System) -> tuple[str, ...]:
    """The names of the models that a system exports for predictions."""
    return cast("tuple[str, ...]", getattr(package, "EXPORTS", ()))


def options(package: System) -> tuple[str, ...]:
    """The names of the options that a system's tables depend on."""
    return cast("tuple[str, ...]", getattr(package, "OPTIONS", ()))


def built(package: System, tables: Mapping[str, ibis.Table], as_of: date, shelf: Shelf, stated: Mapping[str, str]) -> dict[str, Made]:
    """The tables of the system and of the models that its package was given.

    Args:
        shelf: for a system that learns.
        stated: options, for a system that has some.
    """
    if learns(package) or exports(package):
        own: Mapping[str, Made] = cast("LearningSystem", package).build(tables, as_of, shelf)
    elif options(package):
        own = cast("OptionalSystem", package).build(tables, as_of, stated)
    else:
        own = package.build(tables, as_of)
    return {**own, **{model.table: model(tables, as_of) for model in models_of(cast("ModuleType", package))}}


def reads(package: System, known: Collection[str] = ()) -> tuple[str, ...]:
    """The datasets that the system and its models read, and those that it looks at where they are among the known ones."""
    added = (dataset for model in models_of(cast("ModuleType", package)) for dataset in model.reads)
    looked_at = (dataset for dataset in getattr(package, "MAY_READ", ()) if dataset in known)
    return tuple(dict.fromkeys((*package.READS, *added, *looked_at)))


def reads_of_table(package: System, table: str, known: Collection[str] = ()) -> tuple[str, ...]:
    """Return the datasets that one table is built from: those that its own statement reads, or else all that its system reads."""
    by_table = cast("Mapping[str, tuple[str, ...]]", getattr(package, "reads_by_table", {}))
    return by_table.get(table) or reads(package, known)


def may_read(package: System, table: str = "") -> tuple[str, ...]:
    """All datasets that decide what the system's tables hold, or one of them: those read, and those looked at where they exist."""
    return tuple(dict.fromkeys((*reads_of_table(package, table), *getattr(package, "MAY_READ", ()))))


def system(name: str) -> System:
    """The package that builds the system of that name."""
    return cast("System", import_module(_package(name)))


def code_version(name: str) -> str:
    """A hash of the system's source, and of what else it says it is made with: tables built by other code lie elsewhere."""
    made_with = getattr(system(name), "made_with", str)
    digest = hashlib.sha256(made_with().encode())
    for path, body in _sources(files(_package(name)), ""):
        digest.update(f"{path}\0{hashlib.sha256(body).hexdigest()}\n".encode())
    return digest.hexdigest()[:16]


@cache
def packages() -> dict[str, str]:
    """Return the package of every system of every domain, as a dotted name, by the system's name."""
    return {
        package.replace("_", "-"): f"headgate.domains.{domain.name}.{package}"
        for domain in sorted(files("headgate.domains").iterdir(), key=lambda item: item.name)
        if domain.is_dir()
        for package in _packages(domain)
    }


def _package(name: str) -> str:
    if name not in packages():
        raise NotFoundError(f"There is no system {name}. Systems: {', '.join(packages())}.")
    return packages()[name]


def _packages(domain: Traversable) -> list[str]:
    names = sorted(item.name for item in domain.iterdir() if item.is_dir() and (item / "__init__.py").is_file())
    return [name for name in names if name != "sample"]


def _sources(folder: Traversable, path: str) -> Iterator[tuple[str, bytes]]:
    for item in sorted(folder.iterdir(), key=lambda item: item.name):
        if item.is_dir():
            yield from _sources(item, f"{path}{item.name}/")
        elif item.name.endswith(".py"):
            yield path + item.name, item.read_bytes()
