"""Tables as their source declares them: columns, indexes, engine, size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from headgate.errors import NotFoundError
from headgate.export.server.sql_dialect import SqlDialect

if TYPE_CHECKING:
    from collections.abc import Sequence

INTEGERS = frozenset({"tinyint", "smallint", "mediumint", "int", "bigint", "int2", "int4", "int8"})
BYTES = frozenset({"binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob", "vector", "bytea"})
NUMBERS = INTEGERS | {"decimal", "float", "double"}


class NamedAtSource:
    """A column whose contract may spell its name in another case than its server does."""

    name: str
    name_at_source: str

    @property
    def at_source(self) -> str:
        """The server's spelling, for SQL."""
        return self.name_at_source or self.name


@dataclass(frozen=True)
class SourceColumn(NamedAtSource):
    """One column as the source declares it. `kind` is the server's data type; `declared` the whole type text.

    `extra` has `auto_increment` where the server gives the values, one after the other. `name_at_source` is
    the server's spelling, empty for that of `name`.
    """

    name: str
    kind: str
    declared: str
    nullable: bool
    charset: str = ""
    max_bytes: int = 0
    precision: int = 0
    scale: int = 0
    fraction_digits: int = 0
    extra: str = ""
    name_at_source: str = ""

    @property
    def unsigned(self) -> bool:
        """The column holds no negative numbers."""
        return self.kind in NUMBERS and "unsigned" in self.declared

    @property
    def automatic(self) -> bool:
        """The server gives the column's values, one after the other."""
        return self.kind in INTEGERS and "auto_increment" in self.extra

    @property
    def zerofill(self) -> bool:
        """The server pads the column's text with zeros."""
        return self.kind in NUMBERS and "zerofill" in self.declared


@dataclass(frozen=True)
class SourceIndex:
    """An index over whole columns, or what of one begins so."""

    name: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class SourceTable:
    """One table as the source declares it.

    Attributes:
        unique: indexes over whole columns that no two rows share, the primary key first.
        indexes: what rows can be read in the order of, unique or not; the primary key first, then by how many
            values they tell apart.
        engine: `VIEW` and `QUERY` for views and queries.
        row_estimate, row_bytes: the optimiser's guesses.
        query: the SELECT whose rows these are; empty for a table or view.
    """

    name: str
    engine: str
    columns: tuple[SourceColumn, ...]
    unique: tuple[SourceIndex, ...] = ()
    indexes: tuple[SourceIndex, ...] = ()
    row_estimate: int = 0
    row_bytes: int = 0
    query: str = ""
    dialect: SqlDialect = SqlDialect.MYSQL

    @property
    def from_sql(self) -> str:
        """The FROM clause of the rows."""
        name = self.dialect.quoted(self.name)
        return f"(\n{self.query}\n) AS {name}" if self.query else name

    def column(self, name: str) -> SourceColumn:
        """Return the column of that name; NotFoundError when there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise NotFoundError(f"the source's table {self.name} has no column {name}")

    @property
    def declared(self) -> tuple[str, tuple[SourceColumn, ...], tuple[SourceIndex, ...]]:
        """The parts of the table that only ALTER TABLE changes, unlike estimates."""
        return self.engine, self.columns, self.unique

    @property
    def transactional(self) -> bool:
        """A snapshot holds for this table; for others only a lock does.

        Tables behind a view or query are not known here. One without transactions that changes meanwhile
        fails the certificate.
        """
        return self.engine.lower() in {"innodb", "rocksdb", "tokudb", "ndbcluster", "view", "query"}


def lake_names(names: Sequence[str]) -> dict[str, str]:
    """Return the lake's name of each column of a server: in lower case, since Athena knows no other.

    Of columns that differ in case only, one in lower case keeps its name, and others are numbered.

    >>> lake_names(["createdAt", "createdat", "Total"])
    {'createdAt': 'createdat_2', 'createdat': 'createdat', 'Total': 'total'}
    """
    taken = {name for name in names if name == name.lower()}
    called = {}
    for name in names:
        plain, number = name.lower(), 1
        lake_name = plain
        while lake_name in taken and name != plain:
            number += 1
            lake_name = f"{plain}_{number}"
        taken.add(lake_name)
        called[name] = lake_name
    return called
