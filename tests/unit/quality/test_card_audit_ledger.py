"""The card-data audit reads each object once, unless it changed, the scanner changed, or a full
audit is due.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from headgate.aws.in_memory_ports import MemoryObjects
from headgate.errors import AuditError, ServiceError
from headgate.lake import keys
from headgate.lake.ports import FileRecord, ObjectRef
from headgate.quality import card_audit_ledger
from headgate.quality.card_audit_ledger import AuditLedger, CardAudit, alert_text, require_no_leaks
from headgate.quality.pci_audit import AuditFinding, Zone, findings, growing_zones, increments_zone, pci_audit
from headgate.snapshots.publishing import parquet_bytes

if TYPE_CHECKING:
    from collections.abc import Sequence

pytestmark = pytest.mark.unit

PAN = "4111111111111111"  # a test number that payment gateways publish
NOW = datetime(2026, 5, 1, 12, 0)
INCREMENTS = increments_zone("curated")


class CountingObjects(MemoryObjects):
    """An in-memory store that counts the objects that are read, without those of the ledger."""

    reads = 0

    def read(self, ref: ObjectRef) -> bytes:
        if not ref.key.startswith(card_audit_ledger.AUDITS):
            type(self).reads += 1
        return super().read(ref)


@dataclass
class Lake:
    objects: CountingObjects = field(default_factory=CountingObjects)
    alerts: list[AuditFinding] = field(default_factory=list)
    now: datetime = NOW

    def __post_init__(self) -> None:
        CountingObjects.reads = 0

    def put(self, name: str, note: str = "fine", dataset: str = "orders") -> None:
        key = f"{keys.INCREMENTS}/{dataset}/{name}.parquet"
        self.objects.write(
            ObjectRef("curated", key), parquet_bytes(pa.table({"order_id": [1], "note": [note]}))
        )

    def audit(
        self, *, since: datetime | None = None, scanner: str = "one", outdated_per_run: int = 200
    ) -> CardAudit:
        ledger = AuditLedger(self.objects, "artifacts")
        return CardAudit(
            self.objects, ledger, lambda: self.now, self.alerts.extend, scanner, since, outdated_per_run
        )

    def reads_of(self, audit: CardAudit) -> int:
        before = CountingObjects.reads
        audit.audit_objects([INCREMENTS])
        return CountingObjects.reads - before


@pytest.fixture
def lake() -> Lake:
    made = Lake()
    for number in range(5):
        made.put(f"{number:02}")
    return made


def test_a_second_audit_reads_only_what_is_new(lake: Lake) -> None:
    assert lake.reads_of(lake.audit()) == 5
    lake.put("new")
    assert lake.reads_of(lake.audit()) == 1
    assert lake.reads_of(lake.audit()) == 0


def test_a_changed_object_is_read_again(lake: Lake) -> None:
    lake.reads_of(lake.audit())
    lake.put("00", note="changed")
    assert lake.reads_of(lake.audit()) == 1


def test_the_table_is_the_same_however_the_audit_was_divided(lake: Lake) -> None:
    lake.put("bad", note=f"paid by {PAN}")
    at_once = pci_audit(lake.audit().audit_objects([INCREMENTS]))
    again = pci_audit(lake.audit().audit_objects([INCREMENTS]))
    assert again.to_csv() == at_once.to_csv()
    assert again.set_index("check_name").loc[
        "card_number", ["objects_scanned", "findings", "passed"]
    ].tolist() == [6, 1, False]


def test_a_full_audit_reads_everything_once_even_if_it_is_repeated(lake: Lake) -> None:
    lake.reads_of(lake.audit())
    lake.now = NOW + timedelta(days=7)
    assert lake.reads_of(lake.audit(since=lake.now)) == 5
    assert lake.reads_of(lake.audit(since=lake.now)) == 0


def test_a_new_scanner_audits_old_objects_again_a_few_per_run(lake: Lake) -> None:
    lake.reads_of(lake.audit())
    assert [lake.reads_of(lake.audit(scanner="two", outdated_per_run=2)) for _ in range(4)] == [2, 2, 1, 0]


def test_a_finding_alerts_once_and_stays_in_the_table(lake: Lake) -> None:
    lake.put("bad", note=f"paid by {PAN}")
    lake.reads_of(lake.audit())
    lake.reads_of(lake.audit())
    assert [(alert.check, alert.count) for alert in lake.alerts] == [("card_number", 1)]
    assert len(findings(lake.audit().audit_objects([INCREMENTS]))) == 1


def test_an_alert_that_could_not_be_sent_is_sent_by_the_next_audit(lake: Lake) -> None:
    lake.put("bad", note=f"paid by {PAN}")

    def fail(_: Sequence[AuditFinding]) -> None:
        raise ServiceError("no topic")

    audit = lake.audit()
    with pytest.raises(ServiceError):
        CardAudit(lake.objects, audit.ledger, audit.clock, fail, "one").audit_objects([INCREMENTS])
    lake.reads_of(lake.audit())
    assert len(lake.alerts) == 1


def test_a_stopped_audit_continues_where_it_was_saved(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(card_audit_ledger, "_OBJECTS_PER_SAVE", 2)
    lake.put("99", note="fine")
    read = CountingObjects.read

    def stopping(self: CountingObjects, ref: ObjectRef) -> bytes:
        if ref.key.endswith("99.parquet"):
            raise ServiceError("stopped")
        return read(self, ref)

    monkeypatch.setattr(CountingObjects, "read", stopping)
    with pytest.raises(ServiceError):
        lake.audit().audit_objects([INCREMENTS])
    monkeypatch.setattr(CountingObjects, "read", read)
    assert lake.reads_of(lake.audit()) == 2


def test_entries_of_deleted_objects_are_forgotten(lake: Lake) -> None:
    lake.put("bad", note=f"paid by {PAN}")
    lake.reads_of(lake.audit())
    lake.objects.delete(ObjectRef("curated", f"{keys.INCREMENTS}/orders/bad.parquet"))
    assert findings(lake.audit().audit_objects([INCREMENTS])) == []


def test_neither_ledger_nor_alert_holds_the_number_even_if_it_is_in_a_key(lake: Lake) -> None:
    lake.put(PAN, note=f"paid by {PAN}")
    lake.reads_of(lake.audit())
    stored = lake.objects.contents("artifacts")
    assert all(PAN not in key and PAN.encode() not in body for key, body in stored.items())
    ledger = AuditLedger(lake.objects, "artifacts").load("curated", "curated")
    assert PAN not in repr(ledger) + alert_text(lake.alerts)


def test_card_data_stop_the_publish_of_their_dataset_only(lake: Lake) -> None:
    lake.put("bad", note=f"paid by {PAN}", dataset="payments")
    scans = lake.audit().audit_objects([INCREMENTS])
    require_no_leaks("orders", scans)
    with pytest.raises(AuditError, match="payments: the card-data audit found card_number") as stopped:
        require_no_leaks("payments", scans)
    assert PAN not in str(stopped.value)


def test_only_changed_file_records_are_scanned_again(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    scanned: list[int] = []
    scan_records = card_audit_ledger.scan_records

    def counting(records: Sequence[FileRecord]) -> object:
        stated = list(records)
        scanned.append(len(stated))
        return scan_records(stated)

    monkeypatch.setattr(card_audit_ledger, "scan_records", counting)
    records = [
        FileRecord(f"id{number}", "raw", f"orders/{number}.csv", "v1", "orders", "done")
        for number in range(10)
    ]
    lake.audit().audit_records(records)
    lake.audit().audit_records(
        [*records, FileRecord("id10", "raw", f"orders/{PAN}.csv", "v1", "orders", "done")]
    )
    assert scanned == [10, 1, 1]
    assert [alert.check for alert in lake.alerts] == ["card_number"]


def test_only_new_log_lines_are_read(lake: Lake) -> None:
    asked: list[datetime] = []

    def lines(since: datetime) -> list[str]:
        asked.append(since)
        return [f"cannot read {PAN}"] if len(asked) == 1 else ["12 rows"]

    oldest = NOW - timedelta(days=7)
    lake.audit().audit_logs({"gate": lines}, oldest)
    lake.now = NOW + timedelta(hours=1)
    (first, second) = lake.audit().audit_logs({"gate": lines}, oldest)
    assert asked == [oldest, NOW - timedelta(minutes=10)]
    assert (len(first.findings), len(second.findings)) == (1, 0)
    lake.now = NOW + timedelta(days=8)
    assert all(
        not scan.findings for scan in lake.audit().audit_logs({"gate": lines}, NOW + timedelta(days=1))
    )


def test_a_usual_run_leaves_snapshots_to_the_full_audit() -> None:
    zones = growing_zones("curated", "quarantine", ["hub-prod"])
    assert zones == [
        Zone("curated", "curated", ("increments/",)), Zone("quarantine", "quarantine", ("",)),
        Zone("prod", "hub-prod", ("",)),
    ]  # fmt: skip
