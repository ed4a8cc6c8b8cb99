"""Merge local Parquet files with DuckDB, in bounded memory."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from pathlib import Path

import duckdb
import ibis
import pyarrow as pa
import pyarrow.parquet as pq

from headgate.contracts.curated import LINEAGE_NAMES
from headgate.contracts.identity import merge_key
from headgate.contracts.model import Contract
from headgate.contracts.types import arrow_schema
from headgate.errors import AuditError
from headgate.merge.deletions import DELETED_BY, INCREMENT, SIGHTED_AFTER, without_deleted
from headgate.merge.newest_per_key import newest_by
from headgate.merge.part_boundaries import BEGINS_PART, EDGES
from headgate.snapshots.parts import FIRST, NUMBER, row_expression
from headgate.values.parquet_tables import cast_exactly, table_of

_ROWS, _DELETED, _SIGHTED, _LAST_ARRIVALS = "increments", "deleted", "sighted", "last_arrivals"
_ARRIVAL_COLUMNS = _CONTENT, _AT = "_arrived_content", "_arrived_at"
_KEY_SEPARATOR = "\x1f"  # between the texts of the key's columns


@dataclass(frozen=True)
class Memory:
    """The memory that DuckDB may use: up to `limit`, then the disk at `spill`."""

    spill: Path
    limit: str = "2GB"

    def connect(self) -> duckdb.DuckDBPyConnection:
        """Return a connection of its own; all of them share the limit and the views."""
        return self._database.cursor()

    def close(self) -> None:
        """Close the database and remove what it spilled. The next connection opens another one."""
        if database := self.__dict__.pop("_database", None):
            database.close()

    @cached_property
    def _database(self) -> duckdb.DuckDBPyConnection:
        """One for all connections, because a database takes 18 ms to open and 13 ms to close."""
        return duckdb.connect(config={"memory_limit": self.limit, "temp_directory": str(self.spill)})


@dataclass(frozen=True)
class Deletions:
    """Files of deleted keys, by the moment by which they had gone.

    And after which of these moments each increment was held again.
    """

    files: Mapping[str, Path] = field(default_factory=dict)
    sighted_after: Mapping[str, str] = field(default_factory=dict)  # content hash → moment


@dataclass(frozen=True)
class FittedFiles:
    """Local files of one dataset that have the columns and types of `contract`.

    Attributes:
        contract: with the columns in `absent` optional.
        absent: columns that some rows lack, because a file of an older contract version has no such column.
    """

    contract: Contract
    files: tuple[Path, ...]
    rows: int
    absent: frozenset[str]


@dataclass(frozen=True)
class KeyRange:
    """A range of keys: of some parts of a snapshot, with all keys between and, at its ends, beyond them."""

    edges: pa.Table  # `SnapshotParts.edges`
    parts: range


@dataclass(frozen=True)
class _FittedFile:
    rows: int
    lacking: tuple[str, ...] = ()


def fit_files(contract: Contract, files: Sequence[Path], lacking: Collection[str] = ()) -> FittedFiles:
    """Rewrite those of the files that an older version of the contract gave other columns or types.

    Args:
        lacking: columns that rows of `files` are known to lack already.

    Raises:
        AuditError: a file holds values that do not fit the contract.
    """
    fitted = [_fit(contract, file) for file in files]
    absent = frozenset({*lacking, *(name for file in fitted for name in file.lacking)})
    return FittedFiles(
        contract.without_required(absent), tuple(files), sum(file.rows for file in fitted), absent
    )


@contextmanager
def null_errors(fitted: FittedFiles) -> Iterator[None]:
    """Raise an AuditError with the columns if the block fails to write a null in a required column."""
    try:
        yield
    except ValueError:
        required = [column.name for column in fitted.contract.columns if column.required]
        nulls = [name for name in required if any(_nulls(file, [name])[name] for file in fitted.files)]
        if not nulls:
            raise
        raise AuditError(
            _misfit_message(fitted.contract, nulls, "have no value in this required column")
        ) from None


def _nulls(file: Path, columns: Sequence[str]) -> dict[str, int]:
    if not columns:
        return {}
    table = table_of(file, list(columns))
    return {name: table.column(name).null_count for name in columns}


def newest_rows(
    fitted: FittedFiles,
    memory: Memory,
    deletions: Deletions | None = None,
    *,
    arrived_at: Mapping[str, str] | None = None,
    part_rows: int = 0,
    within: KeyRange | None = None,
) -> Iterator[pa.RecordBatch]:
    """Yield the newest row of every key that is not deleted, sorted by key, with the column BEGINS_PART.

    A contract without a key keeps all rows, or all different rows (`headgate.contracts.identity`). Columns
    that a file of an older contract version lacks are null.

    Args:
        arrived_at: content hash → the time when an object last got this content, which breaks ties in the
            order columns.
        within: the range of keys; all keys by default.
    """
    if not fitted.files:
        return
    contract, since = fitted.contract, arrived_at or {}
    key = merge_key(contract)
    tables = deletion_tables(contract, deletions) if deletions and deletions.files else {}
    listed = tuple(table.schema for table in tables.values())
    shape = {"order_by": tuple(contract.order_by), "source_key": tuple(contract.key), "listed": listed}
    sql = _newest_sql(arrow_schema(contract), tuple(key), part_rows=part_rows, **shape)
    tables[_LAST_ARRIVALS] = pa.table(
        [pa.array(list(part), pa.string()) for part in (since, since.values())], _ARRIVAL_COLUMNS
    )
    with memory.connect() as connection:
        read = connection.read_parquet([str(file) for file in fitted.files])
        if within:
            connection.register(EDGES, within.edges)
            read = read.filter(_condition(key, within))
        read.create_view(_ROWS)
        for name, table in tables.items():
            connection.register(name, table)
        yield from connection.sql(sql).to_arrow_reader()


@lru_cache(maxsize=128)
def _newest_sql(
    schema: pa.Schema,
    key: Sequence[str],
    *,
    order_by: Sequence[str],
    source_key: Sequence[str],
    listed: Sequence[pa.Schema],
    part_rows: int,
) -> str:
    """Return the statement of `newest_rows`, cached because it takes 50 ms and each part needs it."""
    rows = _table(_ROWS, schema)
    remaining = (
        without_deleted(rows, _table(_DELETED, listed[0]), _table(_SIGHTED, listed[1]), source_key)
        if listed
        else rows
    )
    last_arrivals = _table(_LAST_ARRIVALS, pa.schema([(name, pa.string()) for name in _ARRIVAL_COLUMNS]))
    newest = _newest(key, order_by, remaining, last_arrivals)
    cut = newest.mutate(**{BEGINS_PART: _begins_part(newest, key, part_rows)})
    return str(ibis.to_sql(cut.order_by(*key), dialect="duckdb"))


def _condition(key: Sequence[str], within: KeyRange) -> str:
    """Return the range as a condition in DuckDB's SQL, unbounded below the first and above the last part."""
    low = f"(SELECT {row_expression([FIRST + name for name in key])} FROM {EDGES} WHERE {NUMBER} = {{}})"  # noqa: S608 names of columns, quoted
    ends = [(">=", within.parts.start), ("<", within.parts.stop)]
    bounds = [
        f"{row_expression(key)} {sign} {low.format(number)}"
        for sign, number in ends
        if 0 < number < within.edges.num_rows
    ]
    return " AND ".join(bounds) or "true"


def _newest(
    key: Sequence[str], order_by: Sequence[str], rows: ibis.Table, last_arrivals: ibis.Table
) -> ibis.Table:
    """Return the newest row per key; in a tie the newest content of an object.

    Corrected files often keep the modification times of their rows.
    """
    dated = rows.left_join(last_arrivals, rows["_content_sha256"] == last_arrivals[_CONTENT]).drop(_CONTENT)
    ties = [_AT, *(name for name in LINEAGE_NAMES if name not in key)]
    return newest_by(dated, key, order_by, ties).drop(_AT)


def _table(name: str, schema: pa.Schema) -> ibis.Table:
    return ibis.table(ibis.Schema.from_pyarrow(schema), name=name)


def keys_in_deletions(contract: Contract, file: Path) -> pa.Table:
    """Return the keys in a file of deletions; raise AuditError if they do not fit the contract's types."""
    columns = tuple(column for column in contract.columns if column.name in contract.key)
    _fit(replace(contract, columns=columns, order_by=(), comparisons=()), file)
    return table_of(file)


def deletion_tables(contract: Contract, deletions: Deletions) -> dict[str, pa.Table]:
    """Return the two tables of deletions for `without_deleted`, by name, in its order."""
    listed = {moment: keys_in_deletions(contract, file) for moment, file in deletions.files.items()}
    gone = [
        keys.append_column(DELETED_BY, pa.repeat(moment, keys.num_rows)) for moment, keys in listed.items()
    ]
    sightings = [
        pa.array(list(values), pa.string())
        for values in (deletions.sighted_after.keys(), deletions.sighted_after.values())
    ]
    return {_DELETED: pa.concat_tables(gone), _SIGHTED: pa.table(sightings, [INCREMENT, SIGHTED_AFTER])}


def _fit(contract: Contract, file: Path) -> _FittedFile:
    """Rewrite a file of an older contract version with the columns and types of this version."""
    schema = arrow_schema(contract)
    with pq.ParquetFile(file) as parquet:
        stored, rows = parquet.schema_arrow, int(parquet.metadata.num_rows)
    if stored.names == schema.names and stored.types == schema.types:
        return _FittedFile(rows)
    lacking = tuple(name for name in schema.names if name not in stored.names)
    if missing := [name for name in contract.key if name in lacking]:
        raise AuditError(_misfit_message(contract, missing, "lack this column of the key"))
    table = table_of(file)
    columns = [
        table.column(field.name) if field.name in table.column_names else pa.nulls(rows, field.type)
        for field in schema
    ]
    nullable = pa.schema([field.with_nullable(field.nullable or field.name in lacking) for field in schema])
    exact = [cast_exactly(column, field.type) for field, column in zip(schema, columns, strict=True)]
    if misfits := [name for name, column in zip(schema.names, exact, strict=True) if column is None]:
        raise AuditError(_misfit_message(contract, misfits, "have values that do not fit this column's type"))
    pq.write_table(pa.table(exact, schema=nullable), file)
    return _FittedFile(rows, lacking)


def _misfit_message(contract: Contract, columns: Sequence[str], why: str) -> str:
    return (
        f"{contract.id}: increments of an older contract version do not fit version {contract.version}: "
        f"rows {why}: {', '.join(columns)}. "
        f"Replay the files of {contract.dataset} from raw, or restore the older contract."
    )


@ibis.udf.scalar.builtin(name="md5_number_lower", signature=(("string",), "uint64"))  # type: ignore[untyped-decorator]  # Ibis ships no types
def _md5_number(text: str) -> int:  # type: ignore[empty-body]  # DuckDB has it
    """Return the lower eight bytes of a text's MD5 as a number."""


def _begins_part(rows: ibis.Table, key: Sequence[str], part_rows: int) -> ibis.Value:
    """Return whether each row begins a part, computed from its key.

    On average every `part_rows`-th row does; with 0 none does.
    """
    if not part_rows:
        return ibis.literal(value=False)
    # -0.0 and 0.0 are equal keys with different texts.
    values = [rows[name] + 0.0 if rows[name].type().is_floating() else rows[name] for name in key]
    texts = [value.cast("string").fill_null("") for value in values]
    return _md5_number(ibis.literal(_KEY_SEPARATOR).join(texts)) % part_rows == 0
