"""Pair rows with columns, one to one, so that the sum over the pairs is maximal."""

from typing import Any

import numpy as np

Gains = np.ndarray[Any, np.dtype[np.float64]]


def best_pairs(gains: Gains) -> list[tuple[int, int]]:
    """Return the pairs of row and column with the largest total; each row and column is in at most one pair.

    Pairs without gain are omitted.

    Source:
        Kuhn (1955), The Hungarian Method for the Assignment Problem; in the form of shortest augmenting paths
        with potentials by Jonker & Volgenant (1987), O(n³). scipy has it, but is not in the Lambda.
    """
    rows, columns = gains.shape
    # Add one column without gain per row; a row that takes one of them is left out.
    costs = np.concatenate((-np.maximum(gains, 0), np.zeros((rows, rows))), axis=1)
    taken_by = np.full(columns + rows, -1)
    row_price, column_price = np.zeros(rows), np.zeros(columns + rows)
    for row in range(rows):
        _take(row, costs, taken_by, row_price, column_price)
    return sorted(
        (int(taken_by[column]), column)
        for column in range(columns)
        if taken_by[column] >= 0 and gains[taken_by[column], column] > 0
    )


def _take(
    row: int, costs: Gains, taken_by: np.ndarray[Any, Any], row_price: Gains, column_price: Gains
) -> None:
    """Assign a column to one more row at the least total cost; other rows may get another column."""
    count = len(column_price)
    least, came_from, seen = np.full(count, np.inf), np.full(count, -1), np.zeros(count, bool)
    at, column = row, -1
    while at >= 0:
        reduced = costs[at] - row_price[at] - column_price
        nearer = ~seen & (reduced < least)
        least[nearer], came_from[nearer] = reduced[nearer], column
        nearest = int(np.argmin(np.where(seen, np.inf, least)))
        step = least[nearest]
        row_price[row] += step
        row_price[taken_by[seen]] += step
        column_price[seen] -= step
        least[~seen] -= step
        seen[nearest], column = True, nearest
        at = int(taken_by[nearest])
    while column >= 0:
        before = int(came_from[column])
        taken_by[column] = row if before < 0 else taken_by[before]
        column = before
