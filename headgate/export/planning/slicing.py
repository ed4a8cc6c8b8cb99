"""Cut a table into slices of equal size along a key, preferably a unique one.

The boundaries are found by walking the key's index, so slices have equal sizes for any key distribution. A
slice has the rows after its lower boundary up to and including its upper one. The first slice has no lower
and the last no upper boundary, so each row is in exactly one slice. Rows with equal keys are in the same
slice.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING

from headgate.export.server.key_columns import ORDERED_KINDS, Key, KeyColumn

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from headgate.export.server.source import Session
    from headgate.export.server.source_tables import SourceTable

EVERYTHING = "TRUE"

# Size of InnoDB's pages over that of zstd Parquet, measured on orders and their lines (docs/adr/0010).
_COMPRESSION_RATIO = 4
# Rows above half an InnoDB page have long values: images, which do not compress, or documents, which do. With
# a ratio between the two, a file is at least half and at most twice its target size.
_WIDE_ROW_BYTES, _WIDE_COMPRESSION_RATIO = 8192, 2
# In smaller slices the fixed cost of a slice exceeds the gain from a second connection.
_MIN_SLICE_ROWS = 50_000
# The server's row count is an estimate; without slack a low estimate leaves a tiny last slice.
_SLACK = 1.05


@dataclass(frozen=True)
class Slice:
    """The rows after `lower` (exclusive) up to `upper` (inclusive); None means no boundary."""

    number: int
    lower: Key | None = None
    upper: Key | None = None

    def where(self, key: Sequence[KeyColumn]) -> str:
        """Return the SQL condition of the slice's rows."""
        parts = [after(key, self.lower) if self.lower else "", up_to(key, self.upper) if self.upper else ""]
        return " AND ".join(part for part in parts if part) or EVERYTHING


def slicing_key(table: SourceTable, sensitive: Collection[str] = ()) -> tuple[KeyColumn, ...]:
    """Return the slicing key: the first unique key of suitable columns, else a suitable prefix of an index.

    Suitable columns are NOT NULL and compare in index order. Boundaries are stored, so sensitive columns are
    not suitable, nor are floats, whose text is not exact. Among indexes the primary key comes first, because
    rows are stored in its order. The key is empty if no column is suitable.
    """
    unique = (index.columns for index in table.unique)
    prefixes = [_suitable_prefix(table, index.columns, sensitive) for index in table.indexes]
    for names in [
        *(names for names in unique if _suitable_prefix(table, names, sensitive) == names),
        *filter(None, prefixes),
    ]:
        return tuple(
            KeyColumn(column.name, column.kind, column.charset, name_at_source=column.name_at_source)
            for column in map(table.column, names)
        )
    return ()


def _suitable_prefix(table: SourceTable, names: Sequence[str], sensitive: Collection[str]) -> tuple[str, ...]:
    """Return the leading columns of an index up to the first that is not suitable."""

    def is_suitable(name: str) -> bool:
        column = table.column(name)
        return name not in sensitive and not column.nullable and column.kind in ORDERED_KINDS

    return tuple(takewhile(is_suitable, names))


def after(key: Sequence[KeyColumn], bound: Key) -> str:
    """Return the SQL condition that a key is greater than the bound.

    MySQL does not use an index for `(a, b) > (1, 2)`, so the comparison is expanded.
    """
    return _beyond(key, bound, ">", ">")


def up_to(key: Sequence[KeyColumn], bound: Key) -> str:
    """Return the SQL condition that a key is at most the bound."""
    return _beyond(key, bound, "<", "<=")


def _beyond(key: Sequence[KeyColumn], bound: Key, strictly: str, finally_: str) -> str:
    names = [column.quoted for column in key]
    last = len(names) - 1
    cases = []
    for depth in range(len(names)):
        equal = [f"{names[i]} = {bound[i]}" for i in range(depth)]
        operator = finally_ if depth == last else strictly
        cases.append(" AND ".join([*equal, f"{names[depth]} {operator} {bound[depth]}"]))
    return "(" + " OR ".join(f"({case})" for case in cases) + ")" if last else cases[0]


def slices_between(boundaries: Sequence[Key]) -> tuple[Slice, ...]:
    """Return the slices between the boundaries: one more than boundaries."""
    edges = [None, *boundaries, None]
    return tuple(Slice(number, edges[number], edges[number + 1]) for number in range(len(edges) - 1))


def walk(
    session: Session, table: str, key: Sequence[KeyColumn], rows_per_slice: int, where: str = EVERYTHING
) -> Iterator[Key]:
    """Yield every `rows_per_slice`-th key except the last row's, in one pass over the index."""
    names = ", ".join(column.quoted for column in key)
    texts = ", ".join(column.text_sql for column in key)
    bound: Key | None = None
    while True:
        condition = f"{where} AND {after(key, bound)}" if bound else where
        # The second row shows whether any row follows the boundary.
        keys = session.rows(
            f"SELECT {texts} FROM {key[0].dialect.quoted(table)} WHERE "  # noqa: S608 quoted names, literals made here
            f"{condition} ORDER BY {names} LIMIT 2 OFFSET "
            f"{rows_per_slice - 1}"
        )
        if len(keys) < 2:  # noqa: PLR2004 the limit of the query
            return
        bound = tuple(column.literal(_as_text(value)) for column, value in zip(key, keys[0], strict=True))
        yield bound


def _as_text(value: object) -> str:
    return value.decode("ascii") if isinstance(value, bytes) else str(value)


def rows_per_slice(rows: int, row_bytes: int, *, target_bytes: int, workers: int) -> int:
    """Return the number of rows per slice, for files near the target size and a slice for every worker.

    Args:
        row_bytes: the server's estimate of a row's size on disk.
    """
    ratio = _WIDE_COMPRESSION_RATIO if row_bytes > _WIDE_ROW_BYTES else _COMPRESSION_RATIO
    per_file = max(target_bytes * ratio // max(row_bytes, 1), 1)
    files = max(-(-rows // per_file), workers if rows >= workers * _MIN_SLICE_ROWS else 1)
    # The target size limits the slices of wide rows to less than _MIN_SLICE_ROWS.
    return max(int(rows / files * _SLACK), min(per_file, _MIN_SLICE_ROWS))
