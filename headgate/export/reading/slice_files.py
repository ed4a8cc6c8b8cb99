from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from headgate.errors import HeadgateError
from headgate.export.reading.csv_files import CsvWriter
from headgate.export.reading.file_batches import FileFormat
from headgate.values.parquet_tables import UTC_TIMES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

    from headgate.export.planning.mapping import ExportColumn
    from headgate.export.server.source import Session

    Mask = Callable[[pa.RecordBatch], pa.RecordBatch]

ROW_GROUP_ROWS = 131_072
ROW_GROUP_BYTES = 32 << 20
ZSTD_LEVEL = 1
# A reader needs one page of every column in memory: with pages of 1 MB, 60 MB for a table of 60 columns.
_PAGE_BYTES = 256 << 10
# A dictionary is useful where values repeat; elsewhere it is built and discarded.
_SAMPLE_ROWS = 10_000
_REPEATING_SHARE = 0.2


class WorkspaceError(HeadgateError):
    """The workspace cannot be written: its disk is full or permission is missing."""


@dataclass(frozen=True)
class WrittenSlice:
    """The result of writing a slice."""

    rows: int
    impossible_dates: Mapping[str, int] = field(default_factory=dict)


class GroupedWriter:
    """A writer of a Parquet file whose row groups do not depend on the sizes of the batches.

    A row group ends at a number of rows, or at a number of bytes if single rows are large.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer: pq.ParquetWriter | None = None
        self._batches: list[pa.RecordBatch] = []
        self._rows = 0
        self._size_bytes = 0
        self.rows = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None and self._rows:
            self._write(self._rows)
        if self._writer:
            self._writer.close()

    def add(self, batch: pa.RecordBatch) -> None:
        """Add rows, and write full row groups."""
        self._batches.append(batch)
        self._rows += batch.num_rows
        self.rows += batch.num_rows
        self._size_bytes += batch.nbytes
        while self._rows >= ROW_GROUP_ROWS:
            self._write(ROW_GROUP_ROWS)
        if self._size_bytes >= ROW_GROUP_BYTES:
            self._write(self._rows)

    def _write(self, rows: int) -> None:
        table = pa.Table.from_batches(self._batches)
        if self._writer is None:
            self._writer = _open(self._path, table)
        self._writer.write_table(table.slice(0, rows), row_group_size=rows)
        rest = table.slice(rows)
        self._batches, self._rows = rest.to_batches(), rest.num_rows
        self._size_bytes = rest.nbytes if self._rows else 0


def _open(path: Path, table: pa.Table) -> pq.ParquetWriter:
    writer = pq.ParquetWriter(
        path,
        table.schema,
        compression="zstd",
        compression_level=ZSTD_LEVEL,
        use_dictionary=_repeating(table.slice(0, _SAMPLE_ROWS)),
        store_schema=False,
        data_page_size=_PAGE_BYTES,
    )
    # `store_schema=False` leaves out the facts of masking.
    writer.add_key_value_metadata({**(table.schema.metadata or {}), **UTC_TIMES})
    return writer


def _repeating(sample: pa.Table) -> list[str]:
    """Return the names of the columns whose values repeat."""
    limit = max(int(sample.num_rows * _REPEATING_SHARE), 1)
    return [name for name in sample.column_names if pc.count_distinct(sample.column(name)).as_py() <= limit]


def write_slice(
    session: Session,
    query: str,
    columns: Sequence[ExportColumn],
    path: Path,
    *,
    mask: Mask | None = None,
    seen: Callable[[int], None] = lambda _: None,
) -> WrittenSlice:
    """Write the query's rows to `path`, in the format of its suffix; no rows give no file.

    Args:
        mask: applied to each batch before it is written.
        seen: called with the number of rows of each batch; may raise to stop.

    Raises:
        WorkspaceError: the file cannot be written.
    """
    batches = session.batches(query, columns)
    with (
        _write_errors(path.parent),
        CsvWriter(path) if path.name.endswith(FileFormat.CSV) else GroupedWriter(path) as writer,
    ):
        for batch in batches:
            writer.add(mask(batch) if mask else batch)
            seen(batch.num_rows)
    return WrittenSlice(writer.rows, dict(batches.impossible_dates))


@contextmanager
def _write_errors(folder: Path) -> Iterator[None]:
    """Raise an OSError in the block as a WorkspaceError; the source never raises an OSError."""
    try:
        yield
    except OSError as error:
        why = os.strerror(error.errno) if error.errno else type(error).__name__
        raise WorkspaceError(
            f"{folder} cannot be written ({why}). Free space there, or put the workspace on a larger disk; "
            "the same run then resumes after the finished slices"
        ) from error
