"""The columns from which each column of a table is computed.

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

COLUMNS = "headgate.columns"  # parameter of each version of a table in the catalog
MAX_LENGTH = 50_000  # Glue accepts values of 512,000 characters, and a table's history has five versions
CURATED, PROD = "curated", "prod"


class Use(StrEnum):
    """The use of a column for another one in a statement; the first three use the value itself."""

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
        """Return whether the value itself is used."""
        return self in _DIRECT

    def of(self, inner: Use) -> Use:
        """Return the combined use of a column through another one: `inner` for that one, then this use."""
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
        columns: column → columns on which its values depend, in the tables that the statement reads and in
            their sources.
        rows: columns that decide which rows exist: conditions, joins and groups.
        unknown: column whose sources cannot be derived → reason.
    """

    columns: Mapping[str, Sources] = field(default_factory=dict)
    rows: Sources = field(default_factory=dict)
    unknown: Mapping[str, str] = field(default_factory=dict)

    def with_models(self, models: Mapping[str, TableColumns]) -> TableColumns:
        """Add the sources of the models that are sources."""
        tables = {
            ref.table
            for sources in (self.rows, *self.columns.values())
            for ref in sources
            if ref.zone == PROD
        }
        unknown, rows = dict(self.unknown), _with_indirect(self.rows, models)
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
            {name: _with_indirect(sources, models) for name, sources in self.columns.items()}, rows, unknown
        )

    def to_json(self) -> str:
        """Return the text for the catalog.

        A lineage that is too long for the catalog is recorded as unknown.
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
        """Parse the text from the catalog."""
        stored = json.loads(text)
        columns = {name: _read(listed) for name, listed in stored["columns"].items()}
        return cls(columns, _read(stored["rows"]), stored["unknown"])


def columns_of(shown: TableVersion) -> TableColumns | None:
    """Return the lineage by column of the version that a table shows; None if the catalog has none."""
    text = shown.parameters.get(COLUMNS, "")
    return TableColumns.from_json(text) if text else None


def add_sources(into: Sources, sources: Mapping[ColumnRef, Iterable[Use]], use: Use = Use.IDENTITY) -> None:
    """Add the sources of a column that is used for another one."""
    for ref, uses in sources.items():
        into[ref] = into.get(ref, frozenset()) | {use.of(inner) for inner in uses}


def _with_indirect(sources: Sources, models: Mapping[str, TableColumns]) -> Sources:
    extended = dict(sources)
    for ref, uses in sources.items():
        for use in uses if ref.zone == PROD else ():
            add_sources(extended, models[ref.table].columns.get(ref.column, {}), use)
    return extended


def _listed(sources: Sources) -> list[list[object]]:
    return [[*ref, sorted(uses)] for ref, uses in sorted(sources.items())]


def _read(listed: Iterable[tuple[str, str, str, list[str]]]) -> Sources:
    return {ColumnRef(zone, table, column): frozenset(map(Use, uses)) for zone, table, column, uses in listed}
