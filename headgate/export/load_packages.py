"""dlt load packages as export runs: dlt's filesystem destination in the layout that the gate expects.

The files of a package are the parts of one run per table. The manifests are written when dlt completes the
package, so a load is complete or absent. dlt's own state is below `_dlt/`, which the gate ignores.
"""

from __future__ import annotations

import hashlib
import json
import posixpath
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from dlt.common.configuration.container import Container
from dlt.common.storages.load_package import LoadPackageStateInjectableContext
from dlt.destinations import filesystem
from dlt.destinations.impl.filesystem.filesystem import FilesystemClient, FilesystemLoadJob

from headgate.errors import ConflictError
from headgate.export.run_names import named_by_time
from headgate.lake.keys import LOAD_STATE, RUN_DELETIONS, RUN_MANIFEST
from headgate.lake.raw_objects import is_data
from headgate.values.parquet_tables import table_of

_LAYOUT = "{table_name}/dt={day}/run={run}/part-{file_id}.{ext}"
_DELETED_KEYS = "_deleted-"  # keys of one part's deleted rows, until the package completes
_NO_DIGITS = str.maketrans("0123456789", "ghijklmnop")  # digits might look like a card number
_PLACE, _LAST = "_place", "_place_max"
_COLUMNS_OF_DLT = ("_dlt_load_id", "_dlt_id")


def dlt_destination(bucket_url: str | None = None, **options: Any) -> RawFolder:  # noqa: ANN401 what dlt's destination takes
    """Return a dlt destination that loads packages into raw as export runs.

    Args:
        bucket_url: `s3://<raw bucket>` or a folder; by default that of dlt's `filesystem` configuration.
        options: other arguments of `dlt.destinations.filesystem`, such as `credentials`.
    """
    return RawFolder(
        bucket_url=bucket_url,
        layout=_LAYOUT,
        extra_placeholders={"day": _day, "run": _run},
        **{"destination_name": "filesystem", **options},
    )


def _moment(load_id: str) -> datetime:
    """Return the creation time of a package, naive UTC, from its id."""
    return datetime.fromtimestamp(float(load_id), UTC).replace(tzinfo=None)


def _day(_schema: str, _table: str, load_id: str, _file: str, _ext: str) -> str:
    return _moment(load_id).date().isoformat()


def _run(schema: str, _table: str, load_id: str, _file: str, _ext: str) -> str:
    """Return the name of a package's run: its time, and letters that differ within one second."""
    digest = hashlib.sha256(f"{schema}\n{load_id}".encode()).hexdigest()[:8].translate(_NO_DIGITS)
    return f"{named_by_time(_moment(load_id).replace(tzinfo=UTC))}-{digest}"


class RawFolder(filesystem):  # type: ignore[misc] # dlt's classes are not followed by mypy
    """dlt's filesystem destination with the layout of raw and Parquet files."""

    @property
    def client_class(self) -> type[FilesystemClient]:
        """The client class, which writes manifests."""
        return RunClient

    def _raw_capabilities(self) -> Any:  # noqa: ANN401 a class of dlt
        capabilities = super()._raw_capabilities()
        capabilities.preferred_loader_file_format = "parquet"
        capabilities.supported_loader_file_formats = ["parquet"]
        capabilities.supported_table_formats = []
        capabilities.max_table_nesting = 0  # lists and objects stay in their row, as JSON
        # The lake merges by key, and removes deleted keys.
        capabilities.merge_strategies_selector = lambda _, **__: ["upsert"]
        return capabilities


class PartJob(FilesystemLoadJob):  # type: ignore[misc] # as above
    """The load of one file: its rows without dlt's columns, and a file with the keys of deleted rows."""

    def run(self) -> None:
        """Write the part and the keys of deleted rows; an empty file is not written."""
        table = self._load_table
        rows, deleted = split_rows(
            table_of(Path(self._file_path)),
            key=_columns_with(table, "primary_key") or _columns_with(table, "merge_key"),
            deletes=next(iter(_columns_with(table, "hard_delete")), ""),
            newest_by={
                name: table["columns"][name]["dedup_sort"] for name in _columns_with(table, "dedup_sort")
            },
        )
        path = self.make_remote_path()
        if rows.num_rows:
            self._write(
                rows.drop_columns([name for name in _COLUMNS_OF_DLT if name in rows.column_names]), path
            )
        if deleted.num_rows:
            folder, _, name = path.rpartition("/")
            self._write(deleted, f"{folder}/{_DELETED_KEYS}{name}")

    def make_remote_path(self) -> str:
        """Return the part's path in raw, outside the folder of dlt's state."""
        return str(posixpath.join(self._job_client.bucket_path, self.make_remote_file_path(self._file_name)))

    def _write(self, rows: pa.Table, path: str) -> None:
        with tempfile.TemporaryDirectory(prefix="headgate-part-") as folder:
            local = Path(folder) / "part.parquet"
            pq.write_table(rows, local, compression="zstd", store_schema=False)
            if self._job_client.is_local_filesystem:
                Path(path).parent.mkdir(parents=True, exist_ok=True)
            self._job_client.fs_client.put_file(str(local), path)


class RunClient(FilesystemClient):  # type: ignore[misc] # as above
    """dlt's client for raw: it deletes no files, and writes the manifests of a completed package."""

    @property
    def dataset_path(self) -> str:
        """The folder of dlt's own state."""
        return posixpath.join(self.bucket_path, LOAD_STATE, self.dataset_name, "")

    def initialize_storage(self, truncate_tables: Iterable[str] | None = None) -> None:
        """Prepare dlt's state; keep all files, because a full load replaces rows in the snapshot only."""
        del truncate_tables
        super().initialize_storage()

    def truncate_tables(self, table_names: list[str]) -> None:
        """Do nothing: raw keeps all files."""

    def drop_tables(self, *tables: str, delete_schema: bool = True) -> None:
        """Delete the schema if `delete_schema`; raw keeps all files."""
        super().drop_tables(delete_schema=delete_schema)
        del tables

    def get_load_job_class(self, table: Mapping[str, Any], file_path: str) -> Any:  # noqa: ANN401 a class of dlt
        """Return `PartJob`, or dlt's job for dlt's own tables."""
        own = super().get_load_job_class(table, file_path)
        return PartJob if own is FilesystemLoadJob and not self.is_dlt_table(table["name"]) else own

    def complete_load(self, load_id: str) -> None:
        """Write the manifests of the package's tables, then dlt's record of the load."""
        package = Container()[LoadPackageStateInjectableContext].storage
        jobs = package.get_load_package_jobs(load_id)
        if jobs["failed_jobs"]:
            raise ConflictError(
                f"{len(jobs['failed_jobs'])} files of load {load_id} failed, so no table of it is published. "
                "Correct the cause and load again"
            )
        tables = sorted(
            {job.table_name for job in jobs["completed_jobs"] if not self.is_dlt_table(job.table_name)}
        )
        folder = f"dt={_day('', '', load_id, '', '')}/run={_run(self.schema.name, '', load_id, '', '')}"
        runs = {table: f"{table}/{folder}" for table in tables}
        manifests = {table: self._manifest(table, folder, load_id) for table, folder in runs.items()}
        for table, manifest in manifests.items():
            self.fs_client.pipe_file(
                posixpath.join(self.bucket_path, runs[table], RUN_MANIFEST),
                json.dumps(manifest, indent=1).encode(),
            )
        super().complete_load(load_id)

    def _manifest(self, table: str, run: str, load_id: str) -> dict[str, Any]:
        """Return a run's manifest; merge its files of deleted keys into one."""
        folder = posixpath.join(self.bucket_path, run)
        self.fs_client.invalidate_cache()
        names = sorted(posixpath.basename(path) for path in self.fs_client.find(folder))
        parts = [name for name in names if is_data(f"{run}/{name}")]
        deleted = [self._rows(f"{folder}/{name}") for name in names if name.startswith(_DELETED_KEYS)]
        disposition = (
            self.schema.tables[table].get("write_disposition")
            or self.prepare_load_table(table)["write_disposition"]
        )
        manifest = {
            "loader": "dlt",
            "table": table,
            "mode": "full" if disposition == "replace" else "incremental",
            "moment": {"taken_at": _moment(load_id).isoformat()},
            "files": [{"name": name, **self._content(f"{folder}/{name}")} for name in parts],
        }
        if not deleted:
            return manifest
        gone = pa.concat_tables(deleted).group_by(deleted[0].column_names).aggregate([])
        self._require_apart(table, gone, [f"{folder}/{name}" for name in parts])
        sink = pa.BufferOutputStream()
        pq.write_table(
            gone.sort_by([(name, "ascending") for name in gone.column_names]), sink, store_schema=False
        )
        body = sink.getvalue().to_pybytes()
        self.fs_client.pipe_file(f"{folder}/{RUN_DELETIONS}", body)
        return {**manifest, "deleted": gone.num_rows, "deleted_sha256": hashlib.sha256(body).hexdigest()}

    def _require_apart(self, table: str, gone: pa.Table, parts: Sequence[str]) -> None:
        """Raise a ConflictError if a part of the load has a row with a deleted key."""
        key = gone.column_names
        if any(self._rows(part, key).join(gone, key, join_type="inner").num_rows for part in parts):
            raise ConflictError(
                f"{table}: one file of the load deletes a key, and another file has a row with it. Increase "
                "dlt's `data_writer.file_max_items`, so that each table is one file"
            )

    def _rows(self, path: str, columns: list[str] | None = None) -> pa.Table:
        with self.fs_client.open(path, "rb") as file:
            return table_of(file.read(), columns)

    def _content(self, path: str) -> dict[str, Any]:
        """Return the size, number of rows and SHA-256 of a file in raw."""
        with self.fs_client.open(path, "rb") as file:
            rows = pq.ParquetFile(file).metadata.num_rows
            file.seek(0)
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            return {"size_bytes": file.tell(), "rows": rows, "sha256": digest}


def split_rows(
    rows: pa.Table, *, key: Sequence[str], deletes: str, newest_by: Mapping[str, str] | None = None
) -> tuple[pa.Table, pa.Table]:
    """Return the remaining rows in file order, and the keys of deleted rows.

    The last row of a key determines whether the key is deleted.

    Args:
        deletes: the column with dlt's hint `hard_delete`: a boolean, or any type where non-null means
            deleted.
        newest_by: dlt's hint `dedup_sort` by column. With `desc` the row with the greatest value is the last
            one, with `asc` the row with the least value; by default the order in the file decides.
    """
    if not deletes or deletes not in rows.column_names:
        return rows, pa.table({})
    if not key:
        raise ConflictError("The table deletes rows but has no key. Give its resource a `primary_key`")
    mark = rows.column(deletes)
    is_deleted = pc.fill_null(mark, False) if pa.types.is_boolean(mark.type) else pc.is_valid(mark)  # noqa: FBT003 the value of a cell
    places = _places(rows, newest_by or {})
    placed = rows.select(list(key)).append_column(_PLACE, places)
    last = placed.group_by(list(key)).aggregate([(_PLACE, "max")])
    decides = pc.is_in(places, value_set=last[_LAST].combine_chunks())
    deletions = pc.and_(is_deleted, decides)
    by_deletion = pc.is_in(last[_LAST], value_set=pc.filter(places, deletions))
    gone = placed.join(last.filter(by_deletion), list(key), join_type="left semi")[_PLACE]
    remains = pc.invert(pc.or_(is_deleted, pc.is_in(places, value_set=gone.combine_chunks())))
    return rows.drop_columns([deletes]).filter(remains), rows.filter(deletions).select(list(key))


def _places(rows: pa.Table, newest_by: Mapping[str, str]) -> pa.Array:
    """Return the position of each row in the order in which later rows replace earlier ones."""
    numbers = np.arange(rows.num_rows)
    for column, order in newest_by.items():
        direction = "ascending" if order == "desc" else "descending"
        places = np.empty_like(numbers)
        places[pc.sort_indices(rows.select([column]), [(column, direction)]).to_numpy()] = numbers
        return pa.array(places)
    return pa.array(numbers)


def _columns_with(table: Mapping[str, Any], hint: str) -> list[str]:
    return [name for name, column in table["columns"].items() if column.get(hint)]
