"""From a file to its tables, and an event that other tools read."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from headgate.cli.commands.tables.lineage import trace_of
from headgate.lake import keys
from headgate.lake.openlineage import run_event
from headgate.lake.ports import ObjectRef
from headgate.lake.snapshots import DatasetSnapshot, LakeSnapshot, MergedIncrements
from tests.unit.api.lakes import PAYMENTS, MemoryLake

pytestmark = pytest.mark.unit


def merged(lake: MemoryLake, increment: str) -> None:
    """A snapshot whose dataset payments was merged from one increment, and a table that was built from it."""
    of = DatasetSnapshot("payments", "s1", keys.snapshot_prefix("payments", "s1"), 1, 10)
    snapshot = LakeSnapshot("lake1", date(2024, 1, 1), {"payments": of})
    listed = MergedIncrements("s1", "payments@1", (f"{increment} edition",))
    for key, text in {
        keys.merged_increments_key("payments", "s1"): listed.to_json(),
        keys.lake_snapshot_key("lake1"): snapshot.to_json(),
        keys.lake_snapshot_key(keys.CURRENT): snapshot.to_json(),
    }.items():
        lake.objects.write(ObjectRef("curated", key), text.encode())
    lake.catalog.create("ecommerce_prod", "risk_scores")
    facts = {"headgate.snapshot_id": "lake1", "headgate.reads": "orders,payments"}
    lake.catalog.move(lake.catalog.current("ecommerce_prod", "risk_scores"), "s3://prod/tables/risk_scores/v1/", [], facts)


def test_a_file_is_followed_to_the_tables_that_have_its_rows() -> None:
    lake = MemoryLake()
    record = lake.receive("payments/a.csv", PAYMENTS)
    assert trace_of(lake, record).tables == ()
    merged(lake, record.curated_key)
    trace = trace_of(lake, record)
    assert [(one.table, one.system, one.snapshot_id) for one in trace.tables] == [
        ("payments", "", "lake1"),
        ("risk_scores", "compliance-guardian", "lake1"),
    ]
    assert (trace.received, trace.accepted + trace.quarantined + trace.duplicates) == (4, 4)
    assert trace.stages[0].name == "upload"


def test_tables_of_one_snapshot_read_its_list_of_increments_once(monkeypatch: pytest.MonkeyPatch) -> None:
    lake = MemoryLake()
    record = lake.receive("payments/a.csv", PAYMENTS)
    merged(lake, record.curated_key)
    read, keys_read = lake.objects.read, []
    monkeypatch.setattr(lake.objects, "read", lambda ref: keys_read.append(ref.key) or read(ref))
    assert len(trace_of(lake, record).tables) == 2
    assert keys_read.count(keys.merged_increments_key("payments", "s1")) == 1


def test_a_file_that_is_not_merged_yet_is_in_no_table() -> None:
    lake = MemoryLake()
    merged(lake, "increments/payments/another.parquet")
    assert trace_of(lake, lake.receive("payments/a.csv", PAYMENTS)).tables == ()


def test_a_rejected_file_says_why() -> None:
    lake = MemoryLake()
    trace = trace_of(lake, lake.receive("payments/b.csv", b""))
    assert (trace.state, trace.tables) == ("rejected", ())
    assert trace.error


def test_an_event_names_inputs_and_output_and_has_the_same_run_id_each_time() -> None:
    built = {"table": "shop_prod.churn_risk", "job": "demand-insights-engine", "version": "v1", "files": ["orders/a.csv"]}
    event = run_event(built, "raw", datetime(2026, 1, 2))
    again = run_event(built, "raw", datetime(2026, 1, 3))
    assert event["schemaURL"] == "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"
    assert (event["eventType"], event["eventTime"], event["run"]) == ("COMPLETE", "2026-01-02T00:00:00.000Z", again["run"])
    assert event["inputs"] == [{"namespace": "s3://raw", "name": "orders/a.csv"}]
    assert event["outputs"] == [{"namespace": "awsathena", "name": "shop_prod.churn_risk"}]
