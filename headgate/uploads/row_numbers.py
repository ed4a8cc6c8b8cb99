import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

_ROW = re.compile(r"\b([Rr]ow )(\d+)\b")


@dataclass(frozen=True)
class RowNumbers:
    """Row numbers of the file as it was sent, for rows of the file without those that are left out.

    >>> [RowNumbers((2, 3)).sent(row) for row in (1, 2, 3)]
    [1, 4, 5]
    >>> [RowNumbers((2, 3)).committed(row) for row in (1, 4, 5)]
    [1, 2, 3]
    """

    left_out: Sequence[int]

    def sent(self, row: int) -> int:
        """Return the number in the sent file."""
        return int(self.all_sent(np.array([row]))[0])

    def committed(self, row: int) -> int:
        """Return the number in the committed file."""
        return row - sum(each < row for each in set(self.left_out))

    def all_sent(self, rows: np.ndarray[Any, np.dtype[np.int64]]) -> np.ndarray[Any, np.dtype[np.int64]]:
        """Return the numbers in the sent file."""
        gone = np.array(sorted(set(self.left_out)), np.int64)
        return rows + np.searchsorted(gone - np.arange(len(gone)), rows, side="right")

    def in_words(self, reason: str) -> str:
        """Return a reason of the gate with the row number in the sent file."""
        if not self.left_out:
            return reason
        return _ROW.sub(lambda row: f"{row[1]}{self.sent(int(row[2]))}", reason)
