from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from headgate.export.mysql.key_sampling import estimated_boundaries
from headgate.export.mysql.mysql_errors import mysql_errors_of_table
from headgate.export.mysql.mysql_tables import (
    describe_mysql_query,
    describe_mysql_table,
    mysql_draft_facts,
    mysql_tables,
)
from headgate.export.mysql.mysql_types import arrow_type_of, map_column
from headgate.export.mysql.server_snapshot import SnapshotMethod, lock_mysql_tables, open_mysql_snapshot
from headgate.export.planning.slicing import EVERYTHING, rows_per_slice, slicing_key, walk
from headgate.export.server.sql_dialect import SqlDialect

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from contextlib import AbstractContextManager

    from headgate.export.mysql.mysql_session import MySqlSession
    from headgate.export.requests import ExportRequest
    from headgate.export.server.key_columns import Key, KeyColumn
    from headgate.export.server.source import Snapshot
    from headgate.export.server.source_tables import SourceTable


@dataclass(frozen=True)
class MySqlSource:
    """One database of a MySQL or MariaDB server.

    Attributes:
        methods: the snapshot methods to try, in order.
    """

    connect: Callable[[], MySqlSession]
    methods: tuple[SnapshotMethod, ...] = tuple(SnapshotMethod)
    dialect = SqlDialect.MYSQL
    tables = staticmethod(mysql_tables)
    describe = staticmethod(describe_mysql_table)
    describe_query = staticmethod(describe_mysql_query)
    arrow_type = staticmethod(arrow_type_of)
    map_column = staticmethod(map_column)
    draft_facts = staticmethod(mysql_draft_facts)
    errors_of_table = staticmethod(mysql_errors_of_table)

    def lock_tables(self, tables: Sequence[str]) -> AbstractContextManager[Callable[[], None]]:
        """Hold server locks on these names until the connection closes."""
        return lock_mysql_tables(self.connect, tables)

    def open_snapshot(self, tables: Sequence[SourceTable], workers: int) -> AbstractContextManager[Snapshot]:
        """Open sessions on one snapshot, by the first method that the account may use."""
        return open_mysql_snapshot(self.connect, tables, workers, self.methods)

    def edges(
        self,
        session: MySqlSession,
        table: SourceTable,
        request: ExportRequest,
        within: str,
        sensitive: Collection[str],
    ) -> tuple[tuple[KeyColumn, ...], list[Key]]:
        """Return the slicing key and its boundaries, estimated if a large table is read in full."""
        key, rows = slicing_key(table, sensitive), table.row_estimate
        if not key:
            return (), []
        step = request.slice_rows or rows_per_slice(
            rows, table.row_bytes, target_bytes=request.target_file_bytes, workers=request.workers
        )
        if within == EVERYTHING and rows >= request.sampled_from_rows:
            boundaries = estimated_boundaries(session, table.name, key, rows, step)
            if boundaries is not None:
                return key[:1], boundaries
        return key, list(walk(session, table.name, key, step, within))
