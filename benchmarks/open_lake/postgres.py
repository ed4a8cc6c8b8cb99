"""PostgreSQL to Parquet: the export against ConnectorX, which certifies nothing and keeps money as floats.

One table of 16 columns on a server of its own. Each round runs ConnectorX with two connections, ours without
the certificate (the same slices, read and written by the same code), and a whole certified run, each in a
process of its own. The figures are medians of rows per second over those of ConnectorX in the same round.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from contextlib import closing
from functools import partial
from pathlib import Path

import pyarrow.parquet as pq

from benchmarks.export.export import TABLE, read_only, whole
from headgate.export.postgres.postgres_session import PostgresSession
from headgate.export.server.login import login_from_url
from headgate.wiring.exports import source_of
from tests.postgres_server import running_postgres

ROWS, ROUNDS = 1_000_000, 5
PEER = Path(".headgate/peers/bin/python")
_CONNECTORX = """
import json, sys, time
import connectorx, pyarrow.parquet as pq
start = time.perf_counter()
query = "select * from orders"
rows = connectorx.read_sql(sys.argv[1], query, return_type="arrow", partition_on="id", partition_num=2)
pq.write_table(rows, sys.argv[2])
print(json.dumps({"rows": rows.num_rows, "seconds": time.perf_counter() - start}))
"""
_ORDERS = f"""
CREATE TABLE {TABLE} AS SELECT n::bigint AS id, n::bigint * 7919 % 1000003 AS order_id, n::bigint * 31 % 50021 AS customer_id,
  'user' || n * 31 % 50021 || '@example.com' AS email, lpad((n::bigint * 1234567 % 10000000000000000)::text, 16, '4') AS card_number,
  lpad((n % 1000)::text, 3, '0') AS cvv, to_char(n % 1000000000, 'FM000-00-0000') AS ssn,
  CASE WHEN n % 50 = 0 THEN NULL ELSE date '2023-01-01' + n % 700 END AS order_date,
  timestamp '2024-01-01' + n % 31536000 * interval '1 second' AS updated_at,
  (ARRAY['EMEA', 'NA', 'APAC', 'LATAM'])[n % 4 + 1]::varchar(8) AS region,
  (ARRAY['GB', 'US', 'DE', 'FR', 'JP'])[n % 5 + 1]::varchar(2) AS country, 'P' || n % 5000 AS product_id,
  n % 9 + 1 AS quantity, (n % 9973 / 100.0)::numeric(12,2) AS unit_price, ((n % 9973) * (n % 9 + 1) / 100.0)::numeric(14,2) AS amount,
  CASE WHEN n % 3 = 0 THEN NULL ELSE 'gift wrapped, delivery after ' || n % 24 END AS notes
FROM generate_series(1, {ROWS}) n"""  # noqa: E501, S608 constants


def measure() -> dict[str, object]:
    """Return the two ratios, after the exported rows added up to the server's own sums."""
    rates: dict[str, list[float]] = {"read": [], "whole": []}
    with (
        running_postgres("shared_buffers=512MB", "max_wal_size=4GB") as server,
        tempfile.TemporaryDirectory(prefix="headgate-bench-") as folder,
        closing(PostgresSession(server.login())) as session,
    ):
        for statement in (_ORDERS, f"ALTER TABLE {TABLE} ADD PRIMARY KEY (id)", f"VACUUM ANALYZE {TABLE}"):
            session.do(statement)
        for number in range(ROUNDS):
            peer = _seconds([str(PEER), "-c", _CONNECTORX, server.url(), f"{folder}/peer.parquet"])
            for part, ratios in rates.items():
                out = f"{folder}/{part}-{number}"
                ours = _seconds([sys.executable, "-m", __spec__.name, part, server.url(), out])
                ratios.append(peer / ours)
            print(f"postgres: ConnectorX {peer:.2f} s, " + _texts(rates, number), flush=True)
        _require_exact(session, Path(folder) / f"whole-{ROUNDS - 1}")
    return {
        "postgres_vs_connectorx": round(statistics.median(rates["read"]), 2),
        "postgres_certified": round(statistics.median(rates["whole"]), 2),
    }


def _texts(rates: dict[str, list[float]], number: int) -> str:
    return ", ".join(f"{part} {ratios[number]:.2f} times as fast" for part, ratios in rates.items())


def _seconds(command: list[str]) -> float:
    """Seconds of one process, by its own clock."""
    answer = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    if answer["rows"] != ROWS:
        raise SystemExit(f"{command[0]} read {answer['rows']} rows of {ROWS}")
    return float(answer["seconds"])


def _require_exact(session: PostgresSession, out: Path) -> None:
    sums = "count(*), sum(amount), sum(unit_price), sum(order_id::numeric), count(notes), count(order_date)"
    at_server = [str(value) for value in session.rows(f"SELECT {sums} FROM {TABLE}")[0]]  # noqa: S608 constants
    rows = pq.ParquetDataset(sorted((out / "lake").rglob("*.parquet"))).read()
    totals = [sum(filter(None, rows[name].to_pylist())) for name in ("amount", "unit_price", "order_id")]
    counts = [rows.num_rows - rows[name].null_count for name in ("notes", "order_date")]
    if at_server != [*map(str, [rows.num_rows, *totals, *counts])]:
        raise SystemExit("the exported rows do not add up to the server's sums")


def _part(name: str, url: str, out: str) -> None:
    source = source_of(login_from_url(url))
    run = {"read": partial(read_only, name=TABLE), "whole": whole}[name]
    print(json.dumps(run(source, Path(out))))


if __name__ == "__main__":
    _part(*sys.argv[1:])
