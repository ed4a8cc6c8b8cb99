"""A decision in the queue of transactions, by the API and the jobs of a run: the next run has it, and the
queue proposes the transaction no more.
"""

from __future__ import annotations

import io
import json
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from headgate.api.deployed_lake import DeployedLake
from headgate.api.operations import decisions
from headgate.api.shapes.decisions import DecisionAsked
from headgate.contracts.registry import Registry
from headgate.contracts.types import arrow_schema
from headgate.lake import keys
from headgate.query import translate
from headgate.systems.dashboards import dashboards
from tests.integration.glue_jobs.test_glue_jobs import run_job

if TYPE_CHECKING:
    from tests.integration.conftest import Lake

pytestmark = pytest.mark.integration

SYSTEM, QUEUE = "compliance-guardian", "transactions_to_review"
AS_OF = {"--as_of": "2024-05-02"}


@pytest.fixture
def reviewed(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> DeployedLake:
    """The API's view of a lake with some transactions of one customer, of which the last is absurd."""
    for name, value in lake.environment.items():
        monkeypatch.setenv(name, value)
    content = "a" * 64
    rows = [
        {
            "transaction_id": number,
            "transacted_at": datetime(2024, 5, 1, number % 24, number // 24),
            "customer_id": 1,
            "terminal_id": 1,
            "card_token": "k1:0001",
            "amount": Decimal("9000.00" if number == 400 else "12.00"),
            "updated_at": datetime(2024, 5, 2),
            "_content_sha256": content,
            "_source_row": number,
        }
        for number in range(1, 401)
    ]
    out = io.BytesIO()
    pq.write_table(
        pa.Table.from_pylist(rows, arrow_schema(Registry.load().curated["card_transactions"])), out
    )
    key = keys.increment_key("card_transactions", content)
    lake.emulator.client("s3").put_object(Bucket=lake.bucket("curated"), Key=key, Body=out.getvalue())
    return DeployedLake(lake.environment)


def ran(lake: Lake) -> None:
    """Merge and build the system, as a run does."""
    merged(lake)
    audited = {"--HEADGATE_RESULTS_BUCKET": lake.bucket("artifacts"), "--system": SYSTEM}
    run = run_job(lake, "build_system.py", audited)
    assert run["JobRunState"] == "SUCCEEDED", run.get("ErrorMessage")


def merged(lake: Lake) -> None:
    """Merge the datasets and the decisions."""
    run = run_job(lake, "merge_curated.py", AS_OF)
    assert run["JobRunState"] == "SUCCEEDED", run.get("ErrorMessage")


def decided_items(lake: Lake) -> int:
    """Return the number of closed items in the newest snapshot."""
    s3, key = lake.emulator.client("s3"), keys.lake_snapshot_key(keys.CURRENT)
    manifest = json.loads(s3.get_object(Bucket=lake.bucket("curated"), Key=key)["Body"].read())
    return int(manifest["datasets"]["decided_items"]["rows"])


def proposed(lake: Lake) -> list[str]:
    """Return the items of the queue, by its own statement over the published tables."""
    (statement,) = [
        queue.sql for board in dashboards().values() for queue in board.queues if queue.name == QUEUE
    ]
    # DuckDB finds them by their names.
    fraud_scores = table_of(lake, "fraud_scores")  # noqa: F841
    fraud_model_quality = table_of(lake, "fraud_model_quality")  # noqa: F841
    card_transactions = table_of(lake, "card_transactions", "curated")  # noqa: F841
    return [str(row[0]) for row in duckdb.sql(translate(statement, "duckdb")).fetchall()]


def table_of(lake: Lake, name: str, zone: str = "prod") -> pa.Table:
    """Return the rows that a table shows."""
    database = lake.settings[f"HEADGATE_{zone.upper()}_DATABASE"]
    table = lake.emulator.client("glue").get_table(DatabaseName=database, Name=name)["Table"]
    bucket, _, prefix = table["StorageDescriptor"]["Location"].removeprefix("s3://").partition("/")
    s3 = lake.emulator.client("s3")
    listed = s3.list_objects_v2(Bucket=bucket, Prefix=prefix)["Contents"]
    bodies = [s3.get_object(Bucket=bucket, Key=item["Key"])["Body"].read() for item in listed]
    return pa.concat_tables(pq.read_table(io.BytesIO(body)) for body in bodies)


def test_the_next_run_has_the_decision_and_does_not_propose_the_transaction_again(
    lake: Lake, reviewed: DeployedLake
) -> None:
    ran(lake)
    first, *others = proposed(lake)
    taken = decisions.decide(reviewed, "ana", DecisionAsked(queue=QUEUE, item_id=first, action="block"), "")
    ran(lake)
    shown = {row["transaction_id"]: row["reviewed_as"] for row in table_of(lake, "fraud_scores").to_pylist()}
    assert {number: action for number, action in shown.items() if action} == {int(first): "block"}
    assert proposed(lake) == others
    assert decided_items(lake) == 1
    (share,) = [
        row
        for row in table_of(lake, "fraud_model_quality").to_pylist()
        if row["metric"] == "reviewed_fraud_share"
    ]
    assert (share["value"], share["rows_used"]) == (1.0, 1)
    undone = DecisionAsked(queue=QUEUE, item_id=first, action="reopen")
    assert decisions.decide(reviewed, "ana", undone, "").decided_at > taken.decided_at
    merged(lake)
    assert decided_items(lake) == 0
