"""A source's declarations of tables: columns, indexes, engine, size."""

from collections.abc import Sequence
from dataclasses import dataclass

from headgate.errors import NotFoundError
from headgate.export.server.sql_dialect import SqlDialect

INTEGERS = frozenset({"tinyint", "smallint", "mediumint", "int", "bigint", "int2", "int4", "int8"})
BYTES = frozenset({"binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob", "vector", "bytea"})
NUMBERS = INTEGERS | {"decimal", "float", "double"}


class NamedAtSource:
    """A column whose name may differ between contract and server."""

    name: str
    name_at_source: str

    @property
    def at_source(self) -> str:
        """The server's name of the column, for SQL."""
        return self.name_at_source or self.name


@dataclass(frozen=True)
class SourceColumn(NamedAtSource):
    """A source's declaration of a column.

    `kind` is the data type, `declared` the complete type. `extra` contains `auto_increment` for such a
    column.
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
        """The type is an unsigned number."""
        return self.kind in NUMBERS and "unsigned" in self.declared

    @property
    def automatic(self) -> bool:
        """The column is an auto-increment column."""
        return self.kind in INTEGERS and "auto_increment" in self.extra

    @property
    def zerofill(self) -> bool:
        """The server pads the column's text with zeros."""
        return self.kind in NUMBERS and "zerofill" in self.declared


@dataclass(frozen=True)
class SourceIndex:
    """An index, up to its first prefix column or expression."""

    name: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class SourceTable:
    """A source's declaration of a table, view or query.

    Attributes:
        engine: `VIEW` and `QUERY` for views and queries.
        unique: unique indexes without prefix columns, the primary key first.
        indexes: ordered indexes, unique or not: the primary key first, then by descending cardinality.
        row_estimate, row_bytes: the optimiser's estimates.
        query: the SELECT of a query; empty for a table or view.
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
        """Return the column of that name; raise NotFoundError if it is absent."""
        for column in self.columns:
            if column.name == name:
                return column
        raise NotFoundError(f"the source's table {self.name} has no column {name}")

    @property
    def declared(self) -> tuple[str, tuple[SourceColumn, ...], tuple[SourceIndex, ...]]:
        """The parts of the declaration that only ALTER TABLE changes."""
        return self.engine, self.columns, self.unique

    @property
    def transactional(self) -> bool:
        """A snapshot isolates the table; other tables need a lock.

        Views and queries may read a table without transactions; its changes during the run fail the
        certificate.
        """
        return self.engine.lower() in {"innodb", "rocksdb", "tokudb", "ndbcluster", "view", "query"}


def lake_names(names: Sequence[str]) -> dict[str, str]:
    """Return the lake's names of a server's columns, in lower case for Athena.

    If columns differ only in case, the lower-case one keeps its name, and the others are numbered.

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
