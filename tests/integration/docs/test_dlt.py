"""docs/use/dlt.md: each recipe, with the page's own code, lands rows that the gate accepts."""

from __future__ import annotations

import json
import re
import sqlite3
import threading
from contextlib import closing
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from headgate.export.postgres.postgres_session import PostgresSession
from tests.load_packages import Gate, drafted
from tests.postgres_server import binaries, running_postgres

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.integration

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "use" / "dlt.md").read_text(encoding="utf-8")
RECIPES = {
    "A REST API": "orders",
    "Any database that SQLAlchemy reads": "customers",
    "PostgreSQL": "invoices",
    "A folder of files": "events",
    "A CSV by its URL": "prices",
}
EXPECTED = {"orders": 3, "customers": 2, "invoices": 3, "events": 2, "prices": 2}


class Shop(SimpleHTTPRequestHandler):
    """A shop's API of two pages, and a CSV."""

    def do_GET(self) -> None:
        """Answer with a page of orders, or with the prices."""
        if self.path.startswith("/prices.csv"):
            self._answer("text/csv", b"sku,price\n0042,1.50\n0043,2.00\n")
            return
        is_last = "page=2" in self.path
        body: dict[str, Any] = {"results": [{"id": 3}] if is_last else [{"id": 1}, {"id": 2}]}
        if not is_last:
            body["next"] = f"http://127.0.0.1:{self.server.server_port}/v1/orders?page=2"  # type: ignore[attr-defined] # a TCP server
        self._answer("application/json", json.dumps(body).encode())

    def log_message(self, *_: object) -> None:  # type: ignore[override] # no log of requests
        """Write nothing."""

    def _answer(self, content_type: str, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of the shop."""
    running = ThreadingHTTPServer(("127.0.0.1", 0), partial(Shop))
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{running.server_port}"
    running.shutdown()
    running.server_close()


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    """The address of a PostgreSQL with invoices."""
    if binaries() is None:
        pytest.skip("PostgreSQL is not installed")
    with running_postgres() as postgres, closing(PostgresSession(postgres.login())) as session:
        session.do("CREATE TABLE invoices (id int PRIMARY KEY, total numeric(12,2))")
        session.do("INSERT INTO invoices VALUES (1, 9.90), (2, 0.10), (3, NULL)")
        yield postgres.url().replace("postgresql:", "postgresql+psycopg2:")


def code_of(section: str) -> str:
    """The Python code of a section of the page."""
    (text,) = re.findall(rf"^### {re.escape(section)}\n(.*?)(?=^### |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    (block,) = re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return str(block)


def prepare(folder: Path) -> None:
    """The database and the folder of the recipes exist."""
    with closing(sqlite3.connect(folder / "shop.db")) as database:
        database.execute("create table customers (id integer primary key, name text)")
        database.execute("insert into customers values (1, 'Ann'), (2, 'Bo')")
        database.commit()
    (folder / "events").mkdir()
    for number in (1, 2):
        (folder / "events" / f"{number}.jsonl").write_text(json.dumps({"event": f"e{number}"}) + "\n")


def test_every_recipe_of_the_page_is_run() -> None:
    assert set(re.findall(r"^### (.*)$", PAGE, re.MULTILINE)) == set(RECIPES)


@pytest.mark.filterwarnings("ignore:.detect_precision_hints:DeprecationWarning")  # dlt's own call
@pytest.mark.parametrize("section", RECIPES)
def test_the_recipe_lands_rows_that_the_gate_accepts(
    section: str, server: str, database: str, tmp_path: Path
) -> None:
    prepare(tmp_path)
    raw, table = tmp_path / "raw", RECIPES[section]
    start = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)[0]
    code = (start + code_of(section)).replace('dataset_name="shop"', f"pipelines_dir={str(tmp_path)!r}")
    for written, real in {
        "s3://my-shop-raw": str(raw),
        "https://api.example.com": server,
        "sqlite:///shop.db": f"sqlite:///{tmp_path}/shop.db",
        "postgresql+psycopg2://reader@db.example.com/shop": database,
        "file:///data/events": f"file://{tmp_path}/events",
        "https://sheets.example.com": server,
    }.items():
        code = code.replace(written, real)
    exec(compile(code, section, "exec"), {})  # noqa: S102 the page's own code
    gate = Gate({table: drafted(raw, table)})
    gate.process(raw)
    assert len(gate.rows(table)) == EXPECTED[table]


def test_texts_of_a_csv_keep_their_zeros(server: str, database: str, tmp_path: Path) -> None:
    test_the_recipe_lands_rows_that_the_gate_accepts("A CSV by its URL", server, database, tmp_path)
    assert {"0042", "0043"} == {row["sku"] for row in rows_of(tmp_path / "raw", "prices")}


def rows_of(raw: Path, table: str) -> list[dict[str, object]]:
    gate = Gate({table: drafted(raw, table)})
    gate.process(raw)
    return gate.rows(table)
