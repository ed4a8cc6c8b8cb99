"""Read the declarations of PostgreSQL tables, and the facts for drafts of contracts, from the catalogs."""

import re
from dataclasses import replace

from adbc_driver_manager import Error

from headgate.errors import NotFoundError, ServiceError, SettingsError
from headgate.export.postgres.postgres_session import PostgresSession, postgres_errors_of_table
from headgate.export.postgres.postgres_types import ARRAY, COMPOSITE
from headgate.export.server.source import DraftFacts, SourceLostError
from headgate.export.server.source_tables import SourceColumn, SourceIndex, SourceTable
from headgate.export.server.sql_dialect import SqlDialect

_ENGINES = {"r": "table", "p": "partitioned", "v": "view", "f": "foreign"}
_TABLE = """
select c.relkind::text, case when c.relkind = 'p' then
         (select coalesce(sum(greatest(i.reltuples, 0)), 0) from pg_partition_tree(c.oid) t join pg_class i on i.oid = t.relid)
       else greatest(c.reltuples, 0) end::int8,
       case when c.relkind in ('r', 'p') then
         (select coalesce(sum(pg_relation_size(t.relid)), 0) from pg_partition_tree(c.oid) t) + pg_relation_size(c.oid) * (c.relkind = 'r')::int
       else 0 end::int8
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname = current_schema() and c.relname = {table} and c.relkind in ('r', 'p', 'v', 'f')"""  # noqa: E501 a file's text
_COLUMNS = """
select i.column_name::text, case when t.typcategory = 'A' then 'array' when t.typtype = 'c' then 'composite'
         when t.typtype = 'e' then 'enum' else i.udt_name::text end,
       format_type(a.atttypid, a.atttypmod), i.is_nullable::text,
       coalesce(i.character_maximum_length, 0)::int8,
       coalesce(i.numeric_precision, 0)::int8, coalesce(i.numeric_scale, 0)::int8,
       case when i.is_identity = 'YES' or i.column_default like 'nextval(%' then 'auto_increment' else '' end
from information_schema.columns i
join pg_attribute a on a.attrelid = {relation}::regclass and a.attname = i.column_name
join pg_type t on t.oid = (i.udt_schema::text || '.' || quote_ident(i.udt_name))::regtype
where i.table_schema = current_schema() and i.table_name = {table} order by i.ordinal_position"""
_KEYS = """
select c.relname::text, i.indisprimary, a.attname::text
from pg_index i join pg_class c on c.oid = i.indexrelid
cross join lateral unnest(i.indkey) with ordinality k(attnum, place)
join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
where i.indrelid = {relation}::regclass and i.indisunique and i.indpred is null and i.indexprs is null
order by i.indisprimary desc, c.relname, k.place"""
_TABLES = """
select c.relname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname = current_schema() and c.relkind in ('r', 'p') and not c.relispartition
and has_any_column_privilege(c.oid, 'SELECT') order by 1"""
_FOREIGN_KEYS = """
select a.attname::text, p.relname::text, b.attname::text
from pg_constraint k join pg_class p on p.oid = k.confrelid
join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[1]
join pg_attribute b on b.attrelid = k.confrelid and b.attnum = k.confkey[1]
where k.contype = 'f' and cardinality(k.conkey) = 1 and k.conrelid = {relation}::regclass
and p.relnamespace = (select relnamespace from pg_class where oid = k.conrelid) order by 1"""
_MEMBERS = """
select a.attname::text, e.enumlabel::text from pg_attribute a join pg_enum e on e.enumtypid = a.atttypid
where a.attrelid = {relation}::regclass and not a.attisdropped order by a.attnum, e.enumsortorder"""
_NUMERIC = re.compile(r"numeric\((\d+),(-?\d+)\)")
_MODIFIER_BYTES, _SCALE_BITS = 4, 0x7FF
_TEXTS = {"text", "varchar", "bpchar", "name", "citext", "enum", "json", "jsonb", "xml"}


def postgres_tables(session: PostgresSession) -> list[str]:
    """Return the names of the schema's tables that this account may see, without views and partitions."""
    return [str(name) for (name,) in session.rows(_TABLES)]


def describe_postgres_table(session: PostgresSession, table: str) -> SourceTable:
    """Return the current declaration of a table or view."""
    names = _names(table)
    with postgres_errors_of_table(table):
        facts = session.rows(_TABLE.format(**names))
        columns = tuple(map(_column, session.rows(_COLUMNS.format(**names)))) if facts else ()
        keys = session.rows(_KEYS.format(**names)) if facts else []
    if not columns:
        raise NotFoundError(f"the source has no table {table} that this account may see")
    kind, rows, size_bytes = facts[0]
    unique: dict[str, list[str]] = {}
    for index, is_primary, column in keys:
        unique.setdefault("PRIMARY" if is_primary else str(index), []).append(str(column))
    return SourceTable(
        table,
        _ENGINES[kind],
        columns,
        tuple(SourceIndex(name, tuple(parts)) for name, parts in unique.items()),
        row_estimate=rows,
        row_bytes=size_bytes // max(rows, 1),
        dialect=SqlDialect.POSTGRES,
    )


def describe_postgres_query(session: PostgresSession, name: str, query: str) -> SourceTable:
    """Return the columns of a SELECT."""
    table = SourceTable(name, "query", (), query=query.strip().rstrip(";"), dialect=SqlDialect.POSTGRES)
    try:
        columns = session.result_columns(f"SELECT * FROM {table.from_sql}")  # noqa: S608 the caller's own query
    except ServiceError as error:
        if isinstance(error, SourceLostError) or not isinstance(error.__cause__, Error):
            raise
        reason = str(error.__cause__).partition("\n")[0].rpartition("ERROR:")[2].strip()
        raise SettingsError(f"the server does not accept the query: {reason}") from error
    return replace(table, columns=tuple(_query_column(*column) for column in columns))


def postgres_draft_facts(session: PostgresSession, table: SourceTable) -> DraftFacts:
    """Return a table's foreign keys and the labels of its enumerations."""
    names = _names(table.name)
    keys = session.rows(_FOREIGN_KEYS.format(**names))
    members: dict[str, list[str]] = {}
    for column, label in session.rows(_MEMBERS.format(**names)):
        members.setdefault(str(column), []).append(str(label))
    return DraftFacts(
        {str(column): f"{parent}.{key}" for column, parent, key in keys},
        {column: tuple(labels) for column, labels in members.items()},
    )


def _names(table: str) -> dict[str, str]:
    """Return a table's name as an SQL string, and as an SQL string with the quoted identifier."""
    sql = SqlDialect.POSTGRES
    return {"table": sql.string(table), "relation": sql.string(sql.quoted(table))}


def _column(row: tuple[object, ...]) -> SourceColumn:
    name, kind, declared, nullable, length, precision, scale, extra = row
    digits = _numeric_digits(str(kind), str(declared), int(str(precision)), int(str(scale)))
    return SourceColumn(
        str(name),
        str(kind),
        str(declared),
        nullable == "YES",
        "utf8" if kind in _TEXTS else "",
        int(str(length)) * 4,
        *digits,
        extra=str(extra),
    )


def _numeric_digits(kind: str, declared: str, precision: int, scale: int) -> tuple[int, int]:
    """Return the precision and scale of a NUMERIC; precision 0 if it declares none.

    PostgreSQL 15 accepts scales below 0 and above the precision.
    """
    if kind != "numeric":
        return 0, 0
    if own := _NUMERIC.fullmatch(declared):
        precision, scale = int(own[1]), int(own[2])
    return max(precision - min(scale, 0), scale), max(scale, 0)


def _query_column(name: str, kind: str, modifier: str) -> SourceColumn:
    """Return a column of a query. Source: numeric.c, make_numeric_typmod."""
    digits, declared = (0, 0), kind
    if kind == "numeric" and int(modifier) > _MODIFIER_BYTES:
        packed = int(modifier) - _MODIFIER_BYTES
        scale = ((packed & _SCALE_BITS) ^ 1024) - 1024
        declared = f"numeric({packed >> 16},{scale})"
        digits = _numeric_digits(kind, declared, 0, 0)
    if kind.startswith("_"):
        kind = ARRAY
    elif kind == "record":
        kind = COMPOSITE
    charset = "utf8" if kind in _TEXTS else ""
    return SourceColumn(
        name, kind, declared, nullable=True, charset=charset, precision=digits[0], scale=digits[1]
    )
