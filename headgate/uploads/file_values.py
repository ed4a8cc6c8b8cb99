import json
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headgate.masking.redaction import redact
from headgate.uploads.doubtful_dates import REFUSED
from headgate.uploads.edited_rows import with_typed_cells
from headgate.uploads.edits import Edits
from headgate.values.cells import Rows, bool_array

_MAX_VALUES, _MAX_CHARACTERS = 50, 100


@dataclass
class FileValues:
    """Counts the values of each column that has few different ones, as a commit accepts them.

    Attributes:
        edits: rows that are left out are not counted, and edited cells by their new text.
    """

    edits: Edits = field(default_factory=Edits)
    _counts: dict[str, Counter[str]] = field(default_factory=dict)
    _of_many: set[str] = field(default_factory=set)

    def add(self, rows: Rows, columns: Mapping[str, pa.Array]) -> None:
        """Add the next rows, which have these numbers in the file."""
        columns = self._as_committed(rows, columns)
        for name in columns.keys() - self._of_many:
            counts = self._counts.setdefault(name, Counter())
            trimmed = pc.utf8_trim_whitespace(columns[name].drop_null())
            for counted in pc.value_counts(trimmed.filter(pc.not_equal(trimmed, ""))).to_pylist():
                counts[counted["values"]] += counted["counts"]
            if len(counts) > _MAX_VALUES or any(len(value) > _MAX_CHARACTERS for value in counts):
                self._of_many.add(name)
                del self._counts[name]

    def _as_committed(self, rows: Rows, columns: Mapping[str, pa.Array]) -> Mapping[str, pa.Array]:
        if not (self.edits.cells or self.edits.left_out):
            return columns
        place_of = {row: place for place, row in enumerate(rows.tolist())}
        if typed := [cell for cell in self.edits.cells if cell.row in place_of and cell.column in columns]:
            changed = with_typed_cells(dict(columns), typed, place_of)
            columns = {**changed, **{cell.column: redact(changed[cell.column]) for cell in typed}}
        is_kept = bool_array(~np.isin(rows, self.edits.left_out))
        return {name: text.filter(is_kept) for name, text in columns.items()}

    @property
    def by_column(self) -> dict[str, dict[str, int]]:
        """Rows by value and column, most rows first."""
        return {name: dict(counts.most_common()) for name, counts in self._counts.items() if counts}


def refused_values(flawed: Path, names: Sequence[str], hidden: Collection[str]) -> dict[str, dict[str, int]]:
    """Return rows by refused value, most rows first, of the columns whose values are shown.

    Args:
        flawed: the file of the grid with the rejected rows.
    """
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    places = {name: place for place, name in enumerate(names, start=1) if name not in hidden}
    with pa.memory_map(str(flawed)) as file:
        rows = pa.ipc.open_file(file).read_all()
    columns = {name: rows.column(place) for name, place in places.items()}
    for place, text in enumerate(rows.column("flaws").to_pylist()):
        flaws = json.loads(text or "{}")
        broken = {name for name, _, _ in flaws.get("flaws", ())} if flaws.get("kind") == REFUSED else set()
        for name in broken & columns.keys():
            value = (columns[name][place].as_py() or "").strip()
            if value and len(value) <= _MAX_CHARACTERS:
                counts[name][value] += 1
    return {name: dict(values.most_common(_MAX_VALUES)) for name, values in counts.items()}
