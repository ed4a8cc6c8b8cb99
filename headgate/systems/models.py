"""Tables that a system gets by one file each; docs/how-it-works/adding-a-model.md walks through one."""

from __future__ import annotations

import pkgutil
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date
    from types import ModuleType

    import ibis
    import pandas as pd

    Builder = Callable[[Mapping[str, ibis.Table], date], pd.DataFrame]


@dataclass(frozen=True)
class TableModel:
    """The builder of one table.

    `reads` are the datasets it wants; all of them are in the `tables` that it is called with.
    """

    table: str
    reads: tuple[str, ...]
    build: Builder

    def __call__(self, tables: Mapping[str, ibis.Table], as_of: date) -> pd.DataFrame:
        """Return the table's frame as of the end of a day, without the stamps, in the order of its key."""
        return self.build(tables, as_of)


def model(table: str, *, reads: tuple[str, ...]) -> Callable[[Builder], TableModel]:
    """Return a decorator that makes a function the builder of `table`, in the system of its package."""
    return lambda build: TableModel(table, reads, build)


def models_of(package: ModuleType) -> list[TableModel]:
    """Return the models that the modules of a system's package define, by table."""
    names = sorted(info.name for info in pkgutil.iter_modules(getattr(package, "__path__", ())))
    modules = [import_module(f"{package.__name__}.{name}") for name in names]
    models = [value for module in modules for value in vars(module).values() if isinstance(value, TableModel)]
    return sorted(dict.fromkeys(models), key=lambda model: model.table)
