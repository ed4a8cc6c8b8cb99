"""Read the source tables of a real MySQL or MariaDB once, whole and exactly, into the layout of an export run.

Small on purpose: one connection, no increments, no certificate. `headgate.export` is the exporter for every night.
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import pyarrow as pa
import pymysql  # type: ignore[import-untyped]  # it ships no types
from pymysql.converters import encoders  # type: ignore[import-untyped]  # as below
from pymysql.cursors import SSCursor  # type: ignore[import-untyped]  # as above

from headgate.contracts.arrow import arrow_schema
from headgate.contracts.registry import Registry
from headgate.domains.retail.sample.part_files import DATASETS, PARQUET, PartFile, PartWriter
from headgate.errors import BadInputError, ServiceError, SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from pathlib import Path

    from headgate.contracts.model import Contract
    from headgate.domains.retail.sample.part_files import Progress

_PORT = 3306
_ROWS_PER_FILE = 250_000
# All tables are read as of one moment, and a TIMESTAMP is read in UTC whatever the server's zone is.
_PROMISES = (
    "SET SESSION time_zone = '+00:00'",
    "SET SESSION net_write_timeout = 3600",
    "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
    "START TRANSACTION READ ONLY, WITH CONSISTENT SNAPSHOT",
)


def import_mysql(url: str, folder: Path, exported_on: date, progress: Progress | None = None) -> tuple[PartFile, ...]:
    """`folder` holds every table of the source contracts as the database at `url` has it at one moment, complete or not at all.

    Args:
        url: mysql://user:password@host:port/database; parts with special characters are percent-encoded.

    Raises:
        SettingsError: the URL is none, or the folder is not empty.
        ServiceError: the server refused or failed; its message is not repeated, for it may quote a value.
        BadInputError: a value does not fit its contract's type; the table and column are named.
    """
    contracts = Registry.load().source
    with PartWriter(folder, contracts, exported_on, "mysql", PARQUET, _ROWS_PER_FILE, progress=progress) as out:
        try:
            with closing(_connect(url)) as connection:
                for dataset in DATASETS:
                    _copy(connection, contracts[dataset], out)
        except pymysql.MySQLError as error:
            number = error.args[0] if error.args else "unknown"
            raise ServiceError(f"the database failed with error {number} ({type(error).__name__})") from None
    return tuple(out.parts)


def _connect(url: str) -> Any:  # noqa: ANN401 the driver ships no types
    parts = urlsplit(url)
    if parts.scheme not in {"mysql", "mariadb"} or not parts.hostname or not parts.path.strip("/"):
        raise SettingsError("MYSQL_URL must be mysql://user:password@host:port/database")
    connection = pymysql.connect(
        host=parts.hostname,
        port=parts.port or _PORT,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        database=unquote(parts.path.strip("/")),
        charset="utf8mb4",
        connect_timeout=10,
        # No decoders: every value arrives as the text the server sends, and is cast once, by its contract's type.
        conv=encoders,
        cursorclass=SSCursor,
    )
    with connection.cursor() as cursor:
        for promise in _PROMISES:
            cursor.execute(promise)
    return connection


def _copy(connection: Any, contract: Contract, out: PartWriter) -> None:  # noqa: ANN401 the driver ships no types
    columns, keys = (", ".join(f"`{name}`" for name in names) for names in (contract.names, contract.key))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM `{contract.dataset}` ORDER BY {keys}")  # noqa: S608 names from our own contracts
        written = False
        for rows in _batches(cursor):
            out.write_part(contract.dataset, _typed(contract, rows))
            written = True
        if not written:
            out.write_part(contract.dataset, arrow_schema(contract).empty_table())


def _batches(cursor: Any) -> Iterator[list[tuple[str | None, ...]]]:  # noqa: ANN401 the driver ships no types
    while rows := cursor.fetchmany(_ROWS_PER_FILE):
        yield list(rows)


def _typed(contract: Contract, rows: list[tuple[str | None, ...]]) -> pa.Table:
    schema = arrow_schema(contract)
    cells = zip(schema, zip(*rows, strict=True), strict=True)
    return pa.Table.from_arrays([_cast(contract, field, texts) for field, texts in cells], schema=schema)


def _cast(contract: Contract, field: pa.Field, texts: tuple[str | None, ...]) -> pa.Array:
    try:
        return pa.array(texts, pa.string()).cast(field.type)
    except pa.ArrowInvalid as error:
        raise BadInputError(
            rule="type",
            message=f"a value of table {contract.dataset} is no {field.type} ({type(error).__name__})",
            remedy="correct it at the source, or export with `headgate export`, which lets the gate check row by row",
            column=field.name,
        ) from None
