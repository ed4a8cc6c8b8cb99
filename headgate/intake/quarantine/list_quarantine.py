"""The contents of quarantine: counts by file and rule, rows, and files of which a replay may accept more."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from headgate.contracts.new_column_policy import RULE
from headgate.contracts.rules_fingerprint import gate_fingerprint
from headgate.lake.ports import FileRecord, ObjectRef, ObjectStore
from headgate.lake.states import CHECKED, DUPLICATE_RULES, NOT_ACCEPTED, WITHOUT_ROWS, FileState
from headgate.lake.versions import History
from headgate.values.cells import bool_array
from headgate.values.parquet_tables import table_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pyarrow as pa

    from headgate.contracts.model import Contract

_WAITING = NOT_ACCEPTED | {FileState.FAILED}
_Group = tuple[str, str, str, str, str]


@dataclass(frozen=True)
class QuarantineCount:
    """The number of rows of a dataset or a file that one rule quarantined.

    Attributes:
        files_rejected: files that were rejected, or need a mapping.
        corrected_by: id of a later version of the same object that was accepted and settles the file; empty
            for a dataset.
    """

    dataset: str
    rule: str
    files: int
    files_rejected: int
    rows: int
    file_id: str = ""
    key: str = ""
    corrected_by: str = ""


def count_quarantined(
    records: Iterable[FileRecord],
    corrected: Mapping[str, Mapping[str, int]],
    *,
    by_file: bool = False,
    closed: bool = False,
) -> list[QuarantineCount]:
    """Count open quarantined rows and rejected files by dataset and rule, most rows first.

    Args:
        corrected: file id → rule → number of rows that a correction has replaced
            (`CorrectionOutcomes.replaced_rows`).
        by_file: count by file as well.
        closed: also count files that a corrected version has settled, and rows that a correction has
            replaced.
    """
    all_records = list(records)
    past = History.of(all_records)
    listed_records = [record for record in all_records if closed or not past.is_settled(record)]
    rows: Counter[_Group] = Counter()
    files: Counter[_Group] = Counter()
    refused: Counter[_Group] = Counter()
    for record in listed_records:
        file = (record.file_id, record.key, past.settling_file(record)) if by_file else ("", "", "")
        for rule, count in open_rows(record, {} if closed else corrected).items():
            group = (record.dataset, rule, *file)
            rows[group] += count
            files[group] += 1
        if record.state in NOT_ACCEPTED and (closed or not _is_dismissed(record, corrected)):
            group = (record.dataset, record.error.get("rule", ""), *file)
            files[group] += 1
            refused[group] += 1
    listed = [
        QuarantineCount(group[0], group[1], files[group], refused[group], rows[group], *group[2:])
        for group in files
    ]
    return sorted(
        listed, key=lambda line: (-line.rows, -line.files, line.dataset, line.rule, line.key, line.file_id)
    )


def open_rows(record: FileRecord, corrected: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    """Return rule → number of quarantined rows of a file that no correction has replaced."""
    replaced = corrected.get(record.file_id, {})
    return {
        rule: count - replaced.get(rule, 0)
        for rule, count in record.reasons.items()
        if count > replaced.get(rule, 0)
    }


def waiting_files(
    records: Iterable[FileRecord], corrected: Mapping[str, Mapping[str, int]]
) -> list[tuple[FileRecord, int]]:
    """Return the files that are pending for a person, newest first, with their numbers of open refused rows.

    These are files that failed, were not accepted, or have refused rows, and that no later version settles.

    Args:
        corrected: as for `count_quarantined`.
    """
    all_records = list(records)
    past = History.of(all_records)
    waiting = []
    for record in sorted(all_records, key=lambda each: (each.received_at, each.file_id), reverse=True):
        replaced = sum(
            count
            for rule, count in corrected.get(record.file_id, {}).items()
            if rule not in DUPLICATE_RULES  # duplicates are not refused rows
        )
        rows = max(0, record.quarantined - replaced) if record.state is FileState.DONE else 0
        is_waiting = record.state in _WAITING and not _is_dismissed(record, corrected)
        if (rows or is_waiting) and not past.is_settled(record):
            waiting.append((record, rows))
    return waiting


def _is_dismissed(record: FileRecord, corrected: Mapping[str, Mapping[str, int]]) -> bool:
    """Return whether a person dismissed a file that was not accepted, by the rule of its error."""
    return record.state in NOT_ACCEPTED and record.error.get("rule", "") in corrected.get(record.file_id, {})


def quarantined_rows(objects: ObjectStore, bucket: str, record: FileRecord, *, rule: str = "") -> pa.Table:
    """Return the file's quarantined rows, sensitive values masked, in the file's order.

    Args:
        rule: return only rows that broke this rule, alone or with others.
    """
    rows = table_of(objects.read(ObjectRef(bucket, record.quarantine_key)))
    if not rule:
        return rows
    broken = [
        {code.partition(":")[0] for code in json.loads(codes)}
        for codes in rows.column("all_rules").to_pylist()
    ]
    return rows.filter(bool_array(np.array([rule in rules for rules in broken], dtype=bool)))


def records_named(records: Iterable[FileRecord], name: str) -> list[FileRecord]:
    """Return the records with this file id or key in raw, newest first."""
    matching = [record for record in records if name in {record.file_id, record.key}]
    return sorted(matching, key=lambda record: (record.received_at, record.version_id), reverse=True)


def find_current(records: Iterable[FileRecord], name: str) -> FileRecord | None:
    """Return the record with the rows of this file id or key; None if there is no such record.

    A skipped copy has no rows. The file of the key that owns the content has them, or else the newest that
    was not skipped.
    """
    matching = records_named(records, name)
    if not matching or name == matching[0].file_id or not matching[0].duplicate_of:
        return matching[0] if matching else None
    owner = next((version for version in matching if version.file_id == matching[0].duplicate_of), None)
    return owner or next((version for version in matching if not version.duplicate_of), matching[0])


def count_skipped_copies(records: Iterable[FileRecord], record: FileRecord) -> int:
    """Return the number of later copies of the file that were skipped under its key."""
    return sum(copy.duplicate_of == record.file_id and copy.key == record.key for copy in records)


def replayable(
    records: Iterable[FileRecord],
    contracts: Mapping[str, Contract],
    *,
    dataset: str = "",
    rule: str = "",
    again: bool = False,
    pending: bool = False,
) -> list[FileRecord]:
    """Return the files of which a replay may accept more, by key.

    Not all rows of these files were accepted, and their contract has changed since.

    Args:
        again: include files that the current contract has checked already, or that a corrected version has
            settled.
        pending: return only files without accepted rows: rejected, or pending for a mapping.
    """
    return sorted(
        (
            record
            for record in records
            if record.state in CHECKED | {FileState.REPLAYING}
            and (not pending or record.state in WITHOUT_ROWS)
            and dataset in ("", record.dataset)
            and broke(record, rule)
            and (
                again
                or record.state is FileState.REPLAYING
                or (not record.closed_by and _is_checked_by_another(record, contracts))
            )
        ),
        key=lambda record: (record.dataset, record.key, record.received_at, record.file_id),
    )


def broke(record: FileRecord, rule: str) -> bool:
    """Return whether the file or one of its rows broke the rule; without a rule, any rule.

    A file whose replay died counts as broken, because rows may have moved.
    """
    rules = {*record.reasons}
    rules |= {record.error["rule"]} if "rule" in record.error else set()
    rules |= {RULE} if record.new_columns else set()
    return rule in rules or (not rule and (bool(rules) or record.state is FileState.REPLAYING))


def _is_checked_by_another(record: FileRecord, contracts: Mapping[str, Contract]) -> bool:
    contract = contracts.get(record.dataset)
    if contract is None:
        return False
    # Records of earlier versions have no fingerprint.
    has_other_rules = record.contract_rules not in {"", gate_fingerprint(contract)}
    return has_other_rules or record.contract != f"{contract.id}@{contract.version}"
