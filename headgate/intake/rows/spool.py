"""Spool tables between the two passes of the gate: in memory, or in a local file for a large source."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from headgate.values.cells import in_one_piece

# Write only the values that a dictionary gained since the last table.
_ONLY_NEW_VALUES = pa.ipc.IpcWriteOptions(emit_dictionary_deltas=True)


class Spool:
    """Tables of one schema, read back in the order of writing. Only masked values may be spooled."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._tables: list[pa.Table] = []
        self._file: pa.NativeFile | None = None
        self._writer: pa.RecordBatchStreamWriter | None = None

    def put(self, table: pa.Table) -> None:
        """Append a table."""
        if self._path is None:
            self._tables.append(table)
            return
        if self._writer is None:
            # An abandoned spool may have the old file open, and would write into this one.
            self._path.unlink(missing_ok=True)
            self._file = pa.OSFile(str(self._path), "wb")
            self._writer = pa.ipc.new_stream(self._file, table.schema, options=_ONLY_NEW_VALUES)
        columns = [in_one_piece(column) for column in table.columns]
        self._writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=table.schema))

    def peek(self) -> Iterator[pa.Table]:
        """Yield every table and keep them; close the spool."""
        self.close()
        if self._path is not None and self._path.exists():
            with pa.OSFile(str(self._path)) as file:
                yield from (pa.Table.from_batches([batch]) for batch in pa.ipc.open_stream(file))
        yield from self._tables

    def tables(self) -> Iterator[pa.Table]:
        """Yield every table once; close and empty the spool."""
        self.close()
        if self._path is not None and self._path.exists():
            with pa.OSFile(str(self._path)) as file:
                yield from (pa.Table.from_batches([batch]) for batch in pa.ipc.open_stream(file))
            self._path.unlink()
        while self._tables:
            yield self._tables.pop(0)

    def close(self) -> None:
        """End writing."""
        if self._writer is not None and self._file is not None:
            self._writer.close()
            self._file.close()
            self._writer = None
