"""Cut a table into slices of equal rows along a key, unique if there is one.

Boundaries are keys that were found by walking the key's index, so a slice has as many rows as asked for
however skewed the keys are. A slice is everything after its lower boundary up to and including its upper one;
the first has no lower and the last no upper boundary, so that together they hold every row there can be,
once. Rows with one key are never parted.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING

from headgate.export.server.key_columns import ORDERED_KINDS, Key, KeyColumn

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from headgate.export.server.source import Session
    from headgate.export.server.source_tables import SourceColumn, SourceTable

EVERYTHING = "TRUE"

# zstd Parquet against InnoDB's pages, as measured on orders and their lines (docs/adr/0010).
_SHRINKING = 4
# Rows beyond half a page of InnoDB hold long values: pictures, which do not shrink, or documents, which do.
# Between the two a file is half the target or twice it.
_WIDE_BYTES, _WIDE_SHRINKING = 8192, 2
# Below this many rows a slice's own cost outweighs what a second connection saves.
_FEWEST_ROWS = 50_000
# The server's count is a guess; without slack a low one leaves a last slice of a few rows.
_SLACK = 1.05


@dataclass(frozen=True)
class Slice:
    """The rows after `lower`, up to and including `upper`; None is no boundary."""

    number: int
    lower: Key | None = None
    upper: Key | None = None

    def where(self, key: Sequence[KeyColumn]) -> str:
        """Return the SQL condition that a row belongs to the slice."""
        parts = [after(key, self.lower) if self.lower else "", up_to(key, self.upper) if self.upper else ""]
        return " AND ".join(part for part in parts if part) or EVERYTHING


def slicing_key(table: SourceTable, sensitive: Collection[str] = ()) -> tuple[KeyColumn, ...]:
    """Return the key to slice by: the first unique one whose columns all fit, else the longest beginning of
    an index that does; empty if none.

    Columns fit that are never null and compare as they are ordered. Boundaries are written down, so columns
    whose values must not be do not; nor do floats, whose text may be another value. Of indexes the primary
    key's comes first, by which rows lie on the disk.
    """
    whole = [index.columns for index in table.unique]
    beginnings = [_beginning(table, index.columns, sensitive) for index in table.indexes]
    for names in [
        *(names for names in whole if _beginning(table, names, sensitive) == names),
        *filter(None, beginnings),
    ]:
        return tuple(
            KeyColumn(column.name, column.kind, column.charset, name_at_source=column.name_at_source)
            for column in map(table.column, names)
        )
    return ()


def _beginning(table: SourceTable, names: Sequence[str], sensitive: Collection[str]) -> tuple[str, ...]:
    """Return the first columns of an index, as far as they fit."""
    return tuple(takewhile(lambda name: name not in sensitive and _fit(table.column(name)), names))


def _fit(column: SourceColumn) -> bool:
    return not column.nullable and column.kind in ORDERED_KINDS


def after(key: Sequence[KeyColumn], bound: Key) -> str:
    """Return the SQL condition that a row comes after the bound in key order.

    Spelled out: MySQL does not use an index for `(a, b) > (1, 2)`.
    """
    return _beyond(key, bound, ">", ">")


def up_to(key: Sequence[KeyColumn], bound: Key) -> str:
    """Return the SQL condition that a row comes at or before the bound in key order."""
    return _beyond(key, bound, "<", "<=")


def _beyond(key: Sequence[KeyColumn], bound: Key, strictly: str, finally_: str) -> str:
    names = [column.quoted for column in key]
    last = len(names) - 1
    ways = []
    for depth in range(len(names)):
        equal = [f"{names[i]} = {bound[i]}" for i in range(depth)]
        ways.append(
            " AND ".join([*equal, f"{names[depth]} {finally_ if depth == last else strictly} {bound[depth]}"])
        )
    return "(" + " OR ".join(f"({way})" for way in ways) + ")" if last else ways[0]


def slices_between(boundaries: Sequence[Key]) -> tuple[Slice, ...]:
    """Return the slices that the boundaries cut: one more than there are boundaries."""
    edges = [None, *boundaries, None]
    return tuple(Slice(number, edges[number], edges[number + 1]) for number in range(len(edges) - 1))


def walk(
    session: Session, table: str, key: Sequence[KeyColumn], rows_per_slice: int, where: str = EVERYTHING
) -> Iterator[Key]:
    """Yield every `rows_per_slice`-th key in order, but for the last row's; one pass over the key's index."""
    names = ", ".join(column.quoted for column in key)
    texts = ", ".join(column.text_sql for column in key)
    bound: Key | None = None
    while True:
        condition = f"{where} AND {after(key, bound)}" if bound else where
        # Two rows are asked for: the boundary, and whether anything follows it.
        keys = session.rows(
            f"SELECT {texts} FROM {key[0].dialect.quoted(table)} WHERE "  # noqa: S608 quoted names, literals made here
            f"{condition} ORDER BY {names} LIMIT 2 OFFSET "
            f"{rows_per_slice - 1}"
        )
        if len(keys) < 2:  # noqa: PLR2004 the two asked for
            return
        bound = tuple(column.literal(_as_text(value)) for column, value in zip(key, keys[0], strict=True))
        yield bound


def _as_text(value: object) -> str:
    return value.decode("ascii") if isinstance(value, bytes) else str(value)


def rows_per_slice(rows: int, row_bytes: int, *, target_bytes: int, workers: int) -> int:
    """Return how many rows to put in a slice, so that its file nears the target and every worker has one.

    Args:
        row_bytes: the server's guess of a row's size on its disk.
    """
    shrinking = _WIDE_SHRINKING if row_bytes > _WIDE_BYTES else _SHRINKING
    per_file = max(target_bytes * shrinking // max(row_bytes, 1), 1)
    files = max(-(-rows // per_file), workers if rows >= workers * _FEWEST_ROWS else 1)
    # Of wide rows a file holds fewer than are worth a slice otherwise: what a file may weigh comes first.
    return max(int(rows / files * _SLACK), min(per_file, _FEWEST_ROWS))
