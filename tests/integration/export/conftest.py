"""Servers of the test session's own, MariaDB and PostgreSQL, and exports from them into memory."""

from __future__ import annotations

import io
import os
import shutil
import socket
import subprocess
import time
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from headgate.aws.in_memory_ports import MemoryObjects
from headgate.export.exporting import Exporting
from headgate.export.mysql.mysql_session import MySqlSession
from headgate.export.mysql.mysql_source import MySqlSource
from headgate.export.mysql.mysql_types import quoted
from headgate.export.postgres.postgres_session import PostgresSession
from headgate.export.postgres.postgres_source import PostgresSource
from headgate.export.requests import ExportReport, ExportRequest
from headgate.export.server.login import Login
from headgate.lake.ports import ObjectRef
from tests.postgres_server import PostgresServer, binaries, running_postgres

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from headgate.export.server.source import ExportSource

START_S = 60


@dataclass(frozen=True)
class Server:
    """A running server."""

    port: int
    process: subprocess.Popen[bytes] | None = None

    def stop(self) -> None:
        """Its process has ended."""
        if self.process:
            self.process.terminate()
            self.process.wait(30)

    def login(self, database: str = "mysql", username: str = "root", password: str = "") -> Login:
        """A login to this server; a loopback connection needs no TLS."""
        return Login("127.0.0.1", self.port, username, password, database, tls=False)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """MariaDB on a free port, with a folder of its own, ended by its own process.

    HEADGATE_TEST_MYSQL_PORT names another server of this machine, whose root has no password: so
    `test_types.py` is checked with MySQL.
    """
    if port := os.environ.get("HEADGATE_TEST_MYSQL_PORT"):
        yield Server(int(port))
        return
    if not (shutil.which("mariadbd") and shutil.which("mariadb-install-db")):
        pytest.skip(
            "mariadbd is not installed (Debian: apt install mariadb-server); the export's integration "
            "tests need it"
        )
    folder = tmp_path_factory.mktemp("mariadb")
    install(folder / "data")
    started = launch(folder, free_port())
    try:
        yield started
    finally:
        started.stop()


def launch(folder: Path, port: int, *more: str) -> Server:
    """MariaDB over the data in a folder, when it answers."""
    options = [
        "--no-defaults",
        f"--user={_user()}",
        f"--datadir={folder / 'data'}",
        f"--tmpdir={_temporary(folder)}",
        f"--port={port}",
        "--bind-address=127.0.0.1",
        f"--socket=/tmp/headgate-{port}.sock",
        f"--pid-file={folder / 'pid'}",
        "--log-bin=bin",
        "--server-id=1",
        "--innodb-flush-log-at-trx-commit=2",
        "--innodb-buffer-pool-size=256M",
        "--max-allowed-packet=64M",
        "--character-set-server=utf8mb4",
        *more,
    ]
    with (folder / "log").open("ab") as log:
        return _started(
            Server(port, subprocess.Popen([shutil.which("mariadbd") or "mariadbd", *options], stderr=log))
        )


def install(data: Path) -> None:
    """An empty server's data."""
    subprocess.run(
        [
            "mariadb-install-db",
            "--no-defaults",
            f"--datadir={data}",
            f"--tmpdir={_temporary(data.parent)}",
            f"--user={_user()}",
            "--auth-root-authentication-method=normal",
        ],
        check=True,
        capture_output=True,
    )


def _temporary(folder: Path) -> Path:
    """Where a server has its temporary tables: no other one, which would delete them when it starts."""
    temporary = folder / "temporary"
    temporary.mkdir(exist_ok=True)
    return temporary


def _user() -> str:
    return os.environ.get("USER") or ("root" if os.geteuid() == 0 else str(os.geteuid()))


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _started(server: Server) -> Server:
    for _ in range(START_S * 10):
        try:
            MySqlSession(server.login()).close()
        except Exception:  # noqa: BLE001 whatever a server that is still starting answers
            time.sleep(0.1)
        else:
            return server
    raise RuntimeError("mariadbd did not start")


@dataclass(frozen=True)
class Shop:
    """A database of one test, and where its exports land."""

    server: Server
    name: str
    objects: MemoryObjects
    workspace: Path

    def login(self, username: str = "root", password: str = "") -> Login:
        """A login to this database."""
        return self.server.login(self.name, username, password)

    def session(self) -> MySqlSession:
        """A new session."""
        return MySqlSession(self.login())

    def run(self, *statements: str) -> None:
        """The statements have been carried out and committed."""
        with closing(self.session()) as session:
            for statement in statements:
                session.do(statement)
            session.do("COMMIT")

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """The answer to a query."""
        with closing(self.session()) as session:
            return session.rows(query)

    def source(self, **given: Any) -> ExportSource[Any]:  # noqa: ANN401 what its class takes
        """This database as a source."""
        return MySqlSource(**{"connect": self.session, **given})

    def exporting(self, **given: Any) -> Exporting:  # noqa: ANN401 what Exporting takes
        """An export of this database."""
        settings: dict[str, Any] = {
            "contracts": {},
            "pause": lambda _: None,
            **given,
        }
        of_source = {name: settings.pop(name) for name in ("connect", "methods") if name in settings}
        return Exporting(
            self.source(**of_source),
            objects=self.objects,
            raw_bucket="raw",
            state_bucket="state",
            workspace=self.workspace,
            **settings,
        )

    def export(self, tables: Sequence[str], run: str = "r1", **given: Any) -> ExportReport:  # noqa: ANN401 what ExportRequest takes
        """The tables, exported."""
        return self.exporting().run(request(tables, run, **given))

    def landed(self, table: str, run: str = "r1") -> pa.Table:
        """Every row that a run landed of a table."""
        prefix = f"{table}/dt=2026-01-01/run={run}/"
        keys = [
            item.ref.key for item in self.objects.list("raw", prefix) if item.ref.key.endswith(".parquet")
        ]
        return pa.concat_tables([self.parquet(key) for key in sorted(keys)])

    def parquet(self, key: str) -> pa.Table:
        """One Parquet object of raw."""
        return pq.read_table(io.BytesIO(self.objects.read(ObjectRef("raw", key))))


@dataclass(frozen=True)
class PostgresShop(Shop):
    """A schema of PostgreSQL: a database of its own would take a second."""

    server: Any

    def login(self, username: str = "postgres", password: str = "") -> Login:
        """A login to this database."""
        return replace(self.server.login(), username=username, password=password, schema=self.name)

    def session(self) -> Any:  # noqa: ANN401 a session of another server
        """A new session."""
        return PostgresSession(self.login())

    def source(self, **given: Any) -> ExportSource[Any]:  # noqa: ANN401 what its class takes
        """This database as a source."""
        return PostgresSource(**{"connect": self.session, **given})


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """PostgreSQL on a free port, ended by its own process."""
    if binaries() is None:
        pytest.skip("PostgreSQL is not installed (Debian: apt install postgresql)")
    with running_postgres() as server:
        yield server


@pytest.fixture
def postgres_shop(
    postgres_server: PostgresServer, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[PostgresShop]:
    """An empty schema of PostgreSQL."""
    name = f"t{abs(hash(request.node.nodeid)) % 10**12}"
    shop = PostgresShop(postgres_server, name, MemoryObjects(), tmp_path / "runs")
    shop.run(f"CREATE SCHEMA {name}")
    yield shop
    shop.run("SET client_min_messages = warning", f"DROP SCHEMA {name} CASCADE")


def request(tables: Sequence[str], run: str = "r1", **given: Any) -> ExportRequest:  # noqa: ANN401 what ExportRequest takes
    """A request for a full export in tiny slices, unless stated otherwise."""
    return ExportRequest("shop", run, date(2026, 1, 1), tuple(tables), **{"slice_rows": 100, **given})


@pytest.fixture
def shop(server: Server, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Shop]:
    """An empty database."""
    name = f"t{abs(hash(request.node.nodeid)) % 10**12}"
    with closing(MySqlSession(server.login())) as session:
        session.do(f"CREATE DATABASE {quoted(name)} CHARACTER SET utf8mb4")
        yield Shop(server, name, MemoryObjects(), tmp_path / "runs")
        session.do("SET lock_wait_timeout = 10")
        session.do(f"DROP DATABASE {quoted(name)}")
