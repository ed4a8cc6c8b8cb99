"""Read Iceberg tables with independent engines and compare the rows with those of the Parquet parts.

    python iceberg_readers.py TASKS.json

Runs in an environment of its own, without Headgate. TASKS is a list of {table, metadata, version, snapshot,
parts, key}: `version` is a name for people, `snapshot` the id of its snapshot, or null for the current one.
Prints one line of JSON per engine: the first difference of each task whose rows are not equal, by its place.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import fs

ENDPOINT = os.environ["AWS_ENDPOINT_URL"]
ACCESS_KEY, SECRET = os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"]
REGION = os.environ["AWS_REGION"]
FILE_IO = {
    "s3.endpoint": ENDPOINT,
    "s3.access-key-id": ACCESS_KEY,
    "s3.secret-access-key": SECRET,
    "s3.region": REGION,
    "s3.path-style-access": "true",
}


def pyiceberg(task: dict[str, Any]) -> pa.Table:
    """PyIceberg's own reader."""
    from pyiceberg.table import StaticTable

    table = StaticTable.from_metadata(
        task["metadata"], {**FILE_IO, "py-io-impl": "pyiceberg.io.pyarrow.PyArrowFileIO"}
    )
    return table.scan(snapshot_id=task["snapshot"]).to_arrow()


def duckdb(task: dict[str, Any]) -> pa.Table:
    """DuckDB's iceberg extension."""
    import duckdb
    import duckdb_extension_avro
    import duckdb_extension_httpfs
    import duckdb_extension_iceberg

    connection = duckdb.connect(config={"allow_unsigned_extensions": "true"})
    for package in (duckdb_extension_avro, duckdb_extension_httpfs, duckdb_extension_iceberg):
        (file,) = Path(package.__file__).parent.rglob("*.duckdb_extension")
        connection.execute(f"INSTALL '{file}'; LOAD {file.stem}")
    connection.execute(
        f"CREATE SECRET (TYPE s3, KEY_ID '{ACCESS_KEY}', SECRET '{SECRET}', REGION '{REGION}', "
        f"URL_STYLE 'path', USE_SSL false, ENDPOINT '{urlsplit(ENDPOINT).netloc}')"
    )
    version = f", snapshot_from_id = {task['snapshot']}" if task["snapshot"] else ""
    scan = f"iceberg_scan('{task['metadata']}'{version})"
    return connection.sql(f"SELECT * FROM {scan}").to_arrow_table()  # noqa: S608 an address of ours


def polars(task: dict[str, Any]) -> pa.Table:
    """Polars' native reader."""
    import polars as pl

    rows = pl.scan_iceberg(
        task["metadata"],
        snapshot_id=task["snapshot"],
        storage_options={
            **FILE_IO,
            "aws_endpoint_url": ENDPOINT,
            "aws_access_key_id": ACCESS_KEY,
            "aws_secret_access_key": SECRET,
            "aws_region": REGION,
            "aws_allow_http": "true",
        },
        reader_override="native",
    )
    return rows.collect().to_arrow()


def daft(task: dict[str, Any]) -> pa.Table:
    """Daft."""
    import daft
    from daft.io import IOConfig, S3Config
    from pyiceberg.table import StaticTable

    config = IOConfig(
        s3=S3Config(
            endpoint_url=ENDPOINT,
            key_id=ACCESS_KEY,
            access_key=SECRET,
            region_name=REGION,
            use_ssl=False,
            force_virtual_addressing=False,
        )
    )
    table = StaticTable.from_metadata(task["metadata"], FILE_IO)
    return daft.read_iceberg(table, snapshot_id=task["snapshot"], io_config=config).to_arrow()


def datafusion(task: dict[str, Any]) -> pa.Table:
    """DataFusion with iceberg-rust."""
    from datafusion import SessionContext
    from pyiceberg_core.datafusion import IcebergDataFusionTable

    context = SessionContext()
    provider = IcebergDataFusionTable(
        identifier=["lake", task["table"]],
        metadata_location=task["metadata_showing_it"],
        file_io_properties=FILE_IO,
    )
    context.register_table("rows", provider)
    return context.sql("SELECT * FROM rows").to_arrow_table()


ENGINES = [pyiceberg, duckdb, polars, daft, datafusion]


def expected(task: dict[str, Any]) -> pa.Table:
    """Return the rows of the version's Parquet parts, read as files."""
    store = fs.S3FileSystem(
        access_key=ACCESS_KEY, secret_key=SECRET, region=REGION, endpoint_override=ENDPOINT
    )
    parts = (pq.ParquetFile(store.open_input_file(part.removeprefix("s3://"))) for part in task["parts"])
    return pa.concat_tables([part.read(use_threads=False) for part in parts])


def difference(rows: pa.Table, wanted: pa.Table, key: list[str]) -> str:
    """Return how the rows differ in names, exact values or nulls; empty where they are equal."""
    if rows.column_names != wanted.column_names:
        return f"columns {rows.column_names} instead of {wanted.column_names}"
    rows = rows.cast(pa.schema([pa.field(field.name, field.type) for field in wanted.schema]))
    order = [(name, "ascending") for name in key]
    mine, theirs = (table.sort_by(order).to_pylist() for table in (rows, wanted))
    if len(mine) != len(theirs):
        return f"{len(mine)} rows instead of {len(theirs)}"
    return next(
        (f"{ours} instead of {other}" for ours, other in zip(mine, theirs, strict=True) if ours != other), ""
    )


def main() -> None:
    """Let every engine read every task."""
    tasks = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    wanted = [expected(task) for task in tasks]
    for engine in ENGINES:
        differing = {}
        for place, (task, rows) in enumerate(zip(tasks, wanted, strict=True)):
            try:
                cause = difference(engine(task), rows, task["key"])
            except Exception as error:  # noqa: BLE001 an engine's failure is a result
                cause = f"{type(error).__name__}: {error}"[:300]
            if cause:
                differing[str(place)] = cause
        print(json.dumps({"engine": engine.__name__, "differing": differing}), flush=True)


if __name__ == "__main__":
    main()
