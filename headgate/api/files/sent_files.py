"""Original files whose edited copies were committed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from headgate.api.files.file_records import record_of
from headgate.api.http.access import CallerIdentity, Group
from headgate.api.http.problems import forbidden, not_found
from headgate.api.lake_ports import LakePorts, senders_of
from headgate.api.shapes.files import KeptOriginal
from headgate.errors import BadInputError, NotFoundError
from headgate.lake import keys
from headgate.lake.ports import FileRecord, ObjectRef
from headgate.uploads.upload import SentOriginal, UploadRecord

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from headgate.contracts.model import Contract
    from headgate.uploads.sent_rows import SentRows

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
    if not may_read_original(lake, caller, record):
        raise forbidden("Only the sender of this file and operators may download the original.")
    ref = _place(lake, file_id, name)
    try:
        info = lake.objects.info(ref)
    except NotFoundError:
        raise not_found("The original was not kept, or its retention period in raw has ended.") from None
    expires_at = (lake.now() + timedelta(seconds=_URL_EXPIRES_S)).isoformat(timespec="seconds")
    url = lake.uploads.download_url(ref, name, _URL_EXPIRES_S)
    return KeptOriginal(url=url, expires_at=expires_at, name=name, size_bytes=info.size_bytes)


def rows_as_sent(
    lake: LakePorts, record: FileRecord, edits: Mapping[str, Any], rows: Collection[int]
) -> SentRows:
    """Return rows of the file that a person sent; none if the lake does not keep it as it came.

    Args:
        edits: as stored for the file.
        rows: their numbers in the file that was sent.
    """
    from headgate.uploads.grid.opened_file import as_chosen
    from headgate.uploads.sent_rows import MAX_BYTES, SentRows, sent_rows

    contract = lake.contracts.source.get(record.dataset)
    ref = _kept_original(lake, record, edits, contract)
    try:
        if ref is None or not rows or lake.objects.info(ref).size_bytes > MAX_BYTES:
            return SentRows()
        with TemporaryDirectory(prefix="headgate-sent-") as folder:
            path = Path(folder) / "sent"
            path.write_bytes(lake.objects.read(ref))
            read = as_chosen(contract, header_row=edits.get("header_row", 0))
            return sent_rows(path, Path(folder), read, edits.get("part", ""), rows)
    except (NotFoundError, BadInputError):
        return SentRows()


def _kept_original(
    lake: LakePorts, record: FileRecord, edits: Mapping[str, Any], contract: Contract | None
) -> ObjectRef | None:
    """Return the place of the file that a person sent; None for corrections and with sensitive columns."""
    from headgate.contracts.new_column_policy import left_out_names
    from headgate.intake.files.replace_original import is_replaced

    if contract is None or contract.sensitive or left_out_names(contract):
        return None
    if is_replaced(record) or keys.corrected_file(record.key):
        return None
    if not edits:
        return record.ref
    return _place(lake, record.file_id, edits["sent_as"]) if edits.get("sent_as") else None


def may_read_original(lake: LakePorts, caller: CallerIdentity, record: FileRecord) -> bool:
    """Return whether the caller sent a file or is an operator."""
    return caller.may(Group.OPERATOR) or caller.is_named(senders_of(lake).first_uploader(record))


def _place(lake: LakePorts, file_id: str, name: str) -> ObjectRef:
    return ObjectRef(lake.bucket("raw"), keys.sent_file_key(file_id, name))
