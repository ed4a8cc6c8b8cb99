"""Which package builds which system. A job imports only its own: models are slow to load."""

from __future__ import annotations

import hashlib
from importlib import import_module
from importlib.resources import files
from typing import TYPE_CHECKING, Protocol, cast

from headgate.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date
    from importlib.resources.abc import Traversable

    import ibis
    import pandas as pd

_PACKAGES = {
    "market-intelligence-hub": "headgate.analytics.market_intelligence_hub",
    "demand-insights-engine": "headgate.analytics.demand_insights_engine",
    "compliance-guardian": "headgate.analytics.compliance_guardian",
    "global-market-pulse": "headgate.analytics.global_market_pulse",
    "retail-copilot": "headgate.analytics.retail_copilot",
}


class System(Protocol):
    """A package that builds one system's tables; see docs/architecture.md."""

    READS: tuple[str, ...]

    def build(self, tables: Mapping[str, ibis.Table], as_of: date) -> dict[str, pd.DataFrame]:
        """One frame for each of the system's contracts, without `as_of` and `snapshot_id`."""
        ...


def system(name: str) -> System:
    """The package that builds the system of that name."""
    return cast("System", import_module(_package(name)))


def code_version(name: str) -> str:
    """A hash of the system's source: tables built by other code lie elsewhere."""
    digest = hashlib.sha256()
    for path, body in _sources(files(_package(name)), ""):
        digest.update(f"{path}\0{hashlib.sha256(body).hexdigest()}\n".encode())
    return digest.hexdigest()[:16]


def _package(name: str) -> str:
    if name not in _PACKAGES:
        raise NotFoundError(f"no system {name}; there are {', '.join(_PACKAGES)}")
    return _PACKAGES[name]


def _sources(folder: Traversable, path: str) -> Iterator[tuple[str, bytes]]:
    for item in sorted(folder.iterdir(), key=lambda item: item.name):
        if item.is_dir():
            yield from _sources(item, f"{path}{item.name}/")
        elif item.name.endswith(".py"):
            yield path + item.name, item.read_bytes()
