"""Trust lines: as of when a table is, by which method, tested or not, and with which error.

The words are those of its dashboard; the console has the same line
(console/src/features/dashboards/trust-line.tsx).
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from headgate.errors import QueryError
from headgate.reports.answer_words import filled_template
from headgate.reports.numbers import day_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from headgate.systems.dashboards import DeclaredDashboard
    from headgate.systems.panels import DeclaredTrust

NOT_STATED = "no method and no test is stated for its figures"


def trust_parts(
    queries: Any,  # noqa: ANN401 Athena's adapter or its twin
    board: DeclaredDashboard,
    as_of: Mapping[str, str],
    units: Mapping[str, Mapping[str, str]],
) -> Mapping[str, tuple[str, ...]]:
    """Return the parts of the trust line of each table of a dashboard.

    Args:
        as_of: the last day that a table knows, ISO 8601, by table.
        units: of columns, by table.
    """
    words = {
        table: _filled(queries, note, units.get(note.source or table, {}))
        for note in board.trust
        for table in note.tables
    }
    tables = dict.fromkeys(panel.table for panel in board.panels)
    return {
        table: (
            *([f"as of {day_words(date.fromisoformat(as_of[table][:10]))}"] if as_of.get(table) else []),
            *words.get(table, (NOT_STATED,)),
        )
        for table in tables
    }


def _filled(queries: Any, note: DeclaredTrust, units: Mapping[str, str]) -> tuple[str, ...]:  # noqa: ANN401 as above
    """Return the words of a note whose columns all have values; without an answer, those without columns."""
    rows: Sequence[Mapping[str, Any]] = [{}]
    if note.sql:
        try:
            rows = queries.run(note.sql).records()
        except QueryError:
            rows = [{}]
    parts = (filled_template(template, rows or [{}], units) for template in note.words)
    return tuple(part for part in parts if part)
