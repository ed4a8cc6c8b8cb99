"""Reading a real server: what was written into it comes out equal, value by value, whatever zone the server lives in."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pymysql
import pytest

from headgate.contracts.model import Kind
from headgate.contracts.registry import Registry
from headgate.domains.retail.sample.mysql_source import import_mysql
from headgate.domains.retail.sample.part_files import DATASETS, iter_objects
from headgate.domains.retail.sample.shop import ShopSpec, generate
from headgate.errors import BadInputError, ServiceError, SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from headgate.contracts.model import Column

pytestmark = pytest.mark.integration

START_S = 60
SPEC = ShopSpec(seed=3, customers=50, orders=200, days=60, ends_on=date(2024, 3, 31))
TYPES = {Kind.STRING: "TEXT", Kind.BOOLEAN: "TINYINT(1)", Kind.BIGINT: "BIGINT", Kind.INTEGER: "INT", Kind.TIMESTAMP: "TIMESTAMP NULL"}


@dataclass(frozen=True)
class Server:
    """A running MariaDB whose own time zone is not UTC."""

    port: int

    @property
    def url(self) -> str:
        return f"mysql://root@127.0.0.1:{self.port}/ecommerce"

    def run(self, *statements: str, rows: list[tuple[Any, ...]] | None = None) -> None:
        """The statements are carried out in UTC; the last one for each of `rows`."""
        connection = pymysql.connect(host="127.0.0.1", port=self.port, user="root", charset="utf8mb4", autocommit=True)
        with connection, connection.cursor() as cursor:
            cursor.execute("SET time_zone = '+00:00'")
            for statement in statements if rows is None else statements[:-1]:
                cursor.execute(statement)
            if rows:
                cursor.executemany(statements[-1], rows)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    if not (shutil.which("mariadbd") and shutil.which("mariadb-install-db")):
        pytest.skip("mariadbd is not installed (Debian: apt install mariadb-server)")
    folder = tmp_path_factory.mktemp("mariadb")
    data = f"--datadir={folder / 'data'}"
    subprocess.run(
        ["mariadb-install-db", "--no-defaults", data, "--user=root", "--auth-root-authentication-method=normal"],
        check=True,
        capture_output=True,
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    options = [f"--port={port}", "--bind-address=127.0.0.1", f"--socket=/tmp/headgate-sample-{port}.sock", "--default-time-zone=+05:30"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([shutil.which("mariadbd") or "", "--no-defaults", "--user=root", data, *options], stderr=log)
        try:
            yield _started(Server(port))
        finally:
            process.terminate()
            process.wait(START_S)


def _started(server: Server) -> Server:
    deadline = time.monotonic() + START_S
    while True:
        try:
            server.run("CREATE DATABASE IF NOT EXISTS ecommerce CHARACTER SET utf8mb4")
        except pymysql.MySQLError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return server


def declared(column: Column) -> str:
    kind = column.type.kind
    if kind is Kind.STRING and column.type.length:
        return f"VARCHAR({column.type.length})"
    if kind is Kind.DECIMAL:
        return f"DECIMAL({column.type.precision},{column.type.scale})"
    return TYPES[kind]


@pytest.fixture(scope="module")
def shop(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A generated shop, which the server also holds."""
    folder = tmp_path_factory.mktemp("shop") / "made"
    generate(SPEC, folder)
    contracts = Registry.load().source
    for dataset in DATASETS:
        contract = contracts[dataset]
        columns = ", ".join(f"`{column.name}` {declared(column)}" for column in contract.columns)
        marks = ", ".join(["%s"] * len(contract.columns))
        rows = [tuple(row.values()) for row in table(folder, dataset).to_pylist()]
        server.run(
            f"CREATE TABLE ecommerce.{dataset} ({columns}, PRIMARY KEY ({', '.join(contract.key)}))",
            f"INSERT INTO ecommerce.{dataset} VALUES ({marks})",  # noqa: S608 names from our own contracts
            rows=rows,
        )
    return folder


def table(folder: Path, dataset: str) -> pa.Table:
    key = Registry.load().source[dataset].key[0]
    return pa.concat_tables([pq.read_table(path) for name, path in iter_objects(folder) if name.startswith(f"{dataset}/")]).sort_by(key)


def test_every_value_comes_out_as_it_went_in(server: Server, shop: Path, tmp_path: Path) -> None:
    parts = import_mysql(server.url, tmp_path / "read", date(2024, 4, 1))
    for dataset in DATASETS:
        assert table(tmp_path / "read", dataset).equals(table(shop, dataset)), dataset
    assert parts[0].key == "regions/dt=2024-04-01/run=mysql/part-00000.parquet"


def test_a_value_that_fits_no_type_names_its_table_and_column(server: Server, shop: Path, tmp_path: Path) -> None:
    del shop  # its tables must be there
    server.run("CREATE TABLE ecommerce.spare LIKE ecommerce.products", "ALTER TABLE ecommerce.products MODIFY list_price VARCHAR(20)")
    server.run("UPDATE ecommerce.products SET list_price = 'dear' WHERE product_id = '007123'")
    try:
        with pytest.raises(BadInputError, match=r"products.*decimal128") as refused:
            import_mysql(server.url, tmp_path / "read", date(2024, 4, 1))
        assert refused.value.column == "list_price"
        assert "dear" not in str(refused.value)
        assert not (tmp_path / "read").exists()
    finally:
        server.run("UPDATE ecommerce.products SET list_price = NULL WHERE product_id = '007123'")
        server.run("ALTER TABLE ecommerce.products MODIFY list_price DECIMAL(12,4)")


def test_a_server_that_refuses_is_reported_without_the_password(server: Server, tmp_path: Path) -> None:
    with pytest.raises(ServiceError) as failed:
        import_mysql(f"mysql://nobody:opensesame@127.0.0.1:{server.port}/ecommerce", tmp_path / "read", date(2024, 4, 1))
    assert "opensesame" not in str(failed.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("url", ["", "postgresql://a@b/c", "mysql://host", "mysql://user@/db"])
def test_a_url_that_is_none_is_refused(url: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="MYSQL_URL"):
        import_mysql(url, tmp_path / "read", date(2024, 4, 1))
