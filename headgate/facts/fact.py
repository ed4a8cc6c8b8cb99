"""A fact as a system declares it: an Ibis expression over rows, and how its rows of two parts combine."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, TypeAlias, runtime_checkable

import ibis

from headgate.errors import ContractError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Tables: TypeAlias = "Mapping[str, ibis.Table]"

EDITION = "1"
"""Raise it when facts of equal expressions and parts would hold other rows."""


class Combine(StrEnum):
    """How the values of one key in several parts combine. All three are exact in any order."""

    SUM = "sum"
    LEAST = "min"
    GREATEST = "max"


@dataclass(frozen=True)
class Fact:
    """Rows that are computed for each part of a dataset, and that combine to those of the dataset.

    Attributes:
        name: unique in its system.
        of: the dataset whose parts the fact is kept by.
        rows: the fact's rows, from tables by name. Each row follows from rows of `of` with the same value of
            the columns in `joined`, and from the rows joined to them, never from another row of `of`.
        combine: how a column's values of one key combine. The other columns are the key. Empty for rows that
            follow from a row of `of` each and are never in two parts.
        joined: datasets that `rows` joins to `of`, each with the column that has the same name and the same
            values in both.
    """

    name: str
    of: str
    rows: Callable[[Tables], ibis.Table]
    combine: Mapping[str, Combine]
    joined: Mapping[str, str] = field(default_factory=dict)

    @property
    def reads(self) -> tuple[str, ...]:
        """Return the datasets that the fact is computed from, the one of its parts first."""
        return (self.of, *self.joined)

    def computed(self, tables: Tables, lookups: Tables) -> ibis.Table:
        """Return the fact's rows of some tables, in the order of the key.

        Raises:
            ContractError: values of a column would not combine exactly.
        """
        rows = self.rows({**{name: tables[name] for name in self.reads}, **lookups})
        self._require_exact(rows)
        return rows.order_by([*self._key(rows), *self.combine])

    def combined(self, rows: ibis.Table) -> ibis.Table:
        """Return rows of several parts as one row for each key.

        If no column combines, each row follows from a row of one part, and all rows are returned.
        """
        if not self.combine:
            return rows
        schema = rows.schema()
        values = {name: getattr(rows[name], how)().cast(schema[name]) for name, how in self.combine.items()}
        return rows.group_by(self._key(rows)).agg(**values).select(*rows.columns)

    def version(self, schemas: Mapping[str, ibis.Schema]) -> str:
        """Return a hash of the fact's statement and of the types that it reads.

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
class HoldsFacts(Protocol):
    """Tables that keep facts by part."""

    def fact_rows(self, fact: Fact, lookups: Tables) -> ibis.Table:
        """Return the rows, as the function `fact_rows`."""
        ...


def fact_rows(fact: Fact, tables: Tables, **lookups: ibis.Table) -> ibis.Table:
    """Return the fact's rows of all of the dataset: from kept facts if the tables have some, or computed now.

    Args:
        lookups: small tables that the fact's rows depend on as a whole, by the name that `Fact.rows` reads.
    """
    if isinstance(tables, HoldsFacts):
        return tables.fact_rows(fact, lookups)
    return fact.combined(fact.computed(tables, lookups))
