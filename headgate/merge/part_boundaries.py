"""The boundaries of a snapshot's parts, and the parts that a merge changes.

Only the key of a row determines whether it begins a part, so daily merges and one merge give the same parts.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from headgate.snapshots.parts import FIRST, NUMBER, row_expression
from headgate.snapshots.publishing import write_parquet

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from pathlib import Path

    import duckdb

    from headgate.contracts.model import Contract

BEGINS_PART = "_headgate_begins_part"
PART_ROWS = 262_144
PARENT_SHARE = 4  # parts of a parent have a quarter of the rows, because a row has several children
EDGES = "headgate_edges"
_ARRIVING, _DELETED = "headgate_arriving", "headgate_deleted"


class BoundaryMovedError(Exception):
    """The first row of changed parts does not begin a part, so the part before must be merged with them."""


def part_rows_of(contract: Contract, part_rows: int, *, is_parent: bool = False) -> int:
    """Return the average number of rows in a dataset's part.

    0 means a single part, which a `unique` column needs: key ranges do not bound other columns.

    Args:
        is_parent: other datasets refer to it. Facts about them are stored by its parts; if these were larger,
            a new day (a thirtieth of the rows) would change most of them.
    """
    if any(column.unique for column in contract.columns):
        return 0
    return -(-part_rows // PARENT_SHARE) if is_parent else part_rows


def write_parts(
    folder: Path, schema: pa.Schema, rows: Iterable[pa.RecordBatch], *, follows: bool
) -> Iterator[Path]:
    """Write sorted rows with the column BEGINS_PART, and yield the file of each part, deleted afterwards.

    Args:
        follows: parts precede these rows, so the first row must begin a part.
    """
    for number, pieces in groupby(_by_part(rows, follows=follows), key=lambda piece: piece[0]):
        path = folder / f"part-{number}.parquet"
        write_parquet(path, schema, (batch for _, batch in pieces))
        yield path
        path.unlink()


def _by_part(rows: Iterable[pa.RecordBatch], *, follows: bool) -> Iterator[tuple[int, pa.RecordBatch]]:
    """Yield the rows with the number of their part, without the column BEGINS_PART."""
    number, is_first = 0, True
    for batch in (batch for batch in rows if batch.num_rows):
        flags = batch.column(BEGINS_PART)
        plain = batch.drop_columns([BEGINS_PART])
        if is_first and follows and not flags[0].as_py():
            raise BoundaryMovedError
        cuts = [at for at in pc.indices_nonzero(flags).to_pylist() if at or not is_first]
        starts = cuts if cuts[:1] == [0] else [0, *cuts]
        for at, end in zip(starts, [*starts[1:], batch.num_rows], strict=True):
            number += at in cuts
            yield number, plain.slice(at, end - at)
        is_first = False


def changed_spans(
    edges: pa.Table,
    key: Sequence[str],
    arriving: Sequence[Path],
    deleted: Sequence[pa.Table],
    connection: duckdb.DuckDBPyConnection,
) -> list[range]:
    """Return the parts that a merge changes, as ascending ranges that are merged independently.

    A part changes if an arriving or deleted key is in its range. If its first row may be deleted, the part
    before is in the same range.
    """
    row, first = row_expression(key), row_expression([FIRST + name for name in key])
    connection.register(EDGES, edges)
    touched, joined = set[int](), set[int]()
    parts = f"(SELECT {NUMBER}, {first} AS low FROM {EDGES})"  # noqa: S608 names of columns, quoted
    containing = f"ASOF LEFT JOIN {parts} ON k >= low"
    if arriving:
        connection.read_parquet([str(path) for path in arriving]).create_view(_ARRIVING)
        touched |= _numbers(connection, f"(SELECT {row} AS k FROM {_ARRIVING}) {containing}")  # noqa: S608 as above
    if deleted:
        # The schema of deletions allows null keys, that of reverted rows does not.
        connection.register(_DELETED, pa.concat_tables(deleted, promote_options="default"))
        touched |= _numbers(connection, f"(SELECT {row} AS k FROM {_DELETED}) {containing}")  # noqa: S608 as above
        joined = _numbers(connection, f"(SELECT {row} AS k FROM {_DELETED}) JOIN {parts} ON k = low")  # noqa: S608 as above
    return spans(touched, joined)


def join_ranges(changed: Iterable[range], sizes: Sequence[int], limit: int) -> list[range]:
    """Join ranges, with the parts between them, up to a total size of `limit`.

    Each range reads all arriving rows. With their size as the limit, a merge with scattered changes reads at
    most as many bytes of arriving rows as of the snapshot.

    >>> join_ranges([range(0, 1), range(1, 2), range(5, 6), range(7, 8)], [10] * 8, 30)
    [range(0, 2), range(5, 8)]
    """
    ranges: list[range] = []
    for part_range in changed:
        joined = range(ranges[-1].start if ranges else part_range.start, part_range.stop)
        if ranges and sum(sizes[joined.start : joined.stop]) <= limit:
            ranges[-1] = joined
        else:
            ranges.append(part_range)
    return ranges


def _numbers(connection: duckdb.DuckDBPyConnection, joined: str) -> set[int]:
    """Return the part numbers in a join; keys below the first part belong to it."""
    numbers = connection.sql(f"SELECT DISTINCT coalesce({NUMBER}, 0) FROM {joined}").fetchall()  # noqa: S608 names of columns, quoted
    return {number for (number,) in numbers}


def spans(touched: Collection[int], joined: Collection[int]) -> list[range]:
    """Return the ranges of parts to merge together: each part in `joined` with the part before it.

    >>> spans({1, 3, 6}, {3, 0})
    [range(1, 2), range(2, 4), range(6, 7)]
    >>> spans({2, 3, 4}, {3, 4})
    [range(2, 5)]
    """
    ranges: list[range] = []
    for number in sorted(touched):
        begin = number
        while begin in joined and begin:
            begin -= 1
        while ranges and ranges[-1].stop > begin:
            begin = min(begin, ranges.pop().start)
        ranges.append(range(begin, number + 1))
    return ranges
