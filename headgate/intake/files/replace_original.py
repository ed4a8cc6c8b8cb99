"""Replace an original with card data in raw by its masked form, or delete it, after the gate's work.

The replacement is written before the record names it, and the record names it before the original is deleted.
So raw always has the original, or the record names its replacement. docs/adr/0023-masked-at-source.md gives
the reasons.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from headgate.contracts.model import Contract
from headgate.contracts.new_column_policy import is_kept_out
from headgate.errors import HeadgateError, NotFoundError, ServiceError
from headgate.intake.files.check_local_file import CheckedOriginal, check_local_file, contract_of, origin_of
from headgate.intake.files.gate import GatePorts, GateRules
from headgate.intake.files.workspace import workspace
from headgate.intake.rows.masked_at_source import claims_to_be_masked
from headgate.lake import keys
from headgate.lake.content_hash import sha256_of
from headgate.lake.ports import FileLedger, FileRecord, ObjectRef, ObjectStore, is_stored
from headgate.lake.states import REPLACED, FileState, OriginalForm, Originals
from headgate.matching.mappings import Decided

RECEIVED = "received"
FORM = "form"
_ARCHIVE = "application/zip"
# States in which the gate has ended with the file and no person needs its original.
_ENDED = frozenset({FileState.DONE, FileState.REVERTED, FileState.SKIPPED_DUPLICATE})


def is_replaced(record: FileRecord) -> bool:
    """Return whether the policy has removed the original from raw."""
    return record.original.get(FORM) in REPLACED


def is_masked(record: FileRecord) -> bool:
    """Return whether raw has the masked form of the file instead of the original."""
    return record.original.get(FORM) == OriginalForm.MASKED


def is_pending(record: FileRecord) -> bool:
    """Return whether the policy requires a replacement of the original that has not succeeded yet."""
    return record.original.get(FORM) == OriginalForm.PENDING


def with_replacement(
    rules: GateRules, objects: ObjectStore, record: FileRecord, checked: CheckedOriginal
) -> FileRecord:
    """Write the replacement of the original, and return the record that names it or calls it pending.

    A file without card data, and a file that was masked at its source, keep their originals.
    """
    if rules.originals is Originals.KEEP or is_replaced(record) or claims_to_be_masked(checked.path):
        return record
    from headgate.intake.rows import masked_original  # noqa: PLC0415 a cold start loads what writes archives when one is written

    gated = checked.gated
    if not masked_original.holds_card_data(checked.contract, gated.counts, gated.quarantine_rows):
        return record
    try:
        if rules.originals is Originals.DELETE:
            mark = ObjectRef(
                record.bucket, keys.masked_original_key(record.key, record.file_id, is_deleted=True)
            )
            objects.write(mark, b"")
            return replace(record, original={FORM: OriginalForm.DELETED, "key": mark.key})
        origin = origin_of(record, checked.contract, checked.path, checked.received_at)
        original = masked_original.Checked(checked.path, checked.contract, origin, gated.counts, gated.about)
        form = masked_original.write(original, rules.masking_key(), rules.largest_bytes)
        return replace(
            record, original={**_store(objects, record, form), "received_at": checked.received_at.isoformat()}
        )
    except Exception as error:  # noqa: BLE001 the file is accepted even if its original cannot be replaced
        # The text of another exception may contain the value of a cell.
        reason = str(error) if isinstance(error, HeadgateError) else type(error).__name__
        return replace(record, original={FORM: OriginalForm.PENDING, "reason": reason})


def of_copy(copy: FileRecord, owner: FileRecord, originals: Originals) -> FileRecord:
    """Return the record of a file that was skipped as a copy.

    The replacement of the first file's original is also that of the copy's original.
    """
    return (
        copy
        if originals is Originals.KEEP or not is_replaced(owner)
        else replace(copy, original=owner.original)
    )


def end_original(objects: ObjectStore, record: FileRecord, ref: ObjectRef, originals: Originals) -> None:
    """Delete the original permanently if the record names its replacement.

    Older versions of its key are separate files.

    Args:
        ref: the original under its unmasked key; a record's key is masked.

    Raises:
        ServiceError: the original is still there; try again. The file stays accepted.
    """
    if is_pending(record):
        raise ServiceError(
            f"{record.key} is accepted, but its original could not be masked and is still in raw: "
            f"{record.original['reason']}"
        )
    if is_replaced(record) and originals is not Originals.KEEP:
        objects.delete(ref)


def ref_of(record: FileRecord) -> ObjectRef:
    """Return the file's object in raw: its original or its masked form.

    Raises:
        NotFoundError: the original was deleted after the file was accepted.
    """
    if record.original.get(FORM) == OriginalForm.DELETED:
        raise NotFoundError(f"the original of {record.key} was deleted once the file was accepted")
    if is_masked(record):
        return ObjectRef(record.bucket, record.original["key"], record.original["version_id"])
    return record.ref


def replaced_record(
    objects: ObjectStore, ledger: FileLedger, ref: ObjectRef, file_id: str
) -> FileRecord | None:
    """Return the record of an object whose original was replaced; None for any other object.

    Args:
        file_id: id of the object's version; for an event without a version, the newest replaced one is found.
    """
    listed = objects.list(ref.bucket, keys.masked_originals_of(ref.key)) if not ref.version_id else ()
    forms = sorted(listed, key=lambda item: (item.modified_at, item.ref.key))
    original_id = (
        file_id
        if ref.version_id
        else next((keys.masked_original_of(item.ref.key) for item in reversed(forms)), "")
    )
    if not original_id:
        return None
    try:
        record = ledger.get(original_id)
    except NotFoundError:
        return None
    return record if is_replaced(record) else None


def replace_later(ports: GatePorts, rules: GateRules, file_id: str) -> FileRecord:
    """Replace the original of a file that the gate has already ended with, and return its record.

    Used for a retry, and after a change of the policy.

    Raises:
        NotFoundError: the record or the original does not exist.
        ThrottledError: another worker holds the file.
        ServiceError: the original could not be replaced; the file is unchanged.
    """
    record = ports.ledger.get(file_id)
    if record.state is FileState.SKIPPED_DUPLICATE:
        after = of_copy(record, ports.ledger.get(record.duplicate_of), rules.originals)
        ports.ledger.finish(after)
    else:
        after = record if is_replaced(record) else _replace(ports, rules, file_id)
    end_original(ports.objects, after, record.ref, rules.originals)
    return after


def replaceable(
    objects: ObjectStore, records: Iterable[FileRecord], contracts: Mapping[str, Contract]
) -> list[FileRecord]:
    """Return the ended files whose originals may have card data and are still in raw; copies are last.

    They include files whose worker replaced the original, and died before it deleted it.
    """
    replaceable_records = [
        record
        for record in records
        if record.state in _ENDED
        and (
            is_stored(objects, record.ref)
            if is_replaced(record)
            else _may_hold_card_data(record, contracts.get(record.dataset))
        )
    ]
    return sorted(
        replaceable_records,
        key=lambda candidate: (
            candidate.state is FileState.SKIPPED_DUPLICATE,
            candidate.received_at,
            candidate.file_id,
        ),
    )


def _may_hold_card_data(record: FileRecord, contract: Contract | None) -> bool:
    from headgate.intake.rows.masked_original import SENSITIVE  # noqa: PLC0415 as above

    if contract is None:
        return False
    left_out = json.loads(record.mapping.get("left_out", "[]"))
    by_contract = any(column.mask in SENSITIVE for column in contract.columns) or any(
        is_kept_out(name, contract) for name in left_out
    )
    return (
        by_contract
        or bool(record.masked)
        or any(rule.startswith("undeclared_") for rule in record.reasons)
        or is_pending(record)
    )


def _replace(ports: GatePorts, rules: GateRules, file_id: str) -> FileRecord:
    before = ports.ledger.reopen(file_id, now=ports.clock(), lease_s=ports.lease_s)
    if before.state is FileState.REPLAYING:  # a replay died; the next replay completes it
        ports.ledger.release(before)
        return before
    after = before
    try:
        with workspace() as folder:
            after = _with_replacement_of(ports, rules, before, folder / RECEIVED)
    finally:
        ports.ledger.finish(after)
    return after


def _with_replacement_of(ports: GatePorts, rules: GateRules, before: FileRecord, path: Path) -> FileRecord:
    info = ports.objects.info(before.ref)
    ports.objects.download(info.ref, path, info.size_bytes)
    if sha256_of(path) != before.content_sha256:
        raise NotFoundError(f"{before.key} holds another content now")
    contract = contract_of(rules.contracts, before.dataset)
    if before.mapping and rules.mappings:
        decided = rules.mappings.decide(before.key, before.dataset, path)
        contract = decided.contract if isinstance(decided, Decided) else contract
    record = replace(before, original={})
    gated = check_local_file(record, path, info.modified_at, contract, rules=rules, ports=ports)
    return with_replacement(
        rules, ports.objects, record, CheckedOriginal(path, contract, info.modified_at, gated)
    )


def _store(objects: ObjectStore, record: FileRecord, form: Path) -> dict[str, str]:
    ref = ObjectRef(record.bucket, keys.masked_original_key(record.key, record.file_id))
    objects.upload(form, ref, content_type=_ARCHIVE)
    stored = objects.info(ref).ref
    return {
        FORM: OriginalForm.MASKED,
        "key": stored.key,
        "version_id": stored.version_id,
        "sha256": sha256_of(form),
    }
