from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from headgate.export.planning.slicing import EVERYTHING, rows_per_slice
from headgate.export.postgres.postgres_session import PostgresSession, postgres_errors_of_table
from headgate.export.postgres.postgres_snapshot import lock_postgres_tables, open_postgres_snapshot
from headgate.export.postgres.postgres_tables import (
    describe_postgres_query,
    describe_postgres_table,
    postgres_draft_facts,
    postgres_tables,
)
from headgate.export.postgres.postgres_types import map_postgres_column, postgres_arrow_type
from headgate.export.server.key_columns import TUPLE_ID, Key, KeyColumn
from headgate.export.server.sql_dialect import SqlDialect

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from contextlib import AbstractContextManager

    from headgate.export.requests import ExportRequest
    from headgate.export.server.source import Snapshot
    from headgate.export.server.source_tables import SourceTable


@dataclass(frozen=True)
class PostgresSource:
    """One database of a PostgreSQL server, from version 14 on."""

    connect: Callable[[], PostgresSession]
    dialect = SqlDialect.POSTGRES
    tables = staticmethod(postgres_tables)
    describe = staticmethod(describe_postgres_table)
    describe_query = staticmethod(describe_postgres_query)
    arrow_type = staticmethod(postgres_arrow_type)
    map_column = staticmethod(map_postgres_column)
    draft_facts = staticmethod(postgres_draft_facts)
    errors_of_table = staticmethod(postgres_errors_of_table)

    def lock_tables(self, tables: Sequence[str]) -> AbstractContextManager[Callable[[], None]]:
        """Hold advisory locks on these names until the connection closes."""
        return lock_postgres_tables(self.connect, tables)

    def open_snapshot(self, tables: Sequence[SourceTable], workers: int) -> AbstractContextManager[Snapshot]:
        """Open sessions that share one exported snapshot."""
        return open_postgres_snapshot(self.connect, tables, workers)

    def edges(
        self,
        session: PostgresSession,
        table: SourceTable,
        request: ExportRequest,
        within: str,
        sensitive: Collection[str],
    ) -> tuple[tuple[KeyColumn, ...], list[Key]]:
        """Return ranges of disk blocks with about equal numbers of rows, which are read without an index.

        A run of few rows is one slice, so that the server can use an index.
        """
        del sensitive  # the boundaries are block numbers, not values
        if table.engine != "table":
            return (), []
        rows = table.row_estimate if within == EVERYTHING else _estimate(session, table, within)
        step = request.slice_rows or rows_per_slice(
            rows, table.row_bytes, target_bytes=request.target_file_bytes, workers=request.workers
        )
        blocks = int(
            session.value(
                f"SELECT pg_relation_size({SqlDialect.POSTGRES.string(table.from_sql)}::regclass)"
                " / current_setting('block_size')::int8"
            )
        )
        slices = min(-(-rows // step), blocks)
        key = KeyColumn("ctid", TUPLE_ID, dialect=SqlDialect.POSTGRES)
        # Rows of a block are numbered from 1, so no row lies on a boundary.
        places = (blocks * number // slices for number in range(1, slices))
        return (key,), [(key.literal(f"({block},0)"),) for block in places]


def _estimate(session: PostgresSession, table: SourceTable, within: str) -> int:
    """Return the planner's estimate of the rows that meet a condition."""
    plan = session.value(f"EXPLAIN (FORMAT JSON) SELECT 1 FROM {table.from_sql} WHERE {within}")  # noqa: S608 a quoted name, own literals
    return int((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]["Plan Rows"])
