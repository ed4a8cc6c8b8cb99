"""The columns that each column of a table is computed from.

Pure: `headgate.systems.column_lineage` derives them from statements.

Source: OpenLineage, column level lineage facet, its types and subtypes of transformations;
https://openlineage.io/docs/spec/facets/dataset-facets/column_lineage_facet
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from headgate.lake.ports import TableVersion

COLUMNS = "headgate.columns"  # the catalog keeps these facts with each version of a table
MAX_LENGTH = 50_000  # Glue takes values of 512,000 characters, and the history of a table has five versions
CURATED, PROD = "curated", "prod"


class Use(StrEnum):
    """How a statement uses a column for another one. The first three are direct: the value itself goes in."""

    IDENTITY = "IDENTITY"
    TRANSFORMATION = "TRANSFORMATION"
    AGGREGATION = "AGGREGATION"
    CONDITIONAL = "CONDITIONAL"
    FILTER = "FILTER"
    GROUP_BY = "GROUP_BY"
    JOIN = "JOIN"
    SORT = "SORT"
    WINDOW = "WINDOW"

    @property
    def is_direct(self) -> bool:
        """Return whether the value itself goes in."""
        return self in _DIRECT

    def of(self, inner: Use) -> Use:
        """Return the use of a column by way of another one: `inner` for that one, this use of that one."""
        if not (self.is_direct and inner.is_direct):
            return inner if self.is_direct else self
        return max(self, inner, key=_DIRECT.index)


_DIRECT = (Use.IDENTITY, Use.TRANSFORMATION, Use.AGGREGATION)


class ColumnRef(NamedTuple):
    """A column of a table of the lake; the zone is `curated` for a dataset and `prod` for a model."""

    zone: str
    table: str
    column: str


Sources = dict[ColumnRef, frozenset[Use]]


@dataclass(frozen=True)
class TableColumns:
    """The lineage of one table by column.

    Attributes:
        columns: by column, the columns that its values depend on: of the tables that the statement reads, and
            of those behind them.
        rows: the columns that decide which rows there are: conditions, joins and groups.
        unknown: the reason, by column whose sources cannot be derived.
    """

    columns: Mapping[str, Sources] = field(default_factory=dict)
    rows: Sources = field(default_factory=dict)
    unknown: Mapping[str, str] = field(default_factory=dict)

    def with_models(self, models: Mapping[str, TableColumns]) -> TableColumns:
        """Return the same with the sources of source models, which have theirs already."""
        tables = {
            ref.table
            for sources in (self.rows, *self.columns.values())
            for ref in sources
            if ref.zone == PROD
        }
        unknown, rows = dict(self.unknown), _with_behind(self.rows, models)
        for table in sorted(tables):
            add_sources(rows, models[table].rows)
        for name, sources in self.columns.items():
            if further := next(
                (ref for ref in sources if ref.zone == PROD and ref.column in models[ref.table].unknown), None
            ):
                unknown.setdefault(
                    name, f"{further.table}.{further.column}: {models[further.table].unknown[further.column]}"
                )
        return TableColumns(
            {name: _with_behind(sources, models) for name, sources in self.columns.items()}, rows, unknown
        )

    def to_json(self) -> str:
        """Return the text that the catalog keeps.

        A lineage that is too long for the catalog is unknown there.
        """
        columns = {name: _listed(sources) for name, sources in self.columns.items()}
        text = json.dumps(
            {"columns": columns, "rows": _listed(self.rows), "unknown": self.unknown}, separators=(",", ":")
        )
        if len(text) <= MAX_LENGTH:
            return text
        reason = f"its lineage has {len(text):,} characters, and the catalog keeps at most {MAX_LENGTH:,}"
        return TableColumns(unknown=dict.fromkeys([*self.columns, *self.unknown], reason)).to_json()

    @classmethod
    def from_json(cls, text: str) -> TableColumns:
        """Return the lineage of such a text."""
        stored = json.loads(text)
        columns = {name: _read(listed) for name, listed in stored["columns"].items()}
        return cls(columns, _read(stored["rows"]), stored["unknown"])


def columns_of(shown: TableVersion) -> TableColumns | None:
    """Return the lineage by column of the version that a table shows.

    None where the catalog keeps none with it.
    """
    text = shown.parameters.get(COLUMNS, "")
    return TableColumns.from_json(text) if text else None


def add_sources(into: Sources, sources: Mapping[ColumnRef, Iterable[Use]], use: Use = Use.IDENTITY) -> None:
    """Add sources, as a column has them that uses the column of these sources."""
    for ref, uses in sources.items():
        into[ref] = into.get(ref, frozenset()) | {use.of(inner) for inner in uses}


def _with_behind(sources: Sources, models: Mapping[str, TableColumns]) -> Sources:
    every = dict(sources)
    for ref, uses in sources.items():
        for use in uses if ref.zone == PROD else ():
            add_sources(every, models[ref.table].columns.get(ref.column, {}), use)
    return every


def _listed(sources: Sources) -> list[list[object]]:
    return [[*ref, sorted(uses)] for ref, uses in sorted(sources.items())]


def _read(listed: Iterable[tuple[str, str, str, list[str]]]) -> Sources:
    return {ColumnRef(zone, table, column): frozenset(map(Use, uses)) for zone, table, column, uses in listed}
