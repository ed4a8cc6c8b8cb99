"""Slice boundaries of a large table from the server's row estimates, without walking the index.

The server estimates the rows in a range of an integer key from the index at both ends. It takes a millisecond
for any table size and key distribution. Slices may differ in size; the certificate verifies that they cover
all rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from headgate.export.mysql.mysql_types import quoted
from headgate.export.server.source_tables import INTEGERS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.export.mysql.mysql_session import MySqlSession
    from headgate.export.server.key_columns import Key, KeyColumn

_TOLERANCE = 0.2
# Proportional steps find a boundary quickly in an evenly distributed key; bisection finds it in any key, in
# as many steps as the key has bits.
_PROPORTIONAL_STEPS, _MAX_STEPS = 4, 70
# Estimates stop at half of the table, and are wrong by one factor throughout the table. So the search cuts
# parts of slices, and then joins as many parts as give the right number of slices.
_PARTS_PER_SLICE = 4


@dataclass(frozen=True)
class _RowEstimates:
    session: MySqlSession
    table: str
    column: str

    def rows(self, after: int, up_to: int) -> int:
        """Return the estimated number of rows in a key range."""
        condition = f"{self.column} > {after} AND {self.column} <= {up_to}"
        return self.session.estimate(f"SELECT {self.column} FROM {quoted(self.table)} WHERE {condition}")  # noqa: S608 a quoted name, numbers

    def place(self, start: int, end: int, wanted: int) -> int | None:
        """Return the key about `wanted` rows after `start`; None if too many rows share a key."""
        low, high, guess = start, end, start + max((end - start) // 8, 1)
        for step in range(_MAX_STEPS):
            rows = self.rows(start, guess)
            if abs(rows - wanted) <= _TOLERANCE * wanted:
                return guess
            low, high = (low, guess) if rows > wanted else (guess, high)
            if high - low <= 1:
                return None
            even = start + (guess - start) * wanted // max(rows, 1)
            guess = even if step < _PROPORTIONAL_STEPS and low < even < high else (low + high) // 2
        return None


def estimated_boundaries(
    session: MySqlSession, table: str, key: Sequence[KeyColumn], rows: int, rows_per_slice: int
) -> list[Key] | None:
    """Return boundaries in the key's first column for slices of about `rows_per_slice` rows.

    Returns None if the index must be walked. `rows` is the server's row count of the table.
    """
    column = key[0]
    ends = session.rows(f"SELECT MIN({column.quoted}), MAX({column.quoted}) FROM {quoted(table)}")  # noqa: S608 quoted names
    if column.kind not in INTEGERS or not ends or ends[0][0] is None:
        return None
    estimates = _RowEstimates(session, table, column.quoted)
    place, end = int(ends[0][0]) - 1, int(ends[0][1])
    wanted = max(rows_per_slice // _PARTS_PER_SLICE, 1)
    places: list[int] = []
    while estimates.rows(place, end) > (1 + _TOLERANCE) * wanted:
        following = estimates.place(place, end, wanted)
        if following is None:
            return None
        place = following
        places.append(place)
    slices = max(round(rows / rows_per_slice), 1)
    chosen = sorted(
        {round(number * (len(places) + 1) / slices) - 1 for number in range(1, slices)}
        & set(range(len(places)))
    )
    return [(column.literal(str(places[number])),) for number in chosen]
