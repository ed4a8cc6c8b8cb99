"""Draft a contract from a table as its server declares it: types, key, foreign keys, which column records
that a row changed.

A draft is a proposal to a person, as that of `headgate contract init` from a file is. What a server cannot
say, which columns hold card data, is guessed from names and a sample of values by the function that is given.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pyarrow as pa

from headgate.contracts.model import Column, ColumnType, Contract, Kind, Level, Rule
from headgate.contracts.sensitive_names import mask_by_name
from headgate.export.planning.mapping import arrow_type_of
from headgate.export.planning.watermark import MODE_PROPERTY, ORDER_BY_PROPERTY
from headgate.export.requests import Mode
from headgate.export.server.session import quoted
from headgate.export.server.source_tables import SOURCE_PROPERTY, TABLE_PROPERTY

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from headgate.contracts.model import Mask
    from headgate.export.server.session import Session
    from headgate.export.server.source_tables import SourceColumn, SourceTable

    GuessMask = Callable[[str, pa.Array], Mask | None]

_SAMPLE_ROWS = 1000
_CHANGED = "on update current_timestamp"
_MEMBERS = re.compile(r"'((?:[^']|'')*)'")
_LENGTH = re.compile(r"(?:var)?char\((\d+)\)")
_KINDS = {
    pa.bool_(): Kind.BOOLEAN,
    pa.int16(): Kind.SMALLINT,
    pa.int32(): Kind.INTEGER,
    pa.int64(): Kind.BIGINT,
    pa.float32(): Kind.DOUBLE,
    pa.float64(): Kind.DOUBLE,
    pa.date32(): Kind.DATE,
    pa.timestamp("us"): Kind.TIMESTAMP,
}
_FOREIGN_KEYS = """
select column_name, referenced_table_name, referenced_column_name from information_schema.key_column_usage k
where table_schema = database() and table_name = {table} and referenced_table_schema = database()
and 1 = (select count(*) from information_schema.key_column_usage o
         where o.table_schema = k.table_schema and o.table_name = k.table_name and o.constraint_name = k.constraint_name)"""  # noqa: E501 a file's text


def draft_from_table(
    session: Session, table: SourceTable, guess_mask: GuessMask, source: str = ""
) -> Contract:
    """Return a source contract that accepts every row of the table, in names that Athena can say.

    Args:
        source: one of several databases; its name begins the dataset's, so that two databases may each have a
            table `customer`.
    """
    parents = _parents(session, table)
    key = next((index.columns for index in table.unique if index.name == "PRIMARY"), ())
    order_by = [column.name.lower() for column in table.columns if _CHANGED in column.extra][:1]
    prefix = f"{source}_" if source else ""
    parents = {column: f"{prefix}{parent}" for column, parent in parents.items()}
    dataset = prefix + table.name.lower()
    named = ({TABLE_PROPERTY: table.name} if dataset != table.name else {}) | (
        {SOURCE_PROPERTY: source} if source else {}
    )
    # Without a column that says when a row changed, an incremental run would miss updates.
    incremental = {ORDER_BY_PROPERTY: order_by} if order_by else {MODE_PROPERTY: str(Mode.FULL)}
    return Contract(
        id=f"headgate.source.{dataset}",
        dataset=dataset,
        zone="source",
        version="0.1.0",
        columns=tuple(_column(session, table, column, parents, guess_mask) for column in table.columns),
        key=tuple(name.lower() for name in key),
        order_by=tuple(order_by),
        grain=f"One row per {' and '.join(key)}" if key else "",
        properties={**named, **incremental},
    )


def _column(
    session: Session,
    table: SourceTable,
    column: SourceColumn,
    parents: Mapping[str, str],
    guess_mask: GuessMask,
) -> Column:
    wanted = _type(column, is_flag=_is_flag(session, table, column))
    mask = (
        guess_mask(column.name.lower(), _sample(session, table, column))
        if wanted.kind is Kind.STRING
        else mask_by_name(column.name)
    )
    column_type = ColumnType(Kind.STRING) if mask else wanted
    # A date that is on no calendar arrives as null, whatever the table says.
    required = not column.nullable and column_type.kind not in {Kind.DATE, Kind.TIMESTAMP}
    rules = (*_rules(column_type, required=required), *(_members(column) if mask is None else ()))
    name = column.name.lower()
    return Column(
        name,
        column_type,
        column.declared,
        required=required,
        mask=mask,
        rules=rules,
        references=parents.get(name, ""),
    )


def _type(column: SourceColumn, *, is_flag: bool) -> ColumnType:
    arrow = arrow_type_of(column, Kind.BOOLEAN if is_flag else None)
    if pa.types.is_decimal128(arrow):
        return ColumnType(Kind.DECIMAL, precision=arrow.precision, scale=arrow.scale)
    if arrow in _KINDS:
        return ColumnType(_KINDS[arrow])
    length = _LENGTH.match(column.declared)
    return ColumnType(Kind.STRING, length=int(length[1]) if length else None)


def _is_flag(session: Session, table: SourceTable, column: SourceColumn) -> bool:
    """Return whether the type is TINYINT(1), MySQL's BOOLEAN, which holds -128 to 127.

    It is drafted as BOOLEAN unless other values than 0 and 1 occur.
    """
    if not column.declared.startswith("tinyint(1)"):
        return False
    name = quoted(column.name)
    return not session.rows(f"SELECT 1 FROM {quoted(table.name)} WHERE {name} NOT IN (0, 1) LIMIT 1")  # noqa: S608 quoted names


def _sample(session: Session, table: SourceTable, column: SourceColumn) -> pa.Array:
    """Return texts of the first rows of the column; empty for bytes and shapes."""
    if not column.charset:
        return pa.array([], pa.string())
    name = quoted(column.name)
    query = (
        f"SELECT CAST({name} AS CHAR(1000)) FROM {quoted(table.name)} "  # noqa: S608 quoted names
        f"WHERE {name} IS NOT NULL LIMIT {_SAMPLE_ROWS}"
    )
    texts = [
        value.decode("utf-8", "replace") if isinstance(value, bytes) else value
        for (value,) in session.rows(query)
    ]
    return pa.array(texts, pa.string())


def _rules(column_type: ColumnType, *, required: bool) -> Sequence[Rule]:
    lengths = [Rule("max_length", column_type.length)] if column_type.length is not None else []
    return [*([Rule("required")] if required else []), *lengths]


def _members(column: SourceColumn) -> Sequence[Rule]:
    """Return an ENUM's members, as a rule that only warns: outside strict mode MySQL keeps an empty text for
    everything else.
    """
    if column.kind != "enum":
        return ()
    return (
        Rule(
            "valid_values",
            tuple(member.replace("''", "'") for member in _MEMBERS.findall(column.declared)),
            Level.WARN,
        ),
    )


def _parents(session: Session, table: SourceTable) -> dict[str, str]:
    """Return, per column of a foreign key of one column, `dataset.column` of its parent."""
    name = "'" + table.name.replace("\\", "\\\\").replace("'", "''") + "'"
    keys = session.rows(_FOREIGN_KEYS.format(table=name))
    return {str(column).lower(): f"{parent}.{key}".lower() for column, parent, key in keys}
