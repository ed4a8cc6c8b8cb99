from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.compute as pc

from headgate.contracts.model import TIMES, Column, ColumnType
from headgate.matching.past_moments import are_future, future_values
from headgate.values.cast_declared import cast_column, without_nulls
from headgate.values.cells import flags, text_array

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa

    from headgate.uploads.column_readings import ColumnReadings
    from headgate.values.format_inference import Reading

LEFT_OUT = json.dumps({"kind": "left_out", "flaws": []})
REFUSED, DOUBTFUL, FUTURE_DATE = "refused", "doubtful", "future_date"


@dataclass
class DoubtfulDates:
    """Marks the dates in the future of columns that record the past, and counts them.

    Rows that a person left out have no doubts.
    """

    names: Sequence[str]
    past: Mapping[str, str]
    by_column: dict[str, dict[str, Any]] = field(default_factory=dict)

    def added(self, table: pa.Table, readings: ColumnReadings) -> pa.Table:
        """Return the rows with their doubtful dates among their flaws."""
        flaws_of_rows = table.column("flaws").combine_chunks()
        are_left_out = pc.fill_null(pc.equal(flaws_of_rows, LEFT_OUT), fill_value=False)
        added: defaultdict[int, list[tuple[str, str, str]]] = defaultdict(list)
        for place, name in enumerate(self.names):
            most = readings.clear.get(name) if name in self.past else None
            if most is None or most.reading.kind not in TIMES:
                continue
            values = _as_dates(table.column(f"c{place}").combine_chunks(), most.reading)
            are_late = pc.and_not(pc.fill_null(are_future(values), fill_value=False), are_left_out)
            for row in np.flatnonzero(flags(are_late)).tolist():
                added[row].append((name, FUTURE_DATE, self.past[name]))
            self._count(name, values.filter(are_late))
        if not added:
            return table
        flaws = table.column("flaws").to_pylist()
        for row, doubts in added.items():
            before = json.loads(flaws[row]) if flaws[row] else {"kind": DOUBTFUL, "flaws": []}
            if before["kind"] in {REFUSED, DOUBTFUL}:
                flaws[row] = json.dumps({**before, "flaws": [*before["flaws"], *doubts]}, ensure_ascii=False)
        return table.set_column(table.num_columns - 1, "flaws", text_array(flaws))

    def _count(self, name: str, late: pa.Array) -> None:
        if not len(late):
            return
        before = self.by_column.get(name, {"rows": 0, "last": ""})
        last = max(before["last"], str(pc.max(late).as_py())[:10])
        self.by_column[name] = {"rows": before["rows"] + len(late), "last": last}


def first_future_dates(text: pa.Array, reading: Reading) -> dict[str, Any]:
    """Return how many of a column's first dates are in the future, and the last of them; nothing for none."""
    if reading.kind not in TIMES:
        return {}
    future = future_values(_as_dates(text, reading))
    return {"rows": len(future), "last": str(pc.max(future).as_py())[:10]} if len(future) else {}


def _as_dates(text: pa.Array, reading: Reading) -> pa.Array:
    column = Column("", ColumnType(reading.kind), format=reading.format)
    return cast_column(column, without_nulls(column, text)).values
