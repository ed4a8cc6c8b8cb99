"""The values of a file's columns that have few different ones, so that a person can map each of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

_MAX_VALUES, _MAX_CHARACTERS = 50, 100


@dataclass
class FileValues:
    """Counts the values of each column that has few different ones."""

    _counts: dict[str, Counter[str]] = field(default_factory=dict)
    _of_many: set[str] = field(default_factory=set)

    def add(self, columns: Mapping[str, pa.Array]) -> None:
        """Add the next rows."""
        for name in columns.keys() - self._of_many:
            counts = self._counts.setdefault(name, Counter())
            trimmed = pc.utf8_trim_whitespace(columns[name].drop_null())
            for counted in pc.value_counts(trimmed.filter(pc.not_equal(trimmed, ""))).to_pylist():
                counts[counted["values"]] += counted["counts"]
            if len(counts) > _MAX_VALUES or any(len(value) > _MAX_CHARACTERS for value in counts):
                self._of_many.add(name)
                del self._counts[name]

    @property
    def by_column(self) -> dict[str, dict[str, int]]:
        """Rows by value and column, most rows first."""
        return {name: dict(counts.most_common()) for name, counts in self._counts.items() if counts}
