"""Export one table of a MySQL server and compare with what people use otherwise.

Usage: python -m benchmarks.export.export [--rows N] [--rows-more M].
Starts MariaDB for itself, loads `orders` from make_orders.py (16 columns), then runs, in one run on one
machine:

- the peers, from `--peers`, in the Python given by `--peers-python` (it has connectorx, awswrangler,
  pymysql);
- ours without the certificate: the same slices read and written by the same code;
- ours whole: plan, snapshot, read, certify on both sides, land.

Each is a process of its own, so that its peak memory is its own. The last line is JSON: `vs_awswrangler` and
`vs_connectorx` are of reading and writing alone, which is all that these two do; with `_certified` of whole
runs. `peak_mb_10m` is a whole run's at ten million rows; `exact` says that rows, money, ids and the newest
time add up to what the server says.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from headgate.errors import HeadgateError, NotFoundError
from headgate.export.exporting import Exporting
from headgate.export.mysql.mysql_session import MySqlSession
from headgate.export.mysql.mysql_source import MySqlSource
from headgate.export.planning.slicing import EVERYTHING, slices_between
from headgate.export.reading.slice_files import write_slice
from headgate.export.requests import ExportRequest
from headgate.export.server.login import Login

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headgate.export.server.source import ExportSource
    from headgate.lake.ports import ObjectRef

# Process ids of running servers by port, to measure their share of the cost.
SERVERS: dict[int, int] = {}
DATABASE, TABLE, WORKERS = "bench", "orders", 2
COLUMNS = """id BIGINT NOT NULL PRIMARY KEY AUTO_INCREMENT, order_id BIGINT NOT NULL, customer_id BIGINT NOT NULL, email VARCHAR(100),
card_number VARCHAR(19), cvv VARCHAR(4), ssn CHAR(11), order_date DATE, updated_at DATETIME, region VARCHAR(8), country CHAR(2),
product_id VARCHAR(20), quantity INT, unit_price DECIMAL(12,2), amount DECIMAL(14,2), notes TEXT"""  # noqa: E501 a file's text


class Folder:
    """An object store in a folder: what `Exporting` needs of the port, without a network between."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, ref: ObjectRef) -> Path:
        """Where an object lies."""
        return self.root / ref.bucket / ref.key

    def read(self, ref: ObjectRef) -> bytes:
        """The whole object."""
        if not self.path(ref).exists():
            raise NotFoundError(ref.key)
        return self.path(ref).read_bytes()

    def write(self, ref: ObjectRef, body: bytes, *, content_type: str = "") -> None:
        """The object holds `body`."""
        del content_type
        self.path(ref).parent.mkdir(parents=True, exist_ok=True)
        self.path(ref).write_bytes(body)

    def upload(self, path: Path, ref: ObjectRef) -> None:
        """The object holds the file."""
        self.path(ref).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, self.path(ref))


@contextmanager
def server(folder: Path) -> Iterator[int]:
    """MariaDB on a free port, ended by its own process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    user = "root" if os.geteuid() == 0 else os.environ["USER"]
    temporary = folder / "temporary"  # a server that starts deletes the temporary tables of its folder
    temporary.mkdir()
    data = ["--no-defaults", f"--datadir={folder / 'data'}", f"--tmpdir={temporary}", f"--user={user}"]
    subprocess.run(
        ["mariadb-install-db", *data, "--auth-root-authentication-method=normal"],
        check=True,
        capture_output=True,
    )
    tuning = [
        "--innodb-buffer-pool-size=1G",
        "--innodb-flush-log-at-trx-commit=2",
        "--local-infile=1",
        "--skip-log-bin",
    ]
    where = [
        f"--port={port}",
        "--bind-address=127.0.0.1",
        f"--socket=/tmp/headgate-bench-{port}.sock",
        f"--pid-file={folder / 'pid'}",
    ]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(["mariadbd", *data, *tuning, *where], stderr=log)
        try:
            wait_for(login(port, "mysql"))
            SERVERS[port] = process.pid
            yield port
        finally:
            process.terminate()
            process.wait(60)


def wait_for(at: Login) -> None:
    """The server answers."""
    for _ in range(600):
        try:
            return MySqlSession(at).close()
        except HeadgateError:
            time.sleep(0.1)
    raise SystemExit("mariadbd did not start")


def login(port: int, database: str = DATABASE) -> Login:
    """The benchmark's account."""
    return Login(
        "127.0.0.1",
        port,
        "bench" if database == DATABASE else "root",
        "bench" if database == DATABASE else "",
        database,
        tls=False,
    )


def load(port: int, csv: Path) -> None:
    """The table holds the file's rows."""
    root = [
        "mariadb",
        "--no-defaults",
        "--host=127.0.0.1",
        f"--port={port}",
        "--user=root",
        "--local-infile=1",
    ]
    columns = (
        "order_id,customer_id,email,card_number,cvv,ssn,@d,updated_at,region,country,product_id,"
        "quantity,unit_price,amount,notes"
    )
    script = f"""CREATE DATABASE IF NOT EXISTS {DATABASE} CHARACTER SET utf8mb4; USE {DATABASE}; DROP TABLE IF EXISTS {TABLE};
CREATE TABLE {TABLE} ({COLUMNS}); CREATE USER IF NOT EXISTS bench@localhost IDENTIFIED BY 'bench'; GRANT ALL ON *.* TO bench@localhost;
LOAD DATA LOCAL INFILE '{csv}' INTO TABLE {TABLE} CHARACTER SET utf8mb4 FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '"' IGNORE 1 LINES
({columns}) SET order_date = IF(@d = '2023-13-45', NULL, @d); ANALYZE TABLE {TABLE};"""  # noqa: E501 SQL
    subprocess.run(root, input=script.encode(), check=True, stdout=subprocess.DEVNULL)


def mysql_source(port: int) -> MySqlSource:
    """The benchmark's database."""
    return MySqlSource(lambda: MySqlSession(login(port)))


def read_only(source: ExportSource[Any], out: Path, name: str = TABLE) -> dict[str, float]:
    """Seconds and peak of reading and writing the slices, with nothing certified."""
    start = time.perf_counter()
    with closing(source.connect()) as session:
        table = source.describe(session, name)
        request = ExportRequest(
            "bench",
            "r1",
            date(2026, 1, 1),
            slice_rows=-(-table.row_estimate * 21 // 20 // WORKERS),
            sampled_from_rows=sys.maxsize,
        )
        key, boundaries = source.edges(session, table, request, EVERYTHING, ())
        columns = [*map(source.map_column, table.columns)]
    query = f"SELECT {', '.join(column.read_sql for column in columns)} FROM {name} WHERE "  # noqa: S608 quoted names
    out.mkdir(parents=True, exist_ok=True)
    with source.open_snapshot([table], WORKERS) as snapshot, ThreadPoolExecutor(WORKERS) as pool:
        jobs = [
            pool.submit(
                write_slice,
                snapshot.sessions[piece.number % WORKERS],
                query + piece.where(key),
                columns,
                out / f"{piece.number}.parquet",
            )
            for piece in slices_between(boundaries)
        ]
        rows = sum(job.result().rows for job in jobs)
    return measured(rows, time.perf_counter() - start)


def whole(source: ExportSource[Any], out: Path, table: str = TABLE) -> dict[str, float]:
    """Seconds and peak of a whole run, landed and certified."""
    start = time.perf_counter()
    exporting = Exporting(source, Folder(out / "lake"), {}, "raw", "state", out / "runs")
    report = exporting.run(ExportRequest("bench", "r1", date(2026, 1, 1), (table,), workers=WORKERS))
    return measured(report.rows, time.perf_counter() - start)


@contextmanager
def report_processor_time(port: int) -> Iterator[None]:
    """Print the processor time of child processes and of the server, independent of other load."""
    client, its_server = _children_s(), _server_s(port)
    yield
    print(
        f"    processor: client {_children_s() - client:.1f} s, server {_server_s(port) - its_server:.1f} s",
        flush=True,
    )


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _server_s(port: int) -> float:
    """Source: proc(5), /proc/[pid]/stat: utime and stime, after the command's name in brackets."""
    ticks = Path(f"/proc/{SERVERS[port]}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[11:13]
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def measured(rows: int, seconds: float) -> dict[str, float]:
    """A process's own result."""
    return {
        "rows": rows,
        "seconds": seconds,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def ours(part: str, port: int, folder: Path, table: str = TABLE) -> dict[str, float]:
    """One of our runs in a process of its own."""
    out = folder / f"ours-{part}"
    shutil.rmtree(out, ignore_errors=True)
    command = [
        sys.executable,
        __file__,
        "--part",
        part,
        "--port",
        str(port),
        "--out",
        str(out),
        "--table",
        table,
    ]
    with report_processor_time(port):
        answer = subprocess.run(command, check=True, capture_output=True, text=True)
    figures: dict[str, float] = json.loads(answer.stdout.splitlines()[-1])
    rate = figures["rows"] / figures["seconds"]
    print(
        f"ours, {part}: {figures['rows']:.0f} rows in {figures['seconds']:.2f} s = {rate:.0f} rows/s, "
        f"{figures['peak_mb']:.0f} MB",
        flush=True,
    )
    return figures


def peer(tool: str, given: argparse.Namespace, port: int, folder: Path, table: str = TABLE) -> float:
    """Rows per second of a peer, as it prints them itself."""
    url = f"mysql://bench:bench@127.0.0.1:{port}/{DATABASE}"
    command = [given.peers_python, str(given.peers), tool, url, table, str(folder / f"{tool}.parquet")]
    with report_processor_time(port):
        answer = subprocess.run(command, check=True, capture_output=True, text=True)
    print(answer.stdout.strip(), flush=True)
    return float(re.search(r"= (\d+) rows/s", answer.stdout)[1])  # type: ignore[index]  # the peers print nothing else


def exact(port: int, lake: Path) -> bool:
    """Whether rows, money and ids add up to what the server adds up to, in exact arithmetic."""
    with closing(MySqlSession(login(port))) as session:
        sums = "SUM(amount), SUM(unit_price), SUM(CAST(order_id AS DECIMAL(30))), MAX(updated_at)"
        asked = session.rows(f"SELECT COUNT(*), {sums} FROM {TABLE}")[0]  # noqa: S608 constants
    rows, total, price, ids, newest = 0, Decimal(0), Decimal(0), 0, None
    for path in sorted(lake.rglob("*.parquet")):
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(
                131_072, columns=["order_id", "amount", "unit_price", "updated_at"]
            ):
                rows += batch.num_rows
                total += pc.sum(batch["amount"].cast(pa.decimal128(38, 2))).as_py()
                price += pc.sum(batch["unit_price"].cast(pa.decimal128(38, 2))).as_py()
                ids += pc.sum(batch["order_id"]).as_py()
                newest = max(filter(None, (newest, pc.max(batch["updated_at"]).as_py())))
    return (rows, total, price, ids, newest) == tuple(asked)


def compare(given: argparse.Namespace, folder: Path) -> dict[str, object]:
    """Every figure, from runs that take turns on one machine."""
    result: dict[str, object] = {}
    with server(folder) as port:
        load(port, orders(given, given.rows, folder))
        rates: dict[str, list[float]] = {"connectorx": [], "read": [], "whole": []}
        peaks = []
        for _ in range(given.repeats):
            rates["connectorx"].append(peer("connectorx", given, port, folder))
            for part in ("read", "whole"):
                figures = ours(part, port, folder)
                rates[part].append(figures["rows"] / figures["seconds"])
                peaks.append(figures["peak_mb"])
        slow = peer("awswrangler", given, port, folder)
        best = {name: statistics.median(values) for name, values in rates.items()}
        result = {
            "vs_awswrangler": round(best["read"] / slow, 2),
            "vs_awswrangler_certified": round(best["whole"] / slow, 2),
            "vs_connectorx": round(best["read"] / best["connectorx"], 2),
            "vs_connectorx_certified": round(best["whole"] / best["connectorx"], 2),
            "peak_mb": round(max(peaks)),
            "exact": exact(port, folder / "ours-whole" / "lake"),
        }
        if given.rows_more:
            load(port, orders(given, given.rows_more, folder))
            result["peak_mb_10m"] = round(ours("whole", port, folder)["peak_mb"])
    return result


def orders(given: argparse.Namespace, rows: int, folder: Path) -> Path:
    """The CSV file of so many orders."""
    path = folder / f"orders-{rows}.csv"
    if not path.exists():
        subprocess.run(
            [given.peers_python, str(given.peers.parent / "make_orders.py"), str(rows), str(path)], check=True
        )
    return path


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument(
        "--rows-more", type=int, default=10_000_000, help="a second size, for the peak only; 0 leaves it out"
    )
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument(
        "--peers",
        type=Path,
        default=Path("../shared/bench/export_peers.py"),
        help="beside it: make_orders.py",
    )
    parser.add_argument(
        "--peers-python", default=sys.executable, help="a Python that has connectorx, awswrangler and pymysql"
    )
    parser.add_argument("--part", choices=("read", "whole"), help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--table", default=TABLE, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.part:
        part = {"read": read_only, "whole": whole}[given.part]
        print(json.dumps(part(mysql_source(given.port), given.out, given.table)))
        return
    with tempfile.TemporaryDirectory(prefix="headgate-bench-") as folder:
        print(json.dumps(compare(given, Path(folder))))


if __name__ == "__main__":
    main()
