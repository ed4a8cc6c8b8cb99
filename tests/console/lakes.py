"""The lake that the console's tests look at: the in-memory lake of the API's tests, with SQL by DuckDB and
uploads over HTTP.
"""

from __future__ import annotations

import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import uuid4

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from sqlglot.errors import SqlglotError

from headgate.api.local_server import LocalApi, server
from headgate.aws.athena.queries import Answer, AnswerColumn, QueryPage, QueryStatus, ResultFile
from headgate.aws.stepfunctions import PipelineRun
from headgate.contracts.types import arrow_schema
from headgate.errors import GateError, NotFoundError, QueryError
from headgate.lake import keys
from headgate.lake.ports import ObjectRef
from headgate.quality.snapshot_gate import require
from headgate.quality.validation import FailedExpectation, SuiteResult
from headgate.query import translate
from headgate.runs.start_or_postpone import Execution
from headgate.snapshots.publishing import Publisher
from headgate.systems.up_to_date import AS_OF
from tests.in_memory_ports import MemoryUploads
from tests.unit.api.lakes import REGISTRY, MemoryLake

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from headgate.lake.ports import FileRecord

MOST_ROWS = 100_000  # of an answer that is read as a whole
OPERATOR, UPLOADER, VIEWER = "operator-token", "uploader-token", "viewer-token"
_CLAIMS = {
    UPLOADER: {"token_use": "access", "username": "uma", "cognito:groups": ["uploader"]},
    VIEWER: {"token_use": "access", "username": "vera", "cognito:groups": ["viewer"]},
}
_ATHENA_TYPES = {"HUGEINT": "decimal(38,0)", "VARCHAR": "varchar", "TIMESTAMP WITH TIME ZONE": "timestamp"}


@dataclass
class DuckAnswer:
    """An answer whose rows become Python's when their page is read, as Athena's do: the threads of the API
    share one interpreter.
    """

    columns: tuple[AnswerColumn, ...] = ()
    cursor: duckdb.DuckDBPyConnection | None = None
    error: str = ""
    _rows: list[tuple[Any, ...]] = field(default_factory=list)

    def read_to(self, rows: int) -> list[tuple[Any, ...]]:
        """Return the rows that were read, at least so many where there are as many."""
        if self.cursor and (missing := rows - len(self._rows)) > 0:
            self._rows += self.cursor.fetchmany(missing)
        return self._rows


@dataclass
class DuckQueries:
    """Athena's SQL by DuckDB; an answer is complete when its query is first asked about."""

    prod: Mapping[str, pa.Table]
    lake: MemoryLake
    delay_s: float = 0
    _asked: dict[str, str] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _engine: duckdb.DuckDBPyConnection = field(default_factory=duckdb.connect)
    _loaded: tuple[int, ...] = ()
    _answers: dict[str, DuckAnswer] = field(default_factory=dict)
    _answers_of_rows: dict[tuple[str, tuple[int, ...]], DuckAnswer] = field(default_factory=dict)

    def start(self, sql: str, token: str = "") -> str:
        name = token[:32] or uuid4().hex
        self._asked[name] = sql
        return name

    def status(self, query_id: str) -> QueryStatus:
        if query_id not in self._asked:
            raise NotFoundError("no query")
        time.sleep(self.delay_s)
        sql = self._asked[query_id]
        error = self._answer(query_id).error
        state = "FAILED" if error else "SUCCEEDED"
        return QueryStatus(
            query_id, state, sql, error=error, started_at=self.lake.now(), seconds=0.4, scanned_bytes=12 << 20
        )

    def page(self, query_id: str, limit: int, after: str = "") -> QueryPage:
        answer = self._answer(query_id)
        first = int(after or 0)
        following = first + limit
        with self._lock:
            rows = answer.read_to(following + 1)
        return QueryPage(
            answer.columns, tuple(rows[first:following]), str(following) if following < len(rows) else ""
        )

    def result_file(self, query_id: str) -> ResultFile:
        """Return the file that Athena writes, with all values in quotes and nothing for a null."""
        answer = self._answer(query_id)
        with self._lock:
            rows = answer.read_to(sys.maxsize)
        lines = [[column.name for column in answer.columns], *rows]
        body = "".join(",".join(map(_quoted, line)) + "\n" for line in lines).encode()
        ref = ObjectRef("athena_results", f"results/{query_id}.csv")
        self.lake.objects.write(ref, body, content_type="text/csv")
        return ResultFile(ref, len(rows))

    def stop(self, query_id: str) -> None:
        self._asked.pop(query_id, None)

    def run(self, sql: str) -> Answer:
        """Return an answer of all its rows, as the report asks for it.

        Raises:
            QueryError: the statement cannot be answered.
        """
        query_id = self.start(sql)
        answer = self._answer(query_id)
        if answer.error:
            raise QueryError(answer.error)
        with self._lock:
            rows = answer.read_to(MOST_ROWS)
        return Answer(query_id, answer.columns, tuple(rows))

    def ask(self, sql: str) -> list[dict[str, Any]]:
        """The rows of an answer, asked without the API."""
        with self._lock:
            found = self._connection().execute(translate(sql, "duckdb"))
            names = [one[0] for one in found.description or ()]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def _answer(self, query_id: str) -> DuckAnswer:
        with self._lock:
            if query_id not in self._answers:
                self._answers[query_id] = self._run(self._asked[query_id])
            return self._answers[query_id]

    def _run(self, sql: str) -> DuckAnswer:
        """Return the answer over the rows that the lake has; another view of a dashboard asks it again."""
        engine = self._connection()
        key = (sql, self._loaded)
        if key not in self._answers_of_rows:
            self._answers_of_rows[key] = self._answer_of(sql, engine)
        return self._answers_of_rows[key]

    @staticmethod
    def _answer_of(sql: str, engine: duckdb.DuckDBPyConnection) -> DuckAnswer:
        try:
            cursor = engine.cursor().execute("use ecommerce_prod")
            cursor.execute(translate(sql, "duckdb"))
            columns = tuple(
                AnswerColumn(one[0], _athena_type(str(one[1]))) for one in cursor.description or ()
            )
            return DuckAnswer(columns, cursor)
        except (duckdb.Error, SqlglotError) as error:
            return DuckAnswer(error=str(error).splitlines()[0])

    def _connection(self) -> duckdb.DuckDBPyConnection:
        """DuckDB with the prod tables, and the rows that the gate has accepted so far."""
        bodies = self.lake.objects.contents("curated", "increments/")
        if self._loaded != (len(bodies),):
            self._engine.execute(
                "create schema if not exists ecommerce_prod; create schema if not exists ecommerce_curated"
            )
            for name, rows in self.prod.items() if not self._loaded else ():
                self._load("ecommerce_prod", name, rows)
            for name, contract in REGISTRY.curated.items():
                own = [
                    body for key, body in bodies.items() if f"/{name}/" in key and key.endswith(".parquet")
                ]
                parts = [pq.read_table(pa.BufferReader(body)) for body in own]
                rows = (
                    pa.concat_tables(parts, promote_options="permissive")
                    if parts
                    else arrow_schema(contract).empty_table()
                )
                self._load("ecommerce_curated", name, rows)
            self._engine.execute("use ecommerce_prod")
            self._loaded = (len(bodies),)
        return self._engine

    def _load(self, database: str, name: str, rows: pa.Table) -> None:
        self._engine.register("given", rows)
        self._engine.execute(f"create or replace table {database}.{name} as from given")
        self._engine.unregister("given")


def _quoted(value: object) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return "" if value is None else '"' + text.replace('"', '""') + '"'


def _athena_type(name: str) -> str:
    return _ATHENA_TYPES.get(name, name.lower())


@dataclass
class EndedRuns:
    """One run that failed, one that succeeded, and those that a test starts."""

    now: Any
    systems: tuple[str, ...] = ()
    started: dict[str, Mapping[str, str]] = field(default_factory=dict)
    statuses: tuple[str, ...] = ("SUCCEEDED", "FAILED")

    def _kept(self) -> list[Execution]:
        night = self.now().replace(hour=3, minute=12, second=0, microsecond=0) - timedelta(days=1)
        return [
            Execution(
                f"scheduled-03{12 - at}",
                status,
                began,
                began + (timedelta(seconds=50) if status == "FAILED" else timedelta(minutes=4)),
            )
            for at, status in enumerate(self.statuses)
            for began in [night - timedelta(days=at)]
        ]

    def start(self, name: str, payload: Mapping[str, str] | None = None) -> str:
        self.started.setdefault(name, dict(payload or {}))
        return self.arn_of(name)

    def newest(self, limit: int = 100) -> list[Execution]:
        running = [Execution(name, "RUNNING", self.now(), None) for name in reversed(self.started)]
        return [*running, *self._kept()][:limit]

    def arn_of(self, name: str) -> str:
        return f"arn:{name}"

    def describe(self, arn: str) -> PipelineRun:
        name = arn.removeprefix("arn:")
        began = next((one for one in self.newest() if one.name == name), None)
        if began is None:
            raise NotFoundError(f"no run {arn}")
        names = ["See who runs", "Start merge_curated", "Start quality_gate"]
        if began.status == "SUCCEEDED":
            names += [
                "Build the systems",
                *(f"Start build_{system.replace('-', '_')}" for system in self.systems),
            ]
            names += [f"Published {system}" for system in self.systems]
        entered = {one: began.started_at + timedelta(seconds=15 * place) for place, one in enumerate(names)}
        failed = {"error": "JobsFailed", "cause": gate_cause()} if began.status == "FAILED" else {}
        return PipelineRun(
            arn,
            began.status,
            entered_at=entered,
            started_at=began.started_at,
            ended_at=began.ended_at,
            **failed,
        )


def gate_cause() -> str:
    """Return what a run states when the quality gate refuses a dataset: one line of the gate's own error."""
    broken = (
        FailedExpectation("minimum", "amount", 3, ("A1", "A2", "A3")),
        FailedExpectation("valid_values", "status", 1, ("A9",)),
    )
    try:
        require([SuiteResult("orders", 10, 2, broken)], "s3://artifacts/data_docs/s1/snapshot/index.html")
    except GateError as error:
        return f"quality_gate: FAILED (run jr_1): GateError: {' '.join(str(error).split())}"
    raise AssertionError


class HttpUploads(MemoryUploads):
    """Uploads whose parts a browser sends to a server of its own, as to S3."""

    origin = ""

    @cached_property
    def sent(self) -> list[int]:
        """Numbers of the parts that came, in their order."""
        return []

    def put_part(self, store_id: str, number: int, body: bytes) -> None:
        super().put_part(store_id, number, body)
        self.sent.append(number)

    def part_url(self, ref: ObjectRef, store_id: str, number: int, expires_s: int) -> str:
        query = urlencode({"store_id": store_id, "number": number, "expires": expires_s})
        return f"{self.origin}/{ref.key}?{query}"

    def download_url(self, ref: ObjectRef, name: str, expires_s: int) -> str:
        return (
            f"{self.origin}/{ref.key}?{urlencode({'bucket': ref.bucket, 'name': name, 'expires': expires_s})}"
        )


@dataclass
class BrowserLake(MemoryLake):
    """A lake whose gate works by itself, with the prod tables of a folder."""

    tables_folder: Path | None = None
    _turn: Any = field(default_factory=threading.RLock)

    def receive(self, key: str, body: bytes | None = None) -> FileRecord:
        """Process an object of raw while the gate in the background is idle: two workers on one file are
        another test's subject.
        """
        with self._turn:
            return super().receive(key, body)

    def __post_init__(self) -> None:
        """Publish the tables, and start from now."""
        self.moment = datetime.now(UTC).replace(tzinfo=None)
        self.databases = type(self.databases)()
        super().__post_init__()
        self.queries = DuckQueries(self._publish(), self)  # type: ignore[assignment]  # answers what the twin of the port does not
        self.runs = EndedRuns(lambda: self.moment, self.systems)  # type: ignore[assignment]  # as above

    def now(self) -> datetime:
        self.moment = datetime.now(UTC).replace(tzinfo=None)
        return self.moment

    @cached_property
    def uploads(self) -> HttpUploads:
        return HttpUploads(self.objects)

    def gate_everything(self) -> None:
        """Let the gate process every newest version in raw that has no record yet."""
        with self._turn:
            records = {(record.key, record.version_id) for record in self.ledger.records()}
            for key in list(self.objects.contents("raw")):
                if (key, self.objects.info(ObjectRef("raw", key)).ref.version_id) not in records:
                    self.receive(key)

    def _publish(self) -> dict[str, pa.Table]:
        found = {}
        for system in self.systems:
            for name, contract in REGISTRY.tables_of(system).items():
                self.catalog.create("ecommerce_prod", name, f"s3://{system}/empty/")
                path = self.tables_folder / f"{name}.parquet" if self.tables_folder else None
                rows = pq.read_table(path) if path and path.exists() else arrow_schema(contract).empty_table()
                found[name] = rows.select(list(contract.names))
                if path and path.exists():
                    publisher = Publisher(
                        self.objects, self.catalog, "ecommerce_prod", system, lambda *_: None
                    )
                    publisher.publish(
                        contract,
                        found[name].cast(arrow_schema(contract)),
                        keys.table_prefix(name, "v1"),
                        parameters={AS_OF: f"{self.moment:%Y-%m-%d}"},
                    )
        return found


@dataclass(frozen=True)
class Served:
    """A running console."""

    lake: BrowserLake
    url: str

    def sign_in(self, token: str = OPERATOR) -> str:
        """The address that signs in."""
        return f"{self.url}/#token={token}"


@contextmanager
def served(lake: BrowserLake, bundle: Path) -> Iterator[Served]:
    """Serve the console over a lake, with a store for its parts and a gate that looks every 200 ms."""
    parts = _part_store(lake)
    api = server(LocalApi(lake, OPERATOR, _CLAIMS.get, bundle), 0)  # type: ignore[arg-type]  # a twin of the port
    lake.uploads.origin = f"http://127.0.0.1:{parts.server_address[1]}"
    ended = threading.Event()
    threads = [
        threading.Thread(target=one.serve_forever, kwargs={"poll_interval": 0.05}) for one in (parts, api)
    ]
    threads.append(threading.Thread(target=_gate_until, args=(lake, ended)))
    for thread in threads:
        thread.start()
    try:
        yield Served(lake, f"http://127.0.0.1:{api.server_address[1]}")
    finally:
        ended.set()
        for one in (parts, api):
            one.shutdown()
            one.server_close()
        for thread in threads:
            thread.join()


def _gate_until(lake: BrowserLake, ended: threading.Event) -> None:
    while not ended.wait(0.2):
        lake.gate_everything()


def _part_store(lake: BrowserLake) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_OPTIONS(self) -> None:
            self._answer(204)

        def do_PUT(self) -> None:
            asked = parse_qs(urlsplit(self.path).query)
            body = self.rfile.read(int(self.headers["Content-Length"]))
            lake.uploads.put_part(asked["store_id"][0], int(asked["number"][0]), body)
            self._answer(200)

        def do_GET(self) -> None:
            place = urlsplit(self.path)
            ref = ObjectRef(parse_qs(place.query)["bucket"][0], place.path.lstrip("/"))
            self._answer(200, lake.objects.read(ref))

        def _answer(self, status: int, body: bytes = b"") -> None:
            self.send_response(status)
            self.send_header("Access-Control-Allow-Origin", "*")
            self.send_header("Access-Control-Allow-Methods", "GET, PUT")
            self.send_header("Access-Control-Allow-Headers", "*")
            self.send_header("ETag", '"part"')
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 http.server's name
            """Log nothing."""

    made = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.daemon_threads = True
    return made
