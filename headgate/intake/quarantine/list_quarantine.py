"""Contents of quarantine: counts by file and rule, the rows, and files that a replay may accept."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from headgate.contracts.new_column_policy import RULE
from headgate.contracts.rules_fingerprint import gate_fingerprint
from headgate.intake.quarantine.corrected_files import settling_versions
from headgate.lake.ports import FileRecord, ObjectRef
from headgate.lake.states import CHECKED, DUPLICATE_RULES, NOT_ACCEPTED, WITHOUT_ROWS, FileState
from headgate.values.cells import bool_array
from headgate.values.parquet_tables import table_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pyarrow as pa

    from headgate.contracts.model import Contract
    from headgate.lake.ports import ObjectStore

_WAITING = NOT_ACCEPTED | {FileState.FAILED}
_Place = tuple[str, str, str, str, str]


@dataclass(frozen=True)
class QuarantineCount:
    """One line of the list: what one rule quarantined of a dataset, or of one file.

    Attributes:
        files_rejected: files that were rejected, or need a mapping.
        corrected_by: of a file, the id of a later version of the same object that was accepted and settles
            it.
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
    """Count open quarantined rows and rejected files by dataset and rule, and by file where asked for.

    Most rows first.

    Args:
        corrected: by file id and rule, the rows that a correction has replaced
            (`CorrectionOutcomes.replaced_rows`).
        closed: also count what a corrected version has settled, and rows that a correction has replaced.
    """
    every = list(records)
    settled_by = settling_versions(every)
    open_ones = [record for record in every if closed or not _correction(record, settled_by)]
    rows: Counter[_Place] = Counter()
    files: Counter[_Place] = Counter()
    refused: Counter[_Place] = Counter()
    for record in open_ones:
        of_file = (record.file_id, record.key, _correction(record, settled_by)) if by_file else ("", "", "")
        for rule, count in open_rows(record, {} if closed else corrected).items():
            place = (record.dataset, rule, *of_file)
            rows[place] += count
            files[place] += 1
        if record.state in NOT_ACCEPTED:
            place = (record.dataset, record.error.get("rule", ""), *of_file)
            files[place] += 1
            refused[place] += 1
    listed = [
        QuarantineCount(place[0], place[1], files[place], refused[place], rows[place], *place[2:])
        for place in files
    ]
    return sorted(
        listed, key=lambda line: (-line.rows, -line.files, line.dataset, line.rule, line.key, line.file_id)
    )


def open_rows(record: FileRecord, corrected: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    """Return, by rule, the quarantined rows of a file that no correction has replaced."""
    replaced = corrected.get(record.file_id, {})
    return {
        rule: count - replaced.get(rule, 0)
        for rule, count in record.reasons.items()
        if count > replaced.get(rule, 0)
    }


def waiting_files(
    records: Iterable[FileRecord], corrected: Mapping[str, Mapping[str, int]]
) -> list[tuple[FileRecord, int]]:
    """Return the files that wait for a person, newest first, each with its open refused rows.

    These are files that no later version settles and that failed, are not accepted, or have refused rows.

    Args:
        corrected: as for `count_quarantined`.
    """
    every = list(records)
    settled_by = settling_versions(every)
    waiting = []
    for record in sorted(every, key=lambda each: (each.received_at, each.file_id), reverse=True):
        replaced = sum(
            count
            for rule, count in corrected.get(record.file_id, {}).items()
            if rule not in DUPLICATE_RULES  # duplicates are none of the refused rows
        )
        rows = max(0, record.quarantined - replaced) if record.state is FileState.DONE else 0
        if (rows or record.state in _WAITING) and not _correction(record, settled_by):
            waiting.append((record, rows))
    return waiting


def _correction(record: FileRecord, settled_by: Mapping[str, FileRecord]) -> str:
    """Return the file that settles the record: as recorded, or as the next merge will record."""
    return record.closed_by or (settled_by[record.file_id].file_id if record.file_id in settled_by else "")


def quarantined_rows(objects: ObjectStore, bucket: str, record: FileRecord, *, rule: str = "") -> pa.Table:
    """Return the file's quarantined rows, sensitive values masked, in the file's order.

    Args:
        rule: only rows that broke this rule, alone or beside others.
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
    """Return the record that has the rows of this file id or key; None where there is no record of the name.

    A copy that was skipped has no rows: the key's file that owns the content has them, else the newest that
    was not skipped.
    """
    matching = records_named(records, name)
    if not matching or name == matching[0].file_id or not matching[0].duplicate_of:
        return matching[0] if matching else None
    owner = next((version for version in matching if version.file_id == matching[0].duplicate_of), None)
    return owner or next((version for version in matching if not version.duplicate_of), matching[0])


def count_skipped_copies(records: Iterable[FileRecord], record: FileRecord) -> int:
    """Return how many later copies of the file were skipped under its key."""
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
    """Return the files of which a replay may accept more, by key: not all of each was accepted, and its
    contract has changed since.

    Args:
        again: also those that the current contract has checked already, or that a corrected version has
            settled.
        pending: only files of which no row was accepted: rejected, or pending for a mapping.
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
    """Return whether the record says that something of the file broke the rule.

    Of no rule, that anything was not accepted.
    """
    return rule in _rules(record)


def _rules(record: FileRecord) -> set[str]:
    """Return the rules by which something of the file was not accepted, and the empty text for any.

    None if all of it was accepted.
    """
    rules = {
        *record.reasons,
        *([record.error["rule"]] if "rule" in record.error else []),
        *([RULE] if record.new_columns else []),
    }
    return {"", *rules} if rules or record.state is FileState.REPLAYING else set()


def _is_checked_by_another(record: FileRecord, contracts: Mapping[str, Contract]) -> bool:
    contract = contracts.get(record.dataset)
    if contract is None:
        return False
    has_other_rules = record.contract_rules not in {
        "",
        gate_fingerprint(contract),
    }  # records of earlier versions have no fingerprint
    return has_other_rules or record.contract != f"{contract.id}@{contract.version}"
