"""Original files whose edited copies were committed."""

from __future__ import annotations

from datetime import timedelta

from headgate.api.files.file_records import record_of
from headgate.api.http.access import CallerIdentity, Group
from headgate.api.http.problems import forbidden, not_found
from headgate.api.lake_ports import LakePorts, senders_of
from headgate.api.shapes.files import KeptOriginal
from headgate.errors import NotFoundError
from headgate.lake import keys
from headgate.lake.ports import ObjectRef
from headgate.uploads.upload import SentOriginal, UploadRecord

_URL_EXPIRES_S = 3600


def kept_as(lake: LakePorts, committed: UploadRecord, decided: str) -> str:
    """Return the fate of the sent file: `kept` only if raw has it."""
    if committed.raw_version or decided != SentOriginal.KEPT:
        return decided if not committed.raw_version else ""
    try:
        lake.objects.info(_place(lake, committed.file_id, committed.name))
    except NotFoundError:
        return ""
    return decided


def sent_file(lake: LakePorts, caller: CallerIdentity, file_id: str) -> KeptOriginal:
    """Return the download URL of the original file.

    Raises:
        ProblemError: 403, the caller neither sent it nor is an operator; 404, raw does not have it.
    """
    record, senders = record_of(lake, file_id), senders_of(lake)
    name = senders.edits(file_id).get("sent_as", "")
    if not name:
        raise not_found("The file was not edited, so there is no other original.")
    if not (caller.may(Group.OPERATOR) or caller.is_named(senders.first_uploader(record))):
        raise forbidden("Only the sender of this file and operators may download the original.")
    ref = _place(lake, file_id, name)
    try:
        info = lake.objects.info(ref)
    except NotFoundError:
        raise not_found("The original was not kept, or its retention period in raw has ended.") from None
    expires_at = (lake.now() + timedelta(seconds=_URL_EXPIRES_S)).isoformat(timespec="seconds")
    url = lake.uploads.download_url(ref, name, _URL_EXPIRES_S)
    return KeptOriginal(url=url, expires_at=expires_at, name=name, size_bytes=info.size_bytes)


def _place(lake: LakePorts, file_id: str, name: str) -> ObjectRef:
    return ObjectRef(lake.bucket("raw"), keys.sent_file_key(file_id, name))
