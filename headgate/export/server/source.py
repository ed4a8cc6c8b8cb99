"""A server whose tables are exported: what the export asks of it, whichever server it is."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from headgate.errors import ContractError, ServiceError, ThrottledError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    import pyarrow as pa

    from headgate.contracts.model import Contract, Kind
    from headgate.export.planning.mapping import ExportColumn
    from headgate.export.requests import ExportRequest
    from headgate.export.server.key_columns import Key, KeyColumn
    from headgate.export.server.source_tables import SourceColumn, SourceTable
    from headgate.export.server.sql_dialect import SqlDialect


LOCK_WAIT_S = 5  # while a lock waits for a long query, everybody else waits for it: it gives up soon


class SourceLostError(ServiceError):
    """The server or the connection went away, or changed under the snapshot.

    A new attempt can go on from what is finished.
    """


class TableLockedError(SourceLostError):
    """Another session holds a lock on a table, as ALTER TABLE does.

    A new attempt can succeed when that session has ended.
    """


class UnrepresentableValueError(ContractError):
    """A column holds a value that its type in the lake cannot hold."""


@contextmanager
def errors_with_table(table: str, lock_error: str, sessions: str) -> Iterator[None]:
    """Raise errors of a server in the block with the table's name.

    A lock that was not granted leaves it as one to retry.

    Args:
        lock_error: the server's code of a lock that was not granted in `LOCK_WAIT_S` seconds.
        sessions: lists the server's sessions.
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
    """An open connection that speaks UTC and UTF-8. Use it from one thread at a time."""

    database: str

    def do(self, statement: str) -> None:
        """Execute the statement."""
        ...

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Return every row of a small result, as Python values."""
        ...

    def value(self, query: str) -> Any:  # noqa: ANN401 whatever the server answers
        """Return the first value of the first row, None when there is no row."""
        ...

    def batches(self, query: str, columns: Sequence[ExportColumn]) -> Batches:
        """Return the rows of the query in the columns' Arrow types."""
        ...

    def close(self) -> None:
        """Close the connection from any thread, whatever state it is in."""
        ...


class Batches(Protocol):
    """Rows of one query."""

    def __iter__(self) -> Iterator[pa.RecordBatch]: ...

    @property
    def impossible_dates(self) -> Mapping[str, int]:
        """Per column, dates on no calendar that became null so far."""
        ...


AnySession = TypeVar("AnySession", bound=Session)


@dataclass(frozen=True)
class Snapshot:
    """Sessions that see one moment of the source.

    Attributes:
        method: the way in which they came to see it.
        position: the moment in the server's log, empty where the server or the account has none.
        gtid: the same as a global transaction id set, empty likewise.
        taken_at: the server's clock, UTC, ISO 8601.
    """

    sessions: tuple[Session, ...]
    method: str
    position: str
    gtid: str
    taken_at: str


@dataclass(frozen=True)
class DraftFacts:
    """Facts of a table for a draft of its contract, besides the table's columns.

    Attributes:
        parents: per column of a foreign key of one column, `table.column` of its parent.
        members: per column of an enumeration, its texts.
        flags: columns whose numbers are all 0 or 1, and whose type is the server's boolean.
    """

    parents: Mapping[str, str] = field(default_factory=dict)
    members: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    flags: Collection[str] = frozenset()


class ExportSource(Protocol[AnySession]):
    """One database of a server. It holds no connection itself."""

    @property
    def dialect(self) -> SqlDialect:
        """The spelling of its SQL."""
        ...

    @property
    def connect(self) -> Callable[[], AnySession]:
        """Opens a new connection."""
        ...

    def lock_tables(self, tables: Sequence[str]) -> AbstractContextManager[Callable[[], None]]:
        """Hold a lock on these names for the block, so that no other run exports them meanwhile.

        Yields:
            A check that the lock is still held; it raises SourceLostError when it is not.

        Raises:
            ConflictError: another run holds one of the tables.
        """
        ...

    def open_snapshot(self, tables: Sequence[SourceTable], workers: int) -> AbstractContextManager[Snapshot]:
        """Open sessions that see one moment; everything is closed at the end.

        Raises:
            NotPermittedError: the account may not.
            TableLockedError: another session holds a lock that is needed.
        """
        ...

    def tables(self, session: AnySession) -> list[str]:
        """Return the names of all tables that this account may see, without views."""
        ...

    def describe(self, session: AnySession, table: str) -> SourceTable:
        """Return the table as the source declares it now.

        Raises:
            NotFoundError: the source has no such table or view, or the account may not see it.
        """
        ...

    def describe_query(self, session: AnySession, name: str, query: str) -> SourceTable:
        """Return the columns of a SELECT as the server announces them.

        Raises:
            SettingsError: the server does not accept the query; the message repeats its reason.
        """
        ...

    def arrow_type(self, column: SourceColumn, wanted: Kind | None = None) -> pa.DataType:
        """Return the Arrow type that keeps every value of the column, and is what its contract wants where
        that keeps them, too.

        Raises:
            ContractError: no type is known to keep them exactly.
        """
        ...

    def map_column(self, column: SourceColumn, wanted: Kind | None = None) -> ExportColumn:
        """Return the column as it will be exported. Raises as `arrow_type` does."""
        ...

    def edges(
        self,
        session: AnySession,
        table: SourceTable,
        request: ExportRequest,
        within: str,
        sensitive: Collection[str],
    ) -> tuple[tuple[KeyColumn, ...], list[Key]]:
        """Return the key to slice a table by, and the boundaries of the slices.

        Args:
            within: the SQL condition of the rows to export.
            sensitive: columns whose values may not be written down.
        """
        ...

    def draft_facts(self, session: AnySession, table: SourceTable) -> DraftFacts:
        """Return the parts of a table that only a draft of its contract needs."""
        ...

    def errors_of_table(self, table: str) -> AbstractContextManager[None]:
        """Raise errors of the server in the block with the table's name.

        A lock that was not granted leaves it as one to retry.
        """
        ...


def map_table(
    source: ExportSource[Any], table: SourceTable, columns: Sequence[str], contract: Contract | None = None
) -> tuple[ExportColumn, ...]:
    """Return the named columns of a table, in that order, as they will be exported.

    Raises:
        ContractError: a column has a type that is not known to be kept exactly.
    """
    wanted = {column.name: column.type.kind for column in contract.columns} if contract else {}
    return tuple(source.map_column(table.column(name), wanted.get(name)) for name in columns)
