"""Time travel in MiniStack's Athena: `FOR VERSION AS OF` and `FOR TIMESTAMP AS OF` over Iceberg tables.

MiniStack 1.5.33 reads the location of a table in the Glue catalog and does not know the clause. Here the
clause is resolved as Athena does it: from the metadata that the catalog names to the snapshot, and from its
manifests to its files.

Source: Apache Iceberg table spec, "Scan Planning"; Trino, IcebergMetadata, for the messages.
"""

from __future__ import annotations

import io
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import sqlglot
from ministack.services import athena, glue, s3
from pyiceberg.io import FileIO, InputFile
from pyiceberg.table.metadata import TableMetadataUtil
from sqlglot import exp

from headgate.query.read_only_statements import explained

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyiceberg.io import InputStream, OutputFile
    from pyiceberg.table.metadata import TableMetadata
    from pyiceberg.table.snapshots import Snapshot

    Read = Callable[[str], bytes]

_MOVED = ("joins", "laterals", "pivots", "sample")  # parts of a table that a subquery also has
_GLUE_TYPES = {"long": "bigint"}


def at_versions(query: str, database: str, folders: list[str]) -> str:
    """Return the query with a DuckDB subquery instead of each table at a version.

    Args:
        database: of tables without one.
        folders: gets the folders of copied files, to be deleted after the query.
    """
    prefix, question = explained(query)
    statement = sqlglot.parse_one(question, read="duckdb")
    for table in list(statement.find_all(exp.Table)):
        if version := table.args.get("version"):
            described = glue._tables.get(f"{table.db or database}/{table.name}") or {}  # noqa: SLF001 as above
            address = (described.get("Parameters") or {}).get("metadata_location")
            if not address:
                raise ValueError("NOT_SUPPORTED: This connector does not support versioned tables")
            folders.append(tempfile.mkdtemp(prefix="ministack-athena-"))
            table.replace(_subquery(table, relation(address, version, _stored, Path(folders[-1]))))
    return f"{prefix}{statement.sql(dialect='duckdb')}"


def _stored(address: str) -> bytes:
    bucket, _, key = address.partition("://")[2].partition("/")
    body: bytes | None = s3._get_object_data(bucket, key)  # noqa: SLF001 as above
    if body is None:
        raise ValueError(f"ICEBERG_MISSING_METADATA: {address} does not exist")
    return body


def _subquery(table: exp.Table, rows: str) -> exp.Subquery:
    alias = table.args.get("alias") or exp.TableAlias(this=table.this.copy())
    subquery = exp.Subquery(this=sqlglot.parse_one(rows, read="duckdb"), alias=alias)
    for name in _MOVED:
        if value := table.args.get(name):
            subquery.set(name, value)
    return subquery


def relation(address: str, version: exp.Version, read: Read, folder: Path) -> str:
    """Return DuckDB's SQL of a table's rows in a version, whose files are copied to a folder.

    Args:
        address: of the table's metadata.
        version: the clause.
        read: returns the bytes at an address.

    Raises:
        ValueError: the metadata have no such version; the message is Trino's.
    """
    metadata = TableMetadataUtil.parse_raw(read(address).decode())
    snapshot = _snapshot_of(metadata, version)
    fields = next(schema for schema in metadata.schemas if schema.schema_id == snapshot.schema_id).fields
    paths = []
    for number, part in enumerate(_parts(snapshot, read)):
        path = folder / f"{number:05d}.parquet"
        path.write_bytes(read(part))
        paths.append(str(path))
    if paths:
        columns = ", ".join(exp.to_identifier(field.name, quoted=True).sql("duckdb") for field in fields)
        return f"SELECT {columns} FROM read_parquet({athena._sql_list(paths)}, union_by_name = true)"  # noqa: S608, SLF001 own names
    described = [
        {"Name": field.name, "Type": _GLUE_TYPES.get(str(field.field_type), str(field.field_type))}
        for field in fields
    ]
    return str(athena._empty_relation({"StorageDescriptor": {"Columns": described}}))  # noqa: SLF001 as above


def _snapshot_of(metadata: TableMetadata, version: exp.Version) -> Snapshot:
    if version.name.upper() == "VERSION":
        number = version.expression.name
        snapshot = metadata.snapshot_by_id(int(number)) if number.isdecimal() else None
        if snapshot is None:
            raise ValueError(f"INVALID_ARGUMENTS: Iceberg snapshot ID does not exists: {number}")
        return snapshot
    moment_ms = _milliseconds(version.expression)
    shown = [entry.snapshot_id for entry in metadata.snapshot_log if entry.timestamp_ms <= moment_ms]
    snapshot = metadata.snapshot_by_id(shown[-1]) if shown else None
    if snapshot is None:
        raise ValueError(
            f"INVALID_ARGUMENTS: No version history table at or before {version.expression.sql('athena')}"
        )
    return snapshot


def _milliseconds(moment: exp.Expression) -> int:
    """Return a time as milliseconds since 1970; without a zone it is UTC."""
    connection = duckdb.connect(":memory:")
    try:
        connection.execute("SET TimeZone = 'UTC'")
        answer = connection.execute(f"SELECT epoch_ms(({moment.sql('duckdb')})::timestamptz)").fetchone()
    finally:
        connection.close()
    return int(answer[0]) if answer and answer[0] is not None else -1


def _parts(snapshot: Snapshot, read: Read) -> list[str]:
    """Return the addresses of a snapshot's data files from its manifests."""
    files = _ReadOnly(read)
    return [
        entry.data_file.file_path
        for manifest in snapshot.manifests(files)
        for entry in manifest.fetch_manifest_entry(files, discard_deleted=True)
    ]


class _ReadOnly(FileIO):
    """PyIceberg's access to the objects."""

    def __init__(self, read: Read) -> None:
        super().__init__()
        self._read = read

    def new_input(self, location: str) -> InputFile:
        return _Bytes(location, self._read(location))

    def new_output(self, location: str) -> OutputFile:
        raise NotImplementedError(location)

    def delete(self, location: str | InputFile | OutputFile) -> None:
        raise NotImplementedError(location)


class _Bytes(InputFile):
    """An object in memory."""

    def __init__(self, location: str, body: bytes) -> None:
        super().__init__(location)
        self._body = body

    def __len__(self) -> int:
        return len(self._body)

    def exists(self) -> bool:
        return True

    def open(self, seekable: bool = True) -> InputStream:  # noqa: ARG002 as PyIceberg declares it
        return io.BytesIO(self._body)
