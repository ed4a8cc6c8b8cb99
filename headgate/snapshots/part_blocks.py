"""Blocks of a part: hashes and ranges of a few thousand rows.

Rows that are new in a part leave the blocks before them unchanged.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import TYPE_CHECKING, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    import pyarrow.parquet as pq

BLOCK_ROWS = 8_192
"""Rows of a block; the last one may have fewer. Row groups begin where blocks begin."""
_COMPARED_BLOCKS = 9  # at the beginning of a part: they decide whether a column ascends

Ends: TypeAlias = "tuple[str | int | None, str | int | None]"
"""The least and the greatest value of some rows; None for nulls."""


@dataclass(frozen=True)
class PartBlock:
    """Consecutive rows of a part.

    Attributes:
        sha256: hash of all their values.
        ranges: column → least and greatest value.
    """

    sha256: str
    ranges: Mapping[str, Ends]


def blocks_of(file: pq.ParquetFile, columns: Collection[str]) -> tuple[PartBlock, ...]:
    """Return the blocks of a part with the ranges of those columns that ascend with the key.

    No blocks if no column does, because most blocks could have any value, and for a part of one block.
    """
    typed = [name for name in columns if _is_recorded(file.schema_arrow.field(name).type)]
    if file.metadata.num_rows <= BLOCK_ROWS or not typed:
        return ()
    first = [*islice(_blocks(file, typed), _COMPARED_BLOCKS)]
    ascending = [name for name in typed if _ascends([_ends(rows[name]) for rows in first])]
    if not ascending:
        return ()
    return tuple(
        PartBlock(_digest(rows), {name: _ends(rows[name]) for name in ascending}) for rows in _blocks(file)
    )


def blocks_json(blocks: Sequence[PartBlock]) -> str:
    """Return blocks as text; equal blocks give equal text."""
    return json.dumps([[block.sha256, block.ranges] for block in blocks], sort_keys=True)


def blocks_from_json(text: str) -> tuple[PartBlock, ...]:
    """Parse `blocks_json`."""
    return tuple(
        PartBlock(sha256, {name: (low, high) for name, (low, high) in ranges.items()})
        for sha256, ranges in json.loads(text)
    )


def _is_recorded(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_integer(kind))


def _blocks(file: pq.ParquetFile, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
    # Rows that are read in one piece and then cut have bytes of the next rows in their buffers.
    batches: Iterator[pa.RecordBatch] = file.iter_batches(BLOCK_ROWS, columns=columns, use_threads=False)
    return batches


def _ends(values: pa.Array) -> Ends:
    ends = pc.min_max(values).as_py()
    return ends["min"], ends["max"]


def _ascends(ranges: Sequence[Ends]) -> bool:
    """Return whether most blocks have no smaller values than the block before."""
    steps = [
        high is not None and low is not None and high <= low  # type: ignore[operator]  # of one column
        for (_, high), (low, _) in pairwise(ranges)
    ]
    return bool(2 * sum(steps) > len(steps))


def _digest(rows: pa.RecordBatch) -> str:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, rows.schema) as writer:
        writer.write_batch(rows)
    return hashlib.sha256(sink.getvalue()).hexdigest()[:32]
