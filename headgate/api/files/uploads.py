"""Uploads, as the API shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headgate.api.files.file_records import error_of
from headgate.api.files.mappings import decided_fields
from headgate.api.files.mappings import shown as shown_mapping
from headgate.api.files.quality import columns_of
from headgate.api.files.rejected_rows import reasons_of, row_of, unique_columns
from headgate.api.http import cursors
from headgate.api.http.access import Group
from headgate.api.http.conditional_requests import check_match
from headgate.api.http.problems import conflict, forbidden, not_found
from headgate.api.shapes.uploads import ContractDraft, DryRun, Upload, UploadPart, UploadParts
from headgate.lake.acceptance import acceptance_of
from headgate.lake.ports import FileRecord
from headgate.lake.senders import Senders
from headgate.uploads.upload import PART_BYTES, UploadMapping
from headgate.uploads.uploading import Uploading

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from headgate.api.http.access import CallerIdentity
    from headgate.api.ports import Lake
    from headgate.api.shapes.uploads import UploadAsked, UploadMappingDecision
    from headgate.uploads.upload import Upload as KeptUpload

URL_EXPIRES_S = 3600
_PARTS_OF_A_PAGE = 100


def begin(lake: Lake, caller: str, asked: UploadAsked) -> Upload:
    """Begin an upload, or return the one that the same caller began with the same file."""
    found = uploading_of(lake).begin(caller, name=asked.name, size_bytes=asked.size_bytes, sha256=asked.sha256, dataset=asked.dataset)
    return _shown(found)


def shown(lake: Lake, caller: CallerIdentity, upload_id: str) -> Upload:
    """Return an upload as it stands now."""
    return _shown(_own(lake, caller, upload_id))


def parts(lake: Lake, caller: CallerIdentity, upload_id: str, cursor: str) -> UploadParts:
    """Return the parts of an open upload by number, with URLs of those that are missing."""
    uploading, found = uploading_of(lake), _own(lake, caller, upload_id)
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


def complete(lake: Lake, caller: CallerIdentity, upload_id: str) -> Upload:
    """Make the file from its parts."""
    _own(lake, caller, upload_id)
    return _shown(uploading_of(lake).complete(upload_id))


def abort(lake: Lake, caller: CallerIdentity, upload_id: str) -> Upload:
    """Forget an upload that is not committed."""
    _own(lake, caller, upload_id)
    return _shown(uploading_of(lake).abort(upload_id))


def start_dry_run(lake: Lake, caller: CallerIdentity, upload_id: str) -> DryRun:
    """Start the gate on the uploaded file, without a trace in the lake."""
    found = _own(lake, caller, upload_id)
    return _dry_run(lake, found, uploading_of(lake).start_dry_run(upload_id, lake.dry_runs.start))


def dry_run(lake: Lake, caller: CallerIdentity, upload_id: str) -> DryRun:
    """Return what the gate found."""
    found = _own(lake, caller, upload_id)
    stored = uploading_of(lake).dry_run(found)
    if stored is None:
        raise not_found("The dry run of this upload was not started. POST to this address starts it.")
    return _dry_run(lake, found, stored)


def decide_mapping(lake: Lake, caller: CallerIdentity, upload_id: str, decision: UploadMappingDecision) -> DryRun:
    """Keep the mapping with the upload, and start the gate on the whole file again.

    Raises:
        ProblemError: 409, no mapping was suggested for the upload; 422, a column is not one of the file's.
        BadInputError: a column is no field, two are the same one, or one that must be there is missing.
    """
    from headgate.matching.mappings import Suggested

    uploading, found = uploading_of(lake), _own(lake, caller, upload_id)
    asked = _suggested(found, uploading.dry_run(found) or {})
    if asked is None:
        raise conflict("No mapping is suggested for this upload. Start its dry run; the outcome `needs_mapping` asks for a mapping.")
    text, profiled = asked
    suggestion = Suggested.from_json(text)
    fields = decided_fields(suggestion, decision.columns)
    lake.mappings.check(suggestion, fields)
    uploading.decide(found, UploadMapping(text, tuple(profiled), fields))
    return start_dry_run(lake, caller, upload_id)


def commit(lake: Lake, caller: CallerIdentity, upload_id: str, if_match: str = "") -> Upload:
    """Move the file to raw."""
    if if_match:
        check_match(dry_run(lake, caller, upload_id), if_match)
    _own(lake, caller, upload_id)
    committed = uploading_of(lake).commit(upload_id)
    Senders(lake.objects, lake.bucket("artifacts")).keep_uploader(committed.file_id, caller.name)
    return _shown(committed)


def _own(lake: Lake, caller: CallerIdentity, upload_id: str) -> KeptUpload:
    """Return an upload; 403 where another caller began it, unless an operator asks."""
    found = uploading_of(lake).get(upload_id)
    if not (found.is_of(caller.name) or caller.may(Group.OPERATOR)):
        raise forbidden("Somebody else began this upload. Only its sender or an operator may read or change it.")
    return found


def uploading_of(lake: Lake) -> Uploading:
    """Return the uploads of a lake."""

    def remember(mapping: UploadMapping) -> None:
        from headgate.matching.mappings import Suggested

        lake.mappings.remember(Suggested.from_json(mapping.suggestion), mapping.fields)

    return Uploading(
        lake.objects, lake.uploads, lake.files, lake.bucket("staging"), lake.bucket("raw"), lake.contracts.source.keys(), remember, lake.now
    )


def _suggested(found: KeptUpload, stored: Mapping[str, Any]) -> tuple[str, Sequence[dict[str, Any]]] | None:
    """Return the text of the suggestion for an upload, with the facts of its columns; None without a suggestion."""
    if found.mapping:
        return found.mapping.suggestion, found.mapping.profiled
    error = (stored.get("record") or {}).get("error", {})
    if "suggestion" not in error:
        return None
    facts = [{name: fact[name] for name in ("name", "samples", "sensitive") if name in fact} for fact in stored["columns"]]
    return error["suggestion"], facts


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


def _dry_run(lake: Lake, found: KeptUpload, stored: Mapping[str, Any]) -> DryRun:
    asked = _mapping(lake, found, stored)
    record = stored.get("record")
    if record is None:
        failure = error_of(stored.get("error", {}))
        return DryRun(upload_id=found.upload_id, state=stored["state"], error=failure, seconds=stored.get("seconds"), **asked)
    checked = FileRecord(**record)
    return DryRun(
        upload_id=found.upload_id,
        state=stored["state"],
        outcome=checked.state,
        acceptance=acceptance_of(checked, lake.most_refused_share),
        dataset=checked.dataset,
        contract=checked.contract,
        **{name: record[name] for name in ("received", "accepted", "quarantined", "duplicates", "warnings")},
        reasons=reasons_of(checked.reasons),
        rejected_rows=tuple(row_of(row, unique_columns(lake, checked.dataset)) for row in stored["rows"]),
        written_as={name: str(value) for name, value in checked.written_as.items()},
        quality={name: str(value) for name, value in checked.profile.items() if name != "key"},
        columns=columns_of(stored),
        draft=ContractDraft.model_validate(stored["draft"]) if stored.get("draft") else None,
        error=error_of(checked.error),
        seconds=stored.get("seconds"),
        **asked,
    )


def _mapping(lake: Lake, found: KeptUpload, stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return the mapping that is suggested for an upload, and the decided one."""
    from headgate.matching.mappings import Suggested

    asked = _suggested(found, stored)
    if asked is None:
        return {}
    text, profiled = asked
    suggestion = Suggested.from_json(text)
    mapped = dict(zip(suggestion.names, found.mapping.fields, strict=True)) if found.mapping else None
    return {"mapping": shown_mapping(suggestion, lake.contracts.source, profiled), "mapped": mapped}
