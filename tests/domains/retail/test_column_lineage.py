"""The contracts of the systems' tables declare from which columns each column is computed."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import TYPE_CHECKING

import ibis
import pytest

from headgate.contracts.registry import STAMPS, Registry
from headgate.contracts.types import arrow_schema
from headgate.domains import retail
from headgate.facts.fact import Fact
from headgate.lineage.column_sources import CURATED
from headgate.lineage.declared_lineage import declared_lineage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

    from headgate.lineage.column_sources import ColumnRef

pytestmark = pytest.mark.unit

# The leak scanner searches all objects of the lake, so no column is a source of its findings.
NOT_FROM_COLUMNS = {"pci_audit", "pci_findings"}
PACKAGES = {
    "compliance-guardian": "compliance_guardian",
    "demand-insights-engine": "demand_insights_engine",
    "global-market-pulse": "global_market_pulse",
    "market-intelligence-hub": "market_intelligence_hub",
    "retail-copilot": "retail_copilot",
}
# Failed payments are counted by day, and then summed over all days.
NO_SOURCES = {("payments", "paid_at")}
# Small tables that a fact is given beside the datasets.
LOOKUPS = {
    "categories": ("product_id", "category"),
    "services": ("product_id",),
    "tail": ("category",),
}


@cache
def registry() -> Registry:
    return Registry.load()


def sources_of(system: str) -> set[ColumnRef]:
    """Return the columns of datasets that the tables of a system name, at any distance."""
    declared = declared_lineage(registry().prod, {**registry().curated, **registry().lake})
    lineage = [declared[name] for name in registry().tables_of(system) if name in declared]
    listed = [of for each in lineage for of in (each.rows, *each.columns.values())]
    return {ref for sources in listed for ref in sources if ref.zone == CURATED}


def package_of(system: str) -> ModuleType:
    return importlib.import_module(f"{retail.__name__}.{PACKAGES[system]}")


def facts_of(system: str) -> Iterator[Fact]:
    package = package_of(system)
    for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        for value in vars(importlib.import_module(module.name)).values():
            if isinstance(value, Fact):
                yield value


def test_every_column_of_every_table_declares_its_sources_or_is_a_stamp() -> None:
    stamps = {column.name for column in STAMPS}
    systems = set(PACKAGES)
    undeclared = {
        f"{name}.{column.name}"
        for name, contract in registry().prod.items()
        if contract.system in systems and name not in NOT_FROM_COLUMNS
        for column in contract.columns
        if column.computed_from is None and column.name not in stamps
    }
    assert undeclared == set()


def test_every_named_column_exists_and_no_column_comes_from_itself() -> None:
    declared = declared_lineage(registry().prod, {**registry().curated, **registry().lake})
    assert {name: of.unknown for name, of in declared.items() if of.unknown} == {}
    assert {name for name, of in declared.items() if not of.rows} == set()


@pytest.mark.parametrize("system", PACKAGES)
def test_a_system_names_columns_of_the_datasets_that_it_reads_and_of_each_of_them(system: str) -> None:
    package = package_of(system)
    may_read = set(getattr(package, "MAY_READ", ()))
    named = {ref.table for ref in sources_of(system)}
    assert named <= {*package.READS, *may_read}
    assert set(package.READS) <= named


@pytest.mark.parametrize("system", PACKAGES)
def test_the_facts_of_a_system_are_computed_from_columns_that_it_names(system: str) -> None:
    """A fact whose expression reads another column raises, because the tables lack it."""
    named = {(ref.table, ref.column) for ref in sources_of(system)} | NO_SOURCES
    schemas = {
        name: ibis.Schema.from_pyarrow(arrow_schema(contract))
        for name, contract in registry().curated.items()
    }
    tables = {
        name: ibis.table({column: schema[column] for column in schema if (name, column) in named}, name=name)
        for name, schema in schemas.items()
        if name in {dataset for dataset, _ in named}
    }
    lookups = {
        name: ibis.table(dict.fromkeys(columns, "string"), name=name) for name, columns in LOOKUPS.items()
    }
    facts = [*facts_of(system)]
    assert facts
    for fact in facts:
        assert fact.rows({**tables, **lookups}).columns
