"""Corrections of an earlier version of a file, which a later version of the same name needs again."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from headgate.api.files.corrected_values import accepted_corrections, correction_outcomes, sent_values
from headgate.api.lake_ports import LakePorts, senders_of
from headgate.api.shapes.files import EarlierCorrection
from headgate.lake import keys
from headgate.lake.file_index import FileFilter
from headgate.lake.ports import FileRecord
from headgate.lake.states import DUPLICATE_RULES, FileState

_MAX_VERSIONS = 5
_LISTED = 50  # the index finds parts of a key

_Cell = tuple[tuple[str, ...], str, str]  # the row's key, the column and its refused value


def earlier_corrections(
    lake: LakePorts, record: FileRecord, rows: Iterable[Mapping[str, Any]]
) -> dict[int, EarlierCorrection]:
    """Return the accepted corrections of equal refused cells in earlier versions of a file, by source row."""
    contract = lake.contracts.source.get(record.dataset)
    if contract is None or not contract.key or keys.corrected_file(record.key):
        return {}
    asked = {row["source_row"]: cell for row in rows if (cell := _refused_cell(row, contract.key))}
    if not asked:
        return {}
    corrected: dict[_Cell, EarlierCorrection] = {}
    for version in _earlier_versions(lake, record):
        corrected = {**_corrections_of(lake, version, contract.key), **corrected}
        if corrected.keys() >= {*asked.values()}:
            break
    return {row: corrected[cell] for row, cell in asked.items() if cell in corrected}


def _refused_cell(row: Mapping[str, Any], key: Sequence[str]) -> _Cell | None:
    """Return the refused cell of a row; None if it has no key or breaks no rule of one column."""
    own = json.loads(row["record"]) if row.get("record") else {}
    column = row["column_name"] or ""
    values = [own.get(name) for name in key]
    is_known = column and column not in key and values and all(values)
    if not is_known or row["rule"] in DUPLICATE_RULES:
        return None
    is_empty = row["masked_value"] is None and own.get(column) in {None, ""}
    if row["masked_value"] is None and not is_empty:
        return None
    return tuple(map(str, values)), column, "" if is_empty else str(row["masked_value"])


def _earlier_versions(lake: LakePorts, record: FileRecord) -> list[FileRecord]:
    """Return the earlier files with the key of a file that have refused rows, newest first."""
    where = FileFilter(dataset=record.dataset, state=FileState.DONE, name=record.key, refused=True)
    listed = lake.files.newest(_LISTED, where=where).records
    same = [each for each in listed if each.key == record.key and each.received_at < record.received_at]
    return same[:_MAX_VERSIONS]


def _corrections_of(
    lake: LakePorts, version: FileRecord, key: Sequence[str]
) -> dict[_Cell, EarlierCorrection]:
    from headgate.intake.quarantine.list_quarantine import quarantined_rows

    accepted = accepted_corrections(correction_outcomes(lake).of_file(version.file_id))
    if not accepted or not version.quarantine_key:
        return {}
    sent = sent_values(lake, version, senders_of(lake).edits(version.file_id), accepted)
    table = quarantined_rows(lake.objects, lake.bucket("quarantine"), version)
    columns = ["source_row", "rule", "column_name", "masked_value", "record"]
    corrections = {}
    for row in table.select(columns).to_pylist():
        again, cell = sent.get(row["source_row"]), _refused_cell(row, key)
        if again is None or cell is None:
            continue
        value = again.value(cell[1])
        if value or again.is_empty(cell[1]):
            corrections[cell] = EarlierCorrection(
                value=value or None, file_id=version.file_id, received_at=version.received_at
            )
    return corrections
