"""`pci_audit` says of every zone what was looked at and what was found, and never shows it."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.aws.in_memory_ports import MemoryObjects
from headgate.contracts.registry import Registry
from headgate.errors import NotFoundError
from headgate.lake import keys
from headgate.lake.ports import FileRecord, ObjectRef
from headgate.quality.card_findings import card_findings
from headgate.quality.contract_audit import audit
from headgate.quality.leaks import CHECKS, leaks_in_text
from headgate.quality.pci_audit import (
    AuditFinding,
    AuditScan,
    Zone,
    derived_zones,
    findings,
    growing_zones,
    pci_audit,
    scan_logs,
    scan_object,
    scan_records,
    snapshot_zone,
)
from headgate.snapshots.publishing import parquet_bytes
from headgate.snapshots.snapshot import DatasetSnapshot, LakeSnapshot
from headgate.systems.rows_in_file import rows_by_contract

if TYPE_CHECKING:
    from collections.abc import Sequence

pytestmark = pytest.mark.unit

PAN = "4111111111111111"
LAKE = LakeSnapshot(
    "0" * 16, date(2024, 1, 31), {"orders": DatasetSnapshot("orders", "new", "snapshots/orders/new/", 1, 1)}
)
ZONES = [
    *growing_zones("curated", "quarantine", ["hub-prod", "guardian-prod"]),
    snapshot_zone("curated", LAKE),
]
RECORD = FileRecord("id", "raw", "orders/a.csv", "v1", "orders", "done", received=3, accepted=3)


def lake(**places: str) -> MemoryObjects:
    """A lake with one note at each place, named by zone."""
    where = {
        "curated": ("curated", keys.increment_key("orders", "a" * 64)),
        "snapshot": ("curated", "snapshots/orders/new/part-00000.parquet"),
        "old_snapshot": ("curated", "snapshots/orders/old/part-00000.parquet"),
        "quarantine": ("quarantine", keys.quarantine_key("payments", "b" * 64)),
        "prod": ("guardian-prod", "tables/fraud_scores/1/part-00000.parquet"),
    }
    objects = MemoryObjects()
    for place, note in places.items():
        bucket, key = where[place]
        objects.write(ObjectRef(bucket, key), parquet_bytes(pa.table({"order_id": [1], "note": [note]})))
    return objects


def scan_objects(objects: MemoryObjects, zones: Sequence[Zone]) -> list[AuditScan]:
    wanted = [
        (zone, item.ref)
        for zone in zones
        for prefix in zone.prefixes
        for item in objects.list(zone.bucket, prefix)
    ]
    return [scan_object(objects, zone, ref) for zone, ref in wanted]


@pytest.mark.parametrize(
    ("place", "zone"),
    [("curated", "curated"), ("snapshot", "curated"), ("quarantine", "quarantine"), ("prod", "prod")],
)
def test_a_leak_in_any_zone_is_found_and_named_without_its_value(place: str, zone: str) -> None:
    found = findings(scan_objects(lake(**{"curated": "fine", place: f"paid by {PAN}"}), ZONES))
    assert [(one.zone, one.column, one.check, one.count) for one in found] == [
        (zone, "note", "card_number", 1)
    ]
    assert PAN not in repr(found)


def test_a_clean_lake_passes_every_check_of_every_subject() -> None:
    scans = scan_objects(lake(curated="fine", snapshot="fine", quarantine="fine", prod="fine"), ZONES)
    frame = pci_audit(
        [*scans, scan_records([RECORD]), *scan_logs({"raw_to_curated": ["claimed", "curated"]})]
    )
    assert list(frame.groupby(["zone", "subject"]).size().index) == [
        ("curated", "orders"), ("ledger", "files"), ("logs", "raw_to_curated"), ("prod", "fraud_scores"),
        ("quarantine", "payments"),
    ]  # fmt: skip
    assert len(frame) == 5 * len(CHECKS)
    assert frame["passed"].all()
    assert frame.set_index(["zone", "check_name"]).loc[
        ("curated", "card_number"), ["objects_scanned", "cells_scanned"]
    ].tolist() == [2, 4]


def test_the_audit_names_the_check_that_failed_and_only_that() -> None:
    frame = pci_audit(
        scan_objects(lake(curated="fine", prod=f"{PAN} and {PAN[:4]}-1111-1111-1111 cvv 123"), ZONES)
    )
    failed = frame[~frame["passed"]]
    assert failed[["zone", "subject", "check_name", "findings"]].values.tolist() == [
        ["prod", "fraud_scores", "card_number", 1],
        ["prod", "fraud_scores", "security_code", 1],
    ]


def test_a_leak_in_a_record_or_a_log_line_is_found() -> None:
    refused = FileRecord(
        "id", "raw", "orders/a.csv", "v1", "orders", "rejected", error={"message": f"bad value {PAN}"}
    )
    assert findings([scan_records([RECORD, refused])]) == [
        AuditFinding("ledger", "files", "", "card_number", 1, shown="411111…1111")
    ]
    assert findings(scan_logs({"merge": [f"row {PAN}"]})) == [
        AuditFinding("logs", "merge", "", "card_number", 1, shown="411111…1111")
    ]


def test_the_count_of_masked_codes_is_no_code() -> None:
    counted = replace(RECORD, masked={"card_cvv": 350}, new_columns={"cvv2": 1234})
    assert findings([scan_records([counted])]) == []
    assert findings([scan_records([replace(RECORD, new_columns={PAN: 1})])]) == [
        AuditFinding("ledger", "files", "", "card_number", 1, shown="411111…1111")
    ]


def test_a_leak_in_a_file_that_is_not_parquet_or_in_a_name_is_found() -> None:
    objects = MemoryObjects()
    objects.write(ObjectRef("quarantine", "rows/orders/notes.json"), f'{{"pan": "{PAN}"}}'.encode())
    objects.write(ObjectRef("quarantine", f"rows/orders/{PAN}.json"), b"{}")
    assert sum(finding.count for finding in findings(scan_objects(objects, ZONES))) == 2


@pytest.mark.parametrize(
    ("bucket", "key", "body", "zone", "column"),
    [
        ("artifacts", "processed/orders/a.json", f'{{"top": ["{PAN}"]}}', "profiles", "top"),
        ("artifacts", "processed/orders/a.json", f'{{"counts": {{"{PAN}": 2}}}}', "profiles", ""),
        ("artifacts", "processed/orders/a.json", f'{{"largest": {PAN}.0}}', "profiles", ""),
        ("answers", "results/a.csv", f'"note","n"\n"to {PAN}","1"\n', "results", "note"),
        ("answers", "results/a.csv", f'"note","n"\n"{PAN}.0","1"\n', "results", "note"),
        ("answers", "results/a.csv", f'"note","n"\n"{PAN[0]}.{PAN[1:]}E15","1"\n', "results", "note"),
        ("answers", "results/a.csv", f'"note","n"\n"card to 1.{PAN}","1"\n', "results", "note"),
        (
            "answers",
            "results/a.csv",
            f'"note","n"\n"{PAN[:4]}.{PAN[4:8]}.{PAN[8:12]}.{PAN[12:]}","1"\n',
            "results",
            "note",
        ),
        ("answers", "results/a.txt", f"{PAN}\n", "results", ""),
        ("answers", "results/a.csv", f"no table\na,b\n{PAN}\n", "results", ""),
    ],
)
def test_a_leak_in_profiles_and_records_is_found(
    bucket: str, key: str, body: str, zone: str, column: str
) -> None:
    objects = MemoryObjects()
    objects.write(ObjectRef(bucket, key), body.encode())
    (found,) = findings(scan_objects(objects, derived_zones("artifacts", "answers")))
    assert (found.zone, found.column, found.check) == (zone, column, "card_number")


def test_a_number_in_a_name_is_reported_by_its_place_without_its_digits() -> None:
    objects = MemoryObjects()
    objects.write(ObjectRef("quarantine", f"rows/{PAN}/{PAN}.json"), b"{}")
    scans = [*scan_objects(objects, ZONES)]
    (found,) = findings(scans)
    assert found.check == "card_number"
    assert found.place.startswith("s3://quarantine/rows/")
    assert PAN not in f"{scans} {pci_audit(scans).to_csv()}"


def test_figures_beside_one_another_are_no_number() -> None:
    objects = MemoryObjects()
    objects.write(
        ObjectRef("artifacts", "processed/orders/a.json"),
        b'{"histogram": [4111, 1111, 1111, 1111], "mean": 0.4111111111111111}',
    )
    objects.write(ObjectRef("answers", "results/a.csv"), b'"a","b","c","d"\n"4111","1111","1111","1111"\n')
    fractions = [f"0.{PAN}", f"-12345.{PAN}", f"1.{PAN}E-5", f"{PAN[0]}.{PAN}E7", f".{PAN}"]
    objects.write(
        ObjectRef("answers", "results/b.csv"),
        "\n".join(['"share","n"', *(f'"{one}","1"' for one in fractions)]).encode(),
    )
    objects.write(ObjectRef("artifacts", "code/requirements.txt"), PAN.encode())
    scans = scan_objects(objects, derived_zones("artifacts", "answers"))
    assert ([(scan.zone, scan.objects) for scan in scans], findings(scans)) == (
        [("profiles", 1), ("results", 1), ("results", 1)],
        [],
    )


@dataclass
class Forgetful(MemoryObjects):
    """Lists objects that are gone by the time they are read."""

    def read(self, ref: ObjectRef) -> bytes:
        raise NotFoundError(ref.key)


def test_an_object_that_vanished_since_it_was_listed_is_passed_over() -> None:
    objects = Forgetful()
    objects.write(ObjectRef("quarantine", "rows/orders/a.parquet"), b"")
    (scan,) = scan_objects(objects, ZONES)
    assert (scan.objects, scan.findings) == (0, ())


def test_the_table_holds_its_contract() -> None:
    contract = Registry.load().prod["pci_audit"]
    frame = pci_audit([scan_records([RECORD]), *scan_objects(lake(curated=PAN), ZONES)])
    audit(contract, rows_by_contract(contract, frame.assign(as_of=LAKE.as_of, snapshot_id=LAKE.snapshot_id)))


def test_an_audit_of_nothing_has_its_columns() -> None:
    contract = Registry.load().prod["pci_audit"]
    assert [*pci_audit([]).columns, "as_of", "snapshot_id"] == list(contract.names)


NAMED_LIKE_A_CARD = "3853787693020301dac17c63127e6960"
"""The address of a part of a fact whose first 16 digits are a JCB number with a valid check digit."""
FACT = f"facts/searched_days/{NAMED_LIKE_A_CARD}.parquet"


def with_check_digit(body: str) -> str:
    return next(body + digit for digit in "0123456789" if leaks_in_text(body + digit))


def scans_of(key: str, body: bytes) -> list[AuditFinding]:
    objects = MemoryObjects()
    objects.write(ObjectRef("prod", key), body)
    return findings([scan_object(objects, Zone("prod", "prod", ("",)), ObjectRef("prod", key))])


@pytest.mark.parametrize(
    ("key", "body"),
    [
        (FACT, parquet_bytes(pa.table({"searches": [1]}))),
        ("facts/current.json", json.dumps([FACT]).encode()),
        (f"tables/fraud_scores/{PAN}/part-00000.parquet", parquet_bytes(pa.table({"searches": [1]}))),
        (
            f"iceberg/fraud_scores/metadata/00012-{PAN}.metadata.json",
            json.dumps(
                {
                    "location": f"s3://prod/tables/fraud_scores/{PAN}/",
                    "current-snapshot-id": int(PAN),
                    "snapshots": [
                        {
                            "snapshot-id": int(PAN),
                            "manifest-list": f"s3://prod/iceberg/fraud_scores/metadata/00012-{PAN}-list.avro",
                        }
                    ],
                }
            ).encode(),
        ),
    ],
)
def test_a_name_that_the_lake_made_by_a_hash_is_no_card_number(key: str, body: bytes) -> None:
    """Such a name begins with a number of a card by chance, in one of some 20,000 objects."""
    assert scans_of(key, body) == []


@given(st.text("0123456789abcdef", min_size=16, max_size=16), st.integers(0, 10**14 - 1))
def test_no_digest_that_begins_with_a_number_of_a_card_is_a_finding(rest: str, account: int) -> None:
    digest = with_check_digit(f"4{account:014}") + rest
    key = f"facts/searched_days/{digest}.parquet"
    assert scans_of("facts/current.json", json.dumps([key]).encode()) == []
    assert scans_of(key, parquet_bytes(pa.table({"searches": [1]}))) == []
    record = replace(RECORD, file_id=digest, duplicate_of=digest)
    assert not scan_records([record]).findings or not set(digest) & set("abcdef")
    assert not leaks_in_text(f"file_id={digest}, curated") or not set(digest) & set("abcdef")


@pytest.mark.parametrize(
    ("key", "body"),
    [
        (f"tables/orders/1/{PAN}.parquet", parquet_bytes(pa.table({"searches": [1]}))),
        (f"processed/{PAN}_summary.json", b"{}"),
        (f"facts/{PAN}/current.json", b"{}"),
        (f"facts/searched_days/{PAN}.parquet", parquet_bytes(pa.table({"searches": [1]}))),
        ("facts/current.json", json.dumps([f"facts/searched_days/{PAN}.csv"]).encode()),
        ("facts/current.json", json.dumps({"note": PAN}).encode()),
        ("facts/current.json", json.dumps({"note": int(PAN)}).encode()),
        ("tables/orders/1/a.json", json.dumps([f"orders/{PAN}/a.csv", "x"]).encode()),
        ("tables/orders/1/a.json", json.dumps({"snapshot-id": int(PAN)}).encode()),
        ("iceberg/orders/metadata/00001-a.metadata.json", json.dumps({"total": int(PAN)}).encode()),
        ("iceberg/orders/metadata/00001-a.metadata.json", json.dumps({"snapshot-id": PAN}).encode()),
    ],
)
def test_a_card_number_in_the_name_of_a_file_or_in_json_is_found(key: str, body: bytes) -> None:
    assert [(finding.check, finding.count) for finding in scans_of(key, body)] == [("card_number", 1)]


@pytest.mark.parametrize("name", [f"{PAN}.csv", f"{PAN}abcdefabcdefabcd.csv", f"tables/x/{PAN}/a.csv"])
def test_a_card_number_in_the_name_of_an_upload_is_found(name: str) -> None:
    assert scan_records([replace(RECORD, key=f"orders/{name}")]).findings


def test_the_id_of_a_file_is_no_card_number_in_a_column_and_another_text_is_searched() -> None:
    texts = [NAMED_LIKE_A_CARD, PAN, f"a {PAN}"]
    rows = pa.table({"file_id": texts, "note": texts})
    found_in = scans_of("a.parquet", parquet_bytes(rows))
    assert sorted((finding.column, finding.shown, finding.count) for finding in found_in) == [
        ("file_id", "411111…1111", 2),
        ("note", "385378…0301", 1),
        ("note", "411111…1111", 2),
    ]


def test_findings_keep_the_contract_of_their_table() -> None:
    objects = lake()
    place = ObjectRef("bucket", "increments/orders/a.parquet")
    objects.write(place, parquet_bytes(pa.table({"note": ["4111111111111111"]})))
    table = card_findings([scan_object(objects, Zone("curated", "bucket", ("",)), place)], {})
    contract = Registry.load().prod["pci_findings"]
    rows = rows_by_contract(contract, table.assign(as_of=date(2024, 1, 31), snapshot_id="0" * 16))
    audit(contract, rows)
    assert rows.num_rows == 1
