from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from headgate.api.files.corrected_values import correction_outcomes
from headgate.api.files.file_records import record_of
from headgate.api.files.rejection_groups import group_values
from headgate.api.http.problems import conflict, invalid
from headgate.api.lake_ports import LakePorts, senders_of
from headgate.api.shapes.files import Corrections, CorrectionsSent
from headgate.errors import NotFoundError
from headgate.lake import keys
from headgate.lake.ports import FileRecord, ObjectRef

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

    from headgate.contracts.model import Contract

MAX_ROWS = 20_000  # a function answers within 29 s
MAX_BYTES = 64 << 20  # the original is read in this function's memory


def send(lake: LakePorts, caller: str, file_id: str, asked: Corrections) -> CorrectionsSent:
    """Write the corrected rows to raw as a new file; the same corrections have the same key."""
    from headgate.intake.files.replace_original import is_masked
    from headgate.intake.quarantine.correct_rows import corrected_csv
    from headgate.intake.quarantine.list_quarantine import quarantined_rows
    from headgate.uploads.edited_rows import corrections_in_declared_spelling

    record = record_of(lake, file_id)
    if not record.quarantine_key:
        raise conflict("The file has no rows in quarantine, so there is nothing to correct.")
    if record.size_bytes > MAX_BYTES:
        raise conflict(
            f"The file has more than {MAX_BYTES >> 20} MiB. Correct it at its source and upload it again."
        )
    quarantined = quarantined_rows(lake.objects, lake.bucket("quarantine"), record)
    rules = dict(zip(quarantined["source_row"].to_pylist(), quarantined["rule"].to_pylist(), strict=True))
    original = _original(lake, record)
    masked_file = file_id if is_masked(record) else ""
    contract, senders = _contract(lake, record, original), senders_of(lake)
    formats = senders.edits(file_id).get("formats", {})
    typed, read = _corrected_values(lake, file_id, quarantined, asked, contract)
    spelled = corrections_in_declared_spelling(typed, formats, contract)
    edits = {row: {**read.get(row, {}), **spelled.get(row, {})} for row in (*read, *spelled)}
    body = corrected_csv(original, contract, edits, quarantined, masked_file)
    sha256 = hashlib.sha256(body).hexdigest()
    ref = ObjectRef(record.bucket, keys.corrected_rows_key(record.dataset, file_id, sha256[:16]))
    senders.keep_uploader_of_content(ref.key, sha256, caller, after=record)
    sent = _write_once(lake, ref, body, caller)
    sent_id = keys.file_id(sent.bucket, sent.key, sent.version_id)
    senders.keep_correction(file_id, sent_id, {row: rules[row] or "" for row in sorted(edits)})
    return CorrectionsSent(file_id=sent_id, key=sent.key, rows=len(edits))


def _corrected_values(
    lake: LakePorts, file_id: str, quarantined: pa.Table, asked: Corrections, contract: Contract
) -> tuple[Mapping[int, Mapping[str, str | None]], Mapping[int, Mapping[str, str]]]:
    """Return the sent values by source row and column: typed ones, and those that a format reads."""
    rows: dict[int, Mapping[str, str | None]] = {row.source_row: row.values for row in asked.rows}
    if len(rows) != len(asked.rows):
        raise invalid(
            "body.rows", "row_twice", "A row is corrected twice in this request. Send each row once."
        )
    read: Mapping[int, Mapping[str, str]] = {}
    if asked.groups:
        corrected = correction_outcomes(lake).of_file(file_id)
        typed_cells = {row: values.keys() for row, values in rows.items()}
        of_groups, read = group_values(quarantined, corrected, asked.groups, contract, typed_cells)
        rows = {row: {**of_groups.get(row, {}), **rows.get(row, {})} for row in (*of_groups, *rows)}
    if not rows and not read:
        raise invalid("body.rows", "no_row", "No row is corrected. Send a row, or a group with open rows.")
    if (count := len({*rows, *read})) > MAX_ROWS:
        detail = f"The request corrects {count:,} rows. Send at most {MAX_ROWS:,} rows at once."
        raise invalid("body.groups", "too_many", detail)
    return rows, read


def _original(lake: LakePorts, record: FileRecord) -> bytes | None:
    """Return the original file; None if it was replaced after the file was accepted."""
    from headgate.intake.files.replace_original import is_replaced

    if is_replaced(record):
        return None
    try:
        return lake.objects.read(record.ref)
    except NotFoundError:
        raise conflict("The original is no longer in raw. Upload the corrected file.") from None


def _contract(lake: LakePorts, record: FileRecord, original: bytes | None) -> Contract:
    """Return the contract with the file's own headings."""
    from headgate.matching.mappings import Decided

    if record.mapping and original is not None:
        decided = lake.mappings.decide(record.key, record.dataset, original)
        if isinstance(decided, Decided):
            return decided.contract
    return lake.contracts.source[record.dataset]


def _write_once(lake: LakePorts, ref: ObjectRef, body: bytes, caller: str) -> ObjectRef:
    try:
        return lake.objects.info(ref).ref
    except NotFoundError:
        lake.uploads.put(ref, body, caller)
        return lake.objects.info(ref).ref
