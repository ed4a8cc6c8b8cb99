"""The card-data audit reads each object once: the ledger keeps what was audited, by object, content and
scanner version.

A full audit reads everything again. Entries hold hashes of addresses, counts and redacted places, never a
value.
"""

from __future__ import annotations

import hashlib
import io
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from headgate.errors import AuditError, NotFoundError
from headgate.lake.ports import ObjectRef
from headgate.quality.pci_audit import AuditFinding, AuditScan, scan_logs, scan_object, scan_records
from headgate.values.parquet_tables import table_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from headgate.lake.ports import FileRecord, ObjectInfo, ObjectStore
    from headgate.quality.declared_columns import Declared
    from headgate.quality.pci_audit import Zone

T = TypeVar("T")

AUDITS = "audits"
_AT_ONCE = 4
_NAMED = 20  # findings in one alert
_SAVED_EVERY = 500  # objects; a stopped audit repeats at most so many
_RECORDS_AT_ONCE = 1000
_SCANNER = ("card_scan.py", "declared_columns.py", "leaks.py", "pci_audit.py")
# CloudWatch may list an event some minutes after its time.
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
    """Return a hash of the scanner's source and of what contracts declare."""
    folder = files("headgate.quality")
    return _hash("".join(folder.joinpath(name).read_text("utf-8") for name in _SCANNER) + declared)[:16]


@dataclass(frozen=True)
class Audited:
    """One object as it was audited.

    Attributes:
        content: what the store calls this version of the object: its ETag.
        scanner: version of the scanner.
        audited_at: naive UTC.
    """

    content: str
    scanner: str
    audited_at: datetime
    scan: AuditScan


Entries = dict[str, Audited]
"""By the hash of the object's address: a key may hold a card number."""


@dataclass(frozen=True)
class AuditLedger:
    """The scans of earlier audits, one Parquet object per zone and bucket."""

    objects: ObjectStore
    bucket: str

    def load(self, zone: str, part: str) -> Entries:
        """Return the entries of a part of a zone; none if it was never audited."""
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
    """Audits what is new and returns what the ledger knows of everything.

    Attributes:
        alert: called with findings that no earlier audit of the same content had.
        declared: what contracts say about columns; when that changes, objects with findings are audited again
            at once.
        since: audit again what was last audited before then; None for a usual run.
        outdated_per_run: how many objects per zone and bucket that another version of the scanner audited are
            audited again in a usual run.
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
        """Return a scan of every object of the zones; only what is new is read."""
        return [scan for zone in zones for scan in self._audit_zone(zone)]

    def audit_records(self, records: Iterable[FileRecord]) -> list[AuditScan]:
        """Return a scan of every file record; only records that changed are scanned."""
        previous, entries = self.ledger.load("ledger", "files"), Entries()
        new: dict[str, tuple[str, FileRecord]] = {}
        for record in records:
            address, content = (
                _hash(record.file_id),
                _hash(json.dumps(asdict(record), sort_keys=True, default=str)),
            )
            if (
                address in previous
                and previous[address].content == content
                and not self._is_due(previous[address])
            ):
                entries[address] = previous[address]
            else:
                new[address] = (content, record)
        for batch in _batches(new.items(), _RECORDS_AT_ONCE):
            entries |= self._scanned_records(dict(batch))
        self._store_entries("ledger", "files", previous, entries)
        return [entry.scan for entry in entries.values()]

    def audit_logs(
        self, lines: Mapping[str, Callable[[datetime], Iterable[str]]], oldest: datetime
    ) -> list[AuditScan]:
        """Return a scan of every log; only lines since the last audit are read.

        Args:
            lines: by log, a function that reads its lines from a time on.
            oldest: findings of audits before then are forgotten, as the logs are.
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
        due += islice(
            (
                (address, listed[address])
                for address, entry in entries.items()
                if self._is_outdated(entry, listed[address])
            ),
            self.outdated_per_run,
        )
        for batch in _batches(due, _SAVED_EVERY):
            with ThreadPoolExecutor(_AT_ONCE) as pool:
                scans = list(
                    pool.map(lambda item: scan_object(self.objects, zone, item[1].ref, self.declared), batch)
                )
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

    def _is_outdated(self, entry: Audited, info: ObjectInfo) -> bool:
        return entry.scanner != self.scanner and not self._is_new(entry, info)

    def _entry(self, content: str, scan: AuditScan) -> Audited:
        return Audited(content, self.scanner, self.clock(), scan)

    def _scanned_records(self, batch: Mapping[str, tuple[str, FileRecord]]) -> Entries:
        """Scan many at once; one by one only if something is found."""
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
        """Alert, then save: if the alert fails, the next audit finds the same again."""
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
    """Return the text of an alert about findings, without their values."""
    lines = [f"- {describe_finding(finding)}" for finding in findings[:_NAMED]]
    further = (
        [f"- and {len(findings) - _NAMED} more; the table pci_audit counts them all"]
        if len(findings) > _NAMED
        else []
    )
    advice = (
        "Tables built from a dataset with a finding keep their last version. docs/operate/runbook.md "
        "says what to do."
    )
    return "\n".join(["The card-data audit found what must not be stored:", *lines, *further, "", advice])


def refuse_leaks(dataset: str, scans: Iterable[AuditScan]) -> None:
    """Raise if card data was found in a dataset's or table's objects.

    Raises:
        AuditError: names the places, columns and checks, never a value.
    """
    leaks = [finding for scan in scans if scan.subject == dataset for finding in scan.findings]
    if leaks:
        raise AuditError(
            f"{dataset}: the card-data audit found "
            f"{describe_finding(leaks[0])}{f' and {len(leaks) - 1} more' if len(leaks) > 1 else ''}, "
            "so the table keeps its last version. Remove or replay the file that brought it "
            "(docs/operate/runbook.md)."
        )


def describe_finding(finding: AuditFinding) -> str:
    """Return one finding in words, without its value."""
    column = f", column {finding.column}" if finding.column else ""
    return f"{finding.check} ({finding.count}) in {finding.place}{column}"


def _row(address: str, entry: Audited) -> dict[str, object]:
    rows = [[finding.place, finding.column, finding.check, finding.count] for finding in entry.scan.findings]
    own = {
        "address": address,
        "content": entry.content,
        "scanner": entry.scanner,
        "audited_at": entry.audited_at,
    }
    return {
        **own,
        "subject": entry.scan.subject,
        "cells": entry.scan.cells,
        "findings": json.dumps(rows) if rows else "",
    }


def _entry(zone: str, row: Mapping[str, object]) -> Audited:
    findings = tuple(AuditFinding(zone, *fields) for fields in json.loads(str(row["findings"] or "[]")))
    scan = AuditScan(zone, str(row["subject"]), 1, int(str(row["cells"])), findings)
    at = row["audited_at"]
    return Audited(
        str(row["content"]),
        str(row["scanner"]),
        at if isinstance(at, datetime) else datetime.fromisoformat(str(at)),
        scan,
    )


def object_address(info: ObjectInfo) -> str:
    """Return the hash of an object's address."""
    return _hash(f"{info.ref.bucket}/{info.ref.key}")


def object_content(info: ObjectInfo) -> str:
    """Return what identifies this version of an object."""
    return info.etag or f"{info.size_bytes}@{info.modified_at.isoformat()}"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch
