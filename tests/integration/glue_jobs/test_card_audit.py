"""The card-data audit reads the logs of its settings, by itself."""

from __future__ import annotations

import hashlib
import json
import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from headgate.aws import clients
from headgate.errors import NotFoundError
from headgate.lake import keys
from headgate.quality import card_audit_ledger
from headgate.quality.card_findings import NO_CARD, QUEUE
from headgate.quality.pci_audit import pci_audit
from headgate.snapshots.publishing import parquet_bytes
from headgate.wiring import quality
from tests.conftest import unique

if TYPE_CHECKING:
    from headgate.lake.ports import ObjectRef, ObjectStore
    from headgate.quality.declared_columns import Declared
    from headgate.quality.pci_audit import AuditScan, Zone
    from tests.integration.conftest import Lake

pytestmark = pytest.mark.integration

PAN = "4111111111111111"  # a test number that payment gateways publish


@pytest.fixture(autouse=True)
def _shell_of_this_lake(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, value in lake.environment.items():
        monkeypatch.setenv(variable, value)
    for cached in (clients.s3, clients.dynamodb, clients.logs, clients.sns):
        cached.cache_clear()


def log_group(lake: Lake, *lines: str) -> str:
    logs, name = lake.emulator.client("logs"), f"/aws/lambda/{unique('audited')}"
    logs.create_log_group(logGroupName=name)
    logs.create_log_stream(logGroupName=name, logStreamName="one")
    now = int(time.time() * 1000)
    logs.put_log_events(
        logGroupName=name,
        logStreamName="one",
        logEvents=[{"timestamp": now, "message": line} for line in lines],
    )
    return name


def topic(lake: Lake) -> str:
    return str(lake.emulator.client("sns").create_topic(Name="audit-alerts")["TopicArn"])


def environment(lake: Lake, *groups: str) -> dict[str, str]:
    results = {"HEADGATE_RESULTS_BUCKET": lake.bucket("artifacts"), "HEADGATE_ALERTS_TOPIC_ARN": topic(lake)}
    return {**lake.environment, **results, **({"HEADGATE_LOG_GROUPS": json.dumps(groups)} if groups else {})}


def test_a_card_number_in_a_log_is_found_and_a_clean_log_passes(lake: Lake) -> None:
    clean, leaking = (
        log_group(lake, "file done", "12 rows"),
        log_group(lake, f"cannot read {PAN}", "file done"),
    )
    reported = pci_audit(quality.leak_scans(environment(lake, clean, leaking)))
    of_logs = {
        row["subject"]: row
        for row in reported.to_dict("records")
        if (row["zone"], row["check_name"]) == ("logs", "card_number")
    }
    assert [(of_logs[name]["cells_scanned"], of_logs[name]["findings"]) for name in (leaking, clean)] == [
        (2, 1),
        (2, 0),
    ]
    assert [of_logs[name]["passed"] for name in (leaking, clean)] == [False, True]
    assert PAN not in reported.to_csv()


def test_a_log_that_is_not_there_stops_the_audit(lake: Lake) -> None:
    with pytest.raises(NotFoundError):
        quality.leak_scans(environment(lake, "/aws/lambda/never"))


def test_without_logs_the_rest_is_audited(lake: Lake) -> None:
    assert "logs" not in {scan.zone for scan in quality.leak_scans(environment(lake))}


def test_a_second_audit_reads_the_new_objects_only(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    scan_object = card_audit_ledger.scan_object

    def counting(objects: ObjectStore, zone: Zone, ref: ObjectRef, *declared: Declared) -> AuditScan:
        read.append(ref.key)
        return scan_object(objects, zone, ref, *declared)

    monkeypatch.setattr(card_audit_ledger, "scan_object", counting)
    client, bucket = lake.emulator.client("s3"), lake.bucket("quarantine")
    client.put_object(Bucket=bucket, Key="rows/orders/one.json", Body=b'{"a": 1}')
    quality.leak_scans(environment(lake))
    read.clear()
    client.put_object(Bucket=bucket, Key="rows/orders/two.json", Body=b'{"a": 2}')
    quality.leak_scans(environment(lake))
    assert [key for key in read if key.startswith("rows/")] == ["rows/orders/two.json"]


def decide(lake: Lake, item: str, action: str, at: datetime) -> None:
    row = {"decision_id": unique("d"), "queue": QUEUE, "item_id": item, "action": action, "decided_at": at}
    key = keys.decision_key(QUEUE, at, str(row["decision_id"]))
    body = parquet_bytes(pa.Table.from_pylist([row]))
    lake.emulator.client("s3").put_object(Bucket=lake.bucket("curated"), Key=key, Body=body)


def test_a_dismissed_finding_is_counted_no_more_and_no_longer_stops_a_merge(lake: Lake) -> None:
    dataset, content = unique("orders"), hashlib.sha256(lake.bucket("curated").encode()).hexdigest()
    body = parquet_bytes(pa.table({"note": [PAN, "5555555555554444"]}))
    lake.emulator.client("s3").put_object(
        Bucket=lake.bucket("curated"), Key=keys.increment_key(dataset, content), Body=body
    )

    def counted() -> tuple[int, list[str], list[str]]:
        tables = quality.card_audit_tables(environment(lake))
        audit, findings = tables["pci_audit"](), tables["pci_findings"]()
        merged = [
            each.shown
            for scan in quality.increment_scans(environment(lake))
            for each in scan.findings
            if scan.subject == dataset
        ]
        here = findings[findings["subject"] == dataset].sort_values("masked_value")
        ids.update(zip(here["masked_value"], here["finding_id"], strict=True))
        return int(audit[audit["subject"] == dataset]["findings"].sum()), [*here["masked_value"]], merged

    ids: dict[str, str] = {}
    both, other = ["411111…1111", "555555…4444"], ["555555…4444"]
    assert counted() == (2, both, both)
    now = datetime(2026, 1, 1)
    decide(lake, ids["411111…1111"], NO_CARD, now)
    assert counted() == (1, other, other)
    decide(lake, ids["555555…4444"], "removed", now)
    assert counted() == (1, other, other), "a removed value is listed until it is gone"
    decide(lake, ids["411111…1111"], "reopen", now + timedelta(minutes=1))
    assert counted() == (2, both, both)
