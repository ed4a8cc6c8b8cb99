from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from headgate.api.files import (
    corrections,
    dataset_profiles,
    file_records,
    ignored_rows,
    left_out_columns,
    quality,
    rejected_rows,
    reverts,
    row_versions,
    sent_files,
)
from headgate.api.http.access import Group
from headgate.api.http.routing import Routes
from headgate.api.http.url_parameters import Caller, Cursor, FileId, Lake, Limit, Name
from headgate.api.shapes.files import (
    Corrections,
    CorrectionsSent,
    DatasetProfile,
    FileDetail,
    FilePage,
    FileProfile,
    KeptOriginal,
    LeftOutColumns,
    QualityHistory,
    QuarantineCounts,
    RejectedRows,
    Restored,
    Reverted,
    RevertPreview,
    RowsToIgnore,
    RowVersions,
)
from headgate.lake.file_index import FileFilter
from headgate.lake.states import FileState

routes = Routes("Files")
Part = Annotated[str, Query(max_length=200)]
Rule = Annotated[
    str, Query(max_length=100, pattern="^[a-z0-9_]*$", description="Only rows that this rule quarantined.")
]


@routes.get("/v1/files", Group.VIEWER, cached=True)
def list_files(  # noqa: PLR0917 Powertools passes them by name
    lake: Lake,
    dataset: Part = "",
    state: Annotated[FileState | None, Query()] = None,
    name: Annotated[str, Query(max_length=200, description="A part of the key, in any case.")] = "",
    refused: Annotated[bool, Query(description="Only files with refused rows.")] = False,
    content: Annotated[
        str,
        Query(
            pattern="^([0-9a-f]{64})?$",
            description="Only the accepted file of `dataset` with this SHA-256, as `_content_sha256` has it.",
        ),
    ] = "",
    limit: Limit = 50,
    cursor: Cursor = "",
) -> FilePage:
    """Files, newest first."""
    if content:
        return file_records.accepted_with(lake, content, dataset)
    where = FileFilter(dataset, state, name, refused)
    return file_records.page(lake, where, limit, cursor)


@routes.get("/v1/files/<file_id>", Group.VIEWER, problems=[404], cached=True)
def get_file(lake: Lake, file_id: FileId) -> FileDetail:
    """One file: its six stages with their times, its counts and reasons."""
    return file_records.detail(lake, file_id)


@routes.get("/v1/files/<file_id>/original", Group.UPLOADER, problems=[404])
def get_sent_file(lake: Lake, caller: Caller, file_id: FileId) -> KeptOriginal:
    """The original of a file that was edited before its commit, for its sender and for operators."""
    return sent_files.sent_file(lake, caller, file_id)


@routes.get("/v1/files/<file_id>/rejected-rows", Group.VIEWER, problems=[404])
def list_rejected_rows(  # noqa: PLR0917 as above
    lake: Lake,
    caller: Caller,
    file_id: FileId,
    rule: Rule = "",
    group: Annotated[
        str | None,
        Query(max_length=200, description="Only rows whose first reason is the rule in this column."),
    ] = None,
    as_sent: Annotated[bool, Query(description="Add the cells of the file that was sent.")] = False,
    limit: Limit = 50,
    cursor: Cursor = "",
) -> RejectedRows:
    """The rows of a file in quarantine, by reason.

    Values of a dataset with personal data are empty, unless the caller sent the file or is in the group
    `personal-data`. The cells of the sent file are for its sender and for operators.
    """
    return rejected_rows.page(lake, caller, file_id, rule, group, limit=limit, cursor=cursor, as_sent=as_sent)


@routes.post("/v1/files/<file_id>/corrections", Group.UPLOADER, status=202, problems=[404, 409])
def send_corrections(lake: Lake, caller: Caller, file_id: FileId, body: Corrections) -> CorrectionsSent:
    """Send only the corrected rows through the gate. Repeating is safe."""
    return corrections.send(lake, caller.name, file_id, body)


@routes.put("/v1/files/<file_id>/ignored-rows", Group.UPLOADER, problems=[404, 409])
def ignore_rows(lake: Lake, caller: Caller, file_id: FileId, body: RowsToIgnore) -> RejectedRows:
    """Ignore the refused rows of one reason, such as test orders, or take that back.

    They stay in quarantine, and no page counts them as waiting. Repeating is safe.
    """
    ignored_rows.ignore(lake, caller, file_id, body)
    return rejected_rows.page(lake, caller, file_id, "", limit=1, cursor="")


@routes.get("/v1/files/<file_id>/revert", Group.VIEWER, problems=[404])
def preview_revert(lake: Lake, caller: Caller, file_id: FileId) -> RevertPreview:
    """The files and rows that an undo covers, and whether the caller may undo the file."""
    return reverts.preview(lake, caller, file_id)


@routes.post("/v1/files/<file_id>/revert", Group.UPLOADER, problems=[404, 409])
def revert_file(lake: Lake, caller: Caller, file_id: FileId) -> Reverted:
    """Undo an upload with its corrections.

    The rows leave curated and quarantine now, and the tables with the next run. Originals stay in raw. An
    uploader may undo the files that it sent itself.
    """
    return reverts.revert(lake, caller, file_id)


@routes.delete("/v1/files/<file_id>/revert", Group.UPLOADER, problems=[404, 409])
def restore_file(lake: Lake, caller: Caller, file_id: FileId) -> Restored:
    """Restore a file after an undo: the gate processes the original and its corrections again."""
    return reverts.restore(lake, caller, file_id)


@routes.get("/v1/files/<file_id>/profile", Group.VIEWER, problems=[404], cached=True)
def get_profile(lake: Lake, caller: Caller, file_id: FileId) -> FileProfile:
    """Statistics of a file's columns.

    Only the file's sender and the group `personal-data` see values, such as samples and minima, of columns
    that the contract classifies as personal or does not name, and of files without a contract.
    """
    return quality.file_profile(lake, caller, file_id)


@routes.get("/v1/datasets/<dataset>/left-out-columns", Group.VIEWER, problems=[404])
def list_left_out_columns(lake: Lake, dataset: Name) -> LeftOutColumns:
    """Columns of a dataset's newest files that it does not have, and the files with each."""
    return left_out_columns.listed(lake, dataset)


@routes.get("/v1/datasets/<dataset>/quality", Group.VIEWER, problems=[404], cached=True)
def get_quality(lake: Lake, dataset: Name) -> QualityHistory:
    """Quality of a dataset's newest files over time."""
    return quality.history(lake, dataset)


@routes.get("/v1/datasets/<dataset>/profile", Group.VIEWER, problems=[404], cached=True)
def get_dataset_profile(lake: Lake, caller: Caller, dataset: Name, time: Part = "") -> DatasetProfile:
    """Statistics of a dataset's newest snapshot, sampled if it has more than 100,000 rows.

    Its rows are counted by the column `time`; by default by the column with the time of a row. Only the group
    `personal-data` sees values of columns that the contract classifies as personal.
    """
    return dataset_profiles.dataset_profile(lake, caller, dataset, time)


@routes.get("/v1/datasets/<dataset>/row-versions", Group.VIEWER, problems=[404])
def list_row_versions(
    lake: Lake, caller: Caller, dataset: Name, key: Annotated[str, Query(min_length=1, max_length=500)]
) -> RowVersions:
    """The versions of the row with a key, from the accepted rows of the dataset's newest 100 files.

    422 for a dataset whose key has several columns. Columns that the contract classifies as personal are left
    out without the group `personal-data`; 404 if the key is one of them.
    """
    return row_versions.row_versions(lake, caller, dataset, key)


@routes.get("/v1/quarantine", Group.VIEWER)
def count_quarantine(lake: Lake, dataset: Part = "", rule: Rule = "") -> QuarantineCounts:
    """Open quarantined rows and rejected files by dataset and rule."""
    return rejected_rows.counts(lake, dataset, rule)
