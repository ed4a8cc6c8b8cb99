"""Checks of files in raw with the mapping that a person decides, as the API shows them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from headgate.api.files.file_records import record_of
from headgate.api.files.mappings import decided, expect_undecided
from headgate.api.files.personal_values import row_without_values, sees_values, visible_facts
from headgate.api.files.uploads import shown_check, uploads_of
from headgate.api.http.conditional_requests import check_match
from headgate.api.http.problems import conflict, not_found
from headgate.api.shapes.files import MappingRemembered
from headgate.errors import NotFoundError
from headgate.lake.senders import Senders
from headgate.uploads.upload import UploadState, id_of_file_check

if TYPE_CHECKING:
    from headgate.api.http.access import CallerIdentity
    from headgate.api.lake_ports import LakePorts
    from headgate.api.shapes.files import MappingDecision
    from headgate.api.shapes.uploads import DryRun
    from headgate.lake.ports import FileRecord
    from headgate.uploads.upload import UploadMapping, UploadRecord


def start(
    lake: LakePorts, caller: CallerIdentity, file_id: str, decision: MappingDecision, if_match: str
) -> DryRun:
    """Start the gate on the whole file with the mapping that the caller decides; nothing is remembered."""
    record = record_of(lake, file_id)
    mapping = decided(lake, caller, record, decision, if_match)
    upload = uploads_of(lake).check_file(record, mapping, lake.dry_runs.start)
    return _shown(lake, caller, record, upload, mapping)


def shown(lake: LakePorts, caller: CallerIdentity, file_id: str) -> DryRun:
    """Return the newest check of a file; 404 where none was started."""
    record = record_of(lake, file_id)
    try:
        return _shown(lake, caller, record, *_checked(lake, record))
    except NotFoundError:
        raise not_found(
            "This file was not checked with a mapping. `PUT /v1/files/{file_id}/mapping` checks it."
        ) from None


def accept(lake: LakePorts, caller: CallerIdentity, file_id: str, if_match: str) -> MappingRemembered:
    """Remember the checked mapping for the file's source and header, and put the file into raw again, as a
    new version.

    Raises:
        ProblemError: 404, the file needs no mapping; 409, it was not checked with one; 412, the newest check
            is another one.
    """
    from headgate.matching.mappings import Suggested

    record = record_of(lake, file_id)
    try:
        upload, mapping = _checked(lake, record)
        check_match(_shown(lake, caller, record, upload, mapping), if_match)
    except NotFoundError:
        raise conflict(
            "This file was not checked with a mapping. `PUT /v1/files/{file_id}/mapping` checks it."
        ) from None
    if upload.state is not UploadState.COMMITTED:
        expect_undecided(record)
    accepted = uploads_of(lake).commit(upload.upload_id, upload.check_id)
    Senders(lake.objects, lake.bucket("artifacts")).keep_uploader(accepted.file_id, caller.name, after=record)
    suggestion = Suggested.from_json(mapping.suggestion)
    columns = dict(zip(suggestion.names, mapping.fields, strict=True))
    return MappingRemembered(
        dataset=suggestion.dataset, source=suggestion.source, columns=columns, file_id=accepted.file_id
    )


def _checked(lake: LakePorts, record: FileRecord) -> tuple[UploadRecord, UploadMapping]:
    """Return the newest check of a file with its mapping; NotFoundError when there is none."""
    upload = uploads_of(lake).get(id_of_file_check(record.file_id))
    if upload.mapping is None:
        raise NotFoundError("no mapping")
    return upload, upload.mapping


def _shown(
    lake: LakePorts, caller: CallerIdentity, record: FileRecord, upload: UploadRecord, mapping: UploadMapping
) -> DryRun:
    """Return a check, without the values of the file where the caller may not see them.

    The mapping says of a column only what its decider claims, so the right to see values is that of the file
    before it.
    NotFoundError when the check could not be started.
    """
    stored = uploads_of(lake).dry_run(upload)
    if stored is None:
        raise NotFoundError("no check")
    if not sees_values(lake, caller, record):
        rows = [row_without_values(row) for row in stored.get("rows", ())]
        columns = visible_facts(lake, caller, replace(record, dataset=""), stored.get("columns", []))
        stored = {**stored, "rows": rows, "columns": columns, "draft": None}
    profiled = tuple(visible_facts(lake, caller, record, mapping.profiled))
    check = shown_check(lake, replace(upload, mapping=replace(mapping, profiled=profiled)), stored)
    return check.model_copy(update={"upload_id": "", "file_id": record.file_id})
