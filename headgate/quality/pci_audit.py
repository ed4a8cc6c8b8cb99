"""The table `pci_audit`: the findings of the leak scanner in every zone of the lake."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa

from headgate.errors import NotFoundError
from headgate.lake import keys
from headgate.quality.leaks import (
    CHECKS,
    SOCIAL_SECURITY_NUMBER,
    leaks_by_row,
    leaks_in_rows,
    leaks_in_texts,
    masked_leaks,
    without_leaks,
)
from headgate.values.parquet_tables import table_of

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

    from headgate.lake.ports import FileRecord, ObjectRef, ObjectStore
    from headgate.quality.declared_columns import Declared, Fewest
    from headgate.snapshots.snapshot import LakeSnapshot

# A number below 10^11 with a fraction, as Athena writes it: the digits of 3 % of doubles look like a card
# number. A card number as a float has more digits before the point, or a larger exponent.
_FRACTION = re.compile(r"^-?\d{0,11}\.\d+(?:[eE](?:-\d{1,3}|[+]?\d))?$")


# Integers of up to 16 digits, computed by a hash.
_IDS_OF_ICEBERG = frozenset(("snapshot-id", "current-snapshot-id", "parent-snapshot-id"))
MAX_VALUES = 10  # masked values of a column or field of an object; others are one finding
_RECORD = "record"  # column of quarantine: the source row as JSON
_NOTHING_DECLARED: Declared = {}
_NO_DECLARATIONS: Mapping[str, str] = {}
_ZONES_OF_TABLES = {"curated", "quarantine", "prod"}  # in others, declared columns are searched too


@dataclass(frozen=True)
class Zone:
    """Objects to scan, below prefixes of a bucket; `part` distinguishes zones with equal name and bucket."""

    name: str
    bucket: str
    prefixes: tuple[str, ...]
    part: str = ""


@dataclass(frozen=True)
class AuditFinding:
    """A place with a forbidden value: the object, its column or field, and how many times it is there.

    Attributes:
        place: the address of the object, or the log.
        line: the first row or line with the value, from 1 on; 0 if rows have no order.
        shown: the masked value; empty for values without a masked form, and for the rest of many values.
    """

    zone: str
    place: str
    column: str
    check: str
    count: int
    line: int = 0
    shown: str = ""


_Located = tuple[str, int, Counter[tuple[str, str]]]  # column, line, number of leaks by kind and masked value


@dataclass(frozen=True)
class AuditScan:
    """The number of scanned objects and cells of a dataset or table in a zone, and the findings."""

    zone: str
    subject: str
    objects: int
    cells: int
    findings: tuple[AuditFinding, ...] = field(default=())


def snapshot_zone(curated_bucket: str, lake: LakeSnapshot) -> Zone:
    """Return the zone of the current snapshots and derived tables, which only a full audit reads."""
    locations = (snapshot.location for snapshot in lake.datasets.values())
    return Zone(
        "curated",
        curated_bucket,
        (f"{keys.SNAPSHOTS}/missing_parents/", f"{keys.SNAPSHOTS}/file_records/", *locations),
        part="snapshots",
    )


def increments_zone(curated_bucket: str) -> Zone:
    """Return the zone of the accepted rows of all files."""
    return Zone("curated", curated_bucket, (f"{keys.INCREMENTS}/",))


def growing_zones(curated_bucket: str, quarantine_bucket: str, prod_buckets: Iterable[str]) -> list[Zone]:
    """Return the zones of every audit, without snapshots, whose rows are all in increments."""
    return [
        increments_zone(curated_bucket),
        Zone("quarantine", quarantine_bucket, ("",)),
        *(Zone("prod", bucket, ("",)) for bucket in prod_buckets),
    ]


def derived_zones(artifacts_bucket: str, results_bucket: str) -> list[Zone]:
    """Return the zones of data derived from files: profiles and query results."""
    return [
        Zone("profiles", artifacts_bucket, (f"{keys.PROFILES}/",)),
        Zone("results", results_bucket, ("",)),
    ]


def scan_records(records: Iterable[FileRecord]) -> AuditScan:
    """Scan file records, of counts by column only the names: 350 after `card_cvv` would look like a code."""
    return _scan_texts(
        "ledger", "files", (json.dumps(_without_counts(record), default=str) for record in records)
    )


def _without_counts(record: FileRecord) -> dict[str, Any]:
    counts = ("masked", "new_columns", "warned")
    return {**asdict(record), **{name: list(getattr(record, name)) for name in counts}}


def scan_logs(lines: Mapping[str, Iterable[str]]) -> list[AuditScan]:
    """Scan the lines of each log."""
    return [_scan_texts("logs", name, texts) for name, texts in lines.items()]


def findings(scans: Iterable[AuditScan]) -> list[AuditFinding]:
    """Return all findings, by descending count."""
    return sorted(
        (finding for scan in scans for finding in scan.findings),
        key=lambda finding: (-finding.count, finding.place),
    )


def pci_audit(scans: Iterable[AuditScan], declarations: Mapping[str, str] = _NO_DECLARATIONS) -> pd.DataFrame:
    """Return the table `pci_audit`: one row per zone, subject and check.

    Args:
        declarations: by dataset or table, a description of its columns that are not searched for card data,
            with the author and the reason.
    """
    rows = [
        (
            *row,
            declarations.get(subject)
            if zone in _ZONES_OF_TABLES and row[2] != SOCIAL_SECURITY_NUMBER
            else None,
        )
        for (zone, subject), group in _by_subject(scans).items()
        for row in _rows(zone, subject, group)
    ]
    columns = ["zone", "subject", "check_name", "objects_scanned", "cells_scanned", "findings", "passed"]
    return pd.DataFrame(rows, columns=[*columns, "declared"])


def _by_subject(scans: Iterable[AuditScan]) -> dict[tuple[str, str], list[AuditScan]]:
    grouped: dict[tuple[str, str], list[AuditScan]] = {}
    for scan in sorted(scans, key=lambda scan: (scan.zone, scan.subject)):
        grouped.setdefault((scan.zone, scan.subject), []).append(scan)
    return grouped


def _rows(
    zone: str, subject: str, scans: Sequence[AuditScan]
) -> Iterator[tuple[str, str, str, int, int, int, bool]]:
    scanned = sum(scan.objects for scan in scans), sum(scan.cells for scan in scans)
    counts: Counter[str] = Counter()
    for finding in findings(scans):
        counts[finding.check] += finding.count
    for check in CHECKS:
        yield zone, subject, check, *scanned, counts[check], not counts[check]


def scan_object(
    objects: ObjectStore, zone: Zone, ref: ObjectRef, declared: Declared = _NOTHING_DECLARED
) -> AuditScan:
    """Scan an object: the cells of Parquet and CSV, the values of JSON, the lines of other files."""
    try:
        body = objects.read(ref)
    except NotFoundError:
        # The version was deleted after it was listed.
        return AuditScan(zone.name, _subject(ref.key), 0, 0)
    fewest = declared.get(_subject(ref.key), {})
    cells, leaks = _leaks_in(ref.key, body, fewest)
    place = f"s3://{zone.bucket}/{without_leaks(ref.key)}"
    # A key may have a leak too.
    located: list[_Located] = [("", 0, masked_leaks(keys.without_hashes(ref.key)))]
    if leaks:
        located += _located(ref.key, body, fewest)
    return AuditScan(zone.name, _subject(ref.key), 1, cells, _findings(zone.name, place, located, leaks))


def _findings(
    zone: str, place: str, located: Iterable[_Located], leaks: Mapping[tuple[str, str], int]
) -> tuple[AuditFinding, ...]:
    """Return a finding for each column and masked value of a place.

    Args:
        leaks: the number by (column, kind). Leaks that `located` lacks are a finding without a column.
    """
    counts, lines = Counter[tuple[str, str, str]](), dict[tuple[str, str, str], int]()
    shown_in: dict[tuple[str, str], set[str]] = {}
    for column, line, of_cell in located:
        for (kind, shown), count in of_cell.items():
            values = shown_in.setdefault((column, kind), set())
            value = shown if shown in values or len(values) < MAX_VALUES else ""
            values.add(value)
            counts[column, kind, value] += count
            lines.setdefault((column, kind, value), line)
    not_located = Counter[str]()
    for (_, kind), count in leaks.items():
        not_located[kind] += count
    for (_, kind, _), count in counts.items():
        not_located[kind] -= count
    for kind, count in (+not_located).items():
        counts["", kind, ""] += count
    return tuple(
        AuditFinding(zone, place, column, kind, count, lines.get((column, kind, value), 0), value)
        for (column, kind, value), count in sorted(counts.items())
    )


def _located(key: str, body: bytes, fewest: Fewest) -> Iterator[_Located]:
    """Yield the leaks of an object with their columns or fields, and their rows or lines."""
    rows = _table_in(key, body, fewest)
    if rows is not None:
        yield from leaks_by_row(rows, fewest)
        return
    text = body.decode("utf-8", errors="replace")
    values = _values_of(key, text)
    for line, value in enumerate(text.splitlines() if values is None else values, 1):
        if leaks := masked_leaks(value):
            field, separator, _ = value.partition(": ") if values is not None else ("", "", "")
            yield without_leaks(field) if separator else "", 0 if values is not None else line, leaks


def _leaks_in(key: str, body: bytes, fewest: Fewest) -> tuple[int, Counter[tuple[str, str]]]:
    """Return the number of cells, and the number of leaks by (column, kind)."""
    rows = _table_in(key, body, fewest)
    if rows is not None:
        return leaks_in_rows(rows, fewest)
    text = body.decode("utf-8", errors="replace")
    values = _values_of(key, text)
    cells, by_kind = leaks_in_texts(text.splitlines() if values is None else values)
    return cells, Counter({("", kind): count for kind, count in by_kind.items()})


def _table_in(key: str, body: bytes, fewest: Fewest) -> pa.Table | None:
    """Return the rows of Parquet or of a CSV query result; None if the object is no table."""
    if key.endswith(".parquet"):
        rows = table_of(body)
        return _with_records_opened(rows, fewest) if fewest and _RECORD in rows.column_names else rows
    return _rows_of(body.decode("utf-8", errors="replace")) or None if key.endswith(".csv") else None


def _with_records_opened(rows: pa.Table, fewest: Fewest) -> pa.Table:
    """Return quarantined rows with declared columns moved from `record` and `masked_value` to own columns."""
    records = [json.loads(text) if text else {} for text in rows[_RECORD].to_pylist()]
    of_column, values = rows["column_name"].to_pylist(), rows["masked_value"].to_pylist()
    opened: dict[str, list[object]] = {
        name: [record.pop(name, None) for record in records] for name in fewest
    }
    broken: dict[str, list[object]] = {
        name: [value if column == name else None for column, value in zip(of_column, values, strict=True)]
        for name in fewest
    }
    left: dict[str, list[object]] = {
        _RECORD: [json.dumps(record) for record in records],
        "masked_value": [
            None if column in fewest else value for column, value in zip(of_column, values, strict=True)
        ],
    }
    kept = rows.drop_columns([*left])
    columns = [*left.items(), *opened.items(), *broken.items()]
    texts = [
        pa.array([None if value is None else str(value) for value in column], pa.string())
        for _, column in columns
    ]
    return pa.table([*kept.columns, *texts], [*kept.column_names, *(name for name, _ in columns)])


def _rows_of(text: str) -> pa.Table | None:
    """Return the rows of a CSV query result; None if it is not a table.

    In lines, adjacent cells would look like one number. Results have no types, so fractions are recognised by
    their form.
    """
    try:
        header, *rows = csv.reader(io.StringIO(text, newline=""))
        columns = [
            pa.array([_FRACTION.sub("", cell) for cell in column], pa.string())
            for column in zip(*rows, strict=True)
        ]
        return pa.Table.from_arrays(columns, names=header)
    except (csv.Error, ValueError):
        return None


def _values_of(key: str, text: str) -> list[str] | None:
    """Return names and values of a JSON document as texts; None if the object is none."""
    if not key.endswith(".json"):
        return None
    ids = _IDS_OF_ICEBERG if key.startswith(keys.ICEBERG) else frozenset[str]()
    try:
        values = list(_values(json.loads(text), ids))
    except ValueError:
        return None
    return [*map(keys.without_hashes, values)] if keys.is_written_by_systems(key) else values


def _values(value: object, ids: Container[str], name: str = "") -> Iterator[str]:
    """Yield the names and values of a JSON document separately, so that list items are not one number.

    Args:
        ids: names of numbers that are no card numbers.
    """
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from _values(inner, ids, key)
    elif isinstance(value, list):
        for inner in value:
            yield from _values(inner, ids, name)
    elif isinstance(value, str):
        yield f"{name}: {value}"
    elif name not in ids and (isinstance(value, int) or (isinstance(value, float) and value.is_integer())):
        yield str(int(value))


def _subject(key: str) -> str:
    """Return an object's dataset or table: the second folder of its key in all zones except raw."""
    folders = key.split("/")[:-1]
    return without_leaks(folders[1]) if len(folders) > 1 else "other"


def _scan_texts(zone: str, subject: str, texts: Iterable[str]) -> AuditScan:
    count, located = 0, list[_Located]()
    for text in texts:
        count += 1
        if leaks := masked_leaks(text):
            located.append(("", 0, leaks))
    return AuditScan(zone, subject, count, count, _findings(zone, subject, located, {}))
