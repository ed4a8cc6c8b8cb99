"""Load the files of a folder into DuckDB with dlt, and print the rows of each table as JSON.

It runs in an environment of its own: `python first_load_dlt.py FOLDER READERS`. READERS is `dlt` for its own
readers with their fastest options, or `arrow` for files that are read as Arrow tables without them.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import dlt
import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.json
import pyarrow.parquet
from dlt.sources.filesystem import filesystem, read_csv_duckdb, read_jsonl, read_parquet

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def read_workbook(path: Path | BinaryIO) -> pa.Table:
    """Return the only sheet of a workbook."""
    return pa.Table.from_pandas(pd.read_excel(path), preserve_index=False)


@dlt.transformer
def read_workbooks(files: Iterable[Any]) -> Iterator[pa.Table]:
    """Yield the table of each workbook."""
    for file in files:
        with file.open() as body:
            yield read_workbook(body)


DLT = {
    ".csv": lambda: read_csv_duckdb(use_pyarrow=True),
    ".tsv": lambda: read_csv_duckdb(use_pyarrow=True, sep="\t"),
    ".jsonl": read_jsonl,
    ".parquet": lambda: read_parquet(use_pyarrow=True),
    ".xlsx": lambda: read_workbooks,
}
ARROW = {
    ".csv": pa.csv.read_csv,
    ".tsv": lambda path: pa.csv.read_csv(path, parse_options=pa.csv.ParseOptions(delimiter="\t")),
    ".jsonl": pa.json.read_json,
    ".parquet": pa.parquet.read_table,  # noqa: TID251 dlt ends its process itself
    ".xlsx": read_workbook,
}


def resource(path: Path, readers: str) -> Any:  # noqa: ANN401 dlt has two classes of them
    """Return the resource that has the rows of a file."""
    if readers == "arrow":
        return dlt.resource(lambda: (yield ARROW[path.suffix](path)), name=path.stem)
    listed = filesystem(bucket_url=path.parent.as_uri(), file_glob=path.name)
    return (listed | DLT[path.suffix]()).with_name(path.stem)


def load(folder: Path, readers: str) -> dict[str, int]:
    """Return the rows of each table, by SQL, after the load."""
    files = sorted(path for path in folder.iterdir() if path.suffix in DLT)
    with tempfile.TemporaryDirectory() as work:
        database = str(Path(work) / "first_load.duckdb")
        pipeline = dlt.pipeline(
            "first_load",
            pipelines_dir=work,
            destination=dlt.destinations.duckdb(database),
            dataset_name="lake",
        )
        pipeline.run([resource(path, readers) for path in files])
        with duckdb.connect(database) as connection:
            counts = [f"select '{path.stem}', count(*) from lake.{path.stem}" for path in files]  # noqa: S608 our own names
            return dict(connection.sql(" union all ".join(counts)).fetchall())


if __name__ == "__main__":
    print(json.dumps(load(Path(sys.argv[1]), sys.argv[2])))
