"""Run Athena queries with typed rows, without pandas and without result files."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypedDict
from urllib.parse import urlsplit

from headgate.aws.sdk_errors import translated
from headgate.errors import NotFoundError, NotPermittedError, QueryError
from headgate.lake.ports import ObjectRef

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import pyarrow as pa
    from mypy_boto3_athena import AthenaClient
    from mypy_boto3_athena.type_defs import GetQueryResultsOutputTypeDef, QueryExecutionTypeDef, RowTypeDef

FIRST_POLL_S, MAX_POLL_S = 0.05, 2.0
_UNDER_WAY = {"QUEUED", "RUNNING"}

# Athena answers in text. Source: Amazon Athena user guide, "Data types in Amazon Athena".
_PARSERS: dict[str, Callable[[str], object]] = {
    "tinyint": int,
    "smallint": int,
    "int": int,
    "integer": int,
    "bigint": int,
    "float": float,
    "real": float,
    "double": float,
    "decimal": Decimal,
    "boolean": lambda text: text == "true",
    "date": date.fromisoformat,
    "timestamp": datetime.fromisoformat,
}


class _Once(TypedDict, total=False):
    ClientRequestToken: str


class _After(TypedDict, total=False):
    NextToken: str


@dataclass(frozen=True)
class AnswerColumn:
    """A result column, with Athena's type name."""

    name: str
    type: str


@dataclass(frozen=True)
class Answer:
    """The result of a query: rows of Python values in column order; a null is None.

    Attributes:
        scanned_bytes: the bytes that Athena read and bills.
    """

    query_id: str
    columns: tuple[AnswerColumn, ...]
    rows: tuple[tuple[Any, ...], ...]
    scanned_bytes: int = 0

    def records(self) -> list[dict[str, Any]]:
        """Return the rows as mappings from column name to value."""
        names = [column.name for column in self.columns]
        return [dict(zip(names, row, strict=True)) for row in self.rows]


@dataclass(frozen=True)
class QueryStatus:
    """The status of a query.

    Attributes:
        state: QUEUED, RUNNING, SUCCEEDED, FAILED or CANCELLED.
        error: Athena's reason of a failure.
        started_at: naive UTC.
        seconds: duration; None while it runs.
        limit_bytes: the workgroup's limit of scanned bytes; 0 for no limit.
    """

    query_id: str
    state: str
    sql: str = ""
    error: str = ""
    started_at: datetime | None = None
    seconds: float | None = None
    scanned_bytes: int = 0
    limit_bytes: int = 0


@dataclass(frozen=True)
class ResultFile:
    """The file with all rows of a query that succeeded.

    Attributes:
        ref: the object; CSV if its key ends with `.csv`.
        rows: number of rows; None if Athena has not counted them, which it does some time after the end.
    """

    ref: ObjectRef
    rows: int | None = None


@dataclass(frozen=True)
class QueryPage:
    """A page of result rows; `after` is the token of the next page, empty for the last one."""

    columns: tuple[AnswerColumn, ...]
    rows: tuple[tuple[Any, ...], ...]
    after: str = ""


def permitted_workgroup(client: AthenaClient, everybody: str, analysts: str) -> str:
    """Return the workgroup in which the caller may run queries: the analysts' if it may not use the other.

    Args:
        analysts: the analysts' workgroup; without one Athena is not called.
    """
    if not analysts or _may_see(client, everybody) or not _may_see(client, analysts):
        return everybody
    return analysts


def _may_see(client: AthenaClient, workgroup: str) -> bool:
    try:
        with translated(f"look up workgroup {workgroup}"):
            client.get_work_group(WorkGroup=workgroup)
    except NotPermittedError:
        return False
    return True


@dataclass(frozen=True)
class AthenaQueries:
    """Athena SQL in one workgroup, which determines the result location and the scan limit.

    Attributes:
        translate_sql: translates Athena SQL to the dialect of the engine behind the API; on AWS the identity.
        reason: translates the engine's errors to Athena's; on AWS the identity.
        scan_limit_bytes: the workgroup's limit, for messages; 0 for none.
    """

    client: AthenaClient
    workgroup: str
    database: str
    translate_sql: Callable[[str], str] = str
    reason: Callable[[str], str] = str
    sleep: Callable[[float], None] = time.sleep
    monotonic_s: Callable[[], float] = time.monotonic
    scan_limit_bytes: int = 0

    def run(self, sql: str, *, database: str = "", timeout_s: float = 900) -> Answer:
        """Run a statement of Athena SQL, and return its typed result.

        Args:
            database: of unqualified tables; by default the configured one.

        Raises:
            QueryError: Athena rejected or failed the statement, or it ran for more than `timeout_s` and was
                stopped.
        """
        statement = self.translate_sql(sql)
        with translated("ask Athena"):
            query_id = self._start(statement, database or self.database)
            ended = self._ended(query_id, self.monotonic_s() + timeout_s)
            return self._answer(query_id, ended)

    def start(self, sql: str, token: str = "") -> str:
        """Start a statement of Athena SQL, and return the query's id.

        Args:
            token: starts a statement only once; 32 to 128 characters.

        Raises:
            QueryError: Athena rejected the statement.
        """
        with translated("ask Athena"):
            return self._start(self.translate_sql(sql), self.database, token)

    def status(self, query_id: str) -> QueryStatus:
        """Return the status of a query of the workgroup; raise NotFoundError if it is unknown."""
        execution = self._execution(query_id)
        if execution is None or execution.get("WorkGroup") != self.workgroup:
            raise NotFoundError(f"There is no query {query_id} in {self.workgroup}.")
        status = execution["Status"]
        begun, ended = status.get("SubmissionDateTime"), status.get("CompletionDateTime")
        return QueryStatus(
            query_id,
            status["State"],
            sql=execution.get("Query", ""),
            error=self.reason(status.get("StateChangeReason", "")) if status["State"] == "FAILED" else "",
            started_at=begun.astimezone(UTC).replace(tzinfo=None) if begun else None,
            seconds=(ended - begun).total_seconds() if begun and ended else None,
            scanned_bytes=execution.get("Statistics", {}).get("DataScannedInBytes", 0),
            limit_bytes=self.scan_limit_bytes,
        )

    def _execution(self, query_id: str) -> QueryExecutionTypeDef | None:
        """Return Athena's execution of a query; None if it is unknown."""
        with translated(f"look up query {query_id}"):
            try:
                return self.client.get_query_execution(QueryExecutionId=query_id)["QueryExecution"]
            except self.client.exceptions.InvalidRequestException:
                return None

    def page(self, query_id: str, limit: int, after: str = "") -> QueryPage:
        """Return at most `limit` rows (up to 999) of a succeeded query.

        Raises:
            QueryError: the page token is not valid.
        """
        token: _After = {"NextToken": after} if after else {}
        with translated(f"read the answer of query {query_id}"):
            ended = self.client.get_query_execution(QueryExecutionId=query_id)["QueryExecution"]
            has_names = not after and ended.get("StatementType") == "DML"
            try:
                page = self.client.get_query_results(
                    QueryExecutionId=query_id, MaxResults=limit + has_names, **token
                )
            except self.client.exceptions.InvalidRequestException:
                raise QueryError(
                    f"Athena has no such page of query {query_id}. Begin again with its first page."
                ) from None
        columns, rows = _columns(page), page["ResultSet"]["Rows"]
        return QueryPage(
            columns, tuple(_typed(columns, rows[1:] if has_names else rows)), page.get("NextToken", "")
        )

    def result_file(self, query_id: str) -> ResultFile:
        """Return the file with all rows of a succeeded query."""
        execution = self._execution(query_id)
        place = urlsplit((execution or {}).get("ResultConfiguration", {}).get("OutputLocation", ""))
        if not place.netloc:
            raise NotFoundError(f"Query {query_id} has no result file.")
        return ResultFile(ObjectRef(place.netloc, place.path.lstrip("/")), self._rows_of(query_id))

    def _rows_of(self, query_id: str) -> int | None:
        """Return the number of rows; None before Athena has counted them, or if the caller may not see it."""
        try:
            with translated(f"count the rows of query {query_id}"):
                answer = self.client.get_query_runtime_statistics(QueryExecutionId=query_id)
        except NotPermittedError:
            return None
        return answer.get("QueryRuntimeStatistics", {}).get("Rows", {}).get("OutputRows")

    def stop(self, query_id: str) -> None:
        with translated(f"stop query {query_id}"):
            self.client.stop_query_execution(QueryExecutionId=query_id)

    def table(self, sql: str, schema: pa.Schema) -> pa.Table:
        """Return a result that fits into memory as Arrow, in the columns and types of the schema."""
        import pyarrow as pa  # noqa: PLC0415 the command line asks without it

        rows = self.run(sql).rows
        columns = zip(*rows, strict=True) if rows else ((),) * len(schema)
        return pa.table(
            [pa.array(values, field.type) for values, field in zip(columns, schema, strict=True)],
            schema=schema,
        )

    def _start(self, sql: str, database: str, token: str = "") -> str:
        once: _Once = {"ClientRequestToken": token} if token else {}
        try:
            started = self.client.start_query_execution(
                QueryString=sql,
                QueryExecutionContext={"Database": database},
                WorkGroup=self.workgroup,
                **once,
            )
        except self.client.exceptions.InvalidRequestException as error:
            raise QueryError(
                f"Athena rejected the query: {self.reason(error.response['Error']['Message'])}"
            ) from None
        return started["QueryExecutionId"]

    def _ended(self, query_id: str, deadline_s: float) -> QueryExecutionTypeDef:
        for pause_s in _pauses():
            execution = self.client.get_query_execution(QueryExecutionId=query_id)["QueryExecution"]
            status = execution["Status"]
            if status["State"] == "SUCCEEDED":
                return execution
            if status["State"] not in _UNDER_WAY:
                why = self.reason(status.get("StateChangeReason", "Athena gave no reason"))
                raise QueryError(f"query {query_id} {status['State'].lower()}: {why}")
            if self.monotonic_s() > deadline_s:
                self.client.stop_query_execution(QueryExecutionId=query_id)
                raise QueryError(
                    f"query {query_id} took too long and was stopped. Select fewer rows or columns, "
                    "or add a condition."
                )
            self.sleep(pause_s)
        raise AssertionError  # unreachable: the pauses are infinite

    def _answer(self, query_id: str, ended: QueryExecutionTypeDef) -> Answer:
        pages = list(self.client.get_paginator("get_query_results").paginate(QueryExecutionId=query_id))
        columns = _columns(pages[0])
        rows = [row for page in pages for row in page["ResultSet"]["Rows"]]
        # Results of SELECT begin with the column names, results of DESCRIBE and SHOW do not.
        body = rows[1:] if ended.get("StatementType") == "DML" else rows
        scanned = ended.get("Statistics", {}).get("DataScannedInBytes", 0)
        return Answer(query_id, columns, tuple(_typed(columns, body)), scanned)


def _pauses() -> Iterator[float]:
    pause_s = FIRST_POLL_S
    while True:
        yield pause_s
        pause_s = min(MAX_POLL_S, pause_s * 1.6)


def _columns(page: GetQueryResultsOutputTypeDef) -> tuple[AnswerColumn, ...]:
    columns = page["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]
    return tuple(AnswerColumn(column["Name"], column["Type"]) for column in columns)


def _typed(columns: tuple[AnswerColumn, ...], rows: Iterable[RowTypeDef]) -> Iterator[tuple[object, ...]]:
    parsers = [_PARSERS.get(column.type.partition("(")[0], str) for column in columns]
    for row in rows:
        cells = [cell.get("VarCharValue") for cell in row["Data"]]
        yield tuple(None if cell is None else parse(cell) for parse, cell in zip(parsers, cells, strict=True))
