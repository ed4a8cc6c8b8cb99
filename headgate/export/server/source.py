"""The port of a source server, which MySQL and PostgreSQL implement."""

from __future__ import annotations

from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from headgate.errors import ContractError, ServiceError, ThrottledError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    import pyarrow as pa

    from headgate.contracts.model import Contract, Kind
    from headgate.export.planning.mapping import ExportColumn
    from headgate.export.requests import ExportRequest
    from headgate.export.server.key_columns import Key, KeyColumn
    from headgate.export.server.source_tables import SourceColumn, SourceTable
    from headgate.export.server.sql_dialect import SqlDialect


LOCK_WAIT_S = 5  # short, because other sessions queue behind a waiting lock


class SourceLostError(ServiceError):
    """The connection was lost, or a table changed under the snapshot; a new attempt keeps finished slices."""


class TableLockedError(SourceLostError):
    """Another session holds a lock on a table, as ALTER TABLE does; a later attempt can succeed."""


class UnrepresentableValueError(ContractError):
    """A column has a value that its type in the lake cannot represent."""


@contextmanager
def errors_with_table(table: str, lock_error: str, sessions: str) -> Iterator[None]:
    """Raise the server's errors in the block with the table's name, and lock timeouts as TableLockedError.

    Args:
        lock_error: the server's code of a lock timeout.
        sessions: the SQL or view that lists the server's sessions.
    """
    try:
        yield
    except ThrottledError as error:
        raise TableLockedError(
            f"table {table}: another session held its lock for longer than {LOCK_WAIT_S} s, as ALTER "
            f"TABLE does (error {lock_error}). Wait for that session ({sessions} lists it) or end it; "
            "`headgate export run --resume` then continues the run"
        ) from error
    except (ServiceError, UnrepresentableValueError) as error:
        raise type(error)(f"table {table}: {error}") from error


class Session(Protocol):
    """An open connection in UTC and UTF-8, for one thread at a time."""

    database: str

    def do(self, statement: str) -> None:
        """Execute the statement."""

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Return all rows of a small result as Python values."""

    def value(self, query: str) -> Any:  # noqa: ANN401 whatever the server answers
        """Return the first value of the first row; None if there are no rows."""

    def batches(self, query: str, columns: Sequence[ExportColumn]) -> Batches:
        """Return the rows of the query in the columns' Arrow types."""

    def close(self) -> None:
        """Close the connection in any state, from any thread."""


class Batches(Protocol):
    """Rows of one query."""

    def __iter__(self) -> Iterator[pa.RecordBatch]: ...

    @property
    def impossible_dates(self) -> Mapping[str, int]:
        """The number of invalid dates per column that have become null."""


AnySession = TypeVar("AnySession", bound=Session)


@dataclass(frozen=True)
class Snapshot:
    """Sessions that share one snapshot of the source.

    Attributes:
        method: the method by which the snapshot was shared.
        position: the position in the server's log; empty if not available to the account.
        gtid: the same position as a set of global transaction ids; empty if not available.
        taken_at: the server's time, UTC, ISO 8601.
    """

    sessions: tuple[Session, ...]
    method: str
    position: str
    gtid: str
    taken_at: str


@dataclass(frozen=True)
class DraftFacts:
    """Facts for a draft of a table's contract, in addition to its columns.

    Attributes:
        parents: the parent `table.column` per single-column foreign key.
        members: the members per enumeration column.
        flags: columns of the server's boolean type that contain only 0 and 1.
    """

    parents: Mapping[str, str] = field(default_factory=dict)
    members: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    flags: Collection[str] = frozenset()


class ExportSource(Protocol[AnySession]):
    """One database of a server."""

    @property
    def dialect(self) -> SqlDialect:
        """The server's SQL dialect."""

    @property
    def connect(self) -> Callable[[], AnySession]:
        """The function that opens a new connection."""

    def lock_tables(self, tables: Sequence[str]) -> AbstractContextManager[Callable[[], None]]:
        """Hold locks on these tables for the block, so that no other run exports them at the same time.

        Yields:
            A check that raises SourceLostError if a lock was lost.

        Raises:
            ConflictError: another run holds one of the locks.
        """

    def open_snapshot(self, tables: Sequence[SourceTable], workers: int) -> AbstractContextManager[Snapshot]:
        """Open sessions that share one snapshot; close all sessions after the block.

        Raises:
            NotPermittedError: the account may not open a snapshot.
            TableLockedError: another session holds a lock on a table.
        """

    def tables(self, session: AnySession) -> list[str]:
        """Return the names of the tables, not the views, that this account may see."""

    def describe(self, session: AnySession, table: str) -> SourceTable:
        """Return the current declaration of a table or view.

        Raises:
            NotFoundError: the table does not exist, or the account may not see it.
        """

    def describe_query(self, session: AnySession, name: str, query: str) -> SourceTable:
        """Return the columns of a SELECT.

        Raises:
            SettingsError: the server rejected the query; the message has its reason.
        """

    def arrow_type(self, column: SourceColumn, wanted: Kind | None = None) -> pa.DataType:
        """Return an Arrow type that preserves all values of the column, the contract's type if possible.

        Raises:
            ContractError: no Arrow type preserves its values.
        """

    def map_column(self, column: SourceColumn, wanted: Kind | None = None) -> ExportColumn:
        """Return the column to export. Raises as `arrow_type` does."""

    def edges(
        self,
        session: AnySession,
        table: SourceTable,
        request: ExportRequest,
        within: str,
        sensitive: Collection[str],
    ) -> tuple[tuple[KeyColumn, ...], list[Key]]:
        """Return a table's slicing key and the boundaries of the slices.

        Args:
            within: the SQL condition of the rows to export.
            sensitive: columns whose values must not be stored.
        """

    def draft_facts(self, session: AnySession, table: SourceTable) -> DraftFacts:
        """Return the facts of a table for a draft of its contract."""

    def errors_of_table(self, table: str) -> AbstractContextManager[None]:
        """Raise the server's errors in the block as `errors_with_table` does."""


def map_table(
    source: ExportSource[Any], table: SourceTable, columns: Sequence[str], contract: Contract | None = None
) -> tuple[ExportColumn, ...]:
    """Return the columns to export, in the order of the names.

    Raises:
        ContractError: no Arrow type preserves a column's values.
    """
    wanted = {column.name: column.type.kind for column in contract.columns} if contract else {}
    return tuple(source.map_column(table.column(name), wanted.get(name)) for name in columns)
