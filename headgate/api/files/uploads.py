"""Uploads, as the API shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headgate.api.files.file_records import error_of
from headgate.api.files.mappings import shown as shown_mapping
from headgate.api.files.quality import columns_of
from headgate.api.files.rejected_rows import reasons_of, row_of, unique_columns
from headgate.api.http import cursors
from headgate.api.http.problems import not_found
from headgate.api.shapes.uploads import ContractDraft, DryRun, Upload, UploadPart, UploadParts
from headgate.lake.states import FileState
from headgate.uploads.upload import PART_BYTES
from headgate.uploads.uploading import Uploading

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headgate.api.ports import Lake
    from headgate.api.shapes.uploads import UploadAsked
    from headgate.uploads.upload import Upload as KeptUpload

URL_EXPIRES_S = 3600
_PARTS_OF_A_PAGE = 100


def begin(lake: Lake, caller: str, asked: UploadAsked) -> Upload:
    """Begin an upload, or return the one that the same caller began with the same file."""
    found = _uploading(lake).begin(caller, name=asked.name, size_bytes=asked.size_bytes, sha256=asked.sha256, dataset=asked.dataset)
    return _shown(found)


def shown(lake: Lake, upload_id: str) -> Upload:
    """Return an upload as it stands now."""
    return _shown(_uploading(lake).get(upload_id))


def parts(lake: Lake, upload_id: str, cursor: str) -> UploadParts:
    """Return the parts of an open upload by number, with URLs of those that are missing."""
    uploading = _uploading(lake)
    found = uploading.get(upload_id)
    sent = {part.number: part for part in uploading.parts(found)}
    first = max(1, int(str(cursors.decode(cursor, int)))) if cursor else 1
    following = first + _PARTS_OF_A_PAGE
    numbers = range(first, min(following, found.part_count + 1))
    ref = uploading.content(upload_id)

    def part(number: int) -> UploadPart:
        size_bytes = found.part_bytes(number)
        known = sent.get(number)
        if known and known.size_bytes == size_bytes:
            return UploadPart(number=number, size_bytes=size_bytes, uploaded=True, etag=known.etag)
        url = lake.uploads.part_url(ref, found.store_id, number, URL_EXPIRES_S)
        return UploadPart(number=number, size_bytes=size_bytes, uploaded=False, url=url)

    next_cursor = cursors.encode(following) if following <= found.part_count else ""
    return UploadParts(parts=tuple(part(number) for number in numbers), next_cursor=next_cursor)


def complete(lake: Lake, upload_id: str) -> Upload:
    """Make the file from its parts."""
    return _shown(_uploading(lake).complete(upload_id))


def abort(lake: Lake, upload_id: str) -> Upload:
    """Forget an upload that is not committed."""
    return _shown(_uploading(lake).abort(upload_id))


def start_dry_run(lake: Lake, upload_id: str) -> DryRun:
    """Start the gate on the uploaded file, without a trace in the lake."""
    return _dry_run(lake, upload_id, _uploading(lake).start_dry_run(upload_id, lake.dry_runs.start))


def dry_run(lake: Lake, upload_id: str) -> DryRun:
    """Return what the gate found."""
    uploading = _uploading(lake)
    uploading.get(upload_id)
    stored = uploading.dry_run(upload_id)
    if stored is None:
        raise not_found("The dry run of this upload was not started. POST to this address starts it.")
    return _dry_run(lake, upload_id, stored)


def commit(lake: Lake, upload_id: str) -> Upload:
    """Move the file to raw."""
    return _shown(_uploading(lake).commit(upload_id))


def _uploading(lake: Lake) -> Uploading:
    return Uploading(
        lake.objects, lake.uploads, lake.files, lake.bucket("staging"), lake.bucket("raw"), lake.contracts.source.keys(), lake.now
    )


def _shown(found: KeptUpload) -> Upload:
    return Upload(
        upload_id=found.upload_id,
        state=found.state.value,
        name=found.name,
        key=found.key,
        size_bytes=found.size_bytes,
        sha256=found.sha256,
        dataset=found.dataset,
        part_size_bytes=PART_BYTES,
        part_count=found.part_count,
        begun_at=found.begun_at,
        duplicate_of=found.duplicate_of,
        file_id=found.file_id,
    )


def _dry_run(lake: Lake, upload_id: str, stored: Mapping[str, Any]) -> DryRun:
    record = stored.get("record")
    if record is None:
        failure = error_of(stored.get("error", {}))
        return DryRun(upload_id=upload_id, state=stored["state"], error=failure, seconds=stored.get("seconds"))
    from headgate.matching.mappings import Suggested

    error = record["error"]
    suggestion = Suggested.from_json(error["suggestion"]) if "suggestion" in error else None
    return DryRun(
        upload_id=upload_id,
        state=stored["state"],
        outcome=FileState(record["state"]),
        dataset=record["dataset"],
        contract=record["contract"],
        **{name: record[name] for name in ("received", "accepted", "quarantined", "duplicates", "warnings")},
        reasons=reasons_of(record["reasons"]),
        rejected_rows=tuple(row_of(row, unique_columns(lake, record["dataset"])) for row in stored["rows"]),
        written_as={name: str(value) for name, value in record["written_as"].items()},
        quality={name: str(value) for name, value in record["profile"].items() if name != "key"},
        columns=columns_of(stored),
        mapping=shown_mapping(suggestion, lake.contracts.source, stored["columns"]) if suggestion else None,
        draft=ContractDraft.model_validate(stored["draft"]) if stored.get("draft") else None,
        error=error_of(error),
        seconds=stored.get("seconds"),
    )
