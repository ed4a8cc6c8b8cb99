"""Saved questions and panels of dashboards whose statements read a column."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.api.analytics.kept_questions import every_kept
from headgate.api.analytics.questions import saved_questions_of
from headgate.api.analytics.written_dashboards import every_dashboard
from headgate.api.shapes.lake import ColumnReader

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headgate.api.lake_ports import LakePorts


def readers_by_column(lake: LakePorts, table: str) -> dict[str, tuple[ColumnReader, ...]]:
    """Return the panels and questions that read each column of a table, each kind in its order."""
    from headgate.query.columns_read import columns_read

    tables = {
        name: contract.names
        for zone in (lake.contracts.curated, lake.contracts.prod)
        for name, contract in zone.items()
    }
    readers: dict[str, tuple[ColumnReader, ...]] = {}
    for reader, sql in _statements(lake):
        for name in columns_read(sql, table, tables) if table in sql.lower() else ():
            readers[name] = (*readers.get(name, ()), reader)
    return readers


def _statements(lake: LakePorts) -> Iterator[tuple[ColumnReader, str]]:
    for board in every_dashboard(lake).dashboards:
        for panel in board.panels:
            yield (
                ColumnReader(
                    kind="panel",
                    system=board.system,
                    board=board.title,
                    name=panel.name,
                    title=panel.question,
                ),
                panel.sql,
            )
    for saved in saved_questions_of(lake):
        yield (
            ColumnReader(kind="question", system=saved.system, name=saved.name, title=saved.description),
            saved.sql,
        )
    for kept in every_kept(lake).questions:
        yield (ColumnReader(kind="kept", name=kept.name, title=kept.name, sql=kept.sql, by=kept.by), kept.sql)
