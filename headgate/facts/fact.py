"""The declaration of a fact: an Ibis expression, and the aggregation of its rows over several parts."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, TypeAlias, runtime_checkable

import ibis

from headgate.errors import ContractError

Tables: TypeAlias = "Mapping[str, ibis.Table]"

EDITION = "1"
"""Increment it if equal expressions and parts would give other rows."""


class Combine(StrEnum):
    """The aggregation of a key's values in several parts, which is exact in any order."""

    SUM = "sum"
    MIN = "min"
    MAX = "max"


@dataclass(frozen=True)
class Fact:
    """Rows that are computed per part of a dataset, and combined to the rows of the whole dataset.

    Attributes:
        name: unique in its system.
        of: the dataset whose parts the fact is computed for.
        rows: the expression of the rows, from tables by name. A row depends only on rows of `of` with equal
            values in the columns of `joined`, and on the rows joined to them.
        combine: the aggregation per value column; the other columns are the key. Empty if each row comes from
            one row of `of`, so that no key is in two parts.
        joined: datasets that `rows` joins to `of`, with the join column, which has the same name in both.
        is_grouped: many parts have the same keys, such as days. The combined rows of neighbouring parts are
            stored as well, so that a run reads only the parts of groups that changed.
    """

    name: str
    of: str
    rows: Callable[[Tables], ibis.Table]
    combine: Mapping[str, Combine]
    joined: Mapping[str, str] = field(default_factory=dict)
    is_grouped: bool = False

    @property
    def reads(self) -> tuple[str, ...]:
        """Return the datasets that the fact reads, `of` first."""
        return (self.of, *self.joined)

    def computed(self, tables: Tables, lookups: Tables) -> ibis.Table:
        """Return the fact's rows of the tables, sorted by key."""
        rows = self.rows({**{name: tables[name] for name in self.reads}, **lookups})
        self._require_exact(rows)
        return self.ordered(rows)

    def ordered(self, rows: ibis.Table) -> ibis.Table:
        """Return the rows sorted by key."""
        return rows.order_by([*self._key(rows), *self.combine])

    def combined(self, rows: ibis.Table) -> ibis.Table:
        """Combine rows of several parts to one row per key; return all rows if `combine` is empty."""
        if not self.combine:
            return rows
        schema = rows.schema()
        values = {name: getattr(rows[name], how)().cast(schema[name]) for name, how in self.combine.items()}
        return rows.group_by(self._key(rows)).agg(**values).select(*rows.columns)

    def version(self, schemas: Mapping[str, ibis.Schema]) -> str:
        """Return a hash of the fact's expression and of the types that it reads.

        Args:
            schemas: of the datasets and lookups, by name.
        """
        tables = {name: ibis.table(schema, name=name) for name, schema in schemas.items()}
        rows = self.rows(tables)
        types = [f"{name}: {schema}" for name, schema in sorted({**schemas, "": rows.schema()}.items())]
        combine = [f"{name}: {how}" for name, how in sorted(self.combine.items())]
        text = "\n".join([EDITION, ibis.to_sql(rows, dialect="duckdb"), *types, *combine])
        return hashlib.sha256(text.encode()).hexdigest()

    def _key(self, rows: ibis.Table) -> list[str]:
        return [name for name in rows.columns if name not in self.combine]

    def _require_exact(self, rows: ibis.Table) -> None:
        for name, kind in rows.schema().items():
            how = self.combine.get(name)
            is_summed = how is Combine.SUM and not (kind.is_integer() or kind.is_decimal())
            if is_summed or (how is None and kind.is_floating()):
                raise ContractError(
                    f"Fact {self.name}: column {name} is {kind}, which does not combine exactly. "
                    "Sum integers or decimals, and use no float as a key."
                )


@runtime_checkable
class FactTables(Protocol):
    """Tables that store facts by part."""

    def fact_rows(self, fact: Fact, lookups: Tables) -> ibis.Table:
        """Return the rows like the function `fact_rows`."""


def fact_rows(fact: Fact, tables: Tables, **lookups: ibis.Table) -> ibis.Table:
    """Return the fact's rows of the whole dataset, from stored facts if the tables store them.

    Args:
        lookups: small tables that `Fact.rows` reads by these names; each row may depend on all their rows.
    """
    if isinstance(tables, FactTables):
        return tables.fact_rows(fact, lookups)
    return fact.combined(fact.computed(tables, lookups))
