"""Uploads in parts: dry run, edits, mapping and commit."""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from itertools import islice
from typing import Any

from headgate.api.files import sent_files
from headgate.api.files.answers import answered_file, open_answers
from headgate.api.files.file_records import file_error, kept_columns, record_of, warned_rows, written_as_texts
from headgate.api.files.mappings import decided_fields, sample_facts, suggested_mapping
from headgate.api.files.personal_values import STEPS_WITHOUT_VALUES, check_without_values, sees_values
from headgate.api.files.quality import profile_columns
from headgate.api.files.rejected_rows import reasons_of, row_of
from headgate.api.files.rejection_groups import unique_columns
from headgate.api.files.sent_parts import offered_parts, open_parts, parts_in_lake
from headgate.api.http import cursors
from headgate.api.http.access import CallerIdentity, Group
from headgate.api.http.conditional_requests import check_match
from headgate.api.http.problems import conflict, forbidden, not_found
from headgate.api.lake_ports import LakePorts, record_if_any, senders_of
from headgate.api.shapes.files import LeftOutKinds, RejectedRow
from headgate.api.shapes.uploads import (
    ContractDraft,
    DryRun,
    EncodingChoice,
    GridFacts,
    GridFlaw,
    GridRow,
    GridRows,
    ProposedStep,
    ReplacedRows,
    TopRow,
    Upload,
    UploadAsked,
    UploadEdits,
    UploadMappingDecision,
    UploadPart,
    UploadParts,
)
from headgate.errors import NotFoundError
from headgate.lake import keys
from headgate.lake.acceptance import acceptance_of
from headgate.lake.file_index import FileFilter, newest_first
from headgate.lake.ports import FileRecord, ObjectRef
from headgate.lake.states import ABSENT, CHECKED, RAGGED_ROW, FileState
from headgate.uploads.commit_upload import Uploads
from headgate.uploads.edits import Edits
from headgate.uploads.upload import (
    PART_BYTES,
    UploadMapping,
    UploadRecord,
    UploadState,
    check_key,
    id_of_file_upload,
)

URL_EXPIRES_S = 3600
_PARTS_OF_A_PAGE = 100
_MAX_FILES_OF_ROWS = 3
_MAX_OF_A_NAME = 50
_EARLIER_FILES = 10
_MAX_KEPT_NAMES = 1_000  # of checks, per process
_ROW_FORMAT = {"delimiter", "quote"}


def begin(lake: LakePorts, caller: str, asked: UploadAsked) -> Upload:
    """Start an upload, or return the caller's upload of the same file.

    Content that the lake has begins at its first sheet that did not come in; it is a duplicate if all did.
    """
    facts = asked.model_dump(include={"name", "size_bytes", "sha256", "dataset"})
    part = asked.part or _first_open_part(lake, asked)
    return _shown(uploads_of(lake).begin(caller, **facts, part=part))


def _first_open_part(lake: LakePorts, asked: UploadAsked) -> str:
    """Return the first part of a content in the lake that did not come in; empty for new content or none."""
    datasets = [asked.dataset] if asked.dataset else [*lake.contracts.source]
    before = record_if_any(lake, lake.files.accepted_with(asked.sha256, datasets))
    further = open_parts(lake, before, senders_of(lake).edits(before.file_id)) if before else ()
    return further[0].name if further else ""


def open_raw_file(lake: LakePorts, file_id: str) -> Upload:
    """Open a raw file as an upload that can be edited, checked and committed.

    Raises:
        ProblemError: 404, unknown file; 409, rows of it are in the lake, or a later version replaces it.
    """
    record, uploads = record_of(lake, file_id), uploads_of(lake)
    with suppress(NotFoundError):
        before = uploads.get(id_of_file_upload(file_id))
        if before.state is UploadState.COMMITTED:
            return _shown(before)
    _expect_editable(record)
    return _shown(uploads.open_raw_file(record))


def _expect_editable(record: FileRecord) -> None:
    if record.state not in CHECKED or record.accepted or record.closed_by:
        raise conflict(
            "Rows of this file are in the lake, so it cannot be edited as a whole. Correct its rejected "
            "rows, or undo the file and upload it again."
        )
    if not record.content_sha256:  # for example an empty file
        raise conflict(
            "The gate read no content from this file, so there is nothing to edit. Send it again with rows."
        )


def shown(lake: LakePorts, caller: CallerIdentity, upload_id: str) -> Upload:
    """Return the current state of an upload."""
    return _shown(own_upload(lake, caller, upload_id))


def parts(lake: LakePorts, caller: CallerIdentity, upload_id: str, cursor: str) -> UploadParts:
    """Return the parts of an open upload by number, with URLs for missing parts."""
    uploads, upload = uploads_of(lake), own_upload(lake, caller, upload_id)
    sent = {part.number: part for part in uploads.parts(upload)}
    first = max(1, int(str(cursors.decode(cursor, int)))) if cursor else 1
    following = first + _PARTS_OF_A_PAGE
    numbers = range(first, min(following, upload.part_count + 1))
    ref = uploads.content(upload_id)

    def part(number: int) -> UploadPart:
        size_bytes = upload.part_bytes(number)
        stored = sent.get(number)
        if stored and stored.size_bytes == size_bytes:
            return UploadPart(number=number, size_bytes=size_bytes, uploaded=True, etag=stored.etag)
        url = lake.uploads.part_url(ref, upload.store_id, number, URL_EXPIRES_S)
        return UploadPart(number=number, size_bytes=size_bytes, uploaded=False, url=url)

    next_cursor = cursors.encode(following) if following <= upload.part_count else ""
    return UploadParts(parts=tuple(part(number) for number in numbers), next_cursor=next_cursor)


def complete(lake: LakePorts, caller: CallerIdentity, upload_id: str) -> Upload:
    """Assemble the file from its parts."""
    own_upload(lake, caller, upload_id)
    return _shown(uploads_of(lake).complete(upload_id))


def abort(lake: LakePorts, caller: CallerIdentity, upload_id: str) -> Upload:
    """Delete an upload that is not committed."""
    own_upload(lake, caller, upload_id)
    return _shown(uploads_of(lake).abort(upload_id))


def start_dry_run(lake: LakePorts, caller: CallerIdentity, upload_id: str) -> DryRun:
    """Start a dry run of the gate on the uploaded file."""
    upload = own_upload(lake, caller, upload_id)
    stored = uploads_of(lake).start_dry_run(
        upload_id, lake.dry_runs.start, lambda check: _has_other_rules(lake, check)
    )
    return _shown_to(lake, caller, upload, stored)


def _has_other_rules(lake: LakePorts, check: Mapping[str, Any]) -> bool:
    """Return whether the rules of the dataset changed since a check, as when a column becomes optional."""
    from headgate.contracts.rules_fingerprint import gate_fingerprint

    record = check.get("record") or {}
    contract = lake.contracts.source.get(record.get("dataset", ""))
    return contract is not None and record.get("contract_rules", "") not in {"", gate_fingerprint(contract)}


def dry_run(lake: LakePorts, caller: CallerIdentity, upload_id: str) -> DryRun:
    """Return the result of the gate's check."""
    return _current_check(lake, caller, own_upload(lake, caller, upload_id))


def _current_check(lake: LakePorts, caller: CallerIdentity, upload: UploadRecord) -> DryRun:
    """Return the dry run of an upload with its current mapping; 404 if it was not started."""
    stored = uploads_of(lake).dry_run(upload)
    if stored is None:
        raise not_found("The dry run of this upload was not started. POST to this address starts it.")
    return _shown_to(lake, caller, upload, stored)


def _shown_to(
    lake: LakePorts, caller: CallerIdentity, upload: UploadRecord, stored: Mapping[str, Any]
) -> DryRun:
    """Return a check with the values that the caller may see."""
    if _sees_values(lake, caller, upload):
        return _shown_check(lake, upload, stored)
    stored = check_without_values(lake, caller, record_of(lake, upload.of_file_id), stored)
    bare = replace(upload.mapping, profiled=()) if upload.mapping else None
    check = _shown_check(lake, replace(upload, mapping=bare), stored)
    encodings = tuple(each.model_copy(update={"samples": ()}) for each in check.encodings)
    return check.model_copy(
        update={
            "hides_values": True,
            "check_id": upload.check_id,
            "encodings": encodings,
            "top_rows": (),
        }
    )


def _sees_values(lake: LakePorts, caller: CallerIdentity, upload: UploadRecord) -> bool:
    return not upload.of_file_id or sees_values(lake, caller, record_of(lake, upload.of_file_id))


def decide_mapping(
    lake: LakePorts, caller: CallerIdentity, upload_id: str, decision: UploadMappingDecision
) -> DryRun:
    """Store the mapping of an upload and start its dry run again.

    Raises:
        ProblemError: 409, no mapping was suggested for the upload; 422, the file has no such column.
        BadInputError: a field is unknown, used twice, or required and missing.
    """
    from headgate.matching.mappings import Suggested

    uploads, upload = uploads_of(lake), own_upload(lake, caller, upload_id)
    check = uploads.dry_run(upload) or {}
    asked = _suggested(upload, {**check, "suggestion": ""})
    if asked is None:
        raise conflict(
            "This upload has no suggested mapping. Start its dry run, and send a mapping if the outcome is "
            "`needs_mapping`."
        )
    text, profiled = asked
    suggestion = Suggested.from_json(text)
    fields = decided_fields(suggestion, decision.columns)
    lake.mappings.check(suggestion, fields)
    uploads.decide(upload_id, UploadMapping(text, tuple(profiled), fields))
    return start_dry_run(lake, caller, upload_id)


def edit(lake: LakePorts, caller: CallerIdentity, upload_id: str, asked: UploadEdits) -> DryRun:
    """Store the edits of an upload and start its dry run again.

    Raises:
        ProblemError: 403, the edits change values that the caller may not see.
    """
    upload = own_upload(lake, caller, upload_id)
    edits = Edits.of(asked.model_dump())
    if "part" not in asked.model_fields_set:
        edits = replace(edits, part=_part_of_check(lake, upload))
    of_values = edits.cells or any(step.kind not in STEPS_WITHOUT_VALUES for step in edits.steps)
    if of_values and not _sees_values(lake, caller, upload):
        raise forbidden(
            "Only the sender of this file and the group personal-data may change its values. You may choose "
            "fields, formats and defaults of its columns."
        )
    uploads_of(lake).edit(upload.upload_id, edits)
    return start_dry_run(lake, caller, upload_id)


def _part_of_check(lake: LakePorts, upload: UploadRecord) -> str:
    """Return the part that the newest check chose or took from its edits; empty for the first table."""
    if upload.edits and upload.edits.part:
        return upload.edits.part
    check = uploads_of(lake).dry_run(upload) or {}
    return str((check.get("edits") or {}).get("part", ""))


def rows(
    lake: LakePorts, caller: CallerIdentity, upload_id: str, *, check: str, show: str, start: int, limit: int
) -> GridRows:
    """Return a page of an upload's rows from a check."""
    from headgate.uploads.grid import grid_pages

    upload = own_upload(lake, caller, upload_id)
    result = ObjectRef(lake.bucket("staging"), check_key(upload, "dry_run.json", check))
    try:
        grid = json.loads(lake.objects.read(result)).get("grid")
    except NotFoundError:
        grid = None
    if grid is None:
        raise not_found("This check of the upload has not ended, or the file has no header.")
    name = grid_pages.ROWS if show == "all" else grid_pages.FLAWED
    ref = ObjectRef(lake.bucket("staging"), check_key(upload, name, check))
    if show == "all":
        page = grid_pages.page_of(lake.objects, ref, start, limit, grid["rows"])
    else:
        page = grid_pages.flawed_page(lake.objects, ref, (show, grid_pages.shown_columns(grid)), start, limit)
    listed = tuple(_grid_row(*row) for row in page.rows)
    if not _sees_values(lake, caller, upload):
        listed = tuple(row.model_copy(update={"cells": grid_pages.hidden(row.cells)}) for row in listed)
    return GridRows(total=page.total, rows=listed)


def _grid_row(row: int, cells: tuple[str | None, ...], flaws: Mapping[str, Any] | None) -> GridRow:
    listed = tuple(
        GridFlaw(column=column, rule=rule, reason=reason)
        for column, rule, reason in (flaws or {}).get("flaws", ())
    )
    return GridRow(row=row, cells=cells, kind=flaws["kind"] if flaws else "", flaws=listed)


def commit(lake: LakePorts, caller: CallerIdentity, upload_id: str, if_match: str = "") -> Upload:
    """Move the file to raw; with `if_match`, only if the caller has read the current check.

    A raw file gets a new version, which requires `if_match`.
    """
    upload = own_upload(lake, caller, upload_id)
    record = record_of(lake, upload.of_file_id) if upload.of_file_id else None
    if record and upload.state is not UploadState.COMMITTED:
        _expect_editable(record)
        if upload.edits and upload.edits.is_of_no_dataset:
            raise conflict(
                "The lake has this file, and no row of it is in a table. Choose a dataset, then commit it."
            )
    if if_match or record:
        check_match(_current_check(lake, caller, upload), if_match)
    check = uploads_of(lake).dry_run(upload) or {}
    answered = open_answers(lake, check)
    committed = uploads_of(lake).commit(upload_id, upload.check_id if if_match else "")
    if committed.state is UploadState.COMMITTING:
        return _shown(committed)
    _remember_edits(lake, check)
    _keep_edits(lake, caller, committed, check)
    if answered:
        senders_of(lake).keep_correction(check["answers"]["file_id"], committed.file_id, answered)
    if sender := committed.by or (caller.name if record else ""):
        compared = check.get("replaces") or {}
        parts = None if check.get("committed_as") else offered_parts(check)
        senders_of(lake).keep_uploader(
            committed.file_id,
            sender,
            after=record,
            replaced_rows=compared.get("replaced"),
            unchanged_rows=_unchanged_rows(compared),
            parts=parts or None,
        )
    return _shown(committed)


def _unchanged_rows(compared: Mapping[str, Any]) -> int | None:
    """Return the rows of a check that the lake has already, equal or newer; None if not all were compared."""
    if not compared or compared.get("not_compared"):
        return None
    return int(compared.get("equal", 0)) + int(compared.get("older", 0))


def _rejected(lake: LakePorts, dataset: str, stored: Mapping[str, Any]) -> tuple[RejectedRow, ...]:
    """Return the first rejected rows, with reasons in the spelling of the file."""
    from headgate.uploads.edited_rows import reasons_as_written

    contract = lake.contracts.source.get(dataset)
    reasons = reasons_as_written((stored.get("edits") or {}).get("formats", {}), contract)
    return tuple(row_of(row, unique_columns(contract), reasons=reasons) for row in stored["rows"])


def _keep_edits(
    lake: LakePorts, caller: CallerIdentity, committed: UploadRecord, check: Mapping[str, Any]
) -> None:
    """Record who edited the committed file, and the edits."""
    from headgate.uploads.listed_edits import MAX_LISTED, column_changes

    if not check.get("committed_as"):
        return
    edits = Edits.of(check["edits"])
    at = lake.now().isoformat(timespec="seconds")
    all_changes = column_changes(edits, lake.contracts.source.get(check["record"]["dataset"]))
    changes = check.get("changes", all_changes)
    answers = answered_file(lake, check)
    facts = edits.facts(caller.name, at, committed.name, committed.sha256)
    kept = {
        **facts,
        "steps": facts["steps"] - len(all_changes) + len(changes),
        "part": check.get("part", ""),
        "parts": offered_parts(check),
        "lists": [*check.get("part_rows", {})],
        **_decisions(check, edits),
        "typed": check.get("typed", []),
        "by_key": check.get("by_key", {}),
        **({"cells": len(check.get("typed", []))} if len(edits.cells) <= MAX_LISTED else {}),
        "changes": changes,
        **({"answers": answers.model_dump()} if answers else {}),
        "original": sent_files.kept_as(lake, committed, check.get("original", "")),
    }
    senders_of(lake).keep_edits(committed.file_id, kept)


def _decisions(check: Mapping[str, Any], edits: Edits) -> dict[str, Any]:
    """Return the decisions about columns, rows and currencies that the file's page lists."""
    from headgate.masking.redaction import redact_text
    from headgate.uploads.differing_duplicates import DIFFERS, without_differing_values
    from headgate.uploads.row_numbers import RowNumbers

    grid = check.get("grid") or {}
    numbers = RowNumbers(edits.left_out)
    columns = grid.get("columns", ())
    names = [columns[place] for place in grid.get("file_order") or range(len(columns))]
    return {
        "set_for_all": {column: redact_text(text) for column, text in edits.constants.items()},
        "left_out": edits.left_out_columns(grid.get("columns", ())),
        "rows_left_out": sorted(edits.left_out),
        "left_out_kinds": {
            kind: sorted({*grid.get(kind, ())} & {*edits.left_out}) for kind in LeftOutKinds.model_fields
        },
        "currencies": _currencies(grid.get("currencies", {}), edits),
        "sent_columns": names,
        "fields": [edits.columns.get(name) or "" for name in names],
        "sent_written_as": {
            name: text for name, text in grid.get("written_as", {}).items() if name in _ROW_FORMAT
        },
        "row_reasons": {
            str(numbers.committed(row["source_row"])): without_differing_values(row["reason"])
            for row in check.get("rows", ())
            if row["rule"] == RAGGED_ROW or DIFFERS in (row["reason"] or "")
        },
    }


def _currencies(by_column: Mapping[str, Mapping[str, int]], edits: Edits) -> dict[str, Mapping[str, int]]:
    """Return the number of rows by field and currency."""
    column_of = {field: name for name, field in edits.columns.items() if field}
    return {
        field: by_column.get(column_of.get(field, ""))
        or next((rows for name, rows in by_column.items() if set(codes) & set(rows)), {})
        for field, codes in edits.currencies.items()
    }


def _remember_edits(lake: LakePorts, check: Mapping[str, Any]) -> None:
    """Store the column decisions for the next file with the same header."""
    from headgate.matching.mappings import Suggested

    edits = Edits.of(check["edits"]) if check.get("edits") else None
    has_header = (check.get("grid") or {}).get("has_header", True)
    if edits and edits.columns and check.get("suggestion") and has_header:
        suggestion = Suggested.from_json(check["suggestion"])
        decided = replace(edits.for_next_file, dataset=suggestion.dataset)
        lake.mappings.remember_edits(suggestion, asdict(decided))


def own_upload(lake: LakePorts, caller: CallerIdentity, upload_id: str) -> UploadRecord:
    """Return an upload; 403 if another caller started it.

    Operators may use every upload, and every uploader may use an opened raw file.
    """
    upload = uploads_of(lake).get(upload_id)
    is_own = upload.is_of(caller.name) or upload.is_of(caller.key)
    if not (upload.of_file_id or is_own or caller.may(Group.OPERATOR)):
        raise forbidden(
            "Somebody else started this upload. Only its sender or an operator may read or change it."
        )
    return upload


def uploads_of(lake: LakePorts) -> Uploads:
    """Return the uploads of a lake."""

    def prepare(upload: UploadRecord, is_compared: bool) -> None:
        from headgate.matching.mappings import Suggested

        if upload.mapping:
            lake.mappings.remember(Suggested.from_json(upload.mapping.suggestion), upload.mapping.fields)
        if keys.is_of_no_dataset(upload.key) and upload.edits and upload.edits.dataset:
            lake.mappings.decide_dataset(upload.key, upload.edits.dataset)
        if upload.by and is_compared:
            senders_of(lake).keep_uploader_of_content(upload.key, upload.sha256, upload.by)

    return Uploads(
        lake.objects,
        lake.uploads,
        lake.files,
        lake.bucket("staging"),
        lake.bucket("raw"),
        lake.contracts.source.keys(),
        prepare,
        lake.now,
    )


def _suggested(
    upload: UploadRecord, stored: Mapping[str, Any]
) -> tuple[str, Sequence[dict[str, Any]]] | None:
    """Return the mapping suggestion for an upload as text, and the facts of its columns."""
    if upload.mapping:
        return upload.mapping.suggestion, upload.mapping.profiled
    error = (stored.get("record") or {}).get("error", {})
    if "suggestion" not in error:
        # The rows are shown below the header, so no samples are needed.
        return (stored["suggestion"], ()) if stored.get("suggestion") else None
    # The gate reads a part of the file as a separate table; the check knows the origin of its columns.
    return stored.get("suggestion") or error["suggestion"], sample_facts(stored["columns"])


def _shown(upload: UploadRecord) -> Upload:
    return Upload(
        upload_id=upload.upload_id,
        state=upload.state.value,
        name=upload.name,
        key=upload.key,
        size_bytes=upload.size_bytes,
        sha256=upload.sha256,
        dataset=upload.dataset,
        part_size_bytes=PART_BYTES,
        part_count=upload.part_count,
        begun_at=upload.begun_at,
        duplicate_of=upload.duplicate_of,
        file_id=upload.file_id,
    )


def _shown_check(lake: LakePorts, upload: UploadRecord, stored: Mapping[str, Any]) -> DryRun:
    asked = {
        **_mapping(lake, upload, stored),
        **_grid_facts(stored),
        "check_id": upload.check_id,
        "parts_in_lake": parts_in_lake(lake, upload.sha256, stored.get("parts", ())),
    }
    record = stored.get("record")
    if record is None:
        failure, seconds = file_error(stored.get("error", {})), stored.get("seconds")
        return DryRun(
            upload_id=upload.upload_id, state=stored["state"], error=failure, seconds=seconds, **asked
        )
    checked = FileRecord(**record)
    written_as = (stored.get("grid") or {}).get("written_as") or checked.written_as
    return DryRun(
        upload_id=upload.upload_id,
        state=stored["state"],
        outcome=checked.state,
        acceptance=acceptance_of(checked, lake.most_refused_share),
        dataset=checked.dataset,
        contract=checked.contract,
        **{name: record[name] for name in ("received", "accepted", "quarantined", "duplicates", "warnings")},
        warned=warned_rows(checked.warned),
        kept_columns=kept_columns(lake, checked),
        reasons=reasons_of(checked.reasons),
        rejected_rows=_rejected(lake, checked.dataset, stored),
        **_same_content(lake, upload, stored, checked.dataset),
        replaces=_replaces(lake, checked.dataset, stored.get("replaces")),
        answers=answered_file(lake, stored),
        written_as=written_as_texts(written_as),
        quality={name: str(value) for name, value in checked.profile.items() if name != "key"},
        columns=profile_columns(stored.get("columns", [])),
        draft=ContractDraft.model_validate(stored["draft"]) if stored.get("draft") else None,
        error=file_error(checked.error),
        seconds=stored.get("seconds"),
        **asked,
    )


def _replaces(lake: LakePorts, dataset: str, stored: Mapping[str, Any] | None) -> ReplacedRows | None:
    """Return the comparison with the lake, with the files that brought the lake's rows."""
    if not stored:
        return None
    by_content = stored.get("contents", {})
    first = sorted(by_content, key=lambda content: (-by_content[content], content))[:_MAX_FILES_OF_ROWS]
    named = (
        (record_if_any(lake, lake.files.accepted_with(each, [dataset])), by_content[each]) for each in first
    )
    files = [{"file_id": record.file_id, "key": record.key, "rows": rows} for record, rows in named if record]
    comparison = {name: value for name, value in stored.items() if name not in {"contents", "not_sent"}}
    not_sent = dict(stored.get("not_sent") or {})
    before = record_if_any(lake, lake.files.accepted_with(not_sent.pop("content", ""), [dataset]))
    if before:
        comparison["not_sent"] = {**not_sent, "file_id": before.file_id, "key": before.key}
    return ReplacedRows.model_validate({**comparison, "files": files})


def _same_content(
    lake: LakePorts, upload: UploadRecord, stored: Mapping[str, Any], dataset: str
) -> dict[str, Any]:
    """Return the file with the same content, else of the same upload, else the newest of the same name."""
    if dataset not in lake.contracts.source or upload.state is UploadState.COMMITTED:
        return {}
    committed_as = stored.get("committed_as") or {}
    sha256 = committed_as.get("sha256", upload.sha256)
    kind = "duplicate_of"
    file_id = lake.files.accepted_with(sha256, [dataset])
    if not file_id and not upload.of_file_id:
        kind = "edited_copy"
        file_id = senders_of(lake).edited_copy(upload.sha256, stored.get("part", ""))
        if not file_id:
            kind, file_id = "same_name", _same_name(lake, upload, dataset, stored)
    record = record_if_any(lake, file_id)
    if record is None or record.state is not FileState.DONE or record.dataset != dataset:
        return {}
    return {kind: file_id, "duplicate_key": record.key, "duplicate_since": record.finished_at or None}


def _same_name(lake: LakePorts, upload: UploadRecord, dataset: str, stored: Mapping[str, Any]) -> str:
    """Return the id of the newest accepted file of the upload's name.

    A check asks the file index again until there is such a file, and after it was reverted.
    """
    key = (stored.get("committed_as") or {}).get("key", upload.key)
    asked = (upload.upload_id, upload.check_id, dataset, key)
    kept = record_if_any(lake, lake.same_names.get(asked, ""))
    if kept and kept.state is FileState.DONE:
        return kept.file_id
    file_id = _of_the_name(lake, dataset, key)
    if file_id:
        # Emptied in one step, because requests of other threads use it too.
        if len(lake.same_names) >= _MAX_KEPT_NAMES:
            lake.same_names.clear()
        lake.same_names[asked] = file_id
    return file_id


def _of_the_name(lake: LakePorts, dataset: str, key: str) -> str:
    """Return the id of the newest accepted file with this key, among the newest with such a name."""
    where = FileFilter(dataset=dataset, state=FileState.DONE, name=key)
    records = lake.files.newest(_MAX_OF_A_NAME, where=where).records
    return next((record.file_id for record in records if record.key == key and record.accepted), "")


def _grid_facts(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts of a check about rows and edits."""
    grid = stored.get("grid")
    return {
        "grid": GridFacts.model_validate(grid) if grid else None,
        "parts": tuple(stored.get("parts", ())),
        "part_rows": stored.get("part_rows", {}),
        "part_datasets": stored.get("part_datasets", {}),
        "offered_parts": offered_parts(stored),
        "hidden_parts": tuple(stored.get("hidden_parts", ())),
        "part": stored.get("part", ""),
        "encodings": tuple(map(EncodingChoice.model_validate, stored.get("encodings", ()))),
        "is_encoding_unsure": bool(stored.get("is_encoding_unsure")),
        "top_rows": tuple(map(TopRow.model_validate, stored.get("top_rows", ()))),
        "header_row": stored.get("header_row", 0),
        "beside_list": tuple(stored.get("beside_list", ())),
        "parts_read": tuple(stored.get("parts_read", ())),
        "edits": UploadEdits.model_validate(stored["edits"]) if stored.get("edits") else None,
        "likely_dataset": stored.get("likely_dataset", ""),
        "proposed_steps": tuple(map(ProposedStep.model_validate, stored.get("proposed_steps", ()))),
        "is_remembered": bool(stored.get("is_remembered")),
    }


def _mapping(lake: LakePorts, upload: UploadRecord, stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return the suggested and the decided mapping of an upload."""
    from headgate.matching.mappings import Suggested

    asked = _suggested(upload, stored)
    if asked is None:
        return {}
    text, profiled = asked
    suggestion = Suggested.from_json(text)
    mapped = dict(zip(suggestion.names, upload.mapping.fields, strict=True)) if upload.mapping else None
    checked_at = (stored.get("record") or {}).get("finished_at") or upload.begun_at
    return {
        "mapping": suggested_mapping(suggestion, lake.contracts.source, profiled),
        "mapped": mapped,
        "in_earlier_files": _in_earlier_files(lake, suggestion.dataset, checked_at),
    }


def _in_earlier_files(lake: LakePorts, dataset: str, checked_at: str) -> tuple[str, ...]:
    """Return the optional fields that one of the newest files has which the dataset accepted before a check.

    Later files do not count, so that the check remains the one that a person read.
    """
    contract = lake.contracts.source.get(dataset)
    optional = [each.name for each in contract.columns if not each.must_be_sent] if contract else []
    if not optional:
        return ()
    every = newest_first(lake.files, FileFilter(dataset=dataset, state=FileState.DONE), _EARLIER_FILES)
    before = (record for record in every if record.finished_at < checked_at)
    accepted = [record for record in islice(before, _EARLIER_FILES) if record.accepted]
    return tuple(name for name in optional if any(f"{ABSENT}:{name}" not in each.warned for each in accepted))
