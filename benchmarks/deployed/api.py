"""Response times of the deployed HTTP API, through API Gateway with a token of the user pool.

The last line is JSON.

    make bench-api

p50 and p99 are over reads that a console sends; `cold_ms` is the first request to a function that nobody has
called; `table_p50_ms` is a page of a table of 10,000 rows; `prediction_p50_ms` is the value of one customer
of 10,000, with a series of a hypergeometric function. `first_row_ms` is the time until the first page of
`SELECT *` over a table of 518,593 rows, asked as the page Query asks it: median of five, each a statement of
its own. `whole_answer_ms` is the time until a page of its whole answer, asked once.
"""

from __future__ import annotations

import http.client
import json
import os
import statistics
import time
from datetime import date
from itertools import chain, repeat
from typing import Any
from urllib.parse import urlsplit

import boto3
import numpy as np
import pyarrow as pa

from benchmarks.deployed.deployed_lake import ROOT, deployed, payments
from headgate.aws import clients
from headgate.aws.glue.catalog import GlueCatalog
from headgate.contracts.registry import Registry
from headgate.contracts.types import arrow_schema
from headgate.lake import keys
from headgate.learning.store import ModelInputs, ModelStore
from headgate.scoring.scorer import Scorer
from headgate.snapshots.publishing import Publisher
from headgate.wiring import stores

READS = ("/v1/me", "/v1/files?limit=50", "/v1/runs", "/v1/health", "/v1/files/{file_id}")
SYSTEM, TABLE, ROWS = "market-intelligence-hub", "sales_forecast", 10_000
LONG_SYSTEM, LONG_TABLE, LONG_ROWS = "compliance-guardian", "fraud_scores", 518_593
PAGE_ROWS, WAITS_S = 999, (0.15, 0.25, 0.4, 0.7, 1.0)  # as the page Query reads and waits
SIGNALS = ["silence", "purchases", "purchase_value", "frequency", "rhythm", "age", "revenue"]
ROUNDS, PASSWORD = 200, "Correct-horse-battery-1"


class Api:
    """One connection to the API, with a token."""

    def __init__(self, outputs: dict[str, Any], token: str) -> None:
        emulator, api = urlsplit(os.environ["AWS_ENDPOINT_URL"]), urlsplit(outputs["api"]["url"])
        self._connection = http.client.HTTPConnection(emulator.hostname or "", emulator.port, timeout=60)
        self._headers = {"Host": f"{api.hostname}:{emulator.port}", "Authorization": f"Bearer {token}"}

    def milliseconds(self, path: str, body: object = None) -> float:
        """How long a read takes, or a prediction from a body; it has to succeed."""
        began_s = time.perf_counter()
        self.answer(path, body)
        return (time.perf_counter() - began_s) * 1000

    def answer(self, path: str, body: object = None) -> Any:  # noqa: ANN401 JSON
        """The answer to a read, or to a body that is sent; it has to succeed."""
        asked: tuple[str, str | None, dict[str, str]] = ("GET", None, self._headers)
        if body is not None:
            asked = ("POST", json.dumps(body), {**self._headers, "Content-Type": "application/json"})
        self._connection.request(asked[0], path, asked[1], asked[2])
        answer = self._connection.getresponse()
        text = answer.read()
        if answer.status not in {http.client.OK, http.client.ACCEPTED}:
            raise SystemExit(f"{path} answered {answer.status}: {text[:300]!r}")
        return json.loads(text)


def signed_in(outputs: dict[str, Any]) -> str:
    """A token of a new operator."""
    cognito: Any = boto3.client(
        "cognito-idp"
    )  # of the deployment in the environment, on an emulator or on AWS
    pool, name = outputs["api"]["user_pool"], "bench@example.com"
    cognito.admin_create_user(UserPoolId=pool, Username=name, MessageAction="SUPPRESS")
    cognito.admin_set_user_password(UserPoolId=pool, Username=name, Password=PASSWORD, Permanent=True)
    cognito.admin_add_user_to_group(UserPoolId=pool, Username=name, GroupName="operator")
    asked = {"USERNAME": name, "PASSWORD": PASSWORD}
    answer = cognito.initiate_auth(
        AuthFlow="USER_PASSWORD_AUTH", ClientId=outputs["api"]["client"], AuthParameters=asked
    )
    return str(answer["AuthenticationResult"]["AccessToken"])


def publish_a_table(system: str, table: str, rows: int) -> None:
    """The table has so many rows, each of its number in every type."""
    contract = Registry.load().prod[table]
    schema = arrow_schema(contract)
    days = pa.array([n % 3_000 for n in range(rows)], pa.int32())
    numbers = pa.array([n % 100 for n in range(rows)], pa.int8())
    moments = pa.array([n * 1_000_000 for n in range(rows)], pa.int64())
    texts = pa.array([str(n) for n in range(rows)])
    by_kind = {"string": texts, "date": days, "moment": moments}
    columns = [by_kind.get(_kind_of(column.type), numbers).cast(column.type) for column in schema]
    bucket = json.loads(os.environ["HEADGATE_PROD_BUCKETS"])[system]
    publisher = Publisher(
        stores.objects(),
        GlueCatalog(clients.glue()),
        os.environ["HEADGATE_PROD_DATABASE"],
        bucket,
        lambda *_: None,
    )
    publisher.publish(contract, pa.table(columns, schema=schema), keys.table_prefix(table, "bench"))


def _kind_of(of: pa.DataType) -> str:
    if pa.types.is_timestamp(of):
        return "moment"
    return "string" if pa.types.is_string(of) else "date" if pa.types.is_date(of) else "number"


def export_customers() -> None:
    """A customer model is exported, as a run of demand-insights-engine would."""
    rng = np.random.default_rng(1)
    points = rng.uniform(1, 100, (ROWS, len(SIGNALS)))
    facts = {
        "signals": SIGNALS,
        "horizons": [[90, 1.0], [365, 3.5]],
        "churn": {"model": "recency_share", "columns": ["silence"], "parts": [], "even_odds_days": 90},
        "method": "churn_spend",
        "factor": 1.0,
        "year_method": "churn_spend",
        "year_factor": 1.0,
        "purchases": {"r": 0.6, "alpha": 30.0, "a": 0.4, "b": 2.5, "modified": True},
        "spend": {"p": 4.0, "q": 3.0, "gamma": 20.0},
        "trading_days": 65.0,
    }
    arrays = {
        "customer_id": np.arange(1, ROWS + 1),
        "points": points,
        "intervals": np.tile([1.0, 2.0, 3.0, 4.0], (ROWS, 1)),
    }
    store = ModelStore(stores.objects(), os.environ["HEADGATE_ARTIFACTS_BUCKET"])
    store.export(
        "demand-insights-engine",
        "customers",
        Scorer(facts, arrays),
        ModelInputs("", "0" * 16, date(2026, 1, 1), "bench"),
    )


def rows_ms(api: Api, sql: str, first_rows: int) -> float:
    """How long it takes from a statement to a page of its rows, by the requests of the page Query."""
    began_s = time.perf_counter()
    query = api.answer("/v1/queries", {"sql": sql, "first_rows": first_rows})
    if query["first_rows"] != first_rows:
        raise SystemExit(f"{sql} has no first rows")
    path, pauses = f"/v1/queries/{query['query_id']}", chain(WAITS_S, repeat(WAITS_S[-1]))
    while query["state"] in {"queued", "running"}:
        time.sleep(next(pauses))
        query = api.answer(path)
    if len(api.answer(f"{path}/rows?limit={PAGE_ROWS}")["rows"]) < PAGE_ROWS:
        raise SystemExit(f"{sql} is {query['state']} and has fewer rows than expected: {query['error']}")
    return (time.perf_counter() - began_s) * 1000


def long_answer(api: Api) -> dict[str, float]:
    """Times of a statement that answers all rows of a long table."""
    publish_a_table(LONG_SYSTEM, LONG_TABLE, LONG_ROWS)
    sql = f"select * from {LONG_TABLE}"  # noqa: S608 a name of this file
    rows_ms(api, sql, PAGE_ROWS)  # the functions start
    first = [rows_ms(api, f"{sql} where {number} = {number}", PAGE_ROWS) for number in range(5)]
    return {"first_row_ms": statistics.median(first), "whole_answer_ms": rows_ms(api, sql, 0)}


def main() -> None:
    """Run the benchmark."""
    name = os.environ.get("DEPLOYMENT", "bench")
    lake = deployed(name)
    outputs = json.loads((ROOT / ".headgate" / name / "deployment.json").read_text(encoding="utf-8"))[
        "outputs"
    ]
    records = [
        lake.settled(lake.put(f"payments/bench-{n}.csv", payments(10, n)), timeout_s=120) for n in range(20)
    ]
    publish_a_table(SYSTEM, TABLE, ROWS)
    api = Api(outputs, signed_in(outputs))
    cold_ms = api.milliseconds("/v1/health")
    paths = [path.format(file_id=records[-1].file_id if records[-1] else "") for path in READS]
    reads = sorted(api.milliseconds(path) for _ in range(ROUNDS // len(paths)) for path in paths)
    page = f"/v1/systems/{SYSTEM}/tables/{TABLE}/rows?limit=100&sort=-model"
    api.milliseconds(page)
    pages = [api.milliseconds(page) for _ in range(50)]
    export_customers()
    predictions = [api.milliseconds("/v1/predictions/customer", {"customer_id": n}) for n in range(1, 61)]
    figures = {
        "p50_ms": statistics.median(reads),
        "p99_ms": reads[int(len(reads) * 0.99)],
        "cold_ms": cold_ms,
        "table_p50_ms": statistics.median(pages),
        "prediction_p50_ms": statistics.median(predictions),
        **long_answer(api),
    }
    print(json.dumps({name: round(value, 1) for name, value in figures.items()}))


if __name__ == "__main__":
    main()
