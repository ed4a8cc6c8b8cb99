"""Breaches of rules as JSON texts, one per row, and back, for rows masked at their source."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING

import pyarrow as pa

from headgate.contracts.model import Level
from headgate.values.cells import by_unique, rows_where, text_array
from headgate.values.rules import Breach

if TYPE_CHECKING:
    from collections.abc import Sequence


def verdicts(breaches: Sequence[Breach], rows: int) -> pa.Array:
    """Return for each row the rules that it breaks, as JSON; null where it breaks none."""
    of_row: defaultdict[int, list[list[str]]] = defaultdict(list)
    for breach in breaches:
        for row in breach.rows.tolist():
            of_row[row].append([breach.rule, breach.column, breach.reason, breach.level.value])
    if not of_row:
        return pa.nulls(rows, pa.string())
    return text_array(json.dumps(of_row[row]) if row in of_row else None for row in range(rows))


def breaches_of(texts: pa.Array) -> tuple[Breach, ...]:
    """Return the breaches that the rows' texts list."""
    unique, own = by_unique(texts)
    of_text = [tuple(map(tuple, json.loads(text))) if text else () for text in unique.to_pylist()]
    breaches = []
    for rule, column, reason, level in dict.fromkeys(breach for each in of_text for breach in each):
        telling = pa.array([(rule, column, reason, level) in each for each in of_text])
        breaches.append(Breach(rule, column, reason, rows_where(telling.take(own)), Level(level)))
    return tuple(breaches)
