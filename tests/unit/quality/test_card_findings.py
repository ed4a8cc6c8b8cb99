"""A finding of the card-data audit has a place, a masked value, and an id by which a person dismisses it."""

from __future__ import annotations

import json

import pyarrow as pa
import pytest

from headgate.aws.in_memory_ports import MemoryObjects
from headgate.lake.ports import ObjectRef
from headgate.quality.card_findings import card_findings, finding_id, without_dismissed
from headgate.quality.leaks import leaks_in_text
from headgate.quality.pci_audit import AuditFinding, AuditScan, Zone, pci_audit, scan_logs, scan_object
from headgate.snapshots.publishing import parquet_bytes

pytestmark = pytest.mark.unit

PAN, AMEX = "4111111111111111", "378282246310005"


def scan_of(key: str, body: bytes, zone: str = "prod") -> AuditScan:
    objects = MemoryObjects()
    objects.write(ObjectRef("bucket", key), body)
    return scan_object(objects, Zone(zone, "bucket", ("",)), ObjectRef("bucket", key))


def places(*scans: AuditScan) -> list[tuple[str, int, str, str, int]]:
    return [
        (finding.column, finding.line, finding.check, finding.shown, finding.count)
        for scan in scans
        for finding in scan.findings
    ]


def test_a_finding_names_column_row_and_masked_value() -> None:
    rows = pa.table({"id": [1, 2, 3], "note": ["fine", f"paid by {PAN} cvv 123", f"{AMEX} and {PAN}"]})
    scan = scan_of("tables/orders/1/part-00000.parquet", parquet_bytes(rows))
    assert places(scan) == [
        ("note", 3, "card_number", "378282…0005", 1),
        ("note", 2, "card_number", "411111…1111", 2),
        ("note", 2, "security_code", "", 1),
    ]
    assert PAN not in repr(scan)
    assert not leaks_in_text(repr(scan))


def test_a_finding_in_json_and_in_lines_names_the_field_or_the_line() -> None:
    document = json.dumps({"notes": {"remark": PAN}, "names": ["x", f"a {PAN}"]}).encode()
    assert places(scan_of("facts/a.json", document)) == [
        ("names", 0, "card_number", "411111…1111", 1),
        ("remark", 0, "card_number", "411111…1111", 1),
    ]
    assert places(scan_of("a.txt", f"x\n\n{PAN}\n".encode())) == [("", 3, "card_number", "411111…1111", 1)]
    assert places(*scan_logs({"gate": ["x", PAN]})) == [("", 0, "card_number", "411111…1111", 1)]


def test_a_value_in_the_name_of_an_object_and_of_a_column_is_named_as_such() -> None:
    scan = scan_of(f"tables/orders/{PAN}.txt", b"x")
    assert places(scan) == [("", 0, "card_number", "411111…1111", 1)]
    assert [finding.place for finding in scan.findings] == ["s3://bucket/tables/orders/################.txt"]
    columns = scan_of("a.parquet", parquet_bytes(pa.table({f"c {PAN}": [1]})))
    assert places(columns) == [("", 0, "card_number", "411111…1111", 1)]


def test_short_numbers_are_shown_by_their_last_four_digits() -> None:
    assert places(scan_of("a.txt", b"card 501853120001"))[0][3] in {"…0001", ""}


def test_findings_have_the_file_that_brought_them_and_a_place_counts_once() -> None:
    sha256 = "a" * 64
    rows = parquet_bytes(pa.table({"note": [PAN, PAN]}))
    scan = scan_of(f"increments/orders/{sha256}.parquet", rows, "curated")
    table = card_findings([scan, scan], {sha256: "orders/june.csv"})
    (row,) = table.to_dict("records")
    assert (row["zone"], row["subject"], row["column_name"], row["line"]) == ("curated", "orders", "note", 1)
    assert (row["masked_value"], row["findings"], row["source_file"]) == ("411111…1111", 2, "orders/june.csv")
    assert row["place"] == f"s3://bucket/increments/orders/{sha256}.parquet"


def test_the_name_of_the_file_that_brought_a_value_is_masked_too() -> None:
    scan = scan_of(f"increments/orders/{'a' * 64}.parquet", parquet_bytes(pa.table({"n": [PAN]})), "curated")
    (row,) = card_findings([scan], {"a" * 64: f"orders/{PAN}.csv"}).to_dict("records")
    assert row["source_file"] == "orders/################.csv"


def test_a_dismissed_value_is_silent_at_its_place_only() -> None:
    here, there = (
        scan_of(f"tables/{name}/1/a.parquet", parquet_bytes(pa.table({"note": [PAN, AMEX]})))
        for name in ("orders", "payments")
    )
    dismissed = {finding_id(finding) for finding in here.findings if finding.shown == "411111…1111"}
    left = without_dismissed([here, there], dismissed)
    assert [(scan.subject, len(scan.findings)) for scan in left] == [("orders", 1), ("payments", 2)]
    counts = pci_audit(left).set_index(["subject", "check_name"])["findings"]
    assert (counts["orders", "card_number"], counts["payments", "card_number"]) == (1, 2)
    assert sum(scan.cells for scan in left) == 4


def test_a_dismissed_column_is_silent_in_all_files_of_its_dataset_for_card_numbers_only() -> None:
    """Sixteen values of one column of two files needed sixteen decisions."""
    first, second = (
        scan_of(f"increments/orders/{name * 64}.parquet", parquet_bytes(pa.table(columns)), "curated")
        for name, columns in (
            ("a", {"reference": [PAN, AMEX], "note": [PAN, "-"]}),
            ("b", {"reference": [PAN, "SSN 536-90-4399"]}),
        )
    )
    other = scan_of("increments/refunds/a.parquet", parquet_bytes(pa.table({"reference": [PAN]})), "curated")
    table = card_findings([first, second, other], {})
    numbers = table[(table["column_name"] == "reference") & (table["check_name"] == "card_number")]
    of_orders = set(numbers[numbers["subject"] == "orders"]["column_id"])
    assert len(of_orders) == 1
    left = [
        (scan.subject, finding.column, finding.check)
        for scan in without_dismissed([first, second, other], of_orders)
        for finding in scan.findings
    ]
    assert ("orders", "note", "card_number") in left
    assert ("refunds", "reference", "card_number") in left
    assert ("orders", "reference", "card_number") not in left
    assert ("orders", "reference", "social_security_number") in left


def test_an_id_looks_like_no_card_number() -> None:
    findings = [AuditFinding("prod", f"s3://b/{number}", "", "card_number", 1) for number in range(200)]
    ids = {finding_id(finding) for finding in findings}
    assert len(ids) == len(findings)
    assert not any(set(name) & set("0123456789") for name in ids)
