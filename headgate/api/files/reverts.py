"""Undo an upload with its corrections, and restore it."""

from collections.abc import Sequence

from headgate.api.files.file_records import record_of
from headgate.api.http.access import CallerIdentity, Group
from headgate.api.http.problems import conflict, forbidden
from headgate.api.lake_ports import LakePorts, senders_of
from headgate.api.shapes.files import Restored, Reverted, RevertedFile, RevertPreview
from headgate.lake.ports import FileRecord
from headgate.lake.states import DUPLICATE_KEY

MAX_BYTES = 64 << 20  # the gate checks at least 10 MB/s, and the API's function ends after 29 s
_NOT_YOURS = (
    "This file was sent by somebody else, or not through the API. Ask its sender or an operator to undo it."
)


def preview(lake: LakePorts, caller: CallerIdentity, file_id: str) -> RevertPreview:
    """Return the files and rows that an undo of a file covers, and whether the caller may undo it."""
    from headgate.intake.files.revert_file import is_of_removed_dataset, is_undone, why_not_reverted

    record = record_of(lake, file_id)
    uploaded_by = senders_of(lake).uploader(record)
    is_permitted = _may_undo(caller, uploaded_by)
    chain = lake.reverter.chain(file_id)
    reason = why_not_reverted(chain) if is_permitted else _NOT_YOURS
    files = _shown([record for record in chain if record])
    return RevertPreview(
        file_id=file_id,
        files=files,
        **_totals(files),
        may_revert=not reason,
        may_restore=is_permitted and is_undone(record) and not is_of_removed_dataset(record),
        reason=reason,
        uploaded_by=uploaded_by,
    )


def revert(lake: LakePorts, caller: CallerIdentity, file_id: str) -> Reverted:
    """Undo a file with its corrections."""
    from headgate.intake.files.revert_file import why_not_reverted

    before = _permitted(lake, caller, file_id)
    if why := why_not_reverted(lake.reverter.chain(file_id)):
        raise conflict(why)
    if before.size_bytes > MAX_BYTES and lake.reverter.has_skipped_copy(file_id):
        why = f"The undo would accept a copy of this file, which has more than {MAX_BYTES >> 20} MiB."
        raise conflict(f"{why} Ask an operator to run `headgate files revert {file_id}`.")
    done = lake.reverter.revert(file_id, by=caller.name)
    files = _shown([before, *done.corrections])
    return Reverted(file_id=file_id, files=files, **_totals(files), accepted_as=done.accepted_as)


def restore(lake: LakePorts, caller: CallerIdentity, file_id: str) -> Restored:
    """Restore a reverted file with its corrections."""
    _permitted(lake, caller, file_id)
    undone = lake.reverter.undone(file_id)
    if sum(record.size_bytes for record in undone) > MAX_BYTES:
        why = f"The originals have more than {MAX_BYTES >> 20} MiB, and the gate checks them again."
        file_ids = " ".join(record.file_id for record in undone)
        raise conflict(f"{why} Ask an operator to run `headgate quarantine replay {file_ids}`.")
    files = _shown(lake.reverter.restore(file_id))
    return Restored(file_id=file_id, files=files, **_totals(files))


def _permitted(lake: LakePorts, caller: CallerIdentity, file_id: str) -> FileRecord:
    """Return the record of a file; 403 if the caller may not undo it."""
    record = record_of(lake, file_id)
    if not _may_undo(caller, senders_of(lake).uploader(record)):
        raise forbidden(_NOT_YOURS)
    return record


def _may_undo(caller: CallerIdentity, uploaded_by: str) -> bool:
    return caller.may(Group.OPERATOR) or (caller.may(Group.UPLOADER) and caller.is_named(uploaded_by))


def _shown(records: Sequence[FileRecord]) -> tuple[RevertedFile, ...]:
    return tuple(
        RevertedFile(
            file_id=record.file_id,
            key=record.key,
            state=record.state,
            accepted=record.accepted,
            quarantined=record.quarantined + record.duplicates,
            duplicates=record.duplicates,
            same_key=record.reasons.get(DUPLICATE_KEY, 0),
            is_correction=place > 0,
        )
        for place, record in enumerate(records)
    )


def _totals(files: Sequence[RevertedFile]) -> dict[str, int]:
    return {
        "accepted": sum(file.accepted for file in files),
        "quarantined": sum(file.quarantined for file in files),
    }
