"""The card-data audit and its ledger, which records scans by object, content and scanner version.

So each object is read once; a full audit reads all objects again. Entries have hashes of addresses, counts
and redacted places, never values.
"""

import hashlib
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, astuple, dataclass, field
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from itertools import islice
from typing import TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from headgate.errors import AuditError, NotFoundError
from headgate.lake.ports import FileRecord, ObjectInfo, ObjectRef, ObjectStore
from headgate.quality.declared_columns import Declared
from headgate.quality.pci_audit import AuditFinding, AuditScan, Zone, scan_logs, scan_object, scan_records
from headgate.values.parquet_tables import table_of

T = TypeVar("T")

AUDITS = "audits"
_PARALLEL_SCANS = 4
_MAX_LISTED = 20  # findings in one alert
_OBJECTS_PER_SAVE = 500  # a stopped audit repeats at most this many objects
_RECORDS_PER_BATCH = 1000
_SCANNER = ("card_scan.py", "declared_columns.py", "leaks.py", "pci_audit.py")
# CloudWatch may list an event several minutes after its time.
_LOG_OVERLAP = timedelta(minutes=10)
_SCHEMA = pa.schema(
    {
        "address": pa.string(),
        "content": pa.string(),
        "scanner": pa.string(),
        "audited_at": pa.timestamp("us"),
        "subject": pa.string(),
        "cells": pa.int64(),
        "findings": pa.string(),
    }
)


@cache
def scanner_version(declared: str = "") -> str:
    """Return a hash of the scanner's source and of the declarations of contracts."""
    folder = files("headgate.quality")
    return _hash("".join(folder.joinpath(name).read_text("utf-8") for name in _SCANNER) + declared)[:16]


@dataclass(frozen=True)
class Audited:
    """The scan of one object, log or file record.

    Attributes:
        content: the version of the object: its ETag.
        scanner: the version of the scanner.
        audited_at: naive UTC.
    """

    content: str
    scanner: str
    audited_at: datetime
    scan: AuditScan


Entries = dict[str, Audited]
"""By the hash of the object's address, because a key may contain a card number."""


@dataclass(frozen=True)
class AuditLedger:
    """The scans of earlier audits, one Parquet object per zone and bucket."""

    objects: ObjectStore
    bucket: str

    def load(self, zone: str, part: str) -> Entries:
        """Return the entries of a part of a zone; none before its first audit."""
        try:
            rows = table_of(self.objects.read(self._ref(zone, part))).to_pylist()
        except NotFoundError:
            return {}
        return {row["address"]: _entry(zone, row) for row in rows}

    def save(self, zone: str, part: str, entries: Mapping[str, Audited]) -> None:
        """Replace the entries of a part of a zone."""
        rows = [_row(address, entries[address]) for address in sorted(entries)]
        out = io.BytesIO()
        pq.write_table(pa.Table.from_pylist(rows, _SCHEMA), out, compression="zstd")
        self.objects.write(self._ref(zone, part), out.getvalue())

    def _ref(self, zone: str, part: str) -> ObjectRef:
        return ObjectRef(self.bucket, f"{AUDITS}/{zone}/{part}.parquet")


@dataclass(frozen=True)
class CardAudit:
    """The audit of new objects, with the ledger's scans of the others.

    Attributes:
        alert: called with findings that earlier audits of the same content did not have.
        declared: the contracts' declarations of columns; with the scanner's version they decide which objects
            with findings are audited again.
        since: scans before this time are repeated; None in a usual run.
        outdated_per_run: the number of objects per zone and bucket, scanned by another version of the
            scanner, that a usual run scans again.
    """

    objects: ObjectStore
    ledger: AuditLedger
    clock: Callable[[], datetime]
    alert: Callable[[Sequence[AuditFinding]], None]
    scanner: str = field(default_factory=scanner_version)
    since: datetime | None = None
    outdated_per_run: int = 200
    declared: Declared = field(default_factory=dict)

    def audit_objects(self, zones: Iterable[Zone]) -> list[AuditScan]:
        """Return a scan of every object of the zones; only new objects are read."""
        return [scan for zone in zones for scan in self._audit_zone(zone)]

    def audit_records(self, records: Iterable[FileRecord]) -> list[AuditScan]:
        """Return a scan of every file record; only changed records are scanned."""
        previous, entries = self.ledger.load("ledger", "files"), Entries()
        new: dict[str, tuple[str, FileRecord]] = {}
        for record in records:
            address = _hash(record.file_id)
            content = _hash(json.dumps(asdict(record), sort_keys=True, default=str))
            entry = previous.get(address)
            if entry and entry.content == content and not self._is_due(entry):
                entries[address] = entry
            else:
                new[address] = (content, record)
        for batch in _batches(new.items(), _RECORDS_PER_BATCH):
            entries |= self._scanned_records(dict(batch))
        self._store_entries("ledger", "files", previous, entries)
        return [entry.scan for entry in entries.values()]

    def audit_logs(
        self, lines: Mapping[str, Callable[[datetime], Iterable[str]]], oldest: datetime
    ) -> list[AuditScan]:
        """Return the scans of every log; only lines since the last audit are read.

        Args:
            lines: by log, a function that reads its lines from a time on.
            oldest: scans before this time are deleted, as the logs are.
        """
        previous = self.ledger.load("logs", "groups")
        entries = {
            address: entry
            for address, entry in previous.items()
            if entry.audited_at >= oldest and entry.scan.subject in lines
        }
        if self.since:
            entries = {}
        for group, read in lines.items():
            audited = [entry.audited_at for entry in entries.values() if entry.scan.subject == group]
            now, start = self.clock(), max(audited, default=oldest + _LOG_OVERLAP) - _LOG_OVERLAP
            (scan,) = scan_logs({group: read(start)})
            entries[_hash(f"{group}\0{now.isoformat()}")] = Audited(
                start.isoformat(), self.scanner, now, scan
            )
        self._store_entries("logs", "groups", previous, entries)
        return [entry.scan for entry in entries.values()]

    def _audit_zone(self, zone: Zone) -> list[AuditScan]:
        part = zone.part or zone.bucket
        previous = self.ledger.load(zone.name, part)
        listed = {
            object_address(info): info
            for prefix in zone.prefixes
            for info in self.objects.list(zone.bucket, prefix)
        }
        entries = {address: entry for address, entry in previous.items() if address in listed}
        due = [
            (address, info) for address, info in listed.items() if self._is_new(entries.get(address), info)
        ]
        outdated = (
            (address, listed[address])
            for address, entry in entries.items()
            if entry.scanner != self.scanner and not self._is_new(entry, listed[address])
        )
        due += islice(outdated, self.outdated_per_run)
        for batch in _batches(due, _OBJECTS_PER_SAVE):
            refs = [info.ref for _, info in batch]
            with ThreadPoolExecutor(_PARALLEL_SCANS) as pool:
                scans = list(pool.map(lambda ref: scan_object(self.objects, zone, ref, self.declared), refs))
            scanned = {
                address: self._entry(object_content(info), scan)
                for (address, info), scan in zip(batch, scans, strict=True)
            }
            entries = entries | scanned
            previous = self._store_entries(zone.name, part, previous, previous | scanned)
        self._store_entries(zone.name, part, previous, entries)
        return [entry.scan for entry in entries.values()]

    def _is_new(self, entry: Audited | None, info: ObjectInfo) -> bool:
        if entry is None or entry.content != object_content(info) or self._is_due(entry):
            return True
        return bool(entry.scan.findings) and entry.scanner != self.scanner

    def _is_due(self, entry: Audited) -> bool:
        return self.since is not None and entry.audited_at < self.since

    def _entry(self, content: str, scan: AuditScan) -> Audited:
        return Audited(content, self.scanner, self.clock(), scan)

    def _scanned_records(self, batch: Mapping[str, tuple[str, FileRecord]]) -> Entries:
        """Scan a batch of records, and each record on its own if the batch has findings."""
        if not scan_records(record for _, record in batch.values()).findings:
            return {
                address: self._entry(content, AuditScan("ledger", "files", 1, 1))
                for address, (content, _) in batch.items()
            }
        return {
            address: self._entry(content, scan_records([record]))
            for address, (content, record) in batch.items()
        }

    def _store_entries(self, zone: str, part: str, previous: Entries, entries: Entries) -> Entries:
        """Alert, then save, so that the next audit alerts again if the alert fails."""
        if new := [
            finding
            for address, entry in entries.items()
            for finding in _new_findings(previous.get(address), entry)
        ]:
            self.alert(new)
        if entries != previous:
            self.ledger.save(zone, part, entries)
        return entries


def _new_findings(previous: Audited | None, entry: Audited) -> list[AuditFinding]:
    if previous is None or previous.content != entry.content:
        return list(entry.scan.findings)
    return [finding for finding in entry.scan.findings if finding not in previous.scan.findings]


def alert_text(findings: Sequence[AuditFinding]) -> str:
    """Return the text of an alert, without values."""
    lines = [f"- {describe_finding(finding)}" for finding in findings[:_MAX_LISTED]]
    if len(findings) > _MAX_LISTED:
        lines.append(f"- and {len(findings) - _MAX_LISTED} more; the table pci_audit counts them all")
    advice = (
        "Tables built from a dataset with a finding keep their last version. See docs/operate/runbook.md for "
        "the remedy."
    )
    return "\n".join(["The card-data audit found data that must not be stored:", *lines, "", advice])


def require_no_leaks(dataset: str, scans: Iterable[AuditScan]) -> None:
    """Raise an AuditError if a scan of the dataset's or table's objects has findings; it has no values."""
    leaks = [finding for scan in scans if scan.subject == dataset for finding in scan.findings]
    if leaks:
        more = f" and {len(leaks) - 1} more" if len(leaks) > 1 else ""
        raise AuditError(
            f"{dataset}: the card-data audit found {describe_finding(leaks[0])}{more}, so the table "
            "keeps its last version. Undo the file with these rows, correct them or leave the column out, "
            "and send it again; or mask the column in the contract (docs/operate/runbook.md)."
        )


def describe_finding(finding: AuditFinding) -> str:
    """Return a description of a finding, with its masked value."""
    value = f" {finding.shown}" if finding.shown else ""
    column = f", column {finding.column}" if finding.column else ""
    line = f", line {finding.line}" if finding.line else ""
    return f"{finding.check}{value} ({finding.count}) in {finding.place}{column}{line}"


def _row(address: str, entry: Audited) -> dict[str, object]:
    rows = [astuple(finding)[1:] for finding in entry.scan.findings]  # the zone is that of the object
    return {
        "address": address,
        "content": entry.content,
        "scanner": entry.scanner,
        "audited_at": entry.audited_at,
        "subject": entry.scan.subject,
        "cells": entry.scan.cells,
        "findings": json.dumps(rows) if rows else "",
    }


def _entry(zone: str, row: Mapping[str, object]) -> Audited:
    findings = tuple(AuditFinding(zone, *fields) for fields in json.loads(str(row["findings"] or "[]")))
    scan = AuditScan(zone, str(row["subject"]), 1, int(str(row["cells"])), findings)
    at = row["audited_at"]
    audited_at = at if isinstance(at, datetime) else datetime.fromisoformat(str(at))
    return Audited(str(row["content"]), str(row["scanner"]), audited_at, scan)


def object_address(info: ObjectInfo) -> str:
    """Return the hash of an object's address."""
    return _hash(f"{info.ref.bucket}/{info.ref.key}")


def object_content(info: ObjectInfo) -> str:
    """Return the identity of an object's version."""
    return info.etag or f"{info.size_bytes}@{info.modified_at.isoformat()}"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch
