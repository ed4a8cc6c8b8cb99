"""The undo of an upload with its corrections, and what takes it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.api.files.file_records import record_of
from headgate.api.http.access import Group
from headgate.api.http.problems import conflict, forbidden
from headgate.api.shapes.files import Restored, Reverted, RevertedFile, RevertPreview
from headgate.lake.senders import Senders
from headgate.lake.states import FileState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.api.http.access import CallerIdentity
    from headgate.api.ports import Lake
    from headgate.lake.ports import FileRecord

_NOT_YOURS = "This file was sent by somebody else, or not through the API. Ask its sender or an operator to undo it."


def preview(lake: Lake, caller: CallerIdentity, file_id: str) -> RevertPreview:
    """Return the files and rows that an undo of a file covers, and whether the caller may undo it."""
    from headgate.intake.files.revert_file import why_not_reverted

    record = record_of(lake, file_id)
    uploaded_by = _uploader(lake, record)
    is_permitted = _may(caller, uploaded_by)
    chain = lake.reverter.chain(file_id)
    reason = why_not_reverted(chain) if is_permitted else _NOT_YOURS
    files = _shown([one for one in chain if one])
    return RevertPreview(
        file_id=file_id,
        files=files,
        **_totals(files),
        may_revert=not reason,
        may_restore=is_permitted and record.state is FileState.REVERTED,
        reason=reason,
        uploaded_by=uploaded_by,
    )


def revert(lake: Lake, caller: CallerIdentity, file_id: str) -> Reverted:
    """Undo a file with its corrections."""
    from headgate.intake.files.revert_file import why_not_reverted

    before = _permitted(lake, caller, file_id)
    if why := why_not_reverted(lake.reverter.chain(file_id)):
        raise conflict(why)
    done = lake.reverter.revert(file_id)
    files = _shown([before, *done.corrections])
    return Reverted(file_id=file_id, files=files, **_totals(files), accepted_as=done.accepted_as)


def restore(lake: Lake, caller: CallerIdentity, file_id: str) -> Restored:
    """Take the undo of a file back."""
    record = _permitted(lake, caller, file_id)
    if record.state is not FileState.REVERTED:
        raise conflict(f"The file is {record.state}, so there is no undo to take back.")
    files = _shown(lake.reverter.restore(file_id))
    return Restored(file_id=file_id, files=files, **_totals(files))


def _permitted(lake: Lake, caller: CallerIdentity, file_id: str) -> FileRecord:
    """Return the record of a file; 403 where the caller may not undo it."""
    record = record_of(lake, file_id)
    if not _may(caller, _uploader(lake, record)):
        raise forbidden(_NOT_YOURS)
    return record


def _may(caller: CallerIdentity, uploaded_by: str) -> bool:
    return caller.may(Group.OPERATOR) or (caller.may(Group.UPLOADER) and caller.name == uploaded_by)


def _uploader(lake: Lake, record: FileRecord) -> str:
    return Senders(lake.objects, lake.bucket("artifacts")).uploader(record)


def _shown(records: Sequence[FileRecord]) -> tuple[RevertedFile, ...]:
    return tuple(
        RevertedFile(
            file_id=one.file_id,
            key=one.key,
            state=one.state,
            accepted=one.accepted,
            quarantined=one.quarantined + one.duplicates,
            is_correction=place > 0,
        )
        for place, one in enumerate(records)
    )


def _totals(files: Sequence[RevertedFile]) -> dict[str, int]:
    return {"accepted": sum(one.accepted for one in files), "quarantined": sum(one.quarantined for one in files)}
