"""Boundaries of slices in a large table, by what the server estimates instead of by walking its index.

For a range of an integer key the server looks into its index at both ends and estimates the rows between: a
millisecond, however large the table is, and however skewed its keys. Slices need not be equal, only near it;
whether they hold every row is certified anyway.
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
# Proportional steps find the place in an even key at once; halving finds it in any, in as many steps as the
# key has bits.
_PROPORTIONAL_TRIES, _TRIES = 4, 70
# Estimates are cut off at half of the table, and are too high or too low by one factor throughout: so parts
# of slices are looked for, and as many of them put together as there are more of them than there should be.
_PARTS = 4


@dataclass(frozen=True)
class _RowEstimates:
    session: MySqlSession
    table: str
    column: str

    def rows(self, after: int, up_to: int) -> int:
        """Return about how many rows have a key in the range."""
        condition = f"{self.column} > {after} AND {self.column} <= {up_to}"
        return self.session.estimate(f"SELECT {self.column} FROM {quoted(self.table)} WHERE {condition}")  # noqa: S608 a quoted name, numbers

    def place(self, start: int, end: int, wanted: int) -> int | None:
        """Return the key up to which about so many rows follow `start`.

        None where no key comes near, since too many rows share one.
        """
        low, high, guess = start, end, start + max((end - start) // 8, 1)
        for step in range(_TRIES):
            rows = self.rows(start, guess)
            if abs(rows - wanted) <= _TOLERANCE * wanted:
                return guess
            low, high = (low, guess) if rows > wanted else (guess, high)
            if high - low <= 1:
                return None
            even = start + (guess - start) * wanted // max(rows, 1)
            guess = even if step < _PROPORTIONAL_TRIES and low < even < high else (low + high) // 2
        return None


def sampled(
    session: MySqlSession, table: str, key: Sequence[KeyColumn], rows: int, rows_per_slice: int
) -> list[Key] | None:
    """Return boundaries in the key's first column that cut slices of about so many rows.

    None where they can only be found by walking.

    Args:
        rows: of the table, by the server's statistics.
    """
    column = key[0]
    ends = session.rows(f"SELECT MIN({column.quoted}), MAX({column.quoted}) FROM {quoted(table)}")  # noqa: S608 quoted names
    if column.kind not in INTEGERS or not ends or ends[0][0] is None:
        return None
    estimates = _RowEstimates(session, table, column.quoted)
    place, end = int(ends[0][0]) - 1, int(ends[0][1])
    wanted = max(rows_per_slice // _PARTS, 1)
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
