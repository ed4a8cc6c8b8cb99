"""Tables as their source declares them: columns, indexes, engine, size."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from headgate.contracts.model import Kind
from headgate.errors import NotFoundError
from headgate.export.server.sql_dialect import SqlDialect

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headgate.contracts.model import Contract
    from headgate.export.server.source import ExportSource, Session

TABLE_PROPERTY, SOURCE_PROPERTY = "headgate.table", "headgate.source"
INTEGERS = frozenset({"tinyint", "smallint", "mediumint", "int", "bigint", "int2", "int4", "int8"})
BYTES = frozenset({"binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob", "vector", "bytea"})
NUMBERS = INTEGERS | {"decimal", "float", "double"}


@dataclass(frozen=True)
class SourceColumn:
    """One column as the source declares it. `kind` is the server's data type; `declared` the whole type text.

    `extra` has `auto_increment` where the server gives the values, one after the other.
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


def contracts_of(contracts: Mapping[str, Contract], source: str) -> dict[str, Contract]:
    """Return the contracts of one source: those whose `headgate.source` names it, or that name none for the
    deployment's own.
    """
    return {
        name: contract
        for name, contract in contracts.items()
        if contract.properties.get(SOURCE_PROPERTY, "") == source
    }


def source_name(dataset: str, contract: Contract | None) -> str:
    """Return what the source calls the table of a dataset."""
    return str(contract.properties.get(TABLE_PROPERTY, dataset)) if contract else dataset


def named_as_contract(
    source: ExportSource[Any], session: Session, dataset: str, contract: Contract | None, query: str = ""
) -> SourceTable:
    """Return the dataset's table at the source, its columns called as the contract calls them.

    A table may be called otherwise there (`headgate.table`). Names of columns differ in case only.
    """
    table = (
        source.describe_query(session, dataset, query)
        if query
        else source.describe(session, source_name(dataset, contract))
    )
    called = {name.lower(): name for name in contract.names} if contract else {}
    columns = tuple(
        _as_declared(replace(column, name=called.get(column.name.lower(), column.name)), contract)
        for column in table.columns
    )
    unique, indexes = (
        tuple(
            replace(index, columns=tuple(called.get(name.lower(), name) for name in index.columns))
            for index in group
        )
        for group in (table.unique, table.indexes)
    )
    return replace(table, columns=columns, unique=unique, indexes=indexes)


def _as_declared(column: SourceColumn, contract: Contract | None) -> SourceColumn:
    """Return PostgreSQL's NUMERIC without digits of its own with those of the contract."""
    if column.kind != "numeric" or column.precision or contract is None:
        return column
    types = {item.name: item.type for item in contract.columns}
    wanted = types.get(column.name)
    if wanted is None or wanted.kind is not Kind.DECIMAL:
        return column
    return replace(column, precision=wanted.precision or 0, scale=wanted.scale or 0)
