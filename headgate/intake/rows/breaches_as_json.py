"""Convert breaches of rules to JSON texts, one for each row, and back.

Rows that are masked at their source carry their breaches in this form.
"""

import json
from collections import defaultdict
from collections.abc import Sequence

import pyarrow as pa

from headgate.contracts.model import Level
from headgate.values.cells import by_unique, rows_where, text_array
from headgate.values.rules import Breach


def verdicts(breaches: Sequence[Breach], rows: int) -> pa.Array:
    """Return the rules that each row breaks, as JSON; null for a row that breaks none."""
    breaches_by_row: defaultdict[int, list[list[str]]] = defaultdict(list)
    for breach in breaches:
        for row in breach.rows.tolist():
            breaches_by_row[row].append([breach.rule, breach.column, breach.reason, breach.level.value])
    if not breaches_by_row:
        return pa.nulls(rows, pa.string())
    return text_array(
        json.dumps(breaches_by_row[row]) if row in breaches_by_row else None for row in range(rows)
    )


def breaches_of(texts: pa.Array) -> tuple[Breach, ...]:
    """Return the breaches that these texts list."""
    unique, text_of_row = by_unique(texts)
    breaches_by_text = [tuple(map(tuple, json.loads(text))) if text else () for text in unique.to_pylist()]
    breaches = []
    for rule, column, reason, level in dict.fromkeys(breach for each in breaches_by_text for breach in each):
        has_breach = pa.array([(rule, column, reason, level) in each for each in breaches_by_text])
        breaches.append(Breach(rule, column, reason, rows_where(has_breach.take(text_of_row)), Level(level)))
    return tuple(breaches)
