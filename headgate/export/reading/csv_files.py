"""CSV files that preserve the source's values exactly.

RFC 4180 in UTF-8, gzipped, with a header. An empty cell is null, and `""` is the empty text. Bytes are
base64, decimals have all their digits, booleans are `true` and `false`, times `YYYY-MM-DD HH:MM:SS.ffffff` in
UTC.
"""

import base64
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

_BLOCK_BYTES = 4 << 20
_DECIMAL = re.compile(r"(decimal(?:128|256))\((\d+), (\d+)\)")


class CsvWriter:
    """A writer of a CSV file; equal rows give equal bytes, and no rows give no file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stream: pa.CompressedOutputStream | None = None
        self._writer: csv.CSVWriter | None = None
        self.rows = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._writer and self._stream:
            self._writer.close()
            self._stream.close()

    def add(self, batch: pa.RecordBatch) -> None:
        """Write the rows to the file."""
        cells = pa.RecordBatch.from_arrays([_cells(values) for values in batch.columns], batch.schema.names)
        if self._writer is None:
            self._stream = pa.CompressedOutputStream(str(self._path), "gzip")
            # "needed" quotes every text, which distinguishes an empty text from null.
            options = csv.WriteOptions(quoting_style="needed")
            self._writer = csv.CSVWriter(self._stream, cells.schema, write_options=options)
        self._writer.write_batch(cells)
        self.rows += batch.num_rows


def _cells(values: pa.Array) -> pa.Array:
    """Return decimals and bytes as text, which Arrow would not write exactly."""
    if pa.types.is_decimal(values.type):
        return decimal_text(values)
    if pa.types.is_binary(values.type):
        return pa.array(
            [None if value is None else base64.b64encode(value).decode() for value in values.to_pylist()],
            pa.string(),
        )
    return values


def decimal_text(values: pa.Array) -> pa.Array:
    """Return decimals with all their digits; Arrow writes small ones with an exponent."""
    text = values.cast(pa.string())
    short = pc.match_substring(text, "E") if values.type.scale > 6 else None  # noqa: PLR2004 Arrow's limit, as Java's BigDecimal
    if short is None or not pc.any(short).as_py():
        return text
    return pc.replace_with_mask(
        text, short, pa.array([format(value, "f") for value in values.filter(short).to_pylist()], pa.string())
    )


def csv_batches(path: Path, types: Mapping[str, pa.DataType | str]) -> Iterator[pa.RecordBatch]:
    """Yield the rows of a file of `CsvWriter` in the given types, or types of the given names."""
    wanted = {name: _type_named(kind) if isinstance(kind, str) else kind for name, kind in types.items()}
    as_text = {name: pa.string() if pa.types.is_binary(kind) else kind for name, kind in wanted.items()}
    convert = csv.ConvertOptions(
        column_types=as_text,
        include_columns=list(wanted),
        null_values=[""],
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
        true_values=["true"],
        false_values=["false"],
    )
    # In a file with one column an empty line is a null.
    parse = csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=len(wanted) > 1)
    read = csv.ReadOptions(block_size=_BLOCK_BYTES, use_threads=False)
    with (
        pa.input_stream(str(path), compression="gzip") as stream,
        csv.open_csv(stream, read, parse, convert) as reader,
    ):
        for batch in reader:
            arrays = [
                _read(values, kind) for values, kind in zip(batch.columns, wanted.values(), strict=True)
            ]
            yield pa.RecordBatch.from_arrays(arrays, list(wanted))


def _read(values: pa.Array, kind: pa.DataType) -> pa.Array:
    if not pa.types.is_binary(kind):
        return values
    return pa.array(
        [None if value is None else base64.b64decode(value) for value in values.to_pylist()], pa.binary()
    )


def _type_named(name: str) -> pa.DataType:
    """Return the Arrow type of a name."""
    if decimal := _DECIMAL.fullmatch(name):
        return getattr(pa, decimal[1])(int(decimal[2]), int(decimal[3]))
    return pa.type_for_alias(name)
