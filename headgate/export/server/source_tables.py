"""Read the source's tables from information_schema: columns, indexes, engine, size."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from headgate.errors import NotFoundError
from headgate.export.server.session import quoted
from headgate.export.server.wire import announced_columns

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headgate.contracts.model import Contract
    from headgate.export.server.session import Session
    from headgate.export.server.wire import WireColumn

TABLE_PROPERTY, SOURCE_PROPERTY = "headgate.table", "headgate.source"
_COLUMNS = """
select column_name, data_type, column_type, is_nullable, character_set_name, character_octet_length,
       numeric_precision, numeric_scale, datetime_precision, extra
from information_schema.columns where table_schema = database() and table_name = {table} order by ordinal_position"""  # noqa: E501 a file's text
_INDEXES = """
select index_name, column_name, non_unique, sub_part, cardinality, index_type
from information_schema.statistics where table_schema = database() and table_name = {table} order by index_name, seq_in_index"""  # noqa: E501 a file's text
_TABLE = """
select if(table_type = 'VIEW', 'VIEW', engine), table_rows, avg_row_length from information_schema.tables
where table_schema = database() and table_name = {table} and table_type in ('BASE TABLE', 'SYSTEM VERSIONED', 'VIEW')"""  # noqa: E501 a file's text
_TABLES = """
select table_name from information_schema.tables
where table_schema = database() and table_type in ('BASE TABLE', 'SYSTEM VERSIONED') order by table_name"""
INTEGERS = frozenset({"tinyint", "smallint", "mediumint", "int", "bigint"})
_NUMBERS = INTEGERS | {"decimal", "float", "double"}
# Type numbers of the protocol; all others are texts or bytes.
# Source: https://dev.mysql.com/doc/dev/mysql-server/latest/field__types_8h.html
_KIND_OF_CODE = {
    1: "tinyint",
    2: "smallint",
    3: "int",
    4: "float",
    5: "double",
    7: "timestamp",
    8: "bigint",
    9: "mediumint",
    10: "date",
    11: "time",
    12: "datetime",
    13: "year",
    16: "bit",
    246: "decimal",
    255: "geometry",
}


@dataclass(frozen=True)
class SourceColumn:
    """One column as the source declares it. `kind` is MySQL's data type; `declared` the whole type text."""

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
        return self.kind in _NUMBERS and "unsigned" in self.declared

    @property
    def zerofill(self) -> bool:
        """The server pads the column's text with zeros."""
        return self.kind in _NUMBERS and "zerofill" in self.declared


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

    @property
    def from_sql(self) -> str:
        """The FROM clause of the rows."""
        return f"(\n{self.query}\n) AS {quoted(self.name)}" if self.query else quoted(self.name)

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
    session: Session, dataset: str, contract: Contract | None, query: str = ""
) -> SourceTable:
    """Return the dataset's table at the source, its columns called as the contract calls them.

    A table may be called otherwise there (`headgate.table`). Names of columns differ in case only, which
    MySQL does not tell apart.
    """
    table = (
        describe_query(session, dataset, query)
        if query
        else describe(session, source_name(dataset, contract))
    )
    called = {name.lower(): name for name in contract.names} if contract else {}
    columns = tuple(
        replace(column, name=called.get(column.name.lower(), column.name)) for column in table.columns
    )
    unique, indexes = (
        tuple(
            replace(index, columns=tuple(called.get(name.lower(), name) for name in index.columns))
            for index in group
        )
        for group in (table.unique, table.indexes)
    )
    return replace(table, columns=columns, unique=unique, indexes=indexes)


def tables(session: Session) -> list[str]:
    """Return the names of all tables of the database that this account may see.

    Views are left out: their rows are those of tables.
    """
    return [str(name) for (name,) in session.rows(_TABLES)]


def describe(session: Session, table: str) -> SourceTable:
    """Return the table as the source declares it now.

    Raises:
        NotFoundError: the source has no such table or view, or the account may not see it.
    """
    name = "'" + table.replace("\\", "\\\\").replace("'", "''") + "'"
    facts = session.rows(_TABLE.format(table=name))
    if not facts:
        raise NotFoundError(f"the source has no table {table} that this account may see")
    engine, rows, row_bytes = facts[0]
    columns = tuple(_column(row) for row in session.rows(_COLUMNS.format(table=name)))
    parts = session.rows(_INDEXES.format(table=name))
    return SourceTable(
        table, engine or "", columns, _unique(parts), _ordering(parts), int(rows or 0), int(row_bytes or 0)
    )


def describe_query(session: Session, name: str, query: str) -> SourceTable:
    """Return the columns of a SELECT as the server announces them.

    Raises:
        SettingsError: the server does not accept the query; the message repeats its reason.
    """
    query = query.strip().rstrip(";")
    table = SourceTable(name, "QUERY", (), query=query)
    columns = tuple(
        _announced(column)
        for column in announced_columns(session, f"SELECT * FROM {table.from_sql} LIMIT 0")  # noqa: S608 the caller's own query
    )
    return replace(table, columns=columns)


def _announced(wire: WireColumn) -> SourceColumn:
    """Return a column of a query.

    Texts state no character set: the server converts them whatever they are stored in.
    """
    kind = _KIND_OF_CODE.get(wire.type_code, "varchar")
    if kind == "varchar" and wire.is_binary:
        kind = "varbinary"
    precision, scale = 0, 0
    if kind == "decimal":
        scale = wire.scale
        precision = wire.length - (scale > 0) - (not wire.unsigned)
    elif kind == "bit":
        precision = wire.length
    size = (
        f"({precision},{scale})" if kind == "decimal" else f"({wire.length})" if kind == "varbinary" else ""
    )
    sign = " unsigned" if wire.unsigned and kind in _NUMBERS else ""
    declared = f"{kind}{size}{sign}{' zerofill' if wire.is_padded else ''}"
    fraction = wire.scale if kind in {"datetime", "timestamp", "time"} else 0
    length = wire.length if kind in {"varchar", "varbinary"} else 0
    return SourceColumn(wire.name, kind, declared, wire.nullable, "", length, precision, scale, fraction)


def _column(row: tuple[object, ...]) -> SourceColumn:
    name, kind, declared, nullable, charset, max_bytes, precision, scale, fraction, extra = row
    return SourceColumn(
        str(name),
        str(kind).lower(),
        str(declared),
        nullable == "YES",
        str(charset or ""),
        int(str(max_bytes or 0)),
        int(str(precision or 0)),
        int(str(scale or 0)),
        int(str(fraction or 0)),
        str(extra or "").lower(),
    )


def _unique(rows: list[tuple[object, ...]]) -> tuple[SourceIndex, ...]:
    """Return the unique indexes over whole columns, the primary key first."""
    columns: dict[str, list[str]] = {}
    unfit = set()
    for index, column, non_unique, prefix, *_ in rows:
        columns.setdefault(str(index), []).append(str(column))
        if non_unique or prefix is not None or column is None:
            unfit.add(str(index))
    fit = [SourceIndex(name, tuple(names)) for name, names in columns.items() if name not in unfit]
    return tuple(sorted(fit, key=lambda index: (index.name != "PRIMARY", len(index.columns), index.name)))


def _ordering(rows: list[tuple[object, ...]]) -> tuple[SourceIndex, ...]:
    """Return the leading whole columns of each index, the best index to slice by first."""
    columns: dict[str, list[str]] = {}
    cardinalities: dict[str, int] = {}
    cut = set()
    for index, column, _, prefix, cardinality, kind in rows:
        name = str(index)
        if prefix is not None or column is None or kind != "BTREE":
            cut.add(name)
        if name not in cut:
            columns.setdefault(name, []).append(str(column))
            cardinalities[name] = int(str(cardinality or 0))
    best_first = sorted(columns, key=lambda name: (name != "PRIMARY", -cardinalities[name], name))
    return tuple(SourceIndex(name, tuple(columns[name])) for name in best_first)
