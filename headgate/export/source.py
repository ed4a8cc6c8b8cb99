"""What the source says about its tables: columns, indexes, engine, size. Read from information_schema."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from headgate.errors import NotFoundError

if TYPE_CHECKING:
    from headgate.contracts.model import Contract
    from headgate.export.session import Session

TABLE_PROPERTY = "headgate.table"
_COLUMNS = """
select column_name, data_type, column_type, is_nullable, character_set_name, character_octet_length,
       numeric_precision, numeric_scale, datetime_precision, extra
from information_schema.columns where table_schema = database() and table_name = {table} order by ordinal_position"""
_INDEXES = """
select index_name, column_name, non_unique, sub_part, cardinality, index_type
from information_schema.statistics where table_schema = database() and table_name = {table} order by index_name, seq_in_index"""
_TABLE = """
select engine, table_rows, avg_row_length from information_schema.tables
where table_schema = database() and table_name = {table} and table_type in ('BASE TABLE', 'SYSTEM VERSIONED')"""
_TABLES = """
select table_name from information_schema.tables
where table_schema = database() and table_type in ('BASE TABLE', 'SYSTEM VERSIONED') order by table_name"""
INTEGERS = frozenset({"tinyint", "smallint", "mediumint", "int", "bigint"})
_NUMBERS = INTEGERS | {"decimal", "float", "double"}


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
        indexes: what rows can be read in the order of, unique or not; the primary key first, then by how many values they tell apart.
        row_estimate, row_bytes: the optimiser's guesses.
    """

    name: str
    engine: str
    columns: tuple[SourceColumn, ...]
    unique: tuple[SourceIndex, ...] = ()
    indexes: tuple[SourceIndex, ...] = ()
    row_estimate: int = 0
    row_bytes: int = 0

    def column(self, name: str) -> SourceColumn:
        """The column of that name; NotFoundError when there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise NotFoundError(f"the source's table {self.name} has no column {name}")

    @property
    def declared(self) -> tuple[str, tuple[SourceColumn, ...], tuple[SourceIndex, ...]]:
        """What of the table changes by ALTER TABLE only, as estimates do not."""
        return self.engine, self.columns, self.unique

    @property
    def transactional(self) -> bool:
        """A snapshot holds for this table; for others only a lock does."""
        return self.engine.lower() in {"innodb", "rocksdb", "tokudb", "ndbcluster"}


def described(session: Session, dataset: str, contract: Contract | None) -> SourceTable:
    """The dataset's table at the source, its columns called as the contract calls them.

    A table may be called otherwise there (`headgate.table`). Names of columns differ in case only, which MySQL does not tell apart.
    """
    table = describe(session, str(contract.properties.get(TABLE_PROPERTY, dataset)) if contract else dataset)
    called = {name.lower(): name for name in contract.names} if contract else {}
    columns = tuple(replace(column, name=called.get(column.name.lower(), column.name)) for column in table.columns)
    unique, indexes = (
        tuple(replace(index, columns=tuple(called.get(name.lower(), name) for name in index.columns)) for index in group)
        for group in (table.unique, table.indexes)
    )
    return replace(table, columns=columns, unique=unique, indexes=indexes)


def tables(session: Session) -> list[str]:
    """Names of all tables of the database that this account may see; views are none."""
    return [str(name) for (name,) in session.rows(_TABLES)]


def describe(session: Session, table: str) -> SourceTable:
    """The table as the source declares it now.

    Raises:
        NotFoundError: the source has no such table, or the account may not see it.
    """
    name = "'" + table.replace("\\", "\\\\").replace("'", "''") + "'"
    found = session.rows(_TABLE.format(table=name))
    if not found:
        raise NotFoundError(f"the source has no table {table} that this account may see")
    engine, rows, row_bytes = found[0]
    columns = tuple(_column(row) for row in session.rows(_COLUMNS.format(table=name)))
    parts = session.rows(_INDEXES.format(table=name))
    return SourceTable(table, engine or "", columns, _unique(parts), _ordering(parts), int(rows or 0), int(row_bytes or 0))


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
    """Unique indexes over whole columns, the primary key first."""
    columns: dict[str, list[str]] = {}
    unfit = set()
    for index, column, non_unique, prefix, *_ in rows:
        columns.setdefault(str(index), []).append(str(column))
        if non_unique or prefix is not None or column is None:
            unfit.add(str(index))
    fit = [SourceIndex(name, tuple(names)) for name, names in columns.items() if name not in unfit]
    return tuple(sorted(fit, key=lambda index: (index.name != "PRIMARY", len(index.columns), index.name)))


def _ordering(rows: list[tuple[object, ...]]) -> tuple[SourceIndex, ...]:
    """What of each index is over whole columns from its first on, in the order in which they are worth slicing by."""
    columns: dict[str, list[str]] = {}
    told_apart: dict[str, int] = {}
    cut = set()
    for index, column, _, prefix, cardinality, kind in rows:
        name = str(index)
        if prefix is not None or column is None or kind != "BTREE":
            cut.add(name)
        if name not in cut:
            columns.setdefault(name, []).append(str(column))
            told_apart[name] = int(str(cardinality or 0))
    best_first = sorted(columns, key=lambda name: (name != "PRIMARY", -told_apart[name], name))
    return tuple(SourceIndex(name, tuple(columns[name])) for name in best_first)
